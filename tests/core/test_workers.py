"""Real worker processes: what they return, how they end, and that none is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from core.errors import ImageNotFound, ThumbnailError, WorkerDied, WorkerError, WorkerTimeout
from core.worker import DONE, FAILED, ITEM, LENGTH
from core.workers import WorkerPool

HERE = "tests.core.test_workers"
ROOT = Path(__file__).resolve().parents[2]


# --- jobs, run in the worker processes ------------------------------------------------------


def echo(*args: Any) -> Any:
    return list(args)


def pid() -> int:
    return os.getpid()


def facts() -> dict[str, Any]:
    return {"nice": os.nice(0), "stdin": sys.stdin.read(), "sigint": signal.getsignal(2)}


def noisy() -> str:
    print("this must not end up between the frames", flush=True)  # noqa: T201
    os.write(1, b"nor this")
    return "done"


def sleep(seconds: float, marker: str = "") -> str:
    if marker:
        Path(marker).write_text(str(os.getpid()))
    time.sleep(seconds)
    return "slept"


def count(to: int, size: int = 1) -> Any:
    for number in range(to):
        yield [number, b"x" * size]


def count_then_fail(to: int) -> Any:
    yield from range(to)
    raise ThumbnailError("no more")


def end(status: int) -> None:
    os._exit(status)


def leave() -> None:
    raise SystemExit(3)


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def fail(kind: str) -> None:
    raise {"gone": ImageNotFound("no such image"), "bug": ZeroDivisionError("by zero")}[kind]


def unsendable() -> object:
    return object()


def hungry() -> int:
    return len(bytearray(4 << 30))


# --- tests ----------------------------------------------------------------------------------


def job(name: str) -> str:
    return f"{HERE}:{name}"


@pytest.fixture
async def pool(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WorkerPool]:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # the jobs above are not part of the program
    pool = WorkerPool(2)
    yield pool
    await pool.close()
    gc.collect()  # a transport left open would warn now
    assert psutil.Process().children() == []


async def until(condition: Callable[[], object]) -> None:
    """Wait for what happens in another process; the test's own time limit ends a vain wait."""
    while not condition():
        await asyncio.sleep(0.005)


def written(path: Path) -> bool:
    return path.exists() and path.read_text() != ""


def gone(number: int) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(number).status() == psutil.STATUS_ZOMBIE
    return True


async def test_a_result_comes_back(pool: WorkerPool) -> None:
    value = [None, 1, -(1 << 40), 2.5, "ö", b"\0\xff", [1, [2]], {"a": {}}]
    assert await pool.call(job("echo"), *value) == value
    assert await pool.call(job("count"), 3) is None  # only a stream gives the items


async def test_a_large_request_and_a_large_result(pool: WorkerPool) -> None:
    value = os.urandom(5 << 20)
    assert await pool.call(job("echo"), value) == [value]


async def test_processes_start_when_needed_and_are_used_again(pool: WorkerPool) -> None:
    assert psutil.Process().children() == []
    assert len({await pool.call(job("pid")) for _ in range(5)}) == 1
    await asyncio.gather(*(pool.call(job("sleep"), 0.05) for _ in range(6)))
    assert len(psutil.Process().children()) == 2


async def test_the_process_is_nice_and_leaves_its_streams_to_the_frames(pool: WorkerPool) -> None:
    found = await pool.call(job("facts"))
    assert found == {"nice": min(19, os.nice(0) + 10), "stdin": "", "sigint": signal.SIG_IGN}
    assert await pool.call(job("noisy")) == "done"
    assert await pool.call(job("noisy")) == "done"


async def test_a_pool_says_how_nice_its_processes_are() -> None:
    pool = WorkerPool(1, niceness=0)
    assert (await pool.call(job("facts")))["nice"] == os.nice(0)  # type: ignore[index]
    await pool.close()


async def test_it_is_found_from_any_folder_and_a_folder_called_core_is_not_run(
    pool: WorkerPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "core").mkdir()
    for name in ("__init__", "worker"):
        (tmp_path / "core" / f"{name}.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH")
    assert await pool.call("os:getcwd") == str(tmp_path)


async def test_a_stream_yields_in_order(pool: WorkerPool) -> None:
    got = [item async for item in pool.stream(job("count"), 500)]
    assert [number for number, _ in got] == list(range(500))
    assert [item async for item in pool.stream(job("count"), 0)] == []


async def test_a_stream_that_fails_gives_what_came_before(pool: WorkerPool) -> None:
    got = []
    with pytest.raises(ThumbnailError, match="no more"):
        async for item in pool.stream(job("count_then_fail"), 3):
            got.append(item)  # noqa: PERF401 - it raises in the end
    assert got == [0, 1, 2]


async def test_errors_come_back_and_the_process_lives_on(pool: WorkerPool) -> None:
    first = await pool.call(job("pid"))
    with pytest.raises(ImageNotFound, match=r"^no such image$"):
        await pool.call(job("fail"), "gone")
    with pytest.raises(WorkerError, match="ZeroDivisionError: by zero"):
        await pool.call(job("fail"), "bug")
    with pytest.raises(WorkerError, match="TypeError"):
        await pool.call(job("unsendable"))
    with pytest.raises(WorkerError, match="there is no such job"):
        await pool.call("nothing")
    with pytest.raises(WorkerError, match="ModuleNotFoundError"):
        await pool.call("not_a_module:function")
    with pytest.raises(WorkerError, match="MemoryError"):
        await pool.call(job("hungry"))
    assert await pool.call(job("pid")) == first


@pytest.mark.parametrize(
    ("name", "args", "how"),
    [("end", (0,), "exit status 0"), ("leave", (), "exit status 1"), ("crash", (), "SIGSEGV")],
)
async def test_a_process_that_dies(
    pool: WorkerPool, name: str, args: tuple[int, ...], how: str
) -> None:
    with pytest.raises(WorkerDied, match=how):
        await pool.call(job(name), *args)
    assert await pool.call(job("echo"), 1) == [1]


async def test_a_process_killed_in_the_middle(pool: WorkerPool, tmp_path: Path) -> None:
    task = asyncio.create_task(pool.call(job("sleep"), 60, str(tmp_path / "marker")))
    await until(lambda: written(tmp_path / "marker"))
    os.kill(int((tmp_path / "marker").read_text()), signal.SIGKILL)
    with pytest.raises(WorkerDied, match="SIGKILL"):
        await task
    assert await pool.call(job("echo"), 1) == [1]


async def test_a_process_killed_while_idle_is_not_used_again(pool: WorkerPool) -> None:
    number = await pool.call(job("pid"))
    assert isinstance(number, int)
    os.kill(number, signal.SIGKILL)
    await until(lambda: not psutil.pid_exists(number))
    await asyncio.sleep(0.01)  # the loop is told
    assert await pool.call(job("pid")) != number


async def test_a_job_over_its_time(pool: WorkerPool) -> None:
    number = await pool.call(job("pid"))
    assert isinstance(number, int)
    with pytest.raises(WorkerTimeout, match=r"longer than 0\.5 seconds"):
        await pool.call(job("sleep"), 60, timeout=0.5)
    await until(lambda: gone(number))
    assert await pool.call(job("echo"), 1, timeout=20) == [1]


async def test_waiting_for_a_turn_does_not_count_as_running(pool: WorkerPool) -> None:
    before = [asyncio.create_task(pool.call("time:sleep", 2.2)) for _ in range(2)]
    await asyncio.sleep(0)
    assert isinstance(await pool.call("os:getpid", timeout=2), int)
    await asyncio.gather(*before)


async def test_cancelling_kills_the_process(pool: WorkerPool, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    task = asyncio.create_task(pool.call(job("sleep"), 60, str(marker)))
    await until(lambda: written(marker))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: gone(int(marker.read_text())))
    assert await pool.call(job("echo"), 1) == [1]


async def test_cancelling_at_any_moment_leaves_nothing(pool: WorkerPool) -> None:
    for turns in range(24):
        task = asyncio.create_task(pool.call(job("sleep"), 0.01))
        for _ in range(turns):
            await asyncio.sleep(0 if turns % 2 else 0.002)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    assert await asyncio.gather(*(pool.call(job("echo"), i) for i in range(4))) == [
        [i] for i in range(4)
    ]


async def test_closing_a_stream_that_is_being_held_back_kills_its_process(
    pool: WorkerPool,
) -> None:
    async with contextlib.aclosing(pool.stream(job("count"), 10_000, 100_000)) as items:
        async for number, _ in items:
            if number == 3:
                await asyncio.sleep(0.1)  # the pipe and the reader fill up
                break
    assert await pool.call(job("echo"), 1) == [1]


async def test_first_come_first_served() -> None:
    pool = WorkerPool(1)
    order: list[int] = []

    async def one(number: int) -> None:
        await pool.call("os:getpid")
        order.append(number)

    try:
        await asyncio.gather(*(one(number) for number in range(20)))
    finally:
        await pool.close()
    assert order == list(range(20))


async def test_close_ends_everything_and_nobody_hangs(pool: WorkerPool) -> None:
    tasks = [asyncio.create_task(pool.call(job("sleep"), 60)) for _ in range(5)]
    stream = pool.stream(job("count"), 10)
    await until(lambda: len(psutil.Process().children()) == 2)
    await pool.close()
    await pool.close()
    errors = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(error, WorkerError) for error in errors)
    assert psutil.Process().children() == []
    with pytest.raises(WorkerError, match="closing"):
        await pool.call(job("echo"))
    with pytest.raises(WorkerError, match="closing"):
        await anext(stream)


PARENT = """
import asyncio, sys
from core.workers import WorkerPool
async def main():
    pool = WorkerPool(2)
    await asyncio.gather(pool.call("os:getpid"), pool.call("time:sleep", 0.2))
    print("ready", flush=True)
    await asyncio.gather(pool.call("time:sleep", 300), pool.call("time:sleep", 300))
try:
    asyncio.run(main())
except KeyboardInterrupt:
    sys.exit(5)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_no_child_outlives_its_parent(how: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        children = psutil.Process(parent.pid).children(recursive=True)
        assert len(children) == 2
        if how == signal.SIGINT:  # as the terminal does: to the whole group
            os.killpg(parent.pid, how)
        else:
            parent.kill()
        _, noise = parent.communicate(timeout=20)
        assert parent.returncode == (5 if how == signal.SIGINT else -9)
    assert b"worker.py" not in noise
    assert psutil.wait_procs(children, timeout=20)[1] == []


def test_the_protocol_as_it_is_spoken() -> None:
    """By hand, with a process that ends by itself."""
    requests = [
        (job("echo"), [1]),
        (job("count"), [2]),
        (job("fail"), ["gone"]),
        (job("fail"), ["bug"]),
        ("nothing", []),
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "core.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    kinds = []
    for number, request in enumerate(requests):
        frame = msgspec.msgpack.encode(request)
        process.stdin.write(LENGTH.pack(len(frame)) + frame)
        process.stdin.flush()
        kind = ITEM
        while kind == ITEM:
            (length,) = LENGTH.unpack(process.stdout.read(LENGTH.size))
            kind, *values = msgspec.msgpack.decode(process.stdout.read(length))
            kinds.append((number, kind, values[0]))
    process.stdin.close()
    assert process.stdout.read() == b""
    process.stdout.close()
    assert process.wait() == 0
    assert kinds == [
        (0, DONE, [1]),
        (1, ITEM, [0, b"x"]),
        (1, ITEM, [1, b"x"]),
        (1, DONE, None),
        (2, FAILED, "ImageNotFound"),
        (3, FAILED, "WorkerError"),
        (4, FAILED, "WorkerError"),
    ]
