"""What people are told of prunes and clean-ups: before, as a plan; after, as what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from core.prune_records import Kind, PruneEntry, PrunePlan, RetentionPolicy, Why
from core.prune_results import Outcome, PruneResult
from core.records import InterruptedWork
from gui.text import count_text, duration_text, minute_text, number_text, size_text, translated

DAY_US: Final = 86_400_000_000
SECOND_US: Final = 1_000_000
_LIMITS: Final = {Why.AGE: "max_age_days", Why.TRASH_AGE: "trash_days"}


class RunKind(Enum):
    """Why a run is made: a prune or a clean-up that was asked for, or one that fell due."""

    PRUNE = "prune"
    CLEAN_UP = "clean-up"
    AUTOMATIC = "automatic clean-up"


@dataclass(frozen=True, slots=True)
class ToldPlan:
    """A plan, and all that is said of it.

    Attributes:
        plan: The plan.
        sums: What goes, and how much that is.
        kept: What stays only because it is pinned.
        disk: What the store holds before and after.
        confirm: What running it does, for its button.
        question: What to ask once more; "" where all of it can be taken back.
    """

    plan: PrunePlan
    sums: str
    kept: str
    disk: str
    confirm: str
    question: str


def told(plan: PrunePlan, kept: Collection[object] = ()) -> ToldPlan:
    """Put a plan without the entries of these keys into words; may be called in any thread."""
    chosen = plan.without(kept) if kept else plan
    size = size_text(chosen.bytes_freed + chosen.bytes_trashed)
    for_good = [entry for entry in chosen.entries if entry.for_good]
    question = _text(
        "{things} ({size}) will be deleted for good. This cannot be undone.",
        things=things_text(for_good),
        size=size_text(chosen.bytes_freed),
    )
    return ToldPlan(
        chosen,
        sums=_text("{things} · {size}", things=things_text(chosen.entries), size=size),
        kept=kept_text(chosen),
        disk=disk_text(chosen),
        confirm=confirm_text(chosen),
        question=question if for_good else "",
    )


def age_text(age_us: int) -> str:
    """Return an age in days, or in hours and less where it is under one."""
    if age_us >= DAY_US:
        return count_text(age_us // DAY_US, "day")
    return duration_text(age_us / SECOND_US)


def reason_text(entry: PruneEntry, policy: RetentionPolicy) -> str:
    """Say why something goes, by the policy: "12 days older than 30 days"."""
    if entry.why in (Why.AGE, Why.TRASH_AGE):
        limit = count_text(getattr(policy, _LIMITS[entry.why]) or 0, "day")
        source = "{age} older than {limit}"
        if entry.why is Why.TRASH_AGE:
            source = "In the trash {age} longer than {limit}"
        return _text(source, age=age_text(entry.amount), limit=limit)
    in_trash = entry.item.kind is Kind.TRASHED
    return _text(
        {
            Why.SIZE: "In the trash, freed for good" if in_trash else "Over the limit, for good",
            Why.CHOSEN: "Of a day that was chosen",
            Why.TRASH_SIZE: "Over the trash's size limit",
            Why.ORPHAN: "Sidecar without its image",
            Why.TEMPORARY: "Unfinished file",
        }[entry.why]
    )


def things_text(entries: Sequence[PruneEntry]) -> str:
    """Count what entries are about: "214 images, 3 in the trash, 2 leftovers"."""
    counts = Counter(_sort_of(entry) for entry in entries)
    parts = [count_text(counts["image"], "image")] if counts["image"] else []
    if counts["trash"]:
        parts.append(_text("{count} in the trash", count=number_text(counts["trash"])))
    if counts["leftover"]:
        parts.append(count_text(counts["leftover"], "leftover"))
    return ", ".join(parts) or count_text(0, "image")


def plan_text(plan: PrunePlan) -> str:
    """Say in a line what a store's settings would remove now."""
    if not plan.entries:
        return _text("With these settings nothing would go now.")
    size = size_text(plan.bytes_freed + plan.bytes_trashed)
    source = "With these settings {things} ({size}) would go now."
    if plan.bytes_freed and plan.bytes_trashed:
        source = "With these settings {things} ({size}) would go now, {freed} of it for good."
    elif plan.bytes_freed:
        source = "With these settings {things} ({size}) would go now, for good."
    things, freed = things_text(plan.entries), size_text(plan.bytes_freed)
    text = _text(source, things=things, size=size, freed=freed)
    return " ".join(filter(None, (text, kept_text(plan))))


def kept_text(plan: PrunePlan) -> str:
    """Say what stays only because it is pinned; "" if nothing does."""
    if not plan.kept_pinned:
        return ""
    if plan.kept_pinned == 1:
        return _text("1 pinned image is kept.")
    return _text("{count} pinned images are kept.", count=number_text(plan.kept_pinned))


def disk_text(plan: PrunePlan) -> str:
    """Say what the store holds before and after: "23.4 GB → 22.2 GB, 1.2 GB come free"."""
    source = "{before}"
    if plan.bytes_freed and plan.bytes_trashed:
        source = (
            "{before} → {after}, {freed} free, {moved} of it in the trash until that is emptied"
        )
    elif plan.bytes_freed:
        source = "{before} → {after}, {freed} free"
    elif plan.bytes_trashed:
        source = "{before}, {moved} of it in the trash until that is emptied"
    return _text(
        source,
        before=size_text(plan.bytes_before),
        after=size_text(plan.bytes_after),
        freed=size_text(plan.bytes_freed),
        moved=size_text(plan.bytes_trashed),
    )


def confirm_text(plan: PrunePlan) -> str:
    """Say exactly what running a plan does, for its button."""
    if not plan.entries:
        return _text("Nothing to do")
    things, freed = things_text(plan.entries), size_text(plan.bytes_freed)
    if not plan.bytes_freed and not any(entry.for_good for entry in plan.entries):
        return _text("Move {things} to the trash", things=things)
    if not plan.bytes_trashed:
        return _text("Delete {things} for good ({size})", things=things, size=freed)
    for_good = [entry for entry in plan.entries if entry.for_good]
    trashed = len(plan.entries) - len(for_good)
    return _text(
        "Move {trashed} to the trash, delete {gone} for good ({size})",
        trashed=count_text(trashed, "image"),
        gone=things_text(for_good),
        size=freed,
    )


def work_text(kind: RunKind) -> str:
    """Say what a run does while it does it."""
    return _text("Pruning" if kind is RunKind.PRUNE else "Cleaning up")


def outcome_text(kind: RunKind, result: PruneResult) -> str:
    """Say what came of a run; "" of one that nobody asked for and that had nothing to do."""
    what = result_text(result)
    if kind is RunKind.PRUNE:
        return what or _text("Nothing had to go")
    if what:
        return _text("Clean-up: {what}", what=what)
    return "" if kind is RunKind.AUTOMATIC else _text("Clean-up: nothing has to go")


def failure_text(kind: RunKind, reason: str) -> str:
    """Say why a run could not be made."""
    return reason if kind is RunKind.PRUNE else _text("Clean-up: {what}", what=reason)


def result_text(result: PruneResult) -> str:
    """Say what came of a run, in numbers; "" if there was nothing to do."""
    by_outcome: dict[Outcome, list[PruneEntry]] = {}
    for each in result.results:
        by_outcome.setdefault(each.outcome, []).append(each.entry)
    said = []
    if trashed := by_outcome.get(Outcome.TRASHED):
        said.append(_text("{things} moved to the trash", things=things_text(trashed)))
    if freed := by_outcome.get(Outcome.FREED):
        size = size_text(result.bytes_freed)
        said.append(_text("{things} deleted, {size} free", things=things_text(freed), size=size))
    for outcome, source in (
        (Outcome.CHANGED, "{count} changed meanwhile and left"),
        (Outcome.PINNED, "{count} pinned meanwhile and kept"),
        (Outcome.YOUNGER, "{count} younger than thought and kept"),
        (Outcome.GONE, "{count} gone already"),
        (Outcome.FAILED, "{count} could not be removed"),
    ):
        if outcome in by_outcome:
            said.append(_text(source, count=number_text(len(by_outcome[outcome]))))
    if result.cancelled:
        said.append(_text("cancelled"))
    return ", ".join(said)


def interrupted_text(work: InterruptedWork) -> str:
    """Say what an earlier session did not end, and what to do."""
    sources = {
        "import": "An import of {count} files was interrupted on {when}: what came is whole; "
        "import them again to bring the rest.",
        "prune": "A prune of {count} was interrupted on {when}: what is left is whole; "
        "prune again to go on.",
        "trash": "Deleting {count} images was interrupted on {when}: each is whole, "
        "here or in the trash.",
        "restore": "Restoring {count} images was interrupted on {when}: each is whole, "
        "here or in the trash.",
        "empty": "Emptying the trash of {count} was interrupted on {when}: "
        "what is left can still be restored.",
        "undo import": "Taking back an import of {count} images was interrupted on {when}: "
        "each is whole, here or in the trash.",
    }
    source = sources.get(work.kind, "Work on {count} images was interrupted on {when}.")
    return _text(source, count=number_text(work.total), when=minute_text(work.started))


def _sort_of(entry: PruneEntry) -> str:
    kinds = {Kind.IMAGE: "image", Kind.TRASHED: "trash"}
    return kinds.get(entry.item.kind, "leftover")


def _text(source: str, **values: str) -> str:
    return translated("prune", source, **values)
