"""What changed in a store, written into the catalogue within a transaction, and logged there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import msgspec

from core.catalog_rows import UPSERT, carray, json_text
from core.changes import Applied, FolderChange, Leftovers

LOGGED = 2000  # transactions; whoever looks less often has to read everything again

_decode = msgspec.json.Decoder(frozenset[int]).decode

Query: TypeAlias = Callable[[str, Sequence[Any]], list[Any]]  # runs a statement; its rows


def apply_change(query: Query, change: FolderChange) -> None:
    """Write the changes of one folder; a file keeps its key."""
    ((folder,),) = query(
        "INSERT INTO folder (path) VALUES (?) ON CONFLICT (path) DO UPDATE SET path = path "
        "RETURNING id",
        (change.path,),
    )
    if change.removed:
        keys = carray([entry.key for entry in change.removed])
        query("DELETE FROM image WHERE key IN (SELECT value FROM carray(?))", (keys,))
    if change.rows.count:
        query(UPSERT, (folder, change.rows.text))
    if change.state is not None:
        state = (change.state.mtime_ns, change.state.looked_ns, folder)
        query("UPDATE folder SET mtime_ns = ?, looked_ns = ? WHERE id = ?", state)
    if change.leftovers is not None:
        _write_leftovers(query, folder, change.leftovers)
    if change.gone:
        query("DELETE FROM image WHERE folder = ?", (folder,))
        query("DELETE FROM orphan WHERE folder = ?", (folder,))
        query("DELETE FROM folder WHERE id = ?", (folder,))


def log_change(query: Query, applied: Applied) -> None:
    """Log what a transaction touched, for other processes, and forget what is long past."""
    query(
        "INSERT INTO change (days, keys) VALUES (?, ?)",
        (json_text(applied.days), json_text(applied.keys)),
    )
    query("DELETE FROM change WHERE number <= (SELECT max(number) FROM change) - ?", (LOGGED,))


def logged_changes(query: Query, after: int) -> tuple[int, Applied | None]:
    """Return the number of the last change, and all that was touched after number ``after``.

    That is ``None`` where it is not known, because the log does not reach back so far.
    """
    rows = query("SELECT number, days, keys FROM change WHERE number > ? ORDER BY number", (after,))
    if not rows:
        return after, Applied(frozenset(), frozenset())
    last = rows[-1][0]
    if rows[0][0] != after + 1:
        return last, None
    days = frozenset().union(*(_decode(days) for _, days, _ in rows))
    keys = frozenset().union(*(_decode(keys) for _, _, keys in rows))
    return last, Applied(days, keys)


def _write_leftovers(query: Query, folder: int, leftovers: Leftovers) -> None:
    query("UPDATE folder SET unknown = ? WHERE id = ?", (leftovers.unknown, folder))
    query("DELETE FROM orphan WHERE folder = ?", (folder,))
    query(
        "INSERT INTO orphan SELECT ?1, key, value ->> 0, value ->> 1 FROM json_each(?2)",
        (folder, json_text(leftovers.orphans)),
    )
