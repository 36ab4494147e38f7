"""How stories fill in dialogs: by what a person sees, and with the keys a person has."""

from __future__ import annotations

from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget
from shiboken6 import isValid

from gui.app import Session
from tests.flows.conftest import until

W = TypeVar("W", bound=QWidget)


async def dialog_named(session: Session, name: str) -> QDialog:
    """Wait for the dialog of this accessible name to be there and active; return it."""

    def found() -> list[QDialog]:
        dialogs = session.window.findChildren(QDialog)
        return [each for each in dialogs if each.accessibleName() == name and each.isVisible()]

    await until(lambda: found() and found()[0].isActiveWindow())
    return found()[0]


async def gone(dialog: QDialog) -> None:
    """Wait until a dialog is closed."""
    await until(lambda: not isValid(dialog) or not dialog.isVisible())


def part(parent: QWidget, name: str, kind: type[W] = QWidget) -> W:
    """Return the visible or hidden part of this accessible name."""
    (it,) = [each for each in parent.findChildren(kind) if each.accessibleName() == name]
    return it


def button(parent: QObject, text: str) -> QPushButton:
    """Return the visible button of this text, without its mnemonic."""
    every = [each for each in parent.findChildren(QPushButton) if each.isVisible()]
    found = [each for each in every if each.text().replace("&", "") == text]
    assert found, [each.text() for each in every]
    return found[0]


def click(parent: QObject, text: str) -> None:
    """Click the button of this text."""
    QTest.mouseClick(button(parent, text), Qt.MouseButton.LeftButton)


def type_over(parent: QWidget, name: str, text: str) -> None:
    """Put the focus into a field, select all that is in it, and type."""
    field = part(parent, name)
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    if text:
        QTest.keyClicks(field, text)
    else:
        QTest.keyClick(field, Qt.Key.Key_Delete)


def press(key: Any, modifier: Any = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key where the focus is."""
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, modifier)
