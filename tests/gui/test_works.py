from __future__ import annotations

from pytestqt.qtbot import QtBot

from core.records import WorkProgress
from gui.controllers.works import WorkController
from gui.text import duration_text, pace_text
from gui.views.stats_bar import StatsBar


def shown(qtbot: QtBot) -> tuple[StatsBar, WorkController]:
    bar = StatsBar()
    qtbot.addWidget(bar)
    bar.resize(1200, 30)
    bar.show()
    return bar, WorkController(bar)


def test_long_work_is_shown_with_how_far_it_is_until_it_ends(qtbot: QtBot) -> None:
    bar, works = shown(qtbot)
    with works.begin("Importing") as work:
        assert works.under_way
        assert "Importing" not in bar.accessibleDescription()  # it might be over at once
        work.on_progress(WorkProgress(3, 10))
        qtbot.waitUntil(lambda: "Importing 3 of 10" in bar.accessibleDescription())
        work.on_progress(WorkProgress(4, 10))
        qtbot.waitUntil(lambda: "Importing 4 of 10" in bar.accessibleDescription())
    assert not works.under_way
    assert "Importing" not in bar.accessibleDescription()


def test_cancelling_ends_what_began_last(qtbot: QtBot) -> None:
    bar, works = shown(qtbot)
    ended = []
    with works.begin("Indexing", lambda: ended.append("indexing")) as first:
        with works.begin("Importing") as second:
            qtbot.waitUntil(lambda: "Importing…" in bar.accessibleDescription())
            bar.cancel_requested.emit()
            assert second.stopped()
            assert not first.stopped()
        assert "Indexing…" in bar.accessibleDescription()
        bar.cancel_requested.emit()
        assert ended == ["indexing"]


def test_pace() -> None:
    assert pace_text(50, 200, 0.5) == ""  # too early to tell
    assert pace_text(0, 200, 5) == ""
    assert pace_text(90, 200, 2) == "45 a second, 2 s left"
    assert pace_text(3, 1203, 2) == "1.5 a second, 13 min 20 s left"
    assert duration_text(7500) == "2 h 5 min"


def test_what_somebody_asked_for_is_shown_before_what_goes_on_by_itself(qtbot: QtBot) -> None:
    bar, works = shown(qtbot)
    with works.begin("Importing") as asked, works.begin("Indexing", background=True) as by_itself:
        qtbot.waitUntil(lambda: "Importing…" in bar.accessibleDescription())
        bar.cancel_requested.emit()
        assert (asked.stopped(), by_itself.stopped()) == (True, False)
