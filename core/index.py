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
from core.catalog import Catalog, delete_catalog, open_catalog
from core.errors import CatalogDamaged, CatalogError, StoreError, WorkerDied
from core.events import CatalogReset, EventBus, ImagesChanged, ScanChanged
from core.records import ScanProgress
from core.scanner import Changed, Problem, changed_folders, decode_message
from core.spot_check import spot_check
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
    """

    def __init__(self, base: Path, cache: Path, workers: WorkerPool, events: EventBus) -> None:
        self._base = base
        self._path = cache / "catalog.db"
        self._workers = workers
        self._events = events
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="catalogue")
        self._catalog: Catalog | None = None
        self._rebuilding = asyncio.Lock()
        self._scan: asyncio.Task[None] | None = None
        self._looked = -FRESH_SECONDS
        self._again: set[str] = set()

    async def open(self) -> None:
        """Open the catalogue; a damaged one, or one of another version, is made anew.

        Raises:
            CatalogError: The cache folder cannot be written.
        """
        try:
            self._catalog = await self._in_thread(self._open)
        except CatalogDamaged as error:
            log.warning("the catalogue starts anew: %s", error)
            await self._in_thread(delete_catalog, self._path)
            self._catalog = await self._in_thread(self._open)

    async def close(self) -> None:
        """End a scan under way and close the catalogue; more calls do nothing."""
        await self.cancel()
        if self._catalog is not None:
            await self._in_thread(self._catalog.close)
            self._catalog = None
        self._thread.shutdown(wait=False)

    async def read(
        self, query: Callable[Concatenate[Catalog, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return a query's answer, such as ``await index.read(Catalog.totals)``.

        A catalogue found damaged is rebuilt, and the query asked once more of the new one.
        """
        for attempt in range(ATTEMPTS):
            catalog = self._catalog
            if catalog is None:
                raise CatalogError(f"The store {self._base} is closed: open it first")
            try:
                return await self._in_thread(query, catalog, *args, **kwargs)
            except CatalogDamaged as error:
                if attempt == ATTEMPTS - 1:
                    raise
                await self._rebuild(catalog, error)
        raise AssertionError("unreachable")

    def rescan(self, *, full: bool = False) -> asyncio.Task[None]:
        """Start a scan, or join the one under way; the task ends with it.

        Args:
            full: Look at every file, also in folders that seem unchanged.
        """
        if self._scan is None or self._scan.done():
            self._scan = asyncio.create_task(self._run_scan(full))
        return self._scan

    async def fresh(self) -> None:
        """Wait until the catalogue is at most two seconds behind the disk."""
        if self._scan is not None and not self._scan.done():
            await asyncio.shield(self._scan)
        elif time.monotonic() - self._looked > FRESH_SECONDS:
            looked = time.monotonic()
            if await self.read(_folders_changed, self._base):
                await asyncio.shield(self.rescan())
            self._looked = looked

    async def refresh(self, paths: Collection[str]) -> None:
        """Take over at once what was just done to these image files, and tell subscribers.

        The files are the truth: where the catalogue fails, or is not open, the next scan mends it.

        Args:
            paths: Image files, relative to the store; any of them may be gone. Sidecars among
                them are left out.
        """
        if self._scan is not None and not self._scan.done():
            self._again.update(paths)  # the scan may have looked before, and write after, this
        await self._refresh(paths)

    async def _refresh(self, paths: Collection[str]) -> None:
        if self._catalog is None or not paths:
            return
        try:
            applied = await self.read(spot_check, self._base, paths)
        except StoreError as error:
            log.warning("%s waits for the next scan: %s", ", ".join(paths), error)
            return
        if applied.days:
            self._events.emit(ImagesChanged(applied.days, applied.keys))

    async def cancel(self) -> None:
        """End the scan under way, if any; what it has found so far stays."""
        if self._scan is not None and not self._scan.done():
            self._scan.cancel()
            await asyncio.wait([self._scan])

    def _open(self) -> Catalog:
        for problem in files.make_folders([self._path.parent]):
            raise CatalogError(f"{problem}; the catalogue has no place to be")
        return open_catalog(self._path, self._base)

    async def _in_thread(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: call(*args, **kwargs))

    async def _run_scan(self, full: bool) -> None:
        problems: list[str] = []
        self._events.emit(ScanChanged(ScanProgress(0, 0)))
        try:
            for attempt in range(ATTEMPTS):
                try:
                    looked = time.monotonic()
                    if not await self._in_thread(self._path.exists):
                        raise CatalogDamaged(f"{self._path} was deleted")
                    if full or await self.read(_folders_changed, self._base):
                        await self._follow_scan(full, problems)
                    self._looked = looked
                    while self._again:
                        again, self._again = self._again, set()
                        await self._refresh(again)
                    break
                except CatalogDamaged as error:
                    await self._rebuild(self._catalog, error)
                except WorkerDied as error:
                    log.warning("the scan of %s stopped: %s", self._base, error)
                    if attempt == ATTEMPTS - 1:
                        problems.append(f"The scan stopped early: {error}")
        except StoreError as error:
            log.warning("the scan of %s failed: %s", self._base, error)
            problems.append(str(error))
        finally:
            self._events.emit(ScanChanged(None, tuple(problems)))

    async def _follow_scan(self, full: bool, problems: list[str]) -> None:
        job = self._workers.stream("scan", str(self._base), str(self._path), full)
        async with aclosing(job) as replies:
            async for reply in replies:
                message = decode_message(reply)
                if isinstance(message, Changed):
                    self._events.emit(ImagesChanged(message.days, message.keys))
                elif isinstance(message, ScanProgress):
                    self._events.emit(ScanChanged(message, tuple(problems)))
                elif isinstance(message, Problem) and len(problems) < MOST_PROBLEMS:
                    problems.append(message.text)

    async def _rebuild(self, damaged: Catalog | None, error: CatalogDamaged) -> None:
        async with self._rebuilding:
            if self._catalog is not damaged:
                return  # somebody else who met the damage was first
            log.warning("the catalogue is rebuilt: %s", error)
            if damaged is not None:
                await self._in_thread(damaged.close)
            await self._in_thread(delete_catalog, self._path)
            self._catalog = await self._in_thread(self._open)
        self._events.emit(CatalogReset())
        if asyncio.current_task() is not self._scan:
            await self.cancel()
            self.rescan()


def _folders_changed(catalog: Catalog, base: Path) -> bool:
    return bool(changed_folders(base, catalog))
