"""Reading a store as servers do: images by their ids, lists, and statistics."""

from __future__ import annotations

import asyncio
import base64
import logging
from datetime import datetime, timedelta

from core import files, layout
from core.catalog import Catalog
from core.errors import ImageNotFound, InvalidImageId, SidecarError
from core.locate import locate, locate_beside
from core.prune_log import PruneLog
from core.records import ImageRecord, to_microseconds
from core.store import Metadata, Store

log = logging.getLogger(__name__)


class Reader(Store):
    """A store whose images are known by their ids, wherever their files are."""

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
        since = None if days is None else _moment_before(datetime.now(), days)
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
            ``retention_policy_days``; ``cleanup_last_run`` (ISO 8601, ``None``: never);
            ``base_path``; ``sidecar_bytes``; ``images_without_sidecar``; ``max_size_gb``.
        """
        await self._index.fresh()
        totals = await self.totals()
        last_run = await asyncio.to_thread(PruneLog(self.base_path).last_run)
        return {
            "total_images": totals.images,
            "storage_usage_mb": round(totals.size_bytes / 1024**2, 2),
            "oldest_image": totals.oldest.isoformat() if totals.oldest else None,
            "newest_image": totals.newest.isoformat() if totals.newest else None,
            "retention_policy_days": self.settings.retention_days,
            "cleanup_last_run": last_run.isoformat() if last_run else None,
            "base_path": str(self.base_path),
            "sidecar_bytes": totals.sidecar_bytes,
            "images_without_sidecar": totals.without_sidecar,
            "max_size_gb": self.settings.max_size_gb,
        }

    # Files

    async def _locate(self, image_id: str) -> tuple[str, str | None]:
        """Return the store-relative paths of an image and of its sidecar, if it has one."""
        layout.validate_image_id(image_id)
        found = await asyncio.to_thread(locate, self.base_path, image_id)
        if found is None:  # not where its id says: perhaps filed under another day
            for record in await self._index.read(Catalog.find, image_id):
                found = await asyncio.to_thread(locate_beside, self.base_path, record.path)
                if found:
                    break
        if found is None:
            raise ImageNotFound(f"No image {image_id!r} in {self.base_path}")
        return found

    def _read_sidecar(self, image_id: str, path: str | None) -> Metadata | None:
        if path is None:
            return None
        try:
            return self._load_sidecar(path) | {"image_id": image_id}
        except SidecarError as error:
            log.warning("%s: %s", self.base_path / path, error)
            return None

    def _metadata(self, record: ImageRecord) -> Metadata:
        known = {"image_id": record.image_id, "created_at": record.created.isoformat()}
        return known | (self._read_sidecar(record.image_id, record.sidecar_path) or {})


def _moment_before(now: datetime, days: int) -> int:
    """Return the moment so many days ago, in microseconds from 1970; at most the first of all."""
    try:
        return to_microseconds(now - timedelta(days=days))
    except OverflowError:
        return to_microseconds(datetime(1, 1, 1))
