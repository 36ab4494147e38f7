"""The image storage manager: the facade that servers, scripts and the window use."""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from core import files, layout, writer
from core.catalog import Catalog
from core.errors import InvalidImageId
from core.housekeeper import Housekeeper
from core.long_work import Progress, ShouldStop, never, untold
from core.saver import Saver
from core.settings import StorageSettings
from core.store import Metadata
from core.workers import WorkerPool

if TYPE_CHECKING:
    from core.import_records import ImportProgress, ImportReport, UndoResult
    from core.import_sources import Source
    from core.importer import Importer

log = logging.getLogger(__name__)


class ImageStorageManager(Housekeeper):
    """One image store: images with their sidecars in a folder, in both layouts.

    A manager belongs to one event loop; its coroutines may run at the same time. Any number of
    managers, processes and other programs may use one store at once. Nothing here blocks the
    loop: files are read and written in threads; stores are scanned and thumbnails made in worker
    processes.

    What returned is on the disk, and in this manager's lists; other managers see it within two
    seconds. A reader finds an image whole or not at all, whatever is done to it meanwhile. What
    writes goes on to its end if its caller is cancelled, and before :meth:`close` returns;
    clean-ups end early instead, after the file they are at. Pinning, trashing, restoring and
    replacing images of one store come one after the other, in whatever processes.

    Args:
        settings: Where the store is and how it is kept.
        workers: Worker processes to share with other managers; by default its own, which
            :meth:`close` ends.

    Attributes:
        base_path: The store's folder.
        images_path: The images, in both layouts.
        cache_path: The server's cache; never touched here.
        logs_path: The server's logs; never touched here.
        settings: As given, or as :meth:`apply` changed them.
    """

    def __init__(self, settings: StorageSettings, *, workers: WorkerPool | None = None) -> None:
        super().__init__(settings, workers=workers)
        self.images_path = self.base_path / "images"
        self.cache_path = self.base_path / "cache"
        self.logs_path = self.base_path / "logs"
        self._saver = Saver(self.base_path, self._index)

    async def initialize(self) -> None:
        """Make the store's folders where they are missing, then open it.

        What cannot be made is logged as a warning; the store can still be read.

        Raises:
            StoreNotFound: There is no folder, and none could be made.
            StoreUnreadable: The folder may not be read.
            CatalogError: The person's cache folder cannot be written.
        """
        folders = (self.images_path, self.cache_path, self.logs_path)
        for problem in await asyncio.to_thread(files.make_folders, folders):
            log.warning("%s; the store is read-only", problem)
        await self.open()

    # Importing

    @cached_property
    def _importer(self) -> Importer:
        # Loaded with its first use: what only shows a store starts faster without.
        from core.importer import Importer

        return Importer(self.base_path, lambda: self.settings, self._index, self._trash)

    async def import_images(
        self,
        sources: Sequence[Source],
        *,
        progress: Callable[[ImportProgress], object] = lambda _: None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> ImportReport:
        """Copy images into the store, each content once; see :meth:`core.importer.Importer.run`.

        Closing the store ends it after the files under way.
        """
        return await self._begin(
            self._importer.run(
                sources,
                progress=progress,
                should_stop=self._until_closed(should_stop),
                closed=self._closed_from_now(),
            )
        )

    async def undo_import(
        self,
        report: ImportReport,
        *,
        progress: Progress = untold,
        should_stop: ShouldStop = never,
    ) -> list[UndoResult]:
        """Move what an import brought to the trash; see :meth:`core.importer.Importer.undo`.

        Closing the store ends it after the images it is at.
        """
        await self._settled()
        stops = self._until_closed(should_stop)
        return await self._finish(self._importer.undo(report, progress=progress, should_stop=stops))

    # Saving and deleting

    def generate_image_id(self) -> str:
        """Make a new image id: ``img_``, the time to the second, and 48 random bits.

        The bits are the operating system's, so no two are alike, in whatever processes.
        """
        return layout.generate_id("img", datetime.now())

    def generate_task_id(self) -> str:
        """Make a new task id; like :meth:`generate_image_id` but for the ``task_``."""
        return layout.generate_id("task", datetime.now())

    def get_image_path(self, image_id: str, file_format: str = "png") -> Path:
        """Return where an image of this id belongs in the dated layout; it need not be there.

        Raises:
            InvalidImageId: No image can have this id (also a ``ValueError``).
            InvalidFormat: There is no such format (also a ``ValueError``).
        """
        extension = layout.validate_format(file_format)
        return self.base_path / layout.default_path(image_id, extension, datetime.now())

    def get_metadata_path(self, image_id: str) -> Path:
        """Return where the sidecar of this id belongs in the dated layout.

        Raises:
            InvalidImageId: No image can have this id (also a ``ValueError``).
        """
        return self.get_image_path(image_id).with_name(image_id + layout.SIDECAR_SUFFIX)

    async def save_image(
        self, data: bytes, metadata: Metadata, file_format: str = "png"
    ) -> tuple[str, Path]:
        """Save an image under a new id, with its sidecar.

        When this returns both are on the disk, and in every list. A crash before that leaves
        the image whole or not at all. If it is cancelled, the image is saved nevertheless.

        Args:
            data: The image file's bytes; they are kept as they are, even if they are no image.
            metadata: What goes into the sidecar: any JSON values. ``image_id``, ``created_at``,
                ``file_info``, ``file_size`` and ``contact_sheet`` are the store's own and are
                left out.
            file_format: "png", "jpg", "jpeg", "webp", "gif", "avif", "tiff", "tif" or "bmp".

        Returns:
            The new id, and the image's file: in the dated layout, or in the flat one where the
            settings say so.

        Raises:
            InvalidFormat: There is no such format (also a ``ValueError``).
            InvalidImageData: ``data`` is not bytes (also a ``ValueError``).
            InvalidMetadata: It cannot be written as a JSON object (also a ``ValueError``).
            StoreNotWritable: They cannot be written (also an ``OSError``); nothing is left.
            StoreNotFound: The store's folder is not there.
        """
        saving = self._saver.save(data, metadata, file_format, self.settings)
        saved = await self._finish(saving)
        return saved.image_id, self.base_path / saved.path

    async def store_image(
        self, image_id: str, data_or_data_url: bytes | str, metadata: Metadata
    ) -> None:
        """Save an image under an id of your own, in the flat layout. Use :meth:`save_image`.

        An image that has this id is replaced. Of several writers of one id, the last one stays.

        Args:
            image_id: 1 to 200 characters that can be a file name.
            data_or_data_url: The image file's bytes, or ``data:image/…;base64,…``.
            metadata: As for :meth:`save_image`.

        Raises:
            InvalidImageId: No image can have this id (also a ``ValueError``).
            InvalidImageData: It is neither bytes nor such a URL (also a ``ValueError``).
            InvalidFormat: The URL is of no format a store can hold (also a ``ValueError``).
            InvalidMetadata: It cannot be written as a JSON object (also a ``ValueError``).
            StoreNotWritable: They cannot be written (also an ``OSError``).
            StoreNotFound: The store's folder is not there.
        """
        warnings.warn(
            "store_image writes the flat layout: use save_image", DeprecationWarning, stacklevel=2
        )
        await self._finish(self._store(image_id, data_or_data_url, metadata))

    async def _store(self, image_id: str, data: bytes | str, metadata: Metadata) -> None:
        mode = self.settings.file_mode
        changed = await asyncio.to_thread(
            writer.store, self.base_path, image_id, data, metadata, mode=mode
        )
        await self._index.refresh(changed)

    async def delete_image(self, image_id: str) -> bool:
        """Delete an image and its sidecar for good: every file of this id, in both layouts.

        Returns:
            Whether there was anything to delete.

        Raises:
            StoreNotWritable: A file cannot be deleted (also an ``OSError``).
            StoreNotFound: The store's folder is not there.
        """
        try:
            layout.validate_image_id(image_id)
        except InvalidImageId:
            return False
        return await self._finish(self._delete(image_id))

    async def _delete(self, image_id: str) -> bool:
        records = await self._index.read(Catalog.find, image_id) if self._opened else []
        known = [record.path for record in records]
        removed = await asyncio.to_thread(writer.delete, self.base_path, image_id, known)
        await self._index.refresh({*known, *removed})
        return bool(removed)
