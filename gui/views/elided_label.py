"""A line of plain text that is cut in its middle where there is no room for all of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from gui.models.image_text import tool_tip


class ElidedLabel(QLabel):
    """A label that takes any width; its tool tip and screen readers tell the whole text.

    Both ends are seen: names of one day, and prompts of one series, often begin alike.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setMinimumWidth(1)

    def set_text(self, text: str) -> None:
        """Show this text, in one line."""
        self._whole = " ".join(text.split())
        self.setAccessibleName(self._whole)
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much as there is room for."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        middle = Qt.TextElideMode.ElideMiddle
        shown = self.fontMetrics().elidedText(self._whole, middle, self.width())
        self.setText(shown)
        self.setToolTip("" if shown == self._whole else tool_tip(self._whole))
