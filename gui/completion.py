"""Pure: what the term that is just being typed into a search may go on to be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from core.query_dates import DATE_WORDS
from core.query_format import format_term
from core.query_terms import SHAPES, Mark, NumberField, Term, TextField, Value

FEWEST_LETTERS = 3  # of a field's name: with fewer, too many words would look like one
MOST_OFFERED = 200

_FIELDS = (*TextField, *NumberField, "date", "before", "after", "shape", "is", "has")
_MARKS = [mark.value.partition(":") for mark in Mark if mark not in SHAPES]
_WORDS: dict[str, tuple[str, ...]] = {
    "date": DATE_WORDS,
    "before": DATE_WORDS,
    "after": DATE_WORDS,
    "shape": tuple(SHAPES),
    "is": tuple(word for field, _, word in _MARKS if field == "is"),
    "has": tuple(word for field, _, word in _MARKS if field == "has"),
}
_LAST = re.compile(
    r"""(?<!\S)-?(?P<term>
    (?:(?P<field>[A-Za-z]+):(?:"(?P<quoted>[^"]*)|(?P<plain>[^\s"]*))|(?P<word>[A-Za-z]+)))\Z""",
    re.VERBOSE,
)


class Offer(NamedTuple):
    """One way to go on.

    Attributes:
        shown: What it is called: "model:" or "imagen-4".
        text: What then stands in place of the term.
    """

    shown: str
    text: str


class Completions(NamedTuple):
    """What may stand instead of what is typed, from a place on up to the cursor."""

    start: int
    offers: list[Offer]


def completions(before: str, known: Mapping[TextField, Sequence[str]] | None = None) -> Completions:
    """Return how the last term can go on: the names of fields, then the values of one.

    Args:
        before: The search up to the cursor.
        known: The values that images have.
    """
    match = _LAST.search(before)
    if match is None:
        return Completions(len(before), [])
    start, name = match.start("term"), match["field"]
    if name is None:
        word = match["word"].lower()
        named = [field for field in _FIELDS if field.startswith(word)]
        enough = len(word) >= FEWEST_LETTERS and not _in_phrase(before[:start])
        return Completions(start, [Offer(f"{field}:", f"{field}:") for field in named * enough])
    typed = (match["quoted"] or match["plain"] or "").casefold()
    offers = [
        offer
        for offer in _values(name.lower(), known or {})
        if offer.shown.casefold().startswith(typed) and offer.text.casefold() != match["term"]
    ]
    return Completions(start, offers[:MOST_OFFERED])


def _values(name: str, known: Mapping[TextField, Sequence[str]]) -> list[Offer]:
    if name in [*TextField]:
        field = TextField(name)
        return [Offer(each, format_term(Term(Value(field, each)))) for each in known.get(field, ())]
    return [Offer(word, f"{name}:{word}") for word in _WORDS.get(name, ())]


def _in_phrase(text: str) -> bool:
    """Tell whether a phrase is open, in which words are just words."""
    return text.count('"') % 2 == 1
