"""The list of every shortcut."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from gui.actions import shortcut_rows
from gui.text import translated

IN_THE_GRID: Final = (
    ("Arrows   Home   End   PgUp   PgDn", "Move among the images"),
    ("Shift + move", "Select a range"),
    ("Ctrl + wheel", "Thumbnail size"),
    ("Tab", "Dates, images, metadata"),
)


class ShortcutsDialog(QDialog):
    """Lists what the keys do; show it with ``open()``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_text("Shortcuts"))
        self.setAccessibleName(_text("Shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        form = QFormLayout()
        form.setHorizontalSpacing(32)
        form.setVerticalSpacing(9)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        in_the_grid = [(_text(keys), _text(does)) for keys, does in IN_THE_GRID]
        for keys, text in (*shortcut_rows(), *in_the_grid):
            value = QLabel(keys)
            value.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            label = QLabel(text)
            label.setBuddy(value)
            form.addRow(label, value)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(20)
        column.addLayout(form)
        column.addWidget(buttons)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)


def _text(source: str) -> str:
    return translated("shortcuts", source)
