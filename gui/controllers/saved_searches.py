"""The menu of the search box: searches that are kept, for each store its own."""

from __future__ import annotations

from PySide6.QtCore import QObject

from gui.controllers.store import StoreController
from gui.main_window import MainWindow
from gui.preferences import Preferences
from gui.text import translated


class SavedSearches(QObject):
    """Lists the kept searches, and keeps or forgets the one in the box."""

    def __init__(
        self, stores: StoreController, window: MainWindow, preferences: Preferences
    ) -> None:
        super().__init__(window)
        self._stores = stores
        self._box = window.search
        self._preferences = preferences
        self._box.menu.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        menu, text = self._box.menu, self._box.text().strip()
        menu.clear()
        store = self._stores.store
        kept = [] if store is None else self._preferences.searches(store.path)
        for each in kept:
            action = menu.addAction(each.replace("&", "&&"))
            action.triggered.connect(lambda _=False, each=each: self._search_for(each))
        if kept:
            menu.addSeparator()
        if text in kept:
            others = [each for each in kept if each != text]
            action = menu.addAction(translated("search", "&Forget this search"))
        else:
            others = [*kept, text]
            action = menu.addAction(translated("search", "&Keep this search"))
        action.setEnabled(bool(text) and store is not None)
        if store is not None:
            path = store.path
            action.triggered.connect(lambda: self._preferences.keep_searches(path, others))

    def _search_for(self, text: str) -> None:
        self._box.setText(text)
        self._box.setFocus()
