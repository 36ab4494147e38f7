"""From the command to the first thumbnails on the screen, beside the barest window."""

from __future__ import annotations

import compileall
import math
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.bench import store
from tests.bench.screen import HEIGHT, WIDTH, Screen, Seen, screen, watch
from tests.bench.timing import Line, Measured, Scale, at_most, by_turns

BARE = """
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
window = QMainWindow()
window.show()
app.exec()
"""
LONGEST = 20
STILL = 0.7  # seconds without a change on the screen: it is complete


def starting(root: Path, scale: Scale) -> Iterator[Measured]:
    """Warm: the catalogue and the thumbnails are there."""
    base = store.large_store(root, scale.images)
    with screen() as on:
        if not scale.short:
            ours(on, base, {})

        def bare() -> float:
            asked: list[str | Path] = [sys.executable, "-c", BARE]
            seen = watch(on, asked, {}, longest=LONGEST, until=lambda seen, _: bool(seen.tiles))
            return 1000 * seen.tiles[0][0] if seen.tiles else math.inf

        pair = by_turns(scale.some(5, 1), lambda: 1000 * ours(on, base, {}).first, bare)
    yield Line("command to first thumbnails, warm, ms (a bare QMainWindow)", *pair, at_most(1.6))


@cache
def compile_ours() -> None:
    """Compile our modules, as pip does with all that it installs: here they run from the source."""
    for package in ("core", "gui", "resources"):
        compileall.compile_dir(Path(__file__).parents[2] / package, quiet=1)


def ours(on: Screen, base: Path, environment: dict[str, str]) -> Seen:
    """Launch the program and watch until the screen is full of thumbnails."""
    return watch(on, launch(base), environment, longest=LONGEST, until=complete)


def launch(base: Path) -> list[str | Path]:
    """Return the command that shows a store on the whole screen."""
    compile_ours()
    return [sys.executable, "-m", "gui", base, "--size", f"{WIDTH}x{HEIGHT}"]


def complete(seen: Seen, still: float) -> bool:
    """Whether thumbnails were seen, and nothing has changed since for a while."""
    return still > STILL and bool(seen.tiles) and seen.tiles[-1][1] > 0


GROUPS = (starting,)
