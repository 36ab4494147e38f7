"""The message in place of the grid: which one is shown, and which offer its buttons make."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from gui.main_window import MainWindow
from gui.pages import Page


class MessageController(QObject):
    """Shows pages; ``offer_taken(action id)`` comes when one of a page's buttons is pressed."""

    offer_taken = Signal(str)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._page: Page | None = None
        window.message.first_clicked.connect(lambda: self._take(0))
        window.message.second_clicked.connect(lambda: self._take(1))

    def show(self, page: Page) -> None:
        """Show this page in place of the grid."""
        self._page = page
        first, second = ([text for text, _ in page.offers] + ["", ""])[:2]
        self._window.show_message(
            page.title, page.explanation, icon=page.icon, first=first, second=second
        )

    def _take(self, number: int) -> None:
        if self._page is not None and number < len(self._page.offers):
            self.offer_taken.emit(self._page.offers[number][1])
