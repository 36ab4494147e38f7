"""The page that stands where the grid would be, when there is nothing to show."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.icons import icon

ICON_PX: Final = 48
TEXT_PX: Final = 440  # the widest a line of the explanation gets


class MessagePage(QWidget):
    """An icon, what is the matter, what to do about it, and up to two buttons that do it."""

    first_clicked = Signal()
    second_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = "image"
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = _centred("messageTitle")
        self._explanation = _centred("messageText")
        self._explanation.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._first = QPushButton()
        self._first.setObjectName("primary")
        self._second = QPushButton()
        self._first.clicked.connect(self.first_clicked)
        self._second.clicked.connect(self.second_clicked)
        self._lay_out()
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)

    def show_message(
        self,
        title: str,
        explanation: str,
        *,
        icon: str = "image",
        first: str = "",
        second: str = "",
    ) -> None:
        """Say this; the buttons have these texts, and without one they are not there."""
        self._icon_name = icon
        self._title.setText(title)
        self._explanation.setText(explanation)
        for button, text in ((self._first, first), (self._second, second)):
            button.setText(text)
            button.setVisible(bool(text))
        self.setAccessibleName(title)
        self.setAccessibleDescription(explanation)
        self._draw_icon()

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icon anew in a new palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icon()

    def _draw_icon(self) -> None:
        role = QPalette.ColorRole.PlaceholderText
        picture = icon(self._icon_name, self.palette().color(role), ICON_PX)
        self._picture.setPixmap(picture.pixmap(ICON_PX))

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self._first)
        buttons.addWidget(self._second)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 32, 32, 32)
        column.addStretch(2)
        column.addWidget(self._picture)
        column.addSpacing(12)
        column.addWidget(self._title)
        column.addSpacing(4)
        text_row = QHBoxLayout()
        text_row.addStretch(1)
        text_row.addWidget(self._explanation, 1000)
        text_row.addStretch(1)
        column.addLayout(text_row)
        column.addSpacing(16)
        column.addLayout(buttons)
        column.addStretch(3)


def _centred(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setMaximumWidth(TEXT_PX if name == "messageText" else 16_777_215)
    label.setMinimumWidth(1)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label
