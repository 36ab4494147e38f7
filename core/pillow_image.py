"""An image file as Pillow opens it: its size checked first, and what is wrong with it in words.

This runs in a worker process: the file is not to be trusted, and may hang or crash a decoder.
"""

from __future__ import annotations

import errno
import os
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

# Plugins that are not imported here would be, with some forty others, on the first file that is
# not one of Pillow's usual formats.
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from core.errors import ThumbnailError, ThumbnailUnavailable
from core.image_file import BROKEN, MAX_PIXELS, open_image

FORMATS = tuple(
    plugin.format
    for plugin in (
        PngImagePlugin.PngImageFile,
        JpegImagePlugin.JpegImageFile,
        WebPImagePlugin.WebPImageFile,
        GifImagePlugin.GifImageFile,
        AvifImagePlugin.AvifImageFile,
        TiffImagePlugin.TiffImageFile,
        BmpImagePlugin.BmpImageFile,
    )
)
_BEGINNINGS = {
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"BM": "BMP",
}

Image.MAX_IMAGE_PIXELS = None  # checked here, where the message can name width and height
AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # worker processes are the parallelism, and limit memory


@contextmanager
def opened(path: str | bytes, base: str | bytes | None = None) -> Iterator[ImageFile.ImageFile]:
    """Open an image file, for decoding it within the block; its content decides what it is.

    Args:
        path: The image file. It may not be a symbolic link. Bytes for a name that is not UTF-8.
        base: A folder that ``path`` is relative to and may not lead out of: no ``..``, and no
            folder below ``base`` may be a symbolic link either.

    Raises:
        ThumbnailUnavailable: The file is gone, may not be read, or is not a plain file.
        ThumbnailError: The content is not an image that can be shown whole; the message, for
            people, says why. Also for what the block itself finds broken.
    """
    with open_image(path, base) as file, opened_file(file) as image:
        yield image


@contextmanager
def opened_file(
    file: BinaryIO, formats: tuple[str, ...] = FORMATS
) -> Iterator[ImageFile.ImageFile]:
    """Do as ``opened`` does with a file that is open, and may be of these formats only."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about oddities of the file that do not stop the decoder
        size = None
        try:
            with Image.open(file, formats=formats) as image:
                size = image.size
                _check_size(size)
                yield image
        except UnidentifiedImageError:
            raise ThumbnailError(_why_unknown(file)) from None
        except MemoryError:
            raise ThumbnailError(_too_large(size)) from None
        except BROKEN as error:
            # No disk says EINVAL, but lseek(2) of a place where the file says that something is.
            if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
                raise ThumbnailUnavailable(
                    f"The file cannot be read: {error.strerror or error}"
                ) from None
            raise ThumbnailError(_why_broken(file, error)) from None


def _check_size(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        raise ThumbnailError(_too_large(size))
    if width < 1 or height < 1:
        raise ThumbnailError("The image has no pixels")


def _too_large(size: tuple[int, int] | None) -> str:
    if size is None:
        return "Too large to open"
    return f"Too large to open: {size[0]:,} × {size[1]:,} pixels"


def _why_unknown(file: BinaryIO) -> str:
    """Say what stands where an image should begin."""
    file.seek(0)
    beginning = file.read(12)
    if not beginning:
        return "Empty file"
    name = next((name for start, name in _BEGINNINGS.items() if beginning.startswith(start)), None)
    if beginning[4:] in (b"ftypavif", b"ftypavis"):
        name = "AVIF"
    if name:
        return f"The {name} file is damaged or cut short"
    shown = beginning[:8]
    text = shown.decode("ascii", "replace")
    text = f"“{text}”" if shown.isascii() and text.isprintable() else shown.hex(" ").upper()
    return f"Not an image: the first bytes are {text}"


def _why_broken(file: BinaryIO, error: BaseException) -> str:
    reason = str(error)
    file.seek(0)
    riff, length = struct.unpack("<4sI", file.read(8).ljust(8))
    if riff == b"RIFF" and length + 8 > os.fstat(file.fileno()).st_size:
        return "The file is cut short"  # the WebP decoder itself only says that it failed
    if isinstance(error, (EOFError, struct.error)) or "truncated" in reason.lower():
        return "The file is cut short"
    return f"The file is damaged ({reason or type(error).__name__})"
