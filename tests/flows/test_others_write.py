"""Other programs write into the store while the window is open."""

from __future__ import annotations

import asyncio
import random
import shutil
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.events import WatchingChanged
from core.records import ImageRecord
from core.watcher import Watcher, Watching
from gui.app import Session
from tests.flows.conftest import all_loaded, open_window, until
from tests.stores import IMAGE_SUFFIXES, NEWEST, make_image, make_store, picture

WRITER = """
import json, sys, time
from datetime import datetime, timedelta
from pathlib import Path

base, picture = Path(sys.argv[1]), Path(sys.argv[2])
count, pause = int(sys.argv[3]), float(sys.argv[4])
data = picture.read_bytes()
for number in range(count):
    moment = datetime(2027, 3, 1) + timedelta(hours=2 * number)  # often a day without a folder
    name = f"img_{moment:%Y%m%d%H%M%S}_{number:012x}"
    folder = base / "images" / f"{moment:%Y/%m/%d}"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f"{name}.png", "wb") as image:
        for start in range(0, len(data), len(data) // 3 + 1):
            image.write(data[start : start + len(data) // 3 + 1])
            image.flush()
            time.sleep(pause / 6)
    with open(folder / f"{name}.json", "w") as file:
        keys = {"image_id": name, "created_at": moment.isoformat(), "prompt": f"otter {number}"}
        sidecar = json.dumps(keys)
        file.write(sidecar[:20])
        file.flush()
        time.sleep(pause / 4)
        file.write(sidecar[20:])
"""


async def writing(base: Path, count: int, per_second: float) -> asyncio.subprocess.Process:
    image = base.parent / "picture.png"
    image.write_bytes(picture("png", (256, 170), 32))
    arguments = ("-c", WRITER, str(base), str(image), str(count), str(1 / per_second))
    return await asyncio.create_subprocess_exec(sys.executable, *arguments)


def shown(session: Session) -> int:
    return session.images.rowCount()


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
        await until(lambda: shown(session) == 500, seconds=5)
        assert list(session.selection.keys()) == selected
        now = session.images.find(selected[0])
        assert now is not None
        assert grid.visualRect(session.images.index(now)).top() == place
        assert session.window.new_images.isVisible()
        assert session.window.new_images.text() == "200 new"
        QTest.mouseClick(session.window.new_images, Qt.MouseButton.LeftButton)
        await until(lambda: grid.visible_rows().start == 0)
        assert not session.window.new_images.isVisible()
        await all_loaded(session)
        await until(lambda: whole(session))


def whole(session: Session) -> bool:
    """Whether every image that is seen has its picture and its prompt."""
    for row in session.grid.visible_rows():
        key = session.images.key_at(row)
        seen, record = session.images.picture(key), session.images.record(key)
        if seen is None or seen.pixmap is None or record is None or not record.prompt:
            return False
    return True


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


async def test_a_store_that_goes_away_and_comes_back(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=20, days=2)
    async with open_window(base) as session:
        base.rename(tmp_path / "unplugged")
        notice = session.window.notice
        await until(lambda: "There is no folder" in notice.accessibleDescription())
        assert shown(session) == 20  # what is not to be seen for now is not forgotten
        await until(lambda: "folder missing" in session.window.stats.accessibleDescription())
        (tmp_path / "unplugged").rename(base)
        await until(lambda: not notice.isVisible(), seconds=3)  # sooner than it goes by itself
        await until(lambda: "missing" not in session.window.stats.accessibleDescription())
        assert shown(session) == 20
        make_image(base, NEWEST, seed=5)
        await until(lambda: shown(session) == 21)


async def test_an_empty_folder_in_place_of_the_store_is_no_store_without_images(
    tmp_path: Path,
) -> None:
    base = make_store(tmp_path / "store", images=20, days=2)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        base.rename(tmp_path / "unplugged")
        base.mkdir()  # what the disk was mounted on
        notice, stats = session.window.notice, session.window.stats
        await until(lambda: "is empty, and not the one" in notice.accessibleDescription())
        await until(lambda: "folder missing" in stats.accessibleDescription())
        assert shown(session) == 20
        notice.hide()
        session.grid.setCurrentIndex(session.images.index(4))
        session.grid.setFocus()
        selected = list(session.selection.keys())
        QTest.keyClick(session.grid, Qt.Key.Key_Delete)
        await until(notice.isVisible)
        assert "is empty, and not the one" in notice.accessibleDescription()
        assert list(session.selection.keys()) == selected
        assert list(base.iterdir()) == []
        base.rmdir()
        (tmp_path / "unplugged").rename(base)
        await until(lambda: not notice.isVisible(), seconds=3)
        make_image(base, NEWEST, seed=5)
        await until(lambda: shown(session) == 21)


async def test_a_deletion_that_moves_nothing_leaves_the_selection_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Watcher, "start", lambda watcher: None)  # nobody has noticed it yet
    base = make_store(tmp_path / "store", images=20, days=2)
    async with open_window(base) as session:
        base.rename(tmp_path / "unplugged")
        session.grid.setCurrentIndex(session.images.index(4))
        selected = list(session.selection.keys())
        session.trash.delete()
        session.trash.delete()
        assert list(session.selection.keys()) != selected
        await until(lambda: not session.history.busy)
        assert "There is no folder" in session.window.notice.accessibleDescription()
        assert list(session.selection.keys()) == selected
        assert session.grid.currentIndex().row() == 4
        assert not session.history.undo_text


async def test_a_day_that_is_deleted_goes(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=60, days=3, flat_share=0)
    async with open_window(base) as session:
        day = session.images.sections[1]
        record = session.images.record_at(day.first_row)
        assert record is not None
        shutil.rmtree((base / record.path).parent)
        await until(lambda: shown(session) == 60 - day.count)


async def test_what_the_person_brings_back_is_no_arrival(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=300, days=10)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        session.grid.setCurrentIndex(session.images.index(60))
        session.window.actions_by_id["delete"].trigger()
        await until(lambda: not session.history.busy and shown(session) == 299)
        session.grid.scrollTo(session.images.index(250))
        await all_loaded(session)
        counted: list[str] = []
        session.window.new_images.installEventFilter(watcher := Shown(counted))
        session.window.actions_by_id["undo"].trigger()
        await until(lambda: not session.history.busy and shown(session) == 300)
        await all_loaded(session)
        assert counted == []
        session.grid.scrollTo(session.images.index(250))
        await all_loaded(session)
        make_image(base, NEWEST + timedelta(days=1))
        await until(lambda: counted)
        assert session.window.new_images.text() == "1 new"
        del watcher


class Shown(QObject):
    """Takes note of each time that something is shown."""

    def __init__(self, counted: list[str]) -> None:
        super().__init__()
        self._counted = counted

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self._counted.append("shown")
        return False


async def test_how_changes_are_noticed_is_said_of_the_open_store_alone(tmp_path: Path) -> None:
    async with open_window(make_store(tmp_path / "store")) as session:
        store = session.stores.store
        assert store is not None
        store.bridge.watching_changed.emit(WatchingChanged(Watching.POLLING_REMOTE))
        assert "polling" in session.window.stats.accessibleDescription()
        await session.stores.close()
        assert "polling" not in session.window.stats.accessibleDescription()


async def test_a_burst_of_thousands_is_all_there(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=20, days=2)
    incoming = make_store(tmp_path / "incoming", images=3000, days=30, seed=50)
    async with open_window(base) as session:
        found = incoming / "images"
        await asyncio.to_thread(shutil.copytree, found, base / "images", dirs_exist_ok=True)
        expected = len({path.name for path in truth(base)})
        await until(lambda: shown(session) == expected, seconds=30)


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
        await until(lambda: shown(session) == len(wanted), seconds=30)
        store = session.stores.store
        assert store is not None

        async def same() -> bool:
            keys = session.images.keys_between(0, shown(session))
            records = await store.manager.records(keys)
            return {record.path for record in records.values()} == wanted

        async with asyncio.timeout(20):
            while not await same():
                await asyncio.sleep(0.1)


def truth(base: Path) -> list[Path]:
    return [path for path in (base / "images").rglob("*") if path.suffix in IMAGE_SUFFIXES]


OTHER_WINDOW = """
import asyncio, random, sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from gui import aio
from tests.flows.conftest import open_window, until

async def main():
    rng = random.Random(1)
    async with open_window(Path(sys.argv[1])) as session:
        for _ in range(25):
            row = rng.randrange(session.images.rowCount())
            session.grid.setCurrentIndex(session.images.index(row))
            rng.choice([session.trash.delete, session.history.undo, session.annotations.pin])()
            await asyncio.sleep(0.05)
        await until(lambda: not session.history.busy)
        while session.history.undo_text:
            session.history.undo()
            await until(lambda: not session.history.busy)
    return 0

sys.exit(aio.run(QApplication([]), main()))
"""


async def test_two_windows_delete_and_restore_at_once_and_lose_nothing(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=60, days=4)
    before = {path.relative_to(base).as_posix(): path.read_bytes() for path in truth(base)}
    async with open_window(base) as session:
        other = await asyncio.create_subprocess_exec(
            sys.executable, "-c", OTHER_WINDOW, str(base), cwd=Path(__file__).parents[2]
        )
        rng = random.Random(2)
        while other.returncode is None:
            if shown(session):
                row = rng.randrange(shown(session))
                session.grid.setCurrentIndex(session.images.index(row))
            rng.choice([session.trash.delete, session.history.undo])()
            await asyncio.sleep(0.05)
        assert other.returncode == 0
        await until(lambda: not session.history.busy)
        while session.history.undo_text:
            session.history.undo()
            await until(lambda: not session.history.busy)
        await until(lambda: shown(session) == 60)
    after = {path.relative_to(base).as_posix(): path.read_bytes() for path in truth(base)}
    assert after == before


async def test_blind_the_window_is_right_when_the_person_comes_back_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Watcher, "start", lambda watcher: None)
    base = make_store(tmp_path / "store", images=10, days=1)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        make_image(base, NEWEST, seed=8)
        await asyncio.sleep(0.3)
        assert shown(session) == 10
        QApplication.sendEvent(session.window, QEvent(QEvent.Type.WindowActivate))
        await until(lambda: shown(session) == 11)
