"""The rows of a list of images: which stands where, and how they come, go and move."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Signal

from core.arrangement import Arrangement
from core.records import DayImages
from gui.models.bounded import Bounded
from gui.models.day_rows import DayRows, Section

if TYPE_CHECKING:  # numpy, which only another order than by days needs
    from gui.models.arranged_rows import ArrangedRows, Numbers
    from gui.models.rearrangement import Rearrangement

Index = QModelIndex | QPersistentModelIndex

_ROWS_KEPT = 8_192
_NO_INDEX = QModelIndex()


class ImageRowsModel(QAbstractListModel):
    """A flat list of images' keys in sections, such as their days; lives in the Qt thread.

    Signals:
        sections_changed: The sections, their counts or their bytes are others than before. Comes
            once for each change, after the rows have come and gone.
    """

    sections_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: DayRows | ArrangedRows = DayRows()
        self._seen_at: Bounded[int, int] = Bounded(_ROWS_KEPT)  # where a key stood when last asked

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Return how many images there are."""
        return 0 if parent.isValid() else len(self._rows)

    # What comes, goes and moves

    def set_days(self, days: Sequence[DayImages]) -> None:
        """Show other images than before; ``days`` come in any order, none twice.

        The keys' arrays are kept, not copied: they must not change any more.
        """
        self.set_rows(DayRows(days))

    def set_rows(self, rows: DayRows | ArrangedRows) -> None:
        """Show other images than before, in whatever order."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()
        self.sections_changed.emit()

    def update_days(self, changed: Mapping[int, DayImages | None]) -> None:
        """Show other images under some days: ``None`` or an empty list takes the day away.

        Only the rows that really came or went are inserted and removed, in as few runs as there
        are, so that selections and the current row stay with their images. An image that moved
        within its day goes and comes. Only while the sections are the days.
        """
        if not isinstance(self._rows, DayRows):
            raise TypeError("these rows are arranged otherwise")
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

    def rearrange(self, change: Rearrangement) -> None:
        """Show images in another order, some of them perhaps new, some gone.

        Selections, the current row, and whatever else is a persistent index stay with their images.
        The change must have been made of the rows that there are.
        """
        kept, before, after = len(change.kept), len(change.going), len(change.coming)
        if kept < before:
            self._reorder(change.going, change.going_of_old)
            self.beginRemoveRows(_NO_INDEX, kept, before - 1)
            self._rows = change.kept
            self.endRemoveRows()
        if kept < after:
            self.beginInsertRows(_NO_INDEX, kept, after - 1)
            self._rows = change.coming
            self.endInsertRows()
        self._reorder(change.final, change.final_of_coming)
        self.sections_changed.emit()

    def _reorder(self, rows: DayRows | ArrangedRows, place_of: Numbers) -> None:
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        self._rows = rows
        after = [self.index(int(place_of[index.row()])) for index in before]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    @property
    def rows(self) -> DayRows | ArrangedRows:
        """What stands where; never changed by others than this model."""
        return self._rows

    @property
    def arrangement(self) -> Arrangement:
        """The order, and what the sections are."""
        return self._rows.arrangement

    @property
    def sections(self) -> Sequence[Section]:
        """The sections in the list's order; made anew each time, and there may be very many."""
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
        if row is not None and self._rows.day_at(row) in {day, 0}:
            return row
        return self._rows.row_of(key, day)

    def rows_of(self, days: Mapping[int, int]) -> list[int]:
        """Return where these images stand, from the top; ``days`` are their days, by key."""
        return self._rows.rows_of(days)

    def _row_seen(self, key: int) -> int | None:
        row = self._seen_at.get(key)
        seen = row is not None and row < len(self._rows) and self._rows.key_at(row) == key
        return row if seen else None
