"""Dialogs that tasks wait for."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from gui import aio
from gui.dialogs.question import confirmed
from gui.dialogs.shortcuts import ShortcutsDialog


async def turns() -> None:
    for _ in range(3):
        await asyncio.sleep(0.01)


async def test_what_a_dialog_holds_can_be_read_and_then_it_is_gone(qapp: QApplication) -> None:
    window = QWidget()
    dialog = QDialog(window)
    waiting = asyncio.create_task(aio.finished(dialog))
    await turns()
    dialog.accept()
    assert await waiting == QDialog.DialogCode.Accepted
    await turns()
    assert not window.findChildren(QDialog)


async def test_who_is_cancelled_leaves_no_dialog_in_front_of_the_window(
    qapp: QApplication,
) -> None:
    window = QWidget()
    window.show()
    question = confirmed(window, "Delete", "Delete 3 images?", "For good.", "Delete")
    waiting = asyncio.create_task(question)
    await turns()
    assert QApplication.activeModalWidget() is not None
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await turns()
    assert QApplication.activeModalWidget() is None
    assert not window.findChildren(QDialog)
    window.close()


def test_the_list_of_shortcuts_fits_the_screen_and_says_what_each_does(qtbot: QtBot) -> None:
    dialog = ShortcutsDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.height() <= dialog.screen().availableGeometry().height()
    texts = [label.text() for label in dialog.findChildren(QLabel)]
    assert "Give the selected images 3 of 5 stars" in texts
    assert all(any(map(str.isalpha, text)) for text in texts[::2])
