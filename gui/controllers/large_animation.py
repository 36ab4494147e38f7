"""Plays the animation that is looked at, again and again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from math import ceil

from PySide6.QtCore import QObject, QSize, Qt, QTimer

from core.errors import ThumbnailError, WorkerError
from core.pictures import Frame
from core.records import ImageRecord
from gui.aio import Latest
from gui.controllers.store import OpenStore
from gui.pictures import Shown, moving_of
from gui.views.canvas import PictureCanvas


class LargeAnimation(QObject):
    """Follows a canvas: plays an animation from when it is seen until it no longer is.

    Frames are shown while later ones are still being decoded. They are decoded once, into the
    bounded memory that they share, and again only where the zoom has come to ask for more pixels.

    Args:
        store: Where the image is.
        canvas: What shows it.
        tell: Called with why it does not go on.

    Attributes:
        most_bytes: A smaller bound of that memory; 0 for none.
    """

    def __init__(
        self, store: OpenStore, canvas: PictureCanvas, tell: Callable[[str], object]
    ) -> None:
        super().__init__(canvas)
        self._store = store
        self._canvas = canvas
        self._tell = tell
        self.most_bytes = 0
        self._bringing = Latest(store.tasks)
        self._record: ImageRecord | None = None
        self._frames: list[Frame] = []
        self._complete = False
        self._edge = 0  # that the frames were asked for with
        self._place = 0  # of the frame that comes next
        self._last: Shown | None = None
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._show_next)
        canvas.zoomed.connect(self._look)
        canvas.in_sight_changed.connect(self._look)

    @property
    def playing(self) -> bool:
        """Whether an animation is being played."""
        return self._last is not None

    def follow(self, record: ImageRecord | None) -> None:
        """Play this image from now on, if it moves; none for ``None``."""
        self._stop()
        self._record = record

    def _look(self) -> None:
        """Play what is seen from its beginning, if it moves; what is played goes on; else stop."""
        shown = self._canvas.shown
        if self.playing and self._canvas.in_sight and shown is self._last:
            return
        self._stop()
        if shown is not None and shown.moving and self._canvas.in_sight:
            self._last = shown
            self._bring()

    def _stop(self) -> None:
        self._timer.stop()
        self._bringing.cancel()
        self._last = None
        self._frames = []

    def _bring(self) -> None:
        """Ask for the frames, with as many pixels as are seen of them now."""
        if self._record is not None:
            self._frames, self._complete, self._place = [], False, 0
            self._edge = self._edge_seen()
            self._bringing.start(self._gather(self._record, self._edge))

    async def _gather(self, record: ImageRecord, edge: int) -> None:
        try:
            frames = self._store.manager.frames(record, edge, self.most_bytes)
            async with aclosing(frames) as coming:
                async for frame in coming:
                    self._frames.append(frame)
                    if not self._timer.isActive():
                        self._show_next()
        except (ThumbnailError, WorkerError) as error:
            self._tell(str(error))
        self._complete = True
        if not self._timer.isActive():
            self._show_next()

    def _show_next(self) -> None:
        if self._last is None or self._canvas.shown is not self._last:
            self._stop()  # another image is on its way
            return
        if self._place == len(self._frames):
            if not self._complete or len(self._frames) < 2:
                return
            if self._edge < self._edge_seen():
                self._bring()
                return
            self._place = 0
        frame = self._frames[self._place]
        self._place += 1
        self._last = moving_of(frame, self._last.whole)
        self._canvas.refine(self._last)
        self._timer.start(frame.milliseconds)

    def _edge_seen(self) -> int:
        """Return how many pixels the longer side has in the view, or has at all."""
        zoom, whole = self._canvas.zoom, self._last.whole if self._last else QSize()
        seen = max(*zoom.view, max(zoom.image) * zoom.factor)
        return min(ceil(seen), max(whole.width(), whole.height()))
