"""What an image file says about itself: the values that readers and showers of it share."""

from __future__ import annotations

from enum import Enum

import msgspec

Value = tuple[str, str]  # a label, and what it says


class Generated(msgspec.Struct, frozen=True, array_like=True):
    """What a generator said of an image.

    Attributes:
        generator: Its name.
        prompt: What was asked for; "" if that is not told.
        negative: What was not to be seen; "" if that is not told.
        model: The checkpoint's name; "" if that is not told.
        values: All else, labelled as the generator does.
    """

    generator: str
    prompt: str = ""
    negative: str = ""
    model: str = ""
    values: tuple[Value, ...] = ()


class State(Enum):
    """What is known of an image's Content Credentials."""

    NONE = "none"
    PRESENT = "present"  # and nothing here can validate them
    VALID = "valid"
    INVALID = "invalid"  # the image, or they themselves, are not what was signed
    UNREADABLE = "unreadable"


class Credentials(msgspec.Struct, frozen=True, array_like=True):
    """An image's Content Credentials.

    Attributes:
        state: What is known of them.
        signer: Who signed, as the certificate says; "" if unknown.
        problem: Why they are invalid or cannot be read; "" if they are not.
        values: What they say.
    """

    state: State = State.NONE
    signer: str = ""
    problem: str = ""
    values: tuple[Value, ...] = ()


class Section(msgspec.Struct, frozen=True, array_like=True):
    """What one part of the file says: the part's name, labels and values, or why it cannot be read.

    Names are those of the standards, and are not translated.
    """

    name: str
    values: tuple[Value, ...] = ()
    problem: str = ""


class Embedded(msgspec.Struct, frozen=True, array_like=True):
    """What an image file says about itself.

    Attributes:
        generated: What the program that made it said of how; ``None`` if it did not.
        credentials: Its Content Credentials.
        sections: All that stands in it, part by part, empty ones left out.
    """

    generated: Generated | None = None
    credentials: Credentials = Credentials()
    sections: tuple[Section, ...] = ()
