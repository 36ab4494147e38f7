"""What changed in one folder of a store, written into the catalogue, within a transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from core.catalog_rows import UPSERT, carray, json_text
from core.changes import FolderChange, Leftovers

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
    if change.rows:
        query(UPSERT, (folder, json_text(change.rows)))
    if change.state is not None:
        state = (change.state.mtime_ns, change.state.looked_ns, folder)
        query("UPDATE folder SET mtime_ns = ?, looked_ns = ? WHERE id = ?", state)
    if change.leftovers is not None:
        _write_leftovers(query, folder, change.leftovers)
    if change.gone:
        query("DELETE FROM image WHERE folder = ?", (folder,))
        query("DELETE FROM orphan WHERE folder = ?", (folder,))
        query("DELETE FROM folder WHERE id = ?", (folder,))


def _write_leftovers(query: Query, folder: int, leftovers: Leftovers) -> None:
    query("UPDATE folder SET unknown = ? WHERE id = ?", (leftovers.unknown, folder))
    query("DELETE FROM orphan WHERE folder = ?", (folder,))
    query(
        "INSERT INTO orphan SELECT ?1, key, value ->> 0, value ->> 1 FROM json_each(?2)",
        (folder, json_text(leftovers.orphans)),
    )
