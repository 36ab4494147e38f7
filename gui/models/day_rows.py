"""Numbers the images of many days in one row: which key stands where, and how that changes.

Only keys are held, eight bytes an image, in the very arrays that the catalogue gave.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate, groupby
from sys import byteorder
from typing import NamedTuple

import msgspec

from core.arrangement import BY_DAY, Grouping
from core.records import DayImages
from gui.models.splices import splices


class Section(msgspec.Struct, frozen=True):
    """Images under one heading: its rows are ``first_row`` and the ``count - 1`` after it.

    Attributes:
        day: The day they are of; 0 where the sections are no days.
        first_row: The first of its rows.
        count: How many rows it has.
        size_bytes: How large the images are.
        group: What they have in common.
        label: What that is, where it is no day; see :class:`core.arrangement.Arranged`.
        key: Of the first image, where ``label`` does not say it all; else 0.
    """

    day: int
    first_row: int
    count: int
    size_bytes: int
    group: Grouping = Grouping.DAY
    label: int | str = 0
    key: int = 0


class Change(NamedTuple):
    """Rows ``first`` to ``last`` are about to come or to go: ``apply`` makes it so."""

    inserts: bool
    first: int
    last: int
    apply: Callable[[], None]


class DayRows:
    """The rows of all days, newest day first.

    The arrays that come in are kept, not copied: they must not change any more.
    """

    arrangement = BY_DAY

    def __init__(self, days: Iterable[DayImages] = ()) -> None:
        shown = sorted((day for day in days if day.keys), key=lambda day: -day.day)
        self._days = [-day.day for day in shown]  # negated, so that they ascend for bisect
        self._keys = [day.keys for day in shown]
        self._bytes = [day.size_bytes for day in shown]
        self._recount()

    def __len__(self) -> int:
        return self._firsts[-1]

    @property
    def days(self) -> list[DayImages]:
        """The images of each day, in order."""
        together = zip(self._days, self._bytes, self._keys, strict=True)
        return [DayImages(-day, size_bytes, keys) for day, size_bytes, keys in together]

    @property
    def sections(self) -> Sequence[Section]:
        """The days in order."""
        return [self.section(number) for number in range(len(self._days))]

    def section(self, number: int) -> Section:
        """Return a day by its number in the order."""
        count, size_bytes = len(self._keys[number]), self._bytes[number]
        return Section(-self._days[number], self._firsts[number], count, size_bytes)

    @property
    def counts(self) -> Sequence[int]:
        """How many rows each day has, in order."""
        return list(map(len, self._keys))

    def section_at(self, row: int) -> int:
        """Return the number of the section that an existing row stands in."""
        return bisect_right(self._firsts, row) - 1

    def day_at(self, row: int) -> int:
        """Return the day of an existing row."""
        return -self._days[self.section_at(row)]

    def key_at(self, row: int) -> int:
        """Return the key of an existing row."""
        section = self.section_at(row)
        return self._keys[section][row - self._firsts[section]]

    def keys_between(self, first: int, stop: int) -> array[int]:
        """Return the keys of a run of existing rows, an ``array('q')``."""
        keys = array("q")
        for place in range(self.section_at(first), len(self._keys)):
            start = self._firsts[place]
            if start >= stop:
                break
            keys += self._keys[place][max(first - start, 0) : stop - start]
        return keys

    def row_of(self, key: int, day: int) -> int | None:
        """Return where a key stands under a day; ``None`` if it is not there."""
        place = self._place_of(day)
        found = None if place is None else _position(self._keys[place], key)
        return None if place is None or found is None else self._firsts[place] + found

    def rows_of(self, days: Mapping[int, int]) -> list[int]:
        """Return where these keys stand, from the top; ``days`` are their days, by key."""
        rows: list[int] = []
        for day in sorted(set(days.values()), reverse=True):
            if (place := self._place_of(day)) is not None:
                first = self._firsts[place]
                rows += [first + at for at, key in enumerate(self._keys[place]) if key in days]
        return rows

    def _place_of(self, day: int) -> int | None:
        place = bisect_left(self._days, -day)
        return place if place < len(self._days) and self._days[place] == -day else None

    def find(self, key: int) -> int | None:
        """Return where a key stands, by looking through all; ``None`` if it is not there."""
        rows = (self.row_of(key, -day) for day in self._days)
        return next((row for row in rows if row is not None), None)

    def changes(self, changed: Mapping[int, DayImages | None]) -> Iterator[Change]:
        """Yield what is to be done, in as few runs as there are, so that days are as given.

        ``None`` or an empty list takes a day away. Each change must be applied before the next is
        asked for. Keys that change their place within a day go, and come; none is there twice.
        """
        known = {day for day in changed if self._place_of(day) is not None}
        given = {day: images for day, images in changed.items() if images and images.keys}
        yield from self._days_gone([day for day in changed if day in known and day not in given])
        for day in sorted(given.keys() & known, reverse=True):
            yield from self._day_changed(given[day])
        yield from self._days_new(
            [given[day] for day in sorted(given.keys() - known, reverse=True)]
        )

    def _days_gone(self, days: Iterable[int]) -> Iterator[Change]:
        places = sorted(bisect_left(self._days, -day) for day in days)
        for start, stop in reversed(list(runs(places))):
            first, last = self._firsts[start], self._firsts[stop] - 1
            yield Change(False, first, last, partial(self._set_days, start, stop, ()))

    def _days_new(self, images: Sequence[DayImages]) -> Iterator[Change]:
        together = groupby(images, key=lambda day: bisect_left(self._days, -day.day))
        for place, group in reversed([(place, list(group)) for place, group in together]):
            first = self._firsts[place]
            last = first + sum(len(day.keys) for day in group) - 1
            yield Change(True, first, last, partial(self._set_days, place, place, group))

    def _day_changed(self, images: DayImages) -> Iterator[Change]:
        place = bisect_left(self._days, -images.day)
        first, keys = self._firsts[place], self._keys[place][:]
        edits = splices(keys, images.keys)
        if edits:
            self._keys[place] = keys  # a copy to be edited
        for edit in reversed(edits):  # all go before any come
            if edit.removed:
                start, stop = edit.old_start, edit.old_start + edit.removed
                set_keys = partial(self._set_keys, keys, start, stop, keys[:0])
                yield Change(False, first + start, first + stop - 1, set_keys)
        for edit in edits:
            if edit.inserted:
                start, stop = edit.new_start, edit.new_start + edit.inserted
                set_keys = partial(self._set_keys, keys, start, start, images.keys[start:stop])
                yield Change(True, first + start, first + stop - 1, set_keys)
        self._keys[place] = images.keys  # equal by now, and shared with whoever made it
        self._bytes[place] = images.size_bytes

    def _set_days(self, start: int, stop: int, images: Sequence[DayImages]) -> None:
        self._days[start:stop] = [-day.day for day in images]
        self._keys[start:stop] = [day.keys for day in images]
        self._bytes[start:stop] = [day.size_bytes for day in images]
        self._recount()

    def _set_keys(self, keys: array[int], start: int, stop: int, others: array[int]) -> None:
        keys[start:stop] = others
        self._recount()

    def _recount(self) -> None:
        self._firsts = [0, *accumulate(map(len, self._keys))]


def runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield (start, stop) of each unbroken run in ascending numbers."""
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        together = [number for _, number in run]
        yield together[0], together[-1] + 1


def _position(keys: array[int], key: int) -> int | None:
    """Return where a key stands: ``array.index``, three to five times as fast."""
    pattern = key.to_bytes(keys.itemsize, byteorder, signed=True)
    memory = keys.tobytes()
    at = memory.find(pattern)
    while at >= 0 and at % keys.itemsize:
        at = memory.find(pattern, at + 1)
    return at // keys.itemsize if at >= 0 else None
