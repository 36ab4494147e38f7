"""The program works ahead while the person does nothing, and only then."""

from __future__ import annotations

import asyncio
from contextlib import closing
from datetime import timedelta
from functools import partial

import apsw
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QDialog

from core.places import store_cache_folder
from core.records import DayImages
from gui.controllers import idle_work
from gui.controllers.idle_work import outwards
from tests.flows.conftest import all_loaded, open_window, until
from tests.stores import NEWEST, make_image

QUIET = 1.0
AT = QPointF(300, 300)
NO_BUTTON = Qt.MouseButton.NoButton


@pytest.fixture(autouse=True)
def a_short_while(monkeypatch):
    monkeypatch.setattr(idle_work, "QUIET_SECONDS", QUIET)


def made(base):
    """How many thumbnails are cached; asked by the program's SQLite: another loses its locks."""
    with closing(apsw.Connection(str(store_cache_folder(base) / "thumbnails.db"))) as connection:
        return connection.execute("SELECT count(*) FROM thumbnails").get


def many_large(base, count=75):
    """So many images that making their thumbnails takes a second at least."""
    for number in range(count):
        make_image(base, NEWEST - timedelta(minutes=number), size=(1600, 1200), seed=number)
    return base


async def rests(session, base, seconds):
    """Whether no thumbnail is made for so long, those aside that had begun."""
    thumbnails = session.stores.store.manager._thumbnails
    await until(lambda: not thumbnails._under_way)
    await thumbnails._in_cache_thread(lambda: None)  # which has to keep them first
    before = made(base)
    await asyncio.sleep(seconds)
    return made(base) == before


async def test_while_nobody_does_anything_the_rest_is_made(store):
    base = store(images=160, days=4)
    async with open_window(base, (700, 500)) as session:
        assert made(base) < 160
        await until(lambda: made(base) == 160)
        assert session.grid.visible_rows().start == 0
        session.grid.scrollToBottom()
        await all_loaded(session)
        assert await rests(session, base, 1)
    assert made(base) == 160


async def test_it_reaches_only_so_far(store, monkeypatch):
    monkeypatch.setattr(idle_work, "REACH", idle_work.AT_ONCE)
    base = store(images=160, days=4)
    async with open_window(base, (700, 500)) as session:
        seen = len(session.grid.visible_rows())
        wanted = seen + max(seen, idle_work.AT_ONCE)
        await until(lambda: made(base) == wanted)
        assert await rests(session, base, 1)
        assert made(base) == wanted


def key():
    return QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Shift, Qt.KeyboardModifier.ShiftModifier)


def mouse(what, button):
    return QMouseEvent(what, AT, AT, button, button, Qt.KeyboardModifier.NoModifier)


def wheel():
    none = Qt.KeyboardModifier.NoModifier
    turned = QPoint(0, 1)  # hardly
    return QWheelEvent(
        AT, AT, QPoint(), turned, NO_BUTTON, none, Qt.ScrollPhase.NoScrollPhase, False
    )


@pytest.mark.qt_log_ignore("does not support raise")  # of a tool tip
@pytest.mark.parametrize(
    "event",
    [
        key,
        wheel,
        partial(mouse, QEvent.Type.MouseMove, NO_BUTTON),
        partial(mouse, QEvent.Type.MouseButtonPress, Qt.MouseButton.MiddleButton),
    ],
    ids=["a key", "the wheel", "a move", "a click"],
)
async def test_it_stops_at_whatever_the_person_does(store, event):
    base = many_large(store(images=0, days=1))
    async with open_window(base, (700, 500)) as session:
        begun = made(base)
        await until(lambda: made(base) > begun)
        act = partial(QCoreApplication.postEvent, session.window.windowHandle())
        counts = [begun]
        while counts[-4:-1] != [counts[-1]] * 3:  # what has begun is finished, and no more comes
            act(event())
            await asyncio.sleep(QUIET / 2)
            counts.append(made(base))
        assert counts[-1] < 75
        act(mouse(QEvent.Type.MouseButtonRelease, Qt.MouseButton.MiddleButton))
        await until(lambda: made(base) >= 75, 80)  # when quiet again; a click has its own


async def test_images_that_go_meanwhile_do_not_end_it(store):
    base = many_large(store(images=0, days=1))
    async with open_window(base, (700, 500)) as session:
        begun = made(base)
        await until(lambda: made(base) > begun)
        (section,) = session.images.sections
        stay = session.images.keys_between(0, 40)
        session.images.update_days({section.day: DayImages(section.day, 1, stay)})
        await until(lambda: made(base) >= 40)


async def test_it_waits_for_work_and_for_a_dialog(store):
    base = store(images=160, days=4)
    async with open_window(base, (700, 500)) as session:
        await until(lambda: session.thumbnails.resting)
        with session.works.begin("Importing"):
            assert await rests(session, base, 3 * QUIET)
        dialog = QDialog(session.window)
        dialog.setModal(True)
        dialog.show()
        assert await rests(session, base, 3 * QUIET)
        dialog.reject()
        await until(lambda: made(base) == 160)


async def test_a_store_that_closes_is_let_go(store, tmp_path):
    base = many_large(store(images=0, days=1))
    async with open_window(base, (700, 500)) as session:
        begun = made(base)
        await until(lambda: made(base) > begun)
        await session.stores.close()
        ended = made(base)
        await asyncio.sleep(2 * QUIET)
        assert made(base) == ended


def test_the_nearest_rows_come_first_in_the_direction_of_travel():
    assert list(outwards(range(70, 90), 200, backwards=False)) == [
        range(90, 140), range(20, 70), range(140, 190), range(20), range(190, 200),
    ]  # fmt: skip
    assert list(outwards(range(70, 90), 90, backwards=True)) == [range(20, 70), range(20)]
    assert list(outwards(range(5), 5, backwards=False)) == []
    assert list(outwards(range(70, 90), 40, backwards=False)) == [range(20, 40), range(20)]
    assert list(outwards(range(0), 0, backwards=False)) == []


def test_rows_are_those_within_reach_and_each_once():
    found = [row for rows in outwards(range(9_000, 9_040), 1_000_000, False) for row in rows]
    reach = idle_work.REACH
    assert sorted(found) == [*range(9_000 - reach, 9_000), *range(9_040, 9_040 + reach)]
