"""Work on the images of a store, as callers name them; export is such work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from core import exporter
from core.catalog import Catalog
from core.errors import CatalogError, ImageNotFound, StoreError
from core.interrupted import take_interrupted
from core.long_work import LongWork, Outcome, Progress, ShouldStop, never, untold
from core.ordering import Ordering
from core.reader import Reader
from core.records import InterruptedWork, ItemResult
from core.settings import StorageSettings
from core.sweeper import Sweeper
from core.trash import Trash
from core.workers import WorkerPool

T = TypeVar("T")
Named = tuple[int | str, str | None]  # an image as the caller names it, and its path
Changed = tuple[str | None, ItemResult[T]]  # the path of an image, and what came of it

LOOKUPS = 100  # images looked up in the catalogue at a time


class ImageWorker(Reader):
    """A store with work on many of its images, one batch after the other.

    Images are named by the catalogue's keys, or by their ids; an id stands for every file that
    has it. Each is dealt with on its own: what goes wrong with one is in its result, and stops no
    other. What was begun is finished, whoever is cancelled. It ends early where ``should_stop``,
    which is asked before each item in any thread, says so, and when the store closes: what was
    not begun then has no result. ``progress`` is told after every few items, in the loop's
    thread; subscribers hear of images as they come and go.
    """

    def __init__(self, settings: StorageSettings, *, workers: WorkerPool | None = None) -> None:
        super().__init__(settings, workers=workers)
        self._trash = Trash(self.base_path)
        self._sweeper = Sweeper(self.base_path, self._trash)

    async def open(self) -> None:
        """Open the store, and start to index what changed; see :meth:`core.store.Store.open`.

        Where the store can be written, what crashed writers left is put right in the background:
        in the trash at once, elsewhere after a while. To a store in which nothing was left,
        nothing is written.
        """
        if self._opened:
            return
        await super().open()
        if not self.read_only:
            self._sweeper.start()

    async def close(self) -> None:
        """End what is under way and give everything back; a closed store may be closed again."""
        await super().close()
        await self._sweeper.close()

    def ordering(self) -> Ordering:
        """Return what puts images in another order than that of their days; close it after use."""
        return Ordering(self._index, self._events)

    async def interrupted(self) -> list[InterruptedWork]:
        """Return what long work a process did not live to end, oldest first, and forget it.

        Each is told once, in whatever process. How much of it was done is not known; what was
        done is whole, and the rest is as it was.

        Raises:
            StoreNotFound: The store's folder is not there.
            StoreUnreadable: It may not be read.
        """
        return await asyncio.to_thread(take_interrupted, self.base_path)

    async def export_images(
        self,
        images: Iterable[int],
        folder: Path,
        *,
        sidecars: bool = True,
        progress: Progress = untold,
        should_stop: ShouldStop = never,
    ) -> list[ItemResult[Path]]:
        """Copy images into a folder, byte for byte, under their own names.

        Nothing there is overwritten: where a name is taken, image and sidecar alike get " (2)".
        A copy has its name only when it is whole and on the disk.

        Args:
            images: Keys.
            folder: Where to; it must exist.
            sidecars: Copy their sidecars, too.
            progress: Told how far it is, after each image.
            should_stop: Asked before each image.

        Returns:
            A result for each image, in the order given, with its copy; a problem where it is not
            there (any more) or cannot be copied.

        Raises:
            StoreError: The folder is one of those in which the store keeps its own files.
            CatalogError: The store is not open, or its catalogue cannot be read.
        """
        await asyncio.to_thread(exporter.check_target, self.base_path, folder)

        def copy(paths: Sequence[str]) -> Sequence[Outcome[tuple[Path, int]]]:
            return [self._export(path, folder, sidecars) for path in paths]

        work = LongWork[Changed[tuple[Path, int]]](
            0, progress, self._until_closed(should_stop), size=_of_copy, at_once=1
        )
        done = await self._finish(self._go_through(list(images), copy, work))
        return [
            ItemResult(each.item, each.value[0] if each.value else None, each.problem)
            for each in done
        ]

    def _long_work(
        self,
        size: Callable[[Changed[T]], int],
        progress: Progress,
        should_stop: ShouldStop,
        kind: str | None = None,
    ) -> LongWork[Changed[T]]:
        return LongWork(
            0,
            progress,
            self._until_closed(should_stop),
            tell=self._refresh_changed,
            size=size,
            note=(self.base_path, kind) if kind else None,
            closed=self._closed_from_now(),
        )

    def _closed_from_now(self) -> ShouldStop:
        """Return what tells whether the store, if it is open, is not any more."""
        return (lambda: not self._opened) if self._opened else never

    def _until_closed(self, should_stop: ShouldStop) -> ShouldStop:
        closed = self._closed_from_now()
        return lambda: closed() or should_stop()

    async def _go_through(
        self,
        images: Sequence[int | str],
        change: Callable[[Sequence[str]], Sequence[Outcome[T]]],
        work: LongWork[Changed[T]],
    ) -> list[ItemResult[T]]:
        work.total = len(images)
        async with work:
            for start in range(0, len(images), LOOKUPS):
                named = images[start : start + LOOKUPS]
                found = await self._paths(named)
                work.total += len(found) - len(named)
                if not await work.do(found, lambda batch: _attempt(batch, change)):
                    break
        return [result for _, result in work.results]

    async def _settled(self) -> None:
        if self._opened and not self.read_only:
            await self._sweeper.settled()

    def _export(self, path: str, folder: Path, sidecar: bool) -> Outcome[tuple[Path, int]]:
        try:
            return exporter.export(self.base_path, path, folder, sidecar=sidecar)
        except (StoreError, OSError) as error:
            return error

    async def _paths(self, images: Sequence[int | str]) -> list[Named]:
        """Look up the files of images, several for some; ``None`` for an image that has none."""
        keys = [image for image in images if isinstance(image, int)]
        by_key = await self._index.read(Catalog.records, keys)
        found: list[Named] = []
        for image in images:
            if isinstance(image, int):
                paths = [by_key[image].path] if image in by_key else []
            else:
                paths = await self._paths_of_id(image)
            found += [(image, path) for path in paths] or [(image, None)]
        return found

    async def _paths_of_id(self, image_id: str) -> list[str]:
        known = [record.path for record in await self._index.read(Catalog.find, image_id)]
        try:
            located, _ = await self._locate(image_id)  # perhaps it came a moment ago
        except (ImageNotFound, ValueError):
            return known
        return list(dict.fromkeys([*known, located]))

    async def _refresh_changed(self, changed: Sequence[Changed[Any]]) -> None:
        """Have the catalogue look at images, and at others of their ids: sidecars may be shared."""
        paths = {path for path, _ in changed if path}
        others: Collection[str] = ()
        with suppress(CatalogError):  # then the next scan mends it
            others = await self._index.read(_of_same_ids, paths)
        await self._index.refresh(paths.union(others))


def _attempt(
    batch: Sequence[Named], change: Callable[[Sequence[str]], Sequence[Outcome[T]]]
) -> list[Changed[T]]:
    outcomes = iter(change([path for _, path in batch if path is not None]))
    return [
        (path, result_of(item, next(outcomes) if path else _gone(item))) for item, path in batch
    ]


def _gone(item: int | str) -> ImageNotFound:
    named = f"The image {item!r}" if isinstance(item, str) else "An image"  # a key says nothing
    return ImageNotFound(f"{named} is not in the store any more.")


def result_of(item: int | str, outcome: Outcome[T]) -> ItemResult[T]:
    """Make the result of an outcome."""
    if isinstance(outcome, StoreError | OSError):
        return ItemResult(item, problem=str(outcome))
    return ItemResult(item, outcome)


def _of_copy(changed: Changed[tuple[Path, int]]) -> int:
    return changed[1].value[1] if changed[1].value else 0


def _of_same_ids(catalog: Catalog, paths: Collection[str]) -> set[str]:
    ids = {path.rpartition("/")[2].rpartition(".")[0] for path in paths}
    return {record.path for image_id in ids for record in catalog.find(image_id)}
