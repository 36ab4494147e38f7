"""What the system says when a file cannot be written, as an error that helps."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import StoreError, StoreNotWritable

_NO_PERMISSION = "Ask who owns that folder to let you write there."
_ADVICE = {
    errno.ENOSPC: "Free some space on that disk, then try again.",
    errno.EDQUOT: "Your share of that disk is used up: free some space, then try again.",
    errno.EROFS: "That disk can only be read: make it writable, or use another store.",
    errno.EACCES: _NO_PERMISSION,
    errno.EPERM: _NO_PERMISSION,
}


@contextmanager
def clear_errors(path: Path, source: Path | None = None) -> Iterator[None]:
    """Raise what the system reports as StoreNotWritable, with the file's name and advice.

    FileExistsError stays one and names ``path``; FileNotFoundError names ``source``, or ``path``.
    """
    try:
        yield
    except StoreError:
        raise
    except FileExistsError as error:
        raise FileExistsError(error.errno, error.strerror, str(path)) from error
    except FileNotFoundError as error:
        raise FileNotFoundError(error.errno, error.strerror, str(source or path)) from error
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0, "Look after that disk.")
        clear = StoreNotWritable(f"{path} cannot be written: {error.strerror}. {advice}")
        clear.errno = error.errno
        raise clear from error
