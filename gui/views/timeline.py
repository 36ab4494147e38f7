"""The timeline above the grid: how much was made when, as bars from which a range is chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from core.records import DayTotal
from gui.models.spans import Unit, span_text, unit_for
from gui.models.timeline import Amount, Bar, Fates, Timeline
from gui.text import count_text, size_text, translated
from gui.views.timeline_painter import AXIS, MARGIN, PITCH, Look, paint_timeline, places_of

HEIGHT: Final = 72


class TimelineView(QWidget):
    """Bars of images or bytes by day, week, month or years, as has room; a range can be chosen.

    Drag over bars, click one, or move with the arrow keys (Shift for a range) and press Enter;
    Esc, or a click below the bars, chooses all.

    Signals:
        range_chosen(first, last): The person wants to see these days (``date.toordinal()``).
        all_chosen(): The person wants to see everything.
    """

    range_chosen = Signal(int, int)
    all_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timeline")
        self.setAccessibleName(_text("Timeline"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self._totals: list[DayTotal] = []
        self._fates = Fates((), 0, None)
        self._by_bytes = False
        self._timeline = Timeline((), self._fates, Unit.DAY)
        self._chosen: tuple[int, int] | None = None  # days
        self._pressed: int | None = None  # the bar where a drag began
        self._hovered: int | None = None
        self._current = 0  # the bar that the keyboard is at
        self._anchor = 0  # and the one where its range began
        self._arranging = QTimer(self, singleShot=True, interval=0)
        self._arranging.timeout.connect(self._arrange)

    def sizeHint(self) -> QSize:
        """Return a strip as wide as there is room."""
        return QSize(400, HEIGHT)

    @property
    def bars(self) -> list[Bar]:
        """The bars that are shown."""
        return self._timeline.bars

    @property
    def chosen(self) -> tuple[int, int] | None:
        """The first and last day of the range that is marked."""
        return self._chosen

    def set_totals(self, totals: list[DayTotal], fates: Fates) -> None:
        """Show these days, newest first; at most once a turn of the event loop."""
        self._totals, self._fates = totals, fates
        self._arranging.start()

    def set_by_bytes(self, by_bytes: bool) -> None:
        """Show bytes, or else images."""
        self._by_bytes = by_bytes
        self.update()

    def mark(self, days: tuple[int, int] | None) -> None:
        """Mark the days that are shown elsewhere; ``None`` for all."""
        if days != self._chosen:
            self._chosen = days
            self.update()

    def _arrange(self) -> None:
        before = self.bars

        def place(number: int) -> int:
            """Return where a bar's first day stands now; where there was none, the newest."""
            at_newest = not before or number >= len(before) - 1
            day = self._totals[0].day if at_newest and self._totals else 0
            return self._timeline.bar_of(day if at_newest else before[number].first)

        if self._totals:
            most = max((self.width() - 2 * MARGIN) // PITCH, 1)
            unit = unit_for(self._totals[-1].day, self._totals[0].day, most)
            self._timeline = Timeline(self._totals, self._fates, unit)
        else:
            self._timeline = Timeline((), self._fates, Unit.DAY)
        self._hovered = None
        if self._pressed is not None:
            self._pressed = place(self._pressed)
        self._current, self._anchor = place(self._current), place(self._anchor)
        self.update()

    # Where things are

    def _bar_at(self, x: float, *, clamped: bool = False) -> int | None:
        if not self.bars:
            return None
        number = places_of(self.rect(), len(self.bars)).number_at(x)
        if clamped:
            return min(max(number, 0), len(self.bars) - 1)
        return number if 0 <= number < len(self.bars) else None

    def _size(self, amount: Amount) -> int:
        return amount.size_bytes if self._by_bytes else amount.images

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bars, what is chosen of them, and the years below."""
        painter = QPainter(self)
        chosen = None if self._chosen is None else self._timeline.bars_between(*self._chosen)
        sizes = [(self._size(bar.whole), self._size(bar.going)) for bar in self.bars]
        look = Look(chosen, self._hovered, self._current if self.hasFocus() else None)
        painter.setFont(self.font())
        paint_timeline(painter, self.rect(), self._timeline, sizes, look, self.palette())
        painter.end()

    # Mouse and keyboard

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a range at the bar that is pressed; below the bars, choose all."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        number = self._bar_at(event.position().x())
        if number is None or event.position().y() > self.height() - AXIS:
            self.all_chosen.emit()
            return
        self._pressed = self._anchor = self._current = number
        self._preview(number)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Extend the range, or follow the pointer."""
        if self._pressed is not None:
            number = self._bar_at(event.position().x(), clamped=True)
            if number is not None:
                self._current = number
                self._preview(number)
            return
        self._hover(self._bar_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the range."""
        if event.button() == Qt.MouseButton.LeftButton and self._pressed is not None:
            self._pressed = None
            self._choose()

    def leaveEvent(self, event: QEvent) -> None:
        """Follow the pointer no longer."""
        self._hover(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move along the bars; Shift extends, Enter chooses, Esc chooses all."""
        last = len(self.bars) - 1
        moves: dict[int, Callable[[], int]] = {
            Qt.Key.Key_Left: lambda: max(self._current - 1, 0),
            Qt.Key.Key_Right: lambda: min(self._current + 1, last),
            Qt.Key.Key_Home: lambda: 0,
            Qt.Key.Key_End: lambda: last,
        }
        if event.key() == Qt.Key.Key_Escape:
            self.all_chosen.emit()
        elif not self.bars:
            super().keyPressEvent(event)
        elif event.key() in moves:
            self._current = moves[event.key()]()
            if not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._anchor = self._current
            self._preview(self._current)
            self._tell_screen_readers()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show which bar the keyboard is at, and say what it stands for."""
        super().focusInEvent(event)
        self._tell_screen_readers()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show it no longer."""
        super().focusOutEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        """Say what the bar under the pointer stands for."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            number = self._bar_at(event.pos().x())
            text = "" if number is None else self.text_of(number)
            QToolTip.showText(event.globalPos() + QPoint(0, 8), text, self)
            return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take the unit that has room now."""
        super().resizeEvent(event)
        self._arranging.start()

    def text_of(self, number: int) -> str:
        """Say what a bar stands for: "20 November 2026: 214 images, 402 MB"."""
        bar = self.bars[number]
        when = span_text(bar.first, bar.last, self._timeline.unit)
        held = f"{count_text(bar.whole.images, 'image')}, {size_text(bar.whole.size_bytes)}"
        if not bar.going.images:
            return f"{when}: {held}"
        source = "{when}: {held}; {going} are due to go, but for pinned ones"
        going = count_text(bar.going.images, "image")
        return _text(source, when=when, held=held, going=going)

    def _hover(self, number: int | None) -> None:
        if number != self._hovered:
            self._hovered = number
            self.update()

    def _preview(self, number: int) -> None:
        """Mark what would be chosen."""
        first, last = sorted((self._anchor, number))
        self.mark((self.bars[first].first, self.bars[last].last))
        self.update()

    def _choose(self) -> None:
        first, last = sorted((self._anchor, self._current))
        self.range_chosen.emit(self.bars[first].first, self.bars[last].last)

    def _tell_screen_readers(self) -> None:
        if self.bars:
            self.setAccessibleDescription(self.text_of(self._current))
            event = QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
            QAccessible.updateAccessibility(event)


def _text(source: str, **values: str) -> str:
    return translated("timeline", source, **values)
