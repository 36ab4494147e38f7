"""A store's days as bars over time, and what of each the store's settings will take. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from core.records import DayTotal
from gui.models.spans import Unit, spans


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
        end = len(totals)
        kept = _count_from(totals, fates.first_kept)
        for first, after in spans(totals[-1].day, totals[0].day, unit):
            start = _count_from(totals, after)
            whole, going = _amount(totals[start:end]), _amount(totals[max(start, kept) : end])
            self.bars.append(Bar(first, after - 1, whole, going))
            end = start

    def bar_of(self, day: int) -> int:
        """Return the number of the bar that a day belongs to, or of the one nearest to it."""
        found = bisect_right(self.bars, day, key=lambda bar: bar.first) - 1
        return max(found, 0)

    def bars_between(self, first: int, last: int) -> range:
        """Return the numbers of the bars in which any of these days is."""
        start = bisect_left(self.bars, first, key=lambda bar: bar.last)
        return range(start, bisect_right(self.bars, last, key=lambda bar: bar.first))

    def year_starts(self) -> Iterator[int]:
        """Yield the first days of the years that begin within the bars, or of bars of years."""
        if self.unit.years or not self.bars:
            yield from [bar.first for bar in self.bars]
            return
        first, last = self.bars[0].first, self.bars[-1].last
        for day, _ in spans(first, last, Unit.YEAR):
            if day >= first:
                yield day


def _count_from(totals: Sequence[DayTotal], day: int) -> int:
    """Count the days, newest first, that are no older than one."""
    return bisect_right(totals, -day, key=lambda total: -total.day)


def _amount(totals: Sequence[DayTotal]) -> Amount:
    images = sum([total.images for total in totals])
    return Amount(images, sum([total.size_bytes for total in totals]))
