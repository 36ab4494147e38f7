"""Making thumbnails, and having them from the cache."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import aclosing, closing, contextmanager
from functools import partial
from pathlib import Path

from PySide6.QtGui import QImage

from core.places import store_cache_folder
from core.records import ImageRecord, StoredImage
from core.thumbnail_cache import CachedThumbnail, ThumbnailCache
from core.thumbnails import Thumbnails, signature
from core.worker import NICENESS
from core.workers import WorkerPool
from tests.bench import store
from tests.bench.catalogue import opened
from tests.bench.timing import (
    CannotMeasureError,
    Line,
    Measured,
    Scale,
    Skipped,
    at_least,
    at_most,
    by_turns,
    command,
    run,
    seconds,
    seconds_awaited,
)

EDGE = 256
OF_EACH_FORMAT = 24
SCREEN = 60
MANY, FEW = 1_000_000, 1_000
OF_A_DAY = 900  # images, as in a store of a million over three years
ENTRY_BYTES = 1_000
ENTRY = bytes(ENTRY_BYTES)
ENTRIES_AT_ONCE = 10_000
TARGETS = {"png": 2.8, "jpeg": 3.3, "webp": 1.1}


def formats(root: Path, scale: Scale) -> Iterator[Measured]:
    """One worker beside one process and one thread of others, as nice to the machine as ours."""
    for extension, bound in TARGETS.items():
        others = () if extension == "webp" else (("gdk-pixbuf-thumbnailer", 1.0),)
        with _files(root, [extension], scale) as files:
            ours = partial(_ours, files)
            for peer, target in (("vipsthumbnail", bound), *others):
                name = f"{extension} thumbnails/s, one worker ({peer}, one thread)"
                try:
                    pair = by_turns(scale.rounds, ours, _peer(peer, files))
                    yield Line(name, *pair, at_least(target))
                except CannotMeasureError as error:
                    yield Skipped(name, str(error))


def _ours(files: Sequence[Path], workers: int = 1) -> float:
    names = [file.name for file in files]
    return asyncio.run(_made_a_second(files[0].parent, names, workers))


@contextmanager
def _files(root: Path, extensions: Iterable[str], scale: Scale) -> Iterator[list[Path]]:
    """Give so many files of each format, none twice: vipsthumbnail makes one that it knows once."""
    wanted = scale.some(OF_EACH_FORMAT, 4)
    with tempfile.TemporaryDirectory(prefix="files-", dir=root) as made:
        names = []
        for extension in extensions:
            pool = store.pool_files(root, extension)
            for number in range(wanted):
                names.append(Path(made) / f"{number:03}.{extension}")
                shutil.copyfile(pool[number % len(pool)], names[-1])
        yield names


async def _made_a_second(folder: Path, names: Sequence[str], workers: int) -> float:
    """Return how many thumbnails so many workers make in a second, once they have started."""
    pool = WorkerPool(workers)

    async def make(name: str) -> object:
        return await pool.call("thumbnail", name, EDGE, os.fspath(folder))

    async def all_made() -> None:
        await asyncio.gather(*map(make, names))

    try:
        await asyncio.gather(*[make(names[0]) for _ in range(workers)])
        return len(names) / await seconds_awaited(all_made)
    finally:
        await pool.close()


def _peer(name: str, files: Sequence[Path]) -> Callable[[], float]:
    nice = ["nice", "-n", str(NICENESS)]
    found = command(name)

    def vips() -> float:
        with tempfile.TemporaryDirectory() as made:
            options = [found, "--size", f"{EDGE}x{EDGE}", "-o", f"{made}/%s.jpg[Q=80]"]
            taken = seconds(lambda: run([*nice, *options, *files], VIPS_CONCURRENCY="1"))
        return len(files) / taken

    def gdk() -> float:
        def make_all() -> None:
            for file in files:
                run([*nice, found, "-s", str(EDGE), file, f"{made}/thumbnail.png"])

        with tempfile.TemporaryDirectory() as made:
            return len(files) / seconds(make_all)

    return vips if name == "vipsthumbnail" else gdk


def two_workers(root: Path, scale: Scale) -> Iterator[Measured]:
    """Two workers beside one."""
    with _files(root, TARGETS, scale) as files:
        ours, beside = by_turns(scale.rounds, lambda: _ours(files, 2), lambda: _ours(files))
    yield Line("thumbnails/s, two workers (one)", ours, beside, at_least(1.85))


def cached(root: Path, scale: Scale) -> Iterator[Measured]:
    """A screenful from the cache, beside decoding what is in it."""
    base = store.large_store(root, scale.few)
    ours, beside = asyncio.run(_cached(base, scale.some(15, 1)))
    yield Line(f"{SCREEN} cached thumbnails to QImage, ms (decoding)", ours, beside, at_most(1.3))


async def _cached(base: Path, rounds: int) -> tuple[float, float]:
    async with opened(base) as manager:
        keys = [key for day in await manager.days() for key in day.keys][:SCREEN]
        records = list((await manager.records(keys)).values())
    pool = WorkerPool(2)
    file = store_cache_folder(base) / "benchmark.db"
    try:
        encoded = await _encoded(base, file, pool, records)
        ours, beside = [], []
        for _ in range(rounds):
            ours.append(await seconds_awaited(lambda: _images(base, file, pool, records)))
            beside.append(seconds(lambda: [QImage.fromData(data) for data in encoded]))
        return 1000 * statistics.median(ours), 1000 * statistics.median(beside)
    finally:
        await pool.close()
        file.unlink(missing_ok=True)


async def _images(
    base: Path, file: Path, pool: WorkerPool, records: Sequence[ImageRecord]
) -> list[QImage]:
    """Open the cache and decode what is in it."""
    return [QImage.fromData(data) for data in await _encoded(base, file, pool, records)]


async def _encoded(
    base: Path, file: Path, pool: WorkerPool, records: Sequence[ImageRecord]
) -> list[bytes]:
    thumbnails = Thumbnails(base, file, pool)
    try:
        async with aclosing(thumbnails.stream(records, EDGE)) as stream:
            return [each.data async for batch in stream for each in batch]
    finally:
        await thumbnails.close()


def full_cache(root: Path, scale: Scale) -> Iterator[Measured]:
    """A cache of a million entries beside one of a thousand: reading a screen, and adding one."""
    many, few = scale.some(MANY, 2_000), scale.some(FEW, 200)
    with tempfile.TemporaryDirectory(prefix="cache-", dir=root) as made:
        large, small = (_filled(Path(made) / f"{count}.db", count) for count in (many, few))
        with closing(large), closing(small):
            times = max(scale.rounds * 50, 20)
            pair = by_turns(times, partial(_read, large, many), partial(_read, small, few))
            name = f"reading {SCREEN} of {many:,} cached thumbnails, ms (of {few:,})"
            yield Line(name, *pair, at_most(1.5))
            numbers = itertools.count(many)
            add = [partial(_add, each, numbers) for each in (large, small)]
            name = f"adding one to {many:,} cached thumbnails, full, ms (to {few:,}, full)"
            yield Line(name, *by_turns(times, *add), at_most(1.5))


def _filled(path: Path, count: int) -> ThumbnailCache:
    """Fill a cache to its limit: what is added from now on takes the place of what was first."""
    cache = ThumbnailCache(path, count * ENTRY_BYTES * 4)
    for first in range(0, count, ENTRIES_AT_ONCE):
        numbers = range(first, min(first + ENTRIES_AT_ONCE, count))
        cache.put_many({_key(number): CachedThumbnail(ENTRY, 1, 1) for number in numbers})
    cache.close()
    return ThumbnailCache(path, path.stat().st_size)


def _key(number: int) -> int:
    """Return the signature of an image among neighbours: of the same day, for the most part."""
    path = f"images/{number // OF_A_DAY}/{number}.png"
    return signature(StoredImage(number, path, ENTRY_BYTES, number), EDGE)


def _read(cache: ThumbnailCache, count: int) -> float:
    """Read a screen of neighbours in the newer half, which nothing has put out."""
    first = random.randrange(count // 2, count - SCREEN)
    keys = [_key(number) for number in range(first, first + SCREEN)]
    found: list[int] = []
    taken = seconds(lambda: found.extend(cache.get_many(keys)))
    if len(found) != SCREEN:
        raise CannotMeasureError(f"{SCREEN - len(found)} entries are not in the cache")
    return 1000 * taken


def _add(cache: ThumbnailCache, numbers: Iterator[int]) -> float:
    return 1000 * seconds(
        lambda: cache.put_many({_key(next(numbers)): CachedThumbnail(ENTRY, 1, 1)})
    )


GROUPS = (formats, two_workers, cached, full_cache)
