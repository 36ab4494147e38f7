"""Decodes what a store mostly holds faster than Pillow does, and leaves the rest to Pillow.

PNG files go to kornia-rs, which is written in Rust and safe in memory, WebP files to libwebp
itself. Either gives exactly the pixels that Pillow would give, or is not asked: palettes, samples
of other than eight bits, transparent colours, interlacing and animations are Pillow's, and so is
every file that either of them refuses. So it is always Pillow that says what is wrong with a file.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageFile

from core import libwebp

MOST_PIXELS = 64_000_000  # beyond, memory counts for more than time
MOST_BYTES = 256 << 20  # of a file
_PNG_MODES = {"L": "mono", "RGB": "rgb", "RGBA": "rgba"}
_PNG_START = 8  # bytes of signature
_COARSE_FROM = 2.0


def pixels_of(
    image: ImageFile.ImageFile, shrink: float = 1.0, least: tuple[int, int] | None = None
) -> Image.Image:
    """Return an open image with its pixels loaded: ``image`` itself, or one decoded faster.

    Args:
        image: As Pillow has opened it; nothing of it has been decoded.
        shrink: How many times smaller its sides will be made than they are. From two times on
            the finest detail of a WebP image is not computed.
        least: The width and height that are enough; of a WebP image, several pixels may then be
            made one.

    Returns:
        An image of the same size (but for ``least``), mode and ``info``.

    Raises:
        Exception: What Pillow raises on a broken file.
    """
    size = _reduced(image, least) if least else image.size
    pixels = samples_of(image, shrink, size)
    if pixels is None:
        image.load()
        return image
    return image_of(image, pixels, size)


def _reduced(image: ImageFile.ImageFile, least: tuple[int, int]) -> tuple[int, int]:
    """Return the size to decode an image to: by a whole number, or what is next is blurred."""
    if image.format != "WEBP" or image.mode != "RGB":  # colours are not weighed by their alpha
        return image.size
    factor = max(min(image.width // least[0], image.height // least[1]), 1)
    return -(-image.width // factor), -(-image.height // factor)


def samples_of(
    image: ImageFile.ImageFile, shrink: float = 1.0, size: tuple[int, int] | None = None
) -> Any:
    """Return the pixels of an open image as a buffer: row by row from the top, without gaps.

    Args:
        image: As Pillow has opened it; nothing of it has been decoded.
        shrink: As for ``pixels_of``.
        size: The width and height to decode it to, by default its own; others only WebP can have.

    Returns:
        ``None`` where only Pillow can decode it.
    """
    decode = {"PNG": _png, "WEBP": _webp}.get(image.format or "")
    if decode is None or image.width * image.height > MOST_PIXELS:
        return None
    return decode(image, shrink, size or image.size)


def image_of(
    image: ImageFile.ImageFile, samples: Any, size: tuple[int, int] | None = None
) -> Image.Image:
    """Return an image of the samples of an open one, with its size (or this), mode and ``info``."""
    quick = Image.frombuffer(image.mode, size or image.size, samples, "raw", image.mode, 0, 1)
    quick.info = image.info
    return quick


def _png(image: ImageFile.ImageFile, shrink: float, size: tuple[int, int]) -> Any:
    del shrink, size
    decode = _kornia()
    if decode is None or not _is_plain(image) or (data := _content(image)) is None:
        return None
    if not _ends_with_its_pixels(data):
        return None
    try:
        return decode(data, (image.height, image.width), _PNG_MODES[image.mode])
    except Exception:  # noqa: BLE001 - that very class is raised for whatever is wrong
        return None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of Rust; the module does not name it
            raise
        return None


def _is_plain(image: ImageFile.ImageFile) -> bool:
    """Tell whether these are whole bytes, each of them a sample, row by row, of one picture."""
    return (
        image.mode in _PNG_MODES
        and [tile.args for tile in image.tile] == [image.mode]
        and not {"interlace", "transparency"} & image.info.keys()
        and not getattr(image, "is_animated", False)
    )


def _ends_with_its_pixels(data: bytes) -> bool:
    """Tell whether a PNG file is whole, and Pillow has already seen all that is not pixels.

    Chunks after the pixels may hold the orientation.
    """
    at, pixels_began = _PNG_START, False
    while at + 12 <= len(data):  # length, name and checksum
        name = data[at + 4 : at + 8]
        if name == b"IEND":
            return pixels_began
        pixels_began = pixels_began or name == b"IDAT"
        if pixels_began and name != b"IDAT":
            return False
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return False


def _webp(image: ImageFile.ImageFile, shrink: float, size: tuple[int, int]) -> Any:
    if getattr(image, "is_animated", False) or image.mode not in ("RGB", "RGBA"):
        return None
    if (data := _content(image)) is None:
        return None
    coarse, scaled = shrink >= _COARSE_FROM, None if size == image.size else size
    return libwebp.decode(data, image.size, image.mode, coarse=coarse, scaled=scaled)


def _content(image: ImageFile.ImageFile) -> bytes | None:
    """Return the bytes of the file, leaving Pillow's place in it as it is."""
    if image.fp is None:
        return None
    file = image.fp.fileno()
    length = os.fstat(file).st_size
    return os.pread(file, length, 0) if length <= MOST_BYTES else None


@functools.cache
def _kornia() -> Callable[[bytes, tuple[int, int], str], Any] | None:
    """Return its decoder for PNG, imported when the first one comes; ``None`` without it."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's would take memory for each core
    try:
        from kornia_rs import io
    except ImportError:
        return None
    decode: Callable[[bytes, tuple[int, int], str], Any] = io.decode_image_png_u8
    return decode
