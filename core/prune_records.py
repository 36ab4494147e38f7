"""What retention plans: frozen values that previews and runs share."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum

import msgspec

from core.errors import InvalidSettings
from core.records import DayTotal


class Kind(StrEnum):
    """What retention may remove; everything else in a store is left alone."""

    IMAGE = "image"
    TRASHED = "trashed"
    ORPHAN = "orphan"  # a sidecar whose image is gone
    TEMPORARY = "temporary"  # a file somebody began to write and did not finish


class Why(StrEnum):
    """The rule that removes something; ``PruneEntry.amount`` says by how much it applies."""

    AGE = "age"
    SIZE = "size"
    CHOSEN = "chosen"
    TRASH_AGE = "trash_age"
    TRASH_SIZE = "trash_size"
    ORPHAN = "orphan"
    TEMPORARY = "temporary"


class RetentionPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """What may stay in a store; ``None`` sets no limit.

    Attributes:
        max_age_days: Images older than this many days go to the trash.
        max_bytes: What the store may hold, trash and all. Where it holds more, the trash is
            emptied first, then images are removed for good, oldest first.
        trash_days: What has been in the trash for more than this many days is removed for good.
        trash_max_bytes: What the trash may hold before anything else goes there; of more, the
            oldest is removed for good.
        chosen_days: Images of these days (``date.toordinal()``) go, whatever their age. This is
            not to be had together with a limit to the images' age or the store's size.
        for_good: What would go to the trash is deleted, and its space freed.
        leftovers: Remove orphan sidecars and stale temporary files, too.

    Raises:
        InvalidSettings: A limit is below 0, or there is one beside chosen days.
    """

    max_age_days: int | None = None
    max_bytes: int | None = None
    trash_days: int | None = None
    trash_max_bytes: int | None = None
    chosen_days: frozenset[int] = frozenset()
    for_good: bool = False
    leftovers: bool = True

    def __post_init__(self) -> None:
        for name in ("max_age_days", "max_bytes", "trash_days", "trash_max_bytes"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise InvalidSettings(f"{name} must not be below 0; it is {value}")
        if self.chosen_days and (self.max_age_days is not None or self.max_bytes is not None):
            raise InvalidSettings("chosen_days cannot be used with max_age_days or max_bytes")


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """Something that retention may remove, and all it needs to know of it.

    Attributes:
        kind: What it is.
        name: The image's id; the trash's token; the name of any other file.
        path: The file, relative to the store. For what is in the trash, where the image was.
        sidecar_path: The image's sidecar, relative to the store; ``None`` if it has none.
        day: The day an image is filed under, as ``date.toordinal()``; 0 for anything else.
        created_us: What its age counts from, in microseconds from 1970, naive local time: when
            an image was made, when it went to the trash, when any other file was last written.
        size_bytes: Size of the file.
        modified_ns: The file's modification time in nanoseconds.
        sidecar_bytes: Size of the sidecar, and in the trash of the receipt; 0 without one.
        sidecar_ns: The sidecar's modification time in nanoseconds; 0 without one.
        pinned: It must stay.
    """

    kind: Kind
    name: str
    path: str
    sidecar_path: str | None
    day: int
    created_us: int
    size_bytes: int
    modified_ns: int
    sidecar_bytes: int = 0
    sidecar_ns: int = 0
    pinned: bool = False

    @property
    def total_bytes(self) -> int:
        """What it takes, with its sidecar."""
        return self.size_bytes + self.sidecar_bytes


class Usage(msgspec.Struct, frozen=True):
    """What a store holds.

    Attributes:
        image_bytes: All images with their sidecars.
        trash: Everything that is in the trash.
        leftovers: All orphan sidecars and temporary files, however young.
    """

    image_bytes: int
    trash: Sequence[Candidate] = ()
    leftovers: Sequence[Candidate] = ()

    @property
    def total_bytes(self) -> int:
        """What the size limit is held against."""
        others = (item.total_bytes for items in (self.trash, self.leftovers) for item in items)
        return self.image_bytes + sum(others)


class PruneEntry(msgspec.Struct, frozen=True, gc=False):
    """One thing that is to be removed.

    Attributes:
        item: What.
        why: The rule.
        amount: By how much the rule applies. Microseconds beyond the age that is allowed; for
            ``Why.SIZE`` and ``Why.TRASH_SIZE`` the bytes by which the store, or its trash, would
            be too large if this one stayed and all entries before it were gone; 0 for
            ``Why.CHOSEN``.
        for_good: It is deleted and its space freed; otherwise it goes to the trash.
    """

    item: Candidate
    why: Why
    amount: int
    for_good: bool

    @property
    def key(self) -> str:
        """What it is known by in its plan."""
        return f"{self.item.kind}:{self.item.name}:{self.item.path}"


class PrunePlan(msgspec.Struct, frozen=True):
    """What is to be removed and why: for a person to look at, and for ``Pruner.run`` to do.

    Attributes:
        policy: What the plan was made for.
        planned_us: When, in microseconds from 1970, naive local time.
        entries: In the order of removal: temporary files and orphans, trash, images; each oldest
            first, ties by name. Images that go for good, but not for the store's size, go before
            the trash that does.
        days: How much goes of each day, newest first; counts images only.
        bytes_before: What the store holds.
        bytes_freed: What is deleted for good.
        bytes_trashed: What goes to the trash, and still takes space there.
        kept_pinned: Images that would have gone, but for their pin.
        kept_pinned_bytes: What these take.
    """

    policy: RetentionPolicy
    planned_us: int
    entries: tuple[PruneEntry, ...]
    days: tuple[DayTotal, ...]
    bytes_before: int
    bytes_freed: int
    bytes_trashed: int
    kept_pinned: int
    kept_pinned_bytes: int

    @property
    def count(self) -> int:
        """Number of entries."""
        return len(self.entries)

    @property
    def bytes_after(self) -> int:
        """What the store will hold: above the limit where all that may go is not enough.

        What goes to the trash leaves a receipt of some hundred bytes there; that is not in here.
        """
        return self.bytes_before - self.bytes_freed

    def without(self, kept: Collection[object]) -> PrunePlan:
        """Return this plan without some entries; nothing else takes their place.

        Args:
            kept: The ``key`` of each entry that is to stay in the store.
        """
        entries = tuple(entry for entry in self.entries if entry.key not in kept)
        sums: dict[int, tuple[int, int]] = {}
        freed = trashed = 0
        for entry in entries:
            size = entry.item.total_bytes
            freed += size if entry.for_good else 0
            trashed += 0 if entry.for_good else size
            if entry.item.kind is Kind.IMAGE:
                images, size_bytes = sums.get(entry.item.day, (0, 0))
                sums[entry.item.day] = images + 1, size_bytes + size
        return msgspec.structs.replace(
            self,
            entries=entries,
            days=tuple(DayTotal(day, *sums[day]) for day in sorted(sums, reverse=True)),
            bytes_freed=freed,
            bytes_trashed=trashed,
        )
