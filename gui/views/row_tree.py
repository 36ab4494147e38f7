"""A tree whose rows are kept as pictures: what the dates and the facets have in common."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QStyle,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from gui.views.row_pictures import AROUND_PX, ROW_PX, RowLook, RowPictures

Index = QModelIndex | QPersistentModelIndex

INDENT_PX: Final = 16


class RowTree(QTreeView):
    """A tree without a header, whose rows go from edge to edge.

    What derives from it paints each row in ``drawRow``, by ``paint_row``.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        self._pictures = RowPictures()  # Qt tells of changes before it is made
        super().__init__(parent)
        self.setHeaderHidden(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self._refining = QTimer(self, singleShot=True, interval=0)
        self._refining.timeout.connect(self.viewport().update)

    @property
    def painted_well(self) -> bool:
        """Whether the last frame painted every row; else another is on its way."""
        return not self._pictures.unfinished

    def paint_row(
        self, painter: QPainter, top: int, key: Hashable, row: Callable[[], RowLook]
    ) -> None:
        """Paint a row, or leave it for another frame.

        Args:
            painter: Of the viewport.
            top: Where the row begins, below what may be empty above it.
            key: Equal for equal rows.
            row: Says what to paint, if it has to be painted.
        """
        size = QSize(self.viewport().width() - 2 * AROUND_PX, ROW_PX)
        ratio = painter.deviceTransform().m11()  # of the screen, or of what is rendered to
        picture = self._pictures.get(key, row, size, ratio, self.palette(), self.font())
        if picture is not None:
            painter.drawPixmap(AROUND_PX, top, picture)

    def shows_focus(self, index: Index) -> bool:
        """Tell whether the keyboard is at a row, and used."""
        option = QStyleOptionViewItem()
        option.initFrom(self)
        by_keyboard = bool(option.state & QStyle.StateFlag.State_KeyboardFocusChange)
        return index == self.currentIndex() and self.hasFocus() and by_keyboard

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows; those for which there is no time now with the next frame."""
        self._pictures.begin_frame()
        super().paintEvent(event)
        if self._pictures.unfinished:
            self._refining.start()

    def drawBranches(self, painter: QPainter, rect: QRect, index: Index) -> None:
        """Nothing: ``drawRow`` draws the whole row."""

    def changeEvent(self, event: QEvent) -> None:
        """Paint the rows anew, in what may be other colours or another language."""
        super().changeEvent(event)
        self._pictures.forget()
