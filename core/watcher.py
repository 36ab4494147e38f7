"""Hints that something in a store's folders may have changed, from the system or by polling.

What the system tells is fast but has holes: files written into a folder that was just made are
missed, and so is what happens on another machine of a network mount. So hints only say where it
is worth to look; :mod:`core.follower` does the looking, and finds the rest without them.
"""

from __future__ import annotations

import errno
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from enum import Enum
from pathlib import Path

from core.layout import IMAGES, METADATA

log = logging.getLogger(__name__)

GATHER_MS = 100  # for how long hints of one burst are gathered
QUIET_MS = 30  # a burst ends when nothing came for so long
LOOK_MS = 500  # how often the folders are looked at, whether they are still the same
POLL_SECONDS = 2.0
POLLED_SECONDS = 300.0  # until watching is tried again

# What tells only of changes by this machine, or through this mount: inotify(7), linux/magic.h.
_REMOTE = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "afs", "lustre",
           "coda", "gpfs", "beegfs", "orangefs", "virtiofs", "vboxsf", "prl_fs", "vmhgfs",
           "fuse"}  # fmt: skip


class Watching(Enum):
    """How changes are noticed."""

    NOTIFIED = "notified"
    POLLING_REMOTE = "polling: network mount, or a file system in user space"
    POLLING_LIMIT = "polling: the system's limit of watched folders is reached"
    POLLING_UNABLE = "polling: the system cannot watch this folder"


Hints = frozenset[str] | None
"""Files relative to the store that came, went or changed; ``None`` for anything, anywhere."""


class Watcher:
    """Watches the folders of one store from a thread of its own.

    Args:
        base: The store's folder.
        on_hints: Called in the thread with what may have changed.
        on_watching: Called in the thread with how changes are noticed, whenever that changes.
    """

    def __init__(
        self,
        base: Path,
        on_hints: Callable[[Hints], object],
        on_watching: Callable[[Watching], object],
    ) -> None:
        self._base = base
        self._on_hints = on_hints
        self._on_watching = on_watching
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="store-watcher", daemon=True)

    def start(self) -> None:
        """Start to watch."""
        self._thread.start()

    def close(self) -> None:
        """End it; blocks until the thread has ended, for some hundredths of a second."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                if is_remote(self._base / IMAGES):
                    self._poll(Watching.POLLING_REMOTE)
                else:
                    self._watch(self._folders())
            except OSError as error:
                log.info("%s is looked at every %g s: %s", self._base, POLL_SECONDS, error)
                self._poll(_reason(error))

    def _watch(self, folders: dict[str, tuple[int, int]]) -> None:
        """Pass on the system's hints for as long as the folders are the same ones."""
        if not folders:
            self._stop.wait(LOOK_MS / 1000)
            if self._folders():
                self._on_hints(None)
            return
        # Imported here, in the thread: a window is long open before it is needed.
        from watchfiles._rust_notify import RustNotify

        paths = [str(self._base / name) for name in folders]
        wanted = self._to_watch()
        with RustNotify(
            paths, debug=False, force_polling=False, poll_delay_ms=0, recursive=True,
            ignore_permission_denied=True,
        ) as system:  # fmt: skip
            if _watched() < wanted:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._on_watching(Watching.NOTIFIED)
            self._on_hints(None)  # what was saved before that was not heard of
            while (found := system.watch(GATHER_MS, QUIET_MS, LOOK_MS, self._stop)) != "stop":
                if isinstance(found, set):
                    self._on_hints(self._relative(path for _, path in found))
                if self._folders() != folders:  # a disk was unplugged, or one came back
                    self._on_hints(None)
                    return

    def _relative(self, paths: Iterable[str]) -> Hints:
        before = f"{self._base}/"
        return frozenset(path.removeprefix(before) for path in paths)

    def _to_watch(self) -> int:
        """Count the folders of both layouts, down to the days."""
        found = 0
        level = [self._base / IMAGES]
        for _ in range(4):  # images, years, months, days
            folders = [path for path in level if path.is_dir()]
            found += len(folders)
            level = [Path(entry) for path in folders for entry in _folders_in(path)]
        return found + (self._base / METADATA).is_dir()

    def _poll(self, why: Watching) -> None:
        """Look by the clock, for some minutes; then it may be better to watch."""
        self._on_watching(why)
        self._on_hints(None)
        until = time.monotonic() + POLLED_SECONDS
        while time.monotonic() < until and not self._stop.wait(POLL_SECONDS):
            self._on_hints(None)

    def _folders(self) -> dict[str, tuple[int, int]]:
        """The folders to watch that are there, and which ones they are."""
        found = {}
        for name in (IMAGES, METADATA):
            try:
                state = (self._base / name).stat()
            except OSError:
                continue
            found[name] = state.st_dev, state.st_ino
        return found


def is_remote(path: Path, mounts: str | None = None) -> bool:
    """Tell whether a folder is on a mount of which the system hears only its own changes.

    Args:
        path: The folder; it may be missing.
        mounts: The mounts as in proc(5); by default this process's.
    """
    if mounts is None:
        try:
            mounts = Path("/proc/self/mounts").read_text("utf-8", "replace")
        except OSError:
            return False
    real = os.path.realpath(path)
    longest, kind = "", ""
    for line in mounts.splitlines():
        _, where, found, *_ = line.split(" ")
        where = where.encode().decode("unicode_escape").rstrip("/")
        if f"{real}/".startswith(f"{where}/") and len(where) >= len(longest):
            longest, kind = where, found
    return kind.partition(".")[0] in _REMOTE  # such as fuse.sshfs; fuseblk is a local disk


def _folders_in(path: Path) -> list[str]:
    with suppress(OSError), os.scandir(path) as entries:
        return [entry.path for entry in entries if entry.name.isdigit()]
    return []


def _watched() -> float:
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


def _reason(error: OSError) -> Watching:
    limited = error.errno in (errno.ENOSPC, errno.EMFILE) or "limit" in str(error)
    return Watching.POLLING_LIMIT if limited else Watching.POLLING_UNABLE
