"""Looks at images, so that searches find those that are broken or have Content Credentials."""

from __future__ import annotations

import os
import time
from pathlib import Path

from core.catalog import open_catalog
from core.errors import ThumbnailUnavailable
from core.examined_tables import Unexamined
from core.image_file import open_image
from core.soundness import Seen, look_at

AT_ONCE = 100  # images noted in one transaction


def examine(base: str, catalog_path: str, seconds: float) -> tuple[list[int], int]:
    """Look at images that nobody has looked at, the newest first, for so long; in a worker process.

    Where it ends by an error of ours, what was found until then is kept, and the image at which
    that happened is noted like one that cannot be opened: it keeps no other from being looked at.

    Args:
        base: The store's folder.
        catalog_path: Its catalogue.
        seconds: How long.

    Returns:
        The days on which anything was found, and how many images are left.
    """
    until = time.monotonic() + seconds
    days: set[int] = set()
    catalog = open_catalog(Path(catalog_path), Path(base))
    try:
        while images := catalog.next_unexamined(AT_ONCE):
            looked: dict[Unexamined, Seen | None] = {}
            try:
                for image in images:
                    looked[image] = None  # which stays where looking at it fails, and ends this
                    looked[image] = _look_at(image.path, base)
                    if time.monotonic() > until:
                        break
            finally:
                days |= catalog.note_examined(list(looked.items()))
            if time.monotonic() > until:
                return sorted(days), catalog.unexamined()
        return sorted(days), 0
    finally:
        catalog.close()


def _look_at(path: str, base: str) -> Seen | None:
    try:
        with open_image(os.fsencode(path), os.fsencode(base)) as file:
            return look_at(file)
    except (ThumbnailUnavailable, OSError):
        return None
