"""Some image files, and nothing else, brought into agreement with the catalogue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path

from core import files, layout
from core.catalog import Catalog
from core.changes import NO_SIDECAR, Applied, FileEntry, FolderChange
from core.folder_scan import FolderScan
from core.presence import look_at_place


def spot_check(catalog: Catalog, base: Path, paths: Collection[str]) -> Applied:
    """Take over what was just done to these image files and their sidecars, without a scan.

    A file that is known keeps its key, and so it does in every later scan.

    Args:
        catalog: The store's catalogue.
        base: The store's folder.
        paths: Image files, relative to the store; any of them may be gone. Sidecars among them
            are left out.

    Returns:
        What changed in the catalogue.

    Raises:
        StoreNotFound: The store's folder is not there, or an empty one is in its place.
        CatalogError: The catalogue is damaged, or cannot be written.
    """
    folders: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        folder, _, name = path.rpartition("/")
        if layout.image_name(name):
            folders[folder].append(name)
    with files.open_store(base) as store:
        look_at_place(store, base, catalog.place())
        changes = [_look(catalog, store, folder, names) for folder, names in folders.items()]
    return catalog.apply([change for change in changes if change.rows or change.removed])


def _look(catalog: Catalog, store: int, path: str, names: list[str]) -> FolderChange:
    known = {name: entry for name in names if (entry := _known(catalog, path, name))}
    day = None if path == layout.IMAGES else layout.parse_dated_folder(*path.split("/")[1:])
    change = FolderChange(path)
    with ExitStack() as stack:
        folder = _open(stack, store, path)
        if folder is None:
            change.removed = list(known.values())
            return change
        metadata = _open(stack, store, layout.METADATA)
        look_at = names + [name for each in names if (name := _beside(folder, each))]
        scan = FolderScan(path, folder, metadata, day.toordinal() if day else None, known, look_at)
        for before, row in scan.look():
            if row is not None:
                change.rows.append(row)
                if before is not None:
                    change.replaced.append(before)
    change.removed = scan.removed
    return change


def _known(catalog: Catalog, folder: str, name: str) -> FileEntry | None:
    """What is known of an image; of its sidecar nothing, so that this is read anew."""
    for record in catalog.find(name.rpartition(".")[0]):
        if record.path == f"{folder}/{name}":
            size, changed = record.size_bytes, record.modified_ns
            return FileEntry(record.key, record.day, size, changed, NO_SIDECAR, -1, -1)
    return None


def _beside(folder: int, name: str) -> str | None:
    sidecar = name.rpartition(".")[0] + layout.SIDECAR_SUFFIX
    try:
        files.signature(folder, sidecar)
    except OSError:
        return None
    return sidecar


def _open(stack: ExitStack, store: int, path: str) -> int | None:
    try:
        return stack.enter_context(files.open_folder(store, path))
    except OSError:
        return None
