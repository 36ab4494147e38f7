"""What a tree of dates consists of: years of months of days, each with its sums. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from core.months import month_of
from core.records import DayTotal


class Span:
    """A year or a month: the ordinal of its first day, its sums, and what it consists of."""

    __slots__ = ("children", "day", "images", "size_bytes")

    def __init__(self, day: int, children: list[Any]) -> None:
        self.day = day
        self.children: list[Node] = children
        self.images = sum(child.images for child in children)
        self.size_bytes = sum(child.size_bytes for child in children)


Node = Span | DayTotal


class Sums(NamedTuple):
    """What a row stands for, and how much there is; rows of equal sums say the same.

    Attributes:
        depth: 0 for years and what is no date, 1 for months, 2 for days.
        day: The ordinal of its first day; 0 and less of what is no date.
        images: How many there are.
        size_bytes: How large they are; ``None`` where unknown.
    """

    depth: int
    day: int
    images: int
    size_bytes: int | None

    @property
    def consists_of_dates(self) -> bool:
        """Whether it is a year or a month."""
        return self.depth < 2 and self.day > 0


def years_of(totals: Iterable[DayTotal]) -> list[Node]:
    """Put days, newest first, into their months, and these into their years."""
    return years_with([], {total.day: total for total in totals})


def years_with(years: Sequence[Node], changed: Mapping[int, DayTotal | None]) -> list[Node]:
    """Return years as they are when some days are others; ``None`` takes a day away.

    What holds none of these days is in the result as it is, so that the cost is the change's.
    """
    months: dict[int, dict[int, DayTotal | None]] = {}
    for day, total in changed.items():
        months.setdefault(month_of(day), {})[day] = total
    touched: dict[int, dict[int, Node | None]] = {}
    known = {year.day: children_of(year) for year in years}
    for month, days in months.items():
        in_year = touched.setdefault(new_year(month), {})
        place = row_of(siblings := known.get(new_year(month), []), month)
        before = children_of(siblings[place]) if place is not None else []
        in_year[month] = _span(month, _with(before, days))
    new = {year: _span(year, _with(known.get(year, []), each)) for year, each in touched.items()}
    return _with(years, new)


def _with(nodes: Sequence[Node], changed: Mapping[int, Node | None]) -> list[Node]:
    merged: dict[int, Node | None] = {node.day: node for node in nodes}
    merged.update(changed)
    return [node for _, node in sorted(merged.items(), reverse=True) if node is not None]


def _span(day: int, children: list[Node]) -> Span | None:
    return Span(day, children) if children else None


def children_of(node: Node) -> list[Node]:
    """Return what a node consists of; nothing for a day."""
    return node.children if isinstance(node, Span) else []


def days_in(node: Node) -> Iterable[int]:
    """Yield the ordinals of the days that a node stands for."""
    if isinstance(node, DayTotal):
        yield node.day
    else:
        for child in node.children:
            yield from days_in(child)


@lru_cache(4096)
def new_year(day: int) -> int:
    """Return the ordinal of the first day of a day's year."""
    return date.fromordinal(day).replace(month=1, day=1).toordinal()


def row_of(nodes: Sequence[Node], day: int) -> int | None:
    """Return where the node that begins with a day stands; ``None`` if it is not there."""
    row = bisect_left(nodes, -day, key=lambda node: -node.day)
    return row if row < len(nodes) and nodes[row].day == day else None


def find(nodes: Sequence[Node], day: int) -> Node:
    """Return the node that begins with a day; it must be there."""
    return nodes[bisect_left(nodes, -day, key=lambda node: -node.day)]


def runs_of(flags: Sequence[bool]) -> list[tuple[int, int]]:
    """Return the first and last place of every unbroken run of true flags."""
    runs: list[tuple[int, int]] = []
    for place, flag in enumerate(flags):
        if flag and runs and runs[-1][1] == place - 1:
            runs[-1] = (runs[-1][0], place)
        elif flag:
            runs.append((place, place))
    return runs
