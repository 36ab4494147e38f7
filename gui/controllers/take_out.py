"""Taking images out of the store: copied, dragged to other programs, exported to a folder."""

from __future__ import annotations

import asyncio
from array import array
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QDrag, QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog

from core.errors import StoreError
from core.records import ItemResult
from gui import aio, dialogs
from gui.actions import bind
from gui.controllers.problems import tell_problems
from gui.controllers.selection import SelectionController
from gui.controllers.store import OpenStore, StoreController
from gui.controllers.works import WorkController
from gui.image_files import FileList, ImageFiles, listed
from gui.main_window import MainWindow
from gui.models.image_list import ImageListModel
from gui.preferences import Preferences
from gui.text import count_text, number_text, translated
from gui.views.drag_picture import MOST_CARDS, drag_picture

_EXPORTED: Final = {  # by whether there were problems, and whether it was stopped
    (False, False): "{images} exported",
    (True, False): "{images} exported, {count} not",
    (False, True): "{images} exported of {total}; stopped",
    (True, True): "{images} exported of {total}, {count} not; stopped",
}


class TakeOutController(QObject):
    """Gives the selected images to other programs; the store stays as it is."""

    def __init__(
        self,
        stores: StoreController,
        works: WorkController,
        selection: SelectionController,
        window: MainWindow,
        images: ImageListModel,
        preferences: Preferences,
    ) -> None:
        super().__init__(window)
        self._stores = stores
        self._works = works
        self._selection = selection
        self._window = window
        self._images = images
        self._preferences = preferences
        self._dragging = False
        bind(
            window.actions_by_id,
            {"copy_image": self.copy, "export": self.export},
        )
        window.grid.drag_wanted.connect(self.drag)
        window.large.canvas.drag_wanted.connect(self.drag)

    def copy(self) -> None:
        """Put the selected images on the clipboard: as files, and a single one as a picture."""
        if (store := self._stores.store) is not None:
            store.tasks.start(self._copy(store, self._selection.keys()))

    def drag(self) -> None:
        """Drag the selected images to another program, once it is known where they are."""
        if (store := self._stores.store) is not None and not self._dragging:
            store.tasks.start(self._look_up_and_drag(store, self._selection.keys()))

    def export(self) -> None:
        """Ask for a folder, and copy the selected images there."""
        if (store := self._stores.store) is not None:
            store.tasks.start(self._export(store, self._selection.keys()))

    async def _copy(self, store: OpenStore, keys: array[int]) -> None:
        if files := await store.files(keys):
            offered = await asyncio.to_thread(listed, files)
            QGuiApplication.clipboard().setMimeData(ImageFiles(offered))
            images = count_text(len(files), "image")
            self._window.notice.tell(translated("take_out", "{images} copied", images=images))

    # Dragging

    async def _look_up_and_drag(self, store: OpenStore, keys: array[int]) -> None:
        files = await store.files(keys)
        offered = await asyncio.to_thread(listed, files)
        if files and QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            # Later, out of this task: dragging runs a loop of its own, in which others go on.
            QTimer.singleShot(0, self, partial(self._drag, offered, len(files), keys[:MOST_CARDS]))

    def _drag(self, offered: FileList, count: int, first: array[int]) -> None:
        grid = self._window.grid
        drag = QDrag(grid)
        drag.setMimeData(ImageFiles(offered))
        pictures = [self._images.picture(key) for key in first]
        known = [each.pixmap for each in pictures if each is not None and each.pixmap is not None]
        ratio = grid.devicePixelRatioF()
        picture = drag_picture(known, count, grid.palette(), QApplication.font(), ratio)
        drag.setPixmap(picture)
        self._dragging = True
        try:
            drag.exec(Qt.DropAction.CopyAction)
        finally:
            self._dragging = False

    # Exporting

    async def _export(self, store: OpenStore, keys: array[int]) -> None:
        before = self._preferences
        dialog = dialogs.ExportDialog(
            len(keys), before.export_folder, before.export_sidecars, self._window
        )
        dialog.choice_wanted.connect(lambda: store.tasks.start(self._choose(dialog)))
        accepted = await aio.finished(dialog)
        folder, sidecars = dialog.folder, dialog.sidecars
        if not accepted:
            return
        before.export_folder, before.export_sidecars = str(folder), sidecars
        try:
            with self._works.begin(translated("take_out", "Exporting")) as work:
                results = await store.manager.export_images(
                    keys,
                    folder,
                    sidecars=sidecars,
                    progress=work.on_progress,
                    should_stop=work.stopped,
                )
        except StoreError as error:
            self._window.notice.tell(str(error))
            return
        self._tell_exported(folder, results, len(keys))

    async def _choose(self, dialog: dialogs.ExportDialog) -> None:
        chooser = QFileDialog(dialog, translated("take_out", "Export to a folder"))
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.setOption(QFileDialog.Option.ShowDirsOnly)
        if await asyncio.to_thread(dialog.folder.is_dir):
            chooser.setDirectory(str(dialog.folder))
        if await aio.finished(chooser):
            dialog.set_folder(chooser.selectedFiles()[0])

    def _tell_exported(self, folder: Path, results: list[ItemResult[Path]], wanted: int) -> None:
        problems = [result.problem for result in results if result.problem is not None]
        text = translated(
            "take_out",
            _EXPORTED[bool(problems), len(results) < wanted],
            images=count_text(len(results) - len(problems), "image"),
            count=number_text(len(problems)),
            total=number_text(wanted),
        )
        if problems:
            tell_problems(self._window, text, problems)
        else:
            show = partial(_open, QUrl.fromLocalFile(str(folder)))
            self._window.notice.tell(text, translated("take_out", "Open folder"), show)


def _open(url: QUrl) -> None:
    QDesktopServices.openUrl(url)
