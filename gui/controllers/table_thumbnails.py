"""Thumbnails of a table: those of the rows that can be seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Qt

from core.records import StoredImage, Thumbnail
from core.thumbnails import THUMBNAIL_EDGES
from gui.aio import Latest, in_slices
from gui.controllers.store import OpenStore
from gui.models.image_table import ImageTableModel
from gui.models.picture import Picture
from gui.pictures import picture_of
from gui.views.image_table import THUMBNAIL_PX, ImageTable

EDGE = THUMBNAIL_EDGES[0]


class TableThumbnails(QObject):
    """Brings the pictures of the rows that are visible, and gives up those that no longer are.

    Args:
        store: Whose images they are.
        table: What is seen; it owns this.
        model: What it shows.
        image_of: The image file of a row; ``None`` if it has none.
    """

    def __init__(
        self,
        store: OpenStore,
        table: ImageTable,
        model: ImageTableModel[Any],
        image_of: Callable[[Any], StoredImage | None],
    ) -> None:
        super().__init__(table)
        self._store = store
        self._table = table
        self._model = model
        self._image_of = image_of
        self._loading = Latest(store.tasks)
        table.visible_rows_changed.connect(self._on_visible_rows_changed)
        table.destroyed.connect(self._loading.cancel)

    def _on_visible_rows_changed(self, places: range) -> None:
        images = [self._image_at(place) for place in places if self._model.lacks_picture(place)]
        self._loading.start(self._load([image for image in images if image is not None]))

    def _image_at(self, place: int) -> StoredImage | None:
        image = self._image_of(self._model.rows[place])
        return image and msgspec.structs.replace(image, key=self._model.number_at(place))

    async def _load(self, images: list[StoredImage]) -> None:
        async with aclosing(self._store.manager.thumbnails(images, EDGE)) as making:
            async for batch in making:
                await self._show(batch)

    async def _show(self, thumbnails: Sequence[Thumbnail]) -> None:
        async with aclosing(in_slices(thumbnails)) as slices:
            async for thumbnail in slices:
                picture = self._small(picture_of(thumbnail, EDGE))
                self._model.set_picture(thumbnail.key, self._table.visible_places(), picture)

    def _small(self, picture: Picture) -> Picture:
        if picture.pixmap is None:
            return picture
        ratio = self._table.devicePixelRatioF()
        edge = round(THUMBNAIL_PX * ratio)
        whole, smooth = (
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        small = picture.pixmap.scaled(edge, edge, whole, smooth)
        small.setDevicePixelRatio(ratio)
        return Picture(small, None, picture.edge)
