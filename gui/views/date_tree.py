"""The tree of dates beside the grid: what is selected here is what the grid shows."""

from __future__ import annotations

from datetime import date
from typing import Final

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
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
    QFrame,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from gui.models.date_tree import DateTreeModel, Role
from gui.models.place import Kind, Place
from gui.pace import Pace
from gui.text import count_text, date_text, month_text, translated
from gui.views.date_row import DateRow, DateRowPictures, Standing

_Index = QModelIndex | QPersistentModelIndex
_Qt = Qt.ItemDataRole

ROW_PX: Final = 27
GAP_PX: Final = 10  # between what is no date and the dates
INDENT_PX: Final = 16
FOLLOW_MS: Final = 100  # a tree that opens and scrolls with each frame nobody can read
MARGIN_PX: Final = 8  # around the rows, and within them


class DateTreeView(QTreeView):
    """All images, pinned, trash, then years, months and days with their counts.

    Several dates can be selected; selecting nothing means all images. The view marks the day the
    grid is at, and shows it.

    Signals:
        place_chosen(Place): The person wants to see this.
        menu_requested(QPoint, frozenset, str): The person asks, there on the screen, what can be
            done with these days, and what they are called.
    """

    place_chosen = Signal(object)
    menu_requested = Signal(object, object, str)

    def __init__(self, model: DateTreeModel, parent: QWidget | None = None) -> None:
        self._pictures = DateRowPictures()
        super().__init__(parent)
        self.setAccessibleName(translated("dates", "Dates"))
        self.setObjectName("dates")
        self.setHeaderHidden(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setIndentation(INDENT_PX)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setItemDelegate(_RowHeights(self))
        self._model = model
        self._place = Place()
        self._day_in_view: int | None = None
        self._followed_month = QPersistentModelIndex()
        self._opened_month = QPersistentModelIndex()  # opened here, not by the person
        self._marked = QPersistentModelIndex()
        self._day_to_follow: int | None = None
        self._following = Pace(self, FOLLOW_MS, lambda: self.show_day_in_view(self._day_to_follow))
        self._untouched = True  # nothing was shown yet
        self.setModel(model)
        self.choose()
        model.totals_set.connect(self._on_totals_set)
        self.expanded.connect(self._mark)
        self.collapsed.connect(self._mark)

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
        chosen = QItemSelection()
        for index in indexes:
            chosen.select(index, index)
        self.selectionModel().setCurrentIndex(indexes[0], flags.NoUpdate)
        self.selectionModel().select(chosen, flags.ClearAndSelect)

    @property
    def day_in_view(self) -> int | None:
        """The day that is marked as the one the grid is at."""
        return self._day_in_view

    def show_day_in_view(self, day: int | None) -> None:
        """Mark the day the grid is at (``date.toordinal()``) and scroll to it.

        Its month opens when the grid comes to it, and closes again when the grid moves on, unless
        the person had opened it or selected something in it.
        """
        if day == self._day_in_view:
            return
        self._day_in_view = day
        index = self._model.index_of_day(day) if day is not None else QModelIndex()
        if index.isValid():
            self._follow(index)
        self._mark()

    def follow(self, day: int) -> None:
        """Show the day in view, but no more than some times a second, however fast it changes."""
        self._day_to_follow = day
        self._following.ask()

    def _follow(self, day: QModelIndex) -> None:
        month = day.parent()
        if self._followed_month != month:
            self._close_opened_month()
            self._followed_month = QPersistentModelIndex(month)
            if not self.isExpanded(month):
                self._opened_month = QPersistentModelIndex(month)
            self.expand(month.parent())
            self.expand(month)
        self.scrollTo(self._shown(day))

    def _mark(self) -> None:
        """Mark the row of the day in view, or of what it is folded away in."""
        day = self._day_in_view
        index = self._model.index_of_day(day) if day is not None else QModelIndex()
        marked = QPersistentModelIndex(self._shown(index))
        if marked != self._marked:
            before, self._marked = self._marked, marked
            self._repaint_row(before)
            self._repaint_row(marked)

    def _repaint_row(self, index: _Index) -> None:
        row = self.visualRect(self._model.index(index.row(), 0, index.parent()))
        self.viewport().update(0, row.top(), self.viewport().width(), row.height())

    def _close_opened_month(self) -> None:
        month, self._opened_month = self._opened_month, QPersistentModelIndex()
        if not month.isValid():
            return
        index = self._model.index(month.row(), 0, month.parent())
        holds = any(chosen.parent() == index for chosen in self.selectedIndexes())
        if not holds and self.currentIndex().parent() != index:
            self.collapse(index)

    def _shown(self, index: QModelIndex) -> QModelIndex:
        """Return the index itself, or the innermost row around it that is not folded away."""
        shown = index
        parent = index.parent()
        while parent.isValid():
            if not self.isExpanded(parent):
                shown = parent
            parent = parent.parent()
        return shown

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
        if not self.selectionModel().hasSelection() and not self._model.updating:
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
            self.expand(newest_year)
            self.expand(self._model.index(0, 0, newest_year))
        self._untouched = not newest_year.isValid()
        self._tell_place()  # a selected month may have got another day
        self._mark()

    # Painting

    def drawRow(self, painter: QPainter, options: QStyleOptionViewItem, index: _Index) -> None:
        """Paint a whole row, from edge to edge."""
        sums = self._model.sums_of(index)
        standing = Standing(
            sums.depth * INDENT_PX,
            is_open=self.isExpanded(index) if sums.consists_of_dates else None,
            selected=self.selectionModel().isSelected(index),
            marked=index == self._marked,
            focused=index == self.currentIndex() and self._shows_focus(),
        )

        def row() -> DateRow:
            data = self._model.data
            return DateRow(data(index, _Qt.DisplayRole), data(index, Role.COUNT), standing)

        size = QSize(self.viewport().width() - 2 * MARGIN_PX, ROW_PX)
        ratio = painter.deviceTransform().m11()  # of the screen, or of what is rendered to
        picture = self._pictures.get(
            (sums, standing), row, size, ratio, self.palette(), self.font()
        )
        above = MARGIN_PX if sums.depth == 0 and sums.day == Kind.ALL else 0
        painter.drawPixmap(MARGIN_PX, options.rect.top() + above, picture)

    def changeEvent(self, event: QEvent) -> None:
        """Paint the rows anew, in what may be other colours or another language."""
        super().changeEvent(event)
        self._pictures.forget()

    def _shows_focus(self) -> bool:
        option = QStyleOptionViewItem()
        option.initFrom(self)
        by_keyboard = bool(option.state & QStyle.StateFlag.State_KeyboardFocusChange)
        return self.hasFocus() and by_keyboard

    def drawBranches(self, painter: QPainter, rect: QRect, index: _Index) -> None:
        """Nothing: ``drawRow`` draws the whole row."""


class _RowHeights(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        row = index.row() if not index.parent().isValid() else Kind.DAYS
        above = MARGIN_PX if row == Kind.ALL else 0
        return QSize(0, above + ROW_PX + (GAP_PX if row == Kind.TRASH else 0))
