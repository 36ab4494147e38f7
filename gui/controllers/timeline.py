"""The timeline: shows the days that the tree of dates shows, and chooses among them."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QObject

from gui.actions import bind
from gui.aio import Latest
from gui.controllers.settings import SettingsController
from gui.controllers.store import OpenStore, StoreController
from gui.main_window import MainWindow
from gui.models.date_tree import DateTreeModel
from gui.models.place import Kind, Place
from gui.models.timeline import Fates
from gui.pace import Pace

SHOWN_MS = 300  # it is made of all days


class TimelineController(QObject):
    """Keeps the timeline and the tree of dates at one: a range chosen in either is seen in both."""

    def __init__(
        self,
        stores: StoreController,
        settings: SettingsController,
        window: MainWindow,
        dates: DateTreeModel,
    ) -> None:
        super().__init__(window)
        self._stores = stores
        self._dates = dates
        self._view = window.timeline
        self._tree = window.dates
        self._by_bytes = window.actions_by_id["timeline_bytes"]
        self._showing: Latest | None = None
        stores.opened.connect(self._on_opened)
        self._pace = Pace(self, SHOWN_MS, self._show)
        dates.totals_set.connect(self._pace.ask)
        settings.applied.connect(self._show)
        self._tree.place_chosen.connect(self._on_place_chosen)
        self._view.range_chosen.connect(self._tree.choose_between)
        self._view.all_chosen.connect(self._tree.choose)
        bind(window.actions_by_id, {"timeline_bytes": self._on_by_bytes})

    def _on_opened(self, store: OpenStore) -> None:
        self._showing = Latest(store.tasks)
        self._show()

    def _show(self) -> None:
        store = self._stores.store
        if store is None:
            self._view.set_totals([], Fates([], 0, None))
        elif self._showing is not None:
            self._showing.start(self._show_days(store))

    async def _show_days(self, store: OpenStore) -> None:
        """Show the days of the tree, and what of them the store's settings take.

        The tree may have only what a search finds; what is to go depends on all there is.
        """
        settings = store.manager.settings
        oldest_kept = datetime.now().toordinal() - settings.retention_days
        held = await store.manager.day_totals()
        self._view.set_totals(self._dates.totals, Fates(held, oldest_kept, settings.max_bytes))

    def _on_place_chosen(self, place: Place) -> None:
        chosen = place.kind == Kind.DAYS
        self._view.mark((min(place.days), max(place.days)) if chosen else None)

    def _on_by_bytes(self) -> None:
        self._view.set_by_bytes(self._by_bytes.isChecked())
