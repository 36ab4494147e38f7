"""The tree of dates beside the grid: what is selected here is what the grid shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QPainter,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gui.models.date_tree import DateTreeModel, Role
from gui.models.place import Kind, Place
from gui.text import count_text, date_text, month_text, translated
from gui.views.day_follower import DayFollower
from gui.views.row_pictures import AROUND_PX, GAP_PX, ROW_PX, RowLook, Standing
from gui.views.row_tree import INDENT_PX, Index, RowTree

_Qt = Qt.ItemDataRole
_Date = tuple[int, int]  # the first day and the depth, as of Sums


class DateTreeView(RowTree):
    """All images, pinned, trash, then years, months and days with their counts.

    Several dates can be selected; selecting nothing means all images. Dates that go and come back
    are selected and open as they were. The view marks the day the grid is at, and shows it.

    Signals:
        place_chosen(Place): The person wants to see this.
        menu_requested(QPoint, frozenset, str): The person asks, there on the screen, what can be
            done with these days, and what they are called.
    """

    place_chosen = Signal(object)
    menu_requested = Signal(object, object, str)

    def __init__(self, model: DateTreeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(translated("dates", "Dates"))
        self.setObjectName("dates")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setIndentation(INDENT_PX)
        self.setItemDelegate(_RowHeights(self))
        self._model = model
        self._place = Place()
        self._follower = DayFollower(self, model)
        self._untouched = True  # nothing was shown yet
        self._rows_came = False
        self._gone = set[_Date]()  # of what is selected
        self._open = set[_Date]()  # also while they are gone, which Qt forgets
        self.expanded.connect(lambda index: self._open.add(self._date_of(index)))
        self.collapsed.connect(lambda index: self._open.discard(self._date_of(index)))
        self.setModel(model)
        self.choose()
        model.totals_set.connect(self._on_totals_set)
        model.modelReset.connect(self._start_anew)

    @property
    def place(self) -> Place:
        """What is selected; of what is no date, only the current one counts."""
        current: Place | None = self.currentIndex().data(Role.PLACE)
        places = [index.data(Role.PLACE) for index in self.selectedIndexes()]
        if current is not None and current.kind != Kind.DAYS and current in places:
            return current
        days = frozenset[int]().union(*(place.days for place in places))
        return Place(Kind.DAYS, days) if days else Place()

    def choose(self, kind: Kind = Kind.ALL) -> None:
        """Select a place that is no date, and nothing else."""
        select = QItemSelectionModel.SelectionFlag.ClearAndSelect  # whatever keys are held down
        self.selectionModel().setCurrentIndex(self._model.index_of(kind), select)

    def choose_between(self, first: int, last: int) -> None:
        """Select all days of a range (``date.toordinal()``) that have images, and nothing else."""
        flags = QItemSelectionModel.SelectionFlag
        indexes = self._model.between(first, last)
        if not indexes:
            return
        self.selectionModel().setCurrentIndex(indexes[0], flags.NoUpdate)
        self.selectionModel().select(_selection_of(indexes), flags.ClearAndSelect)

    def show_day_in_view(self, day: int | None) -> None:
        """Mark the day the grid is at (``date.toordinal()``) and scroll to it; ``None``: none."""
        self._follower.show(day)

    def follow(self, day: int) -> None:
        """Show the day in view, but no more than some times a second, however fast it changes."""
        self._follower.follow(day)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a menu where dates are selected."""
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        self._ask_for_menu(event.globalPos() if by_mouse else None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ask for the menu by Shift+F10, too; of the menu key Qt itself makes an event."""
        shift = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        if event.key() == Qt.Key.Key_F10 and shift:
            self._ask_for_menu(None)
        else:
            super().keyPressEvent(event)

    def _ask_for_menu(self, at: QPoint | None) -> None:
        """Ask for a menu there, or below the current row."""
        place = self.place
        if place.kind == Kind.DAYS:
            row = self.visualRect(self.currentIndex())
            below = self.viewport().mapToGlobal(row.bottomLeft())
            self.menu_requested.emit(at or below, place.days, self._name_of(place.days))

    def _name_of(self, days: frozenset[int]) -> str:
        """Say what is selected: "20 November 2026", "November 2026", "2026", "9 days"."""
        selected = self.selectedIndexes()
        if len(selected) > 1:
            return count_text(len(days), "day")
        when = date.fromordinal(min(days))
        depth = self._model.sums_of(selected[0]).depth
        if depth == 0:
            return str(when.year)
        return month_text(when.toordinal()) if depth == 1 else date_text(when.toordinal())

    # The selection

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell which days; all images, when a person has unselected the last.

        Days that go away stay chosen: a person then sees that nothing is left of them.
        """
        super().selectionChanged(selected, deselected)
        if self._model.updating:
            self._gone.update(map(self._date_of, deselected.indexes()))
        else:
            self._gone.clear()
            if not self.selectionModel().hasSelection():
                self._fall_back_to_all()
        self._tell_place()

    def _fall_back_to_all(self) -> None:
        select = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().select(self._model.index_of(Kind.ALL), select)

    def _tell_place(self) -> None:
        if not self.selectionModel().hasSelection():
            return
        place = self.place
        if place != self._place:
            self._place = place
            self.place_chosen.emit(place)

    def _on_totals_set(self) -> None:
        newest_year = self._model.index(Kind.DAYS, 0)
        if self._untouched and newest_year.isValid():
            self._untouched = False
            self.expand(newest_year)
            self.expand(self._model.index(0, 0, newest_year))
        self._restore()
        self._tell_place()  # a selected month may have got another day
        self._follower.mark()

    # What goes and comes back, as when a search begins and ends

    def rowsInserted(self, parent: Index, start: int, end: int) -> None:
        """Look soon whether some of them were there before."""
        super().rowsInserted(parent, start, end)
        self._rows_came = True

    def _restore(self) -> None:
        """Open and select what has come back."""
        if self._rows_came:
            self._rows_came = False
            for index in self._rows_of(self._open).values():
                self.expand(index)
            self._select_again()

    def _select_again(self) -> None:
        back = self._rows_of(self._gone)
        if not back:
            return
        still_gone = self._gone - back.keys()
        newest, *_ = indexes = list(back.values())
        model, flags = self.selectionModel(), QItemSelectionModel.SelectionFlag
        if not model.isSelected(self.currentIndex()):
            self.setAutoScroll(False)  # which opens what it is in
            model.setCurrentIndex(newest, flags.NoUpdate)
            self.setAutoScroll(True)
        model.select(_selection_of(indexes), flags.Select)
        self._gone = still_gone  # it was no person who selected these

    def _rows_of(self, dates: Iterable[_Date]) -> dict[_Date, QModelIndex]:
        """Return the rows of those dates that are in the tree, the newest first."""
        found = {each: self._model.index_of_day(*each) for each in sorted(dates, reverse=True)}
        return {each: index for each, index in found.items() if index.isValid()}

    def _date_of(self, index: Index) -> _Date:
        sums = self._model.sums_of(index)
        return sums.day, sums.depth

    def _start_anew(self) -> None:
        """Another store comes, whose dates only happen to be the same."""
        self._untouched = True
        self._gone.clear()
        self._open.clear()

    # Painting

    def dataChanged(self, top_left: Index, bottom_right: Index, roles: Sequence[int] = ()) -> None:
        """Repaint it; QTreeView would look for each row, seen or not, and measure it again."""
        if top_left == bottom_right:
            self.update(top_left)
        elif self.isExpanded(top_left.parent()) or not top_left.parent().isValid():
            self.viewport().update()

    def drawRow(self, painter: QPainter, options: QStyleOptionViewItem, index: Index) -> None:
        """Paint a whole row, from edge to edge."""
        sums = self._model.sums_of(index)
        standing = Standing(
            sums.depth * INDENT_PX,
            is_open=self.isExpanded(index) if sums.consists_of_dates else None,
            selected=self.selectionModel().isSelected(index),
            marked=index == self._follower.marked,
            focused=self.shows_focus(index),
        )

        def row() -> RowLook:
            data = self._model.data
            return RowLook(data(index, _Qt.DisplayRole), data(index, Role.COUNT), standing)

        above = AROUND_PX if sums.depth == 0 and sums.day == Kind.ALL else 0
        self.paint_row(painter, options.rect.top() + above, (sums, standing), row)


def _selection_of(indexes: Iterable[QModelIndex]) -> QItemSelection:
    selection = QItemSelection()
    for index in indexes:
        selection.select(index, index)
    return selection


class _RowHeights(QStyledItemDelegate):
    """Says how high the rows are: all the same, but for the space around what is no date."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height; every row is as wide as there is room."""
        row = index.row() if not index.parent().isValid() else Kind.DAYS
        above = AROUND_PX if row == Kind.ALL else 0
        return QSize(0, above + ROW_PX + (GAP_PX if row == Kind.TRASH else 0))
