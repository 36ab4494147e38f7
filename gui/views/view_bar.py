"""The bar above an image that is looked at closely: a way back, what it is, and buttons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from gui.icons import icon
from gui.text import translated
from gui.views.elided_label import ElidedLabel

NAME_PX: Final = 120  # that the name keeps before buttons go to the menu
_MARGIN_PX, _GAP_PX, _LABEL_GAP_PX = 8, 2, 12


class Group(NamedTuple):
    """Buttons that stand together.

    Attributes:
        rank: Where there is little room, those of the highest rank go to the menu first.
        names: The ids of their actions.
    """

    rank: int
    names: tuple[str, ...]


class ViewBar(QFrame):
    """Buttons of actions; those that there is no room for are in a menu at its end.

    Args:
        actions: By their ids; the first button is that of "back".
        labels: What stands between the name and the buttons.
        groups: In the order in which they stand.

    Attributes:
        name: What is shown; it gets the room that is left.
    """

    def __init__(
        self, actions: Mapping[str, QAction], labels: Sequence[QLabel], groups: Sequence[Group]
    ) -> None:
        super().__init__()
        self.setObjectName("viewBar")
        self.name = ElidedLabel()
        self.name.setObjectName("viewName")
        self._labels = labels
        self._menu = QMenu(self)
        self._more = QToolButton()
        self._more.setMenu(self._menu)
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setAccessibleName(_text("More"))
        self._more.setToolTip(_text("More"))
        self._more.setIconSize(QSize(20, 20))
        self._back = action_button(actions["back"])
        row = QHBoxLayout(self)
        row.setContentsMargins(_MARGIN_PX, 4, _MARGIN_PX, 4)
        row.setSpacing(_GAP_PX)
        row.addWidget(self._back)
        row.addSpacing(6)
        row.addWidget(self.name, 1)
        for label in labels:
            row.addSpacing(_LABEL_GAP_PX)
            row.addWidget(label)
        self._groups: list[tuple[Group, QWidget, list[QAction]]] = []
        for group in groups:
            widget, of_group = QWidget(), [actions[name] for name in group.names]
            inner = QHBoxLayout(widget)
            inner.setContentsMargins(10, 0, 0, 0)
            inner.setSpacing(_GAP_PX)
            for action in of_group:
                inner.addWidget(action_button(action))
            row.addWidget(widget)
            self._groups.append((group, widget, of_group))
        row.addWidget(self._more)
        self._draw_icon()
        self._more.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the buttons that there is room for."""
        super().resizeEvent(event)
        self.make_room()

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icon that is no action's anew in a new palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_more"):
            self._draw_icon()

    def make_room(self) -> None:
        """Show the buttons that there is room for; call it when a label has become longer."""
        room = self.width() - 2 * _MARGIN_PX - self._back.sizeHint().width() - NAME_PX - 12
        for label in self._labels:
            room -= label.sizeHint().width() + _LABEL_GAP_PX + _GAP_PX
        widths = [widget.sizeHint().width() + _GAP_PX for _, widget, _ in self._groups]
        if sum(widths) > room:
            room -= self._more.sizeHint().width() + _GAP_PX
        shown = [False] * len(widths)
        for number in sorted(range(len(widths)), key=lambda each: self._groups[each][0].rank):
            if widths[number] > room:
                break
            shown[number] = True
            room -= widths[number]
        self._menu.clear()
        for (_, widget, actions), visible in zip(self._groups, shown, strict=True):
            widget.setVisible(visible)
            if not visible:
                self._menu.addActions(actions)
                self._menu.addSeparator()
        self._more.setVisible(not all(shown))

    def _draw_icon(self) -> None:
        self._more.setIcon(icon("more", self.palette().buttonText().color()))


def action_button(action: QAction) -> QToolButton:
    """Make a button that is an action's icon; the keyboard reaches it."""
    button = QToolButton()
    button.setDefaultAction(action)
    button.setIconSize(QSize(20, 20))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(action.text().replace("&", ""))
    return button


def _text(source: str) -> str:
    return translated("large", source)
