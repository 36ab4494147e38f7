"""Stores open for a test, whatever it does with them."""

from __future__ import annotations

import pytest

from core import ImageStorageManager, StorageSettings


@pytest.fixture
async def opened():
    """Open managers that are closed when the test is over."""
    managers = []

    async def open_manager(base, **settings):
        manager = ImageStorageManager(StorageSettings(base_path=str(base), **settings))
        managers.append(manager)
        await manager.initialize()
        await manager.rescan()
        return manager

    yield open_manager
    for manager in managers:
        await manager.close()
