"""Paints one image of the grid: its thumbnail in a rounded cell, its marks, and how it stands.

A finished cell is kept as one picture, so that most frames only copy. Making one takes longer
than a frame has for all of them: in each frame some are made, others are painted quickly and
coarsely, and where there is no time for that either, without their thumbnail. So a frame takes
no longer however many cells are new, and ``Quality`` says what another frame would make better.
"""

from __future__ import annotations

from enum import IntEnum
from time import perf_counter
from typing import NamedTuple

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette, QPixmap

from gui.models.bounded import Bounded
from gui.models.picture import Picture
from gui.views.cell_stamps import CellStamps, Stamp

_SECONDS_WELL, _SECONDS_A_FRAME = 0.001, 0.0025  # for finishing; for that and coarse painting
_BYTES_KEPT = 48 << 20
_TEXT_MARGIN = 10
_TEXT_BELOW_CENTRE = 10


class Look(NamedTuple):
    """What a cell looks like, apart from how it stands; equal looks are painted equally."""

    picture: Picture | None  # None until it comes
    without_sidecar: bool
    pinned: bool

    @property
    def trait(self) -> tuple[object, ...]:
        """What tells it from other looks, without keeping its picture in memory."""
        seen: object = None
        if self.picture is not None:
            pixmap = self.picture.pixmap
            seen = (
                self.picture.problem if pixmap is None else (pixmap.cacheKey(), self.picture.edge)
            )
        return seen, self.without_sidecar, self.pinned


class Quality(IntEnum):
    """How well a cell was painted."""

    EMPTY = 0  # without the thumbnail that there is
    COARSE = 1
    WELL = 2


class CellPainter:
    """Paints the cells of a grid; GUI thread only."""

    def __init__(self) -> None:
        self._spent = 0.0  # seconds in this frame
        self._side, self._ratio = 1, 1.0
        self._palette, self._font = QPalette(), QFont()
        self._ground = self._palette.alternateBase()
        self._stamps = CellStamps(1, 1.0, self._palette)
        self._finished: Bounded[int, tuple[tuple[object, ...], QPixmap]] = Bounded(0)

    def begin_frame(self, side: int, ratio: float, palette: QPalette, font: QFont) -> None:
        """Say what holds for all cells from now on, and allow for a frame's share of work.

        Args:
            side: Of a cell, in device-independent pixels.
            ratio: Device pixels for each of them.
            palette: The colours.
            font: For the reason why an image is broken.
        """
        self._spent = 0.0
        same = (side, ratio, font) == (self._side, self._ratio, self._font)
        if not same or palette.cacheKey() != self._palette.cacheKey():
            self._side, self._ratio, self._palette, self._font = side, ratio, palette, font
            self._ground = palette.alternateBase()
            self._stamps = CellStamps(side, ratio, palette)
            self._finished = Bounded(round(_BYTES_KEPT / (4 * (side * ratio) ** 2)))

    def paint(self, painter: QPainter, x: int, y: int, key: int, look: Look) -> Quality:
        """Paint the cell of an image with its top left at a point; return how well."""
        if look.picture is None:
            return self._paint_parts(painter, x, y, look, Quality.WELL)
        kept = self._finished.get(key)
        if kept is not None and kept[0] == look.trait:
            painter.drawPixmap(x, y, kept[1])
            return Quality.WELL
        if self._spent >= _SECONDS_A_FRAME:
            return self._paint_parts(painter, x, y, look, Quality.EMPTY)
        began = perf_counter()
        if self._spent < _SECONDS_WELL:
            painter.drawPixmap(x, y, self._finish(key, look))
            quality = Quality.WELL
        else:
            quality = self._paint_parts(painter, x, y, look, Quality.COARSE)
        self._spent += perf_counter() - began
        return quality

    def stamp(self, painter: QPainter, x: int, y: int, stamp: Stamp) -> None:
        """Paint over a cell, with its top left at a point, how it stands."""
        self._stamps.paint(painter, x, y, stamp)

    def _finish(self, key: int, look: Look) -> QPixmap:
        edge = round(self._side * self._ratio)
        pixmap = QPixmap(edge, edge)
        pixmap.setDevicePixelRatio(self._ratio)
        painter = QPainter(pixmap)
        self._paint_parts(painter, 0, 0, look, Quality.WELL)
        painter.end()
        self._finished.put(key, (look.trait, pixmap))
        return pixmap

    def _paint_parts(
        self, painter: QPainter, x: int, y: int, look: Look, quality: Quality
    ) -> Quality:
        picture, side = look.picture, self._side
        if picture is None or picture.pixmap is None or quality is Quality.EMPTY:
            painter.fillRect(x, y, side, side, self._ground)
        else:
            well = quality is Quality.WELL
            self._paint_thumbnail(painter, x, y, picture.pixmap, picture.edge, well)
        self.stamp(painter, x, y, Stamp.CORNERS)
        if picture is not None and picture.problem is not None:
            self.stamp(painter, x, y, Stamp.BROKEN)
            self._paint_problem(painter, QRect(x, y, side, side), picture.problem)
        if look.pinned:
            self.stamp(painter, x, y, Stamp.PINNED)
        if look.without_sidecar:
            self.stamp(painter, x, y, Stamp.WITHOUT_SIDECAR)
        return quality

    def _paint_thumbnail(
        self, painter: QPainter, x: int, y: int, pixmap: QPixmap, edge: int, well: bool
    ) -> None:
        side, ratio = self._side, self._ratio
        width, height = _fitting(pixmap, edge, side, ratio)
        if pixmap.hasAlphaChannel() or min(width, height) < round(side * ratio):
            painter.fillRect(x, y, side, side, self._ground)
        if well and (pixmap.width(), pixmap.height()) != (width, height):
            pixmap = pixmap.scaled(
                width,
                height,
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        # on whole device pixels, or it would be blurred
        left = x + round((side * ratio - width) / 2) / ratio
        top = y + round((side * ratio - height) / 2) / ratio
        target = QRectF(left, top, width / ratio, height / ratio)
        painter.drawPixmap(target, pixmap, QRectF(pixmap.rect()))

    def _paint_problem(self, painter: QPainter, cell: QRect, problem: str) -> None:
        metrics = QFontMetrics(self._font)
        area = cell.adjusted(_TEXT_MARGIN, 0, -_TEXT_MARGIN, 0)
        area.setTop(cell.center().y() + _TEXT_BELOW_CENTRE)
        area.setHeight(2 * metrics.lineSpacing())
        two_lines = round(1.7 * area.width())  # words leave some of each line empty
        text = metrics.elidedText(problem, Qt.TextElideMode.ElideRight, two_lines)
        painter.setPen(self._palette.placeholderText().color())
        painter.setFont(self._font)
        painter.drawText(area, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, text)


def _fitting(pixmap: QPixmap, edge: int, side: int, ratio: float) -> tuple[int, int]:
    """Return the size in device pixels that a thumbnail has in a cell of ``side``."""
    longest = max(pixmap.width(), pixmap.height(), 1)
    scale = side * ratio / longest
    if longest < edge:  # the image itself is this small: do not blow it up
        scale = min(scale, ratio)
    return max(round(pixmap.width() * scale), 1), max(round(pixmap.height() * scale), 1)
