"""Two to four images side by side, in place of the grid, above what is known of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QPalette
from PySide6.QtWidgets import QApplication, QSplitter, QVBoxLayout, QWidget

from gui.actions import bind
from gui.models.compared_table import ComparedTableModel
from gui.text import count_text, translated
from gui.views.canvas import PictureCanvas
from gui.views.compare_pane import ComparePane
from gui.views.compare_table import CompareTable
from gui.views.pane_area import PaneArea
from gui.views.view_bar import Group, ViewBar

BUTTONS: Final = (
    Group(1, ("zoom_out", "zoom_in", "zoom_whole", "zoom_full")),
    Group(0, ("link_zoom", "only_differences")),
    Group(2, ("turn_right", "full_screen")),
)
SHARES: Final = (5, 3)  # of the height, for the images and for what is known of them


class CompareView(QWidget):
    """A bar, the panes, and a table. Pictures are zoomed and panned together while that is wanted.

    Attributes:
        facts: What the table shows.
        table: The table.

    Signals:
        chosen(ComparePane): It is the one that is acted on from now on.
        removal_wanted(ComparePane): It is to be taken out of the comparison.
        drag_wanted(): The current image is being dragged away.
    """

    chosen = Signal(ComparePane)
    removal_wanted = Signal(ComparePane)
    drag_wanted = Signal()

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("compareView")
        self.setAccessibleName(_text("Comparison"))
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self._actions = actions
        self._linked = actions["link_zoom"]
        self._linked.setChecked(True)
        self._linked.toggled.connect(self._line_all_up)
        self._current: ComparePane | None = None
        self._spare: list[ComparePane] = []
        self.facts = ComparedTableModel(self)
        self.table = CompareTable(self.facts)
        self._bar = ViewBar(actions, (), BUTTONS)
        self._area = PaneArea()
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        for part in (self._area, self.table):
            self._splitter.addWidget(part)
            part.raise_()  # screen readers read in the order of stacking
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        for number, share in enumerate(SHARES):
            self._splitter.setStretchFactor(number, share)
        self._splitter.setSizes([100 * share for share in SHARES])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(self._splitter, 1)
        actions["only_differences"].toggled.connect(self.facts.show_only_differences)
        self._bind(actions)

    @property
    def panes(self) -> list[ComparePane]:
        """The panes that are shown, in their order."""
        return self._area.panes

    @property
    def made(self) -> int:
        """How many panes there are, with those that are spare."""
        return len(self.panes) + len(self._spare)

    @property
    def current(self) -> ComparePane | None:
        """The pane that is acted on."""
        return self._current

    def take_pane(self) -> ComparePane:
        """Return a pane that shows nothing yet, for ``set_panes``."""
        if not self._spare:
            self.add_spare()
        return self._spare.pop()

    def add_spare(self) -> None:
        """Make a pane before it is taken."""
        pane = ComparePane(self._actions)
        pane.chosen.connect(partial(self.choose, pane))
        pane.removal_wanted.connect(partial(self.removal_wanted.emit, pane))
        pane.canvas.drag_wanted.connect(self.drag_wanted)
        pane.canvas.moved.connect(partial(self._lead, pane))
        self._spare.append(pane)

    def set_panes(self, panes: list[ComparePane], current: ComparePane) -> None:
        """Show these, in this order; one of them is acted on."""
        gone = self._area.set_panes(panes)
        self._bar.name.set_text(_text("Comparing {images}", images=count_text(len(panes), "image")))
        self.choose(current)
        for pane in gone:
            pane.hide()  # now that the focus is elsewhere
        self._spare += gone

    def clear(self) -> None:
        """Show none."""
        self._current = None
        for pane in self._area.set_panes([]):
            pane.hide()
            self._spare.append(pane)

    def choose(self, pane: ComparePane) -> None:
        """Have a pane be the one that is acted on; it gets the focus from another one.

        One that is shown no more, to which the focus went as others were hidden, is not chosen.
        """
        if pane not in self.panes:
            return
        changed, self._current = pane is not self._current, pane
        self.setFocusProxy(pane.canvas)
        for each in self.panes:
            each.set_chosen(each is pane)
        if isinstance(QApplication.focusWidget(), PictureCanvas):
            pane.canvas.setFocus()
        if changed:
            self.chosen.emit(pane)

    def line_up(self, pane: ComparePane) -> None:
        """Show of an image that has just come what the others show of theirs."""
        others = [each for each in self.panes if each is not pane and each.canvas.shown]
        if self._linked.isChecked() and others:
            lead = self._current if self._current in others else others[0]
            if lead is not None:
                pane.canvas.set_zoom(pane.canvas.zoom.like(lead.canvas.zoom))

    def set_shown(self, *, bar: bool, facts: bool) -> None:
        """Show the bar and the table, or the images alone."""
        self._bar.setVisible(bar)
        self.table.setVisible(facts)

    def _lead(self, pane: ComparePane) -> None:
        """Have the others follow what a person does with one."""
        if self._linked.isChecked():
            for each in self.panes:
                if each is not pane:
                    each.canvas.set_zoom(each.canvas.zoom.like(pane.canvas.zoom))

    def _line_all_up(self) -> None:
        if self._current is not None:
            self._lead(self._current)

    def _bind(self, actions: Mapping[str, QAction]) -> None:
        acts: dict[str, Callable[[PictureCanvas], object]] = {
            "zoom_in": PictureCanvas.zoom_in,
            "zoom_out": PictureCanvas.zoom_out,
            "zoom_whole": PictureCanvas.show_whole,
            "zoom_full": PictureCanvas.show_full_size,
            "turn_right": lambda canvas: canvas.turn(1),
            "turn_left": lambda canvas: canvas.turn(-1),
        }
        bind(actions, {name: partial(self._do, act) for name, act in acts.items()}, self.isVisible)

    def _do(self, act: Callable[[PictureCanvas], object]) -> None:
        if self._current is not None:
            act(self._current.canvas)


def _text(source: str, **values: str) -> str:
    return translated("compare", source, **values)
