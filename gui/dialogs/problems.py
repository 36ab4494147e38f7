"""What could not be read, and why."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from gui.text import count_text, translated


class ProblemsDialog(QDialog):
    """Lists problems, one a line, to read and to copy; show it with ``open()``."""

    def __init__(self, problems: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = translated("problems", "Problems")
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 360)
        lines = QPlainTextEdit("\n".join(problems))
        lines.setObjectName("problemLines")
        lines.setAccessibleName(title)
        lines.setReadOnly(True)
        lines.setTabChangesFocus(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        copy = buttons.addButton(
            translated("problems", "Copy all"), QDialogButtonBox.ButtonRole.ActionRole
        )
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(lines.toPlainText()))
        found = count_text(len(problems), "problem")
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        column.addWidget(QLabel(translated("problems", "{problems} in this store", problems=found)))
        column.addWidget(lines)
        column.addWidget(buttons)
