"""What lies over the window while something is dragged over it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QMimeData, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

INSET_PX: Final = 12
RADIUS_PX: Final = 12
VEIL: Final = 0.88
REFUSAL: Final = "Only one folder can be dropped: a store to open"


def dropped_folder(data: QMimeData) -> Path | None:
    """Return the folder that is being dragged; ``None`` unless it is exactly one folder."""
    urls = data.urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.is_dir() else None


class DropVeil(QWidget):
    """Says over the whole window what a drop would do, or that it would do nothing."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._accepts = True
        self._text = ""
        self.hide()

    def cover(self, folder: Path | None) -> None:
        """Cover the parent, inviting to drop ``folder``, or refusing what is dragged."""
        self._accepts = folder is not None
        self._text = "Open this store" if folder else REFUSAL
        self.setAccessibleName(self._text)
        self.setGeometry(self._covered.rect())
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the veil, its frame and its words."""
        colours = self.palette()
        roles = QPalette.ColorRole
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(colours.color(roles.Base))
        veil.setAlphaF(VEIL)
        painter.fillRect(self.rect(), veil)
        edge = colours.color(roles.Highlight if self._accepts else roles.BrightText)
        painter.setPen(QPen(edge, 2, Qt.PenStyle.DashLine))
        frame = QRectF(self.rect()).adjusted(INSET_PX, INSET_PX, -INSET_PX, -INSET_PX)
        painter.drawRoundedRect(frame, RADIUS_PX, RADIUS_PX)
        font = QFont(self.font())
        font.setPixelSize(20)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(colours.color(roles.Text if self._accepts else roles.BrightText))
        wrap = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(frame.adjusted(32, 32, -32, -32), int(wrap), self._text)
