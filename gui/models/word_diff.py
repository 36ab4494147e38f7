"""Pure: what two texts have in common, word by word.

The shortest way from one to the other is found as in E. W. Myers, "An O(ND) Difference Algorithm
and Its Variations" (1986). Texts so different that this would take long are told apart by their
common beginning and end alone. All is done in small steps, so that whoever asks can do something
else in between.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Generator, Iterable, Sequence
from enum import Enum
from itertools import islice
from typing import Final, NamedTuple

LONGEST: Final = 400_000  # characters of a text that are compared
MOST_CHANGES: Final = 800  # that the search for the shortest way looks for
MOST_STEPS: Final = 500_000  # of that search
CONTEXT: Final = 90  # characters that an excerpt keeps at each end of what both have
_AT_ONCE: Final = 200  # steps between two pauses
_IDEOGRAPHS: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # words of their own
_LETTER: Final = rf"[^\W{_IDEOGRAPHS}]"
_WORD: Final = re.compile(
    rf"(?:[{_IDEOGRAPHS}]|{_LETTER}+(?:['’.\-]{_LETTER}+)*|[^\w\s])\s*", re.UNICODE
)


class Kind(Enum):
    """Which of two texts a piece is from."""

    SAME = "in both"
    ADDED = "in the second only"
    REMOVED = "in the first only"


class Piece(NamedTuple):
    """Some words in a row, with the space after them."""

    kind: Kind
    text: str


def word_diff(first: str, second: str) -> Generator[None, None, tuple[Piece, ...]]:
    """Compare two texts; pauses after every little while, and returns the pieces.

    Without those removed, the pieces make up the second text; without those added they have the
    words of the first. Spaces around a text are left out, and spaces alone are no difference.

    Args:
        first: What is compared with; the first ``LONGEST`` characters of it.
        second: What is compared, likewise.
    """
    one, two = first[:LONGEST].strip(), second[:LONGEST].strip()
    numbers: dict[str, int] = {}
    a, ends_one = yield from _words(one, numbers)
    b, ends_two = yield from _words(two, numbers)
    begin = yield from _alike(a, b)
    rest = min(len(a), len(b)) - begin
    end = yield from _alike(islice(reversed(a), rest), islice(reversed(b), rest))
    middle = yield from _way(a[begin : len(a) - end], b[begin : len(b) - end])
    pieces = _Pieces(_Reading(one, ends_one), _Reading(two, ends_two))
    pieces.same(begin)
    for both, removed, added in middle:
        pieces.same(both)
        pieces.other(removed, added)
        yield
    pieces.same(end)
    return tuple(pieces.made)


def excerpt(pieces: Iterable[Piece], limit: int) -> tuple[Piece, ...]:
    """Return pieces of which the long ones are shortened, most where both are the same.

    Args:
        pieces: What was compared.
        limit: How many characters are enough; less is returned as it is.
    """
    pieces = tuple(pieces)
    if sum(len(piece.text) for piece in pieces) <= limit:
        return pieces
    shown: list[Piece] = []
    room = limit
    for number, (kind, text) in enumerate(pieces):
        kept = CONTEXT if kind is Kind.SAME else 3 * CONTEXT
        if len(text) > 2 * kept + 3:
            after = text[-kept:] if kind is not Kind.SAME or number < len(pieces) - 1 else ""
            text = f"{text[:kept].rstrip()} … {after}"
        shown.append(Piece(kind, text if len(text) <= room else text[:room].rstrip() + "…"))
        room -= len(text)
        if room <= 0:
            break
    return tuple(shown)


class _Reading:
    """Reads a text from its beginning, by words."""

    def __init__(self, text: str, ends: Sequence[int]) -> None:
        self._text, self._ends = text, ends
        self._words = 0

    def read(self, count: int) -> str:
        """Return the next words, with the space after each; "" for none."""
        begin = self._ends[self._words - 1] if self._words else 0
        self._words += count
        return self._text[begin : self._ends[self._words - 1]] if count else ""


class _Pieces:
    """Puts pieces together from the words of both texts, in their order."""

    def __init__(self, one: _Reading, two: _Reading) -> None:
        self._one, self._two = one, two
        self.made: list[Piece] = []

    def same(self, count: int) -> None:
        self._one.read(count)
        self._add(Kind.SAME, self._two.read(count))

    def other(self, removed: int, added: int) -> None:
        self._add(Kind.REMOVED, self._one.read(removed))
        self._add(Kind.ADDED, self._two.read(added))

    def _add(self, kind: Kind, text: str) -> None:
        if text and self.made and self.made[-1].kind is kind:
            text = self.made.pop().text + text
        if text:
            self.made.append(Piece(kind, text))


def _words(
    text: str, numbers: dict[str, int]
) -> Generator[None, None, tuple[array[int], array[int]]]:
    """Return a number for each word, the same for the same, and where each ends."""
    found, ends = array("i"), array("i")
    for word in _WORD.finditer(text):
        found.append(numbers.setdefault(word[0].rstrip(), len(numbers)))
        ends.append(word.end())
        if len(found) % _AT_ONCE == 0:
            yield
    return found, ends


def _alike(a: Iterable[int], b: Iterable[int]) -> Generator[None, None, int]:
    """Return how many words they have in common from the beginning."""
    count = 0
    for one, two in zip(a, b, strict=False):
        if one != two:
            break
        count += 1
        if count % _AT_ONCE == 0:
            yield
    return count


_Way = list[tuple[int, int, int]]  # so many words of both, then so many removed, so many added


def _way(a: Sequence[int], b: Sequence[int]) -> Generator[None, None, _Way]:
    """Return a shortest way from one to the other; from all to all where that takes long."""
    all_of_both = [(0, len(a), len(b))]
    if not a or not b:
        return all_of_both
    most = min(len(a) + len(b), MOST_CHANGES)
    # How far the first text is read, by how much further than the second; Python counts what is
    # less than nothing from the end.
    furthest = array("l", bytes(array("l").itemsize * (2 * most + 3)))
    taken: list[array[int]] = []
    steps = 0
    for changes in range(most + 1):
        taken.append(furthest[:])
        for ahead in range(-changes, changes + 1, 2):
            x = start = _begun(furthest, ahead, changes)[0]
            y = x - ahead
            while x < len(a) and y < len(b) and a[x] == b[y]:
                x, y = x + 1, y + 1
                if (x - start) % _AT_ONCE == 0:
                    yield
            furthest[ahead] = x
            if x >= len(a) and y >= len(b):
                return _back(taken, x, y)
            steps += 1 + x - start
            if steps % _AT_ONCE <= x - start:
                yield
        if steps > MOST_STEPS:
            break
    return all_of_both


def _begun(furthest: Sequence[int], ahead: int, changes: int) -> tuple[int, bool]:
    """Return how far the first text is read after one more change, and whether a word came."""
    came = ahead == -changes or (ahead != changes and furthest[ahead - 1] < furthest[ahead + 1])
    if not changes:
        return 0, False
    return (furthest[ahead + 1], True) if came else (furthest[ahead - 1] + 1, False)


def _back(taken: Sequence[Sequence[int]], x: int, y: int) -> _Way:
    """Return the way that was found, from its end back to its beginning."""
    way: _Way = []
    for changes in range(len(taken) - 1, -1, -1):
        ahead = x - y
        begun, came = _begun(taken[changes], ahead, changes)
        way.append((x - begun, 0, 0))
        x, y = begun, begun - ahead
        if changes:
            way.append((0, 0, 1) if came else (0, 1, 0))
            x, y = (x, y - 1) if came else (x - 1, y)
    return way[::-1]
