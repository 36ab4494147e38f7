"""One line of what the metadata pane says: a pure value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_NAMES: Final = {"id": "id", "usd": "(USD)", "url": "URL", "mb": "MB"}


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value.

    Attributes:
        label: As people write it.
        value: In full.
        warning: It says that something is wrong.
        heading: It has no value: the label stands above those that come after it.
    """

    label: str
    value: str
    warning: bool = False
    heading: bool = False


def label_of(key: str) -> str:
    """Return a key as people write it: "output_format" → "Output format"."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\s]+", " ", key).strip().split(" ")
    named = [_NAMES.get(word.lower(), word) for word in words]
    text = " ".join(named)
    return text[:1].upper() + text[1:]
