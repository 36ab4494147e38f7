"""A button over the grid that says how many images came out of sight."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QPushButton, QWidget

from gui.text import count_text, number_text, translated

BELOW_PX: Final = 12  # the upper edge of what it lies on


class NewImagesButton(QPushButton):
    """Lies over its parent's upper edge, in the middle.

    It has the focus only where Tab leads to it, and gives it to its parent when it goes.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._around = parent
        self.setObjectName("newImages")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        parent.installEventFilter(self)
        self.hide()

    def set_count(self, count: int) -> None:
        """Say how many; 0 takes it away."""
        came = count > 0 and self.isHidden()
        if not count and self.hasFocus():
            self._around.setFocus()
        self.setVisible(count > 0)
        if count:
            self.setText(translated("arrivals", "{count} new", count=number_text(count)))
            self.setToolTip(translated("arrivals", "Show the newest images"))
            self.adjustSize()
            self._place()
            self.raise_()
        if came:  # once: a reader that told of each would never be silent
            said = count_text(count, "new image")
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in place when what it lies on is resized."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        self.move((self._around.width() - self.width()) // 2, BELOW_PX)
