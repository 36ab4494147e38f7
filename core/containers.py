"""What stands beside the pixels in an image file: texts and Content Credentials, found by walking.

Nothing is decoded and nothing is read that is not wanted: a walk goes from one part's header to
the next. Broken files end it early, with what was found until then. Each format says where a C2PA
manifest is embedded in it in the C2PA specification 2.2, annex A ("Embedding manifests").
"""

from __future__ import annotations

import os
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

LONGEST_TEXT = 16 << 20  # bytes of one text, unpacked
MOST_TEXTS = 1_000
MOST_PARTS = 100_000

_C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_C2PA_TIFF_TAG = 0xCD41
_XMP_KEYWORD = "XML:com.adobe.xmp"


class Beside(NamedTuple):
    """What was found beside the pixels.

    Attributes:
        texts: Keyword and text of each text chunk of a PNG, in the file's order.
        xmp: The XMP packet of a PNG; Pillow tells that of other formats.
        exif: The Exif block of a PNG, as of a TIFF file; likewise.
        signed: Whether there is a C2PA manifest.
    """

    texts: tuple[tuple[str, str], ...] = ()
    xmp: bytes = b""
    exif: bytes = b""
    signed: bool = False


def look_beside(file: BinaryIO, file_format: str) -> Beside:
    """Return what stands beside the pixels.

    Args:
        file: The image file, open for reading.
        file_format: Pillow's name of it, such as "PNG".
    """
    walk = _WALKS.get(file_format)
    if walk is None:
        return Beside()
    try:
        file.seek(0)
        return walk(file)
    except (struct.error, EOFError):
        return Beside()


def is_signed(file: BinaryIO) -> bool:
    """Tell whether an image file has a C2PA manifest, whatever its name says it is."""
    head = file.read(16)
    file_format = next((name for name, begins in _BEGINNINGS if begins.match(head)), "")
    if file_format == "PNG":  # without unpacking its texts
        return any(kind == b"caBX" for kind, _ in _png_chunks(file))
    return look_beside(file, file_format).signed


# PNG: https://www.w3.org/TR/png-3/#11Chunks


def _look_in_png(file: BinaryIO) -> Beside:
    texts: list[tuple[str, str]] = []
    xmp = exif = b""
    signed = False
    for kind, length in _png_chunks(file):
        if kind == b"caBX":
            signed = True
        elif kind == b"eXIf" and length <= LONGEST_TEXT:
            exif = file.read(length)
        elif kind in _PNG_TEXTS and length <= LONGEST_TEXT and len(texts) < MOST_TEXTS:
            text = _PNG_TEXTS[kind](file.read(length))
            if text is not None and text[0] == _XMP_KEYWORD:
                xmp = text[1].encode()
            elif text is not None:
                texts.append(text)
    return Beside(tuple(texts), xmp, exif, signed)


def _png_chunks(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    at = 8
    for _ in range(MOST_PARTS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8 or head[4:] == b"IEND":
            return
        length = int.from_bytes(head[:4])
        yield head[4:], length
        at += 12 + length


def _plain_text(data: bytes) -> tuple[str, str] | None:
    keyword, _, text = data.partition(b"\0")
    return keyword.decode("latin-1"), _decoded(text)


def _packed_text(data: bytes) -> tuple[str, str] | None:
    keyword, _, rest = data.partition(b"\0")
    text = _unpacked(rest[1:])
    return None if text is None else (keyword.decode("latin-1"), _decoded(text))


def _international_text(data: bytes) -> tuple[str, str] | None:
    keyword, _, rest = data.partition(b"\0")
    packed, rest = rest[:1] == b"\1", rest[2:]
    _language, _, rest = rest.partition(b"\0")
    _translated, _, text = rest.partition(b"\0")
    if packed:
        unpacked = _unpacked(text)
        if unpacked is None:
            return None
        text = unpacked
    return keyword.decode("latin-1"), text.decode(errors="replace")


def _decoded(text: bytes) -> str:
    """Latin-1 by the specification, but nearly all generators write UTF-8."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _unpacked(data: bytes) -> bytes | None:
    try:
        return zlib.decompressobj().decompress(data, LONGEST_TEXT)
    except zlib.error:
        return None


_PNG_TEXTS: dict[bytes, Callable[[bytes], tuple[str, str] | None]] = {
    b"tEXt": _plain_text,
    b"zTXt": _packed_text,
    b"iTXt": _international_text,
}


# JPEG: the manifest is a JUMBF box in APP11 segments (ISO 19566-5)


def _look_in_jpeg(file: BinaryIO) -> Beside:
    at = 2
    for _ in range(MOST_PARTS):
        file.seek(at)
        head = file.read(4)
        if len(head) < 4 or head[0] != 0xFF or head[1] in (0xDA, 0xD9):  # the pixels, or the end
            break
        (length,) = struct.unpack(">H", head[2:])
        if head[1] == 0xEB and _is_c2pa_jumbf(file.read(min(length - 2, 64))):
            return Beside(signed=True)
        at += 2 + length
    return Beside()


def _is_c2pa_jumbf(segment: bytes) -> bool:
    return segment.startswith(b"JP") and b"jumd" in segment and b"c2pa" in segment


# WebP: https://developers.google.com/speed/webp/docs/riff_container


def _look_in_webp(file: BinaryIO) -> Beside:
    at = 12
    for _ in range(MOST_PARTS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            break
        if head[:4] == b"C2PA":
            return Beside(signed=True)
        (length,) = struct.unpack("<I", head[4:])
        at += 8 + length + length % 2
    return Beside()


# AVIF: boxes of ISO 14496-12


def _look_in_avif(file: BinaryIO) -> Beside:
    at = 0
    for _ in range(MOST_PARTS):
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            break
        length, kind, skipped = int.from_bytes(head[:4]), head[4:8], 8
        if length == 1 and len(head) == 16:
            length, skipped = int.from_bytes(head[8:]), 16
        if kind == b"uuid":
            file.seek(at + skipped)
            if file.read(16) == _C2PA_UUID:
                return Beside(signed=True)
        if length < skipped:  # 0: up to the end of the file
            break
        at += length
    return Beside()


# GIF: https://www.w3.org/Graphics/GIF/spec-gif89a.txt


def _look_in_gif(file: BinaryIO) -> Beside:
    file.seek(10)
    flags = _byte(file)
    file.seek(13 + _colour_table(flags))
    for _ in range(MOST_PARTS):
        kind = _byte(file)
        if kind == 0x21:
            if _byte(file) == 0xFF:
                name = file.read(_byte(file))
                if name.startswith(b"C2PA_GIF"):
                    return Beside(signed=True)
        elif kind == 0x2C:
            file.seek(8, os.SEEK_CUR)
            file.seek(_colour_table(_byte(file)) + 1, os.SEEK_CUR)
        else:  # the end, or nothing that stands there by the specification
            break
        while length := _byte(file):
            file.seek(length, os.SEEK_CUR)
    return Beside()


def _colour_table(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _byte(file: BinaryIO) -> int:
    found = file.read(1)
    if not found:
        raise EOFError
    return found[0]


# TIFF: the manifest is the value of a tag of the first directory


def _look_in_tiff(file: BinaryIO) -> Beside:
    order = "<" if file.read(2) == b"II" else ">"
    version, at = struct.unpack(f"{order}HI", file.read(6))
    if version != 42:
        return Beside()
    file.seek(at)
    (entries,) = struct.unpack(f"{order}H", file.read(2))
    directory = file.read(12 * entries)
    tags = (
        struct.unpack_from(f"{order}H", directory, at)[0] for at in range(0, len(directory), 12)
    )
    return Beside(signed=_C2PA_TIFF_TAG in tags)


_BEGINNINGS = (
    ("PNG", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("JPEG", re.compile(rb"\xff\xd8\xff")),
    ("WEBP", re.compile(rb"RIFF.{4}WEBP", re.DOTALL)),
    ("AVIF", re.compile(rb".{4}ftyp", re.DOTALL)),
    ("GIF", re.compile(rb"GIF8")),
    ("TIFF", re.compile(rb"II\*\0|MM\0\*")),
)
_WALKS: dict[str, Callable[[BinaryIO], Beside]] = {
    "PNG": _look_in_png,
    "JPEG": _look_in_jpeg,
    "MPO": _look_in_jpeg,
    "WEBP": _look_in_webp,
    "AVIF": _look_in_avif,
    "GIF": _look_in_gif,
    "TIFF": _look_in_tiff,
}
