"""Which image files are broken, told without decoding them; the files are made byte by byte."""

from __future__ import annotations

import io
import struct
import tempfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from core.image_file import MAX_PIXELS
from core.pillow_image import FORMATS
from core.soundness import Seen, look_at
from tests import generated
from tests.core.test_embedded import MEDIA_TYPES
from tests.generated import png

NOISE = Image.effect_noise((90, 70), 60).convert("RGB")
ANOTHER = {"save_all": True, "append_images": [NOISE.rotate(90)]}


def saved(file_format: str, image: Image.Image = NOISE, **options: object) -> bytes:
    """An image that is hard to pack, so that most of its file is pixels."""
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def with_thumbnail() -> bytes:
    """A JPEG with another one, which has an end, in its EXIF block."""
    thumbnail = saved("JPEG", NOISE.resize((16, 16)))
    return saved("JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0" + thumbnail)


def with_fill_bytes() -> bytes:
    """A JPEG with more bytes 0xFF before a marker than there need be (ISO 10918-1, B.1.1.2)."""
    content = saved("JPEG")
    return content[:2] + b"\xff\xff\xff" + content[2:]


def with_swapped_number() -> bytes:
    """A TIFF whose number 42 is in the other byte order, which readers put up with."""
    return b"II\0*" + saved("TIFF")[4:]


GOOD = (
    {name: saved(name) for name in FORMATS}
    | {
        "PNG, more after the pixels": png(generated.text_chunk("a", "b"), after=True),
        "PNG, animated": saved("PNG", **ANOTHER),
        "JPEG, progressive": saved("JPEG", progressive=True),
        "JPEG, with a thumbnail": with_thumbnail(),
        "JPEG, with fill bytes": with_fill_bytes(),
        "JPEG, with a segment of no length": saved("JPEG").replace(
            b"\xff\xdb", b"\xff\xeb\0\0\xff\xdb", 1
        ),
        "WEBP, lossless": saved("WEBP", lossless=True),
        "WEBP, with more": saved("WEBP", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"),
        "WEBP, animated": saved("WEBP", **ANOTHER),
        "GIF, animated": saved("GIF", comment=b"x;", **ANOTHER),
        "GIF, with strays": saved("GIF")[:-1] + b"\0\0;",
        "AVIF, animated": saved("AVIF", **ANOTHER),
        "TIFF, packed": saved("TIFF", compression="tiff_lzw"),
        "TIFF, big": saved("TIFF", big_tiff=True),
        "TIFF, with a swapped number": with_swapped_number(),
        "BMP, of one byte": saved("BMP", NOISE.convert("L")),
    }
    | {f"{name}, signed": generated.signed(saved(name), MEDIA_TYPES[name]) for name in MEDIA_TYPES}
)


def decodes(content: bytes) -> bool:
    """Whether Pillow shows the image: the slow and obvious way."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            image.load()
    except (OSError, SyntaxError, ValueError, RuntimeError, Warning):
        return False
    return True


def seen(content: bytes) -> Seen:
    """Look at a file on the disk, which may not be read or sought like bytes in memory."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        return look_at(file)


@pytest.mark.parametrize("name", GOOD)
def test_what_is_whole_is_not_broken(name: str) -> None:
    assert decodes(GOOD[name])
    assert seen(GOOD[name]) == Seen(signed="signed" in name, broken=False)


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize(
    "more",
    [b"\0", b"PK\3\4" * 20_000, bytes((1 << 14) - 1), b"\0\0\0\1more" + b"\xff" * 8],
    ids=["a byte", "an archive", "zeros", "a box without end"],
)
def test_what_comes_after_the_end_is_no_fault(name: str, more: bytes) -> None:
    assert not seen(GOOD[name] + more).broken


@pytest.mark.parametrize(
    "name", sorted(GOOD.keys() - {"TIFF, signed"})
)  # whose manifest is at its end
def test_what_is_cut_off_is_broken(name: str) -> None:
    content = GOOD[name]
    short = 9 if name.startswith("PNG") else 1  # without the end's own checksum it is an end
    for left in {*range(0, len(content) - short, 211), len(content) - short}:
        assert seen(content[:left]).broken, left


@pytest.mark.parametrize("name", sorted(MEDIA_TYPES.keys() - {"TIFF"}))
def test_credentials_are_seen_in_what_is_cut_off(name: str) -> None:
    assert seen(GOOD[f"{name}, signed"][:-20]) == Seen(signed=True, broken=True)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int, *, pixels: bytes = b"\0\1\2\3") -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(pixels)) if pixels else b""
    return b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b"")


def damaged(name: str, old: bytes, new: bytes) -> bytes:
    assert old in GOOD[name]
    return GOOD[name].replace(old, new, 1)


def with_long_box(length: int) -> bytes:
    """An AVIF whose pixels have a length of 64 bits (ISO 14496-12, 4.2)."""
    before, _, pixels = GOOD["AVIF"].partition(b"mdat")
    return before[:-4] + b"\0\0\0\1mdat" + length.to_bytes(8) + pixels


def with_directory_at(place: int) -> bytes:
    """A TIFF of 64 bits that says where its directory is."""
    return b"II+\0\x08\0\0\0" + place.to_bytes(8, "little") + bytes(30)


# Beyond what a file can have: where the system refuses to go, and where not even it can be asked.
NOWHERE = (1 << 62, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)

BROKEN = {
    "empty": b"",
    "a text": b"no image at all, but long enough to be one",
    "zeros": bytes(5000),
    "an image of a kind that no store has": damaged("AVIF", b"ftypavif", b"ftypheic"),
    "a PNG without pixels": png_of(1, 1, pixels=b""),
    "a PNG without width": png_of(0, 1),
    "a PNG too large to show": png_of(MAX_PIXELS, 2),
    "a PNG of a damaged header": damaged("PNG", b"IHDR\0\0", b"IHDR\1\0"),
    "a JPEG without frame": damaged("JPEG", b"\xff\xc0", b"\xff\xe2"),
    "a JPEG in zeros": saved("JPEG")[:300] + bytes(2000),
    "a WebP without start code": damaged("WEBP", b"\x9d\x01\x2a", b"\0\0\0"),
    "an AVIF without its description": damaged("AVIF", b"meta", b"free"),
    "a GIF without image": b"GIF89a\1\0\1\0\0\0\0;",
    "a TIFF without directory": b"II*\0\xff\0\0\0" + bytes(30),
    "a BMP of an unknown header": b"BM" + bytes(60),
    "an AVIF that ends in a length": with_long_box(0)[: with_long_box(0).index(b"mdat") + 4],
    **{f"an AVIF of {length:,} bytes": with_long_box(length) for length in NOWHERE},
    **{f"a TIFF of {place:,} bytes": with_directory_at(place) for place in NOWHERE},
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_has_no_header_that_can_be_read_is_broken(name: str) -> None:
    assert name == "a PNG too large to show" or not decodes(BROKEN[name])
    assert seen(BROKEN[name]).broken


MANY = 1_500_000


class Counting(io.BytesIO):
    """A file that counts how often it is read from."""

    reads = 0

    def read(self, size: int | None = -1) -> bytes:
        self.reads += 1
        return super().read(size)


def put_into(name: str, at: int, parts: bytes) -> bytes:
    return GOOD[name][:at] + parts + GOOD[name][at:]


def of_many_parts(file_format: str) -> bytes:
    """An image file of so many parts that to walk over all of them would take seconds."""
    after_tables = 13 + 3 * 256
    match file_format:
        case "PNG":
            return put_into("PNG", 8 + 25, chunk(b"teSt", b"") * MANY)
        case "JPEG":
            return put_into("JPEG", 2, b"\xff\xe9\0\2" * MANY)
        case "AVIF":
            return struct.pack(">I4s4s4x", 16, b"ftyp", b"avif") + b"\0\0\0\x08free" * MANY
        case "GIF":
            return put_into("GIF", after_tables, b"!\xff" + b"\1x" * MANY + b"\0")
        case "GIF, of comments":
            return put_into("GIF", after_tables, b"!\xfe\1x\0" * MANY)
        case "GIF, after its image":
            return GOOD["GIF"][:-1] + b"!\xfe" + b"\1x" * MANY + b"\0;"
        case "TIFF":
            return b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, MANY) + bytes(20) * MANY
    raise AssertionError(file_format)


@pytest.mark.parametrize(
    "file_format",
    ["PNG", "JPEG", "AVIF", "GIF", "GIF, of comments", "GIF, after its image", "TIFF"],
)
def test_what_is_not_walked_to_its_end_is_not_broken(file_format: str) -> None:
    file = Counting(of_many_parts(file_format))
    assert not look_at(file).broken
    assert file.reads < MANY / 2


@pytest.mark.parametrize("name", ["PNG", "JPEG"])
def test_what_goes_on_in_zeros_is_broken(name: str) -> None:
    assert seen(GOOD[name][:-1000] + bytes(2_000_000)).broken


class CountingFile(io.FileIO):
    """A file on the disk that counts the bytes that are read from it."""

    bytes_read = 0

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        count = super().readinto(buffer)
        self.bytes_read += count or 0
        return count


def test_for_the_end_of_a_jpeg_not_all_of_a_huge_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.jpg"
    with path.open("wb") as file:
        file.write(GOOD["JPEG"][:-2])
        file.truncate(1 << 30)
    with CountingFile(path) as counting, io.BufferedReader(counting) as opened:
        assert not look_at(opened).broken
        assert counting.bytes_read < 60_000_000
