"""Makes whole what is half in the trash: completes a move, or takes it back.

Where the image is tells what to do: an image that is in the trash is there with its sidecar, and
to an image that is in its place the sidecar returns. All functions block, and are called under
the store's lock.
"""

from __future__ import annotations

import os
from pathlib import Path

from core import durable, files, trash_entry
from core.errors import SidecarError
from core.trash_entry import Entry, Receipt


def find_settled(base: Path, token: str) -> Entry | None:
    """Look for an entry, after putting right what a crash may have made of it."""
    entry = trash_entry.find_entry(base, token)
    if entry is None:
        return None
    with trash_entry.open_day(base, entry.day) as folder:
        unsettled = trash_entry.is_unsettled(folder, entry)
    if unsettled:
        settle(base, entry)
        entry = trash_entry.find_entry(base, token)
    return entry if entry and (entry.image or entry.sidecar) else None


def settle(base: Path, entry: Entry) -> str | None:
    """Make an entry whole, in the trash or in its place; tells why it cannot be done."""
    trashed = files.stat_file(base, entry.path(entry.image)) if entry.image else None
    if trashed and trashed.st_nlink == 1:
        return None
    receipt = receipt_of(base, entry)
    if receipt is None:
        if not trashed:
            _remove(base, entry, entry.receipt)  # it can be of no use
        return None
    there = files.stat_file(base, receipt.image)
    if trashed:
        if there is None or not os.path.samestat(trashed, there):
            return None
        _remove(base, entry, entry.image)
    elif there is None or not _is_the_one(receipt, there):
        _remove(base, entry, entry.receipt)  # the image is gone, with or without us
        return None
    if not return_sidecar(base, entry, receipt):
        return f"The sidecar of {receipt.image} is in the trash: there is another in its place."
    _remove(base, entry, entry.receipt)
    return None


def return_sidecar(base: Path, entry: Entry, receipt: Receipt) -> bool:
    """Put the sidecar back; ``False`` if there is another in its place."""
    if entry.sidecar is None or receipt.sidecar is None:
        return True
    try:
        durable.move_file(base, entry.path(entry.sidecar), receipt.sidecar)
    except FileNotFoundError:  # never got here, or is there already
        return True
    except FileExistsError:
        if not is_there(base, entry.path(entry.sidecar), receipt):
            return False
        _remove(base, entry, entry.sidecar)
    return True


def is_there(base: Path, trashed: str, receipt: Receipt) -> bool:
    """Tell whether the place of a sidecar has it already: the same bytes, or the shared one."""
    if receipt.sidecar is None or files.stat_file(base, receipt.sidecar) is None:
        return False
    try:
        here = files.read_sidecar(base, trashed)
        return receipt.shared or here == files.read_sidecar(base, receipt.sidecar)
    except SidecarError:
        return False


def receipt_of(base: Path, entry: Entry) -> Receipt | None:
    """Read the receipt of an entry; ``None`` if it has no usable one."""
    with trash_entry.open_day(base, entry.day) as folder:
        return trash_entry.read_receipt(folder, entry)


def _remove(base: Path, entry: Entry, file: str | None) -> None:
    if file is not None:
        durable.remove_file(base, entry.path(file))


def _is_the_one(receipt: Receipt, found: os.stat_result) -> bool:
    return (found.st_size, found.st_mtime_ns) == (receipt.size_bytes, receipt.modified_ns)
