"""Numbers images in any order in one row: which key stands where, in which section.

Import this where it is needed, outside the Qt thread: numpy takes long to import.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.arrangement import Arranged, Arrangement, Grouping, PromptLabel
from gui.models.day_rows import Section

Numbers = NDArray[Any]


class ArrangedRows:
    """The rows of all sections, in the order that the core gave; it never changes.

    The counterpart of ``DayRows``. Making one takes some milliseconds for many sections.
    """

    def __init__(self, arranged: Arranged) -> None:
        self._arranged = arranged
        self._keys = numbers(arranged.keys)
        firsts = np.concatenate([[0], np.cumsum(numbers(arranged.counts))])
        self._firsts = array("q", firsts.astype(np.int64).tobytes())

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def arrangement(self) -> Arrangement:
        """The order, and what the sections are."""
        return self._arranged.arrangement

    @property
    def sections(self) -> Sequence[Section]:
        """The sections in order; made anew each time, and there may be very many."""
        return [self.section(number) for number in range(len(self._arranged.counts))]

    def section(self, number: int) -> Section:
        """Return a section by its number in the order."""
        given, first = self._arranged, self._firsts[number]
        label, group = given.labels[number], self.arrangement.group
        if group is Grouping.DAY:
            sums = given.counts[number], given.size_bytes[number]
            return Section(int(label), first, *sums)
        key = given.keys[first] if group is Grouping.PROMPT and label == PromptLabel.SAME else 0
        return Section(0, first, given.counts[number], given.size_bytes[number], group, label, key)

    @property
    def counts(self) -> Sequence[int]:
        """How many rows each section has, in order."""
        return self._arranged.counts

    def section_at(self, row: int) -> int:
        """Return the number of the section that an existing row stands in."""
        return bisect_right(self._firsts, row) - 1

    def day_at(self, row: int) -> int:
        """Return the day of an existing row; 0 where the sections are no days."""
        return self.section(self.section_at(row)).day

    def key_at(self, row: int) -> int:
        """Return the key of an existing row."""
        return self._arranged.keys[row]

    def keys_between(self, first: int, stop: int) -> array[int]:
        """Return the keys of a run of existing rows, an ``array('q')``."""
        return self._arranged.keys[first:stop]

    def row_of(self, key: int, day: int) -> int | None:
        """Return where a key stands, whatever its day; ``None`` if it is not there."""
        return self.find(key)

    def rows_of(self, days: Mapping[int, int]) -> list[int]:
        """Return where these keys stand, from the top."""
        return sorted(row for row in map(self.find, days) if row is not None)

    def find(self, key: int) -> int | None:
        """Return where a key stands; ``None`` if it is not there. Quick after ``prepare``."""
        keys, by_key = self._arranged.keys, self._by_key
        at = bisect_left(by_key, key, key=keys.__getitem__)
        return by_key[at] if at < len(by_key) and keys[by_key[at]] == key else None

    def prepare(self) -> None:
        """Do now what the first ``find`` would take long for; in another thread than Qt's."""
        len(self._by_key)

    @cached_property
    def _by_key(self) -> array[int]:
        """The rows in the order of their keys, four bytes each."""
        return array("i", np.argsort(self._keys).astype(np.intc).tobytes())


def unsectioned(keys: Numbers) -> ArrangedRows:
    """Return rows in one section, for while they come and go."""
    counts = array("q", [len(keys)] if len(keys) else [])
    listed = array("q", np.ascontiguousarray(keys).tobytes())
    how, none = Arrangement(group=Grouping.NOTHING), array("q", [0] * len(counts))
    return ArrangedRows(Arranged(how, listed, counts, none, none))


def numbers(keys: array[int]) -> Numbers:
    """Return keys as a numpy array of the same memory."""
    return np.frombuffer(keys, np.int64)
