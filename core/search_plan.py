"""The terms of a search, made a question to the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.query_terms import (
    Condition,
    Days,
    Mark,
    Number,
    NumberField,
    OneOf,
    Query,
    TextField,
    Value,
    Words,
    lower,
)
from core.search_tables import ANY_FACT, INDEXED_LETTERS
from core.search_tables import Query as Ask

MOST_ENDINGS = 64  # words that a beginning stands for; beyond them FTS5 puts them together itself

# The word at the very end, where it is sure to be one: ASCII, after an ASCII separator.
_LAST_WORD = re.compile(r"(.*(?:^|[\x00-/:-@\[-`{-\x7f]))([0-9A-Za-z]+)", re.DOTALL)
_LETTERS = {
    TextField.MODEL: "m",
    TextField.PROVIDER: "p",
    TextField.FORMAT: "f",
    TextField.TAG: "t",
}
_COLUMNS = {
    NumberField.SIZE: "image.size_bytes",
    NumberField.WIDTH: "nullif(image.width, 0)",
    NumberField.HEIGHT: "nullif(image.height, 0)",
    NumberField.COST: "image.cost_usd",
    NumberField.RATING: "image.rating",
}


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """What is to be asked of the catalogue.

    Attributes:
        match: An expression of FTS5 that all images found match.
        where: Further conditions in SQL, and the values they compare with.
        values: See ``where``.
        first_day: The first day (``date.toordinal()``) that can have any.
        last_day: The last such day.
    """

    match: str
    where: str
    values: tuple[Any, ...]
    first_day: int
    last_day: int


def plan_search(ask: Ask, query: Query) -> SearchPlan:
    """Make the plan of a query, for the images that are in the catalogue now."""
    must: list[str] = []
    must_not: list[str] = []
    where: list[str] = []
    values: list[Any] = []
    first, last = date.min, date.max
    for term in query.terms:
        condition = term.condition
        if isinstance(condition, Days) and not term.excluded:
            first, last = max(first, condition.first or first), min(last, condition.last or last)
        elif isinstance(condition, Number | Days):
            sql, compared = _compared(condition)
            where.append(f"NOT ifnull({sql}, 0)" if term.excluded else sql)
            values += compared
        else:
            (must_not if term.excluded else must).append(_matched(ask, condition))
    match = " AND ".join(must or [matching_fact(ANY_FACT)])
    if must_not:
        match = f"({match}) NOT ({' OR '.join(must_not)})"
    return SearchPlan(
        match, "".join(f" AND {each}" for each in where), tuple(values),
        first.toordinal(), last.toordinal(),
    )  # fmt: skip


def fact_of(field: TextField, value: str) -> str:
    """Return the word by which the index knows a field's value."""
    return _LETTERS[field] + lower(value).encode().hex()


def matching_fact(word: str, star: str = "") -> str:
    """Write that images have a fact as an expression of FTS5; with "*", one that begins so."""
    return f'facts : "{word}"{star}'


def _compared(condition: Number | Days) -> tuple[str, list[Any]]:
    if isinstance(condition, Days):
        ends = [condition.first or date.min, condition.last or date.max]
        return "image.day BETWEEN ? AND ?", [end.toordinal() for end in ends]
    column = _COLUMNS[condition.field]
    signs = ">" if condition.lowest_out else ">=", "<" if condition.highest_out else "<="
    ends_given = zip(signs, (condition.lowest, condition.highest), strict=True)
    compared = [(sign, end) for sign, end in ends_given if end is not None]
    sql = " AND ".join(f"{column} {sign} ?" for sign, _ in compared)
    return f"({sql})", [end for _, end in compared]


def _matched(ask: Ask, condition: Condition) -> str:
    """Write a condition as an expression of FTS5."""
    if isinstance(condition, Mark):
        return matching_fact("x" + condition.value.rpartition(":")[2])
    if isinstance(condition, Value):
        return _value(ask, condition)
    if isinstance(condition, OneOf):
        return _any(_matched(ask, each) for each in condition.each)
    if isinstance(condition, Words):
        return _words(ask, condition)
    raise TypeError(condition)


def _value(ask: Ask, wanted: Value) -> str:
    fact = fact_of(wanted.field, wanted.value)
    if not wanted.prefix and ask(
        "SELECT 1 FROM search WHERE search MATCH ? LIMIT 1", (matching_fact(fact),)
    ):
        return matching_fact(fact)
    facts = _beginning_with(ask, fact)
    return _any(map(matching_fact, facts)) if facts else matching_fact(fact, "*")


def _words(ask: Ask, wanted: Words) -> str:
    if not wanted.prefix:
        return _prompt(wanted.text)
    match = _LAST_WORD.fullmatch(wanted.text)
    if match is None or len(match[2]) <= INDEXED_LETTERS:
        return _prompt(wanted.text, "*")
    words = _beginning_with(ask, match[2].lower())
    return _any(_prompt(match[1] + word) for word in words) if words else _prompt(wanted.text, "*")


def _beginning_with(ask: Ask, letters: str) -> list[str]:
    """Return the words of the index that begin so; none if there are too many of them."""
    sql = "SELECT term FROM search_term WHERE term >= ? AND term < ? LIMIT ?"
    found = ask(sql, (letters, letters + "\U0010ffff", MOST_ENDINGS + 1))
    return [word for (word,) in found] if len(found) <= MOST_ENDINGS else []


def _any(expressions: Iterable[str]) -> str:
    return f"({' OR '.join(expressions)})"


def _prompt(text: str, star: str = "") -> str:
    return "prompt : " + '"' + text.replace('"', '""') + '"' + star
