"""The large view: shows the grid's current image, with its neighbours ready."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from math import ceil
from typing import Final

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QObject, QSize, QTimer, Signal

from core.records import ImageRecord
from gui.actions import bind
from gui.aio import Latest
from gui.controllers.browse import BrowseController
from gui.controllers.large_pictures import (
    Held,
    LargePictures,
    is_same_file,
    show_held,
    show_stand_in,
)
from gui.controllers.large_sight import LargeSight
from gui.controllers.large_stand_ins import LargeStandIns, rows_ahead
from gui.controllers.store import OpenStore, StoreController
from gui.controllers.thumbnails import ThumbnailController
from gui.main_window import MainWindow
from gui.models.image_list import ImageListModel
from gui.models.image_text import caption_of, waiting_text
from gui.views.selected_rows import holds_many, select_only

WAITING_MS: Final = 500  # what is over sooner would only flicker
STAND_INS: Final = 12  # images ahead whose thumbnails are at hand
AHEAD: Final = 2  # images that are made ready in the direction of travel; one behind


class LargeViewController(QObject):
    """Shows the grid's current image as large as fits, and steps through the others.

    The image shown is always the one selected, so all that is done to the selection is done to
    it; when it goes, the one that is current then is shown.

    Signals:
        shown(): Another image, or its picture, is shown.
    """

    shown = Signal()

    def __init__(
        self,
        stores: StoreController,
        browse: BrowseController,
        window: MainWindow,
        images: ImageListModel,
        thumbnails: ThumbnailController,
    ) -> None:
        super().__init__(window)
        self._thumbnails = thumbnails
        self._window = window
        self._canvas = window.large.canvas
        self._images = images
        self._grid = window.grid
        self._store: OpenStore | None = None
        self._pictures: LargePictures | None = None
        self._showing: Latest | None = None
        self._sight: LargeSight | None = None
        self._stand_ins: LargeStandIns | None = None
        self._record: ImageRecord | None = None
        self._backwards = self._stands_in = False
        self._settled = asyncio.Event()
        self._settled.set()
        self._waiting = QTimer(self, singleShot=True, interval=WAITING_MS)
        self._waiting.timeout.connect(self._say_waiting)
        self._bind()
        self._grid.doubleClicked.connect(self.open)
        self._grid.selectionModel().currentChanged.connect(self._on_current_changed)
        self._grid.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self._canvas.stepped.connect(self.step)
        window.page_changed.connect(self._on_page_changed)
        window.dates.place_chosen.connect(lambda _: self.leave())
        images.modelReset.connect(self.leave)
        for changed in (images.rowsInserted, images.layoutChanged):
            changed.connect(self._show_position)
        images.rowsRemoved.connect(self._on_rows_removed)
        browse.images_edited.connect(self._on_images_edited)
        stores.opened.connect(self._on_opened)
        stores.closing.connect(self._on_closing)

    @property
    def pictures(self) -> LargePictures | None:
        """The pictures at hand; ``None`` while no store is open."""
        return self._pictures

    @property
    def record(self) -> ImageRecord | None:
        """The image that is shown; ``None`` while it is looked up, and while none is."""
        return self._record

    @property
    def is_ready(self) -> bool:
        """Whether the picture of the current image is shown, or why there is none."""
        return self._canvas.shown is not None or bool(self._canvas.problem)

    @property
    def playing(self) -> bool:
        """Whether an animation is being played."""
        return self._sight is not None and self._sight.playing

    async def settled(self) -> None:
        """Wait until the current image is shown, or why it cannot be; not in any other view."""
        await self._settled.wait()

    def open(self) -> None:
        """Show the current image, or the first that is seen, large."""
        index = self._grid.currentIndex()
        if not index.isValid():
            index = self._images.index(self._grid.visible_rows().start)
        if index.isValid() and self._store is not None:
            self._window.show_large()
            self._go_to(index.row())

    def leave(self) -> None:
        """Show the grid again, with the image selected and in sight."""
        if self._window.shows_large:
            self._window.leave_closely()
            self._grid.scrollTo(self._grid.currentIndex())

    def step(self, count: int) -> None:
        """Show the image so many further, or back; not beyond the first or the last."""
        if self._window.shows_large:
            last = self._images.rowCount() - 1
            self._go_to(min(max(self._grid.currentIndex().row() + count, 0), last))

    def _bind(self) -> None:
        acts: dict[str, Callable[[], object]] = {
            "large_view": self.open,
            "next": partial(self.step, 1),
            "previous": partial(self.step, -1),
            "first": lambda: self._go_to(0),
            "last": lambda: self._go_to(self._images.rowCount() - 1),
        }
        bind(self._window.actions_by_id, acts, lambda: not self._window.shows_compare)

    # Which image is shown

    def _go_to(self, row: int) -> None:
        """Make an image the current one and the only one selected; that shows it."""
        index, model = self._images.index(row), self._grid.selectionModel()
        before = model.currentIndex()
        self._backwards = before.isValid() and row < before.row()
        model.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if index == before:
            self._on_current_changed(index)

    def _on_current_changed(self, index: QModelIndex) -> None:
        if not self._window.shows_large or not index.isValid():
            return
        select_only(self._grid.selectionModel(), index)
        self._show_position()
        if self._store is None or self._showing is None or self._stand_ins is None:
            return
        self._stand_ins.want(self._keys(STAND_INS), self._thumbnails.edge)
        if (record := self._images.record_at(index.row())) is not None:
            self._showing.cancel()
            self._show(record)
        else:
            self._show_nothing()
            self._settled.clear()
            self._showing.start(self._look_up(self._store, self._images.key_at(index.row())))

    def _on_selection_changed(self) -> None:
        """Keep what is done to the selection from all images that are not seen."""
        model = self._grid.selectionModel()
        if self._window.shows_large and model.currentIndex().isValid() and holds_many(model):
            select_only(model, model.currentIndex())

    async def _look_up(self, store: OpenStore, key: int) -> None:
        """Show the image, or, where its file is the one that is shown, what is new of it."""
        records = await store.manager.records([key])
        self._images.set_records(records)
        if key not in records:
            return
        if self._record is not None and is_same_file(records[key], self._record):
            self._record = records[key]
            self._caption()
        else:
            self._show(records[key])

    def _show(self, record: ImageRecord) -> None:
        """Show this image at once if its picture is ready, else what is known of it so far."""
        if self._pictures is None:
            return
        self._record = record
        if self._sight is not None:
            self._sight.follow(record)
        held = self._pictures.get(record)
        if held is None:
            self._settled.clear()
            self._stands_in = show_stand_in(self._canvas, record, self._images)
            self._waiting.start()
        else:
            self._show_held(held)
        self._caption()
        self._want()
        self.shown.emit()

    def _show_nothing(self) -> None:
        self._record = None
        self._waiting.stop()
        if self._sight is not None:
            self._sight.follow(None)
        self._canvas.show_stand_in(None, QSize())

    def _show_held(self, held: Held) -> None:
        self._waiting.stop()
        self._settled.set()
        show_held(self._canvas, held)

    def _on_arrived(self, key: int) -> None:
        if self._record is None or self._record.key != key or self._pictures is None:
            return
        held = self._pictures.get(self._record)
        if held is not None and not self.is_ready:
            self._show_held(held)
            self._caption()
            self.shown.emit()

    def _caption(self) -> None:
        if self._record is not None:
            self._window.large.set_caption(caption_of(self._record, self._canvas.problem or None))

    def _show_position(self) -> None:
        if self._window.shows_large:
            number = self._grid.currentIndex().row() + 1
            self._window.large.set_position(number, self._images.rowCount())

    def _say_waiting(self) -> None:
        if not self.is_ready and self._record is not None:
            self._canvas.set_waiting(waiting_text(self._record))

    def _want(self) -> None:
        """Have this picture brought, then those that will be looked at next, as far as known."""
        if self._record is not None and self._pictures is not None:
            following = map(self._images.record, self._keys(AHEAD)[1:])
            known = [record for record in following if record is not None]
            self._pictures.want([self._record, *known], ceil(max(self._canvas.zoom.view)))

    def _keys(self, ahead: int) -> list[int]:
        """Return the current image's key, the next, the one before, and so many ahead in all."""
        row, count = self._grid.currentIndex().row(), self._images.rowCount()
        return self._images.keys_at(rows_ahead(row, ahead, count, backwards=self._backwards))

    def _on_came(self) -> None:
        """Show what stands in for the picture, and have those that come next made ready."""
        if self._record is not None and self._window.shows_large:
            if not self.is_ready and not self._stands_in:
                self._stands_in = show_stand_in(self._canvas, self._record, self._images)
            self._want()

    # Coming and going

    def _on_page_changed(self) -> None:
        if not self._window.shows_large:
            self._show_nothing()
            self._settled.set()
            if self._showing is not None and self._pictures is not None:
                self._showing.cancel()
                self._pictures.want([], 0)

    def _on_rows_removed(self) -> None:
        if not self._images.rowCount():
            self.leave()
        self._show_position()

    def _on_images_edited(self, keys: frozenset[int]) -> None:
        index = self._grid.currentIndex()
        if self._store is None or self._showing is None or not self._window.shows_large:
            return
        if index.isValid() and (key := self._images.key_at(index.row())) in keys:
            self._showing.start(self._look_up(self._store, key))

    def _on_opened(self, store: OpenStore) -> None:
        self._store = store
        self._showing = Latest(store.tasks)
        self._sight = LargeSight(store, self._canvas, self._window.notice.tell)
        self._pictures = LargePictures(store, self)
        self._pictures.arrived.connect(self._on_arrived)
        self._stand_ins = LargeStandIns(store, self._images, self)
        self._stand_ins.came.connect(self._on_came)

    def _on_closing(self) -> None:
        self.leave()
        if self._pictures is not None:
            self._pictures.close()
            self._pictures.deleteLater()
        if self._sight is not None:
            self._sight.close()
        self._store = self._showing = self._sight = self._pictures = self._record = None
