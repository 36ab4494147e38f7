"""Counts by facets what a search finds, and keeps the counts true while the store changes."""

from __future__ import annotations

import asyncio
import threading
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable

from core.catalog import Catalog
from core.catalog_search import Counted
from core.facets import Combination, Facets, facets_of, without_facets
from core.index import Index
from core.query_terms import Query
from core.searcher import run_of_days

IMAGES_AT_ONCE = 8_000  # looked through in one question: some ten milliseconds if all are found
MOST_COMBINATIONS = 10_000


class FacetCounter:
    """What one search finds, by facets.

    Where nothing but facets is asked for, all counts come from kept totals, whatever the size of
    the store. Else all that the search finds without them is counted once, in pieces between which
    others may use the catalogue, and later only the days on which something changed.

    It belongs to one event loop, and counts one thing at a time. A count that is cancelled leaves
    the catalogue at once, and the counts as they are: count the same again.

    Args:
        index: The catalogue.
        query: The search.
    """

    def __init__(self, index: Index, query: Query) -> None:
        self._index = index
        self._query = query
        self._within = without_facets(query)
        self._everything: dict[Combination, int] = {}
        self._numbers: dict[Combination, int] = {}
        self._sums: list[int] = []  # by the number of the combination
        self._days: dict[int, array[int]] = {}  # numbers and images by turns

    async def count(self, days: Collection[int] | None = None) -> None:
        """Count what is found on these days (``date.toordinal()``), or on all, as it is now."""
        read = self._index.read
        self._everything = await read(Catalog.combinations, MOST_COMBINATIONS + 1)
        if self.too_many or not self._within.terms:
            return
        plan = await read(Catalog.search_plan, self._within)
        totals = await read(Catalog.day_totals, days)
        gone = self._days.keys() - {total.day for total in totals}
        self._take_over(gone if days is None else gone & set(days), [])
        at, unwanted = 0, threading.Event()
        try:
            while at < len(totals):
                run = run_of_days(totals, at, IMAGES_AT_ONCE, plan, None)
                if run:
                    ends = run[-1].day, run[0].day
                    counted = await read(Catalog.counted, plan, *ends, unwanted.is_set)
                    self._take_over([total.day for total in run], counted)
                at += len(run) or 1
        finally:
            unwanted.set()

    @property
    def too_many(self) -> bool:
        """Whether there are more combinations of values than can be counted."""
        return len(self._everything) > MOST_COMBINATIONS

    async def facets(self) -> Facets:
        """Return what each facet says by now; nothing if there are ``too_many`` combinations."""
        if self.too_many:
            return {}
        found = self._everything
        if self._within.terms:
            found = {
                combination: self._sums[number]
                for combination, number in self._numbers.items()
                if self._sums[number]
            }
        return await asyncio.to_thread(facets_of, self._query, self._everything, found)

    def _take_over(self, days: Iterable[int], counted: Counted) -> None:
        """Have these counts take the place of what is known of these days."""
        fresh: dict[int, array[int]] = defaultdict(lambda: array("q"))
        for day, combination, images in counted:
            number = self._numbers.setdefault(combination, len(self._numbers))
            if number == len(self._sums):
                self._sums.append(0)
            fresh[day].extend((number, images))
        for day in days:
            self._add(self._days.pop(day, ()), -1)
            if day in fresh:
                self._add(fresh[day], 1)
                self._days[day] = fresh[day]

    def _add(self, counts: Iterable[int], sign: int) -> None:
        pairs = iter(counts)
        for number, images in zip(pairs, pairs, strict=True):
            self._sums[number] += sign * images
