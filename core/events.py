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
    """Everything has to be asked again; keys known from before may be void.

    The catalogue was damaged, or deleted, and starts anew; or more was changed by other processes
    than can be told.
    """


class WatchingChanged(msgspec.Struct, frozen=True):
    """Changes by other programs are noticed in another way from now on."""

    how: Watching


class SearchGrew(msgspec.Struct, frozen=True):
    """Searches find more than before; nothing else has changed.

    Attributes:
        days: The days (``date.toordinal()``) on which they may, as far as this process knows.
        waiting: Whether there are images yet that no search finds. With the last of them found,
            by whatever process, all days may have more.
    """

    days: frozenset[int]
    waiting: bool


class ImagesExamined(msgspec.Struct, frozen=True):
    """Images were looked at: whether they are broken, or have Content Credentials.

    Only the manager that looked tells this: what it finds is no change of images, of which there
    would be very many. Others find it with their next search.

    Attributes:
        days: The days (``date.toordinal()``) on which some are, or have, that were not known of.
        left: How many images nobody has looked at yet.
    """

    days: frozenset[int]
    left: int


Event = ImagesExamined | SearchGrew | ImagesChanged | ScanChanged | CatalogReset | WatchingChanged
Listener = Callable[[Event], None]


class EventBus:
    """Calls every subscriber, in the order they came, in the event loop's thread."""

    def __init__(self) -> None:
        self._listeners: list[tuple[Listener, Callable[[], None]]] = []

    def subscribe(
        self, listener: Listener, on_close: Callable[[], None] = lambda: None
    ) -> Callable[[], None]:
        """Have ``listener`` called with every event from now on; returns what ends that.

        ``on_close`` is called when there will be no more.
        """
        entry = (listener, on_close)
        self._listeners.append(entry)

        def end() -> None:
            if entry in self._listeners:
                self._listeners.remove(entry)

        return end

    def emit(self, event: Event) -> None:
        """Tell every subscriber."""
        for listener, _ in tuple(self._listeners):
            listener(event)

    def close(self) -> None:
        """Tell every subscriber that there will be no more, until somebody subscribes anew."""
        for _, on_close in tuple(self._listeners):
            on_close()
