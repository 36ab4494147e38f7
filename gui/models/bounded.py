"""A dictionary that forgets what was not used for longest."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Bounded(Generic[Key, Value]):
    """Values by key, all of which weigh ``limit`` at most; asking for one counts as using it.

    Args:
        limit: What is kept at most.
        weigh: What a value weighs, always the same; by default 1, so that they are counted.

    Attributes:
        least: So many values are kept, whatever they weigh.
    """

    def __init__(self, limit: int, weigh: Callable[[Value], int] = lambda _: 1) -> None:
        self.least = 0
        self._limit = limit
        self._weigh = weigh
        self._weight = 0
        self._values: OrderedDict[Key, Value] = OrderedDict()

    def put(self, key: Key, value: Value) -> None:
        """Keep a value, perhaps instead of the one that was not used for longest."""
        self.drop(key)
        self._values[key] = value
        self._weight += self._weigh(value)
        while self._weight > self._limit and len(self._values) > self.least:
            _, gone = self._values.popitem(last=False)
            self._weight -= self._weigh(gone)

    def get(self, key: Key) -> Value | None:
        """Return the value, if it is still kept."""
        if key not in self._values:
            return None
        self._values.move_to_end(key)
        return self._values[key]

    def drop(self, key: Key) -> bool:
        """Forget a value; return whether there was one."""
        if key not in self._values:
            return False
        self._weight -= self._weigh(self._values.pop(key))
        return True

    def clear(self) -> None:
        """Forget all."""
        self._values.clear()
        self._weight = 0

    def items(self) -> Iterable[tuple[Key, Value]]:
        """Return all that is kept; that does not count as using it."""
        return self._values.items()

    def has(self, key: Key) -> bool:
        """Return whether the value is still kept; that does not count as using it."""
        return key in self._values
