"""Saving, storing and deleting through the API, by one process and by many."""

import asyncio
import base64
import errno
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import warnings
import zlib
from datetime import datetime
from pathlib import Path

import pytest

from core import ImageStorageManager, StorageSettings
from core.catalog import Catalog
from core.errors import (
    InvalidFormat,
    InvalidImageData,
    InvalidImageId,
    InvalidMetadata,
    StoreNotFound,
    StoreNotWritable,
)
from core.events import ImagesChanged
from tests.core.crash_model import TracedOs, files_of
from tests.core.shown import shown_images
from tests.stores import make_image, picture

IMAGE = picture("png", (96, 128), 30)
JPEG = picture("jpeg", (48, 32), 30)
GIVEN = {
    "task_id": "task_20261120180000_0123456789ab",
    "prompt": "ein Otter – 水獭",
    "model": "gpt-image-1",
    "provider": "openai",
    "parameters": {"size": "auto"},
    "cost_info": {"estimated_cost_usd": 0.04},
    "provider_metadata": {"x": [1, None, 2.5]},
}
BAD_IDS = [
    "../secret",
    "/etc/passwd",
    "",
    "a/b",
    "a\\b",
    "a\0b",
    "a\nb",
    "x" * 5000,
    "..",
    ".x",
    None,
]
BAD_FORMATS = [
    "../png",
    "png/../../x",
    "exe",
    "",
    "p\0ng",
    "png\n",
    "x" * 5000,
    None,
    "svg",
    "json",
]


@pytest.fixture
def unopened():
    """Make stores with managers that are not open: what needs no catalogue can do without."""

    def make(base, **settings):
        (base / "images").mkdir(parents=True, exist_ok=True)
        return ImageStorageManager(StorageSettings(base_path=str(base), **settings))

    return make


async def store_image(manager, *arguments):
    with pytest.warns(DeprecationWarning, match="save_image"):
        return await manager.store_image(*arguments)


def listed(manager):
    """What the catalogue holds right now, without any look at the disk."""
    return manager._index.read(Catalog.newest)


# Ids and paths


def test_ids_are_the_servers_and_never_alike():
    manager = ImageStorageManager(StorageSettings())
    assert re.fullmatch(r"img_\d{14}_[0-9a-f]{12}", manager.generate_image_id())
    assert re.fullmatch(r"task_\d{14}_[0-9a-f]{12}", manager.generate_task_id())
    before = datetime.now().replace(microsecond=0)
    stamp = manager.generate_image_id()[4:18]
    assert before <= datetime.fromisoformat(f"{stamp[:8]}T{stamp[8:]}") <= datetime.now()
    assert len({manager.generate_image_id() for _ in range(20_000)}) == 20_000


def test_paths_are_where_servers_look(tmp_path):
    manager = ImageStorageManager(StorageSettings(base_path=tmp_path))
    known = "img_20240229235959_0123456789ab"
    folder = tmp_path / "images/2024/02/29"
    assert manager.get_image_path(known) == folder / f"{known}.png"
    assert manager.get_image_path(known, "jpg") == folder / f"{known}.jpg"
    assert manager.get_image_path(known, "WEBP") == folder / f"{known}.webp"
    assert manager.get_metadata_path(known) == folder / f"{known}.json"
    today = tmp_path / f"images/{datetime.now():%Y/%m/%d}"
    assert manager.get_image_path("cat") == today / "cat.png"
    assert manager.get_metadata_path("a.png") == today / "a.png.json"


@pytest.mark.parametrize("bad", BAD_IDS)
async def test_a_hostile_id_does_nothing(tmp_path, unopened, bad):
    (tmp_path / "secret.png").write_bytes(b"secret")
    (tmp_path / "secret.json").write_bytes(b"{}")
    manager = unopened(tmp_path / "store")
    for call in (manager.get_image_path, manager.get_metadata_path):
        with pytest.raises(InvalidImageId):
            call(bad)
    with pytest.raises(ValueError, match="image id"):
        await store_image(manager, bad, IMAGE, {})
    assert await manager.delete_image(bad) is False
    assert {path for path in files_of(tmp_path) if not path.startswith("person/")} == {
        "secret.png",
        "secret.json",
    }


@pytest.mark.parametrize("bad", BAD_FORMATS)
async def test_a_hostile_format_does_nothing(tmp_path, unopened, bad):
    manager = unopened(tmp_path / "store")
    with pytest.raises(InvalidFormat, match="png, jpg, jpeg"):
        manager.get_image_path("cat", bad)
    with pytest.raises(ValueError, match="no image format"):
        await manager.save_image(IMAGE, {}, bad)
    assert files_of(tmp_path / "store") == {}


# Saving


async def test_a_saved_image_is_what_a_server_would_have_written(tmp_path, opened):
    manager = await opened(tmp_path)
    before = datetime.now()
    image_id, path = await manager.save_image(IMAGE, GIVEN)
    assert path == manager.get_image_path(image_id)
    assert path.read_bytes() == IMAGE
    sidecar = json.loads(manager.get_metadata_path(image_id).read_bytes())
    created = datetime.fromisoformat(sidecar["created_at"])
    assert created.tzinfo is None
    assert before <= created <= datetime.now()
    assert f"{created:%Y%m%d%H%M%S}" == image_id[4:18]
    assert sidecar == {
        "image_id": image_id,
        "created_at": sidecar["created_at"],
        "file_info": {
            "filename": f"{image_id}.png",
            "size_bytes": len(IMAGE),
            "format": "PNG",
            "path": str(path),
            "dimensions": "96x128",
        },
        **GIVEN,
        "contact_sheet": {"sha256": hashlib.sha256(IMAGE).hexdigest()},
    }
    assert await manager.load_image(image_id) == (IMAGE, sidecar)


async def test_without_subdirectories_the_flat_layout_is_written(tmp_path, opened):
    manager = await opened(tmp_path, create_subdirectories=False)
    image_id, path = await manager.save_image(JPEG, GIVEN, "jpg")
    assert path == tmp_path / "images" / f"{image_id}.jpg"
    sidecar = json.loads((tmp_path / "metadata" / f"{image_id}.json").read_bytes())
    assert sidecar == {
        **GIVEN,
        "image_id": image_id,
        "created_at": sidecar["created_at"],
        "file_size": len(JPEG),
        "format": "jpg",
        "contact_sheet": {"sha256": hashlib.sha256(JPEG).hexdigest()},
    }
    assert await manager.load_image(image_id) == (JPEG, sidecar)
    assert [row["image_id"] for row in await manager.list_images()] == [image_id]


@pytest.mark.parametrize("dated", [True, False])
async def test_reserved_keys_cannot_be_overwritten(tmp_path, unopened, dated):
    manager = unopened(tmp_path, create_subdirectories=dated)
    evil = {
        "image_id": "../../other",
        "created_at": "1999-01-01T00:00:00",
        "file_info": {"path": "/etc/passwd"},
        "file_size": -1,
        "contact_sheet": {"pinned": True},
        "prompt": "kept",
    }
    image_id, _ = await manager.save_image(IMAGE, evil)
    sidecar = await manager.get_image_metadata(image_id)
    assert sidecar["image_id"] == image_id
    assert sidecar["created_at"] > "2020"
    assert sidecar.get("file_info") != evil["file_info"]
    assert sidecar.get("file_size") != -1
    assert "pinned" not in sidecar["contact_sheet"]
    assert sidecar["prompt"] == "kept"
    assert evil["image_id"] == "../../other"


@pytest.mark.parametrize(
    "name", ["png", "jpg", "jpeg", "webp", "gif", "avif", "tiff", "tif", "bmp"]
)
async def test_every_format_keeps_the_callers_name(tmp_path, opened, name):
    manager = await opened(tmp_path)
    _, path = await manager.save_image(IMAGE, {}, name.upper())
    assert path.suffix == f".{name}"
    sidecar = json.loads(path.with_suffix(".json").read_bytes())
    assert sidecar["file_info"]["format"] == name.upper()
    assert (await manager.list_images())[0]["image_id"] == path.stem


@pytest.mark.parametrize(
    "data", [b"", b"not an image", IMAGE[:20], b"\x89PNG\r\n\x1a\n" + bytes(30), os.urandom(999)]
)
async def test_what_is_no_image_is_saved_all_the_same(tmp_path, unopened, data):
    manager = unopened(tmp_path)
    image_id, path = await manager.save_image(data, {})
    assert path.read_bytes() == data
    metadata = await manager.get_image_metadata(image_id)
    assert metadata["file_info"]["dimensions"] == "unknown"


async def test_a_header_that_promises_too_much_is_not_decoded(tmp_path, unopened):
    bomb = bytearray(picture("png", (48, 32), 30))
    bomb[16:24] = (200_000).to_bytes(4, "big") * 2
    bomb[29:33] = zlib.crc32(bomb[12:29]).to_bytes(4, "big")
    manager = unopened(tmp_path)
    _, path = await manager.save_image(bytes(bomb), {})
    assert path.read_bytes() == bomb


@pytest.mark.parametrize(
    "metadata",
    [
        {"a": object()},
        {"a": {1, 2}},
        {"a": b"bytes"},
        {("a", "b"): 1},
        [],
        None,
        "text",
        {"a": "x" * (65 * 1024**2)},
    ],
)
async def test_metadata_that_is_no_json_is_refused_before_anything_is_written(
    tmp_path, unopened, metadata
):
    manager = unopened(tmp_path)
    with pytest.raises(InvalidMetadata, match="etadata") as caught:
        await manager.save_image(IMAGE, metadata)
    assert isinstance(caught.value, ValueError)
    deep: dict = {}
    for _ in range(100_000):
        deep = {"a": deep}
    with pytest.raises(InvalidMetadata, match="deep"):
        await manager.save_image(IMAGE, deep)
    assert not [path for path in files_of(tmp_path) if path.startswith(("images", "metadata"))]
    while deep:  # taken apart by hand: Python's own way down is as deep
        deep = deep.pop("a")


@pytest.mark.parametrize("data", ["text", None, 3, [1]])
async def test_what_is_not_bytes_is_refused(tmp_path, unopened, data):
    manager = unopened(tmp_path)
    with pytest.raises(InvalidImageData, match="bytes"):
        await manager.save_image(data, {})


async def test_bytes_of_any_kind_and_any_text_are_kept(tmp_path, opened):
    manager = await opened(tmp_path)
    for data in (bytearray(IMAGE), memoryview(IMAGE)):
        image_id, path = await manager.save_image(data, {"prompt": "\ud800 \0 ✓", "nan": 1e999})
        assert path.read_bytes() == IMAGE
        metadata = await manager.get_image_metadata(image_id)
        assert metadata["prompt"] == "\ud800 \0 ✓"
        assert metadata["nan"] == float("inf")


@pytest.mark.parametrize("dated", [True, False])
async def test_both_files_have_the_permissions_of_the_settings(tmp_path, unopened, dated):
    manager = unopened(tmp_path, file_permissions="660", create_subdirectories=dated)
    await manager.save_image(IMAGE, {})
    files = [path for path in tmp_path.rglob("*img_*") if path.is_file()]
    assert [path.stat().st_mode & 0o777 for path in files] == [0o660, 0o660]


async def test_a_store_that_went_away_is_named(tmp_path):
    manager = ImageStorageManager(StorageSettings(base_path=str(tmp_path / "none")))
    with pytest.raises(StoreNotFound, match="none"):
        await manager.save_image(IMAGE, {})
    await manager.close()


async def test_a_store_that_is_not_open_can_be_saved_into(tmp_path):
    (tmp_path / "images").mkdir()
    manager = ImageStorageManager(StorageSettings(base_path=str(tmp_path)))
    image_id, path = await manager.save_image(IMAGE, {})
    assert path.read_bytes() == IMAGE
    assert await manager.delete_image(image_id) is True
    await manager.close()


# The catalogue


@pytest.mark.parametrize("dated", [True, False])
async def test_a_saved_image_is_listed_at_once_and_keeps_its_key(tmp_path, opened, dated):
    manager = await opened(tmp_path, create_subdirectories=dated)
    events = []
    manager.subscribe(events.append)
    image_id, path = await manager.save_image(IMAGE, GIVEN)
    (record,) = await listed(manager)
    assert tmp_path / record.path == path
    assert (record.image_id, record.prompt, record.cost_usd) == (image_id, GIVEN["prompt"], 0.04)
    assert (record.width, record.height) == ((96, 128) if dated else (0, 0))
    assert record.sidecar_path is not None
    assert events == [ImagesChanged(frozenset({record.day}), frozenset())]
    assert (await manager.totals()).images == 1
    events.clear()
    await manager.rescan(full=True)
    assert await listed(manager) == [record]
    assert not [event for event in events if isinstance(event, ImagesChanged)]
    assert await manager.delete_image(image_id) is True
    assert await listed(manager) == []
    assert (await manager.get_storage_stats())["total_images"] == 0
    assert ImagesChanged(frozenset({record.day}), frozenset()) in events


async def test_what_is_saved_and_deleted_during_scans_is_as_on_disk(tmp_path, opened):
    manager = await opened(tmp_path)
    saved = []

    async def save_some(n):
        for k in range(6):
            image_id, _ = await manager.save_image(IMAGE, {"n": [n, k]})
            if k % 2:
                assert await manager.delete_image(image_id)
            else:
                saved.append(image_id)

    scans = [manager.rescan(full=True) for _ in range(3)]
    await asyncio.gather(*(save_some(n) for n in range(5)), *scans)
    await manager.rescan()
    rows = await manager.list_images()
    assert sorted(row["image_id"] for row in rows) == sorted(saved)
    assert [row["created_at"] for row in rows] == sorted(
        (row["created_at"] for row in rows), reverse=True
    )
    assert {path.stem for path in (tmp_path / "images").rglob("*.png")} == set(saved)


class SlowDisk(TracedOs):
    def fsync(self, file):
        time.sleep(0.05)
        super().fsync(file)


async def test_a_cancelled_save_is_whole_and_close_waits_for_it(tmp_path, opened, monkeypatch):
    monkeypatch.setattr("core.steps.os", SlowDisk(tmp_path))
    manager = await opened(tmp_path)
    saves = [asyncio.create_task(manager.save_image(IMAGE, {})) for _ in range(5)]
    await asyncio.sleep(0)
    for save in saves:
        save.cancel()
    await manager.close()
    assert all(save.cancelled() for save in saves)
    shown = shown_images(tmp_path, tmp_path / "cache2")
    assert len(shown) == 5
    assert all(data == IMAGE and sidecar for data, sidecar in shown.values())


async def test_images_that_come_together_are_made_sure_of_together(tmp_path, opened, monkeypatch):
    manager = await opened(tmp_path)
    await manager.save_image(IMAGE, {})
    monkeypatch.setattr("core.steps.os", disk := SlowDisk(tmp_path))
    saved = await asyncio.gather(*(manager.save_image(IMAGE, {"n": n}) for n in range(16)))
    folder = saved[0][1].parent.relative_to(tmp_path).as_posix()
    assert 2 <= disk.calls.count(("sync", folder)) <= 8
    assert len({image_id for image_id, _ in saved}) == 16
    for n, (image_id, path) in enumerate(saved):
        assert path.read_bytes() == IMAGE
        assert (await manager.get_image_metadata(image_id))["n"] == n
    assert len(await listed(manager)) == 17


class BreaksLater(dict):
    """Metadata that raises what nobody expects, as it is read."""

    def items(self):
        raise ZeroDivisionError


class NoRoomForJpegs(TracedOs):
    def fsync(self, file):
        path = Path(f"/proc/self/fd/{file}")
        if path.is_file() and path.read_bytes() == JPEG:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        time.sleep(0.05)
        super().fsync(file)


async def test_what_goes_wrong_with_an_image_is_no_others_concern(tmp_path, opened, monkeypatch):
    monkeypatch.setattr("core.steps.os", NoRoomForJpegs(tmp_path))
    manager = await opened(tmp_path)
    given = [(IMAGE, {"n": 1}), (IMAGE, BreaksLater()), (JPEG, {}), (IMAGE, {"n": {1}}), (None, {})]
    saves = [manager.save_image(*each) for each in [*given * 3, (IMAGE, {"n": 2})]]
    outcomes = await asyncio.gather(*saves, return_exceptions=True)
    expected = [tuple, ZeroDivisionError, StoreNotWritable, InvalidMetadata, InvalidImageData]
    assert [type(each) for each in outcomes] == [*expected * 3, tuple]
    assert all("Free some space" in str(each) for each in outcomes[2:15:5])
    shown = shown_images(tmp_path, tmp_path / "cache2")
    assert [data for data, _ in shown.values()] == [IMAGE] * 4
    assert len(await listed(manager)) == 4
    assert not [path for path in files_of(tmp_path) if path.endswith(".tmp")]


# The old way in


async def test_storing_bytes_writes_the_flat_layout_and_warns(tmp_path, opened):
    manager = await opened(tmp_path)
    await store_image(manager, "my cat", JPEG, {"prompt": "p", "image_id": "dog"})
    assert (tmp_path / "images/my cat.jpeg").read_bytes() == JPEG
    sidecar = json.loads((tmp_path / "metadata/my cat.json").read_bytes())
    assert sidecar == {
        "prompt": "p",
        "image_id": "my cat",
        "created_at": sidecar["created_at"],
        "file_size": len(JPEG),
        "format": "jpeg",
        "contact_sheet": {"sha256": hashlib.sha256(JPEG).hexdigest()},
    }
    (record,) = await listed(manager)
    assert record.image_id == "my cat"
    assert await manager.retrieve_image_bytes("my cat") == JPEG
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        await manager.store_image("other", b"no image", {})
    assert caught[0].filename == __file__
    assert (tmp_path / "images/other.png").read_bytes() == b"no image"


@pytest.mark.parametrize(
    ("kind", "extension"),
    [("png", "png"), ("jpeg", "jpeg"), ("jpg", "jpg"), ("WebP", "webp"), ("png;name=a", "png")],
)
async def test_a_data_url_is_stored_as_what_it_says(tmp_path, unopened, kind, extension):
    manager = unopened(tmp_path)
    url = f"data:image/{kind};base64,{base64.b64encode(IMAGE).decode()}"
    await store_image(manager, "cat", url, {})
    assert (tmp_path / f"images/cat.{extension}").read_bytes() == IMAGE
    sidecar = await manager.get_image_metadata("cat")
    assert sidecar["source_format"] == "data_url"
    assert sidecar["format"] == extension
    assert sidecar["file_size"] == len(IMAGE)


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "plain text",
        "data:image/png,abcd",
        "data:text/plain;base64,abcd",
        "data:image/svg+xml;base64,abcd",
        "data:image/../x;base64,abcd",
        "data:image/png;base64,abc",
        "data:image/png;base64,a*cd",
        "data:image/png;base64,YW*Jj",
        "data:image/png;base64,äöü",
        "https://example.org/cat.png",
        None,
        7,
    ],
)
async def test_what_is_neither_bytes_nor_a_data_url_is_a_value_error(tmp_path, unopened, bad):
    manager = unopened(tmp_path)
    with pytest.raises(ValueError, match=r"data URL|image format|bytes"):
        await store_image(manager, "cat", bad, {})
    assert not list((tmp_path / "images").iterdir())


async def test_storing_again_replaces_the_image_whatever_its_format(tmp_path, opened):
    manager = await opened(tmp_path)
    await store_image(manager, "cat", IMAGE, {"n": 1})
    await store_image(manager, "cats", IMAGE, {})
    await store_image(manager, "cat", JPEG, {"n": 2})
    data, metadata = await manager.load_image("cat")
    assert (data, metadata["n"]) == (JPEG, 2)
    assert sorted(path.name for path in (tmp_path / "images").iterdir()) == ["cat.jpeg", "cats.png"]
    assert sorted(record.image_id for record in await listed(manager)) == ["cat", "cats"]


# Deleting


async def test_deleting_takes_every_file_of_the_id_and_no_other(tmp_path, opened):
    manager = await opened(tmp_path)
    moment = datetime(2026, 11, 3, 12)
    dated = make_image(tmp_path, moment)
    other = make_image(tmp_path, moment, seed=1)
    named = dated.stem
    flat = tmp_path / "images" / f"{named}.webp"
    elsewhere = tmp_path / "images/2025/01/01" / f"{named}.PNG"
    elsewhere.parent.mkdir(parents=True)
    for path in (flat, elsewhere, elsewhere.with_suffix(".json")):
        path.write_bytes(b"{}")
    (tmp_path / "metadata").mkdir()
    (tmp_path / "metadata" / f"{named}.json").write_text('{"image_id": "x"}')
    dated.with_suffix(".json").write_text(json.dumps({"image_id": other.stem}))
    near = [f"{named}x.png", f"{named}.png.png", f"x{named}.png", f"{named}.txt", f"{named}"]
    for name in near:
        (tmp_path / "images" / name).write_bytes(b"another's")
    await manager.rescan(full=True)
    assert await manager.delete_image(named) is True
    assert await manager.delete_image(named) is False
    assert await manager.retrieve_image_bytes(named) is None
    left = {path for path in files_of(tmp_path) if path.startswith(("images", "metadata"))}
    mine = {path.relative_to(tmp_path).as_posix() for path in (other, other.with_suffix(".json"))}
    assert left == mine | {f"images/{name}" for name in near}


async def test_an_id_without_a_time_is_deleted_where_a_server_puts_it(tmp_path, opened):
    manager = await opened(tmp_path)
    path = manager.get_image_path("cat")
    path.parent.mkdir(parents=True)
    path.write_bytes(IMAGE)
    manager.get_metadata_path("cat").write_text("{}")
    assert await manager.delete_image("cat") is True
    assert not list(path.parent.iterdir())


async def test_a_link_is_removed_but_what_it_leads_to_stays(tmp_path, opened):
    outside = tmp_path / "outside.png"
    outside.write_bytes(b"mine")
    manager = await opened(tmp_path / "store")
    (manager.images_path / "cat.png").symlink_to(outside)
    await manager.delete_image("cat")
    assert outside.read_bytes() == b"mine"


# Many processes

SAVE = """
import asyncio, sys
from core import ImageStorageManager, StorageSettings

async def main(base, name, count):
    manager = ImageStorageManager(StorageSettings(base_path=base))
    await manager.initialize()
    async def save(n):
        data = f"{name} {n}".encode() * 999
        image_id, path = await manager.save_image(data, {"by": name, "n": n})
        assert path.is_file()
        print(image_id, n, flush=True)
    await asyncio.gather(*(save(n) for n in range(count)))
    stats = await manager.get_storage_stats()
    assert stats["total_images"] >= count, stats
    await manager.close()

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""

KILLS = 10
SAVE_ON_AND_ON = """
import sys
from pathlib import Path
from core import writer

base, name = Path(sys.argv[1]), sys.argv[2]
for n in range(10**6):
    saved = writer.save(base, f"{name} {n} ".encode() * 20_000, {"n": n}, dated=n % 2 == 0)
    print(saved.image_id, n, flush=True)
"""


def start(script, *arguments):
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path.cwd())


async def test_many_processes_save_into_one_store_and_nothing_is_lost(tmp_path, opened):
    writers = [start(SAVE, tmp_path / "store", f"w{k}", 40) for k in range(4)]
    printed = [process.communicate(timeout=60)[0].split("\n")[:-1] for process in writers]
    assert [process.returncode for process in writers] == [0] * 4
    saved = {}
    for k, lines in enumerate(printed):
        for line in lines:
            image_id, n = line.split()
            saved[image_id] = f"w{k} {n}".encode() * 999
    assert len(saved) == 160
    manager = await opened(tmp_path / "store")
    rows = await manager.list_images()
    assert sorted(row["image_id"] for row in rows) == sorted(saved)
    for row in rows:
        data, metadata = await manager.load_image(row["image_id"])
        assert data == saved[row["image_id"]]
        assert data == f"{metadata['by']} {metadata['n']}".encode() * 999
        assert manager.get_image_path(row["image_id"]).is_file()
    assert (await manager.get_storage_stats())["total_images"] == 160


def test_a_writer_that_is_killed_again_and_again_loses_and_tears_nothing(tmp_path):
    base = tmp_path / "store"
    (base / "images").mkdir(parents=True)
    acknowledged = {}
    for killed in range(KILLS):
        process = start(SAVE_ON_AND_ON, base, f"k{killed}")
        first = process.stdout.readline()
        time.sleep((killed * 37 % 100) / 1000)
        process.send_signal(signal.SIGKILL)
        for line in (first + process.communicate()[0]).split("\n")[:-1]:
            image_id, n = line.split()
            acknowledged[image_id] = f"k{killed} {n} ".encode() * 20_000
    shown = {Path(path).stem: both for path, both in shown_images(base, tmp_path / "c").items()}
    assert acknowledged.keys() <= shown.keys()
    assert len(shown) <= len(acknowledged) + 2 * KILLS
    for image_id, (data, sidecar) in shown.items():
        words = data.split(b" ", 2)
        assert data == (words[0] + b" " + words[1] + b" ") * 20_000
        if image_id in acknowledged:
            assert data == acknowledged[image_id]
            assert sidecar is not None
        if sidecar is not None:
            assert (sidecar["image_id"], sidecar["n"]) == (image_id, int(words[1]))


FORK = """
import os, sys
from pathlib import Path
from core import durable
from core.steps import Folders, take_together

base = Path(sys.argv[1])

def write(name):
    with Folders(base) as folders:
        files = [durable.writing(folders, base, f"{name}{n}", b"x") for n in range(4)]
        assert take_together(files) == [True] * 4

write("before")
child = os.fork()
write("child" if child == 0 else "parent")
if child == 0:
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_process_that_forks_after_saving_can_save_in_both(tmp_path):
    base = tmp_path / "store"
    base.mkdir()
    forking = start(FORK, base)
    forking.communicate(timeout=20)
    assert forking.returncode == 0
    assert len(list(base.iterdir())) == 12
