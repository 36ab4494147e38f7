"""Makes one thumbnail of one file, with Pillow.

This runs in a worker process: the files are not to be trusted, and may hang or crash a decoder.
The order is that of a pipeline: open without following links, check the size before anything is
decoded, decode no larger than needed, shrink, turn upright, bring the colours to sRGB, encode.
"""

from __future__ import annotations

import io

from PIL import Image

from core.pillow_image import opened
from core.pixels import ON_ITS_SIDE, UPRIGHT, averageable, eight_bit, in_srgb, orientation_of

QUALITY = 82
REDUCING_GAP = 2.0  # decode and pre-shrink to no less than this times the thumbnail, then filter


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


def _decode(image: Image.Image, edge: int) -> tuple[Image.Image, int]:
    """Read and shrink ``image``; returns it upright and in sRGB, and how it was turned."""
    scale = min(1.0, edge / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    image.draft(None, (int(size[0] * REDUCING_GAP), int(size[1] * REDUCING_GAP)))
    image.load()
    orientation = orientation_of(image)  # after loading: a PNG may have it at its end
    small = averageable(image)
    # Hamming is as sharp as bicubic when shrinking, and as fast as bilinear.
    small = small.resize(size, Image.Resampling.HAMMING, reducing_gap=REDUCING_GAP)
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
