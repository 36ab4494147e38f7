"""More processes that look at images for a scan, where there are processors for them.

They are workers as ``core.worker`` describes them, asked without an event loop. Nothing depends
on them: what one was asked and did not answer, because it died, is given back.
"""

from __future__ import annotations

import logging
import os
import select
import subprocess
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO, cast

import msgspec

from core.changes import ScanResult, ScanTask
from core.worker import DONE, LENGTH, command

log = logging.getLogger(__name__)

JOB = "scan task"
MOST_HELPERS = 3
MOST_ASKED = 4  # tasks a helper has at once, so that it need not wait while others are written

_decode_reply = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode
_decode_kind = msgspec.msgpack.Decoder(int).decode
_decode_result = msgspec.msgpack.Decoder(ScanResult).decode


class Helpers:
    """Processes that run tasks, for one thread; none before ``start``.

    Args:
        store: Descriptor of the store's folder; the processes inherit it.
        metadata: Descriptor of the flat layout's folder of sidecars, ``None`` if there is none.
    """

    def __init__(self, store: int, metadata: int | None) -> None:
        self._store = store
        self._metadata = metadata
        self._helpers: list[_Helper] = []

    @property
    def at_work(self) -> bool:
        """Whether any has done something by now, and can do more."""
        return any(helper.at_work for helper in self._helpers)

    def start(self) -> None:
        """Start a process for each processor, if there is more than one.

        The scan itself then writes, which takes half of one, and what is left is theirs.
        """
        processors = os.cpu_count() or 1
        for _ in range(min(processors, MOST_HELPERS) if processors > 1 else 0):
            try:
                self._helpers.append(_Helper(self._store, self._metadata))
            except OSError as error:
                log.warning("a scan goes on without help: %s", error)
                return

    def give(self, task: ScanTask) -> bool:
        """Have a task done if a helper has room for it; tell whether one has."""
        free = [helper for helper in self._helpers if helper.has_room]
        return bool(free) and min(free, key=lambda helper: len(helper.asked)).give(task)

    def wait(self) -> None:
        """Wait until some task is done, if any is under way."""
        asked = [helper for helper in self._helpers if helper.asked]
        if asked and not any(helper.has_answered(wait=False) for helper in asked):
            poll = select.poll()
            for helper in asked:
                poll.register(helper.replies, select.POLLIN)
            poll.poll()

    def results(self, wait: bool) -> Iterator[tuple[ScanTask, ScanResult | None]]:
        """Yield each task that is done with its result; ``None`` if its helper did not do it.

        Args:
            wait: Wait until all are done; else only what is there by now.
        """
        for helper in self._helpers:
            while helper.asked and helper.has_answered(wait):
                yield helper.take()

    def close(self) -> None:
        """End the processes, whatever they do."""
        for helper in self._helpers:
            helper.close()
        self._helpers.clear()


class _Helper:
    """One process."""

    def __init__(self, store: int, metadata: int | None) -> None:
        self.asked: deque[ScanTask] = deque()
        self._folders = store, metadata
        self._died = False
        self._has_answered = False
        arguments, environment = command()
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            arguments,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            pass_fds=[folder for folder in self._folders if folder is not None],
        )
        self._requests = cast(BinaryIO, self._process.stdin)
        self.replies = cast(BinaryIO, self._process.stdout)
        self._poll = select.poll()
        self._poll.register(self.replies, select.POLLIN)

    @property
    def at_work(self) -> bool:
        return self._has_answered and not self._died

    @property
    def has_room(self) -> bool:
        return not self._died and len(self.asked) < MOST_ASKED

    def give(self, task: ScanTask) -> bool:
        frame = msgspec.msgpack.encode((JOB, (*self._folders, task)))
        try:
            # All of it: a worker takes requests in whatever else it does.
            self._write(LENGTH.pack(len(frame)) + frame)
        except BrokenPipeError:
            self._died = True
            return False
        self.asked.append(task)
        return True

    def has_answered(self, wait: bool) -> bool:
        return self._died or bool(self._poll.poll(None if wait else 0))

    def take(self) -> tuple[ScanTask, ScanResult | None]:
        task = self.asked.popleft()
        frame = None if self._died else self._read_frame()
        if frame is not None:
            kind, value, *_ = _decode_reply(frame)
            if _decode_kind(kind) == DONE:
                self._has_answered = True
                return task, _decode_result(value)
        self._died = True
        return task, None

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[self._requests.write(left) :]

    def _read_frame(self) -> bytes | None:
        head = self._read(LENGTH.size)
        return self._read(*LENGTH.unpack(head)) if head is not None else None

    def _read(self, size: int) -> bytes | None:
        data = bytearray()
        while len(data) < size:
            more = self.replies.read(size - len(data))
            if not more:
                return None
            data += more
        return bytes(data)

    def close(self) -> None:
        self._process.kill()
        self._requests.close()
        self.replies.close()
        self._process.wait()
