"""Disks of a test's own: soon full, or only to be read; and folders as for somebody powerless.

A child process mounts the disks where nobody else sees them, in a mount namespace of its own, and
is looked at through ``/proc``. So no root is needed where ordinary users may make user namespaces,
as on Debian, and nothing stays mounted however the tests end.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

_AS_ROOT = ["unshare", "--mount"]
_AS_ANYBODY = ["unshare", "--user", "--map-root-user", "--mount"]
_ADVICE = """this test mounts a disk, which this machine does not allow: run it as root, or allow
user namespaces (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone=1 and
kernel.apparmor_restrict_unprivileged_userns=0, and a container's seccomp profile)
"""

#: Mounts a file system in user space on ``$0``, and ends the process that should answer for it.
_FAILING = """exec 3<>/dev/fuse &&
mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 failing "$0" && exec 3>&-"""

needs_fuse = pytest.mark.skipif(
    not os.access("/dev/fuse", os.R_OK | os.W_OK), reason="needs file systems in user space"
)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounts where everybody sees it")


@contextmanager
def tiny_disk(folder: Path) -> Iterator[Path]:
    """Mount an empty disk of 512 KB on a folder; yields where it can be used."""
    with _mounted(folder, 'mount -t tmpfs -o size=512k,mode=755 tmpfs "$0"') as there:
        yield there


@contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """Have a folder as on a disk that can only be read; yields where it is so."""
    with _mounted(folder, 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"') as there:
        yield there


@contextmanager
def failing(folder: Path) -> Iterator[Path]:
    """Have all that is done to a folder fail, as where a network disk's server is gone."""
    with _mounted(folder, _FAILING) as there:
        yield there


@asynccontextmanager
async def failing_here(folder: Path) -> AsyncIterator[None]:
    """Have it fail for everybody, where it is; only root can, and it must be undone."""
    await _run("sh", "-c", _FAILING, str(folder))
    try:
        yield
    finally:
        await _run("umount", str(folder))


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == 0


@contextmanager
def as_nobody(top: Path) -> Iterator[None]:
    """Be somebody whom permissions bind, in a folder that is theirs."""
    if os.geteuid() != 0:
        yield
        return
    for path in [top, *top.rglob("*")]:
        os.chown(path, 65534, 65534)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def _mounted(folder: Path, mount: str) -> Iterator[Path]:
    problems = []
    for alone in (_AS_ROOT, _AS_ANYBODY):
        with subprocess.Popen(
            [*alone, "sh", "-c", f"{mount} && echo mounted && exec cat", str(folder)],
            stdin=subprocess.PIPE,  # its end ends the process, and that the mount
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as holder:
            assert holder.stdout is not None
            assert holder.stderr is not None
            if holder.stdout.readline():
                yield Path(f"/proc/{holder.pid}/root{folder}")
                return
            problems.append(holder.stderr.read())
    pytest.fail(_ADVICE + "".join(problems), pytrace=False)
