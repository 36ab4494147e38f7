"""Line icons, drawn in whatever colour the palette has now."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QPoint, QRect, QSize
from PySide6.QtGui import (
    QColor,
    QIcon,
    QIconEngine,
    QImageReader,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtWidgets import QApplication

import resources

SIZE: Final = 20
_Group, _Role = QPalette.ColorGroup, QPalette.ColorRole


def icon(name: str, colour: QColor, size: int = SIZE) -> QIcon:
    """Return an icon that is sharp on every screen.

    Args:
        name: Of a file in ``resources/icons``, without ".svg".
        colour: Of its lines; ask again when the palette has changed.
        size: Its side in device-independent pixels.
    """
    return QIcon(_LineIcon(name, colour.name(), size))


class _LineIcon(QIconEngine):
    """Draws when somebody looks: most icons stand in menus that nobody has opened yet."""

    def __init__(self, name: str, colour: str, size: int) -> None:
        super().__init__()
        self._name = name
        self._colour = colour
        self._size = size
        self._drawn: dict[tuple[int, QIcon.Mode], QPixmap] = {}

    def clone(self) -> QIconEngine:
        return _LineIcon(self._name, self._colour, self._size)

    def availableSizes(
        self, mode: QIcon.Mode = QIcon.Mode.Normal, state: QIcon.State = QIcon.State.Off
    ) -> list[QSize]:
        return [QSize(self._size, self._size)]

    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:
        return QSize(self._size, self._size).boundedTo(size)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        side = min(size.width(), size.height())
        if (side, mode) not in self._drawn:
            self._drawn[side, mode] = self._render(side, self._colour_of(mode))
        return self._drawn[side, mode]

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        pixmap = QPixmap(self.pixmap(size * scale, mode, state))
        pixmap.setDevicePixelRatio(scale)
        return pixmap

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        ratio = painter.device().devicePixelRatio()
        pixmap = self.scaledPixmap(rect.size(), mode, state, ratio)
        room = rect.size() - pixmap.deviceIndependentSize().toSize()
        painter.drawPixmap(rect.topLeft() + QPoint(room.width() // 2, room.height() // 2), pixmap)

    def _render(self, side: int, colour: str) -> QPixmap:
        svg = resources.read_text(f"icons/{self._name}.svg").replace("currentColor", colour)
        buffer = QBuffer()
        buffer.setData(QByteArray(svg.encode()))
        reader = QImageReader(buffer, QByteArray(b"svg"))
        reader.setScaledSize(QSize(side, side))
        return QPixmap.fromImageReader(reader)

    def _colour_of(self, mode: QIcon.Mode) -> str:
        if mode is not QIcon.Mode.Disabled:
            return self._colour
        return QApplication.palette().color(_Group.Disabled, _Role.ButtonText).name()
