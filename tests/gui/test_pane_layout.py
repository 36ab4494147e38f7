"""How images that are compared share the room."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gui.views.pane_layout import columns_for
from gui.views.zoom import Size

WIDE, TALL, SQUARE = Size(1600, 900), Size(900, 1600), Size(1024, 1024)
lengths = st.floats(1, 20_000)
sizes = st.builds(Size, lengths, lengths)


def test_they_stand_side_by_side_where_the_room_is_wide_and_above_each_other_where_not() -> None:
    for count, columns in ((2, 2), (3, 3), (4, 2)):
        assert columns_for([SQUARE] * count, WIDE) == columns
    for count, columns in ((2, 1), (3, 1), (4, 2)):
        assert columns_for([SQUARE] * count, TALL) == columns
    assert columns_for([WIDE] * 2, Size(1000, 1000)) == 1
    assert columns_for([TALL] * 2, Size(1000, 1000)) == 2
    assert columns_for([WIDE], WIDE) == 1


@given(st.lists(sizes, min_size=1, max_size=4), sizes)
def test_a_turned_room_turns_the_arrangement_of_two_or_three(
    images: list[Size], view: Size
) -> None:
    columns = columns_for(images, view)
    assert len(images) % columns == 0
    if len(images) in (2, 3):
        fits = {count: sum(shown_area(each, view, count, len(images)) for each in images)
                for count in (1, len(images))}  # fmt: skip
        assert fits[columns] >= max(fits.values()) * 0.999999


def shown_area(image: Size, view: Size, columns: int, count: int) -> float:
    width, height = view.width / columns, view.height / (count // columns)
    by_width = Size(width, width * image.height / image.width)
    by_height = Size(height * image.width / image.height, height)
    shown = by_width if by_width.height <= height else by_height
    return shown.width * shown.height
