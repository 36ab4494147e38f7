"""Whether an image file is sound, as far as can be told without decoding its pixels.

This runs in a worker process: the file is not to be trusted. It is read by Python alone, which no
file crashes: one that did would keep all others from being looked at.
"""

from __future__ import annotations

import os
from typing import BinaryIO, NamedTuple, cast

from PIL import ImageFile, TiffImagePlugin

from core.containers import format_of, look_beside
from core.errors import ThumbnailError, ThumbnailUnavailable
from core.pillow_image import opened_file

_BY_LIBRARIES = ("WEBP", "AVIF")  # which read such files as a whole to open them
MOST_READS = 20_000  # to open one; an image that can be shown needs some hundred
_READ_BYTES = 1024  # of which each counts as a read
_TIFF_PIXELS = ((273, 279), (324, 325))  # where strips begin, or tiles, and their bytes


class _TooManyReadsError(Exception):
    pass


class _BoundedFile:
    """A file of which so much is read and no more: Pillow goes over as many parts as there are."""

    def __init__(self, file: BinaryIO) -> None:
        self.seek, self.tell = file.seek, file.tell
        self._read = file.read
        self._left = MOST_READS

    def read(self, size: int = -1) -> bytes:
        found = self._read(size)
        self._left -= 1 + len(found) // _READ_BYTES
        if self._left < 0:
            raise _TooManyReadsError
        return found


class Seen(NamedTuple):
    """Whether an image file has a C2PA manifest, and whether it is broken."""

    signed: bool
    broken: bool


def look_at(file: BinaryIO) -> Seen:
    """Look at an image file; its content decides what it is.

    It is broken where it is empty or no image, its header cannot be read or tells of an image too
    large to show, or it ends before the last of its parts does. What would take too long to find
    out, since the file has very many parts, is no fault.

    Raises:
        ThumbnailUnavailable, OSError: The file cannot be read.
    """
    file_format = format_of(file)
    beside = look_beside(file, file_format, texts=False)
    return Seen(beside.signed, beside.cut_off or not _opens(file, file_format))


def _opens(file: BinaryIO, file_format: str) -> bool:
    if not file_format or file_format in _BY_LIBRARIES:
        return bool(file_format)
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    try:
        with opened_file(cast(BinaryIO, _BoundedFile(file)), (file_format,)) as image:
            return _end_of_pixels(image) <= size
    except _TooManyReadsError:
        return True
    except ThumbnailUnavailable:
        raise
    except ThumbnailError:
        return False


def _end_of_pixels(image: ImageFile.ImageFile) -> int:
    """Return where in the file the pixels end, where the header says it; else 0."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        tags = image.tag_v2
        return max(
            (
                start + length
                for starts, lengths in _TIFF_PIXELS
                for start, length in zip(tags.get(starts, ()), tags.get(lengths, ()), strict=False)
            ),
            default=0,
        )
    codec, _, start, args = image.tile[0]  # an image has some pixels at least
    if image.format == "BMP" and codec == "raw" and isinstance(args, tuple):
        return start + int(args[1]) * image.height  # bytes of a row
    return 0
