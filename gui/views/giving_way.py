"""A pane that gives way where the window is narrow, and comes back where it is wide."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QAction

NARROW_PX: Final = 860  # a window less wide has no room for two columns between dates and metadata


class GivingWay:
    """Unchecks the action that shows a pane while there is no room, and checks it again after.

    What the person chooses is left as it is: the pane stays where it is asked for in a narrow
    window, until that has been wide again, and away where it is not wanted.

    Args:
        action: Shows the pane while it is checked.
    """

    def __init__(self, action: QAction) -> None:
        self._action = action
        self._narrow = False
        self._insisted = False  # it was asked for where there is no room
        self._gives_way = False
        self._setting = False
        action.toggled.connect(self._on_toggled)

    @property
    def wanted(self) -> bool:
        """Whether the pane is shown, or would be if there were room."""
        return self._action.isChecked() or self._gives_way

    def restore(self, wanted: bool) -> None:
        """Show the pane, or not, as it was left: where there is no room it gives way."""
        if self._gives_way:
            self._gives_way = wanted
        else:
            self._set(wanted)

    def set_room(self, width: int, *, beside: bool) -> None:
        """Give way, or come back.

        Args:
            width: How wide the window is.
            beside: Whether the pane stands beside what else is shown; else it never gives way.
        """
        self._narrow = width < NARROW_PX
        self._insisted &= self._narrow
        gives_way = self._narrow and beside and not self._insisted
        if gives_way and self._action.isChecked():
            self._gives_way = True
            self._set(False)
        elif self._gives_way and not gives_way:
            self._gives_way = False
            self._set(True)

    def _set(self, shown: bool) -> None:
        self._setting = True
        self._action.setChecked(shown)
        self._setting = False

    def _on_toggled(self, shown: bool) -> None:
        if not self._setting:
            self._gives_way = False
            self._insisted = shown and self._narrow
