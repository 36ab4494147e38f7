"""Where the content of an image is in a store already: in an image, or in the trash."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from core import files
from core.catalog import Catalog
from core.import_sources import Content
from core.index import Index
from core.records import ImageRecord, TrashReceipt
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

    async def find(self, contents: Sequence[Content]) -> dict[str, Known]:
        """Look for the same bytes; images come before what is in the trash.

        Returns:
            Where contents are, by their SHA-256; those that are nowhere are left out.

        Raises:
            CatalogError: The catalogue cannot be used.
            StoreNotFound: The store's folder is not there.
        """
        async with self._lock:
            sizes = {len(content.data) for content in contents} - self._unhashed.keys()
            hashes = [content.sha256 for content in contents]
            hinted, unhashed = await self._index.read(_look_up, hashes, sizes)
            for size, images in unhashed.items():
                hashed = await asyncio.to_thread(self._by_hash, images) if images else {}
                self._unhashed[size] = hashed
            if self._receipts is None:
                self._receipts = await asyncio.to_thread(self._list_trash)
            suspects = {
                content.sha256: hinted[content.sha256] + self._suspects(content)
                for content in contents
            }
            if not any(suspects.values()):
                return {}
            return await asyncio.to_thread(self._find_among, suspects, contents)

    def _list_trash(self) -> dict[int, list[TrashReceipt]]:
        receipts = defaultdict(list)
        for receipt in self._trash.list():
            receipts[receipt.size_bytes].append(receipt)
        return receipts

    def _suspects(self, content: Content) -> list[Known]:
        """Return files that may well hold a content though no sidecar in the store says so."""
        size_bytes = len(content.data)
        unhashed = self._unhashed[size_bytes].get(content.sha256)
        trashed = (self._receipts or {}).get(size_bytes, ())
        return [
            *([unhashed] if unhashed else []),
            *(
                Known(receipt.image_id, receipt.trashed_path, receipt.token)
                for receipt in trashed
                if receipt.sha256 in (None, content.sha256)
            ),
        ]

    def _find_among(
        self, suspects: dict[str, list[Known]], contents: Sequence[Content]
    ) -> dict[str, Known]:
        found = {}
        for content in contents:
            for known in suspects[content.sha256]:
                if self._holds(known, content):
                    found[content.sha256] = known
                    break
        return found

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


def _look_up(
    catalog: Catalog, hashes: Iterable[str], sizes: Iterable[int]
) -> tuple[dict[str, list[Known]], dict[int, list[Known]]]:
    """Return the images whose sidecars tell these hashes, and those of these sizes without any."""
    hinted = {sha256: _known(catalog.find_content(sha256)) for sha256 in hashes}
    return hinted, {size: _known(catalog.unhashed(size)) for size in sizes}


def _known(records: Iterable[ImageRecord]) -> list[Known]:
    return [Known(record.image_id, record.path) for record in records]


def _open(folder: int, name: str, flags: int) -> int:
    return os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
