"""Saving and importing, beside copying as durably."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

from core import ImageStorageManager, StorageSettings
from core.import_records import ImportOutcome
from core.places import store_cache_folder
from tests.bench import store
from tests.bench.timing import (
    CannotMeasureError,
    Line,
    Measured,
    Scale,
    at_least,
    by_turns,
    command,
    run,
    seconds,
    seconds_awaited,
)

SAVED, SAVED_BYTES, AT_ONCE = 64, 2 << 20, 4
IMPORTED = 128


def saving(root: Path, scale: Scale) -> Iterator[Measured]:
    """Images that a server saves, four at a time: each is on the disk and in the catalogue."""
    count = scale.some(SAVED, 4)
    rng = random.Random(1)
    images = [b"\x89PNG\r\n\x1a\n" + rng.randbytes(SAVED_BYTES) for _ in range(count)]
    source = root / "to-copy"
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir(parents=True)
    for number, image in enumerate(images):
        (source / f"{number}.png").write_bytes(image)
    os.sync()

    ours, beside = by_turns(
        scale.rounds,
        lambda: count / asyncio.run(_save(_empty(root / "saved"), images)),
        lambda: count / _copied(source, _empty(root / "copied")),
    )
    for used in (source, root / "saved", root / "copied"):
        shutil.rmtree(used)
    name = "2 MB images saved/s, four at a time (cp -r, sync -f)"
    yield Line(name, ours, beside, at_least(0.8))


async def _save(base: Path, images: list[bytes]) -> float:
    manager = ImageStorageManager(StorageSettings(base_path=str(base)))
    await manager.initialize()
    waiting = iter(images)

    async def server() -> None:
        for image in waiting:
            await manager.save_image(image, {"prompt": "A teapot at dawn", "model": "none"})

    async def all_saved() -> None:
        await asyncio.gather(*[server() for _ in range(AT_ONCE)])

    try:
        await manager.rescan()
        return await seconds_awaited(all_saved)
    finally:
        await manager.close()
        shutil.rmtree(store_cache_folder(base))


def _copied(source: Path, target: Path) -> float:
    def copy() -> None:
        run([command("cp"), "-r", source, target / "copy"])
        run([command("sync"), "-f", target])

    return seconds(copy)


def importing(root: Path, scale: Scale) -> Iterator[Measured]:
    """Files of this disk, each hashed, compared with what is there, and saved durably."""
    rsync = command("rsync")
    count = scale.some(IMPORTED, 4)
    source = store.unique_images(root / "to-import", store.pool_files(root, "png"), count)
    os.sync()

    def copied() -> float:
        target = _empty(root / "copied")
        return count / seconds(lambda: run([rsync, "-a", "--fsync", f"{source}/", target]))

    def ours() -> float:
        return count / asyncio.run(_import(_empty(root / "imported"), source))

    pair = by_turns(scale.rounds, ours, copied)
    for used in (source, root / "imported", root / "copied"):
        shutil.rmtree(used)
    yield Line("images imported/s (rsync -a --fsync)", *pair, at_least(1.3))


async def _import(base: Path, source: Path) -> float:
    manager = ImageStorageManager(StorageSettings(base_path=str(base)))
    await manager.initialize()
    try:
        await manager.rescan()
        reports = []

        async def bring() -> None:
            reports.append(await manager.import_images([source]))

        taken = await seconds_awaited(bring)
        if any(each.outcome is not ImportOutcome.NEW for each in reports[0].results):
            raise CannotMeasureError("not everything was imported")
        return taken
    finally:
        await manager.close()
        shutil.rmtree(store_cache_folder(base))


def _empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


GROUPS = (saving, importing)
