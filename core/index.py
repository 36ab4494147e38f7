"""The catalogue, kept true to the disk by scans and by looks at some folders or files."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from contextlib import aclosing
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from core.catalog import Catalog
from core.catalog_keeper import CatalogKeeper
from core.errors import CatalogDamaged, StoreError, StoreNotFound, StoreUnreadable, WorkerDied
from core.events import EventBus, ScanChanged
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
        losses: How often that became so.
    """

    def __init__(self, base: Path, cache: Path, workers: WorkerPool, events: EventBus) -> None:
        self._base = base
        self._path = cache / "catalog.db"
        self._keeper = CatalogKeeper(base, self._path, events, self._on_renewed)
        self._workers = workers
        self._events = events
        self._scan: asyncio.Task[None] | None = None
        self._following: asyncio.Task[None] | None = None
        self._full = False
        self._again = False
        self._looked = -FRESH_SECONDS
        self.missing: str | None = None
        self.losses = 0
        self._touched: set[str] = set()
        self._doubted: set[str] = set()

    async def open(self) -> None:
        """Open the catalogue; a damaged one, or one of another version, is made anew.

        Raises:
            CatalogError: The cache folder cannot be written.
        """
        await self._keeper.open()

    async def close(self) -> None:
        """End a scan under way and close the catalogue; more calls do nothing."""
        await self.cancel()
        await self._keeper.close()

    async def read(
        self, query: Callable[Concatenate[Catalog, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return a query's answer, such as ``await index.read(Catalog.totals)``.

        A catalogue found damaged is rebuilt, and the query asked once more of the new one.
        """
        return await self._keeper.read(query, *args, **kwargs)

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
            await self._doubt_again()
            changed = await self._folders_changed() or self.missing is not None
        except StoreError:
            changed = self.missing is None  # then the scan tells why
        if changed:
            await asyncio.wait([self.rescan()])
        else:
            await self._keeper.tell_changes()

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

    async def doubt(self, folders: Collection[str]) -> None:
        """Have the next look list these folders: in them, files may have been edited in place."""
        if self._scan is not None and not self._scan.done():
            self._doubted.update(folders)  # the scan may have listed them before
        await self.read(Catalog.doubt_folders, folders)

    async def _doubt_again(self) -> None:
        """Doubt what the scan that was under way may have listed before, however it ended."""
        while self._doubted:
            doubted = self._doubted.copy()
            await self.read(Catalog.doubt_folders, doubted)
            self._doubted -= doubted

    async def _refresh(self, paths: Collection[str]) -> None:
        if not self._keeper.is_open or not paths:
            return
        try:
            await self.read(spot_check, self._base, paths)
            await self._keeper.tell_changes()
        except StoreError as error:
            log.warning("%s waits for the next scan: %s", ", ".join(paths), error)

    async def cancel(self) -> None:
        """End the scan under way, if any; what it has found so far stays."""
        if self._scan is not None and not self._scan.done():
            self._scan.cancel()
            await asyncio.wait([self._scan])

    def _on_renewed(self) -> None:
        if self._scan is None or self._scan.done():
            self.rescan()
        else:
            self._again = True
            if self._following is not None:
                self._following.cancel()  # it writes into the file that is gone

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
            self.losses += is_missing and self.missing is None
            self.missing = str(error) if is_missing else None
        finally:
            self._events.emit(ScanChanged(None, tuple(problems)))

    async def _scan_once(self, problems: list[str]) -> None:
        try:
            looked = time.monotonic()
            await self._keeper.renew_replaced()
            if self._full or await self._folders_changed():
                self._following = asyncio.create_task(self._follow_scan(self._full, problems))
                await self._following
            await self._keeper.tell_changes()
            self._looked = looked
            while self._touched:
                touched, self._touched = self._touched, set()
                await self._refresh(touched)
            await self._doubt_again()
        except CatalogDamaged as error:
            await self._keeper.renew(error)
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
                    await self._keeper.tell_changes()
                elif isinstance(message, ScanProgress):
                    self._events.emit(ScanChanged(message, tuple(problems)))
                elif isinstance(message, Problem) and len(problems) < MOST_PROBLEMS:
                    problems.append(message.text)
