"""Browsing: keeps the tree, the grid and the stats bar true to the open store's catalogue."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import islice

from PySide6.QtCore import QObject, Signal

from core.events import ScanChanged
from core.records import DayImages
from gui import pages
from gui.aio import Latest
from gui.controllers.store import Access, OpenStore, StoreController
from gui.controllers.works import Work, WorkController
from gui.main_window import MainWindow
from gui.models.date_tree import DateTreeModel, Kind, Place
from gui.models.image_list import ImageListModel
from gui.text import count_text, translated

DAYS_AT_ONCE = 8


class BrowseController(QObject):
    """Shows the images of the days chosen in the tree.

    What the catalogue knows from before is shown at once; what a scan finds follows in batches,
    each a question for just the days it touched.

    Signals:
        rescanned(): A scan has ended.
        images_edited(frozenset): Keys of images whose file or sidecar is another now.
    """

    images_edited = Signal(object)
    rescanned = Signal()

    def __init__(
        self,
        stores: StoreController,
        window: MainWindow,
        images: ImageListModel,
        dates: DateTreeModel,
        works: WorkController,
    ) -> None:
        super().__init__(window)
        self._stores = stores
        self._window = window
        self._images = images
        self._dates = dates
        self._works = works
        self._indexing: Work | None = None
        self._store: OpenStore | None = None
        self._showing: Latest | None = None
        self._place = Place()
        self._times_shown = 0  # all of it anew
        self._stale: set[int] = set()
        self._following = False
        self._scan = ScanChanged(None)
        self._problems: tuple[str, ...] = ()  # of the last scan that ended
        self._told = ""  # what was last said of problems
        self._settled = asyncio.Event()
        stores.opened.connect(self._on_opened)
        stores.closing.connect(self._on_closing)
        stores.access_changed.connect(self._show_access)
        window.dates.place_chosen.connect(self._on_place_chosen)
        window.grid.day_in_view_changed.connect(window.dates.follow)

    @property
    def problems(self) -> tuple[str, ...]:
        """What the last scan could not read, and why."""
        return self._problems

    def rescan(self) -> None:
        """Look at every file of the store again."""
        if self._store is not None:
            self._store.tasks.start(self._rescan(self._store))

    def show_totals(self) -> None:
        """Say again what the store holds and may hold."""
        if self._store is not None:
            self._store.tasks.start(self._show_totals(self._store, frozenset()))

    async def _rescan(self, store: OpenStore) -> None:
        await store.manager.rescan(full=True)
        self._images.forget_problems()
        self.images_edited.emit(frozenset())

    def cancel_scan(self) -> None:
        """End the scan under way; what it has found stays."""
        if self._store is not None:
            self._store.tasks.start(self._store.manager.cancel_scan())

    async def settled(self) -> None:
        """Wait until everything that is on disk is in the window."""
        await self._settled.wait()

    def _on_opened(self, store: OpenStore) -> None:
        self._store = store
        self._showing = Latest(store.tasks)
        store.bridge.images_changed.connect(self._on_images_changed)
        store.bridge.scan_changed.connect(self._on_scan_changed)
        store.bridge.catalog_reset.connect(self._on_catalog_reset)
        self._window.set_store_name(store.path.name or str(store.path))
        self._show_access()
        self._show_chosen()

    def _show_access(self) -> None:
        badge, tip = "", ""
        if self._stores.access is Access.READ_ONLY:
            badge = translated("stats", "read-only")
            tip = translated("stats", "This folder may be read, but not written.")
        elif self._stores.access is Access.GONE:
            badge = translated("stats", "folder missing")
            tip = self._stores.missing
        self._window.stats.set_badge(badge, tip)

    def _on_closing(self) -> None:
        self._store = self._showing = None
        self._stale.clear()
        self._following = False
        self._scan = ScanChanged(None)
        self._problems = ()
        self._end_indexing()
        self._settled.clear()
        self._images.clear()
        self._dates.set_totals([])
        self._window.dates.choose()
        self._window.set_store_name("")
        stats = self._window.stats
        stats.set_store(None)
        stats.set_problems(0)
        stats.set_badge("")

    def _on_place_chosen(self, place: Place) -> None:
        before, self._place = self._place, place
        if before.kind == place.kind == Kind.DAYS and self._is_same_grown(before, place):
            self._stale |= place.days - before.days
            self._start_following()
        else:
            self._show_chosen()

    def _is_same_grown(self, before: Place, place: Place) -> bool:
        """Tell whether days only came to what is shown, or went that have no images any more."""
        gone = before.days - place.days
        shown = {section.day for section in self._images.sections} if gone else set()
        return bool(before.days & place.days) and gone.isdisjoint(shown)

    def _on_catalog_reset(self) -> None:
        self._stale.clear()
        self._images.clear()
        self._show_chosen()

    def _show_chosen(self) -> None:
        if self._store is not None and self._showing is not None:
            self._settled.clear()
            self._times_shown += 1
            self._showing.start(self._show_place(self._store, self._place))

    async def _show_place(self, store: OpenStore, place: Place) -> None:
        """Show what is there, from the start."""
        if place.kind == Kind.TRASH:
            self._images.set_days([])
            self._window.dates.show_day_in_view(None)
        else:
            self._images.set_days(await self._days_of(store, place))
        await self._show_totals(store)
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
                place, times_shown = self._place, self._times_shown
                try:
                    found = await self._days_of(store, place, frozenset(days))
                except BaseException:
                    self._stale |= days  # not shown yet
                    raise
                if place.kind != Kind.TRASH:
                    shown = days & place.days if place.kind == Kind.DAYS else days
                    fresh = {day.day: day for day in found}
                    await self._update({day: fresh.get(day) for day in shown}, times_shown)
                await self._show_totals(store, frozenset(days))
        finally:
            self._following = False
        self._check_settled()

    async def _update(self, changed: Mapping[int, DayImages | None], times_shown: int) -> None:
        """Show other images under some days, leaving the thread to others every now and then.

        Whatever is shown anew meanwhile, or was since ``times_shown``, is of a later time.
        """
        days = iter(sorted(changed, reverse=True))
        while times_shown == self._times_shown and (some := list(islice(days, DAYS_AT_ONCE))):
            self._images.update_days({day: changed[day] for day in some})
            await asyncio.sleep(0)

    async def _show_totals(self, store: OpenStore, days: frozenset[int] | None = None) -> None:
        """Say what there is in all, and under certain days or all of them."""
        totals, found = await store.manager.totals(), await store.manager.day_totals(days)
        settings = store.manager.settings
        if days is None:
            self._dates.set_totals(found)
        else:
            fresh = {total.day: total for total in found}
            self._dates.update_totals({day: fresh.get(day) for day in days})
        self._dates.set_sums(Kind.PINNED, await store.manager.pinned_images(), None)
        self._window.stats.set_store(totals, settings.retention_days, settings.max_bytes)
        if self._place.kind == Kind.TRASH:
            return  # whoever lists the trash says what there is
        if self._images.rowCount():
            self._window.show_grid()
        elif self._place.kind == Kind.PINNED:
            self._window.show_page(pages.nothing_pinned())
        elif totals.images:
            self._window.show_page(pages.empty_days())
        elif self._scan.progress is not None:
            self._window.show_page(pages.indexing())
        else:
            self._window.show_page(pages.empty_store(store.path))

    def _on_scan_changed(self, scan: ScanChanged) -> None:
        self._scan = scan
        if scan.progress is None:
            self._end_indexing()
            known, self._problems = self._problems, scan.problems
            self._window.stats.set_problems(len(scan.problems))
            if not scan.problems:
                self._window.notice.take_back(self._told)
            elif not set(scan.problems) <= set(known):
                self._tell_problems(scan.problems)
            if self._store is not None:
                self._store.tasks.start(self._finish_scan(self._store))
            return
        self._settled.clear()
        if self._indexing is None:
            text = translated("stats", "Indexing")
            self._indexing = self._works.begin(text, self.cancel_scan, background=True)
        self._indexing.on_progress(scan.progress)

    def _end_indexing(self) -> None:
        if self._indexing is not None:
            self._works.end(self._indexing)
            self._indexing = None

    def _tell_problems(self, problems: tuple[str, ...]) -> None:
        text, more = problems[0], len(problems) - 1
        if more:
            text += " " + translated(
                "stats", "({count} in all)", count=count_text(more + 1, "problem")
            )
        self._told = text
        show = self._window.stats.problems_requested.emit
        self._window.notice.tell(text, translated("stats", "Show"), show)

    async def _finish_scan(self, store: OpenStore) -> None:
        await self._show_totals(store, frozenset())
        self._check_settled()
        self.rescanned.emit()

    def _check_settled(self) -> None:
        if self._scan.progress is None and not self._stale and not self._following:
            self._settled.set()
