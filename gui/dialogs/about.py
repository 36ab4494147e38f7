"""What the program is, its version and licence."""

from __future__ import annotations

import importlib.metadata

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from gui.text import translated


class AboutDialog(QDialog):
    """Says what this is; show it with ``open()``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = translated("about", "About Contact Sheet")
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        name = QLabel("Contact Sheet")
        name.setObjectName("messageTitle")
        text = QLabel(
            translated(
                "about",
                "Version {version}\n\nBrowses the image stores that image-generation servers write."
                "\nFree software under the MIT licence.",
                version=importlib.metadata.version("contact-sheet"),
            )
        )
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        for widget in (name, text, buttons):
            column.addWidget(widget)
