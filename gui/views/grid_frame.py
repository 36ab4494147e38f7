"""Paints what can be seen of a grid: the headings of its sections and the cells of its images."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from PySide6.QtCore import QItemSelectionModel, QPoint, QRect
from PySide6.QtGui import QFont, QPainter, QPalette, QRegion

from core.records import ImageRecord
from gui.models.image_list import ImageListModel
from gui.views.cell_painter import CellPainter, Look, Quality
from gui.views.cell_stamps import RING, Stamp
from gui.views.grid_geometry import HEADING, GridGeometry
from gui.views.section_heading import SectionHeadings
from gui.views.selected_rows import selected_within

_REFINED_AT_ONCE = 10  # cells


class Frame(NamedTuple):
    """What one frame shows.

    Attributes:
        images: What stands in the grid.
        geometry: Where it stands in the content.
        seen: The part of the content that the viewport shows.
        selection: Which images are selected.
        focused: The row that has the focus; -1 for none.
        hovered: The row that is under the pointer; -1 for none.
        palette: The colours.
        font: For headings, and for the reason why an image is broken.
    """

    images: ImageListModel
    geometry: GridGeometry
    seen: QRect
    selection: QItemSelectionModel
    focused: int
    hovered: int
    palette: QPalette
    font: QFont


class FramePainter:
    """Paints the frames of one grid; GUI thread only."""

    def __init__(self) -> None:
        self._cells = CellPainter()
        self._headings = SectionHeadings()
        self._unfinished: dict[int, Quality] = {}  # by row

    @property
    def unfinished(self) -> bool:
        """Whether another frame of the same would look better."""
        return bool(self._unfinished)

    def rows_to_refine(self, seen: range) -> range:
        """Return which of the rows that are seen to paint again, for a frame's share of work.

        Empty cells come first, all of them; then those coarse cells that can be finished.
        """
        left = {row: self._unfinished[row] for row in seen if row in self._unfinished}
        self._unfinished = left
        rows = [row for row, quality in left.items() if quality is Quality.EMPTY]
        rows = rows or list(left)[:_REFINED_AT_ONCE]
        return range(rows[0], rows[-1] + 1) if rows else range(0)

    def paint(self, painter: QPainter, region: QRegion, frame: Frame) -> None:
        """Paint, in a region of the viewport, the whole of a frame from the ground up."""
        ratio = painter.deviceTransform().m11()  # of the screen, or of what is rendered to
        self._cells.begin_frame(frame.geometry.cell, ratio, frame.palette, frame.font)
        self._headings.begin_frame(frame.seen.width(), ratio, frame.palette, frame.font)
        painter.fillRect(region.boundingRect(), frame.palette.base())
        top = frame.seen.top()
        in_place = frame.geometry.headings_between(top, top + frame.seen.height())
        self._paint_headings(painter, region, frame, in_place)
        self._paint_cells(painter, region, frame)  # with rings that reach into the headings
        self._paint_headings(painter, region, frame, frame.geometry.stuck_heading(top))

    def _paint_cells(self, painter: QPainter, region: QRegion, frame: Frame) -> None:
        top, side = frame.seen.top(), frame.geometry.cell
        area = region.boundingRect().adjusted(-RING, -RING, RING, RING).translated(0, top)
        rows = frame.geometry.rows_between(area.top(), area.bottom() + 1)
        keys = frame.images.keys_between(rows.start, rows.stop)
        selected = selected_within(frame.selection, rows)
        places = frame.geometry.places_of(rows)
        left, right, patchy = area.left() - side, area.right(), region.rectCount() > 1
        for row, key, (x, y_in_content) in zip(rows, keys, places, strict=True):
            y = y_in_content - top
            if not left < x <= right or (patchy and not region.intersects(_around(x, y, side))):
                continue
            quality = self._cells.paint(painter, x, y, key, _look(frame.images, key))
            if quality is not Quality.WELL:
                self._unfinished[row] = quality
            elif self._unfinished:
                self._unfinished.pop(row, None)
            if row == frame.hovered:
                self._cells.stamp(painter, x, y, Stamp.HOVERED)
            if row in selected:
                self._cells.stamp(painter, x, y, Stamp.SELECTED)
            if row == frame.focused:
                self._cells.stamp(painter, x, y, Stamp.FOCUSED)

    def _paint_headings(
        self,
        painter: QPainter,
        region: QRegion,
        frame: Frame,
        headings: Iterable[tuple[int, int]],
    ) -> None:
        for section, y in headings:
            at = QPoint(0, y - frame.seen.top())
            if region.intersects(QRect(at.x(), at.y(), frame.seen.width(), HEADING)):
                self._headings.paint(painter, at, frame.images.section(section), frame.images)


def _around(x: int, y: int, side: int) -> QRect:
    return QRect(x - RING, y - RING, side + 2 * RING, side + 2 * RING)


def is_described(record: ImageRecord) -> bool:
    """Tell whether an image has a sidecar that says something: half of one does not."""
    return record.sidecar_path is not None and record.sidecar_problem is None


def _look(images: ImageListModel, key: int) -> Look:
    record = images.record(key)
    return Look(
        images.picture(key),
        without_sidecar=record is not None and not is_described(record),
        pinned=record is not None and record.pinned,
    )
