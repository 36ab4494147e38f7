"""A notice: a line at the bottom of the window that says what just happened, and goes away."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QColor
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsDropShadowEffect,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
)

from gui.text import translated

STAYS_MS: Final = 7000
ABOVE_PX: Final = 20  # the lower edge of what it lies on
BESIDE_PX: Final = 16
LEFT_PX: Final = 14  # within
RIGHT_PX: Final = 8
GAP_PX: Final = 8
MOST_OFFERS: Final = 2

Offer = tuple[str, Callable[[], None]]


class Notice(QFrame):
    """Lies over the lower edge of pages, whichever is shown; never takes the focus by itself.

    It stays while the pointer is over it or one of its buttons has the focus.
    """

    def __init__(self, pages: QStackedWidget) -> None:
        super().__init__(pages)
        self._around = pages
        self.setObjectName("notice")
        self.setAccessibleName(translated("notice", "Notice"))
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._offers: tuple[Offer, ...] = ()
        self._buttons = [QPushButton() for _ in range(MOST_OFFERS)]
        for number, button in enumerate(self._buttons):
            button.setObjectName("noticeAction")
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.clicked.connect(partial(self._on_clicked, number))
        row = QHBoxLayout(self)
        row.setContentsMargins(LEFT_PX, 0, RIGHT_PX, 0)
        row.setSpacing(GAP_PX)
        row.addWidget(self._text, 1)
        for button in self._buttons:
            row.addWidget(button)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(24)
        shadow.setOffset(0, 4)
        shadow.setColor(QColor(0, 0, 0, 90))
        self.setGraphicsEffect(shadow)
        self._timer = QTimer(self, singleShot=True, interval=STAYS_MS)
        self._timer.timeout.connect(self.expire)
        pages.installEventFilter(self)
        pages.currentChanged.connect(self.raise_)  # Qt puts the page it turns to above all else
        self.hide()

    @property
    def said(self) -> str:
        """What it said last."""
        return self._text.text()

    def tell(
        self,
        text: str,
        action: str = "",
        do: Callable[[], None] | None = None,
        *more: Offer,
    ) -> None:
        """Say ``text``, in place of what it said before.

        Args:
            text: What just happened.
            action: The button's text; "" for none.
            do: What the button does, besides taking the notice away.
            more: Another button, as (text, what it does).
        """
        self._text.setText(text)
        self._offers = ((action, do or self.hide), *more) if action else ()
        texts = [offered for offered, _ in self._offers] + [""] * MOST_OFFERS
        for button, offered in zip(self._buttons, texts, strict=False):
            button.setText(offered)
            button.setVisible(bool(offered))
        self.setAccessibleDescription(text)
        self.show()
        self.raise_()
        self._place()
        self._timer.start()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def take_back(self, text: str) -> None:
        """Go away at once if this is what is said: it is no longer so."""
        if self._text.text() == text:
            self._timer.stop()
            self.hide()

    def press(self, number: int = 0) -> None:
        """Do what a button offers, as a click on it does."""
        self._buttons[number].click()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in place when what it lies on is resized."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        around = self._around.rect()
        most = max(around.width() - 2 * BESIDE_PX, 0)
        self._text.ensurePolished()  # its font is the style sheet's
        others = LEFT_PX + RIGHT_PX
        for button in self._buttons[: len(self._offers)]:
            others += GAP_PX + button.sizeHint().width()
        line = self._text.fontMetrics().horizontalAdvance(self._text.text()) + 4
        width = min(line + others, most)
        text_height = self._text.heightForWidth(max(width - others, 1))
        height = max(text_height + 16, 36)
        left = around.left() + (around.width() - width) // 2
        self.setGeometry(left, around.bottom() - ABOVE_PX - height, width, height)

    def expire(self) -> None:
        """Go away, unless somebody is at it; then stay a while longer."""
        if self.underMouse() or any(button.hasFocus() for button in self._buttons):
            self._timer.start()
        else:
            self.hide()

    def _on_clicked(self, number: int) -> None:
        self.hide()
        self._offers[number][1]()
