"""Icons, styles and desktop files; this module is the one way to read them."""

from __future__ import annotations

from pathlib import Path


def read_text(name: str) -> str:
    """Return a resource's text.

    Args:
        name: Its path in this package, with ``/``: "style.qss", "icons/open.svg".

    Raises:
        FileNotFoundError: There is no such resource.
    """
    return path(name).read_text(encoding="utf-8")


def path(name: str) -> Path:
    """Return where a resource is on the disk, for what can only be told a file."""
    return Path(__file__).parent / name
