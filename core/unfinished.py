"""The files that somebody began to write into a store and never finished."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from core import durable, files
from core.disk_errors import clear_errors
from core.durable import OURS
from core.layout import IMAGES, METADATA
from core.prune_records import Candidate, Kind
from core.records import to_microseconds

TEMPORARY_SUFFIX = ".tmp"
STALE_SECONDS = 3600
FOLDERS = (IMAGES, METADATA, OURS)


def find_unfinished(base: Path, now: datetime) -> list[Candidate]:
    """List a store's temporary files, however young, in no order.

    Blocks: it reads the names in every folder. A folder that cannot be read is logged.

    Args:
        base: The store's folder.
        now: Naive local time.

    Raises:
        StoreNotFound: The store's folder does not exist.
        StoreUnreadable: It may not be read.
    """
    found = []
    with files.open_store(base) as store:
        for path, folder, names in files.walk(store, FOLDERS):
            for name in names:
                if name.endswith(TEMPORARY_SUFFIX):
                    with suppress(FileNotFoundError):  # it was finished just now
                        found.append(_candidate(path, name, files.signature(folder, name), now))
    return found


def written_us(modified_ns: int, now: datetime) -> int:
    """Convert a file's modification time to microseconds from 1970, naive local time.

    It is taken back from now by the time that really went by, so that what is new is not an hour
    old when clocks go forward.
    """
    return to_microseconds(now) - (int(now.timestamp() * 1_000_000) - modified_ns // 1000)


def sweep(
    base: Path,
    *,
    older_than: float = STALE_SECONDS,
    should_stop: Callable[[], bool] = lambda: False,
) -> int:
    """Remove the temporary files that crashed writers left; those of other programs stay.

    Args:
        base: The store's folder.
        older_than: Age in seconds from which nobody can be writing a file any more.
        should_stop: Asked before each folder; once it says yes, the sweep ends.

    Returns:
        How many were removed.

    Raises:
        StoreNotWritable: One of them cannot be removed.
    """
    oldest = time.time() - older_than
    removed = 0
    with files.open_store(base) as store:
        for path, folder, names in files.walk(store, FOLDERS):
            if should_stop():
                break
            removed += sum(
                _remove_stale(folder, name, oldest, base / path / name)
                for name in names
                if durable.is_unfinished(name)
            )
    return removed


def _remove_stale(folder: int, name: str, oldest: float, path: Path) -> bool:
    with clear_errors(path):
        try:
            if os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime > oldest:
                return False
            os.unlink(name, dir_fd=folder)
        except FileNotFoundError:  # it got its place, or another sweep was first
            return False
    return True


def _candidate(path: str, name: str, signature: files.Signature, now: datetime) -> Candidate:
    return Candidate(
        kind=Kind.TEMPORARY,
        name=name,
        path=f"{path}/{name}",
        sidecar_path=None,
        day=0,
        created_us=written_us(signature.modified_ns, now),
        size_bytes=signature.size_bytes,
        modified_ns=signature.modified_ns,
    )
