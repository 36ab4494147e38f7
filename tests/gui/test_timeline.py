"""The timeline: its bars, what of them is going, and how a range is chosen."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.records import DayTotal
from gui.models.spans import LAST_DAY, Unit, span_text, spans, start_of, unit_for
from gui.models.timeline import Fates, Timeline
from gui.views.timeline import HEIGHT, TimelineView
from gui.views.timeline_painter import places_of

TODAY = date(2026, 11, 20).toordinal()
NONE = Fates((), 0, None)


def totals_of(days: dict[int, int]) -> list[DayTotal]:
    """Days with so many images of 1,000 bytes, newest first."""
    return [DayTotal(day, days[day], 1000 * days[day]) for day in sorted(days, reverse=True)]


DAYS = st.dictionaries(st.integers(TODAY - 2000, TODAY), st.integers(1, 50), min_size=1)


@given(DAYS, st.sampled_from(Unit), st.integers(0, TODAY), st.none() | st.integers(0, 200_000))
def test_bars_are_without_gaps_and_hold_everything(
    days: dict[int, int], unit: Unit, oldest_kept: int, limit: int | None
) -> None:
    totals = totals_of(days)
    fates = Fates(totals, oldest_kept, limit)
    timeline = Timeline(totals, fates, unit)
    bars = timeline.bars
    assert all(bar.last + 1 == after.first for bar, after in pairwise(bars))
    assert sum(bar.whole.images for bar in bars) == sum(days.values())
    assert sum(bar.going.images for bar in bars) == sum(
        count for day, count in days.items() if day < fates.first_kept
    )
    for day in days:
        bar = bars[timeline.bar_of(day)]
        assert bar.first == start_of(day, unit) <= day <= bar.last
        assert list(timeline.bars_between(day, day)) == [timeline.bar_of(day)]


@given(DAYS, st.integers(0, 200_000))
def test_what_is_kept_of_a_limited_store_has_room(days: dict[int, int], limit: int) -> None:
    totals = totals_of(days)
    fates = Fates(totals, 0, limit)
    kept = [total for total in totals if total.day >= fates.first_kept]
    assert sum(total.size_bytes for total in kept) <= limit
    gone = [total for total in totals if total.day < fates.first_kept]
    if gone:  # and the newest of what goes would not have
        assert sum(total.size_bytes for total in kept) + gone[0].size_bytes > limit
        assert all(
            total.day < min((each.day for each in kept), default=TODAY + 1) for total in gone
        )


def test_the_unit_is_the_finest_that_has_room() -> None:
    assert unit_for(TODAY - 99, TODAY, 100) is Unit.DAY
    assert unit_for(TODAY - 100, TODAY, 100) is Unit.WEEK
    assert unit_for(TODAY - 1000, TODAY, 100) is Unit.MONTH
    assert unit_for(TODAY - 10_000, TODAY, 100) is Unit.YEAR
    assert unit_for(TODAY - 100_000, TODAY, 100) is Unit.DECADE
    assert unit_for(1, LAST_DAY, 1) is Unit.CENTURY


@given(st.integers(1, LAST_DAY), st.integers(1, 300), st.sampled_from(Unit), st.data())
def test_spans_reach_to_the_ends_of_the_calendar(
    oldest: int, most: int, finest: Unit, data: st.DataObject
) -> None:
    newest = data.draw(st.integers(oldest, LAST_DAY))
    unit = unit_for(oldest, newest, most, finest)
    found = list(spans(oldest, newest, unit))
    assert len(found) <= max(most + 2, 100)
    assert found[0][0] <= oldest
    assert found[-1][0] <= newest < found[-1][1] <= LAST_DAY + 1
    for first, after in found:
        assert start_of(first, unit) == start_of(after - 1, unit) == first
        assert span_text(first, after - 1, unit)


@pytest.fixture
def view(qtbot: QtBot) -> TimelineView:
    view = TimelineView()
    qtbot.addWidget(view)
    view.resize(400, HEIGHT)
    totals = totals_of({TODAY - back: back + 1 for back in range(10)})
    view.set_totals(totals, Fates(totals, TODAY - 3, None))
    view.show()
    qtbot.waitUntil(lambda: len(view.bars) == 10)
    return view


def middle(view: TimelineView, number: int) -> QPoint:
    return places_of(view.rect(), len(view.bars)).room(number).center()


def test_a_drag_over_bars_chooses_their_days(view: TimelineView, qtbot: QtBot) -> None:
    left = Qt.MouseButton.LeftButton
    with qtbot.waitSignal(view.range_chosen) as chosen:
        QTest.mousePress(view, left, pos=middle(view, 6))
        QTest.mouseMove(view, middle(view, 3))
        QTest.mouseRelease(view, left, pos=middle(view, 3))
    assert chosen.args == [TODAY - 6, TODAY - 3]
    assert view.chosen == (TODAY - 6, TODAY - 3)


def test_a_click_chooses_a_day_and_one_on_the_axis_everything(
    view: TimelineView, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(view.range_chosen) as chosen:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=middle(view, 9))
    assert chosen.args == [TODAY, TODAY]
    below = QPoint(middle(view, 2).x(), view.height() - 3)
    with qtbot.waitSignal(view.all_chosen):
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=below)


def test_what_comes_meanwhile_ends_no_drag(view: TimelineView, qtbot: QtBot) -> None:
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(view, left, pos=middle(view, 6))
    view.set_totals(totals_of({TODAY - back: back + 1 for back in range(12)}), NONE)
    qtbot.waitUntil(lambda: len(view.bars) == 12)
    with qtbot.waitSignal(view.range_chosen) as chosen:
        QTest.mouseMove(view, middle(view, 4))
        QTest.mouseRelease(view, left, pos=middle(view, 4))
    assert chosen.args == [TODAY - 7, TODAY - 3]


def test_the_keyboard_chooses_too(view: TimelineView, qtbot: QtBot) -> None:
    key, shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(view, key.Key_Left)
    QTest.keyClick(view, key.Key_Left, shift)
    with qtbot.waitSignal(view.range_chosen) as chosen:
        QTest.keyClick(view, key.Key_Return)
    assert chosen.args == [TODAY - 2, TODAY - 1]
    with qtbot.waitSignal(view.all_chosen):
        QTest.keyClick(view, key.Key_Escape)


def test_a_bar_says_what_it_stands_for(view: TimelineView) -> None:
    assert view.text_of(9) == "20 November 2026: 1 image, 1,000 bytes"
    assert view.text_of(0).startswith("11 November 2026: 10 images, ")
    assert view.text_of(0).endswith("; 10 images are due to go, but for pinned ones")


def test_twenty_years_of_days_have_room(view: TimelineView, qtbot: QtBot) -> None:
    view.set_totals(totals_of(dict.fromkeys(range(TODAY - 7300, TODAY), 3)), NONE)
    qtbot.waitUntil(lambda: len(view.bars) > 10)
    last = places_of(view.rect(), len(view.bars)).room(len(view.bars) - 1)
    assert last.right() < view.width()


def test_an_empty_store_has_no_bars_and_takes_every_key(view: TimelineView, qtbot: QtBot) -> None:
    view.set_totals([], NONE)
    qtbot.waitUntil(lambda: not view.bars)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Return, Qt.Key.Key_End):
        QTest.keyClick(view, key)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(50, 20))
    view.repaint()
