"""Searching: what is typed into the box becomes what the window shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import QObject, QTimer

from core.errors import QueryError
from core.facets import Facet, FacetValue, with_values
from core.query import parse
from core.query_terms import Query, TextField
from gui.actions import bind
from gui.controllers.browse import BrowseController
from gui.controllers.store import OpenStore, StoreController
from gui.main_window import MainWindow
from gui.models.place import Kind

TYPING_MS: Final = 30  # without another letter, before it is searched
PATIENCE_MS: Final = 800  # before it is said that what is being typed makes no sense yet


class SearchController(QObject):
    """Follows the search box, letter by letter.

    Where a part is not understood, the part before it is searched for, and the box says why.
    """

    def __init__(
        self, stores: StoreController, browse: BrowseController, window: MainWindow
    ) -> None:
        super().__init__(window)
        self._stores = stores
        self._browse = browse
        self._window = window
        self._box = window.search
        self._shown: Query | None = None
        self._soon = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._soon.timeout.connect(self._search)
        self._objection = ""
        self._later = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._later.timeout.connect(self._object)
        self._box.textChanged.connect(self._soon.start)
        self._box.finished.connect(self._on_finished)
        self._box.given_up.connect(self._on_given_up)
        self._box.values_wanted.connect(self._on_values_wanted)
        stores.closing.connect(self._box.clear)
        bind(window.actions_by_id, {"search": self._on_wanted, "clear_search": self._box.clear})

    @property
    def pending(self) -> bool:
        """Whether what stands in the box is not searched for yet."""
        return self._soon.isActive()

    def set_facet(self, facet: Facet, values: Sequence[FacetValue]) -> None:
        """Have the search hold these values of a facet, any of which is enough, and no others."""
        self._box.setText(with_values(self._box.text(), facet, values, datetime.now()))
        self._search()

    def _on_wanted(self) -> None:
        self._box.setFocus()
        self._box.selectAll()

    def _on_values_wanted(self) -> None:
        if (store := self._stores.store) is not None:
            store.tasks.start(self._bring_values(store))

    async def _bring_values(self, store: OpenStore) -> None:
        """Have the box offer what images have in their fields."""
        search_values = store.manager.search_values
        self._box.set_values({field: await search_values(field) for field in TextField})

    def _on_finished(self) -> None:
        self._search()
        self._object()
        if not self._objection:
            self._window.grid.setFocus()

    def _on_given_up(self) -> None:
        self._search()
        self._window.grid.setFocus()

    def _search(self) -> None:
        """Search for what stands in the box."""
        self._soon.stop()
        self._later.stop()
        self._objection = ""
        self._object()
        text = self._box.text()
        try:
            query = parse(text, datetime.now())
        except QueryError as error:
            query = parse(text[: error.start], datetime.now())
            self._objection = str(error)
            if error.unfinished:
                self._later.start()
            else:
                self._object()
        shown = query if query.terms else None
        if shown == self._shown:
            return
        if shown is not None and self._window.dates.place.kind == Kind.TRASH:
            self._window.dates.choose()
        self._shown = shown
        self._browse.search(shown)

    def _object(self) -> None:
        """Say what is not understood."""
        self._later.stop()
        self._window.search_hint.tell(self._objection)
