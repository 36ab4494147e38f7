"""Where an image and its sidecar are in a store, told by the disk itself. All functions block."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from core import files, layout

_EXTENSIONS = (*layout.FORMATS, *(each.upper() for each in layout.FORMATS))


def locate(base: Path, image_id: str) -> tuple[str, str | None] | None:
    """Look for an image where its id says it is.

    Returns:
        The paths of the image and of its sidecar (``None`` if it has none); ``None`` if the
        image is in neither place.

    Raises:
        InvalidImageId: The id cannot be a file name.
    """
    paths = layout.candidate_paths(image_id)
    with files.open_store(base) as store:
        found = next((path for path in paths if _is_file(store, path)), None)
        return None if found is None else (found, _sidecar_of(store, found))


def locate_beside(base: Path, path: str) -> tuple[str, str | None] | None:
    """Like ``locate``, for an image whose path is known but who may be gone."""
    with files.open_store(base) as store:
        return (path, _sidecar_of(store, path)) if _is_file(store, path) else None


def images_of(base: Path, sidecar_path: str) -> Iterator[str]:
    """Look for the images whose sidecar this is, or may be; the extension may be in capitals.

    Raises:
        OSError: It cannot be told.
    """
    folder, _, name = sidecar_path.rpartition("/")
    image_id = name.removesuffix(layout.SIDECAR_SUFFIX)
    folders = [folder]
    if folder == layout.METADATA:
        folders = [layout.IMAGES]
        if moment := layout.id_moment(image_id):
            folders.append(layout.dated_folder(moment))
    for each in folders:
        for extension in _EXTENSIONS:
            path = f"{each}/{image_id}.{extension}"
            if files.stat_file(base, path):
                yield path


def _sidecar_of(store: int, path: str) -> str | None:
    paths = layout.sidecar_paths(path)
    return next((each for each in paths if _is_file(store, each)), None)


def _is_file(store: int, relative: str) -> bool:
    *folders, name = files.parts_of(relative)
    try:
        with files.open_folder(store, "/".join(folders)) as folder:
            return stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:
        return False
