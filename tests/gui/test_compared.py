"""What is known of images, side by side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester

from gui.models.compared import MOST_TEXTS, compared, differing
from gui.models.compared_table import ComparedRole, ComparedTableModel
from gui.models.fact import Fact
from gui.models.facts import Facts
from gui.models.word_diff import Kind, Piece
from gui.views.compare_cells import direction_of

labels = st.sampled_from(["Model", "Cost", "Steps", "Note"])
values = st.sampled_from(["1", "2", "a long value of quite a few words, and some more"])
plain = st.builds(Fact, labels, values)
headings = st.builds(Fact, st.sampled_from(["EXIF", "XMP"]), st.just(""), st.just(False),
                     st.just(True))  # fmt: skip
facts = st.builds(
    lambda prompt, rows, embedded: Facts(prompt=prompt, rows=tuple(rows), embedded=tuple(embedded)),
    values, st.lists(plain, max_size=6), st.lists(plain | headings, max_size=8),
)  # fmt: skip


def said(one: Facts) -> list[tuple[str, str]]:
    """Every label with its value, as a person reads them."""
    found = [("Prompt", one.prompt)]
    found += [(row.label, row.value) for row in (*one.rows, *one.embedded) if not row.heading]
    return sorted(found)


@given(st.lists(facts, min_size=2, max_size=4))
def test_all_that_is_known_is_there_once(images: list[Facts]) -> None:
    rows = compared(images)
    for number, one in enumerate(images):
        shown = [(row.label, row.values[number]) for row in rows if not row.heading]
        assert sorted(each for each in shown if each[1]) == said(one)
    assert rows[0].label == "Prompt"
    for row in rows:
        assert row.differs == (len({*row.values}) > 1)
        assert not row.is_text or row.differs


@given(st.lists(facts, min_size=2, max_size=4))
def test_only_what_differs_is_left_with_its_headings(images: list[Facts]) -> None:
    rows = compared(images)
    kept = differing(rows)
    assert [row for row in kept if not row.heading] == [row for row in rows if row.differs]
    below = [row.heading for row in kept[1:]] + [True]
    assert not any(row.heading and none for row, none in zip(kept, below, strict=False))


def test_what_stands_in_several_places_is_compared_where_it_stands() -> None:
    one = Facts(prompt="a", rows=(Fact("Model", "x"),),
                embedded=(Fact("Fooocus", "", heading=True), Fact("Model", "y"),
                          Fact("Model", "z")))  # fmt: skip
    two = Facts(prompt="a", rows=(Fact("Cost", "$1"), Fact("Model", "x")),
                embedded=(Fact("Fooocus", "", heading=True), Fact("Model", "y")))  # fmt: skip
    assert [(row.label, row.values) for row in compared([one, two])] == [
        ("Prompt", ("a", "a")), ("Model", ("x", "x")), ("Cost", ("", "$1")), ("Fooocus", ()),
        ("Model", ("y", "y")), ("Model", ("z", "")),
    ]  # fmt: skip


def test_only_some_texts_are_compared_word_by_word() -> None:
    many = range(3 * MOST_TEXTS)
    images = [Facts(rows=tuple(Fact(f"Text {n}", f"{image} words, and more words than fit a line")
                               for n in many)) for image in range(2)]  # fmt: skip
    assert sum(row.is_text for row in compared(images)) == MOST_TEXTS


def test_the_table_says_what_the_rows_say(qtmodeltester: ModelTester) -> None:
    images = [Facts(prompt=f"a {colour} fox at dawn in the deep green forest",
                    rows=(Fact("Model", "x"), Fact("Cost", cost)))
              for colour, cost in (("red", "$1"), ("blue", "$2"))]  # fmt: skip
    rows = compared(images)
    model = ComparedTableModel()
    model.set_rows(rows, 2)
    qtmodeltester.check(model)
    role = Qt.ItemDataRole
    assert [model.index(r, 2).data() for r in range(3)] == [images[1].prompt, "x", "$2"]
    assert model.index(1, 1).data(role.AccessibleDescriptionRole) == "the same in all"
    pieces = (Piece(Kind.REMOVED, "red "), Piece(Kind.ADDED, "blue "), Piece(Kind.SAME, "fox"))
    model.set_pieces(0, {(rows[0], 1): pieces})
    assert model.index(0, 2).data(ComparedRole.PIECES) == pieces
    assert model.index(0, 2).data(role.AccessibleDescriptionRole) == (
        "differs; without: red; added: blue"
    )
    assert model.index(0, 1).data(ComparedRole.PIECES) == ((Kind.SAME, images[0].prompt),)
    model.show_only_differences(True)
    assert [row.label for row in model.rows] == ["Prompt", "Cost"]


@pytest.mark.parametrize(
    ("text", "rightwards"),
    [
        ("", True),
        ("123, abc שלום", True),
        ("123, שלום abc", False),
        ("سلام", False),
        ("\u2068abc\u2069 שלום", False),
        ("\u2067שלום\u2069 abc", True),
        ("\u2066a\u2067שלום\u2069b\u2069 שלום", False),
        ("\u2069abc שלום", True),
        ("\u2067שלום", True),
        ("\u2066abc\nשלום", False),
    ],
)
def test_a_text_begins_where_its_first_letter_outside_isolates_does(
    text: str, rightwards: bool
) -> None:
    assert (direction_of(text) == Qt.LayoutDirection.LeftToRight) == rightwards
