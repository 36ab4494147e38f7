"""What the core tells others: frozen values, no behaviour beyond small conversions."""

from __future__ import annotations

from array import array
from datetime import date, datetime, timedelta

import msgspec

EPOCH = datetime(1970, 1, 1)  # times are naive local, as the servers write them
_MICROSECOND = timedelta(microseconds=1)


def to_microseconds(moment: datetime) -> int:
    """Count the microseconds from 1970 to a naive local time."""
    return (moment - EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """Return the naive local time that is this many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=count)


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
    """

    images: int
    size_bytes: int
    sidecar_bytes: int
    oldest: datetime | None
    newest: datetime | None
    without_sidecar: int


class SelectionSummary(msgspec.Struct, frozen=True):
    """What several images have in common, and their sums.

    ``shared`` maps a record's field name (prompt, model, provider, format, "dimensions") to the
    value all of them have; fields in which they differ are not in it.
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
