"""Paints one image of the grid: its thumbnail in a rounded cell, its marks, and how it stands.

A finished cell is kept as one picture, so that most frames only copy. Making one takes longer
than a frame has for all of them: in each frame some are made, the others are painted quickly and
coarsely, and ``unfinished`` says that another frame would make them better.
"""

from __future__ import annotations

from time import perf_counter
from typing import NamedTuple

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette, QPixmap

from gui.models.bounded import Bounded
from gui.models.image_list import Picture
from gui.views.cell_stamps import RING, CellStamps, Stamp

_SECONDS_A_FRAME = 0.002
_BYTES_KEPT = 48 << 20
_TEXT_MARGIN = 10
_TEXT_BELOW_CENTRE = 10
_TO_STAMP = QPoint(RING, RING)


class Look(NamedTuple):
    """What a cell looks like, apart from how it stands; equal looks are painted equally."""

    picture: Picture | None  # None until it comes
    without_sidecar: bool
    pinned: bool


class CellPainter:
    """Paints the cells of a grid; GUI thread only."""

    def __init__(self) -> None:
        self.unfinished = False
        self._spent = 0.0  # seconds in this frame
        self._stamps = CellStamps()
        self._side, self._ratio = 1, 1.0
        self._palette = QPalette()
        self._font = QFont()
        self._finished: Bounded[tuple[Look, QPixmap]] = Bounded(0)

    def begin_frame(self, side: int, ratio: float, palette: QPalette, font: QFont) -> None:
        """Say what holds for all cells from now on, and allow for a frame's share of work.

        Args:
            side: Of a cell, in device-independent pixels.
            ratio: Device pixels for each of them.
            palette: The colours.
            font: For the reason why an image is broken.
        """
        self.unfinished = False
        self._spent = 0.0
        same = (side, ratio, font) == (self._side, self._ratio, self._font)
        if not same or palette.cacheKey() != self._palette.cacheKey():
            self._side, self._ratio, self._palette, self._font = side, ratio, palette, font
            self._finished = Bounded(round(_BYTES_KEPT / (4 * (side * ratio) ** 2)))

    def paint(
        self,
        painter: QPainter,
        at: QPoint,
        key: int,
        look: Look,
        *,
        hovered: bool = False,
        selected: bool = False,
        focused: bool = False,
    ) -> None:
        """Paint the cell of an image with its top left at a point, and its rings around it."""
        kept = self._finished.get(key)
        if kept is not None and kept[0] == look:
            painter.drawPixmap(at, kept[1])
        elif self._spent < _SECONDS_A_FRAME:
            painter.drawPixmap(at, self._finish(key, look))
        else:
            self.unfinished = True
            self._paint_parts(painter, at, look, well=False)
        if hovered:
            self._stamp(painter, at, Stamp.HOVERED)
        if selected:
            self._stamp(painter, at, Stamp.SELECTED)
        if focused:
            self._stamp(painter, at, Stamp.FOCUSED)

    def _finish(self, key: int, look: Look) -> QPixmap:
        began = perf_counter()
        side, ratio = self._side, self._ratio
        pixmap = QPixmap(round(side * ratio), round(side * ratio))
        pixmap.setDevicePixelRatio(ratio)
        painter = QPainter(pixmap)
        self._paint_parts(painter, QPoint(0, 0), look, well=True)
        painter.end()
        self._finished.put(key, (look, pixmap))
        self._spent += perf_counter() - began
        return pixmap

    def _paint_parts(self, painter: QPainter, at: QPoint, look: Look, *, well: bool) -> None:
        cell = QRect(at.x(), at.y(), self._side, self._side)
        painter.fillRect(cell, self._palette.alternateBase())
        picture = look.picture
        if picture is not None and picture.pixmap is not None:
            self._paint_thumbnail(painter, at, picture.pixmap, picture.edge, well)
        self._stamp(painter, at, Stamp.CORNERS)
        if picture is not None and picture.problem is not None:
            self._stamp(painter, at, Stamp.BROKEN)
            self._paint_problem(painter, cell, picture.problem)
        if look.pinned:
            self._stamp(painter, at, Stamp.PINNED)
        if look.without_sidecar:
            self._stamp(painter, at, Stamp.WITHOUT_SIDECAR)

    def _stamp(self, painter: QPainter, at: QPoint, stamp: Stamp) -> None:
        pixmap = self._stamps.get(stamp, self._side, self._ratio, self._palette)
        painter.drawPixmap(at - _TO_STAMP, pixmap)

    def _paint_thumbnail(
        self, painter: QPainter, at: QPoint, pixmap: QPixmap, edge: int, well: bool
    ) -> None:
        side, ratio = self._side, self._ratio
        width, height = _fitting(pixmap, edge, side, ratio)
        # on whole device pixels, or it would be blurred
        x = at.x() + round((side * ratio - width) / 2) / ratio
        y = at.y() + round((side * ratio - height) / 2) / ratio
        if well and (pixmap.width(), pixmap.height()) != (width, height):
            pixmap = pixmap.scaled(
                width,
                height,
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not well)
        target = QRectF(x, y, width / ratio, height / ratio)
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
