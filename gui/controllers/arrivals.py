"""Images that come while the window is open: told of quietly, and followed when asked to."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from PySide6.QtCore import QEvent, QModelIndex, QObject

from core.events import WatchingChanged
from core.watcher import Watching
from gui.controllers.store import OpenStore, StoreController
from gui.controllers.works import WorkController
from gui.main_window import MainWindow
from gui.models.image_list import ImageListModel
from gui.preferences import Preferences
from gui.text import translated


class ArrivalController(QObject):
    """Has the store followed while it is shown, and counts what came above what is seen.

    What comes never moves what is seen or selected, unless the person follows the newest. What
    the person brings, by an import or by undoing, is no arrival: it is told to ``expect``, and
    nothing is counted while such work is under way.
    """

    def __init__(
        self,
        stores: StoreController,
        works: WorkController,
        window: MainWindow,
        images: ImageListModel,
        preferences: Preferences,
    ) -> None:
        super().__init__(window)
        self._stores = stores
        self._works = works
        self._window = window
        self._images = images
        self._preferences = preferences
        self._new = 0
        self._came = array("q")  # keys of images that are not counted yet
        self._expected: set[str] = set()
        self._times_seen = 0
        self._follow = window.actions_by_id["follow_newest"]
        self._follow.setChecked(preferences.follow_newest)
        self._follow.toggled.connect(self._on_follow_toggled)
        window.new_images.clicked.connect(self._jump)
        window.grid.visible_rows_changed.connect(self._on_visible_rows_changed)
        images.rowsInserted.connect(self._on_rows_inserted)
        images.modelReset.connect(self._forget)
        works.changed.connect(self._count)
        stores.opened.connect(self._on_opened)
        stores.closing.connect(self._on_closing)
        window.installEventFilter(self)

    def expect(self, paths: Iterable[str]) -> None:
        """Do not count the images at these paths: the person has just brought them."""
        self._expected.update(paths)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look for changes when the person comes back to the window."""
        if event.type() == QEvent.Type.WindowActivate and (store := self._stores.store):
            store.tasks.start(store.manager.rescan())
        return super().eventFilter(watched, event)

    def _on_opened(self, store: OpenStore) -> None:
        store.bridge.watching_changed.connect(self._on_watching_changed)
        store.manager.follow()

    def _on_closing(self) -> None:
        self._window.stats.set_watching("")
        self._expected.clear()
        self._forget()

    def _on_watching_changed(self, change: WatchingChanged) -> None:
        reasons = {
            Watching.POLLING_REMOTE: translated(
                "arrivals", "A network mount: the store is looked at every two seconds."
            ),
            Watching.POLLING_LIMIT: translated(
                "arrivals",
                "The system's limit of watched folders is reached (fs.inotify.max_user_watches): "
                "the store is looked at every two seconds.",
            ),
            Watching.POLLING_UNABLE: translated(
                "arrivals",
                "The system cannot watch this folder: it is looked at every two seconds.",
            ),
        }
        reason = reasons.get(change.how)
        text = translated("arrivals", "polling") if reason else ""
        self._window.stats.set_watching(text, reason or "")

    def _on_rows_inserted(self, parent: QModelIndex, first: int, last: int) -> None:
        if self._follow.isChecked():
            if first == 0:
                self._window.grid.scrollToTop()
        elif first < self._window.grid.visible_rows().start:
            self._came += self._images.keys_between(first, last + 1)
            self._count()

    def _count(self) -> None:
        store = self._stores.store
        if store is not None and self._came and not self._works.asked_for:
            came, self._came = self._came, array("q")
            store.tasks.start(self._count_others(store, came, self._times_seen))

    async def _count_others(self, store: OpenStore, came: array[int], times_seen: int) -> None:
        new = 0
        if self._expected:
            async for record in store.records(came):
                new += record.path not in self._expected
                self._expected.discard(record.path)
        else:
            new = len(came)
        if times_seen == self._times_seen:
            self._new += new
            self._show()

    def _on_visible_rows_changed(self, first: int, last: int) -> None:
        if first == 0:
            self._forget()

    def _on_follow_toggled(self, follow: bool) -> None:
        self._preferences.follow_newest = follow
        if follow:
            self._jump()

    def _jump(self) -> None:
        self._window.grid.scrollToTop()
        self._forget()

    def _forget(self) -> None:
        self._times_seen += 1
        self._new, self._came = 0, array("q")
        self._show()

    def _show(self) -> None:
        self._window.new_images.set_count(self._new)
