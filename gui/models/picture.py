"""What an image looks like, as the models keep it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QPixmap


@dataclass(frozen=True, slots=True)
class Picture:
    """What an image looks like, or why nobody can tell.

    Attributes:
        pixmap: The thumbnail; ``None`` if there is none.
        problem: Why there is none, for people; ``None`` if there is one.
        edge: The thumbnail size it was made for, in device pixels.
    """

    pixmap: QPixmap | None
    problem: str | None
    edge: int

    @property
    def size_bytes(self) -> int:
        """How much memory it takes, about."""
        return 4 * self.pixmap.width() * self.pixmap.height() if self.pixmap else 1024
