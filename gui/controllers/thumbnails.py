"""Thumbnails: brings the records and pictures of what the grid shows, and no others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import aclosing

from PySide6.QtCore import QObject, Signal

from core.records import ImageRecord, Thumbnail
from core.thumbnails import edge_for
from gui.aio import Latest, in_slices
from gui.controllers.store import OpenStore, StoreController
from gui.models.image_list import ImageListModel
from gui.pictures import picture_of
from gui.views.grid import ImageGrid

AROUND = 1000  # rows before and after the visible ones whose records are kept at hand
RECORDS_AT_ONCE = 50
SCREENS_KEPT = 3  # of pictures: what is seen, and what is ahead of it and behind


class ThumbnailController(QObject):
    """Follows the grid: what is visible first, then a screenful in the direction of travel.

    What is cached is always shown, however fast the grid moves; what has to be decoded is given
    up when it has scrolled away before its turn came.

    Attributes:
        rows: The rows of which something can be seen.
        backwards: Whether the person goes towards the first row.

    Signals:
        resting_changed(): ``resting`` is another.
    """

    resting_changed = Signal()

    def __init__(self, stores: StoreController, images: ImageListModel, grid: ImageGrid) -> None:
        super().__init__(grid)
        self._images = images
        self._grid = grid
        self._store: OpenStore | None = None
        self._loading: Latest | None = None
        self.rows = range(0)
        self.backwards = False
        self._looking_up = False
        self._stale = False
        self._resting = False
        self._settled = asyncio.Event()
        stores.opened.connect(self._on_opened)
        stores.closing.connect(self._on_closing)
        grid.visible_rows_changed.connect(self._on_visible_rows_changed)
        grid.cell_size_changed.connect(self.reload)
        images.records_wanted.connect(self._on_records_wanted)

    @property
    def resting(self) -> bool:
        """Whether all is there that is seen now, and that may be seen next."""
        return self._resting

    @property
    def edge(self) -> int:
        """The longest side of the thumbnails that fill a cell."""
        return edge_for(round(self._grid.cell_width * self._grid.devicePixelRatioF()))

    async def settled(self) -> None:
        """Wait until every visible picture is there, or known to be broken."""
        await self._settled.wait()

    def reload(self) -> None:
        """Bring what is visible and missing."""
        self._settled.clear()
        self._rest(False)
        self._stale = True
        if self._loading is not None and self._store is not None and not self._looking_up:
            self._loading.start(self._load(self._store))

    def _on_opened(self, store: OpenStore) -> None:
        self._store = store
        self._loading = Latest(store.tasks)

    def _on_closing(self) -> None:
        self._store = self._loading = None
        self._settled.clear()
        self._rest(False)

    def _on_visible_rows_changed(self, first: int, last: int) -> None:
        self.backwards = first < self.rows.start
        self.rows = range(first, last + 1)
        self.reload()

    def _on_records_wanted(self, keys: Iterable[int]) -> None:
        if self._store is not None:
            self._store.tasks.start(self._bring_records(self._store, keys))

    async def _load(self, store: OpenStore) -> None:
        while self._stale:
            self._stale = False
            rows = self.rows
            edge = self.edge
            self._images.keep_pictures(SCREENS_KEPT * len(rows))
            visible = self._keys(rows)
            wanted = [*visible, *self._keys(self._ahead(rows))]
            self._looking_up = True  # from here to the cached pictures nothing interrupts
            try:
                await self._bring_records(store, wanted)
                lacking = self._lacking(wanted, edge)
                async with aclosing(store.manager.thumbnails(lacking, edge)) as making:
                    await self._show(await anext(making, []), edge)
                    self._looking_up = False
                    if not self._stale:
                        await self._follow(making, visible, edge)
            finally:
                self._looking_up = False
        self._settled.set()
        await self._bring_around(store, self.rows)
        self._rest(True)

    def _rest(self, resting: bool) -> None:
        if resting != self._resting:
            self._resting = resting
            self.resting_changed.emit()

    async def _follow(
        self, making: AsyncIterator[list[Thumbnail]], visible: Sequence[int], edge: int
    ) -> None:
        """Show what has to be made, as it comes; until the grid has moved on."""
        while self._lacking(visible, edge):
            batch = await anext(making, None)
            if batch is None:
                break
            await self._show(batch, edge)
        self._settled.set()
        async for batch in making:
            await self._show(batch, edge)

    def _keys(self, rows: range) -> list[int]:
        return self._images.keys_at(range(rows.start, min(rows.stop, self._images.rowCount())))

    def _ahead(self, rows: range) -> range:
        screen = len(rows)
        if self.backwards:
            return range(max(0, rows.start - screen), rows.start)
        return range(rows.stop, rows.stop + screen)

    async def _bring_records(self, store: OpenStore, keys: Iterable[int]) -> None:
        unknown = [key for key in keys if self._images.record(key) is None]
        if unknown:
            self._images.set_records(await store.manager.records(unknown))

    async def _bring_around(self, store: OpenStore, rows: range) -> None:
        """Bring the records around what is visible, for screen readers and the next key press."""
        around = range(max(0, rows.start - AROUND), rows.stop + AROUND)
        keys = self._images.keys_between(around.start, min(around.stop, self._images.rowCount()))
        unknown = [key for key in keys if self._images.record(key) is None]
        found = list((await store.manager.records(unknown)).items()) if unknown else []
        for start in range(0, len(found), RECORDS_AT_ONCE):
            self._images.set_records(dict(found[start : start + RECORDS_AT_ONCE]))
            await asyncio.sleep(0)

    def _lacking(self, keys: Iterable[int], edge: int) -> list[ImageRecord]:
        records = (self._images.record(key) for key in keys)
        return [record for record in records if record is not None and self._lacks(record, edge)]

    def _lacks(self, record: ImageRecord, edge: int) -> bool:
        picture = self._images.picture(record.key)
        return picture is None or picture.edge < edge

    async def _show(self, thumbnails: Sequence[Thumbnail], edge: int) -> None:
        """Decode and show, leaving the thread to painting and input after each slice."""
        async with aclosing(in_slices(thumbnails)) as slices:
            async for thumbnail in slices:
                self._images.set_picture(thumbnail.key, picture_of(thumbnail, edge))
