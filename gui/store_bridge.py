"""The core's events as Qt signals, gathered so that a burst of them is one."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from core.events import (
    CatalogReset,
    Event,
    ImagesChanged,
    ImagesExamined,
    ScanChanged,
    SearchGrew,
    WatchingChanged,
)

GATHER_MS = 60


class StoreBridge(QObject):
    """Listens to a store's events in the Qt thread.

    ``images_changed(days, keys)`` comes at once for the first event, then at most every 60 ms,
    however many there were.
    """

    images_changed = Signal(object, object)
    scan_changed = Signal(object)
    catalog_reset = Signal()
    watching_changed = Signal(object)
    search_grew = Signal(object)
    images_examined = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._days: set[int] = set()
        self._keys: set[int] = set()
        self._gather = QTimer(self, singleShot=True, interval=GATHER_MS)
        self._gather.timeout.connect(self._tell)

    def hear(self, event: Event) -> None:
        """Take one event of the core; subscribe this to a manager."""
        if isinstance(event, ImagesChanged):
            self._days |= event.days
            self._keys |= event.changed
            if not self._gather.isActive():
                self._tell()
        elif isinstance(event, ScanChanged):
            if event.progress is None:
                self._tell()  # a scan's end finds everything already told
            self.scan_changed.emit(event)
        elif isinstance(event, CatalogReset):
            self.forget()
            self.catalog_reset.emit()
        elif isinstance(event, SearchGrew):
            self.search_grew.emit(event)
        elif isinstance(event, ImagesExamined):
            self.images_examined.emit(event)
        elif isinstance(event, WatchingChanged):
            self.watching_changed.emit(event)

    def forget(self) -> None:
        """Drop what is not told yet: it belongs to a store that is no longer shown."""
        self._gather.stop()
        self._days, self._keys = set(), set()

    def _tell(self) -> None:
        if self._days or self._keys:
            days, keys = frozenset(self._days), frozenset(self._keys)
            self._days, self._keys = set(), set()
            self._gather.start()
            self.images_changed.emit(days, keys)
