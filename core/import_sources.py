"""What can be imported: the files in folders, single files, and images given as data.

Whether something is an image is told by its first bytes and its header, never by its name. All
functions block: they run in worker threads.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from core.capture_date import read_capture_date
from core.image_header import Header, read_header
from core.import_records import Refusal
from core.layout import FORMATS

Source = Path | bytes | str

LARGEST_IMAGE = 1024**3

_NO_WAITING = os.O_NONBLOCK | os.O_NOCTTY  # should a pipe or a terminal take the file's place
_HEAD_BYTES = 16
_BEGINNINGS = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"BM",
    b"II*\0",
    b"MM\0*",
    b"II+\0",
    b"MM\0+",
)
_AVIF_BRANDS = {b"avif", b"avis", b"mif1", b"msf1"}


class Refused(NamedTuple):
    """Why an input is refused, for programs and for people."""

    refusal: Refusal
    problem: str


class Input(NamedTuple):
    """One thing to import: where it is from, and the file, the data or the data URL.

    ``given`` is the index of the source it is or was found in. An input that can be refused
    without a look at it has the reason as its content.
    """

    given: int
    source: str
    content: Path | bytes | str | Refused


class Content(NamedTuple):
    """An image that was read: its bytes, what they are, and what to keep of their source."""

    data: bytes
    sha256: str
    header: Header
    extension: str
    source: dict[str, Any]


class _RefusedError(Exception):
    """Ends the reading of an input."""

    def __init__(self, refusal: Refusal, problem: str) -> None:
        super().__init__(problem)
        self.refused = Refused(refusal, problem)


def find_inputs(sources: Sequence[Source], should_stop: Callable[[], bool]) -> list[Input]:
    """List what is to be imported: folders with all that is in them, in order of the names.

    Hidden files, links and special files in folders are left out; a source itself may be any of
    these. A folder that cannot be read is an input that is refused.

    Args:
        sources: Files, folders, images as bytes, and ``data:image/…;base64,…``.
        should_stop: Asked before each folder; once it says yes, what was found is all.
    """
    found: list[Input] = []
    for given, source in enumerate(sources):
        if isinstance(source, bytes | bytearray | memoryview):
            found.append(Input(given, "image data", bytes(source)))
        elif isinstance(source, str) and source[:5].lower() == "data:":
            found.append(Input(given, "data URL", source))
        elif isinstance(source, str | os.PathLike) and str(source).strip():
            found += _files(given, Path(source).absolute(), should_stop)
        else:
            problem = f"{source!r} is neither a file nor a folder nor the data of an image."
            found.append(Input(given, str(source), Refused(Refusal.NOT_AN_IMAGE, problem)))
    return found


def _files(given: int, path: Path, should_stop: Callable[[], bool]) -> Iterator[Input]:
    if not _is_folder(path):
        yield Input(given, _text(path), path)
        return
    waiting = [path]
    while waiting and not should_stop():
        path = waiting.pop()
        try:
            entries = _list(path)
        except OSError as error:
            yield Input(given, _text(path), _unreadable(path, error).refused)
            continue
        for entry in entries:
            if entry.is_file(follow_symlinks=False):
                yield Input(given, _text(entry.path), Path(entry.path))
        waiting += [
            Path(entry.path) for entry in reversed(entries) if entry.is_dir(follow_symlinks=False)
        ]


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _list(path: Path) -> list[os.DirEntry[str]]:
    with os.scandir(path) as entries:
        shown = [entry for entry in entries if not entry.name.startswith(".")]
    return sorted(shown, key=lambda entry: entry.name)


def read_input(each: Input) -> Content | Refused:
    """Read an input, if it is an image; else say why it is refused."""
    try:
        if isinstance(each.content, Refused):
            return each.content
        if isinstance(each.content, Path):
            return _read_file(each.content)
        if isinstance(each.content, bytes):
            return _examine(each.content, "The image data", "", {"kind": "bytes"})
        data = _decode_url(each.content)
        return _examine(data, "The data URL", "", {"kind": "data_url"})
    except _RefusedError as error:
        return error.refused


def _read_file(path: Path) -> Content:
    name = _text(path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise _RefusedError(Refusal.NOT_AN_IMAGE, f"{name} is no plain file.")
        with io.FileIO(path, opener=_opener) as file:
            found = os.fstat(file.fileno())
            _check_beginning(os.pread(file.fileno(), _HEAD_BYTES, 0), found.st_size, name)
            data = file.readall()
            now = os.fstat(file.fileno())
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    if len(data) != found.st_size or now.st_mtime_ns != found.st_mtime_ns:
        raise _RefusedError(Refusal.UNREADABLE, f"{name} is being written: import it again later.")
    kept = {"kind": "file", "name": _text(path.name), "path": name}
    with suppress(ValueError, OverflowError, OSError):  # beyond the years 1 to 9999
        kept["modified_at"] = datetime.fromtimestamp(found.st_mtime).isoformat()
    return _examine(data, name, path.suffix, kept)


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | _NO_WAITING)


def _examine(data: bytes, name: str, suffix: str, kept: dict[str, Any]) -> Content:
    _check_beginning(data[:_HEAD_BYTES], len(data), name)
    header = read_header(data)
    if header is None:
        raise _RefusedError(
            Refusal.DAMAGED,
            f"{name} begins like an image, but its header is damaged or tells of more pixels "
            "than can be shown.",
        )
    if captured := read_capture_date(data):
        kept["captured_at"] = captured.isoformat()
    extension = suffix[1:].lower()
    if FORMATS.get(extension) != header.format:
        extension = header.format
    return Content(data, hashlib.sha256(data).hexdigest(), header, extension, kept)


def _check_beginning(head: bytes, size: int, name: str) -> None:
    if not size:
        raise _RefusedError(Refusal.EMPTY, f"{name} is empty.")
    if not _begins_like_image(head):
        raise _RefusedError(
            Refusal.NOT_AN_IMAGE, f"{name} is no image of a kind that a store can hold."
        )
    if size > LARGEST_IMAGE:
        raise _RefusedError(Refusal.TOO_LARGE, f"{name} is larger than 1 GB.")


def _begins_like_image(head: bytes) -> bool:
    return (
        head.startswith(_BEGINNINGS)
        or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")
        or (head[4:8] == b"ftyp" and head[8:12] in _AVIF_BRANDS)
    )


def _decode_url(url: str) -> bytes:
    kind, comma, payload = url.partition(",")
    kind = kind.lower()
    if not comma or not kind.startswith("data:image/") or not kind.endswith(";base64"):
        raise _RefusedError(
            Refusal.NOT_AN_IMAGE,
            f"{url[:60]!r} is no data URL of an image: it must begin with data:image/…;base64,",
        )
    if len(payload) > LARGEST_IMAGE // 3 * 4 + 4:
        raise _RefusedError(Refusal.TOO_LARGE, "The data URL holds more than 1 GB.")
    try:
        return base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _RefusedError(
            Refusal.DAMAGED, f"The data URL's base64 cannot be read: {error}."
        ) from None


def _unreadable(path: Path, error: OSError | ValueError) -> _RefusedError:
    name = _text(path)
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return _RefusedError(Refusal.GONE, f"{name} is not there any more.")
    if isinstance(error, PermissionError):
        return _RefusedError(
            Refusal.UNREADABLE, f"You may not read {name}. Ask who owns it to let you."
        )
    reason = error.strerror if isinstance(error, OSError) else error
    return _RefusedError(Refusal.UNREADABLE, f"{name} cannot be read: {reason}.")


def _text(path: str | Path) -> str:
    """Return a path as a text that every JSON can hold, whatever bytes it is of."""
    return os.fsencode(path).decode(errors="replace")
