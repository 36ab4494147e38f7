"""The trash in place of the grid: what is in it, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.models.image_table import ImageTableModel
from gui.text import translated
from gui.views.context_menu import TRASH_MENU, add_context_menu
from gui.views.image_table import ImageTable

MARGIN_PX: Final = 16
BUTTONS: Final = {"restore": "&Restore", "delete_for_good": "&Delete…", "empty_trash": "E&mpty…"}


class TrashPage(QWidget):
    """A heading with the sums, the buttons, and a table of what was deleted, when and why.

    Attributes:
        table: The table.

    Signals:
        restore_wanted(): Enter was pressed, or a row double-clicked.
        delete_wanted(): Del was pressed.
    """

    restore_wanted = Signal()
    delete_wanted = Signal()

    def __init__(self, model: ImageTableModel[Any], actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self._buttons = [_button(text, actions[name]) for name, text in BUTTONS.items()]
        self._heading = QLabel(translated("trash", "Trash"))
        self._heading.setObjectName("pageHeading")
        self._sums = QLabel()
        self._sums.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._sums.setWordWrap(True)
        self.table = ImageTable(model, translated("trash", "Trash"))
        self.table.activated.connect(self.restore_wanted)
        add_context_menu(self.table, actions, TRASH_MENU, [self.table.sort_menu])
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self.setFocusProxy(self.table)
        self._lay_out()

    def set_sums(self, text: str) -> None:
        """Say how much is in the trash, and until when."""
        self._sums.setText(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ask to delete for good with Del; the table leaves the key alone."""
        if event.key() == Qt.Key.Key_Delete:
            self.delete_wanted.emit()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._heading)
        words.addWidget(self._sums)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in self._buttons:
            buttons.addWidget(button)
        buttons.addStretch(1)
        head = QVBoxLayout()
        head.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, 12)
        head.setSpacing(10)
        head.addLayout(words)
        head.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.table, 1)


def _button(text: str, action: QAction) -> QPushButton:
    button = QPushButton(translated("trash", text))
    button.setAccessibleName(action.text().replace("&", ""))
    button.setEnabled(action.isEnabled())
    button.setToolTip(action.toolTip())
    button.clicked.connect(action.trigger)
    action.enabledChanged.connect(button.setEnabled)
    return button
