"""Asking the catalogue's full-text index for images, and for what they have in a field."""

from __future__ import annotations

import msgspec

from core.catalog_rows import listed_keys
from core.query_terms import TextField
from core.records import DayImages
from core.search_plan import SearchPlan, fact_of, matching_fact
from core.search_tables import KEY_BITS, Query

MOST_VALUES = 1_000  # of a field

# Words of prompts may look like facts, and what once was a fact may be none any more: each is
# looked for among the facts of the images there are.
_FACTS = """
SELECT term FROM search_term
WHERE term > ?1 AND term < ?2 AND length(term) % 2 = 1 AND NOT substr(term, 2) GLOB '*[^0-9a-f]*'
LIMIT ?3
"""
_NEWEST_WITH = """
SELECT image.{column} FROM search CROSS JOIN image ON image.key = search.rowid & 0xFFFFFFFFFF
WHERE search MATCH ? ORDER BY search.rowid DESC LIMIT 1
"""
_COLUMNS = {
    TextField.MODEL: "model",
    TextField.PROVIDER: "provider",
    TextField.FORMAT: "format",
    TextField.TAG: "tags",
}

# A document's number gives the image's key: the join is a look-up of exactly what matches.
_FOUND = """
SELECT image.day, image.size_bytes, image.created_us, image.key
FROM search CROSS JOIN image ON image.key = search.rowid & 0xFFFFFFFFFF
WHERE search MATCH ? AND search.rowid >= ? AND search.rowid < ?{where}
"""
_BY_DAYS = """
SELECT day, sum(size_bytes), json_group_array(key ORDER BY created_us DESC, key DESC)
FROM ({found}) GROUP BY day ORDER BY day DESC
"""
# A day may hold tens of thousands: to sort them before takes two thirds of the time.
_OF_A_DAY = """
SELECT min(day), sum(size_bytes), json_group_array(key)
FROM ({found} ORDER BY created_us DESC, key DESC) HAVING count(*) > 0
"""


def found_in(query: Query, plan: SearchPlan, first_day: int, last_day: int) -> list[DayImages]:
    """Return what matches on the days from the first to the last, newest day first."""
    first, last = max(first_day, plan.first_day), min(last_day, plan.last_day)
    if first > last:
        return []
    ends = first << KEY_BITS, (last + 1) << KEY_BITS
    sql = _OF_A_DAY if first == last else _BY_DAYS
    found = _FOUND.format(where=plan.where)
    rows = query(sql.format(found=found), (plan.match, *ends, *plan.values))
    return [DayImages(day, size, listed_keys(listed)) for day, size, listed in rows]


def values_in(query: Query, field: TextField) -> list[str]:
    """Return the values of a field that images have, in alphabetical order.

    Of values that differ only in the case of their letters, the one of the newest image.
    """
    letter = fact_of(field, "")
    newest = _NEWEST_WITH.format(column=_COLUMNS[field])
    values: list[str] = []
    for (fact,) in query(_FACTS, (letter, chr(ord(letter) + 1), MOST_VALUES)):
        for (value,) in query(newest, (matching_fact(fact),)):
            said = msgspec.json.decode(value, type=list[str]) if field == TextField.TAG else [value]
            values += [each for each in said if fact_of(field, each) == fact][:1]
    return sorted(values, key=str.casefold)
