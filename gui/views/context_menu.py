"""Menus on the right button, the menu key and Shift+F10: the window's own actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QMenu, QWidget

IMAGE_MENU: Final = (
    ("open_image", "reveal"),
    ("copy_image", "copy_prompt", "copy_path", "export"),
    ("pin", "delete"),
)
GRID_MENU: Final = (("large_view", "compare"), *IMAGE_MENU)
COMPARE_MENU: Final = (
    ("back", "zoom_whole", "zoom_full", "turn_right"),
    ("link_zoom", "only_differences", "remove_compared", "full_screen"),
    *IMAGE_MENU,
)
LARGE_MENU: Final = (
    ("back", "zoom_whole", "zoom_full", "turn_right"),
    ("information", "slide_show", "full_screen"),
    *IMAGE_MENU,
)
TRASH_MENU: Final = (("restore",), ("delete_for_good", "empty_trash"))


def add_context_menu(
    view: QWidget,
    actions: Mapping[str, QAction],
    sections: Sequence[Sequence[str]],
    below: Sequence[QMenu] = (),
) -> None:
    """Have a view offer actions, by id, a line between two sections, and menus below them."""
    menu = QMenu(view)
    for number, section in enumerate(sections):
        if number:
            menu.addSeparator()
        menu.addActions([actions[name] for name in section])
    if sections and below:
        menu.addSeparator()
    for other in below:
        menu.addMenu(other)

    def offer(at: QPoint) -> None:
        on = view
        if isinstance(view, QAbstractItemView):
            on, current = view.viewport(), view.currentIndex()
            if not view.indexAt(at).isValid() and current.isValid():  # a key says no place
                at = view.visualRect(current).center()
        elif not view.rect().contains(at):
            at = view.rect().center()
        menu.popup(on.mapToGlobal(at))

    view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    view.customContextMenuRequested.connect(offer)
    keys = QShortcut(QKeySequence("Shift+F10"), view)  # of the menu key Qt itself makes an event
    keys.setContext(Qt.ShortcutContext.WidgetShortcut)
    keys.activated.connect(lambda: offer(QPoint(-1, -1)))
