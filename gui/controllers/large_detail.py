"""More pixels of the image that is looked at: as many as its zoom can show."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from PySide6.QtCore import QObject, QSize, QTimer

from core.errors import WorkerError
from core.records import ImageRecord
from gui.aio import Latest
from gui.controllers.store import OpenStore
from gui.pictures import shown_of
from gui.views.canvas import PictureCanvas


class LargeDetail(QObject):
    """Follows a canvas's zoom. Only the image that is looked at has more than fit the view.

    Args:
        store: Where the image is.
        canvas: What shows it.
        tell: Called with why there are no more pixels.

    Attributes:
        most_pixels: There are never more, whatever the zoom; 0 for no limit.
    """

    def __init__(
        self, store: OpenStore, canvas: PictureCanvas, tell: Callable[[str], object]
    ) -> None:
        super().__init__(canvas)
        self._store = store
        self._canvas = canvas
        self._tell = tell
        self.most_pixels = 0
        self._bringing = Latest(store.tasks)
        self._record: ImageRecord | None = None
        self._edge: int | None = None  # of what is under way
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._look)
        canvas.zoomed.connect(self._soon.start)

    def follow(self, record: ImageRecord | None) -> None:
        """Bring the pixels of this image from now on; of none for ``None``."""
        self._record = record
        self._end()

    def _end(self) -> None:
        self._bringing.cancel()
        self._edge = None

    def _look(self) -> None:
        shown = self._canvas.shown
        if self._record is None or shown is None or shown.is_whole or shown.moving:
            return
        zoom = self._canvas.zoom
        wanted = max(zoom.image) * zoom.factor
        most = self._most(shown.whole)
        if min(wanted, most) <= max(shown.image.width(), shown.image.height()) * 1.01:
            return
        edge = 0 if min(zoom.factor, most / max(zoom.image)) >= 1 else ceil(min(wanted, most))
        if self._edge is None or 0 < self._edge < (edge or self._edge + 1):
            self._edge = edge
            self._bringing.start(self._bring(self._record, edge))

    def _most(self, whole: QSize) -> int:
        """Return how many pixels the longer side may have; halved, as decoders do it best."""
        edge, pixels = max(whole.width(), whole.height()), whole.width() * whole.height()
        while self.most_pixels and pixels > self.most_pixels:
            edge, pixels = edge // 2, pixels // 4
        return edge

    async def _bring(self, record: ImageRecord, edge: int) -> None:
        try:
            picture = await self._store.manager.picture(record, edge)
        except WorkerError as error:
            self._tell(str(error))
            return
        self._edge = None
        if picture.problem is not None:
            self._tell(picture.problem)
        elif record is self._record:
            self._canvas.refine(shown_of(picture))
            self._soon.start()
