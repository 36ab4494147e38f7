"""What stands in for large pictures until they come: the thumbnails around the current image."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing

from PySide6.QtCore import QObject, Signal

from core.records import Thumbnail
from gui.aio import in_slices
from gui.controllers.store import OpenStore
from gui.models.image_list import ImageListModel
from gui.pictures import picture_of


def rows_ahead(row: int, ahead: int, count: int, *, backwards: bool) -> list[int]:
    """Return the rows that may be looked at next, the likeliest first: a row itself, the next, ….

    Args:
        row: What is looked at.
        ahead: How many rows further on are among them; and one behind.
        count: How many rows there are.
        backwards: Whether the way goes to the first row.
    """
    step = -1 if backwards else 1
    rows = [row, row + step, row - step, *(row + step * each for each in range(2, ahead + 1))]
    return [each for each in rows if 0 <= each < count]


class LargeStandIns(QObject):
    """Brings records and thumbnails that are wanted next; of thumbnails only what is made already.

    Signals:
        came(): More of them are at hand.
    """

    came = Signal()

    def __init__(self, store: OpenStore, images: ImageListModel, parent: QObject) -> None:
        super().__init__(parent)
        self._store = store
        self._images = images
        self._wanted: tuple[Sequence[int], int] | None = None
        self._bringing = False

    def want(self, keys: Sequence[int], edge: int) -> None:
        """Bring these, the most wanted first, in place of what was wanted before.

        Args:
            keys: Of the images; those at hand cost nothing.
            edge: The longest side of the thumbnails, one of ``THUMBNAIL_EDGES``.
        """
        if any(self._images.picture(key) is None for key in keys):
            self._wanted = keys, edge
            if not self._bringing:
                self._bringing = True
                self._store.tasks.start(self._bring())

    async def _bring(self) -> None:
        try:
            while self._wanted is not None:
                (keys, edge), self._wanted = self._wanted, None
                await self._bring_records(keys)
                await self._bring_thumbnails(keys, edge)
        finally:
            self._bringing = False

    async def _bring_records(self, keys: Sequence[int]) -> None:
        unknown = [key for key in keys if self._images.record(key) is None]
        if unknown:
            self._images.set_records(await self._store.manager.records(unknown))
            self.came.emit()

    async def _bring_thumbnails(self, keys: Sequence[int], edge: int) -> None:
        known = [record for key in keys if (record := self._images.record(key)) is not None]
        lacking = [record for record in known if self._images.picture(record.key) is None]
        if not lacking:
            return
        async with aclosing(self._store.manager.thumbnails(lacking, edge)) as making:
            cached: list[Thumbnail] = await anext(making, [])  # the others come later, if at all
        async with aclosing(in_slices(cached)) as slices:
            async for thumbnail in slices:
                self._images.set_picture(thumbnail.key, picture_of(thumbnail, edge))
                self.came.emit()
