"""Where a person types a search, and what is said about it, below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAction,
    QFocusEvent,
    QKeyEvent,
    QPalette,
)
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QMenu,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from core.query_terms import TextField
from gui.icons import icon
from gui.text import translated
from gui.views.search_offers import SearchOffers

WIDEST_PX: Final = 340
NARROWEST_PX: Final = 128
ICON_PX: Final = 16
BELOW_PX: Final = 6


class SearchBox(QLineEdit):
    """One line, with a button that clears it, and a menu behind its icon (Alt+Down).

    Signals:
        finished(): The person is done with it (Enter).
        given_up(): The person wants no search any more (Escape); the text is gone.
        values_wanted(): The person begins to type, and what images have is to be offered.
    """

    finished = Signal()
    given_up = Signal()
    values_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("search")
        self.setAccessibleName(_text("Search"))
        self.setPlaceholderText(_text("Search prompts, model:, date:, is:pinned"))
        self.setClearButtonEnabled(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(NARROWEST_PX)
        self.setMaximumWidth(WIDEST_PX)
        self.menu = QMenu(self)
        self._glass = QAction(_text("Kept searches (Alt+Down)"), self)
        self._glass.triggered.connect(self._open_menu)
        self.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self.returnPressed.connect(self.finished)
        self.offers = SearchOffers(self)
        self._draw_icon()

    def sizeHint(self) -> QSize:
        """Return its widest, so that it narrows only where there is no room."""
        return QSize(WIDEST_PX, super().sizeHint().height())

    def set_values(self, values: Mapping[TextField, Sequence[str]]) -> None:
        """Offer these values of fields from now on."""
        self.offers.set_values(values)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Have the values of fields at hand."""
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.values_wanted.emit()

    def event(self, event: QEvent) -> bool:
        """Take what is offered by Tab, which would otherwise leave the box."""
        pressed = event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent)
        is_tab = pressed and event.key() == Qt.Key.Key_Tab  # type: ignore[attr-defined]
        return (is_tab and self.offers.take_first()) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give up by Escape; go on to the images by Down; what is offered goes first."""
        if self.offers.has_use_for(event):
            event.ignore()  # the list takes it
        elif event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.given_up.emit()
        elif event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._open_menu()
        elif event.key() == Qt.Key.Key_Down:
            self.finished.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icon anew in a new palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_glass"):
            self._draw_icon()

    def _open_menu(self) -> None:
        self.menu.popup(self.mapToGlobal(QPoint(0, self.height() + BELOW_PX)))

    def _draw_icon(self) -> None:
        colour = self.palette().color(QPalette.ColorRole.PlaceholderText)
        self._glass.setIcon(icon("search", colour, ICON_PX))


class SearchHint(QFrame):
    """Lies below the box, over whatever is there, and says what of the search is not understood."""

    def __init__(self, box: SearchBox, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("searchHint")
        self._box = box
        self._around = parent
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(12, 9, 12, 9)
        column.addWidget(self._label)
        box.installEventFilter(self)
        self.hide()

    def tell(self, text: str) -> None:
        """Say this; "" says nothing any more."""
        self._label.setText(text)
        self._box.setAccessibleDescription(text)
        self.setVisible(bool(text))
        if text:
            self._place()
            self.raise_()
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._box, text))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay below the box."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and self.isVisible():
            self._place()
        return False

    def _place(self) -> None:
        below = self._box.mapTo(self._around, QPoint(0, self._box.height() + BELOW_PX))
        self.setFixedWidth(self._box.width())
        self.setFixedHeight(self._column.heightForWidth(self._box.width()))
        self.move(below)


def _text(source: str) -> str:
    return translated("search", source)
