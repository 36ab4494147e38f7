"""Runs the search that is wanted, and says how much it finds while it goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from core.events import ImagesExamined, SearchGrew
from core.query_terms import EXAMINED, Query
from gui.aio import Latest
from gui.controllers.finding import Finding
from gui.controllers.store import OpenStore
from gui.main_window import MainWindow
from gui.models.date_tree import DateTreeModel
from gui.models.place import Kind

COUNTING_MS: Final = 100  # between two times that what is found so far is counted


class SearchRunner(QObject):
    """Searches the open store; the tree and the stats bar say what is found by now.

    Args:
        window: Whose stats bar it is.
        dates: The tree.
        on_end: Awaited when all of the store has been searched.

    Attributes:
        query: What to look for from the next start on; ``None`` for no search.
        finding: What is found; ``None`` while there is no search.
        waiting: Whether there are images that no search finds yet.

    Signals:
        found(frozenset): More, or something else, is found on these days.
        counted(): The tree and the stats bar say what is found by now.
        outdated(frozenset): Images of these days can be found that could not before.
    """

    found = Signal(object)
    counted = Signal()
    outdated = Signal(object)

    def __init__(
        self, window: MainWindow, dates: DateTreeModel, on_end: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__(window)
        self.query: Query | None = None
        self.finding: Finding | None = None
        self.waiting = False
        self._unexamined = 0
        self._found: int | None = None  # not counted yet
        self._stats = window.stats
        self._dates = dates
        self._on_end = on_end
        self._store: OpenStore | None = None
        self._running: Latest | None = None
        self._counting = QTimer(self, singleShot=True, interval=COUNTING_MS)
        self._counting.timeout.connect(self.count)

    @property
    def complete(self) -> bool:
        """Whether there is nothing more to be found."""
        return self.finding is None or (self.finding.complete and not self.waiting)

    @property
    def goes_on(self) -> bool:
        """Whether there are images of which it is not known yet whether they are found."""
        return self.waiting or (self._asks_what_is_seen and self._unexamined > 0)

    def open(self, store: OpenStore) -> None:
        """Search this store from now on."""
        self._store, self._running = store, Latest(store.tasks)
        store.bridge.search_grew.connect(self._on_grew)
        store.bridge.images_examined.connect(self._on_images_examined)

    def close(self) -> None:
        """There is no store any more."""
        self._store = self._running = self.finding = None
        self._counting.stop()

    def start(self) -> None:
        """Search from the start, or end the search where there is no query any more."""
        if self._store is None or self._running is None:
            return
        self._running.cancel()
        self.finding = self._found = None
        if self.query is None:
            self._stats.set_found(None)
        else:
            self.finding = finding = Finding(
                self._store, self.query, lambda days: self._on_found(finding, days)
            )
            self._running.start(self._run(self._store, finding))

    def count(self) -> None:
        """Say what is found by now."""
        if self.finding is not None:
            totals = self.finding.totals()
            self._dates.set_totals(totals)
            self._dates.set_sums(Kind.PINNED, self.finding.pinned_images(), None)
            self._found = sum(day.images for day in totals)
            self._tell_found()
            self.counted.emit()

    def _tell_found(self) -> None:
        if self._found is not None:
            unexamined = self._unexamined if self._asks_what_is_seen else 0
            self._stats.set_found(self._found, still_indexing=self.waiting, unexamined=unexamined)

    async def _run(self, store: OpenStore, finding: Finding) -> None:
        self.waiting = not await store.manager.searchable()
        if self._asks_what_is_seen:
            self._unexamined = await store.manager.unexamined()
        await finding.run()
        await self._on_end()

    def _on_found(self, finding: Finding, days: frozenset[int]) -> None:
        if finding is not self.finding:
            return
        self.found.emit(days)
        if not self._counting.isActive():
            self._counting.start()

    @property
    def _asks_what_is_seen(self) -> bool:
        terms = () if self.query is None else self.query.terms
        return any(term.condition in EXAMINED for term in terms)

    def _on_images_examined(self, examined: ImagesExamined) -> None:
        self._unexamined = examined.left
        if self.finding is None or not self._asks_what_is_seen:
            return
        if examined.days:
            self.outdated.emit(examined.days)  # which are counted when they are searched
        self._tell_found()
        if not self.goes_on:
            self.counted.emit()

    def _on_grew(self, grew: SearchGrew) -> None:
        self.waiting = grew.waiting
        if self.finding is None or self._store is None or self._running is None:
            return
        if grew.waiting:
            self.outdated.emit(grew.days)
        else:
            self._running.start(self._run(self._store, self.finding))
