"""One of the images that are compared, in its pane."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QSize, QTimer

from core.records import ImageRecord, Thumbnail
from gui.controllers.large_pictures import LargePictures, is_same_file, show_held, show_stand_in
from gui.controllers.large_sight import LargeSight
from gui.controllers.large_view import WAITING_MS
from gui.controllers.store import OpenStore
from gui.models.image_list import ImageListModel
from gui.models.image_text import caption_of, waiting_text
from gui.views.compare_pane import ComparePane


class ComparedImage(QObject):
    """Shows an image in a pane: its thumbnail, its picture, and as much of it as the zoom shows.

    Args:
        store: Where the image is.
        pictures: The pictures at hand.
        images: The thumbnails at hand.
        pane: What shows it.
        tell: Called with what goes wrong later on.
    """

    def __init__(
        self,
        store: OpenStore,
        pictures: LargePictures,
        images: ImageListModel,
        pane: ComparePane,
        tell: Callable[[str], object],
    ) -> None:
        super().__init__(pane)
        self._pictures = pictures
        self._images = images
        self._pane = pane
        self._sight = LargeSight(store, pane.canvas, tell)
        self._record: ImageRecord | None = None
        self._waiting = QTimer(self, singleShot=True, interval=WAITING_MS)
        self._waiting.timeout.connect(self._say_waiting)

    @property
    def pane(self) -> ComparePane:
        """What shows it."""
        return self._pane

    @property
    def record(self) -> ImageRecord | None:
        """The image; ``None`` while it is looked up."""
        return self._record

    @property
    def is_ready(self) -> bool:
        """Whether its picture is shown, or why there is none."""
        return self._pane.canvas.shown is not None or bool(self._pane.canvas.problem)

    @property
    def playing(self) -> bool:
        """Whether it moves, now."""
        return self._sight.playing

    @property
    def seen(self) -> Thumbnail | None:
        """What decoding its file said; ``None`` before that is done."""
        shown, problem = self._pane.canvas.shown, self._pane.canvas.problem
        if self._record is None or not self.is_ready:
            return None
        width, height = (shown.whole.width(), shown.whole.height()) if shown else (0, 0)
        return Thumbnail(self._record.key, b"", width, height, problem or None)

    def follow(self, record: ImageRecord, among: int) -> None:
        """Show this image, or what is new of it, as one of so many."""
        self._sight.share(among)
        before, self._record = self._record, record
        if before is None or not is_same_file(before, record):
            self._sight.follow(record)
            show_stand_in(self._pane.canvas, record, self._images)
            self._waiting.start()
            self.look()
        self._caption()

    def let_go(self) -> None:
        """Show nothing any more; the pane is free for another."""
        self._waiting.stop()
        self._sight.close()
        self._pane.canvas.show_stand_in(None, QSize())
        self.deleteLater()

    def look(self) -> bool:
        """Show its picture if that has come; tell whether it has, just now."""
        held = None
        if self._record is not None and not self.is_ready:
            held = self._pictures.get(self._record)
        if held is not None:
            self._waiting.stop()
            show_held(self._pane.canvas, held)
            self._caption()
        return held is not None

    def _caption(self) -> None:
        if self._record is not None:
            problem = self._pane.canvas.problem or None
            self._pane.set_caption(caption_of(self._record, problem))

    def _say_waiting(self) -> None:
        if self._record is not None and not self.is_ready:
            self._pane.canvas.set_waiting(waiting_text(self._record))
