"""A store's statistics, as charts and words show them. Pure."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from heapq import nlargest
from itertools import accumulate
from typing import Final, NamedTuple

from core.records import DayTotal, ImageRecord
from core.statistics_records import LARGEST, GroupTotal, MonthStatistics
from gui.models.spans import Unit, spans, start_of, unit_for

MOST_SPANS: Final = 360  # in a chart over time; longer ones than months where they are more
MOST_SERIES: Final = 5  # what is less than these is "other"
PACE_DAYS: Final = 30
OTHER: Final = ""

Measure = Callable[[GroupTotal], float]
Naming = Callable[[GroupTotal], str]


class Stack(NamedTuple):
    """A chart over time, in each span of which several series are stacked.

    Attributes:
        unit: What a span is: a month, or years.
        spans: The first and the last day of each, oldest first, without gaps.
        series: Name and a value for each span, the largest first; ``OTHER`` is the rest's name.
    """

    unit: Unit
    spans: list[tuple[int, int]]
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
        self.months = sorted(self._by_month)
        groups = [group for month in self._by_month.values() for group in month.groups]
        self.images = sum(group.images for group in groups)
        self.size_bytes = sum(group.size_bytes for group in groups)
        costs = [group.cost_usd for group in groups if group.cost_usd is not None]
        self.cost_usd = sum(costs) if costs else None
        self._groups = groups
        self._lay_out_time()

    @property
    def largest(self) -> list[ImageRecord]:
        """The largest images, largest first."""
        every = (record for month in self._by_month.values() for record in month.largest)
        return nlargest(LARGEST, every, key=lambda record: (record.size_bytes, -record.key))

    def growth(self, measure: Measure) -> Stack:
        """Return what there was in all at the end of each span."""
        made = (sum(map(measure, groups)) for groups in self._by_span)
        return Stack(self._unit, self._spans, [("", list(accumulate(made)))])

    def stack(self, naming: Naming, measure: Measure) -> Stack:
        """Return what was made when, the largest series by themselves, the others together."""
        names = [name for name, _ in self.ranked(naming, measure)[:MOST_SERIES]]
        values: dict[str, list[float]] = {name: [0.0] * len(self._spans) for name in names}
        rest = [0.0] * len(self._spans)
        for place, groups in enumerate(self._by_span):
            for group in groups:
                values.get(naming(group), rest)[place] += measure(group)
        series = list(values.items())
        whole = [*series, (OTHER, rest)] if any(rest) else series
        return Stack(self._unit, self._spans, whole)

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
            named = date.fromordinal(month).isoformat()[
                :7
            ]  # strftime does not pad years everywhere
            for group in sorted(self._by_month[month].groups, key=lambda each: each.model):
                rows.writerow((named, *(getattr(group, name) for name in group.__struct_fields__)))
        return text.getvalue()

    def _lay_out_time(self) -> None:
        oldest, newest = (self.months[0], self.months[-1]) if self.months else (1, 0)
        self._unit = unit_for(oldest, newest, MOST_SPANS, finest=Unit.MONTH)
        found = list(spans(oldest, newest, self._unit))
        self._spans = [(first, after - 1) for first, after in found]
        by_start: dict[int, list[GroupTotal]] = {first: [] for first, _ in found}
        for first, month in self._by_month.items():
            by_start[start_of(first, self._unit)] += month.groups
        self._by_span = list(by_start.values())


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
