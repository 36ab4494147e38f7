"""Where the images that are compared stand."""

from __future__ import annotations

from itertools import pairwise
from math import ceil
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from gui.views.compare_pane import ComparePane
from gui.views.pane_layout import columns_for
from gui.views.zoom import Size


class PaneArea(QWidget):
    """Where the panes stand, so that their images are seen as large as they can be."""

    GAP_PX: Final = 8

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(120)
        self._panes: list[ComparePane] = []
        self._shapes: list[Size] = []  # by which they stand now
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.arrange)

    @property
    def panes(self) -> list[ComparePane]:
        """Those that are shown, in their order."""
        return self._panes

    def set_panes(self, panes: list[ComparePane]) -> list[ComparePane]:
        """Show these; return those that were shown and are to be hidden."""
        gone = [pane for pane in self._panes if pane not in panes]
        self._panes = panes
        for number, pane in enumerate(panes, 1):
            if pane.parent() is not self:
                pane.setParent(self)
                pane.canvas.zoomed.connect(self._on_zoomed)
            pane.set_number(number)
            pane.raise_()  # screen readers read in the order of stacking
            pane.show()
        for one, other in pairwise(panes):
            self.setTabOrder(one.canvas, other.canvas)
        self.arrange()
        return gone

    def arrange(self) -> None:
        """Give each its place, and all the same room: so images of one size are seen as large."""
        if not self._panes:
            return
        gap = self.GAP_PX
        room = Size(max(self.width() - gap, 1), max(self.height() - gap, 1))
        self._shapes = self._shapes_now()
        columns = columns_for(self._shapes, room)
        width = int(room.width) // columns
        height = int(room.height) // ceil(len(self._panes) / columns)
        for number, pane in enumerate(self._panes):
            row, column = divmod(number, columns)
            pane.setGeometry(gap + column * width, gap + row * height, width - gap, height - gap)

    def _shapes_now(self) -> list[Size]:
        return [pane.canvas.zoom.image for pane in self._panes]

    def _on_zoomed(self) -> None:
        if self._shapes_now() != self._shapes:
            self._soon.start()  # not at once: it may be on its way to another size itself

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give each its place anew."""
        super().resizeEvent(event)
        self.arrange()
