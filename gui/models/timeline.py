"""A store's days as bars over time, and what of each the store's settings will take. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from enum import Enum, auto
from typing import NamedTuple

from core.records import DayTotal


class Unit(Enum):
    """What one bar stands for."""

    DAY = auto()
    WEEK = auto()
    MONTH = auto()


class Amount(NamedTuple):
    """Images and their bytes."""

    images: int = 0
    size_bytes: int = 0


class Bar(NamedTuple):
    """What was made in one stretch of time.

    Attributes:
        first: Its first day, as ``date.toordinal()``.
        last: Its last day.
        whole: What there is.
        going: What of it is older than images are kept, or beyond the size limit.
    """

    first: int
    last: int
    whole: Amount
    going: Amount


class Fates:
    """Tells which days are to go, as far as their totals tell: the oldest go first.

    Args:
        totals: The days, newest first.
        oldest_kept: The first day of which all is kept, as ``date.toordinal()``; none is too old
            where it is 0.
        max_bytes: What the store may hold; ``None`` for any amount.

    Attributes:
        first_kept: The first day that is not to go.
    """

    def __init__(self, totals: Sequence[DayTotal], oldest_kept: int, max_bytes: int | None) -> None:
        self.first_kept = oldest_kept
        if max_bytes is None:
            return
        held = 0
        for total in totals:
            held += total.size_bytes
            if held > max_bytes:
                self.first_kept = max(oldest_kept, total.day + 1)
                break


class Timeline:
    """The bars of a store, from its oldest day to its newest, the empty ones too.

    Args:
        totals: The days, newest first, each once.
        fates: Which of them are to go.
        unit: What a bar stands for.
    """

    def __init__(self, totals: Sequence[DayTotal], fates: Fates, unit: Unit) -> None:
        self.unit = unit
        self.bars: list[Bar] = []
        if not totals:
            return
        first, end = start_of(totals[-1].day, unit), len(totals)
        kept = _count_from(totals, fates.first_kept)
        while first <= totals[0].day:
            after = next_start(first, unit)
            start = _count_from(totals, after)
            whole, going = _amount(totals[start:end]), _amount(totals[max(start, kept) : end])
            self.bars.append(Bar(first, after - 1, whole, going))
            first, end = after, start

    def bar_of(self, day: int) -> int:
        """Return the number of the bar that a day belongs to, or of the one nearest to it."""
        found = bisect_right(self.bars, day, key=lambda bar: bar.first) - 1
        return max(found, 0)

    def bars_between(self, first: int, last: int) -> range:
        """Return the numbers of the bars in which any of these days is."""
        start = bisect_left(self.bars, first, key=lambda bar: bar.last)
        return range(start, bisect_right(self.bars, last, key=lambda bar: bar.first))


def unit_for(oldest: int, newest: int, most_bars: int) -> Unit:
    """Return the finest unit of which all bars from one day to another have room."""
    days = newest - oldest + 1
    if days <= most_bars:
        return Unit.DAY
    return Unit.WEEK if days / 7 <= most_bars else Unit.MONTH


def start_of(day: int, unit: Unit) -> int:
    """Return the first day of the bar that a day belongs to; weeks begin on Monday."""
    if unit is Unit.DAY:
        return day
    if unit is Unit.WEEK:
        return day - (day - 1) % 7
    return date.fromordinal(day).replace(day=1).toordinal()


def next_start(first: int, unit: Unit) -> int:
    """Return the first day of the bar after the one that begins with ``first``."""
    if unit is Unit.DAY:
        return first + 1
    if unit is Unit.WEEK:
        return first + 7
    return date.fromordinal(first + 31).replace(day=1).toordinal()


def year_starts(first: int, last: int) -> Iterator[int]:
    """Yield the first days of the years that begin between two days."""
    for year in range(date.fromordinal(first).year, date.fromordinal(last).year + 1):
        day = date(year, 1, 1).toordinal()
        if first <= day <= last:
            yield day


def _count_from(totals: Sequence[DayTotal], day: int) -> int:
    """Count the days, newest first, that are no older than one."""
    return bisect_right(totals, -day, key=lambda total: -total.day)


def _amount(totals: Sequence[DayTotal]) -> Amount:
    images = sum([total.images for total in totals])
    return Amount(images, sum([total.size_bytes for total in totals]))
