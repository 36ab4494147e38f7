"""A screen of its own, and what is seen on it when: for our window and for others alike."""

from __future__ import annotations

import os
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from PIL import Image

from tests.bench.timing import CannotMeasureError, command, run, running

WIDTH, HEIGHT = 1600, 1000
TILE, EVERY = 32, 64  # pixels: the side of what is looked at, and from one to the next
COLOURS = 150  # a tile with more of them shows a photograph; text and icons have fewer
FIRST_TILES = 3  # of them are in the smallest thumbnail
MOST_OF_IT = 0.97
LOOK = 0.01
CLEARED = 0.2
BUSY = 0.05  # of a core
IDLE_FOR = 0.5
AT_REST = 3.0  # seconds of idleness: what is made ahead begins when nothing was done for 1.5


@dataclass
class Seen:
    """What was seen, in seconds from the launch.

    Attributes:
        tiles: When how many tiles with photographs were seen.
        first_change: When anything was.
        made: When as many thumbnails were made as were waited for; ``None``: not in time.
        most_made: How many there were in the end.
        idle: Since when all processes have had next to nothing to do; ``None``: they have.
        at_rest: Whether that has lasted, so that it will.
        memory: Bytes of all processes, each share of what they share counted once.
    """

    tiles: list[tuple[float, int]] = field(default_factory=list)
    first_change: float | None = None
    made: float | None = None
    most_made: int = 0
    idle: float | None = None
    at_rest: bool = False
    memory: int = 0

    def when(self, tiles: float) -> float:
        """Return when so many tiles were seen."""
        for moment, count in self.tiles:
            if count >= tiles:
                return moment
        raise CannotMeasureError("its thumbnails never appeared on the screen")

    @property
    def first(self) -> float:
        """When the first thumbnail was seen."""
        return self.when(FIRST_TILES)

    @property
    def full(self) -> float:
        """When the screen was as full of thumbnails as it ever was."""
        return self.when(max(FIRST_TILES, MOST_OF_IT * max(count for _, count in self.tiles)))


class Screen:
    """An X server's picture, read from the memory in which it paints: nobody is disturbed."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.environment = environment
        self._file = folder / "Xvfb_screen0"
        with self._file.open("rb") as file:
            header = struct.unpack(">25I", file.read(100))
        self._offset = header[0] + 12 * header[19]
        self._line = header[12]

    def picture(self) -> bytes:
        """Return the pixels as they are now."""
        with self._file.open("rb") as file:
            file.seek(self._offset)
            return file.read(self._line * HEIGHT)

    def tiles(self, picture: bytes) -> int:
        """Count the tiles in which a photograph is."""
        image = Image.frombuffer("RGB", (WIDTH, HEIGHT), picture, "raw", "BGRX", self._line, 1)
        corners = [(x, y) for x in range(0, WIDTH, EVERY) for y in range(0, HEIGHT - TILE, EVERY)]
        tiles = (image.crop((x, y, x + TILE, y + TILE)) for x, y in corners)
        return sum(tile.getcolors(COLOURS) is None for tile in tiles)

    def wheel(self, notches: int) -> None:
        """Turn the wheel down in the middle of the screen."""
        place = ["mousemove", str(WIDTH // 2), str(HEIGHT // 2)]
        turn = ["click", "--repeat", str(notches), "--delay", "4", "5"]
        run([command("xdotool"), *place, *turn], **self.environment)


@contextmanager
def screen() -> Iterator[Screen]:
    """Start an X server that nobody sees, and a home in which nobody was."""
    xvfb = command("Xvfb")
    with tempfile.TemporaryDirectory(prefix="screen-") as made:
        folder = Path(made)
        reading, writing = os.pipe()
        shape: list[str | Path] = [
            "-screen",
            "0",
            f"{WIDTH}x{HEIGHT}x24",
            "-fbdir",
            folder,
            "-nolisten",
            "tcp",
        ]
        asked: list[str | Path] = [xvfb, "-displayfd", str(writing), "-noreset", *shape]
        with running(asked, pass_fds=(writing,), stderr=subprocess.DEVNULL):
            os.close(writing)
            with os.fdopen(reading) as answer:
                number = answer.readline().strip()
            if not number:
                raise CannotMeasureError("Xvfb did not start")
            environment = {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb", "HOME": made}
            environment |= {"GSETTINGS_BACKEND": "memory", "NO_AT_BRIDGE": "1"}
            yield Screen(folder, environment)


def watch(
    on: Screen,
    arguments: Sequence[str | Path],
    environment: dict[str, str],
    *,
    longest: float,
    wanted: int = 0,
    made: Callable[[], int] = lambda: 0,
    until: Callable[[Seen, float], bool] = lambda seen, still: False,
    scroll: int = 0,
) -> Seen:
    """Launch a program and look at the screen until it has done what is waited for.

    Args:
        on: The screen; nothing else is shown on it.
        arguments: The program.
        environment: For it, besides the screen's.
        longest: Seconds after which no more is waited for.
        wanted: Thumbnails that it should make.
        made: Counts those that it has made.
        until: Whether that is enough, from what was seen and for how long nothing changed.
        scroll: Notches to turn the wheel in the end, before the memory is taken.
    """
    time.sleep(CLEARED)  # of the window before
    last = on.picture()
    seen, changed = Seen(), 0.0
    began = looked = time.monotonic()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with running(arguments, on.environment | environment, **quiet) as process:
        busy: list[tuple[float, float]] = []
        while (now := time.monotonic() - began) < longest:
            if process.poll() is not None:
                raise CannotMeasureError(f"{arguments[0]} ended with {process.returncode}")
            picture = on.picture()
            if picture != last:
                last, changed = picture, now
                if seen.first_change is None:
                    seen.first_change = now
                seen.tiles.append((now, on.tiles(picture)))
            if time.monotonic() - looked > 0.1:
                looked = time.monotonic()
                count = made()
                if count != seen.most_made:
                    seen.most_made, changed = count, now
                if wanted and seen.made is None and seen.most_made >= wanted:
                    seen.made = now
                busy.append((now, _cpu_seconds(process.pid)))
                _note_idle(seen, busy)
            if until(seen, now - changed):
                break
            time.sleep(LOOK)
        if scroll:
            on.wheel(scroll)
            time.sleep(1)
        seen.memory = sum(each.memory_full_info().pss for each in _processes(process.pid))
    return seen


def _note_idle(seen: Seen, busy: list[tuple[float, float]]) -> None:
    """Note since when next to nothing is done, from moments and what had been used by then."""
    now, used = busy[-1]
    before = [each for each in busy if each[0] <= now - IDLE_FOR]
    if before and seen.tiles and seen.tiles[-1][1] >= FIRST_TILES:
        then, used_then = before[-1]
        if not 0 <= used - used_then < BUSY * (now - then):
            seen.idle = None
        elif seen.idle is None:
            seen.idle = then
    seen.at_rest = seen.idle is not None and now - seen.idle > AT_REST


def _processes(pid: int) -> list[psutil.Process]:
    first = psutil.Process(pid)
    return [first, *first.children(recursive=True)]


def _cpu_seconds(pid: int) -> float:
    """Return what the processes have used, and those that ended and were theirs."""
    total = 0.0
    for process in _processes(pid):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total
