"""The catalogue's tables, and opening a database file that holds exactly these.

``cksumvfs``, a SQLite extension that apsw carries, keeps a checksum in every page: whatever page is
damaged, the query that meets it fails instead of answering wrongly. That costs a fifth of a
read from disk, and nothing at opening, where ``PRAGMA quick_check`` takes seconds.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import apsw
import apsw.sqlite_extra

from core.errors import CatalogDamaged, CatalogError
from core.examined_tables import EXAMINED_SCHEMA
from core.search_tables import SEARCH_SCHEMA

APPLICATION_ID = 0x43534854  # "CSHT"
VERSION = 10
BUSY_SECONDS = 5.0  # for which a lock of others is waited for
BUSY_TURN = 0.002
SMALL_CACHE, LARGE_CACHE = 4_000, 32_000  # KiB: for questions, and for writing very much
LARGE_DAY = 4096  # images

# Sidecar: 0 there is none, 1 beside the image, 2 in metadata/.
# (name, folder) rather than (folder, name): the same index finds an image by its id.
# day_keys holds the ordered keys of a day as a blob for as long as they are right, but for the
# images in day_edit, which is noted for large days only: see catalog_days.
# change is the log of what was written last, by whatever process, for all that have it open.
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE folder (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, mtime_ns INTEGER, looked_ns INTEGER,
    unknown INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE image (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    folder INTEGER NOT NULL, name TEXT NOT NULL,
    day INTEGER NOT NULL, created_us INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL, modified_ns INTEGER NOT NULL,
    sidecar INTEGER NOT NULL, sidecar_bytes INTEGER NOT NULL, sidecar_ns INTEGER NOT NULL,
    sidecar_problem TEXT,
    format TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
    prompt TEXT NOT NULL, model TEXT NOT NULL, provider TEXT NOT NULL, cost_usd REAL,
    pinned INTEGER NOT NULL, rating INTEGER NOT NULL, tags TEXT NOT NULL, sha256 BLOB,
    UNIQUE (name, folder)
);
CREATE INDEX image_order ON image (day DESC, created_us DESC, key DESC);
CREATE INDEX image_folder ON image (folder);
CREATE INDEX image_age ON image (created_us);
CREATE INDEX image_pinned ON image (day DESC, created_us DESC, key DESC, size_bytes)
    WHERE pinned = 1;
CREATE INDEX image_sha256 ON image (sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX image_unhashed ON image (size_bytes) WHERE sha256 IS NULL;

CREATE TABLE orphan (
    folder INTEGER NOT NULL, name TEXT NOT NULL,
    size_bytes INTEGER NOT NULL, modified_ns INTEGER NOT NULL,
    PRIMARY KEY (folder, name)
) WITHOUT ROWID;

CREATE TABLE day_total (
    day INTEGER PRIMARY KEY,
    images INTEGER NOT NULL, size_bytes INTEGER NOT NULL,
    sidecar_bytes INTEGER NOT NULL, without_sidecar INTEGER NOT NULL,
    oldest_us INTEGER NOT NULL, newest_us INTEGER NOT NULL
);
CREATE TABLE day_keys (day INTEGER PRIMARY KEY, keys BLOB NOT NULL);
CREATE TABLE day_edit (
    day INTEGER, key INTEGER, was_kept INTEGER NOT NULL, PRIMARY KEY (day, key)
) WITHOUT ROWID;
CREATE TABLE change (number INTEGER PRIMARY KEY, days TEXT NOT NULL, keys TEXT NOT NULL);

CREATE VIEW record AS SELECT
    image.key, image.name, folder.path, image.sidecar, image.sidecar_problem, image.day,
    image.created_us, image.size_bytes, image.modified_ns, image.format, image.width, image.height,
    image.prompt, image.model, image.provider, image.cost_usd,
    image.pinned, image.rating, image.tags,
    CASE WHEN image.sha256 IS NOT NULL THEN lower(hex(image.sha256)) END AS sha256
FROM image JOIN folder ON folder.id = image.folder;

CREATE VIEW day_images AS SELECT
    day, size_bytes, keys,
    CASE WHEN keys IS NULL THEN (
        SELECT json_group_array(key) FROM (
            SELECT key FROM image WHERE image.day = day_total.day ORDER BY created_us DESC, key DESC
        )
    ) END AS listed
FROM day_total LEFT JOIN day_keys USING (day);
"""

_ADD_NEW = """
    INSERT INTO day_total VALUES (
        new.day, 1, new.size_bytes, new.sidecar_bytes, new.sidecar = 0,
        new.created_us, new.created_us
    ) ON CONFLICT (day) DO UPDATE SET
        images = images + 1,
        size_bytes = size_bytes + excluded.size_bytes,
        sidecar_bytes = sidecar_bytes + excluded.sidecar_bytes,
        without_sidecar = without_sidecar + excluded.without_sidecar,
        oldest_us = min(oldest_us, excluded.oldest_us),
        newest_us = max(newest_us, excluded.newest_us);
    DELETE FROM day_keys WHERE day = new.day AND length(keys) < {large};
    INSERT INTO day_edit SELECT day, new.key, 0 FROM day_keys WHERE day = new.day
        ON CONFLICT DO NOTHING;
"""
_DROP_OLD = """
    DELETE FROM day_total WHERE day = old.day AND images = 1;
    UPDATE day_total SET
        images = images - 1,
        size_bytes = size_bytes - old.size_bytes,
        sidecar_bytes = sidecar_bytes - old.sidecar_bytes,
        without_sidecar = without_sidecar - (old.sidecar = 0),
        oldest_us = ifnull((SELECT min(created_us) FROM image WHERE day = old.day), oldest_us),
        newest_us = ifnull((SELECT max(created_us) FROM image WHERE day = old.day), newest_us)
    WHERE day = old.day;
    DELETE FROM day_keys WHERE day = old.day AND length(keys) < {large};
    INSERT INTO day_edit SELECT day, old.key, 1 FROM day_keys WHERE day = old.day
        ON CONFLICT DO NOTHING;
"""
_TRIGGERS = f"""
CREATE TRIGGER image_added AFTER INSERT ON image BEGIN {_ADD_NEW} END;
CREATE TRIGGER image_removed AFTER DELETE ON image BEGIN {_DROP_OLD} END;
CREATE TRIGGER image_changed AFTER UPDATE ON image BEGIN {_DROP_OLD} {_ADD_NEW} END;
"""


@contextmanager
def catalog_errors(path: str) -> Iterator[None]:
    """Raise what SQLite reports as the core's own errors, with the catalogue's name."""
    try:
        yield
    except (apsw.CorruptError, apsw.NotADBError, apsw.IOError, apsw.SQLError) as error:
        # SQLError: a table or column that must be there is not.
        raise CatalogDamaged(f"The catalogue {path} is damaged: {error}.") from error
    except apsw.Error as error:
        raise CatalogError(f"The catalogue {path} cannot be used: {error}.") from error


@cache
def _checksumming_vfs() -> str | None:
    if apsw.sqlite_extra.has("cksumvfs") is None:
        return None  # an apsw that was built without extensions: then without page checksums
    connection = apsw.Connection(":memory:")
    apsw.sqlite_extra.load(connection, "cksumvfs")
    connection.close()
    return "cksmvfs"


def connect(path: Path, store: Path, cache_kib: int) -> apsw.Connection:
    """Open the database of a store's catalogue; a new one is made if there is none.

    Raises:
        CatalogDamaged: The file is no catalogue, of another version, or of another store.
        CatalogError: It cannot be opened or made.
    """
    with catalog_errors(str(path)):
        connection = apsw.Connection(str(path), vfs=_checksumming_vfs())
        try:
            _prepare_patiently(connection, path, store)
            connection.pragma("cache_size", -cache_kib)
        except BaseException:
            connection.close()
            raise
        return connection


def _prepare_patiently(connection: apsw.Connection, path: Path, store: Path) -> None:
    """Wait for another process that makes the same file: SQLite itself does not, for WAL."""
    for _ in range(100):
        try:
            return _prepare(connection, path, store)
        except apsw.BusyError:
            time.sleep(0.05)
    return _prepare(connection, path, store)


def _patience() -> Callable[[int], bool]:
    """Return what waits for a lock, told how often it has, and tells whether to ask again.

    SQLite's own busy timeout soon asks only ten times a second, and then, amid the many short
    transactions of a scan, again and again while one is under way.
    """
    began = 0.0

    def wait(times: int) -> bool:
        nonlocal began
        if times == 0:
            began = time.monotonic()
        time.sleep(BUSY_TURN)
        return time.monotonic() - began < BUSY_SECONDS

    return wait


def _prepare(connection: apsw.Connection, path: Path, store: Path) -> None:
    connection.set_busy_handler(_patience())
    if not connection.pragma("page_count"):
        connection.reserve_bytes("main", 8)  # where the checksum of a page goes
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "normal")
    connection.pragma("journal_size_limit", 64 * 1024**2)
    if not connection.pragma("user_version"):
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            if not connection.execute("SELECT count(*) FROM sqlite_schema").get:
                _create(connection, store)
        connection.execute("COMMIT")
    found = connection.pragma("application_id"), connection.pragma("user_version")
    if found != (APPLICATION_ID, VERSION):
        raise CatalogDamaged(f"{path} is not a catalogue of this version.")
    described = connection.execute("SELECT value FROM meta WHERE name = 'store'").get
    if described != os.path.realpath(store):
        raise CatalogDamaged(f"The catalogue {path} belongs to the store {described}.")


def _create(connection: apsw.Connection, store: Path) -> None:
    connection.execute(_SCHEMA)
    connection.execute(_TRIGGERS.format(large=8 * LARGE_DAY))
    connection.execute(SEARCH_SCHEMA)
    connection.execute(EXAMINED_SCHEMA)
    connection.execute("INSERT INTO meta VALUES ('store', ?)", (os.path.realpath(store),))
    connection.pragma("application_id", APPLICATION_ID)
    connection.pragma("user_version", VERSION)
