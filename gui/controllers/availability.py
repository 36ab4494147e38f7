"""Which actions can be taken now: those whose needs are met."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from gui.actions import Need, set_available
from gui.controllers.history import History
from gui.controllers.selection import SelectionController
from gui.controllers.store import StoreController
from gui.controllers.works import WorkController
from gui.views.image_table import ImageTable


class Availability(QObject):
    """Follows what there is, and enables the window's actions accordingly."""

    def __init__(
        self,
        actions: Mapping[str, QAction],
        stores: StoreController,
        works: WorkController,
        history: History,
        selection: SelectionController,
        trash: ImageTable,
    ) -> None:
        super().__init__(works)
        self._actions = actions
        self._stores = stores
        self._works = works
        self._history = history
        self._selection = selection
        self._trash = trash
        for changed in (stores.opened, stores.closed, stores.failed, works.changed,
                        history.changed, selection.changed, trash.selection_changed):  # fmt: skip
            changed.connect(self.update)
        self.update()

    def update(self) -> None:
        """Look at what there is now."""
        store = self._stores.store
        there: dict[Need, bool] = {
            "store": store is not None,
            "writable": store is not None and not store.manager.read_only,
            "selection": self._selection.has_images,
            "trashed": self._trash.isVisible() and bool(self._trash.selected_places()),
            "work": self._works.under_way,
            "undo": bool(self._history.undo_text),
            "redo": bool(self._history.redo_text),
        }
        set_available(self._actions, [need for need, met in there.items() if met])
        for name, text in (("undo", self._history.undo_text), ("redo", self._history.redo_text)):
            self._actions[name].setToolTip(text or self._actions[name].text().replace("&", ""))
