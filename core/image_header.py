"""What the first bytes of an image tell: its format and its size, without decoding it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from core.image_file import BROKEN

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
    from PIL import Image  # here: what only reads a store need not load it

    try:
        with Image.open(io.BytesIO(data), formats=[name for name in _NAMES if name != "MPO"]) as it:
            return read(it)
    # A warning, where the process makes errors of them.
    except (Image.DecompressionBombError, Warning, MemoryError, *BROKEN):
        return None
