"""The catalogue: what a store holds, in a SQLite database that can be rebuilt at any time.

The files on disk are the truth. The catalogue lives in the person's cache folder, answers in
milliseconds at a million images, and the scanner brings it into agreement. Several processes may
read and write it at once: writes are short transactions; a reader sees what was before or after.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Collection, Sequence
from pathlib import Path

from core.catalog_changes import apply_change, log_change, logged_changes
from core.catalog_columns import Column, read_column
from core.catalog_days import bound_edits, keep_some_days, read_days
from core.catalog_rows import (
    MONTH_GROUPS,
    MONTH_LARGEST,
    NEWEST,
    OF_DAYS,
    OF_ID,
    OLDEST,
    ORPHANS,
    PINNED_DAYS,
    UNHASHED,
    carray,
    json_text,
    listed_keys,
    to_candidate,
    to_record,
)
from core.catalog_schema import SMALL_CACHE, catalog_errors
from core.catalog_search import CatalogSearch
from core.catalog_summary import newest_of, summary_of, totals_of
from core.changes import Applied, FileEntry, FolderChange, FolderState, Leftovers
from core.examined_tables import (
    Looked,
    Unexamined,
    count_unexamined,
    forget_examined_in_vain,
    next_unexamined,
    note_examined,
)
from core.presence import Place
from core.prune_records import Candidate
from core.records import (
    DayImages,
    DayTotal,
    ImageRecord,
    OrphanSidecar,
    SelectionSummary,
    StoreTotals,
)
from core.search_tables import add_searchable, waiting
from core.statistics_records import LARGEST, GroupTotal, MonthStatistics

EVERYTHING = -1  # SQLite's LIMIT for no limit
BEGINNING = (-sys.maxsize, 0)
FEW = 64


def open_catalog(path: Path, store: Path, cache_kib: int = SMALL_CACHE) -> Catalog:
    """Open a store's catalogue, an empty one if there is none.

    Args:
        path: The database file; its folder must exist.
        store: The store's folder; a catalogue belongs to one store.
        cache_kib: How much of it SQLite may keep in memory, in KiB.

    Raises:
        CatalogDamaged: The file is damaged, no catalogue, of another version or another store:
            delete it and scan anew.
        CatalogError: It cannot be opened or made.
    """
    return Catalog(path, store, cache_kib)


class Catalog(CatalogSearch):
    """What is known of a store; the files' state, the days' totals and the images' records."""

    _totals: tuple[object, StoreTotals] | None = None

    def totals(self) -> StoreTotals:
        """Return what the store holds, from the days' totals; summed up once after a change."""
        version = self._version()
        if self._totals is None or self._totals[0] != version:
            self._totals = version, totals_of(self._query)
        return self._totals[1]

    def day_totals(self, days: Collection[int] | None = None) -> list[DayTotal]:
        """Return these days (or all) as far as they have images, newest first."""
        rows = self._query(
            "SELECT day, images, size_bytes FROM day_total "
            "WHERE ?1 IS NULL OR day IN (SELECT value FROM json_each(?1)) ORDER BY day DESC",
            (None if days is None else json_text(days),),
        )
        return [DayTotal(*row) for row in rows]

    def days(self, days: Collection[int] | None = None) -> list[DayImages]:
        """Return the ordered keys of these days (or of all), newest day first.

        Days without images are left out.
        """
        with self._transaction("BEGIN"), catalog_errors(self._path):
            return read_days(self._connection.execute, days)

    def pinned_days(self, days: Collection[int] | None = None) -> list[DayImages]:
        """Return the ordered keys and the bytes of the pinned images of these days (or of all)."""
        only = "" if days is None else "AND day IN (SELECT value FROM json_each(?)) "
        bindings = () if days is None else (json_text(days),)
        rows = self._query(PINNED_DAYS.format(only=only), bindings)
        return [DayImages(day, size, listed_keys(listed)) for day, size, listed in rows]

    def records(self, keys: Collection[int]) -> dict[int, ImageRecord]:
        """Return the records of these keys; a key of an image that is gone is left out."""
        if not keys:
            return {}
        sql = "SELECT record.* FROM carray(?) AS wanted CROSS JOIN record ON key = wanted.value"
        return {row[0]: to_record(row) for row in self._query(sql, (carray(keys),))}

    def find(self, image_id: str) -> list[ImageRecord]:
        """Return every image of this id, newest first; two files may have the same one."""
        rows = self._query(OF_ID, (image_id + ".", image_id + "/"))  # "/" comes next after "."
        return [record for record in map(to_record, rows) if record.image_id == image_id]

    def at(self, paths: Collection[str]) -> dict[str, ImageRecord]:
        """Return the records of the images at these paths; a path without an image is left out."""
        found: dict[str, ImageRecord] = {}
        for path in paths:
            for record in self.find(path.rpartition("/")[2].rpartition(".")[0]):
                if record.path == path:
                    found[path] = record
        return found

    def newest(self, limit: int | None = None, since_us: int | None = None) -> list[ImageRecord]:
        """Return at most ``limit`` images made at ``since_us`` or later, newest first."""
        since = -sys.maxsize if since_us is None else since_us
        most = EVERYTHING if limit is None else max(limit, 0)
        return [to_record(row) for row in self._query(NEWEST, (since, most))]

    def newest_of(self, keys: Collection[int]) -> int | None:
        """Return which of these images is the newest; ``None`` if all of them are gone."""
        return newest_of(self._query, keys)

    def find_content(self, sha256: str) -> list[ImageRecord]:
        """Return every image whose sidecar says that its bytes have this SHA-256 (hex digits)."""
        sql = "SELECT * FROM record WHERE key IN (SELECT key FROM image WHERE sha256 = unhex(?))"
        return [to_record(row) for row in self._query(sql, (sha256,))]

    def unhashed(self, size_bytes: int) -> list[ImageRecord]:
        """Return every image of this many bytes of which no SHA-256 is known."""
        return [to_record(row) for row in self._query(UNHASHED, (size_bytes,))]

    def oldest(self, after: tuple[int, int], limit: int) -> list[tuple[int, Candidate]]:
        """Return at most ``limit`` images with their keys, oldest first (``created_us``, key).

        ``after`` is the last of the page before; the first page begins after ``BEGINNING``.
        """
        return [(row[0], to_candidate(row)) for row in self._query(OLDEST, (*after, limit))]

    def candidates(self, days: Collection[int]) -> list[Candidate]:
        """Return the images of these days, oldest first."""
        if not days:
            return []
        return [to_candidate(row) for row in self._query(OF_DAYS, (carray(list(days)),))]

    def pinned_images(self) -> int:
        """Count the images that are pinned."""
        ((images,),) = self._query("SELECT count(*) FROM image WHERE pinned = 1")
        return int(images)

    def orphans(self) -> list[OrphanSidecar]:
        """Return the sidecars whose image is missing, by path."""
        return [OrphanSidecar(*row) for row in self._query(ORPHANS)]

    def unknown_files(self) -> dict[str, int]:
        """Count the files that are no business of a store, by the folder of images they are in."""
        return dict(self._query("SELECT path, unknown FROM folder WHERE unknown ORDER BY path"))

    def column(self, column: Column, keys: array[int]) -> str:
        """Return a JSON array of one value of these images, in the order of the keys."""
        return read_column(self._query, column, keys)

    def summary(self, keys: Collection[int]) -> SelectionSummary | None:
        """Return what these images share and sum up to; ``None`` if all of them are gone."""
        if not keys:
            return None
        with self._transaction("BEGIN"):
            return summary_of(self._query, keys)

    def month(self, first_day: int, last_day: int) -> MonthStatistics:
        """Return what was made on these days, both included (``date.toordinal()``)."""
        groups = self._query(MONTH_GROUPS, (first_day, last_day))
        largest = self._query(MONTH_LARGEST, (first_day, last_day, LARGEST))
        return MonthStatistics(
            first_day,
            tuple(GroupTotal(*group) for group in groups),
            tuple(to_record(row) for row in largest),
        )

    def folder_states(self) -> dict[str, FolderState | None]:
        """Return every known folder; ``None`` for one that was not looked at to the end."""
        rows = self._query("SELECT path, mtime_ns, looked_ns FROM folder")
        return {
            path: None if mtime is None else FolderState(mtime, looked)
            for path, mtime, looked in rows
        }

    def doubt_folders(self, paths: Collection[str]) -> None:
        """Have the next scan list these folders, whatever their times say."""
        sql = "UPDATE folder SET mtime_ns = NULL WHERE path IN (SELECT value FROM json_each(?))"
        with self._writing():
            self._query(sql, (json_text(paths),))

    def folder_entries(self, path: str) -> dict[str, FileEntry]:
        """Return what is known of the images in one folder, by file name."""
        sql = (
            "SELECT name, key, day, size_bytes, modified_ns, sidecar, sidecar_bytes, sidecar_ns "
            "FROM image WHERE folder = (SELECT id FROM folder WHERE path = ?)"
        )
        return {row[0]: FileEntry(*row[1:]) for row in self._query(sql, (path,))}

    def folder_leftovers(self, path: str) -> Leftovers:
        """Return what is known to be in one folder besides images and their sidecars."""
        known = self._query(
            "SELECT name, size_bytes, modified_ns FROM orphan "
            "WHERE folder = (SELECT id FROM folder WHERE path = ?)",
            (path,),
        )
        count = "SELECT ifnull(max(unknown), 0) FROM folder WHERE path = ?"
        ((unknown,),) = self._query(count, (path,))
        return Leftovers({name: (size, modified) for name, size, modified in known}, unknown)

    def apply(self, changes: Sequence[FolderChange]) -> Applied:
        """Write changes of some folders, all of them or none; a file keeps its key."""
        before = [entry for change in changes for entry in change.replaced + change.removed]
        days = {day for change in changes for day in change.rows.days}
        applied = Applied(
            days=frozenset(days.union(entry.day for entry in before)),
            keys=frozenset(entry.key for change in changes for entry in change.replaced),
        )
        with self._writing():
            for change in changes:
                apply_change(self._query, change)
            bound_edits(self._query)
            if waiting(self._query, FEW + 1) <= FEW:
                add_searchable(self._query, FEW)  # many wait until nobody waits for them
            if applied.days:
                log_change(self._query, applied)
        return applied

    def place(self) -> Place | None:
        """Return which folders the store was in when images were found; ``None`` if never."""
        rows = self._query("SELECT value FROM meta WHERE name = 'place'")
        return Place(*map(int, rows[0][0].split())) if rows else None

    def set_place(self, place: Place) -> None:
        """Keep which folders the store is in."""
        value = " ".join(map(str, place))
        self._query("INSERT OR REPLACE INTO meta VALUES ('place', ?)", (value,))

    def last_change(self) -> int:
        """Return the number of the last change of images that anybody applied; 0 before any."""
        ((number,),) = self._query("SELECT ifnull(max(number), 0) FROM change")
        return int(number)

    def changes_after(self, number: int) -> tuple[int, Applied | None]:
        """Return the last change's number, and what anybody changed since; ``None``: too much."""
        return logged_changes(self._query, number)

    def keep_days(self) -> None:
        """Keep the ordered keys of every day for ``days`` to read at once; after a scan."""
        while True:
            with self._writing():
                if not keep_some_days(self._query):
                    break

    def next_unexamined(self, most: int) -> list[Unexamined]:
        """Return images that nobody looked at, the newest first."""
        return next_unexamined(self._query, most)

    def note_examined(self, looked: Looked) -> frozenset[int]:
        """Note which images are signed, and which broken; return the days of those that are.

        ``None`` stands for those that could not be opened.
        """
        with self._writing():
            return note_examined(self._query, looked)

    def forget_examined_in_vain(self, most: int) -> bool:
        """Have some images that could not be opened looked at again, if there are any."""
        with self._writing():
            return forget_examined_in_vain(self._query, most)

    def unexamined(self) -> int:
        """Count the images that nobody looked at."""
        return count_unexamined(self._query)
