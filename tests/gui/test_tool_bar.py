"""The tool bar: which words it leaves out where there is little room, and that it comes to rest."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from core.arrangement import BY_DAY, Arrangement, Grouping, SortKey
from gui import theme
from gui.actions import create_actions
from gui.arrangement_text import sort_and_group_text
from gui.theme import Appearance
from gui.views.grid import LARGEST_CELL
from gui.views.search_box import SearchBox
from gui.views.tool_bar import ToolBar

ARRANGEMENTS = [Arrangement(sort, True, group) for sort, group in product(SortKey, Grouping)]
TURNS = 3  # of the loop, within which the bar has to come to rest
NARROWEST, WIDEST = 500, 1400


class Layouts(QObject):
    """Counts how often a bar is laid out."""

    def __init__(self, bar: ToolBar) -> None:
        super().__init__(bar)
        self.count = 0
        bar.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.LayoutRequest
        return False


@pytest.fixture
def bar(application: QApplication, qtbot: QtBot) -> Iterator[ToolBar]:
    theme.apply(application, Appearance.DARK)
    window = QMainWindow()
    bar = ToolBar(create_actions(window), SearchBox(), LARGEST_CELL)
    window.addToolBar(bar)
    window.resize(WIDEST, 200)
    window.show()
    qtbot.waitExposed(window)
    yield bar  # the window lives as long
    window.close()


def turn() -> None:
    for _ in range(TURNS):
        QApplication.processEvents()


def resize(bar: ToolBar, width: int) -> None:
    bar.window().resize(width, 200)
    turn()


def has_words(bar: ToolBar) -> bool:
    return bar.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextBesideIcon


def narrowest(bar: ToolBar, *, brief: bool) -> int:
    """Return from which width on a text of the order has room, with all other words."""
    low, high = NARROWEST, WIDEST
    while high - low > 1:
        resize(bar, middle := (low + high) // 2)
        if has_words(bar) and (brief or not bar.arrangement.brief):
            high = middle
        else:
            low = middle
    return high


@pytest.mark.parametrize("arrangement", ARRANGEMENTS, ids=sort_and_group_text)
def test_at_every_width_it_comes_to_rest(bar: ToolBar, arrangement: Arrangement) -> None:
    button, layouts = bar.arrangement, Layouts(bar)
    button.show_arrangement(arrangement)
    for brief in (True, False):
        around = narrowest(bar, brief=brief)
        said = []
        for width in (*range(around - 4, around + 5), *range(around + 4, around - 5, -1)):
            resize(bar, width)
            layouts.count = 0
            turn()
            assert layouts.count == 0, width
            said.append((has_words(bar), button.text()))
        assert said == said[::-1]  # what is said depends on the width alone
        assert said[:9] == sorted(said[:9], key=lambda each: (each[0], len(each[1])))


@pytest.mark.parametrize("arrangement", ARRANGEMENTS, ids=sort_and_group_text)
def test_the_button_knows_how_wide_it_is_with_either_text(
    bar: ToolBar, arrangement: Arrangement
) -> None:
    button = bar.arrangement
    button.show_arrangement(arrangement)
    known = {brief: button.width_px(brief=brief) for brief in (False, True)}
    for brief, width in known.items():
        button.set_brief(brief)
        assert button.sizeHint().width() == width


def test_words_come_back_when_a_shorter_order_leaves_room(bar: ToolBar) -> None:
    bar.arrangement.show_arrangement(Arrangement(SortKey.RATING, True, Grouping.NOTHING))
    around = narrowest(bar, brief=True)
    resize(bar, around - 1)
    assert not has_words(bar)
    bar.arrangement.show_arrangement(BY_DAY)
    turn()
    assert has_words(bar)
    bar.arrangement.show_arrangement(Arrangement(SortKey.RATING, True, Grouping.NOTHING))
    turn()
    assert not has_words(bar)
