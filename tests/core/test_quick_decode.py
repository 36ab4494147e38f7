"""The quick decoders give what Pillow gives, or leave it to Pillow; and thumbnails stay good."""

from __future__ import annotations

import functools
import io
import math
import random
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageStat, PngImagePlugin

from core import libwebp, quick_decode
from core.decode import QUALITY, thumbnail
from core.errors import ThumbnailError
from core.pillow_image import opened
from core.quick_decode import pixels_of
from tests.core.test_decode import chunk, noise, quarters


@functools.cache
def picture(width: int, height: int) -> Image.Image:
    """Soft shading, sharp edges, fine lines, and grain: what shrinking does badly shows in it."""
    rng = random.Random(11)
    image = Image.new("RGB", (2, 3))
    image.putdata([tuple(rng.randrange(20, 230) for _ in range(3)) for _ in range(6)])
    image = image.resize((width, height), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        x, y, radius = rng.randrange(width), rng.randrange(height), rng.randrange(10, width // 4)
        colour = tuple(rng.randrange(256) for _ in range(3))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    for x in range(0, width // 2, 7):
        draw.line((x, 0, x + width // 8, height // 3), fill=(250, 250, 240), width=2)
    return Image.blend(image, noise(width, height), 0.12)


def quickly(path: Path, shrink: float = 1.0) -> Image.Image | None:
    """Return what a quick decoder makes of it; ``None`` where it was left to Pillow."""
    with opened(path.as_posix()) as image:
        pixels = pixels_of(image, shrink)
        return None if pixels is image else pixels


def by_pillow(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.load()
        return image


def decibels(a: Image.Image, b: Image.Image) -> float:
    """Return the peak signal-to-noise ratio of two images."""
    squares = ImageStat.Stat(ImageChops.difference(a.convert("RGB"), b.convert("RGB"))).sum2
    return 10 * math.log10(255**2 * 3 * a.width * a.height / max(sum(squares), 1e-9))


def transparent(image: Image.Image) -> Image.Image:
    image = image.copy()
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return image


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_png_is_the_same_bit_for_bit(tmp_path: Path, mode: str) -> None:
    image = transparent(picture(301, 203)).convert(mode)
    for level in (0, 1, 6, 9):
        image.save(tmp_path / "a.png", compress_level=level)
        found = quickly(tmp_path / "a.png")
        assert found is not None
        assert found.mode == mode
        assert found.tobytes() == image.tobytes()


@pytest.mark.parametrize("options", [{"quality": 85}, {"lossless": True}])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_webp_is_the_same_bit_for_bit(tmp_path: Path, options: dict[str, int], mode: str) -> None:
    image = transparent(picture(301, 203)).convert(mode)
    image.save(tmp_path / "a.webp", **options)
    found = quickly(tmp_path / "a.webp")
    assert found is not None
    assert found.mode == mode
    assert found.tobytes() == by_pillow(tmp_path / "a.webp").tobytes()


def test_what_the_header_says_comes_along(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    for name in ("a.png", "a.webp"):
        quarters().save(tmp_path / name, exif=exif, icc_profile=b"a profile")
        found = quickly(tmp_path / name)
        assert found is not None
        assert found.getexif()[0x0112] == 6
        assert found.info["icc_profile"] == b"a profile"


def interlaced() -> bytes:
    """Four pixels in the passes of Adam7: the first alone, the second, then the lower row."""
    rows = b"".join(b"\0" + bytes(row) for row in ([255, 0, 0], [0, 255, 0], [0, 0, 255] * 2))
    header = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 1)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def orientation_at_the_end(data: bytes) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 3
    return data[:-12] + chunk(b"eXIf", exif.tobytes()[6:]) + data[-12:]


def saved(image: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", **options)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        interlaced,
        lambda: saved(Image.new("I;16", (9, 9), 40_000)),
        lambda: saved(quarters().convert("1")),
        lambda: saved(quarters().quantize()),
        lambda: saved(quarters().convert("L").quantize(4), bits=2),
        lambda: saved(Image.new("LA", (9, 9))),
        lambda: saved(quarters(), transparency=(230, 20, 20)),
        lambda: saved(quarters(), save_all=True, append_images=[Image.new("RGB", (80, 40))]),
        lambda: orientation_at_the_end(saved(quarters())),
    ],
    ids=["interlaced", "16 bit", "1 bit", "palette", "2 bit", "LA", "key", "animation", "late"],
)
def test_an_odd_png_is_left_to_pillow(tmp_path: Path, content: Callable[[], bytes]) -> None:
    (tmp_path / "a.png").write_bytes(content())
    assert quickly(tmp_path / "a.png") is None
    thumbnail(str(tmp_path / "a.png"), 256)


def test_samples_of_sixteen_bits_in_three_colours_are_left_to_pillow(tmp_path: Path) -> None:
    header = struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0)
    pixel = chunk(b"IDAT", zlib.compress(b"\0" + b"\xff\x00\x80\x00\x00\xff"))
    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    (tmp_path / "a.png").write_bytes(head + pixel + chunk(b"IEND", b""))
    assert quickly(tmp_path / "a.png") is None


@pytest.mark.parametrize("name", ["a.png", "a.webp"])
def test_a_damaged_file_is_left_to_pillow(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    noise(90, 60).save(file)
    good = file.read_bytes()
    file.write_bytes(good[: len(good) // 2])
    with pytest.raises(ThumbnailError, match="cut short"):
        quickly(file)
    if name == "a.png":
        middle = len(good) // 2
        file.write_bytes(good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :])
        assert quick_decode._kornia() is not None
        with pytest.raises(ThumbnailError, match="damaged"):
            quickly(file)


def test_a_png_that_ends_before_its_end_is_left_to_pillow(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(saved(quarters())[:-12])
    assert quickly(tmp_path / "a.png") is None


def test_an_animation_in_webp_is_left_to_pillow(tmp_path: Path) -> None:
    quarters().save(tmp_path / "a.webp", save_all=True, append_images=[quarters(80, 40).rotate(90)])
    assert quickly(tmp_path / "a.webp") is None


def test_a_huge_image_is_left_to_pillow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quarters().save(tmp_path / "a.png")
    monkeypatch.setattr(quick_decode, "MOST_PIXELS", 80 * 40 - 1)
    assert quickly(tmp_path / "a.png") is None


def test_without_the_libraries_pillow_does_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick_decode, "_kornia", lambda: None)
    monkeypatch.setattr(libwebp, "_library", lambda: None)
    for name in ("a.png", "a.webp"):
        quarters().save(tmp_path / name)
        assert quickly(tmp_path / name) is None
        assert thumbnail(str(tmp_path / name), 256)[1:] == (80, 40)


def test_what_a_panic_in_rust_has_found_pillow_judges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PanicException(BaseException):  # as pyo3 has it
        pass

    def decode(*_: object) -> None:
        raise PanicException

    monkeypatch.setattr(quick_decode, "_kornia", lambda: decode)
    quarters().save(tmp_path / "a.png")
    assert quickly(tmp_path / "a.png") is None


# --- how good a thumbnail is ----------------------------------------------------------------


@pytest.mark.parametrize("edge", [256, 512])
@pytest.mark.parametrize("size", [(1024, 1024), (832, 1216), (1536, 1024)])
@pytest.mark.parametrize(
    ("name", "options"),
    [("a.png", {}), ("a.jpg", {"quality": 92}), ("a.webp", {"quality": 90})],
)
def test_a_thumbnail_is_as_good_as_one_made_with_all_care(
    tmp_path: Path, name: str, options: dict[str, int], size: tuple[int, int], edge: int
) -> None:
    picture(*size).save(tmp_path / name, **options)
    made = Image.open(io.BytesIO(thumbnail(str(tmp_path / name), edge)[0]))
    best = by_pillow(tmp_path / name).resize(made.size, Image.Resampling.LANCZOS)
    encoded = io.BytesIO()
    best.save(encoded, "JPEG", quality=QUALITY)
    possible = decibels(Image.open(encoded), best)  # the rest is what any JPEG loses
    assert decibels(made, best) > possible - 1


def test_a_text_of_the_program_that_made_it_is_no_obstacle(tmp_path: Path) -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("parameters", "a lighthouse at dawn")
    text.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta/>")
    quarters().save(tmp_path / "a.png", pnginfo=text, dpi=(72, 72))
    assert quickly(tmp_path / "a.png") is not None
