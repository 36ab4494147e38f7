"""What is in the trash: its names and receipts, read from the disk.

``contact-sheet/trash/YYYY-MM-DD/`` holds of each image ``<name>.<ext>``, its sidecar
``<name>.json`` as it was, and ``<name>.receipt``, which says where they came from. ``<name>`` is
the image's id, ``~`` and some random digits. Receipts are not trusted more than any other file: one
that is missing, torn or leads anywhere but to an image of the store counts as none.
"""

from __future__ import annotations

import logging
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from functools import partial
from pathlib import Path

import msgspec

from core import files, layout
from core.durable import OURS
from core.records import TrashReceipt

TRASH = f"{OURS}/trash"
LARGEST_RECEIPT = 64 * 1024

log = logging.getLogger(__name__)

_LONGEST_ID = 180  # bytes of an id in a name, which must not get too long for the file system
_MARK = "~"


class Receipt(msgspec.Struct, frozen=True):
    """What a receipt's file says; the trashed image is the one of this size and time."""

    image: str
    sidecar: str | None
    size_bytes: int
    modified_ns: int
    sidecar_bytes: int
    trashed_at: datetime
    reason: str
    sha256: str | None = None
    shared: bool = False  # another image had the same sidecar, so it was copied, not moved


_decode = msgspec.json.Decoder(Receipt).decode


class Entry(msgspec.Struct):
    """One name in one day's folder of the trash, and which files it has there."""

    day: str
    name: str
    image: str | None = None
    sidecar: str | None = None
    receipt: str | None = None

    @property
    def token(self) -> str:
        """What callers know it by."""
        return f"{self.day}/{self.name}"

    def path(self, file: str) -> str:
        """The path of one of its files, relative to the store."""
        return f"{TRASH}/{self.day}/{file}"


def new_entry(image: str, has_sidecar: bool, day: date) -> Entry:
    """Make up a name in the trash for the image at a path in the store."""
    stem, _, extension = image.rpartition("/")[2].rpartition(".")
    short = stem.encode()[:_LONGEST_ID].decode(errors="ignore")
    name = f"{short}{_MARK}{secrets.token_hex(4)}"
    sidecar = name + layout.SIDECAR_SUFFIX if has_sidecar else None
    return Entry(day.isoformat(), name, f"{name}.{extension.lower()}", sidecar, f"{name}.receipt")


def id_of(subject: str) -> str:
    """Return the image's id in its path in the store, or (cut short) in a token."""
    name, mark, _ = subject.rpartition("/")[2].rpartition(_MARK)
    stem = name if mark else subject.rpartition("/")[2].rpartition(".")[0]
    return stem.casefold()


def days(store: int) -> list[str]:
    """List the days of the trash, newest first."""
    try:
        with files.open_folder(store, TRASH) as folder:
            return sorted(filter(_is_day, files.list_folder(folder).folders), reverse=True)
    except (FileNotFoundError, NotADirectoryError):
        return []


@contextmanager
def open_day(base: Path, day: str) -> Iterator[int]:
    """Hold the folder of a day open; yields its descriptor."""
    with files.open_store(base) as store, files.open_folder(store, f"{TRASH}/{day}") as folder:
        yield folder


def entries(folder: int, day: str) -> dict[str, Entry]:
    """List what is in a day's folder; files that are not the trash's own are left out."""
    found: dict[str, Entry] = {}
    for file in files.list_folder(folder).files:
        name, _, extension = file.rpartition(".")
        if layout.is_temporary(file) or not layout.is_image_id(name):
            continue
        if extension == "json":
            found.setdefault(name, Entry(day, name)).sidecar = file
        elif extension == "receipt":
            found.setdefault(name, Entry(day, name)).receipt = file
        elif extension in layout.FORMATS:
            found.setdefault(name, Entry(day, name)).image = file
    return found


def find_entry(base: Path, token: str) -> Entry | None:
    """Look for one token in the trash, without listing the day it is of."""
    day, _, name = token.partition("/")
    if not _is_day(day) or not layout.is_image_id(name):
        return None
    try:
        with open_day(base, day) as folder:
            there = partial(_size, folder)
            images = (f"{name}.{extension}" for extension in layout.FORMATS)
            image = next((file for file in images if there(file) is not None), None)
            sidecar, receipt = f"{name}{layout.SIDECAR_SUFFIX}", f"{name}.receipt"
            entry = Entry(
                day,
                name,
                image,
                sidecar if there(sidecar) is not None else None,
                receipt if there(receipt) is not None else None,
            )
    except (FileNotFoundError, NotADirectoryError):
        return None
    return entry if entry.image or entry.sidecar or entry.receipt else None


def is_unsettled(folder: int, entry: Entry) -> bool:
    """Tell whether an entry in an open folder may be one that was on its way when a process ended.

    Its image is not there, or is elsewhere, too: it has a second name.
    """
    if entry.image is None:
        return True
    try:
        return os.stat(entry.image, dir_fd=folder, follow_symlinks=False).st_nlink > 1
    except FileNotFoundError:
        return True


def read_receipt(folder: int, entry: Entry) -> Receipt | None:
    """Read the receipt of an entry in an open folder; ``None`` if it has no usable one."""
    if entry.receipt is None:
        return None
    try:
        data, _ = files.read_file(folder, entry.receipt, LARGEST_RECEIPT)
        receipt = _decode(data or b"")
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    if not is_original(receipt.image) or receipt.trashed_at.tzinfo is not None:
        return None
    if receipt.sidecar is not None and receipt.sidecar not in layout.sidecar_paths(receipt.image):
        return None
    return receipt


def is_original(path: str) -> bool:
    """Tell whether a path can be that of an image in a store."""
    *folders, name = path.split("/")
    if layout.image_name(name) is None or not folders or folders[0] != layout.IMAGES:
        return False
    return len(folders) == 1 or (
        len(folders) == 4 and layout.parse_dated_folder(*folders[1:]) is not None
    )


def assumed_receipt(entry: Entry) -> Receipt:
    """Make up for a lost receipt: from the name, and the day it is filed under."""
    image_id = entry.name.rpartition(_MARK)[0] or entry.name
    day = date.fromisoformat(entry.day)
    extension = (entry.image or ".png").rpartition(".")[2]
    image = layout.dated_path(image_id, layout.id_moment(image_id) or day, extension)
    sidecar = layout.sidecar_paths(image)[0] if entry.sidecar else None
    return Receipt(image, sidecar, 0, 0, 0, datetime.combine(day, time()), "")


def describe(folder: int, entry: Entry) -> TrashReceipt:
    """Tell what callers may know of an entry in an open folder."""
    receipt = read_receipt(folder, entry)
    known = receipt or assumed_receipt(entry)
    image, sidecar_bytes = _look(folder, entry.image), _size(folder, entry.sidecar)
    problem = None
    if image is None:
        problem = "The image file is gone from the trash; only its sidecar is left."
    elif receipt is None:
        problem = "Its receipt is missing or damaged: where it was is told from its name."
    elif known.sidecar and sidecar_bytes is None:
        problem = "Its sidecar is gone from the trash."
    return TrashReceipt(
        token=entry.token,
        image_id=known.image.rpartition("/")[2].rpartition(".")[0],
        path=known.image,
        sidecar_path=known.sidecar if sidecar_bytes is not None else None,
        trashed_path=entry.path(entry.image or ""),
        size_bytes=image.st_size if image else 0,
        sidecar_bytes=sidecar_bytes or 0,
        trashed_at=known.trashed_at,
        reason=known.reason,
        sha256=known.sha256,
        problem=problem,
        modified_ns=image.st_mtime_ns if image else 0,
    )


def described(store: int) -> Iterator[TrashReceipt]:
    """Tell what is in the trash, in no order.

    What has a receipt but no image is left out: it is on its way in or out, or was when a process
    ended. A folder that cannot be read is logged and left out.
    """
    for day in days(store):
        try:
            with files.open_folder(store, f"{TRASH}/{day}") as folder:
                for entry in entries(folder, day).values():
                    if entry.image or (entry.sidecar and not entry.receipt):
                        yield describe(folder, entry)
        except OSError as error:
            log.warning("the trash of %s cannot be read: %s", day, error.strerror)


def _size(folder: int, name: str | None) -> int | None:
    found = _look(folder, name)
    return None if found is None else found.st_size


def _look(folder: int, name: str | None) -> os.stat_result | None:
    if name is None:
        return None
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    return found if stat.S_ISREG(found.st_mode) else None


def _is_day(name: str) -> bool:
    parts = name.split("-")
    return len(parts) == 3 and layout.parse_dated_folder(*parts) is not None
