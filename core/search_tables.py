"""The full-text index in the catalogue: its tables, and how images come into it.

``search`` is an FTS5 index without the texts (they are in ``image``). A document is an image: its
prompt, and its *facts*, each a word of its own that no prompt has. Its number is the day and then
the image's key, so that what matches comes by days without looking at any image. Beginnings of up
to three letters are indexed as such; for longer ones, ``search_word`` knows which words there are:
its documents are many images each, so that listing its words is quick.

New images wait until ``add_searchable`` takes them in, oldest key first: ``searchable`` holds the
last key it took. What changes of those that are in, triggers follow in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from core.facet_tables import ADD_TOTALS, FACET_SCHEMA, SHAPE

Query: TypeAlias = Callable[[str, Sequence[Any]], list[Any]]  # runs a statement; its rows

KEY_BITS = 40  # of a document's number; the day stands above them
INDEXED_LETTERS = 3
ANY_FACT = "x0"  # what every image has

# Facts are the letter of their field and the hexadecimal of their value: one word for FTS5,
# however the value is written; its beginning is the beginning of the value.
_FACTS = """
    'x0 m' || hex(lower(model)) || ' p' || hex(lower(provider)) || ' f' || hex(format)
    || CASE WHEN tags = '' THEN '' ELSE (
        SELECT ifnull(group_concat(' t' || hex(lower(value)), ''), '') FROM json_each(tags)
    ) END
    || ifnull(' x' || nullif({shape}, ''), '')
    || iif(pinned, ' xpinned', '')
    || iif(sidecar_problem IS NULL, '', ' xbroken')
    || iif(prompt = '', '', ' xprompt')
    || iif(sidecar = 0, '', ' xsidecar')
    || ifnull((
        SELECT iif(signed, ' xc2pa', '') || iif(broken, ' xbroken', '')
        FROM examined WHERE (day, key) = (image.day, image.key)
    ), '')
"""

_TOKENS = "tokenize = 'unicode61 remove_diacritics 2'"
_INDEX = f"""
CREATE VIRTUAL TABLE search USING fts5(
    prompt, facts, content = '', contentless_delete = 1, prefix = '1 2 3', {_TOKENS}
);
CREATE VIRTUAL TABLE search_word USING fts5(word, content = '', detail = none, {_TOKENS});
CREATE VIRTUAL TABLE search_term USING fts5vocab(search_word, 'row');
CREATE TABLE searchable (key INTEGER NOT NULL);
"""
_SEARCHED = """
CREATE VIEW searched AS
SELECT (day << 40) | key AS place, key, day, prompt, {facts} AS facts FROM image;
"""
_TRIGGERS = """
INSERT INTO searchable VALUES (0);
CREATE TRIGGER search_removed AFTER DELETE ON image
WHEN old.key <= (SELECT key FROM searchable) BEGIN
    DELETE FROM search WHERE rowid = (old.day << 40) | old.key;
END;
CREATE TRIGGER search_changed AFTER UPDATE ON image
WHEN new.key <= (SELECT key FROM searchable) BEGIN
    DELETE FROM search WHERE rowid = (old.day << 40) | old.key;
    INSERT INTO search (rowid, prompt, facts)
        SELECT place, prompt, facts FROM searched WHERE key = new.key;
    INSERT INTO search_word (word)
        SELECT prompt || ' ' || facts FROM searched WHERE key = new.key;
END;
"""
_ALL_FACTS = _FACTS.format(shape=SHAPE.format("image"))
SEARCH_SCHEMA = _INDEX + _SEARCHED.format(facts=_ALL_FACTS) + _TRIGGERS + FACET_SCHEMA

_LAST = """
SELECT max(key) FROM (
    SELECT key FROM image WHERE key > (SELECT key FROM searchable) ORDER BY key LIMIT ?
)
"""
_NEXT = "FROM searched WHERE key > (SELECT key FROM searchable) AND key <= ?"
_DAYS = "SELECT DISTINCT day " + _NEXT
_ADD = "INSERT INTO search (rowid, prompt, facts) SELECT place, prompt, facts " + _NEXT
_ADD_WORDS = "INSERT INTO search_word (word) SELECT group_concat(prompt, ' ') " + _NEXT
_ADD_FACTS = "INSERT INTO search_word (word) SELECT group_concat(DISTINCT facts) " + _NEXT


def add_searchable(query: Query, most: int) -> frozenset[int]:
    """Take images that wait into the index, within a transaction.

    Args:
        query: Runs a statement.
        most: How many at most; a thousand take some 50 ms.

    Returns:
        The days they are filed under; empty if none waits.
    """
    ((last,),) = query(_LAST, (most,))
    if last is None:
        return frozenset()
    days = query(_DAYS, (last,))
    for add in (_ADD, _ADD_WORDS, _ADD_FACTS, ADD_TOTALS):
        query(add, (last,))
    query("UPDATE searchable SET key = ?", (last,))
    return frozenset(day for (day,) in days)


def waiting(query: Query, most: int) -> int:
    """Count the images that are not in the index yet, up to a number."""
    sql = """
        SELECT count(*) FROM (
            SELECT 1 FROM image WHERE key > (SELECT key FROM searchable) LIMIT ?
        )
    """
    ((images,),) = query(sql, (most,))
    return int(images)
