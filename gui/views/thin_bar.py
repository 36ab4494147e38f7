"""A bar that says how much of something there is, or is done."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QProgressBar, QWidget

BAR_PX: Final = 6


class ThinBar(QProgressBar):
    """A thin, rounded bar; past its maximum it fills up in the warning colour."""

    def __init__(self, width: int, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextVisible(False)
        self.setFixedSize(width, BAR_PX)
        self.setRange(0, 1000)
        self.setAccessibleName(name)
        self._over = False

    def set_share(self, share: float) -> None:
        """Fill it to ``share``, 1.0 being full."""
        self._over = share > 1
        self.setValue(round(1000 * min(max(share, 0.0), 1.0)))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the track and how far it is filled."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(self.rect())
        radius = track.height() / 2
        painter.setBrush(self.palette().mid())
        painter.drawRoundedRect(track, radius, radius)
        if self.value():
            colours = self.palette()
            painter.setBrush(colours.brightText() if self._over else colours.highlight())
            filled = max(track.width() * self.value() / self.maximum(), track.height())
            painter.drawRoundedRect(QRectF(0, 0, filled, track.height()), radius, radius)
