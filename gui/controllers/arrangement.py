"""In which order images are shown: what the person chooses, and chose last for this store."""

from __future__ import annotations

from functools import partial
from typing import Final

import msgspec
from PySide6.QtCore import QObject

from core.arrangement import BY_DAY, Arrangement, Grouping, SortKey
from gui.actions import bind
from gui.controllers.arranging import Arranging
from gui.controllers.store import OpenStore, StoreController
from gui.main_window import MainWindow
from gui.preferences import Preferences

DIRECTIONS: Final = {"sort_ascending": False, "sort_descending": True}


class ArrangementController(QObject):
    """Binds the actions that sort and group, and keeps for each store what was chosen.

    It must be made before whoever shows an opened store, to be asked first in which order.
    """

    def __init__(
        self,
        stores: StoreController,
        arranging: Arranging,
        window: MainWindow,
        preferences: Preferences,
    ) -> None:
        super().__init__(window)
        self._arranging = arranging
        self._window = window
        self._preferences = preferences
        self._store: OpenStore | None = None
        arranging.stopped.connect(self._on_stopped)
        stores.opened.connect(self._on_opened)
        stores.closing.connect(self._on_closing)
        bind(
            window.actions_by_id,
            {f"sort_{sort}": partial(self._sort_by, sort) for sort in SortKey}
            | {f"group_{group}": partial(self._group_by, group) for group in Grouping}
            | {name: partial(self._direct, down) for name, down in DIRECTIONS.items()},
        )
        self._show()

    def _sort_by(self, sort: SortKey) -> None:
        if sort is not self._arranging.arrangement.sort:
            self._arrange(self._arranging.arrangement.sorted_by(sort))

    def _group_by(self, group: Grouping) -> None:
        self._arrange(msgspec.structs.replace(self._arranging.arrangement, group=group))

    def _direct(self, descending: bool) -> None:
        self._arrange(msgspec.structs.replace(self._arranging.arrangement, descending=descending))

    def _arrange(self, arrangement: Arrangement) -> None:
        if self._store is not None:
            self._preferences.keep_arrangement(self._store.path, arrangement)
            self._arranging.rearrange(arrangement)
        self._show()

    def _on_opened(self, store: OpenStore) -> None:
        self._store = store
        self._arranging.open(store, self._preferences.arrangement(store.path))
        self._show()

    def _on_closing(self) -> None:
        self._store = None
        self._arranging.arrangement = BY_DAY
        self._show()

    def _on_stopped(self) -> None:
        if self._store is not None:
            self._preferences.keep_arrangement(self._store.path, BY_DAY)
        self._show()

    def _show(self) -> None:
        """Say what is chosen."""
        chosen = self._arranging.arrangement
        direction = "sort_descending" if chosen.descending else "sort_ascending"
        for name in (f"sort_{chosen.sort}", f"group_{chosen.group}", direction):
            self._window.actions_by_id[name].setChecked(True)
        self._window.arrangement.show_arrangement(chosen)
