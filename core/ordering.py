"""Keeps what images are ordered by at hand, so that a change of the store costs what changed."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from core.arrangement import Arranged, Arrangement
from core.catalog import Catalog
from core.catalog_columns import Column
from core.events import CatalogReset, Event, EventBus, ImagesChanged
from core.index import Index
from core.records import DayImages, WorkProgress

if TYPE_CHECKING:
    from core.arranging import Arranger

Progress = Callable[[WorkProgress], object]
T = TypeVar("T")


class Ordering:
    """Puts images of one store in order; belongs to its event loop.

    What the images are ordered and grouped by is read from the catalogue some thousand at a time,
    so that others get their turn, and kept for the next time: 16 bytes an image for each value.
    Sorting is done in a thread. What was read by a call that is cancelled is kept, too.

    Args:
        index: The catalogue.
        events: Tells which images are others now.
    """

    def __init__(self, index: Index, events: EventBus) -> None:
        self._index = index
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ordering")
        self._turn = asyncio.Lock()
        self._arranger: Arranger | None = None  # of that thread
        self._edited: set[int] = set()  # and not forgotten yet
        self._resets = 0
        self._unsubscribe = events.subscribe(self._on_event)

    def close(self) -> None:
        """Follow the store no longer; more calls do nothing."""
        self._unsubscribe()
        self._thread.shutdown(wait=False)

    async def arrange(
        self,
        days: Sequence[DayImages],
        arrangement: Arrangement,
        progress: Progress | None = None,
    ) -> Arranged:
        """Return images in an order, in sections; see :class:`core.arrangement.Arrangement`.

        It is true to the catalogue for all that was told by events before this was called; what
        changes meanwhile is told: ask again then. Calls wait for each other.

        Args:
            days: The images, in any order of the days, none of which is empty.
            arrangement: How.
            progress: Called with the number of values that were read, and that are to be.

        Raises:
            CatalogError: The catalogue cannot be read.
        """
        async with self._turn:
            while True:
                resets = self._resets
                await self._learn(days, arrangement, progress)
                if resets == self._resets:  # else all of it is forgotten by now
                    return await self._in_thread(lambda: self._ready().arranged(days, arrangement))

    async def _learn(
        self, days: Sequence[DayImages], arrangement: Arrangement, progress: Progress | None
    ) -> None:
        """Read what is needed and not known yet."""
        edited, self._edited = self._edited, set()
        if edited:
            self._thread.submit(self._forget, edited)
        pieces = await self._in_thread(lambda: self._ready().missing(days, arrangement))
        total, done = sum(len(keys) for _, keys in pieces), 0
        for column, keys in pieces:
            values = await self._index.read(Catalog.column, column, keys)
            await self._in_thread(self._put, column, keys, values)
            done += len(keys)
            if progress is not None:
                progress(WorkProgress(done, total))

    def _on_event(self, event: Event) -> None:
        if isinstance(event, ImagesChanged):
            self._edited |= event.changed
        elif isinstance(event, CatalogReset):  # other images have these keys now
            self._resets += 1
            self._edited.clear()
            self._thread.submit(self._start_anew)

    async def _in_thread(self, call: Callable[..., T], *args: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call, *args)

    # In the thread, one after the other

    def _ready(self) -> Arranger:
        from core.arranging import Arranger  # numpy, which the window's start need not wait for

        self._arranger = self._arranger or Arranger()
        return self._arranger

    def _put(self, column: Column, keys: array[int], values: str) -> None:
        self._ready().put(column, keys, values)

    def _forget(self, keys: set[int]) -> None:
        self._ready().forget(keys)

    def _start_anew(self) -> None:
        self._arranger = None
