"""Changes of one store that take their steps together, and so wait for the disk together.

A change is a generator: it yields the descriptors of the files and folders that have to be on
the disk before it goes on. Several changes that run side by side go on when all they wait for is
there; what several wait for is synced once. If it cannot be synced, they are thrown an OSError
whose ``filename`` is its descriptor.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from core import files
from core.errors import StoreError

T = TypeVar("T")
Steps = Generator[tuple[int, ...], None, T]

AT_ONCE = 16  # changes that are made together, and for which a store is locked once
SYNCED_AT_ONCE = 8  # so that the disk's cache is flushed once for several

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_SYNC = {errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS}


class _Threads:
    """Where files are synced; a forked process gets threads of its own, for it has not these."""

    def __init__(self) -> None:
        self.renew()
        os.register_at_fork(after_in_child=self.renew)

    def renew(self) -> None:
        self.pool = ThreadPoolExecutor(SYNCED_AT_ONCE, thread_name_prefix="sync")


_threads = _Threads()


class Folders:
    """Folders of a store, each held open from its first use to the end of the context.

    Args:
        base: The store's folder.
    """

    def __init__(self, base: Path) -> None:
        self._store = files.open_store(base)
        self._open: dict[tuple[str, ...], int] = {}

    def __enter__(self) -> Folders:
        """Open the store's folder; for its errors see :func:`core.files.open_store`."""
        self._open[()] = os.dup(self._store.__enter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close them."""
        for folder in self._open.values():
            os.close(folder)
        self._open.clear()
        self._store.__exit__(kind, error, trace)

    def of(self, relative: str, *, make: bool = False) -> tuple[int, str]:
        """Return the folder of a file, made if it is missing, and the file's name in it."""
        *folders, name = files.parts_of(relative)
        return self._at(tuple(folders), make), name

    def _at(self, path: tuple[str, ...], make: bool) -> int:
        if path not in self._open:
            self._open[path] = enter_folder(self._at(path[:-1], make), path[-1], make)
        return self._open[path]


def enter_folder(folder: int, name: str, make: bool) -> int:
    """Open a folder in an open folder, made durably if it is missing; links are not followed."""
    try:
        return os.open(name, _FOLDER, dir_fd=folder)
    except FileNotFoundError:
        if not make:
            raise
    with suppress(FileExistsError):  # another writer was first
        os.mkdir(name, dir_fd=folder)
    sync(folder)
    return os.open(name, _FOLDER, dir_fd=folder)


def sync(descriptor: int) -> None:
    """Wait until a file's bytes, or the names in a folder, are on the disk."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_SYNC:  # some network mounts have no such thing for folders
            raise


def take_together(changes: Sequence[Steps[T]]) -> list[T | StoreError | OSError]:
    """Make changes side by side; blocks.

    Returns:
        What each returned, or the error it ended with; that of one ends no other.
    """
    outcomes: dict[int, T | StoreError | OSError] = {}
    going = dict(enumerate(changes))
    waits: dict[int, tuple[int, ...]] = {}
    problems: dict[int, OSError] = {}
    try:
        while going:
            for number, change in list(going.items()):
                failed = [each for each in waits.get(number, ()) if each in problems]
                try:
                    waits[number] = _go_on(change, problems[failed[0]] if failed else None)
                except StopIteration as ended:
                    outcomes[number] = ended.value
                    del going[number]
                except (StoreError, OSError) as error:
                    outcomes[number] = error
                    del going[number]
            problems = _sync_all({each for number in going for each in waits[number]})
    finally:
        for change in going.values():
            change.close()
    return [outcomes[number] for number in range(len(changes))]


def apart(subjects: Sequence[str], name: Callable[[str], str]) -> Iterator[list[str]]:
    """Split into groups, in order, that may be changed together: in none a name comes twice."""
    group: dict[str, str] = {}
    for subject in subjects:
        if name(subject) in group or len(group) == AT_ONCE:
            yield list(group.values())
            group = {}
        group[name(subject)] = subject
    if group:
        yield list(group.values())


def take(change: Steps[T]) -> T:
    """Make one change; blocks. Its errors are raised."""
    (outcome,) = take_together([change])
    if isinstance(outcome, StoreError | OSError):
        raise outcome
    return outcome


def _go_on(change: Steps[T], problem: OSError | None) -> tuple[int, ...]:
    if problem is None:
        return next(change)
    return change.throw(OSError(problem.errno, problem.strerror, problem.filename))


def _sync_all(descriptors: set[int]) -> dict[int, OSError]:
    if not descriptors:
        return {}
    first, *others = sorted(descriptors)
    elsewhere = [_threads.pool.submit(_try_to_sync, each) for each in others]
    tried = [_try_to_sync(first), *(each.result() for each in elsewhere)]
    return {problem.filename: problem for problem in tried if problem is not None}


def _try_to_sync(descriptor: int) -> OSError | None:
    try:
        sync(descriptor)
    except OSError as error:
        return OSError(error.errno, error.strerror, descriptor)
    return None
