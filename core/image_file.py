"""Opens image files that are not to be trusted: in the store, plain, and without waiting."""

from __future__ import annotations

import errno
import os
import stat
import struct
from pathlib import PurePath
from typing import BinaryIO

from core.errors import ThumbnailUnavailable

MAX_PIXELS = 256_000_000  # of an image that is shown or imported
# What Pillow's readers raise on files that are broken or were made to break them.
BROKEN = (
    OSError,
    EOFError,
    ValueError,
    SyntaxError,
    RuntimeError,
    ArithmeticError,
    LookupError,
    TypeError,
    struct.error,
)


def open_image(path: str | bytes, base: str | bytes | None = None) -> BinaryIO:
    """Open a plain file for reading, without following any link.

    Args:
        path: The file. Bytes for a name that is not UTF-8.
        base: A folder that ``path`` is relative to and may not lead out of: no ``..``, and no
            folder below ``base`` may be a symbolic link either. Without it, ``path``'s own folder.

    Raises:
        ThumbnailUnavailable: The file is gone, may not be read, or is not a plain file.
    """
    if base is None:
        base, path = os.path.split(path)
    return _open(os.fsdecode(path), os.fsdecode(base) or ".")


def _open(path: str, base: str) -> BinaryIO:
    *folders, name = PurePath(path).parts or ("",)
    if ".." in folders or name in ("", "..") or os.path.isabs(path):  # noqa: PTH117 - a str
        raise ThumbnailUnavailable("Not a path inside the store")
    folder = -1
    try:
        folder = os.open(base, os.O_RDONLY | os.O_DIRECTORY)
        for part in folders:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        # Without O_NONBLOCK, opening a named pipe waits for who writes into it.
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except FileNotFoundError:
        raise ThumbnailUnavailable("The file is gone") from None
    except PermissionError:
        raise ThumbnailUnavailable("The file may not be read") from None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise ThumbnailUnavailable("A symbolic link, which is not followed") from None
        raise ThumbnailUnavailable(
            f"The file cannot be opened: {error.strerror or error}"
        ) from None
    finally:
        if folder >= 0:
            os.close(folder)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise ThumbnailUnavailable("Not a plain file")
    return os.fdopen(file, "rb")
