"""Numbers, sizes and dates as people read them, in their language.

All of it is pure. Where no locale is set (the bare ``C`` one) the wording is English, and where
no translation is installed a count still has the right singular or plural.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale, QTime

_UNITS = ("kB", "MB", "GB", "TB", "PB")
_PLURAL_MARK = "(s)"
_NAMED = re.compile(r"\{(\w+)\}")
_TURNING = re.compile(  # written from right to left, or changes in which direction others are
    "[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_LINE = re.compile("[^\n\r\x1c-\x1e\x85\u2029]+")  # no direction reaches over these
_ISOLATES = re.compile("[\u2066-\u2069]")
_ISOLATE, _END = "\u2068", "\u2069"  # of what has the direction of its first letter


def translated(context: str, source: str, **values: str) -> str:
    """Translate ``source`` and put ``values`` where it has their names in braces, ``isolated``."""
    text = QCoreApplication.translate(context, source)
    # In one pass: a value, a file's name perhaps, may have braces of its own.
    return _NAMED.sub(
        lambda found: isolated(values[found[1]]) if found[1] in values else found[0], text
    )


def isolated(text: str) -> str:
    """Return a text of others so that it can stand in a line with our own.

    By its directional characters, and by Hebrew or Arabic letters, it would change the order in
    which what stands beside it is seen: a file's name could turn the words after it around. So its
    lines become isolates of the Unicode bidirectional algorithm (UAX #9), in which nothing is
    open at their end, and that nothing within them ends. Other texts stay as they are.
    """
    if not _TURNING.search(text):
        return text
    return _LINE.sub(lambda line: _isolated_line(line[0]), text)


def _isolated_line(line: str) -> str:
    depth = 0

    def kept(found: re.Match[str]) -> str:
        nonlocal depth
        if found[0] != _END:
            depth += 1
        elif not depth:
            return ""  # alone it means nothing, here it would end ours
        else:
            depth -= 1
        return found[0]

    inner = _ISOLATES.sub(kept, line)
    return _ISOLATE + inner + _END * (depth + 1)


def number_text(number: int) -> str:
    """Return a whole number with its thousands apart: "12,431"."""
    return _locale().toString(number)


def decimal_text(number: float) -> str:
    """Return a number as it is typed, without needless zeros: "10", "0.5"."""
    locale = _locale()
    locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
    return locale.toString(float(number), "g", 12)


def number_of(text: str) -> int | float | None:
    """Return the number that was typed, in the person's language or in English; else ``None``."""
    number, understood = _locale().toDouble(text.strip())
    if not understood:
        number, understood = QLocale.c().toDouble(text.strip())
    if not understood:
        return None
    return int(number) if number.is_integer() else number


def count_text(count: int, noun: str) -> str:
    """Return a number of things: "1 image", "12,431 images"; ``noun`` is the English singular."""
    source = f"{{count}} {noun}{_PLURAL_MARK}"
    text = QCoreApplication.translate("count", source, "", count)
    if text == source:  # no translation is installed
        text = source.replace(_PLURAL_MARK, "" if count == 1 else "s")
    return text.replace("{count}", number_text(count))


def size_text(size_bytes: int, decimal_below: int = 10) -> str:
    """Return a size with the largest fitting unit of 1024: "812 bytes", "1.9 MB", "402 MB".

    Fewer units than ``decimal_below`` are told to one decimal.
    """
    if size_bytes < 1024:
        return count_text(size_bytes, "byte")
    size = size_bytes / 1024
    larger_units = list(_UNITS)
    unit = larger_units.pop(0)
    while round(size) >= 1024 and larger_units:
        size /= 1024
        unit = larger_units.pop(0)
    decimals = 1 if round(size, 1) < decimal_below else 0
    return translated("sizes", f"{{size}} {unit}", size=_locale().toString(size, "f", decimals))


def dollars_text(amount: float) -> str:
    """Return an amount in US dollars, to as much of a cent as matters: "$0.04", "$0.0612"."""
    exact = f"{amount:,.4f}".rstrip("0")
    return "$" + exact + "0" * max(0, 3 - (len(exact) - exact.find(".")))


def cost_text(amount: float) -> str:
    """Return a sum of amounts in US dollars; from a dollar on, cents are enough: "$1,204.50"."""
    return dollars_text(round(amount, 2) if amount >= 1 else amount)


def pace_text(done: int, total: int, seconds: float) -> str:
    """Return how fast work goes and how long it still takes: "45 a second, 12 s left".

    Args:
        done: How many of its parts are done.
        total: How many there are; 0 while nobody knows.
        seconds: How long it has been under way; before the first second nothing is said.
    """
    if seconds < 1 or not 0 < done < total:
        return ""
    rate = done / seconds
    decimals = 0 if rate >= 10 else 1
    left = duration_text((total - done) / rate)
    return translated(
        "work",
        "{rate} a second, {left} left",
        rate=_locale().toString(rate, "f", decimals),
        left=left,
    )


def duration_text(seconds: float) -> str:
    """Return a length of time to its two largest units: "12 s", "3 min 20 s", "2 h 5 min"."""
    whole = max(round(seconds), 1)
    if whole < 60:
        return translated("work", "{s} s", s=str(whole))
    if whole < 3600:
        return translated("work", "{min} min {s} s", min=str(whole // 60), s=str(whole % 60))
    hours, minutes = number_text(whole // 3600), str(whole % 3600 // 60)
    return translated("work", "{h} h {min} min", h=hours, min=minutes)


def day_text(day: int) -> str:
    """Return a day (``date.toordinal()``) in full: "Friday 20 November 2026"."""
    return _locale().toString(_qdate(date.fromordinal(day)), _form("dddd d MMMM yyyy"))


def date_text(day: int) -> str:
    """Return a day (``date.toordinal()``) without its weekday: "20 November 2026"."""
    return _locale().toString(_qdate(date.fromordinal(day)), _form("d MMMM yyyy"))


def month_text(day: int) -> str:
    """Return the month of a day (``date.toordinal()``): "November 2026"."""
    return _locale().toString(_qdate(date.fromordinal(day)), _form("MMMM yyyy"))


def when_text(moment: datetime, now: datetime) -> str:
    """Return a time to the minute, with its day where that is not today: "17:48"."""
    form = _form("HH:mm" if moment.date() == now.date() else "d MMMM HH:mm")
    time = QTime(moment.hour, moment.minute)
    return _locale().toString(QDateTime(_qdate(moment), time), form)


def minute_text(moment: datetime) -> str:
    """Return a naive local time to the minute: "20 November 2026 17:48"."""
    time = QTime(moment.hour, moment.minute)
    return _locale().toString(QDateTime(_qdate(moment), time), _form("d MMMM yyyy HH:mm"))


def moment_text(moment: datetime) -> str:
    """Return a naive local time to the second: "20 November 2026 17:48:09"."""
    time = QTime(moment.hour, moment.minute, moment.second)
    return _locale().toString(QDateTime(_qdate(moment), time), _form("d MMMM yyyy HH:mm:ss"))


def _form(source: str) -> str:
    return translated("dates", source)  # the order of day and month is the language's, too


def _qdate(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)


def _locale() -> QLocale:
    locale = QLocale()
    if locale.language() == QLocale.Language.C:  # it would write 12431, without a comma
        return QLocale(QLocale.Language.English, QLocale.Country.UnitedStates)
    return locale
