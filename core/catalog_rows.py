"""Between the catalogue's rows and the core's values."""

from __future__ import annotations

from array import array
from collections.abc import Collection
from typing import Any

import apsw
import msgspec

from core.changes import BESIDE, IN_METADATA, NO_SIDECAR
from core.prune_records import Candidate, Kind
from core.records import ImageRecord

# One statement for all rows of a folder: SQLite runs it without Python, and without the GIL.
UPSERT = """
INSERT INTO image (
    folder, name, day, created_us, size_bytes, modified_ns,
    sidecar, sidecar_bytes, sidecar_ns, sidecar_problem,
    format, width, height, prompt, model, provider, cost_usd, pinned, rating, tags, sha256
)
SELECT
    ?1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4,
    value ->> 5, value ->> 6, value ->> 7, value ->> 8,
    value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13, value ->> 14, value ->> 15,
    value ->> 16, value ->> 17, value ->> 18, unhex(value ->> 19)
FROM jsonb_each(?2) WHERE true
ON CONFLICT (name, folder) DO UPDATE SET
    day = excluded.day, created_us = excluded.created_us,
    size_bytes = excluded.size_bytes, modified_ns = excluded.modified_ns,
    sidecar = excluded.sidecar, sidecar_bytes = excluded.sidecar_bytes,
    sidecar_ns = excluded.sidecar_ns, sidecar_problem = excluded.sidecar_problem,
    format = excluded.format, width = excluded.width, height = excluded.height,
    prompt = excluded.prompt, model = excluded.model, provider = excluded.provider,
    cost_usd = excluded.cost_usd,
    pinned = excluded.pinned, rating = excluded.rating,
    tags = excluded.tags, sha256 = excluded.sha256
"""

# An orphan only if no image has its id: one of either layout may have its sidecar in metadata/.
# The name of the image is the id, a dot, and an ending without one.
ORPHANS = """
SELECT folder.path || '/' || orphan.name, size_bytes, modified_ns
FROM orphan JOIN folder ON folder.id = orphan.folder
WHERE NOT EXISTS (
    SELECT 1 FROM image
    WHERE image.name > substr(orphan.name, 1, length(orphan.name) - 4)
    AND image.name < substr(orphan.name, 1, length(orphan.name) - 5) || '/'
    AND instr(substr(image.name, length(orphan.name) - 3), '.') = 0
)
ORDER BY 1
"""
_CANDIDATES = """
SELECT
    image.key, image.name, folder.path, image.sidecar, image.day, image.created_us,
    image.size_bytes, image.modified_ns, image.sidecar_bytes, image.sidecar_ns, image.pinned = 1
FROM image CROSS JOIN folder ON folder.id = image.folder
"""
# All of it is in the index of pinned images, in this order.
PINNED_DAYS = """
SELECT day, sum(size_bytes), json_group_array(key) FROM (
    SELECT day, size_bytes, key FROM image WHERE pinned = 1 {only}
    ORDER BY day DESC, created_us DESC, key DESC
) GROUP BY day ORDER BY day DESC
"""
# A row value in the condition, so that the next page is looked up in the index.
OLDEST = (
    _CANDIDATES
    + """
WHERE (image.created_us, image.key) > (?, ?) ORDER BY image.created_us, image.key LIMIT ?
"""
)
OF_DAYS = (
    _CANDIDATES
    + """
WHERE image.day IN carray(?) ORDER BY image.created_us
"""
)
MONTH_GROUPS = """
SELECT model, provider, format, count(*), sum(size_bytes), sum(cost_usd)
FROM image WHERE day BETWEEN ? AND ? GROUP BY model, provider, format
"""
MONTH_LARGEST = """
SELECT * FROM record WHERE day BETWEEN ? AND ? ORDER BY size_bytes DESC, key LIMIT ?
"""
NEWEST = """
SELECT record.* FROM day_total CROSS JOIN record ON record.day = day_total.day
WHERE day_total.newest_us >= ?1 AND record.created_us >= ?1
ORDER BY day_total.day DESC, record.created_us DESC, record.key DESC LIMIT ?2
"""
OF_ID = """
SELECT * FROM record WHERE name > ? AND name < ? ORDER BY day DESC, created_us DESC, key DESC
"""
UNHASHED = """
SELECT * FROM record
WHERE key IN (SELECT key FROM image WHERE size_bytes = ? AND sha256 IS NULL)
"""
_decode_keys = msgspec.json.Decoder(list[int]).decode
_decode_tags = msgspec.json.Decoder(tuple[str, ...]).decode


def decoded_tags(stored: str) -> tuple[str, ...]:
    """Return an image's tags as the catalogue has them."""
    return _decode_tags(stored) if stored else ()


def to_record(row: tuple[Any, ...]) -> ImageRecord:
    """Make the record of a row of the view ``record``."""
    key, name, folder, sidecar, problem, *rest, pinned, rating, tags, sha256 = row
    stem = name.rpartition(".")[0]
    sidecar_folder = {NO_SIDECAR: None, BESIDE: folder, IN_METADATA: "metadata"}[sidecar]
    sidecar_path = None if sidecar_folder is None else f"{sidecar_folder}/{stem}.json"
    path, tagged = f"{folder}/{name}", decoded_tags(tags)
    values = key, stem, path, sidecar_path, problem, *rest, bool(pinned), rating, tagged, sha256
    return ImageRecord(*values)


def to_candidate(row: tuple[Any, ...]) -> Candidate:
    """Make a candidate for retention of a row of ``OLDEST`` or ``OF_DAYS``."""
    _, name, folder, sidecar, *numbers = row
    stem = name.rpartition(".")[0]
    return Candidate(
        Kind.IMAGE, stem, f"{folder}/{name}", _sidecar_path(sidecar, folder, stem), *numbers
    )


def _sidecar_path(sidecar: int, folder: str, stem: str) -> str | None:
    sidecar_folder = {NO_SIDECAR: None, BESIDE: folder, IN_METADATA: "metadata"}[sidecar]
    return None if sidecar_folder is None else f"{sidecar_folder}/{stem}.json"


def listed_keys(listed: str) -> array[int]:
    """Read keys from a JSON array."""
    return array("q", _decode_keys(listed))


def key_array(blob: bytes) -> array[int]:
    """Read keys from a blob."""
    return array("q", blob)


def carray(keys: Collection[int]) -> object:
    """Make keys a table-valued parameter."""
    return apsw.carray(keys if isinstance(keys, array) else array("q", keys))


def json_text(values: Collection[object]) -> str:
    """Make values a JSON text parameter."""
    return msgspec.json.encode(values).decode()
