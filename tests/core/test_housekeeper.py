"""A store kept within its settings, which may change while it is open."""

import asyncio
from datetime import datetime, timedelta

import msgspec
import pytest

from core import ImageStorageManager, StorageSettings
from core.errors import InvalidSettings
from core.retention import policy_of
from core.settings import RANGES, Range
from tests.core.disk_store import DiskStore

NOW = datetime.now().replace(microsecond=0)
DAY = timedelta(days=1)


@pytest.fixture
def disk(tmp_path):
    return DiskStore(tmp_path / "store")


@pytest.fixture
async def manager(disk):
    async with asyncio.timeout(60):
        manager = ImageStorageManager(StorageSettings(base_path=str(disk.base)))
        await manager.open()
        yield manager
        await manager.close()


def changed(manager, **values) -> StorageSettings:
    return msgspec.structs.replace(manager.settings, **values)


async def test_one_clean_up_does_all_that_the_settings_ask_for_and_can_be_undone(disk, manager):
    paths = [disk.dated(NOW - days * DAY, days) for days in (40, 35, 2)]
    assert await manager.cleanup_last_run() is None
    seen = []
    result = await manager.run_cleanup(seen.append)
    assert (result.images_removed, len(result.tokens), result.bytes_freed) == (2, 2, 0)
    assert [path.exists() for path in paths] == [False, False, True]
    await asyncio.sleep(0)
    assert [(each.done, each.total) for each in seen] == [(1, 2), (2, 2)]
    last = await manager.cleanup_last_run()
    assert NOW <= last <= datetime.now()
    assert [run.images for run in await manager.prune_runs()] == [2]
    assert all(each.problem is None for each in await manager.restore(result.tokens))
    assert all(path.exists() for path in paths)


async def test_settings_hold_from_now_on(disk, manager):
    old = disk.dated(NOW - 10 * DAY, 1)
    assert await manager.cleanup_old_files() == 0
    manager.apply(
        changed(manager, retention_days=5, file_permissions="600", create_subdirectories=False)
    )
    assert manager.settings.retention_days == 5
    image_id, path = await manager.save_image(b"new", {})
    assert path == disk.base / "images" / f"{image_id}.png"
    assert path.stat().st_mode & 0o777 == 0o600
    plan = await manager.plan_prune(policy_of(manager.settings))
    assert [entry.item.name for entry in plan.entries] == [old.stem]
    assert await manager.cleanup_old_files() == 1


async def test_an_import_follows_changed_settings(manager):
    manager.apply(changed(manager, file_permissions="600", create_subdirectories=False))
    png = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
        "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
    )
    (result,) = (await manager.import_images([png])).results
    assert result.path == f"images/{result.image_id}.png"
    assert (manager.base_path / result.path).stat().st_mode & 0o777 == 0o600


async def test_a_repeated_clean_up_follows_changed_settings(disk, manager, monkeypatch):
    monkeypatch.setitem(RANGES, "cleanup_interval_hours", Range(0, 24))  # not to wait for seconds
    task = asyncio.create_task(manager.start_cleanup_task())
    while not await manager.prune_runs():
        await asyncio.sleep(0.01)
    old = disk.dated(NOW - 10 * DAY, 1)
    manager.apply(changed(manager, retention_days=5, cleanup_interval_hours=0.0001))
    while old.exists():
        await asyncio.sleep(0.01)
    assert not task.done()


async def test_another_folder_is_another_store(tmp_path, manager):
    before = manager.settings
    with pytest.raises(InvalidSettings, match="base_path"):
        manager.apply(changed(manager, base_path=str(tmp_path / "other")))
    assert manager.settings == before


async def test_the_trash_keeps_to_its_own_limits(disk, manager):
    paths = [disk.dated(NOW, n) for n in range(3)]
    for path in paths:
        path.write_bytes(b"x" * 700_000)
    ids = [path.stem for path in paths]
    await manager.rescan()
    await manager.trash_images(ids)
    assert await manager.cleanup_old_files() == 0
    assert len(await manager.trashed()) == 3
    manager.apply(changed(manager, trash_max_gb=0.0015))
    assert await manager.cleanup_by_size() == 0
    assert [receipt.image_id for receipt in await manager.trashed()] == ids[:0:-1]
