"""The list of every shortcut."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui.actions import shortcut_rows
from gui.text import translated

BAR_PX: Final = 16
FOOT_PX: Final = 64
SHARE_OF_SCREEN: Final = 0.8
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
        content = QWidget()
        content.setObjectName("metadataContent")
        form = QFormLayout(content)
        form.setContentsMargins(24, 24, 24, 16)
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
        area = QScrollArea()
        area.setObjectName("metadata")
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        area.setWidgetResizable(True)
        area.setMinimumWidth(content.sizeHint().width() + BAR_PX)
        foot = QVBoxLayout()
        foot.setContentsMargins(24, 8, 24, 16)
        foot.addWidget(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area, 1)
        column.addLayout(foot)
        room = self.screen().availableGeometry().height() * SHARE_OF_SCREEN
        self.resize(self.sizeHint().width(), min(content.sizeHint().height() + FOOT_PX, int(room)))


def _text(source: str) -> str:
    return translated("shortcuts", source)
