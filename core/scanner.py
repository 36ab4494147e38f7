"""Brings the catalogue into agreement with the disk; runs in a worker process.

A scan may be killed at any moment. What is committed stays, and the state of a folder is only
stored with its last images, so the next scan goes on where this one ended.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import msgspec

from core import files
from core.catalog import Catalog, open_catalog
from core.changes import Applied, FileEntry, FolderChange, FolderState, Leftovers
from core.errors import StoreNotFound
from core.folder_scan import FolderScan
from core.layout import METADATA, image_name
from core.presence import Place, look_at_place
from core.records import ScanProgress
from core.strays import find_strays
from core.survey import Folder, Survey

BATCH_ROWS = 500
BATCH_SECONDS = 0.05
MOST_WAITING = 4  # batches; a few, because the writing thread gets Python's lock in turns only


class Changed(msgspec.Struct, frozen=True, tag="changed"):
    """Committed: the days whose images or totals changed, the keys of images that were edited."""

    days: frozenset[int]
    keys: frozenset[int]


class Progress(ScanProgress, frozen=True, tag="progress"):
    """How far the scan is; ``total`` is 0 until it has been counted."""


class Problem(msgspec.Struct, frozen=True, tag="problem"):
    """A folder or file that cannot be read, and why, for people."""

    text: str


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """The catalogue agrees with the disk, but for the problems told; the last message."""


Message = Changed | Progress | Problem | Finished


def decode_message(raw: object) -> Message:
    """Return the message that arrived as MessagePack and was decoded to plain values."""
    message: Message = msgspec.convert(raw, Message)
    return message


def changed_folders(
    base: Path, known: dict[str, FolderState | None], place: Place | None = None
) -> int:
    """Count the folders that a scan would look at or forget, by a ``stat`` of each folder.

    Args:
        base: The store's folder.
        known: What the catalogue knows of them: ``Catalog.folder_states``.
        place: Where the catalogue knows the store to be: ``Catalog.place``.

    Raises:
        StoreNotFound: The store's folder is not there, or an empty one is in its place.
        StoreUnreadable: It may not be read.
    """
    with files.open_store(base) as store:
        look_at_place(store, base, place)
        survey = Survey(store, known)
    return len(survey.changed) + len(survey.vanished)


def scan_job(base: str, catalog_path: str, full: bool) -> Iterator[Message]:
    """Bring a store's catalogue into agreement with the disk, telling what happens.

    Folders that did not change are not listed; of the others the newest day comes first, and
    only new and changed sidecars are read. Two scans of one store at once are safe.

    Args:
        base: The store's folder.
        catalog_path: The catalogue's file.
        full: Look at every file, to find also those edited in place.

    Raises:
        StoreNotFound: The store's folder is not there, or goes away, or an empty one is in its
            place; nothing is forgotten.
        StoreUnreadable: It may not be read.
        CatalogError: The catalogue is damaged, or cannot be written.
    """
    with _Scan(Path(base), Path(catalog_path), full) as scan:
        yield from scan.run()


class _Scan:
    """One scan. SQLite writes in a thread of its own while this one reads the disk."""

    def __init__(self, base: Path, catalog_path: Path, full: bool) -> None:
        self._base = base
        self._catalog_path = catalog_path
        self._full = full
        self._pending: list[FolderChange] = []
        self._rows = 0
        self._written = time.monotonic()
        self._writing: deque[Future[Applied]] = deque()
        self._done = 0
        self._total = 0

    def __enter__(self) -> _Scan:
        with ExitStack() as stack:
            self._store = stack.enter_context(files.open_store(self._base))
            self._thread = stack.enter_context(ThreadPoolExecutor(1))
            self._catalog = self._open_catalog()
            stack.callback(self._catalog.close)
            self._writer = self._thread.submit(self._open_catalog).result()
            stack.callback(lambda: self._thread.submit(self._writer.close).result())
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _open_catalog(self) -> Catalog:
        return open_catalog(self._catalog_path, self._base)

    def run(self) -> Iterator[Message]:
        before = self._catalog.place()
        place = look_at_place(self._store, self._base, before)
        if place.images_device and place != before:
            self._thread.submit(self._writer.set_place, place).result()
        survey = Survey(self._store, self._catalog.folder_states(), full=self._full)
        self._folders = survey.changed
        yield from map(Problem, survey.problems)
        yield from self._open_metadata()
        self._pending += [FolderChange(year) for year in survey.years]
        for path in survey.vanished:
            yield from self._forget(path)
        for folder in survey.changed:
            yield from self._scan_folder(folder, survey.metadata)
        yield from self._write()
        yield from self._settle(0)
        self._thread.submit(self._writer.keep_days).result()
        yield Finished()

    def _open_metadata(self) -> Iterator[Message]:
        self._metadata: int | None = None
        self._metadata_readable = True
        try:
            opened = files.open_folder(self._store, METADATA)
            self._metadata = self._stack.enter_context(opened)
        except FileNotFoundError:
            pass
        except OSError as error:
            self._metadata_readable = False
            yield Problem(f"The folder {METADATA} cannot be read: {error.strerror or error}.")

    def _forget(self, path: str) -> Iterator[Message]:
        """Take a folder that is gone out of the catalogue."""
        if not files.is_still_there(self._store, self._base):
            raise StoreNotFound(f"The folder {self._base} went away during the scan.")
        yield from self._remove(path, list(self._catalog.folder_entries(path).values()))
        self._pending.append(FolderChange(path, gone=True))

    def _scan_folder(self, folder: Folder, metadata: FolderState | None) -> Iterator[Message]:
        path, day, state = folder
        known = self._catalog.folder_entries(path)
        try:
            with files.open_folder(self._store, path) as opened:
                scan = FolderScan(path, opened, self._metadata, day, known)
                yield from self._look(path, scan)
                leftovers = self._leftovers(path, opened, scan.others, scan.stems, day is None)
        except FileNotFoundError:
            return  # it went away just now: the next scan will know
        except OSError as error:
            yield Problem(f"The folder {path} cannot be read: {error.strerror or error}.")
            return
        yield from map(Problem, scan.problems)
        yield from self._remove(path, scan.removed)
        if not scan.complete or (day is None and not self._metadata_readable):
            return  # without its state, the folder is looked at again next time
        self._pending.append(FolderChange(path, state=state, leftovers=leftovers))
        if day is None and metadata is not None and self._metadata is not None:
            names = files.list_folder(self._metadata).files
            others = self._leftovers(METADATA, self._metadata, names, scan.stems)
            self._pending.append(FolderChange(METADATA, state=metadata, leftovers=others))

    def _leftovers(
        self, path: str, folder: int, names: list[str], stems: set[str], flat: bool = False
    ) -> Leftovers | None:
        """What else is in a folder, if that is not what is known."""
        known = self._catalog.folder_leftovers(path)
        # In the flat layout the sidecars are elsewhere.
        found = Leftovers({}, len(names)) if flat else find_strays(folder, names, stems, known)
        return None if found == known else found

    def _look(self, path: str, scan: FolderScan) -> Iterator[Message]:
        change = self._begin(path)
        for before, row in scan.look():
            self._done += 1
            if row is not None:
                change.rows.append(row)
                self._rows += 1
                if before is not None:
                    change.replaced.append(before)
            if self._is_due():
                yield from self._write()
                change = self._begin(path)

    def _begin(self, path: str) -> FolderChange:
        change = FolderChange(path)
        self._pending.append(change)
        return change

    def _remove(self, path: str, entries: list[FileEntry]) -> Iterator[Message]:
        for start in range(0, len(entries), BATCH_ROWS):
            batch = entries[start : start + BATCH_ROWS]
            self._pending.append(FolderChange(path, removed=batch))
            self._rows += len(batch)
            if self._is_due():
                yield from self._write()

    def _is_due(self) -> bool:
        return self._rows >= BATCH_ROWS or time.monotonic() - self._written > BATCH_SECONDS

    def _write(self) -> Iterator[Message]:
        """Have the thread write what is pending."""
        self._writing.append(self._thread.submit(self._writer.apply, self._pending))
        self._pending = []
        self._rows = 0
        self._written = time.monotonic()
        yield from self._settle(MOST_WAITING)

    def _settle(self, waiting: int) -> Iterator[Message]:
        """Tell what was written, and how far the scan is; leave at most ``waiting`` batches."""
        while self._writing and (self._writing[0].done() or len(self._writing) > waiting):
            applied = self._writing.popleft().result()
            if applied.days:
                yield Changed(applied.days, applied.keys)
            if not self._total:  # counted only after the first rows, which it would delay
                self._total = sum(self._count(folder.path) for folder in self._folders)
            yield Progress(self._done, max(self._done, self._total))

    def _count(self, path: str) -> int:
        try:
            with files.open_folder(self._store, path) as folder:
                return sum(image_name(name) is not None for name in files.list_folder(folder).files)
        except OSError:
            return 0  # told when it is its turn to be scanned
