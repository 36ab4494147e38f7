"""What a store's statistics consist of: frozen values."""

from __future__ import annotations

import msgspec

from core.records import ImageRecord


class GroupTotal(msgspec.Struct, frozen=True, array_like=True):
    """The images of one month, model, provider and format together.

    Attributes:
        model: "" where unknown.
        provider: "" where unknown.
        format: Lower-case, as in ``ImageRecord``.
        images: How many there are.
        size_bytes: Of their files.
        cost_usd: The sum of what is known of their cost; ``None`` where nothing is.
    """

    model: str
    provider: str
    format: str
    images: int
    size_bytes: int
    cost_usd: float | None


class MonthStatistics(msgspec.Struct, frozen=True):
    """What was made in one month.

    Attributes:
        first_day: Of the month, as ``date.toordinal()``.
        groups: No two of the same model, provider and format.
        largest: The largest images, largest first; at most ``LARGEST``.
    """

    first_day: int
    groups: tuple[GroupTotal, ...]
    largest: tuple[ImageRecord, ...]


LARGEST = 50
