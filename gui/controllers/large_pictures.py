"""Large pictures at hand: the one that is looked at first, then its neighbours."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, QSize, Signal

from core.errors import WorkerError
from core.pictures import PROCESSES, LargePicture
from core.records import ImageRecord
from gui.controllers.store import OpenStore
from gui.models.image_list import ImageListModel
from gui.pictures import Shown, shaped_like, shown_of
from gui.views.canvas import PictureCanvas

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


@dataclass(frozen=True, slots=True)
class _Begun:
    """A picture that is being decoded, and since when."""

    record: ImageRecord
    task: asyncio.Task[None]
    at: float


def is_same_file(one: ImageRecord, other: ImageRecord) -> bool:
    """Tell whether two records are of the same state of the same image file."""
    states = [(each.key, each.path, each.size_bytes, each.modified_ns) for each in (one, other)]
    return states[0] == states[1]


class LargePictures(QObject):
    """Brings pictures in the order in which they are wanted, and keeps a bounded number.

    One process is left for the image that is wanted first; the others follow one after the other.
    What is being decoded when something else is wanted is finished and kept, unless it takes long
    or its file is another by now.

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
        self._seen = 1
        self._under_way: dict[int, _Begun] = {}

    def __len__(self) -> int:
        """Return how many are at hand."""
        return len(self._held)

    @property
    def busy(self) -> bool:
        """Whether any picture is being decoded."""
        return bool(self._under_way)

    def get(self, record: ImageRecord) -> Held | None:
        """Return the picture of an image as its file is now, if it is at hand."""
        held = self._at_hand(record)
        if held is not None:
            self._held.move_to_end(record.key)
        return held

    def want(self, records: Sequence[ImageRecord], edge: int, seen: int = 1) -> None:
        """Bring these, the most wanted first, in place of what was wanted before.

        Args:
            records: The images; those at hand already cost nothing.
            edge: How many pixels the longer side needs to have.
            seen: How many of them, from the first, are looked at now; the others may be next.
        """
        self._wanted = records
        self._seen = seen
        self._edge = edge
        self._go_on()

    def forget(self) -> None:
        """Keep none of the pictures at hand."""
        self._held.clear()

    def close(self) -> None:
        """Want nothing any more, and keep nothing."""
        self._wanted = ()
        for begun in self._under_way.values():
            begun.task.cancel()
        self.forget()

    def _at_hand(self, record: ImageRecord) -> Held | None:
        held = self._held.get(record.key)
        return held if held is not None and is_same_file(held.record, record) else None

    def _go_on(self) -> None:
        lacking = [record for record in self._wanted if self._at_hand(record) is None]
        self._end_what_takes_long({record.key: record for record in lacking})
        if not lacking:
            return
        seen = {record.key for record in self._wanted[: self._seen]}
        for record in lacking:
            if record.key in self._under_way:
                continue
            if record.key in seen:
                room = len(self._under_way) < PROCESSES
            else:
                room = not self._under_way and self._has_room()
            if not room:
                return
            self._begin(record)

    def _has_room(self) -> bool:
        """Tell whether one more as large as the first can be kept."""
        held = [each for record in self._wanted if (each := self._at_hand(record)) is not None]
        return sum(each.size_bytes for each in (*held, held[0])) <= MOST_BYTES

    def _end_what_takes_long(self, wanted: Mapping[int, ImageRecord]) -> None:
        """End what nobody waits for any more, and at once what shows a file that has changed."""
        for key, begun in self._under_way.items():
            left = begun.at + PATIENCE - time.monotonic()
            if key in wanted:
                if not is_same_file(wanted[key], begun.record):
                    begun.task.cancel()
            elif left <= 0:
                begun.task.cancel()
            else:
                asyncio.get_running_loop().call_later(left + 0.01, self._go_on)

    def _begin(self, record: ImageRecord) -> None:
        task = self._store.tasks.start(self._bring(record, self._edge))
        self._under_way[record.key] = _Begun(record, task, time.monotonic())
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
        seen = {record.key for record in self._wanted[: self._seen]}
        for key in [key for key in self._held if key not in seen]:
            size_bytes = sum(held.size_bytes for held in self._held.values())
            if len(self._held) <= MOST_PICTURES and size_bytes <= MOST_BYTES:
                return
            del self._held[key]


def show_held(canvas: PictureCanvas, held: Held) -> None:
    """Show a picture that is at hand, or why there is none."""
    if held.shown is not None:
        canvas.show_picture(held.shown)
    else:
        canvas.show_problem(held.problem)


def show_stand_in(canvas: PictureCanvas, record: ImageRecord, images: ImageListModel) -> bool:
    """Show an image's thumbnail as large as the image will be; tell whether there is one."""
    picture = images.picture(record.key)
    pixmap = picture.pixmap if picture is not None else None
    whole = QSize(record.width, record.height)
    if pixmap is not None:
        whole = shaped_like(pixmap, whole)
    canvas.show_stand_in(pixmap, whole)
    return pixmap is not None
