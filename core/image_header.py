"""What the first bytes of an image tell: its format and its size, without decoding it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from core.image_file import BROKEN, MAX_PIXELS

if TYPE_CHECKING:
    from PIL import Image

T = TypeVar("T")

# "MPO" is a JPEG with a second picture in it. The order is that of Pillow's search.
_NAMES = {
    "PNG": "png",
    "JPEG": "jpeg",
    "MPO": "jpeg",
    "WEBP": "webp",
    "GIF": "gif",
    "AVIF": "avif",
    "TIFF": "tiff",
    "BMP": "bmp",
}


class Header(NamedTuple):
    """An image's format ("png", "jpeg", …), and its width and height in pixels."""

    format: str
    width: int
    height: int


def read_header(data: bytes) -> Header | None:
    """Return what an image's header says; ``None`` if it is no image, or one too large to show."""
    return read_from(data, lambda image: Header(_NAMES[image.format or ""], *image.size))


def read_from(data: bytes, read: Callable[[Image.Image], T]) -> T | None:
    """Open an image, without decoding it, and return what ``read`` finds in it.

    Args:
        data: The image file's bytes; only formats that a store can hold are looked for.
        read: Told the open image.

    Returns:
        ``None`` where it cannot be opened, is too large to show, or broken where ``read`` looks.
    """
    try:
        with _opened(data) as image:
            return read(image) if image.width * image.height <= MAX_PIXELS else None
    except (Warning, MemoryError, *BROKEN):  # a warning, where the process makes errors of them
        return None


def _opened(data: bytes) -> Image.Image:
    """Open an image by Pillow's own readers, but with our limit to its pixels.

    ``Image.open`` has a lower one, for all of the process, which may be a server's.
    """
    from PIL import Image  # here: what only reads a store need not load it

    Image.init()
    for name in _NAMES:
        if name not in Image.OPEN:
            continue
        factory, accepts = Image.OPEN[name]
        if accepts is None or accepts(data[:16]) is True:
            return factory(io.BytesIO(data), "")
    raise ValueError("no image of a known format")
