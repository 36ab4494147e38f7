"""The large view: from a key to the pixels of another image, decoded already and not.

``python -m tests.bench.closely STORE COUNT`` measures both in a window of this process.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

import gui.views.large_view
from core.workers import WorkerPool
from gui import aio, theme
from gui.app import Session
from gui.preferences import Preferences
from gui.views.canvas import PictureCanvas
from tests.bench import store
from tests.bench.grid import OFFSCREEN
from tests.bench.timing import Line, Measured, Scale, at_most, figures, limit, quantile

SIZE = QSize(1440, 900)
SHAPE = (1536, 1024)
IMAGES = 24
STEPS = 40
QUIET = 0.1  # seconds
FRAME = 1000 / 60  # ms


def stepping(root: Path, scale: Scale) -> Iterator[Measured]:
    """Steps through PNG images in the large view."""
    base = _store(root, scale)
    found = figures("closely", base, scale.some(STEPS, 2), **OFFSCREEN)
    shutil.rmtree(base)
    name = "large view, key to pixels, ms:"
    yield Line(f"{name} neighbour decoded, p95 (a frame)", found["ready"], FRAME, limit(FRAME))
    yield Line(
        f"{name} not decoded (decoding that PNG in a worker)",
        found["ours"], found["alone"], at_most(1.3),
    )  # fmt: skip


def _store(root: Path, scale: Scale) -> Path:
    """Make a store of real PNG images, one a minute."""
    base = root / "closely"
    shutil.rmtree(base, ignore_errors=True)
    folder = base / "images" / f"{store.DAY:%Y/%m/%d}"
    folder.mkdir(parents=True)
    pool = [path for path in store.pool_files(root, "png") if scale.short or _shape(path) == SHAPE]
    for number in range(IMAGES):
        created = store.DAY + timedelta(minutes=number)
        source = pool[number % len(pool)]
        os.link(source, folder / f"img_{created:%Y%m%d%H%M%S}_{number:012x}.png")
    return base


def _shape(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


class TimedCanvas(PictureCanvas):
    """Notes when it has last painted a picture, and of which image."""

    painted: tuple[float, object] = (0.0, None)
    has_painted = asyncio.Event()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        TimedCanvas.painted = (time.perf_counter(), self.shown)
        self.has_painted.set()


async def _seconds_to_pixels(canvas: PictureCanvas, press: Callable[[], object]) -> float:
    """Return how long it takes from a key until another picture is painted."""
    before = TimedCanvas.painted[1]
    began = time.perf_counter()
    press()
    while TimedCanvas.painted[1] in (before, None):  # idle, or the decoder would have less time
        TimedCanvas.has_painted.clear()
        await TimedCanvas.has_painted.wait()
    return TimedCanvas.painted[0] - began


async def _quiet(session: Session) -> None:
    """Wait until nothing goes on behind the last step any more."""
    await asyncio.sleep(QUIET)
    pictures = session.large.pictures
    while pictures is not None and pictures.busy:
        await asyncio.sleep(QUIET)
    await session.selection.settled()
    await asyncio.sleep(QUIET)


async def _measured(session: Session, base: Path, count: int) -> dict[str, float]:
    canvas = session.window.large.canvas
    workers = WorkerPool(1, niceness=0)
    ready, ours, alone = [], [], []

    def press(key: Qt.Key) -> None:
        QTest.keyClick(canvas, key)

    def forget() -> None:
        if session.large.pictures is not None:
            session.large.pictures.forget()

    try:
        files = sorted(map(str, (base / "images").rglob("*.png")))
        await workers.call("tests.bench.decoding:decode", files[0])
        for number in range(count):
            await _quiet(session)
            at_end = session.grid.currentIndex().row() == IMAGES - 1
            key = Qt.Key.Key_Left if at_end else Qt.Key.Key_Right
            ready.append(await _seconds_to_pixels(canvas, lambda key=key: press(key)))
            await _quiet(session)
            end = Qt.Key.Key_End if number % 2 else Qt.Key.Key_Home
            forget()
            ours.append(await _seconds_to_pixels(canvas, lambda end=end: press(end)))
            await _quiet(session)
            record = session.large.record
            began = time.perf_counter()
            await workers.call("tests.bench.decoding:decode", str(base / record.path))
            alone.append(time.perf_counter() - began)
    finally:
        await workers.close()
    return {
        "ready": 1000 * quantile(ready, 0.95),
        "ours": 1000 * quantile(ours, 0.5),
        "alone": 1000 * quantile(alone, 0.5),
    }


async def _run(app: QApplication, base: Path, count: int) -> int:
    gui.views.large_view.PictureCanvas = TimedCanvas
    session = Session(app, Preferences())
    session.window.resize(SIZE)
    session.show(base)
    await session.stores.settled()
    await session.all_loaded()
    session.large.open()
    await session.large.settled()
    await asyncio.sleep(1)
    found = await _measured(session, base, count)
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()
    session.window.hide()
    await session.close()
    session.dispose()
    return 0


def main() -> None:
    """Measure what the arguments say and print it."""
    app = QApplication([])
    theme.apply(app, theme.Appearance.DARK)
    aio.run(app, _run(app, Path(sys.argv[1]), int(sys.argv[2])))


GROUPS = (stepping,)

if __name__ == "__main__":
    main()
