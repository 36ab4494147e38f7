"""Comparing: two to four of the selected images, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from gui.actions import bind
from gui.controllers.browse import BrowseController
from gui.controllers.selection import COMPARABLE, SelectionController
from gui.controllers.store import StoreController
from gui.main_window import MainWindow
from gui.models.image_list import ImageListModel
from gui.text import translated

if TYPE_CHECKING:
    from gui.controllers.compare_image import ComparedImage
    from gui.controllers.comparison import Comparison
    from gui.views.compare_pane import ComparePane
    from gui.views.compare_view import CompareView


_PARTS: Final = (
    "gui.models.word_diff",
    "gui.models.compared_table",
    "gui.views.compare_cells",
    "gui.views.compare_table",
    "gui.views.compare_pane",
    "gui.views.compare_view",
    "gui.controllers.compare_facts",
    "gui.controllers.compare_image",
    "gui.controllers.comparison",
)


class CompareController(QObject):
    """Compares the selected images, but those that were taken out; the selection stays as it is.

    One of them is the current one: it stands for the selection, so all that is done to the
    selection is done to it, and the others' texts are compared with its own. An image that is
    gone is compared no longer, and where one is left, the grid is shown again.

    Signals:
        drag_wanted(): The current image is being dragged away.
    """

    drag_wanted = Signal()

    def __init__(
        self,
        stores: StoreController,
        browse: BrowseController,
        selection: SelectionController,
        window: MainWindow,
        images: ImageListModel,
    ) -> None:
        super().__init__(window)
        self._stores = stores
        self._selection = selection
        self._window = window
        self._images = images
        self._comparison: Comparison | None = None
        self._taken_out: set[int] = set()
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._follow)
        self._unprepared: list[Callable[[], object]] = [
            *(partial(import_module, part) for part in _PARTS),
            lambda: self._window.compare,
            *[self._add_spare] * COMPARABLE[-1],
        ]
        self._preparing = QTimer(self, singleShot=True, interval=0)
        self._preparing.timeout.connect(self._prepare)
        self._bind()
        window.compare_made.connect(self._listen)
        window.page_changed.connect(self._on_page_changed)
        window.grid.selectionModel().selectionChanged.connect(self._soon.start)
        window.dates.place_chosen.connect(lambda _: self.leave())
        images.modelReset.connect(self.leave)
        browse.images_edited.connect(self._on_images_edited)
        stores.closing.connect(self._end)

    @property
    def images(self) -> Sequence[ComparedImage]:
        """The images that are compared, in their order."""
        return self._comparison.images if self._comparison is not None else []

    @property
    def is_ready(self) -> bool:
        """Whether every picture is shown, or why there is none."""
        return self._comparison is not None and self._comparison.is_ready

    async def settled(self) -> None:
        """Wait until the pictures, and all that is known of the images, are shown."""
        if self._comparison is not None:
            await self._comparison.settled()

    def open(self) -> None:
        """Compare the selected images."""
        from gui.controllers.comparison import Comparison  # nothing of it is needed before

        store, window = self._stores.store, self._window
        if store is None or not self._selection.has_few or self._comparison is not None:
            return
        self._taken_out.clear()
        window.show_compare()
        self._comparison = Comparison(store, window.compare, self._images, window.notice.tell, self)
        self._comparison.current_changed.connect(self._selection.narrow)
        self._follow()
        window.compare.setFocus()

    def leave(self) -> None:
        """Show the grid again, as it was."""
        if self._window.shows_compare:
            self._window.leave_closely()

    def _bind(self) -> None:
        acts: dict[str, Callable[[], object]] = {
            "compare": self.open,
            "remove_compared": lambda: self._take_out(self._window.compare.current),
            "next": partial(self._step, 1),
            "previous": partial(self._step, -1),
            "first": partial(self._step, -COMPARABLE.stop),
            "last": partial(self._step, COMPARABLE.stop),
        }
        bind(self._window.actions_by_id, acts)

    def _listen(self, view: CompareView) -> None:
        """Follow the view, now that there is one."""
        view.removal_wanted.connect(self._take_out)
        view.drag_wanted.connect(self.drag_wanted)
        view.table.copied.connect(self._tell_copied)

    def _step(self, count: int) -> None:
        if self._comparison is not None:
            self._comparison.step(count)

    def _take_out(self, pane: ComparePane | None) -> None:
        """Compare the others without the image in this pane."""
        if self._comparison is not None and pane is not None:
            key = self._comparison.key_of(pane)
            if key is not None:
                self._taken_out.add(key)
                self._follow()

    def _follow(self) -> None:
        """Compare what is selected now; back to the grid where that is not enough, or too much."""
        if self._comparison is None:
            if self._unprepared and self._selection.has_few:
                self._preparing.start()
            return
        keys: list[int] = []
        if self._selection.has_few:
            keys = [key for key in self._selection.selected_keys() if key not in self._taken_out]
        if len(keys) in COMPARABLE:
            self._comparison.set_images(keys)
        else:
            self.leave()

    def _prepare(self) -> None:
        """Make what comparing takes, now that somebody may want to: a part a turn of the loop.

        All at once would hold up painting and input for several times as long as a frame. In a
        thread it would be no better: an import holds the lock of the interpreter nearly throughout.
        """
        self._unprepared.pop(0)()
        if self._unprepared:
            self._preparing.start()

    def _add_spare(self) -> None:
        """Make a pane, unless so many have been needed before that there are enough."""
        if self._window.compare.made < COMPARABLE[-1]:
            self._window.compare.add_spare()

    def _on_images_edited(self, keys: frozenset[int]) -> None:
        if self._comparison is not None:
            self._comparison.look_up()

    def _tell_copied(self, label: str) -> None:
        self._window.notice.tell(translated("compare", "Copied: {label}", label=label))

    def _on_page_changed(self) -> None:
        if not self._window.shows_compare:
            self._end()

    def _end(self) -> None:
        if self._comparison is not None:
            comparison, self._comparison = self._comparison, None
            comparison.close()
            self._selection.narrow(None)
            self.leave()
