"""The process that hears of changes: ``python -m core.watch_folders BASE`` watches a store.

It is a process because setting up the watches of thousands of folders holds up every thread of
Python for seconds. Each folder is watched by itself: told to watch a tree, the library walks
through all of its files first. What is heard goes out on standard output, each message a
MessagePack value after its length in four bytes (big-endian). It ends when standard input does.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
from watchfiles._rust_notify import RustNotify

from core.layout import IMAGES, METADATA
from core.watch_messages import Failed, Heard, Message
from core.worker import LENGTH, NICENESS

GATHER_MS = 100  # for how long hints of one burst are gathered
QUIET_MS = 30  # a burst ends when nothing came for so long
DEPTH = 4  # images, years, months, days
_ADDED = 1  # as the library counts changes


def main() -> None:
    """Tell what is heard until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, which then ends us
    os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    threading.Thread(target=_end_with_input, daemon=True).start()
    try:
        for message in _messages(sys.argv[1]):
            encoded = msgspec.msgpack.encode(message)
            sys.stdout.buffer.write(LENGTH.pack(len(encoded)) + encoded)
            sys.stdout.buffer.flush()
    except BrokenPipeError:
        os._exit(0)


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def _messages(base: str) -> Iterator[Message]:
    """Watch, and anew with the folders that there are whenever one has come."""
    while True:
        try:
            yield from _watched(base)
        except FileNotFoundError:  # one went away just now
            continue
        except OSError as error:
            limited = "limit" in str(error)  # the library's own words have no number
            yield Failed(errno.ENOSPC if limited else error.errno or errno.EIO)
            return


def _watched(base: str) -> Iterator[Message]:
    folders = list(_folders(base))
    with RustNotify(
        folders, debug=False, force_polling=False, poll_delay_ms=0, recursive=False,
        ignore_permission_denied=True,
    ) as system:  # fmt: skip
        if _watches() < len(folders):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        yield Heard(None)  # what was done before this was not heard of
        while True:
            found = system.watch(GATHER_MS, QUIET_MS, 0, None)
            if isinstance(found, set):
                yield Heard([path.removeprefix(f"{base}/") for _, path in found])
                if any(kind == _ADDED and _is_folder(base, path) for kind, path in found):
                    return


def _folders(base: str) -> Iterator[str]:
    """Yield the folders of both layouts that are there, down to the days."""
    level = [f"{base}/{IMAGES}"]
    for depth in range(DEPTH):
        there = [path for path in level if Path(path).is_dir()]
        yield from there
        if depth < DEPTH - 1:
            level = [inner for path in there for inner in _folders_in(path)]
    if Path(f"{base}/{METADATA}").is_dir():
        yield f"{base}/{METADATA}"


def _folders_in(path: str) -> list[str]:
    with suppress(OSError), os.scandir(path) as entries:
        return [entry.path for entry in entries if entry.name.isdigit()]
    return []


def _is_folder(base: str, path: str) -> bool:
    """Tell whether something is a folder of a year, a month or a day."""
    top, *numbers = path.removeprefix(f"{base}/").split("/")
    dated = top == IMAGES and len(numbers) < DEPTH and all(map(str.isdigit, numbers))
    return dated and Path(path).is_dir()


def _watches() -> float:
    """Count what this process watches; endless where that cannot be known.

    The library passes over in silence what the system refuses, so the kernel is asked: proc(5),
    ``/proc/PID/fdinfo``.
    """
    most = 0
    try:
        for file in Path("/proc/self/fd").iterdir():
            with suppress(FileNotFoundError):
                if str(file.readlink()) == "anon_inode:inotify":
                    lines = Path("/proc/self/fdinfo", file.name).read_text().splitlines()
                    most = max(most, sum(line.startswith("inotify") for line in lines))
    except OSError:
        return float("inf")
    return most


if __name__ == "__main__":
    main()
