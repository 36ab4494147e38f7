"""The record of runs, ``contact-sheet/runs.jsonl`` in the store: one line of JSON for each."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import msgspec

from core import files
from core.durable import OURS, write_file
from core.prune_results import PruneRun
from core.store_lock import store_lock

NAME = "runs.jsonl"
PATH = f"{OURS}/{NAME}"
MOST_RUNS = 1000
LONGEST = 16 * 1024 * 1024
_TAIL = 16 * 1024  # many lines more than the last one

_decode = msgspec.json.Decoder(PruneRun).decode
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class PruneLog:
    """The runs of one store, for any number of threads and processes at once.

    All methods block. Lines that cannot be read, such as one that a crash tore, count as absent.

    Args:
        base: The store's folder.
    """

    def __init__(self, base: Path) -> None:
        self._base = base

    def append(self, run: PruneRun) -> None:
        """Add a run durably; of more than 1,000 the oldest are dropped.

        Raises:
            StoreError: The file cannot be written, or the store is gone.
            OSError: The same, as the system tells it.
        """
        with store_lock(self._base):
            content = self._read(LONGEST)
            lines = content.splitlines()
            line = msgspec.json.encode(run)
            if len(lines) < MOST_RUNS:
                torn = bool(content) and not content.endswith(b"\n")
                self._append(b"\n" * torn + line + b"\n")
            else:
                kept = [*lines[len(lines) - MOST_RUNS + 1 :], line]
                data = b"".join(each + b"\n" for each in kept)
                write_file(self._base, PATH, data, replace=True)

    def runs(self) -> list[PruneRun]:
        """Return the recorded runs, oldest first."""
        return _parse(self._read(LONGEST))

    def last_run(self) -> datetime | None:
        """Return when the last run finished, naive local time; ``None`` if there was none."""
        for run in reversed(_parse(self._read(_TAIL)) or self.runs()):
            try:
                return datetime.fromisoformat(run.finished).replace(tzinfo=None)
            except ValueError:
                continue
        return None

    def _append(self, data: bytes) -> None:
        with self._folder() as folder:
            file = os.open(NAME, _APPEND, 0o644, dir_fd=folder)
            try:
                if os.write(file, data) < len(data):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._base / PATH))
                os.fsync(file)
            finally:
                os.close(file)
            os.fsync(folder)

    def _read(self, tail: int) -> bytes:
        """The file, or its end; nothing if it cannot be read."""
        with suppress(OSError), self._folder() as folder:
            file = os.open(NAME, _READ, dir_fd=folder)
            try:
                size = os.fstat(file).st_size
                return os.pread(file, tail, max(0, size - tail))
            finally:
                os.close(file)
        return b""

    @contextmanager
    def _folder(self) -> Iterator[int]:
        with files.open_store(self._base) as store, files.open_folder(store, OURS) as folder:
            yield folder


def _parse(data: bytes) -> list[PruneRun]:
    runs = []
    for line in data.splitlines():
        try:
            runs.append(_decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return runs
