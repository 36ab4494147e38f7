"""Makes one thumbnail of one file.

This runs in a worker process: the files are not to be trusted, and may hang or crash a decoder.
The order is that of a pipeline: open without following links, check the size before anything is
decoded, decode no larger than needed, shrink, turn upright, bring the colours to sRGB, encode.
"""

from __future__ import annotations

import io

from PIL import Image, ImageFile

from core.pillow_image import opened
from core.pixels import ON_ITS_SIDE, UPRIGHT, averageable, eight_bit, in_srgb, orientation_of
from core.quick_decode import pixels_of

QUALITY = 82


def thumbnail(
    path: str | bytes, edge: int, base: str | bytes | None = None
) -> tuple[bytes, int, int]:
    """Make a thumbnail of an image file; what the file is, its content decides.

    Args:
        path: The image file. It may not be a symbolic link. Bytes for a name that is not UTF-8.
        edge: The most pixels a side of the thumbnail may have; nothing is ever enlarged.
        base: A folder that ``path`` is relative to and may not lead out of: no ``..``, and no
            folder below ``base`` may be a symbolic link either.

    Returns:
        The encoded thumbnail (JPEG, or WebP if a pixel is transparent), and the width and height
        of the whole image in pixels. Both are upright (EXIF orientation), in sRGB, and show the
        first frame of an animation.

    Raises:
        ThumbnailUnavailable: The file is gone, may not be read, or is not a plain file.
        ThumbnailError: The content is not an image that can be shown whole; the message, for
            people, says why.
    """
    with opened(path, base) as image:
        width, height = image.size
        small, orientation = _decode(image, edge)
    if orientation in ON_ITS_SIDE:
        width, height = height, width
    return _encode(small), width, height


def _decode(image: ImageFile.ImageFile, edge: int) -> tuple[Image.Image, int]:
    """Read and shrink ``image``; returns it upright and in sRGB, and how it was turned."""
    scale = min(1.0, edge / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    # First crudely, to no less than so many times the thumbnail, then by a filter.
    gap = 1.5 if scale <= 1 / 4 else 2.0
    least = int(size[0] * gap), int(size[1] * gap)
    image.draft(None, least)  # a JPEG can be decoded smaller
    pixels = pixels_of(image, 1 / scale, least)
    orientation = orientation_of(pixels)  # after loading: a PNG may have it at its end
    small = averageable(pixels).resize(size, Image.Resampling.BICUBIC, reducing_gap=gap)
    small = in_srgb(eight_bit(small), image.info.get("icc_profile"))
    if orientation in UPRIGHT:
        small = small.transpose(UPRIGHT[orientation])
    return small, orientation


def _encode(image: Image.Image) -> bytes:
    encoded = io.BytesIO()
    if image.mode == "RGBA":
        image.save(encoded, "WEBP", quality=QUALITY, method=0)  # a tenth of a PNG's size and time
    else:
        image.save(encoded, "JPEG", quality=QUALITY)
    return encoded.getvalue()
