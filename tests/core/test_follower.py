"""A store that other programs write to, watched: the catalogue follows the disk."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue

import apsw
import pytest
from watchfiles._rust_notify import RustNotify

from core import ImageStorageManager, StorageSettings, watch_folders
from core.catalog import Catalog
from core.changes import FolderChange
from core.errors import CatalogError
from core.event_stream import EventStream
from core.events import (
    Event,
    EventBus,
    ImagesChanged,
    ImagesExamined,
    ScanChanged,
    SearchGrew,
    WatchingChanged,
)
from core.follower import Follower
from core.index import Index
from core.watcher import Hints, Watcher, Watching, is_remote
from tests.core.disk_store import DiskStore, truth
from tests.core.disks import failing_here, needs_fuse, needs_root

NOON = datetime(2026, 11, 20, 12)
PATIENCE = 50.0  # seconds, for what takes one or two on a machine that does nothing else


@asynccontextmanager
async def followed(base: Path) -> AsyncIterator[ImageStorageManager]:
    manager = ImageStorageManager(StorageSettings(base_path=str(base)))
    told = asyncio.Event()

    def listen(event: Event) -> None:
        if isinstance(event, WatchingChanged):
            told.set()

    manager.subscribe(listen)
    await manager.open()
    await manager.rescan()
    manager.follow()
    try:
        await asyncio.wait_for(told.wait(), PATIENCE)
        yield manager
    finally:
        await manager.close()


async def until_true(manager: ImageStorageManager) -> None:
    """Wait until the catalogue says of each image what the disk says."""
    async with asyncio.timeout(PATIENCE):
        while True:
            expected = truth(manager.base_path)
            with suppress(CatalogError):  # it is about to be made anew
                if await known(manager) == expected:
                    return
            await asyncio.sleep(0.05)


async def known(manager: ImageStorageManager) -> dict[str, tuple[object, ...]]:
    keys = [key for day in await manager.days() for key in day.keys]
    records = await manager.records(keys)
    found = {}
    for record in records.values():
        beside = record.sidecar_path
        size = 0
        with suppress(FileNotFoundError):  # it is about to be noticed
            size = (manager.base_path / beside).stat().st_size if beside else 0
        found[record.path] = (
            record.image_id,
            record.day,
            record.created_us,
            record.size_bytes,
            record.modified_ns,
            beside,
            size,
            record.prompt,
        )
    return found


WRITER = """
import json, os, sys, time
from datetime import datetime, timedelta
from pathlib import Path

base, count, pause = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
for number in range(count):
    moment = datetime(2027, 3, 1) + timedelta(hours=5 * number)  # often a day without a folder
    name = f"img_{moment:%Y%m%d%H%M%S}_{number:012x}"
    folder = base / "images" / f"{moment:%Y/%m/%d}"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f"{name}.png", "wb") as image:
        for _ in range(4):
            image.write(bytes(700))
            image.flush()
            time.sleep(pause / 8)
    time.sleep(pause / 4)
    keys = {"image_id": name, "created_at": moment.isoformat(), "prompt": f"otter {number}"}
    sidecar = json.dumps(keys)
    with open(folder / f"{name}.json", "w") as file:
        file.write(sidecar[:20])
        file.flush()
        time.sleep(pause / 4)
        file.write(sidecar[20:])
print("written", flush=True)
"""


async def test_what_a_server_writes_in_pieces_is_followed(tmp_path: Path) -> None:
    DiskStore(tmp_path).dated(NOON, 1)
    async with followed(tmp_path) as manager:
        writer = await asyncio.create_subprocess_exec(
            sys.executable, "-c", WRITER, str(tmp_path), "100", "0.02"
        )
        assert await asyncio.wait_for(writer.wait(), PATIENCE) == 0
        await until_true(manager)
        assert len(await known(manager)) == 101


async def test_edits_renames_replacements_and_removals_are_followed(tmp_path: Path) -> None:
    store = DiskStore(tmp_path)
    one, two, three, four = (store.dated(NOON, number, prompt="fox") for number in range(4))
    flat = store.flat("old", prompt="teapot")
    other_day = store.dated(NOON - timedelta(days=3), 9)
    async with followed(tmp_path) as manager:
        sidecar = one.with_suffix(".json")
        sidecar.write_text(json.dumps({"image_id": one.stem, "prompt": "edited in place"}))
        await until_true(manager)
        two.rename(two.with_name("img_20261120120000_ffffffffffff.png"))
        temporary = three.with_name("temporary")
        temporary.write_bytes(b"another picture")
        temporary.replace(three)
        four.unlink()
        store.flat_sidecar("old").write_text(json.dumps({"image_id": "old", "prompt": "glacier"}))
        await until_true(manager)
        shutil.rmtree(other_day.parent)
        flat.unlink()
        await until_true(manager)


async def test_a_burst_is_followed(tmp_path: Path) -> None:
    store = DiskStore(tmp_path)
    store.dated(NOON, 1)
    async with followed(tmp_path) as manager:
        await asyncio.to_thread(
            lambda: [store.dated(NOON + timedelta(hours=n // 15), n) for n in range(2, 600)]
        )
        await until_true(manager)


async def test_names_that_are_no_text_are_followed_like_others(tmp_path: Path) -> None:
    store = DiskStore(tmp_path)
    folder = store.dated(NOON, 1).parent
    async with followed(tmp_path) as manager, asyncio.timeout(PATIENCE):
        with closing(manager.events()) as events:
            for number, name in enumerate((b"odd\xff.png", b"odd\xff.json", b"\xfe.txt"), 1):
                folder.joinpath(os.fsdecode(name)).write_text("{}")
                store.dated(NOON, 1 + number)
                async for event in events:
                    assert not isinstance(event, WatchingChanged)
                    if (await manager.totals()).images > number:
                        break


async def test_very_many_files_edited_in_place_are_followed(tmp_path: Path) -> None:
    store = DiskStore(tmp_path)
    paths = [store.dated(NOON + timedelta(seconds=n), n, prompt="fox") for n in range(300)]
    os.utime(paths[0].parent, (1e9, 1e9))
    async with followed(tmp_path) as manager:
        for path in paths:
            path.with_suffix(".json").write_text(json.dumps({"prompt": "edited in place"}))
        await until_true(manager)


async def test_a_sidecar_of_an_image_that_is_not_known_yet_has_its_folder_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Follower.__init__, "__defaults__", (Blind,))
    store = DiskStore(tmp_path)
    folder = store.dated(NOON, 1).parent
    os.utime(folder, (1e9, 1e9))
    async with followed(tmp_path) as manager:
        beside = store.dated(NOON, 2, prompt="fox").with_suffix(".json")
        os.utime(folder, (1e9, 1e9))  # as if a scan had just listed it
        await manager._index.look()
        assert len(await known(manager)) == 1
        manager._follower._take({beside.relative_to(tmp_path).as_posix()})
        await until_true(manager)


async def test_a_store_that_goes_away_and_comes_back_is_followed(tmp_path: Path) -> None:
    base, away = tmp_path / "store", tmp_path / "away"
    store = DiskStore(base)
    store.dated(NOON, 1)
    async with followed(base) as manager:
        (base / "images").rename(away)
        await until_true(manager)
        assert await known(manager) == {}
        away.rename(base / "images")
        await until_true(manager)
        store.dated(NOON, 2)
        await until_true(manager)
        assert len(await known(manager)) == 2


@needs_fuse
@needs_root
async def test_a_disk_that_fails_is_told_and_followed_again_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks = []
    look = Index.look

    async def counted(index: Index) -> None:
        await look(index)
        looks.append(index)

    monkeypatch.setattr(Index, "look", counted)
    monkeypatch.setattr("core.watcher.POLL_SECONDS", 0.2)
    store = DiskStore(tmp_path)
    store.dated(NOON, 1)
    async with followed(tmp_path) as manager:
        stream = manager.events()
        async with failing_here(tmp_path / "images"):
            async with asyncio.timeout(PATIENCE):
                async for event in stream:
                    if isinstance(event, ScanChanged) and manager.missing in event.problems:
                        break  # a scan that was under way may have failed amid its folders before
            assert "Transport endpoint is not connected" in event.problems[0]
            assert manager.missing == event.problems[0]
            before = len(looks)
            async with asyncio.timeout(PATIENCE):
                while len(looks) < before + 3:
                    await asyncio.sleep(0.01)
            assert caplog.text.count("Transport endpoint") == 1
        store.dated(NOON, 2)
        await until_true(manager)
        async with asyncio.timeout(PATIENCE):
            while manager.missing is not None:  # the end of the scan that found it says so
                await asyncio.sleep(0.01)
        assert len(await known(manager)) == 2


async def test_a_catalogue_that_fails_for_a_while_does_not_end_the_following(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("core.follower.FAILED_SECONDS", 0.2)
    image = DiskStore(tmp_path / "store").dated(NOON, 1, prompt="fox")
    sidecar = image.with_suffix(".json")
    for folder in (image.parent, tmp_path / "store/images"):
        os.utime(folder, (1e9, 1e9))  # so that only a hint leads to what is edited in place
    async with followed(tmp_path / "store") as manager:
        catalogue = manager._index.path
        with closing(apsw.Connection(str(catalogue))) as connection:
            connection.execute("DROP TABLE change")
        shutil.rmtree(catalogue.parent)
        catalogue.parent.write_text("in the way of a new one")
        async with asyncio.timeout(PATIENCE):
            while await answers(manager):  # the file that was open is deleted, and still there
                sidecar.write_text(json.dumps({"prompt": "edited meanwhile"}))
                await asyncio.sleep(0.1)
        sidecar.write_text(json.dumps({"prompt": "edited while nothing answers"}))
        await asyncio.sleep(1)  # it is tried a few times more
        catalogue.parent.unlink()
        await until_true(manager)
        sidecar.write_text(json.dumps({"prompt": "edited in place"}))
        await until_true(manager)
    assert caplog.text.count("what others write") <= 4  # of each error once


async def answers(manager: ImageStorageManager) -> bool:
    try:
        await manager.totals()
    except CatalogError:
        return False
    return True


class Blind(Watcher):
    """A watcher whose hints are all lost."""

    def __init__(
        self,
        base: Path,
        on_hints: Callable[[Hints], object],
        on_watching: Callable[[Watching], object],
    ) -> None:
        super().__init__(base, lambda _: None, on_watching)


async def test_without_any_hint_idling_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.follower.IDLE_SECONDS", 0.3)
    monkeypatch.setattr("core.follower.RESTED_SECONDS", 0.3)
    monkeypatch.setattr(Follower.__init__, "__defaults__", (Blind,))
    store = DiskStore(tmp_path)
    image = store.dated(NOON, 1, prompt="fox")
    async with followed(tmp_path) as manager:
        store.dated(NOON, 2)
        image.with_suffix(".json").write_text(json.dumps({"prompt": "edited in place"}))
        await until_true(manager)


async def test_what_comes_in_pieces_is_listed_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.follower.CALM_SECONDS", 2.0)
    monkeypatch.setattr("core.follower.STORM_SECONDS", PATIENCE)
    monkeypatch.setattr(Follower.__init__, "__defaults__", (Blind,))
    store = DiskStore(tmp_path)
    store.dated(NOON, 1)
    async with followed(tmp_path) as manager:
        with closing(manager.events()) as events:
            for number in range(2, 10):
                store.dated(NOON, number)
                manager._follower._take(None)
                await asyncio.sleep(0.02)
            async for event in events:
                if isinstance(event, ImagesChanged):
                    break
        assert len(await known(manager)) == 9


async def test_amid_a_storm_the_folders_are_looked_at_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.follower.CALM_SECONDS", PATIENCE)
    monkeypatch.setattr("core.follower.STORM_SECONDS", 0.2)
    monkeypatch.setattr(Follower.__init__, "__defaults__", (Blind,))
    store = DiskStore(tmp_path)
    store.dated(NOON, 1)
    async with followed(tmp_path) as manager:
        store.dated(NOON, 2)
        manager._follower._take(None)
        await until_true(manager)


async def test_what_a_look_may_have_passed_is_looked_for_without_a_pause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.follower.PAUSE_SECONDS", PATIENCE)
    monkeypatch.setattr(Follower.__init__, "__defaults__", (Blind,))
    store = DiskStore(tmp_path)
    store.dated(NOON, 1)
    async with followed(tmp_path) as manager:
        look, passed = manager._index.look, asyncio.Event()

        async def look_and_pass_one() -> None:
            await look()
            if not passed.is_set():
                passed.set()
                store.dated(NOON, 2)
                manager._follower._take(None)

        monkeypatch.setattr(manager._index, "look", look_and_pass_one)
        manager._follower._take(None)
        await passed.wait()
        await until_true(manager)


async def test_a_folder_doubted_while_a_scan_runs_that_is_cancelled_is_listed_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Follower.__init__, "__defaults__", (Blind,))
    image = DiskStore(tmp_path).dated(NOON, 1, prompt="fox")
    os.utime(image.parent, (1e9, 1e9))
    async with followed(tmp_path) as manager:
        index, folder = manager._index, image.parent.relative_to(tmp_path).as_posix()
        state = (await index.read(Catalog.folder_states))[folder]
        index._scan = asyncio.create_task(asyncio.sleep(60))
        await index.doubt([folder])
        # The scan had listed the folder before, and now says so.
        await index.read(Catalog.apply, [FolderChange(folder, state=state)])
        image.with_suffix(".json").write_text(json.dumps({"prompt": "edited in place"}))
        await index.cancel()
        await index.look()
        assert await known(manager) == truth(tmp_path)


async def test_of_very_many_files_only_the_folders_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Follower.__init__, "__defaults__", (Blind,))
    DiskStore(tmp_path).dated(NOON, 1)
    async with followed(tmp_path) as manager:
        follower = manager._follower
        for number in range(5_000):
            follower._take(frozenset({f"images/2026/11/20/{number}.png"}))
        assert len(follower._files) + len(follower._folders) < 300


class Late(Watcher):
    """A watcher that begins so late that something is saved just before."""

    store: DiskStore

    def _watch(self, folders: dict[str, tuple[int, int]]) -> None:
        self.store.dated(NOON, 2)
        super()._watch(folders)


async def test_what_is_saved_before_the_watching_begins_comes_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Follower.__init__, "__defaults__", (Late,))
    Late.store = DiskStore(tmp_path)
    Late.store.dated(NOON, 1)
    async with followed(tmp_path) as manager:
        await until_true(manager)
        assert len(await known(manager)) == 2


class Busy(Watcher):
    """A watcher whose hints never end, and never lead to sidecars."""

    def _run(self) -> None:
        self._on_watching(Watching.NOTIFIED)
        while not self._stop.wait(0.05):
            self._on_hints(None)


async def test_where_something_always_happens_every_file_is_looked_at_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.follower.LATEST_SECONDS", 0.5)
    monkeypatch.setattr("core.follower.RESTED_SECONDS", 0.3)
    monkeypatch.setattr("core.follower.PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(Follower.__init__, "__defaults__", (Busy,))
    image = DiskStore(tmp_path).dated(NOON, 1, prompt="fox")
    for folder in (image.parent, tmp_path / "images"):
        os.utime(folder, (1e9, 1e9))
    async with followed(tmp_path) as manager:
        image.with_suffix(".json").write_text(json.dumps({"prompt": "edited in place"}))
        await until_true(manager)


async def test_without_any_hint_the_person_coming_back_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.follower.RESTED_SECONDS", 0.3)
    monkeypatch.setattr(Follower.__init__, "__defaults__", (Blind,))
    store = DiskStore(tmp_path)
    image = store.dated(NOON, 1, prompt="fox")
    async with followed(tmp_path) as manager:
        store.dated(NOON, 2)
        image.with_suffix(".json").write_text(json.dumps({"prompt": "edited in place"}))
        await asyncio.sleep(1)
        assert len(await known(manager)) == 1
        manager.recheck()
        await until_true(manager)


class Polling(Watcher):
    """A watcher on a file system that tells nothing."""

    def _run(self) -> None:
        self._poll(Watching.POLLING_REMOTE)


async def test_where_folders_are_polled_files_edited_in_place_are_looked_at_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.follower.IDLE_SECONDS", 0.5)
    monkeypatch.setattr("core.follower.RESTED_SECONDS", 0.5)
    monkeypatch.setattr("core.watcher.POLL_SECONDS", 0.1)
    monkeypatch.setattr(Follower.__init__, "__defaults__", (Polling,))
    image = DiskStore(tmp_path).dated(NOON, 1, prompt="fox")
    for folder in (image.parent, tmp_path / "images"):
        os.utime(folder, (1e9, 1e9))
    async with followed(tmp_path) as manager:
        image.with_suffix(".json").write_text(json.dumps({"prompt": "edited in place"}))
        await until_true(manager)


async def test_files_are_looked_at_while_a_long_scan_is_under_way(tmp_path: Path) -> None:
    store = DiskStore(tmp_path)
    store.dated(NOON, 1)
    async with followed(tmp_path) as manager:
        index = manager._index
        await index.settled()
        never = index._scan = asyncio.create_task(asyncio.sleep(60))
        store.dated(NOON, 2)
        await until_true(manager)
        never.cancel()


MOUNTS = """\
/dev/vda / ext4 rw 0 0
server:/export /mnt/nas nfs4 rw 0 0
me@host:/ /mnt/with\\040space fuse.sshfs rw 0 0
/dev/sdb1 /mnt/nas/disk fuseblk rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "remote"),
    [
        ("/", False),
        ("/mnt/nas/store/images", True),
        ("/mnt/nasty/images", False),
        ("/mnt/with space/images", True),
        ("/mnt/nas/disk/images", False),
    ],
)
def test_a_network_mount_is_known_by_its_kind(path: str, remote: bool) -> None:
    assert is_remote(Path(path), MOUNTS) is remote


def test_where_the_system_tells_of_mounts_the_root_is_local() -> None:
    assert not is_remote(Path("/"))


@needs_fuse
@pytest.mark.skipif(shutil.which("bindfs") is None, reason="needs bindfs")
async def test_on_a_real_mount_that_tells_nothing_others_are_followed(tmp_path: Path) -> None:
    server, mount = DiskStore(tmp_path / "server"), tmp_path / "mount"
    server.dated(NOON, 1)
    mount.mkdir()
    await run("bindfs", "-o", "subtype=sshfs", str(server.base), str(mount))
    try:
        async with followed(mount) as manager:
            server.dated(NOON, 2)  # on the other side, so that no watcher here hears of it
            async with asyncio.timeout(PATIENCE):
                while (await manager.totals()).images < 2:
                    await asyncio.sleep(0.05)
    finally:
        await run("umount", "--lazy", str(mount))


async def run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == 0


async def test_events_are_waited_for_and_none_is_lost(tmp_path: Path) -> None:
    store = DiskStore(tmp_path)
    store.dated(NOON, 1)
    days = {(NOON - timedelta(days=back)).date().toordinal() for back in range(8)}
    async with followed(tmp_path) as manager:
        stream = manager.events()
        for back in range(8):
            store.dated(NOON - timedelta(days=back), 10 + back)
        await until_true(manager)
        told: set[int] = set()
        async with asyncio.timeout(PATIENCE):
            async for event in stream:  # all at once now, and still nothing is missing
                if isinstance(event, ImagesChanged):
                    told |= event.days
                if told >= days:
                    break
    rest = [event async for event in stream if isinstance(event, ImagesChanged)]
    assert all(event.days <= days for event in rest)  # told at least once, and of nothing else


async def test_days_on_which_something_is_found_are_told_together(tmp_path: Path) -> None:
    events = EventBus()
    stream = EventStream(events)
    for day in (5, 7, 9):
        events.emit(SearchGrew(frozenset({day}), waiting=True))
        events.emit(ImagesExamined(frozenset({day}), left=day))
    events.emit(SearchGrew(frozenset(), waiting=False))
    stream.close()
    days = frozenset({5, 7, 9})
    told = [event async for event in stream]
    assert told == [SearchGrew(days, waiting=False), ImagesExamined(days, left=9)]


async def test_a_slow_reader_gets_few_events_with_all_that_happened(tmp_path: Path) -> None:
    DiskStore(tmp_path)
    manager = ImageStorageManager(StorageSettings(base_path=str(tmp_path)))
    await manager.open()
    await manager.rescan()
    stream = manager.events()
    for _ in range(30):
        await manager.save_image(b"no image", {})
    await manager.close()
    events = [event async for event in stream]
    assert len([event for event in events if isinstance(event, ImagesChanged)]) == 1


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[tuple[DiskStore, SimpleQueue[Hints]]]:
    """A store of one image, and what a watcher tells of it since it heard of everything."""
    store = DiskStore(tmp_path)
    store.dated(NOON, 1)
    watching: SimpleQueue[Watching] = SimpleQueue()
    hints: SimpleQueue[Hints] = SimpleQueue()
    watcher = Watcher(tmp_path, hints.put, watching.put)
    watcher.start()
    assert watching.get(timeout=PATIENCE) is Watching.NOTIFIED
    assert hints.get(timeout=PATIENCE) is None
    yield store, hints
    watcher.close()


def told_of(heard: SimpleQueue[Hints], paths: set[str], *, anew: bool = False) -> None:
    """Wait until a watcher has told of all these files, one by one, or to look anywhere."""
    while paths:
        hints = heard.get(timeout=PATIENCE)
        assert anew or hints is not None
        paths = paths - hints if hints is not None else set()


def test_of_what_is_in_folders_that_come_a_watcher_tells_file_by_file(
    watched: tuple[DiskStore, SimpleQueue[Hints]],
) -> None:
    store, heard = watched

    def put(day: int, number: int) -> str:
        image = store.dated(NOON + timedelta(days=day), number)
        return image.relative_to(store.base).as_posix()

    told_of(heard, {put(40 * day, day) for day in range(2, 8)})  # in months and years that come
    told_of(heard, {put(41, 10)})
    for number in range(20, 23):  # a folder that goes, and comes again as another
        shutil.rmtree((store.base / put(41, number)).parent)
        told_of(heard, {put(41, number)}, anew=True)
    told_of(heard, {put(42 + day, day) for day in range(150)}, anew=True)
    told_of(heard, {put(42, 200)}, anew=True)


def test_folders_that_come_while_others_begin_to_be_watched_are_watched_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, begin, begun = DiskStore(tmp_path), watch_folders._ear, []

    def put(day: int, number: int) -> str:
        return store.dated(NOON + timedelta(days=day), number).relative_to(tmp_path).as_posix()

    def begin_late(folders: set[str]) -> AbstractContextManager[RustNotify]:
        begun.append(folders)
        if len(begun) == 3:
            put(21, 2)  # in a month that came: heard of only by who is about to give way
        return begin(folders)

    monkeypatch.setattr(watch_folders, "_ear", begin_late)
    put(0, 0)
    messages = watch_folders._watched(str(tmp_path))
    assert next(messages).paths is None
    for day in (20, 22):
        heard: list[str] = []
        path = put(day, day)
        while path not in heard:
            heard += map(os.fsdecode, next(messages).paths or [])
    path = put(21, 4)
    while path not in heard:
        heard += map(os.fsdecode, next(messages).paths or [])
    messages.close()


def test_folders_that_come_while_the_first_begin_to_be_watched_are_watched_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, begin = DiskStore(tmp_path), watch_folders._ear

    def put(day: int, number: int) -> str:
        return store.dated(NOON + timedelta(days=day), number).relative_to(tmp_path).as_posix()

    def begin_late(folders: set[str]) -> AbstractContextManager[RustNotify]:
        monkeypatch.setattr(watch_folders, "_ear", begin)
        came.extend(put(day, day) for day in (20, 21))  # folders were listed, not yet watched
        return begin(folders)

    came: list[str] = []
    put(0, 0)
    monkeypatch.setattr(watch_folders, "_ear", begin_late)
    messages = watch_folders._watched(str(tmp_path))
    assert next(messages).paths is None
    heard: set[str] = set()
    while not heard.issuperset(came):
        heard.update(map(os.fsdecode, next(messages).paths or ()))
    path = put(21, 4)
    while path not in heard:
        heard.update(map(os.fsdecode, next(messages).paths or ()))
    messages.close()


def test_a_link_to_itself_hides_nothing_in_a_folder_that_comes(tmp_path: Path) -> None:
    files = {str(tmp_path / f"{number}.png") for number in range(3)}
    for file in files:
        Path(file).touch()
    (tmp_path / "inner").mkdir()
    for number in range(3):
        (tmp_path / f"{number}").symlink_to(tmp_path / f"{number}")
    found = {path for _, path in watch_folders._found_in({str(tmp_path)}, set())}
    assert found >= files | {str(tmp_path), str(tmp_path / "inner")}


def test_a_folder_that_goes_as_it_begins_to_be_watched_is_no_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [tmp_path / name for name in ("stays", "goes")]
    for folder in folders:
        folder.mkdir()
    counted, count = [], watch_folders._watches

    def go_and_count() -> dict[str, int]:
        counted.append(folders)
        if len(counted) == 2:
            folders[1].rmdir()
            while any(number == 2 for number in count().values()):
                time.sleep(0.01)  # until the system has taken its watch away
        return count()

    monkeypatch.setattr(watch_folders, "_watches", go_and_count)
    with watch_folders._ear(set(map(str, folders))):
        assert len(counted) == 2


def test_of_very_many_files_in_a_folder_that_comes_only_the_folder_is_told(
    tmp_path: Path, watched: tuple[DiskStore, SimpleQueue[Hints]]
) -> None:
    store, heard = watched
    away = tmp_path / "away"
    away.mkdir()
    for number in range(watch_folders.MOST_TOLD + 1):
        (away / f"{number}.png").touch()
    day = store.base / "images/2026/12/24"
    day.parent.mkdir()
    told_of(heard, {"images/2026/12"})
    away.rename(day)
    told_of(heard, {"images/2026/12/24"})
    told: set[str] = set()
    until = time.monotonic() + PATIENCE
    while "images/2026/12/24/0.png" not in told:
        assert time.monotonic() < until
        (day / "0.png").write_bytes(b"0")  # again until the folder is watched
        with suppress(Empty):
            told |= heard.get(timeout=0.2) or set()
    assert told <= {"images/2026/12", "images/2026/12/24", "images/2026/12/24/0.png"}


FEW_WATCHES = """
import sys
from pathlib import Path
from queue import SimpleQueue
from core.watcher import Watcher

Path("/proc/sys/user/max_inotify_watches").write_text(sys.argv[2])
told, told_how = SimpleQueue(), SimpleQueue()
watcher = Watcher(Path(sys.argv[1]), told.put, lambda how: told_how.put(how.name))
watcher.start()
how = told_how.get(timeout=60)
print(how, told.get(timeout=60))
if how == "NOTIFIED":
    for day in range(10, 20):
        (Path(sys.argv[1]) / f"images/2026/12/{day}").mkdir(parents=True)
    print(told_how.get(timeout=60))
watcher.close()
"""


@pytest.mark.parametrize(
    ("watches", "expected"),
    [(3, "POLLING_LIMIT None\n"), (12, "NOTIFIED None\nPOLLING_LIMIT\n")],
    ids=["at once", "when more come"],
)
def test_where_the_system_watches_no_more_folders_they_are_polled(
    tmp_path: Path, watches: int, expected: str
) -> None:
    store = DiskStore(tmp_path)
    for day in range(6):
        store.dated(NOON - timedelta(days=day), day)
    alone = ["unshare", "--user", "--map-root-user"]  # the limit is that of a namespace of its own
    command = [*alone, sys.executable, "-c", FEW_WATCHES, str(tmp_path), str(watches)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.stdout == expected, told.stderr
