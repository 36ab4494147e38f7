"""What has to go: pure rules, (candidates, policy, usage, now) → plan. Touches no disk.

The rules: pinned images always stay. What is older than the policy allows, to the microsecond,
and what is of a day that was chosen, goes to the trash, or where the policy says so for good.
Where the store holds more than it may, space is freed for good, in this order: what the other
rules delete anyway, the trash, then images; always the oldest first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from core.prune_records import (
    Candidate,
    Kind,
    PruneEntry,
    PrunePlan,
    RetentionPolicy,
    Usage,
    Why,
)
from core.records import DayTotal, to_microseconds

if TYPE_CHECKING:
    from core.settings import StorageSettings

DAY_US = 86_400_000_000
#: A sidecar without its image, or an unfinished file, may be somebody's work until it is this old.
GRACE_US = 3_600_000_000

_created = attrgetter("created_us")
_name_and_path = attrgetter("name", "path")
_age_order = attrgetter("created_us", "name", "path")


def plan(
    candidates: Iterable[Candidate], policy: RetentionPolicy, usage: Usage, now: datetime
) -> PrunePlan:
    """Decide what goes, in which order, and why.

    Args:
        candidates: The images, oldest first; those of the same microsecond in any order. Read
            only as far as needed: up to the first image that may stay for all rules.
        policy: What may stay.
        usage: What the store holds.
        now: Naive local time.

    Raises:
        ValueError: The candidates are not in order.
    """
    draft = _Draft(policy, usage, to_microseconds(now))
    images = _in_order(candidates)
    draft.add_leftovers()
    draft.add_trash()
    if policy.for_good:
        images = draft.add_old(images)
    draft.add_trash_for_size()
    draft.add_images(images)
    return draft.finish()


def policy_of(settings: StorageSettings) -> RetentionPolicy:
    """Return what a store's settings ask for: the policy of its automatic clean-ups."""
    return RetentionPolicy(
        max_age_days=settings.retention_days,
        max_bytes=settings.max_bytes,
        trash_days=settings.trash_days,
        trash_max_bytes=settings.trash_max_bytes,
    )


class _Draft:
    """A plan in the making: rule by rule, in the order in which space is freed."""

    def __init__(self, policy: RetentionPolicy, usage: Usage, now_us: int) -> None:
        self._policy = policy
        self._usage = usage
        self._now_us = now_us
        self._entries: list[PruneEntry] = []
        self._days: dict[int, tuple[int, int]] = {}
        self._trash: deque[Candidate] = deque()
        self._before = usage.total_bytes
        self._freed = 0
        self._trashed = 0
        self._kept = 0
        self._kept_bytes = 0

    def add_leftovers(self) -> None:
        if not self._policy.leftovers:
            return
        for item in sorted(self._usage.leftovers, key=_age_order):
            late = self._now_us - item.created_us - GRACE_US
            if late > 0:
                why = Why.ORPHAN if item.kind is Kind.ORPHAN else Why.TEMPORARY
                self._add(item, why, late, for_good=True)

    def add_trash(self) -> None:
        """Add what is in the trash for too long, and what is too much in it."""
        expired_us = self._limit_us(self._policy.trash_days)
        for item in sorted(self._usage.trash, key=_age_order):
            late = 0 if expired_us is None else expired_us - item.created_us
            if late > 0:
                self._add(item, Why.TRASH_AGE, late, for_good=True)
            else:
                self._trash.append(item)
        most = self._policy.trash_max_bytes
        if most is not None:
            over = sum(item.total_bytes for item in self._trash) - most
            while over > 0:
                item = self._trash.popleft()
                self._add(item, Why.TRASH_SIZE, over, for_good=True)
                over -= item.total_bytes

    def add_old(self, images: Iterator[Candidate]) -> Iterator[Candidate]:
        """Add what is too old; returns the images that are left."""
        expired_us = self._limit_us(self._policy.max_age_days)
        if expired_us is not None:
            for item in images:
                if item.created_us >= expired_us:
                    return chain((item,), images)
                self._add_image(item, Why.AGE, expired_us - item.created_us)
        return images

    def add_trash_for_size(self) -> None:
        for item in self._trash:
            over = self._over()
            if over <= 0:
                break
            self._add(item, Why.SIZE, over, for_good=True)

    def add_images(self, images: Iterator[Candidate]) -> None:
        if chosen := self._policy.chosen_days:
            for item in images:
                if item.day in chosen:
                    self._add_image(item, Why.CHOSEN, 0)
            return
        expired_us = self._limit_us(self._policy.max_age_days)
        if expired_us is None and self._over() <= 0:
            return
        for item in images:
            over = self._over()
            late = 0 if expired_us is None else expired_us - item.created_us
            if over > 0:
                self._add_image(item, Why.SIZE, over)
            elif late > 0:
                self._add_image(item, Why.AGE, late)
            else:
                break  # all that follow are younger

    def finish(self) -> PrunePlan:
        return PrunePlan(
            policy=self._policy,
            planned_us=self._now_us,
            entries=tuple(self._entries),
            days=tuple(DayTotal(day, *self._days[day]) for day in sorted(self._days, reverse=True)),
            bytes_before=self._before,
            bytes_freed=self._freed,
            bytes_trashed=self._trashed,
            kept_pinned=self._kept,
            kept_pinned_bytes=self._kept_bytes,
        )

    def _limit_us(self, days: int | None) -> int | None:
        """The moment before which something is older than ``days`` days."""
        return None if days is None else self._now_us - days * DAY_US

    def _over(self) -> int:
        """By how many bytes the store is too large, as far as planned; 0 or less if it is not."""
        limit = self._policy.max_bytes
        return 0 if limit is None else self._before - self._freed - limit

    def _add_image(self, item: Candidate, why: Why, amount: int) -> None:
        if item.pinned:
            self._kept += 1
            self._kept_bytes += item.total_bytes
            return
        self._add(item, why, amount, for_good=why is Why.SIZE or self._policy.for_good)
        images_of_day, size_of_day = self._days.get(item.day, (0, 0))
        self._days[item.day] = images_of_day + 1, size_of_day + item.total_bytes

    def _add(self, item: Candidate, why: Why, amount: int, *, for_good: bool) -> None:
        self._entries.append(PruneEntry(item, why, amount, for_good))
        if for_good:
            self._freed += item.total_bytes
        else:
            self._trashed += item.total_bytes


def _in_order(images: Iterable[Candidate]) -> Iterator[Candidate]:
    """Order the images of each microsecond by name, and make sure that time does not go back."""
    before: int | None = None
    for created_us, group in groupby(images, key=_created):
        if before is not None and created_us < before:
            raise ValueError("The candidates must be ordered by their age, the oldest first.")
        before = created_us
        same = list(group)
        yield from same if len(same) == 1 else sorted(same, key=_name_and_path)
