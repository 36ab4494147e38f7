"""Images in another order, compared with sorting them one by one."""

from __future__ import annotations

import asyncio
import json
from array import array
from collections import Counter, defaultdict
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.arrangement import Arrangement, Grouping, PromptLabel, SortKey
from core.arranging import Arranger
from core.catalog import open_catalog
from core.changes import FolderChange, pack
from core.events import CatalogReset, ImagesChanged
from core.records import DayImages, ImageRecord
from tests.core.test_catalog import DAY, FOLDER, NOON, STORE, row
from tests.stores import image_files, make_image, make_store, newest_first, sidecar_of

A_DAY = 86_400_000_000
ARRANGEMENTS = [
    Arrangement(sort, descending, group)
    for sort in SortKey
    for descending in (True, False)
    for group in Grouping
]
images = st.lists(
    st.fixed_dictionaries(
        {
            "back": st.integers(0, 70),
            "second": st.integers(0, 3),
            "size_bytes": st.sampled_from([5, 7, 2**45]),
            "cost_usd": st.sampled_from([None, 0.0, 0.25, 1e6]),
            "rating": st.integers(0, 2),
            "model": st.sampled_from(["", "imagen-4", "Imagen-4", "DALL-E", "ä", "Ä"]),
            "prompt": st.sampled_from(["", "fox", "Fox", "fox ", "an otter"]),
            "letter": st.sampled_from("aBcÄ"),
        }
    ),
    max_size=24,
)


def by_brute_force(
    records: list[ImageRecord], how: Arrangement
) -> list[tuple[object, int, list[int]]]:
    """The sections: what is said above, the bytes, and the keys."""
    newest = sorted(records, key=lambda each: (-each.day, -each.created_us, -each.key))
    value = {
        SortKey.DATE: lambda each: (each.day, each.created_us, each.key),
        SortKey.SIZE: lambda each: each.size_bytes,
        SortKey.NAME: lambda each: lower(each.filename),
        SortKey.MODEL: lambda each: each.model or None,
        SortKey.COST: lambda each: each.cost_usd,
        SortKey.RATING: lambda each: each.rating or None,
    }[how.sort]
    known = [each for each in newest if value(each) is not None]
    unknown = [each for each in newest if value(each) is None]
    prompts = defaultdict(list)
    for each in newest:
        prompts[each.prompt].append(each)
    spelled = Counter(each.model for each in newest)

    def model(each: ImageRecord) -> str:
        """How the most images spell it, of spellings that differ in the case of ASCII's letters."""
        same = (name for name in spelled if lower(name) == lower(each.model))
        return max(same, key=lambda name: (spelled[name], name))

    def key(each: ImageRecord) -> object:
        return (model(each).casefold(), model(each)) if how.sort is SortKey.MODEL else value(each)

    ordered = sorted(known, key=key, reverse=how.descending) + unknown
    upwards = how.sort is SortKey.DATE and not how.descending

    def label(each: ImageRecord) -> tuple[object, object]:
        """Where the section stands, and what is said above it."""
        if how.group is Grouping.DAY:
            return each.day if upwards else -each.day, each.day
        if how.group is Grouping.MONTH:
            first = date.fromordinal(each.day).replace(day=1).toordinal()
            return first if upwards else -first, first
        if how.group is Grouping.MODEL:
            name = model(each)
            return (not name, name.casefold(), name), name
        if how.group is Grouping.PROMPT:
            if not each.prompt:
                return (2, 0), PromptLabel.NONE
            if len(prompts[each.prompt]) == 1:
                return (1, 0), PromptLabel.ONCE
            return (0, newest.index(prompts[each.prompt][0])), PromptLabel.SAME
        return 0, 0

    sections = defaultdict(list)
    for each in ordered:
        sections[label(each)].append(each)
    return [
        (said, sum(each.size_bytes for each in sections[place, said]),
         [each.key for each in sections[place, said]])
        for place, said in sorted(sections, key=lambda found: found[0])
    ]  # fmt: skip


def lower(name: str) -> str:
    return "".join(each.lower() if each.isascii() else each for each in name)


def sections_of(arranged) -> list[tuple[object, int, list[int]]]:
    found, first = [], 0
    for said, count, size in zip(
        arranged.labels, arranged.counts, arranged.size_bytes, strict=True
    ):
        found.append((said, size, list(arranged.keys[first : first + count])))
        first += count
    assert first == len(arranged.keys)
    return found


def filled(arranger: Arranger, catalog, days: list[DayImages], how: Arrangement):
    for column, keys in arranger.missing(days, how):
        arranger.put(column, keys, catalog.column(column, keys))
    return arranger.arranged(days, how)


@given(images, st.sampled_from(ARRANGEMENTS), st.randoms())
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
def test_any_images_stand_as_sorted_one_by_one(tmp_path_factory, made, how, rng):
    catalog = open_catalog(tmp_path_factory.mktemp("cache") / "catalog.db", STORE)
    rows = []
    for number, fields in enumerate(made):
        back, letter = fields.pop("back"), fields.pop("letter")
        when = NOON - back * A_DAY + fields.pop("second")
        rows.append(row(f"{letter}{number}.png", DAY - back, when, **fields))
    catalog.apply([FolderChange(FOLDER, pack(rows))])
    days = catalog.days()
    records = list(catalog.records([key for day in days for key in day.keys]).values())
    rng.shuffle(days)
    arranger = Arranger()
    assert sections_of(filled(arranger, catalog, days, how)) == by_brute_force(records, how)
    again = filled(arranger, catalog, days, how)
    assert sections_of(again) == by_brute_force(records, how)
    assert not arranger.missing(days, how)
    catalog.close()


def test_models_that_differ_in_case_are_one_group_as_a_search_takes_them(tmp_path):
    catalog = open_catalog(tmp_path / "catalog.db", STORE)
    models = ("IMAGEN", "imagen", "", "dall-e", "imagen", "É", "é")
    rows = [row(f"{n}.png", model=model) for n, model in enumerate(models)]
    catalog.apply([FolderChange(FOLDER, pack(rows))])
    found = filled(Arranger(), catalog, catalog.days(), Arrangement(group=Grouping.MODEL))
    assert found.labels == ["dall-e", "imagen", "É", "é", ""]
    assert list(found.counts) == [1, 3, 1, 1, 1]
    catalog.close()


def test_a_group_of_models_is_called_as_most_of_its_images_are_by_now(tmp_path):
    catalog = open_catalog(tmp_path / "catalog.db", STORE)
    by_model = Arrangement(group=Grouping.MODEL)
    rows = [row(f"{n}.png", model="IMAGEN") for n in range(3)]
    catalog.apply([FolderChange(FOLDER, pack(rows))])
    days, arranger = catalog.days(), Arranger()
    assert filled(arranger, catalog, days, by_model).labels == ["IMAGEN"]
    edited = [row(f"{n}.png", model="imagen") for n in range(2)]
    known = catalog.folder_entries(FOLDER)
    replaced = [known[each.name] for each in edited]
    catalog.apply([FolderChange(FOLDER, pack(edited), replaced=replaced)])
    arranger.forget([each.key for each in replaced])
    assert filled(arranger, catalog, days, by_model).labels == ["imagen"]
    one = DayImages(days[0].day, 5, array("q", [known["2.png"].key]))
    assert filled(arranger, catalog, [one], by_model).labels == ["IMAGEN"]
    catalog.close()


def test_what_was_not_asked_for_is_forgotten_and_what_changed_is_asked_again(tmp_path):
    catalog = open_catalog(tmp_path / "catalog.db", STORE)
    catalog.apply([FolderChange(FOLDER, pack([row(f"{n}.png", size_bytes=n) for n in range(9)]))])
    days, by_size = catalog.days(), Arrangement(SortKey.SIZE, group=Grouping.NOTHING)
    arranger = Arranger()
    filled(arranger, catalog, days, by_size)
    arranger.forget([days[0].keys[3], 4711])
    assert [list(keys) for _, keys in arranger.missing(days, by_size)] == [[days[0].keys[3]]]
    assert arranger.missing(days, Arrangement()) == []
    assert len(arranger.missing(days, by_size)[0][1]) == 9
    catalog.close()


def test_who_asks_for_another_order_means_the_whole_store():
    by_day = Arrangement()
    largest = by_day.sorted_by(SortKey.SIZE)
    assert largest == Arrangement(SortKey.SIZE, True, Grouping.NOTHING)
    assert largest.sorted_by(SortKey.DATE) == by_day
    assert by_day.sorted_by(SortKey.NAME) == Arrangement(SortKey.NAME, False, Grouping.NOTHING)
    by_model = Arrangement(group=Grouping.MODEL)
    assert by_model.sorted_by(SortKey.COST) == Arrangement(SortKey.COST, True, Grouping.MODEL)


async def arranged_names(manager, ordering, how) -> list[str]:
    found = await ordering.arrange(await manager.days(), how)
    records = await manager.records(found.keys)
    return [records[key].image_id for key in found.keys]


def by_cost(base) -> list[str]:
    """The images' names, the dearest first, by reading the sidecars."""

    def cost(path) -> float:
        return json.loads(sidecar_of(base, path).read_bytes())["cost_info"]["estimated_cost_usd"]

    return [path.stem for path in sorted(newest_first(base), key=lambda path: -cost(path))]


async def test_edits_arrivals_and_removals_are_known_the_next_time(tmp_path, opened):
    base = make_store(tmp_path / "store", images=30)
    manager = await opened(base)
    ordering, dearest = manager.ordering(), Arrangement(SortKey.COST, group=Grouping.NOTHING)
    try:
        assert await arranged_names(manager, ordering, dearest) == by_cost(base)
        edited, gone = image_files(base)[3], image_files(base)[7]
        sidecar = sidecar_of(base, edited)
        changed = json.loads(sidecar.read_bytes())
        changed["cost_info"]["estimated_cost_usd"] = 99.0
        sidecar.write_text(json.dumps(changed))
        gone.unlink()
        make_image(base, datetime(2026, 11, 21, 9))
        told = asyncio.Event()
        end = manager.subscribe(
            lambda event: told.set() if isinstance(event, ImagesChanged) else None
        )
        await manager.rescan(full=True)
        await told.wait()
        end()
        names = await arranged_names(manager, ordering, dearest)
        assert names == by_cost(base)
        assert names[0] == edited.stem
        assert len(names) == 30
    finally:
        ordering.close()


async def test_it_can_be_cancelled_and_goes_on_where_it_was(tmp_path, opened, monkeypatch):
    monkeypatch.setattr("core.columns.AT_ONCE", 5)
    base = make_store(tmp_path / "store", images=30)
    manager = await opened(base)
    ordering, dearest = manager.ordering(), Arrangement(SortKey.COST, group=Grouping.NOTHING)
    told = []
    asking = asyncio.create_task(
        ordering.arrange(
            await manager.days(),
            dearest,
            lambda progress: (told.append(progress), asking.cancel()),
        )
    )
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert [(each.done, each.total) for each in told] == [(5, 30)]
    told.clear()
    await ordering.arrange(await manager.days(), dearest, told.append)
    assert [(each.done, each.total) for each in told][-1] == (25, 25)
    ordering.close()
    ordering.close()


async def test_a_catalogue_made_anew_meanwhile_is_read_anew(tmp_path, opened):
    base = make_store(tmp_path / "store", images=30)
    manager = await opened(base)
    ordering, dearest = manager.ordering(), Arrangement(SortKey.COST, group=Grouping.NOTHING)
    told = []

    def reset_once(progress):
        if not told:
            manager._events.emit(CatalogReset())
        told.append(progress)

    arranged = await ordering.arrange(await manager.days(), dearest, reset_once)
    records = await manager.records(arranged.keys)
    assert [records[key].image_id for key in arranged.keys] == by_cost(base)
    assert len(told) == 2
    ordering.close()
