"""Which images were looked at, and which of them are broken or have Content Credentials.

Each image is looked at once, and again when its file is another: triggers forget then what was
found. How many of a day were looked at is kept, so that the next that were not are found at once.
What is found are facts of the full-text index.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from core.catalog_changes import Query
from core.catalog_rows import json_text

EXAMINED_SCHEMA = """
CREATE TABLE examined (
    day INTEGER NOT NULL, key INTEGER NOT NULL,
    signed INTEGER, broken INTEGER,  -- NULL where the file could not be opened: says nothing
    PRIMARY KEY (day, key)
) WITHOUT ROWID;
CREATE INDEX examined_in_vain ON examined (day, key) WHERE signed IS NULL;
CREATE TABLE day_examined (day INTEGER PRIMARY KEY, images INTEGER NOT NULL);
CREATE TRIGGER examined_added AFTER INSERT ON examined BEGIN
    INSERT INTO day_examined VALUES (new.day, 1)
        ON CONFLICT (day) DO UPDATE SET images = images + 1;
END;
CREATE TRIGGER examined_found AFTER INSERT ON examined
WHEN (new.signed OR new.broken) AND new.key <= (SELECT key FROM searchable) BEGIN
    DELETE FROM search WHERE rowid = (new.day << 40) | new.key;
    INSERT INTO search (rowid, prompt, facts)
        SELECT place, prompt, facts FROM searched WHERE key = new.key;
END;
CREATE TRIGGER examined_removed AFTER DELETE ON examined BEGIN
    DELETE FROM day_examined WHERE day = old.day AND images = 1;
    UPDATE day_examined SET images = images - 1 WHERE day = old.day;
END;
CREATE TRIGGER image_gone AFTER DELETE ON image BEGIN
    DELETE FROM examined WHERE day = old.day AND key = old.key;
END;
-- Before, so that what follows the change into the full-text index finds it forgotten.
CREATE TRIGGER image_replaced BEFORE UPDATE ON image
WHEN (old.day, old.size_bytes, old.modified_ns) <> (new.day, new.size_bytes, new.modified_ns)
BEGIN
    DELETE FROM examined WHERE day = old.day AND key = old.key;
END;
"""
_DAY = """
SELECT day FROM day_total LEFT JOIN day_examined USING (day)
WHERE day_total.images > ifnull(day_examined.images, 0) ORDER BY day DESC LIMIT 1
"""
_NEXT = """
SELECT image.key, folder.path || '/' || image.name, image.size_bytes, image.modified_ns
FROM image CROSS JOIN folder ON folder.id = image.folder
WHERE image.day = ?1
AND NOT EXISTS (SELECT 1 FROM examined WHERE examined.day = ?1 AND examined.key = image.key)
ORDER BY image.created_us DESC, image.key DESC LIMIT ?2
"""
# Only of files that are still what they were when they were looked at.
_NOTE = """
INSERT OR IGNORE INTO examined
SELECT image.day, image.key, value ->> 3, value ->> 4 FROM json_each(?)
CROSS JOIN image ON image.key = value ->> 0
WHERE image.size_bytes = value ->> 1 AND image.modified_ns = value ->> 2
RETURNING day, signed OR broken
"""
_FORGET_IN_VAIN = """
DELETE FROM examined
WHERE (day, key) IN (SELECT day, key FROM examined WHERE signed IS NULL LIMIT ?) RETURNING key
"""
_LEFT = """
SELECT (SELECT ifnull(sum(images), 0) FROM day_total)
- (SELECT ifnull(sum(images), 0) FROM day_examined)
"""


class Unexamined(NamedTuple):
    """An image that was not looked at: its key, where it is, and what its file is like."""

    key: int
    path: str
    size_bytes: int
    modified_ns: int


Looked: TypeAlias = Sequence[tuple[Unexamined, tuple[bool, bool] | None]]


def next_unexamined(query: Query, most: int) -> list[Unexamined]:
    """Return images that were not looked at, all of one day, the newest first."""
    days = query(_DAY, ())
    return [Unexamined(*row) for row in query(_NEXT, (*days[0], most))] if days else []


def note_examined(query: Query, looked: Looked) -> frozenset[int]:
    """Note what was found, within a transaction; return the days on which anything was.

    Args:
        query: Runs a statement.
        looked: Images, and whether each is signed, and broken; ``None``: it cannot be opened.
    """
    rows = [
        (image.key, image.size_bytes, image.modified_ns, *(seen or (None, None)))
        for image, seen in looked
    ]
    return frozenset(day for day, found in query(_NOTE, (json_text(rows),)) if found)


def forget_examined_in_vain(query: Query, most: int) -> bool:
    """Have so many images that could not be opened looked at again, within a transaction.

    Returns:
        Whether there were any.
    """
    return bool(query(_FORGET_IN_VAIN, (most,)))


def count_unexamined(query: Query) -> int:
    """Count the images that were not looked at."""
    ((images,),) = query(_LEFT, ())
    return int(images)
