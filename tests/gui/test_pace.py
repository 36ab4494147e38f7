"""Doing something now, and then not too often."""

from __future__ import annotations

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from gui.pace import Pace


def test_the_first_is_at_once_and_many_are_one(qtbot: QtBot) -> None:
    parent = QObject()
    done: list[int] = []
    asked: list[int] = []
    pace = Pace(parent, 30, lambda: done.append(len(asked)))
    for number in range(5):
        asked.append(number)
        pace.ask()
    assert done == [1]
    qtbot.waitUntil(lambda: len(done) > 1)
    qtbot.wait(80)
    assert done == [1, 5]


def test_after_a_rest_it_is_at_once_again(qtbot: QtBot) -> None:
    parent = QObject()
    done: list[int] = []
    pace = Pace(parent, 10, lambda: done.append(0))
    pace.ask()
    qtbot.wait(60)
    pace.ask()
    assert len(done) == 2
