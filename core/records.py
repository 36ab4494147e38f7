"""What the core tells others: frozen values, no behaviour beyond small conversions."""

from __future__ import annotations

from array import array
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")

EPOCH = datetime(1970, 1, 1)  # times are naive local, as the servers write them
_MICROSECOND = timedelta(microseconds=1)


def to_microseconds(moment: datetime) -> int:
    """Count the microseconds from 1970 to a naive local time."""
    return (moment - EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """Return the naive local time that is this many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=count)


def local_time(modified_ns: int) -> datetime:
    """Return a file's modification time, to the second, as naive local time."""
    try:
        return datetime.fromtimestamp(modified_ns // 1_000_000_000)
    except (ValueError, OverflowError, OSError):  # beyond the years 1 to 9999
        return EPOCH


class ImageRecord(msgspec.Struct, frozen=True):
    """One image file of a store, as the catalogue knows it.

    Attributes:
        key: The catalogue's integer for this file: stable while the catalogue lives, never reused.
        image_id: The file's name without its extension.
        path: The image file, relative to the store, with ``/``.
        sidecar_path: The sidecar, relative to the store; ``None`` where there is none.
        sidecar_problem: Why the sidecar cannot be used; ``None`` where it can or there is none.
        day: The day the image is filed under, as ``date.toordinal()``.
        created_us: When it was made: microseconds from 1970, naive local time.
        size_bytes: Size of the image file.
        modified_ns: The image file's modification time in nanoseconds.
        format: Lower-case name of the file format by its extension: "png", "jpeg", "webp", …
        width: In pixels as the sidecar says; 0 where unknown.
        height: In pixels as the sidecar says; 0 where unknown.
        prompt: What the image was asked for with; "" where unknown.
        model: The model that made it; "" where unknown.
        provider: Whose model it is; "" where unknown.
        cost_usd: The estimated cost in US dollars; ``None`` where unknown.
        pinned: Whether no clean-up may take it.
        rating: 1 to 5; 0 where it has none.
        tags: What a person tagged it with.
        sha256: Of the image's bytes, as the sidecar says, in hex digits; ``None`` where unknown.
    """

    key: int
    image_id: str
    path: str
    sidecar_path: str | None
    sidecar_problem: str | None
    day: int
    created_us: int
    size_bytes: int
    modified_ns: int
    format: str
    width: int
    height: int
    prompt: str
    model: str
    provider: str
    cost_usd: float | None
    pinned: bool = False
    rating: int = 0
    tags: tuple[str, ...] = ()
    sha256: str | None = None

    @property
    def created(self) -> datetime:
        """When the image was made, naive local time."""
        return from_microseconds(self.created_us)

    @property
    def date(self) -> date:
        """The day the image is filed under."""
        return date.fromordinal(self.day)

    @property
    def filename(self) -> str:
        """The image file's name."""
        return self.path.rpartition("/")[2]


class StoredImage(msgspec.Struct, frozen=True):
    """An image file in the store that is no row of the catalogue, or need not be.

    Attributes:
        key: The caller's own number for it.
        path: What its thumbnails are known by: where the image is, or was; relative to the store.
        size_bytes: Size of the file.
        modified_ns: The file's modification time in nanoseconds.
        located: Where the file is, relative to the store; "" if that is ``path``.
    """

    key: int
    path: str
    size_bytes: int
    modified_ns: int
    located: str = ""


class OrphanSidecar(msgspec.Struct, frozen=True):
    """A sidecar whose image is missing: its path in the store, its bytes, its modification time."""

    path: str
    size_bytes: int
    modified_ns: int


class TrashReceipt(msgspec.Struct, frozen=True):
    """One image in the trash, with its sidecar.

    Attributes:
        token: What it is called in the trash.
        image_id: The image's id.
        path: Where the image was, and is restored to; relative to the store.
        sidecar_path: Where the sidecar was; ``None`` if there is none in the trash.
        trashed_path: Where the image file is now; relative to the store.
        size_bytes: Of the image file; 0 if that is gone.
        sidecar_bytes: Of the sidecar.
        trashed_at: When it was put here, naive local time.
        reason: Why it was put here; "" where unknown.
        sha256: Of the image's bytes, if its sidecar says so, in hex digits.
        problem: What is wrong with it, for people; ``None`` if nothing is.
        modified_ns: The image file's modification time in nanoseconds, which moving it keeps; 0
            if it is gone.
    """

    token: str
    image_id: str
    path: str
    sidecar_path: str | None
    trashed_path: str
    size_bytes: int
    sidecar_bytes: int
    trashed_at: datetime
    reason: str
    sha256: str | None = None
    problem: str | None = None
    modified_ns: int = 0

    @property
    def total_bytes(self) -> int:
        """Bytes it takes: image and sidecar."""
        return self.size_bytes + self.sidecar_bytes


class TrashRemainder(msgspec.Struct, frozen=True):
    """What could not be removed from the trash, and why, for people."""

    receipt: TrashReceipt
    problem: str


class ItemResult(msgspec.Struct, Generic[T], frozen=True):
    """What came of one of several items that were to be changed.

    Attributes:
        item: As the caller named it: an image's key or id, or a token of the trash.
        value: What was done; ``None`` if nothing was.
        problem: Why nothing was done, for people; ``None`` if it was.
    """

    item: int | str
    value: T | None = None
    problem: str | None = None


class WorkProgress(msgspec.Struct, frozen=True):
    """How far long work is: items done, of how many, and bytes of the images among them."""

    done: int
    total: int
    size_bytes: int = 0


class InterruptedWork(msgspec.Struct, frozen=True):
    """Work that a process did not live to end: how much of it was done is not known.

    Attributes:
        kind: "import", "prune", "trash", "restore", "empty" or "undo import".
        started: When it began, naive local time.
        total: How many items it was about.
    """

    kind: str
    started: datetime
    total: int


class DayTotal(msgspec.Struct, frozen=True):
    """How much is filed under one day (``date.toordinal()``): image files, and their bytes."""

    day: int
    images: int
    size_bytes: int


class DayImages(msgspec.Struct, frozen=True):
    """One day's images: ``keys`` is an ``array('q')``, newest image first."""

    day: int
    size_bytes: int
    keys: array[int]


class StoreTotals(msgspec.Struct, frozen=True):
    """What a store holds; the oldest and newest are ``None`` in an empty one.

    Attributes:
        images: Number of image files.
        size_bytes: Bytes of the image files.
        sidecar_bytes: Bytes of the sidecars.
        oldest: When the oldest image was made, naive local time.
        newest: When the newest image was made, naive local time.
        without_sidecar: Number of images that have no sidecar.
        last_key: The largest key of an image; 0 in an empty store. What comes later has a larger.
    """

    images: int
    size_bytes: int
    sidecar_bytes: int
    oldest: datetime | None
    newest: datetime | None
    without_sidecar: int
    last_key: int = 0


class SelectionSummary(msgspec.Struct, frozen=True):
    """What several images have in common, and their sums.

    ``shared`` maps a record's field name (prompt, model, provider, format, rating, tags,
    "dimensions") to the text of what all of them have; fields in which they differ are not in it.
    """

    images: int
    size_bytes: int
    cost_usd: float | None
    oldest: datetime
    newest: datetime
    shared: dict[str, str]


class ScanProgress(msgspec.Struct, frozen=True):
    """How far a scan is: image files looked at, of how many in the folders that changed."""

    done: int
    total: int


class Thumbnail(msgspec.Struct, frozen=True):
    """A thumbnail of one image, or why there is none.

    Attributes:
        key: The image's key.
        data: An encoded image (JPEG, or WebP where there is transparency); empty if it failed.
        width: Of the whole image, in pixels, after EXIF orientation; 0 if it failed.
        height: Of the whole image, in pixels, after EXIF orientation; 0 if it failed.
        problem: Why there is no thumbnail, for people; ``None`` if there is one.
    """

    key: int
    data: bytes
    width: int
    height: int
    problem: str | None
