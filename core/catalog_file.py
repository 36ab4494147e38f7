"""The catalogue's file: an open connection, its statements and its transactions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.catalog_schema import SMALL_CACHE, catalog_errors, connect
from core.errors import CatalogError


def delete_catalog(path: Path) -> None:
    """Delete a catalogue's files; those that have it open go on with what is then theirs alone.

    Raises:
        CatalogError: They cannot be deleted.
    """
    for suffix in ("", "-wal", "-shm"):
        try:
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        except OSError as error:
            raise CatalogError(f"The catalogue {path} cannot be deleted: {error}.") from error


class CatalogFile:
    """An open catalogue, for one thread at a time; any number of them may share one file.

    Every method raises CatalogDamaged where the file turns out to be damaged, and CatalogError
    where it cannot be used otherwise (disk full, locked for over five seconds).
    """

    def __init__(self, path: Path, store: Path, cache_kib: int = SMALL_CACHE) -> None:
        self._path = str(path)
        self._connection = connect(path, store, cache_kib)

    def _version(self) -> tuple[int, int]:
        """Return what is another after every change, by this connection or any other."""
        with catalog_errors(self._path):
            return self._connection.pragma("data_version"), self._connection.total_changes()

    def close(self) -> None:
        """Close the file; more calls do nothing."""
        self._connection.close()

    def _query(self, sql: str, bindings: Sequence[Any] = ()) -> list[Any]:
        with catalog_errors(self._path):
            return self._connection.execute(sql, bindings).fetchall()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self._query(begin)
        try:
            yield
            self._query("COMMIT")
        except BaseException:
            with catalog_errors(self._path):
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
            raise
