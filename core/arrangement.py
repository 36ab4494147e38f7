"""How images can be ordered and put together, and what comes of it: values everybody shares."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from enum import IntEnum, StrEnum

import msgspec


class SortKey(StrEnum):
    """What images are ordered by."""

    DATE = "date"
    SIZE = "size"
    NAME = "name"
    MODEL = "model"
    COST = "cost"
    RATING = "rating"


class Grouping(StrEnum):
    """What the images of a section have in common."""

    DAY = "day"
    MONTH = "month"
    MODEL = "model"
    PROMPT = "prompt"
    NOTHING = "nothing"


class PromptLabel(IntEnum):
    """What the images of a section have in common where they are grouped by their prompts."""

    SAME = 0
    ONCE = 1  # each of these prompts is that of one image alone
    NONE = 2


_UPWARDS = frozenset({SortKey.NAME, SortKey.MODEL})  # as one reads a list of names
_BY_DATE = frozenset({Grouping.DAY, Grouping.MONTH})


class Arrangement(msgspec.Struct, frozen=True):
    """An order of images, and the sections they stand in.

    Images that are equal in what they are ordered by stand newest first; those of which it is not
    known stand last, whichever the direction. Days and months stand newest first, unless the images
    are ordered by their dates upwards; models stand in alphabetical order; prompts that several
    images have stand in the order of the newest of these, then all prompts that one image has.

    Attributes:
        sort: What the images of a section are ordered by.
        descending: From the newest, largest, …, or from the last letter.
        group: What the sections are.
    """

    sort: SortKey = SortKey.DATE
    descending: bool = True
    group: Grouping = Grouping.DAY

    def sorted_by(self, sort: SortKey) -> Arrangement:
        """Return the arrangement of one who asks for another order, in its usual direction.

        Whoever asks for the largest means those of the whole store, and not of each day; whoever
        asks for the dates again, the days.
        """
        group = self.group
        if sort is not SortKey.DATE and group in _BY_DATE:
            group = Grouping.NOTHING
        elif sort is SortKey.DATE and group is Grouping.NOTHING:
            group = Grouping.DAY
        return Arrangement(sort, sort not in _UPWARDS, group)


BY_DAY = Arrangement()  # as the catalogue keeps them


class Arranged(msgspec.Struct, frozen=True):
    """Images in an order, in sections; the arrays are shared and must not change.

    Attributes:
        arrangement: The order, and what the sections are.
        keys: The images' keys in order, an ``array('q')``.
        counts: How many images each section has, an ``array('q')``; none is empty.
        size_bytes: How large the images of each section are, an ``array('q')``.
        labels: What is said above each section: a day, or the first day of a month
            (``date.toordinal()``); a model, "" where it is unknown; a ``PromptLabel``; 0 where
            all images are in one section.
    """

    arrangement: Arrangement
    keys: array[int]
    counts: array[int]
    size_bytes: array[int]
    labels: Sequence[int | str]
