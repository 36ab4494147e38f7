"""Imports and clean-ups that are killed in the middle, as when a machine loses its power."""

import json
import random
import shutil
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core import ImageStorageManager, StorageSettings
from core.import_records import ImportOutcome
from core.prune_records import RetentionPolicy
from core.workers import WorkerPool
from tests.core.crash_model import files_of
from tests.core.shown import shown_images
from tests.stores import image_files, make_image, picture, sidecar_of

KILLS = 5
OLD = datetime.now().replace(microsecond=0) - timedelta(days=40)

IMPORT = """
import asyncio, json, sys
from core import ImageStorageManager, StorageSettings

async def main(base, dated, *folders):
    settings = StorageSettings(base_path=base, create_subdirectories=dated == "dated")
    manager = ImageStorageManager(settings)
    await manager.initialize()
    done = 0
    for folder in folders:
        told = lambda now: print(json.dumps({"done": done + now.done}), flush=True)
        report = await manager.import_images([folder], progress=told)
        done += len(report.results)
        for each in report.results:
            print(json.dumps({"source": each.source, "path": each.path}), flush=True)
    await manager.close()

asyncio.run(main(*sys.argv[1:]))
"""

PRUNE = """
import asyncio, json, sys
from core import ImageStorageManager, StorageSettings
from core.prune_records import RetentionPolicy

async def main(base, policy):
    manager = ImageStorageManager(StorageSettings(base_path=base))
    await manager.initialize()
    await manager.rescan()
    plan = await manager.plan_prune(RetentionPolicy(**json.loads(policy)))
    await manager.prune(plan, lambda now: print(json.dumps({"done": now.done}), flush=True))
    await manager.close()

asyncio.run(main(*sys.argv[1:]))
"""


def run_and_kill(script, *arguments, told, seconds):
    """Kill a process so long after it told something so many times; returns all it told."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path.cwd()) as process:
        lines = [line for _, line in zip(range(told), process.stdout, strict=False)]
        time.sleep(seconds)
        process.kill()
        lines += process.stdout
    return [json.loads(line) for line in lines if line.endswith("\n")]


@pytest.fixture
async def workers():
    pool = WorkerPool(1)
    yield pool
    await pool.close()


@asynccontextmanager
async def opened(base, workers):
    """A new manager for what a killed process left, after it has put that right."""
    for last in (False, True):  # closing waits until what was left is put right
        manager = ImageStorageManager(StorageSettings(base_path=str(base)), workers=workers)
        await manager.initialize()
        if last:
            await manager.rescan(full=True)
            yield manager
        await manager.close()


def inside(folder, path):
    return Path(path).relative_to(folder).as_posix()


def source_of(sidecar, folder):
    return inside(folder, sidecar["contact_sheet"]["source"]["path"])


@pytest.mark.parametrize("layout", ["dated", "flat"])
async def test_a_killed_import_tears_and_loses_nothing(tmp_path, workers, layout):
    photos, rng = tmp_path / "photos", random.Random(layout)
    for n in range(36):
        path = photos / f"{n // 5:02}" / f"{n}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture("png", (40, 30 + n), 9))
    sources = files_of(photos)
    written = {path: (photos / path).stat().st_mtime_ns for path in sources}
    interrupted = 0
    for killed in range(KILLS):
        base = tmp_path / f"store-{killed}"
        base.mkdir()
        folders = sorted(photos.iterdir())
        told = run_and_kill(
            IMPORT, base, layout, *folders, told=rng.randrange(60), seconds=rng.random() / 100
        )
        acknowledged = {each["path"]: each["source"] for each in told if "path" in each}
        done = max([each["done"] for each in told if "done" in each], default=0)
        async with opened(base, workers) as manager:
            shown = shown_images(base, tmp_path / f"cache-{killed}")
            assert len(shown) == len(await manager.list_images())
            contents = [data for data, _ in shown.values()]
            assert len(set(contents)) == len(contents) >= done
            assert set(contents) <= set(sources.values())
            for path, (data, sidecar) in shown.items():
                if sidecar is not None:
                    assert sidecar["image_id"] == Path(path).stem
                    assert sources[source_of(sidecar, photos)] == data
            assert sum(sidecar is None for _, sidecar in shown.values()) <= 3  # were under way
            for path, source in acknowledged.items():
                data, sidecar = shown[path]
                assert sidecar["contact_sheet"]["source"]["path"] == source
                assert sources[source_of(sidecar, photos)] == data
            report = await manager.import_images([photos])
            rest = {sources[inside(photos, each.source)] for each in report.of(ImportOutcome.NEW)}
            assert rest == set(sources.values()) - set(contents)
            assert len(report.of(ImportOutcome.HERE)) == len(contents)
            assert len(await manager.list_images()) == len(sources)
        interrupted += 0 < len(contents) < len(sources)
    assert interrupted
    assert files_of(photos) == sources
    assert {path: (photos / path).stat().st_mtime_ns for path in sources} == written


def make_old_store(base):
    """Images of both layouts, most of them with their sidecars; returns path → bytes, sidecar."""
    for n in range(24):
        path = make_image(base, OLD - timedelta(hours=n), flat=n % 3 == 0, sidecar=n % 10 != 5)
        if n % 10 == 7:
            sidecar_of(base, path).write_bytes(b"{")
    return {
        inside(base, path): (path.read_bytes(), bytes_of(sidecar_of(base, path)))
        for path in image_files(base)
    }


def bytes_of(path):
    return path.read_bytes() if path.exists() else None


def in_trash(base, receipt):
    kept = base / receipt.trashed_path
    return kept.read_bytes(), bytes_of(kept.with_suffix(".json"))


@pytest.mark.parametrize(
    "policy", [RetentionPolicy(max_age_days=30), RetentionPolicy(max_bytes=0)], ids=["age", "size"]
)
async def test_a_killed_clean_up_keeps_images_and_sidecars_together(tmp_path, workers, policy):
    whole = make_old_store(tmp_path / "whole")
    rng = random.Random(policy.max_bytes)
    interrupted = 0
    given = json.dumps({"max_age_days": policy.max_age_days, "max_bytes": policy.max_bytes})
    for killed in range(KILLS):
        base = tmp_path / f"store-{killed}"
        shutil.copytree(tmp_path / "whole", base)
        told = run_and_kill(PRUNE, base, given, told=rng.randrange(24), seconds=rng.random() / 200)
        async with opened(base, workers) as manager:
            kept = {
                inside(base, path): (
                    path.read_bytes(),
                    bytes_of(sidecar_of(base, path)),
                )
                for path in image_files(base)
            }
            trashed = {each.path: in_trash(base, each) for each in await manager.trashed()}
            assert len(kept) <= len(whole) - len(told)
            assert not kept.keys() & trashed.keys()
            assert kept.items() | trashed.items() <= whole.items()
            if policy.max_bytes is None:
                assert kept.keys() | trashed.keys() == whole.keys()
            else:
                assert not trashed
            assert len(await manager.list_images()) == len(kept)
            interrupted += 0 < len(kept) < len(whole)

            result = await manager.prune(await manager.plan_prune(policy))
            assert (result.images_removed, result.problems) == (len(kept), [])
            assert await manager.list_images() == []
            if policy.max_bytes is None:
                await manager.restore([each.token for each in await manager.trashed()])
                assert files_of(base / "images") == files_of(tmp_path / "whole/images")
                assert files_of(base / "metadata") == files_of(tmp_path / "whole/metadata")
            else:
                await manager.rescan(full=True)
                left = [each.path for each in await manager.orphans()]
                assert not image_files(base)
                assert len(left) <= 1  # that of the image which was under way
                assert sorted(left) == sorted(
                    path for path in files_of(base) if path.startswith(("images/", "metadata/"))
                )
    assert interrupted
