"""The texts in a PNG: https://www.w3.org/TR/png-3/#11textinfo."""

from __future__ import annotations

import zlib
from collections.abc import Callable

LONGEST_TEXT = 16 << 20  # bytes of one text, unpacked


def read_text(kind: bytes, data: bytes) -> tuple[str, str] | None:
    """Return the keyword and text of a chunk of one of ``KINDS``; ``None`` where it is broken."""
    return KINDS[kind](data)


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


KINDS: dict[bytes, Callable[[bytes], tuple[str, str] | None]] = {
    b"tEXt": _plain_text,
    b"zTXt": _packed_text,
    b"iTXt": _international_text,
}
