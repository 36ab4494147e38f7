"""A person's hand on a large image."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from gui.views.canvas import PictureCanvas

NONE = Qt.KeyboardModifier.NoModifier


def turn_wheel(
    canvas: PictureCanvas,
    notches: int,
    modifier: Qt.KeyboardModifier = NONE,
    at: tuple[float, float] = (0.5, 0.5),
) -> None:
    """Turn the wheel over a canvas, at shares of its width and height."""
    point = QPointF(canvas.width() * at[0], canvas.height() * at[1])
    event = QWheelEvent(
        point, canvas.mapToGlobal(point), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, modifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)
