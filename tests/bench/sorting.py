"""Another order of a large store in the window, beside SQLite that sorts the same alone.

``python -m tests.bench.sorting STORE`` measures the window, and prints it as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import apsw
from PySide6.QtWidgets import QApplication

from core.places import store_cache_folder
from gui import aio, theme
from tests.bench import store
from tests.bench.grid import OFFSCREEN
from tests.bench.session import Watch, settled, shown
from tests.bench.timing import Line, Measured, Scale, at_most, figures, limit, seconds

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
        "SELECT model, key FROM image ORDER BY model, lower(name), day DESC, key DESC",
    ),
    (
        "group_prompt",
        "group by same prompt",
        "SELECT prompt, json_group_array(key), sum(size_bytes) FROM image GROUP BY prompt",
    ),
)
AGAIN: Final = "sort_descending"  # all that it needs is known by then


def sorting(root: Path, scale: Scale) -> Iterator[Measured]:
    """From the choice of another order to the grid that shows it, and the gaps meanwhile."""
    base = store.large_store(root, scale.images)
    found = figures("sorting", base, **OFFSCREEN)
    catalogue = str(store_cache_folder(base) / "catalog.db")
    with closing(apsw.Connection(catalogue, apsw.SQLITE_OPEN_READONLY)) as connection:
        for _, name, sql in CHOSEN:

            def alone(sql: str = sql) -> object:
                return connection.execute(sql).fetchall()

            alone()  # which brings into memory what it reads
            beside = 1000 * seconds(alone)
            title = f"{name}, {scale.images:,} images"
            yield Line(f"{title}, ms (SQLite alone)", found[name]["took"], beside, at_most(2))
            yield Line(f"{title}: longest gap, ms (limit)", found[name]["gap"], 50, limit(50))
    again, first = found["again"]["took"], found[CHOSEN[-1][1]]["took"]
    yield Line("another order of what is known, ms (the first time)", again, first, at_most(1))


async def in_window(base: Path) -> dict[str, dict[str, float]]:
    """Return the milliseconds that each choice took, and the longest gap of the loop in it."""
    found = {}
    async with shown(base) as session:
        await settled(session)
        watch = Watch()
        for action, name, _ in (*CHOSEN, (AGAIN, "again", "")):
            await asyncio.sleep(0.5)
            watch.restart()
            began = time.perf_counter()
            session.window.actions_by_id[action].trigger()
            await session.arranging.settled()
            session.grid.viewport().repaint()
            took = time.perf_counter() - began
            await asyncio.sleep(0.3)  # what follows belongs to it
            found[name] = {"took": 1000 * took, "gap": watch.figures()["gap"]}
        watch.stop()
    return found


def main() -> int:
    """Measure the window with the store that the argument names."""
    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    theme.apply(app, theme.Appearance.DARK)

    async def measure() -> int:
        sys.stdout.write(json.dumps(await in_window(Path(sys.argv[1]))) + "\n")
        return 0

    return aio.run(app, measure())


GROUPS = (sorting,)

if __name__ == "__main__":
    sys.exit(main())
