"""What the metadata pane says of what stands in the image file itself: a pure value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core.embedded_records import Credentials, Embedded, Generated, State
from gui.models.fact import Fact, label_of
from gui.text import translated

SOURCE: Final = "DigitalSourceType"  # IPTC, https://cv.iptc.org/newscodes/digitalsourcetype/
_SOURCES: Final = {
    "trainedAlgorithmicMedia": "Made by AI",
    "compositeWithTrainedAlgorithmicMedia": "Made with AI, from other parts too",
    "algorithmicMedia": "Made by a program, without AI",
    "compositeSynthetic": "Put together, with synthetic parts",
    "digitalCapture": "Taken by a camera",
    "digitalArt": "Drawn by hand",
    "digitalCreation": "Made by hand",
    "minorHumanEdits": "Taken by a camera, slightly edited",
    "humanEdits": "Edited by hand",
}


def embedded_rows(embedded: Embedded) -> tuple[Fact, ...]:
    """Return all of it, under the name of where it stands; empty where nothing does."""
    rows = [*_generated(embedded.generated), *_credentials(embedded.credentials)]
    for section in embedded.sections:
        rows.append(Fact(section.name, "", heading=True))
        if section.problem:
            problem = _text("This part cannot be read: {problem}", problem=section.problem)
            rows.append(Fact(_text("Problem"), problem, warning=True))
        rows += (Fact(label_of(label), value) for label, value in section.values if value)
    return tuple(rows)


def summary_rows(embedded: Embedded | None) -> tuple[Fact, ...]:
    """Return what of it belongs among the details: how it was made, and whether that is signed."""
    if embedded is None:
        return ()
    return (
        Fact(_text("Source"), source_of(embedded)),
        Fact(
            _text("Credentials"),
            credentials_text(embedded.credentials),
            warning=embedded.credentials.state in (State.INVALID, State.UNREADABLE),
        ),
    )


def source_of(embedded: Embedded) -> str:
    """Return what kind of picture it says to be, and where it says so; "" if it does not."""
    places = [(section.name, section.values) for section in embedded.sections]
    places.insert(0, (_text("signed"), embedded.credentials.values))
    for place, values in places:
        for label, value in values:
            if label.endswith(SOURCE):
                kind = value.rpartition("/")[2]
                return f"{_text(_SOURCES.get(kind, kind))} ({place})"
    return ""


def credentials_text(credentials: Credentials) -> str:
    """Return in a line what is known of Content Credentials; "" where there are none."""
    signer = credentials.signer or _text("somebody unknown")
    return {
        State.NONE: "",
        State.PRESENT: _text("Present, not checked: install contact-sheet[credentials]"),
        State.VALID: _text("Valid, signed by {signer}", signer=signer),
        State.INVALID: _text(
            "Invalid: changed since {signer} signed ({problem})",
            signer=signer,
            problem=credentials.problem,
        ),
        State.UNREADABLE: _text("Unreadable: {problem}", problem=credentials.problem),
    }[credentials.state]


def _generated(generated: Generated | None) -> Iterator[Fact]:
    if generated is None:
        return
    yield Fact(generated.generator, "", heading=True)
    for label, value in (
        (_text("Prompt"), generated.prompt),
        (_text("Negative prompt"), generated.negative),
        (_text("Model"), generated.model),
        *((label_of(label), value) for label, value in generated.values),
    ):
        if value:
            yield Fact(label, value)


def _credentials(credentials: Credentials) -> Iterator[Fact]:
    if credentials.state is State.NONE:
        return
    yield Fact(_text("Content Credentials (signed)"), "", heading=True)
    wrong = credentials.state in (State.INVALID, State.UNREADABLE)
    yield Fact(_text("State"), credentials_text(credentials), warning=wrong)
    yield from (Fact(label_of(label), value) for label, value in credentials.values if value)


def _text(source: str, **values: str) -> str:
    return translated("embedded", source, **values)
