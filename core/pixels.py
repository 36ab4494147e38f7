"""An image's pixels as they are shown: upright, eight bits a sample, in sRGB."""

from __future__ import annotations

import functools
import io
from typing import cast

from PIL import ExifTags, Image, ImageCms

from core.image_file import BROKEN

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ON_ITS_SIDE = {5, 6, 7, 8}


def orientation_of(image: Image.Image) -> int:
    """Return how a loaded image is to be turned: its EXIF orientation, 1 to 8."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except BROKEN:
        return 1  # broken EXIF data in a good image
    return value if value in UPRIGHT else 1


def averageable(image: Image.Image) -> Image.Image:
    """Return ``image`` in a mode whose pixels can be averaged."""
    if "transparency" in image.info and image.mode in ("1", "L", "P", "RGB"):
        return image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("P", "PA"):
        return image.convert("RGBA" if image.mode == "PA" else "RGB")
    return image


def eight_bit(image: Image.Image) -> Image.Image:
    """Scale samples of more than eight bits; Pillow's own conversion would clip them."""
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L")
    if image.mode in ("I", "F"):  # without a range of their own: from darkest to lightest
        low, high = cast(tuple[float, float], image.getextrema())
        factor = 255 / ((high - low) or 1)
        return image.point(lambda value: value * factor + -low * factor).convert("L")
    return image


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
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


def are_shown_as_they_are(image: Image.Image) -> bool:
    """Tell whether an image's samples need nothing done to them: L or RGB, in sRGB, upright.

    Only what is known before it is decoded is looked at.
    """
    info = Image.new("1", (1, 1))
    info.info = image.info  # to ask an image in a file for its orientation may decode it
    if image.mode not in ("L", "RGB") or "transparency" in image.info:
        return False
    profile = image.info.get("icc_profile")
    in_its_own = profile is not None and _transform(profile, image.mode) is not None
    return not in_its_own and orientation_of(info) == 1


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
