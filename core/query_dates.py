"""Dates as people write them in a search, relative to a day that is given."""

from __future__ import annotations

import re
from datetime import date, timedelta

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")
_LAST_DAYS = re.compile(r"last-([0-9]{1,5})-days?")
_DAY = timedelta(days=1)

#: The words that stand for days, for those who offer them.
DATE_WORDS = (
    "today", "yesterday", "this-week", "last-week", "this-month", "last-month", "this-year",
    "last-year", "last-7-days", "last-30-days",
)  # fmt: skip


def days_of(text: str, today: date) -> tuple[date, date] | None:
    """Return the first and the last day of what is written; ``None`` if it is no date.

    Weeks begin on Mondays (ISO 8601). ``last-7-days`` are today and the six days before.

    Args:
        text: "2026", "2026-11", "2026-11-20", or one of ``DATE_WORDS`` with any number in it.
        today: What "today" is.
    """
    text = text.lower()
    try:
        if match := _DATE.fullmatch(text):
            return _written(*match.groups())
        if match := _LAST_DAYS.fullmatch(text):
            return today - (max(int(match[1]), 1) - 1) * _DAY, today
        return _named(text, today)
    except (ValueError, OverflowError):  # there is no such day
        return None


def _written(year: str, month: str | None, day: str | None) -> tuple[date, date]:
    if day is not None and month is not None:
        only = date(int(year), int(month), int(day))
        return only, only
    return _month(int(year), int(month)) if month is not None else _year(int(year))


def _named(text: str, today: date) -> tuple[date, date] | None:
    if text == "today":
        return today, today
    if text == "yesterday":
        return today - _DAY, today - _DAY
    which, _, unit = text.partition("-")
    if which not in ("this", "last"):
        return None
    back = which == "last"
    if unit == "week":
        monday = today - today.weekday() * _DAY - (7 * _DAY if back else 0 * _DAY)
        return monday, monday + 6 * _DAY
    if unit == "month":
        months = today.year * 12 + today.month - 1 - back
        return _month(months // 12, months % 12 + 1)
    return _year(today.year - back) if unit == "year" else None


def _month(year: int, month: int) -> tuple[date, date]:
    first = date(year, month, 1)
    if (year, month) == (date.max.year, 12):
        return first, date.max
    return first, date(year + month // 12, month % 12 + 1, 1) - _DAY


def _year(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)
