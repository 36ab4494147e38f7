"""A table of images: a thumbnail and words in each row, as in a file manager's list."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final, cast

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtCore import QItemSelectionModel as SelectionModel
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from gui.models.day_rows import runs
from gui.models.image_table import PICTURE_ROLE, ImageTableModel
from gui.models.picture import Picture
from gui.text import translated

_Index = QModelIndex | QPersistentModelIndex
_Cursor = QAbstractItemView.CursorAction

THUMBNAIL_PX: Final = 48
ROW_PX: Final = 60
BAR_PX: Final = 3  # at the left of a selected row
SELECTED_SHARE: Final = 0.16
MARGIN_PX: Final = 8


class ImageTable(QTableView):
    """Shows an ``ImageTableModel``: whole rows are selected, Space ticks, a heading sorts.

    Enter and a double click are ``activated``.

    Attributes:
        sort_menu: Sorts as the headings do, for a context menu: headings take no keys.

    Signals:
        visible_rows_changed(range): Other rows can be seen; comes once a turn of the event loop.
        selection_changed(): Other rows are selected.
    """

    visible_rows_changed = Signal(object)
    selection_changed = Signal()

    def __init__(
        self, model: ImageTableModel[Any], name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._table = model
        self.setAccessibleName(name)
        self.setObjectName("imageTable")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # names of one day begin alike
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._announcing = QTimer(self, singleShot=True, interval=0)
        self._announcing.timeout.connect(self._announce)
        self.setModel(model)
        self.setItemDelegate(_RowDelegate(self))
        self._arrange_headers()
        self.sort_menu = QMenu(translated("table", "S&ort by"), self)
        for number, column in enumerate(model.columns):
            action = self.sort_menu.addAction(column.title, partial(self._sort_by, number))
            action.setCheckable(True)
        self.sort_menu.aboutToShow.connect(self._check_sorting)
        for changed in (model.modelReset, model.layoutChanged, model.rowsRemoved):
            changed.connect(self._announcing.start)
        self.verticalScrollBar().valueChanged.connect(self._announcing.start)
        self.selectionModel().selectionChanged.connect(self.selection_changed)
        model.modelReset.connect(self.selection_changed)

    def selected_places(self) -> list[int]:
        """Return where the selected rows stand, from the top."""
        ranges = self.selectionModel().selection()
        found = (ranges.at(number) for number in range(ranges.size()))
        return sorted({place for each in found for place in range(each.top(), each.bottom() + 1)})

    def select_places(self, places: Sequence[int]) -> None:
        """Select the rows at these places, from the top, and no others."""
        selection = QItemSelection()
        last = self._table.columnCount() - 1
        for start, stop in runs(places):
            first, end = self._table.index(start, 0), self._table.index(stop - 1, last)
            selection.select(first, end)
        flags = SelectionModel.SelectionFlag
        self.selectionModel().select(selection, flags.ClearAndSelect)
        if places:
            current = self._table.index(places[0], 0)
            self.selectionModel().setCurrentIndex(current, flags.NoUpdate)

    def visible_places(self) -> range:
        """Return the places of which something can be seen."""
        height = self.viewport().height()
        first, last = self.rowAt(0), self.rowAt(height - 1)
        if first < 0:
            return range(0)
        return range(first, (last if last >= 0 else self._table.rowCount() - 1) + 1)

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        """Paint the focus on a whole row."""
        super().currentChanged(current, previous)
        self.viewport().update()

    def _announce(self) -> None:
        self.executeDelayedItemsLayout()  # or it would say what was visible before
        self.visible_rows_changed.emit(self.visible_places())

    def _sort_by(self, column: int) -> None:
        """Sort as a click on the heading does: by the same column again, backwards."""
        orders, heading = Qt.SortOrder, self.horizontalHeader()
        again = heading.sortIndicatorSection() == column
        backwards = again and heading.sortIndicatorOrder() is orders.AscendingOrder
        self.sortByColumn(column, orders.DescendingOrder if backwards else orders.AscendingOrder)

    def _check_sorting(self) -> None:
        for number, action in enumerate(self.sort_menu.actions()):
            action.setChecked(number == self.horizontalHeader().sortIndicatorSection())

    def _arrange_headers(self) -> None:
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_PX)
        columns.setHighlightSections(False)
        columns.setSectionsMovable(False)
        columns.setMinimumSectionSize(56)
        columns.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        columns.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)  # as given, until asked
        self.setSortingEnabled(True)
        for number, column in enumerate(self._table.columns):
            stretches = not column.width
            modes = QHeaderView.ResizeMode
            columns.setSectionResizeMode(number, modes.Stretch if stretches else modes.Interactive)
            if column.width:
                columns.resizeSection(number, column.width)

    # What Qt tells

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space ticks or unticks what is selected, as the current row is not; the rest is Qt's."""
        current = self.currentIndex()
        tickable = current.isValid() and self._table.flags(current.siblingAtColumn(0))
        if (
            event.key() == Qt.Key.Key_Space
            and tickable
            and tickable & Qt.ItemFlag.ItemIsUserCheckable
        ):
            ticked = not self._table.is_ticked(current.row())
            self._table.tick(self.selected_places() or [current.row()], ticked=ticked)
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: Qt would look through all rows for the letter that was typed."""

    def moveCursor(self, action: _Cursor, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Home and End are the first and the last row, not column."""
        ends = {_Cursor.MoveHome: 0, _Cursor.MoveEnd: self._table.rowCount() - 1}
        if action in ends:
            return self._table.index(ends[action], 0)
        return super().moveCursor(action, modifiers)

    def initViewItemOption(self, option: QStyleOptionViewItem) -> None:
        """Have the style tint selected rows, instead of flooding them with the accent."""
        super().initViewItemOption(option)
        palette = QPalette(self.palette())
        ground, tint = palette.base().color(), palette.highlight().color()
        palette.setColor(QPalette.ColorRole.Highlight, _blended(ground, tint, SELECTED_SHARE))
        cast(Any, option).palette = palette  # PySide's stubs do not know that it can be set

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other rows can be seen now."""
        super().resizeEvent(event)
        self._announcing.start()

    def changeEvent(self, event: QEvent) -> None:
        """Paint anew in a new palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.viewport().update()


class _RowDelegate(QStyledItemDelegate):
    """Paints a row's cells so that together they look like one thing."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(0, ROW_PX)

    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        super().initStyleOption(option, index)
        fields = cast(Any, option)  # PySide's stubs lack what only Qt's styles read
        states, features = QStyle.StateFlag, QStyleOptionViewItem.ViewItemFeature
        roles = QPalette.ColorRole
        fields.state &= ~(states.State_Selected | states.State_HasFocus | states.State_MouseOver)
        if self._column(index).is_quiet:
            fields.palette.setColor(roles.Text, fields.palette.color(roles.PlaceholderText))
        if index.column() == 0:
            fields.features |= features.HasDecoration
            fields.decorationSize = QSize(THUMBNAIL_PX, THUMBNAIL_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        super().paint(painter, option, index)
        fields = cast(Any, option)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if index.column() == 0:
            self._paint_thumbnail(painter, option, index)
        selection = self._view().selectionModel()
        if selection.isRowSelected(index.row(), QModelIndex()) and index.column() == 0:
            bar = QRect(fields.rect.left(), fields.rect.top(), BAR_PX, fields.rect.height())
            painter.fillRect(bar, self._view().palette().highlight())
        if index.row() == self._view().currentIndex().row() and self._view().hasFocus():
            painter.setPen(QPen(self._view().palette().highlight(), 1))
            for y in (fields.rect.top() + 0.5, fields.rect.bottom() + 0.5):
                painter.drawLine(fields.rect.left(), round(y), fields.rect.right(), round(y))
        painter.restore()

    def _paint_thumbnail(
        self, painter: QPainter, option: QStyleOptionViewItem, index: _Index
    ) -> None:
        styled = QStyleOptionViewItem(option)
        self.initStyleOption(styled, index)
        style = self._view().style()
        place = QStyle.SubElement.SE_ItemViewItemDecoration
        area = style.subElementRect(place, styled, self._view())
        cell = QRect(QPoint(), QSize(THUMBNAIL_PX, THUMBNAIL_PX))
        cell.moveCenter(area.center())
        palette = self._view().palette()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.alternateBase())
        painter.drawRoundedRect(cell, 4, 4)
        picture: Picture | None = index.data(PICTURE_ROLE)
        if picture is None or picture.pixmap is None:
            return
        ratio = picture.pixmap.devicePixelRatio()
        size = (picture.pixmap.size() / ratio).scaled(
            cell.size(), Qt.AspectRatioMode.KeepAspectRatio
        )
        target = QRect(QPoint(), size)
        target.moveCenter(cell.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(target, picture.pixmap)

    def _view(self) -> ImageTable:
        return cast(ImageTable, self.parent())

    def _column(self, index: _Index) -> Any:
        return self._view().model().columns[index.column()]  # type: ignore[attr-defined]


def _blended(ground: QColor, over: QColor, share: float) -> QColor:
    channels = (
        (ground.redF(), over.redF()),
        (ground.greenF(), over.greenF()),
        (ground.blueF(), over.blueF()),
    )
    return QColor.fromRgbF(*(low + (high - low) * share for low, high in channels))
