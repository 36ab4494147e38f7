"""Deleting: to the trash at once, and from there back or away for good."""

from __future__ import annotations

import asyncio
import logging
from array import array
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QObject, QPersistentModelIndex

from core.errors import StoreError
from core.records import TrashReceipt
from gui import pages
from gui.actions import bind
from gui.aio import Latest
from gui.controllers.browse import BrowseController
from gui.controllers.changes import DeleteChange, RestoreChange
from gui.controllers.history import History
from gui.controllers.problems import tell_problems
from gui.controllers.selection import SelectionController
from gui.controllers.shuttle import Shuttle
from gui.controllers.store import OpenStore, StoreController
from gui.controllers.table_thumbnails import TableThumbnails
from gui.controllers.works import WorkController
from gui.dialogs.question import confirmed
from gui.main_window import MainWindow
from gui.models.date_tree import DateTreeModel
from gui.models.image_list import ImageListModel
from gui.models.image_table import ImageTableModel
from gui.models.place import Kind, Place
from gui.models.trash_table import image_of
from gui.text import count_text, size_text, translated

log = logging.getLogger(__name__)

LOOKS = 20
LOOK_SECONDS = 0.05

_Select = QItemSelectionModel.SelectionFlag


class _Deletion(NamedTuple):
    """A deletion that was asked for, what was selected then, and what has been since."""

    change: DeleteChange
    selection: QItemSelection
    current: QPersistentModelIndex
    instead: array[int]


class TrashController(QObject):
    """Deletes the selected images, shows the trash, and empties it when asked twice."""

    def __init__(
        self,
        stores: StoreController,
        works: WorkController,
        history: History,
        browse: BrowseController,
        selection: SelectionController,
        window: MainWindow,
        images: ImageListModel,
        dates: DateTreeModel,
        trashed: ImageTableModel[TrashReceipt],
        shuttle: Shuttle,
    ) -> None:
        super().__init__(window)
        self._works = works
        self._history = history
        self._browse = browse
        self._selection = selection
        self._window = window
        self._images = images
        self._dates = dates
        self._trashed = trashed
        self._store: OpenStore | None = None
        self._shuttle = shuttle
        self._listing: Latest | None = None
        self._thumbnails: TableThumbnails | None = None
        self._deletions: list[_Deletion] = []  # of which nobody knows yet what came
        self._leaving: set[int] = set()  # keys of images on their way to the trash
        self._back: list[str] = []  # paths of images just restored
        bind(
            window.actions_by_id,
            {
                "delete": self.delete,
                "restore": self.restore,
                "delete_for_good": partial(self._start_removal, True),
                "empty_trash": partial(self._start_removal, False),
            },
        )
        window.trash.restore_wanted.connect(window.actions_by_id["restore"].trigger)
        window.trash.delete_wanted.connect(window.actions_by_id["delete_for_good"].trigger)
        window.dates.place_chosen.connect(self._on_place_chosen)
        history.idle.connect(self._on_history_idle)
        shuttle.came_back.connect(self._back.extend)
        browse.rescanned.connect(self.refresh)
        stores.opened.connect(self._on_opened)
        stores.closing.connect(self._on_closing)

    def delete(self) -> None:
        """Move the selected images to the trash, and select the one after them, or before."""
        selected = self._selection.keys()
        keys = [key for key in selected if key not in self._leaving]
        if self._store is None or not keys:
            return
        self._leaving.update(keys)
        change = DeleteChange(self._shuttle, keys)
        model = self._window.grid.selectionModel()
        before = QItemSelection(model.selection()), QPersistentModelIndex(model.currentIndex())
        if not self._selection.is_narrowed:
            self._select_neighbour()
        self._deletions.append(_Deletion(change, *before, self._selection.keys()))
        self._history.perform(change)

    def restore(self) -> None:
        """Put what is selected in the trash back where it was."""
        if self._store is not None and (receipts := self._selected()):
            self._history.perform(RestoreChange(self._shuttle, receipts))

    def refresh(self) -> None:
        """Look again at what is in the trash."""
        if self._store is not None and self._listing is not None:
            self._listing.start(self._list(self._store))

    # Deleting

    def _select_neighbour(self) -> None:
        grid, count = self._window.grid, self._images.rowCount()
        selection = grid.selectionModel().selection()
        ranges = [selection.at(number) for number in range(selection.size())]
        top = min(found.top() for found in ranges)
        bottom = max(found.bottom() for found in ranges)
        after = (row for row in range(bottom + 1, count) if self._stays(row))
        before = (row for row in range(top - 1, -1, -1) if self._stays(row))
        row = next(after, next(before, None))
        if row is None:
            grid.clearSelection()
            return
        index = self._images.index(row)
        grid.selectionModel().setCurrentIndex(index, _Select.ClearAndSelect)
        grid.scrollTo(index)

    def _stays(self, row: int) -> bool:
        return self._images.key_at(row) not in self._leaving

    def _on_history_idle(self) -> None:
        self._leaving.clear()
        self._keep_what_stayed()
        self.refresh()
        if self._window.grid.hasFocus():  # what was removed above it may have hidden it
            self._window.grid.scrollTo(self._window.grid.currentIndex())
        if self._back and self._store is not None:
            paths, self._back = self._back, []
            self._store.tasks.start(self._select(self._store, paths))

    def _keep_what_stayed(self) -> None:
        """Select again what was to be deleted and was not, unless something else is by now."""
        deletions, self._deletions = self._deletions, []
        if not deletions or any(each.change.made for each in deletions):
            return
        if self._selection.keys() == deletions[-1].instead:
            model, first = self._window.grid.selectionModel(), deletions[0]
            model.setCurrentIndex(first.current, _Select.NoUpdate)
            model.select(first.selection, _Select.ClearAndSelect)
            self._window.grid.scrollTo(first.current)

    async def _select(self, store: OpenStore, paths: list[str]) -> None:
        """Select the images that are back, once they are shown."""
        located = await store.manager.located(paths)
        days = {record.key: record.day for record in located.values()}
        for _ in range(LOOKS):  # the window learns of them a moment later
            if len(self._images.rows_of(days)) == len(days):
                break
            await asyncio.sleep(LOOK_SECONDS)
        self._selection.select(located.values(), too=self._selection.is_narrowed)

    # The trash

    def _selected(self) -> list[TrashReceipt]:
        rows = self._trashed.rows
        return [rows[place] for place in self._window.trash.table.selected_places()]

    async def _list(self, store: OpenStore) -> None:
        try:
            receipts = await store.manager.trashed()
        except StoreError as error:  # the folder is gone, perhaps with its disk
            log.warning("the trash cannot be listed: %s", error)
            return
        size_bytes = sum(receipt.total_bytes for receipt in receipts)
        self._dates.set_sums(Kind.TRASH, len(receipts), size_bytes)
        if self._window.dates.place.kind != Kind.TRASH:
            if not self._images.rowCount():
                self._browse.show_totals()  # they may all be in the trash
            return
        self._show_rows(receipts)
        days = count_text(store.manager.settings.trash_days, "day")
        self._window.trash.set_sums(
            translated(
                "trash",
                "{images} · {size} · clean-ups remove for good what has been here for {days}",
                images=count_text(len(receipts), "image"),
                size=size_text(size_bytes),
                days=days,
            )
        )
        if receipts:
            self._window.show_trash()
        else:
            self._window.show_page(pages.empty_trash())

    def _show_rows(self, receipts: Sequence[TrashReceipt]) -> None:
        """Show these; what is selected and seen stays so."""
        if sorted(each.token for each in receipts) == sorted(
            each.token for each in self._trashed.rows
        ):
            return
        table = self._window.trash.table
        at = table.currentIndex().row()
        selected, offset = self._selected(), table.verticalScrollBar().value()
        self._trashed.set_rows(receipts)
        places = self._trashed.places_of(each.token for each in selected)
        if selected and not places and receipts:  # they are gone: go on from where they were
            places = [min(at, len(receipts) - 1)]
        table.select_places(places)
        table.verticalScrollBar().setValue(offset)

    def _start_removal(self, only_selected: bool) -> None:
        if self._store is not None:
            self._store.tasks.start(self._remove(self._store, only_selected))

    async def _remove(self, store: OpenStore, only_selected: bool) -> None:
        receipts = self._selected() if only_selected else list(await store.manager.trashed())
        if not receipts:
            self._window.notice.tell(translated("trash", "The trash is empty."))
            return
        question = translated(
            "trash",
            "Remove {images} ({size}) from the disk for good?",
            images=count_text(len(receipts), "image"),
            size=size_text(sum(receipt.total_bytes for receipt in receipts)),
        )
        title = translated("trash", "Delete for good" if only_selected else "Empty the trash")
        consequence = translated("trash", "This cannot be undone.")
        if not await confirmed(self._window, title, question, consequence, title):
            return
        with self._works.begin(translated("trash", "Removing")) as work:
            try:
                remaining = await store.manager.empty_trash(
                    receipts, progress=work.on_progress, should_stop=work.stopped
                )
            except StoreError as error:
                self._window.notice.tell(str(error))
                return
            ended = work.stopped()
        self._tell_removed(receipts, [each.problem for each in remaining], ended)
        self.refresh()

    def _tell_removed(self, receipts: list[TrashReceipt], problems: list[str], ended: bool) -> None:
        if problems:
            text = translated(
                "trash", "{images} could not be removed", images=count_text(len(problems), "image")
            )
            tell_problems(self._window, text, problems)
        elif ended:
            self._window.notice.tell(translated("trash", "Stopped; the rest is in the trash."))
        else:
            images = count_text(len(receipts), "image")
            text = translated("trash", "{images} removed for good", images=images)
            self._window.notice.tell(text)

    # Coming and going

    def _on_opened(self, store: OpenStore) -> None:
        self._store = store
        self._listing = Latest(store.tasks)
        self._thumbnails = TableThumbnails(store, self._window.trash.table, self._trashed, image_of)
        self.refresh()

    def _on_closing(self) -> None:
        self._store = self._listing = None
        if self._thumbnails is not None:
            self._thumbnails.deleteLater()
            self._thumbnails = None
        self._deletions.clear()
        self._leaving.clear()
        self._back.clear()
        self._trashed.set_rows([])
        self._dates.set_sums(Kind.TRASH, 0, 0)
        self._dates.set_sums(Kind.PINNED, 0, None)

    def _on_place_chosen(self, place: Place) -> None:
        if place.kind == Kind.TRASH:
            self.refresh()
