"""Decodes a WebP image with the very libwebp that Pillow brings, without Pillow's detour.

Pillow decodes every WebP file as an animation of one frame, which libwebp composes on a canvas of
its own and Pillow then copies: that takes longer than the decoding. Here the same library is asked
for the pixels alone, by its documented interface (``webp/decode.h``).
"""

from __future__ import annotations

import ctypes
import functools

from PIL import _webp

_ABI = 0x0209  # of WebPDecoderConfig; libwebp refuses another major number
_CHANNELS = {"RGB": (0, 3), "RGBA": (1, 4)}  # MODE_RGB and MODE_RGBA; bytes a pixel
_OK = 0


class _Features(ctypes.Structure):
    _fields_ = (
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("has_alpha", ctypes.c_int),
        ("has_animation", ctypes.c_int),
        ("format", ctypes.c_int),
        ("pad", ctypes.c_uint32 * 5),
    )


class _Pixels(ctypes.Structure):
    _fields_ = (
        ("start", ctypes.c_void_p),
        ("stride", ctypes.c_int),
        ("size", ctypes.c_size_t),
    )


class _Planes(ctypes.Structure):
    _fields_ = (
        ("starts", ctypes.c_void_p * 4),
        ("strides", ctypes.c_int * 4),
        ("sizes", ctypes.c_size_t * 4),
    )


class _Samples(ctypes.Union):
    _fields_ = (("pixels", _Pixels), ("planes", _Planes))


class _Output(ctypes.Structure):
    _fields_ = (
        ("mode", ctypes.c_int),
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("is_external", ctypes.c_int),
        ("samples", _Samples),
        ("pad", ctypes.c_uint32 * 4),
        ("private", ctypes.c_void_p),
    )


class _Options(ctypes.Structure):
    _fields_ = (
        ("bypass_filtering", ctypes.c_int),
        ("no_fancy_upsampling", ctypes.c_int),
        ("cropping", ctypes.c_int * 5),
        ("use_scaling", ctypes.c_int),
        ("scaled_width", ctypes.c_int),
        ("scaled_height", ctypes.c_int),
        ("others", ctypes.c_int * 4),
        ("pad", ctypes.c_uint32 * 5),
    )


class _Config(ctypes.Structure):
    _fields_ = (("features", _Features), ("output", _Output), ("options", _Options))


def decode(
    data: bytes,
    size: tuple[int, int],
    mode: str,
    *,
    coarse: bool = False,
    scaled: tuple[int, int] | None = None,
) -> ctypes.Array[ctypes.c_char] | None:
    """Return the pixels of a still image, row by row from the top.

    Args:
        data: The file's bytes.
        size: The width and height that its header gives, in pixels.
        mode: "RGB", or "RGBA" for straight alpha.
        coarse: Leave out the smoothing of block edges and colours, which cannot be seen in an
            image that is made half as large or smaller.
        scaled: The width and height to give it; each pixel is the mean of those in its place.

    Returns:
        ``None`` where this library cannot do it, or there is no such library.
    """
    if (library := _library()) is None:
        return None
    config, (width, height) = _Config(), scaled or size
    if not library.WebPInitDecoderConfigInternal(ctypes.byref(config), _ABI):
        return None
    features = ctypes.byref(config.features)
    length = ctypes.c_size_t(len(data))
    if library.WebPGetFeaturesInternal(data, length, features, _ABI) != _OK:
        return None
    read = config.features
    if (read.width, read.height) != size or read.has_animation:
        return None
    config.options.bypass_filtering = config.options.no_fancy_upsampling = coarse
    if scaled:
        config.options.use_scaling = True
        config.options.scaled_width, config.options.scaled_height = scaled
    config.output.mode, channels = _CHANNELS[mode]
    pixels = ctypes.create_string_buffer(width * height * channels)
    config.output.is_external = 1
    samples = config.output.samples.pixels
    samples.start, samples.stride = ctypes.addressof(pixels), width * channels
    samples.size = len(pixels)
    if library.WebPDecode(data, length, ctypes.byref(config)) != _OK:
        return None
    return pixels


@functools.cache
def _library() -> ctypes.CDLL | None:
    """Return libwebp as Pillow's own module is linked to it; ``None`` where it hides it."""
    try:
        library = ctypes.CDLL(_webp.__file__)
        for name in ("WebPInitDecoderConfigInternal", "WebPGetFeaturesInternal", "WebPDecode"):
            getattr(library, name)
    except (OSError, AttributeError):
        return None
    return library
