"""The catalogue's file: an open connection, its statements and its transactions."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.catalog_schema import BUSY_TURN, SMALL_CACHE, catalog_errors, connect
from core.errors import CatalogError

WRITING_SECONDS = 0.1  # one transaction after the other, before a rest
REST_SECONDS = 2.5 * BUSY_TURN  # so that whoever waits asks in the middle of it


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
    where it cannot be used otherwise (disk full, locked for five seconds).
    """

    def __init__(self, path: Path, store: Path, cache_kib: int = SMALL_CACHE) -> None:
        self._path = str(path)
        self._connection = connect(path, store, cache_kib)
        self._rested = self._wrote = 0.0

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
    def _writing(self) -> Iterator[None]:
        """A transaction that writes; between very many of them others get their turn."""
        began = time.monotonic()
        if began - self._wrote > REST_SECONDS:
            self._rested = began
        elif began - self._rested > WRITING_SECONDS:
            time.sleep(REST_SECONDS)
            self._rested = time.monotonic()
        with self._transaction("BEGIN IMMEDIATE"):
            yield
        self._wrote = time.monotonic()

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
