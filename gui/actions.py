"""The window's actions, made from their table: what they need, their keys, menus and icons."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QPalette
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from gui.action_table import ACTIONS, ActionRow, Need, Within
from gui.icons import icon
from gui.text import translated


def create_actions(parent: QObject) -> dict[str, QAction]:
    """Make a QAction of every row, by id; they belong to ``parent``, which must outlive them."""
    actions: dict[str, QAction] = {}
    groups: dict[str, QActionGroup] = {}
    for row in ACTIONS:
        action = QAction(_text(row.text), parent)
        action.setObjectName(row.id)
        action.setShortcuts([QKeySequence(keys) for keys in row.shortcuts])
        if row.within:
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.setCheckable(row.checkable)
        action.setToolTip(_tool_tip(row))
        if row.group:
            group = groups.setdefault(row.group, QActionGroup(parent))
            group.addAction(action)
        actions[row.id] = action
    set_available(actions)
    return actions


def set_available(actions: Mapping[str, QAction], met: Collection[Need] = ()) -> None:
    """Enable exactly the actions whose needs are all met."""
    for row in ACTIONS:
        actions[row.id].setEnabled(all(need in met for need in row.needs))


def needs_of(name: str) -> tuple[Need, ...]:
    """Return what must be there for the action of this id."""
    return next(row.needs for row in ACTIONS if row.id == name)


def give_shortcuts(
    actions: Mapping[str, QAction], window: QWidget, parts: Mapping[Within, QWidget]
) -> None:
    """Have each action's shortcuts work where they are to, also while no menu bar is shown."""
    for row in ACTIONS:
        (parts[row.within] if row.within else window).addAction(actions[row.id])


def give_keys_within(actions: Mapping[str, QAction], part: QWidget, within: Within) -> None:
    """Have the shortcuts that work in one part of the window work in another widget, too."""
    part.addActions([actions[row.id] for row in ACTIONS if row.within == within])


def bind(
    actions: Mapping[str, QAction],
    acts: Mapping[str, Callable[[], object]],
    when: Callable[[], bool] | None = None,
) -> None:
    """Have actions, by id, do what they are for when they are triggered.

    Args:
        actions: The window's.
        acts: What they do, by their ids.
        when: Tells whether they do that now; always, by default.
    """
    for name, act in acts.items():
        if when is None:
            actions[name].triggered.connect(act)
        else:
            actions[name].triggered.connect(partial(_act_if, when, act))


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
            menus[top] = bar.addMenu(_text(f"&{top}"))
        if sections.setdefault(top, row.section) != row.section:
            sections[top] = row.section
            menus[top].addSeparator()
        if below and row.menu not in menus:
            menus[row.menu] = menus[top].addMenu(_text(below))
            menus[top].aboutToShow.connect(partial(_offer, menus[row.menu]))
        menu, action = menus[row.menu], actions[row.id]
        if below and menu.actions() and menu.actions()[-1].actionGroup() != action.actionGroup():
            menu.addSeparator()  # between what is chosen independently
        menu.addAction(action)


def _act_if(when: Callable[[], bool], act: Callable[[], object], *_: object) -> None:
    if when():
        act()


def _offer(menu: QMenu) -> None:
    """Have a menu within another open only where something in it can be done."""
    menu.menuAction().setEnabled(any(action.isEnabled() for action in menu.actions()))


def shortcut_rows(rows: Iterable[ActionRow] = ACTIONS) -> list[tuple[str, str]]:
    """Return (keys, what they do) of every action that has a shortcut, for people."""
    return [(_keys(row), _listed(row)) for row in rows if row.shortcuts]


def _listed(row: ActionRow) -> str:
    """Return what an action does in a list; a text without a word says it in its menu only."""
    text = _plain(row).removesuffix("…")
    return text if any(map(str.isalpha, text)) else _text(row.tip)


def _keys(row: ActionRow) -> str:
    return "   ".join(_shown(keys) for keys in row.shortcuts)


def _tool_tip(row: ActionRow) -> str:
    tip = _text(row.tip) if row.tip else _plain(row)
    return f"{tip} ({_shown(row.shortcuts[0])})" if row.shortcuts else tip


def _shown(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def _plain(row: ActionRow) -> str:
    return _text(row.text).replace("&", "")


def _text(source: str) -> str:
    return translated("actions", source)
