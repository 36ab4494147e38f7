"""The ordered keys of each day: kept as a blob, so that a store is shown without sorting anything.

The blob of a small day is thrown away when an image of the day changes, and made again after the
next scan; until then the day is listed from an index. A large day would take long to list for each
image that is saved into it, so its blob stays, with a note of the images that changed since.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from sys import byteorder
from typing import Any, TypeAlias

from core.catalog_changes import Query
from core.catalog_rows import json_text, key_array, listed_keys
from core.records import DayImages

Rows: TypeAlias = Callable[[str, Sequence[Any]], Iterable[Any]]

MOST_EDITS = 32  # noted for one day; with more, its blob is made again
DAYS_AT_ONCE = 50

_DAYS = """
SELECT day, size_bytes, keys, listed FROM day_images
WHERE ?1 IS NULL OR day IN (SELECT value FROM json_each(?1)) ORDER BY day DESC
"""
# The first edit of an image tells whether the blob has it.
_EDITS = """
SELECT day_edit.day, day_edit.key, was_kept, created_us FROM day_edit
LEFT JOIN image ON image.key = day_edit.key AND image.day = day_edit.day
ORDER BY created_us, day_edit.key
"""
_NEXT_OLDER = """
SELECT key FROM image WHERE day = ?1 AND (created_us, key) < (?2, ?3)
ORDER BY created_us DESC, key DESC LIMIT 1
"""
_MUCH_EDITED = "SELECT day, count(*) FROM day_edit GROUP BY day HAVING count(*) > ?"
_UNKEPT = "SELECT day, listed FROM day_images WHERE keys IS NULL LIMIT ?"


def read_days(rows: Rows, days: Collection[int] | None) -> list[DayImages]:
    """Return the ordered keys of these days (or of all), within a transaction.

    Args:
        rows: Runs a statement; best row by row, for then no two copies of all keys are held.
        days: Which days; ``None`` for all.
    """
    edited = defaultdict(list)
    for day, *edit in rows(_EDITS, ()):
        edited[day].append(edit)
    return [
        DayImages(day, size, _current(rows, day, key_array(blob), edited[day]))
        if listed is None
        else DayImages(day, size, listed_keys(listed))
        for day, size, blob, listed in rows(_DAYS, (None if days is None else json_text(days),))
    ]


def keep_some_days(query: Query) -> bool:
    """Make the blobs of some days that have none, within a transaction; tell if more have none."""
    rows = query(_UNKEPT, (DAYS_AT_ONCE,))
    for day, listed in rows:
        query("INSERT INTO day_keys VALUES (?, ?)", (day, listed_keys(listed).tobytes()))
    return len(rows) == DAYS_AT_ONCE


def bound_edits(query: Query) -> None:
    """See to it that no day has many edits, within the transaction that noted them.

    The blob is made again, unless so much changed at once that more will follow: then it goes.
    """
    for day, count in query(_MUCH_EDITED, (MOST_EDITS,)):
        found = read_days(query, [day]) if count <= 2 * MOST_EDITS else []
        query("DELETE FROM day_edit WHERE day = ?", (day,))
        query("DELETE FROM day_keys WHERE day = ?", (day,))
        for images in found:
            query("INSERT INTO day_keys VALUES (?, ?)", (day, images.keys.tobytes()))


def _current(
    rows: Rows, day: int, keys: array[int], edits: Collection[tuple[int, bool, int | None]]
) -> array[int]:
    """Take edits, oldest image first, into the keys of a day as they were before."""
    gone = [key for key, was_kept, _ in edits if was_kept]
    for at in sorted(_places(keys, gone), reverse=True):
        del keys[at]
    for key, _, created_us in edits:
        if created_us is not None:
            # All that are older have their places by now.
            older = next(iter(rows(_NEXT_OLDER, (day, created_us, key))), ())
            keys.insert(next(_places(keys, older), len(keys)), key)
    return keys


def _places(keys: array[int], wanted: Collection[int]) -> Iterator[int]:
    """Yield where keys stand; faster than ``array.index``."""
    memory = keys.tobytes() if wanted else b""
    for key in wanted:
        pattern = key.to_bytes(keys.itemsize, byteorder, signed=True)
        at = memory.find(pattern)
        while at >= 0 and at % keys.itemsize:
            at = memory.find(pattern, at + 1)
        if at >= 0:
            yield at // keys.itemsize
