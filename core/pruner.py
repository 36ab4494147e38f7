"""Runs a prune plan: exactly what was planned, and of that only what is still as it was."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from core import files, sidecar
from core.durable import remove_file
from core.errors import SidecarError, StoreError, StoreNotFound
from core.locate import images_of, locate_beside
from core.prune_log import PruneLog
from core.prune_records import Candidate, Kind, PruneEntry, PrunePlan, Why
from core.prune_results import EntryResult, Outcome, PruneProgress, PruneResult, PruneRun
from core.sidecar import LARGEST_SIDECAR
from core.store_lock import store_lock
from core.trash import Trash

log = logging.getLogger(__name__)

_REMOVED = (Outcome.FREED, Outcome.TRASHED)


class Pruner:
    """Removes what plans say, and keeps the record of runs.

    All methods block: they run in worker threads. Several runs may go on at once, here and in
    other processes; what one has removed the other finds gone.

    Args:
        base: The store's folder.
        trash: Where images go that are not deleted for good.
        clock: Tells naive local time.
    """

    def __init__(
        self, base: Path, trash: Trash, clock: Callable[[], datetime] = datetime.now
    ) -> None:
        self._base = base
        self._trash = trash
        self._clock = clock
        self._log = PruneLog(base)

    def run(
        self,
        plan: PrunePlan,
        *,
        should_stop: Callable[[], bool] = lambda: False,
        progress: Callable[[PruneProgress], object] = lambda _: None,
    ) -> PruneResult:
        """Remove the plan's entries, in its order, and record the run.

        Each is looked at again just before. What was changed, replaced, pinned or removed since
        the plan was made is left as it is, and an error with one does not stop the rest; the
        result says so for each.

        Args:
            plan: What to remove.
            should_stop: Asked before each entry; once it says yes, the run ends.
            progress: Told after each entry.

        Raises:
            StoreNotFound: The store's folder does not exist; nothing was done.
            StoreUnreadable: It may not be read; nothing was done.
        """
        files.check_store(self._base)
        started = self._clock()
        work = _Run(self._base, self._trash, started)
        cancelled = False
        for entry in plan.entries:
            if should_stop():
                cancelled = True
                break
            work.do(entry)
            progress(PruneProgress(len(work.results), plan.count, work.bytes_freed))
        result = PruneResult(
            tuple(work.results),
            work.bytes_freed,
            work.bytes_trashed,
            cancelled,
            tuple(work.tokens),
        )
        self._record(started, result)
        return result

    def last_run(self) -> datetime | None:
        """Return when the last run finished, naive local time; ``None`` if there was none."""
        return self._log.last_run()

    def runs(self) -> list[PruneRun]:
        """Return the last runs, at most 1,000, oldest first."""
        return self._log.runs()

    def _record(self, started: datetime, result: PruneResult) -> None:
        why = Counter(each.entry.why.value for each in result.results if each.outcome in _REMOVED)
        run = PruneRun(
            started=started.isoformat(),
            finished=self._clock().isoformat(),
            why=dict(why),
            removed=result.removed,
            images=result.images_removed,
            skipped=result.skipped,
            errors=len(result.results) - result.removed - result.skipped,
            bytes_freed=result.bytes_freed,
            bytes_trashed=result.bytes_trashed,
            cancelled=result.cancelled,
        )
        try:
            self._log.append(run)
        except (StoreError, OSError) as error:  # what was removed is removed all the same
            log.warning("the record of a clean-up of %s cannot be written: %s", self._base, error)


class _Run:
    """One run under way."""

    def __init__(self, base: Path, trash: Trash, now: datetime) -> None:
        self._base = base
        self._trash = trash
        self._now = now
        self.results: list[EntryResult] = []
        self.bytes_freed = 0
        self.bytes_trashed = 0
        self.tokens: list[str] = []

    def do(self, entry: PruneEntry) -> None:
        try:
            outcome, problem = self._remove(entry)
        except StoreNotFound as error:
            outcome, problem = Outcome.FAILED, str(error)
        except FileNotFoundError:  # between the look at it and its removal
            outcome, problem = Outcome.GONE, None
        except (StoreError, OSError) as error:
            log.warning("%s was not removed: %s", entry.item.path, error)
            outcome, problem = Outcome.FAILED, f"{entry.item.path}: {error}"
        token = self.tokens[-1] if outcome is Outcome.TRASHED else None
        self.results.append(EntryResult(entry, outcome, problem, token))

    def _remove(self, entry: PruneEntry) -> tuple[Outcome, str | None]:
        if entry.item.kind is Kind.TRASHED:
            return self._empty(entry.item), None
        if entry.item.kind is Kind.IMAGE:
            return self._remove_image(entry)
        return self._remove_leftover(entry.item), None

    def _empty(self, item: Candidate) -> Outcome:
        if not self._trash.remove(item.name):  # restored, or deleted by somebody else
            return Outcome.GONE
        self.bytes_freed += item.total_bytes
        return Outcome.FREED

    def _remove_leftover(self, item: Candidate) -> Outcome:
        with store_lock(self._base):  # whoever stores or restores the image does so before or after
            changed = self._compare(item)
            if changed:
                return changed
            if item.kind is Kind.ORPHAN and any(images_of(self._base, item.path)):
                return Outcome.CHANGED  # its image came
            if not remove_file(self._base, item.path):
                return Outcome.GONE
        self.bytes_freed += item.size_bytes
        return Outcome.FREED

    def _remove_image(self, entry: PruneEntry) -> tuple[Outcome, str | None]:
        if entry.for_good:
            with store_lock(self._base):  # whoever pins an image does so before or after
                changed = self._check_image(entry)
                return (changed, None) if changed else self._delete_image(entry.item)
        if changed := self._check_image(entry):
            return changed, None
        item = entry.item
        receipt = self._trash.move(item.path, item.sidecar_path, entry.why.value, self._now)
        self.tokens.append(receipt.token)
        self.bytes_trashed += item.total_bytes
        return Outcome.TRASHED, None

    def _delete_image(self, item: Candidate) -> tuple[Outcome, str | None]:
        # The image first: what a crash leaves then is an orphan, never an image without a sidecar.
        if not remove_file(self._base, item.path):
            return Outcome.GONE, None
        self.bytes_freed += item.size_bytes
        beside = item.sidecar_path
        if beside is None or any(images_of(self._base, beside)):  # it is another image's, too
            return Outcome.FREED, None
        try:
            remove_file(self._base, beside)
        except (StoreError, OSError) as error:
            log.warning("the sidecar %s stays without its image: %s", beside, error)
            return Outcome.FREED, f"{beside} stays without its image: {error}"
        self.bytes_freed += item.sidecar_bytes
        return Outcome.FREED, None

    def _check_image(self, entry: PruneEntry) -> Outcome | None:
        return self._compare(entry.item) or self._check_sidecar(entry)

    def _check_sidecar(self, entry: PruneEntry) -> Outcome | None:
        """Say what in an image's sidecar speaks against removing the image."""
        item = entry.item
        found = locate_beside(self._base, item.path)
        path = None if found is None else found[1]
        if path is None:
            return None if item.sidecar_path is None else Outcome.CHANGED
        *folders, name = files.parts_of(path)
        with (
            files.open_store(self._base) as store,
            files.open_folder(store, "/".join(folders)) as folder,
        ):
            data, signature = files.read_file(folder, name, LARGEST_SIDECAR)
        try:
            fields = sidecar.parse(data) if data is not None else None
        except SidecarError:
            fields = None
        if fields is not None and fields.pinned:
            return Outcome.PINNED
        if fields is not None and fields.created_us is not None and entry.why is Why.AGE:
            expired_us = item.created_us + entry.amount
            if fields.created_us >= expired_us:
                return Outcome.YOUNGER
        same = (path, *signature) == (item.sidecar_path, item.sidecar_bytes, item.sidecar_ns)
        return None if same else Outcome.CHANGED

    def _compare(self, item: Candidate) -> Outcome | None:
        found = files.stat_file(self._base, item.path)
        if found is None:
            return Outcome.GONE
        same = (found.st_size, found.st_mtime_ns) == (item.size_bytes, item.modified_ns)
        return None if same else Outcome.CHANGED
