"""A small table of days and their sums."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from gui.models.prune_table import DayTotalsModel
from gui.text import translated

ROW_PX = 24


class DayTotalsTable(QTableView):
    """Shows a ``DayTotalsModel``; there is nothing to select."""

    def __init__(self, model: DayTotalsModel) -> None:
        super().__init__()
        self.setAccessibleName(translated("prune", "By day"))
        self.setObjectName("dayTotals")
        self.setModel(model)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_PX)
        columns.hide()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        columns.resizeSection(1, 56)
        columns.resizeSection(2, 76)
