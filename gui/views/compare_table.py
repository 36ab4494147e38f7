"""What is known of the images that are compared, and what of it differs, as a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from gui.models.compared_table import ComparedRole, ComparedTableModel
from gui.text import translated
from gui.views.compare_cells import CompareCells

LABEL_PX: Final = 136
NARROW_LABEL_PX: Final = 92
ROW_PX: Final = 26
TALLEST_PX: Final = 320  # of a row; what is further below can be copied

_Index = QModelIndex | QPersistentModelIndex


class CompareTable(QTableView):
    """A row a fact, a column an image; a click on a value copies it, as do Enter and Space.

    Signals:
        copied(str): A value was copied; its label.
    """

    copied = Signal(str)

    def __init__(self, model: ComparedTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compareTable")
        self.setAccessibleName(translated("compare", "What is known of the images"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMinimumHeight(80)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.verticalHeader().setMinimumSectionSize(ROW_PX)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._cells = CompareCells(self)
        self.setItemDelegate(self._cells)
        self._compared = model
        self._pressed: QPersistentModelIndex | None = None
        self._unfitted: list[int] = []
        self._fitting = QTimer(self, singleShot=True, interval=0)
        self._fitting.timeout.connect(self._fit_next)
        self.setModel(model)
        model.modelReset.connect(self._start_anew)
        model.dataChanged.connect(self._fit_texts)

    def copy(self, index: _Index) -> None:
        """Copy a value, in full."""
        value = index.data(ComparedRole.VALUE)
        if index.column() and value:
            QGuiApplication.clipboard().setText(value)
            self.copied.emit(index.data(ComparedRole.ROW).label)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a click began."""
        super().mousePressEvent(event)
        self._pressed = QPersistentModelIndex(self.indexAt(event.position().toPoint()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Copy what was clicked."""
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        is_click = self._pressed is not None and self._pressed == index
        if event.button() == Qt.MouseButton.LeftButton and index.isValid() and is_click:
            self.copy(index)
        self._pressed = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy on Enter and Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.copy(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width out, and let texts wrap anew."""
        super().resizeEvent(event)
        self._share_out()

    def changeEvent(self, event: QEvent) -> None:
        """Paint texts anew in a new palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_cells"):
            self._cells.forget()

    def _start_anew(self) -> None:
        header = self.horizontalHeader()
        for column in range(self._compared.columnCount()):
            mode = QHeaderView.ResizeMode
            header.setSectionResizeMode(column, mode.Stretch if column else mode.Fixed)
        self.clearSpans()
        for number, row in enumerate(self._compared.rows):
            if row.heading:
                self.setSpan(number, 0, 1, self._compared.columnCount())
        self._share_out()

    def _share_out(self) -> None:
        narrow = self.width() < 600
        self.horizontalHeader().resizeSection(0, NARROW_LABEL_PX if narrow else LABEL_PX)
        self._fit_texts()

    def _fit_texts(self) -> None:
        """Make the rows of texts as high as these are, soon: one after the other."""
        self._cells.forget()
        rows = enumerate(self._compared.rows)
        self._unfitted = [number for number, row in rows if row.is_text][::-1]
        self._go_on_fitting()

    def _fit_next(self) -> None:
        number = self._unfitted.pop()
        columns: Iterable[int] = range(1, self._compared.columnCount())
        heights = [
            self._cells.height_of(self._compared.index(number, column), self.columnWidth(column))
            for column in columns
        ]
        self.setRowHeight(number, min(max(ROW_PX, *heights), TALLEST_PX))
        self._go_on_fitting()

    def _go_on_fitting(self) -> None:
        if self._unfitted:
            self._fitting.start()
        else:
            self._fitting.stop()
