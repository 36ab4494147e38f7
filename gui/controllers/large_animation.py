"""Plays the animation that is looked at, again and again."""

from __future__ import annotations

from contextlib import aclosing
from math import ceil

from PySide6.QtCore import QObject, QSize, Qt, QTimer

from core.errors import ThumbnailError, WorkerError
from core.pictures import Frame
from core.records import ImageRecord
from gui.aio import Latest
from gui.controllers.large_view import LargeViewController
from gui.controllers.store import OpenStore, StoreController
from gui.main_window import MainWindow
from gui.pictures import Shown, moving_of


class LargeAnimation(QObject):
    """Follows the large view: plays an animation from when it is seen until it no longer is.

    Frames are shown while later ones are still being decoded. They are decoded once, into the
    bounded memory that they share, and again only where the zoom has come to ask for more pixels.
    """

    def __init__(
        self, stores: StoreController, large: LargeViewController, window: MainWindow
    ) -> None:
        super().__init__(window)
        self._large = large
        self._canvas = window.large.canvas
        self._tell = window.notice.tell
        self._store: OpenStore | None = None
        self._bringing: Latest | None = None
        self._record: ImageRecord | None = None
        self._frames: list[Frame] = []
        self._complete = False
        self._edge = 0  # that the frames were asked for with
        self._place = 0  # of the frame that comes next
        self._last: Shown | None = None
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._show_next)
        large.shown.connect(self._look)
        self._canvas.in_sight_changed.connect(self._look)
        stores.opened.connect(self._on_opened)
        stores.closing.connect(self._on_closing)

    @property
    def playing(self) -> bool:
        """Whether an animation is being played."""
        return self._record is not None

    def _look(self) -> None:
        """Play what is seen from its beginning, if it moves; else stop."""
        self._stop()
        shown = self._canvas.shown
        if shown is not None and shown.moving and self._canvas.in_sight:
            self._record = self._large.record
            self._last = shown
            self._bring()

    def _stop(self) -> None:
        self._timer.stop()
        if self._bringing is not None:
            self._bringing.cancel()
        self._record = self._last = None
        self._frames = []

    def _bring(self) -> None:
        """Ask for the frames, with as many pixels as are seen of them now."""
        if self._store is None or self._bringing is None or self._record is None:
            return
        self._frames, self._complete, self._place = [], False, 0
        self._edge = self._edge_seen()
        self._bringing.start(self._gather(self._store, self._record, self._edge))

    async def _gather(self, store: OpenStore, record: ImageRecord, edge: int) -> None:
        try:
            async with aclosing(store.manager.frames(record, edge)) as coming:
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

    def _on_opened(self, store: OpenStore) -> None:
        self._store = store
        self._bringing = Latest(store.tasks)

    def _on_closing(self) -> None:
        self._stop()
        self._store = self._bringing = None
