"""Where the content of an image is in a store already: in an image, or in the trash."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from core import files
from core.catalog import Catalog
from core.import_sources import Content
from core.index import Index
from core.records import TrashReceipt
from core.trash import Trash

_CHUNK_BYTES = 1024 * 1024


class Known(NamedTuple):
    """A file of the store that holds a content; ``token`` if it is in the trash."""

    image_id: str
    path: str
    token: str | None = None


class Duplicates:
    """Finds the files of a store by their content, for one import.

    What a sidecar or a receipt says of a file's hash is only a hint: a file counts when it has the
    same bytes now. Where no hash is known, images of the same size are hashed, each once.

    Args:
        base: The store's folder.
        index: Its catalogue, open.
        trash: Its trash; what was in it at the first call is looked at.
    """

    def __init__(self, base: Path, index: Index, trash: Trash) -> None:
        self._base = base
        self._index = index
        self._trash = trash
        self._receipts: dict[int, list[TrashReceipt]] | None = None
        self._unhashed: dict[int, dict[str, Known]] = {}
        self._lock = asyncio.Lock()  # so that no file is hashed twice at once

    async def find(self, content: Content) -> Known | None:
        """Look for the same bytes; images come before what is in the trash.

        Raises:
            CatalogError: The catalogue cannot be used.
            StoreNotFound: The store's folder is not there.
        """
        size_bytes = len(content.data)
        async with self._lock:
            hinted = await self._index.read(Catalog.find_content, content.sha256)
            images = [Known(record.image_id, record.path) for record in hinted]
            if size_bytes not in self._unhashed:
                others = await self._index.read(Catalog.unhashed, size_bytes)
                found = [Known(record.image_id, record.path) for record in others]
                by_hash = await asyncio.to_thread(self._by_hash, found) if found else {}
                self._unhashed[size_bytes] = by_hash
            if (unhashed := self._unhashed[size_bytes].get(content.sha256)) is not None:
                images.append(unhashed)
            for known in images:
                if await asyncio.to_thread(self._holds, known, content):
                    return known
            if self._receipts is None:
                self._receipts = await asyncio.to_thread(self._list_trash)
            if trashed := self._receipts.get(size_bytes):
                return await asyncio.to_thread(self._find_among, trashed, content)
            return None

    def _list_trash(self) -> dict[int, list[TrashReceipt]]:
        receipts = defaultdict(list)
        for receipt in self._trash.list():
            receipts[receipt.size_bytes].append(receipt)
        return receipts

    def _find_among(self, receipts: list[TrashReceipt], content: Content) -> Known | None:
        for receipt in receipts:
            known = Known(receipt.image_id, receipt.trashed_path, receipt.token)
            if receipt.sha256 in (None, content.sha256) and self._holds(known, content):
                return known
        return None

    def _by_hash(self, found: list[Known]) -> dict[str, Known]:
        hashes: dict[str, Known] = {}
        for known in found:
            sha256 = hashlib.sha256()
            with suppress(OSError):  # gone, or nobody may read it: then it is no duplicate
                for chunk in self._chunks(known.path):
                    sha256.update(chunk)
                hashes[sha256.hexdigest()] = known
        return hashes

    def _holds(self, known: Known, content: Content) -> bool:
        """Compare a file's bytes; one that is gone, or that nobody may read, is no duplicate."""
        done = 0
        with suppress(OSError):
            for chunk in self._chunks(known.path):
                if not content.data.startswith(chunk, done):
                    return False
                done += len(chunk)
            return done == len(content.data)
        return False

    def _chunks(self, path: str) -> Iterator[bytes]:
        *folders, name = files.parts_of(path)
        with (
            files.open_store(self._base) as store,
            files.open_folder(store, "/".join(folders)) as folder,
            io.FileIO(name, opener=partial(_open, folder)) as file,
        ):
            while chunk := file.read(_CHUNK_BYTES):
                yield chunk


def _open(folder: int, name: str, flags: int) -> int:
    return os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
