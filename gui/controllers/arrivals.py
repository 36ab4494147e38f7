"""Images that come while the window is open: told of quietly, and followed when asked to."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from itertools import groupby
from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex

from core.arrangement import BY_DAY
from gui.aio import Latest
from gui.controllers.store import OpenStore, StoreController
from gui.controllers.works import WorkController
from gui.main_window import MainWindow
from gui.models.image_list import ImageListModel
from gui.models.place import Kind, Place
from gui.models.unseen import Unseen
from gui.preferences import Preferences

ANY_DAY: Final = 0  # of what is not shown by days


class ArrivalController(QObject):
    """Counts what came and is not seen yet.

    That is what came above what is seen, in another order than by days what came anywhere out of
    sight, and what came to days that are not shown, where the person looks at some days alone. It
    counts down as the person gets there, and leads to the newest of them. What comes never
    moves what is seen or selected, unless the person follows the newest. What the person brings,
    by an import or by undoing, is no arrival: it is told to ``expect``, and nothing is counted
    while such work is under way. Nor is what the store had before, but the first look at the disk,
    or a search, finds only now.

    Args:
        stores: Where stores are opened.
        works: What is under way.
        window: Where it is told.
        images: What is shown.
        preferences: Whether the newest is followed.
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
        self._unseen = Unseen()  # of what is shown, above what is seen, or anywhere out of sight
        self._arrangement = BY_DAY
        self._knowing: Latest | None = None
        self._last_known: int | None = None  # the largest key of what is not new, if that is known
        self._place = Place()
        self._elsewhere = 0  # of other days than those shown
        self._totals: dict[int, int] = {}  # images by day, counted so far where not all is shown
        self._came: dict[int, int] = {}  # keys that are not counted yet, and their days
        self._first_seen = QPersistentModelIndex()  # unless that is the first of all
        self._expected: set[str] = set()
        self._follow = window.actions_by_id["follow_newest"]
        self._follow.setChecked(preferences.follow_newest)
        self._follow.toggled.connect(self._on_follow_toggled)
        window.new_images.clicked.connect(self._jump)
        window.grid.visible_rows_changed.connect(self._on_visible_rows_changed)
        images.rowsInserted.connect(self._on_rows_inserted)
        images.rowsAboutToBeRemoved.connect(self._on_rows_about_to_go)
        images.modelReset.connect(self._forget)
        images.sections_changed.connect(self._on_sections_changed)
        window.dates.place_chosen.connect(self._on_place_chosen)
        works.changed.connect(self._count)
        stores.opened.connect(self._on_opened)
        stores.closing.connect(self._on_closing)

    def expect(self, paths: Iterable[str]) -> None:
        """Do not count the images at these paths: the person has just brought them."""
        self._expected.update(paths)

    def know_what_there_is(self) -> None:
        """Take nothing for new that is there now: another search may find it bit by bit."""
        store = self._stores.store
        if store is not None and self._knowing is not None and self._last_known is not None:
            self._knowing.start(self._know(store))

    def _on_opened(self, store: OpenStore) -> None:
        self._knowing = Latest(store.tasks)
        store.bridge.images_changed.connect(self._on_images_changed)
        store.bridge.catalog_reset.connect(lambda: self._know_nothing(store))
        self._know_nothing(store)

    def _know_nothing(self, store: OpenStore) -> None:
        """Take nothing for new until all that is on disk is known: keys are given anew."""
        self._last_known = None
        if self._knowing is not None:
            self._knowing.start(self._know_all(store))

    async def _know_all(self, store: OpenStore) -> None:
        await store.manager.rescan()  # or join the scan that is under way
        await self._know(store)

    async def _know(self, store: OpenStore) -> None:
        self._last_known = (await store.manager.totals()).last_key

    def _on_closing(self) -> None:
        self._expected.clear()
        self._knowing = self._last_known = None
        self._on_place_chosen(Place())
        self._forget()

    def _on_rows_inserted(self, parent: QModelIndex, first: int, last: int) -> None:
        if self._arranged:  # it is counted when it is where it belongs
            self._note(ANY_DAY, self._images.keys_between(first, last + 1))
        elif self._follow.isChecked():
            if first == 0:
                self._window.grid.scrollToTop()
        elif self._first_seen.isValid() and last < self._first_seen.row():
            for day, keys in self._days_between(first, last + 1):
                self._note(day, keys)
            self._count()

    def _note(self, day: int, keys: array[int]) -> None:
        """Take note of what came, if it was not there before."""
        if (last := self._last_known) is not None:
            self._came.update((key, day) for key in keys if key > last)

    def _on_sections_changed(self) -> None:
        if self._images.arrangement != self._arrangement:
            self._arrangement = self._images.arrangement
            self._forget()
        elif self._arranged:
            self._count()

    @property
    def _arranged(self) -> bool:
        """Whether what is newest need not be above."""
        return self._arrangement != BY_DAY

    def _on_rows_about_to_go(self, parent: QModelIndex, first: int, last: int) -> None:
        if self._unseen or self._came:
            for day, keys in self._days_between(first, last + 1):
                self._unseen.drop(day, keys)
                for key in keys:
                    self._came.pop(key, None)
            self._show()

    def _days_between(self, first: int, stop: int) -> list[tuple[int, array[int]]]:
        """Return the days of a run of rows with the keys of these rows."""
        found, row = [], first
        while row < stop:
            section = self._images.section(self._images.section_at(row))
            end = min(section.first_row + section.count, stop)
            found.append((section.day, self._images.keys_between(row, end)))
            row = end
        return found

    def _count(self) -> None:
        store = self._stores.store
        if store is not None and self._came and not self._works.asked_for:
            store.tasks.start(self._count_others(store, array("q", self._came)))

    async def _count_others(self, store: OpenStore, keys: array[int]) -> None:
        """Count those of these that did not go meanwhile, unless the person has brought them."""
        if self._expected:
            async for record in store.records(keys):
                if record.path in self._expected:
                    self._expected.discard(record.path)
                    self._came.pop(record.key, None)
        new = array("q", filter(self._came.__contains__, keys))
        for day, of_day in groupby(new, self._came.pop):
            self._unseen.add(day, of_day)
        visible = self._window.grid.visible_rows()
        self._see(visible)
        if new and self._arranged and self._follow.isChecked():
            await self._lead(store, new + self._images.keys_between(visible.start, visible.stop))

    def _on_visible_rows_changed(self, first: int, last: int) -> None:
        seen = self._images.index(first) if first else QModelIndex()
        self._first_seen = QPersistentModelIndex(seen)
        if first or self._arranged:
            self._see(range(first, last + 1))
        else:
            self._forget()

    def _see(self, rows: range) -> None:
        """Take note that these rows are seen; by days all below them is, too, or was passed by."""
        if self._arranged:
            self._unseen.drop(ANY_DAY, self._images.keys_between(rows.start, rows.stop))
        elif self._unseen and rows.start < self._images.rowCount():
            section = self._images.section(self._images.section_at(rows.start))
            end = section.first_row + section.count
            self._unseen.see_from(section.day, self._images.keys_between(rows.start, end))
        self._show()

    # Days that are not shown

    def _on_place_chosen(self, place: Place) -> None:
        self._place = place
        self._elsewhere = 0
        self._totals = {}
        self._show()
        if (store := self._stores.store) is not None and place.kind != Kind.ALL:
            store.tasks.start(self._count_elsewhere(store, frozenset()))

    def _on_images_changed(self, days: frozenset[int], keys: frozenset[int]) -> None:
        if (store := self._stores.store) is not None and self._place.kind != Kind.ALL:
            store.tasks.start(self._count_elsewhere(store, days - self._place.days))

    async def _count_elsewhere(self, store: OpenStore, days: frozenset[int]) -> None:
        """Count what is more on these days than there was, unless the person has brought it."""
        place = self._place
        totals = {each.day: each.images for each in await store.manager.day_totals()}
        if place != self._place:
            return
        known = self._totals and self._last_known is not None
        if known and not self._works.asked_for:
            more = (totals.get(day, 0) - self._totals.get(day, 0) for day in days)
            self._elsewhere += sum(max(each, 0) for each in more)
        self._totals = totals
        self._show()

    def _on_follow_toggled(self, follow: bool) -> None:
        self._preferences.follow_newest = follow
        if follow:
            self._jump()

    def _jump(self) -> None:
        if (store := self._stores.store) is not None and self._arranged and self._unseen:
            store.tasks.start(self._lead(store, self._unseen.keys))
            return
        if self._place.kind != Kind.ALL:
            self._window.dates.choose()
        if not self._arranged:
            self._window.grid.scrollToTop()
        self._forget()

    async def _lead(self, store: OpenStore, keys: array[int]) -> None:
        """Bring the newest of these images into view."""
        grid, newest = self._window.grid, await store.manager.newest_of(keys)
        row = None if newest is None else self._images.find(newest)
        if row is not None and row not in grid.visible_rows():
            grid.scrollTo(self._images.index(row), grid.ScrollHint.PositionAtCenter)

    def _forget(self) -> None:
        self._unseen.clear()
        self._came.clear()
        self._show()

    def _show(self) -> None:
        self._window.new_images.set_count(len(self._unseen) + self._elsewhere)
