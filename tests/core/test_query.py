from datetime import date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import QueryError, StoreError
from core.query import LONGEST, MOST_TERMS, parse
from core.query_dates import DATE_WORDS, days_of
from core.query_format import format_term
from core.query_terms import (
    SHAPES,
    Days,
    Mark,
    Number,
    NumberField,
    OneOf,
    Query,
    Term,
    TextField,
    Value,
    Words,
)

NOW = datetime(2026, 11, 26, 9, 30)  # a Thursday

amounts = st.floats(0, 1e15, allow_nan=False) | st.integers(0, 2**40).map(float)
dates = st.dates()
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
searchable = texts.filter(lambda text: any(each.isalpha() or each.isdecimal() for each in text))


def values(field):
    told = texts.filter(lambda text: text.lower() not in ("", "jpg", "tif"))
    return st.builds(Value, st.just(field), told, st.booleans())


def several(one):
    return st.lists(one, min_size=2, max_size=4).map(lambda each: OneOf(tuple(each)))


conditions = st.one_of(
    st.builds(Words, searchable, st.booleans()),
    st.sampled_from(list(TextField)).flatmap(values),
    st.sampled_from(list(TextField)).flatmap(lambda field: several(values(field))),
    several(st.sampled_from(SHAPES)),
    st.sampled_from(list(Mark)),
    st.builds(
        lambda field, ends: Number(field, min(ends), max(ends)),
        st.sampled_from(list(NumberField)),
        st.tuples(amounts, amounts),
    ),
    st.builds(Number, st.sampled_from(list(NumberField)), amounts, lowest_out=st.booleans()),
    st.builds(
        Number,
        st.sampled_from(list(NumberField)),
        highest=amounts,
        highest_out=st.booleans(),
    ),
    st.builds(lambda ends: Days(min(ends), max(ends)), st.tuples(dates, dates)),
    st.builds(Days, dates),
    st.builds(Days, last=dates),
)
queries = st.lists(st.builds(Term, conditions, st.booleans()), max_size=8).map(
    lambda terms: Query(tuple(terms))
)
#: What comes near to being understood.
PIECES = """
    model: size: width: date: is: has: shape: before: pinned landscape .. 2026-02-30 2026 mb 5
    model:a,"b tag:,, shape:square,x shape:square,
    last-0-days 1e9 fox 0000 9999-12 last-99999-days after:9999-12-31 before:0001 ٣
"""
pieces = st.sampled_from([*PIECES.split(), *'-"*:,<>=.$ \t\0\ud800'])


def one(text: str):
    (term,) = parse(text, NOW).terms
    return term.condition


def written(query: Query) -> str:
    """A query as a person would type it."""
    return " ".join(map(format_term, query.terms))


@given(queries)
def test_what_is_written_is_read_as_the_same(query):
    assert parse(written(query), NOW) == query


@given(st.lists(pieces | st.text(max_size=3)).map("".join), st.datetimes())
@example("-" * 50, NOW)
def test_anything_at_all_is_read_or_refused_with_a_place_and_a_reason(text, now):
    try:
        query = parse(text, now)
    except QueryError as error:
        assert 0 <= error.start < error.end <= len(text)
        assert str(error)
        assert isinstance(error, StoreError)
        assert parse(text[: error.start], now) is not None  # what stands before it is understood
    else:
        assert parse(written(query), now) == query
        assert len(query.places) == len(query.terms)
        assert all(text[start:end].strip() for start, end in query.places)


def test_terms_of_every_kind():
    text = (
        'fox "in thick fog" model:imagen-4 provider:"A B" format:JPG size:>2mb width:>=1536 '
        "landscape date:2026-11 before:2026 after:2026-11-20 cost:>$0.05 is:pinned is:broken "
        "-word -tag:x* has:prompt rating:3..5 height:1024px"
    )
    conditions = [(term.condition, term.excluded) for term in parse(text, NOW).terms]
    assert conditions == [
        (Words("fox"), False),
        (Words("in thick fog"), False),
        (Value(TextField.MODEL, "imagen-4"), False),
        (Value(TextField.PROVIDER, "A B"), False),
        (Value(TextField.FORMAT, "jpeg"), False),
        (Number(NumberField.SIZE, 2 * 1024**2, lowest_out=True), False),
        (Number(NumberField.WIDTH, 1536), False),
        (Mark.LANDSCAPE, False),
        (Days(date(2026, 11, 1), date(2026, 11, 30)), False),
        (Days(last=date(2025, 12, 31)), False),
        (Days(first=date(2026, 11, 21)), False),
        (Number(NumberField.COST, 0.05, lowest_out=True), False),
        (Mark.PINNED, False),
        (Mark.BROKEN, False),
        (Words("word"), True),
        (Value(TextField.TAG, "x", prefix=True), True),
        (Mark.PROMPT, False),
        (Number(NumberField.RATING, 3, 5), False),
        (Number(NumberField.HEIGHT, 1024, 1024), False),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fo", Words("fo", prefix=True)),
        ("fo ", Words("fo")),
        ("fo*", Words("fo", prefix=True)),
        ('"fo"', Words("fo")),
        ('"red fo', Words("red fo", prefix=True)),
        ('"red fo ', Words("red fo ")),
        ('"red fo"*', Words("red fo", prefix=True)),
        ('"say ""hi"""', Words('say "hi"')),
        ("16:9 ", Words("16:9")),
        ('"landscape"', Words("landscape")),
        ("landscap", Words("landscap", prefix=True)),
        ("猫", Words("猫", prefix=True)),
    ],
)
def test_the_word_being_typed_may_go_on(text, words):
    assert one(text) == words


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("model:a,B*", OneOf((Value(TextField.MODEL, "a"), Value(TextField.MODEL, "B", True)))),
        ('tag:"a, b",c', OneOf((Value(TextField.TAG, "a, b"), Value(TextField.TAG, "c")))),
        ('tag:c,"a b', OneOf((Value(TextField.TAG, "c"), Value(TextField.TAG, "a b", True)))),
        ("Shape:square,Landscape", OneOf((Mark.SQUARE, Mark.LANDSCAPE))),
        (
            "format:png,JPG",
            OneOf((Value(TextField.FORMAT, "png"), Value(TextField.FORMAT, "jpeg"))),
        ),
        ("model:a,", Value(TextField.MODEL, "a")),  # another may follow
        ("shape:,square,", Mark.SQUARE),
        ('provider:"a,b"', Value(TextField.PROVIDER, "a,b")),
    ],
)
def test_of_several_values_one_is_enough(text, condition):
    assert one(text) == condition


def test_what_is_left_out_does_not_grow_while_it_is_typed():
    assert parse("-fo", NOW).terms == (Term(Words("fo"), excluded=True),)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-2-3", "2026-02-03", "2026-02-03"),
        ("9999-12", "9999-12-01", "9999-12-31"),
        ("today", "2026-11-26", "2026-11-26"),
        ("Yesterday", "2026-11-25", "2026-11-25"),
        ("this-week", "2026-11-23", "2026-11-29"),
        ("last-week", "2026-11-16", "2026-11-22"),
        ("this-month", "2026-11-01", "2026-11-30"),
        ("last-month", "2026-10-01", "2026-10-31"),
        ("last-year", "2025-01-01", "2025-12-31"),
        ("last-7-days", "2026-11-20", "2026-11-26"),
    ],
)
def test_dates(text, first, last):
    assert days_of(text, NOW.date()) == (date.fromisoformat(first), date.fromisoformat(last))
    assert one(f"date:{text}") == Days(date.fromisoformat(first), date.fromisoformat(last))


def test_the_month_before_january_is_in_another_year():
    assert days_of("last-month", date(2026, 1, 15)) == (date(2025, 12, 1), date(2025, 12, 31))
    assert all(days_of(word, date(2026, 1, 15)) for word in DATE_WORDS)


@pytest.mark.parametrize("text", ["2026-13", "2026-02-30", "0000", "soon", "last-decade", "26"])
def test_what_is_no_date(text):
    assert days_of(text, NOW.date()) is None
    with pytest.raises(QueryError, match="a date, such as"):
        parse(f"date:{text}", NOW)


@pytest.mark.parametrize(
    ("text", "start", "end", "unfinished", "said"),
    [
        ("fox foo:bar x", 4, 11, False, "“foo:” is no field.*model:.*quote"),
        ("fox model:", 4, 10, True, "After “model:” comes a model"),
        ("model: fox", 0, 6, False, "After “model:” comes"),
        ("model:, fox", 0, 7, False, "After “model:” comes"),
        ("shape:square,round x", 0, 18, False, "“shape:square,round” is not understood"),
        ("size:>2xb", 0, 9, True, "such as size:>2mb"),
        ("size:3..2 x", 0, 9, False, "not understood"),
        ("date:2026..2025", 0, 15, True, "not understood"),
        ("before:0001", 0, 11, True, "not understood"),
        ("is:nice", 0, 7, True, "pinned or broken"),
        ("-", 0, 1, True, "nothing to look for"),
        ("fox !!!", 4, 7, False, "nothing to look for"),
    ],
)
def test_what_is_not_understood_is_named(text, start, end, unfinished, said):
    with pytest.raises(QueryError, match=said) as caught:
        parse(text, NOW)
    error = caught.value
    assert (error.start, error.end, error.unfinished) == (start, end, unfinished)


def test_a_search_is_bounded():
    with pytest.raises(QueryError, match="at most 300 terms"):
        parse("x " * (MOST_TERMS + 1), NOW)
    with pytest.raises(QueryError, match="at most 10,000 characters") as caught:
        parse("x " * LONGEST, NOW)
    assert caught.value.start == 0  # for what is before it is parsed again
    assert len(parse("x " * MOST_TERMS, NOW).terms) == MOST_TERMS
