"""Decoding alone, as a job for a worker process: what a large picture costs at the very least."""

from __future__ import annotations

from core.pillow_image import opened
from core.quick_decode import pixels_of


def decode(path: str) -> None:
    """Decode an image file with the decoder that the program has for it, and drop the pixels."""
    with opened(path) as image:
        pixels_of(image)
