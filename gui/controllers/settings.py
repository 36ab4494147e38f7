"""Preferences: edits the open store's settings and the window's looks."""

from __future__ import annotations

import asyncio
from functools import partial

from PySide6.QtCore import QObject, Signal

import core.settings
from core.errors import StoreError
from core.retention import policy_of
from core.settings import StorageSettings
from gui import aio, dialogs, language
from gui.actions import bind
from gui.controllers.store import OpenStore, StoreController
from gui.main_window import MainWindow
from gui.preferences import Preferences
from gui.prune_text import plan_text
from gui.text import translated

STILL_SECONDS = 0.2  # without another key before anything is planned


class SettingsController(QObject):
    """Opens the dialog, says what its settings would remove, saves and applies them.

    Signals:
        applied(): The open store's settings, or the window's looks, are others now.
        appearance_tried(Appearance): To be shown; it may not stay.
    """

    applied = Signal()
    appearance_tried = Signal(object)

    def __init__(
        self,
        tasks: aio.TaskScope,
        stores: StoreController,
        window: MainWindow,
        preferences: Preferences,
    ) -> None:
        super().__init__(window)
        self._tasks = tasks
        self._stores = stores
        self._window = window
        self._preferences = preferences
        self._dialog: dialogs.PreferencesDialog | None = None
        stores.closing.connect(self._on_closing)
        bind(window.actions_by_id, {"preferences": lambda: tasks.start(self._edit())})

    async def _edit(self) -> None:
        if self._dialog is not None:
            return
        store, looks = self._stores.store, self._looks()
        settings = store.manager.settings if store else None
        locked = core.settings.environment_fields() if store else frozenset()
        dialog = self._dialog = dialogs.PreferencesDialog(looks, settings, locked, self._window)
        dialog.appearance_chosen.connect(self.appearance_tried)
        dialog.apply_requested.connect(partial(self._start_to_apply, store, dialog))
        if store is not None:
            planning = aio.Latest(store.tasks)
            plan = partial(self._tell_plan, store, dialog)
            dialog.settings_edited.connect(lambda settings: planning.start(plan(settings)))
            dialog.finished.connect(planning.cancel)
            planning.start(plan(store.manager.settings))
        try:
            if not await aio.finished(dialog):
                self.appearance_tried.emit(self._preferences.appearance)
        finally:
            self._dialog = None
            dialog.deleteLater()

    def _on_closing(self) -> None:
        if self._dialog is not None:
            self._dialog.reject()

    # What would go

    async def _tell_plan(
        self, store: OpenStore, dialog: dialogs.PreferencesDialog, settings: StorageSettings
    ) -> None:
        await asyncio.sleep(STILL_SECONDS)
        try:
            plan = await store.manager.plan_prune(policy_of(settings))
        except StoreError as error:
            dialog.show_summary(str(error))
        else:
            dialog.show_summary(await asyncio.to_thread(plan_text, plan))

    # Saving

    def _start_to_apply(
        self, store: OpenStore | None, dialog: dialogs.PreferencesDialog, close: bool
    ) -> None:
        dialog.set_busy()
        self._tasks.start(self._apply(store, dialog, close))

    async def _apply(
        self, store: OpenStore | None, dialog: dialogs.PreferencesDialog, close: bool
    ) -> None:
        settings, looks = dialog.settings, dialog.looks
        if store is not None and settings is not None and settings != store.manager.settings:
            try:
                await asyncio.to_thread(core.settings.save, settings)
                store.manager.apply(settings)
            except StoreError as error:
                trouble = translated("preferences", "Nothing was saved. {error}", error=str(error))
                if dialog is self._dialog:
                    dialog.show_trouble(trouble)
                else:  # it was closed meanwhile
                    self._window.notice.tell(trouble)
                return
        self._keep_looks(looks)
        self.applied.emit()
        if dialog is self._dialog:
            dialog.show_trouble("")
            if close:
                dialog.accept()

    # Looks

    def _looks(self) -> dialogs.Looks:
        kept = self._preferences
        return dialogs.Looks(kept.appearance, self._window.grid.default_cell_size, kept.language)

    def _keep_looks(self, looks: dialogs.Looks) -> None:
        self._window.actions_by_id[f"appearance_{looks.appearance}"].trigger()
        grid, kept = self._window.grid, self._preferences
        if looks.cell_size != grid.default_cell_size:
            kept.default_cell_size = grid.default_cell_size = looks.cell_size
            grid.reset_cell_size()
        if looks.language != kept.language:
            kept.language = looks.language
            language.use(looks.language)
            for view in (self._window.dates, grid):
                view.viewport().update()
