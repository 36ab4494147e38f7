"""The selection: shows what is known of the selected images, and copies from it."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import aclosing
from functools import partial
from typing import Final

from PySide6.QtCore import QItemSelectionModel, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from core.embedded_records import Embedded
from core.errors import SidecarError, ThumbnailError, WorkerError
from core.records import ImageRecord, Thumbnail
from core.thumbnails import THUMBNAIL_EDGES
from gui.aio import Latest
from gui.controllers.store import OpenStore, StoreController
from gui.main_window import MainWindow
from gui.models.day_rows import runs
from gui.models.facts import facts_of, facts_of_many
from gui.models.image_list import ImageListModel
from gui.pictures import picture_of
from gui.views.selected_rows import count_up_to, selection_of

COMPARABLE: Final = range(2, 5)  # how many images can be compared
PREVIEW_EDGE = THUMBNAIL_EDGES[-1]


class SelectionController(QObject):
    """Follows the grid's selection; only the latest one is asked for.

    Signals:
        changed(): Other images are selected than before.
    """

    changed = Signal()

    def __init__(self, stores: StoreController, window: MainWindow, images: ImageListModel) -> None:
        super().__init__(window)
        self._window = window
        self._images = images
        self._grid = window.grid
        self._store: OpenStore | None = None
        self._showing: Latest | None = None
        self._only: int | None = None
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._show)
        self._settled = asyncio.Event()
        self._large_is_shown: Callable[[], Awaitable[object]] = partial(asyncio.sleep, 0)
        stores.opened.connect(self._on_opened)
        stores.closing.connect(self._on_closing)
        self._grid.selectionModel().selectionChanged.connect(self._soon.start)
        self._grid.selectionModel().selectionChanged.connect(self.changed)
        images.modelReset.connect(self._soon.start)
        images.modelReset.connect(self.changed)

    @property
    def has_images(self) -> bool:
        """Whether any image is selected."""
        return self._grid.selectionModel().hasSelection()

    @property
    def has_few(self) -> bool:
        """Whether as many images are selected as can be compared."""
        return count_up_to(COMPARABLE.stop, self._grid.selectionModel()) in COMPARABLE

    @property
    def is_narrowed(self) -> bool:
        """Whether one image stands for all that are selected."""
        return self._only is not None

    def narrow(self, key: int | None) -> None:
        """Have one image stand for all that are selected; ``None`` ends that.

        What is done to the selection is then done to that image alone, and its facts are shown.
        """
        if key != self._only:
            self._only = key
            self._soon.start()
            self.changed.emit()

    def refresh(self, keys: Collection[int]) -> None:
        """Show the selection again if one of these images is in it."""
        selection = self._grid.selectionModel().selection()
        many = selection.size() > 1 and not self.is_narrowed
        if many or not set(self.keys()[:2]).isdisjoint(keys):
            self._soon.start()

    def give_way_to(self, large_is_shown: Callable[[], Awaitable[object]]) -> None:
        """Decode nothing for the pane before the large picture is there, which this awaits."""
        self._large_is_shown = large_is_shown

    async def settled(self) -> None:
        """Wait until all that is known of the selection is shown."""
        await self._settled.wait()

    def keys(self) -> array[int]:
        """Return the keys of the images that something is done to, in the order shown.

        They are the selected ones; or the one that stands for them, see ``narrow``.
        """
        return self.selected_keys() if self._only is None else array("q", [self._only])

    def selected_keys(self) -> array[int]:
        """Return the selected images' keys, an ``array('q')``, in the order shown."""
        selection = self._grid.selectionModel().selection()
        ranges = (selection.at(number) for number in range(selection.size()))
        keys = array("q")
        for first, stop in sorted((found.top(), found.bottom() + 1) for found in ranges):
            keys += self._images.keys_between(first, stop)
        return keys

    def select(self, records: Iterable[ImageRecord], *, too: bool = False) -> bool:
        """Select these images and show the first; ``False`` if none of them is in the grid.

        Args:
            records: The images.
            too: Leave selected, and in view, what is.
        """
        rows = self._images.rows_of({record.key: record.day for record in records})
        if not rows:
            return False
        flags = QItemSelectionModel.SelectionFlag
        model = self._grid.selectionModel()
        first = self._images.index(rows[0])
        chosen = selection_of(self._images, [range(*run) for run in runs(rows)])
        if too:
            model.select(chosen, flags.Select)
            return True
        model.setCurrentIndex(first, flags.NoUpdate)
        model.select(chosen, flags.ClearAndSelect)
        self._grid.scrollTo(first)
        return True

    async def copy_prompts(self) -> None:
        """Put the selected images' prompts on the clipboard, one a line."""
        await self._copy(lambda _, record: record.prompt)

    async def copy_paths(self) -> None:
        """Put the selected images' files on the clipboard, one a line."""
        await self._copy(lambda store, record: str(store.path / record.path))

    async def _copy(self, line: Callable[[OpenStore, ImageRecord], str]) -> None:
        if (store := self._store) is None:
            return
        lines = [line(store, record) async for record in store.records(self.keys())]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def _on_opened(self, store: OpenStore) -> None:
        self._store = store
        self._showing = Latest(store.tasks)

    def _on_closing(self) -> None:
        self._store = self._showing = None
        self._soon.start()

    def _show(self) -> None:
        self._settled.clear()
        keys = self.keys()
        if not keys or self._store is None or self._showing is None:
            if self._showing is not None:
                self._showing.cancel()
            self._settled.set()
            self._window.metadata.set_facts(None)
            self._window.stats.set_selection(0, 0)
        elif len(keys) == 1:
            self._showing.start(self._show_one(self._store, keys[0]))
        else:
            self._showing.start(self._show_many(self._store, keys))

    async def _show_one(self, store: OpenStore, key: int) -> None:
        record = (await store.manager.records([key])).get(key)
        if record is None:
            self._settled.set()
            return
        problem, sidecar = record.sidecar_problem, None
        try:
            sidecar = await store.manager.sidecar(record)
        except SidecarError as error:
            problem = str(error)
        self._window.stats.set_selection(1, record.size_bytes)
        pane = self._window.metadata
        pane.set_facts(facts_of(record, sidecar, problem, None))
        if (picture := self._images.picture(key)) is not None:
            pane.set_preview(picture.pixmap, picture.problem)
        shown: Thumbnail | None = None
        await self._large_is_shown()  # a person waits for that, and decoding takes all there is
        async with aclosing(store.manager.thumbnails([record], PREVIEW_EDGE)) as making:
            async for batch in making:
                for shown in batch:
                    picture = picture_of(shown, PREVIEW_EDGE)
                    pane.set_preview(picture.pixmap, picture.problem)
        embedded = await _embedded(store, record)
        pane.set_facts(facts_of(record, sidecar, problem, shown, embedded))
        self._settled.set()

    async def _show_many(self, store: OpenStore, keys: array[int]) -> None:
        summary = await store.manager.summary(keys)
        if summary is not None:
            self._window.stats.set_selection(summary.images, summary.size_bytes)
            self._window.metadata.set_facts(facts_of_many(summary))
            self._window.metadata.set_preview(None, None)
        self._settled.set()


async def _embedded(store: OpenStore, record: ImageRecord) -> Embedded | None:
    """Ask what the file says about itself; why it cannot be read, its picture says already."""
    try:
        return await store.manager.embedded(record)
    except (ThumbnailError, WorkerError):
        return None
