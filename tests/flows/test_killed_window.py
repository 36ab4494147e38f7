"""The program killed in the middle of long work: what the next start finds, and says."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from pathlib import Path

import pytest

from tests.flows.conftest import open_window, until
from tests.flows.test_notices import is_seen
from tests.stores import IMAGE_SUFFIXES, make_store, picture

ROOT = Path(__file__).parents[2]


def whole_images(base: Path) -> dict[str, bytes]:
    """The bytes of every image by its name; each must have its sidecar, whole."""
    found = {}
    for path in (base / "images").rglob("*"):
        if path.suffix in IMAGE_SUFFIXES:
            beside = path.with_suffix(".json")
            sidecar = beside if beside.exists() else base / "metadata" / beside.name
            assert json.loads(sidecar.read_bytes())["image_id"] == path.stem
            found[path.name] = path.read_bytes()
    return found


def trashed(base: Path) -> list[bytes]:
    trash = base / "contact-sheet" / "trash"
    return [path.read_bytes() for path in trash.rglob("*") if path.suffix in IMAGE_SUFFIXES]


async def run_and_kill(*arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.flows.working_window", *arguments,
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            assert await process.stdout.readline() == b"begun\n"
    finally:
        process.kill()
        await process.wait()


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("import", "An import of 300 files was interrupted"),
        ("delete", "Deleting 400 images was interrupted"),
        ("undo", "Restoring 400 images was interrupted"),
        ("prune", "A prune of 400 was interrupted"),
    ],
)
async def test_nothing_is_lost_or_torn_and_it_is_told(tmp_path: Path, what: str, told: str) -> None:
    base = make_store(tmp_path / "store", images=400, days=8)
    before = whole_images(base)
    incoming = make_store(tmp_path / "incoming", images=300, days=2, seed=99)
    photos = tmp_path / "photos"
    photos.mkdir()
    for path in (incoming / "images").rglob("*"):
        if path.suffix in IMAGE_SUFFIXES:  # each another content
            (photos / path.name).write_bytes(path.read_bytes() + path.name.encode())
    shutil.rmtree(incoming)
    await run_and_kill(str(base), what, str(photos))
    async with open_window(base) as session:
        await until(lambda: told in session.window.notice.accessibleDescription())
        await until(lambda: session.images.rowCount() == len(whole_images(base)))
        now = whole_images(base)
        if what == "import":
            assert before.items() <= now.items()
            assert 400 < len(now) < 700
            assert len(list(photos.iterdir())) == 300
        else:
            assert sorted([*now.values(), *trashed(base)]) == sorted(before.values())
            assert 0 < len(now) < 400
        await until(lambda: session.window.shows_grid)
        assert is_seen(session)  # not only while the store was being opened
    async with open_window(base) as session:  # it is told once
        assert told not in session.window.notice.accessibleDescription()


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("import", "An import of 300 files was interrupted"),
        ("delete", "Deleting 400 images was interrupted"),
    ],
)
async def test_what_closing_the_window_ended_early_is_told_as_well(
    tmp_path: Path, what: str, told: str
) -> None:
    base = make_store(tmp_path / "store", images=400, days=8)
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(300):
        other = number.to_bytes(2, "big")  # each another content
        (photos / f"{number}.png").write_bytes(picture("png", (64, 64), 32) + other)
    before = len(whole_images(base))
    async with open_window(base) as session:
        if what == "import":
            session.imports.add([photos])
        else:
            session.grid.selectAll()
            session.trash.delete()
        await until(lambda: session.images.rowCount() != before)
    now = len(whole_images(base))
    assert now != before
    assert now not in (0, before + 300)
    async with open_window(base) as session:
        await until(lambda: told in session.window.notice.accessibleDescription())
        await until(lambda: session.images.rowCount() == now)
