"""An open store: its catalogue kept true to the disk, and what a window asks of it."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from core import files, sidecar
from core.catalog import Catalog
from core.embedded_records import Embedded
from core.errors import StoreError
from core.event_stream import EventStream
from core.events import EventBus, ImagesExamined, Listener
from core.follower import Follower
from core.index import Index
from core.pictures import Frame, LargePicture, Pictures
from core.places import store_cache_folder
from core.questions import Questions
from core.records import (
    ImageRecord,
    StoredImage,
    Thumbnail,
)
from core.searcher import Searcher
from core.settings import StorageSettings
from core.thumbnails import TIMEOUT, Thumbnails
from core.workers import WorkerPool

log = logging.getLogger(__name__)

EXAMINE_SECONDS = 0.1  # for which a worker is kept from other jobs
FORGOTTEN_AT_ONCE = 1000  # images that could not be opened; then other questions get their turn

Metadata = dict[str, Any]
T = TypeVar("T")


class Store(Questions):
    """A store as a window sees it: images addressed by the catalogue's keys.

    It belongs to one event loop; its coroutines may run at the same time.

    Args:
        settings: Where the store is and how it is kept.
        workers: Worker processes to share with other stores; by default its own, which
            :meth:`close` ends.

    Attributes:
        base_path: The store's folder.
        settings: As given.
    """

    def __init__(self, settings: StorageSettings, *, workers: WorkerPool | None = None) -> None:
        self.settings = settings
        self.base_path = Path(settings.base_path).expanduser()
        self._own_workers = workers is None
        self._workers = workers or WorkerPool()
        self._events = EventBus()
        cache = store_cache_folder(self.base_path)
        index = Index(self.base_path, cache, self._workers, self._events)
        searcher = Searcher(self.base_path, index, self._workers, self._events)
        super().__init__(index, searcher)
        self._thumbnails = Thumbnails(self.base_path, cache / "thumbnails.db", self._workers)
        self._pictures = Pictures(self.base_path)
        self._opened = False
        self._examined_after: int | None = None  # losses: what could not be opened before
        self._follower: Follower | None = None
        self._writing: set[asyncio.Task[Any]] = set()

    async def open(self) -> None:
        """Open the store as it is, writing nothing into it, and start to index what changed.

        The catalogue of an earlier session answers at once, while the disk is looked at in the
        background; :meth:`subscribe` tells what is found. An open store stays as it is.

        Raises:
            StoreNotFound: The folder does not exist.
            StoreUnreadable: The folder may not be read.
            CatalogError: The person's cache folder cannot be written.
        """
        if self._opened:
            return
        await asyncio.to_thread(files.check_store, self.base_path)
        await self._index.open()
        self._opened = True
        self._index.rescan()

    def follow(self) -> None:
        """Follow from now on what other programs do to the open store, until it is closed.

        Whatever they do is in the catalogue, and told to subscribers, within a second where the
        system notices changes; within some seconds on a network mount; and in any case after a
        minute in which nothing happens.
        """
        if self._opened and self._follower is None:
            self._follower = Follower(self.base_path, self._index, self._events)

    async def close(self) -> None:
        """End what is under way and give everything back; a closed store may be closed again.

        What is being written is written to its end, and then closed.
        """
        self._opened = False
        self._examined_after = None
        if self._follower is not None:
            follower, self._follower = self._follower, None
            await follower.close()
        while self._writing:
            await asyncio.wait(self._writing)
        await self._thumbnails.close()
        await self._pictures.close()
        await self._searcher.close()
        await self._index.close()
        self._events.close()
        if self._own_workers:
            await self._workers.close()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have ``listener`` called, in the loop's thread, with every event from now on.

        Returns:
            A function that ends the subscription.
        """
        return self._events.subscribe(listener)

    def events(self) -> EventStream:
        """Return the events from now on as an asynchronous iterator, which ends with the store.

        After ``follow`` these tell what other programs do, too. An event says where to look again,
        and comes after the catalogue has changed: asking it then is never too early. What happened
        is told at least once, perhaps together with other changes; see
        :class:`core.event_stream.EventStream`.
        """
        return EventStream(self._events)

    @property
    def missing(self) -> str | None:
        """Why the last look did not find, or read, the store's folder; ``None`` if it did."""
        return self._index.missing

    @property
    def read_only(self) -> bool:
        """Whether this process may not write into the store's folder."""
        return not os.access(self.base_path, os.W_OK | os.X_OK)

    async def examine(self) -> bool:
        """Look at images nobody looked at for a tenth of a second; tell whether there are more.

        Whoever is cancelled meanwhile need wait for nothing: this much is looked at to its end.
        Other managers of the store, in whatever process, are not told, and find it with their next
        search.
        """
        return await self._finish(self._examine())

    async def _examine(self) -> bool:
        if self.missing is not None:
            return False
        losses = self._index.losses  # while the store was out of reach, nothing could be opened
        arguments = str(self.base_path), str(self._index.path), EXAMINE_SECONDS
        try:
            if losses != self._examined_after:
                if await self._index.read(Catalog.forget_examined_in_vain, FORGOTTEN_AT_ONCE):
                    return True
                self._examined_after = losses
            if not await self._index.read(Catalog.unexamined):
                return False
            found = await self._workers.call("examine", *arguments)
        except StoreError as error:
            log.warning("Not all images of %s are looked at: %s", self.base_path, error)
            return False
        days, left = msgspec.convert(found, tuple[frozenset[int], int])
        self._events.emit(ImagesExamined(days, left))
        return left > 0

    async def sidecar(self, record: ImageRecord) -> Metadata | None:
        """Read an image's sidecar as it is now; ``None`` if it has none.

        Raises:
            SidecarError: The sidecar cannot be read or is not a JSON object; says why.
        """
        if record.sidecar_path is None:
            return None
        return await asyncio.to_thread(self._load_sidecar, record.sidecar_path)

    async def embedded(self, record: ImageRecord) -> Embedded:
        """Read what an image file says about itself, in a worker process.

        Raises:
            ThumbnailUnavailable: The file is gone, may not be read, or is not a plain file.
            ThumbnailError: It is no image that can be read; the message, for people, says why.
            WorkerError: Reading it took too long, or made the worker stop.
        """
        names = os.fsencode(record.path), os.fsencode(self.base_path.absolute())
        found = await self._workers.call("embedded", *names, timeout=TIMEOUT)
        return msgspec.convert(found, Embedded)

    def thumbnails(
        self, images: Sequence[ImageRecord | StoredImage], edge: int
    ) -> AsyncGenerator[list[Thumbnail], None]:
        """Make thumbnails; see :meth:`core.thumbnails.Thumbnails.stream`."""
        return self._thumbnails.stream(images, edge)

    async def prepare_thumbnails(
        self, images: Sequence[ImageRecord | StoredImage], edge: int
    ) -> bool:
        """Make thumbnails for later; see :meth:`core.thumbnails.Thumbnails.prepare`."""
        return await self._thumbnails.prepare(images, edge)

    async def picture(self, record: ImageRecord, edge: int = 0) -> LargePicture:
        """Decode an image to look at it closely; see :meth:`core.pictures.Pictures.picture`."""
        return await self._pictures.picture(record, edge)

    def frames(
        self, record: ImageRecord, edge: int, most_bytes: int = 0
    ) -> AsyncGenerator[Frame, None]:
        """Decode an animation; see :meth:`core.pictures.Pictures.frames`."""
        return self._pictures.frames(record, edge, most_bytes)

    async def rescan(self, *, full: bool = False) -> None:
        """Bring the catalogue into agreement with the disk and wait until it is.

        Args:
            full: Look at every file, also in folders that seem unchanged.
        """
        await asyncio.wait([self._index.rescan(full=full)])

    def recheck(self) -> None:
        """Look, soon and without being waited for, for what may have been missed.

        To be called when the person comes back to the store. The folders are looked at now, the
        files as soon as that is no burden: in a store that is followed, else not at all.
        """
        if self._follower is not None:
            self._follower.recheck()
        elif self._opened:
            self._index.rescan()

    async def cancel_scan(self) -> None:
        """End the scan under way; what it has found so far stays."""
        await self._index.cancel()

    # For those who write

    async def _finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Run what writes to its end: if the caller is cancelled, and before the store closes."""
        return await asyncio.shield(self._begin(work))

    def _begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start what has to end before the store closes."""
        task = asyncio.create_task(work)
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)
        return task

    def _load_sidecar(self, path: str) -> Metadata:
        return sidecar.load_object(files.read_sidecar(self.base_path, path))
