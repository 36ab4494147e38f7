"""One image, whole or as close as wanted: painted, zoomed, panned and turned."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from gui.pictures import Shown
from gui.views.picture_painter import Sight, note, paint_picture, paint_stand_in, warn
from gui.views.zoom import Size, Zoom

PAN_SHARE: Final = 0.15  # of the view, for an arrow key
_NOTCH: Final = 120  # of a wheel, in eighths of a degree
_ARROWS: Final = {
    Qt.Key.Key_Left: (1, 0),
    Qt.Key.Key_Right: (-1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class PictureCanvas(QWidget):
    """Shows one picture. Whole, the wheel and a drag ask for something; closer, they pan.

    Args:
        wheel_zooms: Whether the wheel zooms, at any size and without Ctrl.
        most_enlarged: Device-independent pixels for a pixel of a small image that is shown whole.

    Signals:
        zoomed(): A person sees another part of the image, or another size of it.
        moved(): They asked for that.
        stepped(int): So many images further (or back) by the wheel.
        drag_wanted(): The whole image is being dragged away.
        in_sight_changed(): It came into sight, or went out of it: with its page, or the window.
    """

    zoomed = Signal()
    moved = Signal()
    stepped = Signal(int)
    drag_wanted = Signal()
    in_sight_changed = Signal()

    def __init__(self, *, wheel_zooms: bool = False, most_enlarged: float = 1.0) -> None:
        super().__init__()
        self._wheel_zooms = wheel_zooms
        self._most_enlarged = most_enlarged
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(1, 1)
        self._shown: Shown | None = None
        self._stand_in: QPixmap | None = None
        self._problem = self._waiting = ""
        self._turns = 0
        self._zoom = Zoom(Size(1, 1), Size(1, 1))
        self._turned = 0  # how far the wheel went since the last step
        self._pressed: QPoint | None = None
        self._panning = self._in_sight = False
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.update)

    # What is shown

    @property
    def in_sight(self) -> bool:
        """Whether it can be seen: in a minimised window it is visible to Qt, and to nobody else."""
        return self._in_sight

    @property
    def zoom(self) -> Zoom:
        """Which part of the image is seen, and how large; the image as it is turned."""
        return self._zoom

    @property
    def shown(self) -> Shown | None:
        """The picture, once it is there."""
        return self._shown

    @property
    def problem(self) -> str:
        """Why there is no picture; "" if there is, or may come."""
        return self._problem

    def show_picture(self, shown: Shown) -> None:
        """Show another image: whole and upright."""
        self._start(shown.whole, shown=shown)
        self.update()

    def show_stand_in(self, picture: QPixmap | None, whole: QSize) -> None:
        """Show a small picture of another image until ``show_picture`` brings its own."""
        self._start(whole, stand_in=picture)
        self._soon.start()  # that its own is asked for, which waits in the loop, comes first

    def show_problem(self, problem: str) -> None:
        """Say why an image cannot be shown."""
        self._start(QSize(1, 1), problem=problem)
        self.update()

    def refine(self, shown: Shown) -> None:
        """Show the same image with other pixels: more of them, or its next frame."""
        if self._shown is None:
            self.show_picture(shown)
            return
        self._shown = shown
        self.update()

    def set_waiting(self, text: str) -> None:
        """Say that the picture is on its way; "" no longer."""
        self._waiting = text
        self.update()

    def _start(
        self,
        whole: QSize,
        shown: Shown | None = None,
        stand_in: QPixmap | None = None,
        problem: str = "",
    ) -> None:
        self._shown, self._stand_in, self._problem, self._waiting = shown, stand_in, problem, ""
        self._turns = 0
        self._zoom = self._zoom.of(Size(max(whole.width(), 1), max(whole.height(), 1)))
        self._set_cursor()
        self.zoomed.emit()

    # Zoom, pan and turn

    def zoom_in(self) -> None:
        """Show it a step larger."""
        self._move(self._zoom.stepped(1, self._pointer()))

    def zoom_out(self) -> None:
        """Show it a step smaller."""
        self._move(self._zoom.stepped(-1, self._pointer()))

    def show_whole(self) -> None:
        """Show the image whole."""
        self._move(self._zoom.whole())

    def show_full_size(self) -> None:
        """Show a pixel of the image as a pixel of the screen."""
        self._move(self._zoom.at(1.0, self._pointer()))

    def turn(self, quarters: int) -> None:
        """Turn the view of it clockwise; the file stays as it is."""
        if self._shown is not None:
            self._turns = (self._turns + quarters) % 4
            width, height = self._zoom.image
            swapped = Size(height, width) if quarters % 2 else Size(width, height)
            self._move(self._zoom.of(swapped))

    def set_zoom(self, zoom: Zoom) -> None:
        """Show this part of the image."""
        if zoom != self._zoom:
            self._zoom = zoom
            self._set_cursor()
            self.update()
            self.zoomed.emit()

    def _move(self, zoom: Zoom) -> None:
        """Do what a person asked for."""
        if zoom != self._zoom:
            self.set_zoom(zoom)
            self.moved.emit()

    def _pointer(self) -> tuple[float, float] | None:
        """Return where the pointer is, in device pixels; ``None`` if it is elsewhere."""
        point = self.mapFromGlobal(self.cursor().pos())
        return self._device(point.toPointF()) if self.underMouse() else None

    def _device(self, point: QPointF) -> tuple[float, float]:
        ratio = self.devicePixelRatioF()
        return point.x() * ratio, point.y() * ratio

    def _set_cursor(self) -> None:
        open_hand = self._shown is not None and not self._zoom.is_whole
        shape = Qt.CursorShape.OpenHandCursor if open_hand else Qt.CursorShape.ArrowCursor
        self.setCursor(Qt.CursorShape.ClosedHandCursor if self._panning else shape)

    # Input

    def event(self, event: QEvent) -> bool:
        """Take the arrow keys from the shortcuts while there is something to pan."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if event.key() in _ARROWS and plain and not self._zoom.is_whole:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pan with the arrow keys; the rest is the window's shortcuts."""
        if event.key() in _ARROWS and not self._zoom.is_whole:
            x, y = _ARROWS[Qt.Key(event.key())]
            view = self._zoom.view
            self._move(self._zoom.panned(x * PAN_SHARE * view.width, y * PAN_SHARE * view.height))
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom to the pointer, or without Ctrl step to another image, or pan."""
        event.accept()
        delta = event.angleDelta()
        if self._wheel_zooms or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            steps = (delta.y() or delta.x()) / _NOTCH
            self._move(self._zoom.stepped(steps, self._device(event.position())))
        elif self._zoom.is_whole:
            self._turned += delta.y() or delta.x()
            notches = int(self._turned / _NOTCH)
            if notches:
                self._turned -= notches * _NOTCH
                self.stepped.emit(-notches)
        else:
            x, y = delta.x(), delta.y()
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                x, y = y, x
            self._move(self._zoom.panned(x, y))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to pan, or to drag the image away."""
        if event.button() == Qt.MouseButton.LeftButton and self._shown is not None:
            self._pressed = event.position().toPoint()
            self._panning = not self._zoom.is_whole
            self._set_cursor()
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, or drag the image away."""
        if self._pressed is None:
            return
        moved = event.position().toPoint() - self._pressed
        if self._panning:
            self._pressed = event.position().toPoint()
            self._move(self._zoom.panned(*self._device(moved.toPointF())))
        elif moved.manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None
            self.drag_wanted.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End what the press began."""
        self._pressed, self._panning = None, False
        self._set_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the image in full size at the pointer, or whole again."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._zoom.is_whole:
            self._move(self._zoom.at(1.0, self._device(event.position())))
        else:
            self.show_whole()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep showing the same part."""
        ratio = self.devicePixelRatioF()
        view = Size(max(self.width() * ratio, 1), max(self.height() * ratio, 1))
        self.set_zoom(self._zoom.within(view, largest_whole=ratio * self._most_enlarged))

    def showEvent(self, event: QShowEvent) -> None:
        """Tell that it is seen."""
        super().showEvent(event)
        self._in_sight = True
        self.in_sight_changed.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        """Tell that it is seen no longer."""
        super().hideEvent(event)
        self._in_sight = False
        self.in_sight_changed.emit()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, and on it the picture, or what stands in its place."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.palette().base())
        if self._problem:
            warn(painter, self._problem, self.rect(), self.palette())
            return
        ratio = self.devicePixelRatioF()
        if self._shown is not None:
            sight = Sight(self._zoom, self._turns, ratio)
            paint_picture(painter, self._shown, sight, self.rect(), self.palette())
        elif self._stand_in is not None and not self._stand_in.isNull():
            paint_stand_in(painter, self._stand_in, self._zoom, ratio)
        if self._waiting:
            note(painter, self._waiting, self.rect(), self.palette())
