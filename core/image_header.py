"""What the first bytes of an image tell: its format and its size, without decoding it."""

from __future__ import annotations

import io
import struct
from typing import NamedTuple

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
    from PIL import Image  # here: what only reads a store need not load it

    try:
        with Image.open(io.BytesIO(data), formats=[name for name in _NAMES if name != "MPO"]) as it:
            return Header(_NAMES[it.format or ""], *it.size)
    except (
        Image.DecompressionBombError,
        Warning,  # where the process makes errors of them
        OSError,
        ValueError,
        SyntaxError,
        RuntimeError,
        ArithmeticError,
        LookupError,
        TypeError,
        MemoryError,
        struct.error,
    ):
        return None
