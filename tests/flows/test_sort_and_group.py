"""A person sorts and groups images: the real window and disk, against reading every sidecar."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from contextlib import suppress
from datetime import date, datetime, timedelta

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest

from core.arrangement import BY_DAY, Arrangement, Grouping, SortKey
from core.ordering import Ordering
from gui.controllers.finding import Finding
from gui.models.day_rows import DayRows
from gui.models.place import Kind
from gui.text import day_text, month_text
from tests.flows.conftest import all_loaded, open_window, until
from tests.flows.test_open_and_browse import click_day, shown_ids
from tests.flows.test_search import search
from tests.stores import created_at, make_image, newest_first, sidecar_of

DAY = datetime(2026, 11, 20, 12)
PROMPTS = ("A fox in the snow", "A teapot at dawn", "An otter", "a fox in the snow")
MODELS = ("imagen-4", "dall-e-3", "")
Key, Modifier = Qt.Key, Qt.KeyboardModifier
_Select = QItemSelectionModel.SelectionFlag


def tell(base, path, **said):
    """Write into the sidecar of an image what is said of it."""
    sidecar = sidecar_of(base, path)
    known = json.loads(sidecar.read_bytes()) | {k: v for k, v in said.items() if k != "rating"}
    if "rating" in said:
        known["contact_sheet"] = {"rating": said["rating"]}
    sidecar.write_text(json.dumps(known))


@pytest.fixture
def base(tmp_path):
    """Forty images of three months that tie in all they can be sorted by."""
    base, rng = tmp_path / "store", random.Random(3)
    for number in range(40):
        when = DAY - timedelta(days=number % 9 * 9, minutes=number)
        size = ((48, 32), (64, 64), (96, 128))[number % 3]
        prompt = PROMPTS[number % 5] if number % 5 < 4 else f"Alone {number}"
        path = make_image(base, when, size=size, prompt=prompt if number % 7 else "", seed=number)
        cost = rng.choice([0.04, 0.08, 0.12, None])
        said = {"model": rng.choice(MODELS), "cost_info": {"estimated_cost_usd": cost}}
        tell(base, path, **said, rating=rng.choice([0, 0, 1, 3, 5]))
    return base


class Told:
    """One image as its sidecar and file say it is."""

    def __init__(self, base, path):
        said = json.loads(sidecar_of(base, path).read_bytes())
        self.name, self.file, self.size = path.stem, path.name, path.stat().st_size
        self.day = created_at(base, path).date()
        self.prompt, self.model = said["prompt"], said["model"]
        self.cost = said["cost_info"]["estimated_cost_usd"]
        self.rating = said.get("contact_sheet", {}).get("rating", 0) or None

    def value(self, sort):
        return {
            SortKey.DATE: 0,
            SortKey.SIZE: self.size,
            SortKey.NAME: self.file,
            SortKey.MODEL: self.model or None,
            SortKey.COST: self.cost,
            SortKey.RATING: self.rating,
        }[sort]


def expected(base, how, only=lambda told: True):
    """The headings, and the images' names under each, by sorting what the disk says."""
    newest = [each for path in newest_first(base) if only(each := Told(base, path))]
    known = [each for each in newest if each.value(how.sort) is not None]
    ordered = sorted(known, key=lambda each: each.value(how.sort), reverse=how.descending)
    ordered += [each for each in newest if each.value(how.sort) is None]
    upwards = how.sort is SortKey.DATE and not how.descending
    if upwards:
        ordered = newest[::-1]
    times = {each.prompt: 0 for each in newest}
    for each in newest:
        times[each.prompt] += 1

    def label(each):
        if how.group is Grouping.DAY:
            return day_text(each.day.toordinal())
        if how.group is Grouping.MONTH:
            return month_text(each.day.toordinal())
        if how.group is Grouping.MODEL:
            return each.model or "No model"
        if how.group is Grouping.PROMPT:
            return (
                (each.prompt if times[each.prompt] > 1 else "Prompts used once")
                if (each.prompt)
                else "No prompt"
            )
        return None

    dates_upwards = upwards and how.group in {Grouping.DAY, Grouping.MONTH}
    labels = [label(each) for each in (newest[::-1] if dates_upwards else newest)]
    labels = list(dict.fromkeys(labels))
    if how.group is Grouping.MODEL:
        labels.sort(key=lambda said: (said == "No model", said.casefold()))
    if how.group is Grouping.PROMPT:
        last = ("Prompts used once", "No prompt")
        labels = [each for each in labels if each not in last] + [
            each for each in last if each in labels
        ]
    return [(said, [each.name for each in ordered if label(each) == said]) for said in labels]


def by_day(session):
    """Tell whether the grid shows the images by days."""
    return isinstance(session.images.rows, DayRows)


async def shown(session):
    """The headings, and the images' names under each, as the grid has them."""
    images, found = session.images, []
    keys, sections = images.keys_at(range(images.rowCount())), images.sections
    records = await session.stores.store.manager.records(keys)
    for section in sections:
        some = keys[section.first_row : section.first_row + section.count]
        images.set_records({some[0]: records[some[0]]})
        said = None if section.group is Grouping.NOTHING else images.heading(section)
        found.append((said, [records[key].image_id for key in some]))
    return found


async def becomes(session, wanted):
    """Wait until the grid shows this."""
    async with asyncio.timeout(20):
        while True:
            with suppress(KeyError):  # of one that is gone by now
                if await shown(session) == wanted:
                    return
            await asyncio.sleep(0.05)


async def choose(session, **how):
    """Choose in the menus."""
    for name in how.values():
        action = session.window.actions_by_id[name]
        assert action.isEnabled()
        action.trigger()
    await session.browse.settled()


async def arrange(session, how):
    direction = "sort_descending" if how.descending else "sort_ascending"
    await choose(session, a=f"sort_{how.sort}", b=direction, c=f"group_{how.group}")
    assert session.arranging.arrangement == how


async def test_every_order_and_every_grouping_is_what_the_sidecars_say(base):
    async with open_window(base) as session:
        for sort in SortKey:
            for descending in (True, False):
                for group in Grouping:
                    how = Arrangement(sort, descending, group)
                    await arrange(session, how)
                    assert await shown(session) == expected(base, how), how
        await arrange(session, BY_DAY)
        assert by_day(session)
        assert await shown(session) == expected(base, BY_DAY)


async def test_the_largest_are_those_of_the_whole_store_and_the_button_says_so(base):
    async with open_window(base) as session:
        window = session.window
        assert window.arrangement.accessibleDescription() == "Newest first, grouped by day"
        await choose(session, sort="sort_size")
        largest = Arrangement(SortKey.SIZE, True, Grouping.NOTHING)
        assert await shown(session) == expected(base, largest)
        assert window.arrangement.accessibleDescription() == "Largest first, not grouped"
        assert window.arrangement.text().strip() == "Size"
        assert window.actions_by_id["group_nothing"].isChecked()
        assert window.actions_by_id["sort_descending"].isChecked()
        await choose(session, sort="sort_date")
        assert by_day(session)
        assert window.actions_by_id["group_day"].isChecked()


async def test_a_search_is_sorted_and_stays_true_when_it_changes(base):
    how = Arrangement(SortKey.COST, True, Grouping.MODEL)
    async with open_window(base) as session:
        await arrange(session, how)
        await search(session, "fox")
        await session.browse.settled()

        def found(told):
            return "fox" in told.prompt.lower()

        assert await shown(session) == expected(base, how, found)
        assert 0 < session.images.rowCount() < 40
        session.stores.store.manager.follow()
        path = make_image(base, DAY + timedelta(hours=1), prompt="A fox and a hen", seed=77)
        make_image(base, DAY + timedelta(hours=2), prompt="A hen", seed=78)
        count = session.images.rowCount() + 1
        await until(lambda: session.images.rowCount() == count)
        await all_loaded(session)
        assert await shown(session) == expected(base, how, found)
        assert path.stem in await shown_ids(session)
        session.window.search.clear()
        await until(lambda: not session.search.pending)
        await session.browse.settled()
        assert await shown(session) == expected(base, how)


async def test_the_order_can_change_while_something_is_searched_for(base):
    async with open_window(base) as session:
        await search(session, "teapot")
        how = Arrangement(SortKey.NAME, False, Grouping.NOTHING)
        await arrange(session, how)
        assert await shown(session) == expected(base, how, lambda told: "teapot" in told.prompt)
        await arrange(session, BY_DAY)
        assert await shown(session) == expected(base, BY_DAY, lambda told: "teapot" in told.prompt)


async def test_what_is_found_while_the_order_turns_to_days_is_shown(base, monkeypatch):
    async with open_window(base) as session:
        await arrange(session, Arrangement(SortKey.NAME, False, Grouping.NOTHING))
        await search(session, "teapot")
        update = Finding.update

        async def update_and_turn(finding, days):
            await update(finding, days)
            if sum(day.images for day in finding.totals()) > found:
                session.window.actions_by_id["sort_date"].trigger()
                await until(lambda: by_day(session))

        found = session.images.rowCount()
        monkeypatch.setattr(Finding, "update", update_and_turn)
        other = next(path for path in newest_first(base) if "otter" in Told(base, path).prompt)
        tell(base, other, prompt="A teapot, after all")
        await session.stores.store.manager.rescan(full=True)
        await session.browse.settled()
        assert await shown(session) == expected(base, BY_DAY, lambda told: "teapot" in told.prompt)


async def test_what_comes_goes_and_changes_is_in_its_place_and_moves_no_selection(base):
    how = Arrangement(SortKey.RATING, True, Grouping.NOTHING)
    async with open_window(base) as session:
        await arrange(session, how)
        session.stores.store.manager.follow()
        grid, images = session.grid, session.images
        chosen = [images.key_at(row) for row in (3, 20, 21, 39)]
        for key in chosen:
            grid.selectionModel().select(images.index(images.find(key)), _Select.Select)
        grid.selectionModel().setCurrentIndex(images.index(20), _Select.NoUpdate)
        records = await session.stores.store.manager.records(chosen)
        others = [path for path in newest_first(base) if path.stem not in
                  {record.image_id for record in records.values()}]  # fmt: skip
        tell(base, base / records[chosen[0]].path, rating=0)  # far down
        tell(base, base / records[chosen[3]].path, rating=5)  # far up
        make_image(base, DAY + timedelta(days=1), seed=99)
        others[5].unlink()
        sidecar_of(base, others[5]).unlink()
        session.browse.rescan()
        await becomes(session, expected(base, how))
        assert sorted(session.selection.keys()) == sorted(chosen)
        assert images.key_at(grid.currentIndex().row()) == chosen[1]


async def test_what_the_person_rates_moves_to_its_place_and_stays_selected(base):
    how = Arrangement(SortKey.RATING, True, Grouping.NOTHING)
    async with open_window(base) as session:
        await arrange(session, how)
        session.grid.setCurrentIndex(session.images.index(39))
        (key,) = session.selection.keys()
        session.grid.setFocus()
        session.window.activateWindow()
        await until(session.window.isActiveWindow)
        QTest.keyClick(session.grid, Key.Key_5, Modifier.AltModifier)
        await until(lambda: session.images.find(key) < 12)
        await session.browse.settled()
        assert await shown(session) == expected(base, how)
        assert list(session.selection.keys()) == [key]
        session.history.undo()
        await until(lambda: session.images.find(key) > 12)
        assert list(session.selection.keys()) == [key]


async def test_what_is_seen_stays_where_it_is_when_others_come(base):
    how = Arrangement(SortKey.SIZE, False, Grouping.MODEL)
    async with open_window(base, (900, 500)) as session:
        await arrange(session, how)
        session.stores.store.manager.follow()
        grid = session.grid
        grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum() // 2)
        await all_loaded(session)
        seen = session.images.key_at(grid.visible_rows()[len(grid.visible_rows()) // 2])
        before = grid.visualRect(session.images.index(session.images.find(seen)))
        for number in range(5):
            path = make_image(base, DAY + timedelta(days=2, hours=number), size=(8, 8))
            tell(base, path, model="dall-e-3")
        await until(lambda: session.images.rowCount() == 45)
        await all_loaded(session)
        after = grid.visualRect(session.images.index(session.images.find(seen)))
        assert before == after
        assert await shown(session) == expected(base, how)


async def test_deleting_selects_the_next_in_the_order_shown_and_undo_brings_it_back(base):
    how = Arrangement(SortKey.SIZE, True, Grouping.NOTHING)
    async with open_window(base) as session:
        await arrange(session, how)
        names = await shown_ids(session)
        session.grid.setCurrentIndex(session.images.index(4))
        session.trash.delete()
        await until(lambda: session.images.rowCount() == 39)
        await session.browse.settled()
        assert await shown_ids(session) == names[:4] + names[5:]
        assert list(session.selection.keys()) == [session.images.key_at(4)]
        session.history.undo()
        await until(lambda: session.images.rowCount() == 40)
        await session.browse.settled()
        assert await shown_ids(session) == names


async def test_the_large_view_goes_on_in_the_order_shown(base):
    how = Arrangement(SortKey.COST, True, Grouping.MODEL)
    async with open_window(base) as session:
        await arrange(session, how)
        names = await shown_ids(session)
        session.grid.setCurrentIndex(session.images.index(7))
        session.window.actions_by_id["large_view"].trigger()
        for number in (8, 9, 10):
            session.window.actions_by_id["next"].trigger()
            await session.large.settled()
            assert session.large.record.image_id == names[number]


async def test_a_heading_selects_its_group(base):
    how = Arrangement(group=Grouping.PROMPT)
    async with open_window(base) as session:
        await arrange(session, how)
        await all_loaded(session)
        said, names = expected(base, how)[0]
        heading = session.grid.visualRect(session.images.index(0)).topLeft()
        heading.setY(20)
        QTest.mouseClick(session.grid.viewport(), Qt.MouseButton.LeftButton, pos=heading)
        records = await session.stores.store.manager.records(session.selection.keys())
        assert {record.image_id for record in records.values()} == set(names)
        assert {record.prompt for record in records.values()} == {said}


async def test_days_of_the_tree_and_the_pinned_are_shown_in_the_order_too(base):
    how = Arrangement(SortKey.SIZE, True, Grouping.NOTHING)
    async with open_window(base) as session:
        await arrange(session, how)
        day = date(2026, 11, 20)
        click_day(session, day.toordinal())
        await until(lambda: session.images.rowCount() < 40)
        await session.browse.settled()
        assert await shown(session) == expected(base, how, lambda told: told.day == day)
        assert session.window.dates._follower.day is None
        session.window.dates.choose(Kind.PINNED)
        await until(lambda: session.window.message.isVisible())
        session.window.dates.choose(Kind.TRASH)
        await session.browse.settled()
        session.window.dates.choose()
        await until(lambda: session.images.rowCount() == 40)
        await session.browse.settled()
        assert await shown(session) == expected(base, how)
        await arrange(session, Arrangement(group=Grouping.DAY, descending=False))
        await until(lambda: session.window.dates._follower.day == min(
            section.day for section in session.images.sections))  # fmt: skip


async def test_the_order_is_kept_for_each_store(base, store):
    how = Arrangement(SortKey.NAME, False, Grouping.MODEL)
    other = store(images=5)
    async with open_window(base) as session:
        await arrange(session, how)
        session.commands.open(other)
        await until(lambda: session.images.rowCount() == 5)
        assert by_day(session)
        assert session.window.actions_by_id["sort_date"].isChecked()
    async with open_window(base) as session:
        assert await shown(session) == expected(base, how)
        assert session.window.actions_by_id["sort_name"].isChecked()
        assert session.window.actions_by_id["group_model"].isChecked()


async def test_nothing_is_said_to_be_gone_while_a_store_is_sorted(base, monkeypatch):
    how = Arrangement(SortKey.NAME, False, Grouping.MODEL)
    async with open_window(base) as session:
        await arrange(session, how)
    sorting, arrange_them = asyncio.Event(), Ordering.arrange

    async def arrange_later(*arguments):
        await sorting.wait()
        return await arrange_them(*arguments)

    monkeypatch.setattr(Ordering, "arrange", arrange_later)
    async with open_window(base, settled=False) as session:
        rescanned = asyncio.Event()
        session.browse.rescanned.connect(rescanned.set)
        await rescanned.wait()
        assert session.arranging.sorting
        assert "Nothing" not in session.window.message.accessibleName()
        sorting.set()
        await until(lambda: session.window.shows_grid)
        await session.browse.settled()
        assert await shown(session) == expected(base, how)


async def test_who_does_not_want_to_wait_gets_the_days(base):
    async with open_window(base) as session:
        begun = []

        def on_works_changed():
            if session.works.under_way and not begun:
                begun.append(True)
                asyncio.get_running_loop().call_soon(session.works.cancel)

        session.works.changed.connect(on_works_changed)
        session.window.actions_by_id["sort_cost"].trigger()
        await session.browse.settled()
        assert begun
        assert by_day(session)
        assert session.window.actions_by_id["sort_date"].isChecked()
        assert await shown(session) == expected(base, BY_DAY)


async def test_orders_that_change_while_many_days_come_lose_none(base):
    async with open_window(base) as session:
        for number in range(200):
            when = DAY - timedelta(days=number % 60, hours=1, seconds=number)
            make_image(base, when, seed=100 + number)
        store, ways = session.stores.store, itertools.cycle(["sort_size", "sort_date"])
        for _ in range(12):
            await store.manager.rescan(full=True)  # tells of all days that came
            for _ in range(3):
                session.window.actions_by_id[next(ways)].trigger()
                await asyncio.sleep(0.01)
        await session.browse.settled()
        if not by_day(session):
            session.window.actions_by_id["sort_date"].trigger()
        await session.browse.settled()
        assert await shown(session) == expected(base, BY_DAY)


async def test_days_that_come_one_after_the_other_go_on_in_another_order(base):
    async with open_window(base) as session:
        store, arranging = session.stores.store, session.arranging
        days = {day.day: day for day in await store.manager.days()}
        session.images.set_days([])
        coming = asyncio.ensure_future(arranging.update(days, arranging.times_shown))
        await asyncio.sleep(0)  # some of them are there
        assert 0 < session.images.rowCount() < 40
        how = Arrangement(SortKey.SIZE, True, Grouping.NOTHING)
        arranging.rearrange(how)
        await coming
        assert await shown(session) == expected(base, how)
        rest = {day: days[day] for day in [*days][:3]}
        going = asyncio.ensure_future(arranging.update(dict.fromkeys(rest), arranging.times_shown))
        await asyncio.sleep(0)
        arranging.rearrange(BY_DAY)
        await going
        await session.browse.settled()
        assert session.images.rowCount() == 40 - sum(len(day.keys) for day in rest.values())
