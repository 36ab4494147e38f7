"""Real files of every kind, well-formed and broken, through the thumbnail job."""

from __future__ import annotations

import io
import os
import random
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from core.decode import thumbnail
from core.errors import ThumbnailError, ThumbnailUnavailable
from core.pillow_image import MAX_PIXELS

RED, GREEN, BLUE, YELLOW = (230, 20, 20), (20, 200, 30), (30, 30, 220), (240, 220, 20)


def quarters(width: int = 80, height: int = 40) -> Image.Image:
    """Four colours, so that every way of turning it looks different."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    image.paste(BLUE, (0, height // 2, width // 2, height))
    image.paste(YELLOW, (width // 2, height // 2, width, height))
    return image


def noise(width: int, height: int) -> Image.Image:
    return Image.frombytes("RGB", (width, height), random.Random(7).randbytes(width * height * 3))


def made(path: Path, edge: int = 256) -> tuple[Image.Image, tuple[int, int]]:
    data, width, height = thumbnail(str(path), edge)
    return Image.open(io.BytesIO(data)), (width, height)


def assert_quarters(image: Image.Image, tolerance: int = 30) -> None:
    image = image.convert("RGB")
    width, height = image.size
    for (x, y), colour in {(1, 1): RED, (3, 1): GREEN, (1, 3): BLUE, (3, 3): YELLOW}.items():
        pixel = image.getpixel((width * x // 4, height * y // 4))
        assert isinstance(pixel, tuple)
        assert max(abs(a - b) for a, b in zip(pixel, colour, strict=True)) <= tolerance


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_header(width: int, height: int) -> bytes:
    ihdr = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", ihdr)


# --- what a good file gives -----------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.gif", "a.avif", "a.tiff", "a.bmp"])
def test_every_format(tmp_path: Path, name: str) -> None:
    quarters(600, 300).save(tmp_path / name)
    image, size = made(tmp_path / name)
    assert (image.format, image.size, size) == ("JPEG", (256, 128), (600, 300))
    assert_quarters(image)


def test_a_small_image_is_not_enlarged(tmp_path: Path) -> None:
    quarters().save(tmp_path / "a.png")
    assert made(tmp_path / "a.png")[0].size == (80, 40)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((3000, 2), (256, 1)), ((2, 3000), (1, 256)), ((257, 257), (256, 256)), ((1, 1), (1, 1))],
)
def test_extreme_shapes(tmp_path: Path, size: tuple[int, int], expected: tuple[int, int]) -> None:
    Image.new("RGB", size, RED).save(tmp_path / "a.jpg")
    assert made(tmp_path / "a.jpg")[0].size == expected


def test_a_draft_is_as_good_as_a_full_decode(tmp_path: Path) -> None:
    big = quarters(2400, 1200).resize((2400, 1200))
    big.save(tmp_path / "a.jpg", quality=95)
    image, size = made(tmp_path / "a.jpg", 512)
    assert (image.size, size) == ((512, 256), (2400, 1200))
    assert_quarters(image)


def test_content_decides_not_the_extension(tmp_path: Path) -> None:
    quarters().save(tmp_path / "a.png", "WEBP", lossless=True)
    assert_quarters(made(tmp_path / "a.png")[0])


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tiff", "a.avif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(tmp_path: Path, name: str, orientation: int) -> None:
    turns = Image.Transpose  # what a camera held that way has recorded
    recorded = {
        1: None,
        2: turns.FLIP_LEFT_RIGHT,
        3: turns.ROTATE_180,
        4: turns.FLIP_TOP_BOTTOM,
        5: turns.TRANSPOSE,
        6: turns.ROTATE_90,
        7: turns.TRANSVERSE,
        8: turns.ROTATE_270,
    }[orientation]
    upright = quarters(160, 80)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = upright if recorded is None else upright.transpose(recorded)
    stored.save(tmp_path / name, exif=exif)
    image, size = made(tmp_path / name, 64)
    assert (image.size, size) == ((64, 32), (160, 80))
    assert_quarters(image)


def test_broken_exif_does_not_matter(tmp_path: Path) -> None:
    quarters().save(tmp_path / "a.jpg", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert_quarters(made(tmp_path / "a.jpg")[0])


def test_transparency_is_kept_and_does_not_bleed(tmp_path: Path) -> None:
    image = Image.new("RGBA", (400, 400), (0, 255, 0, 0))  # green nobody may see
    image.paste((*RED, 255), (200, 0, 400, 400))
    image.save(tmp_path / "a.png")
    small, _ = made(tmp_path / "a.png", 100)
    assert (small.format, small.mode) == ("WEBP", "RGBA")
    assert small.getpixel((10, 50))[3] == 0
    assert small.getpixel((90, 50)) == pytest.approx((*RED, 255), abs=6)
    for x in range(100):
        _, green, _, alpha = small.getpixel((x, 50))
        assert alpha < 8 or green < 60


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_an_alpha_channel_that_is_opaque_is_dropped(tmp_path: Path, mode: str) -> None:
    Image.new("RGBA", (40, 40), (90, 90, 90, 255)).convert(mode).save(tmp_path / "a.png")
    assert made(tmp_path / "a.png")[0].format == "JPEG"


def test_palette_with_transparency(tmp_path: Path) -> None:
    image = quarters().quantize()
    index = image.getpixel((10, 10))
    assert isinstance(index, int)
    image.save(tmp_path / "a.png", transparency=index)
    small, _ = made(tmp_path / "a.png")
    assert small.mode == "RGBA"
    assert small.getpixel((10, 10))[3] == 0
    assert small.getpixel((70, 30))[3] == 255


def test_a_transparent_colour(tmp_path: Path) -> None:
    quarters().save(tmp_path / "rgb.png", transparency=RED)
    assert made(tmp_path / "rgb.png")[0].getpixel((5, 5))[3] == 0
    Image.linear_gradient("L").save(tmp_path / "l.png", transparency=0)
    assert made(tmp_path / "l.png")[0].mode == "RGBA"


def test_grey_with_alpha(tmp_path: Path) -> None:
    Image.new("LA", (300, 300), (120, 100)).save(tmp_path / "a.png")
    small, _ = made(tmp_path / "a.png")
    assert small.getpixel((100, 100)) == pytest.approx((120, 120, 120, 100), abs=3)


def test_sixteen_bits_are_scaled(tmp_path: Path) -> None:
    image = Image.new("I;16", (300, 100))
    for x in range(300):
        for y in range(100):
            image.putpixel((x, y), (0, 32768, 65535)[x // 100])
    for name in ("a.png", "a.tiff"):
        image.save(tmp_path / name)
        small = made(tmp_path / name, 150)[0].convert("L")
        levels = [small.getpixel((x, 25)) for x in (25, 75, 125)]
        assert levels == pytest.approx([0, 128, 255], abs=4)


def test_floating_point_is_stretched(tmp_path: Path) -> None:
    gradient = Image.linear_gradient("L").convert("F").point(lambda value: value * 0.001 + 5)
    gradient.save(tmp_path / "a.tiff")
    small = made(tmp_path / "a.tiff")[0].convert("L")
    assert small.getpixel((128, 0)) == pytest.approx(0, abs=4)
    assert small.getpixel((128, 255)) == pytest.approx(255, abs=4)


def test_one_bit(tmp_path: Path) -> None:
    checks = Image.new("1", (512, 512))
    checks.paste(1, (256, 0, 512, 512))
    checks.save(tmp_path / "a.png")
    small = made(tmp_path / "a.png", 64)[0].convert("L")
    assert (small.getpixel((10, 30)), small.getpixel((50, 30))) == (0, 255)


def test_cmyk_jpeg(tmp_path: Path) -> None:
    quarters(600, 300).convert("CMYK").save(tmp_path / "a.jpg", quality=95)
    image, _ = made(tmp_path / "a.jpg")
    assert image.mode == "RGB"
    assert_quarters(image)


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png", "a.avif"])
def test_an_animation_shows_its_first_frame(tmp_path: Path, name: str) -> None:
    first, second = quarters(), Image.new("RGB", (80, 40))
    first.save(tmp_path / name, save_all=True, append_images=[second, second])
    assert_quarters(made(tmp_path / name)[0])


def wide_gamut_profile() -> bytes:
    """A small ICC profile with Display P3's primaries (adapted to D50) and a gamma of 2.2."""

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(v * 65536)) for v in values)

    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 5) + b"Wide\0" + bytes(12 + 67),
        b"cprt": b"text\0\0\0\0None\0",
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.51512, 0.2412, -0.00105),
        b"gXYZ": xyz(0.29198, 0.69225, 0.04189),
        b"bXYZ": xyz(0.1571, 0.06657, 0.78407),
    }
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256))
    tags |= {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    table, body, offset = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(
        ">I4sI4s4s4s", offset + len(body), b"none", 0x02100000, b"mntr", b"RGB ", b"XYZ "
    )
    head += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp")
    head += bytes(68 - len(head)) + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + table + body


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.avif", "a.tiff"])
def test_a_profile_is_brought_to_srgb(tmp_path: Path, name: str) -> None:
    # (200, 100, 50) in that space is redder than its numbers say: linear light through XYZ
    # gives about (216, 93, 24) in sRGB.
    quality = {} if name in ("a.png", "a.tiff") else {"quality": 95}
    image = Image.new("RGB", (300, 300), (200, 100, 50))
    image.save(tmp_path / name, icc_profile=wide_gamut_profile(), **quality)
    pixel = made(tmp_path / name)[0].getpixel((50, 50))
    assert pixel == pytest.approx((216, 93, 24), abs=4)


def test_a_profile_leaves_transparency_alone(tmp_path: Path) -> None:
    image = Image.new("RGBA", (300, 300), (200, 100, 50, 77))
    image.save(tmp_path / "a.png", icc_profile=wide_gamut_profile())
    pixel = made(tmp_path / "a.png")[0].getpixel((50, 50))
    assert pixel == pytest.approx((216, 93, 24, 77), abs=4)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_profile_that_does_not_fit_is_ignored(tmp_path: Path, mode: str) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for profile in (lab, b"no profile at all", wide_gamut_profile()[:200]):
        image = quarters(160, 80).convert(mode)
        image.save(tmp_path / "a.jpg", icc_profile=profile)
        if mode == "L":
            assert made(tmp_path / "a.jpg")[0].size == (160, 80)
        else:
            assert_quarters(made(tmp_path / "a.jpg")[0])


# --- what a bad file gives ------------------------------------------------------------------


def problem(path: Path) -> str:
    with pytest.raises(ThumbnailError) as caught:
        thumbnail(str(path), 256)
    return str(caught.value)


def test_not_an_image(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(b"")
    assert problem(file) == "Empty file"
    file.write_bytes(b"<!DOCTYPE html><html>")
    assert problem(file) == "Not an image: the first bytes are “<!DOCTYP”"
    file.write_bytes(bytes(range(0x80, 0xC0)))
    assert problem(file) == "Not an image: the first bytes are 80 81 82 83 84 85 86 87"


def test_formats_that_a_store_cannot_hold_are_not_opened(tmp_path: Path) -> None:
    quarters().save(tmp_path / "a.png", "PPM")
    assert problem(tmp_path / "a.png").startswith("Not an image")


@pytest.mark.parametrize(
    "name", ["a.png", "a.jpg", "progressive.jpg", "a.webp", "a.gif", "a.avif", "a.tiff", "a.bmp"]
)
@pytest.mark.parametrize("part", [0.01, 0.3, 0.6, 0.95])
def test_a_file_that_is_cut_short(tmp_path: Path, name: str, part: float) -> None:
    file = tmp_path / name
    noise(120, 90).save(file, progressive=True) if name.startswith("p") else noise(120, 90).save(
        file
    )
    file.write_bytes(file.read_bytes()[: int(file.stat().st_size * part)])
    assert "cut short" in problem(file)


def test_a_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    file = tmp_path / "bomb.png"
    file.write_bytes(png_header(60_000, 60_000) + chunk(b"IDAT", zlib.compress(bytes(100))))
    assert problem(file) == "Too large to open: 60,000 × 60,000 pixels"


def test_the_limit_counts_before_a_draft(tmp_path: Path) -> None:
    noise(64, 64).save(tmp_path / "a.jpg")
    content = bytearray((tmp_path / "a.jpg").read_bytes())
    at = content.index(b"\xff\xc0") + 5
    content[at : at + 4] = struct.pack(">HH", 65000, 65000)
    (tmp_path / "a.jpg").write_bytes(content)
    assert MAX_PIXELS < 65_000**2
    assert problem(tmp_path / "a.jpg") == "Too large to open: 65,000 × 65,000 pixels"


def test_random_damage_never_escapes(tmp_path: Path) -> None:
    rng = random.Random(20261123)
    writers: list[Callable[[Path], None]] = [
        lambda path: noise(90, 60).save(path, "PNG"),
        lambda path: noise(90, 60).save(path, "JPEG"),
        lambda path: noise(90, 60).save(path, "WEBP"),
        lambda path: noise(90, 60).save(path, "AVIF"),
        lambda path: noise(90, 60).quantize().save(path, "GIF"),
        lambda path: noise(90, 60).save(path, "TIFF"),
        lambda path: noise(90, 60).save(path, "BMP"),
    ]
    refused = 0
    for write in writers:
        write(tmp_path / "good")
        good = (tmp_path / "good").read_bytes()
        for _ in range(40):
            bad = bytearray(good)
            for _ in range(rng.choice((1, 4, 30))):
                bad[rng.randrange(min(len(bad), rng.choice((64, 1_000, 100_000))))] = rng.randrange(
                    256
                )
            (tmp_path / "bad").write_bytes(bad)
            try:
                thumbnail(str(tmp_path / "bad"), 64)
            except ThumbnailError as error:
                assert str(error)
                refused += 1
    assert refused > 50


# --- where the file is ----------------------------------------------------------------------


def test_what_is_not_a_plain_file(tmp_path: Path) -> None:
    quarters().save(tmp_path / "a.png")
    (tmp_path / "link.png").symlink_to("a.png")
    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    for name, reason in {
        "none.png": "The file is gone",
        "link.png": "A symbolic link, which is not followed",
        "folder.png": "Not a plain file",
        "pipe.png": "Not a plain file",
    }.items():
        with pytest.raises(ThumbnailUnavailable, match=reason):
            thumbnail(str(tmp_path / name), 256)


def test_nothing_outside_the_base_is_opened(tmp_path: Path) -> None:
    base, outside = tmp_path / "store", tmp_path / "outside"
    (base / "images").mkdir(parents=True)
    outside.mkdir()
    quarters().save(base / "images" / "a.png")
    quarters().save(outside / "a.png")
    (base / "leads-out").symlink_to(outside)
    (tmp_path / "also-the-store").symlink_to(base)
    assert thumbnail("images/a.png", 256, str(base))[1:] == (80, 40)
    assert thumbnail("images/a.png", 256, str(tmp_path / "also-the-store"))[1:] == (80, 40)
    for path in (
        "../outside/a.png",
        "images/../../outside/a.png",
        str(outside / "a.png"),
        "",
        "..",
    ):
        with pytest.raises(ThumbnailUnavailable, match="Not a path inside the store"):
            thumbnail(path, 256, str(base))
    with pytest.raises(ThumbnailUnavailable, match="symbolic link"):
        thumbnail("leads-out/a.png", 256, str(base))


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    quarters().save(tmp_path / "a.png")
    (tmp_path / "a.png").chmod(0)
    before = os.geteuid()
    if before == 0:  # whom permission bits do not bind
        os.seteuid(65534)
    try:
        with pytest.raises(ThumbnailUnavailable, match="may not be read"):
            thumbnail(str(tmp_path / "a.png"), 256)
    finally:
        os.seteuid(before)


def test_a_file_that_cannot_be_there(tmp_path: Path) -> None:
    with pytest.raises(ThumbnailUnavailable, match="File name too long"):
        thumbnail("x" * 300, 256, str(tmp_path))
    with pytest.raises(ThumbnailUnavailable, match="gone"):
        thumbnail("x.png", 256, str(tmp_path / "none"))
