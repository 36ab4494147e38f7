"""A program's window as a screen reader is told of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Node:
    """One element as a screen reader is told of it.

    ``box`` is x, y, width and height on the screen, all 0 for what has no place. ``child_count``
    may be more than the children that were read.
    """

    role: str
    name: str
    description: str
    states: frozenset[str]
    child_count: int
    children: tuple[Node, ...]
    box: tuple[int, int, int, int]
    text: str | None
    value: float | None

    @classmethod
    def read(cls, seen: dict[str, Any]) -> Node:
        """Take over what the reader printed."""
        return cls(
            role=seen["role"],
            name=seen["name"],
            description=seen["description"],
            states=frozenset(seen["states"]),
            child_count=seen["child_count"],
            children=tuple(cls.read(child) for child in seen["children"]),
            box=tuple(seen["box"]),
            text=seen.get("text"),
            value=seen.get("value"),
        )

    @property
    def centre(self) -> tuple[int, int]:
        """The point of the screen to click on."""
        x, y, width, height = self.box
        return x + width // 2, y + height // 2

    def walk(self) -> Iterator[Node]:
        """This element and all below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def find_all(self, role: str | None = None, name: str | None = None) -> list[Node]:
        """Every element of this role and name."""
        return [
            node
            for node in self.walk()
            if role in (None, node.role) and (name is None or node.name == name)
        ]

    def find(self, role: str | None = None, name: str | None = None) -> Node:
        """The first element of this role and name; a ``LookupError`` shows what there is."""
        for node in self.find_all(role, name):
            return node
        raise LookupError(f"no {role or 'element'} named {name!r} in:\n{self.outline()}")

    def outline(self, indent: int = 0) -> str:
        """The tree as indented lines, for messages."""
        line = f"{'  ' * indent}{self.role} {self.name!r} {self.description!r}"
        return "\n".join([line, *(child.outline(indent + 1) for child in self.children)])
