"""A dictionary that forgets what was not used for longest."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Bounded(Generic[Key, Value]):
    """Values by key, ``limit`` of them at most; asking for one counts as using it."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: OrderedDict[Key, Value] = OrderedDict()

    def put(self, key: Key, value: Value) -> None:
        """Keep a value, perhaps instead of the one that was not used for longest."""
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self._limit:
            self._values.popitem(last=False)

    def get(self, key: Key) -> Value | None:
        """Return the value, if it is still kept."""
        if key not in self._values:
            return None
        self._values.move_to_end(key)
        return self._values[key]

    def drop(self, key: Key) -> bool:
        """Forget a value; return whether there was one."""
        return self._values.pop(key, None) is not None

    def clear(self) -> None:
        """Forget all."""
        self._values.clear()

    def items(self) -> Iterable[tuple[Key, Value]]:
        """Return all that is kept; that does not count as using it."""
        return self._values.items()

    def has(self, key: Key) -> bool:
        """Return whether the value is still kept; that does not count as using it."""
        return key in self._values
