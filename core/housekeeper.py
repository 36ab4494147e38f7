"""Keeping house in a store: pruning by plan, and clean-ups as the store's settings say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from core.cleanup import Cleanup
from core.curator import Curator
from core.errors import CatalogError
from core.prune_records import PrunePlan, PruneProgress, PruneResult, PruneRun, RetentionPolicy
from core.pruner import Pruner
from core.retention import policy_of
from core.settings import StorageSettings
from core.workers import WorkerPool

T = TypeVar("T")


class Housekeeper(Curator):
    """A store that is pruned, by a plan that a person has seen or as its settings say.

    Clean-ups end early, after the file they are at, when who waits for them is cancelled and
    when the store closes.
    """

    def __init__(self, settings: StorageSettings, *, workers: WorkerPool | None = None) -> None:
        super().__init__(settings, workers=workers)
        self._pruner = Pruner(self.base_path, self._trash)
        self._cleanup = Cleanup(self.base_path, self._index, self._trash, self._pruner)
        self._interruptibles: set[asyncio.Task[Any]] = set()

    async def close(self) -> None:
        """End what is under way and give everything back; a closed store may be closed again.

        What is being written is written to its end. Clean-ups end after the file they are at;
        whoever waits for one is cancelled, but :meth:`start_cleanup_task` just returns.
        """
        await self._cleanup.close()
        for task in self._interruptibles:
            task.cancel()
        await super().close()

    def apply(self, settings: StorageSettings) -> None:
        """Keep the store by other settings from now on, without a restart.

        The next automatic clean-up is due by these. The store stays the one it is, whatever
        ``base_path`` says; what is under way goes on as it was begun.

        Args:
            settings: The settings.
        """
        self.settings = msgspec.structs.replace(settings, base_path=self.settings.base_path)
        self._cleanup.reschedule()

    # By a plan

    async def plan_prune(
        self, policy: RetentionPolicy, days: Collection[int] | None = None
    ) -> PrunePlan:
        """Plan what has to go for a policy, for a person to look at; changes nothing.

        Args:
            policy: What may stay.
            days: The days (``date.toordinal()``) whose images may go, by default all.

        Raises:
            StoreError: The store or its catalogue cannot be read.
        """
        return await self._interruptible(self._cleanup.plan(policy, days))

    async def prune(
        self,
        plan: PrunePlan,
        progress: Callable[[PruneProgress], object] = lambda _: None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> PruneResult:
        """Carry out exactly this plan, and of that only what is still as it was.

        Cancelling it ends it after the file it is at; what was done is recorded.

        Args:
            plan: From :meth:`plan_prune`.
            progress: Told after each entry, in the loop's thread.
            should_stop: Asked before each entry, in any thread; once it says yes, the run ends.

        Raises:
            StoreNotFound: The store's folder is not there; nothing was done.
            StoreUnreadable: It may not be read; nothing was done.
        """
        return await self._interruptible(self._cleanup.run(plan, progress, should_stop))

    async def prune_runs(self) -> list[PruneRun]:
        """Return the last runs, at most 1,000, oldest first."""
        return await asyncio.to_thread(self._pruner.runs)

    async def cleanup_last_run(self) -> datetime | None:
        """Return when the last run finished, naive local time; ``None`` if there was none."""
        return await asyncio.to_thread(self._pruner.last_run)

    # As the settings say

    async def run_cleanup(
        self,
        progress: Callable[[PruneProgress], object] = lambda _: None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> PruneResult:
        """Clean up once, as the settings say: by age, by size, and the trash by its own limits.

        Args:
            progress: Told after each entry, in the loop's thread.
            should_stop: Asked before each entry, in any thread; once it says yes, the run ends.

        Returns:
            What came of it; its tokens restore what went to the trash and still is there.

        Raises:
            StoreError: The store or its catalogue cannot be read.
        """
        policy = policy_of(self.settings)
        return await self._interruptible(self._cleanup.enforce(policy, progress, should_stop))

    async def cleanup_old_images(self) -> int:
        """Move the images older than ``settings.retention_days`` days to the trash.

        What has been in the trash for more than ``settings.trash_days`` is removed for good, and
        so are sidecars without an image and unfinished files, once they are an hour old. Pinned
        images stay.

        Returns:
            How many images went.

        Raises:
            StoreError: The store or its catalogue cannot be read. What cannot be removed is
                logged, and stops nothing else.
        """
        return await self._enforce(
            msgspec.structs.replace(policy_of(self.settings), max_bytes=None)
        )

    async def cleanup_by_size(self) -> int:
        """Free space until the store, trash and all, holds at most ``settings.max_size_gb``.

        This is for good: the trash is emptied first, then images go, the oldest first. Pinned
        images stay.

        Returns:
            How many images went; what was in the trash does not count.

        Raises:
            StoreError: As for :meth:`cleanup_old_images`.
        """
        return await self._enforce(RetentionPolicy(max_bytes=self.settings.max_bytes))

    async def cleanup_old_files(self) -> int:
        """Clean up by age and by size; returns how many images went."""
        return await self._enforce(policy_of(self.settings))

    async def start_cleanup_task(self) -> None:
        """Clean up by age and size now and every ``settings.cleanup_interval_hours`` hours.

        It goes on until it is cancelled or the store is closed, also after a run that failed,
        which is logged. While one is under way, another returns at once, and so it does where
        the store is not open.
        """
        if self._opened:
            await self._cleanup.repeat(lambda: self.settings)

    @property
    def _cleanup_task_running(self) -> bool:
        return self._cleanup.running

    async def _enforce(self, policy: RetentionPolicy) -> int:
        return (await self._interruptible(self._cleanup.enforce(policy))).images_removed

    async def _interruptible(self, work: Coroutine[Any, Any, T]) -> T:
        """Run what is ended early if the caller is cancelled, or the store closes."""
        if not self._opened:
            work.close()
            raise CatalogError(f"The store {self.base_path} is closed: open it first.")
        task = self._begin(work)
        self._interruptibles.add(task)
        task.add_done_callback(self._interruptibles.discard)
        return await task
