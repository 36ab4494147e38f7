"""The facets below the dates: what there is, or what a search finds, by model, format and more."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gui.models.facets import FacetModel, Role
from gui.text import translated
from gui.views.labels import quiet_label
from gui.views.row_pictures import AROUND_PX, GAP_PX, ROW_PX, RowLook, Standing
from gui.views.row_tree import INDENT_PX, Index, RowTree

_Qt = Qt.ItemDataRole
INSET_PX: Final = 2 * AROUND_PX  # of what is said without being a row
TOP_PX: Final = 15  # as what the metadata pane says when it is empty
_Control = Qt.KeyboardModifier.ControlModifier


class FacetTree(RowTree):
    """Facets over their values with counts; a check mark stands before what the search holds.

    A click or Space on a value asks for it in the place of others of its facet, or for it no
    longer; with Ctrl, besides them.

    Signals:
        value_toggled(Facet, FacetValue, bool): The person wants this value, or no longer; whether
            besides others.
    """

    value_toggled = Signal(object, object, bool)

    def __init__(self, model: FacetModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("facets")
        self.setAccessibleName(translated("facets", "Facets"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setIndentation(0)
        self.setExpandsOnDoubleClick(False)
        self.setItemDelegate(_RowHeights(self))
        self._model = model
        self._pressed = QPersistentModelIndex()
        self._why_empty = ""
        self.setModel(model)
        model.rowsInserted.connect(self._on_rows_inserted)

    def say_why_empty(self, text: str) -> None:
        """Say this in the place of rows while there are none."""
        self._why_empty = text
        self.viewport().update()

    def minimumSizeHint(self) -> QSize:
        """Return room for some rows."""
        return QSize(0, 3 * ROW_PX)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where the button went down: a click is where it comes up there, too."""
        super().mousePressEvent(event)
        left = event.button() == Qt.MouseButton.LeftButton
        at = self.indexAt(event.position().toPoint()) if left else QModelIndex()
        self._pressed = QPersistentModelIndex(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take what was clicked."""
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, QPersistentModelIndex()
        at = self.indexAt(event.position().toPoint())
        if at.isValid() and pressed == QPersistentModelIndex(at):
            self._take(at, bool(event.modifiers() & _Control))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the current row by Space or Enter."""
        current = self.currentIndex()
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if current.isValid():
                self._take(current, bool(event.modifiers() & _Control))
        else:
            super().keyPressEvent(event)

    def _take(self, index: QModelIndex, besides: bool) -> None:
        """Toggle a value, fold or unfold a facet, or show more or fewer of its values."""
        facet, row = self._model.facet_at(index), self._model.row_at(index)
        if row is None:
            self.setExpanded(index, not self.isExpanded(index))
        elif row.value is None:
            self._model.show_whole(facet, not row.whole)
        else:
            self.value_toggled.emit(facet, row.value, besides)

    def _on_rows_inserted(self, parent: QModelIndex, first: int, last: int) -> None:
        if not parent.isValid():
            for row in range(first, last + 1):
                self.expand(self._model.index(row, 0))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or why there are none."""
        super().paintEvent(event)
        if not self._model.rowCount():
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().placeholderText().color())
            room = self.viewport().rect().adjusted(INSET_PX, TOP_PX, -INSET_PX, -AROUND_PX)
            painter.drawText(room, Qt.TextFlag.TextWordWrap, self._why_empty)

    def drawRow(self, painter: QPainter, options: QStyleOptionViewItem, index: Index) -> None:
        """Paint a whole row, from edge to edge."""
        data = self._model.data
        row = self._model.row_at(index)
        standing = Standing(
            indent=INDENT_PX if row else 0,
            is_open=self.isExpanded(index) if row is None else None,
            selected=False,
            marked=False,
            focused=self.shows_focus(index),
            checked=data(index, _Qt.CheckStateRole) == Qt.CheckState.Checked,
        )
        said = RowLook(data(index, _Qt.DisplayRole), data(index, Role.COUNT), standing)
        self.paint_row(painter, options.rect.bottom() + 1 - ROW_PX, said, lambda: said)


class _RowHeights(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        above = 0 if index.parent().isValid() else GAP_PX if index.row() else AROUND_PX
        return QSize(0, above + ROW_PX)


class FacetsPane(QWidget):
    """The facets, and a line where the counts are not the whole truth, or there are none."""

    def __init__(self, model: FacetModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tree = FacetTree(model)
        self._note = quiet_label(wrapped=True)
        self._note.setContentsMargins(INSET_PX, 4, INSET_PX, AROUND_PX)
        self._note.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tree, 1)
        column.addWidget(self._note)

    def tell(self, text: str) -> None:
        """Say this below the counts, or in their place if there are none; "" says nothing more."""
        below = text if self.tree.model().rowCount() else ""
        self._note.setText(below)
        self._note.setVisible(bool(below))
        self.tree.say_why_empty(text)
        self.tree.setAccessibleDescription(text)
