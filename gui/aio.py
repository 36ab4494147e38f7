"""Asyncio on Qt's loop: the only module that knows qasync."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar, cast

from PySide6.QtWidgets import QApplication, QDialog

import qasync  # isort: skip  (it takes the Qt binding that is already imported)

log = logging.getLogger(__name__)

SLICE_SECONDS: Final = 0.002

T = TypeVar("T")
Work = Coroutine[Any, Any, None]


def new_event_loop(app: QApplication) -> asyncio.AbstractEventLoop:
    """Return an event loop that runs on Qt's."""
    loop: asyncio.AbstractEventLoop = qasync.QEventLoop(app)
    # qasync's own executor loses futures when the program leaves through SystemExit.
    loop.set_default_executor(ThreadPoolExecutor(4, thread_name_prefix="contact-sheet"))
    return loop


def run(app: QApplication, main: Coroutine[Any, Any, int]) -> int:
    """Run ``main`` on Qt's loop until it returns; return what it returns.

    What there is before is left alone by the collector of garbage: it lives as long as the
    program, and looking at it again and again held the loop up for tens of milliseconds.
    """
    gc.freeze()
    try:
        with asyncio.Runner(loop_factory=lambda: new_event_loop(app)) as runner:
            result = runner.run(main)
    finally:
        gc.unfreeze()
    for thread in threading.enumerate():
        if thread.name.startswith("asyncio-waitpid-"):
            thread.join()  # it has told the loop of a process's end, but may still be about it
    return result


class TaskScope:
    """Owns background tasks, so that none is lost, and none outlives what it works for.

    Args:
        on_error: Called with what a task raised, so that no error passes in silence.
    """

    def __init__(self, on_error: Callable[[Exception], None]) -> None:
        self._on_error = on_error
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Work) -> asyncio.Task[None]:
        """Start a coroutine as a task of this scope."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._on_done)
        return task

    async def close(self) -> None:
        """Cancel every task and wait until all have ended."""
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks)

    def _on_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, Exception):
            log.error("a background task failed", exc_info=error)
            self._on_error(error)


class Latest:
    """Runs one coroutine at a time: starting another cancels the one before."""

    def __init__(self, scope: TaskScope) -> None:
        self._scope = scope
        self._task: asyncio.Task[None] | None = None

    def start(self, work: Work) -> None:
        """Start ``work`` in the place of what is under way."""
        self.cancel()
        self._task = self._scope.start(work)

    def cancel(self) -> None:
        """Cancel what is under way, if anything is."""
        if self._task is not None:
            self._task.cancel()
            self._task = None


async def in_slices(items: Iterable[T]) -> AsyncGenerator[T, None]:
    """Yield these, leaving the thread to painting and input after every two milliseconds."""
    until = time.perf_counter() + SLICE_SECONDS
    for item in items:
        yield item
        if time.perf_counter() > until:
            await asyncio.sleep(0)
            until = time.perf_counter() + SLICE_SECONDS


async def in_turns(work: Generator[None, None, T]) -> T:
    """Run a generator to its end and return what it returns.

    It pauses by yielding; when two milliseconds have passed, that leaves the thread to others.
    """
    until = time.perf_counter() + SLICE_SECONDS
    while True:
        try:
            next(work)
        except StopIteration as ended:
            return cast(T, ended.value)
        if time.perf_counter() > until:
            await asyncio.sleep(0)
            until = time.perf_counter() + SLICE_SECONDS


async def finished(dialog: QDialog) -> int:
    """Open a dialog and wait for its result without a nested event loop; then let it go.

    A nested loop (``exec``) would run other tasks inside this one, which asyncio forbids. What
    the dialog holds can be read until the caller awaits anything else. If the caller is
    cancelled, the dialog closes: it would stay in front of a window that waits for nobody.
    """
    result: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def on_finished(code: int) -> None:
        if not result.done():
            result.set_result(code)

    dialog.finished.connect(on_finished)
    dialog.open()
    try:
        return await result
    finally:
        dialog.finished.disconnect(on_finished)
        if not result.done() or result.cancelled():
            dialog.reject()
        dialog.deleteLater()
