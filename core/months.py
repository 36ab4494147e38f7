"""Months as their first days (``date.toordinal()``), to the ends of the calendar. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def month_of(day: int) -> int:
    """Return the first day of a day's month."""
    return day + 1 - date.fromordinal(day).day


def month_after(day: int) -> int:
    """Return the first day after a day's month; after December 9999 it is no ``date``."""
    when = date.fromordinal(day)
    return month_of(day) + monthrange(when.year, when.month)[1]
