"""A person chooses a range of time above the grid: the real window, a real store on disk."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.settings import StorageSettings, save
from gui.models.place import Kind
from tests.flows.conftest import all_loaded, open_window, until
from tests.gui.test_timeline import middle
from tests.stores import image_files, make_image, picture

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


def make_far_days(base):
    """A store with an image of today, and one at either end of the calendar."""
    make_image(base, NEWEST)
    for day in ("0001/01/01", "9999/12/31"):
        path = base / "images" / day / "far.png"
        path.parent.mkdir(parents=True)
        path.write_bytes(picture("png", (64, 64), 0))
    return base


async def test_the_first_and_the_last_day_of_the_calendar_are_shown_and_chosen(tmp_path):
    async with open_window(make_far_days(tmp_path / "store")) as session:
        view = session.window.timeline
        await until(lambda: sum(bar.whole.images for bar in view.bars) == 3)
        assert len(view.bars) == 100
        assert view.text_of(0).startswith("1 – 99: 1 image,")
        assert view.text_of(99).startswith("9900 – 9999: 1 image,")
        view.grab()
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=middle(view, 99))
        await until(lambda: session.images.rowCount() == 1)
        assert session.window.dates.place.days == {date.max.toordinal()}
        QTest.keyClick(view, Qt.Key.Key_Escape)
        await until(lambda: session.images.rowCount() == 3)


async def test_the_last_week_of_the_calendar_ends_with_it(tmp_path):
    base = make_far_days(tmp_path / "store")
    for image in image_files(base):
        if "9999" not in str(image):
            image.unlink()
    other = base / "images/9998/01/31/far.png"
    other.parent.mkdir(parents=True)
    other.write_bytes(picture("png", (64, 64), 0))
    async with open_window(base) as session:
        view = session.window.timeline
        await until(lambda: sum(bar.whole.images for bar in view.bars) == 2)
        assert view.text_of(len(view.bars) - 1).startswith("27 December 9999 – 31 December 9999:")
