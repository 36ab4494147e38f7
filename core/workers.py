"""Worker processes that can be killed: a broken or hostile file stops one of them, never us.

``core.worker`` is the other side; the frames between the two are described there.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import cast

import msgspec

import core.errors
from core.errors import StoreError, WorkerDied, WorkerError, WorkerTimeout
from core.worker import FAILED, ITEM, LENGTH, NICENESS, command


class WorkerPool:
    """Up to ``size`` worker processes, started when first needed and used again and again.

    A job is a name from ``core.worker.JOBS``, or "module:function"; its arguments and results are
    what MessagePack can hold. One job at a time runs in a process; more wait their turn, first
    come first served. Everything happens in the thread of one event loop; any number of its
    tasks may call at once.

    Cancelling the task that awaits a job, or closing the iterator of a stream before its end,
    kills the process the job runs in, at once. The next job gets a new process.

    Args:
        size: The most processes at a time.
        niceness: How far they give way to others, from 0 for not at all to 19.
    """

    def __init__(self, size: int = 2, niceness: int = NICENESS) -> None:
        self.size = size
        self._niceness = niceness
        self._turns = asyncio.Semaphore(size)
        self._processes: set[_Process] = set()
        self._idle: list[_Process] = []
        self._starting: set[asyncio.Task[None]] = set()
        self._closed = False

    async def call(
        self,
        job: str,
        *args: object,
        timeout: float | None = None,  # noqa: ASYNC109 - only here is known when the turn comes
    ) -> object:
        """Do one job and return its result.

        Args:
            job: The job's name.
            *args: What its function is called with.
            timeout: How many seconds it may run once its turn has come; ``None`` for any time.

        Raises:
            StoreError: What the job itself raised, of the same class.
            WorkerTimeout: It ran longer; its process was killed.
            WorkerDied: Its process ended in the middle.
            WorkerError: It raised anything else, or the pool is closed.
        """
        async with self._process() as process:
            try:
                async with asyncio.timeout(timeout):
                    process.send(job, args)
                    while True:
                        kind, value = await process.receive()
                        if kind != ITEM:
                            return value
            except TimeoutError:
                raise WorkerTimeout(f"{job} took longer than {timeout:g} seconds") from None

    async def stream(self, job: str, *args: object) -> AsyncGenerator[object, None]:
        """Do one job that yields results, and yield them as they come.

        Who takes them slowly slows the job down, and its process is taken until the end. Where
        not all of them are taken, close the iterator (``contextlib.aclosing``). Raises as ``call``.
        """
        async with self._process() as process:
            process.send(job, args)
            while True:
                kind, value = await process.receive()
                if kind != ITEM:
                    return
                yield value

    async def close(self) -> None:
        """Kill every process and wait until they are gone; jobs under way end in WorkerDied.

        Waiting jobs, and all that come later, end in WorkerError.
        """
        self._closed = True
        if self._starting:
            await asyncio.wait(self._starting)
        for process in tuple(self._processes):
            process.kill()
        for process in tuple(self._processes):
            await process.gone.wait()

    @contextlib.asynccontextmanager
    async def _process(self) -> AsyncIterator[_Process]:
        """Lend a process for one job, when its turn has come."""
        async with self._turns:
            process = await self._take()
            try:
                yield process
            finally:
                if process.busy:  # in the middle of its job: no other can follow
                    process.kill()
                else:
                    self._idle.append(process)

    async def _take(self) -> _Process:
        while not self._closed:
            while self._idle:
                process = self._idle.pop()
                if not process.killed:
                    return process
            starting = asyncio.create_task(self._start())
            self._starting.add(starting)
            starting.add_done_callback(self._starting.discard)
            await starting
        raise WorkerError("No job can be done any more: the program is closing")

    async def _start(self) -> None:
        try:
            process = await _Process.start(self._niceness, self._processes.discard)
        except OSError as error:
            raise WorkerError(f"No worker process can be started: {error}") from error
        self._processes.add(process)
        self._idle.append(process)  # also if whom it was started for is no longer there


class _Process(asyncio.SubprocessProtocol):
    """One worker process.

    Attributes:
        busy: It was sent a job whose last reply has not been received.
        killed: It was killed or ended by itself: no job can be sent to it.
        gone: Set when it has ended and all that belonged to it is closed.
    """

    def __init__(self, when_gone: Callable[[_Process], None]) -> None:
        self.busy = False
        self.killed = False
        self.gone = asyncio.Event()
        self._when_gone = when_gone
        self._replies = asyncio.StreamReader()

    @classmethod
    async def start(cls, niceness: int, when_gone: Callable[[_Process], None]) -> _Process:
        """Start a process; ``when_gone`` is called with it when it has ended."""
        arguments, environment = command("core.worker", str(niceness))
        _, process = await asyncio.get_running_loop().subprocess_exec(
            lambda: cls(when_gone),
            *arguments,
            stderr=asyncio.subprocess.DEVNULL,  # decoders write warnings about each odd file there
            env=environment,
        )
        return process

    def send(self, job: str, args: tuple[object, ...]) -> None:
        """Have it do a job; its replies follow through ``receive``."""
        frame = msgspec.msgpack.encode((job, args))
        self.busy = True
        self._requests.write(LENGTH.pack(len(frame)) + frame)

    async def receive(self) -> tuple[int, object]:
        """Return the next reply, ITEM or DONE, with its value; raises what the job raised."""
        try:
            (length,) = LENGTH.unpack(await self._replies.readexactly(LENGTH.size))
            frame = await self._replies.readexactly(length)
        except asyncio.IncompleteReadError:
            self.kill()
            await self.gone.wait()
            raise WorkerDied(f"A worker process ended ({self._how_it_ended()})") from None
        kind, *values = msgspec.msgpack.decode(frame)
        self.busy = kind == ITEM
        if kind == FAILED:
            raise _error(*values)
        return kind, values[0]

    def kill(self) -> None:
        """End it, whatever it does."""
        self.killed = True
        # Not through the transport: that asks for the exit status too, which the event loop's
        # own watcher then misses.
        if self._transport.get_returncode() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._transport.get_pid(), signal.SIGKILL)
        if not self._requests.is_closing():
            self._requests.abort()
        self._output.close()  # its end is not noticed while nobody reads

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.SubprocessTransport, transport)
        self._requests = cast(asyncio.WriteTransport, self._transport.get_pipe_transport(0))
        self._output = cast(asyncio.ReadTransport, self._transport.get_pipe_transport(1))
        self._replies.set_transport(self._output)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self._replies.feed_data(data)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        self.killed = True
        self._replies.feed_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        self.killed = True
        self._transport.close()
        self.gone.set()
        self._when_gone(self)

    def _how_it_ended(self) -> str:
        code = self._transport.get_returncode()
        if code is not None and code < 0:
            return signal.Signals(-code).name
        return f"exit status {code}"


def _error(name: str, message: str) -> StoreError:
    kind = getattr(core.errors, name, None)
    if isinstance(kind, type) and issubclass(kind, StoreError):
        return kind(message)
    return WorkerError(f"{name}: {message}")
