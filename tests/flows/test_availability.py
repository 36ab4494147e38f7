"""What can be done is what is offered, whatever is shown and whatever becomes of the disk."""

from __future__ import annotations

from pathlib import Path

from gui.app import Session
from gui.models.place import Kind
from tests.flows.conftest import all_loaded, open_window, until
from tests.stores import make_store


def offered(session: Session, name: str) -> bool:
    return session.window.actions_by_id[name].isEnabled()


async def test_what_is_selected_in_the_trash_is_not_deleted_from_the_grid(tmp_path: Path) -> None:
    async with open_window(make_store(tmp_path)) as session:
        await until(session.window.isActiveWindow)
        session.grid.setCurrentIndex(session.images.index(3))
        session.window.actions_by_id["delete"].trigger()
        await until(lambda: not session.history.busy)
        session.window.dates.choose(Kind.TRASH)
        await until(session.window.trash.isVisible)
        session.window.trash.table.select_places([0])
        assert offered(session, "delete_for_good")
        session.window.dates.choose()
        await until(session.grid.isVisible)
        assert session.window.trash.table.selected_places() == [0]
        assert not offered(session, "delete_for_good")
        assert not offered(session, "restore")


async def test_what_needs_the_disk_is_offered_while_it_is_there(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store")
    async with open_window(base) as session:
        session.grid.setCurrentIndex(session.images.index(3))
        assert offered(session, "delete")
        base.rename(tmp_path / "unplugged")
        session.window.actions_by_id["rescan"].trigger()
        await until(lambda: not offered(session, "delete"))
        assert "read-only" not in session.window.stats.accessibleDescription()
        (tmp_path / "unplugged").rename(base)
        session.window.actions_by_id["rescan"].trigger()
        await until(lambda: offered(session, "delete"))
        await all_loaded(session)
