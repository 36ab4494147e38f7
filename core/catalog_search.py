"""Asking the catalogue's full-text index for images."""

from __future__ import annotations

from core.catalog_rows import listed_keys
from core.records import DayImages
from core.search_plan import SearchPlan
from core.search_tables import KEY_BITS, Query

# A document's number gives the image's key: the join is a look-up of exactly what matches.
_FOUND = """
SELECT day, sum(size_bytes), json_group_array(key ORDER BY created_us DESC, key DESC)
FROM (
    SELECT image.day, image.size_bytes, image.created_us, image.key
    FROM search CROSS JOIN image ON image.key = search.rowid & 0xFFFFFFFFFF
    WHERE search MATCH ? AND search.rowid >= ? AND search.rowid < ?{where}
) GROUP BY day ORDER BY day DESC
"""


def found_in(query: Query, plan: SearchPlan, first_day: int, last_day: int) -> list[DayImages]:
    """Return what matches on the days from the first to the last, newest day first."""
    first, last = max(first_day, plan.first_day), min(last_day, plan.last_day)
    if first > last:
        return []
    ends = first << KEY_BITS, (last + 1) << KEY_BITS
    rows = query(_FOUND.format(where=plan.where), (plan.match, *ends, *plan.values))
    return [DayImages(day, size, listed_keys(listed)) for day, size, listed in rows]
