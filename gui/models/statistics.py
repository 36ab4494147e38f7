"""A store's statistics, as charts and words show them. Pure."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from heapq import nlargest
from itertools import accumulate
from typing import Final, NamedTuple

from core.records import DayTotal, ImageRecord
from core.statistics_records import LARGEST, GroupTotal, MonthStatistics

MOST_SERIES: Final = 5  # what is less than these is "other"
PACE_DAYS: Final = 30
OTHER: Final = ""

Measure = Callable[[GroupTotal], float]
Naming = Callable[[GroupTotal], str]


class Stack(NamedTuple):
    """A chart of months, in each of which several series are stacked.

    Attributes:
        months: The first day of each, oldest first, without gaps.
        series: Name and a value for each month, the largest first; ``OTHER`` is the rest's name.
    """

    months: list[int]
    series: list[tuple[str, list[float]]]


class Pace(NamedTuple):
    """How a store grows.

    Attributes:
        bytes_a_day: In the last 30 days.
        full_in_days: When it holds what it may at this pace; ``None``: not at this pace.
    """

    bytes_a_day: float
    full_in_days: int | None


class Statistics:
    """What is known of a store, summed up from its months.

    Args:
        months: In any order, each once.
    """

    def __init__(self, months: Iterable[MonthStatistics]) -> None:
        self._by_month = {month.first_day: month for month in months}
        self.months = _without_gaps(sorted(self._by_month))
        groups = [group for month in self._by_month.values() for group in month.groups]
        self.images = sum(group.images for group in groups)
        self.size_bytes = sum(group.size_bytes for group in groups)
        costs = [group.cost_usd for group in groups if group.cost_usd is not None]
        self.cost_usd = sum(costs) if costs else None
        self._groups = groups

    @property
    def largest(self) -> list[ImageRecord]:
        """The largest images, largest first."""
        every = (record for month in self._by_month.values() for record in month.largest)
        return nlargest(LARGEST, every, key=lambda record: (record.size_bytes, -record.key))

    def growth(self, measure: Measure) -> list[float]:
        """Return what there was at the end of each of ``months``."""
        return list(accumulate(sum(map(measure, self._of(month))) for month in self.months))

    def stack(self, naming: Naming, measure: Measure) -> Stack:
        """Return the months with the largest series by themselves, the others together."""
        names = [name for name, _ in self.ranked(naming, measure)[:MOST_SERIES]]
        values: dict[str, list[float]] = {name: [0.0] * len(self.months) for name in names}
        rest = [0.0] * len(self.months)
        for place, month in enumerate(self.months):
            for group in self._of(month):
                values.get(naming(group), rest)[place] += measure(group)
        series = list(values.items())
        return Stack(self.months, [*series, (OTHER, rest)] if any(rest) else series)

    def ranked(self, naming: Naming, measure: Measure) -> list[tuple[str, float]]:
        """Return each name with its sum, largest first; nothing of those that sum up to 0."""
        sums: Counter[str] = Counter()
        for group in self._groups:
            sums[naming(group)] += measure(group)  # type: ignore[assignment]  # a counter of floats
        return [(name, value) for name, value in sums.most_common() if value]

    def csv_text(self) -> str:
        """Return everything that is summed up, a line for each month, model and format."""
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(("month", *GroupTotal.__struct_fields__))
        for month in self.months:
            named = f"{date.fromordinal(month):%Y-%m}"
            for group in sorted(self._of(month), key=lambda each: each.model):
                rows.writerow((named, *(getattr(group, name) for name in group.__struct_fields__)))
        return text.getvalue()

    def _of(self, month: int) -> Sequence[GroupTotal]:
        found = self._by_month.get(month)
        return found.groups if found else ()


def pace_of(totals: Iterable[DayTotal], today: int, held: int, most: int) -> Pace:
    """Return how a store grows, and when it is full.

    Args:
        totals: Its days.
        today: ``date.toordinal()``.
        held: What counts against the limit, in bytes.
        most: The limit, in bytes.
    """
    made = sum(total.size_bytes for total in totals if today - PACE_DAYS < total.day <= today)
    a_day = made / PACE_DAYS
    if held >= most:
        return Pace(a_day, 0)
    return Pace(a_day, int((most - held) / a_day) if a_day else None)


def by_bytes(group: GroupTotal) -> float:
    """Measure a group by its bytes."""
    return group.size_bytes


def by_cost(group: GroupTotal) -> float:
    """Measure a group by its cost in US dollars; what is unknown counts as 0."""
    return group.cost_usd or 0.0


def model_of(group: GroupTotal) -> str:
    """Name a group by its model."""
    return group.model or "?"


def format_of(group: GroupTotal) -> str:
    """Name a group by its format."""
    return group.format.upper()


def _without_gaps(months: Sequence[int]) -> list[int]:
    found: list[int] = []
    if months:
        month = months[0]
        while month <= months[-1]:
            found.append(month)
            month = date.fromordinal(month + 31).replace(day=1).toordinal()
    return found
