"""A real grid on a real model, and a real mouse."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from datetime import date

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPixmap, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.records import DayImages
from gui.models.image_list import ImageListModel
from gui.models.picture import Picture
from gui.theme import DARK, Colours, palette_of
from gui.views.grid import ImageGrid

DAY = date(2026, 11, 20).toordinal()
Key, Button, Modifier = Qt.Key, Qt.MouseButton, Qt.KeyboardModifier


def day(ordinal: int, keys: Iterable[int]) -> DayImages:
    held = array("q", keys)
    return DayImages(day=ordinal, size_bytes=1_000_000 * len(held), keys=held)


def days(counts: Sequence[int]) -> list[DayImages]:
    """Days from ``DAY`` back, with keys from 0 in the order of the rows."""
    firsts = [sum(counts[:i]) for i in range(len(counts))]
    return [
        day(DAY - i, range(first, first + count))
        for i, (first, count) in enumerate(zip(firsts, counts, strict=True))
    ]


def shown_grid(
    qtbot: QtBot, counts: Sequence[int], width: int = 720, colours: Colours = DARK
) -> tuple[ImageGrid, ImageListModel]:
    """A grid of four columns, unless the width says otherwise, as it is when first seen."""
    model = ImageListModel()
    model.set_days(days(counts))
    grid = ImageGrid()
    model.setParent(grid)
    grid.setPalette(palette_of(colours))
    grid.setModel(model)
    grid.resize(width, 600)
    # qtbot has only a weak reference: without this one the collector of garbage would choose when
    # the grid and its model go, be it in the middle of what Qt calls in them
    qtbot.addWidget(grid, before_close_func=lambda widget: grid)
    grid.show()
    qtbot.waitExposed(grid)
    grid.activateWindow()
    grid.setFocus()
    qtbot.waitUntil(grid.hasFocus)
    QApplication.processEvents()
    return grid, model


def picture(colour: str, width: int = 256, height: int = 256) -> Picture:
    pixmap = QPixmap(width, height)
    pixmap.fill(QColor(colour))
    return Picture(pixmap, None, 256)


def current_key(grid: ImageGrid, model: ImageListModel) -> int | None:
    row = grid.currentIndex().row()
    return model.key_at(row) if row >= 0 else None


def selected_keys(grid: ImageGrid, model: ImageListModel) -> list[int]:
    return sorted(model.key_at(index.row()) for index in grid.selectionModel().selectedIndexes())


def selected_ranges(grid: ImageGrid) -> list[tuple[int, int]]:
    chosen = grid.selectionModel().selection()
    ranges = [chosen.at(i) for i in range(chosen.count())]
    return sorted((found.top(), found.bottom()) for found in ranges)


def cell(grid: ImageGrid, row: int) -> QPoint:
    return grid.visualRect(grid.model().index(row, 0)).center()


class Mouse:
    """Presses, drags and releases the left button over a grid's viewport."""

    def __init__(self, grid: ImageGrid) -> None:
        self._viewport = grid.viewport()

    def press(self, at: QPoint, modifiers: Modifier = Modifier.NoModifier) -> None:
        self._send(QEvent.Type.MouseButtonPress, at, Button.LeftButton, modifiers)

    def drag(self, to: QPoint) -> None:
        self._send(QEvent.Type.MouseMove, to, Button.NoButton, Modifier.NoModifier)

    def release(self, at: QPoint) -> None:
        self._send(QEvent.Type.MouseButtonRelease, at, Button.LeftButton, Modifier.NoModifier)

    def _send(self, kind: QEvent.Type, at: QPoint, button: Button, modifiers: Modifier) -> None:
        up = kind == QEvent.Type.MouseButtonRelease
        held = Button.NoButton if up else Button.LeftButton
        far = QPointF(self._viewport.mapToGlobal(at))
        QApplication.sendEvent(
            self._viewport, QMouseEvent(kind, QPointF(at), far, button, held, modifiers)
        )


def wheel(grid: ImageGrid, at: QPoint, turned: int, modifiers: Modifier) -> None:
    """Turn the wheel by eighths of a degree."""
    viewport = grid.viewport()
    event = QWheelEvent(
        QPointF(at),
        QPointF(viewport.mapToGlobal(at)),
        QPoint(),
        QPoint(0, turned),
        Button.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)
