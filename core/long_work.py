"""Work on many items: told while it goes on, ended early when asked to, noted in the store."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Generic, TypeAlias, TypeVar

from core.errors import StoreError
from core.interrupted import Note, noted
from core.records import WorkProgress

BATCH = 16
TELL_SECONDS = 0.2

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")

Outcome: TypeAlias = ItemT | StoreError | OSError  # what was made of an item, or why nothing was
Progress = Callable[[WorkProgress], object]
ShouldStop = Callable[[], bool]


def untold(_: WorkProgress) -> None:
    """Tell nobody how far it is."""


def never() -> bool:
    """Never stop."""
    return False


class LongWork(Generic[ResultT]):
    """Work under way, on items that are dealt with some at a time, in worker threads.

    It is an asynchronous context, of one task: when that ends, everything is told.

    Args:
        total: How many items there are.
        progress: Told how far it is after each batch, in the loop's thread.
        should_stop: Asked before each item, in any thread; once it says yes, no other is begun.
        tell: Awaited with what came of items, every ``TELL_SECONDS`` and at the end.
        size: Says how many bytes one result stands for.
        at_once: Items in a batch.
        note: The store's folder and the kind of work, where its interruption is to be known.
        closed: Whether the store was closed meanwhile; work that this ended is interrupted.

    Attributes:
        results: What came of each item that was begun, in order.
        total: How many items there are, as far as is known.
    """

    def __init__(
        self,
        total: int,
        progress: Progress,
        should_stop: ShouldStop,
        *,
        tell: Callable[[Sequence[ResultT]], Awaitable[None]] | None = None,
        size: Callable[[ResultT], int] = lambda _: 0,
        at_once: int = BATCH,
        note: tuple[Path, str] | None = None,
        closed: Callable[[], bool] = never,
    ) -> None:
        self.results: list[ResultT] = []
        self.total = total
        self._progress = progress
        self._should_stop = should_stop
        self._tell = tell
        self._size = size
        self._at_once = at_once
        self._closed = closed
        self._note = note
        self._noted: Note | None = None
        self._stack = AsyncExitStack()
        self._ended = False
        self._bytes = 0
        self._told = 0
        self._told_at = time.monotonic()

    async def __aenter__(self) -> LongWork[ResultT]:
        """Note in the store that the work begins."""
        if self._note is not None:
            self._noted = await self._stack.enter_async_context(noted(*self._note, self.total))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Tell the rest, and take the note away unless the work was interrupted."""
        if self._noted is not None:
            self._noted.stays = self._ended and self._closed()
        try:
            await self._tell_rest()
        finally:
            await self._stack.aclose()

    async def do(
        self, items: Sequence[ItemT], work: Callable[[Sequence[ItemT]], Sequence[ResultT]]
    ) -> bool:
        """Deal with some of the items, one batch after the other.

        Args:
            items: The next items.
            work: Gives a result for each of a batch; it blocks.

        Returns:
            Whether to go on.
        """
        for start in range(0, len(items), self._at_once):
            batch = items[start : start + self._at_once]
            done = await asyncio.to_thread(self._do, batch, work)
            self.results += done
            self._bytes += sum(map(self._size, done))
            if done:
                self._progress(WorkProgress(len(self.results), self.total, self._bytes))
            if time.monotonic() - self._told_at > TELL_SECONDS:
                await self._tell_rest()
            if self._ended:
                return False
        return True

    def _do(
        self, batch: Sequence[ItemT], work: Callable[[Sequence[ItemT]], Sequence[ResultT]]
    ) -> Sequence[ResultT]:
        begun = []
        for each in batch:
            self._ended = self._ended or self._should_stop()
            if self._ended:
                break
            begun.append(each)
        return work(begun) if begun else []

    async def _tell_rest(self) -> None:
        rest = self.results[self._told :]
        self._told, self._told_at = len(self.results), time.monotonic()
        if self._tell is not None and rest:
            await self._tell(rest)
