"""Opening and closing: which store the window shows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core import ImageStorageManager, StorageSettings
from core.errors import StoreError
from gui.aio import Latest, TaskScope
from gui.store_bridge import StoreBridge


@dataclass(frozen=True, slots=True)
class OpenStore:
    """A store while it is shown.

    Attributes:
        path: Its folder.
        manager: The core's door to it.
        bridge: Its events as signals.
        tasks: Work for it; cancelled before the store closes.
    """

    path: Path
    manager: ImageStorageManager
    bridge: StoreBridge
    tasks: TaskScope


class StoreController(QObject):
    """Holds at most one store open; opening another closes the one before.

    Signals:
        opened(OpenStore): The store can be asked; nothing of it is shown yet.
        closing(): The open store is about to close: let go of it.
        closed(): It is closed.
        failed(Path, StoreError): The store cannot be opened; none is open now.
    """

    opened = Signal(object)
    closing = Signal()
    closed = Signal()
    failed = Signal(object, object)

    def __init__(self, scope: TaskScope, on_error: Callable[[Exception], None]) -> None:
        super().__init__()
        self._latest = Latest(scope)
        self._on_error = on_error
        self._turn = asyncio.Lock()
        self._store: OpenStore | None = None
        self._settled = asyncio.Event()
        self._settled.set()
        self._failure: StoreError | None = None

    @property
    def store(self) -> OpenStore | None:
        """The store that is open."""
        return self._store

    def open(self, path: Path) -> None:
        """Start to open the store in this folder."""
        self._settled.clear()
        self._latest.start(self._open(path.expanduser().absolute()))

    async def settled(self) -> None:
        """Wait until the store that was asked for last is open.

        Raises:
            StoreError: It could not be opened.
        """
        await self._settled.wait()
        if self._failure is not None:
            raise self._failure

    async def close(self) -> None:
        """Close the open store, if any, when what works for it has ended."""
        self._latest.cancel()
        async with self._turn:
            await self._close()

    async def _open(self, path: Path) -> None:
        async with self._turn:
            await self._close()
            try:
                self._store = await self._opened_store(path)
                self._failure = None
            except StoreError as error:
                self._failure = error
            finally:
                self._settled.set()
        if self._store is not None:
            self.opened.emit(self._store)
        else:
            self.failed.emit(path, self._failure)

    async def _opened_store(self, path: Path) -> OpenStore:
        manager = ImageStorageManager(await asyncio.to_thread(StorageSettings.load, path))
        bridge = StoreBridge()
        manager.subscribe(bridge.hear)
        try:
            await manager.open()
        except BaseException:
            await manager.close()
            bridge.deleteLater()
            raise
        return OpenStore(path, manager, bridge, TaskScope(self._on_error))

    async def _close(self) -> None:
        if self._store is None:
            return
        store, self._store = self._store, None
        store.bridge.blockSignals(True)  # what it still tells is no longer about what is shown
        self.closing.emit()
        ending = asyncio.create_task(_end(store))
        try:
            await asyncio.shield(ending)
        except asyncio.CancelledError:
            await ending  # half closed it would live on
            raise
        self.closed.emit()


async def _end(store: OpenStore) -> None:
    await store.tasks.close()
    await store.manager.close()
    store.bridge.deleteLater()  # here, and not in whichever thread collects what refers to it
