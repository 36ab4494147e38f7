"""What a prune plan would remove, as tables: entry by entry, and day by day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from core.prune_records import PruneEntry, PrunePlan, RetentionPolicy
from core.records import DayTotal
from gui.models.image_table import Column, ImageTableModel
from gui.prune_text import age_text, reason_text
from gui.text import date_text, number_text, size_text, translated

_Index = QModelIndex | QPersistentModelIndex
_NO_INDEX: Final = QModelIndex()
_Role = Qt.ItemDataRole


class PruneTableModel(ImageTableModel[PruneEntry]):
    """The entries of a plan, each with a tick box; its reasons are those of the plan's policy."""

    def __init__(self, parent: QObject) -> None:
        self._policy, self._planned_us = RetentionPolicy(), 0
        columns: list[Column[PruneEntry]] = [
            Column(_text("Image"), _name, _name),
            Column(_text("Why"), self._reason, _reason_key, width=192),
            Column(_text("Age"), self._age, _youth, is_number=True, is_quiet=True, width=88),
            Column(_text("Size"), _size, _bytes, is_number=True, width=88),
        ]
        super().__init__(columns, lambda entry: entry.key, tickable=True, parent=parent)

    def set_plan(self, plan: PrunePlan) -> None:
        """Show a plan's entries; what was unticked stays so."""
        self._policy, self._planned_us = plan.policy, plan.planned_us
        self.set_rows(plan.entries)

    def _reason(self, entry: PruneEntry) -> str:
        return reason_text(entry, self._policy)

    def _age(self, entry: PruneEntry) -> str:
        return age_text(max(self._planned_us - entry.item.created_us, 0))


def _name(entry: PruneEntry) -> str:
    return entry.item.path.rpartition("/")[2]


def _reason_key(entry: PruneEntry) -> tuple[str, int]:
    return entry.why.value, entry.amount


def _youth(entry: PruneEntry) -> int:
    return -entry.item.created_us


def _size(entry: PruneEntry) -> str:
    return size_text(entry.item.total_bytes)


def _bytes(entry: PruneEntry) -> int:
    return entry.item.total_bytes


class DayTotalsModel(QAbstractTableModel):
    """How many images, and how many bytes, go of each day."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._days: Sequence[DayTotal] = ()

    def set_days(self, days: Sequence[DayTotal]) -> None:
        """Show these, in this order."""
        self.beginResetModel()
        self._days = days
        self.endResetModel()

    def rowCount(self, parent: _Index = _NO_INDEX) -> int:
        """Return how many days there are."""
        return 0 if parent.isValid() else len(self._days)

    def columnCount(self, parent: _Index = _NO_INDEX) -> int:
        """Return 3: the day, its images, their bytes."""
        return 0 if parent.isValid() else 3

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        """Return a day's name and sums."""
        if not index.isValid():
            return None
        if role == _Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if index.column() else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role not in (_Role.DisplayRole, _Role.AccessibleTextRole):
            return None
        day = self._days[index.row()]
        parts = (date_text, lambda _: number_text(day.images), lambda _: size_text(day.size_bytes))
        return parts[index.column()](day.day)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> Any:
        """Return what screen readers call the columns; the headings are hidden."""
        if orientation != Qt.Orientation.Horizontal or role != _Role.DisplayRole:
            return None
        return (_text("Day"), _text("Images"), _text("Size"))[section]


def _text(source: str) -> str:
    return translated("prune", source)
