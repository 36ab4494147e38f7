"""Everything an image file says about itself, beside what its sidecar says.

This runs in a worker process: the files are not to be trusted. No pixel is decoded. A part that is
broken is left out and named; it hides no other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from PIL import ExifTags, Image, ImageFile, IptcImagePlugin

from core.containers import Beside, look_beside
from core.credentials import read_credentials
from core.embedded_records import Credentials, Embedded, Section, Value
from core.generators import read_generated
from core.image_file import BROKEN, open_image
from core.pillow_image import opened
from core.xmp import XmpError, read_xmp

SHOWN_BYTES = 256  # of a value that is no text; of a longer one its length is told
_HIDDEN_IFDS = {ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo, ExifTags.IFD.Interop}
_ENCODINGS = {b"ASCII\0\0\0": "ascii", b"UNICODE\0": "utf-16", b"JIS\0\0\0\0\0": "iso2022_jp"}
# IIM record 2, https://www.iptc.org/std/photometadata/specification/IPTC-PhotoMetadata
_IPTC = {
    5: "Title", 10: "Urgency", 15: "Category", 20: "Supplemental category", 25: "Keywords",
    40: "Instructions", 55: "Date created", 60: "Time created", 62: "Digital creation date",
    63: "Digital creation time", 65: "Originating program", 70: "Program version", 80: "Creator",
    85: "Creator's job title", 90: "City", 92: "Sublocation", 95: "Province or state",
    100: "Country code", 101: "Country", 103: "Job id", 105: "Headline", 110: "Credit line",
    115: "Source", 116: "Copyright notice", 118: "Contact", 120: "Description",
    122: "Description writer",
}  # fmt: skip


def read_embedded(path: str | bytes, base: str | bytes | None = None) -> Embedded:
    """Read what an image file says about itself.

    Args:
        path: The image file. It may not be a symbolic link. Bytes for a name that is not UTF-8.
        base: A folder that ``path`` is relative to and may not lead out of.

    Raises:
        ThumbnailUnavailable: The file is gone, may not be read, or is not a plain file.
        ThumbnailError: It is no image of a format that is known here.
    """
    with opened(path, base) as image, open_image(path, base) as file:
        return _read(file, image)


def _read(file: BinaryIO, image: ImageFile.ImageFile) -> Embedded:
    media_type = Image.MIME.get(image.format or "") or ""
    beside = look_beside(file, image.format or "")
    exif = _section("EXIF", lambda: _exif(image, beside))
    sections = (
        _section("XMP", lambda: read_xmp(beside.xmp or image.info.get("xmp") or b"<x/>")),
        _section("IPTC", lambda: _iptc(image)),
        exif,
        Section(f"{image.format} text", (*beside.texts, *_comments(image))),
    )
    return Embedded(
        read_generated(dict(beside.texts) or _texts_of(dict(exif.values))),
        read_credentials(file, media_type) if beside.signed else Credentials(),
        tuple(section for section in sections if section.values or section.problem),
    )


def _section(name: str, read: Callable[[], list[Value]]) -> Section:
    try:
        return Section(name, tuple(read()))
    except (XmpError, *BROKEN) as error:
        return Section(name, problem=str(error) or type(error).__name__)


def _exif(image: ImageFile.ImageFile, beside: Beside) -> list[Value]:
    if image.format == "PNG":  # Pillow would decode the pixels to reach what comes after them
        found = Image.Exif()
        found.load(beside.exif)
    else:
        found = image.getexif()
    values = list(_tags(found, ExifTags.TAGS))
    values += _tags(found.get_ifd(ExifTags.IFD.Exif), ExifTags.TAGS)
    values += _tags(found.get_ifd(ExifTags.IFD.GPSInfo), ExifTags.GPSTAGS)
    return values


def _tags(found: Mapping[int, object], names: Mapping[int, str]) -> Iterator[Value]:
    for tag, value in found.items():
        if tag not in _HIDDEN_IFDS:
            yield names.get(tag, f"0x{tag:04X}"), _said(value)


def _said(value: object) -> str:
    if isinstance(value, bytes):
        return _said_bytes(value)
    if isinstance(value, tuple | list):
        return ", ".join(map(_said, value))
    return str(value).strip("\0 ")


def _said_bytes(value: bytes) -> str:
    """A comment in the encoding that its first eight bytes name, a text, or else digits."""
    encoding, text = _ENCODINGS.get(value[:8]), value[8:]
    if encoding == "utf-16" and not text.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16-be" if text[:1] == b"\0" else "utf-16-le"  # Latin letters begin with 0
    if encoding:
        return text.decode(encoding, "replace").strip("\0 ")
    try:
        plain = value.decode().strip("\0 ")
    except UnicodeDecodeError:
        plain = "\0"
    if plain.isprintable():
        return plain
    return value.hex(" ") if len(value) <= SHOWN_BYTES else f"{len(value):,} bytes"


def _iptc(image: ImageFile.ImageFile) -> list[Value]:
    found = IptcImagePlugin.getiptcinfo(image) or {}
    values = []
    for (record, dataset), value in found.items():
        name = _IPTC.get(dataset, "") if record == 2 else ""
        values.append((name or f"{record}:{dataset:03}", _said(value)))
    return values


def _comments(image: ImageFile.ImageFile) -> list[Value]:
    comment = image.info.get("comment")
    return [("Comment", _said(comment))] if comment else []


def _texts_of(exif: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of a generator as they stand in a PNG, from where they are in an Exif block.

    One comment holds them, alone or as a JSON object; ComfyUI has one in each of some other tags,
    behind its keyword and a colon.
    """
    texts = {}
    for value in exif.values():
        keyword, colon, text = value.partition(":")
        if colon and keyword.lower() in ("prompt", "workflow") and text.startswith("{"):
            texts[keyword.lower()] = text
    comment = exif.get("UserComment", "")
    if comment:
        texts["parameters"] = comment
        try:
            inner = json.loads(comment)
        except (ValueError, RecursionError):
            return texts
        if isinstance(inner, dict):
            texts |= {key: value for key, value in inner.items() if isinstance(value, str)}
    return texts
