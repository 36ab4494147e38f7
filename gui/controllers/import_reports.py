"""The report of the last import: shows what was left out, and does what is offered about it."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from PySide6.QtCore import QObject

from core.errors import StoreError
from core.import_records import ImportReport
from gui import dialogs
from gui.controllers.browse import BrowseController
from gui.controllers.changes import ImportChange, RestoreChange
from gui.controllers.history import History
from gui.controllers.selection import SelectionController
from gui.controllers.shuttle import Shuttle
from gui.controllers.store import OpenStore, StoreController
from gui.main_window import MainWindow
from gui.text import translated


class ImportReports(QObject):
    """Keeps the last report of the open store, and shows it when asked."""

    def __init__(
        self,
        stores: StoreController,
        shuttle: Shuttle,
        history: History,
        browse: BrowseController,
        window: MainWindow,
        selection: SelectionController,
    ) -> None:
        super().__init__(window)
        self._stores = stores
        self._shuttle = shuttle
        self._restoring: dict[str, str] = {}  # what they are called in the trash, by path
        self._history = history
        self._browse = browse
        self._window = window
        self._selection = selection
        self._report: ImportReport | None = None
        self._change: ImportChange | None = None
        self._dialog: dialogs.ImportReportDialog | None = None
        shuttle.came_back.connect(self._on_came_back)
        stores.closing.connect(self._on_closing)

    def keep(self, report: ImportReport, change: ImportChange | None) -> None:
        """Keep what an import did, in the place of the one before.

        Args:
            report: What it did.
            change: What can be taken back; ``None`` if it brought nothing.
        """
        self._report, self._change = report, change

    def show_last(self) -> None:
        """Show in full what the last import did."""
        store, report, change = self._stores.store, self._report, self._change
        if store is None or report is None:
            text = "Nothing has been imported since this store was opened"
            self._window.notice.tell(translated("imports", text))
            return
        if self._dialog is not None:
            return
        can_undo = change is not None and self._history.can_undo(change)
        dialog = dialogs.ImportReportDialog(report, can_undo=can_undo, parent=self._window)
        dialog.show_wanted.connect(lambda path: store.tasks.start(self._show(store, path)))
        dialog.restore_wanted.connect(
            lambda tokens: store.tasks.start(self._restore(store, frozenset(tokens)))
        )
        if change is not None:
            dialog.undo_wanted.connect(partial(self._history.undo_one, change))
        dialog.finished.connect(self._on_finished)
        self._dialog = dialog
        dialog.open()

    async def _show(self, store: OpenStore, path: str) -> None:
        """Select the image in the grid; where it is not in view, among all images."""
        record = (await store.manager.located([path])).get(path)
        if record is None:
            text = translated("imports", "{path} is not in the store any more", path=path)
            self._window.notice.tell(text)
            return
        if not self._selection.select([record]):
            self._window.dates.choose()
            await self._browse.settled()
            self._selection.select([record])
        self._window.grid.setFocus()

    async def _restore(self, store: OpenStore, tokens: Collection[str]) -> None:
        try:
            receipts = [each for each in await store.manager.trashed() if each.token in tokens]
        except StoreError as error:
            self._window.notice.tell(str(error))
            return
        if not receipts:
            text = translated("imports", "It is not in the trash any more")
            self._window.notice.tell(text)
            return
        self._restoring.update({each.path: each.token for each in receipts})
        self._history.perform(RestoreChange(self._shuttle, receipts))

    def _on_came_back(self, paths: list[str]) -> None:
        back = {self._restoring.pop(path): path for path in paths if path in self._restoring}
        if self._dialog is not None:
            self._dialog.mark_restored(back)

    def _on_finished(self) -> None:
        self._dialog = None

    def _on_closing(self) -> None:
        self._report = self._change = None
        if self._dialog is not None:
            self._dialog.reject()
