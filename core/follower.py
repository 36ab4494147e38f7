"""Keeps the catalogue true to a store that other programs write to.

Hints say where to look. Files that came or changed are looked at themselves, at once, whatever
else is under way; the folders soon after, and again until they have been quiet for longer than a
folder's time may be coarse. So an image is there with its first bytes and whole with its last,
whatever the system forgot to tell. Now and then every file is looked at without any hint: while
nothing happens, when the person is back, and after a while in any case.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from core import layout
from core.catalog import Catalog
from core.errors import StoreError
from core.events import EventBus, WatchingChanged
from core.index import Index
from core.watcher import Hints, Watcher, Watching

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.05
CALM_SECONDS = 0.2  # without a hint, before the folders are looked at
STORM_SECONDS = 1.0  # of hints, after which that is done amid them
PAUSE_SECONDS = 0.5  # at least, between two looks at folders of which nothing new was heard
SETTLED_SECONDS = 2.5  # a folder this long untouched has a time that says all
IDLE_SECONDS = 60.0  # without a hint, until everything is looked at
LATEST_SECONDS = 600.0  # until that is done in a store in which something always happens
RESTED_SECONDS = 10.0  # at least, between two looks at everything
SHARE = 0.05  # of the time, at most, for looking at everything
FAILED_SECONDS = 2.0  # until what failed is tried again
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
        self._base = base
        self._index = index
        self._events = events
        self._loop = asyncio.get_running_loop()
        self._files: set[str] = set()
        self._folders: set[str] = set()  # of files that were too many
        self._files_came = asyncio.Event()
        self._hinted = asyncio.Event()
        self._polls = False  # then hints come all the time, and say nothing
        self._last_hint = self._full_ended = time.monotonic()
        self._full_took = 0.0
        self._unlisted = 0.0  # when it was heard last of what only a look at folders tells
        self._is_back = False  # the person, since everything was looked at
        self._watcher = make_watcher(base, self._on_hints, self._on_watching)
        self._tasks = [asyncio.create_task(self._repeat(self._follow_files)),
                       asyncio.create_task(self._repeat(self._follow_folders))]  # fmt: skip
        self._watcher.start()

    async def close(self) -> None:
        """End it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        await asyncio.to_thread(self._watcher.close)

    def recheck(self) -> None:
        """Look at the folders now, and at every file as soon as the last time was long enough ago.

        That is ``RESTED_SECONDS``, and more in a store so large that it would be a burden.
        """
        self._is_back = True
        self._last_hint = time.monotonic()
        self._hinted.set()

    # In the watcher's thread

    def _on_hints(self, hints: Hints) -> None:
        self._loop.call_soon_threadsafe(self._take, hints)

    def _on_watching(self, how: Watching) -> None:
        self._loop.call_soon_threadsafe(self._take_note, how)

    # In the loop

    def _take(self, hints: Hints) -> None:
        if hints:
            self._files |= hints
            if len(self._files) > MOST_FILES:
                self._folders |= _folders_of(self._files)
                self._files.clear()
            self._files_came.set()
        if not self._polls:
            self._last_hint = time.monotonic()
            if hints is None:
                self._unlisted = self._last_hint
        self._hinted.set()

    def _take_note(self, how: Watching) -> None:
        self._polls = how is not Watching.NOTIFIED
        self._events.emit(WatchingChanged(how))

    async def _repeat(self, follow: Callable[[], Awaitable[None]]) -> None:
        """Do this for ever, and again after a while when it fails."""
        told = ""
        while True:
            try:
                await follow()
                told = ""
            except StoreError as error:
                if told != str(error):
                    log.warning("what others write to %s waits: %s", self._base, error)
                told = str(error)
                await asyncio.sleep(FAILED_SECONDS)

    async def _follow_files(self) -> None:
        """Look at the files that hints tell of, or have their folders listed."""
        await self._files_came.wait()
        await asyncio.sleep(GATHER_SECONDS)
        files, self._files = self._files, set()
        folders, self._folders = self._folders, set()
        self._files_came.clear()
        try:
            images, others = await self._index.read(_images_of, files)
            await self._index.refresh(images)
            folders |= _folders_of(others)
            if folders:
                await self._index.doubt(folders)
                self._unlisted = time.monotonic()
                self._hinted.set()
        except StoreError:
            self._folders |= folders | _folders_of(files)
            self._files_came.set()
            raise

    async def _follow_folders(self) -> None:
        """Look at the folders when there are hints, and at everything when that is due."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._loop.time() + self._until_full()):
                await self._hinted.wait()
        if self._hinted.is_set():
            await self._settle()
        if not self._until_full():  # where hints never end it is due amid them
            await self._look_at_everything()

    async def _settle(self) -> None:
        """Look at the folders until nothing has come for a while."""
        looked = 0.0
        while looked < self._last_hint + SETTLED_SECONDS and (not looked or self._until_full()):
            await self._wait_for_calm()
            self._hinted.clear()
            await self._index.settled()  # a scan under way may have passed what changed since
            began = time.monotonic()
            try:
                await self._index.look()
            except StoreError:
                self._hinted.set()
                raise
            looked = time.monotonic()
            pause = looked - began  # half of the time at most
            if self._unlisted > began:
                pause /= 4  # what it may have passed is not seen before
            elif not self._polls:
                pause = max(PAUSE_SECONDS, pause)
            await asyncio.sleep(pause)

    async def _wait_for_calm(self) -> None:
        """Wait until hints pause: a folder that is listed amid a burst has to be listed again."""
        latest = time.monotonic() + STORM_SECONDS
        while True:
            left = min(self._last_hint + CALM_SECONDS, latest) - time.monotonic()
            if left <= 0:
                return
            await asyncio.sleep(left)

    async def _look_at_everything(self) -> None:
        began = time.monotonic()
        await asyncio.wait([self._index.rescan(full=True)])
        self._is_back = False
        self._full_ended = time.monotonic()
        self._full_took = self._full_ended - began

    def _until_full(self) -> float:
        """Return in how many seconds everything is to be looked at; 0 for now."""
        rested = self._full_ended + max(RESTED_SECONDS, self._full_took / SHARE)
        idle = max(self._last_hint, self._full_ended) + IDLE_SECONDS
        due = min(idle, self._full_ended + LATEST_SECONDS)
        return max((rested if self._is_back else max(rested, due)) - time.monotonic(), 0.0)


def _folders_of(files: set[str]) -> set[str]:
    return {path.rpartition("/")[0] for path in files}


def _images_of(catalog: Catalog, files: set[str]) -> tuple[set[str], set[str]]:
    """Return the image files that these are, or whose sidecars they are; and other sidecars.

    The image of one of these may just be about to be known, with what it said before.
    """
    images = {path for path in files if layout.is_image_path(path)}
    beside = {side for path in images for side in layout.sidecar_paths(path)}
    others = set()
    for path in files - images:
        name = path.rpartition("/")[2]
        stem = name.removesuffix(layout.SIDECAR_SUFFIX)
        if stem != name and path not in beside:
            known = {
                record.path
                for record in catalog.find(stem)
                if path in layout.sidecar_paths(record.path)
            }
            images |= known
            if not known:
                others.add(path)
    return images, others
