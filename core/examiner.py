"""Looks at images, so that searches find those that are broken or have Content Credentials."""

from __future__ import annotations

import os
import time
from pathlib import Path

from core.catalog import open_catalog
from core.errors import ThumbnailUnavailable
from core.image_file import open_image
from core.soundness import Seen, look_at

AT_ONCE = 100  # images noted in one transaction
FORGOTTEN_AT_ONCE = 1000


def examine(
    base: str, catalog_path: str, seconds: float, again: bool
) -> tuple[list[int], int, bool]:
    """Look at images that nobody has looked at, the newest first, for so long; in a worker process.

    Args:
        base: The store's folder.
        catalog_path: Its catalogue.
        seconds: How long.
        again: Look also at those that could not be opened another time.

    Returns:
        The days on which anything was found, how many images are left, and whether ``again`` was
        done; there may be too many for the time.
    """
    until = time.monotonic() + seconds
    days: set[int] = set()
    catalog = open_catalog(Path(catalog_path), Path(base))
    try:
        while again and catalog.forget_examined_in_vain(FORGOTTEN_AT_ONCE):
            if time.monotonic() > until:
                return [], catalog.unexamined(), False
        while images := catalog.next_unexamined(AT_ONCE):
            looked = []
            for image in images:
                looked.append((image, _look_at(image.path, base)))
                if time.monotonic() > until:
                    break
            days |= catalog.note_examined(looked)
            if time.monotonic() > until:
                return sorted(days), catalog.unexamined(), True
        return sorted(days), 0, True
    finally:
        catalog.close()


def _look_at(path: str, base: str) -> Seen | None:
    try:
        with open_image(os.fsencode(path), os.fsencode(base)) as file:
            return look_at(file)
    except (ThumbnailUnavailable, OSError):
        return None
