"""Commands: what the menus' entries, the buttons and the shortcuts do."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QAbstractItemView, QFileDialog

from core.errors import StoreError
from gui import aio, dialogs, pages, theme
from gui.actions import bind
from gui.controllers.browse import BrowseController
from gui.controllers.history import History
from gui.controllers.selection import SelectionController
from gui.controllers.store import OpenStore, StoreController
from gui.controllers.works import WorkController
from gui.main_window import MainWindow
from gui.models.place import Kind
from gui.preferences import Preferences
from gui.text import translated


class CommandController(QObject):
    """Binds the actions that belong to the window as such, and what the pages' buttons do.

    The others are bound by the controllers of what they are about: the import's, the trash's, …

    Signals:
        appearance_chosen(Appearance): The person wants it light, dark, or as the system is.
    """

    appearance_chosen = Signal(object)

    def __init__(
        self,
        tasks: aio.TaskScope,
        stores: StoreController,
        browse: BrowseController,
        selection: SelectionController,
        window: MainWindow,
        preferences: Preferences,
        works: WorkController,
        history: History,
    ) -> None:
        super().__init__(window)
        self._tasks = tasks
        self._stores = stores
        self._browse = browse
        self._selection = selection
        self._window = window
        self._preferences = preferences
        self._works = works
        self._history = history
        self._wanted: Path | None = None
        acts = self._acts()
        bind(window.actions_by_id, acts)
        self._offers = {**acts, **self._offered_only()}
        window.message.offer_taken.connect(lambda name: self._offers[name]())
        window.stats.problems_requested.connect(self._show_problems)
        stores.opened.connect(self._on_opened)
        stores.failed.connect(self._on_failed)
        self._check_appearance(preferences.appearance)
        self._fill_recent()

    def open(self, path: str | Path) -> None:
        """Open the store in this folder."""
        self._wanted = Path(path)
        self._window.show_page(pages.opening(self._wanted))
        self._stores.open(self._wanted)

    def _offered_only(self) -> dict[str, Callable[[], object]]:
        """What only a page's button does."""
        return {
            "reopen": self._reopen,
            "open_above": self._open_above,
            "show_all": self._window.dates.choose,
            "show_trash": partial(self._window.dates.choose, Kind.TRASH),
            "clear_search": self._window.search.clear,
        }

    def _acts(self) -> dict[str, Callable[[], object]]:
        window, grid = self._window, self._window.grid
        return {
            "open": partial(self._start, self._choose_store),
            "open_folder": self._open_folder,
            "quit": window.close,
            "copy_prompt": partial(self._start, self._selection.copy_prompts),
            "copy_path": partial(self._start, self._selection.copy_paths),
            "select_all": lambda: self._selected_from().selectAll(),
            "select_none": lambda: self._selected_from().clearSelection(),
            "larger": grid.zoom_in,
            "smaller": grid.zoom_out,
            "reset_size": grid.reset_cell_size,
            "appearance_system": partial(self._set_appearance, theme.Appearance.SYSTEM),
            "appearance_light": partial(self._set_appearance, theme.Appearance.LIGHT),
            "appearance_dark": partial(self._set_appearance, theme.Appearance.DARK),
            "rescan": self._browse.rescan,
            "undo": self._history.undo,
            "redo": self._history.redo,
            "cancel_work": self._works.cancel,
            "shortcuts": lambda: dialogs.ShortcutsDialog(window).open(),
            "about": lambda: dialogs.AboutDialog(window).open(),
        }

    def _selected_from(self) -> QAbstractItemView:
        return self._window.trash.table if self._window.shows_trash else self._window.grid

    def _start(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._tasks.start(work())

    async def _choose_store(self) -> None:
        dialog = QFileDialog(self._window, translated("commands", "Open a store"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        if self._wanted is not None:
            dialog.setDirectory(str(self._wanted.parent))
        if await aio.finished(dialog):
            self.open(dialog.selectedFiles()[0])

    def _reopen(self) -> None:
        if self._wanted is not None:
            self.open(self._wanted)

    def _open_above(self) -> None:
        if self._wanted is not None and (base := pages.store_above(self._wanted.absolute())):
            self.open(base)

    def _open_folder(self) -> None:
        if (store := self._stores.store) is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(store.path)))

    def _set_appearance(self, appearance: theme.Appearance) -> None:
        self._preferences.appearance = appearance
        self.appearance_chosen.emit(appearance)

    def _check_appearance(self, appearance: theme.Appearance) -> None:
        self._window.actions_by_id[f"appearance_{appearance}"].setChecked(True)

    def _show_problems(self) -> None:
        dialogs.ProblemsDialog(self._browse.problems, self._window).open()

    def _on_opened(self, store: OpenStore) -> None:
        self._preferences.remember_store(store.path)
        self._fill_recent()

    def _on_failed(self, path: Path, error: StoreError) -> None:
        self._window.show_page(pages.cannot_open(path, error))

    def _fill_recent(self) -> None:
        menu = self._window.recent_menu
        menu.clear()
        for path in self._preferences.recent_stores:
            menu.addAction(path.replace("&", "&&"), partial(self.open, path))
        menu.addSeparator()
        forget = menu.addAction(translated("commands", "Forget these"), self._forget_recent)
        forget.setEnabled(bool(self._preferences.recent_stores))

    def _forget_recent(self) -> None:
        self._preferences.forget_stores()
        self._fill_recent()
