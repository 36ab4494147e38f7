"""Follows the grid in the tree of dates: marks the day it is at, and has it in sight."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex
from PySide6.QtWidgets import QTreeView

from gui.models.date_tree import DateTreeModel
from gui.pace import Pace

FOLLOW_MS: Final = 100  # a tree that opens and scrolls with each frame nobody can read

_Index = QModelIndex | QPersistentModelIndex


class DayFollower(QObject):
    """Marks one day in a view. GUI thread only.

    Its month opens when the grid comes to it, and closes again when the grid moves on, unless the
    person had opened it or selected something in it.

    Args:
        view: Shows ``model``; it asks which row is marked when it paints.
        model: The dates.

    Attributes:
        day: The day that is marked (``date.toordinal()``).
        marked: Its row, or that of what it is folded away in.
    """

    def __init__(self, view: QTreeView, model: DateTreeModel) -> None:
        super().__init__(view)
        self.day: int | None = None
        self.marked = QPersistentModelIndex()
        self._view = view
        self._model = model
        self._followed_month: int | None = None  # its first day
        self._opened_month: int | None = None  # opened here, not by the person
        self._next: int | None = None
        self._pace = Pace(self, FOLLOW_MS, lambda: self.show(self._next))
        view.expanded.connect(self.mark)
        view.collapsed.connect(self.mark)

    def show(self, day: int | None) -> None:
        """Mark a day and scroll to it; ``None`` marks none."""
        if day == self.day:
            return
        self.day = day
        index = self._model.index_of_day(day) if day is not None else QModelIndex()
        if index.isValid():
            self._open(index)
        self.mark()

    def follow(self, day: int) -> None:
        """Show a day (0: none), but only some times a second, however often it is another."""
        self._next = day or None
        self._pace.ask()

    def mark(self) -> None:
        """Mark the row of the day, or of what it is folded away in."""
        index = self._model.index_of_day(self.day) if self.day is not None else QModelIndex()
        marked = QPersistentModelIndex(self._shown(index))
        if marked != self.marked:
            before, self.marked = self.marked, marked
            self._repaint_row(before)
            self._repaint_row(marked)

    def _open(self, day: QModelIndex) -> None:
        month = day.parent()
        first = self._model.sums_of(month).day
        if self._followed_month != first:
            self._close_opened_month()
            self._followed_month = first
            if not self._view.isExpanded(month):
                self._opened_month = first
            self._view.expand(month.parent())
            self._view.expand(month)
        self._view.scrollTo(self._shown(day))

    def _repaint_row(self, index: _Index) -> None:
        row = self._view.visualRect(self._model.index(index.row(), 0, index.parent()))
        viewport = self._view.viewport()
        viewport.update(0, row.top(), viewport.width(), row.height())

    def _close_opened_month(self) -> None:
        first, self._opened_month = self._opened_month, None
        index = self._model.index_of_day(first, depth=1) if first is not None else QModelIndex()
        holds = any(chosen.parent() == index for chosen in self._view.selectedIndexes())
        if index.isValid() and not holds and self._view.currentIndex().parent() != index:
            self._view.collapse(index)

    def _shown(self, index: QModelIndex) -> QModelIndex:
        """Return the index itself, or the innermost row around it that is not folded away."""
        shown = index
        parent = index.parent()
        while parent.isValid():
            if not self._view.isExpanded(parent):
                shown = parent
            parent = parent.parent()
        return shown
