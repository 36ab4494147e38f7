"""Facets: counts what the window shows, and puts what is clicked into the search."""

from __future__ import annotations

import asyncio
from typing import Final

from PySide6.QtCore import QObject

from core.events import SearchGrew
from core.facet_counter import FacetCounter
from core.facets import Facet, FacetValue, held_values, marked
from core.query_terms import Query
from gui.aio import Latest
from gui.controllers.browse import BrowseController
from gui.controllers.search import SearchController
from gui.controllers.store import OpenStore, StoreController
from gui.main_window import MainWindow
from gui.models.facets import FacetModel
from gui.pace import Pace
from gui.text import translated

COUNTED_MS: Final = 300  # between two times that changes are counted


class FacetsController(QObject):
    """Keeps the facets true to the search and the store, while they are shown.

    They are counted when all that the search finds is in the window, never before; as soon as
    another search begins, the count under way ends. Until the new counts are there, the old ones
    stand with the marks of the new search.
    """

    def __init__(
        self,
        stores: StoreController,
        browse: BrowseController,
        search: SearchController,
        window: MainWindow,
        model: FacetModel,
    ) -> None:
        super().__init__(window)
        self._browse = browse
        self._search = search
        self._pane = window.facets
        self._model = model
        self._store: OpenStore | None = None
        self._counting: Latest | None = None
        self._marking: Latest | None = None
        self._counter: FacetCounter | None = None
        self._anew = False
        self._days: set[int] = set()
        self._under_way = False
        self._filled = False  # what can be found by searches and counted can, or never will
        self._settled = asyncio.Event()
        self._pace = Pace(self, COUNTED_MS, self._start)
        stores.opened.connect(self._on_opened)
        stores.closing.connect(self._on_closing)
        browse.searching.connect(self._on_searching)
        browse.told.connect(self._on_told)
        self._pane.tree.value_toggled.connect(self._on_value_toggled)
        window.actions_by_id["show_facets"].toggled.connect(self._on_shown)

    async def settled(self) -> None:
        """Wait until all that is shown is counted; nothing is while facets are hidden."""
        await self._settled.wait()

    def _on_opened(self, store: OpenStore) -> None:
        self._store = store
        self._filled = False
        self._counting, self._marking = Latest(store.tasks), Latest(store.tasks)
        store.bridge.search_grew.connect(self._on_search_grew)

    def _on_closing(self) -> None:
        self._forget()
        self._store = self._counting = self._marking = None
        self._settled.clear()
        self._model.set_facets({})
        self._pane.tell("")

    def _forget(self) -> None:
        """Count no longer, and nothing that waits to be counted."""
        self._counter = None
        self._anew = self._under_way = False
        self._days.clear()
        for under_way in (self._counting, self._marking):
            if under_way is not None:
                under_way.cancel()

    def _on_searching(self) -> None:
        self._forget()
        self._settled.clear()
        if self._marking is not None:
            self._marking.start(self._mark(self._query))

    async def _mark(self, query: Query) -> None:
        """Mark what the search holds in the counts that are shown; in a thread: it takes long."""
        before = self._model.facets
        facets = await asyncio.to_thread(marked, before, query)
        if self._model.facets is before:  # else those that were counted meanwhile are marked
            self._model.set_facets(facets)

    @property
    def _query(self) -> Query:
        return self._browse.query or Query()

    def _on_told(self, days: frozenset[int] | None) -> None:
        """Count what has changed: on some days, or everywhere."""
        if days is None or self._counter is None:
            self._anew = True
        else:
            self._days |= days
        self._settled.clear()
        self._pace.ask()

    def _on_search_grew(self, grew: SearchGrew) -> None:
        self._filled = not grew.waiting
        if self._browse.query is None:  # else that is searched for first
            self._on_told(None)

    def _on_shown(self, shown: bool) -> None:
        if shown:
            self._on_told(None)
        else:
            self._forget()
            self._settled.set()

    def _start(self) -> None:
        if self._store is None or self._counting is None:
            return
        if not self._pane.isVisibleTo(self._pane.window()):
            self._settled.set()
        elif self._anew:
            self._anew, self._under_way = False, True
            self._days.clear()
            self._counter = counter = self._store.manager.facet_counter(self._query)
            self._counting.start(self._count(self._store, counter, None))
        elif not self._under_way and self._counter is not None:
            self._under_way = True
            self._counting.start(self._count(self._store, self._counter, self._take_days()))

    def _take_days(self) -> set[int]:
        days, self._days = self._days, set()
        return days

    async def _count(self, store: OpenStore, counter: FacetCounter, days: set[int] | None) -> None:
        try:
            await counter.count(days)
            while self._days:
                await counter.count(self._take_days())
            facets = await counter.facets()
            whole = await store.manager.searchable()
        except BaseException:
            self._anew |= counter is self._counter  # the days that were taken are not counted
            raise
        finally:
            self._under_way &= counter is not self._counter
        self._model.set_facets(facets)
        self._pane.tell(_note(counter, whole) or ("" if any(facets.values()) else self._why_none()))
        if self._days:
            self._pace.ask()
        elif not self._anew and (whole or self._filled):
            self._settled.set()

    def _why_none(self) -> str:
        if self._query.terms:
            return translated("facets", "Nothing to count: the search finds no images.")
        return translated(
            "facets", "As images come, they are counted here by model, format and more."
        )

    def _on_value_toggled(self, facet: Facet, value: FacetValue, besides: bool) -> None:
        """Have the search hold a value, alone or besides others of its facet, or no longer.

        What it holds is not what is painted: the marks of the last click may be yet to come.
        """
        held = held_values(self._model.facets[facet], facet, self._query)
        wanted = [each for each in held if each.name != value.name]
        if len(wanted) == len(held):  # it is not held yet
            wanted = [*held, value] if besides else [value]
        self._search.set_facet(facet, wanted)


def _note(counter: FacetCounter, whole: bool) -> str:
    if counter.too_many:
        return translated("facets", "There are too many different values to count them.")
    return "" if whole else translated("facets", "Still indexing: not all images are counted yet.")
