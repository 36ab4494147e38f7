"""Where images are copied to, and whether with their sidecars."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.text import count_text, translated


class ExportDialog(QDialog):
    """Asks for a folder; show it with ``open()``.

    Args:
        count: How many images.
        folder: The folder to begin with; "" for none.
        sidecars: Whether sidecars are copied, to begin with.

    Signals:
        choice_wanted(): The person wants to look for a folder.
    """

    choice_wanted = Signal()

    def __init__(self, count: int, folder: str, sidecars: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(translated("export", "Export"))
        self.setAccessibleName(translated("export", "Export"))
        images = count_text(count, "image")
        heading = QLabel(translated("export", "Copy {images} to a folder", images=images))
        heading.setObjectName("pageHeading")
        self._folder = QLineEdit(folder)
        self._folder.setMinimumWidth(360)
        label = QLabel(translated("export", "&Folder"))
        label.setBuddy(self._folder)
        choose = QPushButton(translated("export", "&Choose…"))
        choose.setAutoDefault(False)
        choose.clicked.connect(self.choice_wanted)
        self._sidecars = QCheckBox(translated("export", "With &sidecars"))
        self._sidecars.setChecked(sidecars)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._export = buttons.addButton(
            translated("export", "&Export"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self._export.setObjectName("primary")
        self._export.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._folder.textChanged.connect(self._check)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._folder, 1)
        row.addWidget(choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(8)
        column.addWidget(heading)
        column.addSpacing(8)
        column.addWidget(label)
        column.addLayout(row)
        column.addWidget(self._sidecars)
        column.addSpacing(16)
        column.addWidget(buttons)
        self._check()

    @property
    def folder(self) -> Path:
        """The folder that was chosen."""
        return Path(self._folder.text().strip()).expanduser()

    @property
    def sidecars(self) -> bool:
        """Whether sidecars are to be copied, too."""
        return self._sidecars.isChecked()

    def set_folder(self, folder: str) -> None:
        """Fill in a folder that was looked for."""
        self._folder.setText(folder)

    def _check(self) -> None:
        self._export.setEnabled(bool(self._folder.text().strip()))
