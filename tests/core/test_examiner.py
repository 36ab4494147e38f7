"""Which images are broken or signed: each is looked at once, and again when it is replaced."""

from contextlib import aclosing, closing
from datetime import datetime, timedelta

import pytest

from core import ImageStorageManager, StorageSettings, examiner
from core.catalog import open_catalog
from core.changes import FolderChange, pack
from core.events import ImagesExamined
from core.query import parse
from tests import generated
from tests.core.disk_store import DiskStore
from tests.core.test_catalog import DAY, STORE, row
from tests.core.test_embedded import MEDIA_TYPES
from tests.core.test_search import searchable

NEWEST = datetime(2026, 11, 20, 18)
FORMATS = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP"}


@pytest.fixture
async def opened(tmp_path):
    store = DiskStore(tmp_path / "store")
    manager = ImageStorageManager(StorageSettings(base_path=str(store.base)))
    yield store, manager
    await manager.close()


def put(store, n, extension, *, signed):
    path = store.dated(NEWEST - timedelta(days=n), n, extension, prompt=f"fox {n}")
    content = generated.saved(FORMATS[extension])
    path.write_bytes(
        generated.signed(content, MEDIA_TYPES[FORMATS[extension]]) if signed else content
    )
    return path


async def found(manager, text):
    keys = []
    async with aclosing(manager.search(parse(text, NEWEST))) as pieces:
        async for piece in pieces:
            keys += [key for day in piece.days for key in day.keys]
    return {record.path for record in (await manager.records(keys)).values()}


async def examine_all(manager):
    while await manager.examine():
        pass


async def test_searches_find_what_has_credentials_when_it_was_looked_at(opened):
    store, manager = opened
    kinds = [(extension, signed) for extension in FORMATS for signed in (True, False)]
    paths = [put(store, n, *kind[:1], signed=kind[1]) for n, kind in enumerate(kinds)]
    named = {str(path.relative_to(store.base)): path for path in paths}
    signed = {name for name, (_, has) in zip(named, kinds, strict=True) if has}
    told = []
    manager.subscribe(lambda event: told.append(event))
    await manager.open()
    await manager.rescan()
    await searchable(manager)
    assert await manager.unexamined() == len(named)
    assert await found(manager, "has:c2pa") == set()
    await examine_all(manager)
    assert await manager.unexamined() == 0
    assert await found(manager, "has:c2pa") == signed
    assert await found(manager, "-has:c2pa fox") == named.keys() - signed
    news = [event for event in told if isinstance(event, ImagesExamined)]
    days = {(NEWEST - timedelta(days=n)).toordinal() for n, kind in enumerate(kinds) if kind[1]}
    assert frozenset[int]().union(*(each.days for each in news)) == days
    assert news[-1].left == 0

    # what is replaced is looked at again, whatever else stays known
    replaced, gone, edited, *_ = sorted(signed)
    named[replaced].write_bytes(generated.saved("PNG"))
    named[gone].unlink()
    named[edited].with_suffix(".json").write_text('{"prompt": "an otter"}')
    await manager.rescan(full=True)
    assert await found(manager, "has:c2pa") == signed - {replaced, gone}
    assert await found(manager, "has:c2pa otter") == {edited}
    assert await manager.unexamined() == 1
    await examine_all(manager)
    assert await manager.unexamined() == 0
    assert await found(manager, "has:c2pa") == signed - {replaced, gone}


async def test_what_could_not_be_opened_is_looked_at_again_in_another_session(opened):
    store, manager = opened
    path = put(store, 1, "png", signed=True)
    hidden = path.with_name("hidden")
    await manager.open()
    await manager.rescan()
    await searchable(manager)
    path.rename(hidden)  # as on a disk that was unplugged, and the catalogue does not know
    await examine_all(manager)
    hidden.rename(path)
    await examine_all(manager)
    assert await found(manager, "has:c2pa") == set()  # once is enough for now
    await manager.close()
    again = ImageStorageManager(manager.settings)
    await again.open()
    await examine_all(again)
    signed = await found(again, "has:c2pa")
    await again.close()
    assert signed == {path.relative_to(store.base).as_posix()}


async def test_a_store_out_of_reach_is_not_looked_through(opened):
    store, manager = opened
    unplugged = store.base.with_name("unplugged")
    unnoticed = put(store, 1, "png", signed=True)
    await manager.open()
    await manager.rescan()
    await searchable(manager)
    put(store, 2, "png", signed=False)
    store.base.rename(unplugged)
    await examine_all(manager)  # of what cannot be opened now
    await manager.rescan()
    assert not await manager.examine()
    unplugged.rename(store.base)
    await manager.rescan()
    assert await manager.unexamined() == 1  # which is new, or there would be none
    await examine_all(manager)
    assert await found(manager, "has:c2pa") == {unnoticed.relative_to(store.base).as_posix()}


async def test_many_that_could_not_be_opened_are_forgotten_piece_by_piece(opened, monkeypatch):
    store, manager = opened
    for n in range(5):
        put(store, n, "png", signed=False)
    await manager.open()
    await manager.rescan()
    hidden = store.base / "hidden"
    (store.base / "images").rename(hidden)
    assert examiner.examine(str(store.base), str(manager._index.path), 10) == ([], 0)
    hidden.rename(store.base / "images")
    monkeypatch.setattr("core.store.FORGOTTEN_AT_ONCE", 2)
    for left in (2, 4, 5):
        assert await manager.examine()
        assert await manager.unexamined() == left
    await examine_all(manager)
    assert await manager.unexamined() == 0


async def test_what_is_broken_is_found_until_it_is_whole(opened):
    store, manager = opened
    whole = put(store, 1, "png", signed=False)
    growing = put(store, 2, "jpg", signed=True)
    empty = put(store, 3, "webp", signed=False)
    odd = put(store, 4, "png", signed=False)
    content = growing.read_bytes()
    growing.write_bytes(content[:-100])  # as while another program writes it
    empty.write_bytes(b"")
    odd.with_suffix(".json").write_text("{")
    names = {path: path.relative_to(store.base).as_posix() for path in (whole, growing, empty, odd)}
    told = []
    manager.subscribe(lambda event: told.append(event))
    await manager.open()
    await manager.rescan()
    await searchable(manager)
    assert await found(manager, "is:broken") == {names[odd]}
    await examine_all(manager)
    broken = {names[each] for each in (growing, empty, odd)}
    assert await found(manager, "is:broken") == broken
    assert await found(manager, "-is:broken") == {names[whole]}
    assert await found(manager, "is:broken has:c2pa") == {names[growing]}
    days = [event.days for event in told if isinstance(event, ImagesExamined)]
    assert frozenset().union(*days) == {(NEWEST - timedelta(days=n)).toordinal() for n in (2, 3)}

    growing.write_bytes(content)
    odd.with_suffix(".json").write_text("{}")
    empty.with_suffix(".json").write_text('{"prompt": "a heron"}')
    await manager.rescan(full=True)
    assert await manager.unexamined() == 1
    assert await found(manager, "is:broken") == {names[empty]}
    await examine_all(manager)
    assert await found(manager, "is:broken") == await found(manager, "heron") == {names[empty]}
    assert await found(manager, "has:c2pa -is:broken") == {names[growing]}


async def test_an_image_at_which_looking_fails_hides_no_other(opened, monkeypatch):
    store, manager = opened
    empty = [store.dated(NEWEST - timedelta(minutes=n), n, "png") for n in range(3)]
    for path in empty:
        path.write_bytes(b"")
    newest, _, oldest = (path.relative_to(store.base).as_posix() for path in empty)
    await manager.open()
    await manager.rescan()
    await searchable(manager)
    look_at, looked = examiner.look_at, []

    def fail(file):
        looked.append(file)
        if len(looked) == 2:
            raise AssertionError("as a mistake of ours does")
        return look_at(file)

    monkeypatch.setattr(examiner, "look_at", fail)
    arguments = str(store.base), str(manager._index.path), 10
    with pytest.raises(AssertionError):
        examiner.examine(*arguments)
    assert await found(manager, "is:broken") == {newest}
    examiner.examine(*arguments)
    assert await found(manager, "is:broken") == {newest, oldest}


async def test_what_cannot_be_read_is_looked_at_once_and_has_none(opened):
    store, manager = opened
    for n, content in enumerate([b"", b"\x89PNG\r\n\x1a\n", b"RIFF\xff\xff\xff\xffWEBP", b"II*\0"]):
        path = store.dated(NEWEST, n, "png")
        path.write_bytes(content)
    await manager.open()
    await manager.rescan()
    await searchable(manager)
    path.unlink()  # and the catalogue does not know
    await examine_all(manager)
    assert await manager.unexamined() == 0
    assert await found(manager, "has:c2pa") == set()
    assert len(await found(manager, "is:broken")) == 3
    assert await found(manager, "-is:broken") == {path.relative_to(store.base).as_posix()}


def test_the_newest_are_looked_at_first_also_before_searches_find_them(tmp_path):
    with closing(open_catalog(tmp_path / "catalog.db", STORE)) as catalog:
        for back in range(3):
            rows = [row(f"{back}-{n}.png", DAY - back, created_us=n) for n in range(50)]
            catalog.apply([FolderChange(f"images/{back}", pack(rows))])
        names = []
        while images := catalog.next_unexamined(7):
            names += [image.path for image in images]
            days = catalog.note_examined([(image, ("-3" in image.path, False)) for image in images])
            assert days <= {DAY - int(image.path[7]) for image in images}
        assert names == [
            f"images/{back}/{back}-{n}.png" for back in range(3) for n in range(50)[::-1]
        ]
        assert catalog.unexamined() == 0
        while catalog.add_searchable(40):
            pass
        plan = catalog.search_plan(parse("has:c2pa", NEWEST))
        assert [len(day.keys) for day in catalog.found(plan, DAY - 2, DAY)] == [11] * 3
        catalog.apply([FolderChange("images/1", gone=True)])
        assert catalog.unexamined() == 0
        assert [day.day for day in catalog.found(plan, DAY - 2, DAY)] == [DAY, DAY - 2]
