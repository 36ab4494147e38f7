"""Following: from the last write of another program until the window shows all that it wrote.

``python -m tests.bench.following WHAT STORE …`` measures one thing, and prints it as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from PySide6.QtWidgets import QApplication

from core.places import store_cache_folder
from gui import aio, theme
from gui.app import Session
from tests.bench import store
from tests.bench.grid import OFFSCREEN
from tests.bench.session import settled, shown
from tests.bench.timing import Line, Measured, Scale, figures, limit
from tests.flows.others import WRITER_YEAR, truth, whole, writing

SAVED, PER_SECOND = 200, 50
BURST = 5_000
LIMIT = 2.0  # seconds after the last write
LOCK_LIMIT = 250  # ms: the longest commit of a scan, and some
TURN = 0.01


def saving(root: Path, scale: Scale) -> Iterator[Measured]:
    """A server saves into a large store, images in pieces, while the window scrolls."""
    base = store.large_store(root, scale.images)
    count = scale.some(SAVED, 5)
    for how in ("in pieces", "renamed"):
        try:
            found = figures("following", how, base, count, **OFFSCREEN)
        finally:
            shutil.rmtree(base / "images" / WRITER_YEAR, ignore_errors=True)
        name = f"{count} images saved at {PER_SECOND}/s, {how}: all shown after the last, s (limit)"
        yield Line(name, found["seconds"], LIMIT, limit(LIMIT))


def bursts(root: Path, scale: Scale) -> Iterator[Measured]:
    """Thousands of files are copied in; then a checkout puts others into the place of all."""
    count = scale.some(BURST, 50)
    new = store.large_store(root, count)
    names = {path.name for path in new.rglob("*.*")}  # of which the smaller store has some, too
    for what, name in (
        ("burst", f"{count:,} images copied in: all shown after the last, s (limit)"),
        ("replacement", f"all replaced by {count:,} others: all shown after the last, s (limit)"),
    ):
        base = root / "following"
        shutil.rmtree(base, ignore_errors=True)
        shutil.copytree(
            store.large_store(root, scale.few),
            base,
            copy_function=os.link,
            ignore=lambda _, found: names.intersection(found),
        )
        found = figures("following", what, base, new, **OFFSCREEN)
        shutil.rmtree(store_cache_folder(base))
        shutil.rmtree(base)
        yield Line(name, found["seconds"], LIMIT, limit(LIMIT))
        if what == "burst":
            lock = "longest wait of another program for the catalogue meanwhile, ms (limit)"
            yield Line(lock, 1000 * found["wait"], LOCK_LIMIT, limit(LOCK_LIMIT))


async def _saved(session: Session, base: Path, how: str, count: int) -> dict[str, float]:
    """Scroll while the writer writes; then wait for all rows, and the pictures that are seen."""
    bar = session.grid.verticalScrollBar()
    expected = session.images.rowCount() + count
    writer = await writing(base, count, PER_SECOND, how)
    while writer.returncode is None:
        bar.setValue((bar.value() + 101) % max(bar.maximum(), 1))
        await asyncio.sleep(TURN)
    began = time.perf_counter()
    bar.setValue(0)
    while session.images.rowCount() != expected or not whole(session):
        await asyncio.sleep(TURN)
    return {"seconds": time.perf_counter() - began}


async def _others(
    session: Session, base: Path, wanted: set[str], write: Callable[[], object]
) -> dict[str, float]:
    """Write in a thread; then wait until the window's images are those that there are to be."""

    def written() -> float:
        write()
        return time.perf_counter()  # here: the loop that is to know may be busy with what came

    # A process: two SQLites in one undo each other's locks, sqlite.org/howtocorrupt.html, 2.2.
    pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.locking", str(base), **pipes
    )
    assert other.stdin is not None and other.stdout is not None
    await other.stdout.readline()  # it is there
    last_write = await asyncio.to_thread(written)
    while not await _same(session, wanted):
        await asyncio.sleep(TURN)
    seconds = time.perf_counter() - last_write
    other.stdin.write(b"enough\n")
    return {"seconds": seconds, "wait": float(await other.stdout.readline())}


def _images(base: Path) -> set[str]:
    return {path.relative_to(base).as_posix() for path in truth(base)}


async def _same(session: Session, wanted: set[str]) -> bool:
    count = session.images.rowCount()
    if count != len(wanted):
        return False
    assert session.stores.store is not None
    records = await session.stores.store.manager.records(session.images.keys_between(0, count))
    return {record.path for record in records.values()} == wanted


def _replace(base: Path, new: Path) -> None:
    """Take away file by file, then bring others, as a checkout does."""
    subprocess.run(["rm", "-r", *map(str, (base / "images").iterdir())], check=True)
    _copy(base, new)


def _copy(base: Path, new: Path) -> None:
    """Bring files by another program: a thread of this one would hold the window up."""
    links = ["cp", "--recursive", "--link"]  # 10 GB of pixels would measure the disk
    subprocess.run([*links, f"{new / 'images'}/.", str(base / "images")], check=True)


async def _measured(what: str, base: Path, more: str) -> dict[str, float]:
    async with shown(base) as session:
        await settled(session)
        await asyncio.sleep(1)  # following begins when the first screen is there
        measure: Awaitable[dict[str, float]]
        if what == "burst":
            wanted = _images(base) | _images(Path(more))
            measure = _others(session, base, wanted, lambda: _copy(base, Path(more)))
        elif what == "replacement":
            wanted = _images(Path(more))
            measure = _others(session, base, wanted, lambda: _replace(base, Path(more)))
        else:
            measure = _saved(session, base, what, int(more))
        return await measure


def main() -> int:
    """Measure what the arguments say and print it."""
    what, base, more = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    theme.apply(app, theme.Appearance.DARK)

    async def measure() -> int:
        sys.stdout.write(json.dumps(await _measured(what, base, more)) + "\n")
        return 0

    return aio.run(app, measure())


GROUPS = (saving, bursts)

if __name__ == "__main__":
    sys.exit(main())
