"""An open store: its catalogue kept true to the disk, and what a window asks of it."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, Callable, Collection, Coroutine, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from core import files, sidecar
from core.catalog import Catalog
from core.embedded_records import Embedded
from core.errors import StoreError
from core.event_stream import EventStream
from core.events import CredentialsFound, EventBus, Listener
from core.examiner import TURN_SECONDS
from core.facet_counter import FacetCounter
from core.follower import Follower
from core.index import Index
from core.pictures import Frame, LargePicture, Pictures
from core.places import store_cache_folder
from core.query_terms import Query, TextField
from core.records import (
    DayImages,
    DayTotal,
    ImageRecord,
    SelectionSummary,
    StoredImage,
    StoreTotals,
    Thumbnail,
)
from core.searcher import Found, Searcher
from core.settings import StorageSettings
from core.statistics_records import MonthStatistics
from core.thumbnails import TIMEOUT, Thumbnails
from core.workers import WorkerPool

log = logging.getLogger(__name__)

Metadata = dict[str, Any]
T = TypeVar("T")


class Store:
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
        self._index = Index(self.base_path, cache, self._workers, self._events)
        self._thumbnails = Thumbnails(self.base_path, cache / "thumbnails.db", self._workers)
        self._pictures = Pictures(self.base_path)
        self._searcher = Searcher(self.base_path, self._index, self._workers, self._events)
        self._opened = False
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

    # The catalogue as it is, without waiting for the disk

    @property
    def read_only(self) -> bool:
        """Whether this process may not write into the store's folder."""
        return not os.access(self.base_path, os.W_OK | os.X_OK)

    async def totals(self) -> StoreTotals:
        """Return what the catalogue knows the store to hold."""
        return await self._index.read(Catalog.totals)

    async def day_totals(self, days: Collection[int] | None = None) -> list[DayTotal]:
        """Return these days (or all) as far as they have images, newest first."""
        return await self._index.read(Catalog.day_totals, days)

    async def days(
        self, days: Collection[int] | None = None, *, pinned: bool = False
    ) -> list[DayImages]:
        """Return the ordered images of these days (``date.toordinal()``), or of all.

        Args:
            days: The days; by default all.
            pinned: Only the images that are pinned; the bytes are theirs.
        """
        return await self._index.read(Catalog.pinned_days if pinned else Catalog.days, days)

    async def records(self, keys: Collection[int]) -> dict[int, ImageRecord]:
        """Return the records of these keys; a key of an image that is gone is left out."""
        return await self._index.read(Catalog.records, keys)

    def search(
        self, query: Query, days: Collection[int] | None = None
    ) -> AsyncGenerator[Found, None]:
        """Find images, the newest days first; see :meth:`core.searcher.Searcher.search`."""
        return self._searcher.search(query, days)

    def facet_counter(self, query: Query) -> FacetCounter:
        """Return what counts by facets what a search finds."""
        return FacetCounter(self._index, query)

    async def searchable(self) -> bool:
        """Tell whether searches find all images of the catalogue, and not only some as yet."""
        return not await self._index.read(Catalog.waiting)

    async def search_values(self, field: TextField) -> list[str]:
        """Return what images have in a field, such as all tags, in alphabetical order."""
        return await self._index.read(Catalog.values, field)

    async def unexamined(self) -> int:
        """Count the images of which it is not known yet whether they have Content Credentials."""
        return await self._index.read(Catalog.unexamined)

    async def examine(self) -> bool:
        """Look at the newest of these for a tenth of a second; tell whether there are more.

        Whoever is cancelled meanwhile need wait for nothing: this much is looked at to its end.
        """
        return await self._finish(self._examine())

    async def _examine(self) -> bool:
        arguments = str(self.base_path), str(self._index.path), TURN_SECONDS
        try:
            found = await self._workers.call("examine", *arguments)
        except StoreError as error:
            log.warning("Content Credentials in %s are not looked for: %s", self.base_path, error)
            return False
        days, left = msgspec.convert(found, tuple[frozenset[int], int])
        self._events.emit(CredentialsFound(days, left))
        return left > 0

    async def located(self, paths: Collection[str]) -> dict[str, ImageRecord]:
        """Return the records of the images at these paths, relative to the store, by path.

        An image that left a store and came back has another key, but the same path.
        """
        return await self._index.read(Catalog.at, paths)

    async def summary(self, keys: Collection[int]) -> SelectionSummary | None:
        """Return what these images share and sum up to; ``None`` if all of them are gone."""
        return await self._index.read(Catalog.summary, keys)

    async def statistics(
        self, months: Collection[int] | None = None
    ) -> AsyncGenerator[MonthStatistics, None]:
        """Yield what was made month by month, newest first.

        Each month is one short question to the catalogue, so that others come in between. Where
        not all are taken, close the iterator (``contextlib.aclosing``).

        Args:
            months: Their first days (``date.toordinal()``); by default all in which anything was
                made.
        """
        if months is None:
            days = [date.fromordinal(total.day) for total in await self.day_totals()]
            months = {day.replace(day=1).toordinal() for day in days}
        for first in sorted(months, reverse=True):
            after = date.fromordinal(first + 31).replace(day=1).toordinal()
            yield await self._index.read(Catalog.month, first, after - 1)

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
