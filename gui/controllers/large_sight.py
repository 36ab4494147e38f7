"""What an image needs that is looked at closely: more pixels, and its frames where it moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from core.records import ImageRecord
from gui.controllers.large_animation import LargeAnimation
from gui.controllers.large_detail import LargeDetail
from gui.controllers.store import OpenStore
from gui.views.canvas import PictureCanvas

SHARED_PIXELS: Final = 256_000_000  # of images that are seen together, however closely
SHARED_FRAMES: Final = 384_000_000  # bytes


class LargeSight:
    """Follows a canvas's zoom, and plays what it shows.

    Args:
        store: Where the image is.
        canvas: What shows it.
        tell: Called with what goes wrong.
    """

    def __init__(
        self, store: OpenStore, canvas: PictureCanvas, tell: Callable[[str], object]
    ) -> None:
        self._detail = LargeDetail(store, canvas, tell)
        self._animation = LargeAnimation(store, canvas, tell)

    @property
    def playing(self) -> bool:
        """Whether an animation is being played."""
        return self._animation.playing

    def share(self, images: int) -> None:
        """Take no more memory than one of so many that are seen together may."""
        self._detail.most_pixels = SHARED_PIXELS // images
        self._animation.most_bytes = SHARED_FRAMES // images

    def follow(self, record: ImageRecord | None) -> None:
        """Look at this image from now on; at none for ``None``. Its picture comes later."""
        self._detail.follow(record)
        self._animation.follow(record)

    def close(self) -> None:
        """Look at nothing any more."""
        self.follow(None)
        self._detail.deleteLater()
        self._animation.deleteLater()
