"""Pruning: shows in a dialog what would go, and lets go exactly what a person confirmed."""

from __future__ import annotations

import asyncio
from functools import partial

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu

from core.errors import StoreError
from core.prune_records import Kind, PruneEntry, PrunePlan, RetentionPolicy
from core.records import StoredImage
from gui import aio, dialogs
from gui.actions import bind
from gui.controllers.prune_runner import PruneRunner
from gui.controllers.store import OpenStore, StoreController
from gui.controllers.table_thumbnails import TableThumbnails
from gui.main_window import MainWindow
from gui.prune_text import RunKind, told
from gui.text import translated

STILL_SECONDS = 0.15  # without another key before anything is planned


class PruneController(QObject):
    """Opens the dialog, by the action or for days of the tree, and plans what it asks for."""

    def __init__(self, stores: StoreController, runner: PruneRunner, window: MainWindow) -> None:
        super().__init__(window)
        self._stores = stores
        self._runner = runner
        self._window = window
        self._dialog: dialogs.PruneDialog | None = None
        self._menu = QMenu(window)
        stores.closing.connect(self._on_closing)
        window.dates.menu_requested.connect(self._show_menu)
        bind(window.actions_by_id, {"prune": lambda: self.prune()})

    def prune(self, days: frozenset[int] = frozenset(), name: str = "") -> None:
        """Let a person prune by age and size, or everything of some days."""
        store = self._stores.store
        if store is not None and self._dialog is None:
            store.tasks.start(self._prune(store, days, name))

    def _show_menu(self, at: QPoint, days: frozenset[int], name: str) -> None:
        self._menu.clear()
        text = translated("prune", "&Prune {name}…", name=name)
        self._menu.addAction(text, partial(self.prune, days, name))
        self._menu.popup(at)

    def _on_closing(self) -> None:
        if self._dialog is not None:
            self._dialog.reject()

    async def _prune(self, store: OpenStore, days: frozenset[int], name: str) -> None:
        dialog = dialogs.PruneDialog(store.manager.settings, days, name, self._window)
        self._dialog = dialog
        planner = Planner(store, dialog)
        TableThumbnails(store, dialog.table, dialog.model, _image_of)
        dialog.confirmed.connect(dialog.accept)
        try:
            accepted = await aio.finished(dialog)
        finally:
            planner.stop()
            self._dialog = None
            dialog.deleteLater()
        if accepted and (choice := dialog.choice) is not None:
            await self._runner.run(
                RunKind.PRUNE,
                lambda work: store.manager.prune(choice, work.on_progress, work.stopped),
            )


class Planner:
    """Plans what one dialog asks for: what it shows is of its own fields and ticks, as they are.

    Args:
        store: What is planned for.
        dialog: What asks; its first plan is begun at once.
    """

    def __init__(self, store: OpenStore, dialog: dialogs.PruneDialog) -> None:
        self._store = store
        self._dialog = dialog
        self._plan: PrunePlan | None = None
        self._latest = aio.Latest(store.tasks)  # one for plans and sums: none lands late
        dialog.policy_edited.connect(self._start)
        dialog.ticks_changed.connect(self._on_ticks_changed)
        self._start(dialog.panel.policy, 0)

    def stop(self) -> None:
        """Plan no more."""
        self._latest.cancel()

    def _start(self, policy: RetentionPolicy | None, wait: float = STILL_SECONDS) -> None:
        self._latest.cancel()
        self._plan = None
        if policy is not None:
            self._latest.start(self._show_plan(policy, wait))

    def _on_ticks_changed(self) -> None:
        if self._plan is not None:
            self._latest.start(self._show_choice(self._plan))

    async def _show_plan(self, policy: RetentionPolicy, wait: float) -> None:
        await asyncio.sleep(wait)
        try:
            self._plan = await self._store.manager.plan_prune(policy)
        except StoreError as error:
            self._dialog.show_trouble(str(error))
            return
        self._dialog.show_plan(self._plan)
        await self._show_choice(self._plan)

    async def _show_choice(self, plan: PrunePlan) -> None:
        """Sum up what is ticked, in a thread: there may be a hundred thousand entries."""
        unticked = self._dialog.model.unticked()
        self._dialog.show_choice(await asyncio.to_thread(told, plan, unticked))


def _image_of(entry: PruneEntry) -> StoredImage | None:
    item = entry.item
    if item.kind is not Kind.IMAGE:
        return None
    return StoredImage(0, item.path, item.size_bytes, item.modified_ns)
