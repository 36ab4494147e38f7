"""Pure: which part of an image a view shows, and how large; zoom and pan as arithmetic.

All lengths are in device pixels of the view, or in pixels of the whole image, upright as shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import Final, NamedTuple

STEP: Final = 1.25  # of a wheel's notch, or of + and −
LARGEST: Final = 32.0  # device pixels for a pixel of the image


class Size(NamedTuple):
    """A width and a height."""

    width: float
    height: float


class Place(NamedTuple):
    """Where something is: its upper left corner, and its size."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Zoom:
    """How an image is shown in a view. Every method returns another one.

    Attributes:
        image: The whole image's size.
        view: The view's size.
        largest_whole: How much the whole image may be enlarged to fill the view.
        scale: Device pixels for a pixel of the image; ``None`` for the image whole.
        x: The point of the image that is in the middle of the view, as a share of its width.
        y: The same of its height.
    """

    image: Size
    view: Size
    largest_whole: float = 1.0
    scale: float | None = None
    x: float = 0.5
    y: float = 0.5

    @property
    def whole_scale(self) -> float:
        """The scale at which the whole image is seen."""
        width, height = (max(1.0, each) for each in self.image)
        fit = min(self.view.width / width, self.view.height / height)
        return max(min(fit, self.largest_whole), 1e-6)

    @property
    def factor(self) -> float:
        """The scale at which the image is seen."""
        return self.whole_scale if self.scale is None else self.scale

    @property
    def is_whole(self) -> bool:
        """Whether all of the image is seen, so that there is nothing to pan."""
        return self.factor <= self.whole_scale * (1 + 1e-9)

    @property
    def place(self) -> Place:
        """Where in the view the image is; parts of it may be outside."""
        width, height = self.image.width * self.factor, self.image.height * self.factor
        return Place(
            self.view.width / 2 - self.x * width, self.view.height / 2 - self.y * height,
            width, height,
        )  # fmt: skip

    def of(self, image: Size) -> Zoom:
        """Show another image: whole."""
        return replace(self, image=image, scale=None, x=0.5, y=0.5)

    def within(self, view: Size, largest_whole: float = 1.0) -> Zoom:
        """Show it in a view of another size."""
        other = replace(self, view=view, largest_whole=largest_whole)
        return other.whole() if other.is_whole else other._held()

    def whole(self) -> Zoom:
        """Show the image whole."""
        return replace(self, scale=None, x=0.5, y=0.5)

    def at(self, scale: float, point: tuple[float, float] | None = None) -> Zoom:
        """Show it at a scale; what is at ``point``, or in the middle of the view, stays there."""
        scale = self._allowed(scale)
        if point is None:
            point = (self.view.width / 2, self.view.height / 2)
        place = self.place
        ahead_x, ahead_y = point[0] - self.view.width / 2, point[1] - self.view.height / 2
        x = (point[0] - place.x) / place.width - ahead_x / (self.image.width * scale)
        y = (point[1] - place.y) / place.height - ahead_y / (self.image.height * scale)
        return replace(self, scale=scale, x=x, y=y)._held()

    def stepped(self, steps: float, point: tuple[float, float] | None = None) -> Zoom:
        """Zoom in, or out for negative steps; it never jumps over the whole image or 1:1."""
        wanted = self.factor * STEP**steps
        for stop in (self.whole_scale, 1.0):
            low, high = sorted((self.factor, wanted))
            if low * 1.001 < stop < high * 0.999:
                wanted = stop
        near = next((s for s in (self.whole_scale, 1.0) if abs(wanted / s - 1) < 0.002), wanted)
        if near == self.whole_scale:
            return self.whole()
        return self.at(near, point)

    def panned(self, x: float, y: float) -> Zoom:
        """Move the image by so many device pixels, no further than its edges."""
        place = self.place
        return replace(self, x=self.x - x / place.width, y=self.y - y / place.height)._held()

    def like(self, other: Zoom) -> Zoom:
        """Show the part of this image that ``other`` shows of another, by shares of both.

        Both images whole would be as large; never less than the whole is shown for a part.
        """
        pixels, of_other = (each.width * each.height for each in (self.image, other.image))
        scale = other.factor * sqrt(of_other / pixels)
        if other.is_whole or scale <= self.whole_scale:
            return self.whole()
        return replace(self, scale=self._allowed(scale), x=other.x, y=other.y)._held()

    def _allowed(self, scale: float) -> float:
        smallest = min(self.whole_scale, 1.0)
        return min(max(scale, smallest), max(LARGEST, smallest))

    def _held(self) -> Zoom:
        """Keep the edges out of the view, or the image in its middle where it is smaller."""
        place = self.place
        return replace(
            self,
            x=_held(self.x, self.view.width / place.width),
            y=_held(self.y, self.view.height / place.height),
        )


def _held(middle: float, seen: float) -> float:
    """Return the middle of what is seen, a share of the whole, so that it stays inside."""
    if seen >= 1:
        return 0.5
    return min(max(middle, seen / 2), 1 - seen / 2)
