"""Opening and closing: which store the window shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from core import ImageStorageManager, StorageSettings
from core.errors import StoreError
from core.events import ScanChanged
from core.records import ImageRecord
from gui.aio import Latest, TaskScope
from gui.store_bridge import StoreBridge
from gui.text import translated

RECORDS_AT_ONCE: Final = 500


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

    async def records(self, keys: Sequence[int]) -> AsyncGenerator[ImageRecord, None]:
        """Yield the records of images in this order, some hundred at a time; not of those gone."""
        for start in range(0, len(keys), RECORDS_AT_ONCE):
            some = keys[start : start + RECORDS_AT_ONCE]
            found = await self.manager.records(some)
            for key in some:
                if key in found:
                    yield found[key]

    async def files(self, keys: Sequence[int]) -> list[Path]:
        """Return where the images' files are, in this order; without those that are gone."""
        return [self.path / record.path async for record in self.records(keys)]


class Access(Enum):
    """What can be done with a store's folder."""

    WRITABLE = "writable"
    READ_ONLY = "read-only"
    GONE = "gone"


class StoreController(QObject):
    """Holds at most one store open; opening another closes the one before.

    Signals:
        opened(OpenStore): The store can be asked; nothing of it is shown yet.
        closing(): The open store is about to close: let go of it.
        closed(): It is closed.
        failed(Path, StoreError): The store cannot be opened; none is open now.
        access_changed(): The open store's folder can be written now, or no longer.
    """

    opened = Signal(object)
    closing = Signal()
    closed = Signal()
    failed = Signal(object, object)
    access_changed = Signal()

    def __init__(self, scope: TaskScope, on_error: Callable[[Exception], None]) -> None:
        super().__init__()
        self._latest = Latest(scope)
        self._on_error = on_error
        self._turn = asyncio.Lock()
        self._store: OpenStore | None = None
        self._settled = asyncio.Event()
        self._settled.set()
        self._failure: StoreError | None = None
        self._access = Access.WRITABLE

    @property
    def store(self) -> OpenStore | None:
        """The store that is open."""
        return self._store

    @property
    def access(self) -> Access:
        """What could be done with the open store's folder when it was last looked at.

        It is looked at, in a thread, when the store opens, after each scan, and by ``look``.
        """
        return self._access

    @property
    def missing(self) -> str:
        """Why the open store's folder is gone, for people; "" while it is there."""
        if self._store is None or self._access is not Access.GONE:
            return ""
        gone = translated("stores", "The folder {folder} is gone.", folder=str(self._store.path))
        return self._store.manager.missing or gone

    async def look(self) -> None:
        """Look again at what can be done with the open store's folder."""
        if (store := self._store) is None:
            return
        access = await asyncio.to_thread(_access_to, store.manager)
        if store is self._store and access is not self._access:
            self._access = access
            self.access_changed.emit()

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
        self._access = await asyncio.to_thread(_access_to, manager)
        bridge = StoreBridge()
        bridge.scan_changed.connect(self._on_scan_changed)
        manager.subscribe(bridge.hear)
        try:
            await manager.open()
        except BaseException:
            await manager.close()
            bridge.deleteLater()
            raise
        return OpenStore(path, manager, bridge, TaskScope(self._on_error))

    def _on_scan_changed(self, scan: ScanChanged) -> None:
        if scan.progress is None and self._store is not None:
            self._store.tasks.start(self.look())

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


def _access_to(manager: ImageStorageManager) -> Access:
    if manager.missing is not None:
        return Access.GONE
    if not manager.read_only:
        return Access.WRITABLE
    return Access.READ_ONLY if manager.base_path.exists() else Access.GONE


async def _end(store: OpenStore) -> None:
    await store.tasks.close()
    await store.manager.close()
    store.bridge.deleteLater()  # here, and not in whichever thread collects what refers to it
