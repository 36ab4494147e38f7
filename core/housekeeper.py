"""Keeping a store within its settings: clean-ups, pruning by plan, and their record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from core.curator import Curator
from core.errors import CatalogError, InvalidSettings
from core.prune_log import PruneLog
from core.prune_records import PrunePlan, RetentionPolicy
from core.prune_results import PruneProgress, PruneResult, PruneRun
from core.retention import policy_of
from core.settings import StorageSettings
from core.workers import WorkerPool

if TYPE_CHECKING:
    from core.cleanup import Cleanup

T = TypeVar("T")


class Housekeeper(Curator):
    """A store that can be pruned and cleaned up, and whose settings can change while it is open.

    What is begun here ends early, after the file it is at, if its caller is cancelled or the
    store closes; what was done until then is recorded. Pinned images always stay.
    """

    def __init__(self, settings: StorageSettings, *, workers: WorkerPool | None = None) -> None:
        super().__init__(settings, workers=workers)
        self._interruptibles: set[asyncio.Task[Any]] = set()

    @cached_property
    def _cleanup(self) -> Cleanup:
        # Loaded with its first use: what only shows a store starts faster without.
        from core.cleanup import Cleanup
        from core.pruner import Pruner

        pruner = Pruner(self.base_path, self._trash)
        return Cleanup(self.base_path, self._index, self._trash, pruner)

    async def close(self) -> None:
        """End what is under way and give everything back; a closed store may be closed again.

        What is being written is written to its end. Clean-ups end after the file they are at;
        whoever waits for one is cancelled, but :meth:`start_cleanup_task` just returns.
        """
        if "_cleanup" in vars(self):
            await self._cleanup.close()
        for task in self._interruptibles:
            task.cancel()
        await super().close()

    def apply(self, settings: StorageSettings) -> None:
        """Use other settings from now on; what is under way ends with those it began with.

        A repeated clean-up waits by the new interval from here on. Nothing is written: to keep
        the settings for the next time, see :func:`core.settings.save`.

        Raises:
            InvalidSettings: They are those of another folder; nothing is changed.
        """
        if Path(settings.base_path).expanduser() != self.base_path:
            raise InvalidSettings(
                f"base_path of the open store {self.base_path} cannot become "
                f"{settings.base_path}: close it and open the other one"
            )
        self.settings = settings
        if self._cleanup_task_running:
            self._cleanup.reschedule()

    # By plan

    async def plan_prune(
        self, policy: RetentionPolicy, days: Collection[int] | None = None
    ) -> PrunePlan:
        """Plan what has to go for a policy, for a person to look at; changes nothing.

        Args:
            policy: What may stay; ``core.retention.policy_of(settings)`` is the store's own.
            days: Only images filed under these days (``date.toordinal()``) may go, whatever the
                policy says; the trash and leftovers are of no day. By default all.

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
        await self._settled()
        return await self._interruptible(self._cleanup.run(plan, progress, should_stop))

    async def prune_runs(self) -> list[PruneRun]:
        """Return the last runs of any clean-up of this store, at most 1,000, oldest first."""
        return await asyncio.to_thread(PruneLog(self.base_path).runs)

    async def cleanup_last_run(self) -> datetime | None:
        """Return when the last run finished, naive local time; ``None`` if there was none."""
        return await asyncio.to_thread(PruneLog(self.base_path).last_run)

    # As the settings say

    async def run_cleanup(
        self,
        progress: Callable[[PruneProgress], object] = lambda _: None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> PruneResult:
        """Do everything that the settings ask for, at once: one automatic clean-up.

        Images that are too old go to the trash, or for good where the store is too large; for
        its size the trash is emptied first, then images go, the oldest first. What has been in
        the trash for too long, or is too much for it, is removed for good, and so are sidecars
        without an image and unfinished files, once they are an hour old.

        Args:
            progress: Told after each entry, in the loop's thread.
            should_stop: Asked before each entry, in any thread; once it says yes, it ends.

        Returns:
            What went: ``tokens`` to restore what is in the trash, ``bytes_freed`` for good.

        Raises:
            StoreError: The store or its catalogue cannot be read. What cannot be removed is in
                the result, and stops nothing else.
        """
        return await self._clean_up(policy_of(self.settings), progress, should_stop)

    async def cleanup_old_images(self) -> int:
        """Move the images older than ``settings.retention_days`` days to the trash.

        What has been in the trash for more than ``settings.trash_days`` days is removed for
        good, and so are sidecars without an image and unfinished files, once they are an hour
        old. Pinned images stay.

        Returns:
            How many images went.

        Raises:
            StoreError: The store or its catalogue cannot be read. What cannot be removed is
                logged, and stops nothing else.
        """
        policy = RetentionPolicy(
            max_age_days=self.settings.retention_days, trash_days=self.settings.trash_days
        )
        return (await self._clean_up(policy)).images_removed

    async def cleanup_by_size(self) -> int:
        """Free space until the store, trash and all, holds at most ``settings.max_size_gb``.

        This is for good: the trash is emptied first, then images go, the oldest first. Pinned
        images stay. Of a trash that holds more than ``settings.trash_max_gb``, the oldest goes.

        Returns:
            How many images went; what was in the trash does not count.

        Raises:
            StoreError: As for :meth:`cleanup_old_images`.
        """
        policy = RetentionPolicy(
            max_bytes=self.settings.max_bytes, trash_max_bytes=self.settings.trash_max_bytes
        )
        return (await self._clean_up(policy)).images_removed

    async def cleanup_old_files(self) -> int:
        """Clean up by age and by size: :meth:`run_cleanup`; returns how many images went."""
        return (await self.run_cleanup()).images_removed

    async def start_cleanup_task(self) -> None:
        """Run :meth:`run_cleanup` now and every ``settings.cleanup_interval_hours`` hours.

        It goes on until it is cancelled or the store is closed, also after a run that failed,
        which is logged. While one is under way, another returns at once, and so it does where
        the store is not open.
        """
        if self._opened:
            await self._settled()
            await self._cleanup.repeat(lambda: self.settings)

    @property
    def _cleanup_task_running(self) -> bool:
        return "_cleanup" in vars(self) and self._cleanup.running

    async def _clean_up(
        self,
        policy: RetentionPolicy,
        progress: Callable[[PruneProgress], object] = lambda _: None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> PruneResult:
        await self._settled()
        return await self._interruptible(self._cleanup.enforce(policy, progress, should_stop))

    async def _interruptible(self, work: Coroutine[Any, Any, T]) -> T:
        """Run what is ended early if the caller is cancelled, or the store closes."""
        if not self._opened:
            work.close()
            raise CatalogError(f"The store {self.base_path} is closed: open it first.")
        task = self._begin(work)
        self._interruptibles.add(task)
        task.add_done_callback(self._interruptibles.discard)
        return await task
