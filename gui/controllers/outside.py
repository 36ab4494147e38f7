"""Images in other programs: opened with the desktop's own, shown in the file manager."""

from __future__ import annotations

import asyncio
from array import array
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from gui.actions import bind
from gui.controllers.selection import SelectionController
from gui.controllers.store import OpenStore, StoreController
from gui.dialogs.question import confirmed
from gui.main_window import MainWindow
from gui.text import count_text, translated

MANY: Final = 10  # windows that may open without a question
_FILE_MANAGER: Final = (  # https://www.freedesktop.org/wiki/Specifications/file-manager-interface/
    "org.freedesktop.FileManager1",
    "/org/freedesktop/FileManager1",
    "org.freedesktop.FileManager1",
    "ShowItems",
)


class OutsideController(QObject):
    """Opens and shows the selected images outside of this program."""

    def __init__(
        self, stores: StoreController, selection: SelectionController, window: MainWindow
    ) -> None:
        super().__init__(window)
        self._stores = stores
        self._selection = selection
        self._window = window
        bind(window.actions_by_id, {"open_image": self.open, "reveal": self.reveal})

    def open(self) -> None:
        """Open the selected images in the program that the desktop has for them."""
        if (store := self._stores.store) is not None:
            store.tasks.start(self._open(store, self._selection.keys()))

    def reveal(self) -> None:
        """Show the selected images in the file manager."""
        if (store := self._stores.store) is not None:
            store.tasks.start(self._reveal(store, self._selection.keys()))

    async def _open(self, store: OpenStore, keys: array[int]) -> None:
        if len(keys) > MANY and not await confirmed(
            self._window,
            translated("outside", "Open images"),
            translated("outside", "Open {images}?", images=count_text(len(keys), "image")),
            translated("outside", "Each may open a window of its own."),
            translated("outside", "Open"),
        ):
            return
        for path in await store.files(keys):
            if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
                self._tell_unable(path)
                return

    async def _reveal(self, store: OpenStore, keys: array[int]) -> None:
        paths = await store.files(keys)
        if not paths or await _shown_in_file_manager(paths):
            return
        folder = paths[0].parent
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self._tell_unable(folder)

    def _tell_unable(self, path: Path) -> None:
        self._window.notice.tell(
            translated("outside", "The desktop has no program to open {path} with.", path=str(path))
        )


async def _shown_in_file_manager(paths: list[Path]) -> bool:
    """Ask the desktop's file manager to show files; ``False`` if there is none to ask."""
    from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

    bus = QDBusConnection.sessionBus()  # imported here: no other part of the program needs it
    if not bus.isConnected():
        return False
    message = QDBusMessage.createMethodCall(*_FILE_MANAGER)
    message.setArguments([[QUrl.fromLocalFile(str(path)).toString() for path in paths], ""])
    answered = asyncio.Event()
    watcher = QDBusPendingCallWatcher(bus.asyncCall(message))
    watcher.finished.connect(answered.set)
    await answered.wait()
    shown = not watcher.isError()
    watcher.deleteLater()
    return shown
