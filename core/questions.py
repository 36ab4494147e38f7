"""What a window asks of a store's catalogue: answered as it is, without waiting for the disk."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection

from core.catalog import Catalog
from core.facet_counter import FacetCounter
from core.index import Index
from core.months import month_after, month_of
from core.query_terms import Query, TextField
from core.records import DayImages, DayTotal, ImageRecord, SelectionSummary, StoreTotals
from core.searcher import Found, Searcher
from core.statistics_records import MonthStatistics


class Questions:
    """Questions that any number may ask at the same time, in the store's event loop.

    All of them raise ``CatalogError`` where the catalogue cannot be read.

    Args:
        index: The catalogue.
        searcher: Who looks for images in it.
    """

    def __init__(self, index: Index, searcher: Searcher) -> None:
        self._index = index
        self._searcher = searcher

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

    async def newest_of(self, keys: Collection[int]) -> int | None:
        """Return the key of the newest of these images; ``None`` if all of them are gone."""
        return await self._index.read(Catalog.newest_of, keys)

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
        """Count the images that nobody looked at: whether broken or signed is not known."""
        return await self._index.read(Catalog.unexamined)

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
            months = {month_of(total.day) for total in await self.day_totals()}
        for first in sorted(months, reverse=True):
            yield await self._index.read(Catalog.month, first, month_after(first) - 1)
