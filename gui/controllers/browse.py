"""Browsing: keeps the tree, the grid and the stats bar true to the open store's catalogue."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from PySide6.QtCore import QObject, Signal

from core.events import ScanChanged
from core.query_terms import Query
from core.records import DayImages
from gui.aio import Latest
from gui.controllers.arranging import Arranging
from gui.controllers.overview import Overview
from gui.controllers.scan_reports import ScanReports
from gui.controllers.search_runner import SearchRunner
from gui.controllers.store import OpenStore, StoreController
from gui.controllers.works import WorkController
from gui.main_window import MainWindow
from gui.models.date_tree import DateTreeModel
from gui.models.image_list import ImageListModel
from gui.models.place import Kind, Place

SCAN_REST_SECONDS = 0.2  # between two times of bringing up to date what a scan goes on finding


class BrowseController(QObject):
    """Shows the images of the days chosen in the tree; all of them, or those that a search finds.

    What the catalogue knows from before is shown at once; what a scan finds follows in batches,
    each a question for just the days it touched. What a search finds comes newest first, too, and
    takes the place of what was shown when the first of it is there.

    Signals:
        rescanned(): A scan has ended.
        images_edited(frozenset): Keys of images whose file or sidecar is another now.
        searching(): What is shown gives way to what another search finds, or to everything.
        told(frozenset | None): What there is, or what a search finds, is in the window; what
            changed is on these days (``date.toordinal()``), or anywhere.
    """

    images_edited = Signal(object)
    rescanned = Signal()
    searching = Signal()
    told = Signal(object)

    def __init__(
        self,
        stores: StoreController,
        window: MainWindow,
        images: ImageListModel,
        dates: DateTreeModel,
        works: WorkController,
        arranging: Arranging,
    ) -> None:
        super().__init__(window)
        self._stores = stores
        self._window = window
        self._images = images
        self._arranging = arranging
        self._dates = dates
        self._reports = ScanReports(works, window, self.cancel_scan)
        self._store: OpenStore | None = None
        self._showing: Latest | None = None
        self._search = search = SearchRunner(window, dates, self._on_searched)
        self._overview = Overview(window, images, dates, search, arranging)
        self._place = Place()
        self._stale: set[int] = set()
        self._following = False
        self._settled = asyncio.Event()
        self._scan_ended = asyncio.Event()
        search.found.connect(self._on_found)
        search.outdated.connect(lambda days: self._on_images_changed(days, frozenset()))
        stores.opened.connect(self._on_opened)
        stores.closing.connect(self._on_closing)
        window.dates.place_chosen.connect(self._on_place_chosen)
        window.grid.day_in_view_changed.connect(window.dates.follow)

    @property
    def problems(self) -> tuple[str, ...]:
        """What the last scan could not read, and why."""
        return self._reports.problems

    @property
    def query(self) -> Query | None:
        """The search whose findings are shown; ``None`` if everything is."""
        return self._search.query

    def rescan(self) -> None:
        """Look at every file of the store again."""
        if self._store is not None:
            self._store.tasks.start(self._rescan(self._store))

    def show_totals(self) -> None:
        """Say again what the store holds and may hold."""
        if self._store is not None:
            self._store.tasks.start(self._overview.show(self._store, frozenset()))

    async def _rescan(self, store: OpenStore) -> None:
        await store.manager.rescan(full=True)
        self._images.forget_problems()
        self.images_edited.emit(frozenset())

    def cancel_scan(self) -> None:
        """End the scan under way; what it has found stays."""
        if self._store is not None:
            self._store.tasks.start(self._store.manager.cancel_scan())

    def search(self, query: Query | None) -> None:
        """Show only what a search finds, or everything again."""
        self._search.query = query
        self._start_search()

    async def settled(self) -> None:
        """Wait until everything that is on disk is in the window."""
        await self._settled.wait()
        await self._arranging.settled()

    def _on_opened(self, store: OpenStore) -> None:
        self._store = store
        self._showing = Latest(store.tasks)
        self._search.open(store)
        store.bridge.images_changed.connect(self._on_images_changed)
        store.bridge.scan_changed.connect(self._on_scan_changed)
        store.bridge.catalog_reset.connect(self._on_catalog_reset)
        self._window.set_store_name(store.path.name or str(store.path))
        self._start_search()

    def _on_closing(self) -> None:
        self._store = self._showing = None
        self._search.close()
        self._stale.clear()
        self._following = False
        self._overview.clear()
        self._reports.clear()
        self._settled.clear()
        self._arranging.close()
        self._window.dates.choose()
        self._window.set_store_name("")

    def _on_place_chosen(self, place: Place) -> None:
        before, self._place, self._overview.kind = self._place, place, place.kind
        if before.kind == place.kind == Kind.DAYS and self._is_same_grown(before, place):
            self._stale |= place.days - before.days
            self._start_following()
        else:
            self._show_chosen()

    def _is_same_grown(self, before: Place, place: Place) -> bool:
        """Tell whether days only came to what is shown, or went that have no images any more."""
        gone = before.days - place.days
        return bool(before.days & place.days) and not (gone and gone & self._arranging.days)

    def _on_catalog_reset(self) -> None:
        self._stale.clear()
        self._arranging.clear()
        self._start_search()

    def _start_search(self) -> None:
        """Begin to show what the search finds, or everything where there is none."""
        if self._store is None or self._showing is None:
            return
        self._showing.cancel()
        self.searching.emit()
        self._search.start()
        if self._search.finding is None:
            self._show_chosen()
        else:
            self._settled.clear()
            self._arranging.expect_found()

    async def _on_searched(self) -> None:
        if (finding := self._search.finding) is not None and self._place.kind != Kind.TRASH:
            await self._arranging.show_all_found(finding, self._place)
        if self._store is not None:
            await self._overview.show(self._store)
            self.told.emit(None)
            self._check_settled()

    def _on_found(self, days: frozenset[int]) -> None:
        if (finding := self._search.finding) is not None and self._place.kind != Kind.TRASH:
            self._arranging.show_found(finding, self._place, days)

    def _show_chosen(self) -> None:
        if self._store is not None and self._showing is not None:
            self._settled.clear()
            self._arranging.times_shown += 1
            self._showing.start(self._show_place(self._store, self._place))

    async def _show_place(self, store: OpenStore, place: Place) -> None:
        """Show what is there, from the start."""
        if place.kind == Kind.TRASH:
            await self._arranging.show([])
            self._window.dates.show_day_in_view(None)
        elif self._search.finding is not None:
            await self._arranging.show(self._search.finding.of(place))
        else:
            await self._arranging.show(await self._days_of(store, place))
        await self._overview.show(store)
        await asyncio.sleep(0)
        if self._search.finding is None:
            self.told.emit(None)
        self._check_settled()

    async def _days_of(
        self, store: OpenStore, place: Place, days: frozenset[int] | None = None
    ) -> list[DayImages]:
        """Ask for the images of a place, or for those of them on certain days."""
        if place.kind == Kind.DAYS:
            days = place.days if days is None else place.days & days
        return await store.manager.days(days, pinned=place.kind == Kind.PINNED)

    def _on_images_changed(self, days: frozenset[int], keys: frozenset[int]) -> None:
        if self._store is None:
            return
        self._settled.clear()
        self._stale |= days
        if keys:
            self._images.forget(keys)
            self.images_edited.emit(keys)
        self._start_following()

    def _start_following(self) -> None:
        if self._store is not None and not self._following:
            self._following = True
            self._store.tasks.start(self._follow(self._store))

    async def _follow(self, store: OpenStore) -> None:
        """Bring the days that changed up to date, and those that change meanwhile."""
        try:
            while self._stale:
                days, self._stale = self._stale, set()
                try:
                    await self._bring_up(store, frozenset(days))
                except BaseException:
                    self._stale |= days  # not shown yet
                    raise
                await self._overview.show(store, frozenset(days))
                self.told.emit(frozenset(days))
                await self._rest()
        finally:
            self._following = False
        self._check_settled()

    async def _rest(self) -> None:
        """Let a scan under way have the machine for a moment, but not wait for it after its end."""
        if self._overview.indexing:
            self._scan_ended.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(SCAN_REST_SECONDS):
                    await self._scan_ended.wait()

    async def _bring_up(self, store: OpenStore, days: frozenset[int]) -> None:
        """Bring some days up to date."""
        place, times_shown = self._place, self._arranging.times_shown
        if (finding := self._search.finding) is not None:
            await finding.update(days)
            if place.kind != Kind.TRASH:
                await self._arranging.update_found(finding, place, days)
        elif place.kind != Kind.TRASH:
            found = {day.day: day for day in await self._days_of(store, place, days)}
            shown = days & place.days if place.kind == Kind.DAYS else days
            changed = {day: found.get(day) for day in shown}
            await self._arranging.update(changed, times_shown)

    def _on_scan_changed(self, scan: ScanChanged) -> None:
        self._overview.indexing = scan.progress is not None
        self._reports.show(scan)
        if scan.progress is not None:
            self._settled.clear()
            return
        self._scan_ended.set()
        if self._store is not None:
            self._store.tasks.start(self._finish_scan(self._store))

    async def _finish_scan(self, store: OpenStore) -> None:
        await self._overview.show(store, frozenset())
        self._check_settled()
        self.rescanned.emit()

    def _check_settled(self) -> None:
        at_rest = not (self._overview.indexing or self._stale or self._following)
        if at_rest and self._search.complete:
            self._settled.set()
