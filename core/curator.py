"""Looking after a store's images: trash and annotations."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from core import durable, files
from core.annotations import AnnotationChange, Annotations, annotate
from core.catalog import Catalog
from core.errors import CatalogError, ImageNotFound, StoreError
from core.reader import Reader
from core.records import ImageRecord, ItemResult, OrphanSidecar, TrashReceipt, TrashRemainder
from core.settings import StorageSettings
from core.trash import Trash
from core.trash_entry import TRASH
from core.workers import WorkerPool

log = logging.getLogger(__name__)

T = TypeVar("T")

BATCH = 100


class Curator(Reader):
    """A store whose images can be put into the trash and back, and annotated.

    Images are named by the catalogue's keys, or by their ids; an id stands for every file that
    has it. Each is dealt with on its own: what goes wrong with one is in its result, and stops no
    other. What was begun is finished, whoever is cancelled and before the store closes.
    """

    def __init__(self, settings: StorageSettings, *, workers: WorkerPool | None = None) -> None:
        super().__init__(settings, workers=workers)
        self._trash = Trash(self.base_path)

    async def open(self) -> None:
        """Open the store, and start to index what changed; see :meth:`core.store.Store.open`.

        Where the store can be written, what crashed writers left is put right in the background;
        to a store in which nothing was left, nothing is written.
        """
        if self._opened:
            return
        await super().open()
        if not self.read_only:
            self._begin(asyncio.to_thread(self._sweep))

    # Trash

    async def trash_images(
        self, images: Iterable[int | str], reason: str = ""
    ) -> list[ItemResult[TrashReceipt]]:
        """Move images with their sidecars to the trash, from where they can be restored.

        Args:
            images: Keys, or ids.
            reason: Why, for people.

        Returns:
            A result for each image file, in the order given, whose receipt names the token to
            restore it by. What is not there (any more) has a problem instead.

        Raises:
            CatalogError: The store is not open, or its catalogue cannot be read.
        """

        def move(path: str) -> TrashReceipt:
            located = files.locate_beside(self.base_path, path)
            if located is None:
                raise ImageNotFound(f"The image {self.base_path / path} is not there any more.")
            return self._trash.move(*located, reason, datetime.now())

        return await self._finish(self._change_images(images, move))

    async def restore(self, tokens: Iterable[str]) -> list[ItemResult[TrashReceipt]]:
        """Put images and their sidecars back where they were, byte for byte.

        Args:
            tokens: The tokens of receipts from :meth:`trashed` or :meth:`trash_images`.

        Returns:
            A result for each token; a problem where it is not in the trash any more, or another
            file stands in its place, which then stays as it is.
        """
        return await self._finish(self._restore(list(tokens)))

    async def _restore(self, tokens: list[str]) -> list[ItemResult[TrashReceipt]]:
        results: list[ItemResult[TrashReceipt]] = []
        for start in range(0, len(tokens), BATCH):
            batch = [(token, token) for token in tokens[start : start + BATCH]]
            done = await asyncio.to_thread(_attempt_each, batch, self._trash.restore)
            await self._refresh_with_others([each.value.path for each in done if each.value])
            results += done
        return results

    async def trashed(self) -> Sequence[TrashReceipt]:
        """List what is in the trash, what was put there last first.

        Raises:
            StoreNotFound: The store's folder is not there.
            StoreUnreadable: It may not be read.
        """
        return await asyncio.to_thread(self._trash.list)

    async def empty_trash(
        self, receipts: Iterable[TrashReceipt] | None = None
    ) -> Sequence[TrashRemainder]:
        """Remove these, or all, from the trash for good.

        Returns:
            What remained in the trash, and why; nothing if all went well.

        Raises:
            StoreNotFound: The store's folder is not there.
            StoreUnreadable: It may not be read.
        """
        return await self._finish(asyncio.to_thread(self._trash.empty, receipts))

    # Annotations

    async def annotate(
        self, images: Iterable[int | str], change: AnnotationChange
    ) -> list[ItemResult[Annotations]]:
        """Pin images, rate or tag them, in their sidecars; one is made where there is none.

        Of changes that are made at once, here or in other processes, none is lost.

        Args:
            images: Keys, or ids.
            change: What is to be different.

        Returns:
            A result for each image file, in the order given, with what is said of it now; a
            problem where it is not there (any more) or its sidecar cannot be changed.

        Raises:
            CatalogError: The store is not open, or its catalogue cannot be read.
        """

        def apply(path: str) -> Annotations:
            return annotate(self.base_path, path, change)

        return await self._finish(self._change_images(images, apply))

    # What is known of the store

    async def pinned_images(self) -> int:
        """Count the images that are pinned."""
        return await self._index.read(Catalog.pinned_images)

    async def find_content(self, sha256: str) -> list[ImageRecord]:
        """Return every image whose sidecar says that its bytes have this SHA-256 (hex digits)."""
        return await self._index.read(Catalog.find_content, sha256)

    async def orphans(self) -> list[OrphanSidecar]:
        """Return the sidecars whose image is missing, by path."""
        return await self._index.read(Catalog.orphans)

    async def unknown_files(self) -> dict[str, int]:
        """Count the files that are no business of a store, by the folder of images they are in."""
        return await self._index.read(Catalog.unknown_files)

    async def _change_images(
        self, images: Iterable[int | str], work: Callable[[str], T]
    ) -> list[ItemResult[T]]:
        """Do something with the file of each image, and have the catalogue know of it."""
        named = list(images)
        results: list[ItemResult[T]] = []
        for start in range(0, len(named), BATCH):
            found = await self._paths(named[start : start + BATCH])
            results += await asyncio.to_thread(_attempt_each, found, work)
            await self._refresh_with_others([path for _, path in found if path])
        return results

    async def _paths(self, images: list[int | str]) -> list[tuple[int | str, str | None]]:
        """Look up the files of images, several for some; ``None`` for an image that has none."""
        keys = [image for image in images if isinstance(image, int)]
        by_key = await self._index.read(Catalog.records, keys)
        found: list[tuple[int | str, str | None]] = []
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

    async def _refresh_with_others(self, paths: Collection[str]) -> None:
        """Have the catalogue look at images, and at others of their ids: sidecars may be shared."""
        others: Collection[str] = ()
        with suppress(CatalogError):  # then the next scan mends it
            others = await self._index.read(_of_same_ids, paths)
        await self._index.refresh({*paths, *others})

    def _sweep(self) -> None:
        try:
            if (self.base_path / TRASH).is_dir():
                for problem in self._trash.sweep():
                    log.warning("%s", problem)
            durable.sweep(self.base_path)
        except (StoreError, OSError) as error:
            log.warning("what crashed writers left in %s stays: %s", self.base_path, error)


def _attempt_each(
    subjects: Iterable[tuple[int | str, str | None]], work: Callable[[str], T]
) -> list[ItemResult[T]]:
    return [_attempt(item, subject, work) for item, subject in subjects]


def _attempt(item: int | str, subject: str | None, work: Callable[[str], T]) -> ItemResult[T]:
    if subject is None:
        return ItemResult(item, problem=f"The image {item!r} is not in the store any more.")
    try:
        return ItemResult(item, work(subject))
    except (StoreError, OSError) as error:
        return ItemResult(item, problem=str(error))


def _of_same_ids(catalog: Catalog, paths: Collection[str]) -> set[str]:
    ids = {path.rpartition("/")[2].rpartition(".")[0] for path in paths}
    return {record.path for image_id in ids for record in catalog.find(image_id)}
