"""Puts images by days in an order and into sections: a million in a fraction of a second.

Numpy sorts without the GIL. Import this where it is needed, outside the loop's thread: numpy takes
long to import.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from core.arrangement import Arranged, Arrangement, Grouping, PromptLabel, SortKey
from core.catalog_columns import Column
from core.columns import KnownColumn, Numbers, key_array, numbers
from core.months import month_of
from core.query_terms import lower
from core.records import DayImages

_SORTED_BY = {
    SortKey.SIZE: Column.SIZE,
    SortKey.NAME: Column.NAME,
    SortKey.MODEL: Column.MODEL,
    SortKey.COST: Column.COST,
    SortKey.RATING: Column.RATING,
}
_GROUPED_BY = {
    Grouping.MODEL: (Column.MODEL, Column.SIZE),
    Grouping.PROMPT: (Column.PROMPT, Column.SIZE),
}


class Arranger:
    """What is known of the images, and puts them in order by it; for one thread at a time."""

    def __init__(self) -> None:
        self._known: dict[Column, KnownColumn] = {}

    def forget(self, keys: Collection[int]) -> None:
        """Forget what is known of images that are others now."""
        for column in self._known.values():
            column.drop(keys)

    def missing(
        self, days: Sequence[DayImages], arrangement: Arrangement
    ) -> list[tuple[Column, array[int]]]:
        """Return what must be put before these images can be arranged, in pieces to ask for.

        What an arrangement does not need is forgotten.
        """
        columns = columns_of(arrangement)
        self._known = {each: self._known.get(each) or KnownColumn(each) for each in columns}
        keys = np.sort(newest_first(days))
        return [(each, piece) for each in self._known for piece in self._known[each].missing(keys)]

    def put(self, column: Column, keys: array[int], values: str) -> None:
        """Take in the values of some images, as ``read_column`` returns them."""
        if column in self._known:
            self._known[column].put(keys, values)

    def arranged(self, days: Sequence[DayImages], arrangement: Arrangement) -> Arranged:
        """Return images in order, in sections; nothing of them may be missing."""
        return arrange(days, self._known, arrangement)


class _Sections(NamedTuple):
    """The section of each image, the newest image first, and what there is of each section."""

    of: Numbers
    labels: Sequence[int | str]


def columns_of(arrangement: Arrangement) -> set[Column]:
    """Return what must be known of the images besides their days."""
    sort, groups = _SORTED_BY.get(arrangement.sort), _GROUPED_BY.get(arrangement.group, ())
    return {column for column in (sort, *groups) if column is not None}


def newest_first(days: Sequence[DayImages]) -> Numbers:
    """Return the keys of all days, the newest image first."""
    ordered = sorted(days, key=lambda each: -each.day)
    return np.concatenate([np.empty(0, np.int64), *(numbers(each.keys) for each in ordered)])


def arrange(
    days: Sequence[DayImages], known: Mapping[Column, KnownColumn], arrangement: Arrangement
) -> Arranged:
    """Put images in order, and into sections.

    Args:
        days: The images, in any order of the days; no day twice, and none without images.
        known: What ``columns_of`` the arrangement names, of all these images.
        arrangement: How.
    """
    days = sorted(days, key=lambda each: -each.day)
    keys = newest_first(days)
    order = _order(keys, known, arrangement)
    sections = _sections(days, keys, known, arrangement)
    order = order[np.argsort(sections.of[order], kind="stable")]
    counts = np.bincount(sections.of, minlength=len(sections.labels))
    sizes = _sizes(days, keys, known, sections)
    return Arranged(arrangement, key_array(keys[order]), key_array(counts), sizes, sections.labels)


def _order(keys: Numbers, known: Mapping[Column, KnownColumn], arrangement: Arrangement) -> Numbers:
    """Return the places of the images in order, of places from the newest on."""
    if arrangement.sort is SortKey.DATE:
        places = np.arange(len(keys))
        return places if arrangement.descending else places[::-1]
    column = known[_SORTED_BY[arrangement.sort]]
    values = column.take(keys)
    is_known = np.ones(len(keys), np.bool_)
    if arrangement.sort is SortKey.COST:
        is_known = ~np.isnan(values)
    elif arrangement.sort is SortKey.RATING:
        is_known = values > 0
    elif arrangement.sort is SortKey.MODEL:
        ranks, models = _model_ranks(column, values)
        values = ranks[values]
        is_known = values < len(models) - ("" in models)
    if is_known.all():
        return _sorted(values, arrangement.descending)
    with_value = np.flatnonzero(is_known)
    ordered = _sorted(values[with_value], arrangement.descending)
    return np.concatenate([with_value[ordered], np.flatnonzero(~is_known)])


def _sorted(values: Numbers, descending: bool) -> Numbers:
    """Return the places of values in order; equal ones keep theirs, in both directions."""
    if not descending:
        return np.argsort(values, kind="stable")
    return (len(values) - 1 - np.argsort(values[::-1], kind="stable"))[::-1]


def _sections(
    days: Sequence[DayImages],
    keys: Numbers,
    known: Mapping[Column, KnownColumn],
    arrangement: Arrangement,
) -> _Sections:
    if arrangement.group is Grouping.NOTHING:
        return _Sections(np.zeros(len(keys), np.int64), [0] if len(keys) else [])
    if arrangement.group is Grouping.MODEL:
        values = known[Column.MODEL].take(keys)
        ranks, models = _model_ranks(known[Column.MODEL], values)
        return _Sections(ranks[values], models)
    if arrangement.group is Grouping.PROMPT:
        return _by_prompt(known[Column.PROMPT].take(keys))
    upwards = arrangement.sort is SortKey.DATE and not arrangement.descending
    firsts = [_first_of(each.day, arrangement.group) for each in days]
    labels = sorted(set(firsts), reverse=not upwards)
    at = {label: rank for rank, label in enumerate(labels)}
    of_days = np.array([at[first] for first in firsts], np.int64)
    return _Sections(np.repeat(of_days, [len(each.keys) for each in days]), labels)


def _first_of(day: int, group: Grouping) -> int:
    return month_of(day) if group is Grouping.MONTH else day


def _model_ranks(column: KnownColumn, values: Numbers) -> tuple[Numbers, list[str]]:
    """Return which rank each spelling of a model has, and the models by rank; none comes last.

    Spellings that differ as little as a search ignores are one model, called as most images of
    these values have it. What none of them has is left out.
    """
    counts = np.bincount(values, minlength=len(column.texts)).tolist()
    by_count = sorted(zip(counts, column.texts, strict=True))
    spelled = {lower(text): text for count, text in by_count if count}  # the last stays
    models = sorted(spelled.values(), key=lambda text: (not text, text.casefold(), text))
    places = {lower(text): rank for rank, text in enumerate(models)}
    return np.array([places.get(lower(text), 0) for text in column.texts], np.int64), models


def _by_prompt(prompts: Numbers) -> _Sections:
    """Put together what has the same prompt; then what shares it with no other, or has none."""
    different, first, which, counts = np.unique(
        prompts, return_index=True, return_inverse=True, return_counts=True
    )
    alone = np.where(different == 0, PromptLabel.NONE, PromptLabel.ONCE)
    labels = np.where((counts > 1) & (different != 0), PromptLabel.SAME, alone)
    by_rank = np.lexsort((first, labels))
    several = int(np.count_nonzero(labels == PromptLabel.SAME))
    ranks = np.empty(len(different), np.int64)
    ranks[by_rank] = np.arange(len(different))
    ranks = np.where(labels == PromptLabel.SAME, ranks, several + labels - PromptLabel.ONCE)
    after: list[int | str] = [PromptLabel.ONCE, PromptLabel.NONE]
    return _without_empty(_Sections(ranks[which], [PromptLabel.SAME] * several + after))


def _without_empty(sections: _Sections) -> _Sections:
    counts = np.bincount(sections.of, minlength=len(sections.labels))
    filled = counts > 0
    ranks = np.cumsum(filled) - 1
    labels = [label for label, has_any in zip(sections.labels, filled, strict=True) if has_any]
    return _Sections(ranks[sections.of], labels)


def _sizes(
    days: Sequence[DayImages],
    keys: Numbers,
    known: Mapping[Column, KnownColumn],
    sections: _Sections,
) -> array[int]:
    """Return the bytes of each section; whole numbers, which float64 would round."""
    sums = np.zeros(len(sections.labels), np.int64)
    if Column.SIZE in known:
        np.add.at(sums, sections.of, known[Column.SIZE].take(keys))
    elif len(keys):
        firsts = np.cumsum([0, *(len(each.keys) for each in days[:-1])])
        np.add.at(sums, sections.of[firsts], [each.size_bytes for each in days])
    return key_array(sums)
