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

from core import files
from core.catalog import Catalog, open_catalog
from core.catalog_schema import LARGE_CACHE, SMALL_CACHE
from core.changes import (
    Applied,
    FileEntry,
    FolderChange,
    FolderState,
    Leftovers,
    ScanResult,
    ScanTask,
)
from core.errors import StoreNotFound
from core.folder_scan import FolderListing, run_task
from core.layout import METADATA, is_image_like
from core.presence import look_at_place
from core.scan_helpers import Helpers
from core.scan_messages import Changed, Finished, Message, Problem, Progress
from core.strays import find_strays
from core.survey import Folder, Survey

TASK_IMAGES = 500
BATCH_ROWS = 500
FEWEST_AT_ONCE = 16  # images in a task, however slow the disk is
HELP_AFTER = 1_000  # images; starting a process takes as long as looking at that many
BATCH_SECONDS = 0.05
LATER = 4  # times as much makes a batch once the first images are there: that costs less
FIRST_ROWS = 2_000
MOST_WAITING = 4  # batches; a few, because the writing thread gets Python's lock in turns only


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
        StoreUnreadable: It may not be read, or its disk fails.
        CatalogError: The catalogue is damaged, or cannot be written.
    """
    with _Scan(Path(base), Path(catalog_path), full) as scan:
        yield from scan.run()


class _Scan:
    """One scan. SQLite writes in a thread of its own while this one reads the disk.

    When there is much to read, other processes look at images too. A folder's own state waits
    until whoever looked at its images is done, since nothing may be written after it.
    """

    def __init__(self, base: Path, catalog_path: Path, full: bool) -> None:
        self._base = base
        self._catalog_path = catalog_path
        self._full = full
        self._pending: list[FolderChange] = []
        self._rows = 0
        self._written_rows = 0
        self._written = time.monotonic()
        self._writing: deque[Future[Applied]] = deque()
        self._underway: dict[str, _Underway] = {}
        self._at_once = FEWEST_AT_ONCE
        self._done = 0
        self._total = 0

    def __enter__(self) -> _Scan:
        with ExitStack() as stack:
            self._store = stack.enter_context(files.open_store(self._base))
            self._thread = stack.enter_context(ThreadPoolExecutor(1))
            self._catalog = self._open_catalog()
            stack.callback(self._catalog.close)
            self._writer = self._thread.submit(self._open_catalog, LARGE_CACHE).result()
            stack.callback(lambda: self._thread.submit(self._writer.close).result())
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _open_catalog(self, cache_kib: int = SMALL_CACHE) -> Catalog:
        return open_catalog(self._catalog_path, self._base, cache_kib)

    def run(self) -> Iterator[Message]:
        before = self._catalog.place()
        place = look_at_place(self._store, self._base, before)
        if place.images_device and place != before:
            self._thread.submit(self._writer.set_place, place).result()
        survey = Survey(self._store, self._catalog.folder_states(), full=self._full)
        self._folders = survey.changed
        yield from map(Problem, survey.problems)
        yield from self._open_metadata()
        self._helpers = Helpers(self._store, self._metadata)
        self._stack.callback(self._helpers.close)
        self._pending += [FolderChange(year) for year in survey.years]
        for path in survey.vanished:
            yield from self._forget(path)
        for folder in survey.changed:
            yield from self._scan_folder(folder, survey.metadata)
        yield from self._take_results(wait=True)
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
                listing = FolderListing(path, opened, day, known)
                leftovers = self._leftovers(
                    path, opened, listing.others, listing.stems, day is None
                )
        except FileNotFoundError:
            return  # it went away just now: the next scan will know
        except OSError as error:
            yield Problem(f"The folder {path} cannot be read: {error.strerror or error}.")
            return
        yield from map(Problem, listing.problems)
        last = [FolderChange(path, state=state, leftovers=leftovers)]
        if day is None and metadata is not None and self._metadata is not None:
            names = files.list_folder(self._metadata).files
            others = self._leftovers(METADATA, self._metadata, names, listing.stems)
            last.append(FolderChange(METADATA, state=metadata, leftovers=others))
        # Without its state, the folder is looked at again next time.
        complete = day is not None or self._metadata_readable
        self._underway[path] = underway = _Underway(last if complete else [])
        yield from self._remove(path, listing.removed)
        yield from self._look(listing, underway)
        underway.waiting -= 1  # for the listing itself
        self._end(path)

    def _leftovers(
        self, path: str, folder: int, names: list[str], stems: set[str], flat: bool = False
    ) -> Leftovers | None:
        """What else is in a folder, if that is not what is known."""
        known = self._catalog.folder_leftovers(path)
        # In the flat layout the sidecars are elsewhere.
        found = Leftovers({}, len(names)) if flat else find_strays(folder, names, stems, known)
        return None if found == known else found

    def _look(self, listing: FolderListing, underway: _Underway) -> Iterator[Message]:
        start = 0
        while start < len(listing.names):
            task = listing.task(listing.names[start : start + self._at_once])
            start += len(task.images)
            underway.waiting += 1
            given = self._helpers.give(task)
            while not given and self._helpers.at_work:
                # Looking at images here would hold up the writing, which nobody else does.
                self._helpers.wait()
                yield from self._take_results(wait=False)
                given = self._helpers.give(task)
            if not given:
                yield from self._run(task)
            yield from self._take_results(wait=False)

    def _run(self, task: ScanTask) -> Iterator[Message]:
        """Run a task here, and learn how many images are looked at in the time of a batch."""
        began = time.monotonic()
        result = run_task(self._store, self._metadata, task)
        took = max(time.monotonic() - began, 1e-6)
        looked = len(task.images)
        fitting = int(looked * BATCH_SECONDS / took)
        self._at_once = max(FEWEST_AT_ONCE, min(fitting, 2 * self._at_once, TASK_IMAGES))
        yield from self._take(task, result)
        if self._done >= HELP_AFTER > self._done - looked:
            self._helpers.start()

    def _take_results(self, wait: bool) -> Iterator[Message]:
        """Take what the helpers found; what one was given and did not do is done here."""
        for task, result in self._helpers.results(wait):
            if result is None:
                yield from self._run(task)
            else:
                yield from self._take(task, result)

    def _take(self, task: ScanTask, result: ScanResult) -> Iterator[Message]:
        underway = self._underway[task.path]
        if not result.complete:
            underway.last = []
        underway.waiting -= 1
        self._done += len(task.images)
        self._rows += result.rows.count + len(result.removed)
        if result.rows.count or result.removed:
            change = FolderChange(task.path, result.rows, result.replaced, result.removed)
            self._pending.append(change)
        yield from map(Problem, result.problems)
        self._end(task.path)
        if self._is_due():
            yield from self._write()

    def _end(self, path: str) -> None:
        """Store a folder's state once nobody looks at its images any more."""
        if not self._underway[path].waiting:
            self._pending += self._underway.pop(path).last

    def _remove(self, path: str, entries: list[FileEntry]) -> Iterator[Message]:
        for start in range(0, len(entries), BATCH_ROWS):
            batch = entries[start : start + BATCH_ROWS]
            self._pending.append(FolderChange(path, removed=batch))
            self._rows += len(batch)
            if self._is_due():
                yield from self._write()

    def _is_due(self) -> bool:
        times = LATER if self._written_rows >= FIRST_ROWS else 1
        waited = time.monotonic() - self._written
        return self._rows >= times * BATCH_ROWS or waited > times * BATCH_SECONDS

    def _write(self) -> Iterator[Message]:
        """Have the thread write what is pending."""
        self._writing.append(self._thread.submit(self._writer.apply, self._pending))
        self._pending = []
        self._written_rows += self._rows
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
                return sum(map(is_image_like, files.names_in(folder)))
        except OSError:
            return 0  # told when it is its turn to be scanned


class _Underway:
    """A folder whose images are looked at.

    Attributes:
        waiting: What it waits for: its tasks, and that it has been listed to the end.
        last: What is to be written when that is done.
    """

    def __init__(self, last: list[FolderChange]) -> None:
        self.waiting = 1
        self.last = last
