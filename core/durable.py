"""Writing, moving and removing files so that a crash, whenever it comes, tears nothing.

A file gets its name only when all of its bytes are on the disk, and what returned is on the disk
with its name. What a crash leaves at most is a temporary file, which no scan shows and
:func:`core.unfinished.sweep` removes. Paths are relative to the store, with ``/``; no symbolic
link is followed.

All functions block: they run in worker threads. Any number of them, in any number of processes,
may work on one store at once. What cannot be written raises StoreNotWritable with the file's
name, or StoreNotFound where the store's folder is not there.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core import files
from core.disk_errors import clear_errors
from core.steps import Folders, Steps, take

OURS = "contact-sheet"

_is_ours = re.compile(r"\.contact-sheet-[0-9a-f]{16}\.tmp").fullmatch
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS}
_START_WRITING = getattr(os, "POSIX_FADV_DONTNEED", None)


class Unnamed:
    """A new file whose bytes are on their way to the disk, under a temporary name."""

    def __init__(self, path: Path, file: int, folder: int, temporary: str, name: str) -> None:
        self.path = path
        self.file = file
        self.folder = folder
        self._temporary = temporary
        self._name = name

    def take_name(self, *, replace: bool = False) -> None:
        """Give the file its name, which a crash may still take from it.

        Raises:
            FileExistsError: There is one of this name, and it is not to be replaced.
            StoreNotWritable: It cannot be done.
        """
        with clear_errors(self.path):
            if replace:
                os.rename(
                    self._temporary, self._name, src_dir_fd=self.folder, dst_dir_fd=self.folder
                )
            else:
                name_file(self.folder, self._temporary, self.folder, self._name)


def written(*files: Unnamed) -> Steps[None]:
    """Wait until their bytes are on the disk; before that no file must get its name."""
    yield from _synced({each.file: each.path for each in files})


def named(*files: Unnamed) -> Steps[None]:
    """Make sure of all names that were given in the files' folders."""
    yield from _synced({each.folder: each.path for each in files})


def _synced(paths: dict[int, Path]) -> Steps[None]:
    try:
        yield tuple(paths)
    except OSError as error:
        with clear_errors(paths[error.filename]):
            raise


def write_file(
    base: Path, relative: str, data: bytes, *, mode: int = 0o644, replace: bool = False
) -> None:
    """Write a whole file; when this returns it is on the disk. Missing folders are made.

    Args:
        base: The store's folder.
        relative: The file in it.
        data: All of its bytes.
        mode: Its permissions, whatever the process's umask.
        replace: Take the place of a file of this name; readers see the old one or the new one.

    Raises:
        FileExistsError: There is one of this name, and it is not to be replaced.
        StoreNotWritable: It cannot be written; nothing is left of it.
    """
    unchanged = (lambda: True) if replace else None
    with Folders(base) as folders:
        take(writing(folders, base, relative, data, mode=mode, unchanged=unchanged))


def writing(
    folders: Folders,
    base: Path,
    relative: str,
    data: bytes,
    *,
    mode: int = 0o644,
    unchanged: Callable[[], bool] | None = None,
) -> Steps[bool]:
    """Write a whole file as :func:`write_file` does, in steps.

    Args:
        folders: Of the store.
        base: The store's folder.
        relative: The file in it.
        data: All of its bytes.
        mode: Its permissions.
        unchanged: Asked just before the file takes the place of another; without, none may be.

    Returns:
        Whether it was written: ``False`` if ``unchanged`` said no.
    """
    with unnamed(folders, base, relative, data, mode=mode) as file:
        yield from written(file)
        if unchanged is not None and not unchanged():
            return False
        file.take_name(replace=unchanged is not None)
        yield from named(file)
    return True


@contextmanager
def unnamed(
    folders: Folders, base: Path, relative: str, data: bytes, *, mode: int = 0o644
) -> Iterator[Unnamed]:
    """Write a file's bytes, to be named within the context, or never.

    So several files can be made sure of before the first of them shows. The disk begins to write
    at once, while the context does something else. For arguments and errors see :func:`writing`.
    """
    path = base / relative
    temporary = temporary_name()
    with clear_errors(path):
        folder, name = folders.of(relative, make=True)
        try:
            file = os.open(temporary, _NEW, mode, dir_fd=folder)
            try:
                _fill(file, data, mode)
                yield Unnamed(path, file, folder, temporary, name)
            finally:
                os.close(file)
        finally:
            with suppress(OSError):  # put in its place, or for sweep()
                os.unlink(temporary, dir_fd=folder)


def move_file(base: Path, source: str, target: str) -> None:
    """Give a file another path in the same store, whose missing folders are made.

    It is never in neither place: a crash can leave it in both, as one and the same file. Then
    the same move, made again, completes the first.

    Raises:
        FileNotFoundError: There is no such file.
        FileExistsError: There is another file at the target.
        StoreNotWritable: It cannot be moved.
    """
    with Folders(base) as folders:
        take(moving(folders, base, source, target))


def moving(folders: Folders, base: Path, source: str, target: str) -> Steps[None]:
    """Move a file as :func:`move_file` does, in steps."""
    files.parts_of(target)  # a path out of the store is refused before anything is done
    with clear_errors(base / target, base / source):
        before, old = folders.of(source)
        found = os.stat(old, dir_fd=before, follow_symlinks=False)
        if not stat.S_ISREG(found.st_mode):
            raise FileNotFoundError(errno.ENOENT, "it is no plain file")
        if source == target:  # below, its only name would count as the second one
            return
        after, new = folders.of(target, make=True)
        try:
            name_file(before, old, after, new)
        except FileExistsError:
            there = os.stat(new, dir_fd=after, follow_symlinks=False)
            if not os.path.samestat(found, there):
                raise
        yield (after,)
        with suppress(FileNotFoundError):
            os.unlink(old, dir_fd=before)
        yield (before,)


def remove_file(base: Path, relative: str) -> bool:
    """Remove a file for good; ``False`` if it was not there.

    Raises:
        StoreNotWritable: It cannot be removed.
    """
    with Folders(base) as folders:
        return take(removing(folders, base, relative))


def removing(folders: Folders, base: Path, relative: str) -> Steps[bool]:
    """Remove a file as :func:`remove_file` does, in steps."""
    with clear_errors(base / relative):
        try:
            folder, name = folders.of(relative)
            os.stat(name, dir_fd=folder, follow_symlinks=False)  # a full answer if read-only
            os.unlink(name, dir_fd=folder)
        except (FileNotFoundError, NotADirectoryError):
            return False
        yield (folder,)
    return True


def temporary_name() -> str:
    """Make up a name for a file being written, which marks it as one of ours."""
    return f".contact-sheet-{secrets.token_hex(8)}.tmp"


def is_unfinished(name: str) -> bool:
    """Tell whether a file of this name is one that a writer of ours has not finished."""
    return _is_ours(name) is not None


def _fill(file: int, data: bytes, mode: int) -> None:
    with suppress(PermissionError):  # a disk that has no permissions
        os.fchmod(file, mode)
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]
    if _START_WRITING is not None:  # without waiting, and what was not yet written stays cached
        with suppress(OSError):  # advice, which not every disk takes
            os.posix_fadvise(file, 0, 0, _START_WRITING)


def name_file(before: int, old: str, after: int, new: str) -> None:
    """Give a file a name that nobody has; the old one may stay."""
    try:
        os.link(old, new, src_dir_fd=before, dst_dir_fd=after, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # FAT, and some network mounts, where only the look before guards what is there.
        with suppress(FileNotFoundError):
            os.stat(new, dir_fd=after, follow_symlinks=False)
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), new) from None
        os.rename(old, new, src_dir_fd=before, dst_dir_fd=after)
