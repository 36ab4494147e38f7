"""Colours and brushes for the pictures of the sample store.

Soft things (skies, glows, mist) are painted small and enlarged, hard edges are painted at twice
their size and reduced; that is what keeps a picture at some thirty milliseconds.
"""

from __future__ import annotations

import math
import random
from typing import NamedTuple

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Size = tuple[int, int]


class Palette(NamedTuple):
    """Five colours that go together, from the darkest to the lightest, and a word for them."""

    word: str
    deep: Colour
    dark: Colour
    middle: Colour
    warm: Colour
    light: Colour


PALETTES = (
    Palette(
        "at dusk", (23, 20, 54), (74, 47, 110), (196, 82, 118), (250, 152, 92), (255, 226, 176)
    ),
    Palette("at sea", (5, 28, 48), (9, 76, 102), (34, 144, 150), (242, 148, 100), (243, 238, 214)),
    Palette(
        "in autumn", (44, 18, 22), (122, 34, 38), (206, 84, 40), (240, 166, 58), (252, 232, 188)
    ),
    Palette(
        "in winter", (16, 26, 52), (52, 82, 140), (118, 158, 212), (232, 176, 190), (244, 246, 252)
    ),
    Palette(
        "in spring", (18, 46, 42), (40, 104, 84), (120, 176, 110), (246, 188, 104), (250, 244, 214)
    ),
    Palette(
        "by neon light", (18, 8, 40), (74, 18, 120), (210, 36, 150), (36, 190, 216), (246, 230, 255)
    ),
)


def blend(one: Colour, other: Colour, share: float) -> Colour:
    """Mix two colours; ``share`` (0 to 1) is how much there is of the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def gradient(size: Size, *colours: Colour) -> Image.Image:
    """Run through the colours from the top to the bottom."""
    column = Image.new("RGB", (1, len(colours)))
    column.putdata(colours)
    return column.resize((1, size[1]), Image.Resampling.BICUBIC).resize(size)


def glow(
    picture: Image.Image, centre: tuple[float, float], radius: float, colour: Colour
) -> Image.Image:
    """Add light around a point; ``radius`` is in pixels of the picture."""
    small = Image.new("RGB", (picture.width // 16, picture.height // 16))
    x, y, r = centre[0] / 16, centre[1] / 16, radius / 16
    ImageDraw.Draw(small).ellipse((x - r, y - r, x + r, y + r), fill=colour)
    small = small.filter(ImageFilter.GaussianBlur(r * 0.6))
    return ImageChops.screen(picture, small.resize(picture.size, Image.Resampling.BICUBIC))


def disc(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, fill: Colour) -> None:
    """Paint a full circle."""
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)


def ridge(rng: random.Random, width: int, base: float, height: float) -> list[tuple[float, float]]:
    """Draw the outline of hills: waves of five lengths, the shorter the lower."""
    waves = [
        (height / n, n * rng.uniform(1.2, 2.4), rng.uniform(0, math.tau)) for n in (1, 2, 4, 9, 17)
    ]
    step = max(width // 160, 1)
    return [
        (x, base - sum(a * math.sin(f * math.tau * x / width + p) for a, f, p in waves))
        for x in range(0, width + step, step)
    ]
