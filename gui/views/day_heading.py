"""Paints the heading above a day's images: the day, then how many images and bytes it holds."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette

from gui.models.day_rows import Section
from gui.text import count_text, day_text, size_text
from gui.views.grid_geometry import MARGIN

_GAP = 9
_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


def paint_day_heading(
    painter: QPainter, area: QRect, section: Section, palette: QPalette, font: QFont
) -> None:
    """Paint the heading of ``section`` over the whole of ``area``, the ground included."""
    painter.fillRect(area, palette.base())
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    line = area.adjusted(MARGIN, 0, -MARGIN, 0)
    day = _elided(day_text(section.day), bold, line.width())
    painter.setFont(bold)
    painter.setPen(palette.text().color())
    painter.drawText(line, _MIDDLE, day)
    line.setLeft(line.left() + QFontMetrics(bold).horizontalAdvance(day) + _GAP)
    sums = f"{count_text(section.count, 'image')} · {size_text(section.size_bytes)}"
    painter.setFont(font)
    painter.setPen(palette.placeholderText().color())
    painter.drawText(line, _MIDDLE, _elided(sums, font, line.width()))


def _elided(text: str, font: QFont, width: int) -> str:
    return QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, width)
