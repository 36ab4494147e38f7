"""What facets say, beside counting sidecars one by one."""

import asyncio
import random
from collections import Counter, defaultdict
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalog import open_catalog
from core.changes import FolderChange, pack
from core.facets import (
    Combination,
    Facet,
    Facets,
    FacetValue,
    facet_of,
    facets_of,
    held_values,
    marked,
    with_values,
)
from core.query import parse
from core.query_terms import SHAPES, Mark, OneOf, Query, Term, TextField, Value
from tests.core.disk_store import truth
from tests.core.test_catalog import DAY, STORE, row
from tests.core.test_query import queries, written
from tests.core.test_search import (
    NOW,
    Brute,
    DiskStoreAt,
    brute,
    fill,
    indexed,
    lower,
    matches,
    opened,
    random_query,
    random_term,
    searchable,
)

__all__ = ["opened"]


def values_of(image: Brute, facet: Facet) -> str:
    if facet is Facet.SHAPE:
        return next((str(shape) for shape in SHAPES if image.has(shape)), "")
    if facet is Facet.PINNED:
        return "pinned" if image.fields.pinned else "not pinned"
    return image.texts(TextField(facet.value))[0]


def expected(everything: list[Brute], query: Query) -> dict[Facet, dict[str, int]]:
    """How many images each value would find in the place of its facet's terms."""
    counts: dict[Facet, Counter[str]] = defaultdict(Counter)
    for image in everything:
        failing = [term for term in query.terms if not matches(image, term, everything)]
        for facet in Facet:
            if all(facet_of(term.condition) == facet for term in failing):
                counts[facet][values_of(image, facet)] += 1
    return {facet: {v: n for v, n in counts[facet].items() if v} for facet in Facet}


def said(facets: Facets) -> dict[Facet, dict[str, int]]:
    return {
        facet: {lower(value.name): value.images for value in values.values() if value.images}
        for facet, values in facets.items()
    }


def agree(facets: Facets, everything: list[Brute], query: Query) -> None:
    assert said(facets) == expected(everything, query), query
    for facet, values in facets.items():
        terms = [term for term in query.terms if facet_of(term.condition) == facet]
        positive = facet is Facet.PINNED or any(not term.excluded for term in terms)
        for name, value in values.items():
            assert name == lower(value.name)
            having = (each for each in everything if values_of(each, facet) == lower(value.name))
            if (image := next(having, None)) is None:
                # nothing is pinned, or everything; or it is looked for in vain
                assert value.images == 0 and (facet is Facet.PINNED or positive)
                continue
            passes = all(matches(image, term, everything) for term in terms)
            assert value.held == bool(terms and positive and passes), (value, query)
        counts = [value.images for value in values.values()]
        assert counts == sorted(counts, reverse=True)


def random_search(rng: random.Random) -> Query:
    """Often with several terms of facets."""
    terms = [random_term(rng) for _ in range(40)]
    about = [term for term in terms if facet_of(term.condition)][: rng.randrange(4)]
    other = random_query(rng).terms if rng.random() < 0.6 else ()
    return Query((*other, *about))


@pytest.mark.parametrize("seed", range(2))
async def test_facets_of_random_searches_say_what_counting_does(opened, seed):
    store, manager = opened
    rng = random.Random(seed)
    everything = await indexed(store, manager, rng, 100)
    for _ in range(250):
        query = random_search(rng)
        counter = manager.facet_counter(query)
        await counter.count()
        agree(await counter.facets(), everything, query)


@given(st.lists(st.sampled_from(["a", "Ab", "abc", "b", "ä"]), min_size=1), st.randoms())
def test_marks_of_another_search_are_those_that_a_count_would_set(models, rng):
    everything = dict(Counter(Combination(model, "", "", "", "not pinned") for model in models))
    terms = ["model:a", "model:AB", "model:ab*", "model:b,abc", "-model:a*", "-model:Ä"]
    before, now = (parse(" ".join(rng.sample(terms, rng.randrange(3))), NOW) for _ in range(2))
    before_said = facets_of(before, everything, everything)
    found = marked(before_said, now)
    counted = facets_of(now, everything, everything)
    for facet in (Facet.MODEL, Facet.PINNED):
        ours, theirs = ({v.name: v.held for v in each[facet].values()} for each in (found, counted))
        both = ours.keys() & theirs.keys()
        assert {name: ours[name] for name in both} == {name: theirs[name] for name in both}
        held = held_values(before_said[facet], facet, now)
        assert held == [value for value in found[facet].values() if value.held]


async def test_counts_follow_what_comes_changes_and_goes(opened):
    store, manager = opened
    rng = random.Random(5)
    await indexed(store, manager, rng, 120)
    searches = [Query(), *(random_search(rng) for _ in range(30))]
    counters = {query: manager.facet_counter(query) for query in searches}
    for counter in counters.values():
        await counter.count()
    for turn in range(4):
        before = {image.day for image in brute(store.base)}
        for path in rng.sample(sorted(truth(store.base)), 12):
            image = store.base / path
            if rng.random() < 0.5 or path.count("/") == 1:
                image.unlink()
            else:
                sidecar = image.with_suffix(".json")
                sidecar.write_text(f'{{"image_id": "{image.stem}", "model": "m{turn}"}}')
        fill(DiskStoreAt(store.base, turn), rng, 20)
        await manager.rescan(full=True)
        await searchable(manager)
        everything = brute(store.base)
        days = before | {image.day for image in everything}
        for query, counter in counters.items():
            for part in (sorted(days)[::2], sorted(days)[1::2]):
                await counter.count(part)
            agree(await counter.facets(), everything, query)


async def test_a_count_that_is_cancelled_leaves_the_catalogue_and_can_be_counted_again(opened):
    store, manager = opened
    rng = random.Random(3)
    everything = await indexed(store, manager, rng, 120)
    query = Query((Term(Mark.PROMPT),))
    counter = manager.facet_counter(query)
    for turns in range(12):
        counting = asyncio.create_task(counter.count())
        for _ in range(turns):
            await asyncio.sleep(0)
        counting.cancel()
        await asyncio.wait([counting])
        await manager.totals()
    await counter.count()
    agree(await counter.facets(), everything, query)


async def test_what_is_no_longer_wanted_is_not_counted_to_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr("core.catalog_search.STEPS", 10)
    with closing(open_catalog(tmp_path / "catalog.db", STORE)) as catalog:
        catalog.apply([FolderChange("images", pack([row(f"{n}.png", DAY) for n in range(60)]))])
        plan = catalog.search_plan(Query())
        asked = iter([False])
        assert catalog.counted(plan, DAY, DAY, lambda: next(asked, True)) == []
        assert next(asked, None) is None
        ((day, combination, images),) = catalog.counted(plan, DAY, DAY)
        assert (day, images) == (DAY, 60)
        assert catalog.combinations(10) == {combination: 60}


async def test_more_combinations_than_can_be_counted_say_so(opened, monkeypatch):
    monkeypatch.setattr("core.facet_counter.MOST_COMBINATIONS", 3)
    store, manager = opened
    fill(store, random.Random(3), 40)
    await manager.open()
    await manager.rescan()
    await searchable(manager)
    for query in (Query(), Query((Term(Mark.PROMPT),))):
        counter = manager.facet_counter(query)
        await counter.count()
        assert counter.too_many
        assert await counter.facets() == {}


def value(name: str, term: Term) -> FacetValue:
    return FacetValue(name, term, 1, held=False)


def model(name: str) -> FacetValue:
    return value(name, Term(Value(TextField.MODEL, name)))


@pytest.mark.parametrize(
    ("before", "values", "after"),
    [
        ("", ["a"], "model:a"),
        ("fo", ["a"], "model:a fo"),  # which may still become fox
        ('"in the fo', ["a b"], 'model:"a b" "in the fo'),
        ("model:a fox", [], "fox"),
        ("fox model:a", [], "fox "),  # and not the beginning of foxes
        ("fox model:a red", ["b"], "fox model:b red"),
        ("model:a", ["a", "b,c"], 'model:a,"b,c"'),
        ("model:a* red -model:b  fox", ["c"], "model:c red fox"),
        ("model:a shape:square model:b", [], "shape:square "),
        ("fox colour:red", ["a"], "model:a fox colour:red"),
        ("model:a colour:red model:b", ["c"], "model:c colour:red model:b"),
        ('model:"a b', ["c"], "model:c"),
    ],
)
def test_a_facet_changes_its_own_terms_in_a_search_and_nothing_else(before, values, after):
    assert with_values(before, Facet.MODEL, [model(name) for name in values], NOW) == after


def test_pins_are_one_or_the_other():
    pinned = value("pinned", Term(Mark.PINNED))
    others = value("not pinned", Term(Mark.PINNED, excluded=True))
    assert with_values("fox", Facet.PINNED, [pinned], NOW) == "is:pinned fox"
    assert with_values("is:pinned fox", Facet.PINNED, [others], NOW) == "-is:pinned fox"
    assert with_values("-is:pinned fox", Facet.PINNED, [others, pinned], NOW) == "fox"


@given(queries, st.lists(st.sampled_from(["a", "A b", 'q"', "x,y", "*"]), unique=True))
def test_whatever_stands_in_a_search_stays_but_for_the_terms_of_the_facet(query, names):
    text = written(query)
    changed = parse(with_values(text, Facet.MODEL, [model(name) for name in names], NOW), NOW)
    about = [term for term in changed.terms if facet_of(term.condition) == Facet.MODEL]
    others = [term for term in query.terms if facet_of(term.condition) != Facet.MODEL]
    assert [term for term in changed.terms if term not in about] == others
    assert len(about) == bool(names)
    if names:
        condition = about[0].condition
        each = condition.each if isinstance(condition, OneOf) else (condition,)
        assert each == tuple(Value(TextField.MODEL, name) for name in names)


def test_a_value_that_no_image_has_any_more_can_be_taken_out_again():
    everything = {Combination("imagen-4", "", "PNG", "square", "not pinned"): 3}
    query = parse("model:gone,imagen-4 format:gif portrait fox", NOW)
    facets = facets_of(query, everything, {})
    held = {
        facet: {v.name: v.images for v in values.values() if v.held}
        for facet, values in facets.items()
    }
    assert held[Facet.MODEL] == {"gone": 0, "imagen-4": 0}
    assert held[Facet.FORMAT] == {"gif": 0}
    assert held[Facet.SHAPE] == {"portrait": 0}
    beginning = facets_of(parse("model:ima", NOW), everything, everything)
    assert [(v.name, v.held) for v in beginning[Facet.MODEL].values()] == [("imagen-4", True)]
