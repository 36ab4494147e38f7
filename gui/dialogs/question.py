"""A question before something that cannot be taken back."""

from __future__ import annotations

from PySide6.QtWidgets import QMessageBox, QWidget

from gui import aio


async def confirmed(parent: QWidget, title: str, text: str, consequence: str, act: str) -> bool:
    """Ask, and tell whether the person wants it; what Enter and Esc choose is not to do it.

    Args:
        parent: The window it belongs to.
        title: What is asked about.
        text: The question, with the numbers.
        consequence: What cannot be taken back.
        act: The button that does it.
    """
    box = QMessageBox(QMessageBox.Icon.Warning, title, text, parent=parent)
    box.setAccessibleName(title)
    box.setInformativeText(consequence)
    yes = box.addButton(act, QMessageBox.ButtonRole.DestructiveRole)
    no = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(no)
    box.setEscapeButton(no)
    await aio.finished(box)
    return box.clickedButton() is yes
