"""The rectangle a person draws with the mouse to select what it touches."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QRect, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPalette, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QApplication

_EDGE = 24  # so near the upper or lower edge, and beyond, the view scrolls
_TICK_MS = 16
_FASTEST = 80  # pixels a tick


class RubberBand(QObject):
    """Follows the mouse from a press to its release, and scrolls when it is near an edge.

    The band begins when the mouse has gone further than an unsteady click. ``area`` is in
    coordinates of the content, so that it grows while the view scrolls.

    Signals:
        changed: The area is another than before.
    """

    changed = Signal()

    def __init__(self, view: QAbstractScrollArea) -> None:
        super().__init__(view)
        self._view = view
        self._origin: QPoint | None = None  # in the content
        self._mouse = QPoint()  # in the viewport
        self._active = False
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(self._scroll)

    @property
    def pressed(self) -> bool:
        """Whether the mouse is down, with a band or not yet."""
        return self._origin is not None

    @property
    def active(self) -> bool:
        """Whether there is a band."""
        return self._active

    @property
    def area(self) -> QRect:
        """The band in the content; empty where there is none."""
        if self._origin is None or not self._active:
            return QRect()
        return QRect(self._origin, self._in_content(self._mouse)).normalized()

    def press(self, point: QPoint) -> None:
        """Note where in the viewport the mouse went down."""
        self._origin = self._in_content(point)
        self._mouse = point

    def drag_to(self, point: QPoint) -> None:
        """Note where in the viewport, or outside, the mouse is now."""
        if self._origin is None:
            return
        self._mouse = point
        way = self._in_content(point) - self._origin
        if not self._active and way.manhattanLength() < QApplication.startDragDistance():
            return
        self._active = True
        if self._speed() and not self._timer.isActive():
            self._timer.start()
        self.changed.emit()

    def release(self) -> None:
        """The mouse is up: there is no band any more."""
        self._origin = None
        self._timer.stop()
        if self._active:
            self._active = False
            self.changed.emit()

    def paint(self, painter: QPainter, palette: QPalette) -> None:
        """Paint the band; the painter's origin is the viewport's."""
        if not self._active:
            return
        accent = palette.highlight().color()
        painter.setPen(QPen(accent, 1))
        painter.setBrush(QColor(accent.red(), accent.green(), accent.blue(), 48))
        painter.drawRect(self.area.translated(0, -self._view.verticalScrollBar().value()))

    def _scroll(self) -> None:
        bar = self._view.verticalScrollBar()
        before = bar.value()
        bar.setValue(before + self._speed())
        if bar.value() == before:
            self._timer.stop()
        else:
            self.changed.emit()

    def _speed(self) -> int:
        """Return by how many pixels a tick to scroll: the further out, the faster."""
        y, height = self._mouse.y(), self._view.viewport().height()
        beyond = min(y - _EDGE, 0) + max(y - (height - _EDGE), 0)
        return max(-_FASTEST, min(_FASTEST, beyond // 2 if beyond > 0 else -(-beyond // 2)))

    def _in_content(self, point: QPoint) -> QPoint:
        return point + QPoint(0, self._view.verticalScrollBar().value())
