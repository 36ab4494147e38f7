"""Pictures of single images, as large as a screen needs them, from worker processes.

The pixels come through memory that both processes see: a picture of 100 megapixels costs the
reading process a mapping and no copy. That memory is a file without a name (``memfd_create``),
which goes with the last who holds it, however they end.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from core.errors import ThumbnailError, WorkerDied, WorkerError, WorkerTimeout
from core.records import ImageRecord
from core.workers import WorkerPool

TIMEOUT = 60.0  # seconds for one image
PROCESSES = 2  # the image that is looked at never waits for more than half of its neighbours

_Found = tuple[int, int, str, int, int, bool]
_DECODE = "large image"
_FRAMES = "frames"


@dataclass(frozen=True, slots=True)
class LargePicture:
    """An image's pixels, or why there are none.

    Attributes:
        key: The image's key.
        width: Of the pixels here.
        height: Of the pixels here.
        mode: "L", "RGB" or "RGBA" (straight alpha): a byte a letter, rows without gaps between.
        pixels: ``width * height * len(mode)`` bytes that nobody can change; ``None`` if it failed.
        whole_width: Of the whole image, in pixels, upright; 0 if it failed.
        whole_height: Of the whole image, in pixels, upright; 0 if it failed.
        moving: Whether the image is an animation; this is its first frame.
        problem: Why there are no pixels, for people; ``None`` if there are.
    """

    key: int
    width: int = 0
    height: int = 0
    mode: str = ""
    pixels: mmap.mmap | None = None
    whole_width: int = 0
    whole_height: int = 0
    moving: bool = False
    problem: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether these are all pixels that the image has."""
        return (self.width, self.height) == (self.whole_width, self.whole_height)

    @property
    def size_bytes(self) -> int:
        """Memory that it takes."""
        return self.width * self.height * len(self.mode)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of an animation.

    Attributes:
        width: In pixels; of all frames the same.
        height: In pixels.
        pixels: RGBA (straight alpha), a part of the memory that all frames share.
        milliseconds: How long it is shown.
    """

    width: int
    height: int
    pixels: memoryview
    milliseconds: int


class Pictures:
    """Decodes large pictures, in processes of its own: none waits behind thumbnails or a scan.

    Nor do they give way to other programs, as those do that work in the background: a person
    looks at the place where the picture will be.

    It belongs to one event loop, which it never blocks; any number of its tasks may ask at once.
    A task that is cancelled ends what was done for it, and its process, at once. The processes
    start when they are first needed.

    Args:
        base: The store's folder.
    """

    def __init__(self, base: Path) -> None:
        self._base = os.fsencode(base.absolute())
        self._workers = WorkerPool(PROCESSES, niceness=0)

    async def picture(self, record: ImageRecord, edge: int = 0) -> LargePicture:
        """Decode an image, upright and in sRGB.

        Args:
            record: The image.
            edge: How many pixels the longer side needs to have at least, if the image has them;
                0 for all that it has.

        Returns:
            The picture. If the file cannot be shown, or takes longer than ``TIMEOUT``, that is
            its ``problem``.

        Raises:
            WorkerError: No process can be started, or the store is closed.
        """
        with _memory() as (memory, name):
            arguments = (_DECODE, os.fsencode(record.path), self._base, name, edge)
            try:
                try:
                    found = await self._workers.call(*arguments, timeout=TIMEOUT)
                except WorkerDied:  # perhaps the system was short of memory for a moment
                    found = await self._workers.call(*arguments, timeout=TIMEOUT)
            except ThumbnailError as error:
                return LargePicture(record.key, problem=str(error))
            except WorkerTimeout:
                problem = f"Took longer than {TIMEOUT:g} seconds to read"
                return LargePicture(record.key, problem=problem)
            except WorkerDied:
                return LargePicture(record.key, problem="Reading it made the image reader stop")
            width, height, mode, whole_width, whole_height, moving = cast(_Found, found)
            pixels = _mapped(memory, width * height * len(mode))
            return LargePicture(
                record.key, width, height, mode, pixels, whole_width, whole_height, moving
            )

    async def frames(
        self, record: ImageRecord, edge: int, most_bytes: int = 0
    ) -> AsyncGenerator[Frame, None]:
        """Decode an animation, and yield its frames in their order, each once, as they come.

        They share their memory, which is bounded (``core.large_image.FRAMES_BYTES``). Close the
        iterator (``contextlib.aclosing``) where not all are taken.

        Args:
            record: The image.
            edge: How many pixels the longer side of a frame may have.
            most_bytes: A smaller bound of their memory; 0 for none.

        Raises:
            ThumbnailError: The file cannot be shown; the message, for people, says why.
            WorkerError: The process ended in the middle, or none can be started.
        """
        with _memory() as (memory, name):
            arguments = (_FRAMES, os.fsencode(record.path), self._base, name, edge, most_bytes)
            async with aclosing(self._workers.stream(*arguments)) as replies:
                width, height, count = cast(tuple[int, int, int], await anext(replies))
                size = width * height * 4
                pixels = memoryview(_mapped(memory, size * count))
                at = 0
                async for milliseconds in replies:
                    shown = pixels[at : at + size]
                    yield Frame(width, height, shown, cast(int, milliseconds))
                    at += size

    async def close(self) -> None:
        """End what is under way, and the processes."""
        await self._workers.close()


@contextmanager
def _memory() -> Iterator[tuple[int, str]]:
    """Make a file in memory; yields its descriptor, and a name by which a worker can open it."""
    memory = os.memfd_create("picture", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        yield memory, f"/proc/{os.getpid()}/fd/{memory}"
    finally:
        os.close(memory)


def _mapped(memory: int, size: int) -> mmap.mmap:
    """Map what a worker has written.

    It can no longer be made shorter: reading beyond its end would end the reading process, and
    the worker may be in the hands of the file that it read.
    """
    fcntl.fcntl(memory, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
    try:
        return mmap.mmap(memory, size, prot=mmap.PROT_READ)
    except ValueError:
        raise WorkerError("A worker process wrote fewer pixels than it said") from None
