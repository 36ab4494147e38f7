"""The reading half of the API, over both layouts, on real stores."""

import asyncio
import base64
import json
import logging
import os
import shutil
import subprocess
import sys
from datetime import datetime, timedelta

import pytest

from core import ImageStorageManager, StorageSettings
from core.errors import ImageNotFound, InvalidImageId, StoreNotFound
from tests.stores import image_files, make_image, newest_first, sidecar_of, total_bytes


@pytest.fixture
async def opened():
    """Open managers that are closed when the test is over."""
    managers = []

    async def open_manager(base, **settings):
        manager = ImageStorageManager(StorageSettings(base_path=str(base), **settings))
        managers.append(manager)
        await manager.initialize()
        return manager

    yield open_manager
    for manager in managers:
        await manager.close()


def test_the_api_is_the_servers():
    manager = ImageStorageManager(StorageSettings(base_path="somewhere"))
    assert str(manager.base_path) == "somewhere"
    assert manager.images_path == manager.base_path / "images"
    assert manager.cache_path == manager.base_path / "cache"
    assert manager.logs_path == manager.base_path / "logs"
    assert manager.settings.retention_days == 30
    assert manager._cleanup_task_running is False


async def test_initialize_makes_the_folders(tmp_path, opened):
    await opened(tmp_path / "new" / "store")
    made = sorted(path.name for path in (tmp_path / "new" / "store").iterdir())
    assert made == ["cache", "images", "logs"]


async def test_what_is_listed_is_what_is_on_disk_in_both_layouts(store, opened):
    base = store(images=40, days=6, flat_share=0.4)
    manager = await opened(base)
    listed = await manager.list_images()
    assert [row["image_id"] for row in listed] == [path.stem for path in newest_first(base)]
    for row in listed:
        path = next(path for path in image_files(base) if path.stem == row["image_id"])
        assert row == json.loads(sidecar_of(base, path).read_bytes())


async def test_recent_images_are_limited_by_number_and_by_age(tmp_path, opened):
    now = datetime.now()
    wanted = [make_image(tmp_path, now - timedelta(days=2, hours=hours)) for hours in range(3)]
    make_image(tmp_path, now - timedelta(days=9))
    flat = make_image(tmp_path, now - timedelta(hours=1), flat=True)
    manager = await opened(tmp_path)
    ids = [row["image_id"] for row in await manager.get_recent_images()]
    assert ids == [path.stem for path in (flat, *wanted)]
    assert len(await manager.get_recent_images(limit=2)) == 2
    assert len(await manager.list_images(days=30)) == 5
    assert len(await manager.list_images(limit=3)) == 3
    assert len(await manager.list_images(days=10**6)) == 5  # from before there were dates
    assert len(await manager.list_images(days=10**12)) == 5


async def test_the_statistics_are_those_of_the_disk(store, opened):
    base = store(images=30, days=4)
    paths = newest_first(base)
    stats = await (await opened(base, retention_days=12)).get_storage_stats()
    newest, oldest = (json.loads(sidecar_of(base, p).read_bytes()) for p in (paths[0], paths[-1]))
    assert stats["total_images"] == 30
    assert stats["storage_usage_mb"] == round(total_bytes(base) / 1024**2, 2)
    assert stats["newest_image"] == newest["created_at"]
    assert stats["oldest_image"] == oldest["created_at"]
    assert stats["retention_policy_days"] == 12
    assert stats["cleanup_last_run"] is None
    assert stats["base_path"] == str(base)


READS = """
import asyncio, json, sys
from core import ImageStorageManager, StorageSettings

opened = []
sys.addaudithook(lambda event, about: event == "open" and opened.append(str(about[0])))

async def main(base):
    manager = ImageStorageManager(StorageSettings(base_path=base, retention_days=3650))
    await manager.initialize()
    await manager.rescan()
    counts = []
    calls = [
        manager.get_storage_stats,
        lambda: manager.get_recent_images(limit=3, days=3650),
        manager.cleanup_old_files,
    ]
    for call in calls:
        opened.clear()
        await call()
        counts.append(sum(path.endswith((".json", ".png", ".jpg", ".webp")) for path in opened))
    print(json.dumps(counts))
    await manager.close()

asyncio.run(main(sys.argv[1]))
"""


def test_answers_come_from_the_catalogue_not_from_every_file(store):
    base = store(images=40)
    done = subprocess.run(
        [sys.executable, "-c", READS, str(base)], check=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout) == [0, 3, 0]


async def test_days_and_what_images_share_are_told(tmp_path, opened):
    now = datetime(2026, 11, 20, 18)
    paths = [make_image(tmp_path, now - timedelta(days=n // 2), seed=n) for n in range(3)]
    paths[0].with_suffix(".json").unlink()
    manager = await opened(tmp_path)
    await manager.rescan()
    days = [(each.day, each.images) for each in await manager.day_totals()]
    assert days == [(now.toordinal(), 2), (now.toordinal() - 1, 1)]
    keys = [key for day in await manager.days() for key in day.keys]
    shared = await manager.summary(keys)
    assert (shared.images, shared.size_bytes) == (3, total_bytes(tmp_path))
    assert await manager.summary([]) is await manager.summary([99]) is None
    for record in (await manager.records(keys)).values():
        beside = (tmp_path / record.path).with_suffix(".json")
        expected = json.loads(beside.read_bytes()) if beside.exists() else None
        assert await manager.sidecar(record) == expected


async def test_an_empty_store_has_no_oldest(tmp_path, opened):
    stats = await (await opened(tmp_path)).get_storage_stats()
    assert (stats["total_images"], stats["storage_usage_mb"]) == (0, 0.0)
    assert stats["oldest_image"] is stats["newest_image"] is None


@pytest.mark.parametrize("flat", [False, True])
async def test_an_image_is_loaded_byte_for_byte(tmp_path, opened, flat):
    path = make_image(tmp_path, datetime(2026, 11, 3, 12), flat=flat, extension="jpg")
    manager = await opened(tmp_path)
    data, metadata = await manager.load_image(path.stem)
    assert data == path.read_bytes()
    assert metadata == json.loads(sidecar_of(tmp_path, path).read_bytes())
    assert await manager.retrieve_image_bytes(path.stem) == data
    assert await manager.get_image_metadata(path.stem) == metadata
    url = await manager.retrieve_image_data_url(path.stem)
    assert url == "data:image/jpeg;base64," + base64.b64encode(data).decode()


async def test_an_image_filed_under_another_day_is_found(tmp_path, opened):
    path = make_image(tmp_path, datetime(2026, 11, 3, 12))
    other = tmp_path / "images/2026/10/01"
    other.mkdir(parents=True)
    for file in (path, path.with_suffix(".json")):
        shutil.move(file, other / file.name)
    manager = await opened(tmp_path)
    await manager.rescan()
    data, metadata = await manager.load_image(path.stem)
    assert data == (other / path.name).read_bytes()
    assert metadata["prompt"] == "A teapot at dawn"
    (other / path.name).unlink()  # which the catalogue does not know yet
    assert await manager.retrieve_image_bytes(path.stem) is None


async def test_an_image_that_came_after_the_scan_is_found_and_listed(store, opened, monkeypatch):
    base = store(images=3, days=1)
    manager = await opened(base)
    await manager.list_images()
    path = make_image(base, datetime.now())
    assert await manager.retrieve_image_bytes(path.stem) == path.read_bytes()
    monkeypatch.setattr("core.index.FRESH_SECONDS", 0.0)
    assert (await manager.list_images(limit=1))[0]["image_id"] == path.stem


async def test_a_missing_image_is_a_file_not_found_error(store, opened):
    manager = await opened(store(images=1))
    gone = "img_20261103120000_000000000000"
    with pytest.raises(ImageNotFound, match=gone):
        await manager.load_image(gone)
    with pytest.raises(FileNotFoundError):
        await manager.load_image(gone)
    assert await manager.retrieve_image_bytes(gone) is None
    assert await manager.retrieve_image_data_url(gone) is None
    assert await manager.get_image_metadata(gone) is None


@pytest.mark.parametrize(
    "bad", ["../secret", "/etc/passwd", "", "a/b", "a\0b", "a\nb", "x" * 5000, ".."]
)
async def test_an_id_that_leaves_the_store_reads_nothing(store, opened, bad):
    base = store(images=1)
    (base.parent / "secret.png").write_bytes(b"secret")
    manager = await opened(base)
    with pytest.raises(InvalidImageId) as caught:
        await manager.load_image(bad)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, FileNotFoundError)
    assert await manager.retrieve_image_bytes(bad) is None
    assert await manager.get_image_metadata(bad) is None


@pytest.mark.parametrize("content", [None, b"", b"[]", b"{", b"\xff\xfe", b"[" * 100_000])
async def test_an_image_without_a_usable_sidecar_is_still_an_image(
    tmp_path, opened, content, caplog
):
    path = make_image(tmp_path, datetime(2026, 11, 3, 12), sidecar=False)
    if content is not None:
        path.with_suffix(".json").write_bytes(content)
    manager = await opened(tmp_path)
    data, metadata = await manager.load_image(path.stem)
    assert data == path.read_bytes()
    assert metadata == {"image_id": path.stem, "created_at": "unknown"}
    assert await manager.get_image_metadata(path.stem) is None
    (listed,) = await manager.list_images()
    assert listed == {"image_id": path.stem, "created_at": "2026-11-03T12:00:00"}


async def test_a_sidecar_that_names_another_image_is_not_believed(tmp_path, opened):
    path = make_image(tmp_path, datetime(2026, 11, 3, 12))
    path.with_suffix(".json").write_text('{"image_id": "../../x", "prompt": "p"}')
    manager = await opened(tmp_path)
    assert (await manager.get_image_metadata(path.stem))["image_id"] == path.stem
    assert (await manager.list_images())[0]["image_id"] == path.stem


async def test_a_symlink_out_of_the_store_is_not_followed(tmp_path, opened):
    outside = make_image(tmp_path / "elsewhere", datetime(2026, 11, 3, 12))
    base = tmp_path / "store"
    folder = base / "images/2026/11/03"
    folder.mkdir(parents=True)
    (folder / outside.name).symlink_to(outside)
    manager = await opened(base)
    assert await manager.list_images() == []
    assert await manager.retrieve_image_bytes(outside.stem) is None


async def test_a_missing_store_is_said_to_be_missing(tmp_path):
    manager = ImageStorageManager(StorageSettings(base_path=str(tmp_path / "none")))
    with pytest.raises(StoreNotFound, match="none"):
        await manager.open()
    await manager.close()
    assert not (tmp_path / "none").exists()


async def test_opening_writes_nothing_into_the_store(store):
    base = store(images=5)
    before = sorted((str(p), p.stat().st_mtime_ns) for p in base.rglob("*"))
    manager = ImageStorageManager(StorageSettings(base_path=str(base)))
    await manager.open()
    await manager.list_images()
    await manager.close()
    assert sorted((str(p), p.stat().st_mtime_ns) for p in base.rglob("*")) == before


async def test_folders_that_cannot_be_made_are_a_warning(tmp_path, opened, caplog):
    (tmp_path / "images").mkdir()
    (tmp_path / "logs").write_text("a file is in the way")
    with caplog.at_level(logging.WARNING):
        manager = await opened(tmp_path)
    assert "logs" in caplog.text
    assert await manager.list_images() == []


@pytest.mark.parametrize("damage", ["delete", "garbage", "zero the middle", "truncate"])
async def test_a_damaged_catalogue_is_made_anew(store, damage, caplog):
    base = store(images=60, days=10)
    settings = StorageSettings(base_path=str(base))
    first = ImageStorageManager(settings)
    await first.open()
    before = await first.list_images()
    await first.close()
    cache = next(tmp for tmp in base.parent.rglob("catalog.db"))
    size = cache.stat().st_size
    if damage == "delete":
        shutil.rmtree(cache.parent)
    elif damage == "garbage":
        cache.write_bytes(os.urandom(size))
    elif damage == "zero the middle":
        with cache.open("r+b") as file:
            file.seek(4096)
            file.write(bytes(size - 8192))
    else:
        os.truncate(cache, size // 2)
    second = ImageStorageManager(settings)
    await second.open()
    assert await second.list_images() == before
    assert (await second.get_storage_stats())["total_images"] == 60
    await second.close()


async def test_many_readers_at_once_get_the_same_answer(store, opened):
    manager = await opened(store(images=30))
    answers = await asyncio.gather(*(manager.list_images() for _ in range(20)))
    assert all(answer == answers[0] for answer in answers)
    assert len(answers[0]) == 30


async def test_a_closed_manager_can_be_closed_again(store):
    manager = ImageStorageManager(StorageSettings(base_path=str(store(images=2))))
    await manager.open()
    await manager.open()
    await manager.close()
    await manager.close()


async def test_a_store_by_another_path_keeps_its_catalogue(store, tmp_path):
    base = store(images=5)
    (tmp_path / "link").symlink_to(base)
    inodes = set()
    for path in (base, tmp_path / "link", base):
        manager = ImageStorageManager(StorageSettings(base_path=str(path)))
        await manager.open()
        assert len(await manager.list_images()) == 5
        inodes.add(next(tmp_path.rglob("catalog.db")).stat().st_ino)
        await manager.close()
    assert len(inodes) == 1
    assert len(list(tmp_path.rglob("catalog.db"))) == 1


async def test_whoever_waits_for_a_scan_is_not_cancelled_with_it(store, opened):
    manager = await opened(store(images=2000, days=30))
    waiting = asyncio.create_task(manager.get_storage_stats())
    await asyncio.sleep(0)
    await manager.cancel_scan()
    assert isinstance((await waiting)["total_images"], int)


async def test_reads_while_a_damaged_catalogue_is_rebuilt_all_get_an_answer(store, opened):
    base = store(images=300, days=20)
    manager = await opened(base)
    await manager.list_images()
    catalog = next(base.parent.rglob("catalog.db"))
    for suffix in ("", "-wal"):
        file = catalog.with_name(catalog.name + suffix)
        if file.exists():
            file.write_bytes(os.urandom(max(file.stat().st_size, 65536)))
    reads = [asyncio.create_task(manager.days()) for _ in range(10)]
    reads[3].cancel()
    await asyncio.wait(reads)
    assert all(read.cancelled() or read.exception() is None for read in reads)
    await manager.rescan(full=True)
    assert (await manager.totals()).images == 300


async def test_what_is_imported_is_listed_and_can_be_taken_back(store, opened, tmp_path):
    base, given = store(images=3), store(images=2, seed=9)
    manager = await opened(base)
    sources = image_files(given)
    report = await manager.import_images(sources)
    assert len(await manager.list_images()) == 3 + len({p.read_bytes() for p in sources})
    assert all(path.exists() for path in sources)
    again = await manager.import_images(sources)
    assert {result.outcome.name for result in again.results} == {"HERE"}
    await manager.undo_import(report)
    assert len(await manager.list_images()) == 3
    assert len(await manager.trashed()) > 0
