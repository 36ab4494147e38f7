"""The program's own window in this process, with its frames and the gaps of its loop recorded.

``python -m tests.bench.session WHAT STORE …`` measures one thing, and prints it as JSON.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

import gui.app
from core.import_records import ImportOutcome, ImportReport
from gui import aio, theme
from gui.app import Session
from gui.controllers.store import OpenStore
from gui.preferences import Preferences
from gui.views.grid import LARGEST_CELL, SMALLEST_CELL, ImageGrid
from tests.bench.timing import quantile

SIZE = QSize(1600, 1000)
TICK = 0.005
TYPED = ("lighthouse", "study 47", "model:imagen")


class TimedGrid(ImageGrid):
    """Keeps how long each of its frames took to paint, and how much of that was work."""

    frames: list[float] = []  # noqa: RUF012
    worked: list[float] = []  # noqa: RUF012

    def paintEvent(self, event: QPaintEvent) -> None:
        began, worked = time.perf_counter(), time.thread_time()
        super().paintEvent(event)
        self.frames.append(time.perf_counter() - began)
        self.worked.append(time.thread_time() - worked)


class Watch:
    """Ticks every 5 ms in the loop and keeps the seconds between two ticks.

    Also how much of them this thread was at work: the rest it waited, for a processor that others
    had or for another thread.
    """

    def __init__(self) -> None:
        self.gaps: list[float] = []
        self.worked: list[float] = []
        self._task = asyncio.create_task(self._tick())

    def restart(self) -> None:
        """Forget what was."""
        self.gaps, self.worked = [], []
        TimedGrid.frames.clear()
        TimedGrid.worked.clear()

    def figures(self) -> dict[str, float]:
        """Return the milliseconds of frames and gaps since the last restart."""
        return {
            "frame": 1000 * quantile(TimedGrid.frames or [0.0], 0.99),
            "frame work": 1000 * quantile(TimedGrid.worked or [0.0], 0.99),
            "gap": 1000 * max(self.gaps, default=0.0),
            "gap p99.9": 1000 * quantile(self.gaps or [0.0], 0.999),
            "work": 1000 * max(self.worked, default=0.0),
        }

    def stop(self) -> None:
        """End it."""
        self._task.cancel()

    async def _tick(self) -> None:
        last, worked = time.perf_counter(), time.thread_time()
        while True:
            await asyncio.sleep(TICK)
            now, works = time.perf_counter(), time.thread_time()
            self.gaps.append(now - last)
            self.worked.append(works - worked)
            last, worked = now, works


@asynccontextmanager
async def shown(store: Path) -> AsyncIterator[Session]:
    """Show the window with a store, and close it in the end."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    session = Session(app, Preferences())
    try:
        session.window.resize(SIZE)
        session.show(store)
        yield session
    finally:
        session.window.hide()
        await session.close()
        session.dispose()


async def settled(session: Session) -> OpenStore:
    """Wait until everything is in the window; return the open store."""
    await session.stores.settled()
    await session.browse.settled()
    await asyncio.sleep(0.1)
    await session.thumbnails.settled()
    assert session.stores.store is not None
    return session.stores.store


async def searched(session: Session) -> None:
    """Wait until all that is found of what stands in the search box is in the window."""
    while session.search.pending:
        await asyncio.sleep(TICK)
    await session.browse.settled()


def wheel(grid: ImageGrid, eighths: int) -> None:
    """Turn the wheel over the grid."""
    view = grid.viewport()
    at = QPointF(view.rect().center())
    kinds = (Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase)
    far = QPointF(view.mapToGlobal(at.toPoint()))
    QApplication.sendEvent(view, QWheelEvent(at, far, QPoint(), QPoint(0, eighths), *kinds, False))


async def first_screenful(store: Path) -> dict[str, float]:
    """Measure from showing the window to all pictures of its first screen."""
    began = time.perf_counter()
    async with shown(store) as session:
        grid, images = session.grid, session.images
        while True:
            rows = grid.visible_rows()
            if rows and all(images.picture(key) for key in images.keys_at(rows)):
                grid.viewport().repaint()
                taken = time.perf_counter() - began
                break
            await asyncio.sleep(0.001)
        await settled(session)
        return {"seconds": taken, "resident": psutil.Process().memory_info().rss}


async def importing(store: Path, source: Path) -> dict[str, float]:
    """Measure the gaps of the loop when it is idle, and while it imports and scrolls."""
    async with shown(store) as session:
        opened = await settled(session)
        watch = Watch()
        await asyncio.sleep(1)
        idle = watch.figures()["gap p99.9"]
        watch.restart()
        work = asyncio.create_task(opened.manager.import_images([source]))
        notches = 0
        while not work.done():
            wheel(session.grid, 120 if notches // 60 % 2 else -120)
            notches += 1
            await asyncio.sleep(0.016)
        found = watch.figures()
        watch.stop()
        assert all(each.outcome is ImportOutcome.NEW for each in work.result().results)
        return {"busy": found["gap p99.9"], "longest": found["gap"], "idle": idle}


async def using(store: Path, new: Path, times: int) -> dict[str, dict[str, float]]:
    """Measure what a person does, one thing after the other; the store ends as it began."""
    watch = Watch()
    found: dict[str, dict[str, float]] = {}

    async def act(name: str, action: Callable[[], Awaitable[object]]) -> None:
        watch.restart()
        await action()
        await asyncio.sleep(times / 100)  # what follows belongs to it
        found[name] = watch.figures()

    async with shown(store) as session:
        grid, images = session.grid, session.images
        await act("show", lambda: settled(session))
        opened = await settled(session)
        manager, bar = opened.manager, grid.verticalScrollBar()

        async def turn() -> None:
            for _ in range(5 * times):
                wheel(grid, -120)
                await asyncio.sleep(0.016)

        async def drag() -> None:
            for number in range(5 * times + 1):
                bar.setValue(bar.maximum() * number // (5 * times))
                await asyncio.sleep(0.016)

        async def jump() -> None:
            days = [section.first_row for section in images.sections]
            for number in range(times):
                row = days[(number * 7919) % len(days)]
                grid.scrollTo(images.index(row), grid.ScrollHint.PositionAtTop)
                await asyncio.sleep(0.05)

        async def select_all() -> None:
            grid.selectAll()
            await session.selection.settled()
            await asyncio.sleep(times / 100)

        async def type_search() -> None:
            everything = images.rowCount()
            for word in TYPED[: max(times // 10, 1)]:
                for letter in word:
                    QTest.keyClicks(session.window.search, letter)
                    await asyncio.sleep(0.1)
                await searched(session)
                assert images.rowCount() < everything
                session.window.search.clear()
                await searched(session)

        async def delete() -> None:
            done = await manager.trash_images([images.key_at(images.rowCount() // 2)])
            tokens.extend(each.value.token for each in done if each.value)

        async def bring() -> None:
            reports.append(await manager.import_images([new]))

        async def resize() -> None:
            for _ in range(max(times // 10, 1)):
                for size in (SMALLEST_CELL, LARGEST_CELL, 160):
                    grid.set_cell_size(size)
                    await asyncio.sleep(0.1)

        tokens: list[str] = []
        reports: list[ImportReport] = []
        await act("scroll by wheel", turn)
        await act("drag the scroll bar", drag)
        await act("jump to a day", jump)
        await act("select all", select_all)
        grid.clearSelection()
        while not await manager.searchable():
            await asyncio.sleep(TICK)
        await act("type a search", type_search)
        await act("delete one", delete)
        await act("import ten", bring)
        await act("change the thumbnail size", resize)
        found["memory"] = {"resident": psutil.Process().memory_info().rss}
        await manager.restore(tokens)
        await manager.undo_import(reports[0])
        await manager.empty_trash()
        watch.stop()
    shutil.rmtree(new)
    return found


def main() -> int:
    """Measure what the arguments say and print it."""
    what, store, *more = sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]
    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    theme.apply(app, theme.Appearance.DARK)
    vars(gui.app)["ImageGrid"] = TimedGrid  # which the session then makes

    async def measure() -> int:
        if what == "first":
            found: object = await first_screenful(store)
        elif what == "import":
            found = await importing(store, Path(more[0]))
        else:
            found = await using(store, Path(more[0]), int(more[1]))
        sys.stdout.write(json.dumps(found) + "\n")
        return 0

    return aio.run(app, measure())


if __name__ == "__main__":
    sys.exit(main())
