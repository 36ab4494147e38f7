"""Decodes one image to pixels as a screen shows them: upright, in sRGB, eight bits a sample.

This runs in a worker process. The pixels do not come back through its pipe: they are written into
a file in memory that whoever asks has made, and maps.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from PIL import Image, ImageSequence

from core.image_file import BROKEN
from core.pillow_image import opened
from core.pixels import (
    ON_ITS_SIDE,
    UPRIGHT,
    are_shown_as_they_are,
    averageable,
    eight_bit,
    in_srgb,
    orientation_of,
)
from core.quick_decode import image_of, samples_of

MOVING = frozenset({"GIF", "WEBP", "AVIF", "PNG"})  # the pages of a TIFF are no animation
FRAMES_BYTES = 384_000_000  # of all frames of an animation, which are made smaller to fit
MOST_FRAMES = 10_000
FASTEST_MS, USUAL_MS = 20, 100  # a frame that is to be shown for less is shown as browsers do
_STRIP_BYTES = 4 << 20  # turned to bytes at once

Shape = tuple[int, int, str]


def decode(
    path: bytes, base: bytes, target: str, edge: int
) -> tuple[int, int, str, int, int, bool]:
    """Write an image's pixels into a file: row by row from the top, without gaps.

    Args:
        path: The image file, relative to ``base``; see :func:`core.image_file.open_image`.
        base: The store's folder.
        target: The file to write into.
        edge: How many pixels the longer side needs to have: a larger image is reduced by the
            largest whole number that leaves so many. 0 for all there are.

    Returns:
        The width and height of what was written; its mode, "L", "RGB" or "RGBA" (straight alpha),
        a byte for each letter; the width and height of the whole image, upright; and whether it
        is an animation, of which this is the first frame.

    Raises:
        ThumbnailUnavailable: The file cannot be reached.
        ThumbnailError: It cannot be shown; the message, for people, says why.
    """
    with opened(path, base) as image, open(target, "wb") as file:  # noqa: PTH123
        width, height = image.size
        if edge:
            image.draft(None, (edge, edge))  # a JPEG can be decoded at an eighth of its size
        factor, moving = _factor(image.size, edge), _is_moving(image)
        samples = samples_of(image, factor)
        if samples is not None and factor == 1 and are_shown_as_they_are(image):
            file.write(samples)
            return (width, height, image.mode, width, height, moving)
        if samples is not None:
            pixels = image_of(image, samples)
        else:
            image.load()
            pixels = image
        orientation = orientation_of(pixels)
        shown = _shown(pixels, factor)
        if orientation in UPRIGHT:
            shown = shown.transpose(UPRIGHT[orientation])
        if orientation in ON_ITS_SIDE:
            width, height = height, width
        _write(shown, file)
        return (*shown.size, shown.mode, width, height, moving)


def frames(
    path: bytes, base: bytes, target: str, edge: int, most_bytes: int = 0
) -> Iterator[tuple[int, int, int] | int]:
    """Write an animation's frames into a file, one after the other, all in RGBA.

    All of them together take at most ``FRAMES_BYTES``: where there are many, they are smaller. A
    file that is broken further on is an animation of the frames before.

    Args:
        path: The image file, relative to ``base``; see :func:`core.image_file.open_image`.
        base: The store's folder.
        target: The file to write into.
        edge: How many pixels the longer side may have.
        most_bytes: A smaller bound than ``FRAMES_BYTES``; 0 for none.

    Yields:
        First the width and height of each frame and how many there are, when the file has its
        full size; then, for each that was written, how long it is shown, in milliseconds.

    Raises:
        ThumbnailUnavailable: The file cannot be reached.
        ThumbnailError: It cannot be shown; the message, for people, says why.
    """
    with opened(path, base) as image, open(target, "wb") as file:  # noqa: PTH123
        image.load()
        count = min(int(getattr(image, "n_frames", 1)), MOST_FRAMES)
        size = _frame_size(image.size, edge, count, most_bytes)
        file.truncate(size[0] * size[1] * 4 * count)
        yield (*size, count)
        written = 0
        try:
            for frame in islice(ImageSequence.Iterator(image), count):
                frame.load()
                shown = _shown(frame, 1).convert("RGBA")
                _write(shown.resize(size, Image.Resampling.HAMMING, reducing_gap=2.0), file)
                file.flush()
                written += 1
                yield _milliseconds(frame.info.get("duration"))
        except BROKEN:
            if not written:
                raise


def _shown(image: Image.Image, factor: int) -> Image.Image:
    """Return a loaded image reduced, and as L, RGB or RGBA in sRGB."""
    shown = averageable(image)
    if factor > 1:
        shown = shown.reduce(factor)
    return in_srgb(eight_bit(shown), image.info.get("icc_profile"))


def _factor(size: tuple[int, int], edge: int) -> int:
    return max(1, max(size) // edge) if edge else 1


def _write(image: Image.Image, file: BinaryIO) -> None:
    width, height = image.size
    rows = max(1, _STRIP_BYTES // (width * len(image.mode)))
    for top in range(0, height, rows):  # the bytes of all rows may be more than there is room for
        strip = image.crop((0, top, width, min(top + rows, height))) if rows < height else image
        file.write(strip.tobytes())


def _is_moving(image: Image.Image) -> bool:
    return image.format in MOVING and bool(getattr(image, "is_animated", False))


def _frame_size(
    size: tuple[int, int], edge: int, count: int, most_bytes: int = 0
) -> tuple[int, int]:
    width, height = size
    most = min(most_bytes or FRAMES_BYTES, FRAMES_BYTES) / (4 * count)  # pixels of a frame
    scale = min(1.0, edge / max(size), (most / (width * height)) ** 0.5)
    return max(1, int(width * scale)), max(1, int(height * scale))


def _milliseconds(duration: object) -> int:
    told = int(duration) if isinstance(duration, int | float) else 0
    return told if told >= FASTEST_MS else USUAL_MS
