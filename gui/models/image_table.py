"""Rows that each stand for an image file, as a table: sortable, with thumbnails and tick boxes.

The rows are whatever its user has: things in the trash, entries of a prune plan. The columns say
what to show of them. Pictures are brought from outside for the rows somebody looks at, and a
bounded number of them is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from gui.models.bounded import Bounded
from gui.models.day_rows import runs
from gui.models.image_text import tool_tip
from gui.models.picture import Picture

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex

PICTURES_KEPT = 500
PICTURE_ROLE = Qt.ItemDataRole.UserRole + 1
_NO_INDEX = QModelIndex()
_Role = Qt.ItemDataRole
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """What one column says of a row; the first one has the thumbnail and the tick box, too.

    Attributes:
        title: Its heading.
        text: What it says.
        sort_key: By what it is sorted.
        is_number: It stands at the right.
        is_quiet: It is said in a quieter colour.
        width: In pixels; 0 takes what the others leave.
    """

    title: str
    text: Callable[[Row], str]
    sort_key: Callable[[Row], Any]
    is_number: bool = False
    is_quiet: bool = False
    width: int = 0


class ImageTableModel(QAbstractTableModel, Generic[Row]):
    """A table of rows, each known by a key that stays what it is; lives in the Qt thread.

    Args:
        columns: From left to right.
        key_of: What a row is known by; no two rows have the same.
        tickable: Each row has a tick box; it is ticked until somebody unticks it.
        parent: In Qt's sense.

    Signals:
        ticks_changed(): Other rows are ticked than before.
    """

    ticks_changed = Signal()

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        key_of: Callable[[Row], Hashable],
        *,
        tickable: bool = False,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._key_of = key_of
        self._tickable = tickable
        self._rows: list[Row] = []
        self._numbers: list[int] = []  # of the rows: never given twice, for the pictures
        self._given = 0
        self._sorted_by: tuple[int, Qt.SortOrder] | None = None
        self._unticked: set[Hashable] = set()
        self._pictures: Bounded[int, Picture] = Bounded(PICTURES_KEPT)

    # Rows

    @property
    def columns(self) -> Sequence[Column[Row]]:
        """The columns, from left to right."""
        return self._columns

    @property
    def rows(self) -> Sequence[Row]:
        """The rows in the order shown; it must not be changed."""
        return self._rows

    def set_rows(self, rows: Iterable[Row]) -> None:
        """Show these, sorted as before; what was unticked, or has a picture, stays so."""
        self.beginResetModel()
        known = {self._key_of(row): n for row, n in zip(self._rows, self._numbers, strict=True)}
        self._rows = list(rows)
        new = count(self._given)
        self._numbers = [
            next(new) if (n := known.get(self._key_of(row))) is None else n for row in self._rows
        ]
        self._given = next(new)
        if self._sorted_by is not None:
            self._put_in_order(self._order(*self._sorted_by))
        self.endResetModel()

    def remove(self, keys: Collection[Hashable]) -> None:
        """Take away the rows of these keys; the others stay selected, ticked and in place."""
        gone = [place for place, row in enumerate(self._rows) if self._key_of(row) in keys]
        for start, stop in reversed(list(runs(gone))):
            self.beginRemoveRows(_NO_INDEX, start, stop - 1)
            del self._rows[start:stop], self._numbers[start:stop]
            self.endRemoveRows()

    def places_of(self, keys: Iterable[Hashable]) -> list[int]:
        """Return where the rows of these keys stand, from the top."""
        wanted = set(keys)
        return [place for place, row in enumerate(self._rows) if self._key_of(row) in wanted]

    def number_at(self, place: int) -> int:
        """Return the number that ``set_picture`` knows an existing row by."""
        return self._numbers[place]

    # Pictures

    def lacks_picture(self, place: int) -> bool:
        """Tell whether an existing row's picture was not brought, or is no longer kept."""
        return not self._pictures.has(self._numbers[place])

    def set_picture(self, number: int, places: range, picture: Picture) -> None:
        """Bring a row's picture.

        Args:
            number: The row's.
            places: Where to look for the row, to show it at once.
            picture: What its image looks like.
        """
        self._pictures.put(number, picture)
        for place in range(places.start, min(places.stop, len(self._numbers))):
            if self._numbers[place] == number:
                index = self.index(place, 0)
                self.dataChanged.emit(index, index, [int(PICTURE_ROLE)])

    # Ticks

    def ticked(self) -> list[Row]:
        """Return the rows that are ticked, in the order shown."""
        if not self._unticked:
            return list(self._rows)
        return [row for row in self._rows if self._key_of(row) not in self._unticked]

    def unticked(self) -> frozenset[Hashable]:
        """Return the keys of rows that were unticked, also of rows no longer shown."""
        return frozenset(self._unticked)

    def is_ticked(self, place: int) -> bool:
        """Tell whether an existing row is ticked."""
        return self._key_of(self._rows[place]) not in self._unticked

    def tick(self, places: Iterable[int], *, ticked: bool) -> None:
        """Tick or untick existing rows."""
        keys = {self._key_of(self._rows[place]) for place in places}
        self._unticked = self._unticked - keys if ticked else self._unticked | keys
        if self._rows:
            last = self.index(len(self._rows) - 1, 0)
            self.dataChanged.emit(self.index(0, 0), last, [int(_Role.CheckStateRole)])
        self.ticks_changed.emit()

    # Qt's questions

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Return how many rows there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(self._columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be selected, and ticked where there are boxes."""
        known = super().flags(index) | Qt.ItemFlag.ItemNeverHasChildren
        if self._tickable and index.column() == 0:
            return known | Qt.ItemFlag.ItemIsUserCheckable
        return known

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:
        """Return what the columns say, and the picture if it was brought."""
        place, number = index.row(), index.column()
        if not (0 <= place < len(self._rows) and 0 <= number < len(self._columns)):
            return None
        column = self._columns[number]
        if role in (_Role.DisplayRole, _Role.AccessibleTextRole):
            return column.text(self._rows[place])
        if role == _Role.TextAlignmentRole:
            return int(_RIGHT if column.is_number else _LEFT)
        if role == _Role.ToolTipRole:
            return tool_tip(column.text(self._rows[place]))
        return self._of_first(place, role) if number == 0 else None

    def _of_first(self, place: int, role: int) -> Any:
        if role == PICTURE_ROLE:
            return self._pictures.get(self._numbers[place])
        if role == _Role.CheckStateRole and self._tickable:
            return Qt.CheckState.Checked if self.is_ticked(place) else Qt.CheckState.Unchecked
        if role == _Role.AccessibleDescriptionRole:
            said = (column.text(self._rows[place]) for column in self._columns[1:])
            return ", ".join(filter(None, said))
        return None

    def setData(self, index: Index, value: Any, role: int = _Role.EditRole) -> bool:
        """Tick or untick a row."""
        if role != _Role.CheckStateRole or not self._tickable or not index.isValid():
            return False
        self.tick([index.row()], ticked=Qt.CheckState(value) == Qt.CheckState.Checked)
        return True

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> Any:
        """Return the columns' headings."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        if role in (_Role.DisplayRole, _Role.AccessibleTextRole):
            return self._columns[section].title
        if role == _Role.TextAlignmentRole:
            return int(_RIGHT if self._columns[section].is_number else _LEFT)
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; the selection and the current row stay with their rows."""
        if not 0 <= column < len(self._columns):
            return
        self._sorted_by = (column, order)
        self.layoutAboutToBeChanged.emit()
        places = self._order(column, order)
        before = self.persistentIndexList()
        new_places = {old: new for new, old in enumerate(places)} if before else {}
        self._put_in_order(places)
        moved = [self.index(new_places[each.row()], each.column()) for each in before]
        self.changePersistentIndexList(before, moved)
        self.layoutChanged.emit()

    def _order(self, column: int, order: Qt.SortOrder) -> list[int]:
        """Return where each row stood, in the order in which they are to stand."""
        keys = list(map(self._columns[column].sort_key, self._rows))
        backwards = order == Qt.SortOrder.DescendingOrder
        return sorted(range(len(keys)), key=keys.__getitem__, reverse=backwards)

    def _put_in_order(self, places: Sequence[int]) -> None:
        self._rows = [self._rows[place] for place in places]
        self._numbers = [self._numbers[place] for place in places]
