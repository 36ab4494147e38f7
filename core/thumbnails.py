"""Thumbnails of a store's images: from the cache, or made by worker processes.

The cache answers for a file as it was: its key is made of path, size and modification time, so a
file that changes is another entry, nothing is ever invalidated, and a catalogue that is rebuilt
finds all its thumbnails again.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import msgspec

from core.errors import (
    ThumbnailError,
    ThumbnailUnavailable,
    WorkerDied,
    WorkerError,
    WorkerTimeout,
)
from core.records import ImageRecord, StoredImage, Thumbnail
from core.thumbnail_cache import CachedThumbnail, ThumbnailCache
from core.workers import WorkerPool

THUMBNAIL_EDGES = (256, 512)
TIMEOUT = 20.0  # seconds for one image

_JOB = "thumbnail"
_OWN_BITS = (1 << 52) - 1  # of a signature; enough that no two of a million are alike
_log = logging.getLogger(__name__)
_T = TypeVar("_T")


def edge_for(device_pixels: int) -> int:
    """Return the edge to ask for, to fill this many device pixels: the largest if none does."""
    return next((edge for edge in THUMBNAIL_EDGES if edge >= device_pixels), THUMBNAIL_EDGES[-1])


def signature(record: ImageRecord | StoredImage, edge: int) -> int:
    """Return the cache's key, a signed 64-bit integer: another for each state of the file.

    The first bits are the folder's alone: what is seen together is then looked up in a few pages
    of the cache's index, however many there are.
    """
    state = f"{record.path}\0{record.size_bytes}\0{record.modified_ns}\0{edge}"
    own = _digest(state) & _OWN_BITS
    return (_folder_digest(record.path.rpartition("/")[0]) & ~_OWN_BITS) | own


@lru_cache(256)
def _folder_digest(folder: str) -> int:
    return _digest(folder)


def _digest(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


class Thumbnails:
    """Gives out thumbnails, best known first, and has the missing ones made.

    No more than ``workers.size`` are made at a time, each once, however many ask. All of it
    happens in the thread of one event loop, which is never blocked: files are read in the worker
    processes, the cache in a thread of its own.

    What the content of a file says for good ("cut short", "not an image") is kept in the cache.
    What may be different the next time is not: a file that is gone or may not be read is tried
    again at every request, one that took too long or made the worker stop at the next start.

    Args:
        base: The store's folder.
        cache_path: The cache's file, for this store alone.
        workers: Where they are made; it stays the caller's to close.
    """

    def __init__(self, base: Path, cache_path: Path, workers: WorkerPool) -> None:
        self._base = os.fsencode(base.absolute())
        self._cache = ThumbnailCache(cache_path)
        self._workers = workers
        self._cache_thread = ThreadPoolExecutor(1, "thumbnail-cache")
        self._under_way: dict[int, asyncio.Task[CachedThumbnail]] = {}
        self._given_up: dict[int, CachedThumbnail] = {}
        self._closed = False

    async def stream(
        self, images: Sequence[ImageRecord | StoredImage], edge: int
    ) -> AsyncGenerator[list[Thumbnail], None]:
        """Yield the thumbnails of these images, each once.

        First comes, at once, one list with all that are cached (perhaps none), then further ones
        as they are made, begun in the order of ``images``. A file that fails gives a thumbnail
        with its ``problem``. Whoever stops listening (by closing the iterator or being
        cancelled) need do no more: what has not begun never will, what has is finished and
        cached. After ``close`` it just ends.

        Args:
            images: The images, the most wanted first.
            edge: The longest side in device pixels, one of ``THUMBNAIL_EDGES``.
        """
        if edge not in THUMBNAIL_EDGES:
            raise ValueError(f"The edge of a thumbnail is one of {THUMBNAIL_EDGES}, not {edge}")
        if self._closed:
            return
        wanted = {signature(image, edge): image for image in images}
        # Looked up before the cache is: what ends meanwhile is in one or the other.
        under_way = self._under_way
        mine = {under_way[k]: k for k in wanted if k in under_way and not under_way[k].done()}
        cached = await self._in_cache_thread(lambda: self._cache.get_many(wanted))
        cached |= self._given_up
        joined = set(mine.values())
        found = {key: cached[key] for key in wanted if key in cached and key not in joined}
        waiting = [key for key in reversed(wanted) if key not in found and key not in joined]
        looked_up = False
        while not self._closed:
            while waiting and (task := self._make(waiting[-1], wanted[waiting[-1]], edge)):
                mine[task] = waiting.pop()
            if found or not looked_up:  # only now, so that the workers are busy while it is shown
                looked_up = True
                yield [_thumbnail(wanted[key], made) for key, made in found.items()]
            if not (waiting or mine):
                return
            if tasks := {*mine, *under_way.values()}:  # or all have ended meanwhile
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            ended = [task for task in mine if task.done() and not task.cancelled()]
            found = {mine.pop(task): task.result() for task in ended}

    async def prepare(self, images: Sequence[ImageRecord | StoredImage], edge: int) -> bool:
        """Make what is not cached of these, in their order, for whoever may ask for it later.

        It may be cancelled at any time: what has not begun never will, what has is finished and
        cached. Nothing that is cached already is lost for it.

        Returns:
            Whether there is room in the cache for more.
        """
        if self._closed:
            return False
        wanted = {signature(image, edge): image for image in images}
        missing = await self._in_cache_thread(lambda: self._cache.missing(wanted))
        if missing is None:
            return False
        async with aclosing(self.stream([wanted[key] for key in missing], edge)) as making:
            async for _ in making:
                pass
        return True

    async def close(self) -> None:
        """Stop what is under way and close the cache; streams end. Comes before the pool's."""
        if self._closed:
            return
        self._closed = True
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self._in_cache_thread(self._cache.close)
        self._cache_thread.shutdown()

    def _make(
        self, key: int, image: ImageRecord | StoredImage, edge: int
    ) -> asyncio.Task[CachedThumbnail] | None:
        """Begin to make a thumbnail, or join who does; ``None`` while enough are under way."""
        task = self._under_way.get(key)
        if task is None and len(self._under_way) < self._workers.size:
            task = asyncio.create_task(self._made(key, _located(image), edge))
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key))
        return task

    async def _made(self, key: int, path: str, edge: int) -> CachedThumbnail:
        try:
            made = await self._decoded(path, edge)
        except ThumbnailUnavailable as error:
            return _problem(str(error))
        except ThumbnailError as error:
            made = _problem(str(error))
        except WorkerTimeout:
            made = self._given_up[key] = _problem(f"Took longer than {TIMEOUT:g} seconds to read")
            return made
        except WorkerDied:
            made = self._given_up[key] = _problem("Reading it made the image reader stop")
            return made
        except WorkerError as error:
            _log.error("No thumbnail of %s: %s", path, error)
            return _problem(f"It could not be read ({error})")
        # Nobody waits for this; the thread does it before it looks anything up that is asked later.
        self._cache_thread.submit(self._cache.put_many, {key: made})
        return made

    async def _decoded(self, path: str, edge: int) -> CachedThumbnail:
        arguments = (_JOB, os.fsencode(path), edge, self._base)  # not every name is UTF-8
        try:
            made = await self._workers.call(*arguments, timeout=TIMEOUT)
        except WorkerDied:  # it may have been its neighbours, or the system short of memory
            made = await self._workers.call(*arguments, timeout=TIMEOUT)
        return msgspec.convert(made, CachedThumbnail)

    async def _in_cache_thread(self, action: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._cache_thread, action)


def _problem(reason: str) -> CachedThumbnail:
    return CachedThumbnail(b"", 0, 0, reason)


def _located(image: ImageRecord | StoredImage) -> str:
    return (isinstance(image, StoredImage) and image.located) or image.path


def _thumbnail(image: ImageRecord | StoredImage, made: CachedThumbnail) -> Thumbnail:
    return Thumbnail(image.key, made.data, made.width, made.height, made.problem)
