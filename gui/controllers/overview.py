"""Says what the store holds, or what a search finds; and why, where there is nothing to see."""

from __future__ import annotations

import asyncio

from core.records import StoreTotals
from gui import pages
from gui.controllers.arranging import Arranging
from gui.controllers.search_runner import SearchRunner
from gui.controllers.store import OpenStore
from gui.main_window import MainWindow
from gui.models.date_tree import DateTreeModel
from gui.models.image_list import ImageListModel
from gui.models.place import Kind


class Overview:
    """Keeps the counts of the tree and of the stats bar, and turns to the grid or to a page.

    Attributes:
        kind: What is chosen in the tree.
        indexing: Whether a scan is under way.
    """

    def __init__(
        self,
        window: MainWindow,
        images: ImageListModel,
        dates: DateTreeModel,
        search: SearchRunner,
        arranging: Arranging,
    ) -> None:
        self.kind = Kind.ALL
        self.indexing = False
        self._window = window
        self._images = images
        self._dates = dates
        self._search = search
        self._arranging = arranging
        self._known: tuple[OpenStore, StoreTotals] | None = None
        search.counted.connect(self._turn)

    def clear(self) -> None:
        """There is no store any more."""
        self.indexing = False
        self._known = None
        self._dates.clear()
        self._window.stats.set_store(None)

    async def show(self, store: OpenStore, days: frozenset[int] | None = None) -> None:
        """Say what there is in all, and under certain days or all of them."""
        manager = store.manager
        totals, found = await manager.totals(), await manager.day_totals(days)
        pinned = await manager.pinned_images()
        settings = manager.settings
        self._window.stats.set_store(totals, settings.retention_days, settings.max_bytes)
        self._known = store, totals
        await asyncio.sleep(0)  # the tree, and what follows the images, are a turn of the loop each
        if self._search.finding is not None:
            self._search.count()
            return
        if days is None:
            self._dates.set_totals(found)
        else:
            fresh = {total.day: total for total in found}
            self._dates.update_totals({day: fresh.get(day) for day in days})
        self._dates.set_sums(Kind.PINNED, pinned, None)
        self._turn()

    def _turn(self) -> None:
        """Turn to the grid, or to a page where it is certain that there is nothing to see."""
        if self._known is None or self.kind == Kind.TRASH:
            return  # whoever lists the trash says what there is
        if self._images.rowCount():
            self._window.show_grid()
        elif not self._arranging.sorting and (page := self._page(*self._known)) is not None:
            self._window.show_page(page)

    def _page(self, store: OpenStore, totals: StoreTotals) -> pages.Page | None:
        finding = self._search.finding
        if finding is not None and not finding.complete:
            return None
        if finding is None or not totals.images:
            trashed = self._dates.sums_of(self._dates.index_of(Kind.TRASH)).images
            images, scanning = totals.images, self.indexing
            return pages.nothing_there(self.kind, store.path, images, trashed, scanning)
        still_looking = self._search.goes_on or self.indexing
        return pages.nothing_found(bool(finding.totals()), still_looking)
