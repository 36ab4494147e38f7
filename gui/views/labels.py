"""Labels of forms: headings, what stands back, and what is said below a field."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel

_Role = QPalette.ColorRole


def heading(text: str) -> QLabel:
    """Make the heading of a form's section."""
    label = QLabel(text)
    label.setObjectName("formSection")
    label.setIndent(0)
    return label


def quiet_label(name: str = "", *, wrapped: bool = False) -> QLabel:
    """Make a label in the muted colour, of plain text; ``name`` is what the style knows it by."""
    label = QLabel()
    label.setObjectName(name)
    label.setWordWrap(wrapped)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setForegroundRole(_Role.PlaceholderText)
    return label


class Note(QLabel):
    """A line or two below a field."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setObjectName("note")
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setForegroundRole(_Role.PlaceholderText)

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Say this; in the warning colour if something is ``wrong``."""
        self.setText(text)
        self.setForegroundRole(_Role.BrightText if wrong else _Role.PlaceholderText)
