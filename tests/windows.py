"""What tests with windows get; ``tests/gui`` and ``tests/flows`` take it into their conftest."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator

import pytest

# A test that wants a real display starts one of its own, and the program on it as a process.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication

from gui.aio import new_event_loop

# The offscreen platform says this for every window that has a minimum size.
HARMLESS = "This plugin does not support propagateSizeHints"


def _new_event_loop() -> asyncio.AbstractEventLoop:
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise RuntimeError("pytest-qt's qapp must be made first")
    return new_event_loop(app)


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run every ``async def`` test on a new loop that runs on Qt's."""
    return {"qt": _new_event_loop}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Have Qt's own warnings fail a test."""
    item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
    item.add_marker(pytest.mark.qt_log_ignore(HARMLESS))


@pytest.fixture(autouse=True)
def application(qapp: QApplication, own_machine: None) -> Iterator[QApplication]:
    """The one QApplication; no window of a test outlives it."""
    yield qapp
    for window in qapp.topLevelWidgets():
        if window.windowType() is Qt.WindowType.Popup:
            continue  # it belongs to what opens it
        window.close()
        window.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
