"""What changed in a store, told to those who subscribed."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from core.records import ScanProgress
from core.watcher import Watching


class ImagesChanged(msgspec.Struct, frozen=True):
    """Images came, went, or are not what they were.

    Attributes:
        days: The days (``date.toordinal()``) whose list or totals are no longer what they were.
        changed: Keys of images whose file or sidecar is another than before.
    """

    days: frozenset[int]
    changed: frozenset[int]


class ScanChanged(msgspec.Struct, frozen=True):
    """A scan began, moved on, or ended (then ``progress`` is ``None``).

    ``problems`` are the folders and files that could not be read so far, with the reason.
    """

    progress: ScanProgress | None
    problems: tuple[str, ...] = ()


class CatalogReset(msgspec.Struct, frozen=True):
    """The catalogue was damaged and starts anew; every key known from before is void."""


class WatchingChanged(msgspec.Struct, frozen=True):
    """Changes by other programs are noticed in another way from now on."""

    how: Watching


Event = ImagesChanged | ScanChanged | CatalogReset | WatchingChanged
Listener = Callable[[Event], None]


class EventBus:
    """Calls every subscriber, in the order they came, in the event loop's thread."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have ``listener`` called with every event from now on; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def emit(self, event: Event) -> None:
        """Tell every subscriber."""
        for listener in tuple(self._listeners):
            listener(event)
