import json
import math
import time
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SidecarError
from core.records import from_microseconds, to_microseconds
from core.sidecar import HIGHEST_COST, LARGEST_SIDECAR, SidecarFields, load_object, parse

REGULAR = {
    "image_id": "img_20261120180000_0123456789ab",
    "created_at": "2026-11-20T18:00:00.123456",
    "file_info": {"filename": "x.png", "dimensions": "1536x1024", "path": "/srv/x.png"},
    "prompt": "a lighthouse",
    "model": "gpt-image-1",
    "provider": "openai",
    "parameters": {"size": "512x768", "quality": "high"},
    "cost_info": {"estimated_cost_usd": 0.04},
}
MOMENT = to_microseconds(datetime(2026, 11, 20, 18, 0, 0, 123456))


def parsed(**keys):
    return parse(json.dumps(keys).encode())


def test_a_regular_sidecar():
    expected = SidecarFields(MOMENT, "a lighthouse", "gpt-image-1", "openai", 1536, 1024, 0.04)
    assert parse(json.dumps(REGULAR).encode()) == expected


@pytest.mark.parametrize("key", REGULAR)
@pytest.mark.parametrize("wrong", [None, 7, -1.5, True, [], {}, [[{}]], {"size": []}])
def test_a_key_of_the_wrong_type_leaves_the_rest_alone(key, wrong):
    whole = parse(json.dumps(REGULAR).encode())
    got = parsed(**{**REGULAR, key: wrong})
    differing = {f for f in SidecarFields.__struct_fields__ if getattr(got, f) != getattr(whole, f)}
    of_key = {
        "created_at": {"created_us"},
        "file_info": {"width", "height"},
        "cost_info": {"cost_usd"},
        "parameters": set(),
        "image_id": set(),
    }
    assert differing == of_key.get(key, {key})


@pytest.mark.parametrize(
    ("text", "width", "height"),
    [
        ("1536x1024", 1536, 1024),
        (" 8 X 9 ", 8, 9),
        ("8×9", 8, 9),
        ("unknown", 5, 6),
        ("x" * 99, 5, 6),
    ],
)
def test_dimensions_come_from_the_file_or_else_from_what_was_asked(text, width, height):
    got = parsed(file_info={"dimensions": text}, parameters={"size": "5x6"})
    assert (got.width, got.height) == (width, height)


@pytest.fixture
def berlin(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2026-11-20T18:00:00", datetime(2026, 11, 20, 18)),
        ("2026-11-20T18:00:00Z", datetime(2026, 11, 20, 19)),
        ("2026-07-20T18:00:00+00:00", datetime(2026, 7, 20, 20)),
        ("2026-11-20T18:00:00-05:00", datetime(2026, 11, 21, 0)),
        ("2026-11-20", datetime(2026, 11, 20)),
    ],
)
def test_times_with_an_offset_become_local(berlin, text, local):
    assert parsed(created_at=text).created_us == to_microseconds(local)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "0000-01-01", "10000-01-01T00:00:00", "2026-13-01", "1763661600", "\0"],
)
def test_a_time_that_is_none_is_unknown(text):
    assert parsed(created_at=text).created_us is None


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_the_ends_of_the_calendar_are_safe(text):
    moment = parsed(created_at=text).created_us
    assert moment is None or from_microseconds(moment).year in (1, 9999)


@pytest.mark.parametrize(
    "cost",
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "-1",
        "1e999",
        "true",
        '"1"',
        "9" * 400,
        "1e308",
        "1000000.01",
    ],
)
def test_a_cost_that_is_none_is_unknown(cost):
    assert parse(b'{"prompt": "p", "cost_info": {"estimated_cost_usd": %s}}' % cost.encode()) == (
        SidecarFields(prompt="p")
    )


def test_whole_numbers_are_costs_too():
    assert parsed(cost_info={"estimated_cost_usd": 2}).cost_usd == 2.0
    assert parsed(cost_info={"estimated_cost_usd": HIGHEST_COST}).cost_usd == HIGHEST_COST


def test_texts_are_made_fit_for_the_catalogue():
    got = parse(b'{"prompt": "a\\u0000b\\ud800c\\u732b", "model": "' + b"m" * 999 + b'"}')
    assert got.prompt == "abc猫"
    assert got.model == "m" * 200
    assert len(parsed(prompt="p" * 100_000).prompt) == 65_536
    assert parsed(prompt="p" * 65_536).prompt == "p" * 65_536


def test_nan_bom_and_keys_given_twice_are_borne():
    assert parse(b'\xef\xbb\xbf{"a": NaN, "prompt": "x", "prompt": "y"}').prompt == "y"
    assert load_object(b'{"prompt": "x", "prompt": "y"}') == {"prompt": "y"}
    assert math.isnan(load_object(b'{"a": NaN}')["a"])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b'{"a": 1} x', "not valid JSON"),
        (b"[1, 2]", "not an object"),
        (b"null", "not an object"),
        (b'"text"', "not an object"),
        (b'{"prompt": "\xff"}', "not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
        (b"[" * 100_000, "too deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "too deep"),
        (b'{"prompt": 5, "n": ' + b"9" * 5000 + b"}", "cannot be read"),
        (b" " * (LARGEST_SIDECAR + 1), "larger than 64 MB"),
    ],
)
def test_what_is_no_sidecar_is_refused_with_the_reason(data, reason):
    for read in (parse, load_object):
        with pytest.raises(SidecarError, match=reason):
            read(data)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(data):
    for read in (parse, load_object):
        try:
            read(data)
        except SidecarError as error:
            assert str(error)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
_inner = st.dictionaries(st.sampled_from(["dimensions", "size", "estimated_cost_usd"]), _json)


@given(st.dictionaries(st.sampled_from(sorted(REGULAR)), _json | _inner))
def test_any_object_gives_fields_the_catalogue_can_hold(found):
    got = parse(json.dumps(found).encode())
    for text in (got.prompt, got.model, got.provider):
        assert "\0" not in text
        text.encode()
    assert isinstance(got.width, int)
    assert isinstance(got.height, int)
    assert got.cost_usd is None or math.isfinite(got.cost_usd)


@given(st.datetimes())
def test_every_naive_time_comes_through(moment):
    assert parsed(created_at=moment.isoformat()).created_us == to_microseconds(moment)
