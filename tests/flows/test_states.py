"""Stores that are empty, missing, unreadable, read-only or damaged: each says so, helpfully."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton

from tests.flows.conftest import all_loaded, open_window, until
from tests.stores import image_files, make_image, make_store, newest_first, totals_by_day


def message(session):
    """What stands in place of the grid: its title and explanation."""
    page = session.window.message
    assert page.isVisible()
    return page.accessibleName(), page.accessibleDescription()


def press(session, text):
    """Press the message's button of this text."""
    (button,) = [b for b in session.window.message.findChildren(QPushButton) if b.text() == text]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


async def test_nothing_is_open_at_the_very_first_start():
    async with open_window(settled=False) as session:
        title, explanation = message(session)
        assert title == "Open a store"
        assert "drop it here" in explanation
        press(session, "Open store…")
        await until(lambda: session.window.findChild(QFileDialog))
        session.window.findChild(QFileDialog).reject()
        await until(lambda: not session.window.findChild(QFileDialog))


async def test_a_store_is_opened_by_the_dialog(store):
    base = store(images=10, days=2)
    async with open_window(settled=False) as session:
        await until(session.window.isActiveWindow)
        QTest.keyClick(session.window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: session.window.findChild(QFileDialog))
        dialog = session.window.findChild(QFileDialog)
        dialog.setDirectory(str(base))
        dialog.accept()
        await until(lambda: session.images.rowCount() == 10)


async def test_an_empty_store_says_so_and_shows_what_comes(tmp_path):
    base = tmp_path / "fresh"
    base.mkdir()
    async with open_window(base) as session:
        title, explanation = message(session)
        assert title == "No images yet"
        assert str(base) in explanation
        assert list(base.iterdir()) == []  # looking writes nothing
        make_image(base, datetime(2026, 11, 20, 12))
        press(session, "Look again")
        await until(lambda: session.images.rowCount() == 1)
        await until(session.grid.isVisible)


async def test_a_missing_store_says_so_and_opens_when_it_is_there(store, tmp_path):
    base = store(images=3)
    base.rename(tmp_path / "away")
    async with open_window(base, settled=False) as session:
        await until(lambda: message(session)[0] == "The folder is not there")
        assert str(base) in message(session)[1]
        (tmp_path / "away").rename(base)
        press(session, "Try again")
        await until(lambda: session.images.rowCount() == 3)


async def test_a_file_is_no_store(tmp_path):
    file = tmp_path / "file"
    file.write_text("hello")
    async with open_window(file, settled=False) as session:
        await until(lambda: "cannot" in message(session)[0] or "not" in message(session)[0])
        assert str(file) in message(session)[1]


@pytest.mark.parametrize("inside", ["images", "images/2026/11"])
async def test_a_part_of_a_store_offers_the_whole(store, inside):
    base = store(images=5, days=1, flat_share=0)
    async with open_window(base / inside) as session:
        assert message(session)[0] == "This is a part of a store"
        press(session, f"Open {base.name}")
        await until(lambda: session.images.rowCount() == 5)


async def test_a_store_that_goes_away_and_comes_back(store, tmp_path):
    base = store(images=60, days=1, flat_share=0)
    async with open_window(base, size=(900, 600)) as session:
        base.rename(tmp_path / "away")
        QTest.keyClick(session.grid, Qt.Key.Key_End)
        await all_loaded(session)
        last = session.images.key_at(59)
        assert session.images.picture(last).problem == "The file is gone"
        QTest.keyClick(session.window, Qt.Key.Key_F5)
        await until(session.window.notice.isVisible)
        assert str(base) in session.window.notice.accessibleDescription()
        assert session.images.rowCount() == 60  # nothing is forgotten
        (tmp_path / "away").rename(base)
        QTest.keyClick(session.window, Qt.Key.Key_F5)
        await until(lambda: (p := session.images.picture(last)) and p.problem is None)


async def test_settings_that_cannot_be_used_are_named(store):
    base = store(images=3)
    settings = base / "contact-sheet" / "settings.json"
    settings.parent.mkdir()
    settings.write_text('{"retention_days": "soon"}')
    async with open_window(base, settled=False) as session:
        await until(lambda: "retention_days" in message(session)[1])
        assert "settings.json" in message(session)[1]


AS_NOBODY = """
import asyncio, os, sys
from core import ImageStorageManager, StorageSettings
import core.errors
if os.getuid() == 0:  # whom no permission binds
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
manager = ImageStorageManager(StorageSettings(base_path=sys.argv[1]))
async def main():
    try:
        await manager.open()
    except core.errors.StoreUnreadable as error:
        print("unreadable", error)
    else:
        print("read-only", manager.read_only)
    await manager.close()
asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("mode", "said"), [(0o000, "unreadable"), (0o444, "unreadable"), (0o555, "read-only True")]
)
def test_a_store_that_may_not_be_read_or_written(mode, said):
    # pytest's own folders are closed to others, and closed again by each session that starts
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        base, cache = make_store(Path(folder) / "store", images=3), Path(folder) / "cache"
        cache.mkdir()
        cache.chmod(0o777)
        base.chmod(mode)
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, base],
            env={**os.environ, "XDG_CACHE_HOME": str(cache)},
            capture_output=True,
            text=True,
            timeout=60,
        )
        base.chmod(0o755)
    assert said in done.stdout, done.stderr
    if "unreadable" in said:
        assert str(base) in done.stdout


@contextmanager
def read_only(folder):
    """Have a folder that cannot be written: by its mode, or by a mount for whom no mode binds."""
    if os.getuid() != 0:
        folder.chmod(0o555)
        yield
        folder.chmod(0o755)
        return
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


async def test_a_read_only_store_is_shown_and_says_so(store):
    base = store(images=6, days=1)
    with read_only(base):
        async with open_window(base) as session:
            assert session.images.rowCount() == 6
            assert "read-only" in session.window.stats.accessibleDescription()
            for row in session.grid.visible_rows():
                assert session.images.picture(session.images.key_at(row)).problem is None


async def test_another_store_is_opened_while_the_first_is_indexed(store):
    first, second = store(images=3000, days=40), store(images=4)
    first_year = first / "images/2025"
    first_year.write_text("a file is in the way, which is a problem to tell")
    async with open_window(first, settled=False) as session:
        await until(lambda: session.stores.store)
        session.commands.open(first)
        session.commands.open(second)
        await until(lambda: second.name in session.window.windowTitle())
        await all_loaded(session)
        assert session.images.rowCount() == 4
        assert session.browse.problems == ()
        assert "4 images" in session.window.stats.accessibleDescription()
    assert psutil.Process().children() == []


async def test_a_broken_image_is_a_marked_cell_with_a_reason(store):
    base = store(images=6, days=1, flat_share=0)
    paths = sorted(image_files(base))
    paths[0].write_bytes(b"not an image at all")
    paths[1].write_bytes(b"")
    async with open_window(base) as session:
        model = session.images
        role = Qt.ItemDataRole.AccessibleDescriptionRole
        told = [model.data(model.index(row), role) for row in range(6)]
        assert sum("broken" in line for line in told) == 2
        assert any("empty" in line.lower() for line in told)
        broken = next(row for row, line in enumerate(told) if "broken" in line)
        session.grid.setCurrentIndex(model.index(broken))
        await until(lambda: session.window.metadata.facts)


async def test_an_empty_day_says_what_to_do(store):
    base = store(images=12, days=3, flat_share=0)
    newest = max(totals_by_day(base))
    async with open_window(base) as session:
        tree = session.window.dates
        tree.setCurrentIndex(session.dates.index_of_day(newest))
        await until(lambda: len(session.images.sections) == 1)
        shutil.rmtree(sorted(image_files(base))[-1].parent)
        session.browse.rescan()
        await until(lambda: session.images.rowCount() == 0)
        await until(session.window.message.isVisible)
        assert message(session)[0] == "Nothing on this day"
        press(session, "Show all images")
        await until(lambda: session.images.rowCount() == len(image_files(base)))


def drop(window, *urls):
    """Drag files over the window and drop them, as a file manager does."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(url)) for url in urls])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    action = Qt.DropAction.CopyAction
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(50, 50), action, data, buttons, keys))
    QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), action, data, buttons, keys))


async def test_a_dropped_folder_is_opened_in_the_place_of_the_one_before(store):
    first, second = store(images=4), store(images=7)
    async with open_window(first) as session:
        assert session.images.rowCount() == 4
        drop(session.window, second)
        await until(lambda: session.images.rowCount() == 7)
        await all_loaded(session)
        assert second.name in session.window.windowTitle()
        recent = [action.text() for action in session.window.recent_menu.actions()]
        assert recent[:2] == [str(second), str(first)]


async def test_nothing_of_one_store_is_shown_for_another(tmp_path):
    for name in ("first", "second"):
        for hour in range(4):
            make_image(tmp_path / name, datetime(2026, 11, 20, hour), prompt=f"The {name} one")
    (second,) = {p.name for p in [sorted(image_files(tmp_path / "second"))[0]]}
    (tmp_path / "second/images/2026/11/20" / second).write_bytes(b"broken")
    async with open_window(tmp_path / "first") as session:
        for store, broken in (("second", 1), ("first", 0)):
            session.commands.open(tmp_path / store)
            await until(lambda store=store: store in session.window.windowTitle())
            await all_loaded(session)
            prompts = [session.images.record_at(row).prompt for row in range(4)]
            assert prompts == [f"The {store} one"] * 4
            keys = session.images.keys_at(range(4))
            problems = [key for key in keys if session.images.picture(key).problem]
            assert len(problems) == broken


@pytest.mark.parametrize("damage", ["delete the folder", "garbage", "truncate"])
async def test_a_damaged_catalogue_costs_nothing(store, damage, tmp_path):
    base = store(images=50, days=5)
    async with open_window(base):
        pass
    catalog = next((tmp_path / "person/cache").rglob("catalog.db"))
    if damage == "delete the folder":
        shutil.rmtree(tmp_path / "person/cache/contact-sheet")
    elif damage == "garbage":
        catalog.write_bytes(os.urandom(catalog.stat().st_size))
    else:
        os.truncate(catalog, catalog.stat().st_size // 2)
    async with open_window(base) as session:
        assert session.images.rowCount() == 50
        assert "50 images" in session.window.stats.accessibleDescription()


async def test_the_cache_deleted_while_the_window_is_open(store, tmp_path):
    base = store(images=20, days=2)
    async with open_window(base) as session:
        shutil.rmtree(tmp_path / "person/cache/contact-sheet")
        make_image(base, datetime(2026, 11, 20, 12))
        session.browse.rescan()
        await until(lambda: session.images.rowCount() == 21)
        await all_loaded(session)


async def test_killed_in_the_middle_of_the_first_index(store, tmp_path):
    base = store(images=1500, days=30)
    command = [Path(sys.executable).parent / "contact-sheet", base]
    truth = totals_by_day(base)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    for _ in range(3):
        process = await asyncio.create_subprocess_exec(*command, env=environment)
        await until(lambda: list((tmp_path / "person/cache").rglob("catalog.db-wal")))
        await asyncio.sleep(0.1)
        children = psutil.Process(process.pid).children()
        process.send_signal(signal.SIGKILL)
        await process.wait()
        await asyncio.to_thread(psutil.wait_procs, children, 10)
        assert not any(child.is_running() for child in children)  # no worker outlives its window
    async with open_window(base) as session:
        shown = {s.day: (s.count, s.size_bytes) for s in session.images.sections}
        assert shown == truth


async def test_the_first_screenful_comes_before_the_index_is_done(store):
    base = store(images=5000, days=60)
    async with open_window(base, settled=False) as session:
        await until(session.images.rowCount)
        assert session.works.under_way
        assert session.images.rowCount() < 5000
        newest = newest_first(base)[0].stem
        await until(lambda: session.images.record_at(0))
        assert session.images.record_at(0).image_id[:12] == newest[:12]
        await all_loaded(session)
        assert session.images.rowCount() == 5000


async def test_indexing_is_cancelled_and_goes_on_at_f5(store):
    base = store(images=2000, days=60)
    async with open_window(base, settled=False) as session:
        await until(session.images.rowCount)
        session.window.stats.cancel_requested.emit()
        await until(lambda: not session.works.under_way)
        QTest.keyClick(session.window, Qt.Key.Key_F5)
        await until(lambda: session.images.rowCount() == 2000)
