"""What turns one list of keys into another, in few pieces, fast for long lists that differ little.

Equal stretches are found by comparing slices of the arrays, which is a comparison of memory; only
where the lists differ is anything looked at key by key.
"""

from __future__ import annotations

from array import array
from typing import NamedTuple


class Splice(NamedTuple):
    """``removed`` keys from ``old_start`` give way to the ``inserted`` at ``new_start``."""

    old_start: int
    removed: int
    new_start: int
    inserted: int


def splices(old: array[int], new: array[int]) -> list[Splice]:
    """Return what is to be done to ``old`` to make it ``new``, in order; keys occur once in each.

    Where keys only come and go there are as few pieces as possible; keys that change their order
    are removed and inserted.
    """
    old_end, new_end = len(old), len(new)
    tail = _equal_tail(old, new)
    old_end, new_end = old_end - tail, new_end - tail
    found: list[Splice] = []
    i = j = 0
    while True:
        equal = _equal_length(old, i, old_end, new, j, new_end)
        i, j = i + equal, j + equal
        if i == old_end and j == new_end:
            return found
        removed, inserted = _next_meeting(old, i, old_end, new, j, new_end)
        found.append(Splice(i, removed, j, inserted))
        i, j = i + removed, j + inserted


def _equal_length(
    old: array[int], i: int, old_end: int, new: array[int], j: int, new_end: int
) -> int:
    """Return how many keys are equal from ``old[i]`` and ``new[j]`` on."""
    limit = min(old_end - i, new_end - j)
    equal, step = 0, 64
    while step:
        step = min(step, limit - equal)
        a, b = i + equal, j + equal
        if old[a : a + step] == new[b : b + step]:
            equal += step
            step *= 2
        else:
            step //= 2
            limit = min(limit, equal + 2 * step + 1)
    return equal


def _equal_tail(old: array[int], new: array[int]) -> int:
    """Return how many keys at the ends are equal."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[len(old) - middle : len(old) - low] == new[len(new) - middle : len(new) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def _next_meeting(
    old: array[int], i: int, old_end: int, new: array[int], j: int, new_end: int
) -> tuple[int, int]:
    """Return how far ahead of ``old[i]`` and ``new[j]`` the nearest key is that both have."""
    window = 16
    while True:
        here, there = old[i : min(i + window, old_end)], new[j : min(j + window, new_end)]
        ahead = {key: distance for distance, key in enumerate(there)}
        meetings = [(a, ahead[key]) for a, key in enumerate(here) if key in ahead]
        if meetings:
            return min(meetings, key=sum)
        if len(here) == old_end - i and len(there) == new_end - j:
            return len(here), len(there)
        window *= 2
