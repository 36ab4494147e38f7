"""Paints what can be seen of a grid: the headings of its days and the cells of its images."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from PySide6.QtCore import QItemSelectionModel, QRect
from PySide6.QtGui import QFont, QPainter, QPalette, QRegion

from gui.models.image_list import ImageListModel
from gui.views.cell_painter import CellPainter, Look
from gui.views.cell_stamps import RING
from gui.views.day_heading import paint_day_heading
from gui.views.grid_geometry import HEADING, GridGeometry
from gui.views.selected_rows import selected_within


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

    @property
    def unfinished(self) -> bool:
        """Whether another frame of the same would look better."""
        return self._cells.unfinished

    def paint(self, painter: QPainter, region: QRegion, frame: Frame) -> None:
        """Paint, in a region of the viewport, the whole of a frame from the ground up."""
        ratio = painter.deviceTransform().m11()  # of the screen, or of what is rendered to
        self._cells.begin_frame(frame.geometry.cell, ratio, frame.palette, frame.font)
        painter.fillRect(region.boundingRect(), frame.palette.base())
        top = frame.seen.top()
        in_place = frame.geometry.headings_between(top, top + frame.seen.height())
        _paint_headings(painter, region, frame, in_place)
        self._paint_cells(painter, region, frame)  # with rings that reach into the headings
        _paint_headings(painter, region, frame, frame.geometry.stuck_heading(top))

    def _paint_cells(self, painter: QPainter, region: QRegion, frame: Frame) -> None:
        top = frame.seen.top()
        area = region.boundingRect().adjusted(0, -RING, 0, RING).translated(0, top)
        rows = frame.geometry.rows_between(area.top(), area.bottom() + 1)
        selected = selected_within(frame.selection, rows)
        for row in rows:
            cell = QRect(*frame.geometry.rect(row)).translated(0, -top)
            if not region.intersects(cell.adjusted(-RING, -RING, RING, RING)):
                continue
            key = frame.images.key_at(row)
            self._cells.paint(
                painter,
                cell.topLeft(),
                key,
                _look(frame.images, key),
                hovered=row == frame.hovered,
                selected=row in selected,
                focused=row == frame.focused,
            )


def _look(images: ImageListModel, key: int) -> Look:
    record = images.record(key)
    return Look(
        images.picture(key),
        without_sidecar=record is not None and record.sidecar_path is None,
        pinned=record is not None and record.pinned,
    )


def _paint_headings(
    painter: QPainter, region: QRegion, frame: Frame, headings: Iterable[tuple[int, int]]
) -> None:
    for section, y in headings:
        area = QRect(0, y - frame.seen.top(), frame.seen.width(), HEADING)
        if region.intersects(area):
            shown = frame.images.sections[section]
            paint_day_heading(painter, area, shown, frame.palette, frame.font)
