"""What comes while the window is open is told of, counted, led to, and followed when asked."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest

from core.arrangement import Arranged
from core.index import Index
from core.ordering import Ordering
from core.query import parse
from core.records import ImageRecord
from gui.app import Session
from gui.controllers.store import OpenStore
from tests.flows.conftest import all_loaded, open_window, until
from tests.flows.others import shown
from tests.stores import NEWEST, make_image, make_store


async def test_new_images_count_down_as_the_person_gets_to_them(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=300, days=10, flat_share=0)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        grid, new = session.grid, session.window.new_images
        grid.scrollTo(session.images.index(290))
        await all_loaded(session)
        before = set(session.images.keys_between(0, 300))
        incoming = make_store(
            tmp_path / "incoming", images=240, days=40, flat_share=0, seed=9,
            newest=NEWEST + timedelta(days=20),
        )  # fmt: skip
        shutil.copytree(incoming / "images", base / "images", dirs_exist_ok=True)
        await until(lambda: shown(session) == 540)
        await all_loaded(session)

        def above() -> int:
            keys = session.images.keys_between(0, grid.visible_rows().start)
            return len(set(keys) - before)

        await until(lambda: new.text() == f"{above()} new")
        assert above() > 150
        for row in (400, 240, 160, 130, 60):
            grid.scrollTo(session.images.index(row))
            await until(lambda: new.text() == f"{above()} new")
        gone = session.images.record_at(0) or await record_of(session, 0)
        (base / gone.path).unlink()
        await until(lambda: shown(session) == 539)
        await until(lambda: new.text() == f"{above()} new")
        grid.scrollToTop()
        await until(lambda: not new.isVisible())


async def record_of(session: Session, row: int) -> ImageRecord:
    store = session.stores.store
    assert store is not None
    (record,) = (await store.manager.records([session.images.key_at(row)])).values()
    return record


async def test_what_comes_to_other_days_than_those_shown_is_told_and_led_to(
    tmp_path: Path,
) -> None:
    base = make_store(tmp_path / "store", images=60, days=3, flat_share=0)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        dates, new = session.window.dates, session.window.new_images
        dates.setCurrentIndex(session.dates.index_of_day((NEWEST - timedelta(days=2)).toordinal()))
        await until(lambda: shown(session) == 20)
        await all_loaded(session)
        for number in range(3):
            make_image(base, NEWEST + timedelta(days=2), seed=number)
        await until(lambda: new.isVisible() and new.text() == "3 new")
        assert shown(session) == 20
        QTest.mouseClick(new, Qt.MouseButton.LeftButton)
        await until(lambda: shown(session) == 63)
        assert not new.isVisible()


async def test_a_new_day_in_the_month_that_is_shown_moves_nothing(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=200, days=4, flat_share=0)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        month = session.dates.index_of_day(NEWEST.toordinal()).parent()
        session.window.dates.setCurrentIndex(month)
        await all_loaded(session)
        session.grid.setCurrentIndex(session.images.index(150))
        session.grid.scrollTo(session.images.index(150))
        await all_loaded(session)
        selected = list(session.selection.keys())
        top = session.grid.visualRect(session.grid.currentIndex()).top()
        path = make_image(base, NEWEST + timedelta(days=2))
        await until(lambda: shown(session) == 201)
        await all_loaded(session)
        assert list(session.selection.keys()) == selected
        assert session.grid.currentIndex().row() == 151
        assert session.grid.visualRect(session.grid.currentIndex()).top() == top
        path.unlink()
        path.with_suffix(".json").unlink()
        await until(lambda: shown(session) == 200)
        await all_loaded(session)
        assert list(session.selection.keys()) == selected
        assert session.grid.visualRect(session.grid.currentIndex()).top() == top


async def test_following_the_newest_keeps_it_in_view(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=200, days=5)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        session.grid.scrollTo(session.images.index(150))
        session.window.actions_by_id["follow_newest"].trigger()
        await until(lambda: session.grid.visible_rows().start == 0)
        session.grid.scrollTo(session.images.index(150))
        make_image(base, NEWEST + timedelta(days=1))
        await until(lambda: shown(session) == 201)
        await until(lambda: session.grid.visible_rows().start == 0)
        assert not session.window.new_images.isVisible()


async def test_what_the_person_brings_back_is_no_arrival(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=300, days=10)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        session.grid.setCurrentIndex(session.images.index(60))
        session.window.actions_by_id["delete"].trigger()
        await until(lambda: not session.history.busy and shown(session) == 299)
        session.grid.scrollTo(session.images.index(250))
        await all_loaded(session)
        with told_of_new(session) as told:
            session.window.actions_by_id["undo"].trigger()
            await until(lambda: not session.history.busy and shown(session) == 300)
            await all_loaded(session)
            assert told == []
            session.grid.scrollTo(session.images.index(250))
            await one_that_comes_now_is_told(session, base, told)


@contextmanager
def told_of_new(session: Session) -> Iterator[list[str]]:
    """Take note of what is said of new images, each time that anything is."""

    class Listener(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Show:
                told.append(session.window.new_images.text())
            return False

    told: list[str] = []
    listener = Listener()
    session.window.new_images.installEventFilter(listener)
    yield told
    session.window.new_images.removeEventFilter(listener)


async def one_that_comes_now_is_told(session: Session, base: Path, told: list[str]) -> None:
    """See that nothing was told of new images so far, and that this would have been."""
    await all_loaded(session)
    assert told == []
    make_image(base, NEWEST + timedelta(days=3))
    await until(lambda: told)
    assert session.window.new_images.text() == "1 new"


async def test_what_comes_out_of_sight_in_another_order_is_counted_and_led_to(
    tmp_path: Path,
) -> None:
    base = make_store(tmp_path / "store", images=300, days=3, flat_share=0)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        grid, new = session.grid, session.window.new_images
        session.window.actions_by_id["sort_name"].trigger()  # the newest comes last
        await all_loaded(session)
        before = set(session.images.keys_between(0, 300))
        assert not new.isVisible()
        make_image(base, NEWEST - timedelta(days=900))  # comes first, where it is seen
        make_image(base, NEWEST + timedelta(days=2))
        await until(lambda: shown(session) == 302)
        await until(lambda: new.isVisible() and new.text() == "1 new")
        make_image(base, NEWEST - timedelta(days=1, hours=12))
        await until(lambda: shown(session) == 303)
        await until(lambda: new.text() == "2 new")
        came = [row for row in range(303) if session.images.key_at(row) not in before]
        assert came[0] == 0 and came[-1] == 302
        grid.setFocus()
        QTest.mouseClick(new, Qt.MouseButton.LeftButton)
        await until(lambda: 302 in grid.visible_rows() and new.text() == "1 new")
        assert grid.hasFocus()
        new.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(new, Qt.Key.Key_Space)
        await until(lambda: came[1] in grid.visible_rows() and not new.isVisible())
        assert grid.hasFocus()


async def test_of_a_burst_in_another_order_the_newest_is_led_to(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=300, days=3, flat_share=0)
    for number in range(90):
        make_image(tmp_path / "burst", NEWEST + timedelta(days=400 + number // 30, minutes=number))
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        grid, new = session.grid, session.window.new_images
        session.window.actions_by_id["sort_name"].trigger()
        await all_loaded(session)
        (year,) = (tmp_path / "burst" / "images").iterdir()
        year.rename(base / "images" / year.name)
        await until(lambda: shown(session) == 390 and new.text() == "90 new")
        await all_loaded(session)
        QTest.mouseClick(new, Qt.MouseButton.LeftButton)
        await until(lambda: grid.visible_rows().start > 0)
        assert 389 in grid.visible_rows()
        assert (await record_of(session, 389)).created == NEWEST + timedelta(days=402, minutes=89)


async def test_in_another_order_the_newest_is_followed(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=300, days=3, flat_share=0)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        grid, new = session.grid, session.window.new_images
        session.window.actions_by_id["follow_newest"].trigger()
        session.window.actions_by_id["sort_name"].trigger()
        await all_loaded(session)
        assert grid.visible_rows().start == 0
        make_image(base, NEWEST + timedelta(days=2))
        await until(lambda: shown(session) == 301)
        await until(lambda: 300 in grid.visible_rows() and not new.isVisible())
        make_image(base, NEWEST - timedelta(days=1, hours=12))
        await until(lambda: shown(session) == 302)
        await until(lambda: new.isVisible() and new.text() == "1 new")
        assert 301 in grid.visible_rows()  # the newest is in view
        grid.scrollToTop()
        make_image(base, NEWEST + timedelta(days=3))
        await until(lambda: shown(session) == 303)
        await until(lambda: 302 in grid.visible_rows())


async def test_an_old_image_that_a_search_comes_to_find_is_not_new(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=300, days=3, flat_share=0)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        make_image(base, NEWEST + timedelta(days=1))  # old by the time that it is searched
        await until(lambda: shown(session) == 301)
        session.browse.search(parse("-is:pinned", NEWEST))
        session.window.actions_by_id["sort_name"].trigger()
        await all_loaded(session)
        count = shown(session)
        session.grid.setCurrentIndex(session.images.index(count - 1))
        session.window.actions_by_id["pin"].trigger()
        await until(lambda: not session.history.busy and shown(session) == count - 1)
        session.grid.scrollToTop()
        await all_loaded(session)
        with told_of_new(session) as told:
            session.window.actions_by_id["undo"].trigger()
            await until(lambda: not session.history.busy and shown(session) == count)
            await one_that_comes_now_is_told(session, base, told)


async def test_what_a_store_has_when_it_is_opened_in_another_order_is_not_new(
    tmp_path: Path,
) -> None:
    base = make_store(tmp_path / "store", images=300, days=3, flat_share=0)
    async with open_window(base) as session:
        session.window.actions_by_id["sort_name"].trigger()
        await all_loaded(session)
    for number in range(5):
        make_image(base, NEWEST + timedelta(days=2), seed=number)
    async with open_window(base) as session:
        await until(lambda: shown(session) == 305)
        make_image(base, NEWEST + timedelta(days=3))
        await until(lambda: shown(session) == 306)
        await until(lambda: session.window.new_images.text() == "1 new")


async def test_what_came_and_went_while_the_person_imported_is_not_counted(
    tmp_path: Path,
) -> None:
    base = make_store(tmp_path / "store", images=300, days=3, flat_share=0)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        session.window.actions_by_id["sort_name"].trigger()
        await all_loaded(session)
        with told_of_new(session) as told:
            with session.works.begin("Importing"):
                path = make_image(base, NEWEST + timedelta(days=2))
                await until(lambda: shown(session) == 301)
                take_away(path)
                await until(lambda: shown(session) == 300)
            await one_that_comes_now_is_told(session, base, told)


async def test_what_goes_while_it_is_asked_who_brought_it_is_not_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = make_store(tmp_path / "store", images=300, days=3, flat_share=0)
    asked, answered, records = asyncio.Event(), asyncio.Event(), OpenStore.records

    async def records_later(store: OpenStore, keys: list[int]) -> AsyncGenerator[ImageRecord, None]:
        asked.set()
        await answered.wait()
        async for record in records(store, keys):
            yield record

    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        session.window.actions_by_id["sort_name"].trigger()
        await all_loaded(session)
        monkeypatch.setattr(OpenStore, "records", records_later)
        session.arrivals.expect(["another.png"])
        paths = [make_image(base, NEWEST + timedelta(days=2), seed=number) for number in range(2)]
        await until(lambda: shown(session) == 302)
        await asked.wait()
        take_away(paths[0])
        await until(lambda: shown(session) == 301)
        answered.set()
        await until(session.window.new_images.isVisible)
        assert session.window.new_images.text() == "1 new"


def take_away(path: Path) -> None:
    path.unlink()
    path.with_suffix(".json").unlink()


async def test_what_comes_while_images_are_being_sorted_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = make_store(tmp_path / "store", images=300, days=3, flat_share=0)
    is_sorted, told, arrange = asyncio.Event(), asyncio.Event(), Ordering.arrange

    async def arrange_slowly(self: Ordering, *args: Any) -> Arranged:
        arranged = await arrange(self, *args)
        await is_sorted.wait()
        return arranged

    monkeypatch.setattr(Ordering, "arrange", arrange_slowly)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        assert session.stores.store is not None
        session.stores.store.bridge.images_changed.connect(lambda *_: told.set())
        session.window.actions_by_id["sort_name"].trigger()
        await until(lambda: session.works.under_way)
        make_image(base, NEWEST + timedelta(days=2))
        await told.wait()
        is_sorted.set()
        await until(lambda: shown(session) == 301)
        await all_loaded(session)
        assert session.window.new_images.text() == "1 new"


@pytest.mark.parametrize("order", ["by name", "by days", "one day"])
async def test_what_a_catalogue_finds_when_it_is_made_anew_is_not_new(
    tmp_path: Path, order: str
) -> None:
    base = make_store(tmp_path / "store", images=300, days=3, flat_share=0)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        if order == "by name":
            session.window.actions_by_id["sort_name"].trigger()
        elif order == "one day":
            session.window.dates.setCurrentIndex(session.dates.index_of_day(NEWEST.toordinal()))
        await all_loaded(session)
        count = shown(session)
        with told_of_new(session) as told:
            shutil.rmtree(tmp_path / "person/cache/contact-sheet")
            session.browse.rescan()
            await until(lambda: shown(session) < count)
            await until(lambda: shown(session) == count)
            await all_loaded(session)
            assert told == []
        if order == "by days":
            session.grid.scrollTo(session.images.index(250))
            await all_loaded(session)
        for days in (1, 2):
            make_image(base, NEWEST + timedelta(days=days))
        await until(lambda: session.window.new_images.text() == "2 new")


async def test_what_the_first_look_at_a_store_finds_is_not_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = make_store(tmp_path / "store", images=300, days=3, flat_share=0)
    async with open_window(base):
        pass
    for number in range(5):
        make_image(base, NEWEST + timedelta(days=2), seed=number)
    looks, scan = asyncio.Event(), Index._scan_once

    async def scan_later(self: Index, problems: list[str]) -> None:
        await looks.wait()
        await scan(self, problems)

    monkeypatch.setattr(Index, "_scan_once", scan_later)
    async with open_window(base, settled=False) as session:
        await until(lambda: shown(session) == 300)
        session.grid.scrollTo(session.images.index(250))
        await until(lambda: session.grid.visible_rows().start > 200)
        await asyncio.sleep(0)
        with told_of_new(session) as told:
            looks.set()
            await until(lambda: shown(session) == 305)
            await one_that_comes_now_is_told(session, base, told)
