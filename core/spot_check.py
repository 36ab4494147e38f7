"""Some image files, and nothing else, brought into agreement with the catalogue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path

from core import files, layout
from core.catalog import Catalog
from core.changes import NO_SIDECAR, Applied, FileEntry, FolderChange, ImageFile, ScanTask
from core.folder_scan import run_task
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
        StoreUnreadable: It may not be read, or its disk fails.
        CatalogError: The catalogue is damaged, or cannot be written.
    """
    folders: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for path in paths:
        folder, _, name = path.rpartition("/")
        if parts := layout.image_name(name):
            folders[folder].append((name, *parts))
    with files.open_store(base) as store:
        look_at_place(store, base, catalog.place())
        changes = [_look(catalog, store, folder, named) for folder, named in folders.items()]
    return catalog.apply([change for change in changes if change.rows.count or change.removed])


def _look(
    catalog: Catalog, store: int, path: str, named: list[tuple[str, str, str]]
) -> FolderChange:
    known = {name: entry for name, *_ in named if (entry := _known(catalog, path, name))}
    day = None if path == layout.IMAGES else layout.parse_dated_folder(*path.split("/")[1:])
    with ExitStack() as stack:
        folder = _open(stack, store, path)
        if folder is None:
            return FolderChange(path, removed=list(known.values()))
        images = [
            ImageFile(name, stem, file_format, day is not None and _is_beside(folder, stem))
            for name, stem, file_format in named
        ]
        metadata = _open(stack, store, layout.METADATA)
        task = ScanTask(path, day.toordinal() if day else None, images, known)
        found = run_task(store, metadata, task)
    return FolderChange(path, found.rows, found.replaced, found.removed)


def _known(catalog: Catalog, folder: str, name: str) -> FileEntry | None:
    """What is known of an image; of its sidecar nothing, so that this is read anew."""
    for record in catalog.find(name.rpartition(".")[0]):
        if record.path == f"{folder}/{name}":
            size, changed = record.size_bytes, record.modified_ns
            return FileEntry(record.key, record.day, size, changed, NO_SIDECAR, -1, -1)
    return None


def _is_beside(folder: int, image_id: str) -> bool:
    """Tell whether there is a sidecar beside an image."""
    try:
        files.signature(folder, image_id + layout.SIDECAR_SUFFIX)
    except OSError:
        return False
    return True


def _open(stack: ExitStack, store: int, path: str) -> int | None:
    try:
        return stack.enter_context(files.open_folder(store, path))
    except OSError:
        return None
