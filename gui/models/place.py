"""What a person can choose to see of a store."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Kind(IntEnum):
    """What can be chosen; the first three are the first rows of the date tree, in this order."""

    ALL = 0
    PINNED = 1
    TRASH = 2
    DAYS = 3


@dataclass(frozen=True)
class Place:
    """What a person chose to see; ``days`` are ordinals, for ``Kind.DAYS`` only."""

    kind: Kind = Kind.ALL
    days: frozenset[int] = frozenset()
