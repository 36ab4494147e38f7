"""What a search consists of: frozen terms, which know nothing of how they were typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from string import ascii_lowercase, ascii_uppercase

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


def lower(text: str) -> str:
    """Return a text as values are compared: of letters, only those of ASCII become lower case.

    So does SQLite, and with it the catalogue.
    """
    return text.lower() if text.isascii() else text.translate(_LOWER)


class TextField(StrEnum):
    """What is compared as a whole: the model, whose it is, the file format, a tag."""

    MODEL = "model"
    PROVIDER = "provider"
    FORMAT = "format"
    TAG = "tag"


class NumberField(StrEnum):
    """What is compared as a number: bytes, pixels, US dollars, 0 to 5."""

    SIZE = "size"
    WIDTH = "width"
    HEIGHT = "height"
    COST = "cost"
    RATING = "rating"


class Mark(StrEnum):
    """What an image is or is not."""

    LANDSCAPE = "landscape"
    PORTRAIT = "portrait"
    SQUARE = "square"
    PINNED = "is:pinned"
    BROKEN = "is:broken"
    PROMPT = "has:prompt"
    SIDECAR = "has:sidecar"
    C2PA = "has:c2pa"


EXAMINED = (Mark.BROKEN, Mark.C2PA)  # what is known of images that were looked at
SHAPES = (Mark.LANDSCAPE, Mark.PORTRAIT, Mark.SQUARE)


@dataclass(frozen=True, slots=True)
class Words:
    """Words of the prompt, one after the other; ``prefix``: the last may go on."""

    text: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """A field's value, whatever the case of its letters; ``prefix``: it may go on.

    Without ``prefix``, values that begin with it count if no image has exactly this one.
    """

    field: TextField
    value: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A field's number: ``lowest`` and ``highest`` are within it, unless they are said to be out.

    Images of which the number is not known do not have it.
    """

    field: NumberField
    lowest: float | None = None
    highest: float | None = None
    lowest_out: bool = False
    highest_out: bool = False


@dataclass(frozen=True, slots=True)
class Days:
    """The days an image is filed under, both ends within; ``None`` for no end."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class OneOf:
    """Several values of one field, or several shapes, of which one is enough."""

    each: tuple[Value | Mark, ...]


Condition = Words | Value | OneOf | Number | Days | Mark


@dataclass(frozen=True, slots=True)
class Term:
    """A condition that must hold, or, if ``excluded``, must not."""

    condition: Condition
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """All terms must hold of an image; no terms hold of every one.

    Attributes:
        terms: In the order they were typed.
        places: Where in the text each was typed: start and end.
    """

    terms: tuple[Term, ...] = ()
    places: tuple[tuple[int, int], ...] = field(default=(), compare=False)
