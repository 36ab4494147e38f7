"""Zoom and pan, as arithmetic."""

from __future__ import annotations

import math

from hypothesis import assume, given
from hypothesis import strategies as st

from gui.views.zoom import LARGEST, Size, Zoom

lengths = st.floats(1, 20_000)
sizes = st.builds(Size, lengths, lengths)
views = st.builds(Size, st.floats(50, 4000), st.floats(50, 4000))
shares = st.floats(0, 1)
zooms = st.builds(
    lambda image, view, scale, x, y: Zoom(image, view).at(scale).panned(
        x * image.width, y * image.height
    ),
    sizes, views, st.floats(0.01, LARGEST), st.floats(-20, 20), st.floats(-20, 20),
)  # fmt: skip


def is_held(zoom: Zoom) -> bool:
    """The image's edges are out of the view, or the image is in the middle of it."""
    place, slack = zoom.place, 1e-6 * max(zoom.place.width, zoom.place.height, 1e3)
    for start, length, view in (
        (place.x, place.width, zoom.view.width),
        (place.y, place.height, zoom.view.height),
    ):
        if length <= view:
            held = abs(start - (view - length) / 2) <= slack
        else:
            held = start <= slack and start + length >= view - slack
        if not held:
            return False
    return True


def point_of(zoom: Zoom, x: float, y: float) -> tuple[float, float]:
    """Where in the image is what is seen there."""
    return (
        (x - zoom.place.x) / zoom.factor,
        (y - zoom.place.y) / zoom.factor,
    )


@given(sizes, views)
def test_whole_is_all_of_it_in_the_middle_and_not_enlarged(image: Size, view: Size) -> None:
    zoom = Zoom(image, view)
    assert is_held(zoom) and zoom.is_whole
    assert zoom.place.width <= view.width * 1.000001
    assert zoom.place.height <= view.height * 1.000001
    assert zoom.factor <= 1
    if zoom.factor < 1:  # then it touches two edges
        filled = max(zoom.place.width / view.width, zoom.place.height / view.height)
        assert math.isclose(filled, 1, rel_tol=1e-6)


@given(zooms, st.floats(-6, 6), shares, shares)
def test_whatever_is_done_the_image_stays_in_sight(
    zoom: Zoom, steps: float, x: float, y: float
) -> None:
    point = (x * zoom.view.width, y * zoom.view.height)
    for other in (
        zoom.stepped(steps, point),
        zoom.panned(1e5 * (x - 0.5), 1e5 * (y - 0.5)),
        zoom.within(Size(zoom.view.height, zoom.view.width)),
        zoom.whole(),
    ):
        assert is_held(other)
        assert min(other.whole_scale, 1) * 0.999 <= other.factor <= LARGEST * 1.001


@given(zooms, st.floats(0.1, 6), shares, shares)
def test_what_is_under_the_pointer_stays_there_as_far_as_the_edges_let_it(
    zoom: Zoom, steps: float, x: float, y: float
) -> None:
    point = (x * zoom.view.width, y * zoom.view.height)
    larger = zoom.stepped(steps, point)
    assume(zoom.place.width >= zoom.view.width and zoom.place.height >= zoom.view.height)
    before, after = point_of(zoom, *point), point_of(larger, *point)
    slack = 1e-6 * max(zoom.image)
    assert abs(before[0] - after[0]) <= slack
    assert abs(before[1] - after[1]) <= slack


@given(sizes, views, st.integers(1, 60))
def test_stepping_in_and_out_meets_the_whole_image_and_one_to_one(
    image: Size, view: Size, count: int
) -> None:
    zoom = Zoom(image, view)
    seen = []
    for _ in range(count):
        zoom = zoom.stepped(1)
        seen.append(zoom.factor)
    if zoom.factor > 1 and zoom.whole_scale < 1:
        assert any(math.isclose(factor, 1, rel_tol=0.003) for factor in seen)
    for _ in range(count + 3):
        zoom = zoom.stepped(-1)
    assert zoom.is_whole


@given(zooms, st.floats(-50, 50), st.floats(-50, 50))
def test_panning_moves_by_what_was_asked_or_to_the_edge(zoom: Zoom, x: float, y: float) -> None:
    moved = zoom.panned(x, y)
    assert moved.factor == zoom.factor
    slack = 1e-6 * max(zoom.place.width, zoom.place.height, 1e3)
    gone_x, gone_y = moved.place.x - zoom.place.x, moved.place.y - zoom.place.y
    assert abs(gone_x) <= abs(x) + slack
    assert abs(gone_y) <= abs(y) + slack
    if zoom.is_whole:
        assert abs(gone_x) <= slack and abs(gone_y) <= slack


def test_a_view_that_shows_the_whole_still_does_in_another_size() -> None:
    zoom = Zoom(Size(1000, 500), Size(500, 500))
    assert zoom.within(Size(200, 200)).place == (0, 50, 200, 100)
    assert zoom.at(1.0).within(Size(200, 200)).factor == 1.0


def test_a_small_image_may_be_enlarged_to_a_limit() -> None:
    assert Zoom(Size(100, 100), Size(900, 900), largest_whole=2.0).place == (350, 350, 200, 200)


@given(zooms, sizes, views)
def test_another_image_is_seen_at_the_same_place_by_shares(
    zoom: Zoom, image: Size, view: Size
) -> None:
    other = Zoom(image, view, LARGEST).like(zoom)
    assert is_held(other)
    assert other.is_whole or not zoom.is_whole
    if other.is_whole:
        return
    place = other.place
    if other.factor not in (1.0, LARGEST):  # else it has come to an end
        area = zoom.place.width * zoom.place.height
        assert math.isclose(place.width * place.height, area, rel_tol=1e-6)
    for at, length, room, of_zoom in (
        (other.x, place.width, view.width, zoom.x),
        (other.y, place.height, view.height, zoom.y),
    ):
        seen = min(room / length, 1) / 2
        assert math.isclose(at, min(max(of_zoom, seen), 1 - seen), rel_tol=1e-6)


@given(zooms)
def test_the_same_image_in_the_same_view_is_seen_the_same(zoom: Zoom) -> None:
    other = Zoom(zoom.image, zoom.view, zoom.largest_whole).like(zoom)
    assert other.factor == zoom.factor or zoom.is_whole
    assert math.isclose(other.x, zoom.x, abs_tol=1e-6) and math.isclose(
        other.y, zoom.y, abs_tol=1e-6
    )


def test_images_of_other_sizes_line_up() -> None:
    draft = Zoom(Size(512, 512), Size(400, 400)).at(2.0, (0, 0))
    final = Zoom(Size(2048, 2048), Size(400, 400)).like(draft)
    assert final.factor == 0.5
    assert final.place == draft.place
