"""What came of a plan: frozen values that runs, windows and the record of runs share."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from core.prune_records import Kind, PruneEntry


class Outcome(StrEnum):
    """What came of one entry of a plan. All but the first two leave the file as it is."""

    FREED = "freed"
    TRASHED = "trashed"
    GONE = "gone"  # it was not there any more
    CHANGED = "changed"  # it, or its sidecar, is not what was planned for
    PINNED = "pinned"  # somebody pinned it since
    YOUNGER = "younger"  # its sidecar now says a date that is not old enough
    FAILED = "failed"


class EntryResult(msgspec.Struct, frozen=True):
    """What came of one entry.

    Attributes:
        entry: It.
        outcome: What came of it.
        problem: What went wrong, for people, if anything did.
        token: What it is called in the trash, if it went there.
    """

    entry: PruneEntry
    outcome: Outcome
    problem: str | None = None
    token: str | None = None


class PruneResult(msgspec.Struct, frozen=True):
    """What came of a plan.

    Attributes:
        results: One for each entry, in the plan's order, up to where the run was stopped.
        bytes_freed: What was deleted for good.
        bytes_trashed: What went to the trash.
        cancelled: The run was stopped before its end.
        tokens: The trash's tokens of what went there, for undoing.
    """

    results: tuple[EntryResult, ...]
    bytes_freed: int
    bytes_trashed: int
    cancelled: bool
    tokens: tuple[str, ...]

    @property
    def removed(self) -> int:
        """Number of entries that were deleted or moved to the trash."""
        return sum(each.outcome in (Outcome.FREED, Outcome.TRASHED) for each in self.results)

    @property
    def images_removed(self) -> int:
        """Number of images that are not in the store any more."""
        return sum(
            each.entry.item.kind is Kind.IMAGE and each.outcome in (Outcome.FREED, Outcome.TRASHED)
            for each in self.results
        )

    @property
    def skipped(self) -> int:
        """Number of entries that were gone, or are not what was planned for."""
        failed = sum(each.outcome is Outcome.FAILED for each in self.results)
        return len(self.results) - self.removed - failed

    @property
    def problems(self) -> list[str]:
        """What failed, for people."""
        return [each.problem for each in self.results if each.problem is not None]


def joined(results: Sequence[PruneResult]) -> PruneResult:
    """Sum up runs that followed each other; a token that a later one removed is left out."""
    every = [each for result in results for each in result.results]
    freed = {each.entry.item.name for each in every if each.outcome is Outcome.FREED}
    tokens = (token for result in results for token in result.tokens)
    return PruneResult(
        results=tuple(every),
        bytes_freed=sum(result.bytes_freed for result in results),
        bytes_trashed=sum(result.bytes_trashed for result in results),
        cancelled=any(result.cancelled for result in results),
        tokens=tuple(token for token in tokens if token not in freed),
    )


class PruneProgress(msgspec.Struct, frozen=True):
    """How far a run is: entries done, of how many, and bytes freed so far."""

    done: int
    total: int
    bytes_freed: int


class PruneRun(msgspec.Struct, frozen=True):
    """The record of one run, as it stands in the store.

    Attributes:
        started: ISO 8601, naive local time.
        finished: ISO 8601, naive local time.
        why: Number of removals by rule.
        removed: How many were removed, of any kind.
        images: How many of these were images.
        skipped: How many were gone or changed since the plan was made.
        errors: How many could not be removed.
        bytes_freed: What was deleted for good.
        bytes_trashed: What went to the trash.
        cancelled: The run was stopped before its end.
    """

    started: str
    finished: str
    why: dict[str, int]
    removed: int
    images: int
    skipped: int
    errors: int
    bytes_freed: int
    bytes_trashed: int
    cancelled: bool
