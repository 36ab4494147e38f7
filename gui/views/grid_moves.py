"""Where the arrows, Home, End and the page keys lead in a grid: pure arithmetic."""

from __future__ import annotations

from enum import Enum, auto

from gui.views.grid_geometry import GridGeometry


class Move(Enum):
    """A way to go."""

    PREVIOUS = auto()
    NEXT = auto()
    UP = auto()
    DOWN = auto()
    PAGE_UP = auto()
    PAGE_DOWN = auto()
    FIRST = auto()
    LAST = auto()


class ColumnKeeper:
    """Leads from row to row, and back to the column it came from after a shorter line."""

    def __init__(self) -> None:
        self._reached = -1
        self._column = 0

    def row_moved(self, geometry: GridGeometry, row: int, move: Move, page: int) -> int:
        """Return where ``move`` leads from an existing row, ``page`` being pixels of a page."""
        if move is Move.FIRST:
            return 0
        if move is Move.LAST:
            return geometry.rows - 1
        if move is Move.PREVIOUS:
            return max(row - 1, 0)
        if move is Move.NEXT:
            return min(row + 1, geometry.rows - 1)
        column = self._column if self._reached == row else geometry.column_of(row)
        if move is Move.UP:
            moved = geometry.row_above(row, column)
        elif move is Move.DOWN:
            moved = geometry.row_below(row, column)
        else:
            distance = max(page, 1)
            direction = 1 if move is Move.PAGE_DOWN else -1
            moved = geometry.row_paged(row, column, direction * distance)
        self._reached, self._column = moved, column
        return moved
