"""One lock a store, for changes of several steps that must not meet each other."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core import files
from core.disk_errors import clear_errors
from core.durable import OURS

LOCK_FILE = "lock"
_OPEN = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NO_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS}


@contextmanager
def store_lock(base: Path) -> Iterator[None]:
    """Wait until nobody else, in this process or another, is within; then be alone.

    It is not held for longer than a few writes take. The system gives it back when a process
    ends, however it ends. On a disk that has no locks it keeps nobody out.

    Args:
        base: The store's folder.

    Raises:
        StoreNotFound: The folder is not there.
        StoreNotWritable: This process may not write into it.
    """
    with files.open_store(base) as store, clear_errors(base / OURS / LOCK_FILE):
        with suppress(FileExistsError):
            os.mkdir(OURS, dir_fd=store)
        with files.open_folder(store, OURS) as folder:
            lock = os.open(LOCK_FILE, _OPEN, 0o666, dir_fd=folder)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
        yield
    finally:
        os.close(lock)
