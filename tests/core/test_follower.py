"""A store that other programs write to, watched: the catalogue follows the disk."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core import ImageStorageManager, StorageSettings
from core.events import Event, ImagesChanged, WatchingChanged
from core.follower import Follower
from core.watcher import Hints, Watcher, Watching, is_remote
from tests.core.disk_store import DiskStore, truth

NOON = datetime(2026, 11, 20, 12)


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
        await asyncio.wait_for(told.wait(), 10)
        yield manager
    finally:
        await manager.close()


async def until_true(manager: ImageStorageManager, seconds: float = 10) -> None:
    """Wait until the catalogue says of each image what the disk says."""
    async with asyncio.timeout(seconds):
        while True:
            expected = truth(manager.base_path)
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
        assert await asyncio.wait_for(writer.wait(), 30) == 0
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
            lambda: [store.dated(NOON + timedelta(hours=n // 50), n) for n in range(2, 2000)]
        )
        await until_true(manager, 20)


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
    monkeypatch.setattr(Follower.__init__, "__defaults__", (Blind,))
    store = DiskStore(tmp_path)
    image = store.dated(NOON, 1, prompt="fox")
    async with followed(tmp_path) as manager:
        store.dated(NOON, 2)
        image.with_suffix(".json").write_text(json.dumps({"prompt": "edited in place"}))
        await until_true(manager)


def test_a_network_mount_is_known_by_its_kind() -> None:
    assert not is_remote(Path("/"))


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
        async with asyncio.timeout(10):
            async for event in stream:  # all at once now, and still nothing is missing
                if isinstance(event, ImagesChanged):
                    told |= event.days
                if told >= days:
                    break
    assert [event async for event in stream if isinstance(event, ImagesChanged)] == []


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


FEW_WATCHES = """
import sys, time
from pathlib import Path
from core.watcher import Watcher

Path("/proc/sys/user/max_inotify_watches").write_text("3")
watcher = Watcher(Path(sys.argv[1]), lambda hints: print(hints), lambda how: print(how.name))
watcher.start()
time.sleep(3)
watcher.close()
"""


def test_where_the_system_watches_no_more_folders_they_are_polled(tmp_path: Path) -> None:
    store = DiskStore(tmp_path)
    for day in range(6):
        store.dated(NOON - timedelta(days=day), day)
    alone = ["unshare", "--user", "--map-root-user"]  # the limit is that of a namespace of its own
    command = [*alone, sys.executable, "-c", FEW_WATCHES, str(tmp_path)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.stdout.splitlines()[:2] == ["POLLING_LIMIT", "None"], told.stderr
