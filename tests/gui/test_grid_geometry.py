from __future__ import annotations

from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from gui.views.grid_geometry import HEADING, MARGIN, SPACING, GridGeometry, Rect
from gui.views.grid_moves import ColumnKeeper, Move

geometries = st.builds(
    GridGeometry,
    st.lists(st.integers(1, 40), max_size=8),
    st.integers(1, 1500),
    st.integers(96, 320),
)
filled = geometries.filter(lambda geometry: geometry.rows > 0)


def overlap(a: Rect, b: Rect) -> bool:
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom


@given(filled)
def test_each_row_is_found_at_every_corner_of_its_rectangle(geometry: GridGeometry) -> None:
    for row in range(geometry.rows):
        x, y, width, height = geometry.rect(row)
        for dx, dy in ((0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)):
            assert geometry.row_at(x + dx, y + dy) == row


@given(filled, st.data())
def test_whatever_row_is_at_a_point_has_the_point_in_its_rectangle(
    geometry: GridGeometry, data: st.DataObject
) -> None:
    x = data.draw(st.integers(-50, 1600))
    y = data.draw(st.integers(-50, geometry.height + 50))
    holding = [row for row in range(geometry.rows) if overlap(geometry.rect(row), Rect(x, y, 1, 1))]
    found = geometry.row_at(x, y)
    assert holding == ([] if found is None else [found])


@given(filled)
def test_cells_and_headings_never_overlap_and_stay_within_the_content(
    geometry: GridGeometry,
) -> None:
    headings = geometry.headings_between(0, geometry.height)
    areas = [Rect(0, y, 10_000, HEADING) for _, y in headings]
    areas += [geometry.rect(row) for row in range(geometry.rows)]
    assert len(headings) == geometry.sections
    for i, area in enumerate(areas):
        assert area.y >= 0 and area.bottom <= geometry.height
        assert not any(overlap(area, other) for other in areas[i + 1 :])


@given(filled, st.data())
def test_places_of_rows_are_those_of_their_rectangles(
    geometry: GridGeometry, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, geometry.rows - 1))
    rows = range(start, data.draw(st.integers(start, geometry.rows)))
    assert list(geometry.places_of(rows)) == [geometry.rect(row)[:2] for row in rows]


@given(filled, st.data())
def test_rows_between_agrees_with_looking_at_each(
    geometry: GridGeometry, data: st.DataObject
) -> None:
    heights = st.integers(-100, geometry.height + 100)
    top, bottom = sorted((data.draw(heights), data.draw(heights)))
    assume(top < bottom)
    seen = [
        row
        for row in range(geometry.rows)
        if geometry.rect(row).y < bottom and geometry.rect(row).bottom > top
    ]
    assert list(geometry.rows_between(top, bottom)) == seen
    shown = [
        (section, y)
        for section, y in geometry.headings_between(0, geometry.height)
        if y < bottom and y + HEADING > top
    ]
    assert geometry.headings_between(top, bottom) == shown


@given(filled, st.data())
def test_rows_in_an_area_are_those_it_touches_in_unbroken_runs(
    geometry: GridGeometry, data: st.DataObject
) -> None:
    area = Rect(
        data.draw(st.integers(-20, 1500)),
        data.draw(st.integers(-20, geometry.height)),
        data.draw(st.integers(1, 1500)),
        data.draw(st.integers(1, 1500)),
    )
    runs = geometry.rows_in(area)
    touched = [row for row in range(geometry.rows) if overlap(geometry.rect(row), area)]
    assert [row for run in runs for row in run] == touched
    assert all(a.stop < b.start for a, b in pairwise(runs))


@given(st.integers(200, 3000), st.integers(96, 320))
def test_the_columns_fill_the_width(width: int, wanted: int) -> None:
    geometry = GridGeometry([1000], width, wanted)
    last = geometry.rect(geometry.columns - 1)
    assert geometry.rect(0).x == MARGIN
    assert 0 <= width - MARGIN - last.right <= geometry.columns
    assert geometry.cell >= min(wanted * 0.6, width - 2 * MARGIN)
    if geometry.columns > 1:
        assert geometry.cell <= wanted * 1.5
    gaps = {
        geometry.rect(row + 1).x - geometry.rect(row).right for row in range(geometry.columns - 1)
    }
    assert gaps <= {SPACING, SPACING + 1}


def test_it_is_like_the_drawing() -> None:
    geometry = GridGeometry([214, 88], 889, 160)
    assert geometry.columns == 5
    assert geometry.rect(0) == Rect(16, 40, 163, 163)
    assert geometry.rect(7) == Rect(16 + 2 * 867 // 5, 213, 163, 163)


def test_up_and_down_keep_their_column_through_shorter_lines() -> None:
    geometry = GridGeometry([6, 2, 9], 4 * 110 + 22, 100)  # lines of 4: 4 2 | 2 | 4 4 1
    assert geometry.columns == 4
    keeper = ColumnKeeper()
    down = [3]
    for _ in range(6):
        down.append(keeper.row_moved(geometry, down[-1], Move.DOWN, 0))
    assert down == [3, 5, 7, 11, 15, 16, 16]
    up = [16]
    for _ in range(6):
        up.append(keeper.row_moved(geometry, up[-1], Move.UP, 0))
    assert up == [16, 15, 11, 7, 5, 3, 3]


@given(filled, st.data())
def test_a_page_moves_at_least_a_line_and_at_most_a_page(
    geometry: GridGeometry, data: st.DataObject
) -> None:
    row = data.draw(st.integers(0, geometry.rows - 1))
    page = data.draw(st.integers(-50, 2000))
    here = geometry.rect(row).y
    down = geometry.rect(ColumnKeeper().row_moved(geometry, row, Move.PAGE_DOWN, page)).y
    up = geometry.rect(ColumnKeeper().row_moved(geometry, row, Move.PAGE_UP, page)).y
    next_line = geometry.rect(geometry.row_below(row, 0)).y
    line_before = geometry.rect(geometry.row_above(row, 0)).y
    assert next_line <= down <= max(here + page, next_line)
    assert min(here - page, line_before) <= up <= line_before


@given(filled, st.data())
def test_a_row_is_wholly_seen_at_the_scroll_positions_it_names(
    geometry: GridGeometry, data: st.DataObject
) -> None:
    row = data.draw(st.integers(0, geometry.rows - 1))
    height = data.draw(st.integers(500, 1200))
    lowest, highest = geometry.scrolls_showing(row, height, 5)
    assume(lowest <= highest)
    cell = geometry.rect(row)
    for top in (lowest, highest):
        assert top + HEADING <= cell.y
        assert cell.bottom <= top + height


@given(filled, st.data())
def test_the_heading_of_what_is_seen_sticks_to_the_top(
    geometry: GridGeometry, data: st.DataObject
) -> None:
    top = data.draw(st.integers(0, geometry.height - 1))
    section = geometry.section_at(top)
    assert section is not None
    stuck = geometry.stuck_heading(top)
    natural = dict(geometry.headings_between(0, geometry.height))[section]
    if natural == top:
        assert stuck == []
    else:
        assert [shown for shown, _ in stuck] == [section]
        assert natural <= stuck[0][1] <= top
        later = [y for other, y in geometry.headings_between(0, geometry.height) if other > section]
        assert all(stuck[0][1] + HEADING <= y for y in later)
        assert stuck[0][1] == top or stuck[0][1] + HEADING == min(later, default=geometry.height)
    assert geometry.heading_at(natural, natural) == section
