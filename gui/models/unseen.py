"""Images that came out of a person's sight, until they are seen."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from itertools import chain


class Unseen:
    """Keys of images by their days, which are in the grid's order: the newest day is on top."""

    def __init__(self) -> None:
        self._keys: dict[int, set[int]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._keys.values()))

    @property
    def keys(self) -> array[int]:
        """The keys of all of them, in no order, an ``array('q')``."""
        return array("q", chain.from_iterable(self._keys.values()))

    def add(self, day: int, keys: Iterable[int]) -> None:
        """Take note of images of one day."""
        if found := set(keys):
            self._keys.setdefault(day, set()).update(found)

    def drop(self, day: int, keys: Iterable[int]) -> None:
        """Forget images of one day: they are seen, or gone."""
        if day in self._keys:
            self._keys[day].difference_update(keys)

    def see_from(self, day: int, keys: Iterable[int]) -> None:
        """Forget these images of one day, and every image of older days: they are not above."""
        self.drop(day, keys)
        for older in [each for each in self._keys if each < day]:
            del self._keys[older]

    def clear(self) -> None:
        """Forget all."""
        self._keys.clear()
