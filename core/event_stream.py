"""A store's events, for whoever would rather wait for them than be called."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from core.events import Event, EventBus, ImagesChanged, ImagesExamined, SearchGrew


class EventStream(AsyncIterator[Event]):
    """Yields the events of a store from its making on, until it or the store is closed.

    Nothing is lost and nothing piles up: who is slow gets one event of each kind in place of
    several: the last, with the days and keys of all. Events of one kind come in their order;
    between kinds the order of the first counts.

    It belongs to the event loop of its store and to one reader.

    Args:
        events: Where they come from.
    """

    def __init__(self, events: EventBus) -> None:
        self._pending: dict[type[Event], Event] = {}
        self._came = asyncio.Event()
        self._closed = False
        self._unsubscribe: Callable[[], None] = events.subscribe(self._take, self.close)

    def close(self) -> None:
        """End it: what is pending still comes; more calls do nothing."""
        if not self._closed:
            self._closed = True
            self._unsubscribe()
            self._came.set()

    async def __anext__(self) -> Event:
        """Wait for the next event."""
        while not self._pending:
            if self._closed:
                raise StopAsyncIteration
            self._came.clear()
            await self._came.wait()
        return self._pending.pop(next(iter(self._pending)))

    def _take(self, event: Event) -> None:
        before = self._pending.get(type(event))
        if isinstance(event, ImagesChanged) and isinstance(before, ImagesChanged):
            event = ImagesChanged(before.days | event.days, before.changed | event.changed)
        elif isinstance(event, SearchGrew) and isinstance(before, SearchGrew):
            event = SearchGrew(before.days | event.days, event.waiting)
        elif isinstance(event, ImagesExamined) and isinstance(before, ImagesExamined):
            event = ImagesExamined(before.days | event.days, event.left)
        self._pending[type(event)] = event
        self._came.set()
