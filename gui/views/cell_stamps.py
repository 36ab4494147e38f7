"""The parts of a cell that look the same in every cell: painted once, then stamped.

A stamp is a transparent picture as large as a cell and ``RING`` around it. Stamping costs a
fifth of painting the same rounded shapes, which shows when a hundred cells are selected.
"""

from __future__ import annotations

from enum import IntEnum, auto

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPalette, QPen, QPixmap, QPolygonF

RADIUS = 6
RING = 5  # selection and focus reach this far out of the cell
_SELECTED_WIDTH = 3
_FOCUS_WIDTH = 1.5
_MARK = 20
_BADGE = 32
_ON_PICTURE, _INK = QColor(20, 21, 24, 205), QColor(231, 232, 234)  # on any picture and theme


class Stamp(IntEnum):
    """What can be put onto a cell."""

    CORNERS = auto()  # covers what should be round with the ground
    HOVERED = auto()
    SELECTED = auto()
    FOCUSED = auto()
    PINNED = auto()
    WITHOUT_SIDECAR = auto()
    BROKEN = auto()


class CellStamps:
    """The stamps for one cell size, screen and palette, each painted once. GUI thread only.

    Args:
        side: Of the cell, in device-independent pixels.
        ratio: Device pixels for each of them.
        palette: The colours.
    """

    def __init__(self, side: int, ratio: float, palette: QPalette) -> None:
        self._side, self._ratio, self._palette = side, ratio, palette
        self._pixmaps: dict[Stamp, QPixmap] = {}

    def paint(self, painter: QPainter, x: int, y: int, stamp: Stamp) -> None:
        """Put a stamp onto the cell whose top left is at a point."""
        pixmap = self._pixmaps.get(stamp)
        if pixmap is None:
            pixmap = _painted(stamp, self._side, self._ratio, self._palette)
            self._pixmaps[stamp] = pixmap
        painter.drawPixmap(x - RING, y - RING, pixmap)


def _painted(stamp: Stamp, side: int, ratio: float, palette: QPalette) -> QPixmap:
    edge = round((side + 2 * RING) * ratio)
    pixmap = QPixmap(edge, edge)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _PAINTERS[stamp](painter, QRectF(RING, RING, side, side), palette)
    painter.end()
    return pixmap


def _paint_corners(painter: QPainter, cell: QRectF, palette: QPalette) -> None:
    outside, inside = QPainterPath(), QPainterPath()
    outside.addRect(cell)
    inside.addRoundedRect(cell, RADIUS, RADIUS)
    painter.fillPath(outside - inside, palette.base())


def _paint_hovered(painter: QPainter, cell: QRectF, palette: QPalette) -> None:
    light = QPainterPath()
    light.addRoundedRect(cell, RADIUS, RADIUS)
    painter.fillPath(light, _translucent(palette.text().color(), 20))


def _paint_selected(painter: QPainter, cell: QRectF, palette: QPalette) -> None:
    _paint_ring(painter, cell, 0, QPen(palette.highlight(), _SELECTED_WIDTH))


def _paint_focused(painter: QPainter, cell: QRectF, palette: QPalette) -> None:
    _paint_ring(painter, cell, RING - _FOCUS_WIDTH, QPen(palette.text(), _FOCUS_WIDTH))


def _paint_ring(painter: QPainter, cell: QRectF, distance: float, pen: QPen) -> None:
    out = distance + pen.widthF() / 2
    painter.setPen(pen)
    painter.drawRoundedRect(cell.adjusted(-out, -out, out, out), RADIUS + out, RADIUS + out)


def _paint_pinned(painter: QPainter, cell: QRectF, palette: QPalette) -> None:
    disc = QRectF(cell.right() - 8 - _MARK, cell.top() + 8, _MARK, _MARK)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_ON_PICTURE)
    painter.drawEllipse(disc)
    painter.setPen(QPen(_INK, 1.2, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    at = disc.topLeft()
    head = [(11.4, 5.2), (14.8, 8.6), (13.2, 9.2), (11.6, 10.8), (11.2, 13.0), (7.0, 8.8),
            (9.2, 8.4), (10.8, 6.8)]  # fmt: skip
    painter.drawPolygon(QPolygonF([at + QPointF(x, y) for x, y in head]))
    painter.drawLine(QLineF(at + QPointF(9.1, 10.9), at + QPointF(5.6, 14.4)))


def _paint_without_sidecar(painter: QPainter, cell: QRectF, palette: QPalette) -> None:
    disc = QRectF(cell.left() + 8, cell.bottom() - 8 - _MARK, _MARK, _MARK)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_translucent(palette.base().color(), 210))
    painter.drawEllipse(disc)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(palette.text(), 1.2))
    page = QRectF(0, 0, 8, 10)
    page.moveCenter(disc.center())
    painter.drawRoundedRect(page, 1.5, 1.5)
    painter.drawLine(QLineF(page.bottomLeft() + QPointF(-2, 1), page.topRight() + QPointF(2, -1)))


def _paint_broken(painter: QPainter, cell: QRectF, palette: QPalette) -> None:
    badge = QRectF(0, 0, _BADGE, _BADGE * 0.8)
    badge.moveCenter(cell.center() - QPointF(0, 14))
    painter.setPen(QPen(palette.placeholderText(), 1.6))
    painter.drawRoundedRect(badge, 3, 3)
    crack = [
        badge.topLeft() + QPointF(x * badge.width(), y * badge.height())
        for x, y in ((0.62, 0.0), (0.45, 0.3), (0.58, 0.55), (0.42, 1.0))
    ]
    painter.drawPolyline(QPolygonF(crack))


def _translucent(colour: QColor, alpha: int) -> QColor:
    return QColor(colour.red(), colour.green(), colour.blue(), alpha)


_PAINTERS = {
    Stamp.CORNERS: _paint_corners,
    Stamp.HOVERED: _paint_hovered,
    Stamp.SELECTED: _paint_selected,
    Stamp.FOCUSED: _paint_focused,
    Stamp.PINNED: _paint_pinned,
    Stamp.WITHOUT_SIDECAR: _paint_without_sidecar,
    Stamp.BROKEN: _paint_broken,
}
