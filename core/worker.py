"""The worker process: ``python -m core.worker`` does jobs for a ``core.workers.WorkerPool``.

An argument says how nice it is to other processes, instead of ``NICENESS``.

Requests come in on standard input, replies go out on standard output, each a MessagePack value
after its length in four bytes (big-endian). A request is ``[job, arguments]``. The replies to it
are any number of ``[ITEM, value]`` and then one ``[DONE, value]`` or ``[FAILED, error, message]``.

The process ends as soon as its standard input does, in the middle of a job too, so it does not
outlive the program that started it, however that ended.
"""

from __future__ import annotations

import importlib
import os
import queue
import resource
import signal
import struct
import sys
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import BinaryIO

import msgspec

from core.errors import StoreError

# What a job's name stands for. The module is imported when the first such job comes.
JOBS = {
    "thumbnail": "core.decode:thumbnail",
    "embedded": "core.embedded:read_embedded",
    "large image": "core.large_image:decode",
    "frames": "core.large_image:frames",
    "scan": "core.scanner:scan_job",
    "scan task": "core.folder_scan:run_remote_task",
    "examine": "core.examiner:examine",
    "make searchable": "core.searcher:make_searchable",
}
ITEM, DONE, FAILED = 0, 1, 2
LENGTH = struct.Struct(">I")
NICENESS = 10
_PACKAGE_PARENT = str(Path(__file__).resolve().parent.parent)
MEMORY_LIMIT = 3 << 30  # bytes of address space: a hostile file gets a MemoryError, not the machine


def command(module: str = "core.worker", *more: str) -> tuple[list[str], dict[str, str]]:
    """Return how a process of ours is started: the arguments and the environment."""
    inherited = os.environ.get("PYTHONPATH")
    search_path = _PACKAGE_PARENT + (os.pathsep + inherited if inherited else "")
    # -P, or a folder called core where the program was started would be run
    arguments = [sys.executable, "-P", "-m", module, *more]
    return arguments, {**os.environ, "PYTHONPATH": search_path}


def main() -> None:
    """Do jobs, one after the other, until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, which then ends us
    # not nice(): a worker's own worker is no nicer
    os.setpriority(os.PRIO_PROCESS, 0, int(sys.argv[1]) if sys.argv[1:] else NICENESS)
    _limit(resource.RLIMIT_AS, MEMORY_LIMIT)
    _limit(resource.RLIMIT_CORE, 0)
    requests, replies = _take_over_streams()
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read_requests, args=(requests, waiting), daemon=True).start()
    while True:
        job, arguments = msgspec.msgpack.decode(waiting.get())
        try:
            _answer(job, arguments, replies)
        except BrokenPipeError:
            os._exit(0)


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _take_over_streams() -> tuple[BinaryIO, BinaryIO]:
    """Keep both streams for the frames alone: what a job prints or reads must not mix with them."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, replies


def _read_requests(requests: BinaryIO, waiting: queue.SimpleQueue[bytes]) -> None:
    while len(head := requests.read(LENGTH.size)) == LENGTH.size:
        waiting.put(requests.read(*LENGTH.unpack(head)))
    os._exit(0)


def _answer(job: str, arguments: list[object], replies: BinaryIO) -> None:
    try:
        function = _function(job)
        result = function(*arguments)
        if isinstance(result, Generator):
            for item in result:
                _reply(replies, ITEM, item)
            result = None
        _reply(replies, DONE, result)
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent is to hear of it
        if isinstance(error, StoreError):
            _reply(replies, FAILED, type(error).__name__, str(error))
        else:
            _reply(replies, FAILED, "WorkerError", f"{job}: {type(error).__name__}: {error}")


def _function(job: str) -> Callable[..., object]:
    module, _, name = JOBS.get(job, job).partition(":")
    if not name:
        raise LookupError("there is no such job")
    function: Callable[..., object] = getattr(importlib.import_module(module), name)
    return function


def _reply(replies: BinaryIO, *reply: object) -> None:
    frame = msgspec.msgpack.encode(reply)
    replies.write(LENGTH.pack(len(frame)))
    replies.write(frame)
    replies.flush()


if __name__ == "__main__":
    try:
        main()
    finally:
        os._exit(1)  # a job called sys.exit(); without waiting for the threads it may have left
