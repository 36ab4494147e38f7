"""Two windows, in two processes, at work in one store: nothing is lost, and each knows of it."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from PySide6.QtWidgets import QPushButton

from core.prune_records import RetentionPolicy
from gui.app import Session
from gui.controllers.works import Work
from gui.models.place import Kind
from gui.prune_text import RunKind
from tests.flows.conftest import open_window, until
from tests.flows.others import shown, truth, windows
from tests.stores import make_store

OTHER_WINDOW = """
import asyncio, random, sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from gui import aio
from tests.flows.conftest import open_window, until

async def main():
    rng = random.Random(1)
    async with open_window(Path(sys.argv[1])) as session:
        for _ in range(25):
            row = rng.randrange(session.images.rowCount())
            session.grid.setCurrentIndex(session.images.index(row))
            rng.choice([session.trash.delete, session.history.undo, session.annotations.pin])()
            await asyncio.sleep(0.05)
        await until(lambda: not session.history.busy)
        while session.history.undo_text:
            session.history.undo()
            await until(lambda: not session.history.busy)
    return 0

sys.exit(aio.run(QApplication([]), main()))
"""


async def test_two_windows_delete_and_restore_at_once_and_lose_nothing(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=60, days=4)
    before = {path.relative_to(base).as_posix(): path.read_bytes() for path in truth(base)}
    async with open_window(base) as session:
        other = await windows(base, OTHER_WINDOW)
        rng = random.Random(2)
        while other.returncode is None:
            if shown(session):
                row = rng.randrange(shown(session))
                session.grid.setCurrentIndex(session.images.index(row))
            rng.choice([session.trash.delete, session.history.undo])()
            await asyncio.sleep(0.05)
        assert other.returncode == 0
        await until(lambda: not session.history.busy)
        while session.history.undo_text:
            session.history.undo()
            await until(lambda: not session.history.busy)
        await until(lambda: shown(session) == 60)
    after = {path.relative_to(base).as_posix(): path.read_bytes() for path in truth(base)}
    assert after == before


async def test_what_one_window_does_the_other_shows(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=30, days=3)
    async with open_window(base) as one, open_window(base) as two:
        one.grid.setCurrentIndex(one.images.index(4))
        one.annotations.pin()
        one.trash.delete()
        await until(lambda: shown(one) == shown(two) == 29)
        one.history.undo()
        await until(lambda: shown(one) == shown(two) == 30)


async def prune_all(session: Session) -> None:
    """Put every image that is not too new into the trash, by the plan of a moment before."""
    store = session.stores.store
    assert store is not None
    manager = store.manager
    plan = await manager.plan_prune(RetentionPolicy(max_age_days=1, leftovers=False))
    await asyncio.sleep(0.1)  # in which the other window does the same

    async def run(work: Work) -> object:
        return await manager.prune(plan, work.on_progress, work.stopped)

    await session.prune_runner.run(RunKind.PRUNE, run)  # type: ignore[arg-type]


PRUNING_WINDOW = """
import asyncio, sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from gui import aio
from tests.flows.conftest import open_window, until
from tests.flows.test_two_windows import prune_all

async def main():
    async with open_window(Path(sys.argv[1])) as session:
        for _ in range(5):
            await prune_all(session)
            while session.history.undo_text:
                session.history.undo()
                await until(lambda: not session.history.busy)
    return 0

sys.exit(aio.run(QApplication([]), main()))
"""


async def test_two_windows_prune_and_restore_at_once_and_lose_nothing(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=80, days=8)
    before = {path.relative_to(base).as_posix(): path.read_bytes() for path in truth(base)}
    async with open_window(base) as session:
        other = await windows(base, PRUNING_WINDOW)
        pruned = 0
        while other.returncode is None:
            await prune_all(session)
            pruned += bool(session.history.undo_text)
            while session.history.undo_text:
                session.history.undo()
                await until(lambda: not session.history.busy)
        assert other.returncode == 0
        assert pruned
        await until(lambda: shown(session) == 80)
    after = {path.relative_to(base).as_posix(): path.read_bytes() for path in truth(base)}
    assert after == before


async def test_an_undo_that_the_other_window_was_before_says_so_and_offers_nothing(
    tmp_path: Path,
) -> None:
    base = make_store(tmp_path / "store", images=30, days=6)
    async with open_window(base) as one, open_window(base) as two:
        await prune_all(two)
        await until(lambda: shown(one) == shown(two) < 30)
        pruned = 30 - shown(two)
        one.window.dates.choose(Kind.TRASH)
        await until(lambda: one.trashed.rowCount() == pruned)
        one.window.trash.table.selectAll()
        one.trash.restore()
        await until(lambda: shown(two) == 30)
        two.window.actions_by_id["undo"].trigger()
        await until(lambda: not two.history.busy)
        assert two.window.notice.accessibleDescription() == f"{pruned} images back already"
        assert two.history.undo_text == ""
        assert not [
            each for each in two.window.notice.findChildren(QPushButton) if each.isVisible()
        ]
        assert shown(two) == 30


async def test_an_undo_of_what_the_other_window_removed_for_good_says_so(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=9, days=1)
    async with open_window(base) as one, open_window(base) as two:
        two.grid.selectAll()
        two.trash.delete()
        await until(lambda: not two.history.busy)
        store = one.stores.store
        assert store is not None
        await store.manager.empty_trash((await store.manager.trashed())[1:])
        two.window.actions_by_id["undo"].trigger()
        await until(lambda: not two.history.busy)
        text = "1 image restored, 8 images no longer in the trash"
        assert two.window.notice.accessibleDescription() == text
        two.window.actions_by_id["redo"].trigger()
        await until(lambda: not two.history.busy)
        await store.manager.empty_trash()
        two.window.actions_by_id["undo"].trigger()
        await until(lambda: not two.history.busy)
        text = "1 image no longer in the trash"
        assert two.window.notice.accessibleDescription() == text
        assert two.history.undo_text == ""
