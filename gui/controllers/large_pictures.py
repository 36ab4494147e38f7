"""Large pictures at hand: the one that is looked at first, then its neighbours."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, Signal

from core.errors import WorkerError
from core.pictures import PROCESSES, LargePicture
from core.records import ImageRecord
from gui.controllers.store import OpenStore
from gui.pictures import Shown, shown_of

MOST_PICTURES: Final = 9
MOST_BYTES: Final = 256_000_000
PATIENCE: Final = 0.5  # seconds that a decoder has before it must make room for what is wanted


@dataclass(frozen=True, slots=True)
class Held:
    """A picture at hand, or why there is none."""

    record: ImageRecord
    shown: Shown | None
    problem: str

    @property
    def size_bytes(self) -> int:
        """Memory that it takes."""
        return self.shown.size_bytes if self.shown else 0


class LargePictures(QObject):
    """Brings pictures in the order in which they are wanted, and keeps a bounded number.

    One process is left for the image that is wanted first; the others follow one after the other.
    What is being decoded when something else is wanted is finished and kept, unless it takes long.

    Signals:
        arrived(int): The picture of this key is at hand.
    """

    arrived = Signal(int)

    def __init__(self, store: OpenStore, parent: QObject) -> None:
        super().__init__(parent)
        self._store = store
        self._held: OrderedDict[int, Held] = OrderedDict()
        self._wanted: Sequence[ImageRecord] = ()
        self._edge = 0
        self._under_way: dict[int, tuple[asyncio.Task[None], float]] = {}

    def __len__(self) -> int:
        """Return how many are at hand."""
        return len(self._held)

    @property
    def busy(self) -> bool:
        """Whether any picture is being decoded."""
        return bool(self._under_way)

    def get(self, key: int) -> Held | None:
        """Return the picture of an image, if it is at hand."""
        if key in self._held:
            self._held.move_to_end(key)
        return self._held.get(key)

    def want(self, records: Sequence[ImageRecord], edge: int) -> None:
        """Bring these, the most wanted first, in place of what was wanted before.

        Args:
            records: The images; those at hand already cost nothing.
            edge: How many pixels the longer side needs to have.
        """
        self._wanted = records
        self._edge = edge
        self._go_on()

    def forget(self, keys: Iterable[int]) -> None:
        """Drop the pictures of images that are no longer what they were."""
        for key in keys:
            self._held.pop(key, None)

    def close(self) -> None:
        """Want nothing any more, and keep nothing."""
        self._wanted = ()
        for task, _ in self._under_way.values():
            task.cancel()
        self._held.clear()

    def _go_on(self) -> None:
        lacking = [record for record in self._wanted if record.key not in self._held]
        self._end_what_takes_long({record.key for record in lacking})
        if not lacking:
            return
        record = lacking[0]
        if record is self._wanted[0]:
            room = len(self._under_way) < PROCESSES
        else:
            room = not self._under_way and self._has_room()
        if room and record.key not in self._under_way:
            self._begin(record)

    def _has_room(self) -> bool:
        """Tell whether one more as large as the first can be kept."""
        held = [self._held[each.key] for each in self._wanted if each.key in self._held]
        return sum(each.size_bytes for each in (*held, held[0])) <= MOST_BYTES

    def _end_what_takes_long(self, wanted: set[int]) -> None:
        for key, (task, began) in self._under_way.items():
            left = began + PATIENCE - time.monotonic()
            if key not in wanted and left <= 0:
                task.cancel()
            elif key not in wanted:
                asyncio.get_running_loop().call_later(left + 0.01, self._go_on)

    def _begin(self, record: ImageRecord) -> None:
        task = self._store.tasks.start(self._bring(record, self._edge))
        self._under_way[record.key] = task, time.monotonic()
        task.add_done_callback(lambda _: self._on_ended(record.key))

    def _on_ended(self, key: int) -> None:
        del self._under_way[key]
        self._go_on()

    async def _bring(self, record: ImageRecord, edge: int) -> None:
        try:
            picture = await self._store.manager.picture(record, edge)
        except WorkerError as error:
            picture = LargePicture(record.key, problem=str(error))
        shown = shown_of(picture) if picture.problem is None else None
        self._held[record.key] = Held(record, shown, picture.problem or "")
        self._held.move_to_end(record.key)
        self._forget_the_oldest()
        self.arrived.emit(record.key)

    def _forget_the_oldest(self) -> None:
        first = self._wanted[0].key if self._wanted else None
        for key in [key for key in self._held if key != first]:
            size_bytes = sum(held.size_bytes for held in self._held.values())
            if len(self._held) <= MOST_PICTURES and size_bytes <= MOST_BYTES:
                return
            del self._held[key]
