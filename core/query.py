"""Pure: what a person types as a search, read into its terms.

The grammar (EBNF, ISO/IEC 14977), in which ``word`` and ``value`` are without spaces::

    query    = [ term, { spaces, term } ] ;
    term     = [ "-" ], ( phrase | shape | field | word, [ "*" ] ) ;
    phrase   = quoted, [ "*" ] ;
    quoted   = '"', { character - '"' | '""' }, '"' ;
    shape    = "landscape" | "portrait" | "square" ;
    field    = ( "model:" | "provider:" | "format:" | "tag:" ), one of, { ",", one of }
             | ( "size:" | "width:" | "height:" | "cost:" | "rating:" ), compared number
             | "date:", compared date | ( "before:" | "after:" ), date
             | "shape:", shape, { ",", shape }
             | "is:", ( "pinned" | "broken" ) | "has:", ( "prompt" | "sidecar" | "c2pa" ) ;
    one of   = ( value | quoted ), [ "*" ] ;     (* quoted where the value has a comma *)
    compared = [ "<" | "<=" | ">" | ">=" | "=" ], one | [ one ], "..", [ one ] ;
    number   = decimal, [ unit ] ;           (* kB, MB, GB, TB of 1024; px; $ stands before *)
    date     = year, [ "-", month, [ "-", day ] ] | "today" | "yesterday"
             | ( "this" | "last" ), "-", ( "week" | "month" | "year" ) | "last-", count, "-days" ;

All terms must hold, and none of those that begin with "-"; of values with commas between them one
is enough. A word is one of the prompt's words as
a whole; one that ends with "*" is the beginning of some, and so is the very last of the text,
since it may still be being typed. Words in quotes stand in the prompt one after the other; a quote
that is not closed goes to the end. The case of letters does not matter. An image is broken that is
empty, cut off or of a header that cannot be read, or whose sidecar cannot be read.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import NamedTuple

from core.errors import QueryError
from core.query_dates import days_of
from core.query_terms import (
    SHAPES,
    Condition,
    Days,
    Mark,
    Number,
    NumberField,
    OneOf,
    Query,
    Term,
    TextField,
    Value,
    Words,
)

LONGEST = 10_000  # characters; and so many terms:
MOST_TERMS = 300

_TEXTS = {field.value: field for field in TextField}
_NUMBERS = {field.value: field for field in NumberField}
_MARKS = {mark.value: mark for mark in Mark}
_FIELDS = (*TextField, *NumberField, "date", "before", "after", "shape", "is", "has")
_UNITS = {"": 0, "b": 0} | {
    unit: power
    for power, letter in enumerate("kmgt", 1)
    for unit in (letter, f"{letter}b", f"{letter}ib")
}
_ALIASES = {"jpg": "jpeg", "tif": "tiff"}  # of file formats
_VALUE = r'(?:"(?:[^"]|"")*(?:"\*?|\Z)|[^\s,]*)'
_QUOTED = r'"(?P<quoted>(?:[^"]|"")*)(?P<closed>"\*?|\Z)'
_TERM = re.compile(
    rf"""(?P<minus>-?)
    (?:(?P<listed>(?i:{"|".join(TextField)}|shape)):(?P<values>{_VALUE}(?:,{_VALUE})*)
    | (?:(?P<field>[A-Za-z]+):)?(?:{_QUOTED}|(?P<plain>\S*)))""",
    re.VERBOSE,
)
_LISTED = re.compile(rf"(?:^|,)(?:{_QUOTED}|(?P<plain>[^\s,]*))")
_NUMBER = re.compile(r"\$?([0-9]+\.?[0-9]*|\.[0-9]+)([a-z]*)", re.IGNORECASE)
_UNUSABLE = re.compile(r"[\0\ud800-\udfff]")  # no text of SQLite holds these
_DAY = timedelta(days=1)


class _Found(NamedTuple):
    """A term in the text, or one of the values of a field in it."""

    start: int
    end: int
    content: str
    prefix: bool
    quoted: bool


def parse(text: str, now: datetime) -> Query:
    """Read what a person typed.

    Args:
        text: As typed.
        now: What relative dates are relative to.

    Raises:
        QueryError: A part is not understood; it says which, and what could be there.
    """
    if len(text) > LONGEST:
        raise QueryError(f"A search has at most {LONGEST:,} characters.", 0, len(text))
    text = _UNUSABLE.sub(" ", text)
    terms: list[Term] = []
    places: list[tuple[int, int]] = []
    at = _after_spaces(text, 0)
    while at < len(text):
        if (match := _TERM.match(text, at)) is None:  # every character may begin one
            break
        if len(terms) == MOST_TERMS:
            raise QueryError(f"A search has at most {MOST_TERMS} terms.", at, len(text))
        terms.append(_term(text, match, now.date()))
        places.append(match.span())
        at = _after_spaces(text, match.end())
    return Query(tuple(terms), tuple(places))


# Reading


def _after_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _term(text: str, match: re.Match[str], today: date) -> Term:
    start, end = match.span()
    excluded, last = bool(match["minus"]), end == len(text)
    if match["listed"] is not None:
        each = [_found(one, start, end) for one in _LISTED.finditer(match["values"])]
        return Term(_listed(match["listed"].lower(), match["values"], each, last), excluded)
    found = _found(match, start, end)
    content = found.content
    if match["field"] is not None:
        return Term(_field(match["field"].lower(), found, today, last), excluded)
    if not found.quoted and content.lower() in SHAPES and not found.prefix:
        return Term(Mark(content.lower()), excluded)
    if not any(unicodedata.category(each)[0] in "LN" for each in content):
        what = text[start:end]
        message = f"There is nothing to look for in “{what}”: words have letters or digits."
        raise QueryError(message, start, end, unfinished=what in ("-", '"', '-"'))
    may_go_on = last and not found.quoted and not excluded
    return Term(Words(content, found.prefix or may_go_on), excluded)


def _found(match: re.Match[str], start: int, end: int) -> _Found:
    if match["quoted"] is None:
        content = match["plain"]
        return _Found(start, end, content.removesuffix("*"), content.endswith("*"), False)
    content = match["quoted"].replace('""', '"')
    unclosed = not match["closed"] and not content[-1:].isspace()
    return _Found(start, end, content, match["closed"].endswith("*") or unclosed, True)


def _listed(name: str, text: str, each: list[_Found], last: bool) -> Condition:
    """Read the values of a field of which one is enough; what is empty is still to be typed."""
    start, end, *_ = each[0]
    conditions: list[Value | Mark] = []
    for found in each:
        shape = found.content.lower()
        if found.content and name in _TEXTS:
            conditions.append(_value(_TEXTS[name], found))
        elif shape in SHAPES:
            conditions.append(Mark(shape))
        elif found.content:
            raise _not_understood(name, text, start, end, last)
    if not conditions:
        message = f"After “{name}:” comes {_WANTED[name]}."
        raise QueryError(message, start, end, unfinished=last)
    return conditions[0] if len(conditions) == 1 else OneOf(tuple(conditions))


def _value(field: TextField, found: _Found) -> Value:
    same = _ALIASES.get(found.content.lower()) if field == TextField.FORMAT else None
    return Value(field, same or found.content, found.prefix)


def _field(name: str, found: _Found, today: date, last: bool) -> Condition:
    if name not in _FIELDS:
        fields = ", ".join(f"{field}:" for field in _FIELDS)
        message = f"“{name}:” is no field. Fields are {fields}. To look for the words, quote them."
        raise QueryError(message, found.start, found.end, unfinished=False)
    content = found.content
    if not content:
        message = f"After “{name}:” comes {_WANTED[name]}."
        raise QueryError(message, found.start, found.end, unfinished=last)
    condition: Condition | None
    if name in _NUMBERS:
        condition = _number(_NUMBERS[name], content)
    elif name in ("date", "before", "after"):
        sign = {"date": "", "before": "<", "after": ">"}[name]
        condition = _days(sign, content, today)
    else:
        condition = _mark(name, found)
    if condition is None:
        raise _not_understood(name, content, found.start, found.end, last)
    return condition


def _not_understood(name: str, text: str, start: int, end: int, last: bool) -> QueryError:
    message = f"“{name}:{text}” is not understood: after “{name}:” comes {_WANTED[name]}."
    return QueryError(message, start, end, unfinished=last)


_WANTED = {
    "model": "a model, such as model:imagen-4",
    "provider": "whose model it is, such as provider:openai",
    "format": "a file format, such as format:png",
    "tag": "a tag, such as tag:favourite",
    "size": "a size, such as size:>2mb or size:1mb..2mb",
    "width": "a width in pixels, such as width:>=1536",
    "height": "a height in pixels, such as height:>=1536",
    "cost": "an amount in US dollars, such as cost:>0.05",
    "rating": "a rating from 0 to 5, such as rating:>=4",
    "date": "a date, such as date:2026-11, date:last-week or date:2026-11-01..2026-11-09",
    "before": "a date, such as before:2026-11",
    "after": "a date, such as after:2026-11-20",
    "shape": "landscape, portrait or square",
    "is": "pinned or broken",
    "has": "prompt, sidecar or c2pa",
}


def _mark(name: str, found: _Found) -> Mark | None:
    content = found.content.lower()
    return _MARKS.get(f"{name}:{content}")


def _number(field: NumberField, text: str) -> Number | None:
    sign, one, low, high = _compared(text)
    if sign == "..":
        lowest = _amount(field, low) if low else None
        highest = _amount(field, high) if high else None
        unread = (low and lowest is None) or (high and highest is None)
        if unread or lowest is highest is None or not _ascends(lowest, highest):
            return None
        return Number(field, lowest, highest)
    if (amount := _amount(field, one)) is None:
        return None
    if sign in (">", ">="):
        return Number(field, lowest=amount, lowest_out=sign == ">")
    if sign in ("<", "<="):
        return Number(field, highest=amount, highest_out=sign == "<")
    return Number(field, amount, amount)


def _amount(field: NumberField, text: str) -> float | None:
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    amount, unit = float(match[1]), match[2].lower()
    if text.startswith("$") and field != NumberField.COST:
        return None
    if field == NumberField.SIZE:
        return None if unit not in _UNITS else _finite(amount * 1024 ** _UNITS[unit])
    pixels = field in (NumberField.WIDTH, NumberField.HEIGHT)
    return _finite(amount) if unit == "" or (pixels and unit == "px") else None


def _finite(amount: float) -> float | None:
    return None if amount == float("inf") else amount


def _days(sign: str, text: str, today: date) -> Days | None:
    written, one, low, high = _compared(text)
    sign = sign or written
    if (written and sign != written) or (sign != ".." and not one):
        return None
    if sign == "..":
        start = days_of(low, today) if low else None
        end = days_of(high, today) if high else None
        unread = (low and start is None) or (high and end is None)
        if unread or start is end is None:
            return None
        days = Days(start and start[0], end and end[1])
        return days if _ascends(days.first, days.last) else None
    if (found := days_of(one, today)) is None:
        return None
    first, last = found
    if (sign == "<" and first == date.min) or (sign == ">" and last == date.max):
        return None  # there are no days beyond these
    return {
        "<": lambda: Days(last=first - _DAY),
        "<=": lambda: Days(last=last),
        ">": lambda: Days(first=last + _DAY),
        ">=": lambda: Days(first=first),
    }.get(sign, lambda: Days(first, last))()


def _compared(text: str) -> tuple[str, str, str, str]:
    """Take apart what is compared: the sign and one end, or ".." and both ends."""
    sign = next((each for each in ("<=", ">=", "<", ">", "=") if text.startswith(each)), "")
    rest = text.removeprefix(sign)
    low, dots, high = rest.partition("..")
    return ("..", "", low, high) if dots and not sign else (sign, rest, "", "")


def _ascends(low: float | date | None, high: float | date | None) -> bool:
    return low is None or high is None or low <= high  # type: ignore[operator]
