"""When a photograph was taken, as its camera wrote into it."""

from __future__ import annotations

import io
import re
import struct
from datetime import datetime

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
    from PIL import Image  # here: what only reads a store need not load it

    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.format == "TIFF":
                exif = image.getexif()
            else:  # getexif() would decode a whole PNG in search of it
                exif = Image.Exif()
                exif.load(image.info.get("exif") or b"")
            written = _written(str(exif.get_ifd(_EXIF).get(_DATE_TIME_ORIGINAL)).strip(" \0"))
            if written is None:
                return None
            return datetime.fromisoformat("{}-{}-{}T{}".format(*written.groups()))
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
