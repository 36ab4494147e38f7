"""A comparison from its beginning to its end: which images, and what is shown of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from math import ceil

from PySide6.QtCore import QObject, Signal

from core.records import ImageRecord
from gui.aio import Latest
from gui.controllers.compare_facts import CompareFacts
from gui.controllers.compare_image import ComparedImage
from gui.controllers.large_pictures import LargePictures
from gui.controllers.store import OpenStore
from gui.models.image_list import ImageListModel
from gui.views.compare_pane import ComparePane
from gui.views.compare_view import CompareView


class Comparison(QObject):
    """Shows images in the panes of a view, and what is known of them in its table.

    Args:
        store: Where they are.
        view: What shows them; it is this comparison's until ``close``.
        images: Their thumbnails and records, as far as they are at hand.
        tell: Called with what goes wrong.
        parent: What it lives as long as, at most.

    Signals:
        current_changed(int): Another image is acted on; its key.
    """

    current_changed = Signal(int)

    def __init__(
        self,
        store: OpenStore,
        view: CompareView,
        images: ImageListModel,
        tell: Callable[[str], object],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._view = view
        self._images = images
        self._tell = tell
        self._looking = Latest(store.tasks)
        self._facts = CompareFacts(store, view.facts)
        self._pictures = LargePictures(store, self)
        self._pictures.arrived.connect(self._on_arrived)
        self._shown: dict[int, ComparedImage] = {}  # by key, in their order
        self._ready = asyncio.Event()
        view.chosen.connect(self._on_chosen)

    @property
    def images(self) -> Sequence[ComparedImage]:
        """The images, in their order."""
        return list(self._shown.values())

    @property
    def is_ready(self) -> bool:
        """Whether every picture is shown, or why there is none."""
        return all(each.is_ready for each in self._shown.values())

    @property
    def current(self) -> int | None:
        """The key of the image that is acted on."""
        pane = self._view.current
        return None if pane is None else self.key_of(pane)

    def key_of(self, pane: ComparePane) -> int | None:
        """Return the key of the image in a pane."""
        return next((key for key, each in self._shown.items() if each.pane is pane), None)

    async def settled(self) -> None:
        """Wait until the pictures, and all that is known of the images, are shown."""
        await self._ready.wait()
        await self._facts.settled()

    def set_images(self, keys: Sequence[int]) -> None:
        """Show these images, two to four, in this order; what is shown of them already stays."""
        current = self._next_current(keys)
        before, self._shown = self._shown, {}
        for key in keys:
            self._shown[key] = before[key] if key in before else self._new()
        panes = {key: each.pane for key, each in self._shown.items()}
        self._view.set_panes(list(panes.values()), panes[current])
        for key, each in before.items():
            if key not in panes:
                each.let_go()
        known = {key: record for key in keys if (record := self._images.record(key))}
        self._show(known)
        if len(known) < len(keys):
            self.look_up()

    def look_up(self) -> None:
        """Ask again what is known of the images."""
        self._looking.start(self._look_up(list(self._shown)))

    def step(self, count: int) -> None:
        """Act on the image so many further, or back."""
        panes = [each.pane for each in self._shown.values()]
        if self._view.current in panes:
            at = panes.index(self._view.current) + count
            self._view.choose(panes[min(max(at, 0), len(panes) - 1)])

    def close(self) -> None:
        """End everything, and give the view back."""
        shown, self._shown = self._shown, {}
        self._looking.cancel()
        self._pictures.close()
        self._facts.close()
        for each in shown.values():
            each.let_go()
        self._view.clear()
        self._ready.set()
        self.deleteLater()

    def _next_current(self, keys: Sequence[int]) -> int:
        """Return the image acted on; where it is gone, the next of these, or the one before."""
        before, current = list(self._shown), self.current
        at = before.index(current) if current is not None else 0
        return next((key for key in (*before[at:], *before[:at][::-1]) if key in keys), keys[0])

    def _new(self) -> ComparedImage:
        pane = self._view.take_pane()
        return ComparedImage(self._store, self._pictures, self._images, pane, self._tell)

    def _on_chosen(self) -> None:
        if (key := self.current) is not None:
            self.current_changed.emit(key)
            self._show_facts()

    async def _look_up(self, keys: Sequence[int]) -> None:
        records = await self._store.manager.records(keys)
        self._images.set_records(records)
        self._show(records)

    def _show(self, records: Mapping[int, ImageRecord]) -> None:
        """Show these images, or what is new of them."""
        for key, record in records.items():
            if key in self._shown:
                self._shown[key].follow(record, len(self._shown))
        edge = max(max(each.pane.canvas.zoom.view) for each in self._shown.values())
        known = self._known()
        self._pictures.want(known, ceil(edge), seen=len(known))
        self._show_facts()

    def _known(self) -> list[ImageRecord]:
        records = [each.record for each in self._shown.values()]
        return [record for record in records if record is not None]

    def _on_arrived(self, key: int) -> None:
        if key in self._shown and self._shown[key].look():
            self._view.line_up(self._shown[key].pane)
            self._show_facts()

    def _show_facts(self) -> None:
        if self.is_ready:
            self._ready.set()
        else:
            self._ready.clear()
        known, current = self._known(), self.current
        if current is not None and len(known) == len(self._shown):
            seen = {key: found for key, each in self._shown.items() if (found := each.seen)}
            self._facts.show(known, seen, list(self._shown).index(current))
