"""The disk: listings, signatures and whole reads, none of which leaves the store.

Paths are relative to the store, with ``/``. A symbolic link is never followed, neither as the
last part of a path nor before it, so nothing outside the store is ever read; only the store's own
folder may be a link. All functions but ``read_image`` block: they run in worker threads and
processes. Reading errors are ``OSError`` as the system raises them.
"""

from __future__ import annotations

import errno
import logging
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from core.errors import ImageNotFound, SidecarError, StoreNotFound, StoreUnreadable
from core.sidecar import LARGEST_SIDECAR

log = logging.getLogger(__name__)

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# O_NONBLOCK: opening a named pipe must not wait for somebody to write into it.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Signature(NamedTuple):
    """What tells that a file changed: its size in bytes and modification time in nanoseconds."""

    size_bytes: int
    modified_ns: int


class Listing(NamedTuple):
    """The regular files and the real folders in a folder; links and the rest are left out."""

    files: list[str]
    folders: list[str]


@contextmanager
def open_store(base: Path) -> Iterator[int]:
    """Hold the store's folder open; yields its descriptor, for the functions below.

    Raises:
        StoreNotFound: It does not exist, or is not a folder.
        StoreUnreadable: It may not be read.
    """
    try:
        store = os.open(base, _FOLDER)
    except FileNotFoundError:
        raise StoreNotFound(
            f"There is no folder {base}. If it is on another disk, is that connected?"
        ) from None
    except NotADirectoryError:
        raise StoreNotFound(f"{base} is a file. Open the folder that holds “images”.") from None
    except OSError as error:
        raise unreadable(base, error) from None
    try:
        try:
            os.stat(".", dir_fd=store)  # one that may be listed but not entered is of no use
        except OSError as error:
            raise unreadable(base, error) from None
        yield store
    finally:
        os.close(store)


def unreadable(folder: Path, error: OSError) -> StoreUnreadable:
    """Return what says that the store's folder, or its folder of images, is there but not read."""
    if isinstance(error, PermissionError):
        return StoreUnreadable(f"You may not read the folder {folder}. Ask who owns it.")
    return StoreUnreadable(f"The folder {folder} cannot be read: {error.strerror or error}.")


def is_still_there(store: int, base: Path) -> bool:
    """Tell whether ``base`` is still the folder that was opened (no disk came or went)."""
    try:
        return os.path.samestat(base.stat(), os.fstat(store))
    except OSError:
        return False


def parts_of(relative: str) -> list[str]:
    """Split a path into its parts.

    Raises:
        ValueError: It is absolute, empty, or could leave the store.
    """
    parts = relative.split("/")
    if any(part in ("", ".", "..") or "\0" in part for part in parts):
        raise ValueError(f"{relative!r} is not a path inside a store.")
    return parts


@contextmanager
def open_folder(store: int, relative: str) -> Iterator[int]:
    """Hold a folder of the store open; yields its descriptor. No part of it may be a link."""
    folder = _descend(store, parts_of(relative))
    try:
        yield folder
    finally:
        os.close(folder)


def _descend(store: int, parts: list[str]) -> int:
    folder = os.dup(store)
    for part in parts:
        try:
            inner = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
        finally:
            os.close(folder)
        folder = inner
    return folder


def folder_mtime(store: int, relative: str) -> int:
    """Return a folder's modification time in nanoseconds.

    Raises:
        NotADirectoryError: It is something else, or a link.
    """
    found = os.stat(relative, dir_fd=store, follow_symlinks=False)
    if not stat.S_ISDIR(found.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, "it is no folder, or only a link to one")
    return found.st_mtime_ns


def folder_times(folder: int) -> Iterator[tuple[str, int | OSError]]:
    """Yield the names of the folders in an open folder that are numbers.

    With each comes its modification time in nanoseconds, or why that cannot be told. A folder is
    looked at from the one it is in: of a whole path the system would look at each part.
    """
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.isdigit() and name.isascii() and entry.is_dir(follow_symlinks=False):
                try:
                    yield name, entry.stat(follow_symlinks=False).st_mtime_ns
                except OSError as error:
                    yield name, error


def list_folder(folder: int) -> Listing:
    """List an open folder, in no particular order."""
    files: list[str] = []
    folders: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file(follow_symlinks=False):
                files.append(entry.name)
            elif entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
    return Listing(files, folders)


def names_in(folder: int) -> list[str]:
    """Return the names of all that is in an open folder, whatever it is; quicker than listing."""
    return os.listdir(folder)


def walk(store: int, folders: Iterable[str]) -> Iterator[tuple[str, int, list[str]]]:
    """Go through some folders of the store and all in them; links are not followed.

    Yields each folder's path, its descriptor, which is closed after its turn, and the names of
    its files. A folder that cannot be read is logged and left out.
    """
    waiting = list(folders)
    while waiting:
        path = waiting.pop()
        try:
            with open_folder(store, path) as folder:
                found = list_folder(folder)
                yield path, folder, found.files
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            log.warning("the folder %s cannot be read: %s", path, error.strerror)
            continue
        waiting += [f"{path}/{name}" for name in found.folders]


def signature(folder: int, name: str) -> Signature:
    """Return the signature of a file in an open folder."""
    found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    return Signature(found.st_size, found.st_mtime_ns)


def read_file(folder: int, name: str, limit: int) -> tuple[bytes | None, Signature]:
    """Read a whole file in an open folder, and tell its signature from before reading.

    What has more than ``limit`` bytes is not read: then the data is ``None``.
    """
    file = os.open(name, _FILE, dir_fd=folder)
    try:
        found = os.fstat(file)
        if found.st_size > limit:
            return None, Signature(found.st_size, found.st_mtime_ns)
        data = os.read(file, found.st_size)
        while len(data) < found.st_size and (more := os.read(file, found.st_size - len(data))):
            data += more
        return data, Signature(found.st_size, found.st_mtime_ns)
    finally:
        os.close(file)


def check_store(base: Path) -> None:
    """Make sure that a store's folder is there and can be listed.

    Raises:
        StoreNotFound: It does not exist, or is not a folder.
        StoreUnreadable: It may not be read.
    """
    with open_store(base):
        pass


def make_folders(folders: Iterable[Path]) -> list[str]:
    """Make the folders that are missing; returns why some could not be made, for people."""
    problems = []
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            problems.append(f"The folder {folder} cannot be made: {error.strerror or error}")
    return problems


def stat_file(base: Path, relative: str) -> os.stat_result | None:
    """Look at a plain file; ``None`` if there is none, or it could be reached only through a link.

    Raises:
        OSError: It cannot be told.
    """
    *folders, name = parts_of(relative)
    try:
        with open_store(base) as store, open_folder(store, "/".join(folders)) as folder:
            found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except StoreNotFound:
        raise
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found if stat.S_ISREG(found.st_mode) else None


def read_sidecar(base: Path, relative: str) -> bytes:
    """Read a sidecar's bytes.

    Raises:
        SidecarError: It cannot be read, or is too large; the message names it.
    """
    path = base / relative
    *folders, name = parts_of(relative)
    try:
        with open_store(base) as store, open_folder(store, "/".join(folders)) as folder:
            data, _ = read_file(folder, name, LARGEST_SIDECAR)
    except OSError as error:
        raise SidecarError(
            f"The sidecar {path} cannot be read: {error.strerror or error}."
        ) from None
    if data is None:
        raise SidecarError(f"The sidecar {path} is larger than {LARGEST_SIDECAR // 1024**2} MB.")
    return data


async def read_image(base: Path, relative: str) -> bytes:
    """Read a whole image file of the store, without blocking the event loop.

    Raises:
        ImageNotFound: It is not there (any more), or could be reached only through a link.
        OSError: It cannot be read.
    """
    import aiofiles  # here: what only lists a store starts faster without

    *folders, name = parts_of(relative)

    def opener(_: str, flags: int) -> int:
        with open_store(base) as store, open_folder(store, "/".join(folders)) as folder:
            return os.open(name, flags | _FILE, dir_fd=folder)

    try:
        async with aiofiles.open(name, "rb", opener=opener) as file:
            return await file.read()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ImageNotFound(f"The image {base / relative} is not there any more.") from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise ImageNotFound(f"{base / relative} is a link; links are not followed.") from error
        raise
