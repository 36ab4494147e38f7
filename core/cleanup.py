"""Clean-up: what the store's settings ask for, planned from the catalogue and carried out."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from pathlib import Path

from core import files
from core.catalog import BEGINNING, Catalog
from core.errors import StoreError
from core.index import Index
from core.interrupted import note_work
from core.prune_records import Candidate, Kind, PrunePlan, RetentionPolicy, Usage
from core.prune_results import PruneProgress, PruneResult, joined
from core.pruner import Pruner
from core.records import OrphanSidecar, TrashReceipt, to_microseconds
from core.retention import plan, policy_of
from core.settings import StorageSettings
from core.trash import Trash
from core.trash_entry import TRASH
from core.unfinished import find_unfinished, written_us

log = logging.getLogger(__name__)

PAGE = 500
ROUNDS = 3


class Cleanup:
    """Plans and runs clean-ups of one store.

    All methods belong to the event loop of ``index``. They may run at the same time, in any
    number of processes: what one has removed the others find gone.

    Args:
        base: The store's folder.
        index: Where the images are known.
        trash: The store's trash.
        pruner: Removes what is planned.
        clock: Tells naive local time.
    """

    def __init__(
        self,
        base: Path,
        index: Index,
        trash: Trash,
        pruner: Pruner,
        clock: Callable[[], datetime] = datetime.now,
    ) -> None:
        self._base = base
        self._index = index
        self._trash = trash
        self._pruner = pruner
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._rescheduled = asyncio.Event()

    @property
    def running(self) -> bool:
        """Whether :meth:`repeat` is under way."""
        return self._task is not None

    async def plan(self, policy: RetentionPolicy, days: Collection[int] | None = None) -> PrunePlan:
        """Plan what has to go now; changes nothing.

        The catalogue is at most two seconds behind the disk. With ``policy.leftovers`` the names
        in all of the store's folders are read, too; without, only what is to go is looked at.

        Args:
            policy: What may stay.
            days: The days whose images may go, by default all.

        Raises:
            StoreError: The store or its catalogue cannot be read.
        """
        now = self._clock()
        await self._index.fresh()
        trashed = await asyncio.to_thread(self._trashed)
        unfinished: list[Candidate] = []
        if policy.leftovers:
            unfinished = await asyncio.to_thread(find_unfinished, self._base, now)
        return await self._index.read(_plan, policy, days, trashed, unfinished, now)

    async def run(
        self,
        plan: PrunePlan,
        progress: Callable[[PruneProgress], object] = lambda _: None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> PruneResult:
        """Carry out a plan, and bring the catalogue up to date.

        Cancelling the task ends the run after the file it is at; then everything up to there is
        done and recorded, and the catalogue about to learn of it.

        Args:
            plan: What to remove; of this, what changed since is left as it is.
            progress: Told how far it is, in the loop's thread.
            should_stop: Asked before each entry, in any thread; once it says yes, the run ends.

        Raises:
            StoreNotFound: The store's folder does not exist; nothing was done.
            StoreUnreadable: It may not be read; nothing was done.
        """
        stop = threading.Event()
        loop = asyncio.get_running_loop()

        def report(how_far: PruneProgress) -> None:
            loop.call_soon_threadsafe(progress, how_far)

        def stops() -> bool:
            return stop.is_set() or should_stop()

        def prune() -> PruneResult:
            with note_work(self._base, "prune", plan.count) as note:
                result = self._pruner.run(plan, should_stop=stops, progress=report)
                note.stays = stop.is_set() and result.cancelled
                return result

        job = asyncio.create_task(asyncio.to_thread(prune))
        try:
            result = await asyncio.shield(job)
        except asyncio.CancelledError:
            stop.set()
            await asyncio.wait([job])
            self._index.rescan()
            raise
        if result.removed:
            await self._catch_up()
        return result

    async def enforce(
        self,
        policy: RetentionPolicy,
        progress: Callable[[PruneProgress], object] = lambda _: None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> PruneResult:
        """Plan and run, on what is on the disk by now, until the store is as the policy says.

        What changes meanwhile is left; only for the size it is looked at again, a few times.

        Returns:
            What came of all runs together.
        """
        results: list[PruneResult] = []
        await self._catch_up()
        while True:
            planned = await self.plan(policy)
            result = await self.run(planned, progress, should_stop)
            results.append(result)
            most = policy.max_bytes
            small = most is None or planned.bytes_before - result.bytes_freed <= most
            if small or not result.skipped or result.cancelled or len(results) == ROUNDS:
                return joined(results)
            # What was edited in place shows in no folder's time.
            await asyncio.wait([self._index.rescan(full=True)])

    async def repeat(self, settings: Callable[[], StorageSettings]) -> None:
        """Clean up as the settings say, now and again after each interval.

        Goes on until cancelled or :meth:`close` is called, also after a run that failed, which
        is logged. While it is under way, calling it again does nothing.

        Args:
            settings: Tells the settings of the moment.
        """
        if self._task is not None:
            return
        task = self._task = asyncio.create_task(self._repeat(settings))
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait([task])
            raise
        finally:
            self._task = None
        if not task.cancelled():
            task.result()

    def reschedule(self) -> None:
        """Have :meth:`repeat` look at the settings now: its next run is due by these."""
        self._rescheduled.set()

    async def close(self) -> None:
        """End :meth:`repeat` and wait until it has ended; more calls do nothing."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _catch_up(self) -> None:
        """Have the catalogue know whatever is on the disk by now."""
        for _ in range(2):  # a scan that is under way may have passed a folder before it changed
            await asyncio.wait([self._index.rescan()])

    def _trashed(self) -> list[Candidate]:
        return [_of_receipt(self._base, receipt) for receipt in self._trash.list()]

    async def _repeat(self, settings: Callable[[], StorageSettings]) -> None:
        while True:
            try:
                await self.enforce(policy_of(settings()))
            except (StoreError, OSError) as error:
                log.warning("a clean-up of %s failed: %s", self._base, error)
            ended = time.monotonic()
            while True:
                self._rescheduled.clear()
                due = ended + settings().cleanup_interval_hours * 3600
                try:
                    async with asyncio.timeout(due - time.monotonic()):
                        await self._rescheduled.wait()
                except TimeoutError:
                    break


def _plan(
    catalog: Catalog,
    policy: RetentionPolicy,
    days: Collection[int] | None,
    trash: list[Candidate],
    unfinished: list[Candidate],
    now: datetime,
) -> PrunePlan:
    totals = catalog.totals()
    orphans = [_of_orphan(orphan, now) for orphan in catalog.orphans()]
    usage = Usage(totals.size_bytes + totals.sidecar_bytes, trash, orphans + unfinished)
    if policy.chosen_days:
        days = policy.chosen_days.intersection(policy.chosen_days if days is None else days)
    images = _oldest_first(catalog) if days is None else catalog.candidates(days)
    return plan(images, policy, usage, now)


def _oldest_first(catalog: Catalog) -> Iterator[Candidate]:
    after = BEGINNING
    while page := catalog.oldest(after, PAGE):
        for _, candidate in page:
            yield candidate
        key, last = page[-1]
        after = last.created_us, key


def _of_receipt(base: Path, receipt: TrashReceipt) -> Candidate:
    file = files.stat_file(base, f"{TRASH}/{receipt.token}.receipt")
    return Candidate(
        kind=Kind.TRASHED,
        name=receipt.token,
        path=receipt.path,
        sidecar_path=receipt.sidecar_path,
        day=0,
        created_us=to_microseconds(receipt.trashed_at),
        size_bytes=receipt.size_bytes,
        modified_ns=0,
        sidecar_bytes=receipt.sidecar_bytes + (file.st_size if file else 0),
    )


def _of_orphan(orphan: OrphanSidecar, now: datetime) -> Candidate:
    return Candidate(
        kind=Kind.ORPHAN,
        name=orphan.path.rpartition("/")[2],
        path=orphan.path,
        sidecar_path=None,
        day=0,
        created_us=written_us(orphan.modified_ns, now),
        size_bytes=orphan.size_bytes,
        modified_ns=orphan.modified_ns,
    )
