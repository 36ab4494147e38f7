from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import layout
from core.errors import InvalidImageId

GOOD = [
    "img_20261120180000_0123456789ab",
    "a",
    "my cat",
    "Ünïcode 猫",
    "a..b",
    "x" * 200,
    "-",
    "a.png",
]
BAD = [
    "",
    ".",
    "..",
    ".hidden",
    "a/b",
    "../a",
    "a\\b",
    "a\0",
    "a\n",
    "\x7f",
    "a\u2028b",
    "x" * 201,
    "猫" * 81,
    "\udcff",
]


@pytest.mark.parametrize("image_id", GOOD)
def test_a_name_a_file_can_have_is_an_id(image_id):
    assert layout.validate_image_id(image_id) == image_id


@pytest.mark.parametrize("image_id", BAD)
def test_what_is_no_file_name_is_refused(image_id):
    with pytest.raises(InvalidImageId, match="cannot be an image id"):
        layout.validate_image_id(image_id)


@pytest.mark.parametrize("image_id", [None, 7, b"img", ["a"]])
def test_only_a_text_can_be_an_id(image_id):
    with pytest.raises(InvalidImageId, match=type(image_id).__name__):
        layout.validate_image_id(image_id)


@given(st.text(max_size=210))
def test_a_valid_id_is_one_part_of_a_path_and_no_more(text):
    try:
        layout.validate_image_id(text)
    except InvalidImageId:
        return
    assert 1 <= len(text) <= 200
    assert not set(text) & set("/\\\0\n\r")
    assert not text.startswith(".")
    assert len(f"{text}.jpeg.tmp".encode()) <= 255


def test_the_moment_of_an_id():
    assert layout.id_moment("img_20261120180102_0123456789ab") == datetime(2026, 11, 20, 18, 1, 2)


@pytest.mark.parametrize(
    "image_id",
    [
        "img_20261320180102_0123456789ab",
        "img_20260230180102_0123456789ab",
        "img_00000101000000_0123456789ab",
        "img_20261120180102_0123456789aB",
        "img_20261120180102_0123456789a",
        "img_2026112018010²_0123456789ab",
        "holiday",
    ],
)
def test_an_id_without_a_real_time_has_none(image_id):
    assert layout.id_moment(image_id) is None


@given(st.datetimes())
def test_a_new_id_holds_its_time_to_the_second(now):
    new = layout.generate_id("img", now)
    assert layout.id_moment(new) == now.replace(microsecond=0, fold=0)
    assert layout.validate_image_id(new)


def test_new_ids_differ():
    now = datetime(2026, 11, 20)
    assert len({layout.generate_id("img", now) for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("a.png", ("a", "png")),
        ("a.JPG", ("a", "jpeg")),
        ("a.b.TiF", ("a.b", "tiff")),
        ("a.json", None),
        ("a", None),
        ("png", None),
        (".png", None),
        (".a.png", None),
        ("a.png.tmp", None),
        ("a\n.png", None),
    ],
)
def test_image_names(name, parts):
    assert layout.image_name(name) == parts


def test_temporary_files():
    assert layout.is_temporary(".a.png")
    assert layout.is_temporary("a.png.tmp")
    assert not layout.is_temporary("a.png")


@given(st.dates())
def test_a_day_and_its_folder_are_one(day):
    folder = layout.dated_folder(day)
    assert layout.parse_dated_folder(*folder.split("/")[1:]) == day


@pytest.mark.parametrize(
    "parts",
    [
        ("2026", "02", "30"),
        ("2026", "2", "3"),
        ("26", "02", "03"),
        ("2026", "02", "٠٣"),
        ("0000", "01", "01"),
    ],
)
def test_folders_that_are_no_day(parts):
    assert layout.parse_dated_folder(*parts) is None


def test_where_an_image_may_be():
    paths = layout.candidate_paths("img_20261120180102_0123456789ab")
    assert paths[0] == "images/2026/11/20/img_20261120180102_0123456789ab.png"
    assert len(paths) == 2 * len(layout.FORMATS)
    assert layout.candidate_paths("cat")[0] == "images/cat.png"
    with pytest.raises(InvalidImageId):
        layout.candidate_paths("../cat")


def test_where_a_sidecar_may_be():
    assert layout.sidecar_paths("images/cat.png") == ["metadata/cat.json"]
    assert layout.sidecar_paths("images/2026/11/20/a.b.png") == [
        "images/2026/11/20/a.b.json",
        "metadata/a.b.json",
    ]
    assert layout.flat_sidecar_path("cat") == "metadata/cat.json"
    assert layout.dated_path("cat", date(2026, 1, 2), "gif") == "images/2026/01/02/cat.gif"


def test_mime_types():
    assert layout.mime_type("images/a.JPG") == "image/jpeg"
    assert layout.mime_type("images/a.tif") == "image/tiff"
    assert layout.mime_type("images/a.exe") == "application/octet-stream"
