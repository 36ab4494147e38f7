"""What is known of the images that are compared, as a table: a row a fact, a column an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gui.models.compared import ComparedRow, differing
from gui.models.image_text import tool_tip
from gui.models.word_diff import Kind, Piece, excerpt
from gui.text import number_text, translated

Index = QModelIndex | QPersistentModelIndex
Pieces = tuple[Piece, ...]

TEXT_SHOWN: Final = 1_000  # characters of a long text; a click copies all of it
LINE_SHOWN: Final = 300
TIP_SHOWN: Final = 1_000
_NO_INDEX = QModelIndex()


class ComparedRole(IntEnum):
    """What else can be asked of a cell."""

    ROW = Qt.ItemDataRole.UserRole + 1  # the ComparedRow
    PIECES = Qt.ItemDataRole.UserRole + 2  # of a text, what is shown of it
    VALUE = Qt.ItemDataRole.UserRole + 3  # in full


class ComparedTableModel(QAbstractTableModel):
    """A column of labels, then one for each image; rows that are the same can be left out."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[ComparedRow, ...] = ()
        self._rows: tuple[ComparedRow, ...] = ()
        self._pieces: dict[tuple[ComparedRow, int], Pieces] = {}
        self._reference = 0
        self._images = 0
        self._only_differences = False

    @property
    def rows(self) -> Sequence[ComparedRow]:
        """What is shown."""
        return self._rows

    @property
    def reference(self) -> int:
        """The number of the image that the others are compared with, from 0."""
        return self._reference

    def set_rows(self, rows: Sequence[ComparedRow], images: int) -> None:
        """Show these facts about so many images; nothing happens where they are shown."""
        if tuple(rows) != self._all or images != self._images:
            self._all, self._images = tuple(rows), images
            self._refill()

    def show_only_differences(self, only: bool) -> None:
        """Leave out what is the same in all images, or no longer."""
        self._only_differences = only
        self._refill()

    def set_pieces(self, reference: int, pieces: Mapping[tuple[ComparedRow, int], Pieces]) -> None:
        """Tell how texts differ from those of one image.

        Args:
            reference: The number of that image, from 0.
            pieces: What was found, by row and number of the image.
        """
        shown = {at: excerpt(each, TEXT_SHOWN) for at, each in pieces.items()}
        if (reference, shown) == (self._reference, self._pieces):
            return
        self._reference, self._pieces = reference, shown
        if self._rows:
            last = self.index(len(self._rows) - 1, self._images)
            self.dataChanged.emit(self.index(0, 0), last)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self._images)

    def _refill(self) -> None:
        self.beginResetModel()
        self._rows = differing(self._all) if self._only_differences else self._all
        self.endResetModel()

    # Qt's questions

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Return how many facts there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """Return how many images there are, and one for the labels."""
        return 0 if parent.isValid() else self._images + 1

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the number of an image, as its pane has it, and which is the current one."""
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        if section == self._reference + 1:
            number = number_text(section)
            return translated("compare", "{number} · current", number=number)
        return number_text(section) if section else ""

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell says."""
        row, image = self._rows[index.row()], index.column() - 1
        if role == ComparedRole.ROW:
            return row
        if role == ComparedRole.PIECES:
            return self._shown(row, image)
        value = row.label if image < 0 else row.values[image] if row.values else ""
        if role == ComparedRole.VALUE:
            return value
        if role == Qt.ItemDataRole.DisplayRole:
            return " ".join(value[:LINE_SHOWN].split())
        if role == Qt.ItemDataRole.ToolTipRole and image >= 0:
            return tool_tip(value[:TIP_SHOWN])
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return value or translated("compare", "nothing")
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return self._said(row, image)
        return None

    def _shown(self, row: ComparedRow, image: int) -> Pieces:
        if image < 0 or not row.is_text:
            return ()
        pieces = self._pieces.get((row, image))
        if pieces is None:
            whole = row.values[image]
            end = "…" if len(whole) > TEXT_SHOWN else ""
            return (Piece(Kind.SAME, whole[:TEXT_SHOWN] + end),)
        return pieces

    def _said(self, row: ComparedRow, image: int) -> str:
        """Say what is seen by colours."""
        if row.heading:
            return ""
        parts = [translated("compare", "differs" if row.differs else "the same in all")]
        for kind, source in ((Kind.REMOVED, "without: {words}"), (Kind.ADDED, "added: {words}")):
            words = [piece.text.strip() for piece in self._shown(row, image) if piece.kind is kind]
            if words:
                parts.append(translated("compare", source, words=", ".join(words)))
        return "; ".join(parts)
