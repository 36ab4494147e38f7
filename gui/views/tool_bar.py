"""The bar above everything: the usual actions, the size of thumbnails, the search, the colours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPalette, QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QSlider, QToolBar, QToolButton, QWidget

from gui.icons import icon
from gui.text import translated
from gui.views.arrangement_button import ArrangementButton
from gui.views.grid import LARGEST_CELL, SMALLEST_CELL

SLIDER_PX: Final = 112
SEARCH_PX: Final = 200  # at least, before the words of buttons give way
BUTTONS: Final = (
    (("open", "Open"), ("import", "Import")),
    (("pin", "Pin"), ("delete", "Delete"), ("prune", "Prune")),
)
_Style = Qt.ToolButtonStyle
APPEARANCES: Final = ("appearance_system", "appearance_light", "appearance_dark")


class ToolBar(QToolBar):
    """Buttons of actions, a slider, and what else has its place there.

    Args:
        actions: By their ids.
        search: The search box.
        cell_size: Of thumbnails, at first.

    Attributes:
        arrangement: Says how images are sorted and grouped, and lets that be chosen.

    Signals:
        cell_size_changed(int): The person wants thumbnails of this size.
    """

    cell_size_changed = Signal(int)

    def __init__(self, actions: Mapping[str, QAction], search: QWidget, cell_size: int) -> None:
        super().__init__(_text("Tools"))
        self._size_slider = QSlider(Qt.Orientation.Horizontal)
        self.arrangement = ArrangementButton(actions)
        self._appearance_button = QToolButton()
        self.setObjectName("tools")
        self.setMovable(False)
        self.setIconSize(QSize(20, 20))
        self.setToolButtonStyle(_Style.ToolButtonTextBesideIcon)
        self._search = search
        self._others = 0
        self._add_buttons(actions)
        self._add_slider(cell_size)
        self.addWidget(self.arrangement)
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(space)
        self.addWidget(search)
        self._add_appearance(actions)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what would push the search box over the edge."""
        self._make_room(event.size().width())
        super().resizeEvent(event)

    def event(self, event: QEvent) -> bool:
        """Leave out more, or less, when a text has become another."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._make_room(self.width())
        return super().event(event)

    def _make_room(self, width: int) -> None:
        """Leave out how images are grouped where there is little room, then all buttons' words.

        What is shown now must have no part in it, or one text would ask for the other for ever.
        """
        room = width - self._width_of_others()
        self.arrangement.set_brief(room < self.arrangement.width_px(brief=False))
        words = room >= self.arrangement.width_px(brief=True)
        style = _Style.ToolButtonTextBesideIcon if words else _Style.ToolButtonIconOnly
        if style != self.toolButtonStyle():
            self.setToolButtonStyle(style)

    def _width_of_others(self) -> int:
        """Return what all but the arrangement takes with words; known while they are shown."""
        if self.toolButtonStyle() == _Style.ToolButtonTextBesideIcon:
            spare = max(self._search.sizeHint().width() - SEARCH_PX, 0)  # the box can be narrower
            self._others = self.sizeHint().width() - spare - self.arrangement.sizeHint().width()
        return self._others

    def set_cell_size(self, cell_size: int) -> None:
        """Show the size that thumbnails have."""
        self._size_slider.setValue(cell_size)

    def draw_icons(self, palette: QPalette) -> None:
        """Draw the icons that are no action's in a palette's colour."""
        self.arrangement.draw_icon(palette)
        self._appearance_button.setIcon(icon("appearance", palette.buttonText().color()))

    def _add_buttons(self, actions: Mapping[str, QAction]) -> None:
        for buttons in BUTTONS:
            for name, word in buttons:
                action, text = actions[name], _text(word)
                action.setIconText(f"\u2002{text}")  # a space that stands between icon and text
                self.addAction(action)
                self.widgetForAction(action).setAccessibleName(text)
            self.addSeparator()

    def _add_slider(self, cell_size: int) -> None:
        slider = self._size_slider
        slider.setFixedWidth(SLIDER_PX)
        slider.setRange(SMALLEST_CELL, LARGEST_CELL)
        slider.setPageStep((LARGEST_CELL - SMALLEST_CELL) // 8)
        slider.setValue(cell_size)
        slider.setAccessibleName(_text("Thumbnail size"))
        slider.setToolTip(_text("Thumbnail size"))
        slider.valueChanged.connect(self.cell_size_changed)
        self.addWidget(slider)

    def _add_appearance(self, actions: Mapping[str, QAction]) -> None:
        button = self._appearance_button
        menu = QMenu(button)
        menu.addActions([actions[name] for name in APPEARANCES])
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setAccessibleName(_text("Appearance"))
        button.setToolTip(_text("Light or dark"))
        self.addWidget(button)


def _text(source: str) -> str:
    return translated("window", source)
