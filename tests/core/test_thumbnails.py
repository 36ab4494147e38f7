"""The cache as a real file, and thumbnails through it and real worker processes."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import random
import signal
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image

import core.thumbnails
import core.worker
from core.records import ImageRecord, StoredImage, Thumbnail
from core.thumbnail_cache import CachedThumbnail, ThumbnailCache
from core.thumbnails import Thumbnails, edge_for, signature
from core.workers import WorkerPool
from tests.core.test_workers import until, written

Entries = dict[int, CachedThumbnail]


def record_of(base: Path, path: str, key: int = 1) -> ImageRecord:
    file = base / path
    facts = file.lstat() if file.exists() else None
    return ImageRecord(
        key=key,
        image_id=file.stem,
        path=path,
        sidecar_path=None,
        sidecar_problem=None,
        day=739_000,
        created_us=0,
        size_bytes=facts.st_size if facts else 0,
        modified_ns=facts.st_mtime_ns if facts else 0,
        format="png",
        width=0,
        height=0,
        prompt="",
        model="",
        provider="",
        cost_usd=None,
    )


def entries(count: int, size: int = 20, first: int = 0) -> Entries:
    return {
        key * 2**45 - 2**62: CachedThumbnail(bytes([key % 256]) * size, key, key + 1)
        for key in range(first, first + count)
    }


# --- the cache ------------------------------------------------------------------------------


def test_a_signature_changes_with_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"1")
    (tmp_path / "b.png").write_bytes(b"1")
    os.utime(tmp_path / "a.png", ns=(5, 5))
    os.utime(tmp_path / "b.png", ns=(5, 5))
    a = record_of(tmp_path, "a.png", key=1)
    known = {signature(a, 256), signature(a, 512), signature(record_of(tmp_path, "b.png"), 256)}
    os.utime(tmp_path / "a.png", ns=(6, 6))
    known.add(signature(record_of(tmp_path, "a.png"), 256))
    (tmp_path / "a.png").write_bytes(b"12")
    os.utime(tmp_path / "a.png", ns=(5, 5))
    known.add(signature(record_of(tmp_path, "a.png"), 256))
    assert len(known) == 5
    os.utime(tmp_path / "b.png", ns=(5, 5))
    assert signature(record_of(tmp_path, "b.png", key=9), 256) in known  # a rebuilt catalogue
    assert all(-(2**63) <= number < 2**63 for number in known)
    assert signature(record_of(tmp_path, "bad-\udcff.png"), 256)  # a name that is not UTF-8


def test_signatures_of_a_folder_stand_together() -> None:
    images = [StoredImage(n, f"images/{n % 3}/{n}.png", 1, 1) for n in range(300)]
    ordered = sorted(images, key=lambda image: signature(image, 256))
    folders = [image.path.rpartition("/")[0] for image in ordered]
    assert folders[::100] == folders[99::100]
    assert len(set(folders[::100])) == 3


def test_the_cache_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "down" / "thumbnails.db"
    known = entries(50) | {7: CachedThumbnail(b"", 0, 0, "Empty file")}
    with closing(ThumbnailCache(path)) as cache:
        assert cache.get_many(known) == {}
        cache.put_many(known)
        assert cache.get_many(known) == known
    with closing(ThumbnailCache(path)) as cache:
        assert cache.get_many([*known, 99]) == known
        assert cache.get_many([]) == {}


def test_many_at_once(tmp_path: Path) -> None:
    with closing(ThumbnailCache(tmp_path / "t.db")) as cache:
        known = entries(40_000, size=1)
        cache.put_many(known)
        assert cache.get_many(known) == known


def test_the_oldest_go_when_it_is_full(tmp_path: Path) -> None:
    limit = 2 << 20
    with closing(ThumbnailCache(tmp_path / "t.db", limit)) as cache:
        for first in range(0, 1000, 10):
            cache.put_many(entries(10, size=10_000, first=first))
        kept = cache.get_many(entries(1000))
    numbers = sorted(entry.width for entry in kept.values())
    assert 100 < len(numbers) <= limit // 10_000
    assert numbers == list(range(1000 - len(numbers), 1000))
    assert (tmp_path / "t.db").stat().st_size < limit * 1.2


def test_what_is_missing(tmp_path: Path) -> None:
    with closing(ThumbnailCache(tmp_path / "t.db")) as cache:
        assert cache.missing([3, 1, 2]) == [3, 1, 2]
        cache.put_many(
            {1: CachedThumbnail(b"", 0, 0, "Empty file"), 5: CachedThumbnail(b"5", 1, 1)}
        )
        assert cache.missing([5, 3, 1, 2]) == [3, 2]


def test_a_cache_that_is_nearly_full_misses_nothing(tmp_path: Path) -> None:
    with closing(ThumbnailCache(tmp_path / "t.db", 2 << 20)) as cache:
        cache.put_many(entries(100, size=10_000))
        assert cache.missing([7]) == [7]
        cache.put_many(entries(100, size=10_000, first=100))
        assert cache.missing([7]) is None
        assert len(cache.get_many(entries(200))) == 200


@pytest.mark.parametrize(
    "content", [b"not a database" * 1000, b"SQLite format 3\0" + b"\xff" * 9000]
)
def test_a_damaged_file_is_made_anew(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "t.db").write_bytes(content)
    with closing(ThumbnailCache(tmp_path / "t.db")) as cache:
        assert cache.get_many(entries(5)) == {}
        cache.put_many(entries(5))
    with closing(ThumbnailCache(tmp_path / "t.db")) as cache:
        assert cache.get_many(entries(5)) == entries(5)
    assert caplog.text.count("made anew") == 1


def test_another_programs_database_is_made_anew(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "t.db")) as foreign:
        foreign.execute("CREATE TABLE thumbnails (signature, made)")
    with closing(ThumbnailCache(tmp_path / "t.db")) as cache:
        cache.put_many(entries(5))
        assert cache.get_many(entries(5)) == entries(5)


def test_another_versions_cache_is_made_anew(tmp_path: Path) -> None:
    with closing(ThumbnailCache(tmp_path / "t.db")) as cache:
        cache.put_many(entries(5))
    with closing(sqlite3.connect(tmp_path / "t.db")) as other:
        other.execute("PRAGMA user_version = 99")
    with closing(ThumbnailCache(tmp_path / "t.db")) as cache:
        assert cache.get_many(entries(5)) == {}


def test_damage_that_shows_only_later(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with closing(ThumbnailCache(path)) as cache:
        cache.put_many(entries(2000, size=1000))
    with closing(ThumbnailCache(path)) as cache:
        assert len(cache.get_many(list(entries(1)))) == 1
        cache.close()
        content = bytearray(path.read_bytes())
        content[8192:] = random.Random(3).randbytes(len(content) - 8192)
        path.write_bytes(content)
        assert cache.get_many(entries(2000)) == {}
        cache.put_many(entries(5))
        assert cache.get_many(entries(2000)) == entries(5)


def test_without_a_place_to_write_it_works_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "t.db").mkdir()
    for path in (tmp_path / "file" / "t.db", tmp_path / "t.db", Path("/proc/none/t.db")):
        caplog.clear()
        with closing(ThumbnailCache(path)) as cache:
            cache.put_many(entries(5))
            cache.put_many(entries(5, first=5))
            assert cache.get_many(entries(10)) == entries(10)
        assert [entry.levelno for entry in caplog.records] == [logging.WARNING]


# --- the service ----------------------------------------------------------------------------


class Store:
    """A folder of images, the records of them, and what makes their thumbnails."""

    def __init__(self, base: Path, cache: Path) -> None:
        self.base, self.cache = base, cache
        self.workers = WorkerPool(2)
        self.thumbnails = Thumbnails(base, cache, self.workers)

    async def restart(self) -> None:
        await self.close()
        self.__init__(self.base, self.cache)

    async def close(self) -> None:
        await self.thumbnails.close()
        await self.workers.close()

    def write(self, *names: str, size: tuple[int, int] = (320, 200)) -> list[ImageRecord]:
        for number, name in enumerate(names):
            Image.new("RGB", size, (number * 40 % 256, 90, 120)).save(self.base / name)
        return self.records(*names)

    def records(self, *names: str) -> list[ImageRecord]:
        return [record_of(self.base, name, key=100 + i) for i, name in enumerate(names)]

    async def batches(self, records: Sequence[ImageRecord], edge: int = 256) -> Any:
        return [batch async for batch in self.thumbnails.stream(records, edge)]

    async def get(self, records: Sequence[ImageRecord]) -> dict[int, Thumbnail]:
        made = [each for batch in await self.batches(records) for each in batch]
        assert len(made) == len(records)
        return {each.key: each for each in made}

    def jobs(self) -> int:
        return len(self.thumbnails._under_way)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    (tmp_path / "store" / "images").mkdir(parents=True)
    store = Store(tmp_path / "store", tmp_path / "cache" / "thumbnails.db")
    yield store
    await store.close()
    assert psutil.Process().children() == []


def test_the_edge_that_fills_a_cell() -> None:
    assert [edge_for(size) for size in (1, 256, 257, 512, 2000)] == [256, 256, 512, 512, 512]


async def test_made_once_then_from_the_cache(store: Store) -> None:
    records = store.write(*(f"images/{i}.png" for i in range(7)))
    first = await store.get(records)
    assert sorted(first) == [record.key for record in records]
    for made in first.values():
        assert (made.width, made.height, made.problem) == (320, 200, None)
        assert Image.open(io.BytesIO(made.data)).size == (256, 160)
    await store.restart()
    (batch,) = await store.batches(records)
    assert [each.key for each in batch] == [record.key for record in records]
    assert {each.key: each for each in batch} == first
    assert psutil.Process().children() == []  # nothing had to be made


async def test_what_is_cached_comes_first_then_in_the_order_asked(store: Store) -> None:
    records = store.write(*(f"images/{i}.png" for i in range(12)))
    await store.get(records[6:8])
    batches = await store.batches(records)
    assert [each.key for each in batches[0]] == [106, 107]
    left = [record.key for record in records if record.key not in (106, 107)]
    for batch in batches[1:]:
        for key in sorted(each.key for each in batch):
            assert key in left[: store.workers.size]  # one may take long, but is not overtaken by
            left.remove(key)  # more than the others of its time
    assert left == []


async def test_a_name_that_is_not_utf8(store: Store) -> None:
    (record,) = store.write("images/bad-\udcff.png")
    assert (await store.get([record]))[100].problem is None


async def test_edges_are_kept_apart(store: Store) -> None:
    records = store.write("images/a.png", size=(900, 900))
    await store.get(records)
    cached, (made,) = await store.batches(records, 512)
    assert cached == []
    assert Image.open(io.BytesIO(made.data)).size == (512, 512)
    with pytest.raises(ValueError, match="300"):
        await store.batches(records, 300)


async def test_a_changed_file_is_made_again(store: Store) -> None:
    old = await store.get(store.write("images/a.png"))
    new = await store.get(store.write("images/a.png", size=(100, 50)))
    assert (old[100].width, new[100].width) == (320, 100)


async def test_bad_files_say_why_and_stop_nobody(store: Store) -> None:
    store.write("images/good.png", "images/short.jpg")
    short = store.base / "images/short.jpg"
    short.write_bytes(short.read_bytes()[:-200])
    (store.base / "images/empty.png").write_bytes(b"")
    (store.base / "images/link.png").symlink_to("good.png")
    (store.base / "out").symlink_to(store.base.parent)
    Image.new("RGB", (9, 9)).save(store.base.parent / "outside.png")
    names = ["images/empty.png", "images/short.jpg", "images/link.png", "images/none.png"]
    names += ["out/outside.png", "../outside.png", "images/good.png"]
    found = await store.get(store.records(*names))
    assert [found[100 + i].problem for i in range(7)] == [
        "Empty file",
        "The file is cut short",
        "A symbolic link, which is not followed",
        "The file is gone",
        "A symbolic link, which is not followed",
        "Not a path inside the store",
        None,
    ]
    assert all(not each.data for each in found.values() if each.problem)
    # What only may be different the next time is not remembered.
    await store.restart()
    cached, *_ = await store.batches(store.records(*names))
    assert [each.key for each in cached] == [100, 101, 106]


async def test_who_leaves_drops_what_has_not_begun_and_loses_nothing(store: Store) -> None:
    records = store.write(*(f"images/{i}.png" for i in range(14)), size=(600, 600))
    async with aclosing(store.thumbnails.stream(records, 256)) as stream:
        async for _ in stream:
            assert store.jobs() <= 2
            break
    others = [asyncio.create_task(store.get(records[10:12])) for _ in range(5)]
    assert await asyncio.gather(*others) == [await others[0]] * 5
    while store.jobs():
        await asyncio.wait(store.thumbnails._under_way.values())
    await store.restart()
    cached, *_ = await store.batches(records)
    keys = [each.key for each in cached]
    assert keys[-2:] == [110, 111]
    assert 1 <= len(keys[:-2]) <= 4


async def test_what_is_prepared_is_cached(store: Store) -> None:
    records = store.write(*(f"images/{i}.png" for i in range(9)))
    (store.base / "images/3.png").write_bytes(b"")
    records = store.records(*(record.path for record in records))
    await store.get(records[:2])
    assert await store.thumbnails.prepare(records, 256)
    await store.restart()
    cached, *others = await store.batches(records)
    assert (len(cached), others) == (9, [])
    assert await store.thumbnails.prepare(records, 256)
    assert psutil.Process().children() == []  # nothing was made a second time


async def test_a_preparation_that_is_cancelled_begins_no_more(store: Store) -> None:
    records = store.write(*(f"images/{i}.png" for i in range(30)), size=(1200, 1200))
    preparing = asyncio.create_task(store.thumbnails.prepare(records, 256))
    await until(store.jobs)
    preparing.cancel()
    await asyncio.wait([preparing])
    while store.jobs():
        await asyncio.wait(store.thumbnails._under_way.values())
    await store.restart()
    cached = await store.thumbnails._in_cache_thread(
        lambda: store.thumbnails._cache.get_many([signature(each, 256) for each in records])
    )
    assert 1 <= len(cached) <= 2 * store.workers.size


async def test_nothing_is_prepared_where_there_is_no_room(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = store.write("images/a.png", "images/b.png")
    await store.get(records[:1])
    monkeypatch.setattr(store.thumbnails._cache, "_limit", 1)
    assert not await store.thumbnails.prepare(records, 256)
    await store.thumbnails.close()
    assert not await store.thumbnails.prepare(records, 256)


async def test_a_task_that_is_cancelled(store: Store) -> None:
    records = store.write(*(f"images/{i}.png" for i in range(9)), size=(900, 900))
    for _ in range(6):
        task = asyncio.create_task(store.get(records))
        await asyncio.sleep(0.03)
        assert store.jobs() <= 2
        task.cancel()
        await asyncio.wait([task])
    assert len(await store.get(records)) == 9


async def test_who_asks_for_the_same_file_joins(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    call = WorkerPool.call

    async def counted(pool: WorkerPool, *args: Any, **options: Any) -> object:
        asked.append(os.fsdecode(args[1]))
        return await call(pool, *args, **options)

    monkeypatch.setattr(WorkerPool, "call", counted)
    records = store.write(*(f"images/{i}.png" for i in range(6)))
    results = await asyncio.gather(*(store.get(records) for _ in range(4)))
    assert all(result == results[0] for result in results)
    assert sorted(asked) == [record.path for record in records]


HOSTILE = """
import os, time
from core.decode import thumbnail as decode
def thumbnail(path, edge, base):
    path, base = os.fsdecode(path), os.fsdecode(base)
    with open(base + "/calls", "a") as calls:
        calls.write(path + " ")
    if "slow" in path:
        time.sleep(60)
    if "crash" in path:
        os.kill(os.getpid(), 11)
    if "once" in path and not os.path.exists(base + "/crashed"):
        open(base + "/crashed", "w").close()
        os.kill(os.getpid(), 11)
    if "bug" in path:
        raise ZeroDivisionError("by zero")
    return decode(path, edge, base)
"""


@pytest.fixture
def hostile(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files that make a decoder hang or crash, by the hand of a job that acts like one."""
    (tmp_path / "hostile_decoder.py").write_text(HOSTILE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(core.thumbnails, "_JOB", "hostile_decoder:thumbnail")
    return store.base / "calls"


def calls(hostile: Path, name: str) -> int:
    return hostile.read_text().count(name)


async def test_a_file_that_takes_too_long(
    store: Store, hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.get(store.write("images/1.png", "images/2.png"))  # both processes have started
    monkeypatch.setattr(core.thumbnails, "TIMEOUT", 4)  # the good one is read in time anywhere
    records = store.write("images/slow.png", "images/good.png")
    for _ in range(2):
        found = await store.get(records)
        assert found[100].problem == "Took longer than 4 seconds to read"
        assert found[101].problem is None
    assert calls(hostile, "slow") == 1  # not tried again while the program runs


@pytest.mark.logs_error("images/bug.png: .*ZeroDivisionError")
async def test_files_that_crash_the_decoder(store: Store, hostile: Path) -> None:
    records = store.write("images/crash.png", "images/once.png", "images/bug.png", "images/a.png")
    found = await store.get(records)
    assert found[100].problem == "Reading it made the image reader stop"
    assert found[101].problem is None
    assert "ZeroDivisionError" in str(found[102].problem)
    assert found[103].problem is None
    assert calls(hostile, "crash") == 2
    await store.get(records[:1])
    assert calls(hostile, "crash") == 2
    await store.restart()
    await store.get(records)  # another run of the program tries again
    assert calls(hostile, "crash") == 4


async def test_a_worker_that_is_killed_from_outside(store: Store, hostile: Path) -> None:
    records = store.write("images/slow.png")
    task = asyncio.create_task(store.get(records))
    for _ in range(2):
        await until(lambda: written(hostile))
        await asyncio.to_thread(hostile.unlink)
        for child in psutil.Process().children():
            child.send_signal(signal.SIGKILL)
    assert (await task)[100].problem == "Reading it made the image reader stop"


async def test_close_ends_streams_and_work(store: Store, hostile: Path) -> None:
    records = store.write("images/slow.png", "images/slow2.png", "images/slow3.png")
    task = asyncio.create_task(store.batches(records))
    await until(store.jobs)
    await store.thumbnails.close()
    await store.thumbnails.close()
    assert await task == [[]]
    assert await store.batches(records) == []
