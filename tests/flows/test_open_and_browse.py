"""A person opens a store and looks through it: the real window, a real store on disk."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import time
from array import array
from datetime import datetime
from itertools import pairwise

import psutil
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from core.records import DayImages
from gui.models.date_tree import Role as DateRole
from gui.models.place import Kind
from gui.text import count_text, size_text
from tests.flows.conftest import all_loaded, open_window, until
from tests.stores import (
    image_files,
    make_image,
    newest_first,
    sidecar_of,
    total_bytes,
    totals_by_day,
)

DESCRIPTION = Qt.ItemDataRole.AccessibleDescriptionRole
Key, Modifier = Qt.Key, Qt.KeyboardModifier


def make_old(base):
    """Have every folder look untouched for a minute; one just touched is always looked at again."""
    then = time.time() - 60
    for folder in (base, *base.rglob("*/")):
        os.utime(folder, (then, then))


async def shown_ids(session):
    """The ids of what the grid shows, in its order."""
    keys = session.images.keys_at(range(session.images.rowCount()))
    records = await session.stores.store.manager.records(keys)
    return [records[key].image_id for key in keys]


def tree_days(session):
    """Every day in the tree: {ordinal: its description}."""
    model, found = session.dates, {}
    for year in range(Kind.DAYS, model.rowCount()):
        year_index = model.index(year, 0)
        for month in range(model.rowCount(year_index)):
            month_index = model.index(month, 0, year_index)
            for day in range(model.rowCount(month_index)):
                index = model.index(day, 0, month_index)
                (ordinal,) = model.data(index, DateRole.PLACE).days
                found[ordinal] = model.data(index, DESCRIPTION)
    return found


def click_day(session, day, modifier=Qt.KeyboardModifier.NoModifier):
    """Click on a day in the tree, as a person does."""
    tree = session.window.dates
    index = session.dates.index_of_day(day)
    parent = index.parent()
    while parent.isValid():
        tree.expand(parent)
        parent = parent.parent()
    tree.scrollTo(index)
    QTest.mouseClick(
        tree.viewport(), Qt.MouseButton.LeftButton, modifier, tree.visualRect(index).center()
    )


async def test_every_count_is_that_of_the_disk(store):
    base = store(images=120, days=40)
    async with open_window(base) as session:
        truth = totals_by_day(base)
        assert tree_days(session) == {
            day: f"{count_text(images, 'image')}, {size_text(size)}"
            for day, (images, size) in truth.items()
        }
        everything = session.dates.data(session.dates.index(0, 0), DESCRIPTION)
        assert everything == f"120 images, {size_text(total_bytes(base))}"
        assert "120 images" in session.window.stats.accessibleDescription()
        assert [(s.day, s.count, s.size_bytes) for s in session.images.sections] == [
            (day, *truth[day]) for day in sorted(truth, reverse=True)
        ]
        assert session.window.windowTitle() == f"{base.name} — Contact Sheet"


async def test_the_newest_come_first_with_their_pictures(store):
    base = store(images=60, days=5)
    async with open_window(base) as session:
        assert await shown_ids(session) == [path.stem for path in newest_first(base)]
        for row in session.grid.visible_rows():
            picture = session.images.picture(session.images.key_at(row))
            assert picture is not None and picture.problem is None


async def test_a_click_on_a_day_shows_that_day(store):
    base = store(images=60, days=6)
    async with open_window(base) as session:
        truth = totals_by_day(base)
        first, second, *_ = sorted(truth)
        click_day(session, first)
        await until(lambda: session.images.rowCount() == truth[first][0])
        assert [section.day for section in session.images.sections] == [first]
        click_day(session, second, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: session.images.rowCount() == truth[first][0] + truth[second][0])
        assert [section.day for section in session.images.sections] == [second, first]
        await all_loaded(session)
        session.window.dates.choose()
        await until(lambda: session.images.rowCount() == 60)


async def test_to_the_end_and_back_the_tree_follows(store):
    base = store(images=400, days=30)
    async with open_window(base) as session:
        oldest, newest = min(totals_by_day(base)), max(totals_by_day(base))
        QTest.keyClick(session.grid, Qt.Key.Key_End)
        assert session.grid.visible_rows()[-1] == 399
        await all_loaded(session)
        assert session.images.picture(session.images.key_at(399)) is not None
        assert session.window.dates._follower.day <= oldest + 3
        QTest.keyClick(session.grid, Qt.Key.Key_Home)
        assert session.grid.visible_rows()[0] == 0
        await all_loaded(session)
        assert session.window.dates._follower.day == newest


async def test_a_hundred_selected_are_summed_up(store):
    base = store(images=150, days=3)
    async with open_window(base) as session:
        grid = session.grid
        QTest.mouseClick(
            grid.viewport(),
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
            grid.visualRect(session.images.index(0)).center(),
        )
        last = session.images.index(99)
        grid.scrollTo(last)
        QTest.mouseClick(
            grid.viewport(),
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.ShiftModifier,
            grid.visualRect(last).center(),
        )
        await until(lambda: "100 selected" in session.window.stats.accessibleDescription())
        size = size_text(sum(path.stat().st_size for path in newest_first(base)[:100]))
        assert f"100 selected · {size}" in session.window.stats.accessibleDescription()
        assert session.window.metadata.facts.title == "100 images"


async def test_one_selected_shows_its_prompt_whole_and_every_fact(store):
    base = store(images=3, days=1)
    prompt = "A very long prompt. " * 400
    path = make_image(base, datetime(2026, 11, 21, 9), prompt=prompt.strip())
    async with open_window(base) as session:
        session.grid.setCurrentIndex(session.images.index(0))
        pane = session.window.metadata
        await until(lambda: pane.facts is not None and pane.facts.sidecar)
        sidecar = json.loads(sidecar_of(base, path).read_bytes())
        assert pane.facts.prompt == sidecar["prompt"]
        assert pane.facts.sidecar == sidecar
        values = {fact.label: fact.value for fact in pane.facts.rows}
        assert values["Model"] == sidecar["model"]
        assert values["Provider"] == sidecar["provider"]
        assert values["Dimensions"] == "64 × 64"
        assert values["Cost"] == f"${sidecar['cost_info']['estimated_cost_usd']:g}"


async def test_resizing_keeps_the_place(store):
    async with open_window(store(images=300, days=10)) as session:
        session.grid.scrollTo(session.images.index(200), session.grid.ScrollHint.PositionAtTop)
        first = session.grid.indexAt(QPoint(30, 80)).row()
        for size in ((1000, 700), (1500, 900), (900, 600)):
            session.window.resize(*size)
            await asyncio.sleep(0.02)
            assert first in session.grid.visible_rows()
        await all_loaded(session)


async def test_the_windows_keys_work_in_the_grid_and_letters_look_for_nothing(store):
    async with open_window(store()) as session:
        await until(session.window.isActiveWindow)
        grid = session.grid
        grid.setFocus()
        await until(grid.hasFocus)
        grid.setCurrentIndex(session.images.index(2))
        sizes = [grid.cell_size]
        for key, held in (
            (Key.Key_Plus, Modifier.NoModifier),
            (Key.Key_Plus, Modifier.KeypadModifier),
            (Key.Key_Minus, Modifier.NoModifier),
            (Key.Key_Minus, Modifier.KeypadModifier),
            (Key.Key_Minus, Modifier.ControlModifier),
            (Key.Key_Equal, Modifier.NoModifier),
        ):
            QTest.keyClick(grid, key, held)
            sizes.append(grid.cell_size)
        steps = [after - before for before, after in pairwise(sizes)]
        assert [step > 0 for step in steps] == [True] * 2 + [False] * 3 + [True]
        assert all(steps)
        QTest.keyClick(grid, Key.Key_0, Modifier.ControlModifier)
        assert grid.cell_size == grid.default_cell_size
        for letter in (Key.Key_A, Key.Key_X, Key.Key_0, Key.Key_Period):
            QTest.keyClick(grid, letter)
        assert grid.currentIndex().row() == 2
        assert session.selection.keys() == session.images.keys_between(2, 3)
        QTest.keyClick(grid, Key.Key_A, Modifier.ControlModifier)
        assert len(session.selection.keys()) == session.images.rowCount()
        await session.selection.settled()


async def test_the_second_start_shows_the_catalogue_and_the_cache_at_once(store):
    base = store(images=6, days=1)  # all of them visible
    make_old(base)
    async with open_window(base) as session:
        while await session.stores.store.manager.examine():
            pass  # else it is done in the second window, by a worker
    async with open_window(base, settled=False) as session:
        seen = []
        session.images.modelReset.connect(lambda: seen.append(session.images.rowCount()))
        await all_loaded(session)
        assert 6 in seen
        commands = [child.cmdline() for child in psutil.Process().children()]
        assert not any("core.worker" in each for each in commands)  # which read and decode


async def test_an_edited_sidecar_is_seen_after_f5(store):
    base = store(images=5, days=1, flat_share=0)
    async with open_window(base) as session:
        path = newest_first(base)[0]
        sidecar = json.loads(path.with_suffix(".json").read_bytes()) | {"prompt": "Something else"}
        with path.with_suffix(".json").open("r+b") as file:
            file.truncate()
            file.write(json.dumps(sidecar).encode())
        session.grid.setCurrentIndex(session.images.index(0))
        QTest.keyClick(session.window, Qt.Key.Key_F5)
        await until(
            lambda: getattr(session.images.record_at(0), "prompt", None) == "Something else"
        )
        await until(lambda: session.window.metadata.facts.prompt == "Something else")


async def test_what_came_and_went_is_seen_after_f5_without_moving_the_selection(store):
    base = store(images=40, days=4, flat_share=0)
    async with open_window(base) as session:
        chosen = session.images.key_at(12)
        session.grid.setCurrentIndex(session.images.index(12))
        gone = newest_first(base)[3]
        gone.unlink()
        gone.with_suffix(".json").unlink()
        make_image(base, datetime(2026, 11, 20, 23, 30))
        make_image(base, datetime(2026, 12, 1, 8))
        QTest.keyClick(session.window, Qt.Key.Key_F5)
        await until(lambda: session.images.rowCount() == 41)
        await all_loaded(session)
        assert list(session.selection.keys()) == [chosen]
        assert tree_days(session).keys() == totals_by_day(base).keys()
        shutil.rmtree(base / f"images/{newest_first(base)[-1].parent.relative_to(base / 'images')}")
        session.browse.rescan()
        await until(lambda: session.images.rowCount() == len(image_files(base)))


async def test_a_jump_is_loaded_once(store):
    async with open_window(store(images=400, days=10)) as session:
        arranged = []
        session.grid.visible_rows_changed.connect(lambda first, last: arranged.append(first))
        QTest.keyClick(session.grid, Qt.Key.Key_End)
        await all_loaded(session)
        assert len(arranged) <= 2  # pictures that come do not arrange the grid anew


async def test_a_hundred_thousand_are_selected_without_a_stutter(store):
    """Keys are copied a day at a time, not row by row."""
    async with open_window(store(images=30, days=3)) as session:
        keys = array("q", range(1, 100_001))
        session.images.set_days([DayImages(700_000, 1, keys), DayImages(600_000, 1, keys[:9])])
        session.grid.selectAll()
        assert session.selection.keys() == keys + keys[:9]
        session.grid.clearSelection()
        assert len(session.selection.keys()) == 0
