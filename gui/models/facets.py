"""Facets as a tree: model, provider, format, shape and pinned, each over its values with counts.

The index of a value knows its facet by number, so that it stays right whatever facets come and go.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from itertools import islice
from typing import Any, Final, NamedTuple

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from core.facets import UNPINNED, Facet, Facets, FacetValue
from gui.models.date_nodes import runs_of
from gui.text import count_text, isolated, number_text, translated

TOP: Final = 10  # values of a facet that are shown at first
MOST: Final = 200  # of the others: laying out thousands takes longer than anybody should wait

_Index = QModelIndex | QPersistentModelIndex
_Qt = Qt.ItemDataRole
_NO_INDEX: Final = QModelIndex()
_FACETS: Final = tuple(Facet)


class Role(IntEnum):
    """What ``data`` answers besides Qt's own roles."""

    COUNT = Qt.ItemDataRole.UserRole + 1  # "12,431"; "" where nothing is counted


class Row(NamedTuple):
    """A row below a facet: a value, or what shows more or fewer of them.

    Attributes:
        value: The value; ``None`` for the row that shows more or fewer.
        hidden: How many more there are; 0 for a value, or if all are shown.
        whole: It shows fewer.
    """

    value: FacetValue | None
    hidden: int = 0
    whole: bool = False

    @property
    def name(self) -> str | None:
        """What it is known by below its facet."""
        return None if self.value is None else self.value.name


class FacetModel(QAbstractItemModel):
    """The tree of facets; GUI thread only."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._facets: Facets = {}
        self._shown: list[Facet] = []
        self._rows: dict[Facet, list[Row]] = {facet: [] for facet in Facet}
        self._whole: set[Facet] = set()  # of these all values are shown, or ``MOST``

    @property
    def facets(self) -> Facets:
        """What is shown."""
        return self._facets

    def set_facets(self, facets: Facets) -> None:
        """Show these counts; what is expanded or current stays so."""
        self._facets = facets
        for facet in Facet:
            self._show(facet, _rows_of(self._values(facet), facet in self._whole))

    def show_whole(self, facet: Facet, whole: bool) -> None:
        """Show all values of a facet, or only the commonest and those that the search holds.

        Of thousands, the commonest are shown even then: typing finds the others.
        """
        (self._whole.add if whole else self._whole.discard)(facet)
        self._show(facet, _rows_of(self._values(facet), whole))

    def facet_at(self, index: _Index) -> Facet:
        """Return the facet that an index stands for or below."""
        return _FACETS[index.internalId() - 1] if index.internalId() else self._shown[index.row()]

    def row_at(self, index: _Index) -> Row | None:
        """Return what an index stands for; ``None`` for a facet."""
        if not index.internalId():
            return None
        return self._rows[self.facet_at(index)][index.row()]

    def index_of(self, facet: Facet, name: str | None = None) -> QModelIndex:
        """Return the index of a facet, or of a value by its name; invalid if it is not shown."""
        if facet not in self._shown:
            return QModelIndex()
        top = self.index(self._shown.index(facet), 0)
        names = [row.name for row in self._rows[facet]]
        if name is None:
            return top
        return self.index(names.index(name), 0, top) if name in names else QModelIndex()

    # What Qt asks

    def columnCount(self, parent: _Index = _NO_INDEX) -> int:
        """Return 1."""
        return 1

    def rowCount(self, parent: _Index = _NO_INDEX) -> int:
        """Return how many facets there are, or rows of one."""
        if not parent.isValid():
            return len(self._shown)
        return 0 if parent.internalId() else len(self._rows[self.facet_at(parent)])

    def index(self, row: int, column: int, parent: _Index = _NO_INDEX) -> QModelIndex:
        """Return the index of a row."""
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        number = _FACETS.index(self.facet_at(parent)) + 1 if parent.isValid() else 0
        return self.createIndex(row, column, number)

    def parent(self, index: _Index) -> QModelIndex:  # type: ignore[override]  # QObject.parent()
        """Return the facet of a value."""
        if not index.isValid() or not index.internalId():
            return QModelIndex()
        return self.createIndex(self._shown.index(self.facet_at(index)), 0, 0)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Say of values that they can be checked."""
        row = self.row_at(index) if index.isValid() else None
        checkable = Qt.ItemFlag.ItemIsUserCheckable if row and row.value else Qt.ItemFlag(0)
        return super().flags(index) | checkable

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the column's name, which only screen readers are told: the header is hidden."""
        named = (_Qt.DisplayRole, _Qt.AccessibleTextRole)
        return _text("Facets") if role in named else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Answer Qt's roles of texts and of the check mark, and ``Role``."""
        if not index.isValid():
            return None
        facet, row = self.facet_at(index), self.row_at(index)
        if role in (_Qt.DisplayRole, _Qt.AccessibleTextRole):
            return _facet_text(facet) if row is None else _row_text(facet, row)
        value = None if row is None else row.value
        if value is None:
            return "" if role == Role.COUNT else None
        if role == Role.COUNT:
            return number_text(value.images)
        if role == _Qt.AccessibleDescriptionRole:
            return count_text(value.images, "image")
        if role == _Qt.CheckStateRole:
            return Qt.CheckState.Checked if value.held else Qt.CheckState.Unchecked
        if role == _Qt.ToolTipRole:
            return _tip(facet, value)
        return None

    # How the rows are kept

    def _values(self, facet: Facet) -> Sequence[FacetValue]:
        return list(self._facets.get(facet, {}).values())

    def _show(self, facet: Facet, wanted: list[Row]) -> None:
        """Turn a facet's rows into others by removals, insertions and one change of order."""
        if wanted and facet not in self._shown:
            at = sum(_FACETS.index(each) < _FACETS.index(facet) for each in self._shown)
            self.beginInsertRows(QModelIndex(), at, at)
            self._shown.insert(at, facet)
            self.endInsertRows()
        if facet not in self._shown:
            return
        top = self.index_of(facet)
        rows = self._rows[facet]
        kept = {row.name for row in wanted}
        for first, last in reversed(runs_of([row.name not in kept for row in rows])):
            self.beginRemoveRows(top, first, last)
            del rows[first : last + 1]
            self.endRemoveRows()
        known = {row.name for row in rows}
        if new := [row for row in wanted if row.name not in known]:
            self.beginInsertRows(top, len(rows), len(rows) + len(new) - 1)
            rows += new
            self.endInsertRows()
        self._order(top, rows, [row.name for row in wanted])
        if rows != wanted:
            rows[:] = wanted
            self.dataChanged.emit(self.index(0, 0, top), self.index(len(rows) - 1, 0, top))
        if not wanted:
            at = self._shown.index(facet)
            self.beginRemoveRows(QModelIndex(), at, at)
            del self._shown[at]
            self.endRemoveRows()

    def _order(self, top: QModelIndex, rows: list[Row], names: list[str | None]) -> None:
        if [row.name for row in rows] == names:
            return
        self.layoutAboutToBeChanged.emit()
        before = [i for i in self.persistentIndexList() if i.internalId() and i.parent() == top]
        places = {name: place for place, name in enumerate(names)}
        after = [self.index(places[rows[i.row()].name], 0, top) for i in before]
        rows.sort(key=lambda row: places[row.name])
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()


def _rows_of(values: Sequence[FacetValue], whole: bool) -> list[Row]:
    """Return the rows of a facet: the commonest values, those that are held, and how many more."""
    common = MOST if whole else TOP
    held = islice((value for value in values[common:] if value.held), MOST)
    shown = [*values[:common], *held]
    rows = [Row(value) for value in shown]
    if len(values) > TOP and (whole or len(shown) < len(values)):
        rows.append(Row(None, len(values) - len(shown), whole))
    return rows


def _row_text(facet: Facet, row: Row) -> str:
    if row.value is not None:
        return _value_text(facet, " ".join(row.value.name.split()))  # on one line
    if not row.whole:
        return _text("{count} more…", count=number_text(row.hidden))
    if row.hidden:
        return _text("Fewer · {count} not shown", count=number_text(row.hidden))
    return _text("Fewer")


def _facet_text(facet: Facet) -> str:
    return {
        Facet.MODEL: _text("Model"),
        Facet.PROVIDER: _text("Provider"),
        Facet.FORMAT: _text("Format"),
        Facet.SHAPE: _text("Shape"),
        Facet.PINNED: _text("Pin"),
    }[facet]


def _value_text(facet: Facet, name: str) -> str:
    """Return a value as it is read; models and providers are names, and stay as they are."""
    if facet is Facet.FORMAT:
        return name.upper()
    if facet is Facet.SHAPE:
        shapes = {"landscape": _text("Landscape"), "portrait": _text("Portrait")}
        return shapes.get(name) or _text("Square")
    if facet is Facet.PINNED:
        return _text("Not pinned") if name == UNPINNED else _text("Pinned")
    return name


def _tip(facet: Facet, value: FacetValue) -> str:
    """Say what is counted, and what a click does."""
    counted = f"{isolated(_value_text(facet, value.name))}: {count_text(value.images, 'image')}"
    does = (
        _text("Click to look for it no longer.")
        if value.held
        else _text("Click to look for it; with Ctrl, for it or what is checked here.")
    )
    how = _text("The other terms of the search count, those of this facet do not.")
    return f"{counted}\n{does}\n{how}"


def _text(source: str, **values: str) -> str:
    return translated("facets", source, **values)
