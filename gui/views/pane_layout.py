"""Pure: in how many columns some images are seen largest."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Final

from gui.views.zoom import Size

_COLUMNS: Final = {1: (1,), 2: (2, 1), 3: (3, 1), 4: (2,)}  # by how many images there are


def columns_for(images: Sequence[Size], view: Size) -> int:
    """Return the number of columns in which one to four images fill most of a view.

    Args:
        images: Their sizes, or anything of the same shapes.
        view: The room for all of them, which is shared out evenly.
    """

    def filled(columns: int) -> float:
        rows = ceil(len(images) / columns)
        width, height = view.width / columns, view.height / rows
        scales = (min(width / each.width, height / each.height) for each in images)
        sizes = zip(scales, images, strict=True)
        return sum(scale**2 * each.width * each.height for scale, each in sizes)

    return max(_COLUMNS[len(images)], key=filled)
