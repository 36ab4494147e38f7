"""What two texts have in common, word by word."""

from __future__ import annotations

import random
from collections.abc import Generator
from difflib import SequenceMatcher
from itertools import pairwise
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from gui.models import word_diff
from gui.models.word_diff import Kind, Piece, excerpt

T = TypeVar("T")
SAME, ADDED, REMOVED = Kind.SAME, Kind.ADDED, Kind.REMOVED
few_words = st.lists(st.sampled_from("abcde"), max_size=14).map(" ".join)
any_text = st.text(max_size=60)


def outcome(work: Generator[None, None, T]) -> tuple[T, int]:
    """What a generator returns, and how often it paused."""
    pauses = 0
    while True:
        try:
            next(work)
        except StopIteration as ended:
            return ended.value, pauses
        pauses += 1


def diff(first: str, second: str) -> tuple[Piece, ...]:
    return outcome(word_diff.word_diff(first, second))[0]


def text_of(pieces: tuple[Piece, ...], *kinds: Kind) -> str:
    return "".join(piece.text for piece in pieces if piece.kind in kinds)


def words_of(text: str) -> list[str]:
    return [found[0].rstrip() for found in word_diff._WORD.finditer(text.strip())]


def test_the_words_that_came_and_went_are_told_apart() -> None:
    assert diff("a red fox at dawn", "a blue fox at dawn, far") == (
        (SAME, "a "), (REMOVED, "red "), (ADDED, "blue "), (SAME, "fox at dawn"), (ADDED, ", far"),
    )  # fmt: skip
    assert diff("(fox:1.2), sharp", "(fox:1.3), sharp") == (
        (SAME, "(fox:"), (REMOVED, "1.2"), (ADDED, "1.3"), (SAME, "), sharp"),
    )  # fmt: skip
    assert diff("红色的狐狸", "蓝色的狐狸") == (
        (REMOVED, "红"), (ADDED, "蓝"), (SAME, "色的狐狸"),
    )  # fmt: skip
    assert diff("", "") == ()
    assert diff("", "a fox") == ((ADDED, "a fox"),)
    assert diff("a fox", " a\n fox ") == ((SAME, "a\n fox"),)


@given(any_text, any_text)
def test_the_pieces_make_up_both_texts(first: str, second: str) -> None:
    pieces = diff(first, second)
    assert text_of(pieces, SAME, ADDED) == second.strip()
    ours = [w for p in pieces if p.kind is not ADDED for w in words_of(p.text)]
    assert ours == words_of(first)
    assert all(one.kind is not two.kind for one, two in pairwise(pieces))
    assert all(piece.text for piece in pieces)


@given(few_words, few_words)
def test_no_shorter_way_is_found_by_brute_force(first: str, second: str) -> None:
    a, b = words_of(first), words_of(second)
    longest = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]  # of what both have, so far
    for i, one in enumerate(a, 1):
        for j, two in enumerate(b, 1):
            longest[i][j] = (longest[i - 1][j - 1] + 1 if one == two
                             else max(longest[i - 1][j], longest[i][j - 1]))  # fmt: skip
    same = words_of(text_of(diff(first, second), SAME))
    assert len(same) == longest[-1][-1]
    assert len(same) >= sum(m.size for m in SequenceMatcher(None, a, b).get_matching_blocks())


@given(any_text)
def test_the_same_text_has_no_differences(text: str) -> None:
    assert all(piece.kind is SAME for piece in diff(text, text))


def test_huge_texts_are_compared_in_many_small_steps_and_an_end_is_found() -> None:
    rng = random.Random(1)
    known = [f"word{number}" for number in range(2000)]
    first = [rng.choice(known) for _ in range(20_000)]
    second = list(first)
    second[700:700] = ["inserted"] * 300
    for place in (9_000, 19_990):
        second[place] = "changed"
    pieces, pauses = outcome(word_diff.word_diff(" ".join(first), " ".join(second)))
    assert text_of(pieces, ADDED).split() == ["inserted"] * 300 + ["changed"] * 2
    assert len(text_of(pieces, REMOVED).split()) == 2
    assert pauses > 300
    others = [rng.choice(known) for _ in range(20_000)]
    pieces, pauses = outcome(word_diff.word_diff(" ".join(first), " ".join(others)))
    assert text_of(pieces, SAME, ADDED) == " ".join(others)
    assert 300 < pauses < 2 * word_diff.MOST_STEPS / word_diff._AT_ONCE


def test_there_are_pauses_within_a_long_run_of_what_is_the_same() -> None:
    looked = 0

    class Words(list[int]):
        def __getitem__(self, place: int) -> int:  # type: ignore[override]
            nonlocal looked
            looked += 1
            return super().__getitem__(place)

    run = range(2, 20_000)
    most = before = 0
    for _ in word_diff._way(Words([0, *run, 0]), Words([1, *run, 1])):
        most, before = max(most, looked - before), looked
    assert looked > 2 * len(run)
    assert most <= 4 * word_diff._AT_ONCE


def test_an_excerpt_keeps_what_differs() -> None:
    same = "common " * 400
    pieces = diff(f"{same}old {same}", f"{same}new {same}")
    shown = excerpt(pieces, 2000)
    assert [piece for piece in shown if piece.kind is not SAME] == [
        (REMOVED, "old "), (ADDED, "new "),
    ]  # fmt: skip
    assert len("".join(piece.text for piece in shown)) < 500
    assert shown[0].text.startswith("common common") and " … " in shown[0].text
    assert excerpt(pieces, 10_000) == pieces


@given(st.lists(st.tuples(st.sampled_from(Kind), st.text(min_size=1, max_size=400)), max_size=8),
       st.integers(1, 500))  # fmt: skip
def test_an_excerpt_is_never_much_longer_than_it_may_be(
    pieces: list[tuple[Kind, str]], limit: int
) -> None:
    shown = excerpt([Piece(*each) for each in pieces], limit)
    assert sum(len(piece.text) for piece in shown) <= limit + len(shown) + 2
