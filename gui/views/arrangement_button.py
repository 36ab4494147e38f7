"""A button of the tool bar that says how images are sorted, and opens the choice of it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QPalette
from PySide6.QtWidgets import QMenu, QToolButton

from core.arrangement import BY_DAY, Arrangement, Grouping, SortKey
from gui.arrangement_text import arrangement_text, sort_and_group_text, sort_text
from gui.icons import icon
from gui.text import translated


class ArrangementButton(QToolButton):
    """Opens a menu of the actions that sort and group.

    Its text is what images are sorted by and, unless it is to be brief, how they are grouped.
    """

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self._arrangement = BY_DAY
        self._brief = False
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
        self._arrangement = arrangement
        self._show_text()
        said = arrangement_text(arrangement)
        self.setToolTip(said)
        self.setAccessibleDescription(said)

    @property
    def brief(self) -> bool:
        """Whether the text leaves out how images are grouped."""
        return self._brief

    def set_brief(self, brief: bool) -> None:
        """Leave out how images are grouped, or say it."""
        if brief != self._brief:
            self._brief = brief
            self._show_text()

    def width_px(self, *, brief: bool) -> int:
        """Return how wide the button wants to be when it is brief, or when it is not."""
        width = self.sizeHint().width()
        return width - self._text_px(self.text()) + self._text_px(self._text(brief))

    def _show_text(self) -> None:
        self.setText(self._text(self._brief))

    def _text(self, brief: bool) -> str:
        say = sort_text if brief else sort_and_group_text
        return f"\u2002{say(self._arrangement)}"  # a space that stands between icon and text

    def _text_px(self, text: str) -> int:
        """Return how wide a text is as ``QToolButton.sizeHint`` measures it, to the pixel."""
        return self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, text).width()

    def draw_icon(self, palette: QPalette) -> None:
        """Draw the icon in a palette's colour."""
        self.setIcon(icon("sort", palette.buttonText().color()))
