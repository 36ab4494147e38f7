"""Every action of the window, as one table that menus, tool bar and shortcut list come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QPalette
from PySide6.QtWidgets import QMenu, QMenuBar

from gui.icons import icon

Need = Literal["", "store", "selection", "work"]


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One action.

    Attributes:
        id: The name by which the program knows it.
        text: As in the menu, with its mnemonic; "…" where it asks something first.
        menu: "File", or "View/Appearance" for a submenu.
        section: Within its menu; a line is drawn between two sections.
        shortcuts: The first is shown in the menu.
        icon: Of ``resources/icons``.
        tip: What it does, for its tool tip.
        needs: What must be there for it to be enabled: an open store, a selection, work under way.
        checkable: It has a state.
        group: Of those in one group exactly one is checked.
    """

    id: str
    text: str
    menu: str
    section: int = 0
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    tip: str = ""
    needs: Need = ""
    checkable: bool = False
    group: str = ""


ACTIONS: Final = (
    ActionRow("open", "&Open store…", "File", 0, ("Ctrl+O",), "open", "Open a store's folder"),
    ActionRow("recent", "Open &recent", "File", 0, tip="Stores opened before"),
    ActionRow("quit", "&Quit", "File", 1, ("Ctrl+Q",), tip="Close Contact Sheet"),
    ActionRow("copy_prompt", "Copy &prompt", "Edit", 0, ("Ctrl+Shift+C",), "copy",
              "Copy the selected images' prompts", "selection"),
    ActionRow("copy_path", "Copy file p&ath", "Edit", 0, ("Ctrl+Alt+C",), "",
              "Copy the selected images' file names with their folders", "selection"),
    ActionRow("select_all", "Select &all", "Edit", 1, ("Ctrl+A",), "",
              "Select every image shown", "store"),
    ActionRow("select_none", "Select &none", "Edit", 1, ("Ctrl+Shift+A",), "",
              "Select nothing", "selection"),
    ActionRow("larger", "&Larger thumbnails", "View", 0, ("+", "=", "Ctrl++", "Ctrl+="),
              tip="Show fewer, larger thumbnails"),
    ActionRow("smaller", "&Smaller thumbnails", "View", 0, ("-", "Ctrl+-"),
              tip="Show more, smaller thumbnails"),
    ActionRow("reset_size", "&Default thumbnail size", "View", 0, ("Ctrl+0",),
              tip="Show thumbnails in the size they have at first"),
    ActionRow("show_dates", "Show da&tes", "View", 1, ("Ctrl+1",), "",
              "Show or hide the tree of dates", checkable=True),
    ActionRow("show_metadata", "Show &metadata", "View", 1, ("Ctrl+2",), "",
              "Show or hide the facts about the selection", checkable=True),
    ActionRow("appearance_system", "As the &system", "View/A&ppearance", 2, tip="Light or dark as "
              "the desktop is", checkable=True, group="appearance"),
    ActionRow("appearance_light", "&Light", "View/A&ppearance", 2, tip="Always light",
              checkable=True, group="appearance"),
    ActionRow("appearance_dark", "&Dark", "View/A&ppearance", 2, tip="Always dark",
              checkable=True, group="appearance"),
    ActionRow("rescan", "&Rescan", "Store", 0, ("F5",), "rescan",
              "Look for what changed in the store's folders", "store"),
    ActionRow("open_folder", "Open &folder", "Store", 1, ("Ctrl+Shift+O",), "",
              "Show the store's folder in the file manager", "store"),
    ActionRow("cancel_work", "&Cancel work", "Store", 0, ("Ctrl+.",), "cancel",
              "Stop what is under way", "work"),
    ActionRow("shortcuts", "&Shortcuts", "Help", 0, ("F1", "?"), "", "List every shortcut"),
    ActionRow("about", "&About Contact Sheet", "Help", 1, tip="Version and licence"),
)  # fmt: skip


def create_actions(parent: QObject) -> dict[str, QAction]:
    """Make a QAction of every row, by id; they belong to ``parent``, which must outlive them."""
    actions: dict[str, QAction] = {}
    groups: dict[str, QActionGroup] = {}
    for row in ACTIONS:
        action = QAction(row.text, parent)
        action.setObjectName(row.id)
        action.setShortcuts([QKeySequence(keys) for keys in row.shortcuts])
        action.setCheckable(row.checkable)
        action.setToolTip(_tool_tip(row))
        if row.group:
            group = groups.setdefault(row.group, QActionGroup(parent))
            group.addAction(action)
        actions[row.id] = action
    set_available(actions)
    return actions


def set_available(
    actions: Mapping[str, QAction],
    *,
    store: bool = False,
    selection: bool = False,
    work: bool = False,
) -> None:
    """Enable exactly the actions whose need is met."""
    met = {"": True, "store": store, "selection": selection, "work": work}
    for row in ACTIONS:
        actions[row.id].setEnabled(met[row.needs])


def set_icons(actions: Mapping[str, QAction], palette: QPalette) -> None:
    """Draw the icons in the palette's text colour."""
    for row in ACTIONS:
        if row.icon:
            actions[row.id].setIcon(icon(row.icon, palette.buttonText().color()))


def fill_menu_bar(bar: QMenuBar, actions: Mapping[str, QAction]) -> None:
    """Add the menus, in the table's order."""
    menus: dict[str, QMenu] = {}
    sections: dict[str, int] = {}
    for row in ACTIONS:
        top, _, below = row.menu.partition("/")
        if top not in menus:
            menus[top] = bar.addMenu(f"&{top}")
        if sections.setdefault(top, row.section) != row.section:
            sections[top] = row.section
            menus[top].addSeparator()
        if below and row.menu not in menus:
            menus[row.menu] = menus[top].addMenu(below)
        menus[row.menu].addAction(actions[row.id])


def shortcut_rows(rows: Iterable[ActionRow] = ACTIONS) -> list[tuple[str, str]]:
    """Return (keys, what they do) of every action that has a shortcut, for people."""
    return [(_keys(row), row.text.replace("&", "").rstrip("…")) for row in rows if row.shortcuts]


def _keys(row: ActionRow) -> str:
    as_shown = QKeySequence.SequenceFormat.NativeText
    return "   ".join(QKeySequence(keys).toString(as_shown) for keys in row.shortcuts)


def _tool_tip(row: ActionRow) -> str:
    tip = row.tip or row.text.replace("&", "")
    return f"{tip} ({QKeySequence(row.shortcuts[0]).toString()})" if row.shortcuts else tip
