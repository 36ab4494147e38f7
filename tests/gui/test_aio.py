"""Asyncio on Qt's loop."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Generator
from pathlib import Path

from gui import aio


def _said_by(program: str) -> str:
    """Run a program with warnings as errors; return what it prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.stderr == ""
    return done.stdout


def test_worker_processes_run_under_qts_loop() -> None:
    program = """
        import asyncio, contextlib, gc, sys
        from PySide6.QtCore import QCoreApplication
        import qasync
        from core.errors import WorkerTimeout
        from core.workers import WorkerPool
        async def main():
            pool = WorkerPool(2)
            results = await asyncio.gather(*(pool.call("builtins:abs", -i) for i in range(9)))
            assert results == list(range(9)), results
            items = [item async for item in pool.stream("tests.core.test_workers:count", 50)]
            assert len(items) == 50, items
            with contextlib.suppress(WorkerTimeout):
                await pool.call("time:sleep", 60, timeout=0.2)
                raise AssertionError
            task = asyncio.create_task(pool.call("time:sleep", 60))
            await asyncio.sleep(0.2)
            task.cancel()
            await asyncio.wait([task])
            await pool.close()
            gc.collect()
        app = QCoreApplication(sys.argv)
        with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
            runner.run(main())
        print("fine")
    """
    assert _said_by(program) == "fine\n"


def test_the_collector_leaves_alone_what_was_there_before_the_loop() -> None:
    program = """
        import gc, sys
        from PySide6.QtWidgets import QApplication
        import gui.app
        from gui import aio
        async def main():
            print(len(gc.get_objects()) < gc.get_freeze_count() / 10)
            return 7
        print(aio.run(QApplication(sys.argv), main()), gc.get_freeze_count())
    """
    assert _said_by(program) == "True\n7 0\n"


async def test_long_work_in_turns_leaves_room_for_others() -> None:
    def work() -> Generator[None, None, str]:
        for _ in range(40):
            until = time.perf_counter() + 0.001
            while time.perf_counter() < until:
                pass
            yield
        return "done"

    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.get_running_loop().create_task(count())
    assert await aio.in_turns(work()) == "done"
    counting.cancel()
    assert turns >= 10
