"""Which actions can be taken now: those whose needs are met; and what the folder allows."""

from __future__ import annotations

from PySide6.QtCore import QObject

from gui.action_table import Need
from gui.actions import needs_of, set_available
from gui.controllers.history import History
from gui.controllers.selection import SelectionController
from gui.controllers.store import Access, StoreController
from gui.controllers.works import WorkController
from gui.main_window import MainWindow
from gui.text import translated


class Availability(QObject):
    """Follows what there is, and enables the window's actions accordingly."""

    def __init__(
        self,
        window: MainWindow,
        stores: StoreController,
        works: WorkController,
        history: History,
        selection: SelectionController,
    ) -> None:
        super().__init__(works)
        self._window = window
        self._actions = window.actions_by_id
        self._stores = stores
        self._works = works
        self._history = history
        self._selection = selection
        window.refused.connect(self._tell_why)
        for changed in (stores.opened, stores.closed, stores.failed, stores.access_changed,
                        works.changed, history.changed, selection.changed, window.page_changed,
                        window.trash.table.selection_changed):  # fmt: skip
            changed.connect(self.update)
        for changed in (stores.opened, stores.closed, stores.access_changed):
            changed.connect(self._show_access)
        self.update()

    def update(self) -> None:
        """Look at what there is now."""
        is_open, window = self._stores.store is not None, self._window
        access = self._stores.access
        trashed = window.shows_trash and bool(window.trash.table.selected_places())
        there: dict[Need, bool] = {
            "store": is_open,
            "writable": is_open and access is Access.WRITABLE,
            "selection": self._selection.has_images,
            "few": self._selection.has_few,
            "images": window.shows_grid or window.shows_large,
            "small": not window.shows_closely,
            "close": window.shows_closely,
            "large": window.shows_large,
            "comparison": window.shows_compare,
            "trashed": trashed,
            "selected": trashed or self._selection.has_images,
            "work": self._works.under_way,
            "undo": bool(self._history.undo_text) and access is not Access.GONE,
            "redo": bool(self._history.redo_text) and access is not Access.GONE,
        }
        set_available(self._actions, [need for need, met in there.items() if met])
        for name, text in (("undo", self._history.undo_text), ("redo", self._history.redo_text)):
            self._actions[name].setToolTip(text or self._actions[name].text().replace("&", ""))

    def _show_access(self) -> None:
        """Say below what cannot be done in the store."""
        badge, tip = "", ""
        access = self._stores.access if self._stores.store is not None else Access.WRITABLE
        if access is Access.READ_ONLY:
            badge = translated("stats", "read-only")
            tip = translated("stats", "This folder may be read, but not written.")
        elif access is Access.GONE:
            badge = translated("stats", "out of reach")
            tip = self._stores.missing
        self._window.stats.set_badge(badge, tip)

    def _tell_why(self, name: str) -> None:
        """Say why a key did nothing, where that is not seen."""
        store, access = self._stores.store, self._stores.access
        if store is not None and "few" in needs_of(name) and self._window.shows_grid:
            text = "Select two, three or four images to compare them"
            self._window.notice.tell(translated("availability", text))
        if store is None or not set(needs_of(name)) & {"writable", "undo", "redo"}:
            return
        if access is Access.GONE:
            self._window.notice.tell(self._stores.missing)
        elif access is Access.READ_ONLY:
            text = "{store} can only be read: nothing in it can be changed"
            named = store.path.name or str(store.path)
            self._window.notice.tell(translated("availability", text, store=named))
