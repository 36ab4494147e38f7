"""What is known of some images, side by side, and what of it differs: a pure value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from gui.models.fact import Fact
from gui.models.facts import Facts
from gui.text import translated

MOST_TEXTS: Final = 12  # rows that are compared word by word
_LONG: Final = 32  # characters from which on words are worth comparing

_Key = tuple[str, str, int]  # the heading, the label, and how often that came before


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One fact about every image.

    Attributes:
        label: What it is.
        values: What each image has, in their order; "" where an image has nothing.
        warnings: Whether that says of an image that something is wrong.
        is_text: Whether the values are worth comparing word by word; they differ then.
        heading: It has no values: the label stands above those that come after it.
    """

    label: str
    values: tuple[str, ...] = ()
    warnings: tuple[bool, ...] = ()
    is_text: bool = False
    heading: bool = False

    @property
    def differs(self) -> bool:
        """Whether not all images have the same."""
        return len(set(self.values)) > 1


def compared(facts: Sequence[Facts]) -> tuple[ComparedRow, ...]:
    """Return what is known of images, the prompts first, in the reading order of each.

    Args:
        facts: Of one image each.
    """
    each = [dict(_keyed(one)) for one in facts]
    sections: dict[str, dict[_Key, None]] = {}
    for known in each:
        for key in known:
            sections.setdefault(key[0], {})[key] = None
    rows: list[ComparedRow] = []
    texts = 0
    for heading, keys in sections.items():
        if heading:
            rows.append(ComparedRow(heading, heading=True))
        for key in keys:
            found = [known.get(key) for known in each]
            values = tuple(fact.value if fact else "" for fact in found)
            is_text = texts < MOST_TEXTS and _are_texts(values)
            texts += is_text
            warnings = tuple(fact is not None and fact.warning for fact in found)
            rows.append(ComparedRow(key[1], values, warnings, is_text))
    return tuple(rows)


def differing(rows: Sequence[ComparedRow]) -> tuple[ComparedRow, ...]:
    """Return the rows that differ, and the headings that still have some below them."""
    kept: list[ComparedRow] = []
    for row in rows:
        if row.heading and kept and kept[-1].heading:
            kept.pop()
        if row.heading or row.differs:
            kept.append(row)
    if kept and kept[-1].heading:
        kept.pop()
    return tuple(kept)


def _keyed(facts: Facts) -> Iterator[tuple[_Key, Fact]]:
    prompt = _text("Prompt")
    yield ("", prompt, 0), Fact(prompt, facts.prompt)
    heading = ""
    seen = Counter([("", prompt)])
    for fact in (*facts.rows, *facts.embedded):
        if fact.heading:
            heading = fact.label
            continue
        place = heading, fact.label
        yield (*place, seen[place]), fact
        seen[place] += 1


def _are_texts(values: Sequence[str]) -> bool:
    return len(set(values)) > 1 and any(len(value) > _LONG and " " in value for value in values)


def _text(source: str) -> str:
    return translated("compare", source)
