"""Long work that a process did not live to end: a note in the store while it runs.

Each note is a file in ``contact-sheet/work/``, written before the first item, removed after the
last, and locked by its process. One that nobody has locked is of a process that is gone.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from datetime import datetime
from pathlib import Path

import msgspec

from core import durable, files
from core.durable import OURS
from core.errors import StoreError
from core.records import InterruptedWork

WORK = f"{OURS}/work"
FEW = 5  # items that are done in a moment: not worth a note
LARGEST_NOTE = 4096

log = logging.getLogger(__name__)

_SUFFIX = ".json"
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_decode = msgspec.json.Decoder(InterruptedWork).decode


class Note:
    """The note of one piece of work; with ``stays`` set it counts as interrupted when it ends."""

    def __init__(self) -> None:
        self.stays = False


@contextmanager
def note_work(base: Path, kind: str, total: int) -> Iterator[Note]:
    """Leave a note in the store while the work within goes on; for a few items none.

    Blocks. Where it cannot be written (the disk is full, say) the work goes on without.

    Args:
        base: The store's folder.
        kind: "import", "prune", "trash", "restore", "empty" or "undo import".
        total: How many items it is about.
    """
    note = Note()
    with ExitStack() as stack:
        if total > FEW:
            try:
                work = InterruptedWork(kind, datetime.now(), total)
                stack.enter_context(_written(base, work, note))
            except (StoreError, OSError) as error:
                log.warning("an interruption of this %s would not be known: %s", kind, error)
        yield note


@asynccontextmanager
async def noted(base: Path, kind: str, total: int) -> AsyncIterator[Note]:
    """Leave a note as :func:`note_work` does, without blocking the loop."""
    stack = ExitStack()
    note = await asyncio.to_thread(stack.enter_context, note_work(base, kind, total))
    try:
        yield note
    finally:
        await asyncio.to_thread(stack.close)


def take_interrupted(base: Path) -> list[InterruptedWork]:
    """Return what work was interrupted, oldest first, and forget it, so that it is told once.

    Blocks. What goes on, in this process or another, is not among it. On a disk that has no
    locks, and where the notes cannot be removed, nothing is.

    Raises:
        StoreNotFound: The store's folder is not there.
        StoreUnreadable: It may not be read.
    """
    found = []
    with files.open_store(base) as store:
        try:
            with files.open_folder(store, WORK) as folder:
                for name in files.list_folder(folder).files:
                    if name.endswith(_SUFFIX) and not name.startswith("."):
                        with suppress(OSError):  # it goes on, or was ended or told just now
                            found += _take(folder, name)
        except (FileNotFoundError, NotADirectoryError):
            return []
    return sorted(found, key=lambda each: each.started)


def _take(folder: int, name: str) -> list[InterruptedWork]:
    file = os.open(name, _OPEN, dir_fd=folder)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(name, dir_fd=folder)
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            return [_decode(os.read(file, LARGEST_NOTE))]
        return []
    finally:
        os.close(file)


@contextmanager
def _written(base: Path, work: InterruptedWork, note: Note) -> Iterator[None]:
    unlocked = f"{WORK}/{durable.temporary_name()}"  # nobody takes this for a note
    path = f"{WORK}/{secrets.token_hex(8)}{_SUFFIX}"
    durable.write_file(base, unlocked, msgspec.json.encode(work))
    with files.open_store(base) as store, files.open_folder(store, WORK) as folder:
        lock = os.open(unlocked.rpartition("/")[2], _OPEN, dir_fd=folder)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        durable.move_file(base, unlocked, path)
        yield
    finally:
        with suppress(StoreError, OSError):  # told as interrupted, then
            durable.remove_file(base, unlocked)
            if not note.stays:
                durable.remove_file(base, path)
        os.close(lock)
