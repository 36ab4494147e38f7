"""The page that stands where the grid would be, when there is nothing to show."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.icons import icon
from gui.pages import Page

ICON_PX: Final = 48
TEXT_PX: Final = 440  # the widest a line of the explanation gets


class MessagePage(QWidget):
    """An icon, what is the matter, what to do about it, and up to two buttons that do it.

    Signals:
        offer_taken(action id): One of the page's buttons was pressed.
    """

    offer_taken = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = Page("", "")
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = _centred("messageTitle")
        self._explanation = _centred("messageText")
        self._explanation.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._buttons = (QPushButton(), QPushButton())
        self._buttons[0].setObjectName("primary")
        for number, button in enumerate(self._buttons):
            button.clicked.connect(partial(self._take, number))
        self._lay_out()
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)

    def show_page(self, page: Page) -> None:
        """Say this, and offer what it offers."""
        self._page = page
        self._title.setText(page.title)
        self._explanation.setText(page.explanation)
        texts = [text for text, _ in page.offers] + ["", ""]
        for button, text in zip(self._buttons, texts, strict=False):
            button.setText(text)
            button.setVisible(bool(text))
        self.setAccessibleName(page.title)
        self.setAccessibleDescription(page.explanation)
        self._draw_icon()

    def _take(self, number: int) -> None:
        self.offer_taken.emit(self._page.offers[number][1])

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icon anew in a new palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icon()

    def _draw_icon(self) -> None:
        role = QPalette.ColorRole.PlaceholderText
        picture = icon(self._page.icon, self.palette().color(role), ICON_PX)
        self._picture.setPixmap(picture.pixmap(ICON_PX))

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        for button in self._buttons:
            buttons.addWidget(button)
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
