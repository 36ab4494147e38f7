"""Pure: what a search finds, counted by model, provider, file format, shape and pin.

That is faceting as catalogues of libraries and shops have it: the counts of a facet leave its own
terms out of the search, so that it says what each of its values would find in their place; all
other terms count. So images are counted once, by combinations of values, without the terms of any
facet; what each facet says follows by arithmetic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import msgspec

from core.errors import QueryError
from core.query import parse
from core.query_format import format_term
from core.query_terms import SHAPES, Condition, Mark, OneOf, Query, Term, TextField, Value, lower


class Facet(StrEnum):
    """By what images are counted."""

    MODEL = "model"
    PROVIDER = "provider"
    FORMAT = "format"
    SHAPE = "shape"
    PINNED = "pinned"


class Combination(NamedTuple):
    """What an image has in each facet, in the order of ``Facet``; "" where that is unknown."""

    model: str
    provider: str
    format: str
    shape: str
    pinned: str


class FacetValue(msgspec.Struct, frozen=True):
    """A value of a facet.

    Attributes:
        name: As images have it: "imagen-4", "landscape", "pinned". Of spellings that differ only
            in the case of letters, the commonest.
        term: What looks for it.
        images: How many the search would find with this term, and no other of the facet.
        held: The search holds it: this is a value that the terms of the facet let pass.
    """

    name: str
    term: Term
    images: int
    held: bool


Values = Mapping[str, FacetValue]  # by their names in lower case, the commonest first
Facets = dict[Facet, Values]

PINNED, UNPINNED = "pinned", "not pinned"
_FACETS_OF = {TextField.MODEL: Facet.MODEL, TextField.PROVIDER: Facet.PROVIDER,
              TextField.FORMAT: Facet.FORMAT}  # fmt: skip


def facet_of(condition: Condition) -> Facet | None:
    """Return the facet that a condition is about; ``None`` if it is about none."""
    if isinstance(condition, OneOf):
        return facet_of(condition.each[0])
    if isinstance(condition, Value):
        return _FACETS_OF.get(condition.field)
    if condition in SHAPES:
        return Facet.SHAPE
    return Facet.PINNED if condition == Mark.PINNED else None


def without_facets(query: Query) -> Query:
    """Return a search without the terms of facets."""
    return Query(tuple(term for term in query.terms if facet_of(term.condition) is None))


def facets_of(
    query: Query, everything: Mapping[Combination, int], found: Mapping[Combination, int]
) -> Facets:
    """Return what each facet says under a search: its values, the commonest first.

    Values without images are left out, unless the search holds them.

    Args:
        query: The search.
        everything: How many images there are of each combination.
        found: How many of them the search finds without the terms of facets.
    """
    names = _spellings(everything, found)
    for facet, value in _looked_for(query):
        wanted = lower(value)
        if not any(name.startswith(wanted) for name in names[facet]):
            names[facet][wanted] = value  # no image has it: it can be taken out again all the same
    passing = {facet: _passing(query, facet, names[facet]) for facet in Facet}
    counts: dict[Facet, Counter[str]] = {facet: Counter() for facet in Facet}
    columns = list(zip(passing.values(), counts.values(), strict=True))
    for combination, images in found.items():
        values = [lower(value) for value in combination]
        counted = zip(columns, values, strict=True)
        barred = [(count, value) for (passes, count), value in counted if value not in passes]
        if not barred:
            for (_, count), value in zip(columns, values, strict=True):
                count[value] += images
        elif len(barred) == 1:
            count, value = barred[0]
            count[value] += images
    return {
        facet: _values(facet, names[facet], counts[facet], _held(query, facet, names[facet]))
        for facet in Facet
    }


def marked(facets: Facets, query: Query) -> Facets:
    """Return what was said under one search with the marks of another, as long as nobody counts.

    Of thousands of values that takes tens of milliseconds.
    """
    return {facet: _marked(query, facet, values) for facet, values in facets.items()}


def held_values(values: Values, facet: Facet, query: Query) -> list[FacetValue]:
    """Return which of a facet's values a search holds, whatever search they are marked for.

    Of ten thousand values that takes a millisecond or two, or none where the search holds none.
    """
    holding = _held(query, facet, values)
    held = [value for name, value in values.items() if name in holding] if holding else []
    return [_mark(value, True) for value in held]


def _marked(query: Query, facet: Facet, values: Values) -> Values:
    holding = _held(query, facet, values)
    return {name: _mark(value, name in holding) for name, value in values.items()}


def _mark(value: FacetValue, held: bool) -> FacetValue:
    return value if value.held == held else msgspec.structs.replace(value, held=held)


def with_values(text: str, facet: Facet, values: Sequence[FacetValue], now: datetime) -> str:
    """Return a search in which a facet has these values, any of which is enough, and no others.

    They stand where terms of the facet stood, or in front: what is last in a search may still be
    being typed, and has to stay last. All else stays as it was typed.

    Args:
        text: The search as typed; also one that is not understood.
        facet: Which facet.
        values: None of them, or all that there are of pins, leaves the facet open.
        now: What relative dates are relative to.
    """
    try:
        query = parse(text, now)
    except QueryError as error:
        query = parse(text[: error.start], now)
    places = [
        place
        for term, place in zip(query.terms, query.places, strict=True)
        if facet_of(term.condition) == facet
    ]
    new = _written(facet, [value.term for value in values])
    for start, end in reversed(places[1:] if new else places):
        text = text[:start] + text[end:].lstrip()
    if not new:
        return text
    if places:
        start, end = places[0]
        return text[:start] + new + text[end:]
    return f"{new} {text}".rstrip() if not text.strip() else f"{new} {text}"


def _written(facet: Facet, terms: Sequence[Term]) -> str:
    if len(terms) < 2:
        return "".join(map(format_term, terms))
    if facet is Facet.PINNED:
        return ""
    several = [term.condition for term in terms]
    each = tuple(one for one in several if isinstance(one, Value | Mark))
    return format_term(Term(OneOf(each)))


def _terms_of(query: Query, facet: Facet) -> list[Term]:
    return [term for term in query.terms if facet_of(term.condition) == facet]


def _looked_for(query: Query) -> Iterator[tuple[Facet, str]]:
    """Yield the values that a search asks for, each with its facet."""
    for term in query.terms:
        facet, condition = facet_of(term.condition), term.condition
        if facet is None or facet is Facet.PINNED or term.excluded:
            continue
        for one in condition.each if isinstance(condition, OneOf) else (condition,):
            if isinstance(one, Value):
                yield facet, one.value
            elif isinstance(one, Mark):
                yield facet, str(one)


def _spellings(*counted: Mapping[Combination, int]) -> dict[Facet, dict[str, str]]:
    """Return the values that there are by facet, in lower case, with the commonest spelling."""
    spelled: dict[Facet, Counter[str]] = {facet: Counter() for facet in Facet}
    for place, counts in enumerate(spelled.values()):
        for each in counted:
            for combination, images in each.items():
                counts[combination[place]] += images
    spelled[Facet.PINNED].update({PINNED: 0, UNPINNED: 0})  # these can be held where none is so
    return {
        facet: {lower(value): value for value, _ in reversed(counts.most_common())}
        for facet, counts in spelled.items()
    }


def _passing(query: Query, facet: Facet, known: Collection[str]) -> set[str]:
    """Return which values, in lower case, the terms of a facet let pass."""
    passing = set(known)
    for term in _terms_of(query, facet):
        meant = _meant(term.condition, known)
        passing = passing - meant if term.excluded else passing & meant
    return passing


def _held(query: Query, facet: Facet, known: Collection[str]) -> set[str]:
    """Return which values a search holds: none where it only leaves some out."""
    holds_any = any(facet is Facet.PINNED or not term.excluded for term in _terms_of(query, facet))
    return _passing(query, facet, known) if holds_any else set()


def _meant(condition: Condition, known: Collection[str]) -> set[str]:
    """Return which of these values a condition means, by the rules of ``core.search_plan``."""
    meant, beginnings = set(), []
    for one in condition.each if isinstance(condition, OneOf) else (condition,):
        if not isinstance(one, Value):
            meant.add(PINNED if one == Mark.PINNED else str(one))
        elif (wanted := lower(one.value)) in known and not one.prefix:
            meant.add(wanted)
        else:
            beginnings.append(wanted)
    if beginnings:  # all at once: there may be thousands of values
        several = tuple(beginnings)
        meant |= {value for value in known if value.startswith(several)}
    return meant


def _values(
    facet: Facet, names: Mapping[str, str], counts: Mapping[str, int], held: Collection[str]
) -> Values:
    values = [
        (value, FacetValue(name, _term(facet, name), counts[value], value in held))
        for value, name in names.items()
        if value and (counts[value] or value in held)
    ]
    return dict(sorted(values, key=lambda each: (-each[1].images, each[1].name.casefold())))


def _term(facet: Facet, name: str) -> Term:
    if facet is Facet.PINNED:
        return Term(Mark.PINNED, excluded=name == UNPINNED)
    return Term(Mark(name) if facet is Facet.SHAPE else Value(TextField(facet.value), name))
