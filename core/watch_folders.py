"""The process that hears of changes: ``python -m core.watch_folders BASE`` watches a store.

It is a process because setting up the watches of thousands of folders holds up every thread of
Python for seconds. Each folder is watched by itself: told to watch a tree, the library walks
through all of its files first, and misses what is written into a new folder before it is watched.
So folders that come are watched besides, and then listed. What is heard goes out on standard
output, each message a MessagePack value after its length in four bytes (big-endian). It ends when
standard input does.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import msgspec
from watchfiles._rust_notify import RustNotify, WatchfilesRustInternalError

from core.layout import IMAGES, METADATA
from core.watch_messages import Failed, Heard, Message
from core.worker import LENGTH, NICENESS

GATHER_MS = 100  # for how long hints of one burst are gathered
QUIET_MS = 30  # a burst ends when nothing came for so long
MOST_LATER = 100  # folders that came, until all are watched anew
MOST_TOLD = 1000  # files in folders that came; the folders' own times tell of more
DEPTH = 4  # images, years, months, days
_ADDED, _MODIFIED = 1, 2  # as the library counts changes


class _DeafError(Exception):
    """A file came whose name is not UTF-8: after that, the library hears of no others."""


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
    """Watch, and anew when many folders have come, or one went while it began to be watched."""
    while True:
        try:
            yield from _watched(base)
        except (FileNotFoundError, _DeafError):  # one went away just now
            continue
        except OSError as error:
            limited = "limit" in str(error)  # the library's own words have no number
            yield Failed(errno.ENOSPC if limited else error.errno or errno.EIO)
            return


def _watched(base: str) -> Iterator[Message]:
    """Watch all folders, and besides those that come, until these are many."""
    with ExitStack() as ears:
        folders = set(_folders(base))
        first = second = ears.enter_context(_ear(folders))
        yield Heard(None)  # what was done before this was not heard of
        changes = {(_ADDED, path) for path in set(_folders(base)) - folders}  # came meanwhile
        later: set[str] = set()
        while len(later) <= MOST_LATER:
            changes |= _changes(first) | (_changes(second) if later else set())
            while changes:
                yield Heard([os.fsencode(path.removeprefix(f"{base}/")) for _, path in changes])
                came = [path for kind, path in changes if kind == _ADDED and _is_folder(base, path)]
                new = {inner for path in came for inner in _folders_from(base, path)}
                if not new:
                    changes = set()
                    break
                later = {path for path in later | new if Path(path).is_dir()}
                before, second = second, ears.enter_context(_ear(later))
                # Again, with what was done in them before they were watched, and since.
                changes = _found_in(new, later)
                if before is not first:
                    changes |= _changes(before)
                    before.close()


@contextmanager
def _ear(folders: set[str]) -> Iterator[RustNotify]:
    """Watch these folders, and not what is in folders in them."""
    before = _watches()
    with RustNotify(
        list(folders), debug=False, force_polling=False, poll_delay_ms=0, recursive=False,
        ignore_permission_denied=True,
    ) as ear:  # fmt: skip
        watches = [count for file, count in _watches().items() if before.get(file) != count]
        fewer = bool(watches) and max(watches) < len(folders)
        if fewer and max(watches) < sum(Path(path).is_dir() for path in folders):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        yield ear


def _changes(ear: RustNotify) -> set[tuple[int, str]]:
    try:
        found = ear.watch(GATHER_MS, QUIET_MS, QUIET_MS, None)
    except WatchfilesRustInternalError as error:
        raise _DeafError from error
    return found if isinstance(found, set) else set()


def _found_in(folders: set[str], watched: set[str]) -> set[tuple[int, str]]:
    """Return folders as changed, and what is in them as if it had come; of very many files none."""
    files: list[str] = []
    inner: set[str] = set()
    for folder in folders:
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):  # or a link to itself would end this
                    inner.add(entry.path)
                elif len(files) <= MOST_TOLD:
                    files.append(entry.path)
    found = inner - watched | set(files if len(files) <= MOST_TOLD else ())
    return {(_MODIFIED, path) for path in folders} | {(_ADDED, path) for path in found}


def _folders(base: str) -> Iterator[str]:
    """Yield the folders of both layouts that are there, down to the days."""
    yield from _folders_from(base, f"{base}/{IMAGES}")
    if Path(f"{base}/{METADATA}").is_dir():
        yield f"{base}/{METADATA}"


def _folders_from(base: str, path: str) -> Iterator[str]:
    """Yield a folder, if it is there, and those in it, down to the days."""
    if Path(path).is_dir():
        yield path
        if path.removeprefix(f"{base}/").count("/") < DEPTH - 1:
            for inner in _folders_in(path):
                yield from _folders_from(base, inner)


def _folders_in(path: str) -> list[str]:
    with suppress(OSError), os.scandir(path) as entries:
        return [entry.path for entry in entries if entry.name.isdigit()]
    return []


def _is_folder(base: str, path: str) -> bool:
    """Tell whether something is a folder of a year, a month or a day."""
    top, *numbers = path.removeprefix(f"{base}/").split("/")
    dated = top == IMAGES and len(numbers) < DEPTH and all(map(str.isdigit, numbers))
    return dated and Path(path).is_dir()


def _watches() -> dict[str, int]:
    """Count what this process watches, by descriptor; nothing where that cannot be known.

    The library passes over in silence what the system refuses, so the kernel is asked: proc(5),
    ``/proc/PID/fdinfo``.
    """
    found = {}
    with suppress(OSError):
        for file in Path("/proc/self/fd").iterdir():
            with suppress(FileNotFoundError):
                if str(file.readlink()) == "anon_inode:inotify":
                    lines = Path("/proc/self/fdinfo", file.name).read_text().splitlines()
                    found[file.name] = sum(line.startswith("inotify") for line in lines)
    return found


if __name__ == "__main__":
    main()
