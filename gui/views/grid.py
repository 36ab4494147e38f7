"""The grid of thumbnails: what the mouse, the wheel and the keyboard do in it."""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QHoverEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

from gui.views.cell_stamps import RING
from gui.views.grid_geometry import HEADING, Rect
from gui.views.grid_moves import ColumnKeeper, Move
from gui.views.rubber_band import RubberBand
from gui.views.sectioned_view import DEFAULT_CELL, Index, SectionedView
from gui.views.selected_rows import selection_of

SMALLEST_CELL, LARGEST_CELL = 96, 320
_NOTCH = 120  # of a wheel, in eighths of a degree
_Action = QAbstractItemView.CursorAction
_Flag = QItemSelectionModel.SelectionFlag
_MOVES = {
    _Action.MovePrevious: Move.PREVIOUS,
    _Action.MoveLeft: Move.PREVIOUS,
    _Action.MoveNext: Move.NEXT,
    _Action.MoveRight: Move.NEXT,
    _Action.MoveUp: Move.UP,
    _Action.MoveDown: Move.DOWN,
    _Action.MovePageUp: Move.PAGE_UP,
    _Action.MovePageDown: Move.PAGE_DOWN,
    _Action.MoveHome: Move.FIRST,
    _Action.MoveEnd: Move.LAST,
}
_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class ImageGrid(SectionedView):
    """Shows an ``ImageListModel``; double click and Enter are ``activated``.

    Attributes:
        default_cell_size: How wide cells are when a person asks for the usual size.

    Signals:
        cell_size_changed: About how wide cells are to be, in pixels.
        drag_wanted: The selected images are being dragged away.
    """

    cell_size_changed = Signal(int)
    drag_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.default_cell_size = DEFAULT_CELL
        self._moved = False  # by the key that is being handled
        self._column_keeper = ColumnKeeper()
        self._turned = 0  # how far the wheel went since the last change of size
        self._drag_from: QPoint | None = None  # where the mouse went down on an image
        self._band = RubberBand(self)
        self._band.changed.connect(self._on_band_changed)
        self._band_base = QItemSelection()
        self._band_rows: list[range] = []
        self._band_area = QRect()

    # Size of the cells

    def set_cell_size(self, pixels: int) -> None:
        """Make cells about so wide; the current image, or the first that is seen, stays in place.

        Args:
            pixels: From ``SMALLEST_CELL`` to ``LARGEST_CELL``; what is beyond is brought there.
        """
        row = self.currentIndex().row()
        self._resize_cells(pixels, row if row in self.visible_rows() else None, 0.5)

    def zoom_in(self) -> None:
        """Make cells so much larger that there is a column less."""
        self.set_cell_size(self._zoomed(1))

    def zoom_out(self) -> None:
        """Make cells so much smaller that there is a column more."""
        self.set_cell_size(self._zoomed(-1))

    def reset_cell_size(self) -> None:
        """Make cells as large as they are at first."""
        self.set_cell_size(self.default_cell_size)

    def _zoomed(self, steps: int) -> int:
        return self._geometry.cell_for(max(self._geometry.columns - steps, 1))

    def _resize_cells(self, pixels: int, row: int | None, fraction: float) -> None:
        size = min(max(pixels, SMALLEST_CELL), LARGEST_CELL)
        if size == self._cell_size:
            return
        self._cell_size = size
        if row is None:
            self.doItemsLayout()
        else:
            self._arrange(self._anchor_at(row, fraction))
            self._hold_first_visible()
        self.cell_size_changed.emit(size)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """With Ctrl, change the cells' size around the image under the pointer; else scroll."""
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
            return
        event.accept()
        self._turned += event.angleDelta().y()
        notches = int(self._turned / _NOTCH)
        if notches:
            self._turned -= notches * _NOTCH
            index = self.indexAt(event.position().toPoint())
            cell = self.visualRect(index)
            fraction = (event.position().y() - cell.y()) / max(cell.height(), 1)
            row = index.row() if index.isValid() else None
            self._resize_cells(self._zoomed(notches), row, fraction)

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, select and activate as in any list; the rest is the window's shortcuts."""
        typed = "" if event.modifiers() & _COMMANDS else event.text().strip()
        if typed and typed.isprintable():
            event.ignore()  # Qt would look through a million rows for a letter
            return
        self._moved = False
        super().keyPressEvent(event)
        if self._moved:
            self.scrollTo(self.currentIndex())

    def moveCursor(self, action: _Action, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Return the image that a key leads to from the current one."""
        if not self._geometry.rows:
            return QModelIndex()
        self._moved = True
        move, row = _MOVES[action], self.currentIndex().row()
        if row < 0 and move not in {Move.FIRST, Move.LAST}:
            return self.model().index(self._first_whole_row(), 0)
        page = self.viewport().height() - HEADING - self._geometry.line_height
        moved = self._column_keeper.row_moved(self._geometry, row, move, page)
        return self.model().index(moved, 0)

    def _first_whole_row(self) -> int:
        top = self.verticalOffset() + (HEADING if self.verticalOffset() else 0)
        rows = self._geometry.rows_between(top, self._geometry.height)
        whole = (row for row in rows if self._geometry.rect(row).y >= top)
        return next(whole, self._geometry.rows - 1)

    # Selection

    def setSelection(self, rect: QRect, command: _Flag) -> None:
        """Select all images from the one at the rectangle's first corner to that at its last."""
        corners = (rect.topLeft(), rect.bottomRight())
        offset = self.verticalOffset()
        rows = [self._geometry.row_at(corner.x(), corner.y() + offset) for corner in corners]
        found = [row for row in rows if row is not None]
        runs = [range(min(found), max(found) + 1)] if found else []
        self.selectionModel().select(selection_of(self.model(), runs), command)

    def selectAll(self) -> None:
        """Select every image; Qt's own list would ask for each row whether it is hidden."""
        whole = [range(self._geometry.rows)] if self._geometry.rows else []
        self.selectionModel().select(selection_of(self.model(), whole), _Flag.ClearAndSelect)

    def _select_section(self, section: int, add: bool) -> None:
        rows = self._geometry.section_rows(section)
        command = _Flag.Select if add else _Flag.ClearAndSelect
        seen = range(max(rows.start, self._first_whole_row()), rows.stop)
        current = self.model().index(seen.start if seen else rows.start, 0)
        self.selectionModel().setCurrentIndex(current, _Flag.NoUpdate)
        self.selectionModel().select(selection_of(self.model(), [rows]), command)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Repaint the focus frame, and tell screen readers.

        Qt's own list would look for the row's place in a layout that it does not have here.
        """
        QAbstractItemView.currentChanged(self, current, previous)
        for index in (previous, current):
            self._update_cell(index)
        if current.isValid() and self.hasFocus():
            self._tell_screen_readers(QAccessible.Event.Focus, current.row())

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Repaint the rings, and tell screen readers."""
        QAbstractItemView.selectionChanged(self, selected, deselected)
        if not selected.isEmpty():
            self._tell_screen_readers(QAccessible.Event.SelectionAdd, selected.at(0).top())
        if not deselected.isEmpty():
            self._tell_screen_readers(QAccessible.Event.SelectionRemove, deselected.at(0).top())

    def _tell_screen_readers(self, what: QAccessible.Event, row: int) -> None:
        if QAccessible.isActive():
            event = QAccessibleEvent(self, what)
            event.setChild(row)
            QAccessible.updateAccessibility(event)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select as in any list, or the day whose heading was pressed.

        From an image on, the selected ones can be dragged away; from the ground, a rubber band.
        """
        point = event.position().toPoint()
        adding = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        section = self.section_at(point)
        if event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
        elif section is not None:
            ctrl = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            self._select_section(section, add=bool(ctrl))
        else:
            kept = self.selectionModel().selection() if event.modifiers() & adding else None
            self._band_base = kept or QItemSelection()
            super().mousePressEvent(event)
            if self.indexAt(point).isValid():
                self._drag_from = point
            else:
                self._band.press(point)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw the rubber band, or drag what is selected, while the button is down."""
        point = event.position().toPoint()
        if self._band.pressed:
            self._band.drag_to(point)
        elif self._drag_from is not None:
            distance = (point - self._drag_from).manhattanLength()
            if distance >= QApplication.startDragDistance():
                self._drag_from = None
                self.drag_wanted.emit()
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the rubber band, or the click."""
        banded = self._band.active
        self._drag_from = None
        if event.button() == Qt.MouseButton.LeftButton:
            self._band.release()
        if not banded:
            super().mouseReleaseEvent(event)

    def _on_band_changed(self) -> None:
        area = self._band.area
        dirty = area.united(self._band_area).adjusted(-1, -1, 1, 1)
        self._band_area = area
        self.viewport().update(dirty.translated(0, -self.verticalOffset()))
        if not self._band.active:
            self._band_rows = []
            return
        rows = self._geometry.rows_in(Rect(area.x(), area.y(), area.width(), area.height()))
        if rows == self._band_rows:
            return
        self._band_rows = rows
        chosen = QItemSelection(self._band_base)
        chosen.merge(selection_of(self.model(), rows), _Flag.Select)
        self.selectionModel().select(chosen, _Flag.ClearAndSelect)

    def viewportEvent(self, event: QEvent) -> bool:
        """Follow the pointer, for the cell under it."""
        if isinstance(event, QHoverEvent):
            leaving = event.type() == QEvent.Type.HoverLeave
            index = QModelIndex() if leaving else self.indexAt(event.position().toPoint())
            if self._hovered != index:
                before, self._hovered = self._hovered, QPersistentModelIndex(index)
                self._update_cell(before)
                self._update_cell(index)
        return super().viewportEvent(event)

    def _update_cell(self, index: Index) -> None:
        if index.isValid():
            self.viewport().update(self.visualRect(index).adjusted(-RING, -RING, RING, RING))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rubber band over the images."""
        super().paintEvent(event)
        if self._band.active:
            painter = QPainter(self.viewport())
            self._band.paint(painter, self.palette())
            painter.end()
