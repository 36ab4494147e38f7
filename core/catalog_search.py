"""Asking the catalogue's full-text index for images, for what they have in a field, and how many.

All of it is about the images that are in the index: others wait for a moment, or, after the first
look at a large store, for some.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import apsw
import msgspec

from core.catalog_days import read_days
from core.catalog_file import CatalogFile
from core.catalog_rows import listed_keys
from core.catalog_schema import catalog_errors
from core.facet_tables import COMBINATION
from core.facets import Combination
from core.query_terms import Query, TextField
from core.records import DayImages
from core.search_plan import SearchPlan, fact_of, matching_fact, plan_search
from core.search_tables import KEY_BITS, add_searchable, waiting

MOST_VALUES = 1_000  # of a field
STEPS = 2_000  # of SQLite, within a millisecond, between two looks whether it is still wanted

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

# To count what matches takes a tenth of looking it up, and a day's order and bytes are kept.
_IS_WHOLE = """
SELECT count(*) = (SELECT images FROM day_total WHERE day = ?2 >> 40)
FROM search WHERE search MATCH ?1 AND search.rowid >= ?2 AND search.rowid < ?3
"""

_COUNTED = """
SELECT image.day, {image}, count(*)
FROM search CROSS JOIN image ON image.key = search.rowid & 0xFFFFFFFFFF
WHERE search MATCH ? AND search.rowid >= ? AND search.rowid < ?{where}
GROUP BY 1, 2, 3, 4, 5, 6
"""

Counted = list[tuple[int, Combination, int]]  # a day, and how many images of a combination


class CatalogSearch(CatalogFile):
    """The part of a catalogue that searches ask."""

    def search_plan(self, query: Query) -> SearchPlan:
        """Make the plan of a search for the images there are now."""
        return plan_search(self._query, query)

    def found(self, plan: SearchPlan, first_day: int, last_day: int) -> list[DayImages]:
        """Return what a search finds on these days, newest day first, with the bytes of it."""
        if (ends := _ends(plan, first_day, last_day)) is None:
            return []
        with self._transaction("BEGIN"):
            if ends[1] - ends[0] > 1 << KEY_BITS:
                return self._found_in(_BY_DAYS, plan, ends)
            if not plan.where and self._query(_IS_WHOLE, (plan.match, *ends))[0][0]:
                return read_days(self._query, [ends[0] >> KEY_BITS])
            return self._found_in(_OF_A_DAY, plan, ends)

    def _found_in(self, sql: str, plan: SearchPlan, ends: tuple[int, int]) -> list[DayImages]:
        found = _FOUND.format(where=plan.where)
        rows = self._query(sql.format(found=found), (plan.match, *ends, *plan.values))
        return [DayImages(day, size, listed_keys(listed)) for day, size, listed in rows]

    def counted(
        self,
        plan: SearchPlan,
        first_day: int,
        last_day: int,
        unwanted: Callable[[], bool] = lambda: False,
    ) -> Counted:
        """Count what a search finds on these days, by day and combination.

        ``unwanted`` is asked now and then, in this thread: if so, nothing is returned, and soon.
        """
        if (ends := _ends(plan, first_day, last_day)) is None:
            return []
        sql = _COUNTED.format(image=COMBINATION.format("image"), where=plan.where)
        bindings = plan.match, *ends, *plan.values
        with catalog_errors(self._path):
            self._connection.set_progress_handler(unwanted, STEPS)
            try:
                rows: list[Any] = self._connection.execute(sql, bindings).fetchall()
            except apsw.InterruptError:
                return []
            finally:
                self._connection.set_progress_handler(None)
        return [(day, Combination(*values), images) for day, *values, images in rows]

    def combinations(self, most: int) -> dict[Combination, int]:
        """Return how many images there are of each combination, up to so many of these."""
        rows = self._query("SELECT * FROM facet_total LIMIT ?", (most,))
        return {Combination(*values): images for *values, images in rows}

    def values(self, field: TextField) -> list[str]:
        """Return the values of a field that searches can find, in alphabetical order.

        Of values that differ only in the case of their letters, the one of the newest image.
        """
        letter = fact_of(field, "")
        newest = _NEWEST_WITH.format(column=_COLUMNS[field])
        values: list[str] = []
        for (fact,) in self._query(_FACTS, (letter, chr(ord(letter) + 1), MOST_VALUES)):
            for (value,) in self._query(newest, (matching_fact(fact),)):
                tags = field == TextField.TAG
                said = msgspec.json.decode(value, type=list[str]) if tags else [value]
                values += [each for each in said if fact_of(field, each) == fact][:1]
        return sorted(values, key=str.casefold)

    def waiting(self) -> bool:
        """Tell whether there are images that no search finds yet."""
        return waiting(self._query, 1) > 0

    def add_searchable(self, most: int) -> frozenset[int]:
        """Have searches find so many more images; return their days, none if none waits."""
        with self._writing():
            return add_searchable(self._query, most)


def _ends(plan: SearchPlan, first_day: int, last_day: int) -> tuple[int, int] | None:
    """Return the first document's number that may be found, and the one after the last."""
    first, last = max(first_day, plan.first_day), min(last_day, plan.last_day)
    return None if first > last else (first << KEY_BITS, (last + 1) << KEY_BITS)
