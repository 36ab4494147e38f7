"""Text that is never cut, and that a click copies."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gui.text import count_text, translated

_BREAK: Final = "\u200b"  # a zero-width space: a line may break here
_MOST_SHOWN: Final = 30_000  # characters; laying out more in a label would stop the window
_LONG_WORD: Final = re.compile(r"\S{6,}")  # shorter ones fit anywhere


class WrappedLabel(QLabel):
    """A label of plain text that wraps at any width: words longer than a line are broken."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.set_text(text)

    @property
    def whole_text(self) -> str:
        """The text as it was given; ``text()`` has invisible breaks in it."""
        return self._whole

    def set_text(self, text: str) -> None:
        """Show this text."""
        self._whole = text
        self.setAccessibleName(text)
        self._break_words()

    def minimumSizeHint(self) -> QSize:
        """Return one line: QLabel would ask for the height of its narrowest shape."""
        return QSize(1, self.fontMetrics().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the words that are too long for a line now."""
        super().resizeEvent(event)
        self._break_words()

    def _break_words(self) -> None:
        room, metrics = self.contentsRect().width(), self.fontMetrics()

        def broken(word: re.Match[str]) -> str:
            fits = metrics.horizontalAdvance(word.group()) <= room
            return word.group() if fits else _BREAK.join(word.group())

        text = _LONG_WORD.sub(broken, self._whole)
        if text != self.text():
            self.setText(text)


class ValueLabel(WrappedLabel):
    """A label that a click, Enter or Space copies as it was given; a drag selects a part."""

    copied = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._value = ""
        self._pressed_at = QPointF()
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(translated("metadata", "Click to copy"))
        copy = QAction(translated("metadata", "Copy"), self)
        copy.triggered.connect(self.copy)
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    @property
    def value(self) -> str:
        """The whole text, as it was given."""
        return self._value

    def set_value(self, value: str, shown: str | None = None) -> None:
        """Show ``shown`` (by default all of ``value``); copying gives ``value``."""
        self._value = value
        self.set_text(value if shown is None else shown)

    def copy(self) -> None:
        """Copy the selected part, or all of it, to the clipboard."""
        part = self.selectedText().replace(_BREAK, "").replace("\u2029", "\n")
        QGuiApplication.clipboard().setText(part or self._value)
        self.copied.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a click began."""
        self._pressed_at = event.position()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Copy, if it was a click and selected nothing."""
        super().mouseReleaseEvent(event)
        way = (event.position() - self._pressed_at).manhattanLength()
        is_click = way < QGuiApplication.styleHints().startDragDistance()
        if event.button() == Qt.MouseButton.LeftButton and is_click and not self.hasSelectedText():
            self.copy()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy on Enter, Space and the Copy keys."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if is_enter or event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)


class FoldedText(QWidget):
    """A ``ValueLabel`` that folds very long text behind "Show all".

    What is too long for a label even then is in the raw view; copying always gives all of it.

    Args:
        limit: Characters shown at first.
    """

    copied = Signal()

    def __init__(self, limit: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._limit = limit
        self.label = ValueLabel()
        self.label.copied.connect(self.copied)
        self.setFocusProxy(self.label)
        self._more = QLabel()
        self._more.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self._more.linkActivated.connect(self._show_all)
        self._more.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.label)
        column.addWidget(self._more)

    def set_value(self, value: str) -> None:
        """Show a text, folded if it is long."""
        folded = len(value) > self._limit
        self.label.set_value(value, value[: self._limit] + "…" if folded else None)
        length = count_text(len(value), "character")
        offer = translated("metadata", "Show all of {characters}", characters=length)
        self._more.setText(f'<a href="#">{offer}</a>')
        self._more.setVisible(folded)
        if not folded:
            self._more.clear()

    def _show_all(self) -> None:
        value = self.label.value
        self.label.setFocus()  # or hiding the link would give the focus to whatever comes next
        if len(value) <= _MOST_SHOWN:
            self.label.set_value(value)
            self._more.hide()
        else:
            self.label.set_value(value, value[:_MOST_SHOWN] + "…")
            self._more.setText(
                translated("metadata", "The rest is in the raw view; a click copies all of it.")
            )
