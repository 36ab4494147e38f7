"""The dates of a store as a tree: all images, pinned, trash, then years › months › days.

An index is known by the day its parent begins with, not by a pointer: ids stay right whatever rows
come and go above them, and nothing must be kept alive for Qt. ``_parent_id`` says how.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractItemModel,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from core.records import DayTotal
from gui.models.date_nodes import (
    Node,
    Span,
    Sums,
    children_of,
    days_in,
    find,
    new_year,
    row_of,
    runs_of,
    years_of,
    years_with,
)
from gui.models.place import Kind, Place
from gui.text import count_text, number_text, size_text, translated

_Index = QModelIndex | QPersistentModelIndex
_NO_INDEX: Final = QModelIndex()
_TOP: Final = 0


class Role(IntEnum):
    """What ``data`` answers besides Qt's own roles."""

    COUNT = Qt.ItemDataRole.UserRole + 1  # "214 · 402 MB"
    PLACE = Qt.ItemDataRole.UserRole + 2  # a Place


_FIRST_ROWS: Final = (Kind.ALL, Kind.PINNED, Kind.TRASH)


class DateTreeModel(QAbstractItemModel):
    """The tree of dates; GUI thread only."""

    totals_set = Signal()  # after each change of them, when all rows are in place

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.updating = False  # rows come and go, and not because a person wants it
        self._years: list[Node] = []
        self._sums: dict[Kind, tuple[int, int | None]] = dict.fromkeys(_FIRST_ROWS, (0, 0))

    def set_totals(self, totals: Sequence[DayTotal]) -> None:
        """Show these days.

        Only rows that came, went or changed are touched, so that what is expanded, selected or
        current stays so.

        Args:
            totals: Newest day first, each day once, none without images.
        """
        self._show(years_of(totals))

    def update_totals(self, changed: Mapping[int, DayTotal | None]) -> None:
        """Show other sums under some days (``date.toordinal()``); ``None`` takes a day away."""
        self._show(years_with(self._years, changed))

    def clear(self) -> None:
        """Forget all days: those that come next are another store's."""
        self.beginResetModel()
        self._years = []
        self.endResetModel()
        self._show([])

    def _show(self, years: list[Node]) -> None:
        self.updating = True
        self._merge(QModelIndex(), self._years, years)
        self.updating = False
        images = sum(year.images for year in years)
        self.set_sums(Kind.ALL, images, sum(year.size_bytes for year in years))
        self.totals_set.emit()

    def set_sums(self, kind: Kind, images: int, size_bytes: int | None) -> None:
        """Say how much there is in a place that is no date; bytes are ``None`` where unknown."""
        if self._sums[kind] != (images, size_bytes):
            self._sums[kind] = images, size_bytes
            row = self.index_of(kind)
            self.dataChanged.emit(row, row)

    def index_of(self, kind: Kind) -> QModelIndex:
        """Return the index of a place that is no date."""
        return self.index(kind, 0)

    def index_of_day(self, day: int, depth: int = 2) -> QModelIndex:
        """Return the index of a day (``date.toordinal()``); invalid if it is not in the tree.

        With a ``depth`` of 1 it is that of the day's month, with 0 that of its year.
        """
        when = date.fromordinal(day)
        index = QModelIndex()
        firsts = (when.replace(month=1, day=1), when.replace(day=1), when)
        for first in firsts[: depth + 1]:
            row = row_of(self._children(index), first.toordinal())
            if row is None:
                return QModelIndex()
            index = self.index(row + self._offset(index), 0, index)
        return index

    @property
    def totals(self) -> list[DayTotal]:
        """The days that are shown, newest first."""
        months = (month for year in self._years for month in children_of(year))
        return [day for month in months for day in children_of(month) if isinstance(day, DayTotal)]

    def between(self, first: int, last: int) -> list[QModelIndex]:
        """Return the fewest years, months and days that stand for all days of a range."""
        return list(self._between(QModelIndex(), first, last))

    def _between(self, parent: QModelIndex, first: int, last: int) -> Iterator[QModelIndex]:
        offset = self._offset(parent)
        for row, node in enumerate(self._children(parent)):
            days = list(days_in(node))
            inside = sum(first <= day <= last for day in days)
            index = self.index(row + offset, 0, parent)
            if inside == len(days):
                yield index
            elif inside:
                yield from self._between(index, first, last)

    def sums_of(self, index: _Index) -> Sums:
        """Return what an index of this model stands for, and how much there is."""
        node = self._node(index)
        if node is None:
            return Sums(0, -index.row(), *self._sums[Kind(index.row())])
        parent = index.internalId()
        depth = 0 if parent == _TOP else 1 + parent % 2
        return Sums(depth, node.day, node.images, node.size_bytes)

    # What Qt asks

    def columnCount(self, parent: _Index = _NO_INDEX) -> int:
        """Return 1."""
        return 1

    def rowCount(self, parent: _Index = _NO_INDEX) -> int:
        """Return how many rows a parent has; days, and what is no date, have none."""
        if parent.column() > 0:
            return 0
        return len(self._children(parent)) + self._offset(parent)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the column's name, which only screen readers are told: the header is hidden."""
        named = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
        return translated("dates", "Dates") if role in named else None

    def index(self, row: int, column: int, parent: _Index = _NO_INDEX) -> QModelIndex:
        """Return the index of a row."""
        if column or not 0 <= row < self.rowCount(parent):  # hasIndex() takes longer to ask that
            return QModelIndex()
        return self.createIndex(row, column, self._parent_id(parent))

    def parent(self, index: _Index) -> QModelIndex:  # type: ignore[override]  # QObject.parent()
        """Return the month of a day, the year of a month."""
        if not index.isValid() or index.internalId() == _TOP:
            return QModelIndex()
        day, is_month = divmod(index.internalId(), 2)
        year = new_year(day)
        year_row = row_of(self._years, year)
        if year_row is None:
            return QModelIndex()
        if not is_month:
            return self.createIndex(year_row + len(_FIRST_ROWS), 0, _TOP)
        month_row = row_of(children_of(self._years[year_row]), day)
        return QModelIndex() if month_row is None else self.createIndex(month_row, 0, year * 2)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Answer Qt's text roles and ``Role``."""
        if not index.isValid():
            return None
        node = self._node(index)
        _, _, images, size_bytes = self.sums_of(index)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._text(index, node)
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            known = [] if size_bytes is None else [size_text(size_bytes)]
            return ", ".join([count_text(images, "image"), *known])
        if role == Role.COUNT:
            count = number_text(images)
            return f"{count} · {size_text(size_bytes or 0)}" if node else count
        if role == Role.PLACE:
            return Place(Kind.DAYS, frozenset(days_in(node))) if node else Place(Kind(index.row()))
        return None

    # How the rows are kept

    def _merge(self, parent: QModelIndex, rows: list[Node], wanted: list[Node]) -> None:
        """Turn ``rows`` into ``wanted`` by the fewest removals, insertions and changes."""
        offset = self._offset(parent)
        kept = {node.day for node in wanted}
        for first, last in reversed(runs_of([node.day not in kept for node in rows])):
            self.beginRemoveRows(parent, first + offset, last + offset)
            del rows[first : last + 1]
            self.endRemoveRows()
        known = {node.day for node in rows}
        for first, last in runs_of([node.day not in known for node in wanted]):
            self.beginInsertRows(parent, first + offset, last + offset)
            rows[first:first] = wanted[first : last + 1]
            self.endInsertRows()
        changed: list[int] = []
        for row, (old, new) in enumerate(zip(rows, wanted, strict=True)):
            if old is new:
                continue
            if isinstance(old, Span) and isinstance(new, Span):
                if old.children != new.children:  # of days a comparison in C, the common case
                    index = self.index(row + offset, 0, parent)
                    self._merge(index, old.children, new.children)
                new.children = old.children
            rows[row] = new
            if (old.images, old.size_bytes) != (new.images, new.size_bytes):
                changed.append(row + offset)
        if changed:  # told once: a view looks for each index that it is told of
            ends = (self.index(row, 0, parent) for row in (changed[0], changed[-1]))
            self.dataChanged.emit(*ends)

    def _node(self, index: _Index) -> Node | None:
        """Return what an index stands for; ``None`` for what is no date."""
        if index.internalId() == _TOP:
            row = index.row() - len(_FIRST_ROWS)
            return self._years[row] if row >= 0 else None
        day, in_month = divmod(index.internalId(), 2)
        siblings = children_of(find(self._years, new_year(day)))
        if in_month:
            siblings = children_of(find(siblings, day))
        return siblings[index.row()]

    def _children(self, index: _Index) -> list[Node]:
        if not index.isValid():
            return self._years
        node = self._node(index)
        return children_of(node) if node else []

    def _parent_id(self, parent: _Index) -> int:
        """Return the id its children have: its first day, doubled, and odd for a month."""
        if not parent.isValid():
            return _TOP
        node = self._node(parent)
        assert node is not None  # noqa: S101 - the first rows have no children, and so no row to ask for
        return node.day * 2 + (parent.internalId() != _TOP)

    @staticmethod
    def _offset(parent: _Index) -> int:
        """Return the row of the first date: at the top, others stand before it."""
        return 0 if parent.isValid() else len(_FIRST_ROWS)

    def _text(self, index: _Index, node: Node | None) -> str:
        if node is None:
            return _first_texts()[index.row()]
        first = date.fromordinal(node.day)
        if index.internalId() == _TOP:
            return str(first.year)
        if isinstance(node, Span):
            return QLocale().standaloneMonthName(first.month)
        weekday = QLocale().standaloneDayName(first.isoweekday(), QLocale.FormatType.ShortFormat)
        return f"{weekday} {first.day}"


def _first_texts() -> tuple[str, str, str]:
    return (
        translated("dates", "All images"),
        translated("dates", "Pinned"),
        translated("dates", "Trash"),
    )
