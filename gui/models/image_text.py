"""What an image of the list is called and described as, for tool tips and screen readers."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from core.records import ImageRecord
from gui.text import date_text, isolated, moment_text, number_text, size_text, translated

_CONTEXT = "ImageList"


@dataclass(frozen=True, slots=True)
class Caption:
    """What is said of an image that is shown large.

    Attributes:
        name: Its prompt; the file's name where there is none.
        description: When it was made, how large it is, what is wrong with it.
        prompt: In full; "" where unknown.
        lines: The facts, one after the other.
    """

    name: str = ""
    description: str = ""
    prompt: str = ""
    lines: tuple[str, ...] = ()


def name_of(record: ImageRecord) -> str:
    """Return an image's prompt; the file's name where there is none."""
    return record.prompt or record.filename


def name_by_day(day: int) -> str:
    """Return what an image can be called of which only the day is known so far, or not even it."""
    if not day:
        return translated(_CONTEXT, "Image")
    return translated(_CONTEXT, "Image of {day}", day=date_text(day))


def description_of(record: ImageRecord, problem: str | None) -> str:
    """Return when the image was made, how large it is, and what is wrong with it.

    ``problem`` says why it cannot be shown; ``None`` if it can, or if nobody knows yet.
    """
    parts = [moment_text(record.created), size_text(record.size_bytes)]
    if record.width and record.height:
        parts.append(f"{record.width} × {record.height}")
    if record.pinned:
        parts.append(translated(_CONTEXT, "pinned"))
    if record.sidecar_problem is not None:
        reason = record.sidecar_problem
        parts.append(translated(_CONTEXT, "sidecar unreadable: {reason}", reason=reason))
    elif record.sidecar_path is None:
        parts.append(translated(_CONTEXT, "no sidecar"))
    if problem is not None:
        parts.append(translated(_CONTEXT, "broken: {reason}", reason=problem))
    return ", ".join(parts)


def caption_of(record: ImageRecord, problem: str | None) -> Caption:
    """Return what is said of an image that is shown large; ``problem`` as above."""
    made = " · ".join(isolated(each) for each in (record.model, record.provider) if each)
    facts = [moment_text(record.created), size_text(record.size_bytes)]
    if record.width and record.height:
        facts.insert(1, f"{record.width} × {record.height}")
    return Caption(
        name_of(record),
        description_of(record, problem),
        record.prompt,
        tuple(line for line in (made, " · ".join(facts), isolated(record.filename)) if line),
    )


def waiting_text(record: ImageRecord) -> str:
    """Say that a large image is on its way, and how large it is where that is known."""
    megapixels = record.width * record.height / 1_000_000
    if megapixels < 1:
        return translated(_CONTEXT, "Opening…")
    return translated(_CONTEXT, "Opening {count} megapixels…", count=number_text(round(megapixels)))


def tool_tip_of(record: ImageRecord, problem: str | None) -> str:
    """Return prompt, file name and problem as lines of rich text, so that long ones are wrapped."""
    return tool_tip(record.prompt, record.filename, problem or "")


def tool_tip(*lines: str) -> str:
    """Return lines as rich text that shows them as they are, and wraps the long ones.

    Qt takes a bare tip that looks like HTML for HTML: a file's name could load a picture.
    """
    return "<br>".join(f"<span>{escape(isolated(line))}</span>" for line in lines if line)
