"""Facts in two columns, labels and values; a click on a value copies it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from gui.models.fact import Fact
from gui.text import count_text, number_text, translated
from gui.views.value_label import FoldedText, WrappedLabel

LABEL_PX: Final = 84  # the column of labels
VALUE_LIMIT: Final = 500  # characters before a value folds
ROWS_AT_ONCE: Final = 60  # more are made when asked for, so many at a time
ABOVE_PX: Final = 12  # above a heading
ANY_WIDTH: Final = 16_777_215  # Qt's QWIDGETSIZE_MAX


class FactRows(QWidget):
    """Shows facts; the widgets are kept and filled anew.

    Signals:
        copied: A value was copied; the label beside it.
    """

    copied = Signal(WrappedLabel)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pairs: list[tuple[WrappedLabel, FoldedText]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnMinimumWidth(0, LABEL_PX)
        self._grid.setColumnStretch(1, 1)
        self._rows: Sequence[Fact] = ()
        self._headings: set[int] = set()  # the numbers of the rows that are headings
        self._more = QPushButton()
        self._more.clicked.connect(lambda: self._show(self._shown + ROWS_AT_ONCE))

    def set_rows(self, rows: Sequence[Fact]) -> None:
        """Show these facts, the first of them at once and the others when asked for."""
        self._rows = rows
        self._show(ROWS_AT_ONCE)

    def _show(self, count: int) -> None:
        self._shown = count
        shown = self._rows[:count]
        while len(self._pairs) < len(shown):
            self._add_pair()
        for number, ((label, value), row) in enumerate(zip_longest(self._pairs, shown)):
            label.setVisible(row is not None)
            value.setVisible(row is not None and not row.heading)
            if row is not None:
                self._fill(number, label, value, row)
        hidden = len(self._rows) - len(shown)
        some, every = number_text(min(hidden, ROWS_AT_ONCE)), count_text(hidden, "more value")
        self._more.setText(_text("Show {some} of {every}", some=some, every=every))
        self._more.setVisible(hidden > 0)
        self._grid.addWidget(self._more, len(self._pairs), 0, 1, 2)

    def _add_pair(self) -> None:
        label, value = WrappedLabel(), FoldedText(VALUE_LIMIT)
        label.setFixedWidth(LABEL_PX)
        label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        label.setBuddy(value.label)
        value.copied.connect(lambda: self.copied.emit(label))
        self._grid.addWidget(label, len(self._pairs), 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(value, len(self._pairs), 1)
        self._pairs.append((label, value))

    def _fill(self, number: int, label: WrappedLabel, value: FoldedText, row: Fact) -> None:
        roles = QPalette.ColorRole
        label.set_text(row.label)
        if (number in self._headings) != row.heading:  # laying out anew is what costs
            self._set_heading(number, label, row.heading)
        value.set_value(row.value)
        value.label.setForegroundRole(roles.BrightText if row.warning else roles.WindowText)

    def _set_heading(self, number: int, label: WrappedLabel, heading: bool) -> None:
        """Make a row's label one that stands above others, or one beside a value again."""
        self._headings ^= {number}
        roles = QPalette.ColorRole
        label.setForegroundRole(roles.WindowText if heading else roles.PlaceholderText)
        font = self.font()
        font.setBold(heading)
        label.setFont(font)
        label.setContentsMargins(0, ABOVE_PX if heading and number else 0, 0, 0)
        label.setMinimumWidth(0 if heading else LABEL_PX)
        label.setMaximumWidth(ANY_WIDTH if heading else LABEL_PX)
        self._grid.addWidget(label, number, 0, 1, 2 if heading else 1, Qt.AlignmentFlag.AlignTop)


def _text(source: str, **values: str) -> str:
    return translated("metadata", source, **values)
