"""Keeping house in a store: pruning by plan, and putting right what crashes left."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from core import durable
from core.catalog import Catalog
from core.cleanup import Cleanup
from core.errors import CatalogError, StoreError
from core.interrupted import take_interrupted
from core.prune_records import PrunePlan, PruneProgress, PruneResult, RetentionPolicy
from core.pruner import Pruner
from core.reader import Reader
from core.records import ImageRecord, InterruptedWork, OrphanSidecar
from core.settings import StorageSettings
from core.trash import Trash
from core.trash_entry import TRASH
from core.workers import WorkerPool

log = logging.getLogger(__name__)

T = TypeVar("T")

IDLE_SECONDS = 30.0  # after opening, when the first look at the store is likely to be over
PAUSE_SECONDS = 0.005  # between two folders that are swept, for those who have more to do


class Housekeeper(Reader):
    """A store that can be pruned, and that is swept when it has been open for a while."""

    def __init__(self, settings: StorageSettings, *, workers: WorkerPool | None = None) -> None:
        super().__init__(settings, workers=workers)
        self._trash = Trash(self.base_path)
        pruner = Pruner(self.base_path, self._trash)
        self._cleanup = Cleanup(self.base_path, self._index, self._trash, pruner)
        self._interruptibles: set[asyncio.Task[Any]] = set()
        self._closing = threading.Event()
        self._idle: asyncio.Task[None] | None = None
        self._settling: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Open the store, and start to index what changed; see :meth:`core.store.Store.open`.

        Where the store can be written, what crashed writers left is put right in the background,
        when it has been open for a while; what they left of the trash, before that is changed.
        To a store in which nothing was left, nothing is written.
        """
        if self._opened:
            return
        await super().open()
        self._closing.clear()
        if not self.read_only:
            self._idle = asyncio.create_task(self._when_idle())

    async def close(self) -> None:
        """End what is under way and give everything back; a closed store may be closed again.

        What is being written is written to its end. Work on many items ends after those it is
        at; who waits for it has the results so far. Clean-ups end after the file they are at;
        whoever waits for one is cancelled, but :meth:`start_cleanup_task` just returns.
        """
        self._closing.set()
        if self._idle is not None:
            self._idle.cancel()
            await asyncio.wait([self._idle])
        await self._cleanup.close()
        for task in self._interruptibles:
            task.cancel()
        await super().close()
        self._settling = None

    async def interrupted(self) -> list[InterruptedWork]:
        """Return what long work a process did not live to end, oldest first, and forget it.

        Each is told once, in whatever process. What was done of it is whole, and the rest is as
        it was; how much is either is not known.

        Raises:
            StoreNotFound: The store's folder is not there.
            StoreUnreadable: It may not be read.
        """
        return await asyncio.to_thread(take_interrupted, self.base_path)

    async def plan_prune(self, policy: RetentionPolicy) -> PrunePlan:
        """Plan what has to go for a policy, for a person to look at; changes nothing.

        Raises:
            StoreError: The store or its catalogue cannot be read.
        """
        return await self._interruptible(self._cleanup.plan(policy))

    async def prune(
        self, plan: PrunePlan, progress: Callable[[PruneProgress], object] = lambda _: None
    ) -> PruneResult:
        """Carry out exactly this plan, and of that only what is still as it was.

        Cancelling it ends it after the file it is at; what was done is recorded.

        Args:
            plan: From :meth:`plan_prune`.
            progress: Told after each entry, in the loop's thread.

        Raises:
            StoreNotFound: The store's folder is not there; nothing was done.
            StoreUnreadable: It may not be read; nothing was done.
        """
        await self._settled()
        return await self._interruptible(self._cleanup.run(plan, progress))

    async def pinned_images(self) -> int:
        """Count the images that are pinned."""
        return await self._index.read(Catalog.pinned_images)

    async def find_content(self, sha256: str) -> list[ImageRecord]:
        """Return every image whose sidecar says that its bytes have this SHA-256 (hex digits)."""
        return await self._index.read(Catalog.find_content, sha256)

    async def orphans(self) -> list[OrphanSidecar]:
        """Return the sidecars whose image is missing, by path."""
        return await self._index.read(Catalog.orphans)

    async def unknown_files(self) -> dict[str, int]:
        """Count the files that are no business of a store, by the folder of images they are in."""
        return await self._index.read(Catalog.unknown_files)

    async def _interruptible(self, work: Coroutine[Any, Any, T]) -> T:
        """Run what is ended early if the caller is cancelled, or the store closes."""
        if not self._opened:
            work.close()
            raise CatalogError(f"The store {self.base_path} is closed: open it first.")
        task = self._begin(work)
        self._interruptibles.add(task)
        task.add_done_callback(self._interruptibles.discard)
        return await task

    # What crashed writers left

    async def _settled(self) -> None:
        """Wait until the trash is as if nobody had crashed; looked after once in a session."""
        if self.read_only:
            return
        if self._settling is None:
            self._settling = self._begin(asyncio.to_thread(self._settle))
        await asyncio.shield(self._settling)

    async def _when_idle(self) -> None:
        await asyncio.sleep(IDLE_SECONDS)
        await self._settled()
        await self._finish(asyncio.to_thread(self._sweep))

    def _settle(self) -> None:
        try:
            if (self.base_path / TRASH).is_dir():
                for problem in self._trash.sweep():
                    log.warning("%s", problem)
        except (StoreError, OSError) as error:
            log.warning("what was on its way to the trash stays so: %s", error)

    def _sweep(self) -> None:
        try:
            durable.sweep(self.base_path, should_stop=lambda: self._closing.wait(PAUSE_SECONDS))
        except (StoreError, OSError) as error:
            log.warning("what crashed writers left in %s stays: %s", self.base_path, error)
