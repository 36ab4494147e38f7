"""What a person says of images: pinned, a rating, tags."""

from __future__ import annotations

from collections import Counter
from functools import partial

from PySide6.QtCore import QObject

from core.query_terms import TextField
from core.sidecar import HIGHEST_RATING
from gui import aio
from gui.actions import bind
from gui.annotation_edits import Edit, PinEdit, RateEdit, TagEdit
from gui.controllers.annotation_changes import AnnotateChange
from gui.controllers.history import History
from gui.controllers.selection import SelectionController
from gui.controllers.store import OpenStore, StoreController
from gui.controllers.works import WorkController
from gui.dialogs.tags import TagsDialog
from gui.main_window import MainWindow


class AnnotationController(QObject):
    """Pins, rates and tags the selected images, each a change that can be taken back."""

    def __init__(
        self,
        stores: StoreController,
        works: WorkController,
        history: History,
        selection: SelectionController,
        window: MainWindow,
    ) -> None:
        super().__init__(window)
        self._stores = stores
        self._works = works
        self._history = history
        self._selection = selection
        self._window = window
        self._tagging = False
        ratings = range(HIGHEST_RATING + 1)
        acts = {f"rate_{rating}": partial(self.rate, rating) for rating in ratings}
        bind(window.actions_by_id, acts | {"pin": self.pin, "tags": self.tag})

    def pin(self) -> None:
        """Pin the selected images, or no longer."""
        self._say(PinEdit())

    def rate(self, rating: int) -> None:
        """Give the selected images a rating; 0 takes it away."""
        self._say(RateEdit(rating))

    def tag(self) -> None:
        """Ask which tags the selected images are to have."""
        if (store := self._stores.store) is not None and not self._tagging:
            store.tasks.start(self._tag(store))

    async def _tag(self, store: OpenStore) -> None:
        self._tagging = True
        try:
            keys = self._selection.keys()
            counts: Counter[str] = Counter()
            async for record in store.records(keys):
                counts.update(record.tags)
            ordered = dict(counts.most_common())
            known = await store.manager.search_values(TextField.TAG)
            dialog = TagsDialog(ordered, len(keys), known, self._window)
            accepted = await aio.finished(dialog)
            edit = TagEdit(dialog.added, dialog.removed)
            if accepted and (dialog.added or dialog.removed):
                self._history.perform(AnnotateChange(store, self._works, keys, edit))
        finally:
            self._tagging = False

    def _say(self, edit: Edit) -> None:
        if (store := self._stores.store) is not None:
            keys = self._selection.keys()
            self._history.perform(AnnotateChange(store, self._works, keys, edit))
