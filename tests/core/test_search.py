"""What searches find, compared with reading every sidecar."""

from __future__ import annotations

import asyncio
import json
import random
import re
import unicodedata
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from core import ImageStorageManager, StorageSettings
from core.catalog import open_catalog
from core.changes import FolderChange, pack
from core.query import parse
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
from core.records import DayImages
from core.sidecar import parse as parse_sidecar
from tests.core.disk_store import DiskStore, truth
from tests.core.test_catalog import DAY, FOLDER, NOON, STORE, row
from tests.core.test_query import written
from tests.stores import picture

NOW = datetime(2026, 11, 26, 9)
NEWEST = datetime(2026, 11, 20, 18)
WORDS = (
    *("fox", "foxes", "Fox-trot", "café", "cafe", "naïve", "neon", "fog", "frog", "red", "reduce"),
    *("a", "in", "thick", "猫", "猫と犬", "16:9", "Éclair", "x"),
)
MODELS = ("imagen-4", "imagen-4-ultra", "Imagen-4", "gpt-image-1", "DALL-E 3", "", 'a "b" c')
PROVIDERS = ("openai", "OpenAI", "gemini", "")
TAGS = ("best", "Best", "to print", "x")
SIZES = ("1536x1024", "1024x1536", "1024x1024", "unknown", "0x5")


class Brute:
    """One image as its sidecar and file say it is."""

    def __init__(
        self, base: Path, path: str, told: tuple[object, ...], *, examined: bool = False
    ) -> None:
        self.path = path
        _, self.day, self.created_us, self.size, _, sidecar, _, _ = told
        self.broken = examined and not decodes(base / path)
        self.has_sidecar = sidecar is not None
        fields = parse_sidecar((base / sidecar).read_bytes() if sidecar else b"{}")
        self.fields = fields
        self.tokens = tokens(fields.prompt)
        ending = path.rpartition(".")[2]
        texts = {
            TextField.MODEL: [fields.model],
            TextField.PROVIDER: [fields.provider],
            TextField.FORMAT: [{"jpg": "jpeg"}.get(ending, ending)],
            TextField.TAG: list(fields.tags),
        }
        self._texts = {field: [lower(each) for each in found] for field, found in texts.items()}

    def texts(self, field: TextField) -> list[str]:
        return self._texts[field]

    def number(self, field: NumberField) -> float | None:
        fields = self.fields
        return {
            NumberField.SIZE: self.size,
            NumberField.WIDTH: fields.width or None,
            NumberField.HEIGHT: fields.height or None,
            NumberField.COST: fields.cost_usd,
            NumberField.RATING: fields.rating,
        }[field]

    def has(self, mark: Mark) -> bool:
        width, height = self.fields.width, self.fields.height
        known = width > 0 and height > 0
        return {
            Mark.LANDSCAPE: known and width > height,
            Mark.PORTRAIT: known and width < height,
            Mark.SQUARE: known and width == height,
            Mark.PINNED: self.fields.pinned,
            Mark.BROKEN: self.broken,
            Mark.PROMPT: bool(self.fields.prompt),
            Mark.SIDECAR: self.has_sidecar,
            Mark.C2PA: False,  # there are none
        }[mark]


def lower(text: str) -> str:
    return "".join(each.lower() if each.isascii() else each for each in text)


def tokens(text: str) -> list[str]:
    """Words as ``unicode61`` without diacritics sees them."""
    plain = [each for each in unicodedata.normalize("NFD", text.casefold()) if each]
    plain = [each for each in plain if unicodedata.category(each) != "Mn"]
    return re.findall(r"[^\W_]+", "".join(plain))


def matches(image: Brute, term: Term, everything: list[Brute]) -> bool:
    return holds(image, term.condition, everything) != term.excluded


def holds(image: Brute, condition: object, everything: list[Brute]) -> bool:
    if isinstance(condition, Words):
        wanted = tokens(condition.text)
        runs = (image.tokens[at : at + len(wanted)] for at in range(len(image.tokens)))
        if condition.prefix:
            return any(
                run[:-1] == wanted[:-1]
                and len(run) == len(wanted)
                and run[-1].startswith(wanted[-1])
                for run in runs
            )
        return any(run == wanted for run in runs)
    if isinstance(condition, OneOf):
        return any(holds(image, each, everything) for each in condition.each)
    if isinstance(condition, Value):
        value, has = lower(condition.value), image.texts(condition.field)
        known = any(value in each.texts(condition.field) for each in everything)
        if condition.prefix or not known:
            return any(each.startswith(value) for each in has)
        return value in has
    if isinstance(condition, Number):
        number = image.number(condition.field)
        if number is None:
            return False
        low, high = condition.lowest, condition.highest
        above = low is None or number > low or (number == low and not condition.lowest_out)
        return above and (
            high is None or number < high or (number == high and not condition.highest_out)
        )
    if isinstance(condition, Days):
        first, last = condition.first or date.min, condition.last or date.max
        return first.toordinal() <= image.day <= last.toordinal()
    return image.has(condition)


def decodes(path: Path) -> bool:
    try:
        with Image.open(path) as image:
            image.load()
    except (OSError, SyntaxError, ValueError):
        return False
    return True


def brute(base: Path, *, examined: bool = False) -> list[Brute]:
    return [Brute(base, path, told, examined=examined) for path, told in truth(base).items()]


def expected(everything: list[Brute], query: Query) -> dict[str, int]:
    return {
        image.path: image.day
        for image in everything
        if all(matches(image, term, everything) for term in query.terms)
    }


def fill(store: DiskStore, rng: random.Random, count: int) -> None:
    for n in range(count):
        moment = NEWEST - timedelta(days=rng.randrange(30), seconds=rng.randrange(60_000))
        keys: dict[str, object] = {
            "prompt": " ".join(rng.choices(WORDS, k=rng.randrange(7))),
            "model": rng.choice(MODELS),
            "provider": rng.choice(PROVIDERS),
            "file_info": {"dimensions": rng.choice(SIZES)},
            "contact_sheet": {
                "pinned": rng.random() < 0.2,
                "rating": rng.randrange(6),
                "tags": rng.sample(TAGS, rng.randrange(3)),
            },
        }
        if rng.random() < 0.7:
            keys["cost_info"] = {"estimated_cost_usd": rng.randrange(20) / 100}
        extension = rng.choice(["png", "jpg", "jpeg", "webp"])
        if rng.random() < 0.15:
            store.flat(f"img_{moment:%Y%m%d%H%M%S}_{n:012x}", extension, **keys)
        else:
            path = store.dated(moment, n, extension, **keys)
            if rng.random() < 0.1:
                path.with_suffix(".json").unlink()


def random_term(rng: random.Random) -> Term:
    def words() -> str:
        picked = " ".join(rng.choices(WORDS, k=rng.choice([1, 1, 1, 2, 3])))
        return picked[: rng.randrange(1, len(picked) + 1)].strip() if rng.random() < 0.5 else picked

    def value(field: TextField) -> Value:
        values = {
            TextField.MODEL: MODELS,
            TextField.PROVIDER: PROVIDERS,
            TextField.FORMAT: ("png", "jpeg", "webp", "gif"),
            TextField.TAG: TAGS,
        }[field]
        picked = rng.choice([each for each in values if each])
        if rng.random() < 0.4:
            picked = picked[: rng.randrange(1, len(picked) + 1)]
        return Value(field, picked, rng.random() < 0.3)

    def several() -> OneOf:
        count = rng.choice([2, 3])
        if rng.random() < 0.3:
            return OneOf(tuple(rng.choices(SHAPES, k=count)))
        field = rng.choice(list(TextField))
        return OneOf(tuple(value(field) for _ in range(count)))

    def number() -> Number:
        field = rng.choice(list(NumberField))
        low, high = sorted(rng.choices([0, 0.05, 0.1, 3, 5, 100, 300.5, 1024, 1536], k=2))
        if rng.random() < 0.3:
            return Number(field, float(low), float(high))
        if rng.random() < 0.5:
            return Number(field, lowest=float(low), lowest_out=rng.random() < 0.5)
        return Number(field, highest=float(high), highest_out=rng.random() < 0.5)

    def days() -> Days:
        ends = sorted(date(2026, 11, 20) - timedelta(days=rng.randrange(35)) for _ in "12")
        return rng.choice([Days(*ends), Days(ends[0]), Days(last=ends[1])])

    condition = rng.choice(
        [lambda: Words(words(), rng.random() < 0.5)] * 4
        + [lambda: value(rng.choice(list(TextField)))] * 2
        + [several, number, days, lambda: rng.choice(list(Mark))]
    )()
    return Term(condition, rng.random() < 0.25)


def random_query(rng: random.Random) -> Query:
    return Query(tuple(random_term(rng) for _ in range(rng.choice([1, 1, 2, 2, 3, 4]))))


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[tuple[DiskStore, ImageStorageManager]]:
    store = DiskStore(tmp_path / "store")
    manager = ImageStorageManager(StorageSettings(base_path=str(store.base)))
    yield store, manager
    await manager.close()


async def searchable(manager: ImageStorageManager) -> None:
    async with asyncio.timeout(20):
        while not await manager.searchable():
            await asyncio.sleep(0.01)


async def found(manager: ImageStorageManager, query: Query, days=None) -> list[DayImages]:
    everything: list[DayImages] = []
    async with aclosing(manager.search(query, days)) as pieces:
        async for piece in pieces:
            everything += piece.days
    return everything


async def agrees(manager: ImageStorageManager, everything: list[Brute], query: Query) -> int:
    """Compare one search with brute force in every respect; return how many it finds."""
    wanted, days = expected(everything, query), await found(manager, query)
    records = await manager.records([key for day in days for key in day.keys])
    text = written(query)
    assert {record.path for record in records.values()} == set(wanted), text
    assert all(newer.day > older.day for newer, older in pairwise(days))
    for day in days:
        images = [records[key] for key in day.keys]
        assert images == sorted(images, key=lambda each: (-each.created_us, -each.key))
        assert {image.day for image in images} == {day.day}
        assert {wanted[image.path] for image in images} == {day.day}
        assert day.size_bytes == sum(image.size_bytes for image in images)
    return len(wanted)


async def indexed(store, manager, rng, images):
    """Fill a store with so many images that searches find; return what reading each one says."""
    fill(store, rng, images)
    await manager.open()
    await manager.rescan()
    await searchable(manager)
    return brute(store.base)


@pytest.mark.parametrize("seed", range(3))
async def test_random_searches_find_what_reading_every_sidecar_does(opened, seed):
    store, manager = opened
    rng = random.Random(seed)
    everything = await indexed(store, manager, rng, 120)
    counts = [await agrees(manager, everything, random_query(rng)) for _ in range(700)]
    assert sum(0 < count < len(everything) for count in counts) > 300


@pytest.mark.parametrize("seed", range(2))
async def test_random_searches_find_what_is_broken_as_decoding_every_image_does(opened, seed):
    store, manager = opened
    rng = random.Random(seed)
    fill(store, rng, 60)
    for path in truth(store.base):
        extension = path.rpartition(".")[2]
        content = picture(extension, (64, 64), rng.randrange(256))
        kept = rng.choice([len(content), len(content), len(content) // 2, 5, 0])
        (store.base / path).write_bytes(content[:kept])
    await manager.open()
    await manager.rescan()
    await searchable(manager)
    while await manager.examine():
        pass
    everything = brute(store.base, examined=True)
    for excluded in (False, True):
        for mark in Mark:
            await agrees(manager, everything, Query((Term(mark, excluded),)))
        for _ in range(150):
            term = Term(Mark.BROKEN, excluded)
            await agrees(manager, everything, Query((term, *random_query(rng).terms)))
    assert 0 < sum(image.broken for image in everything) < len(everything)


async def test_searches_stay_true_through_edits_arrivals_and_removals(opened):
    store, manager = opened
    rng = random.Random(5)
    fill(store, rng, 120)
    await manager.open()
    await manager.rescan()
    for turn in range(4):
        for path in rng.sample(sorted(truth(store.base)), 12):
            image = store.base / path
            if rng.random() < 0.5:
                image.unlink()
            else:
                sidecar = image.with_suffix(".json") if path.count("/") > 1 else (
                    store.base / "metadata" / f"{image.stem}.json")  # fmt: skip
                sidecar.parent.mkdir(exist_ok=True)
                keys = {"prompt": " ".join(rng.choices(WORDS, k=4)), "model": rng.choice(MODELS)}
                sidecar.write_text(json.dumps({"image_id": image.stem, **keys}))
        fill(DiskStoreAt(store.base, turn), rng, 20)
        await manager.rescan(full=True)
        await searchable(manager)
        everything = brute(store.base)
        for _ in range(40):
            await agrees(manager, everything, random_query(rng))


async def test_the_values_of_fields_are_those_of_the_images_there_are(opened):
    store, manager = opened
    deceptive = ("fadedad", "t6261", "m61", "p7a7a", "f706e67")  # words that look like values
    store.dated(NEWEST, 900, model="gone", prompt=" ".join(deceptive))
    fill(store, random.Random(3), 60)
    await manager.open()
    await manager.rescan()
    await searchable(manager)
    for gone in (False, True):
        everything = brute(store.base)
        for field in TextField:
            values = await manager.search_values(field)
            wanted = {text for image in everything for text in image.texts(field) if text}
            assert sorted(map(lower, values)) == sorted(wanted), field
            assert values == sorted(values, key=str.casefold)
        assert gone != ("gone" in await manager.search_values(TextField.MODEL))
        for path in truth(store.base):
            if "gone" in {image.fields.model for image in everything if image.path == path}:
                (store.base / path).unlink()
        await manager.rescan(full=True)


class DiskStoreAt(DiskStore):
    """A store that is there already; its images have other numbers each turn."""

    def __init__(self, base: Path, turn: int) -> None:
        self.base = base
        self._turn = turn + 1

    def dated(self, moment, n, extension="png", **keys):
        return super().dated(moment, n + 1000 * self._turn, extension, **keys)


def test_of_a_day_only_what_matches_and_is_in_the_index_is_found(tmp_path):
    catalog = open_catalog(tmp_path / "catalog.db", STORE)

    def add(names: list[str], **fields: object) -> None:
        rows = [row(name, created_us=NOON + len(name), **fields) for name in names]
        catalog.apply([FolderChange(FOLDER, pack(rows))])

    def search() -> list[DayImages]:
        return catalog.found(catalog.search_plan(parse("lighthouse", datetime.now())), DAY, DAY)

    assert search() == []
    add(["a.png", "bbb.png", "cc.png"])
    catalog.keep_days()
    assert search() == catalog.days()
    (whole,) = search()
    add(["dddd.png"], prompt="a fox")
    assert search() == [whole]
    add(["fox.png"], prompt="a lighthouse")
    assert len(search()[0].keys) == 4
    catalog.apply([FolderChange(FOLDER, removed=[catalog.folder_entries(FOLDER)["dddd.png"]])])
    assert search() == catalog.days()
    add([f"{n}.png" for n in range(200)])
    assert catalog.waiting()
    assert len(search()[0].keys) == 4
    while catalog.add_searchable(150):
        pass
    assert search() == catalog.days()
    assert len(search()[0].keys) == 204
    catalog.close()
