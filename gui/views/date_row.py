"""Paints one row of the tree of dates: its chevron, its name and its figures."""

from __future__ import annotations

from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontInfo, QPainter, QPalette, QPen, QPolygonF

TEXT_PX: Final = 26  # where the names of years begin, within the row
MARGIN_PX: Final = 8  # right of the figures
RADIUS_PX: Final = 6
SMALLER_PX: Final = 1  # the figures, than the names
SPACE_PX: Final = 16  # at least, between a name and its figures
_Roles = QPalette.ColorRole


class DateRow(NamedTuple):
    """What a row says, and how it stands.

    Attributes:
        name: At its left.
        figures: How much it holds, at the right.
        indent: By how many pixels it stands to the right of a year.
        is_open: Whether what it consists of is shown; ``None`` if that is nothing.
        selected: The person chose it.
        marked: The grid is there.
        focused: The keyboard is there.
    """

    name: str
    figures: str
    indent: int
    is_open: bool | None
    selected: bool
    marked: bool
    focused: bool


def paint_date_row(
    painter: QPainter, place: QRectF, row: DateRow, palette: QPalette, font: QFont
) -> None:
    """Paint a row over the whole of ``place``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_background(painter, place, row, palette)
    inner = place.adjusted(TEXT_PX + row.indent, 0, -MARGIN_PX, 0)
    if row.is_open is not None:
        centre = QPointF(inner.left() - 14, place.center().y())
        _paint_chevron(painter, centre, row.is_open, _quiet(palette, row))
    _paint_texts(painter, inner, row, palette, font)
    painter.restore()


def _paint_background(painter: QPainter, place: QRectF, row: DateRow, palette: QPalette) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    if row.selected:
        painter.setBrush(palette.highlight())
        painter.drawRoundedRect(place, RADIUS_PX, RADIUS_PX)
    elif row.marked:
        bar = palette.highlight().color()
        painter.setBrush(_faded(bar, 0.14))
        painter.drawRoundedRect(place, RADIUS_PX, RADIUS_PX)
        painter.setBrush(_faded(bar, 0.75))
        side = QRectF(place.left(), place.top() + 6, 3, place.height() - 12)
        painter.drawRoundedRect(side, 1.5, 1.5)
    if row.focused:
        ring = _Roles.HighlightedText if row.selected else _Roles.Highlight
        painter.setPen(QPen(palette.color(ring), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(place.adjusted(2, 2, -2, -2), RADIUS_PX - 2, RADIUS_PX - 2)


def _paint_chevron(painter: QPainter, centre: QPointF, is_open: bool, colour: QColor) -> None:
    points = [(-3.0, -1.5), (0.0, 1.5), (3.0, -1.5)] if is_open else [
        (-1.5, -3.0), (1.5, 0.0), (-1.5, 3.0)
    ]  # fmt: skip
    painter.setPen(QPen(colour, 1.4, c=Qt.PenCapStyle.RoundCap))
    painter.drawPolyline(QPolygonF([centre + QPointF(x, y) for x, y in points]))


def _paint_texts(
    painter: QPainter, place: QRectF, row: DateRow, palette: QPalette, font: QFont
) -> None:
    middle = Qt.AlignmentFlag.AlignVCenter
    small = QFont(font)
    small.setPixelSize(QFontInfo(font).pixelSize() - SMALLER_PX)
    painter.setFont(small)
    painter.setPen(_quiet(palette, row))
    count = row.figures
    if painter.fontMetrics().horizontalAdvance(row.name + count) + SPACE_PX > place.width():
        count = count.partition(" · ")[0]  # the bytes give way, not the name
    width = painter.fontMetrics().horizontalAdvance(count)
    painter.drawText(place, middle | Qt.AlignmentFlag.AlignRight, count)
    medium = QFont(font)
    medium.setWeight(QFont.Weight.Medium)
    painter.setFont(medium)
    painter.setPen(palette.color(_Roles.HighlightedText if row.selected else _Roles.Text))
    room = place.adjusted(0, 0, -width - SPACE_PX, 0)
    elided = painter.fontMetrics().elidedText(
        row.name, Qt.TextElideMode.ElideRight, int(room.width())
    )
    painter.drawText(room, middle | Qt.AlignmentFlag.AlignLeft, elided)


def _quiet(palette: QPalette, row: DateRow) -> QColor:
    return palette.color(_Roles.HighlightedText if row.selected else _Roles.PlaceholderText)


def _faded(colour: QColor, alpha: float) -> QColor:
    result = QColor(colour)
    result.setAlphaF(alpha)
    return result
