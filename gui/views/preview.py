"""The picture at the top of the metadata pane."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPalette, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.icons import icon
from gui.text import translated

RADIUS_PX: Final = 8
SHAPE: Final = 0.8  # height to width
MOST_PX: Final = 420
ICON_PX: Final = 32
ENLARGE_AT_MOST: Final = 2


class Preview(QWidget):
    """One picture, whole, letterboxed in a rounded frame; or why there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: QPixmap | None = None
        self._problem = ""
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(translated("metadata", "Preview"))

    def set_picture(self, picture: QPixmap | None, problem: str | None = None) -> None:
        """Show a picture, or a problem; neither leaves the frame empty (the picture may come)."""
        self._picture = picture
        self._problem = problem or ""
        self.setAccessibleDescription(self._problem)
        self.update()

    def hasHeightForWidth(self) -> bool:
        """Return True: the frame keeps its shape."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of the frame."""
        return min(round(width * SHAPE), MOST_PX)

    def sizeHint(self) -> QSize:
        """Return its size in a pane of the usual width."""
        return QSize(288, self.heightForWidth(288))

    def minimumSizeHint(self) -> QSize:
        """Return a size that fits any pane."""
        return QSize(1, 96)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the frame, and in it the picture or the problem."""
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        frame = QRectF(self.rect())
        outline = QPainterPath()
        outline.addRoundedRect(frame, RADIUS_PX, RADIUS_PX)
        painter.fillPath(outline, self.palette().base())
        if self._problem:
            self._paint_problem(painter, frame)
        elif self._picture and not self._picture.isNull():
            painter.setClipPath(outline)
            whole = QRectF(self._picture.rect())
            painter.drawPixmap(self._place(frame, whole.size()), self._picture, whole)

    @staticmethod
    def _place(frame: QRectF, size: QSizeF) -> QRectF:
        """Return where a picture of this size goes: as large as fits, at most twice as large."""
        most = size * ENLARGE_AT_MOST
        size = most.scaled(most.boundedTo(frame.size()), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(frame.topLeft(), size)
        place.moveCenter(frame.center())
        return place

    def _paint_problem(self, painter: QPainter, frame: QRectF) -> None:
        colour = self.palette().color(QPalette.ColorRole.PlaceholderText)
        middle = frame.center().y()
        mark = QRectF(0, 0, ICON_PX, ICON_PX)
        mark.moveCenter(frame.center() - QPointF(0, ICON_PX / 2 + 4))
        icon("warning", colour, ICON_PX).paint(painter, mark.toRect())
        painter.setPen(colour)
        words = QRectF(frame.left() + 16, middle + 8, frame.width() - 32, frame.height() / 2 - 16)
        wrap = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.drawText(words, int(wrap), self._problem)
