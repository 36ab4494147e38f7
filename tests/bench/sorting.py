"""Another order of a large store in the window, beside SQLite that sorts the same alone.

``python -m tests.bench.sorting STORE CHOICE`` measures a window of which nothing was asked before,
and prints it as JSON.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import apsw
from PySide6.QtWidgets import QApplication

from core.arrangement import BY_DAY
from gui import aio, theme
from gui.preferences import Preferences
from tests.bench import store
from tests.bench.catalogue import opened, sqlite_alone
from tests.bench.grid import OFFSCREEN
from tests.bench.session import Watch, settled, shown
from tests.bench.timing import Line, Measured, Scale, at_most, by_turns, figures, limit, seconds

# What is chosen, what that is called, and what SQLite is asked beside it.
CHOSEN: Final = (
    (
        "sort_size",
        "sort by size",
        "SELECT key FROM image ORDER BY size_bytes DESC, day DESC, created_us DESC, key DESC",
    ),
    (
        "sort_name",
        "sort by name",
        "SELECT key FROM image ORDER BY lower(name), day DESC, created_us DESC, key DESC",
    ),
    (
        "group_model",
        "group by model",
        "SELECT model, key FROM image ORDER BY model, day DESC, created_us DESC, key DESC",
    ),
    (
        "group_prompt",
        "group by same prompt",
        "SELECT prompt, json_group_array(key), sum(size_bytes) FROM image GROUP BY prompt",
    ),
)
# All that it needs is known when it is chosen after that.
AGAIN: Final = "sort_descending"
AFTER: Final = "sort_name"
AGAIN_ALONE: Final = """
SELECT key FROM image ORDER BY lower(name) DESC, day DESC, created_us DESC, key DESC
"""


def sorting(root: Path, scale: Scale) -> Iterator[Measured]:
    """From the choice of another order to the grid that shows it, and the gaps meanwhile.

    Each choice is the first of its window, which has yet to read what it needs; SQLite has all of
    it in memory.
    """
    base = store.large_store(root, scale.images)
    asyncio.run(_indexed(base))
    with sqlite_alone(base) as connection:
        for choice, name, sql in CHOSEN:
            rounds: list[dict[str, float]] = []

            def ours(choice: str = choice, rounds: list[dict[str, float]] = rounds) -> float:
                rounds.append(figures("sorting", base, choice, **OFFSCREEN))
                return rounds[-1]["took"]

            def alone(sql: str = sql) -> float:
                return _alone(connection, sql)

            alone()  # which brings into memory what it reads
            took, beside = by_turns(scale.rounds, ours, alone)
            title = f"{name}, {scale.images:,} images"
            yield Line(f"{title}, ms (SQLite alone)", took, beside, at_most(2))
            gap = statistics.median(each["gap"] for each in rounds)
            yield Line(f"{title}: longest gap, ms (limit)", gap, 50, limit(50))
            if choice == AFTER:
                again = statistics.median(each["again"] for each in rounds)
                beside = statistics.median(
                    _alone(connection, AGAIN_ALONE) for _ in range(scale.rounds)
                )
                title = f"{name} upside down, what it needs known, ms (SQLite alone)"
                yield Line(title, again, beside, at_most(1))


async def _indexed(base: Path) -> None:
    async with opened(base):
        pass


def _alone(connection: apsw.Connection, sql: str) -> float:
    """Return the milliseconds until SQLite has given the last row; none of them is kept."""
    return 1000 * seconds(lambda: deque(connection.execute(sql), maxlen=0))


async def in_window(base: Path, choice: str) -> dict[str, float]:
    """Return the milliseconds that a choice took, the longest gap of the loop, and AGAIN after."""
    Preferences().keep_arrangement(base, BY_DAY)
    async with shown(base) as session:
        await settled(session)
        watch = Watch()

        async def choose(action: str) -> dict[str, float]:
            await asyncio.sleep(0.5)
            watch.restart()
            before = session.arranging.arrangement
            began = time.perf_counter()
            session.window.actions_by_id[action].trigger()
            await session.arranging.settled()
            session.grid.viewport().repaint()
            took = time.perf_counter() - began
            assert session.arranging.arrangement != before
            await asyncio.sleep(0.3)  # what follows belongs to it
            return {"took": 1000 * took, "gap": watch.figures()["gap"]}

        found = await choose(choice)
        if choice == AFTER:
            found["again"] = (await choose(AGAIN))["took"]
        watch.stop()
    Preferences().keep_arrangement(base, BY_DAY)  # for what is measured next
    return found


def main() -> int:
    """Measure the window with the store and the choice that the arguments name."""
    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    theme.apply(app, theme.Appearance.DARK)

    async def measure() -> int:
        sys.stdout.write(json.dumps(await in_window(Path(sys.argv[1]), sys.argv[2])) + "\n")
        return 0

    return aio.run(app, measure())


GROUPS = (sorting,)

if __name__ == "__main__":
    sys.exit(main())
