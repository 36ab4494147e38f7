"""Keeps encoded thumbnails between runs of the program: a cache, which may be deleted any time."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import apsw
import msgspec

CACHE_LIMIT = 2 << 30  # bytes
FULL = 0.9  # of the limit: the rest is for what is asked for
UNSAVED_LIMIT = 64 << 20  # bytes, where the cache cannot be a file

_log = logging.getLogger(__name__)


class CachedThumbnail(msgspec.Struct, frozen=True, array_like=True):
    """What the cache holds for one file: a thumbnail, or the ``problem`` why there can be none."""

    data: bytes
    width: int
    height: int
    problem: str | None = None


class ThumbnailCache:
    """Encoded thumbnails in one SQLite file, for use from a single thread.

    It never raises for what is wrong with that file: a damaged or foreign one is deleted and made
    anew, and where none can be written (said once in the log), memory is the cache.

    Args:
        path: The file; its folder is made when needed. Nothing is touched before the first use.
        limit_bytes: What the entries may take; beyond it those made first are dropped.
    """

    # Another version (of the tables, or of how thumbnails are made) starts anew.
    _VERSION = 3
    _APPLICATION = 0x43537468  # tells our file from any other SQLite database
    _SCHEMA = """
        CREATE TABLE thumbnails (
            made INTEGER PRIMARY KEY,  -- in this order, neighbours on screen are so on disk too
            signature INTEGER NOT NULL UNIQUE,
            width INTEGER NOT NULL, height INTEGER NOT NULL, problem TEXT, data BLOB NOT NULL
        ) STRICT
    """

    def __init__(self, path: Path, limit_bytes: int = CACHE_LIMIT) -> None:
        self._path = path
        self._limit = limit_bytes
        self._connection: apsw.Connection | None = None

    def get_many(self, signatures: Iterable[int]) -> dict[int, CachedThumbnail]:
        """Return what is known of these files, in one query."""
        found: dict[int, CachedThumbnail] = {}
        wanted = json.dumps(list(signatures))

        def read(connection: apsw.Connection) -> None:
            rows = connection.execute(
                "SELECT signature, data, width, height, problem FROM thumbnails"
                " WHERE signature IN (SELECT value FROM json_each(?))",
                (wanted,),
            )
            for key, *values in rows:
                found[key] = CachedThumbnail(*values)

        self._attempt(read)
        return found

    def missing(self, signatures: Iterable[int]) -> list[int] | None:
        """Return those of these files of which nothing is known, in their order.

        Returns:
            ``None`` if there is hardly room for more: whatever is added may cost what is here.
        """
        wanted = list(signatures)
        known: set[int] = set()
        has_room = True

        def read(connection: apsw.Connection) -> None:
            nonlocal has_room
            has_room = self._used(connection) < FULL * self._limit
            found = connection.execute(
                "SELECT signature FROM thumbnails"
                " WHERE signature IN (SELECT value FROM json_each(?))",
                (json.dumps(wanted),),
            )
            known.update(signature for (signature,) in found)

        self._attempt(read)
        return [each for each in wanted if each not in known] if has_room else None

    def put_many(self, entries: Mapping[int, CachedThumbnail]) -> None:
        """Keep these, and drop the oldest where that is too much."""

        def write(connection: apsw.Connection) -> None:
            with connection:
                connection.executemany(
                    "INSERT OR REPLACE INTO thumbnails (signature, width, height, problem, data)"
                    " VALUES (?, ?, ?, ?, ?)",
                    [(k, e.width, e.height, e.problem, e.data) for k, e in entries.items()],
                )
                if self._used(connection) > self._limit:
                    connection.execute(
                        "DELETE FROM thumbnails WHERE made IN"
                        " (SELECT made FROM thumbnails ORDER BY made LIMIT ?)",
                        (4 * len(entries) + 16,),
                    )

        self._attempt(write)

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _attempt(self, action: Callable[[apsw.Connection], None]) -> None:
        for _ in range(3):  # as it is; with a new file; in memory
            try:
                if self._connection is None:
                    self._connection = self._open()
                return action(self._connection)
            except (
                apsw.CorruptError,
                apsw.NotADBError,
                apsw.SQLError,
                apsw.MismatchError,
            ) as error:
                self._renew(error)
            except apsw.BusyError:
                return None  # another window writes for long; the cache can do without this once
            except (apsw.Error, OSError) as error:
                self._use_memory(error)
        return None

    def _open(self) -> apsw.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = apsw.Connection(str(self._path))
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: apsw.Connection) -> None:
        connection.set_busy_timeout(2000)
        connection.pragma("page_size", 8192)  # of a new file; a thumbnail takes two or three
        connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", "normal")
        connection.pragma("journal_size_limit", 16 << 20)
        with connection:
            if not connection.execute("SELECT count(*) FROM sqlite_schema").get:
                connection.execute(self._SCHEMA)
                connection.pragma("application_id", self._APPLICATION)
                connection.pragma("user_version", self._VERSION)
            identity = connection.pragma("application_id"), connection.pragma("user_version")
        if identity != (self._APPLICATION, self._VERSION):
            raise apsw.NotADBError("it is of another program or version")

    def _renew(self, error: Exception) -> None:
        _log.warning("The thumbnail cache %s is damaged and made anew (%s)", self._path, error)
        self.close()
        try:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self._path}{suffix}").unlink(missing_ok=True)
        except OSError as refused:
            self._use_memory(refused)

    def _use_memory(self, error: Exception) -> None:
        _log.warning(
            "Thumbnails are not kept when the program ends: %s cannot be written (%s)",
            self._path,
            error,
        )
        self.close()
        self._limit = min(self._limit, UNSAVED_LIMIT)
        self._connection = apsw.Connection(":memory:")
        self._connection.execute(self._SCHEMA)

    @staticmethod
    def _used(connection: apsw.Connection) -> int:
        pages = connection.pragma("page_count") - connection.pragma("freelist_count")
        return int(pages * connection.pragma("page_size"))
