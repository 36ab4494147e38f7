"""The index where things go wrong: a catalogue or a worker that is lost, a store that goes away."""

import asyncio
import os
import shutil
from contextlib import suppress
from datetime import datetime, timedelta

import psutil
import pytest

from core import ImageStorageManager, StorageSettings
from core.annotations import AnnotationChange
from core.catalog import Catalog
from core.errors import CatalogError
from core.events import CatalogReset, ImagesChanged, ScanChanged
from core.scan_messages import Problem
from tests.stores import image_files, make_image

NOW = datetime(2026, 11, 20, 18)


@pytest.fixture
async def opened():
    """Open managers that are closed when the test is over."""
    managers = []

    async def open_manager(base):
        manager = ImageStorageManager(StorageSettings(base_path=str(base)))
        managers.append(manager)
        await manager.open()
        await manager.rescan()
        return manager

    yield open_manager
    for manager in managers:
        await manager.close()


def catalogue_of(base):
    return next(base.parent.rglob("catalog.db"))


def damage(base):
    """Write over the catalogue while it is open."""
    for path in catalogue_of(base).parent.glob("catalog.db*"):
        if not path.name.endswith("-shm"):
            with suppress(FileNotFoundError):  # whoever reads it just now rebuilds it at once
                path.write_bytes(os.urandom(max(path.stat().st_size, 65536)))


async def images_in(manager):
    return (await manager.totals()).images


async def test_without_a_cache_folder_a_store_does_not_open(store, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    manager = ImageStorageManager(StorageSettings(base_path=str(store(images=1))))
    with pytest.raises(CatalogError, match="no place to be"):
        await manager.open()
    with pytest.raises(CatalogError, match="open it first"):
        await manager.totals()
    await manager.close()


async def test_what_cannot_be_looked_at_waits_for_the_next_scan(store, opened, caplog):
    base = store(images=2, flat_share=0)
    manager = await opened(base)
    paths = [path.relative_to(base).as_posix() for path in image_files(base)]
    shutil.move(base, base.parent / "away")
    await manager._index.refresh(paths)
    assert "waits for the next scan" in caplog.text
    assert paths[0] in caplog.text
    shutil.move(base.parent / "away", base)
    assert await images_in(manager) == 2


async def test_one_look_tells_what_is_gone_and_what_is_as_it_was(tmp_path, opened):
    gone, kept = make_image(tmp_path, NOW), make_image(tmp_path, NOW - timedelta(days=1))
    manager = await opened(tmp_path)
    await manager.annotate([kept.stem], AnnotationChange())
    shutil.rmtree(gone.parent)
    await manager._index.refresh([gone.relative_to(tmp_path).as_posix()])
    (record,) = await manager._index.read(Catalog.newest)
    assert record.image_id == kept.stem


async def test_a_catalogue_deleted_under_an_open_store_is_made_anew(store, opened):
    base = store(images=5)
    manager = await opened(base)
    heard = []
    manager.subscribe(heard.append)
    catalogue_of(base).unlink()
    await manager.rescan()
    assert CatalogReset() in heard
    await manager.rescan()
    assert catalogue_of(base).exists()
    assert await images_in(manager) == 5


async def test_a_catalogue_damaged_before_a_scan_is_made_anew(store, opened, caplog):
    base = store(images=30, days=10)
    manager = await opened(base)
    damage(base)
    await manager.rescan(full=True)
    await manager.rescan(full=True)
    assert await images_in(manager) == 30
    assert "is rebuilt" in caplog.text


async def test_a_catalogue_damaged_during_a_scan_is_made_anew(store, opened):
    base = store(images=400, days=10)
    manager = await opened(base)
    damaged = []

    def listener(event):
        if isinstance(event, ScanChanged) and event.progress and event.progress.total:
            if not damaged:
                damage(base)
            damaged.append(event)

    manager.subscribe(listener)
    await manager.rescan(full=True)
    assert damaged
    assert await images_in(manager) in (0, 400)  # read, so that the damage is found at last
    await manager.rescan(full=True)
    assert await images_in(manager) == 400


async def test_a_scan_whose_process_dies_is_begun_again(store, opened):
    manager = await opened(store(images=300, days=20))
    while not await manager.searchable():
        await asyncio.sleep(0.01)  # what makes them so is a process, too
    killed, told = [], []

    def listener(event):
        if isinstance(event, ScanChanged) and event.progress and event.progress.total:
            if not killed:
                for process in psutil.Process().children():  # what scans, and what just has
                    process.kill()
                    killed.append(process.pid)
        elif isinstance(event, ScanChanged) and event.progress is None:
            told.append(event.problems)

    manager.subscribe(listener)
    await manager.rescan(full=True)
    assert await images_in(manager) == 300
    assert killed
    assert told == [()]


async def test_a_scan_whose_process_dies_again_and_again_is_given_up(store, monkeypatch):
    monkeypatch.setattr("sys.executable", "/bin/false")
    manager = ImageStorageManager(StorageSettings(base_path=str(store(images=3))))
    told = []
    manager.subscribe(told.append)
    await manager.open()
    await manager.rescan()
    await manager.close()
    (problems,) = [each.problems for each in told if isinstance(each, ScanChanged)][-1:]
    assert "stopped early" in problems[0]
    assert "exit status 1" in problems[0]


async def test_only_so_many_problems_of_a_scan_are_kept(tmp_path, opened, monkeypatch):
    monkeypatch.setattr("core.index.MOST_PROBLEMS", 2)
    for day in range(1, 6):
        folder = tmp_path / f"images/2026/11/{day:02}"
        folder.mkdir(parents=True)
        (folder / "a\nb.png").write_bytes(b"an id has no line break")
    told = []
    manager = ImageStorageManager(StorageSettings(base_path=str(tmp_path)))
    manager.subscribe(told.append)
    await manager.open()
    await manager.rescan()
    await manager.close()
    problems = next(
        event.problems
        for event in told
        if isinstance(event, ScanChanged) and event.progress is None and event.problems
    )
    assert len(problems) == 2
    assert not any(isinstance(event, Problem) for event in told)


async def test_a_list_of_an_unchanged_store_starts_no_scan(store, opened, monkeypatch):
    monkeypatch.setattr("core.index.FRESH_SECONDS", 0.0)
    base = store(images=3)
    for folder in (path for path in base.rglob("*") if path.is_dir()):
        os.utime(folder, (1e9, 1e9))  # what was touched just now would be looked at again
    manager = await opened(base)
    await manager.list_images()
    await manager.rescan()
    heard = []
    manager.subscribe(heard.append)
    assert len(await manager.list_images()) == 3
    assert not any(isinstance(event, ScanChanged) for event in heard)


async def test_what_another_process_has_put_into_the_catalogue_is_told(store, opened):
    base = store(images=5)
    one, two = await opened(base), await opened(base)
    await one.rescan()
    await two.rescan()
    day = (NOW - timedelta(days=400)).date().toordinal()
    heard = []
    two.subscribe(heard.append)
    make_image(base, NOW - timedelta(days=400))
    await one.rescan()
    assert [each for each in heard if isinstance(each, ImagesChanged)] == []
    await two.rescan()  # finds nothing to do, for it is done
    assert [each for each in heard if isinstance(each, ImagesChanged)] == [
        ImagesChanged(frozenset({day}), frozenset())
    ]


async def test_who_looks_again_too_late_is_told_to_ask_for_everything(store, opened, monkeypatch):
    monkeypatch.setattr("core.catalog_changes.LOGGED", 3)
    base = store(images=5)
    one, two = await opened(base), await opened(base)
    await two.rescan()
    heard = []
    two.subscribe(heard.append)
    for number in range(5):
        await one.save_image(b"no image %d" % number, {})
    await two.rescan()
    assert CatalogReset() in heard


async def test_a_catalogue_that_another_process_made_anew_is_opened_anew(store, opened):
    base = store(images=5)
    one, two = await opened(base), await opened(base)
    catalogue_of(base).unlink()
    await one.rescan()
    make_image(base, NOW - timedelta(days=400))
    heard = []
    two.subscribe(heard.append)
    await two.rescan()
    assert CatalogReset() in heard
    assert await images_in(two) == 6
