"""Keeps the catalogue true to a store that other programs write to.

Hints say where to look. Files that came or changed are looked at themselves, at once; the folders
soon after, and again until they have been quiet for longer than a folder's time may be coarse. So
an image is there with its first bytes and whole with its last, whatever the system forgot to tell.
Now and then, while nothing happens, everything is looked at without any hint.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from core import layout
from core.catalog import Catalog
from core.events import EventBus, WatchingChanged
from core.index import Index
from core.watcher import Hints, Watcher, Watching

GATHER_SECONDS = 0.05
PAUSE_SECONDS = 0.5  # at least, between two looks at the folders
SETTLED_SECONDS = 2.5  # a folder this long untouched has a time that says all
IDLE_SECONDS = 60.0  # without a hint, until everything is looked at
SHARE = 0.05  # of the time, at most, for looking at every file
MOST_FILES = 200  # are looked at themselves; of more, their folders are listed

MakeWatcher = Callable[[Path, Callable[[Hints], object], Callable[[Watching], object]], Watcher]


class Follower:
    """Follows what other programs do to one store; belongs to the event loop of ``index``.

    Args:
        base: The store's folder.
        index: Its catalogue, open.
        events: Told how changes are noticed.
        make_watcher: Where the hints come from.
    """

    def __init__(
        self, base: Path, index: Index, events: EventBus, make_watcher: MakeWatcher = Watcher
    ) -> None:
        self._index = index
        self._events = events
        self._loop = asyncio.get_running_loop()
        self._files: set[str] = set()
        self._hinted = asyncio.Event()
        self._last_hint = time.monotonic()
        self._next_full = self._last_hint + IDLE_SECONDS
        self._watcher = make_watcher(base, self._on_hints, self._on_watching)
        self._task = asyncio.create_task(self._follow())
        self._watcher.start()

    async def close(self) -> None:
        """End it."""
        self._task.cancel()
        await asyncio.wait([self._task])
        await asyncio.to_thread(self._watcher.close)

    # In the watcher's thread

    def _on_hints(self, hints: Hints) -> None:
        self._loop.call_soon_threadsafe(self._take, hints)

    def _on_watching(self, how: Watching) -> None:
        self._loop.call_soon_threadsafe(self._events.emit, WatchingChanged(how))

    # In the loop

    def _take(self, hints: Hints) -> None:
        self._last_hint = time.monotonic()
        self._files |= hints or frozenset()
        self._hinted.set()

    async def _follow(self) -> None:
        while True:
            await self._wait_for_hint(self._next_full - time.monotonic())
            if self._hinted.is_set():
                await self._settle()
            else:
                began = time.monotonic()
                await asyncio.wait([self._index.rescan(full=True)])
                took = time.monotonic() - began
                self._next_full = time.monotonic() + max(IDLE_SECONDS, took / SHARE)

    async def _settle(self) -> None:
        """Look until nothing has come for a while."""
        looked = 0.0
        pause = PAUSE_SECONDS
        while looked < self._last_hint + SETTLED_SECONDS:
            if self._hinted.is_set():
                await asyncio.sleep(GATHER_SECONDS)
                self._hinted.clear()
                await self._look_at_files()
            if time.monotonic() - looked >= pause:
                began = time.monotonic()
                await self._look_at_folders()
                looked = time.monotonic()
                pause = max(PAUSE_SECONDS, 2 * (looked - began))
            await self._wait_for_hint(looked + pause - time.monotonic())
        self._next_full = max(self._next_full, time.monotonic() + IDLE_SECONDS)

    async def _wait_for_hint(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(seconds, 0)):
                await self._hinted.wait()
        except TimeoutError:
            return

    async def _look_at_files(self) -> None:
        files, self._files = self._files, set()
        if 0 < len(files) <= MOST_FILES:
            await self._index.refresh(await self._index.read(_images_of, files))

    async def _look_at_folders(self) -> None:
        await self._index.settled()  # a scan under way may have passed what changed since
        await asyncio.wait([self._index.rescan()])


def _images_of(catalog: Catalog, files: set[str]) -> set[str]:
    """Return the image files that these are, or whose sidecars they are."""
    images = set()
    for path in files:
        name = path.rpartition("/")[2]
        stem = name.removesuffix(layout.SIDECAR_SUFFIX)
        if layout.is_image_path(path):
            images.add(path)
        elif stem != name:
            images |= {
                record.path
                for record in catalog.find(stem)
                if path in layout.sidecar_paths(record.path)
            }
    return images
