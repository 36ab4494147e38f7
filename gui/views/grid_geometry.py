"""Where everything stands in a grid of sections: pure arithmetic, in pixels of the whole content.

Rows are numbered through all sections. Each section is a heading and, below it, lines of square
cells; the cells stretch so that the columns fill the width.

    y = 0   heading of section 0
            row 0   row 1   row 2
            row 3
            room
            heading of section 1
            row 4   row 5
            room
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

SPACING = 10  # between two cells
MARGIN = 16  # left of the first column, and right of the last
HEADING = 40  # height of a section's heading
ROOM = 8  # below a section's last line
MANY_SECTIONS = 10_000  # more than there are days


class Rect(NamedTuple):
    """A rectangle of the content; ``right`` and ``bottom`` are just outside it."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first x right of it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first y below it."""
        return self.y + self.height


class GridGeometry:
    """The arrangement of ``counts`` images a section, for one width and one wanted cell size.

    Building one takes time in proportion to the sections; all else is logarithmic in them, or in
    proportion to what is returned. It never changes.

    Args:
        counts: How many rows each section has, each at least 1.
        width: What the viewport is wide.
        wanted_cell: How wide a cell is to be, about: as many columns as come closest to it.
    """

    def __init__(self, counts: Sequence[int], width: int, wanted_cell: int) -> None:
        self._inner = max(width - 2 * MARGIN, 1) + SPACING  # a whole number of columns with gaps
        self.columns = max(round(self._inner / (wanted_cell + SPACING)), 1)
        self.cell = max(self._inner // self.columns - SPACING, 1)
        self._pitch = self.cell + SPACING
        # what the division leaves over is spread, a pixel here and there, over the gaps
        self._lefts = [MARGIN + i * self._inner // self.columns for i in range(self.columns)]
        measure = _running_sums if len(counts) <= MANY_SECTIONS else _running_sums_of_many
        rest = HEADING - SPACING + ROOM
        self._firsts, self._tops = measure(counts, self.columns, self._pitch, rest)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self._firsts[-1]

    @property
    def sections(self) -> int:
        """How many sections there are."""
        return len(self._tops) - 1

    @property
    def height(self) -> int:
        """The height of the whole content."""
        return self._tops[-1]

    @property
    def line_height(self) -> int:
        """From the top of one line of cells to the top of the next."""
        return self._pitch

    def cell_for(self, columns: int) -> int:
        """Return the widest cell size of which so many columns fit."""
        return max(self._inner // max(columns, 1) - SPACING, 1)

    # Rows

    def rect(self, row: int) -> Rect:
        """Return the cell of an existing row."""
        section = self._section_of(row)
        line, column = divmod(row - self._firsts[section], self.columns)
        top = self._cells_top(section) + line * self._pitch
        return Rect(self._lefts[column], top, self.cell, self.cell)

    def places_of(self, rows: range) -> Iterator[tuple[int, int]]:
        """Yield x and y of the cells of existing rows that follow each other."""
        section = self._section_of(rows.start)
        row = rows.start
        while row < rows.stop:
            first, last = self._firsts[section], min(self._firsts[section + 1], rows.stop)
            top = self._cells_top(section)
            for place in range(row - first, last - first):
                line, column = divmod(place, self.columns)
                yield self._lefts[column], top + line * self._pitch
            row, section = last, section + 1

    def row_at(self, x: int, y: int) -> int | None:
        """Return the row whose cell holds the point; ``None`` for gaps and headings."""
        section = self.section_at(y)
        if section is None or y < self._cells_top(section):
            return None
        line, below = divmod(y - self._cells_top(section), self._pitch)
        columns = self._columns_between(x, x + 1)
        row = self._firsts[section] + line * self.columns + columns.start
        if not columns or below >= self.cell or row >= self._firsts[section + 1]:
            return None
        return row

    def rows_between(self, top: int, bottom: int) -> range:
        """Return the rows of which something lies in ``top <= y < bottom``."""
        first = self._rows_starting_above(top - self.cell + 1)  # those end above ``top``
        return range(first, max(first, self._rows_starting_above(bottom)))

    def rows_in(self, area: Rect) -> list[range]:
        """Return the rows of which something lies in ``area``, as few ranges as there can be."""
        columns = self._columns_between(area.x, area.right)
        runs: list[range] = []
        for line in self._lines(self.rows_between(area.y, area.bottom)):
            start = line.start + columns.start
            stop = min(line.start + columns.stop, line.stop)
            if start >= stop:
                continue
            if runs and runs[-1].stop == start:
                start = runs.pop().start
            runs.append(range(start, stop))
        return runs

    def scrolls_showing(self, row: int, height: int, around: int) -> tuple[int, int]:
        """Return between which scroll positions a row is wholly seen in a viewport of ``height``.

        The viewport's first ``HEADING`` pixels do not count, as a heading sticks there; ``around``
        is how much is to be seen above and below the cell. Where all this has no room the second
        position, at which the row's top is seen, is the lesser one.
        """
        cell, line = self.rect(row), self.line_of(row)
        first = line.start == self._firsts[self._section_of(row)]
        at_top = cell.y - HEADING - (0 if first else around)  # the first line's own heading fits
        return cell.bottom + around - height, at_top

    # Sections

    def section_at(self, y: int) -> int | None:
        """Return the section that has this height, its heading and room included."""
        if not 0 <= y < self.height:
            return None
        return bisect_right(self._tops, y) - 1

    def section_rows(self, section: int) -> range:
        """Return the rows of a section."""
        return range(self._firsts[section], self._firsts[section + 1])

    def headings_between(self, top: int, bottom: int) -> list[tuple[int, int]]:
        """Return (section, y) of the headings of which something lies in ``top <= y < bottom``."""
        first = bisect_right(self._tops, top - HEADING)
        last = bisect_left(self._tops, bottom)
        return [(s, self._tops[s]) for s in range(first, min(last, self.sections))]

    def stuck_heading(self, top: int) -> list[tuple[int, int]]:
        """Return (section, y) of the heading that sticks to ``top`` when that is scrolled to.

        It stays there until the next one pushes it out; a heading in its place does not stick.
        """
        section = self.section_at(top)
        if section is None or self._tops[section] == top:
            return []
        return [(section, min(top, self._tops[section + 1] - HEADING))]

    def heading_at(self, y: int, top: int) -> int | None:
        """Return the section whose heading is seen at ``y`` when it is scrolled to ``top``."""
        for section, heading in (*self.stuck_heading(top), *self.headings_between(y, y + 1)):
            if heading <= y < heading + HEADING:
                return section
        return None

    # Moves

    def column_of(self, row: int) -> int:
        """Return the column a row stands in."""
        return (row - self._firsts[self._section_of(row)]) % self.columns

    def line_of(self, row: int) -> range:
        """Return the rows of the line a row stands in."""
        section = self._section_of(row)
        start = row - (row - self._firsts[section]) % self.columns
        return range(start, min(start + self.columns, self._firsts[section + 1]))

    def row_above(self, row: int, column: int) -> int:
        """Return the row in the line above, in ``column`` or the last one; in the first, ``row``.

        ``column`` is the caller's, so that it survives lines that are shorter.
        """
        start = self.line_of(row).start
        return self._in_line(start - 1, column) if start > 0 else row

    def row_below(self, row: int, column: int) -> int:
        """Return the row in the line below, in ``column`` or the last one; in the last, ``row``."""
        stop = self.line_of(row).stop
        return self._in_line(stop, column) if stop < self.rows else row

    def row_paged(self, row: int, column: int, distance: int) -> int:
        """Return the row some pixels further down (up if negative), one line away at least."""
        y = self.rect(row).y + distance
        if distance > 0:
            last = self._rows_starting_above(y + 1) - 1
            return self._in_line(max(last, self.row_below(row, column)), column)
        first = min(self._rows_starting_above(y), self.rows - 1)
        return self._in_line(min(first, self.row_above(row, column)), column)

    def _in_line(self, row: int, column: int) -> int:
        line = self.line_of(row)
        return min(line.start + column, line.stop - 1)

    # Arithmetic

    def _section_of(self, row: int) -> int:
        return bisect_right(self._firsts, row) - 1

    def _cells_top(self, section: int) -> int:
        return self._tops[section] + HEADING

    def _columns_between(self, left: int, right: int) -> range:
        """Return the columns of which something lies in ``left <= x < right``."""
        first = bisect_right(self._lefts, left - self.cell)
        last = bisect_left(self._lefts, right)
        return range(first, max(first, last))

    def _rows_starting_above(self, y: int) -> int:
        """Count the rows whose cell's top is less than ``y``."""
        if y <= 0:
            return 0
        section = min(bisect_right(self._tops, y), self.sections) - 1
        if section < 0:
            return 0
        lines = max(-(-(y - self._cells_top(section)) // self._pitch), 0)
        return min(self._firsts[section] + lines * self.columns, self._firsts[section + 1])

    def _lines(self, rows: range) -> list[range]:
        lines: list[range] = []
        row = rows.start
        while row < rows.stop:
            lines.append(self.line_of(row))
            row = lines[-1].stop
        return lines


def _running_sums(
    counts: Sequence[int], columns: int, pitch: int, rest: int
) -> tuple[Sequence[int], Sequence[int]]:
    """Return the first row of each section, and its top; then what comes after the last."""
    heights = [rest - -count // columns * pitch for count in counts]  # of whole lines
    return [0, *accumulate(counts)], [0, *accumulate(heights)]


def _running_sums_of_many(
    counts: Sequence[int], columns: int, pitch: int, rest: int
) -> tuple[Sequence[int], Sequence[int]]:
    """Return the same, in a tenth of the time."""
    import numpy as np  # in use by now: so many sections come of it

    given = np.asarray(counts, np.int64)
    sums = np.zeros((2, len(counts) + 1), np.int64)
    np.cumsum(given, out=sums[0, 1:])
    np.cumsum(rest - -given // columns * pitch, out=sums[1, 1:])
    return array("q", sums[0].tobytes()), array("q", sums[1].tobytes())
