"""Line icons, drawn in whatever colour the palette has now."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QSize
from PySide6.QtGui import QColor, QIcon, QImageReader, QPixmap

import resources

SIZE: Final = 20
_SCALES: Final = (1, 2, 3)


def icon(name: str, colour: QColor, size: int = SIZE) -> QIcon:
    """Return an icon that is sharp on every screen.

    Args:
        name: Of a file in ``resources/icons``, without ".svg".
        colour: Of its lines; ask again when the palette has changed.
        size: Its side in device-independent pixels.
    """
    svg = resources.read_text(f"icons/{name}.svg").replace("currentColor", colour.name())
    result = QIcon()
    for scale in _SCALES:
        result.addPixmap(_render(svg, size, scale))
    return result


def _render(svg: str, size: int, scale: int) -> QPixmap:
    buffer = QBuffer()
    buffer.setData(QByteArray(svg.encode()))
    reader = QImageReader(buffer, QByteArray(b"svg"))
    reader.setScaledSize(QSize(size * scale, size * scale))
    pixmap = QPixmap.fromImageReader(reader)
    pixmap.setDevicePixelRatio(scale)
    return pixmap
