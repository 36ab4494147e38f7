"""The list below the search box: how what is being typed can go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, QObject, QStringListModel, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView

from core.query_terms import TextField
from gui.completion import Completions, completions
from gui.text import translated

ROWS_SHOWN = 10
_TAKING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)


class SearchOffers(QObject):
    """Offers names of fields, and after the colon the values that images have.

    The box keeps the focus: Down and Up choose, Enter or Tab takes, Escape closes the list.

    Args:
        box: Where the person types.
    """

    def __init__(self, box: QLineEdit) -> None:
        super().__init__(box)
        self._box = box
        self._values: Mapping[TextField, Sequence[str]] = {}
        self._offered = Completions(0, [])
        self._shown = QStringListModel(self)
        self._completer = completer = QCompleter(self._shown, self)
        completer.setWidget(box)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setMaxVisibleItems(ROWS_SHOWN)
        chosen = completer.activated[QModelIndex]  # type: ignore[index]  # of its overloads
        chosen.connect(lambda index: self._take(index.row()))
        self.popup = QListView()
        self.popup.setObjectName("offers")
        completer.setPopup(self.popup)
        self.popup.setAccessibleName(translated("search", "Ways to go on"))
        self._next = QTimer(self, singleShot=True, interval=0)  # the completer hides its list last
        self._next.timeout.connect(self._offer)
        box.textEdited.connect(self._offer)

    def set_values(self, values: Mapping[TextField, Sequence[str]]) -> None:
        """Offer these values of fields from now on; the first also for what is typed already."""
        late = not self._values and self._box.isModified() and self._box.hasFocus()
        self._values = values
        if late:
            self._offer()

    def has_use_for(self, event: QKeyEvent) -> bool:
        """Tell whether a key is for the list, and not for the box."""
        if not self.popup.isVisible():
            return False
        if event.key() in _TAKING:
            if self.popup.selectionModel().hasSelection():
                return True
            self.popup.hide()
        return event.key() == Qt.Key.Key_Escape

    def take_first(self) -> bool:
        """Take what is chosen in the list, or its first; return whether there is a list."""
        if not self.popup.isVisible():
            return False
        self._take(max(self.popup.currentIndex().row(), 0))
        return True

    def _offer(self) -> None:
        """Show how the term before the cursor can go on."""
        before = self._box.text()[: self._box.cursorPosition()]
        self._offered = completions(before, self._values)
        if self._offered.offers:
            self._shown.setStringList([offer.shown for offer in self._offered.offers])
            self._completer.complete()
        else:
            self.popup.hide()

    def _take(self, row: int) -> None:
        """Put an offer in the place of what was typed."""
        self.popup.hide()
        text, end = self._box.text(), self._box.cursorPosition()
        taken, after = self._offered.offers[row].text, text[end:]
        space = "" if taken.endswith(":") or after.startswith(" ") else " "
        head = text[: self._offered.start] + taken + space
        self._box.setText(head + after)
        self._box.setCursorPosition(len(head))
        if taken.endswith(":"):
            self._next.start()
