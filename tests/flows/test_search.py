"""A person looks for images: the real window, a real store on disk."""

from __future__ import annotations

import asyncio
import json
import re
from collections import defaultdict
from datetime import date, datetime, timedelta

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core import ImageStorageManager
from core.events import ImagesExamined
from gui.models.date_tree import DateTreeModel
from gui.models.date_tree import Role as DateRole
from gui.models.place import Kind
from gui.text import count_text, size_text
from gui.views.selected_rows import selection_of
from tests import generated
from tests.flows.conftest import all_loaded, open_window, until
from tests.flows.test_open_and_browse import click_day, shown_ids, tree_days
from tests.stores import make_image, newest_first, sidecar_of

Key = Qt.Key
# Lists below the box ask the offscreen plugin for much.
offers_shown = pytest.mark.qt_log_ignore("This plugin does not support")
DAY = datetime(2026, 11, 20, 12)


def prompts(base):
    """What was asked for, by the image's file, newest first."""
    return {
        path: json.loads(sidecar_of(base, path).read_bytes())["prompt"]
        for path in newest_first(base)
    }


def having(base, word):
    """The images that have a word, or the beginning of one, newest first."""
    pattern = re.compile(rf"\b{word}", re.IGNORECASE)
    return [path for path, prompt in prompts(base).items() if pattern.search(prompt)]


def by_day(paths):
    """What the tree says of these files."""
    days = defaultdict(list)
    for path in paths:
        stamp = re.fullmatch(r"img_(\d{8}).*", path.stem)[1]
        days[date.fromisoformat(stamp).toordinal()].append(path.stat().st_size)
    return {
        day: f"{count_text(len(sizes), 'image')}, {size_text(sum(sizes))}"
        for day, sizes in days.items()
    }


async def search(session, text):
    """Type a search into the box."""
    window = session.window
    window.activateWindow()  # the offscreen plugin does not by itself when a list has closed
    await until(window.isActiveWindow)
    QTest.keyClick(window, Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    await until(window.search.hasFocus)
    if not text:
        window.search.clear()
    QTest.keyClicks(window.search, text)
    await until(lambda: not session.search.pending)
    await all_loaded(session)


async def test_as_one_types_the_grid_the_tree_and_the_bar_follow(store):
    base = store(images=120, days=12)
    async with open_window(base) as session:
        window = session.window
        await search(session, "l")
        assert await shown_ids(session) == [path.stem for path in having(base, "l")]
        QTest.keyClicks(window.search, "ight")
        await until(lambda: not session.search.pending)
        await all_loaded(session)
        found = having(base, "light")
        assert 0 < len(found) < 120
        assert await shown_ids(session) == [path.stem for path in found]
        assert tree_days(session) == by_day(found)
        assert f"{len(found)} of 120 images" in window.stats.accessibleDescription()
        assert [section.day for section in session.images.sections] == sorted(
            by_day(found), reverse=True
        )
        QTest.keyClick(window.search, Key.Key_Escape)
        await until(lambda: session.images.rowCount() == 120)
        assert window.search.text() == ""
        assert session.grid.hasFocus()
        await all_loaded(session)
        assert len(tree_days(session)) == len(by_day(prompts(base)))
        assert "of 120 images" not in window.stats.accessibleDescription()


async def test_days_chosen_within_a_search_narrow_it(store):
    base = store(images=120, days=6)
    async with open_window(base) as session:
        await search(session, "fox")
        found = by_day(having(base, "fox"))
        day = min(found)
        click_day(session, day)
        await until(lambda: [section.day for section in session.images.sections] == [day])
        await all_loaded(session)
        assert found[day].startswith(count_text(session.images.rowCount(), "image"))
        assert tree_days(session) == found  # the others are still there to be chosen
        session.window.dates.choose()
        await until(lambda: session.images.rowCount() == len(having(base, "fox")))


async def test_what_comes_and_goes_is_followed_and_moves_no_selection(store):
    base = store(images=60, days=5, flat_share=0)
    async with open_window(base) as session:
        session.stores.store.manager.follow()
        await search(session, "fox")
        count = session.images.rowCount()
        chosen = session.images.key_at(count - 1)
        session.grid.setCurrentIndex(session.images.index(count - 1))
        made = make_image(base, DAY + timedelta(days=3), prompt="A fox on ice")
        make_image(base, DAY + timedelta(days=3, hours=1), prompt="An otter on ice")
        await until(lambda: session.images.rowCount() == count + 1)
        assert list(session.selection.keys()) == [chosen]
        assert (await shown_ids(session))[0] == made.stem
        await all_loaded(session)
        assert f"{count + 1} of 62 images" in session.window.stats.accessibleDescription()
        made.unlink()
        made.with_suffix(".json").unlink()
        await until(lambda: session.images.rowCount() == count)
        assert list(session.selection.keys()) == [chosen]


async def test_nothing_found_says_what_to_do_next(store):
    base = store(images=10, days=2)
    async with open_window(base) as session:
        await search(session, "zeppelin")
        message = session.window.message
        await until(message.isVisible)
        assert message.accessibleName() == "Nothing found"
        assert "fewer words" in message.accessibleDescription()
        assert tree_days(session) == {}
        message.offer_taken.emit("clear_search")
        await until(session.grid.isVisible)
        assert session.images.rowCount() == 10
        await all_loaded(session)


def tree_state(session):
    """The rows of the tree that can be seen, as a person sees them: their days, open, selected."""
    tree, rows = session.window.dates, []
    is_selected = tree.selectionModel().isSelected
    index = session.dates.index(0, 0)
    while index.isValid():
        rows.append((index.data(DateRole.PLACE), tree.isExpanded(index), is_selected(index)))
        index = tree.indexBelow(index)
    return rows


@pytest.mark.parametrize(("words", "left"), [("qqqqqq", 0), ("dirigible", 1)])
async def test_the_tree_is_as_before_when_a_search_has_ended(store, words, left):
    base = store(images=20, days=3)
    old, older = datetime(2025, 5, 3, 12), datetime(2024, 2, 1, 12)
    for number in range(3):
        make_image(base, old + timedelta(minutes=number))
        make_image(base, older + timedelta(minutes=number), prompt="A dirigible")
    async with open_window(base) as session:
        newer_day, older_day = old.toordinal(), older.toordinal()
        click_day(session, older_day)
        click_day(session, newer_day, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: session.images.rowCount() == 6)
        await all_loaded(session)
        before = tree_state(session)
        chosen = [place.days for place, _, selected in before if selected]
        assert chosen == [{newer_day}, {older_day}]
        await search(session, words)
        await until(lambda: session.images.rowCount() == 3 * left)
        await until(lambda: len(tree_days(session)) == left)
        session.window.search.clear()
        await until(lambda: session.images.rowCount() == 6)
        await all_loaded(session)
        assert tree_state(session) == before
        QTest.keyClick(session.window.dates, Key.Key_Up)  # goes on from a day, not from the trash
        await until(lambda: session.images.rowCount() not in (0, 6))


@offers_shown
async def test_what_is_not_understood_is_said_below_the_box(store, monkeypatch):
    monkeypatch.setattr("gui.controllers.search.PATIENCE_MS", 600_000)
    base = store(images=40, days=4)
    async with open_window(base) as session:
        window = session.window
        await search(session, "fox colour:red")
        assert window.search_hint.isVisible()
        assert "“colour:” is no field" in window.search.accessibleDescription()
        # what is understood is searched for
        assert await shown_ids(session) == [path.stem for path in having(base, "fox")]
        await search(session, "fox model:")
        assert not window.search_hint.isVisible()  # that may still become something
        QTest.keyClick(window.search, Key.Key_Return)
        assert "After “model:” comes a model" in window.search.accessibleDescription()
        await search(session, "fox")
        assert not window.search_hint.isVisible()
        await all_loaded(session)


@offers_shown
async def test_pinned_and_trash_within_a_search(store):
    base = store(images=40, days=4)
    async with open_window(base) as session:
        dates = session.window.dates
        session.grid.setCurrentIndex(session.images.index(3))
        pinned = (await shown_ids(session))[3]
        session.window.actions_by_id["pin"].trigger()
        await until(lambda: session.dates.data(session.dates.index_of(Kind.PINNED)) == "Pinned")
        await search(session, "is:pinned")
        await until(lambda: session.images.rowCount() == 1)
        assert await shown_ids(session) == [pinned]
        await search(session, "fox")
        dates.choose(Kind.PINNED)
        prompt = next(text for path, text in prompts(base).items() if path.stem == pinned)
        await until(lambda: session.images.rowCount() == int("fox" in prompt))
        dates.choose(Kind.TRASH)
        await until(lambda: session.window.dates.place.kind == Kind.TRASH)
        await search(session, "otter")  # a search is for images that are there
        assert dates.place.kind == Kind.ALL
        assert await shown_ids(session) == [path.stem for path in having(base, "otter")]


@offers_shown
async def test_fields_and_their_values_are_offered_and_taken_by_keys(store):
    base = store(images=60, days=4)
    models = {
        path: json.loads(sidecar_of(base, path).read_bytes())["model"]
        for path in newest_first(base)
    }
    first, second = sorted(set(models.values()), key=str.casefold)[:2]
    async with open_window(base) as session:
        window = session.window
        await search(session, "mod")
        popup = window.search.offers.popup
        await until(popup.isVisible)
        assert [popup.model().index(0, 0).data()] == ["model:"]
        QTest.keyClick(popup, Key.Key_Down)
        QTest.keyClick(popup, Key.Key_Return)
        assert window.search.text() == "model:"
        await until(popup.isVisible)
        offered = [popup.model().index(row, 0).data() for row in range(popup.model().rowCount())]
        assert offered == sorted(set(models.values()), key=str.casefold)
        QTest.keyClick(popup, Key.Key_Down)
        QTest.keyClick(popup, Key.Key_Down)
        QTest.keyClick(popup, Key.Key_Return)
        await until(lambda: not popup.isVisible())
        assert window.search.text() == f"model:{second} "
        await until(lambda: session.images.rowCount() == list(models.values()).count(second))
        window.search.clear()
        QTest.keyClicks(window.search, f"model:{first[:3]}")
        await until(popup.isVisible)
        QTest.keyClick(popup, Key.Key_Escape)
        assert not popup.isVisible()
        assert window.search.text() == f"model:{first[:3]}"  # which a second Escape takes away
        QTest.keyClicks(window.search, first[3])
        await until(popup.isVisible)
        QTest.keyClick(popup, Key.Key_Tab)
        assert window.search.text() == f"model:{first} "
        assert window.search.hasFocus()
        await until(lambda: not session.search.pending)
        await all_loaded(session)
        assert await shown_ids(session) == [
            path.stem for path, model in models.items() if model == first
        ]


async def open_menu(session):
    session.window.activateWindow()
    await until(session.window.isActiveWindow)
    QTest.keyClick(session.window.search, Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    menu = session.window.search.menu
    await until(menu.isVisible)
    return menu


@offers_shown
async def test_a_search_is_kept_for_its_store_until_it_is_forgotten(store, tmp_path):
    base, other = store(images=40, days=4), tmp_path / "other"
    make_image(other, DAY)
    async with open_window(base) as session:
        await search(session, "fox & more")
        menu = await open_menu(session)
        QTest.keyClick(menu, Key.Key_K)
        await until(lambda: not menu.isVisible())
    async with open_window(other) as session:
        menu = await open_menu(session)
        assert [action.isEnabled() for action in menu.actions()] == [False]  # nothing to keep
    async with open_window(base) as session:
        menu = await open_menu(session)
        QTest.keyClick(menu, Key.Key_Down)
        QTest.keyClick(menu, Key.Key_Return)
        assert session.window.search.text() == "fox & more"
        menu = await open_menu(session)
        QTest.keyClick(menu, Key.Key_F)
        await until(lambda: not menu.isVisible())
        menu = await open_menu(session)
        assert len(menu.actions()) == 1


@pytest.fixture
def seen(monkeypatch):
    """Set it when what is said before was seen: no image is examined earlier."""
    seen, examine = asyncio.Event(), ImageStorageManager.examine

    async def examine_later(manager):
        await seen.wait()
        return await examine(manager)

    monkeypatch.setattr(ImageStorageManager, "examine", examine_later)
    return seen


@offers_shown
async def test_credentials_are_found_as_the_idle_program_comes_to_look_for_them(store, seen):
    base = store(images=20, days=3)
    path = next(path for path in newest_first(base)[5:] if path.suffix == ".png")
    path.write_bytes(generated.signed(path.read_bytes(), "image/png"))
    async with open_window(base) as session:
        session.grid.setFocus()
        await search(session, "has:c2pa")
        bar = session.window.stats
        await until(lambda: "of 20 images, 20 not looked at yet" in bar.accessibleDescription())
        assert session.images.rowCount() == 0
        await until(lambda: session.window.message.accessibleName() == "Nothing found yet")
        seen.set()
        await until(lambda: session.images.rowCount() == 1)
        assert await shown_ids(session) == [path.stem]
        await until(lambda: "not looked at" not in bar.accessibleDescription())
        await until(lambda: "1 of 20 images" in bar.accessibleDescription())


@offers_shown
async def test_broken_images_are_found_as_the_idle_program_comes_to_look_for_them(store, seen):
    base = store(images=20, days=3)
    ends, empty, untold, *_ = newest_first(base)[5:]
    ends.write_bytes(ends.read_bytes()[:-40])
    empty.write_bytes(b"")
    sidecar_of(base, untold).write_bytes(b"{")
    async with open_window(base) as session:
        session.grid.setFocus()
        await search(session, "is:broken")
        bar = session.window.stats
        await until(lambda: "1 of 20 images, 20 not looked at" in bar.accessibleDescription())
        assert await shown_ids(session) == [untold.stem]
        seen.set()
        await until(lambda: session.images.rowCount() == 3)
        assert await shown_ids(session) == [ends.stem, empty.stem, untold.stem]
        await until(lambda: "not looked at" not in bar.accessibleDescription())
        await until(lambda: "3 of 20 images" in bar.accessibleDescription())
        await search(session, "-is:broken")
        await until(lambda: session.images.rowCount() == 17)


@offers_shown
async def test_looking_for_credentials_in_vain_says_how_many_are_left_and_counts_nothing(
    store, monkeypatch
):
    async with open_window(store(images=20, days=3)) as session:
        session.grid.setFocus()
        await search(session, "has:c2pa")
        bar, hear = session.window.stats, session.stores.store.bridge.hear
        await until(lambda: "0 of 20 images" in bar.accessibleDescription())
        await until(lambda: "not looked at" not in bar.accessibleDescription())
        assert session.window.message.accessibleName() == "Nothing found"
        await all_loaded(session)
        counted, set_totals = [], DateTreeModel.set_totals

        def count(model, totals):
            counted.append(totals)
            set_totals(model, totals)

        monkeypatch.setattr(DateTreeModel, "set_totals", count)
        hear(ImagesExamined(frozenset(), 7))
        assert "0 of 20 images, 7 not looked at yet" in bar.accessibleDescription()
        await all_loaded(session)
        assert counted == []
        hear(ImagesExamined(frozenset({1}), 0))
        assert "not looked at" not in bar.accessibleDescription()
        await all_loaded(session)
        assert counted


@pytest.mark.parametrize("view", ["large_view", "compare"])
async def test_what_is_typed_where_images_are_looked_at_closely_stays_in_the_box(store, view):
    base = store(images=30, days=3)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        session.grid.setFocus()
        session.grid.selectionModel().select(
            selection_of(session.images, [range(2)]), QItemSelectionModel.SelectionFlag.Select
        )
        await session.selection.settled()
        session.window.actions_by_id[view].trigger()
        assert session.window.shows_closely
        session.window.actions_by_id["search"].trigger()
        for letter in "light":
            QTest.keyClicks(QApplication.focusWidget(), letter)
            await until(lambda: not session.search.pending)
        assert session.window.search.text() == "light"
        assert session.window.search.hasFocus()
