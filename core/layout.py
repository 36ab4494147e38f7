"""Where the files of a store are: image ids ↔ paths relative to the store, in both layouts.

Servers write ``images/YYYY/MM/DD/<id>.<ext>`` with ``<id>.json`` beside it (dated); older ones
wrote ``images/<id>.<ext>`` with ``metadata/<id>.json`` (flat). Nothing here touches the disk.
"""

from __future__ import annotations

import re
import secrets
from datetime import date, datetime

from core.errors import InvalidFormat, InvalidImageId

IMAGES = "images"
METADATA = "metadata"
SIDECAR_SUFFIX = ".json"

#: File extension (lower case, no dot) → name of the format; the order is the order of search.
FORMATS = {
    "png": "png",
    "jpg": "jpeg",
    "jpeg": "jpeg",
    "webp": "webp",
    "gif": "gif",
    "avif": "avif",
    "tiff": "tiff",
    "tif": "tiff",
    "bmp": "bmp",
}

#: Name of a format → its MIME type.
MIME_TYPES = {name: f"image/{name}" for name in dict.fromkeys(FORMATS.values())}

_UNKNOWN_TYPE = "application/octet-stream"

# A file name is at most 255 bytes on every usual file system; this leaves room for a suffix.
_LONGEST_BYTES = 240
_is_id = re.compile(r"(?!\.)[^/\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]{1,200}").fullmatch
_TIMESTAMPED = re.compile(
    r"[a-z]+_([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})_[0-9a-f]{12}"
)
_DATED_PARTS = re.compile(r"([0-9]{4})/([0-9]{2})/([0-9]{2})")


def is_image_id(text: str) -> bool:
    """Tell whether ``text`` can be the id of an image; see ``validate_image_id``."""
    return _is_id(text) is not None and (text.isascii() or len(text.encode()) <= _LONGEST_BYTES)


def validate_image_id(image_id: str) -> str:
    """Return ``image_id`` if it can be the name of a file in a store.

    It is 1 to 200 characters (and at most 240 bytes of UTF-8), does not begin with a dot, and
    has no slash, backslash, control character or line break in it.

    Raises:
        InvalidImageId: It is anything else.
    """
    if not isinstance(image_id, str):
        raise InvalidImageId(f"An image id is a text, not {type(image_id).__name__}.")
    if not is_image_id(image_id):
        shown = image_id if len(image_id) <= 60 else image_id[:60] + "…"
        raise InvalidImageId(
            f"{shown!r} cannot be an image id: use 1 to 200 characters without slashes, "
            "backslashes or line breaks, and no dot at the beginning."
        )
    return image_id


def validate_format(file_format: str) -> str:
    """Return the file extension for a format's name: lower case, "jpg" and "jpeg" as they are.

    Raises:
        InvalidFormat: It is not one a store can hold (also a ``ValueError``).
    """
    extension = file_format.lower() if isinstance(file_format, str) else ""
    if extension not in FORMATS:
        raise InvalidFormat(
            f"{str(file_format)[:60]!r} is no image format: use {', '.join(FORMATS)}."
        )
    return extension


def id_moment(image_id: str) -> datetime | None:
    """Return the naive local time in an id like ``img_20261120180000_0123456789ab``, if any."""
    match = _TIMESTAMPED.fullmatch(image_id)
    if match is None:
        return None
    year, month, day, hour, minute, second = map(int, match.groups())
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None


def generate_id(prefix: str, now: datetime) -> str:
    """Make a new id: ``prefix`` ("img", "task"), the time to the second, 12 random hex digits."""
    return f"{prefix}_{_stamp(now)}_{secrets.token_hex(6)}"


def _stamp(moment: datetime) -> str:
    # Not strftime("%Y"): that does not pad years before 1000 on every system.
    return moment.isoformat(timespec="seconds").translate({ord(mark): None for mark in "-:T"})[:14]


def image_name(name: str) -> tuple[str, str] | None:
    """Split a file name into id and format; ``None`` if it is not the name of an image.

    The extension may be in any case. Temporary files are never images.
    """
    stem, _, extension = name.rpartition(".")
    file_format = FORMATS.get(extension) or FORMATS.get(extension.lower())
    return (stem, file_format) if file_format and is_image_id(stem) else None


def is_image_like(name: str) -> bool:
    """Tell by its ending alone whether a file seems to be an image; quicker than being sure."""
    extension = name.rpartition(".")[2]
    return extension in FORMATS or extension.lower() in FORMATS


def is_temporary(name: str) -> bool:
    """Tell whether a file of this name is one that is still being written, or was left behind."""
    return name.startswith(".") or name.endswith(".tmp")


def dated_folder(day: date) -> str:
    """Return the folder of a day, as ``images/2026/11/20``."""
    return f"{IMAGES}/{day.year:04d}/{day.month:02d}/{day.day:02d}"


def parse_dated_folder(year: str, month: str, day: str) -> date | None:
    """Return the day a folder ``images/<year>/<month>/<day>`` stands for; ``None`` if none."""
    match = _DATED_PARTS.fullmatch(f"{year}/{month}/{day}")
    if match is None:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def dated_path(image_id: str, moment: date, extension: str) -> str:
    """Return the path of an image in the dated layout, filed under the day of ``moment``."""
    return f"{dated_folder(moment)}/{validate_image_id(image_id)}.{extension}"


def default_path(image_id: str, extension: str, today: date) -> str:
    """Return where a server looks for an image first: dated, by its own timestamp, else today.

    Raises:
        InvalidImageId: The id cannot be a file name.
    """
    return dated_path(image_id, id_moment(validate_image_id(image_id)) or today, extension)


def flat_path(image_id: str, extension: str) -> str:
    """Return the path of an image in the flat layout."""
    return f"{IMAGES}/{validate_image_id(image_id)}.{extension}"


def flat_sidecar_path(image_id: str) -> str:
    """Return the path of a sidecar in the flat layout."""
    return f"{METADATA}/{validate_image_id(image_id)}{SIDECAR_SUFFIX}"


def sidecar_paths(path: str) -> list[str]:
    """List where the sidecar of the image at ``path`` may be, the usual place first."""
    folder, _, name = path.rpartition("/")
    stem = name.rpartition(".")[0]
    flat = f"{METADATA}/{stem}{SIDECAR_SUFFIX}"
    return [flat] if folder == IMAGES else [f"{folder}/{stem}{SIDECAR_SUFFIX}", flat]


def is_image_path(path: str) -> bool:
    """Tell whether a path, relative to the store, can be that of an image in either layout."""
    *folders, name = path.split("/")
    if image_name(name) is None or not folders or folders[0] != IMAGES:
        return False
    return len(folders) == 1 or (len(folders) == 4 and parse_dated_folder(*folders[1:]) is not None)


def mime_type(path: str) -> str:
    """Return the MIME type of an image by its extension."""
    return MIME_TYPES.get(FORMATS.get(path.rpartition(".")[2].lower(), ""), _UNKNOWN_TYPE)


def candidate_paths(image_id: str) -> list[str]:
    """List where an image may be, most likely first: dated by its own timestamp, then flat.

    Raises:
        InvalidImageId: The id cannot be a file name.
    """
    moment = id_moment(validate_image_id(image_id))
    dated = [] if moment is None else [dated_path(image_id, moment, each) for each in FORMATS]
    return dated + [flat_path(image_id, each) for each in FORMATS]
