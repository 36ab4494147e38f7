"""Shows images by days, or in another order, whatever comes and goes."""

from __future__ import annotations

import asyncio
import time
from array import array
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from core.arrangement import BY_DAY, Arranged, Arrangement
from core.ordering import Ordering
from core.records import DayImages
from gui.controllers.finding import Finding
from gui.controllers.reordering import reorder
from gui.controllers.store import OpenStore
from gui.controllers.works import WorkController
from gui.models.day_rows import DayRows
from gui.models.image_list import ImageListModel
from gui.models.place import Place
from gui.text import translated
from gui.views.grid import ImageGrid

if TYPE_CHECKING:  # numpy: whoever shows images by days need not wait for it
    from gui.models.arranged_rows import ArrangedRows
    from gui.models.rearrangement import Rearrangement

DAYS_AT_ONCE: Final = 8
REST: Final = 2.0  # times as long as it took, before changes are followed again


class Arranging(QObject):
    """Knows which images are to be shown, by days, and has the grid show them as it is chosen.

    By days, they are in the grid when a call returns. In another order the core is asked, and the
    grid changes in one go when the answer is there; calls that meet are answered together. What
    is selected and seen then stays so.

    Args:
        images: What the grid shows.
        grid: The grid.
        works: Where it is said that this is under way, where it takes long.

    Attributes:
        arrangement: The order, and what the sections are.
        times_shown: How often other images were to be shown than before; see ``update``.

    Signals:
        stopped(): The person did not want to wait: the images are shown by days.
    """

    stopped = Signal()

    def __init__(self, images: ImageListModel, grid: ImageGrid, works: WorkController) -> None:
        super().__init__(grid)
        self.arrangement = BY_DAY
        self.times_shown = 0
        self._found_shown = False
        self._skipped = False  # some of what was found, while another order was shown
        self._images = images
        self._grid = grid
        self._works = works
        self._store: OpenStore | None = None
        self._ordering: Ordering | None = None
        self._sorting: asyncio.Future[Arranged] | None = None
        self._days: dict[int, DayImages] | None = None  # to be shown; None where the model knows
        self._turn = asyncio.Lock()
        self._asked = self._answered = self._at_work = 0
        self._settled = asyncio.Event()
        self._settled.set()
        self._version = 0  # of what is to be shown; changes of it go on with the same
        self._anew = self._by_person = False
        self._rests_until = 0.0

    @property
    def days(self) -> frozenset[int]:
        """The days of which there are images to be shown."""
        return frozenset(each.day for each in self._all_days())

    @property
    def sorting(self) -> bool:
        """Whether there are images to be shown, but none is yet: they are being sorted."""
        return bool(self._days) and not self._images.rowCount()

    async def settled(self) -> None:
        """Wait until the grid shows what is to be shown."""
        await self._settled.wait()

    def open(self, store: OpenStore, arrangement: Arrangement) -> None:
        """Show images of this store from now on."""
        self._store, self.arrangement = store, arrangement
        self._days = None if arrangement == BY_DAY else {}
        self._at_work = 0  # of the store before, nothing is
        self._settled.set()

    def close(self) -> None:
        """There is no store any more."""
        self._let_go()
        self._store, self.arrangement = None, BY_DAY
        self.clear()

    def clear(self) -> None:
        """Show nothing; keys known from before mean other images, or none."""
        self._version += 1
        self._answered = self._asked
        self._anew = self._by_person = False
        self._days = None if self.arrangement == BY_DAY else {}
        self._images.clear()

    async def show(self, days: Sequence[DayImages]) -> None:
        """Show other images than before."""
        if self._days is None:
            self._images.set_days(days)
            return
        self._days = {each.day: each for each in days if each.keys}
        self._version += 1
        self._anew = True
        await self._arrange()

    async def update(self, changed: Mapping[int, DayImages | None], times_shown: int) -> None:
        """Show other images under some days: ``None`` or an empty list takes the day away.

        The thread is left to others every now and then. Whatever is shown anew meanwhile, or was
        since ``times_shown``, is of a later time.
        """
        left = dict(sorted(changed.items(), reverse=True))
        while left and self._days is None and times_shown == self.times_shown:
            self._images.update_days({day: left.pop(day) for day in [*islice(left, DAYS_AT_ONCE)]})
            await asyncio.sleep(0)
        if left and self._days is not None and times_shown == self.times_shown:
            now = {**self._days, **left}
            self._days = {day: images for day, images in now.items() if images and images.keys}
            await self._answer(self._ask(), max(self._rests_until - time.monotonic(), 0))

    # What a search finds comes in pieces. By days, each is shown as it comes, the newest first. In
    # another order what is found first is not what stands first: it is shown together, in the end.

    def expect_found(self) -> None:
        """What a search finds is to take the place of what is shown when the first of it comes."""
        self._found_shown = self._skipped = False

    def show_found(self, finding: Finding, place: Place, days: frozenset[int]) -> None:
        """Show what is found so far in a place, or, where that is shown, on these days."""
        if self._days is not None:
            self._skipped = True
        elif self._found_shown:
            self._images.update_days(finding.on(days, place))
        else:
            self._found_shown = True
            self.times_shown += 1
            self._images.set_days(finding.of(place))

    async def show_all_found(self, finding: Finding, place: Place) -> None:
        """Show what is found in a place, now that the search has come to its end."""
        if not self._found_shown:
            self._found_shown = True
            self.times_shown += 1
            await self.show(finding.of(place))
        elif self._days is not None or self._skipped:
            days = self.days | {*finding.days}
            await self.update(finding.on(days, place), self.times_shown)

    async def update_found(self, finding: Finding, place: Place, days: frozenset[int]) -> None:
        """Show what is found on these days by now; by days it is shown already, if none skipped."""
        if self._found_shown and (self._days is not None or self._skipped):
            await self.update(finding.on(days, place), self.times_shown)

    def rearrange(self, arrangement: Arrangement) -> None:
        """Show the same images in another order, as soon as they are sorted."""
        if arrangement == self.arrangement or self._store is None:
            return
        self._days = {each.day: each for each in self._all_days()}
        self.arrangement = arrangement
        self._version += 1
        self._by_person = True
        self._store.tasks.start(self._answer(self._ask()))

    def _stop(self) -> None:
        """Show by days what it takes too long to sort."""
        if self._sorting is not None and self.arrangement != BY_DAY:
            self.arrangement = BY_DAY
            self._version += 1
            self._sorting.cancel()
            self.stopped.emit()

    def _all_days(self) -> list[DayImages]:
        if self._days is not None:
            return list(self._days.values())
        rows = self._images.rows
        return rows.days if isinstance(rows, DayRows) else []

    async def _arrange(self) -> None:
        """Wait until the grid shows what is to be shown now, by whichever call that makes it so."""
        await self._answer(self._ask())

    def _ask(self) -> int:
        self._asked += 1
        self._at_work += 1
        self._settled.clear()
        return self._asked

    async def _answer(self, asked: int, pause: float = 0) -> None:
        try:
            await asyncio.sleep(pause)
            async with self._turn:
                await self._show_until(asked)
        finally:
            self._at_work -= 1
            if not self._at_work:
                self._settled.set()

    async def _show_until(self, asked: int) -> None:
        while self._answered < asked and self._store is not None:
            began, answering, version = time.monotonic(), self._asked, self._version
            rows = await self._rows(self._all_days(), self.arrangement)
            if rows is not None and await self._show_rows(rows, version):
                self._answered = answering
                self._rests_until = time.monotonic() + REST * (time.monotonic() - began)
                if self.arrangement == BY_DAY and self._asked == answering:
                    self._let_go()
                    self._days = None

    async def _rows(
        self, days: Sequence[DayImages], arrangement: Arrangement
    ) -> DayRows | ArrangedRows | None:
        """Return images in order; ``None`` if the person did not want to wait."""
        if arrangement == BY_DAY or self._store is None:
            return DayRows(days)
        ordering = self._ordering = self._ordering or self._store.manager.ordering()
        text = translated("arrangement", "Sorting")
        with self._works.begin(text, self._stop, background=True) as work:
            self._sorting = asyncio.ensure_future(
                ordering.arrange(days, arrangement, work.on_progress)
            )
            try:
                return await asyncio.to_thread(_arranged_rows, await self._sorting)
            except asyncio.CancelledError:
                if work.stopped():
                    return None
                raise
            finally:
                self._sorting = None

    async def _show_rows(self, rows: DayRows | ArrangedRows, version: int) -> bool:
        """Show rows, unless others are to be shown by now."""
        if self._anew:
            if version == self._version:
                self._anew = self._by_person = False
                self._images.set_rows(rows)
            return version == self._version
        keys = self._images.keys_between(0, self._images.rowCount())
        change = await asyncio.to_thread(_rearranged, keys, rows)
        if version != self._version:
            return False
        by_person, self._by_person = self._by_person, False
        reorder(self._images, self._grid, change, by_person=by_person)
        return True

    def _let_go(self) -> None:
        """Forget what images were ordered by."""
        if self._ordering is not None:
            self._ordering.close()
            self._ordering = None


# In another thread, where numpy may be imported


def _arranged_rows(arranged: Arranged) -> ArrangedRows:
    from gui.models.arranged_rows import ArrangedRows

    rows = ArrangedRows(arranged)
    rows.prepare()
    return rows


def _rearranged(keys: array[int], rows: DayRows | ArrangedRows) -> Rearrangement:
    from gui.models.rearrangement import rearranged

    return rearranged(keys, rows)
