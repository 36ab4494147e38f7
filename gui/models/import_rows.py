"""What an import did not bring, and why, as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from core.import_records import ImportOutcome, ImportReport
from gui.import_text import outcome_text, reason_text
from gui.models.image_text import tool_tip
from gui.text import translated

_Index = QModelIndex | QPersistentModelIndex
_NO_INDEX: Final = QModelIndex()
_Role = Qt.ItemDataRole
_ORDER: Final = (ImportOutcome.IN_TRASH, ImportOutcome.HERE, ImportOutcome.REFUSED)


class ImportRows(QAbstractTableModel):
    """One row for each input that is not new: what can be restored first, what was refused last.

    Args:
        report: What the import did.
        parent: To go with.
    """

    def __init__(self, report: ImportReport, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows = [each for outcome in _ORDER for each in report.of(outcome)]
        self._restored: dict[str | None, str] = {}  # paths by tokens

    def path(self, row: int) -> str | None:
        """Return where in the store the image of an existing row is; ``None`` if it is not."""
        each = self._rows[row]
        here = each.outcome is ImportOutcome.HERE
        return each.path if here else self._restored.get(each.token)

    def tokens(self, rows: Iterable[int] | None = None) -> list[str]:
        """Return what can be restored of some rows, or of all, by its tokens in the trash."""
        asked = range(len(self._rows)) if rows is None else rows
        found = (self._rows[row].token for row in asked if self.path(row) is None)
        return list(dict.fromkeys(token for token in found if token))

    def mark_restored(self, paths: Mapping[str, str]) -> None:
        """Say of these images, their paths by their tokens, that they are in the store again."""
        self._restored.update(paths)
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, 2))

    def text(self, rows: Sequence[int] | None = None) -> str:
        """Return some rows, or all, as text: what became of it, and the reason, in each line."""
        asked = range(len(self._rows)) if rows is None else rows
        return "\n".join(f"{self._outcome(row)}: {self.reason(row)}" for row in asked)

    def reason(self, row: int) -> str:
        """Return what became of the input of an existing row, in full."""
        if path := self._restored.get(self._rows[row].token):
            return translated("imports", "{path} was restored from the trash.", path=path)
        return reason_text(self._rows[row])

    # Qt's questions

    def rowCount(self, parent: _Index = _NO_INDEX) -> int:
        """Return how many rows there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _NO_INDEX) -> int:
        """Return how many columns there are: the file, what became of it, its folder."""
        return 0 if parent.isValid() else 3

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        """Return a cell's words; a tip has the whole reason."""
        row = index.row()
        if not 0 <= row < len(self._rows):
            return None
        if role == _Role.ToolTipRole:
            return tool_tip(self.reason(row))
        if role in (_Role.DisplayRole, _Role.AccessibleTextRole):
            folder, _, name = self._rows[row].source.rpartition("/")
            return (name, self._outcome(row), folder)[index.column()]
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> Any:
        """Return the columns' headings."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < 3:
            return None
        if role == _Role.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        if role == _Role.DisplayRole:
            return translated("imports", ("File", "What became of it", "Folder")[section])
        return None

    def _outcome(self, row: int) -> str:
        if self._rows[row].token in self._restored:
            return translated("imports", "Restored")
        return outcome_text(self._rows[row])
