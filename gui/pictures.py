"""Encoded thumbnails, and the pixels of large pictures, to what Qt paints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap

from core.pictures import Frame, LargePicture
from core.records import Thumbnail
from gui.models.picture import Picture
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


_Formats = QImage.Format
_AS_THEY_COME: Final = {
    "L": _Formats.Format_Grayscale8,
    "RGB": _Formats.Format_RGB888,
    "RGBA": _Formats.Format_RGBA8888,
}
_CONVERTED_PIXELS: Final = 4_000_000  # a millisecond; more are painted as they come


@dataclass(frozen=True, slots=True)
class Shown:
    """A large picture as Qt paints it.

    Attributes:
        image: Its pixels; perhaps fewer than the whole image has.
        whole: The size of the whole image, in pixels.
        moving: Whether it is a frame of an animation.
        memory: What the pixels lie in; ``image`` does not hold it by itself.
    """

    image: QImage
    whole: QSize
    moving: bool = False
    memory: object = None

    @property
    def is_whole(self) -> bool:
        """Whether these are all the pixels the image has."""
        return self.image.size() == self.whole

    @property
    def size_bytes(self) -> int:
        """Memory that it takes."""
        return self.image.sizeInBytes()


def shown_of(picture: LargePicture) -> Shown:
    """Return a picture that has pixels as Qt paints it; a millisecond at most."""
    whole = QSize(picture.whole_width, picture.whole_height)
    size = QSize(picture.width, picture.height)
    return _shown(picture.pixels, size, picture.mode, whole, picture.moving)


def moving_of(frame: Frame, whole: QSize) -> Shown:
    """Return a frame of an animation, whose whole size is ``whole``, as Qt paints it."""
    return _shown(frame.pixels, QSize(frame.width, frame.height), "RGBA", whole, moving=True)


def shaped_like(picture: QPixmap, whole: QSize) -> QSize:
    """Return the size of the whole image, whose sidecar may not know it, or which way up it is."""
    if whole.isEmpty():
        return picture.size() * 100
    if (picture.width() > picture.height()) != (whole.width() > whole.height()):
        whole = whole.transposed()
    return picture.size().scaled(whole, Qt.AspectRatioMode.KeepAspectRatio)


def _shown(pixels: object, size: QSize, mode: str, whole: QSize, moving: bool) -> Shown:
    image = _image(pixels, size, mode)
    if size.width() * size.height() > _CONVERTED_PIXELS:
        return Shown(image, whole, moving, pixels)
    return Shown(_painted_fast(image), whole, moving)


def _image(pixels: object, size: QSize, mode: str) -> QImage:
    stride = size.width() * len(mode)
    return QImage(pixels, size.width(), size.height(), stride, _AS_THEY_COME[mode])  # type: ignore[call-overload, no-any-return]


def _painted_fast(image: QImage) -> QImage:
    """Return a copy in the format of what is painted on, which is painted several times faster."""
    alpha = image.hasAlphaChannel()
    return image.convertToFormat(
        _Formats.Format_ARGB32_Premultiplied if alpha else _Formats.Format_RGB32
    )
