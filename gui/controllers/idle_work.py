"""What is done while the person does nothing: thumbnails made ahead, credentials looked for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from gui.aio import Latest
from gui.controllers.store import OpenStore, StoreController
from gui.controllers.thumbnails import ThumbnailController
from gui.controllers.works import WorkController
from gui.main_window import MainWindow
from gui.models.image_list import ImageListModel

QUIET_SECONDS: Final = 1.5
REACH: Final = 2_000  # rows in each direction; more would keep the machine busy for minutes
AT_ONCE: Final = 50

_Type = QEvent.Type
_BY_THE_PERSON = frozenset(
    {
        _Type.KeyPress,
        _Type.MouseButtonPress,
        _Type.MouseButtonDblClick,
        _Type.MouseMove,
        _Type.Wheel,
        _Type.TabletPress,
        _Type.TouchBegin,
        _Type.NativeGesture,
        _Type.Resize,
    }
)


class IdleWork(QObject):
    """Works when nobody waits for anything, and stops as soon as somebody might.

    First thumbnails are made around what is seen, outwards, until all within ``REACH`` are made or
    the cache has no room for more; they go into the cache alone, where scrolling finds them. Then
    images are looked at, whether they are broken or have Content Credentials, the newest first,
    until nobody has to look at any. All of it goes on when the person has done nothing for a while,
    everything that is seen is there, and no work is under way.
    """

    def __init__(
        self,
        stores: StoreController,
        works: WorkController,
        thumbnails: ThumbnailController,
        images: ImageListModel,
        window: MainWindow,
    ) -> None:
        super().__init__(window)
        self._works = works
        self._thumbnails = thumbnails
        self._images = images
        self._window = window
        self._store: OpenStore | None = None
        self._preparing: Latest | None = None
        self._acted = 0.0
        self._made_around: tuple[range, int, int] | None = None
        self._quiet = QTimer(self, singleShot=True)
        self._quiet.timeout.connect(self._begin)
        stores.opened.connect(self._on_opened)
        stores.closing.connect(self._on_closing)
        works.changed.connect(self._wait)
        thumbnails.resting_changed.connect(self._wait)
        images.rowsInserted.connect(self._wait)
        images.rowsRemoved.connect(self._wait)
        images.modelReset.connect(self._wait)
        images.layoutChanged.connect(self._on_reordered)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stop at whatever the person does in the window."""
        if event.type() in _BY_THE_PERSON:
            self._acted = time.monotonic()
            self._wait()
        return False

    def _on_opened(self, store: OpenStore) -> None:
        self._store = store
        self._preparing = Latest(store.tasks)
        if (handle := self._window.windowHandle()) is not None:
            # All that the person does comes through here once, and hardly anything else does.
            handle.removeEventFilter(self)
            handle.installEventFilter(self)

    def _on_closing(self) -> None:
        self._quiet.stop()
        self._store = self._preparing = self._made_around = None

    def _on_reordered(self) -> None:
        self._made_around = None  # others stand there now
        self._wait()

    def _wait(self) -> None:
        """Stop, and look again when the person has been quiet for long enough."""
        if self._preparing is not None:
            self._preparing.cancel()
            left = self._acted + QUIET_SECONDS - time.monotonic()
            self._quiet.start(max(0, round(1000 * left)))

    def _begin(self) -> None:
        if self._store is None or self._preparing is None or not self._thumbnails.resting:
            return
        if self._works.under_way:
            return
        if QApplication.activeModalWidget() is not None:  # a dialog, whose events come elsewhere
            self._quiet.start(round(1000 * QUIET_SECONDS))
            return
        self._preparing.start(self._prepare(self._store))

    async def _prepare(self, store: OpenStore) -> None:
        await self._make_thumbnails(store)
        while await store.manager.examine():
            pass

    async def _make_thumbnails(self, store: OpenStore) -> None:
        seen, count, edge = self._thumbnails.rows, self._images.rowCount(), self._thumbnails.edge
        if (seen, count, edge) == self._made_around:
            return
        for rows in outwards(seen, count, self._thumbnails.backwards):
            records = await store.manager.records(self._images.keys_at(rows))
            if not await store.manager.prepare_thumbnails(list(records.values()), edge):
                break
        self._made_around = seen, count, edge


def outwards(seen: range, count: int, backwards: bool) -> Iterator[range]:
    """Yield rows around those that are seen, the nearest first, some at once.

    Args:
        seen: The rows that are seen, or were until some went just now.
        count: How many rows there are.
        backwards: Begin above, where the person is going, and not below.
    """
    for near in range(0, REACH, AT_ONCE):
        below = range(seen.stop + near, min(seen.stop + near + AT_ONCE, count))
        above = range(max(seen.start - near - AT_ONCE, 0), min(max(seen.start - near, 0), count))
        for rows in (above, below) if backwards else (below, above):
            if rows:
                yield rows
