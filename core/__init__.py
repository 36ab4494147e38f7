"""The storage engine of Contact Sheet; it never imports Qt.

``from core import ImageStorageManager, StorageSettings`` is all that a server needs. The names
are loaded when they are first used, so that a worker process or a command's ``--help`` does not
pay for the whole engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.manager import ImageStorageManager
    from core.settings import StorageSettings

__all__ = ["ImageStorageManager", "StorageSettings"]


def __getattr__(name: str) -> object:
    if name == "ImageStorageManager":
        from core.manager import ImageStorageManager

        return ImageStorageManager
    if name == "StorageSettings":
        from core.settings import StorageSettings

        return StorageSettings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
