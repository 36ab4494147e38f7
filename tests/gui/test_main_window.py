"""The window around the grid: its parts, its menus, dropping a store on it, closing it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import get_args

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSlider,
    QToolBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.arrangement import BY_DAY, Arrangement, Grouping, SortKey
from gui import theme
from gui.action_table import ACTIONS, Need
from gui.actions import create_actions, set_available, shortcut_rows
from gui.dialogs.problems import ProblemsDialog
from gui.dialogs.shortcuts import ShortcutsDialog
from gui.drops import Offer, Verdict
from gui.main_window import MainWindow
from gui.models.date_tree import DateTreeModel
from gui.models.facets import FacetModel
from gui.models.image_list import ImageListModel
from gui.models.trash_table import trash_model
from gui.pages import Page
from gui.theme import Appearance
from gui.views.grid import LARGEST_CELL, ImageGrid
from gui.views.grid_geometry import GridGeometry


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    grid = ImageGrid()
    images = ImageListModel(grid)
    grid.setModel(images)
    window = MainWindow(DateTreeModel(grid), FacetModel(grid), grid, trash_model())
    window.resize(1000, 650)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    return window


def test_the_title_names_the_store(window: MainWindow) -> None:
    assert window.windowTitle() == "Contact Sheet"
    window.set_store_name("storage")
    assert window.windowTitle() == "storage — Contact Sheet"


def test_every_action_is_in_a_menu_and_no_shortcut_means_two_things_at_once(
    window: MainWindow,
) -> None:
    found: list[str] = []

    def collect(widget: QWidget) -> None:
        for action in widget.actions():
            menu = action.menu()
            if isinstance(menu, QWidget) and action.objectName() != "recent":
                collect(menu)
            elif not action.isSeparator():
                found.append(action.objectName())

    collect(window.menuBar())
    assert sorted(found) == sorted(row.id for row in ACTIONS)
    assert len({row.id for row in ACTIONS}) == len(ACTIONS)
    pages: dict[str, set[str]] = {
        "small": {"small"}, "large": {"large"}, "comparison": {"comparison"},
        "close": {"large", "comparison"},
    }  # fmt: skip
    every_page = set().union(*pages.values())
    given: dict[str, set[str]] = {}
    for row in ACTIONS:
        for keys in row.shortcuts:
            where = next((pages[need] for need in row.needs if need in pages), every_page)
            taken = given.setdefault(QKeySequence(keys).toString(), set())
            assert not taken & where, keys
            taken |= where
    assert all(given)


def test_actions_are_enabled_by_what_there_is(window: MainWindow) -> None:
    actions = window.actions_by_id
    assert actions["open"].isEnabled()
    assert not actions["rescan"].isEnabled()
    set_available(actions, ["store"])
    assert actions["rescan"].isEnabled()
    assert not actions["copy_prompt"].isEnabled()
    set_available(actions, get_args(Need))
    assert all(action.isEnabled() for action in actions.values())


def test_one_appearance_at_a_time(window: MainWindow) -> None:
    actions = window.actions_by_id
    actions["appearance_dark"].trigger()
    actions["appearance_light"].trigger()
    assert [row.id for row in ACTIONS if row.group and actions[row.id].isChecked()] == [
        "appearance_light"
    ]


def test_icons_follow_the_palette(qapp: QApplication, window: MainWindow) -> None:
    def ink() -> str:
        image = window.actions_by_id["open"].icon().pixmap(20).toImage()
        spots = (image.pixelColor(x, y) for x in range(20) for y in range(20))
        return max(spots, key=lambda colour: colour.alpha()).name()

    theme.apply(qapp, Appearance.LIGHT)
    assert ink() == theme.LIGHT.text
    theme.apply(qapp, Appearance.DARK)
    assert ink() == theme.DARK.text


def test_the_slider_and_the_grid_agree(window: MainWindow) -> None:
    slider = window.findChild(QSlider)
    assert isinstance(slider, QSlider)
    assert slider.value() == window.grid.cell_size
    slider.setValue(200)
    assert window.grid.cell_size == 200
    window.grid.set_cell_size(LARGEST_CELL)
    assert slider.value() == LARGEST_CELL


def test_tab_goes_dates_facets_images_metadata(window: MainWindow, qtbot: QtBot) -> None:
    window.show_grid()
    window.dates.setFocus()
    order = []
    for _ in range(3):
        order.append(QApplication.focusWidget())
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    last = QApplication.focusWidget()
    assert order == [window.dates, window.facets.tree, window.grid]
    assert last is not None
    assert last is window.metadata or window.metadata.isAncestorOf(last)


def test_a_message_stands_where_the_grid_would(window: MainWindow, qtbot: QtBot) -> None:
    window.show_page(Page("No store is open", "Open one.", "open", (("Open store…", "open"),)))
    assert window.message.isVisible()
    assert not window.grid.isVisible()
    buttons = [x for x in window.message.findChildren(QPushButton) if x.isVisible()]
    assert [button.text() for button in buttons] == ["Open store…"]
    with qtbot.waitSignal(window.message.offer_taken) as taken:
        qtbot.mouseClick(buttons[0], Qt.MouseButton.LeftButton)
    assert taken.args == ["open"]
    window.show_grid()
    assert window.grid.isVisible()


def test_closing_hides_and_tells(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.closing):
        assert not window.close()
    assert not window.isVisible()


def test_panes_come_back_as_they_were(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_by_id["show_metadata"].setChecked(False)
    assert not window.metadata.isVisible()
    state = window.save_panes()
    window.actions_by_id["show_metadata"].setChecked(True)
    window.actions_by_id["show_dates"].setChecked(False)
    assert window.restore_panes(state)
    assert window.dates.isVisible()
    assert not window.metadata.isVisible()
    assert not window.restore_panes(QByteArray(b"rubbish"))
    assert not window.restore_panes(QByteArray())
    assert window.dates.isVisible()


def grid_columns(window: MainWindow) -> int:
    """How many thumbnails of the usual size stand beside each other."""
    QApplication.processEvents()
    room = window.grid.viewport().width()
    return GridGeometry([1000], room, window.grid.default_cell_size).columns


def test_the_metadata_gives_way_to_the_images_and_comes_back(window: MainWindow) -> None:
    shown = window.actions_by_id["show_metadata"]
    window.show_grid()
    for width in range(1440, 700, -20):
        window.resize(width, 480)
        assert grid_columns(window) >= 2, width
        assert window.metadata.isVisible() == shown.isChecked()
    assert window.sidebar.isVisible()
    assert not window.metadata.isVisible()
    window.resize(1000, 480)
    assert grid_columns(window) >= 2
    assert window.metadata.isVisible() and shown.isChecked()


def test_metadata_that_are_asked_for_in_a_narrow_window_stay(window: MainWindow) -> None:
    shown = window.actions_by_id["show_metadata"]
    window.show_grid()
    window.resize(720, 480)
    shown.trigger()
    assert window.metadata.isVisible()
    window.show_compare()
    window.resize(740, 480)
    window.leave_closely()
    assert window.metadata.isVisible()
    shown.trigger()
    window.resize(1000, 480)
    assert not window.metadata.isVisible() and not shown.isChecked()


def test_the_table_below_a_comparison_needs_no_room_beside_it(window: MainWindow) -> None:
    window.show_grid()
    window.resize(720, 480)
    assert not window.metadata.isVisible()
    window.show_compare()
    assert window.actions_by_id["show_metadata"].isChecked()
    assert window.compare.table.isVisible()
    window.leave_closely()
    assert not window.actions_by_id["show_metadata"].isChecked()
    assert not window.metadata.isVisible()


def test_metadata_that_gave_way_come_back_in_the_next_session(window: MainWindow) -> None:
    shown = window.actions_by_id["show_metadata"]
    window.show_grid()
    window.resize(720, 480)
    window.actions_by_id["show_facets"].setChecked(False)
    state = window.save_panes()
    window.actions_by_id["show_facets"].setChecked(True)
    assert window.restore_panes(state)
    assert not shown.isChecked() and not window.metadata.isVisible()
    window.resize(1000, 480)
    assert window.metadata.isVisible()
    assert not window.facets.isVisible()


def urls(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drag(window: MainWindow, data: QMimeData) -> QDragEnterEvent:
    actions = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    left, no_keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(QPoint(300, 300), actions, data, left, no_keys)
    QApplication.sendEvent(window, event)
    return event


def drop(window: MainWindow, data: QMimeData) -> QDropEvent:
    actions = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    left, no_keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(300, 300), actions, data, left, no_keys)
    event.ignore()
    QApplication.sendEvent(window, event)
    return event


def test_the_veil_says_what_it_is_told_and_tells_what_is_dropped(
    window: MainWindow, tmp_path: Path
) -> None:
    entered: list[Offer] = []
    dropped: list[Offer] = []
    window.veil.entered.connect(entered.append)
    window.veil.entered.connect(lambda _: window.veil.say(Verdict("Do it", "import")))
    window.veil.dropped.connect(dropped.append)
    data = urls(tmp_path)
    assert drag(window, data).isAccepted()
    assert window.veil.isVisible()
    assert window.veil.accessibleName() == "Do it"
    assert [list(offer.paths) for offer in entered] == [[tmp_path]]
    event = drop(window, data)
    assert [list(offer.paths) for offer in dropped] == [[tmp_path]]
    assert event.isAccepted()
    assert event.dropAction() == Qt.DropAction.CopyAction  # the folder stays where it is
    assert not window.veil.isVisible()


def test_what_is_refused_is_not_taken(window: MainWindow, tmp_path: Path) -> None:
    dropped: list[Offer] = []
    window.veil.dropped.connect(dropped.append)
    window.veil.entered.connect(lambda _: window.veil.say(Verdict("Not this", "refuse")))
    drag(window, urls(tmp_path))
    assert not drop(window, urls(tmp_path)).isAccepted()
    assert not window.veil.isVisible()
    drag(window, urls(tmp_path))
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not window.veil.isVisible()
    assert dropped == []


def test_a_notice_says_does_and_goes(window: MainWindow, qtbot: QtBot) -> None:
    focus = QApplication.focusWidget()
    done: list[str] = []
    notice = window.notice
    notice.tell("3 images moved", "Undo", lambda: done.append("undone"))
    assert notice.isVisible()
    assert QApplication.focusWidget() is focus
    assert notice.accessibleName() == "Notice"
    assert notice.accessibleDescription() == "3 images moved"
    around = notice.parentWidget()
    assert around is not None
    assert around.rect().contains(notice.geometry())
    assert abs(notice.geometry().center().x() - around.rect().center().x()) <= 1
    button = notice.findChild(QPushButton)
    assert isinstance(button, QPushButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert done == ["undone"]
    assert not notice.isVisible()


def test_a_long_notice_wraps_in_a_narrow_window(window: MainWindow) -> None:
    window.resize(window.minimumSize())
    window.notice.tell("One of the many words of a long notice " * 6)
    around = window.notice.parentWidget()
    assert around is not None
    assert around.rect().contains(window.notice.geometry())
    label = window.notice.findChild(QLabel)
    assert isinstance(label, QLabel)
    assert window.notice.height() >= label.heightForWidth(label.width())


def test_a_notice_stays_while_its_button_has_the_focus(window: MainWindow, qtbot: QtBot) -> None:
    window.notice.tell("Done", "Undo")
    button = window.notice.findChild(QPushButton)
    assert isinstance(button, QPushButton)
    button.setFocus()
    window.notice.expire()
    assert window.notice.isVisible()
    window.dates.setFocus()
    window.notice.expire()
    assert not window.notice.isVisible()


def test_the_list_of_shortcuts_has_them_all(window: MainWindow) -> None:
    dialog = ShortcutsDialog(window)
    dialog.open()
    assert dialog.accessibleName() == "Shortcuts"
    said = {label.text() for label in dialog.findChildren(QLabel)}
    for keys, text in shortcut_rows():
        assert {keys, text} <= said
    assert ("Ctrl+O", "Open store") in shortcut_rows()
    dialog.close()


def test_problems_can_be_read_and_copied(window: MainWindow, qtbot: QtBot) -> None:
    dialog = ProblemsDialog(["a.json: not JSON", "2026/10: may not be read"], window)
    dialog.open()
    lines = dialog.findChild(QPlainTextEdit)
    assert isinstance(lines, QPlainTextEdit)
    assert lines.toPlainText() == "a.json: not JSON\n2026/10: may not be read"
    copy = next(x for x in dialog.findChildren(QPushButton) if x.text() == "Copy all")
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == lines.toPlainText()
    dialog.close()


def test_actions_belong_to_whom_they_are_made_for(window: MainWindow) -> None:
    assert all(action.parent() is window for action in create_actions(window).values())


async def test_in_a_narrow_window_the_words_of_buttons_give_way_to_the_search_box(
    window: MainWindow,
) -> None:
    bar, search = window.findChild(QToolBar, "tools"), window.search
    for width, words in ((1440, True), (720, False), (1440, True)):
        window.resize(width, 600)
        await asyncio.sleep(0)
        right = search.mapTo(window, search.rect().topRight()).x()
        assert search.isVisible() and right < width
        style = bar.toolButtonStyle()
        assert (style == Qt.ToolButtonStyle.ToolButtonTextBesideIcon) == words


async def test_the_tool_bar_says_how_images_are_grouped_where_there_is_room(
    window: MainWindow,
) -> None:
    bar, button, search = window.findChild(QToolBar, "tools"), window.arrangement, window.search
    words = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    window.resize(1440, 600)
    for arrangement, said in (
        (BY_DAY, "Date"),
        (Arrangement(SortKey.COST, True, Grouping.NOTHING), "Cost"),
        (Arrangement(SortKey.COST, True, Grouping.MODEL), "Cost · by model"),
        (Arrangement(group=Grouping.NOTHING), "Date · not grouped"),
    ):
        button.show_arrangement(arrangement)
        await asyncio.sleep(0)
        assert button.text().strip() == said
    seen = []
    for width in range(1300, 720, -10):
        window.resize(width, 600)
        await asyncio.sleep(0)
        assert search.mapTo(window, search.rect().topRight()).x() < width
        seen.append((button.text().strip() == "Date", bar.toolButtonStyle() == words))
    assert list(dict.fromkeys(seen)) == [(False, True), (True, True), (True, False)]
    button.show_arrangement(BY_DAY)
    narrowest = next(width for width in range(720, 1300, 10) if has_words(window, bar, width))
    button.show_arrangement(Arrangement(group=Grouping.PROMPT))
    assert has_words(window, bar, narrowest)  # they do not give way to how images are grouped


def has_words(window: MainWindow, bar: QToolBar, width: int) -> bool:
    window.resize(width, 600)
    QApplication.processEvents()
    return bar.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextBesideIcon
