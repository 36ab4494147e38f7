"""Puts right what crashed writers left in a store, when nobody waits for anything else."""

from __future__ import annotations

import asyncio
import logging
import threading
from pathlib import Path

from core import unfinished
from core.errors import StoreError
from core.trash import Trash
from core.trash_entry import TRASH

log = logging.getLogger(__name__)

IDLE_SECONDS = 30.0  # after opening, when the first look at the store is likely to be over
PAUSE_SECONDS = 0.005  # between two folders, for those who have more to do


class Sweeper:
    """Sweeps one open store: its trash at once, and before that is changed; the rest when idle.

    All methods belong to one event loop. Where nothing was left, nothing is written.

    Args:
        base: The store's folder.
        trash: Its trash.
    """

    def __init__(self, base: Path, trash: Trash) -> None:
        self._base = base
        self._trash = trash
        self._stop = threading.Event()
        self._idle: asyncio.Task[None] | None = None
        self._settling: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Settle the trash now, and sweep the store some time from now, in small steps."""
        self._stop.clear()
        self._idle = asyncio.create_task(self._when_idle())

    async def settled(self) -> None:
        """Wait until nothing is half in the trash any more; looked after once in a session.

        What cannot be put right is logged.
        """
        if self._settling is None:
            self._settling = asyncio.create_task(asyncio.to_thread(self._settle))
        await asyncio.shield(self._settling)

    async def close(self) -> None:
        """End what is under way; more calls do nothing."""
        self._stop.set()
        if self._idle is not None:
            self._idle.cancel()
        tasks = [task for task in (self._idle, self._settling) if task is not None]
        if tasks:
            await asyncio.wait(tasks)
        self._idle = self._settling = None

    async def _when_idle(self) -> None:
        await self.settled()  # at once: what is on its way is shown without its sidecar
        await asyncio.sleep(IDLE_SECONDS)
        sweeping = asyncio.create_task(asyncio.to_thread(self._sweep))
        try:
            await asyncio.shield(sweeping)
        except asyncio.CancelledError:
            await asyncio.wait([sweeping])
            raise

    def _settle(self) -> None:
        try:
            if (self._base / TRASH).is_dir():
                for problem in self._trash.sweep():
                    log.warning("%s", problem)
        except (StoreError, OSError) as error:
            log.warning("what was on its way into the trash stays so: %s", error)

    def _sweep(self) -> None:
        try:
            unfinished.sweep(self._base, should_stop=lambda: self._stop.wait(PAUSE_SECONDS))
        except (StoreError, OSError) as error:
            log.warning("what crashed writers left in %s stays: %s", self._base, error)
