"""What many images share and sum up to, and which is the newest: one or two questions each."""

from __future__ import annotations

from collections.abc import Collection

from core.catalog_changes import Query
from core.catalog_rows import carray, decoded_tags
from core.records import SelectionSummary, StoreTotals, from_microseconds

_FIRST = """
SELECT prompt, model, provider, format, rating, tags, width, height FROM carray(?) AS wanted
CROSS JOIN image ON image.key = wanted.value LIMIT 1
"""
_SUMS = """
SELECT count(*), sum(size_bytes), sum(cost_usd),
min(created_us), max(created_us), min(prompt = ?2), min(model = ?3),
min(provider = ?4), min(format = ?5), min(rating = ?6), min(tags = ?7),
min(width = ?8 AND height = ?9)
FROM carray(?1) AS wanted CROSS JOIN image ON image.key = wanted.value
"""
_NEWEST_OF = """
SELECT key FROM carray(?) AS wanted CROSS JOIN image ON image.key = wanted.value
ORDER BY day DESC, created_us DESC, key DESC LIMIT 1
"""
_TOTALS = """
SELECT ifnull(sum(images), 0), ifnull(sum(size_bytes), 0), ifnull(sum(sidecar_bytes), 0),
ifnull(sum(without_sidecar), 0), min(oldest_us), max(newest_us),
(SELECT ifnull(max(key), 0) FROM image) FROM day_total
"""


def totals_of(query: Query) -> StoreTotals:
    """Return what the store holds, from the days' totals."""
    ((images, size, sidecars, without, oldest, newest, last_key),) = query(_TOTALS, ())
    return StoreTotals(
        images=images,
        size_bytes=size,
        sidecar_bytes=sidecars,
        oldest=None if oldest is None else from_microseconds(oldest),
        newest=None if newest is None else from_microseconds(newest),
        without_sidecar=without,
        last_key=last_key,
    )


def newest_of(query: Query, keys: Collection[int]) -> int | None:
    """Return which of these images is the newest; ``None`` if all of them are gone."""
    rows = query(_NEWEST_OF, (carray(keys),)) if keys else []
    return rows[0][0] if rows else None


def summary_of(query: Query, keys: Collection[int]) -> SelectionSummary | None:
    """Return what these images share and sum up to, within a transaction; ``None`` if all are gone.

    What they share is what the first of them has, where all have the same.
    """
    first = query(_FIRST, (carray(keys),))
    if not first:
        return None
    ((images, size, cost, oldest, newest, *same),) = query(_SUMS, (carray(keys), *first[0]))
    prompt, model, provider, file_format, rating, tags, width, height = first[0]
    values = {"prompt": prompt, "model": model, "provider": provider, "format": file_format}
    values["rating"] = str(rating) if rating else ""
    values["tags"] = ", ".join(decoded_tags(tags))
    values["dimensions"] = f"{width}×{height}" if width and height else ""
    return SelectionSummary(
        images=images,
        size_bytes=size,
        cost_usd=cost,
        oldest=from_microseconds(oldest),
        newest=from_microseconds(newest),
        shared={
            name: value
            for (name, value), shared in zip(values.items(), same, strict=True)
            if shared and value
        },
    )
