import os
from datetime import datetime
from pathlib import Path

import pytest

from core import ImageStorageManager, StorageSettings
from core.errors import StoreError
from tests.core.disk_store import DiskStore
from tests.core.disks import tiny_disk

NOW = datetime(2026, 11, 20, 18)


@pytest.fixture
def disk(tmp_path):
    return DiskStore(tmp_path / "store")


@pytest.fixture
async def manager(disk):
    manager = ImageStorageManager(StorageSettings(base_path=str(disk.base)))
    await manager.open()
    yield manager
    await manager.close()


@pytest.fixture
def target(tmp_path) -> Path:
    (tmp_path / "target").mkdir()
    return tmp_path / "target"


async def keys_of(manager, *paths):
    await manager.rescan(full=True)
    every = [key for day in await manager.days() for key in day.keys]
    known = {record.path: record.key for record in (await manager.records(every)).values()}
    return [known[path.relative_to(manager.base_path).as_posix()] for path in paths]


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def test_copies_are_the_same_to_the_byte(disk, manager, target):
    paths = [disk.dated(NOW, 1, prompt="é"), disk.flat("cat", "webp")]
    os.utime(paths[0], ns=(1, 1_234_567_890_000_000_000))
    sidecars = [paths[0].with_suffix(".json"), disk.flat_sidecar("cat")]
    told = []
    keys = await keys_of(manager, *paths)
    done = await manager.export_images(keys, target, progress=told.append)
    assert [(each.item, each.value) for each in done] == [
        (key, target / path.name) for key, path in zip(keys, paths, strict=True)
    ]
    assert content(target) == {path.name: path.read_bytes() for path in [*paths, *sidecars]}
    assert (target / paths[0].name).stat().st_mtime_ns == 1_234_567_890_000_000_000
    sizes = [path.stat().st_size for path in paths]
    assert [(each.done, each.total, each.size_bytes) for each in told] == [
        (1, 2, sizes[0]),
        (2, 2, sum(sizes)),
    ]


async def test_sidecars_are_left_where_nobody_wants_them(disk, manager, target):
    path = disk.dated(NOW, 1)
    await manager.export_images(await keys_of(manager, path), target, sidecars=False)
    assert set(content(target)) == {path.name}


async def test_nothing_is_overwritten_and_a_pair_stays_a_pair(disk, manager, target):
    cat, twin = disk.flat("cat"), disk.flat("cat", "gif")
    (target / "cat.json").write_text("mine")
    (target / "cat (2).png").symlink_to("nowhere")
    keys = await keys_of(manager, cat, twin)
    done = await manager.export_images([keys[0], *keys], target)
    assert [each.value.name for each in done] == ["cat (3).png", "cat (4).png", "cat (2).gif"]
    assert (target / "cat.json").read_text() == "mine"
    assert (target / "cat (2).png").is_symlink()
    assert {name for name in content_names(target) if name.endswith("json")} == {
        "cat.json",
        "cat (2).json",
        "cat (3).json",
        "cat (4).json",
    }
    assert len(content_names(target)) == 8


def content_names(folder):
    return {path.name for path in folder.iterdir()}


async def test_what_cannot_be_copied_stops_nothing_else(disk, manager, target):
    paths = [disk.dated(NOW, n) for n in range(3)]
    keys = await keys_of(manager, *paths)
    paths[1].unlink()
    done = await manager.export_images([*keys, 99], target, sidecars=False)
    assert [each.value is None for each in done] == [False, True, False, True]
    assert str(paths[1]) in done[1].problem
    assert content_names(target) == {paths[0].name, paths[2].name}


async def test_a_folder_that_is_gone_is_a_problem_of_each(disk, manager, target):
    keys = await keys_of(manager, disk.dated(NOW, 1), disk.dated(NOW, 2))
    done = await manager.export_images(keys, target / "no")
    assert [f"There is no folder {target / 'no'}" in each.problem for each in done] == [True] * 2


async def test_a_full_disk_leaves_nothing_half(disk, manager, target):
    small, large = disk.dated(NOW, 1), disk.dated(NOW, 2)
    large.write_bytes(os.urandom(900_000))
    keys = await keys_of(manager, large, small)
    with tiny_disk(target) as there:
        before = content_names(there)
        done = await manager.export_images(keys, there)
        assert "Free some space" in done[0].problem
        assert str(there / large.name) in done[0].problem
        assert done[1].problem is None
        made = content_names(there) - before
        assert made == {small.name, small.with_suffix(".json").name}


async def test_cancelling_leaves_whole_copies(disk, manager, target):
    keys = await keys_of(manager, *(disk.dated(NOW, n) for n in range(5)))
    asked = []
    done = await manager.export_images(
        keys, target, sidecars=False, should_stop=lambda: asked.append(1) or len(asked) > 3
    )
    assert [each.item for each in done] == keys[:3]
    assert len(content_names(target)) == 3


@pytest.mark.parametrize("inside", ["images", "images/2026", "contact-sheet/trash", "metadata"])
async def test_the_stores_own_folders_are_refused(disk, manager, target, inside):
    keys = await keys_of(manager, disk.flat("cat"))
    (disk.base / inside).mkdir(parents=True, exist_ok=True)
    (target / "link").symlink_to(disk.base / inside)
    for folder in (disk.base / inside, target / "link"):
        with pytest.raises(StoreError, match="choose a folder outside"):
            await manager.export_images(keys, folder)
    assert (await manager.export_images(keys, disk.base))[0].problem is None


async def test_a_disk_without_links_keeps_what_is_there_too(disk, manager, target, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(1, "Operation not permitted")

    keys = await keys_of(manager, disk.flat("cat"))
    (target / "cat.json").write_text("mine")
    monkeypatch.setattr(os, "link", refuse)
    (done,) = await manager.export_images(keys, target)
    assert done.value.name == "cat (2).png"
    assert content_names(target) == {"cat.json", "cat (2).png", "cat (2).json"}
