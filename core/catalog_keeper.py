"""A store's catalogue, held open in a thread of its own, and made anew when it is lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from core import files
from core.catalog import Catalog, open_catalog
from core.catalog_file import delete_catalog
from core.errors import CatalogDamaged, CatalogError
from core.events import CatalogReset, EventBus, ImagesChanged

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class CatalogKeeper:
    """Asks one catalogue one query at a time, in a thread of its own, and tells what changed in it.

    All methods belong to one event loop.

    Args:
        base: The store's folder.
        path: The catalogue's file; its folder is made when missing.
        events: Told of changes by any process, and when the catalogue starts anew.
        on_renewed: Called in the loop after that.
    """

    def __init__(
        self, base: Path, path: Path, events: EventBus, on_renewed: Callable[[], object]
    ) -> None:
        self._base = base
        self._path = path
        self._events = events
        self._on_renewed = on_renewed
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="catalogue")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._catalog: Catalog | None = None
        self._file = 0  # which file the open catalogue is
        self._told = 0  # the last change in the catalogue's log that was told

    @property
    def is_open(self) -> bool:
        """Whether there is a catalogue to ask."""
        return self._catalog is not None

    async def open(self) -> None:
        """Open the catalogue; a damaged one, or one of another version, is made anew.

        Raises:
            CatalogError: The cache folder cannot be written.
        """
        self._loop = asyncio.get_running_loop()
        await self._in_thread(self._open)

    async def close(self) -> None:
        """Close the catalogue; more calls do nothing."""
        if self._loop is not None:
            self._loop = None
            await self._in_thread(self._close)
            self._thread.shutdown()

    async def read(
        self, query: Callable[Concatenate[Catalog, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return a query's answer.

        A catalogue found damaged is made anew, and the query asked once more of the new one.

        Raises:
            CatalogError: It is closed, or cannot be made anew.
        """
        if self._loop is None:
            raise CatalogError(f"The store {self._base} is closed: open it first")
        return await self._in_thread(lambda: self._ask(query, *args, **kwargs))

    async def tell_changes(self) -> None:
        """Tell what was written into the catalogue since this was done last, by any process.

        Raises:
            CatalogError: It is closed, or cannot be made anew.
        """
        await self.read(self._tell_changes)

    async def renew(self, error: CatalogDamaged) -> None:
        """Make the catalogue anew, because of this.

        Raises:
            CatalogError: That is not possible; ``renew_replaced`` tries again.
        """
        await self._in_thread(self._renew, error)

    async def renew_replaced(self) -> None:
        """Open the catalogue anew if none is open, or not the file that is there any more.

        Raises:
            CatalogError: It cannot be opened or made.
        """
        await self._in_thread(self._renew_replaced)

    async def _in_thread(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: call(*args, **kwargs))

    # In the catalogue's thread, one after the other

    def _open(self) -> None:
        for problem in files.make_folders([self._path.parent]):
            raise CatalogError(f"{problem}; the catalogue has no place to be")
        try:
            self._catalog = open_catalog(self._path, self._base)
        except CatalogDamaged as error:
            log.warning("the catalogue starts anew: %s", error)
            delete_catalog(self._path)
            self._catalog = open_catalog(self._path, self._base)
        self._told = self._catalog.last_change()
        self._file = self._path.stat().st_ino

    def _close(self) -> None:
        if self._catalog is not None:
            self._catalog.close()
            self._catalog = None

    def _ask(
        self, query: Callable[Concatenate[Catalog, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        if self._catalog is None:
            raise CatalogError(f"The store {self._base} is closed: open it first")
        try:
            return query(self._catalog, *args, **kwargs)
        except CatalogDamaged as error:
            self._renew(error)
            return query(self._catalog, *args, **kwargs)

    def _renew(self, error: CatalogDamaged, *, delete: bool = True) -> None:
        log.warning("the catalogue is rebuilt: %s", error)
        self._close()
        if delete:
            delete_catalog(self._path)
        self._open()
        self._in_loop(self._events.emit, CatalogReset())
        self._in_loop(self._on_renewed)

    def _renew_replaced(self) -> None:
        try:
            file = self._path.stat().st_ino
        except OSError as error:
            self._renew(CatalogDamaged(f"{self._path} is gone: {error.strerror}"))
        else:
            if self._catalog is None or file != self._file:
                self._renew(CatalogDamaged(f"{self._path} is another than before"), delete=False)

    def _tell_changes(self, catalog: Catalog) -> None:
        self._told, applied = catalog.changes_after(self._told)
        if applied is None:
            log.info("much has changed in %s: all of it is read again", self._path)
            self._in_loop(self._events.emit, CatalogReset())
        elif applied.days:
            self._in_loop(self._events.emit, ImagesChanged(applied.days, applied.keys))

    def _in_loop(self, call: Callable[..., object], *args: object) -> None:
        """Have this called in the loop, whether or not who asked still waits for the answer."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(call, *args)
