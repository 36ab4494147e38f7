"""Paints one row of the dates or the facets: its chevron or check mark, its name and its figures.

A row that was painted is kept as a picture, and only some of those that are new are painted in a
frame: when the tree opens another month, all that is seen of it is new.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from time import perf_counter
from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontInfo,
    QFontMetrics,
    QPainter,
    QPalette,
    QPen,
    QPixmap,
    QPolygonF,
)

from gui.models.bounded import Bounded

ROW_PX: Final = 27
GAP_PX: Final = 10  # between what is no date and the dates, and between facets
AROUND_PX: Final = 8  # at all sides of all rows
TEXT_PX: Final = 26  # where the names of years begin, within the row
MARGIN_PX: Final = 8  # right of the figures
RADIUS_PX: Final = 6
SMALLER_PX: Final = 1  # the figures, than the names
SPACE_PX: Final = 16  # at least, between a name and its figures
_KEPT: Final = 128  # some 25 kB each
_SECONDS_A_FRAME: Final = 0.0025  # for rows that are new
_LEFT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
_Roles = QPalette.ColorRole


class Standing(NamedTuple):
    """How a row stands.

    Attributes:
        indent: By how many pixels it stands to the right of a year.
        is_open: Whether what it consists of is shown; ``None`` if that is nothing.
        selected: The person chose it.
        marked: The grid is there.
        focused: The keyboard is there.
        checked: A check mark stands before its name.
    """

    indent: int
    is_open: bool | None
    selected: bool
    marked: bool
    focused: bool
    checked: bool = False


class RowLook(NamedTuple):
    """What a row says, and how it stands.

    Attributes:
        name: At its left.
        figures: How much it holds, at the right.
        standing: How it stands.
    """

    name: str
    figures: str
    standing: Standing


class Fonts(NamedTuple):
    """What rows are written in, measured: finding a font takes as long as writing a row."""

    name: QFont
    name_metrics: QFontMetrics
    figures: QFont
    figures_metrics: QFontMetrics


def fonts_of(font: QFont) -> Fonts:
    """Return what rows are written in where all else is written in ``font``."""
    name, figures = QFont(font), QFont(font)
    name.setWeight(QFont.Weight.Medium)
    figures.setPixelSize(QFontInfo(font).pixelSize() - SMALLER_PX)
    return Fonts(name, QFontMetrics(name), figures, QFontMetrics(figures))


class RowPictures:
    """Keeps rows as pictures: to paint one anew takes ten times as long. GUI thread only.

    Attributes:
        unfinished: Whether rows of this frame are left for another.
    """

    def __init__(self) -> None:
        self.unfinished = False
        self._spent = 0.0  # seconds in this frame
        self._kept: Bounded[Hashable, QPixmap] = Bounded(_KEPT)
        self._fonts: Fonts | None = None

    def begin_frame(self) -> None:
        """Allow for a frame's share of work."""
        self.unfinished, self._spent = False, 0.0

    def forget(self) -> None:
        """Paint all anew: the palette, the font or the language is another."""
        self._kept.clear()
        self._fonts = None

    def get(
        self,
        key: Hashable,
        row: Callable[[], RowLook],
        size: QSize,
        ratio: float,
        palette: QPalette,
        font: QFont,
    ) -> QPixmap | None:
        """Return the picture of a row, the ground included; ``None`` leaves it for another frame.

        Args:
            key: Equal for equal rows.
            row: Says what to paint, if it has to be painted.
            size: Of the picture, in device-independent pixels.
            ratio: Device pixels for each of them.
            palette: The colours.
            font: What all else is written in.
        """
        picture = self._kept.get((key, size.width(), ratio))
        if picture is not None:
            return picture
        if self._spent > _SECONDS_A_FRAME:
            self.unfinished = True
            return None
        began = perf_counter()
        picture = QPixmap(size * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(palette.base().color())
        painter = QPainter(picture)
        place = QRectF(0, 0, size.width(), size.height())
        self._fonts = self._fonts or fonts_of(font)
        _paint_row(painter, place, row(), palette, self._fonts)
        painter.end()
        self._kept.put((key, size.width(), ratio), picture)
        self._spent += perf_counter() - began
        return picture


def _paint_row(
    painter: QPainter, place: QRectF, row: RowLook, palette: QPalette, fonts: Fonts
) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    standing = row.standing
    _paint_background(painter, place, standing, palette)
    inner = place.adjusted(TEXT_PX + standing.indent, 0, -MARGIN_PX, 0)
    if standing.is_open is not None:
        centre = QPointF(inner.left() - 14, place.center().y())
        _paint_chevron(painter, centre, standing.is_open, _quiet(palette, standing))
    if standing.checked:
        centre = QPointF(inner.left() - 13, place.center().y())
        _paint_check(painter, centre, palette.color(_Roles.Highlight))
    _paint_texts(painter, inner, row, palette, fonts)


def _paint_background(painter: QPainter, place: QRectF, row: Standing, palette: QPalette) -> None:
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


def _paint_check(painter: QPainter, centre: QPointF, colour: QColor) -> None:
    points = [QPointF(-4, 0.5), QPointF(-1.2, 3.2), QPointF(4, -3)]
    painter.setPen(QPen(colour, 1.9, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
    painter.drawPolyline(QPolygonF([centre + point for point in points]))


def _paint_texts(
    painter: QPainter, place: QRectF, row: RowLook, palette: QPalette, fonts: Fonts
) -> None:
    count, count_width = row.figures, fonts.figures_metrics.horizontalAdvance(row.figures)
    name, name_width = row.name, fonts.name_metrics.horizontalAdvance(row.name)
    room = int(place.width()) - SPACE_PX
    if name_width + count_width > room:
        count = count.partition(" · ")[0]  # the bytes give way, not the name
        room -= fonts.figures_metrics.horizontalAdvance(count)
        name = fonts.name_metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room)
    painter.setFont(fonts.figures)
    painter.setPen(_quiet(palette, row.standing))
    painter.drawText(place, _RIGHT, count)
    painter.setFont(fonts.name)
    painter.setPen(palette.color(_Roles.HighlightedText if row.standing.selected else _Roles.Text))
    painter.drawText(place, _LEFT, name)


def _quiet(palette: QPalette, row: Standing) -> QColor:
    return palette.color(_Roles.HighlightedText if row.selected else _Roles.PlaceholderText)


def _faded(colour: QColor, alpha: float) -> QColor:
    result = QColor(colour)
    result.setAlphaF(alpha)
    return result
