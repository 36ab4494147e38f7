"""Has the store watched while it is shown, and says so where that is done by polling."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from PySide6.QtCore import QEvent, QObject

from core.events import WatchingChanged
from core.watcher import Watching
from gui.controllers.store import OpenStore, StoreController
from gui.main_window import MainWindow
from gui.text import translated

LONGEST_UNFOLLOWED: Final = 1.0  # seconds


class WatchingController(QObject):
    """Has the store follow what other programs write, and looks anew when the person comes back.

    Args:
        stores: Where stores are opened.
        window: Where it is told.
        shown: Waits until the visible pictures are there: to follow a store can wait for them.
    """

    def __init__(
        self,
        stores: StoreController,
        window: MainWindow,
        shown: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(window)
        self._stores = stores
        self._window = window
        self._shown = shown
        stores.opened.connect(self._on_opened)
        stores.closing.connect(lambda: window.stats.set_watching(""))
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look for changes when the person comes back to the window."""
        if event.type() == QEvent.Type.WindowActivate and (store := self._stores.store):
            store.manager.recheck()
        return super().eventFilter(watched, event)

    def _on_opened(self, store: OpenStore) -> None:
        store.bridge.watching_changed.connect(self._on_watching_changed)
        store.tasks.start(self._follow_others(store))

    async def _follow_others(self, store: OpenStore) -> None:
        """Follow what others write, once the pictures are there."""
        if (await store.manager.totals()).images:
            with suppress(TimeoutError):  # the person may look at the trash
                await asyncio.wait_for(self._shown(), LONGEST_UNFOLLOWED)
        store.manager.follow()

    def _on_watching_changed(self, change: WatchingChanged) -> None:
        reasons = {
            Watching.POLLING_REMOTE: translated(
                "watching",
                "A network mount, whose changes are not told: it is looked at every two seconds.",
            ),
            Watching.POLLING_LIMIT: translated(
                "watching",
                "The system's limit of watched folders is reached (fs.inotify.max_user_watches): "
                "the store is looked at every two seconds.",
            ),
            Watching.POLLING_UNABLE: translated(
                "watching",
                "The system cannot watch this folder: it is looked at every two seconds.",
            ),
        }
        reason = reasons.get(change.how)
        text = translated("watching", "polling") if reason else ""
        self._window.stats.set_watching(text, reason or "")
