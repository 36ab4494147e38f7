"""Saving into one store: images that come at the same time wait for the disk together."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core import writer
from core.errors import StoreError
from core.index import Index
from core.long_work import Outcome
from core.settings import StorageSettings
from core.steps import Folders, Steps, take_together

WRITERS = 2  # while the disk writes for one, the other hashes
TOGETHER = 8  # images that wait for the disk together
ENOUGH_BYTES = 16 * 1024**2  # with so much to write, nobody else is made to wait for it


class _Group:
    """Images that are saved together: what is to be saved of each, and the task that does it."""

    def __init__(self) -> None:
        self.images: list[tuple[writer.Given, StorageSettings]] = []
        self.size_bytes = 0
        self.work: asyncio.Task[list[Outcome[writer.Saved]]]

    def add(self, given: writer.Given, settings: StorageSettings) -> int:
        self.images.append((given, settings))
        self.size_bytes += len(given.data)
        return len(self.images) - 1

    @property
    def full(self) -> bool:
        return len(self.images) == TOGETHER or self.size_bytes >= ENOUGH_BYTES


class Saver:
    """Saves images, those together that come while others are being written.

    Nobody waits for company: an image that comes alone is written at once. It belongs to one
    event loop.

    Args:
        base: The store's folder.
        index: Its catalogue.
    """

    def __init__(self, base: Path, index: Index) -> None:
        self._base = base
        self._index = index
        self._turns = asyncio.Semaphore(WRITERS)
        self._next: _Group | None = None

    async def save(
        self, data: bytes, metadata: Mapping[str, Any], file_format: str, settings: StorageSettings
    ) -> writer.Saved:
        """Save an image; when this returns, it is on the disk and in the catalogue.

        What goes wrong with one image is no other's concern. For the arguments and errors see
        :func:`core.writer.save`.
        """
        given = await asyncio.to_thread(writer.check, data, metadata, file_format)
        if self._next is None or self._next.full:
            self._next = _Group()
            self._next.work = asyncio.create_task(self._write(self._next))
        group = self._next
        place = group.add(given, settings)
        outcome = (await asyncio.shield(group.work))[place]
        if isinstance(outcome, StoreError | OSError):
            raise outcome
        return outcome

    async def _write(self, group: _Group) -> list[Outcome[writer.Saved]]:
        async with self._turns:
            if self._next is group:
                self._next = None  # who comes now is in the next one
            outcomes = await asyncio.to_thread(self._save, group)
            saved = [each.path for each in outcomes if isinstance(each, writer.Saved)]
            await self._index.refresh(saved)
            return outcomes

    def _save(self, group: _Group) -> list[Outcome[writer.Saved]]:
        with Folders(self._base) as folders:
            return take_together([self._saving(folders, *each) for each in group.images])

    def _saving(
        self, folders: Folders, given: writer.Given, settings: StorageSettings
    ) -> Steps[writer.Saved]:
        return writer.saving(
            folders,
            self._base,
            given,
            dated=settings.create_subdirectories,
            mode=settings.file_mode,
        )
