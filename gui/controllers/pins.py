"""Pinning: what no clean-up may take."""

from __future__ import annotations

from PySide6.QtCore import QObject

from gui.actions import bind
from gui.controllers.changes import PinChange
from gui.controllers.history import History
from gui.controllers.selection import SelectionController
from gui.controllers.store import StoreController
from gui.controllers.works import WorkController
from gui.main_window import MainWindow


class PinController(QObject):
    """Pins the selected images if any of them is not pinned, else unpins them."""

    def __init__(
        self,
        stores: StoreController,
        works: WorkController,
        history: History,
        selection: SelectionController,
        window: MainWindow,
    ) -> None:
        super().__init__(window)
        self._stores = stores
        self._works = works
        self._history = history
        self._selection = selection
        bind(window.actions_by_id, {"pin": self.pin})

    def pin(self) -> None:
        """Pin the selected images, or no longer."""
        if (store := self._stores.store) is not None:
            self._history.perform(PinChange(store, self._works, self._selection.keys()))
