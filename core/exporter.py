"""Copies images out of a store: byte for byte, and never over another file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import BinaryIO

from core import durable, files, layout
from core.disk_errors import clear_errors
from core.errors import ImageNotFound, StoreError
from core.locate import locate_beside
from core.steps import sync

OURS_ALONE = (layout.IMAGES, layout.METADATA, durable.OURS)
CHUNK = 1024**2

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_SOURCE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def check_target(base: Path, folder: Path) -> None:
    """Make sure that a folder is not one of those in which a store keeps its own files.

    Raises:
        StoreError: It is.
    """
    target = Path(os.path.realpath(folder))
    for name in OURS_ALONE:
        if target.is_relative_to(os.path.realpath(base / name)):
            raise StoreError(
                f"{folder} is in the store's own folder “{name}”: choose a folder outside."
            )


def export(base: Path, image: str, folder: Path, *, sidecar: bool) -> tuple[Path, int]:
    """Copy an image, and its sidecar, into a folder; blocks.

    A copy has its name only when it is whole and on the disk, and the modification time of what
    it is a copy of. Where a file of that name is there, image and sidecar alike get " (2)", …

    Args:
        base: The store's folder.
        image: The image file, relative to the store.
        folder: Where to; it must exist.
        sidecar: Copy the sidecar, too, if there is one.

    Returns:
        The image's copy, and the bytes of the image.

    Raises:
        ImageNotFound: The image is not there (any more).
        StoreNotWritable: The copy cannot be written; nothing is left of it.
        StoreError: The image cannot be read.
    """
    located = locate_beside(base, image)
    if located is None:
        raise ImageNotFound(f"The image {base / image} is not there any more.")
    sources = [path for path in located if path and (sidecar or path == image)]
    name = image.rpartition("/")[2]
    stem = name.rpartition(".")[0]
    endings = [path.rpartition(".")[2] for path in sources]
    with clear_errors(folder / name), ExitStack() as stack:
        target = _open_target(folder)
        stack.callback(os.close, target)
        copies = [stack.enter_context(_copied(base, path, target)) for path in sources]
        size = os.stat(copies[0], dir_fd=target).st_size
        for number in count(1):
            shown = stem if number == 1 else f"{stem} ({number})"
            names = [f"{shown}.{ending}" for ending in endings]
            if _put(target, copies, names):
                break
        sync(target)
        return folder / names[0], size


def _open_target(folder: Path) -> int:
    try:
        return os.open(folder, _FOLDER)
    except (FileNotFoundError, NotADirectoryError):
        raise StoreError(
            f"There is no folder {folder}. If it is on another disk, is that connected?"
        ) from None


@contextmanager
def _copied(base: Path, path: str, target: int) -> Iterator[str]:
    """Copy a file of the store to a temporary one; yields its name."""
    temporary = durable.temporary_name()
    try:
        with _opened(base, path) as source:
            made = os.open(temporary, _NEW, 0o666, dir_fd=target)
            with os.fdopen(made, "wb", buffering=0) as copy:
                shutil.copyfileobj(source, copy, CHUNK)
                found = os.fstat(source.fileno())
                os.utime(made, ns=(found.st_atime_ns, found.st_mtime_ns))
                os.fsync(made)
        yield temporary
    finally:
        with suppress(OSError):  # it has its name, or never was
            os.unlink(temporary, dir_fd=target)


@contextmanager
def _opened(base: Path, path: str) -> Iterator[BinaryIO]:
    *folders, name = files.parts_of(path)
    try:
        with files.open_store(base) as store, files.open_folder(store, "/".join(folders)) as folder:
            source = os.open(name, _SOURCE, dir_fd=folder)
    except OSError as error:
        raise StoreError(f"{base / path} cannot be read: {error.strerror or error}.") from error
    with os.fdopen(source, "rb") as file:
        yield file


def _put(target: int, copies: list[str], names: list[str]) -> bool:
    """Give the copies their names, all or none; ``False`` if one is taken."""
    put: list[str] = []
    try:
        for copy, name in zip(copies, names, strict=True):
            durable.name_file(target, copy, target, name)
            put.append(name)
    except OSError as error:
        for copy, name in zip(copies, put, strict=False):
            with suppress(FileExistsError):  # where a name was moved, not added
                durable.name_file(target, name, target, copy)
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=target)
        if isinstance(error, FileExistsError):
            return False
        raise
    return True
