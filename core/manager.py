"""The image storage manager: the facade that servers, scripts and the window use."""

from __future__ import annotations

import asyncio
import base64
import logging
import os
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from core import files, layout, sidecar
from core.catalog import Catalog
from core.errors import ImageNotFound, InvalidImageId, SidecarError
from core.events import EventBus, Listener
from core.index import Index
from core.places import store_cache_folder
from core.records import (
    DayImages,
    DayTotal,
    ImageRecord,
    SelectionSummary,
    StoreTotals,
    Thumbnail,
    to_microseconds,
)
from core.settings import StorageSettings
from core.thumbnails import Thumbnails
from core.workers import WorkerPool

log = logging.getLogger(__name__)

Metadata = dict[str, Any]


class ImageStorageManager:
    """One image store: images with their sidecars in a folder, in both layouts.

    A manager belongs to one event loop; its coroutines may run at the same time. Any number of
    managers, processes and other programs may use one store at once. Nothing here blocks the
    loop: files are read in threads; stores are scanned and thumbnails made in worker processes.

    Args:
        settings: Where the store is and how it is kept.
        workers: Worker processes to share with other managers; by default its own, which
            :meth:`close` ends.

    Attributes:
        base_path: The store's folder.
        images_path: The images, in both layouts.
        cache_path: The server's cache; never touched here.
        logs_path: The server's logs; never touched here.
        settings: As given.
    """

    def __init__(self, settings: StorageSettings, *, workers: WorkerPool | None = None) -> None:
        self.settings = settings
        self.base_path = Path(settings.base_path).expanduser()
        self.images_path = self.base_path / "images"
        self.cache_path = self.base_path / "cache"
        self.logs_path = self.base_path / "logs"
        self._cleanup_task_running = False
        self._own_workers = workers is None
        self._workers = workers or WorkerPool()
        self._events = EventBus()
        cache = store_cache_folder(self.base_path)
        self._index = Index(self.base_path, cache, self._workers, self._events)
        self._thumbnails = Thumbnails(self.base_path, cache / "thumbnails.db", self._workers)
        self._opened = False

    # Opening and closing

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

    async def open(self) -> None:
        """Open the store as it is, writing nothing into it, and start to index what changed.

        The catalogue of an earlier session answers at once, while the disk is looked at in the
        background; :meth:`subscribe` tells what is found. An open store stays as it is.

        Raises:
            StoreNotFound: The folder does not exist.
            StoreUnreadable: The folder may not be read.
            CatalogError: The person's cache folder cannot be written.
        """
        if self._opened:
            return
        await asyncio.to_thread(files.check_store, self.base_path)
        await self._index.open()
        self._opened = True
        self._index.rescan()

    async def close(self) -> None:
        """End what is under way and give everything back; a closed store may be closed again."""
        self._opened = False
        await self._thumbnails.close()
        await self._index.close()
        if self._own_workers:
            await self._workers.close()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have ``listener`` called, in the loop's thread, with every event from now on.

        Returns:
            A function that ends the subscription.
        """
        return self._events.subscribe(listener)

    # What servers know: the images by their ids

    async def load_image(self, image_id: str) -> tuple[bytes, Metadata]:
        """Read an image and its metadata.

        Args:
            image_id: The name of the image's file, without its extension.

        Returns:
            The file's bytes as they are, and its sidecar's object. Where the sidecar is missing
            or cannot be used the metadata is ``{"image_id": …, "created_at": "unknown"}``.

        Raises:
            ImageNotFound: No image has this id (also a ``FileNotFoundError``).
            InvalidImageId: No image can have this id (also a ``FileNotFoundError``).
        """
        image, beside = await self._locate(image_id)
        data = await files.read_image(self.base_path, image)
        metadata = await asyncio.to_thread(self._read_sidecar, image_id, beside)
        return data, metadata or {"image_id": image_id, "created_at": "unknown"}

    async def retrieve_image_bytes(self, image_id: str) -> bytes | None:
        """Read an image's bytes as they are; ``None`` if no image has this id."""
        try:
            image, _ = await self._locate(image_id)
            return await files.read_image(self.base_path, image)
        except (ImageNotFound, InvalidImageId):
            return None

    async def retrieve_image_data_url(self, image_id: str) -> str | None:
        """Read an image as ``data:image/…;base64,…``; ``None`` if no image has this id."""
        try:
            image, _ = await self._locate(image_id)
            data = await files.read_image(self.base_path, image)
        except (ImageNotFound, InvalidImageId):
            return None
        encoded = await asyncio.to_thread(base64.b64encode, data)
        return f"data:{layout.mime_type(image)};base64,{encoded.decode('ascii')}"

    async def get_image_metadata(self, image_id: str) -> Metadata | None:
        """Read a sidecar's object; ``None`` if there is no image, no sidecar, or a corrupt one.

        ``image_id`` in it is always the file's own, whatever the sidecar says.
        """
        try:
            _, beside = await self._locate(image_id)
        except (ImageNotFound, InvalidImageId):
            return None
        return await asyncio.to_thread(self._read_sidecar, image_id, beside)

    async def list_images(
        self, days: int | None = None, limit: int | None = None
    ) -> list[Metadata]:
        """List the images' metadata, newest first, in both layouts.

        Which images there are, and their order, comes from the catalogue, which is at most two
        seconds behind the disk; the metadata is read from the sidecars as they are now.

        Args:
            days: Only images made within this many days.
            limit: At most this many.

        Returns:
            A sidecar's object for each image, with at least ``image_id`` and ``created_at``.
        """
        since = None if days is None else to_microseconds(datetime.now() - timedelta(days=days))
        await self._index.fresh()
        records = await self._index.read(Catalog.newest, limit, since)
        return await asyncio.to_thread(lambda: [self._metadata(record) for record in records])

    async def get_recent_images(self, limit: int = 10, days: int = 7) -> list[Metadata]:
        """List at most ``limit`` images made within ``days`` days; see :meth:`list_images`."""
        return await self.list_images(days=days, limit=limit)

    async def get_storage_stats(self) -> Metadata:
        """Say what the store holds, from totals that are kept, not counted.

        Returns:
            ``total_images``; ``storage_usage_mb`` (image files, in units of 1024² bytes, two
            decimals); ``oldest_image`` and ``newest_image`` (ISO 8601 or ``None``);
            ``retention_policy_days``; ``cleanup_last_run`` (``None``: never); ``base_path``;
            ``sidecar_bytes``; ``images_without_sidecar``; ``max_size_gb``.
        """
        await self._index.fresh()
        totals = await self.totals()
        return {
            "total_images": totals.images,
            "storage_usage_mb": round(totals.size_bytes / 1024**2, 2),
            "oldest_image": totals.oldest.isoformat() if totals.oldest else None,
            "newest_image": totals.newest.isoformat() if totals.newest else None,
            "retention_policy_days": self.settings.retention_days,
            "cleanup_last_run": None,
            "base_path": str(self.base_path),
            "sidecar_bytes": totals.sidecar_bytes,
            "images_without_sidecar": totals.without_sidecar,
            "max_size_gb": self.settings.max_size_gb,
        }

    # What a window asks: the catalogue as it is, without waiting for the disk

    @property
    def read_only(self) -> bool:
        """Whether this process may not write into the store's folder."""
        return not os.access(self.base_path, os.W_OK | os.X_OK)

    async def totals(self) -> StoreTotals:
        """Return what the catalogue knows the store to hold."""
        return await self._index.read(Catalog.totals)

    async def day_totals(self) -> list[DayTotal]:
        """Return every day that has images, newest first."""
        return await self._index.read(Catalog.day_totals)

    async def days(self, days: Collection[int] | None = None) -> list[DayImages]:
        """Return the ordered images of these days (``date.toordinal()``), or of all."""
        return await self._index.read(Catalog.days, days)

    async def records(self, keys: Collection[int]) -> dict[int, ImageRecord]:
        """Return the records of these keys; a key of an image that is gone is left out."""
        return await self._index.read(Catalog.records, keys)

    async def summary(self, keys: Collection[int]) -> SelectionSummary | None:
        """Return what these images share and sum up to; ``None`` if all of them are gone."""
        return await self._index.read(Catalog.summary, keys)

    async def sidecar(self, record: ImageRecord) -> Metadata | None:
        """Read an image's sidecar as it is now; ``None`` if it has none.

        Raises:
            SidecarError: The sidecar cannot be read or is not a JSON object; says why.
        """
        if record.sidecar_path is None:
            return None
        return await asyncio.to_thread(self._load_sidecar, record.sidecar_path)

    def thumbnails(
        self, records: Sequence[ImageRecord], edge: int
    ) -> AsyncGenerator[list[Thumbnail], None]:
        """Make thumbnails; see :meth:`core.thumbnails.Thumbnails.stream`."""
        return self._thumbnails.stream(records, edge)

    async def rescan(self, *, full: bool = False) -> None:
        """Bring the catalogue into agreement with the disk and wait until it is.

        Args:
            full: Look at every file, also in folders that seem unchanged.
        """
        await asyncio.wait([self._index.rescan(full=full)])

    async def cancel_scan(self) -> None:
        """End the scan under way; what it has found so far stays."""
        await self._index.cancel()

    # Files

    async def _locate(self, image_id: str) -> tuple[str, str | None]:
        """Return the store-relative paths of an image and of its sidecar, if it has one."""
        layout.validate_image_id(image_id)
        found = await asyncio.to_thread(files.locate, self.base_path, image_id)
        if found is None:  # not where its id says: perhaps filed under another day
            for record in await self._index.read(Catalog.find, image_id):
                found = await asyncio.to_thread(files.locate_beside, self.base_path, record.path)
                if found:
                    break
        if found is None:
            raise ImageNotFound(f"No image {image_id!r} in {self.images_path}")
        return found

    def _load_sidecar(self, path: str) -> Metadata:
        return sidecar.load_object(files.read_sidecar(self.base_path, path))

    def _read_sidecar(self, image_id: str, path: str | None) -> Metadata | None:
        if path is None:
            return None
        try:
            return self._load_sidecar(path) | {"image_id": image_id}
        except SidecarError as error:
            log.warning("%s", error)
            return None

    def _metadata(self, record: ImageRecord) -> Metadata:
        known = {"image_id": record.image_id, "created_at": record.created.isoformat()}
        return known | (self._read_sidecar(record.image_id, record.sidecar_path) or {})
