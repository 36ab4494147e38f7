"""Other programs write into the store while the window is open."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.events import WatchingChanged
from core.watcher import Watcher, Watching
from gui.app import Session
from tests.flows.conftest import all_loaded, open_window, until
from tests.flows.others import shown, truth, whole, windows, writing
from tests.stores import NEWEST, make_image, make_store, picture


async def test_what_a_server_saves_meanwhile_is_all_there_and_moves_nothing(
    tmp_path: Path,
) -> None:
    base = make_store(tmp_path / "store", images=300, days=10)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        grid = session.grid
        row = 150
        grid.setCurrentIndex(session.images.index(row))
        grid.scrollTo(session.images.index(row))
        await all_loaded(session)
        selected = list(session.selection.keys())
        place = grid.visualRect(session.images.index(row)).top()
        writer = await writing(base, count=200, per_second=50)
        await writer.wait()
        await until(lambda: shown(session) == 500)
        assert list(session.selection.keys()) == selected
        now = session.images.find(selected[0])
        assert now is not None
        assert grid.visualRect(session.images.index(now)).top() == place
        await until(lambda: session.window.new_images.text() == "200 new")
        assert session.window.new_images.isVisible()
        QTest.mouseClick(session.window.new_images, Qt.MouseButton.LeftButton)
        await until(lambda: grid.visible_rows().start == 0)
        assert not session.window.new_images.isVisible()
        await all_loaded(session)
        await until(lambda: whole(session))


async def test_a_replaced_file_gets_another_picture(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=10, days=1)
    async with open_window(base) as session:
        record = session.images.record_at(3)
        assert record is not None
        before = session.images.picture(record.key)
        assert before is not None and before.pixmap is not None
        new = base / "incoming"
        new.write_bytes(picture("png", (40, 160), 200))
        new.replace(base / record.path)
        shape = before.pixmap.size()

        def changed() -> bool:
            found = session.images.picture(record.key)
            return found is not None and found.pixmap is not None and found.pixmap.size() != shape

        await until(changed)


async def test_a_day_that_is_deleted_goes(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=60, days=3, flat_share=0)
    async with open_window(base) as session:
        day = session.images.sections[1]
        record = session.images.record_at(day.first_row)
        assert record is not None
        shutil.rmtree((base / record.path).parent)
        await until(lambda: shown(session) == 60 - day.count)


async def test_how_changes_are_noticed_is_said_of_the_open_store_alone(tmp_path: Path) -> None:
    async with open_window(make_store(tmp_path / "store")) as session:
        store = session.stores.store
        assert store is not None
        store.bridge.watching_changed.emit(WatchingChanged(Watching.POLLING_REMOTE))
        assert "polling" in session.window.stats.accessibleDescription()
        await session.stores.close()
        assert "polling" not in session.window.stats.accessibleDescription()


POLLING_WINDOW = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication, QWidget
from gui import aio
from tests.flows.conftest import open_window, until
from tests.flows.others import shown
from tests.stores import NEWEST, make_image

async def main():
    Path("/proc/sys/user/max_inotify_watches").write_text("3")
    base = Path(sys.argv[1])
    async with open_window(base) as session:
        stats = session.window.stats
        await until(lambda: "polling" in stats.accessibleDescription())
        assert any("max_user_watches" in part.toolTip() for part in stats.findChildren(QWidget))
        before = shown(session)
        make_image(base, NEWEST, seed=8)
        await until(lambda: shown(session) == before + 1)
    return 0

sys.exit(aio.run(QApplication([]), main()))
"""


async def test_where_no_more_folders_can_be_watched_the_bar_says_so_and_all_is_followed(
    tmp_path: Path,
) -> None:
    base = make_store(tmp_path / "store", images=20, days=8, flat_share=0)
    few_watches = ("unshare", "--user", "--map-root-user")  # the limit of a namespace of its own
    window = await windows(base, POLLING_WINDOW, within=few_watches)
    assert await window.wait() == 0


async def test_a_burst_of_thousands_is_all_there(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=20, days=2)
    incoming = make_store(tmp_path / "incoming", images=5000, days=20, seed=50)
    async with open_window(base) as session:
        found = incoming / "images"
        await asyncio.to_thread(shutil.copytree, found, base / "images", dirs_exist_ok=True)
        expected = len({path.name for path in truth(base)})
        await until(lambda: shown(session) == expected)


async def test_a_replacement_of_everything_is_followed(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=300, days=6, flat_share=0)
    other = make_store(tmp_path / "other", images=280, days=9, flat_share=0, seed=3)
    async with open_window(base) as session:
        row = session.images.index(0)
        session.grid.setCurrentIndex(row)

        def replace() -> None:  # as a checkout does: file by file, then what is left
            for path in sorted((base / "images").rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
            shutil.copytree(other / "images", base / "images", dirs_exist_ok=True)

        await asyncio.to_thread(replace)
        wanted = {path.relative_to(base).as_posix() for path in truth(base)}
        await until(lambda: shown(session) == len(wanted))
        store = session.stores.store
        assert store is not None

        async def same() -> bool:
            keys = session.images.keys_between(0, shown(session))
            records = await store.manager.records(keys)
            return {record.path for record in records.values()} == wanted

        async with asyncio.timeout(20):
            while not await same():
                await asyncio.sleep(0.1)


async def test_blind_the_window_is_right_when_the_person_comes_back_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Watcher, "start", lambda watcher: None)
    monkeypatch.setattr("core.follower.RESTED_SECONDS", 0.0)
    base = make_store(tmp_path / "store", images=10, days=1)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        store = session.stores.store
        assert store is not None
        await until(lambda: store.manager._follower is not None)
        follower = store.manager._follower
        QApplication.sendEvent(session.window, QEvent(QEvent.Type.WindowActivate))
        await until(lambda: not follower._is_back)  # everything was looked at: no look is left
        make_image(base, NEWEST, seed=8)
        await asyncio.sleep(0.3)
        assert shown(session) == 10
        QApplication.sendEvent(session.window, QEvent(QEvent.Type.WindowActivate))
        await until(lambda: shown(session) == 11)


async def test_what_is_saved_just_before_the_window_follows_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = make_store(tmp_path / "store", images=10, days=1)
    watch = Watcher._watch

    def late(watcher: Watcher, folders: dict[str, tuple[int, int]]) -> None:
        time.sleep(1)  # in its own thread
        make_image(base, NEWEST, seed=8)
        watch(watcher, folders)

    monkeypatch.setattr(Watcher, "_watch", late)
    async with open_window(base) as session:
        await until(lambda: shown(session) == 11)


@pytest.mark.parametrize("how", ["in pieces", "renamed"])
async def test_while_the_person_scrolls_all_that_is_saved_comes_with_its_picture(
    tmp_path: Path, how: str
) -> None:
    base = make_store(tmp_path / "store", images=300, days=10)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        grid, bar = session.grid, session.grid.verticalScrollBar()
        grid.setCurrentIndex(session.images.index(120))
        selected = list(session.selection.keys())
        focus = QApplication.focusWidget()
        writer = await writing(base, count=200, per_second=50, how=how)
        while writer.returncode is None:
            bar.setValue((bar.value() + 101) % max(bar.maximum(), 1))
            await asyncio.sleep(0.01)
        assert writer.returncode == 0
        await until(lambda: shown(session) == 500)
        assert list(session.selection.keys()) == selected
        assert QApplication.focusWidget() is focus
        for row in range(0, 200, 12):  # the new ones are the newest
            grid.scrollTo(session.images.index(row), grid.ScrollHint.PositionAtTop)
            rows = range(row, min(row + 12, 200))
            await until(lambda rows=rows: whole(session, rows))
            assert all(is_the_writers(session, row) for row in rows)


def is_the_writers(session: Session, row: int) -> bool:
    """Tell whether the thumbnail is the writer's picture: 256 × 170, on a dark red ground."""
    seen, record = session.images.picture(session.images.key_at(row)), session.images.record_at(row)
    assert seen is not None and seen.pixmap is not None and record is not None
    image = seen.pixmap.toImage()
    ground = QColor(image.pixel(2, 2))
    shape = abs(image.width() / image.height() - 256 / 170) < 0.05
    return shape and ground.red() > 2 * ground.green() and record.prompt.startswith("otter")


async def test_what_is_half_written_says_so_and_completes_itself(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=10, days=1)
    async with open_window(base) as session:
        data = picture("png", (256, 170), 0)
        path = base / "images/2027/03/01/img_20270301120000_0123456789ab.png"
        path.parent.mkdir(parents=True)

        def said() -> str:
            index = session.images.index(0)
            return str(index.data(Qt.ItemDataRole.AccessibleDescriptionRole))

        path.write_bytes(data[: len(data) // 2])
        await until(lambda: shown(session) == 11)
        await until(lambda: "cut short" in said())
        assert "no sidecar" in said()
        with path.open("ab") as file:
            file.write(data[len(data) // 2 :])
        await until(lambda: "cut short" not in said())
        sidecar, text = path.with_suffix(".json"), json.dumps({"prompt": "otter whole"})
        sidecar.write_text(text[:12])
        await until(lambda: "JSON" in said())
        sidecar.write_text(text)
        await until(lambda: whole(session, [0]))
        assert "JSON" not in said() and "no sidecar" not in said()
        assert is_the_writers(session, 0)
        moved = path.with_name("img_20270301120000_ffffffffffff.png")
        path.rename(moved)
        sidecar.rename(moved.with_suffix(".json"))

        def renamed() -> bool:
            record = session.images.record_at(0)
            return record is not None and record.image_id == moved.stem

        await until(lambda: shown(session) == 11 and renamed() and whole(session, [0]))
        assert is_the_writers(session, 0)


async def test_what_comes_leaves_an_open_dialog_and_what_is_typed_alone(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=40, days=4)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        session.window.actions_by_id["prune"].trigger()
        await until(lambda: QApplication.activeModalWidget() is not None)
        dialog = QApplication.activeModalWidget()
        await until(lambda: QApplication.focusWidget() is not None)
        focus = QApplication.focusWidget()
        for number in range(20):
            make_image(base, NEWEST + timedelta(days=number % 3), seed=number)
        await until(lambda: shown(session) == 60)
        assert QApplication.activeModalWidget() is dialog
        assert QApplication.focusWidget() is focus
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        await until(lambda: QApplication.activeModalWidget() is None)
