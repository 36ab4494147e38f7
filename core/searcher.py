"""Searching a store: what matches comes in pieces, and new images are made searchable."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Collection, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

import msgspec

from core.catalog import Catalog, open_catalog
from core.errors import StoreError
from core.events import Event, EventBus, ImagesChanged, ScanChanged, SearchGrew
from core.index import Index
from core.query_terms import Query
from core.records import DayImages, DayTotal
from core.search_plan import SearchPlan
from core.workers import WorkerPool

log = logging.getLogger(__name__)

FIRST_IMAGES = 2_000  # looked through for the first piece
FEWEST_FOUND, MOST_FOUND = 4_000, 16_000  # what a piece should hold, so that others get their turn
AT_ONCE = 500  # images made searchable in one transaction: others can write after some 20 ms
TURN_SECONDS = 0.5  # for which a worker is kept from other jobs


class Found(msgspec.Struct, frozen=True):
    """A piece of what a search finds.

    Attributes:
        days: The days on which there is any, newest first: the images, and the bytes of these.
        looked: The days that this is the whole answer for; without those between that have no
            images at all.
    """

    days: list[DayImages]
    looked: list[int]


class Searcher:
    """Answers searches from the catalogue, and has new images taken into its full-text index.

    All of it belongs to one event loop. Images that come few at a time can be searched for at
    once; after many, as in a store that is seen for the first time, a worker process makes them
    searchable in the background, half a second at a time, between other work.

    Args:
        base: The store's folder.
        index: The catalogue.
        workers: Where images are made searchable.
        events: Told what searches find now; tells when images have come.
    """

    def __init__(self, base: Path, index: Index, workers: WorkerPool, events: EventBus) -> None:
        self._base = base
        self._index = index
        self._workers = workers
        self._events = events
        self._scanning = False
        self._came = False  # images may have, since it was looked
        self._told_waiting = False
        self._filling: asyncio.Task[None] | None = None
        self._unsubscribe = events.subscribe(self._on_event)

    async def close(self) -> None:
        """End what is under way; what is searchable stays so."""
        self._unsubscribe()
        if self._filling is not None:
            self._filling.cancel()
            with suppress(asyncio.CancelledError):
                await self._filling

    async def search(
        self, query: Query, days: Collection[int] | None = None
    ) -> AsyncGenerator[Found, None]:
        """Find images, the newest days first, in pieces of some thousand.

        Each piece is true to the catalogue when it comes. What changes later is told by events: ask
        again for those days. Between two pieces others may use the catalogue. Close the iterator
        (``contextlib.aclosing``) where not all of it is wanted.

        Args:
            query: What to look for.
            days: Only on these days (``date.toordinal()``); by default on all.
        """
        plan = await self._index.read(Catalog.search_plan, query)
        totals = await self._index.read(Catalog.day_totals)
        at, size = 0, FIRST_IMAGES
        while at < len(totals):
            run = run_of_days(totals, at, size, plan, days)
            at += len(run) or 1
            if run:
                found = await self._index.read(Catalog.found, plan, run[-1].day, run[0].day)
                yield Found(found, [total.day for total in run])
                images = sum(len(day.keys) for day in found)
                size = size * 2 if images < FEWEST_FOUND else size
                size = max(size // 2, FIRST_IMAGES) if images > MOST_FOUND else size

    def _on_event(self, event: Event) -> None:
        if isinstance(event, ScanChanged):
            self._scanning = event.progress is not None
        if isinstance(event, ImagesChanged | ScanChanged) and not self._scanning:
            self._came = True
            if self._filling is None or self._filling.done():
                self._filling = asyncio.create_task(self._fill())

    async def _fill(self) -> None:
        """Have everything made searchable that is not; scans go before."""
        arguments = (str(self._base), str(self._index.path), TURN_SECONDS)
        try:
            while self._came and not self._scanning:
                self._came = False
                while not self._scanning and await self._index.read(Catalog.waiting):
                    self._told_waiting = True
                    days = await self._workers.call("make searchable", *arguments)
                    self._events.emit(SearchGrew(msgspec.convert(days, frozenset[int]), True))
        except StoreError as error:
            log.warning("Not all images of %s can be found by searches: %s", self._base, error)
        if self._told_waiting and not self._scanning:  # else after the scan, whatever it brings
            self._told_waiting = False
            self._events.emit(SearchGrew(frozenset(), False))


def make_searchable(base: str, catalog_path: str, seconds: float) -> list[int]:
    """Take images that wait into the full-text index for so long; in a worker process.

    Returns:
        The days they are filed under.
    """
    until = time.monotonic() + seconds
    days: set[int] = set()
    catalog = open_catalog(Path(catalog_path), Path(base))
    try:
        while taken := catalog.add_searchable(AT_ONCE):
            days |= taken
            if time.monotonic() > until:
                break
    finally:
        catalog.close()
    return sorted(days)


def run_of_days(
    totals: Sequence[DayTotal], at: int, size: int, plan: SearchPlan, days: Collection[int] | None
) -> list[DayTotal]:
    """Return the days from one on that are wanted, up to about so many images."""

    def wanted() -> Iterator[DayTotal]:
        for total in islice(totals, at, None):
            if not plan.first_day <= total.day <= plan.last_day:
                return
            if days is not None and total.day not in days:
                return
            yield total

    run: list[DayTotal] = []
    images = 0
    for total in wanted():
        run.append(total)
        images += total.images
        if images >= size:
            break
    return run
