"""Stretches of time of one length, from a day to a century, such as a bar stands for. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import Enum
from typing import Final

from core.months import month_after, month_of
from gui.text import date_text, month_text

LAST_DAY: Final = date.max.toordinal()


class Unit(Enum):
    """A length of time; the value is how many days it has at least."""

    DAY = 1
    WEEK = 7
    MONTH = 28
    YEAR = 365
    DECADE = 3652
    CENTURY = 36524

    @property
    def years(self) -> int:
        """How many years it has; 0 for less than one."""
        return _YEARS.get(self, 0)


_YEARS: Final = {Unit.YEAR: 1, Unit.DECADE: 10, Unit.CENTURY: 100}
_UNITS: Final = tuple(Unit)


def unit_for(oldest: int, newest: int, most: int, finest: Unit = Unit.DAY) -> Unit:
    """Return the finest unit of which there are no more than ``most`` from one day to another.

    Centuries are the coarsest there are: of them the calendar has 100.

    Args:
        oldest: The first day (``date.toordinal()``).
        newest: The last day.
        most: How many there may be, or hardly more.
        finest: Nothing finer than this.
    """
    days = newest - oldest + 1
    units = (unit for unit in _UNITS if unit.value >= finest.value)
    return next((unit for unit in units if days <= most * unit.value), Unit.CENTURY)


def spans(oldest: int, newest: int, unit: Unit) -> Iterator[tuple[int, int]]:
    """Yield the first day of each span from one day to another, and the day after its last."""
    first = start_of(oldest, unit)
    while first <= newest:
        after = _start_after(first, unit)
        yield first, after
        first = after


def start_of(day: int, unit: Unit) -> int:
    """Return the first day of the span that a day belongs to; weeks begin on Monday."""
    if unit is Unit.DAY:
        return day
    if unit is Unit.WEEK:
        return day - (day - 1) % 7
    if unit is Unit.MONTH:
        return month_of(day)
    year = date.fromordinal(day).year
    return date(max(year - year % unit.years, 1), 1, 1).toordinal()


def span_text(first: int, last: int, unit: Unit) -> str:
    """Say which span this is: "20 November 2026", "November 2026", "2026", "2020 – 2029"."""
    if unit is Unit.DAY:
        return date_text(first)
    if unit is Unit.WEEK:
        return f"{date_text(first)} – {date_text(last)}"
    if unit is Unit.MONTH:
        return month_text(first)
    oldest, newest = (str(date.fromordinal(day).year) for day in (first, last))
    return oldest if unit is Unit.YEAR else f"{oldest} – {newest}"


def _start_after(first: int, unit: Unit) -> int:
    """Return the first day of the next span, or else the day after the calendar's last."""
    if not unit.years:
        after = month_after(first) if unit is Unit.MONTH else first + unit.value
        return min(after, LAST_DAY + 1)
    year = date.fromordinal(first).year
    next_year = year - year % unit.years + unit.years
    return date(next_year, 1, 1).toordinal() if next_year <= date.max.year else LAST_DAY + 1
