"""What stands beside the pixels in an image file: texts and Content Credentials, found by walking.

Nothing is decoded and nothing is read that is not wanted: a walk goes from one part's header to
the next, and so finds out whether the file reaches the end that it should have; what comes after
that is no fault, nor what is beyond so many parts, or bytes. Broken files end it early, with what
was found until then. Where a C2PA manifest is embedded in each format, the C2PA specification 2.2
says in annex A ("Embedding manifests").
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from core.png_texts import KINDS, LONGEST_TEXT, read_text

MOST_TEXTS = 1_000
MOST_PARTS = 100_000
MOST_SUB_BLOCKS = 200_000  # of a GIF, mostly of 255 bytes: 50 MB, gone over in a tenth of a second
MOST_BLOCKS = 3_000  # in which the end of a JPEG is looked for: as much

_C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_C2PA_TIFF_TAG = 0xCD41
_XMP_KEYWORD = "XML:com.adobe.xmp"
_AVIF_BOXES = (b"ftyp", b"meta", b"moov", b"mdat")  # others may be what was put after the end
_NO_CHUNK = bytes(4)
_BLOCK = 1 << 14


class Beside(NamedTuple):
    """What was found beside the pixels.

    Attributes:
        texts: Keyword and text of each text chunk of a PNG, in the file's order.
        xmp: The XMP packet of a PNG; Pillow tells that of other formats.
        exif: The Exif block of a PNG, as of a TIFF file; likewise.
        signed: Whether there is a C2PA manifest.
        cut_off: Whether the file ends before it should, as far as it was walked; of TIFF and BMP
            only Pillow can tell.
    """

    texts: tuple[tuple[str, str], ...] = ()
    xmp: bytes = b""
    exif: bytes = b""
    signed: bool = False
    cut_off: bool = False


def format_of(file: BinaryIO) -> str:
    """Return Pillow's name of an image file's format, whatever its own name says; "" for none."""
    head = file.read(32)
    return next((name for name, begins in _BEGINNINGS if begins.match(head)), "")


def look_beside(file: BinaryIO, file_format: str, *, texts: bool = True) -> Beside:
    """Return what stands beside the pixels.

    Args:
        file: The image file, open for reading.
        file_format: Pillow's name of it, such as "PNG".
        texts: Whether texts, XMP and Exif are wanted, too, which have to be read and unpacked.
    """
    walk = _WALKS.get(file_format)
    if walk is None:
        return Beside()
    try:
        file.seek(0)
        return _look_in_png(file, texts=texts) if file_format == "PNG" else walk(file)
    except (struct.error, EOFError):
        return Beside(cut_off=True)


# PNG: https://www.w3.org/TR/png-3/#11Chunks


def _look_in_png(file: BinaryIO, *, texts: bool = True) -> Beside:
    found: list[tuple[str, str]] = []
    xmp = exif = b""
    signed = cut_off = False
    for kind, length in _png_chunks(file):
        cut_off = kind == _NO_CHUNK
        if kind == b"caBX":
            signed = True
        elif not texts or length > LONGEST_TEXT:
            continue
        elif kind == b"eXIf":
            exif = file.read(length)
        elif kind in KINDS and len(found) < MOST_TEXTS:
            text = read_text(kind, file.read(length))
            if text is not None and text[0] == _XMP_KEYWORD:
                xmp = text[1].encode()
            elif text is not None:
                found.append(text)
    return Beside(tuple(found), xmp, exif, signed, cut_off)


def _png_chunks(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Walk to IEND, or to where no chunk is: the file's end, or zeros where a copy was left off."""
    at = 8
    for _ in range(MOST_PARTS):
        file.seek(at)
        head = file.read(8).ljust(8, b"\0")
        kind, length = head[4:], int.from_bytes(head[:4])
        yield kind, length
        if kind in (b"IEND", _NO_CHUNK):
            return
        at += 12 + length


# JPEG: the manifest is a JUMBF box in APP11 segments (ISO 19566-5)


def _look_in_jpeg(file: BinaryIO) -> Beside:
    at, signed = 2, False
    for _ in range(MOST_PARTS):
        file.seek(at)
        head = file.read(4 + 64)
        if len(head) < 4 or head[0] != 0xFF or head[1] in (0xDA, 0xD9):  # the pixels, or the end
            break
        if head[1] == 0xFF:  # which fills
            at += 1
            continue
        length = int.from_bytes(head[2:4])  # with its own two bytes, or so it should be
        signed = signed or (head[1] == 0xEB and _is_c2pa_jumbf(head[4 : 2 + length]))
        at += 2 + length
    return Beside(signed=signed, cut_off=not _has_end_of_image(file, at))


def _has_end_of_image(file: BinaryIO, first: int) -> bool:
    """Look from the file's end, where it nearly always is; pixels have a zero after each 0xFF."""
    after = file.seek(0, os.SEEK_END)
    for _ in range(MOST_BLOCKS):
        if after < first + 2:
            return False
        at = max(first, after - _BLOCK)
        file.seek(at)
        if b"\xff\xd9" in file.read(after - at):
            return True
        after = at + 1  # with this block's first byte
    return True  # perhaps, further on


def _is_c2pa_jumbf(segment: bytes) -> bool:
    return segment.startswith(b"JP") and b"jumd" in segment and b"c2pa" in segment


# WebP: https://developers.google.com/speed/webp/docs/riff_container


def _look_in_webp(file: BinaryIO) -> Beside:
    (length,) = struct.unpack("<4xI", file.read(8))
    at, signed, cut_off = 12, False, 8 + length > file.seek(0, os.SEEK_END)
    for _ in range(MOST_PARTS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            break
        signed = signed or head[:4] == b"C2PA"
        (length,) = struct.unpack("<I", head[4:])
        at += 8 + length + length % 2
    return Beside(signed=signed, cut_off=cut_off)


# AVIF: boxes of ISO 14496-12


def _look_in_avif(file: BinaryIO) -> Beside:
    at, end = 0, file.seek(0, os.SEEK_END)
    signed = described = cut_off = False
    for _ in range(MOST_PARTS):
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            break
        length, kind, skipped = int.from_bytes(head[:4]), head[4:8], 8
        if length == 1:
            length, skipped = int.from_bytes(head[8:]), 16
        if kind == b"uuid" and not signed:
            file.seek(at + skipped)
            signed = file.read(16) == _C2PA_UUID
        described = described or kind in (b"meta", b"moov")
        cut_off = cut_off or (kind in _AVIF_BOXES and at + max(length, skipped) > end)
        if length < skipped or at + length >= end:  # 0: up to the end of the file
            break  # here, since the system refuses to go as far as some boxes say
        at += length
    else:
        described = True  # perhaps, further on
    return Beside(signed=signed, cut_off=cut_off or not described)


# GIF: https://www.w3.org/Graphics/GIF/spec-gif89a.txt


def _look_in_gif(file: BinaryIO) -> Beside:
    file.seek(10)
    flags = _byte(file)
    file.seek(13 + _colour_table(flags))
    signed = False
    try:
        for name in _gif_extensions(file):
            signed = signed or name.startswith(b"C2PA_GIF")
    except EOFError:
        return Beside(signed=signed, cut_off=True)
    return Beside(signed=signed)


def _gif_extensions(file: BinaryIO) -> Iterator[bytes]:
    """Walk to the trailer, over what decoders go over; yield the names of applications' blocks."""
    sub_blocks = 0
    for _ in range(MOST_PARTS):
        kind = _byte(file)
        if kind == 0x3B:
            return
        if kind not in (0x21, 0x2C):
            continue
        if kind == 0x2C:
            file.seek(8, os.SEEK_CUR)
            file.seek(_colour_table(_byte(file)) + 1, os.SEEK_CUR)
        elif _byte(file) == 0xFF:
            yield file.read(_byte(file))
        while length := _byte(file):
            file.seek(length, os.SEEK_CUR)
            sub_blocks += 1
            if sub_blocks == MOST_SUB_BLOCKS:
                return


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
    # Up to the start code of a key frame, or the signature of a lossless one.
    ("WEBP", re.compile(rb"RIFF.{4}WEBP(VP8 .{7}\x9d\x01\x2a|VP8L.{4}/|VP8X)", re.DOTALL)),
    ("AVIF", re.compile(rb".{4}ftyp(avi[fs]|m[is]f1)", re.DOTALL)),
    ("BMP", re.compile(rb"BM")),
    ("GIF", re.compile(rb"GIF8")),
    # Also where its number is in the wrong byte order; and BigTIFF.
    ("TIFF", re.compile(rb"(II|MM)(\*\0|\0\*)|II\+\0|MM\0\+")),
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
