"""A button of the tool bar that says how images are sorted, and opens the choice of it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QPalette
from PySide6.QtWidgets import QMenu, QToolButton

from core.arrangement import Arrangement, Grouping, SortKey
from gui.arrangement_text import arrangement_text, sort_text
from gui.icons import icon
from gui.text import translated


class ArrangementButton(QToolButton):
    """Opens a menu of the actions that sort and group; its text is what images are sorted by."""

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("arrangement")
        self.setAccessibleName(translated("arrangement", "Sort and group"))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        for title, names in (
            ("Sort by", [f"sort_{sort}" for sort in SortKey]),
            ("", ["sort_ascending", "sort_descending"]),
            ("Group by", [f"group_{group}" for group in Grouping]),
        ):
            if title:  # no style shows the text of QMenu.addSection
                menu.addAction(translated("arrangement", title)).setEnabled(False)
            menu.addActions([actions[name] for name in names])
            menu.addSeparator()
        self.setMenu(menu)

    def show_arrangement(self, arrangement: Arrangement) -> None:
        """Say how images are sorted and grouped."""
        self.setText(f"\u2002{sort_text(arrangement)}")
        said = arrangement_text(arrangement)
        self.setToolTip(said)
        self.setAccessibleDescription(said)

    def draw_icon(self, palette: QPalette) -> None:
        """Draw the icon in a palette's colour."""
        self.setIcon(icon("sort", palette.buttonText().color()))
