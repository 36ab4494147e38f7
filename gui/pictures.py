"""Encoded thumbnails to what Qt paints."""

from __future__ import annotations

from PySide6.QtGui import QImage, QPixmap

from core.records import Thumbnail
from gui.models.image_list import Picture
from gui.text import translated


def picture_of(thumbnail: Thumbnail, edge: int) -> Picture:
    """Decode a thumbnail, 0.5 to 2 ms; for the Qt thread only.

    Not in a thread: ``QImageReader.read`` lets others run while it holds Qt's plug-in lock, and
    then needs Python again to ask a device made in Python. Whoever meanwhile holds Python and
    waits for that lock, to draw an icon, waits for ever.
    """
    if thumbnail.problem is not None:
        return Picture(None, thumbnail.problem, edge)
    image = QImage.fromData(thumbnail.data)
    if image.isNull():
        return Picture(None, translated("images", "The thumbnail cannot be read"), edge)
    wanted = QImage.Format.Format_RGB32
    if image.hasAlphaChannel():
        wanted = QImage.Format.Format_ARGB32_Premultiplied
    # In these formats a pixmap is made without another conversion.
    return Picture(QPixmap.fromImage(image.convertToFormat(wanted)), None, edge)
