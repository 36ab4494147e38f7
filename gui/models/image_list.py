"""The images of a store as one long list, newest first, grouped by day.

The model holds only the images' keys. What an image is (its record) and what it looks like (its
picture) is brought from outside, for the images somebody looks at; the model keeps a bounded
number of both and never fetches anything.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from core.records import DayImages, ImageRecord
from gui.models.bounded import Bounded
from gui.models.day_rows import DayRows, Section, runs
from gui.models.image_text import description_of, name_by_day, name_of, tool_tip_of
from gui.models.picture import Picture

Index = QModelIndex | QPersistentModelIndex

RECORDS_KEPT = 4_096
PICTURE_BYTES_KEPT = 80 << 20
_ROWS_KEPT = 8_192
_NO_INDEX = QModelIndex()


class ImageRole(IntEnum):
    """What else can be asked of a row."""

    KEY = Qt.ItemDataRole.UserRole + 1
    RECORD = Qt.ItemDataRole.UserRole + 2
    PICTURE = Qt.ItemDataRole.UserRole + 3
    DAY = Qt.ItemDataRole.UserRole + 4


_RECORD_ROLES = [
    ImageRole.RECORD,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
    Qt.ItemDataRole.ToolTipRole,
]
_TEXT_ROLES = frozenset(_RECORD_ROLES[1:])
_PICTURE_ROLES = [ImageRole.PICTURE, Qt.ItemDataRole.AccessibleDescriptionRole]


class ImageListModel(QAbstractListModel):
    """A flat list of images over days, newest first; lives in the Qt thread.

    Signals:
        sections_changed: The days, their counts or their bytes are others than before. Comes once
            for each change, after the rows have come and gone.
        records_wanted: A list of keys whose records somebody asked for in vain (a screen reader
            walks further than the eye). Comes at most once a turn of the event loop.
    """

    sections_changed = Signal()
    records_wanted = Signal(list)

    def __init__(
        self, parent: QObject | None = None, picture_bytes: int = PICTURE_BYTES_KEPT
    ) -> None:
        super().__init__(parent)
        self._rows = DayRows()
        self._records: Bounded[int, ImageRecord] = Bounded(RECORDS_KEPT)
        self._pictures: Bounded[int, Picture] = Bounded(
            picture_bytes, lambda picture: picture.size_bytes
        )
        self._seen_at: Bounded[int, int] = Bounded(_ROWS_KEPT)  # where a key stood when last asked
        self._wanted: dict[int, None] = {}
        self._wanting = QTimer(self, singleShot=True, interval=0)  # ends with the model
        self._wanting.timeout.connect(self._emit_records_wanted)

    # Days

    def set_days(self, days: Sequence[DayImages]) -> None:
        """Show other images than before; ``days`` come in any order, none twice.

        The keys' arrays are kept, not copied: they must not change any more.
        """
        self.beginResetModel()
        self._rows = DayRows(days)
        self.endResetModel()
        self.sections_changed.emit()

    def clear(self) -> None:
        """Show nothing and forget everything; another catalogue's keys mean other images."""
        self._records.clear()
        self._pictures.clear()
        self.set_days([])

    def update_days(self, changed: Mapping[int, DayImages | None]) -> None:
        """Show other images under some days: ``None`` or an empty list takes the day away.

        Only the rows that really came or went are inserted and removed, in as few runs as there
        are, so that selections and the current row stay with their images. An image that moved
        within its day goes and comes.
        """
        for change in self._rows.changes(changed):
            if change.inserts:
                self.beginInsertRows(_NO_INDEX, change.first, change.last)
                change.apply()
                self.endInsertRows()
            else:
                self.beginRemoveRows(_NO_INDEX, change.first, change.last)
                change.apply()
                self.endRemoveRows()
        self.sections_changed.emit()

    @property
    def sections(self) -> Sequence[Section]:
        """The days in the list's order; made anew each time."""
        return self._rows.sections

    @property
    def counts(self) -> Sequence[int]:
        """How many rows each section has, in the list's order."""
        return self._rows.counts

    def section(self, number: int) -> Section:
        """Return a section by its number."""
        return self._rows.section(number)

    def section_at(self, row: int) -> int:
        """Return the number of the section that an existing row stands in."""
        return self._rows.section_at(row)

    # Keys and rows

    def key_at(self, row: int) -> int:
        """Return the key of an existing row."""
        key = self._rows.key_at(row)
        self._seen_at.put(key, row)
        return key

    def keys_at(self, rows: Iterable[int]) -> list[int]:
        """Return the keys of existing rows."""
        return list(map(self.key_at, rows))

    def keys_between(self, first: int, stop: int) -> array[int]:
        """Return the keys of a run of existing rows, an ``array('q')``; quick for a million."""
        return self._rows.keys_between(first, stop)

    def row_of(self, key: int, day: int) -> int | None:
        """Return where an image of a known day stands; ``None`` if it is not there."""
        row = self._row_seen(key)
        if row is not None and self._rows.day_at(row) == day:
            return row
        return self._rows.row_of(key, day)

    def rows_of(self, days: Mapping[int, int]) -> list[int]:
        """Return where these images stand, from the top; ``days`` are their days, by key."""
        wanted = set(days.values())
        rows: list[int] = []
        for section in self.sections:
            if section.day in wanted:
                first = section.first_row
                keys = self._rows.keys_between(first, first + section.count)
                rows += [first + at for at, key in enumerate(keys) if key in days]
        return rows

    def find(self, key: int) -> int | None:
        """Return where an image stands; ``None`` if it is not there.

        Quick for images that were looked at lately, else it searches (milliseconds in a million).
        """
        row = self._row_seen(key)
        record = self._records.get(key)
        if row is None and record is not None:
            row = self._rows.row_of(key, record.day)
        return self._rows.find(key) if row is None else row

    def _row_seen(self, key: int) -> int | None:
        row = self._seen_at.get(key)
        seen = row is not None and row < len(self._rows) and self._rows.key_at(row) == key
        return row if seen else None

    # Records and pictures

    def set_records(self, records: Mapping[int, ImageRecord]) -> None:
        """Bring the records of some images, by their keys."""
        for key, record in records.items():
            self._records.put(key, record)
            self._wanted.pop(key, None)
        for start, stop in runs(self._rows_of(records)):
            self._emit_run(start, stop, _RECORD_ROLES)

    def record(self, key: int) -> ImageRecord | None:
        """Return the record of an image, if it was brought and is still kept."""
        return self._records.get(key)

    def record_at(self, row: int) -> ImageRecord | None:
        """Return the record of an existing row, if it was brought and is still kept."""
        return self._records.get(self.key_at(row))

    def set_picture(self, key: int, picture: Picture) -> None:
        """Bring the picture of an image."""
        self._pictures.put(key, picture)
        row = self.find(key)
        if row is not None:
            self._emit_run(row, row + 1, _PICTURE_ROLES)

    def picture(self, key: int) -> Picture | None:
        """Return the picture of an image, if it was brought and is still kept."""
        return self._pictures.get(key)

    def keep_pictures(self, count: int) -> None:
        """Keep so many pictures at least, however large they are; some screens of them."""
        self._pictures.least = count

    def forget_problems(self) -> None:
        """Drop the pictures that could not be made, so that they are asked for again."""
        self.forget([key for key, picture in self._pictures.items() if picture.problem])

    def forget(self, keys: Iterable[int]) -> None:
        """Drop what is known of images that are no longer what they were."""
        known = [key for key in keys if self._records.has(key) or self._pictures.has(key)]
        rows = self._rows_of(known)
        for key in known:
            self._records.drop(key)
            self._pictures.drop(key)
        for start, stop in runs(rows):
            self._emit_run(start, stop, [*_RECORD_ROLES, ImageRole.PICTURE])

    def _rows_of(self, keys: Iterable[int]) -> list[int]:
        return sorted(row for row in map(self.find, keys) if row is not None)

    def _emit_run(self, start: int, stop: int, roles: Iterable[int]) -> None:
        self.dataChanged.emit(
            self.index(start), self.index(stop - 1), [int(role) for role in roles]
        )

    # Qt's questions

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Return how many images there are."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what is known by now; what is missing may be asked for by ``records_wanted``."""
        row = index.row()
        if not 0 <= row < len(self._rows):
            return None
        if role == ImageRole.PICTURE:
            return self.picture(self.key_at(row))
        if role == ImageRole.RECORD:
            return self.record_at(row)
        if role == ImageRole.KEY:
            return self.key_at(row)
        if role == ImageRole.DAY:
            return self._rows.day_at(row)
        if role in _TEXT_ROLES:
            return self._text(row, role)
        return None

    def _text(self, row: int, role: int) -> str:
        key = self.key_at(row)
        record = self._records.get(key)
        if record is None:
            self._want_record(key)
            named = role == Qt.ItemDataRole.AccessibleTextRole
            return name_by_day(self._rows.day_at(row)) if named else ""
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return name_of(record)
        picture = self._pictures.get(key)
        describe = tool_tip_of if role == Qt.ItemDataRole.ToolTipRole else description_of
        return describe(record, picture.problem if picture else None)

    def _want_record(self, key: int) -> None:
        self._wanted[key] = None
        self._wanting.start()

    def _emit_records_wanted(self) -> None:
        keys, self._wanted = list(self._wanted), {}
        if keys:
            self.records_wanted.emit(keys)
