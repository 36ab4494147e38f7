"""Where a store's caches live: in the person's cache folder, one subfolder per store."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import platformdirs

APP_NAME = "contact-sheet"


def store_cache_folder(base: Path) -> Path:
    """Return the cache folder of the store in ``base``; the same store by any path gets the same.

    Everything in it can be deleted at any time: it is made again from the store.
    """
    real = os.path.realpath(base)
    digest = hashlib.sha256(os.fsencode(real)).hexdigest()[:16]
    readable = "".join(c if c.isalnum() else "-" for c in Path(real).name)[:40]
    return (
        platformdirs.user_cache_path(APP_NAME, appauthor=False) / "stores" / f"{readable}-{digest}"
    )
