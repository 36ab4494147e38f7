"""Whole stories: windows in this process offscreen, and programs on a screen of their own."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from gui import theme
from gui.app import Session
from gui.preferences import Preferences
from tests.flows import atspi
from tests.windows import application, pytest_asyncio_loop_factories, pytest_itemcollected

__all__ = ["application", "pytest_asyncio_loop_factories", "pytest_itemcollected"]


@pytest.fixture
def desktop() -> Iterator[atspi.Desktop]:
    """A screen of its own for real programs: see :mod:`tests.flows.atspi`."""
    with atspi.desktop() as screen:
        yield screen


@asynccontextmanager
async def open_window(
    store: Path | None = None, size: tuple[int, int] = (1200, 800), settled: bool = True
) -> AsyncIterator[Session]:
    """Open the program's window on a store, and close it while the test's loop still runs."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, theme.Appearance.DARK)
    session = Session(app, Preferences())
    try:
        session.restore()
        session.window.resize(*size)
        session.show(store)
        if settled:
            await all_loaded(session)
        yield session
    finally:
        session.window.hide()
        session.save()
        await session.close()
        session.dispose()
        del session
        gc.collect()


async def all_loaded(session: Session) -> None:
    """Wait until the window shows all that is on disk, and the pictures of what is visible."""
    await session.stores.settled()
    await session.browse.settled()
    await asyncio.sleep(0.05)
    await session.thumbnails.settled()


async def until(holds: Callable[[], object], seconds: float = 40) -> None:
    """Let the program run until ``holds`` says so."""
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.01)
