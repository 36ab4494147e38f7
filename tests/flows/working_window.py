"""A window that does something long, to be killed in the middle of it: see test_killed_window.

Arguments: the store, what to do ("import", "delete", "undo", "prune"), and for an import the
folder. Prints "begun" when a part of it is done.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from core.prune_records import RetentionPolicy
from gui import aio
from gui.app import Session
from gui.preferences import Preferences
from tests.flows.conftest import all_loaded, until
from tests.stores import IMAGE_SUFFIXES

SOME = 5  # images of which it is done for certain


async def work(session: Session, what: str, folder: str) -> None:
    """Begin it, and go on until somebody kills this process."""
    images = Path(sys.argv[1]) / "images"
    before = count(images)
    store = session.stores.store
    assert store is not None
    if what == "import":
        session.imports.add([Path(folder)])
    elif what == "prune":
        plan = await store.manager.plan_prune(RetentionPolicy(max_age_days=0, leftovers=False))
        store.tasks.start(_prune(session, plan))
    else:
        session.grid.selectAll()
        session.trash.delete()
    if what == "undo":
        await until(lambda: not session.history.busy and session.images.rowCount() == 0)
        before = count(images)
        session.history.undo()
    await until(lambda: abs(count(images) - before) > SOME)
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    await asyncio.sleep(60)


def count(images: Path) -> int:
    """Count the images on the disk, which change before the window says so."""
    names = (name for _, _, files in os.walk(images) for name in files)
    return sum(Path(name).suffix in IMAGE_SUFFIXES for name in names)


async def _prune(session: Session, plan: object) -> None:
    store = session.stores.store
    assert store is not None
    await store.manager.prune(plan)


async def main() -> int:
    session = Session(QApplication.instance(), Preferences())
    session.show(Path(sys.argv[1]))
    await all_loaded(session)
    await work(session, sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else "")
    return 0


if __name__ == "__main__":
    aio.run(QApplication([]), main())
