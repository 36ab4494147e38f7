"""Makes one thumbnail of one file, with Pillow.

This runs in a worker process: the files are not to be trusted, and may hang or crash a decoder.
The order is that of a pipeline: open without following links, check the size before anything is
decoded, decode no larger than needed, shrink, turn upright, bring the colours to sRGB, encode.
"""

from __future__ import annotations

import functools
import io
import os
import struct
import warnings
from typing import BinaryIO, cast

# Plugins that are not imported here would be, with some forty others, on the first file that is
# not one of Pillow's usual formats.
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    ExifTags,
    GifImagePlugin,
    Image,
    ImageCms,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from core.errors import ThumbnailError, ThumbnailUnavailable
from core.image_file import open_image

MAX_PIXELS = 256_000_000
QUALITY = 82
REDUCING_GAP = 2.0  # decode and pre-shrink to no less than this times the thumbnail, then filter

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
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ON_ITS_SIDE = {5, 6, 7, 8}
# What Pillow's readers raise on files that are broken or were made to break them.
_BROKEN = (
    OSError,
    EOFError,
    ValueError,
    SyntaxError,
    RuntimeError,
    ArithmeticError,
    LookupError,
    TypeError,
    struct.error,
)

Image.MAX_IMAGE_PIXELS = None  # checked here, where the message can name width and height
AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # worker processes are the parallelism, and limit memory


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
    with open_image(path, base) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about oddities of the file that do not stop the decoder
        return _thumbnail(file, edge)


def _thumbnail(file: BinaryIO, edge: int) -> tuple[bytes, int, int]:
    size = None
    try:
        with Image.open(file, formats=FORMATS) as image:
            size = image.size
            _check_size(size)
            small, orientation = _decode(image, edge)
    except UnidentifiedImageError:
        raise ThumbnailError(_why_unknown(file)) from None
    except MemoryError:
        raise ThumbnailError(_too_large(size)) from None
    except _BROKEN as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise ThumbnailUnavailable(
                f"The file cannot be read: {error.strerror or error}"
            ) from None
        raise ThumbnailError(_why_broken(file, error)) from None
    width, height = reversed(size) if orientation in _ON_ITS_SIDE else size
    return _encode(small), width, height


def _check_size(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        raise ThumbnailError(_too_large(size))
    if width < 1 or height < 1:
        raise ThumbnailError("The image has no pixels")


def _decode(image: Image.Image, edge: int) -> tuple[Image.Image, int]:
    """Read and shrink ``image``; returns it upright and in sRGB, and how it was turned."""
    scale = min(1.0, edge / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    image.draft(None, (int(size[0] * REDUCING_GAP), int(size[1] * REDUCING_GAP)))
    image.load()
    orientation = _orientation(image)  # after loading: a PNG may have it at its end
    small = _resizable(image)
    # Hamming is as sharp as bicubic when shrinking, and as fast as bilinear.
    small = small.resize(size, Image.Resampling.HAMMING, reducing_gap=REDUCING_GAP)
    small = _srgb(_eight_bit(small), image.info.get("icc_profile"))
    if orientation in _UPRIGHT:
        small = small.transpose(_UPRIGHT[orientation])
    return small, orientation


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except _BROKEN:
        return 1  # broken EXIF data in a good image
    return value if value in _UPRIGHT else 1


def _resizable(image: Image.Image) -> Image.Image:
    """Return ``image`` in a mode whose pixels can be averaged."""
    if "transparency" in image.info and image.mode in ("1", "L", "P", "RGB"):
        return image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("P", "PA"):
        return image.convert("RGBA" if image.mode == "PA" else "RGB")
    return image


def _eight_bit(image: Image.Image) -> Image.Image:
    """Scale samples of more than eight bits; Pillow's own conversion would clip them."""
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L")
    if image.mode in ("I", "F"):  # without a range of their own: from darkest to lightest
        low, high = cast(tuple[float, float], image.getextrema())
        factor = 255 / ((high - low) or 1)
        return image.point(lambda value: value * factor + -low * factor).convert("L")
    return image


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return ``image`` as L, RGB or RGBA in sRGB; a profile that does not fit is ignored."""
    has_alpha = image.mode in ("RGBA", "LA", "RGBa", "La")
    alpha = image.getchannel("A") if has_alpha and image.getextrema()[-1] != (255, 255) else None
    if has_alpha:
        image = image.convert("L" if image.mode.startswith("L") else "RGB")
    transform = _transform(profile, image.mode) if profile else None
    if transform is not None:
        image = transform.apply(image)
    elif image.mode not in ("L", "RGB"):
        image = image.convert("RGB")
    if alpha is not None:
        image = image.convert("RGB")
        image.putalpha(alpha)
    return image


@functools.lru_cache(maxsize=16)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return what brings pixels with this ICC profile to sRGB; ``None`` if nothing does."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(source) and mode == "RGB":
            return None
        return ImageCms.buildTransform(source, _srgb_profile(), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


@functools.cache
def _srgb_profile() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _encode(image: Image.Image) -> bytes:
    encoded = io.BytesIO()
    if image.mode == "RGBA":
        image.save(encoded, "WEBP", quality=QUALITY, method=0)  # a tenth of a PNG's size and time
    else:
        image.save(encoded, "JPEG", quality=QUALITY)
    return encoded.getvalue()


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
