"""A bar of what a store holds, and of what of that goes."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.text import translated

HEIGHT_PX = 8
PALE = 0.45


class DiskBar(QWidget):
    """From the left what stays, then what moves to the trash, paler; what comes free is empty."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(translated("prune", "Space before and after"))
        self._stays = self._moves = 0.0

    def set_shares(self, held: int, freed: int, trashed: int) -> None:
        """Show how much of the bytes held is freed, and how much moves to the trash."""
        whole = max(held, 1)
        self._moves = min(trashed / whole, 1.0)
        self._stays = max(held - freed - trashed, 0) / whole
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the track, and what is left on it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(self.rect())
        shape = QPainterPath()
        shape.addRoundedRect(track, HEIGHT_PX / 2, HEIGHT_PX / 2)
        painter.setClipPath(shape)
        painter.fillRect(track, self.palette().mid())
        accent = self.palette().highlight().color()
        pale = QColor(accent)
        pale.setAlphaF(PALE)
        painter.setPen(Qt.PenStyle.NoPen)
        stays, moves = track.width() * self._stays, track.width() * self._moves
        painter.fillRect(QRectF(0, 0, stays, track.height()), accent)
        painter.fillRect(QRectF(stays, 0, moves, track.height()), pale)
