"""When a photograph was taken, as its camera wrote into it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from core.image_header import read_from

if TYPE_CHECKING:
    from PIL import Image

_EXIF = 0x8769
_DATE_TIME_ORIGINAL = 0x9003
_written = re.compile(r"([0-9]{4}):([0-9]{2}):([0-9]{2}) ([0-9:]{8})").fullmatch


def read_capture_date(data: bytes) -> datetime | None:
    """Return an image's EXIF ``DateTimeOriginal``; ``None`` where there is none that can be read.

    Only the header is read, nothing is decoded.

    Args:
        data: The image file's bytes.

    Returns:
        Naive time where the camera was, to the second.
    """
    return read_from(data, _captured)


def _captured(image: Image.Image) -> datetime | None:
    exif = image.getexif() if image.format == "TIFF" else _exif_in_header(image)
    written = _written(str(exif.get_ifd(_EXIF).get(_DATE_TIME_ORIGINAL)).strip(" \0"))
    if written is None:
        return None
    return datetime.fromisoformat("{}-{}-{}T{}".format(*written.groups()))


def _exif_in_header(image: Image.Image) -> Image.Exif:
    from PIL import Image  # here: what only reads a store need not load it

    exif = Image.Exif()  # image.getexif() would decode a whole PNG in search of it
    exif.load(image.info.get("exif") or b"")
    return exif
