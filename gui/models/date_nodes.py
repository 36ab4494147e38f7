"""What a tree of dates consists of: years of months of days, each with its sums. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

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


def years_of(totals: Iterable[DayTotal]) -> list[Node]:
    """Put days, newest first, into their months, and these into their years."""
    months: list[Span] = []
    days: list[DayTotal] = []
    first = date.max.toordinal() + 1
    for total in totals:
        if total.day < first:
            if days:
                months.append(Span(first, days))
            days = []
            first = date.fromordinal(total.day).replace(day=1).toordinal()
        days.append(total)
    if days:
        months.append(Span(first, days))
    years: dict[int, list[Span]] = {}
    for month in months:
        years.setdefault(date.fromordinal(month.day).year, []).append(month)
    return [Span(date(year, 1, 1).toordinal(), children) for year, children in years.items()]


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
