"""A person chooses a range of time above the grid: the real window, a real store on disk."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.settings import StorageSettings, save
from gui.models.place import Kind
from tests.flows.conftest import all_loaded, open_window, until
from tests.gui.test_timeline import middle
from tests.stores import make_image

NEWEST = datetime.now().replace(hour=12, minute=0, second=0, microsecond=0)
KEPT = 30  # days, by default


def make_days(base, days):
    """A store with an image of each of so many days, up to today."""
    for back in range(days):
        make_image(base, NEWEST - timedelta(days=back))
    return base


async def test_a_range_is_seen_in_grid_and_tree_and_left_again(tmp_path):
    async with open_window(make_days(tmp_path / "store", 40)) as session:
        view = session.window.timeline
        await until(lambda: len(view.bars) == 40)
        left = Qt.MouseButton.LeftButton
        QTest.mousePress(view, left, pos=middle(view, 10))
        QTest.mouseMove(view, middle(view, 15))
        QTest.mouseRelease(view, left, pos=middle(view, 15))
        await until(lambda: session.images.rowCount() == 6)
        days = {view.bars[number].first for number in range(10, 16)}
        assert session.window.dates.place.kind == Kind.DAYS
        assert session.window.dates.place.days == days
        assert {section.day for section in session.images.sections} == days
        QTest.keyClick(view, Qt.Key.Key_Escape)
        await until(lambda: session.images.rowCount() == 40)
        assert view.chosen is None


async def test_what_is_chosen_in_the_tree_is_marked(tmp_path):
    async with open_window(make_days(tmp_path / "store", 12)) as session:
        view, today = session.window.timeline, NEWEST.toordinal()
        await until(lambda: len(view.bars) == 12)
        session.window.dates.choose_between(today - 4, today - 2)
        assert view.chosen == (today - 4, today - 2)
        session.window.dates.choose(Kind.PINNED)
        assert view.chosen is None


async def test_what_is_due_to_go_is_tinted_and_said(tmp_path):
    async with open_window(make_days(tmp_path / "store", KEPT + 3)) as session:
        view = session.window.timeline
        await until(lambda: len(view.bars) == KEPT + 3)
        assert [bool(bar.going.images) for bar in view.bars] == [True] * 2 + [False] * (KEPT + 1)
        assert "due to go" in view.text_of(0)


async def test_during_a_search_what_is_due_depends_on_the_whole_store(tmp_path):
    base = tmp_path / "store"
    for back, prompt in enumerate(("A fox", "A teapot")):
        path = make_image(base, NEWEST - timedelta(days=back), prompt=prompt)
        with path.open("ab") as file:
            file.write(bytes(700 << 10))
    save(StorageSettings(base_path=str(base), max_size_gb=0.001))
    async with open_window(base) as session:
        view = session.window.timeline
        await until(lambda: [bar.going.images for bar in view.bars] == [1, 0])
        session.window.search.setText("teapot")
        await until(lambda: [bar.whole.images for bar in view.bars] == [1])
        assert view.bars[0].going.images == 1


async def test_new_images_come_into_it(tmp_path):
    base = make_days(tmp_path / "store", 3)
    async with open_window(base) as session:
        view = session.window.timeline
        await until(lambda: len(view.bars) == 3)
        make_image(base, NEWEST + timedelta(hours=1), seed=9)
        await until(lambda: view.bars[-1].whole.images == 2)


async def test_it_is_hidden_and_stays_so(tmp_path):
    base = make_days(tmp_path / "store", 3)
    async with open_window(base) as session:
        session.window.actions_by_id["show_timeline"].trigger()
        assert not session.window.timeline.isVisible()
    async with open_window(base) as session:
        await all_loaded(session)
        assert not session.window.timeline.isVisible()
        session.window.actions_by_id["show_timeline"].trigger()
        assert session.window.timeline.isVisible()
