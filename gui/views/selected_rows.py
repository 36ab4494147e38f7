"""Between Qt's selections and ranges of rows, without ever going through the rows one by one."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QAbstractItemModel, QItemSelection, QItemSelectionModel, QModelIndex

MANY_RANGES = 256


def selection_of(model: QAbstractItemModel, runs: Iterable[range]) -> QItemSelection:
    """Return a selection of some runs of rows, none of them empty."""
    selection = QItemSelection()
    for rows in runs:
        selection.select(model.index(rows[0], 0), model.index(rows[-1], 0))
    return selection


def runs_within(selection: QItemSelection, rows: range) -> list[range]:
    """Return which of some rows a selection holds; not for more than ``MANY_RANGES`` of its."""
    chosen = (selection.at(i) for i in range(selection.count()))
    runs = (range(max(c.top(), rows.start), min(c.bottom() + 1, rows.stop)) for c in chosen)
    return [run for run in runs if run]


def selected_within(selection: QItemSelectionModel, rows: range) -> set[int]:
    """Return which of some rows are selected."""
    chosen = selection.selection()
    if chosen.count() > MANY_RANGES:
        model = selection.model()
        return {row for row in rows if selection.isSelected(model.index(row, 0))}
    return set().union(*runs_within(chosen, rows))


def holds_many(selection: QItemSelectionModel) -> bool:
    """Tell whether more than one row is selected."""
    chosen = selection.selection()
    return chosen.count() > 1 or (chosen.count() == 1 and chosen.at(0).height() > 1)


def count_up_to(most: int, selection: QItemSelectionModel) -> int:
    """Return how many rows are selected; ``most`` if there are more."""
    chosen = selection.selection()
    if chosen.count() >= most:
        return most
    return min(sum(chosen.at(i).height() for i in range(chosen.count())), most)


def select_only(selection: QItemSelectionModel, index: QModelIndex) -> None:
    """Have one row selected and no other; nothing is told where that is so already."""
    if holds_many(selection) or not selection.isSelected(index):
        selection.select(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
