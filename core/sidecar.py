"""Sidecars, the JSON files beside images: bytes ↔ the fields the catalogue keeps.

Sidecars come from any server, any version, any hand. Every key may be missing, of the wrong
type, or huge, and none may make reading fail. Only what is not a JSON object at all is refused,
with the reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import TypeGuard

import msgspec

from core.errors import SidecarError
from core.records import to_microseconds

LARGEST_SIDECAR = 64 * 1024 * 1024
TOO_LARGE = f"The sidecar is larger than {LARGEST_SIDECAR // 1024**2} MB."
LONGEST_PROMPT = 64 * 1024
LONGEST_NAME = 200
OUR_KEY = "contact_sheet"  # everything of ours in a sidecar is under this one key
HIGHEST_RATING = 5
HIGHEST_COST = 1_000_000  # US dollars for one image: more is a mistake, and would hide true sums
MOST_TAGS = 100
LONGEST_TAG = 100

_UNKNOWN = (0, 0)
_BOM = b"\xef\xbb\xbf"
_is_sha256 = re.compile(r"[0-9a-fA-F]{64}").fullmatch
_DIMENSIONS = re.compile(r"\s*([0-9]{1,7})\s*[xX×]\s*([0-9]{1,7})\s*")


class SidecarFields(msgspec.Struct, frozen=True, gc=False):
    """What the catalogue takes from a sidecar.

    Attributes:
        created_us: ``created_at`` in microseconds from 1970, naive local time; ``None`` if unknown.
        prompt: At most 64 Ki characters; the whole text stays in the file. "" if unknown.
        model: At most 200 characters; "" if unknown.
        provider: At most 200 characters; "" if unknown.
        width: In pixels; 0 if unknown.
        height: In pixels; 0 if unknown.
        cost_usd: The estimated cost in US dollars, at most 1,000,000; ``None`` if unknown.
        pinned: Whether no clean-up may take the image.
        rating: 1 to 5; 0 if there is none.
        tags: No two alike, in the order they were given; at most 100 of 100 characters.
        sha256: Of the image's bytes, in lower-case hex digits; ``None`` if unknown.
    """

    created_us: int | None = None
    prompt: str = ""
    model: str = ""
    provider: str = ""
    width: int = 0
    height: int = 0
    cost_usd: float | None = None
    pinned: bool = False
    rating: int = 0
    tags: tuple[str, ...] = ()
    sha256: str | None = None


class _FileInfo(msgspec.Struct, gc=False):
    dimensions: str | None = None


class _Parameters(msgspec.Struct, gc=False):
    size: str | None = None


class _CostInfo(msgspec.Struct, gc=False):
    estimated_cost_usd: float | None = None


class _Ours(msgspec.Struct, gc=False):
    pinned: bool | None = None
    rating: int | None = None
    tags: list[str] | None = None
    sha256: str | None = None


class _Regular(msgspec.Struct, gc=False):
    """A sidecar as servers write it, all types right."""

    created_at: str | None = None
    prompt: str | None = None
    model: str | None = None
    provider: str | None = None
    file_info: _FileInfo | None = None
    parameters: _Parameters | None = None
    cost_info: _CostInfo | None = None
    contact_sheet: _Ours | None = None


_decode_regular = msgspec.json.Decoder(_Regular).decode
_decode_any = msgspec.json.Decoder().decode


def parse(data: bytes) -> SidecarFields:
    """Read the fields of a sidecar; whatever is missing or of the wrong type is unknown.

    Raises:
        SidecarError: ``data`` is not a JSON object, or too large or too deep to be read.
    """
    if len(data) <= LARGEST_SIDECAR:
        try:
            regular = _decode_regular(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass  # of another shape: looked at piece by piece below
        else:
            info, asked, cost = regular.file_info, regular.parameters, regular.cost_info
            ours = regular.contact_sheet
            return _fields(
                regular.created_at,
                regular.prompt,
                regular.model,
                regular.provider,
                info and info.dimensions,
                asked and asked.size,
                cost and cost.estimated_cost_usd,
                None if ours is None else (ours.pinned, ours.rating, ours.tags, ours.sha256),
            )
    found = load_object(data)
    own = found.get(OUR_KEY)
    return _fields(
        found.get("created_at"),
        found.get("prompt"),
        found.get("model"),
        found.get("provider"),
        _inner(found, "file_info", "dimensions"),
        _inner(found, "parameters", "size"),
        _inner(found, "cost_info", "estimated_cost_usd"),
        tuple(own.get(key) for key in _Ours.__struct_fields__) if isinstance(own, dict) else None,
    )


def load_object(data: bytes) -> dict[str, object]:
    """Read a whole sidecar as the JSON object it is; of a key given twice, the last counts.

    ``NaN`` and ``Infinity``, which Python servers write, are read as such.

    Raises:
        SidecarError: ``data`` is not a JSON object, or too large or too deep to be read.
    """
    if len(data) > LARGEST_SIDECAR:
        raise SidecarError(TOO_LARGE)
    try:
        found = _decode_leniently(data)
    except RecursionError:
        raise SidecarError("The sidecar is nested too deep to be read.") from None
    if not isinstance(found, dict):
        raise SidecarError("The sidecar is JSON, but not an object with keys and values.")
    return found


def _decode_leniently(data: bytes) -> object:
    try:
        return _decode_any(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass  # strict JSON it is not; Python's own reader takes NaN and lone surrogates too
    try:
        return json.loads(data.removeprefix(_BOM).decode())
    except UnicodeDecodeError:
        raise SidecarError("The sidecar is not UTF-8 text.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise SidecarError(f"The sidecar is not valid JSON: {error.msg} ({where}).") from None
    except ValueError as error:  # a number of thousands of digits
        raise SidecarError(f"The sidecar cannot be read: {error}") from None


def _inner(found: dict[str, object], key: str, inner_key: str) -> object:
    inner = found.get(key)
    return inner.get(inner_key) if isinstance(inner, dict) else None


def _fields(
    created_at: object,
    prompt: object,
    model: object,
    provider: object,
    dimensions: object,
    size: object,
    cost: object,
    ours: tuple[object, ...] | None,
) -> SidecarFields:
    width, height = _dimensions(dimensions) or _dimensions(size) or _UNKNOWN
    return SidecarFields(
        _moment(created_at),
        _text(prompt, LONGEST_PROMPT),
        _text(model, LONGEST_NAME),
        _text(provider, LONGEST_NAME),
        width,
        height,
        _cost(cost),
        *(_annotations(*ours) if ours else ()),
    )


def _annotations(
    pinned: object, rating: object, tags: object, sha256: object
) -> tuple[bool, int, tuple[str, ...], str | None]:
    return (
        pinned is True,
        rating if is_rating(rating) else 0,
        clean_tags(tags) if isinstance(tags, list) else (),
        sha256.lower() if isinstance(sha256, str) and _is_sha256(sha256) else None,
    )


def is_rating(value: object) -> TypeGuard[int]:
    """Tell whether a value is a whole number from 0 to 5."""
    if isinstance(value, bool) or not isinstance(value, int):
        return False
    return 0 <= value <= HIGHEST_RATING


def clean_tags(values: Iterable[object]) -> tuple[str, ...]:
    """Return the tags as they are kept: texts without spaces around them, each only once."""
    texts = (_text(value, LONGEST_TAG).strip() for value in values)
    return tuple(islice(dict.fromkeys(filter(None, texts)), MOST_TAGS))


def is_sidecar_of(image_id: str, data: bytes) -> bool:
    """Tell whether a file is a sidecar by what is in it: an object that names this image."""
    try:
        return load_object(data).get("image_id") == image_id
    except SidecarError:
        return False


def _moment(value: object) -> int | None:
    """Microseconds from 1970 of an ISO time; one with an offset is moved to the local zone."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            moment = moment.astimezone().replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):  # the last two near the years 1 and 9999
        return None
    return to_microseconds(moment)


def _text(value: object, longest: int) -> str:
    """A text the catalogue can hold: no NUL, no surrogates, not longer than ``longest``."""
    if not isinstance(value, str):
        return ""
    if len(value) > longest:
        value = value[:longest]
    if not value.isascii():
        value = value.encode(errors="ignore").decode()
    return value.replace("\0", "") if "\0" in value else value


def _dimensions(value: object) -> tuple[int, int] | None:
    return _parse_dimensions(value) if isinstance(value, str) and len(value) < 40 else None


@lru_cache(256)  # a store has few of them
def _parse_dimensions(text: str) -> tuple[int, int] | None:
    match = _DIMENSIONS.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None


def _cost(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        cost = float(value)
    except OverflowError:
        return None
    return cost if 0 <= cost <= HIGHEST_COST else None
