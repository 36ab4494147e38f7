"""Whether what is in a store's place is the store, or what is left there without its disk.

Where a disk was unplugged an empty folder can remain: the one it was mounted on. It is told from a
store whose images were all deleted by being another folder than before, by its device and inode.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from core import files
from core.errors import StoreNotFound
from core.layout import IMAGES


class Place(NamedTuple):
    """Which folders a store is in: of its own the device and the inode, of its images the device.

    ``images_device`` is 0 where there is no folder of images.
    """

    device: int
    inode: int
    images_device: int


def look_at_place(store: int, base: Path, before: Place | None) -> Place:
    """Return which folders the store is in now.

    Args:
        store: Descriptor of the store's folder.
        base: Its path, for people.
        before: Which they were when images were found in them; ``None`` if that never was.

    Raises:
        StoreNotFound: They are others, and empty.
        StoreUnreadable: The disk that one of them is on fails.
    """
    try:
        own = os.fstat(store)
    except OSError as error:
        raise files.unreadable(base, error) from None
    try:
        images_device = os.stat(IMAGES, dir_fd=store, follow_symlinks=False).st_dev
    except FileNotFoundError:
        images_device = 0
    except OSError as error:
        raise files.unreadable(base / IMAGES, error) from None
    now = Place(own.st_dev, own.st_ino, images_device)
    if before is not None and _are_others(before, now) and _is_empty(store):
        raise StoreNotFound(
            f"The folder {base} is empty, and not the one that the store was in. "
            "If the store is on another disk, is that connected?"
        )
    return now


def _are_others(before: Place, now: Place) -> bool:
    if now[:2] != before[:2]:
        return True
    return now.images_device not in (0, before.images_device)


def _is_empty(store: int) -> bool:
    """Tell whether the folder of images holds nothing, or is missing; one in doubt is not empty."""
    try:
        images = os.open(IMAGES, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=store)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        with os.scandir(images) as entries:
            return next(entries, None) is None
    except OSError:
        return False
    finally:
        os.close(images)
