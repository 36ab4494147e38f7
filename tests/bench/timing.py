"""What a measurement is, and how two of them are taken fairly: by turns, medians, ratios."""

from __future__ import annotations

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

LONGEST = 900  # seconds for one process of the benchmark


class Kind(Enum):
    """What a target is about."""

    AT_MOST = "≤ {bound:g}×"  # ours / beside
    AT_LEAST = "≥ {bound:g}×"  # ours / beside, where more is better
    FASTER = "{bound:g}× faster"  # beside / ours
    LIMIT = "≤ {bound:g}"  # ours itself


@dataclass(frozen=True)
class Target:
    """What is promised: how ours stands to what is beside it, or a limit for ours alone."""

    kind: Kind
    bound: float

    def __str__(self) -> str:
        return self.kind.value.format(bound=self.bound)


def at_most(bound: float) -> Target:
    """Ours takes at most ``bound`` times what the other takes."""
    return Target(Kind.AT_MOST, bound)


def at_least(bound: float) -> Target:
    """Ours does at least ``bound`` times as much as the other."""
    return Target(Kind.AT_LEAST, bound)


def faster(bound: float) -> Target:
    """The other takes at least ``bound`` times what ours takes."""
    return Target(Kind.FASTER, bound)


def limit(bound: float) -> Target:
    """Ours is at most ``bound``, in its own unit, whatever the other is."""
    return Target(Kind.LIMIT, bound)


@dataclass(frozen=True)
class Line:
    """One row of the table; ``name`` says the unit and what is beside it."""

    name: str
    ours: float
    beside: float
    target: Target

    @property
    def ratio(self) -> float:
        """How the two stand to each other, in the sense of the target."""
        if self.target.kind is Kind.FASTER:
            return self.beside / max(self.ours, 1e-9)
        return self.ours / max(self.beside, 1e-9)

    @property
    def met(self) -> bool:
        """Whether the promise is kept."""
        if self.target.kind is Kind.LIMIT:
            return self.ours <= self.target.bound
        if self.target.kind is Kind.AT_MOST:
            return self.ratio <= self.target.bound
        return self.ratio >= self.target.bound


@dataclass(frozen=True)
class Skipped:
    """A row that could not be measured here, and why."""

    name: str
    why: str


class CannotMeasureError(Exception):
    """Why a line cannot be measured here: a peer is missing, or did not come to its end."""


Measured = Line | Skipped


@dataclass(frozen=True)
class Scale:
    """How much is measured.

    Attributes:
        images: In the large store.
        few: In the store that it is compared with.
        rounds: How often each is measured; the median counts.
        short: Only to see that the benchmark works; the figures mean nothing.
    """

    images: int
    few: int
    rounds: int
    short: bool = False

    def some(self, count: int, in_short: int) -> int:
        """Return how many of something to use."""
        return in_short if self.short else count


def attempt(name: str, measure: Callable[[], Sequence[Measured]]) -> Iterator[Measured]:
    """Yield the lines, or why there are none."""
    try:
        yield from measure()
    except CannotMeasureError as error:
        yield Skipped(name, str(error))


def seconds(action: Callable[[], object]) -> float:
    """Return how long an action takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


async def seconds_awaited(action: Callable[[], Awaitable[object]]) -> float:
    """Return how long it takes until an action has ended."""
    began = time.perf_counter()
    await action()
    return time.perf_counter() - began


def by_turns(
    rounds: int, ours: Callable[[], float], beside: Callable[[], float]
) -> tuple[float, float]:
    """Measure two things in turn, so that what else the machine does hits both; the medians."""
    pairs = [(ours(), beside()) for _ in range(rounds)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def command(name: str) -> str:
    """Return where a peer's command is.

    Raises:
        CannotMeasureError: It is not installed.
    """
    found = shutil.which(name)
    if found is None:
        raise CannotMeasureError(f"{name} is not installed")
    return found


def run(arguments: Sequence[str | Path], **environment: str) -> None:
    """Run a peer's command to its end."""
    try:
        subprocess.run(
            [str(each) for each in arguments],
            env=os.environ | environment,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=LONGEST,
        )
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip()[-300:]
        raise CannotMeasureError(f"{arguments[0]} failed: {said}") from error


@contextmanager
def running(
    arguments: Sequence[str | Path], environment: dict[str, str] | None = None, **options: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command; it ends at the end of the block, with all that it started."""
    process = subprocess.Popen(
        [str(each) for each in arguments],
        env=os.environ | (environment or {}),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        **options,
    )
    try:
        yield process
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, number)
                process.wait(5)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
        process.wait()


def figures(module: str, *arguments: object, **environment: str) -> dict[str, Any]:
    """Run one of our modules in a process of its own; return the JSON object that it prints."""
    asked = [sys.executable, "-m", f"tests.bench.{module}", *map(str, arguments)]
    with running(asked, environment, stdout=subprocess.PIPE) as process:
        try:
            said, _ = process.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            raise CannotMeasureError(f"{module} took longer than {LONGEST} s") from None
    if process.returncode:
        raise CannotMeasureError(f"{module} {arguments[0]} ended with {process.returncode}")
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found
