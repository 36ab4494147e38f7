"""What the metadata pane says about images: a pure value, made from a record and its sidecar."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.embedded_records import Embedded
from core.records import ImageRecord, SelectionSummary, Thumbnail
from core.sidecar import OUR_KEY
from gui.models.embedded_facts import embedded_rows, summary_rows
from gui.models.fact import Fact, label_of
from gui.text import count_text, date_text, dollars_text, moment_text, size_text, translated

_MAX_DEPTH: Final = 8  # of nesting; deeper is in the raw view
_SAID: Final = {"pinned", "rating", "tags", "sha256"}  # under our key; they are in the record


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the pane shows besides the picture.

    Attributes:
        image_id: Of the one image; "" for several.
        title: "12 images" for several, "" for one.
        prompt: In full; "" where unknown.
        prompt_source: Where the prompt was found, if not in the sidecar; "" if it was.
        rows: In reading order.
        embedded: What stands in the image file itself, in reading order.
        sidecar: As it was read, for the raw view; ``None`` where there is none.
    """

    image_id: str = ""
    title: str = ""
    prompt: str = ""
    prompt_source: str = ""
    rows: tuple[Fact, ...] = ()
    embedded: tuple[Fact, ...] = ()
    sidecar: Mapping[str, Any] | None = None


def facts_of(
    record: ImageRecord,
    sidecar: Mapping[str, Any] | None = None,
    sidecar_problem: str | None = None,
    picture: Thumbnail | None = None,
    embedded: Embedded | None = None,
) -> Facts:
    """Return the facts of one image.

    Args:
        record: As the catalogue has it.
        sidecar: Its content, any JSON in it; ``None`` while it is not read or cannot be.
        sidecar_problem: Why it cannot be; without one, the record's.
        picture: What decoding the file said; its dimensions win over the sidecar's.
        embedded: What the file says about itself; where the sidecar names no prompt, its counts.
    """
    content = dict(sidecar or {})
    prompt, prompt_source = _line(content.pop("prompt", "")) or record.prompt, ""
    if not prompt and embedded is not None and embedded.generated is not None:
        prompt, prompt_source = embedded.generated.prompt, embedded.generated.generator
    size = _size(record, picture)
    parameters = content.pop("parameters", None)
    ours = _take_ours(content)
    shown = _already_shown(record, size)
    rows = [
        Fact(_text("Model"), record.model),
        Fact(_text("Provider"), record.provider),
        Fact(_text("Created"), moment_text(record.created)),
        Fact(_text("Dimensions"), f"{size[0]} × {size[1]}" if all(size) else ""),
        Fact(_text("File"), f"{record.format.upper()}, {size_text(record.size_bytes)}"),
        *_others({"parameters": parameters} if parameters is not None else {}, shown),
        Fact(_text("Cost"), "" if record.cost_usd is None else dollars_text(record.cost_usd)),
        *summary_rows(embedded),
        Fact(_text("Task id"), _line(content.pop("task_id", ""))),
        Fact(_text("Image id"), record.image_id),
        Fact(_text("Pinned"), _text("no clean-up takes it") if record.pinned else ""),
        Fact(_text("Rating"), "★" * record.rating),
        Fact(_text("Tags"), ", ".join(record.tags)),
        *ours,
        *_others(content, shown),
        Fact(_text("Sidecar"), _sidecar_state(record, sidecar, sidecar_problem), warning=True),
        Fact(_text("Picture"), (picture.problem if picture else None) or "", warning=True),
    ]
    return Facts(
        image_id=record.image_id,
        prompt=prompt,
        prompt_source=prompt_source,
        rows=tuple(row for row in rows if row.value),
        embedded=embedded_rows(embedded) if embedded is not None else (),
        sidecar=sidecar,
    )


def facts_of_many(summary: SelectionSummary) -> Facts:
    """Return what several images share, and their sums."""
    first, last = summary.oldest.date(), summary.newest.date()
    span = date_text(last.toordinal())
    if first != last:
        span = f"{date_text(first.toordinal())} – {span}"
    shared = dict(summary.shared)
    prompt = shared.pop("prompt", "")
    if "rating" in shared:
        shared["rating"] = "★" * int(shared["rating"])
    rows = [
        Fact(_text("Size"), size_text(summary.size_bytes)),
        Fact(_text("Cost"), "" if summary.cost_usd is None else dollars_text(summary.cost_usd)),
        Fact(_text("Created"), span),
        *(Fact(_text(label_of(name)), value) for name, value in shared.items()),
    ]
    return Facts(
        title=count_text(summary.images, "image"),
        prompt=prompt,
        rows=tuple(row for row in rows if row.value),
    )


def raw_text(facts: Facts) -> str:
    """Return the sidecar as indented JSON, or a line that says why there is none."""
    if facts.sidecar is None:
        return _text("There is no sidecar to show.")
    try:
        return json.dumps(facts.sidecar, indent=2, ensure_ascii=False, default=str)
    except RecursionError:
        return _text("This sidecar is nested too deeply to show. Open the file in a text editor.")


def _take_ours(content: dict[str, Any]) -> list[Fact]:
    """Take what is ours out of a sidecar; return what the record does not say of it."""
    ours = content.get(OUR_KEY)
    if not isinstance(ours, dict):
        return []
    del content[OUR_KEY]
    rest = {key: ours[key] for key in ours if key not in _SAID}
    source = rest.get("source")
    if not isinstance(source, dict):
        return list(_others(rest, {}))
    del rest["source"]
    return [
        Fact(_text("Imported from"), _line(source.get("path")) or _text("another program")),
        Fact(_text("Taken"), _line(source.get("captured_at")).replace("T", " ")),
        *_others(rest, {}),
    ]


def _size(record: ImageRecord, picture: Thumbnail | None) -> tuple[int, int]:
    if picture and picture.width and picture.height:
        return picture.width, picture.height
    return record.width, record.height


def _sidecar_state(
    record: ImageRecord, sidecar: Mapping[str, Any] | None, problem: str | None
) -> str:
    problem = problem or record.sidecar_problem
    if problem:
        return problem
    if record.sidecar_path is None and sidecar is None:
        return _text("None beside the image")
    return ""


def _already_shown(record: ImageRecord, size: tuple[int, int]) -> dict[str, set[str]]:
    """Return, by key, the values that other rows show already, in lower case."""
    dimensions = {f"{width}x{height}" for width, height in (size, (record.width, record.height))}
    formats = {record.format, "jpg" if record.format == "jpeg" else record.format}
    created = record.created.isoformat()
    shown = {
        "image_id": {record.image_id},
        "model": {record.model},
        "provider": {record.provider},
        "size": dimensions,
        "dimensions": dimensions,
        "format": formats,
        "output_format": formats,
        "file_size": {str(record.size_bytes)},
        "size_bytes": {str(record.size_bytes)},
        "filename": {record.filename},
        "created_at": {created, created.replace("T", " ")},
        "estimated_cost_usd": {"" if record.cost_usd is None else _line(record.cost_usd)},
    }
    return {key: {value.lower() for value in values} for key, values in shown.items()}


def _others(content: Mapping[str, Any], shown: Mapping[str, set[str]]) -> Iterator[Fact]:
    """Yield what no other row shows: of the sections servers write, every key by itself."""
    for key, value in content.items():
        if isinstance(value, dict) and key in ("parameters", "file_info", "cost_info"):
            yield from _others(value, shown)
        elif not _is_shown(key, value, shown):
            yield Fact(label_of(str(key)) or _text("(no name)"), _line(value) or "–")


def _is_shown(key: str, value: object, shown: Mapping[str, set[str]]) -> bool:
    text = _line(value).lower()
    return text in shown.get(key, ()) or (key == "path" and _ends_with_any(text, shown["filename"]))


def _ends_with_any(text: str, names: Iterable[str]) -> bool:
    """Tell whether a path on the server's machine says no more than the file's name."""
    return any(text.endswith("/" + name) for name in names)


def _line(value: object, depth: int = 0) -> str:
    """Return any JSON value in one line."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return _text("yes" if value else "no")
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, (dict, list)) and depth == _MAX_DEPTH:
        return "…"
    if isinstance(value, dict):
        parts = (f"{key}: {_nested(item, depth)}" for key, item in value.items())
        return ", ".join(parts)
    if isinstance(value, list):
        return ", ".join(_nested(item, depth) for item in value)
    return str(value)


def _nested(value: object, depth: int) -> str:
    text = _line(value, depth + 1)
    return f"({text})" if isinstance(value, (dict, list)) else text


def _text(source: str) -> str:
    return translated("facts", source)
