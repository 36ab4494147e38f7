"""The bar along the bottom: what it says, and what gives way when it is narrow."""

from __future__ import annotations

from datetime import datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from core.records import StoreTotals
from gui.views.stats_bar import StatsBar, ThinBar

GB = 2**30
TOTALS = StoreTotals(
    12_431, int(23.3 * GB), int(0.1 * GB), datetime(2026, 9, 22), datetime(2026, 11, 20), 3
)


@pytest.fixture
def bar(qtbot: QtBot) -> StatsBar:
    bar = StatsBar()
    qtbot.addWidget(bar)
    bar.resize(1440, bar.height())
    bar.show()
    return bar


def texts(bar: StatsBar) -> list[str]:
    parts = (*bar.findChildren(QLabel), *bar.findChildren(QToolButton))
    shown = [part for part in parts if part.isVisible() and part.text()]
    return [part.text() for part in sorted(shown, key=QWidget.x)]


def test_what_the_store_holds(bar: StatsBar) -> None:
    bar.set_store(TOTALS, 30, 50 * GB)
    assert texts(bar) == [
        "12,431 images",
        "23.4 GB of 50 GB",
        "keeps 30 days",
        "oldest 22 September 2026 · newest 20 November 2026",
    ]
    assert bar.accessibleName() == "Store status"
    assert bar.accessibleDescription().startswith("12,431 images, 23.4 GB of 50 GB, ")
    assert QAccessible.queryAccessibleInterface(bar).role() == QAccessible.Role.StatusBar


def test_an_empty_store_and_none(bar: StatsBar) -> None:
    bar.set_store(StoreTotals(0, 0, 0, None, None, 0), 30, 10 * GB)
    assert texts(bar) == ["0 images", "0 bytes of 10 GB", "keeps 30 days"]
    bar.set_store(None)
    assert texts(bar) == []
    assert not any(thin.isVisible() for thin in bar.findChildren(ThinBar))


def test_the_quota_warns_when_it_is_exceeded(bar: StatsBar) -> None:
    quota = next(x for x in bar.findChildren(ThinBar) if x.accessibleName() == "Space used")

    def filled() -> str:
        return quota.grab().toImage().pixelColor(10, 3).name()

    bar.set_store(TOTALS, 30, 50 * GB)
    assert filled() == bar.palette().highlight().color().name()
    assert quota.value() == 468
    bar.set_store(TOTALS, 30, 20 * GB)
    assert filled() == bar.palette().brightText().color().name()
    assert quota.value() == quota.maximum()


def test_work_under_way_and_its_cancel(bar: StatsBar, qtbot: QtBot) -> None:
    bar.set_progress("Indexing", 1_200, 2_000)
    assert texts(bar) == ["Indexing 1,200 of 2,000"]
    progress = next(x for x in bar.findChildren(ThinBar) if x.accessibleName() == "Progress")
    assert progress.isVisible()
    assert progress.value() == 600
    cancel = next(x for x in bar.findChildren(QToolButton) if x.accessibleName() == "Cancel")
    with qtbot.waitSignal(bar.cancel_requested):
        qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    bar.set_progress("Looking for changes", 0, 0)
    assert texts(bar) == ["Looking for changes…"]
    bar.clear_progress()
    assert texts(bar) == []
    assert not cancel.isVisible()


def test_selection_badge_and_problems(bar: StatsBar, qtbot: QtBot) -> None:
    bar.set_badge("read-only", "You may not write here")
    bar.set_problems(2)
    bar.set_selection(3, 5_976_883)
    assert texts(bar) == ["read-only", "2 problems", "3 selected · 5.7 MB"]
    problems = next(x for x in bar.findChildren(QToolButton) if x.text())
    with qtbot.waitSignal(bar.problems_requested):
        qtbot.mouseClick(problems, Qt.MouseButton.LeftButton)
    bar.set_badge("")
    bar.set_problems(0)
    bar.set_selection(0, 0)
    assert texts(bar) == []


@pytest.mark.parametrize("width", range(200, 1500, 100))
def test_parts_hide_and_never_overlap(bar: StatsBar, width: int) -> None:
    bar.set_store(TOTALS, 30, 50 * GB)
    bar.set_progress("Indexing", 1_200, 2_000)
    bar.set_problems(2)
    bar.set_badge("read-only")
    bar.set_selection(12_000, 5_976_883)
    bar.resize(width, bar.height())
    bar.layout().activate()
    kinds = (QLabel, QToolButton, ThinBar)
    parts = [part for kind in kinds for part in bar.findChildren(kind) if part.isVisible()]
    row = parts[0].parentWidget()
    assert row is not None
    row.layout().activate()
    edge = 0
    for part in sorted(parts, key=QWidget.x):
        assert part.x() >= edge
        assert part.width() >= part.minimumSizeHint().width() or isinstance(part, ThinBar)
        edge = part.x() + part.width()
    assert edge <= width
    assert "12,431 images" in texts(bar)
    assert "newest 20 November 2026" in bar.accessibleDescription()
