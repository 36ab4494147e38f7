"""What one search finds, kept true while the store changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import aclosing
from dataclasses import replace

from core.query_terms import Mark, Query, Term
from core.records import DayImages, DayTotal
from gui.controllers.store import OpenStore
from gui.models.place import Kind, Place

Days = dict[int, DayImages]


class Finding:
    """The images a search finds, by days, and those of them that are pinned.

    Args:
        store: Where to search.
        query: What for.
        on_change: Called with the days of which more, or something else, is known.

    Attributes:
        complete: Whether all of the store has been searched.
    """

    def __init__(
        self, store: OpenStore, query: Query, on_change: Callable[[frozenset[int]], object]
    ) -> None:
        self.complete = False
        self._store = store
        self._on_change = on_change
        self._all: Days = {}
        self._pinned: Days = {}
        pinned = replace(query, terms=(*query.terms, Term(Mark.PINNED)))
        self._searches = ((query, self._all), (pinned, self._pinned))

    async def run(self) -> None:
        """Search all of the store, the newest days first."""
        await self._search(None)
        self.complete = True

    async def update(self, days: Collection[int]) -> None:
        """Search some days again, on which something has changed."""
        await self._search(days)

    @property
    def days(self) -> Collection[int]:
        """The days on which anything is found."""
        return self._all.keys()

    def of(self, place: Place) -> list[DayImages]:
        """Return what is found in a place."""
        days = self._pinned if place.kind == Kind.PINNED else self._all
        if place.kind != Kind.DAYS:
            return list(days.values())
        return [days[day] for day in place.days if day in days]

    def on(self, days: Collection[int], place: Place) -> dict[int, DayImages | None]:
        """Return what is found on some days, as far as they are of a place."""
        found = self._pinned if place.kind == Kind.PINNED else self._all
        within = place.days if place.kind == Kind.DAYS else days
        return {day: found.get(day) for day in days if day in within}

    def totals(self) -> list[DayTotal]:
        """Return how much is found by days, newest first."""
        days = sorted(self._all.values(), key=lambda found: -found.day)
        return [DayTotal(found.day, len(found.keys), found.size_bytes) for found in days]

    def pinned_images(self) -> int:
        """Count the images found that are pinned."""
        return sum(len(found.keys) for found in self._pinned.values())

    async def _search(self, days: Collection[int] | None) -> None:
        await asyncio.gather(*(self._search_one(*search, days) for search in self._searches))

    async def _search_one(self, query: Query, known: Days, days: Collection[int] | None) -> None:
        before = set(known)  # what others add meanwhile is none of this search's business
        looked: set[int] = set()
        async with aclosing(self._store.manager.search(query, days)) as pieces:
            async for piece in pieces:
                found = {each.day: each for each in piece.days}
                changed = frozenset(known.keys() & set(piece.looked) | found.keys())
                for day in changed - found.keys():
                    del known[day]
                known |= found
                looked |= set(piece.looked)
                if changed:
                    self._on_change(changed)
        gone = (before if days is None else known.keys() & set(days)) - looked
        gone &= known.keys()
        for day in gone:
            del known[day]
        if gone:
            self._on_change(frozenset(gone))
