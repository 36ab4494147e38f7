"""The images of a store as one long list: newest first and grouped by day, or in another order.

The model holds only the images' keys. What an image is (its record) and what it looks like (its
picture) is brought from outside, for the images somebody looks at; the model keeps a bounded
number of both and never fetches anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QObject,
    Qt,
    QTimer,
    Signal,
)

from core.records import ImageRecord
from gui.arrangement_text import heading_text
from gui.models.bounded import Bounded
from gui.models.day_rows import Section, runs
from gui.models.image_rows import ImageRowsModel, Index
from gui.models.image_text import description_of, name_by_day, name_of, tool_tip_of
from gui.models.picture import Picture

RECORDS_KEPT = 4_096
PICTURE_BYTES_KEPT = 80 << 20


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


class ImageListModel(ImageRowsModel):
    """A flat list of images in sections, such as their days; lives in the Qt thread.

    Signals:
        records_wanted: A list of keys whose records somebody asked for in vain (a screen reader
            walks further than the eye). Comes at most once a turn of the event loop.
    """

    records_wanted = Signal(list)

    def __init__(
        self, parent: QObject | None = None, picture_bytes: int = PICTURE_BYTES_KEPT
    ) -> None:
        super().__init__(parent)
        self._records: Bounded[int, ImageRecord] = Bounded(RECORDS_KEPT)
        self._pictures: Bounded[int, Picture] = Bounded(
            picture_bytes, lambda picture: picture.size_bytes
        )
        self._wanted: dict[int, None] = {}
        self._wanting = QTimer(self, singleShot=True, interval=0)  # ends with the model
        self._wanting.timeout.connect(self._emit_records_wanted)

    def clear(self) -> None:
        """Show nothing and forget everything; another catalogue's keys mean other images."""
        self._records.clear()
        self._pictures.clear()
        self.set_days([])

    def heading(self, section: Section) -> str:
        """Return what is said above a section; "" until its prompt is known."""
        record = self._records.get(section.key) if section.key else None
        if section.key and record is None:
            self._want_record(section.key)
        return heading_text(section, self.arrangement, record)

    def find(self, key: int) -> int | None:
        """Return where an image stands; ``None`` if it is not there.

        Quick for images that were looked at lately, else it searches (milliseconds in a million).
        """
        row = self._row_seen(key)
        record = self._records.get(key)
        if row is None and record is not None:
            row = self._rows.row_of(key, record.day)
        return self._rows.find(key) if row is None else row

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
