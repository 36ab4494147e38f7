"""A list view of sections whose layout is arithmetic instead of a record of each row.

Screen readers see a real ``QListView`` with an item for every image; what Qt would do for each of
a million rows when showing, resizing or inserting is replaced by ``GridGeometry``, which knows
only the sections. What is seen stays in place, held by an anchor, whatever comes and goes above.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import (
    QAbstractItemModel,
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QWidget,
)

from core.arrangement import Grouping
from gui.models.image_list import ImageListModel, ImageRole
from gui.text import translated
from gui.views.cell_stamps import RING
from gui.views.grid_frame import Frame, FramePainter
from gui.views.grid_geometry import HEADING, GridGeometry
from gui.views.selected_rows import MANY_RANGES, runs_within

Index = QModelIndex | QPersistentModelIndex

DEFAULT_CELL = 160


class Anchor(NamedTuple):
    """A point of the content that is to stay where it is in the viewport."""

    image: QPersistentModelIndex
    fraction: float  # of the cell's height, from its top
    y: int  # in the viewport


class SectionedView(QListView):
    """Arranges and scrolls the grid; ``ImageGrid`` adds the mouse and the keyboard.

    Signals:
        visible_rows_changed: First and last row of which something can be seen, or 0 and -1; also
            when other images came into the same rows. At most once a turn of the event loop.
        day_in_view_changed: The day (``date.toordinal()``) whose heading is at the top; 0 where the
            sections are no days.
    """

    visible_rows_changed = Signal(int, int)
    day_in_view_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame_painter = FramePainter()
        self._cell_size = DEFAULT_CELL
        self._images = ImageListModel(self)  # empty, until there is another
        self._geometry = GridGeometry((), 1, DEFAULT_CELL)
        self._anchor: Anchor | None = None  # None holds the top of the content
        self._arranging = False
        self._hovered = QPersistentModelIndex()
        self._day_in_view = 0
        self._refining = QTimer(self, singleShot=True, interval=0)
        self._refining.timeout.connect(self._refine)
        self._announcing = QTimer(self, singleShot=True, interval=0)
        self._announcing.timeout.connect(self._announce)
        self._set_up()  # Qt calls what is overridden below

    def _set_up(self) -> None:
        self.setAccessibleName(translated("grid", "Images"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAutoScroll(False)  # or the current row's removal would scroll to the next one
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # always there: else the cells' size would depend on it, and it on theirs
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        """Show the images of an ``ImageListModel``; it stays the view's for life."""
        if not isinstance(model, ImageListModel):
            raise TypeError("a SectionedView shows an ImageListModel")
        self._images = model
        super().setModel(model)
        model.sections_changed.connect(self.doItemsLayout)
        self.doItemsLayout()

    @property
    def cell_size(self) -> int:
        """About how wide cells are to be; they are stretched to fill the width."""
        return self._cell_size

    @property
    def cell_width(self) -> int:
        """How wide cells are."""
        return self._geometry.cell

    @property
    def painted_well(self) -> bool:
        """Whether the last frame was as good as can be, or another is on its way."""
        return not self._frame_painter.unfinished

    def visible_rows(self) -> range:
        """Return the rows of which something can be seen."""
        top = self.verticalOffset()
        return self._geometry.rows_between(top, top + self.viewport().height())

    # Arrangement

    def doItemsLayout(self) -> None:
        """Arrange the cells anew; what is seen stays where it is."""
        self._arrange(self._anchor)

    def _arrange(self, anchor: Anchor | None) -> None:
        self._arranging = True
        width = self.viewport().width()
        self._geometry = GridGeometry(self._images.counts, width, self._cell_size)
        QAbstractItemView.doItemsLayout(self)
        value = 0
        if anchor is not None and 0 <= anchor.image.row() < self._geometry.rows:
            cell = self._geometry.rect(anchor.image.row())
            value = cell.y + round(anchor.fraction * cell.height) - anchor.y
        self.verticalScrollBar().setValue(value)
        self._arranging = False
        self._announcing.start()

    def dataChanged(self, top_left: Index, bottom_right: Index, roles: Sequence[int] = ()) -> None:
        """Repaint what is seen of it, and of headings that say a prompt; Qt would arrange anew."""
        said_above = self._images.arrangement.group is Grouping.PROMPT and ImageRole.RECORD in roles
        if top_left == bottom_right and not said_above:
            self.update(top_left)
        else:
            self.viewport().update()

    def updateGeometries(self) -> None:
        """Set the scroll bar's range and steps."""
        bar = self.verticalScrollBar()
        height = self.viewport().height()
        bar.setRange(0, max(self._geometry.height - height, 0))
        bar.setPageStep(max(height - HEADING, 1))
        bar.setSingleStep(self._geometry.line_height * 2 // 9)  # a wheel's notch is three steps

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange the cells for another width."""
        QAbstractItemView.resizeEvent(self, event)
        self.doItemsLayout()

    def rowsAboutToBeRemoved(self, parent: Index, start: int, end: int) -> None:
        """Hold on to another row if the one that keeps the view in place goes."""
        super().rowsAboutToBeRemoved(parent, start, end)
        if self._anchor is not None and start <= self._anchor.image.row() <= end:
            row = end + 1 if end + 1 < self.model().rowCount() else start - 1
            image = QPersistentModelIndex(self.model().index(row, 0))
            self._anchor = self._anchor._replace(image=image)

    def hold(self, row: int) -> None:
        """Have an existing row stay where it is seen, whatever comes and goes; not at the top."""
        if self.verticalOffset():
            self._anchor = self._anchor_at(row, 0.0)

    def _hold_first_visible(self) -> None:
        top = self.verticalOffset()
        rows = self._geometry.rows_between(top + HEADING, self._geometry.height)
        self._anchor = self._anchor_at(rows.start, 0.0) if top and rows else None

    def _anchor_at(self, row: int, fraction: float) -> Anchor:
        cell = self._geometry.rect(row)
        y = cell.y + round(fraction * cell.height) - self.verticalOffset()
        return Anchor(QPersistentModelIndex(self.model().index(row, 0)), fraction, y)

    # Where things are

    def horizontalOffset(self) -> int:
        """Return 0: the cells always fit the width."""
        return 0

    def verticalOffset(self) -> int:
        """Return how far the content is scrolled, in pixels."""
        return self.verticalScrollBar().value()

    def visualRect(self, index: Index) -> QRect:
        """Return an image's cell in the viewport, seen or not."""
        if not 0 <= index.row() < self._geometry.rows:
            return QRect()
        return QRect(*self._geometry.rect(index.row())).translated(0, -self.verticalOffset())

    def indexAt(self, point: QPoint) -> QModelIndex:
        """Return the image whose cell is seen at a point of the viewport."""
        if self.section_at(point) is not None:
            return QModelIndex()
        row = self._geometry.row_at(point.x(), point.y() + self.verticalOffset())
        return QModelIndex() if row is None else self.model().index(row, 0)

    def section_at(self, point: QPoint) -> int | None:
        """Return the section whose heading is seen at a point of the viewport."""
        offset = self.verticalOffset()
        return self._geometry.heading_at(point.y() + offset, offset)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """Return where in the viewport a selection can be seen, in whole lines."""
        if selection.count() > MANY_RANGES:
            return QRegion(self.viewport().rect())
        region = QRegion()
        for rows in runs_within(selection, self.visible_rows()):
            region += self._lines_of(rows)
        return region

    # Scrolling

    def scrollTo(
        self,
        index: Index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """Scroll so that an image is seen, and not hidden by the heading at the top."""
        self.executeDelayedItemsLayout()
        if not 0 <= index.row() < self._geometry.rows:
            return
        hints = QAbstractItemView.ScrollHint
        lowest, highest = self._geometry.scrolls_showing(
            index.row(), self.viewport().height(), RING
        )
        value = {
            hints.EnsureVisible: min(max(self.verticalOffset(), lowest), highest),
            hints.PositionAtTop: highest,
            hints.PositionAtBottom: min(lowest, highest),
            hints.PositionAtCenter: (lowest + highest) // 2,
        }[hint]
        self.verticalScrollBar().setValue(value)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Move what is painted; only what comes into view is painted anew."""
        viewport = self.viewport()
        if self._arranging:
            viewport.update()
        else:
            self._hold_first_visible()
            viewport.scroll(0, dy)
            viewport.update(0, 0, viewport.width(), HEADING + max(dy, 0))
        self._announcing.start()

    def _announce(self) -> None:
        rows = self.visible_rows()
        self.visible_rows_changed.emit(rows.start if rows else 0, rows.stop - 1 if rows else -1)
        section = self._geometry.section_at(self.verticalOffset() + HEADING // 2)
        day = self._images.section(section).day if section is not None else 0
        if day != self._day_in_view:
            self._day_in_view = day
            self.day_in_view_changed.emit(day)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is seen in the region, and some of it again if that would make it better."""
        painter = QPainter(self.viewport())
        self._frame_painter.paint(painter, event.region(), self._frame())
        painter.end()
        if self._frame_painter.unfinished:
            self._refining.start()

    def _refine(self) -> None:
        rows = self._frame_painter.rows_to_refine(self.visible_rows())
        if rows:
            self.viewport().update(self._lines_of(rows))

    def _lines_of(self, rows: range) -> QRect:
        """Return the part of the viewport, over its whole width, in which some rows stand."""
        top, end = self._geometry.rect(rows[0]).y, self._geometry.rect(rows[-1]).bottom
        lines = QRect(0, top, self.viewport().width(), end - top)
        return lines.adjusted(0, -RING, 0, RING).translated(0, -self.verticalOffset())

    def _frame(self) -> Frame:
        return Frame(
            self._images,
            self._geometry,
            self.viewport().rect().translated(0, self.verticalOffset()),
            self.selectionModel(),
            self.currentIndex().row() if self.hasFocus() else -1,
            self._hovered.row(),
            self.palette(),
            self.font(),
        )
