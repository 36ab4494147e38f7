"""What is asked of the catalogue, and how it is made and brought up to date."""

from __future__ import annotations

import asyncio
import os
import statistics
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

import apsw

from core import ImageStorageManager, StorageSettings
from core.places import store_cache_folder
from core.prune_records import RetentionPolicy
from tests.bench import original, store
from tests.bench.timing import (
    Line,
    Measured,
    Scale,
    at_least,
    at_most,
    by_turns,
    faster,
    seconds,
    seconds_awaited,
)

READ_BY_ORIGINAL = 5_000  # images; it takes a time that grows with them
PAGE = 50
PEER_CACHE = 1_000_000  # KiB: all of the catalogue of a million images
TAKEN = 100  # images that a clean-up would take, about: what goes has a line each in its plan
Question = Callable[[ImageStorageManager], Awaitable[object]]


@asynccontextmanager
async def opened(base: Path) -> AsyncIterator[ImageStorageManager]:
    """Open a store whose catalogue is then true to the disk."""
    manager = ImageStorageManager(StorageSettings(base_path=str(base)))
    await manager.open()
    try:
        await manager.rescan()
        yield manager
    finally:
        await manager.close()


@contextmanager
def sqlite_alone(base: Path) -> Iterator[apsw.Connection]:
    """Open a store's catalogue for SQLite alone, with more memory than it can use."""
    file = str(store_cache_folder(base) / "catalog.db")
    with closing(apsw.Connection(file, apsw.SQLITE_OPEN_READONLY)) as connection:
        connection.pragma("cache_size", -PEER_CACHE)
        connection.pragma("temp_store", "memory")
        yield connection


def questions(root: Path, scale: Scale) -> Iterator[Measured]:
    """What takes the original seconds to minutes; and how ours grows with the store."""
    large, few = (store.large_store(root, count) for count in (scale.images, scale.few))
    read = store.large_store(root, min(scale.images, scale.some(READ_BY_ORIGINAL, scale.few)))
    ours = asyncio.run(_answers(large, few, scale.some(60, 3)))
    theirs = asyncio.run(_original_answers(read, scale.images))
    for name, (at_large, _) in ours.items():
        original_name = f"{name}, ms (original: read every file)"
        yield Line(original_name, at_large, theirs[name], faster(10_000))
    for name, (at_large, at_few) in ours.items():
        yield Line(f"{name}, ms (of {scale.few:,})", at_large, at_few, at_most(1.5))


async def _answers(large: Path, few: Path, rounds: int) -> dict[str, tuple[float, float]]:
    """Return for each question the milliseconds in a large store and in a small one."""
    async with opened(large) as in_large, opened(few) as in_few:
        found = {}
        asked = [await _questions(manager) for manager in (in_large, in_few)]
        for name in asked[0]:
            of_large, of_few = partial(asked[0][name], in_large), partial(asked[1][name], in_few)
            taken: list[tuple[float, float]] = []
            for _ in range(rounds):
                at_large = await seconds_awaited(of_large)
                taken.append((at_large, await seconds_awaited(of_few)))
            found[name] = (
                1000 * statistics.median(each for each, _ in taken),
                1000 * statistics.median(each for _, each in taken),
            )
        return found


async def _questions(manager: ImageStorageManager) -> dict[str, Question]:
    totals = await manager.totals()
    within = (datetime.now() - (totals.newest or datetime.now())).days + 7
    # By size: a day of a large store has more images than all days of a small one that may go.
    held = totals.size_bytes + totals.sidecar_bytes
    most = held - TAKEN * held // max(totals.images, 1)
    policy = RetentionPolicy(max_bytes=max(most, 0), leftovers=False)
    return {
        "get_storage_stats": lambda asked: asked.get_storage_stats(),
        "get_recent_images": lambda asked: asked.get_recent_images(days=within),
        f"list_images, {PAGE}": lambda asked: asked.list_images(limit=PAGE),
        "planning a clean-up": lambda asked: asked.plan_prune(policy),
    }


async def _original_answers(read: Path, images: int) -> dict[str, float]:
    """Return the milliseconds that it would take for all, from a store that it can read."""
    grown = 1000 * images / int(read.name.rpartition("-")[2])
    asked = {
        "get_storage_stats": lambda: original.storage_stats(read),
        "get_recent_images": lambda: original.recent_images(read, 10, 7),
        f"list_images, {PAGE}": lambda: original.list_images(read, PAGE),
        "planning a clean-up": lambda: original.old_images(read, 30),
    }
    return {name: grown * await seconds_awaited(ask) for name, ask in asked.items()}


def first_index(root: Path, scale: Scale) -> Iterator[Measured]:
    """A store that was never seen, beside reading its sidecars and doing nothing with them.

    One process reads, in one thread; ours may use as many as it does elsewhere. They give way to
    whatever else the machine does, and the reader does not.
    """
    base = store.large_store(root, scale.images)

    def ours() -> float:
        for file in store_cache_folder(base).glob("catalog.db*"):
            file.unlink()
        return scale.images / asyncio.run(_scan(base))

    def read() -> float:
        return scale.images / seconds(lambda: read_sidecars(base))

    read()  # so that both find the same in memory
    rounds = scale.rounds if scale.images <= 20_000 else 1
    name = "first index, sidecars/s (one process that opens and reads them)"
    yield Line(name, *by_turns(rounds, ours, read), at_least(0.6))


async def _scan(base: Path) -> float:
    manager = ImageStorageManager(StorageSettings(base_path=str(base)))

    async def index() -> None:
        await manager.open()
        await manager.rescan()

    try:
        return await seconds_awaited(index)
    finally:
        await manager.close()


def read_sidecars(base: Path) -> int:
    """Open and read every sidecar; return how many bytes they have."""
    size = 0
    for top in ("images", "metadata"):
        for folder, _, names in os.walk(base / top):
            for name in names:
                if name.endswith(".json"):
                    file = os.open(f"{folder}/{name}", os.O_RDONLY)
                    size += len(os.read(file, 1 << 20))
                    os.close(file)
    return size


def reopening(root: Path, scale: Scale) -> Iterator[Measured]:
    """A store in which nothing changed, beside a look at its folders alone."""
    base = store.large_store(root, scale.images)
    asyncio.run(_scan(base))
    folders = [os.fspath(folder) for folder in [base / "metadata", *(base / "images").glob("**/")]]

    def stat() -> float:
        # not Path.stat: the system call alone
        return 1000 * seconds(lambda: [os.lstat(folder) for folder in folders])

    rounds = scale.some(9, 1)
    ours, beside = by_turns(rounds, lambda: 1000 * asyncio.run(_scan(base)), stat)
    yield Line("re-open, nothing changed, ms (stat of the folders)", ours, beside, at_most(3))


GROUPS = (questions, first_index, reopening)
