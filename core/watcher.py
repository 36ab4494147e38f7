"""Hints that something in a store's folders may have changed, from the system or by polling.

What the system tells is fast but has holes: what is edited in a folder that was just made can be
missed, and so is what happens on another machine of a network mount. So hints only say where it
is worth to look; :mod:`core.follower` does the looking, and finds the rest without them.
"""

from __future__ import annotations

import errno
import logging
import os
import select
import subprocess
import threading
import time
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import IO

import msgspec

from core.layout import IMAGES, METADATA
from core.watch_messages import Failed, Message
from core.worker import LENGTH, command

log = logging.getLogger(__name__)

LOOK_SECONDS = (
    0.1  # how often the folders are looked at, whether they are still the same, and whether to end
)
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
        """End it; blocks until the thread has ended, for a tenth of a second at most."""
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
            self._stop.wait(LOOK_SECONDS)
            if self._folders():
                self._on_hints(None)
            return
        arguments, environment = command("core.watch_folders", str(self._base))
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "bufsize": 0}
        with subprocess.Popen(  # type: ignore[call-overload]  # noqa: S603 - ourselves
            arguments, env=environment, **pipes
        ) as process:
            try:
                self._pass_on(process.stdout, folders)
            finally:
                process.kill()

    def _pass_on(self, heard: IO[bytes], folders: dict[str, tuple[int, int]]) -> None:
        watching = False
        while not self._stop.is_set():
            ready, _, _ = select.select([heard], [], [], LOOK_SECONDS)
            if ready:
                message = _read(heard)
                if isinstance(message, Failed):
                    raise OSError(message.number, os.strerror(message.number))
                if not watching:
                    watching = True
                    self._on_watching(Watching.NOTIFIED)
                paths = message.paths
                self._on_hints(None if paths is None else frozenset(map(os.fsdecode, paths)))
            if self._folders() != folders:  # a disk was unplugged, or one came back
                self._on_hints(None)
                return

    def _poll(self, why: Watching) -> None:
        """Look by the clock, until it may be better to watch: other folders, or minutes later."""
        self._on_watching(why)
        self._on_hints(None)
        folders, until = self._folders(), time.monotonic() + POLLED_SECONDS
        while time.monotonic() < until and not self._stop.wait(POLL_SECONDS):
            self._on_hints(None)
            if self._folders() != folders:
                return

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


def _read(heard: IO[bytes]) -> Message:
    """Return what the process that watches says next; one that ended without a word has failed."""
    try:
        (length,) = LENGTH.unpack(_exactly(heard, LENGTH.size))
        message: Message = msgspec.msgpack.decode(_exactly(heard, length), type=Message)
    except EOFError:
        return Failed(errno.EIO)
    return message


def _exactly(heard: IO[bytes], count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = heard.read(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


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


def _reason(error: OSError) -> Watching:
    limited = error.errno in (errno.ENOSPC, errno.EMFILE)
    return Watching.POLLING_LIMIT if limited else Watching.POLLING_UNABLE
