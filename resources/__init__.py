"""Icons, styles and desktop files; this module is the one way to read them."""

from __future__ import annotations

from importlib.resources import files


def read_text(name: str) -> str:
    """Return a resource's text.

    Args:
        name: Its path in this package, with ``/``: "style.qss", "icons/open.svg".

    Raises:
        FileNotFoundError: There is no such resource.
    """
    return files(__name__).joinpath(name).read_text(encoding="utf-8")
