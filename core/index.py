"""The catalogue, kept true to the disk: opened, read, rescanned, and rebuilt when damaged."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from core import files
from core.catalog import Catalog, open_catalog
from core.catalog_file import delete_catalog
from core.errors import (
    CatalogDamaged,
    CatalogError,
    StoreError,
    StoreNotFound,
    StoreUnreadable,
    WorkerDied,
)
from core.events import CatalogReset, EventBus, ImagesChanged, ScanChanged
from core.records import ScanProgress
from core.scan_messages import Changed, Problem, decode_message
from core.spot_check import spot_check
from core.survey import changed_folders
from core.workers import WorkerPool

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

FRESH_SECONDS = 2.0
MOST_PROBLEMS = 200
ATTEMPTS = 3


class Index:
    """Answers questions from the catalogue while a worker process keeps it true to the disk.

    All methods belong to one event loop. Queries run one at a time in a thread of their own;
    there is at most one scan, and whoever asks for another while it runs waits for the same.

    Args:
        base: The store's folder.
        cache: The folder for the catalogue; it is made when missing.
        workers: Where scans run.
        events: Told of changes, of a scan's progress, and when the catalogue starts anew.

    Attributes:
        missing: Why the last look did not find the store, or could not read it; ``None`` if it
            could.
    """

    def __init__(self, base: Path, cache: Path, workers: WorkerPool, events: EventBus) -> None:
        self._base = base
        self._path = cache / "catalog.db"
        self._workers = workers
        self._events = events
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="catalogue")
        self._catalog: Catalog | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._scan: asyncio.Task[None] | None = None
        self._following: asyncio.Task[None] | None = None
        self._full = False
        self._again = False
        self._looked = -FRESH_SECONDS
        self._told = 0  # the last change in the catalogue's log that was told
        self.missing: str | None = None
        self._file = 0  # which file the open catalogue is
        self._touched: set[str] = set()

    async def open(self) -> None:
        """Open the catalogue; a damaged one, or one of another version, is made anew.

        Raises:
            CatalogError: The cache folder cannot be written.
        """
        self._loop = asyncio.get_running_loop()
        await self._in_thread(self._open)

    async def close(self) -> None:
        """End a scan under way and close the catalogue; more calls do nothing."""
        await self.cancel()
        if self._loop is not None:
            self._loop = None
            await self._in_thread(self._close)
            self._thread.shutdown()

    async def read(
        self, query: Callable[Concatenate[Catalog, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return a query's answer, such as ``await index.read(Catalog.totals)``.

        A catalogue found damaged is rebuilt, and the query asked once more of the new one.
        """
        if self._loop is None:
            raise CatalogError(f"The store {self._base} is closed: open it first")
        return await self._in_thread(lambda: self._ask(query, *args, **kwargs))

    def rescan(self, *, full: bool = False) -> asyncio.Task[None]:
        """Start a scan, or join the one under way; the task ends with it.

        Args:
            full: Look at every file, also in folders that seem unchanged. A scan under way that
                does less is followed by one that does.
        """
        if self._scan is None or self._scan.done():
            self._full = full
            self._scan = asyncio.create_task(self._run_scan())
        elif full and not self._full:
            self._full = self._again = True
        return self._scan

    @property
    def path(self) -> Path:
        """The catalogue's file."""
        return self._path

    async def settled(self) -> None:
        """Wait until no scan is under way."""
        if self._scan is not None and not self._scan.done():
            await asyncio.wait([self._scan])

    async def fresh(self) -> None:
        """Wait until the catalogue is at most two seconds behind the disk.

        A scan that is cancelled meanwhile is waited for no longer.
        """
        if self._scan is not None and not self._scan.done():
            await asyncio.wait([self._scan])
        elif time.monotonic() - self._looked > FRESH_SECONDS:
            looked = time.monotonic()
            if await self._folders_changed():
                await asyncio.wait([self.rescan()])
            self._looked = looked

    async def look(self) -> None:
        """Scan if a folder has changed; else, and where the store stays missing, scan nothing."""
        try:
            changed = await self._folders_changed() or self.missing is not None
        except StoreError:
            changed = self.missing is None  # then the scan tells why
        if changed:
            await asyncio.wait([self.rescan()])
        else:
            await self.read(self._tell_changes)

    async def refresh(self, paths: Collection[str]) -> None:
        """Take over at once what was just done to these image files, and tell subscribers.

        The files are the truth: where the catalogue fails, or is not open, the next scan mends it.

        Args:
            paths: Image files, relative to the store; any of them may be gone. Sidecars among
                them are left out.
        """
        if self._scan is not None and not self._scan.done():
            self._touched.update(paths)  # the scan may have looked before, and write after, this
        await self._refresh(paths)

    async def _refresh(self, paths: Collection[str]) -> None:
        if self._catalog is None or not paths:
            return
        try:
            await self.read(spot_check, self._base, paths)
            await self.read(self._tell_changes)
        except StoreError as error:
            log.warning("%s waits for the next scan: %s", ", ".join(paths), error)

    async def cancel(self) -> None:
        """End the scan under way, if any; what it has found so far stays."""
        if self._scan is not None and not self._scan.done():
            self._scan.cancel()
            await asyncio.wait([self._scan])

    # In the catalogue's thread, one after the other

    def _open(self) -> None:
        for problem in files.make_folders([self._path.parent]):
            raise CatalogError(f"{problem}; the catalogue has no place to be")
        try:
            self._catalog = open_catalog(self._path, self._base)
        except CatalogDamaged as error:
            log.warning("the catalogue starts anew: %s", error)
            delete_catalog(self._path)
            self._catalog = open_catalog(self._path, self._base)
        self._told = self._catalog.last_change()
        self._file = self._path.stat().st_ino

    def _close(self) -> None:
        if self._catalog is not None:
            self._catalog.close()
            self._catalog = None

    def _ask(
        self, query: Callable[Concatenate[Catalog, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        if self._catalog is None:
            raise CatalogError(f"The store {self._base} is closed: open it first")
        try:
            return query(self._catalog, *args, **kwargs)
        except CatalogDamaged as error:
            self._renew(error)
            return query(self._catalog, *args, **kwargs)

    def _renew(self, error: CatalogDamaged, *, delete: bool = True) -> None:
        log.warning("the catalogue is rebuilt: %s", error)
        self._close()
        if delete:
            delete_catalog(self._path)
        self._open()
        self._in_loop(self._on_renewed)

    def _renew_replaced(self) -> None:
        """Open the catalogue anew if none is open, or not the file that is there any more."""
        try:
            file = self._path.stat().st_ino
        except OSError as error:
            self._renew(CatalogDamaged(f"{self._path} is gone: {error.strerror}"))
        else:
            if self._catalog is None or file != self._file:
                self._renew(CatalogDamaged(f"{self._path} is another than before"), delete=False)

    def _tell_changes(self, catalog: Catalog) -> None:
        """Tell what was written into the catalogue since this was done last, by any process."""
        self._told, applied = catalog.changes_after(self._told)
        if applied is None:
            log.info("much has changed in %s: all of it is read again", self._path)
            self._in_loop(self._events.emit, CatalogReset())
        elif applied.days:
            self._in_loop(self._events.emit, ImagesChanged(applied.days, applied.keys))

    def _in_loop(self, call: Callable[..., object], *args: object) -> None:
        """Have this called in the loop, whether or not who asked still waits for the answer."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(call, *args)

    # In the loop

    def _on_renewed(self) -> None:
        self._events.emit(CatalogReset())
        if self._scan is None or self._scan.done():
            self.rescan()
        else:
            self._again = True
            if self._following is not None:
                self._following.cancel()  # it writes into the file that is gone

    async def _in_thread(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: call(*args, **kwargs))

    async def _folders_changed(self) -> bool:
        known = await self.read(lambda each: (each.folder_states(), each.place()))
        return await asyncio.to_thread(changed_folders, self._base, *known) > 0

    async def _run_scan(self) -> None:
        problems: list[str] = []
        self._events.emit(ScanChanged(ScanProgress(0, 0)))
        try:
            for _ in range(ATTEMPTS):
                self._again = False
                problems.clear()
                await self._scan_once(problems)
                if not self._again:
                    break
            self.missing = None
        except StoreError as error:
            problems.append(str(error))
            if self.missing != str(error):
                log.warning("the scan of %s failed: %s", self._base, error)
            is_missing = isinstance(error, StoreNotFound | StoreUnreadable)
            self.missing = str(error) if is_missing else None
        finally:
            self._events.emit(ScanChanged(None, tuple(problems)))

    async def _scan_once(self, problems: list[str]) -> None:
        try:
            looked = time.monotonic()
            await self._in_thread(self._renew_replaced)
            if self._full or await self._folders_changed():
                self._following = asyncio.create_task(self._follow_scan(self._full, problems))
                await self._following
            await self.read(self._tell_changes)
            self._looked = looked
            while self._touched:
                touched, self._touched = self._touched, set()
                await self._refresh(touched)
        except CatalogDamaged as error:
            await self._in_thread(self._renew, error)
            self._again = True
        except WorkerDied as error:
            log.warning("the scan of %s stopped: %s", self._base, error)
            problems.append(f"The scan stopped early: {error}")
            self._again = True
        except asyncio.CancelledError:
            if not self._again:
                raise
        finally:
            self._following = None

    async def _follow_scan(self, full: bool, problems: list[str]) -> None:
        job = self._workers.stream("scan", str(self._base), str(self._path), full)
        async with aclosing(job) as replies:
            async for reply in replies:
                message = decode_message(reply)
                if isinstance(message, Changed):
                    await self.read(self._tell_changes)
                elif isinstance(message, ScanProgress):
                    self._events.emit(ScanChanged(message, tuple(problems)))
                elif isinstance(message, Problem) and len(problems) < MOST_PROBLEMS:
                    problems.append(message.text)
