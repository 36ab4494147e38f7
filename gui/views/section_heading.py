"""Paints the heading above a section: what it is, then how many images and bytes it holds.

Laying text out costs as much as some cells of a frame, and there may be a heading for each line
of them: what was written once is kept as a picture.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette, QPixmap

from core.arrangement import Arrangement
from gui.models.bounded import Bounded
from gui.models.day_rows import Section
from gui.models.image_list import ImageListModel
from gui.text import count_text, size_text
from gui.views.grid_geometry import HEADING, MARGIN

_GAP = 9
_KEPT = 64  # some 60 kB each
_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_Sums = tuple[int, int]  # images and bytes
_Identity = tuple[Arrangement, int, int | str, int]


class SectionHeadings:
    """Paints the headings of a grid, each ``HEADING`` high; GUI thread only."""

    def __init__(self) -> None:
        self._width, self._ratio = 0, 1.0
        self._palette, self._font = QPalette(), QFont()
        self._written: Bounded[_Identity, tuple[_Sums, QPixmap]] = Bounded(_KEPT)

    def begin_frame(self, width: int, ratio: float, palette: QPalette, font: QFont) -> None:
        """Say what holds for all headings from now on.

        Args:
            width: Of a heading, in device-independent pixels.
            ratio: Device pixels for each of them.
            palette: The colours.
            font: Of the sums; what the section is is written in the same, but bolder.
        """
        same = (width, ratio, font) == (self._width, self._ratio, self._font)
        if not same or palette.cacheKey() != self._palette.cacheKey():
            self._width, self._ratio, self._palette, self._font = width, ratio, palette, font
            self._written.clear()

    def paint(
        self, painter: QPainter, at: QPoint, section: Section, images: ImageListModel
    ) -> None:
        """Paint a heading with its top left at a point, the ground included."""
        painter.fillRect(QRect(at.x(), at.y(), self._width, HEADING), self._palette.base())
        sums = section.count, section.size_bytes
        identity = images.arrangement, section.day, section.label, section.key
        kept = self._written.get(identity)
        if kept is None or kept[0] != sums:
            title = images.heading(section)
            kept = sums, self._write(title, section)
            if title:  # else it is not known yet
                self._written.put(identity, kept)
        painter.drawPixmap(at.x() + MARGIN, at.y(), kept[1])

    def _write(self, title: str, section: Section) -> QPixmap:
        bold = QFont(self._font)
        bold.setWeight(QFont.Weight.DemiBold)
        room = max(self._width - 2 * MARGIN, 0)
        sums = f"{count_text(section.count, 'image')} · {size_text(section.size_bytes)}"
        sums_width = QFontMetrics(self._font).horizontalAdvance(sums)
        title, title_width = _elided(title, bold, max(room - _GAP - sums_width, room // 2))
        left = title_width + _GAP if title else 0
        sums, sums_width = _elided(sums, self._font, room - left)
        width = max(left + sums_width, 1)
        pixmap = QPixmap(round(width * self._ratio), round(HEADING * self._ratio))
        pixmap.setDevicePixelRatio(self._ratio)
        pixmap.fill(self._palette.base().color())
        painter = QPainter(pixmap)
        painter.setFont(bold)
        painter.setPen(self._palette.text().color())
        painter.drawText(QRect(0, 0, title_width, HEADING), _MIDDLE, title)
        painter.setFont(self._font)
        painter.setPen(self._palette.placeholderText().color())
        painter.drawText(QRect(left, 0, sums_width, HEADING), _MIDDLE, sums)
        painter.end()
        return pixmap


def _elided(text: str, font: QFont, room: int) -> tuple[str, int]:
    """Return as much of a text as there is room for, and its width."""
    metrics = QFontMetrics(font)
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
    return text, metrics.horizontalAdvance(text)
