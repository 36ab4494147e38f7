"""Looking after a store's images: trash and annotations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from core.annotations import AnnotationChange, Annotations, annotate_all
from core.catalog import Catalog
from core.image_work import Changed, ImageWorker, result_of
from core.long_work import LongWork, Outcome, Progress, ShouldStop, never, untold
from core.records import ImageRecord, ItemResult, OrphanSidecar, TrashReceipt, TrashRemainder

T = TypeVar("T")


class Curator(ImageWorker):
    """A store whose images can be put into the trash and back, and annotated."""

    # Trash

    async def trash_images(
        self,
        images: Iterable[int | str],
        reason: str = "",
        *,
        progress: Progress = untold,
        should_stop: ShouldStop = never,
    ) -> list[ItemResult[TrashReceipt]]:
        """Move images with their sidecars to the trash, from where they can be restored.

        Args:
            images: Keys, or ids.
            reason: Why, for people.
            progress: Told how far it is.
            should_stop: Asked before each image.

        Returns:
            A result for each image file, in the order given, whose receipt names the token to
            restore it by. What is not there (any more) has a problem instead.

        Raises:
            CatalogError: The store is not open, or its catalogue cannot be read.
        """
        now = datetime.now()

        def move(paths: Sequence[str]) -> Sequence[Outcome[TrashReceipt]]:
            return self._trash.move_all(paths, reason, now)

        work = self._long_work(_of_receipt, progress, should_stop, "trash")
        return await self._finish(self._change_images(list(images), move, work))

    async def restore(
        self,
        tokens: Iterable[str],
        *,
        progress: Progress = untold,
        should_stop: ShouldStop = never,
    ) -> list[ItemResult[TrashReceipt]]:
        """Put images and their sidecars back where they were, byte for byte.

        Args:
            tokens: The tokens of receipts from :meth:`trashed` or :meth:`trash_images`.
            progress: Told how far it is.
            should_stop: Asked before each image.

        Returns:
            A result for each token; a problem where it is not in the trash any more, or another
            file stands in its place, which then stays as it is.
        """
        work = self._long_work(_of_receipt, progress, should_stop, "restore")
        return await self._finish(self._restore(list(tokens), work))

    async def trashed(self) -> Sequence[TrashReceipt]:
        """List what is in the trash, what was put there last first.

        Raises:
            StoreNotFound: The store's folder is not there.
            StoreUnreadable: It may not be read.
        """
        return await asyncio.to_thread(self._trash.list)

    async def empty_trash(
        self,
        receipts: Iterable[TrashReceipt] | None = None,
        *,
        progress: Progress = untold,
        should_stop: ShouldStop = never,
    ) -> Sequence[TrashRemainder]:
        """Remove these, or all, from the trash for good.

        Args:
            receipts: From :meth:`trashed`; by default all.
            progress: Told how far it is, with the bytes that were freed.
            should_stop: Asked before each image.

        Returns:
            What could not be removed, and why; nothing if all went well.

        Raises:
            StoreNotFound: The store's folder is not there.
            StoreUnreadable: It may not be read.
        """
        chosen = list(await self.trashed() if receipts is None else receipts)
        return await self._finish(self._empty(chosen, progress, should_stop))

    # Annotations

    async def annotate(
        self,
        images: Iterable[int | str],
        change: AnnotationChange,
        *,
        progress: Progress = untold,
        should_stop: ShouldStop = never,
    ) -> list[ItemResult[Annotations]]:
        """Pin images, rate or tag them, in their sidecars; one is made where there is none.

        Of changes that are made at once, here or in other processes, none is lost.

        Args:
            images: Keys, or ids.
            change: What is to be different.
            progress: Told how far it is.
            should_stop: Asked before each image.

        Returns:
            A result for each image file, in the order given, with what is said of it now; a
            problem where it is not there (any more) or its sidecar cannot be changed.

        Raises:
            CatalogError: The store is not open, or its catalogue cannot be read.
        """

        def apply(paths: Sequence[str]) -> Sequence[Outcome[Annotations]]:
            return annotate_all(self.base_path, paths, change)

        work = self._long_work(_of_annotations, progress, should_stop)
        return await self._finish(self._change_images(list(images), apply, work))

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
        self,
        images: list[int | str],
        change: Callable[[Sequence[str]], Sequence[Outcome[T]]],
        work: LongWork[Changed[T]],
    ) -> list[ItemResult[T]]:
        """Do something with the file of each image, and have the catalogue know of it."""
        await self._settled()
        return await self._go_through(images, change, work)

    async def _restore(
        self, tokens: list[str], work: LongWork[Changed[TrashReceipt]]
    ) -> list[ItemResult[TrashReceipt]]:
        def restore(batch: Sequence[str]) -> list[Changed[TrashReceipt]]:
            outcomes = zip(batch, self._trash.restore_all(batch), strict=True)
            done = [result_of(token, outcome) for token, outcome in outcomes]
            return [(each.value.path if each.value else None, each) for each in done]

        await self._settled()
        work.total = len(tokens)
        async with work:
            await work.do(tokens, restore)
        return [result for _, result in work.results]

    async def _empty(
        self, receipts: list[TrashReceipt], progress: Progress, should_stop: ShouldStop
    ) -> list[TrashRemainder]:
        def remove(batch: Sequence[TrashReceipt]) -> list[tuple[TrashReceipt, str | None]]:
            outcomes = self._trash.remove_all([receipt.token for receipt in batch])
            return [
                (receipt, None if isinstance(outcome, bool) else str(outcome))
                for receipt, outcome in zip(batch, outcomes, strict=True)
            ]

        work = LongWork[tuple[TrashReceipt, str | None]](
            len(receipts),
            progress,
            self._until_closed(should_stop),
            size=lambda done: done[0].total_bytes if done[1] is None else 0,
            note=(self.base_path, "empty"),
            closed=self._closed_from_now(),
        )
        await self._settled()
        async with work:
            await work.do(receipts, remove)
        return [TrashRemainder(receipt, why) for receipt, why in work.results if why is not None]


def _of_receipt(changed: Changed[TrashReceipt]) -> int:
    return changed[1].value.size_bytes if changed[1].value else 0


def _of_annotations(_: Changed[Annotations]) -> int:
    return 0
