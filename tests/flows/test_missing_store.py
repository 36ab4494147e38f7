"""A store whose disk is unplugged while the window shows it, and connected again."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.watcher import Watcher
from tests.core.disks import failing_here, needs_fuse, needs_root
from tests.flows.conftest import open_window, until
from tests.flows.others import shown
from tests.stores import NEWEST, make_image, make_store


async def test_a_store_that_goes_away_and_comes_back(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=20, days=2)
    async with open_window(base) as session:
        base.rename(tmp_path / "unplugged")
        notice = session.window.notice
        await until(lambda: "There is no folder" in notice.accessibleDescription())
        assert shown(session) == 20  # what is not to be seen for now is not forgotten
        await until(lambda: "out of reach" in session.window.stats.accessibleDescription())
        (tmp_path / "unplugged").rename(base)
        await until(lambda: not notice.isVisible(), seconds=3)  # sooner than it goes by itself
        await until(lambda: "out of reach" not in session.window.stats.accessibleDescription())
        assert shown(session) == 20
        make_image(base, NEWEST, seed=5)
        await until(lambda: shown(session) == 21)


async def test_an_empty_folder_in_place_of_the_store_is_no_store_without_images(
    tmp_path: Path,
) -> None:
    base = make_store(tmp_path / "store", images=20, days=2)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        base.rename(tmp_path / "unplugged")
        base.mkdir()  # what the disk was mounted on
        notice, stats = session.window.notice, session.window.stats
        await until(lambda: "is empty, and not the one" in notice.accessibleDescription())
        await until(lambda: "out of reach" in stats.accessibleDescription())
        assert shown(session) == 20
        notice.hide()
        session.grid.setCurrentIndex(session.images.index(4))
        session.grid.setFocus()
        selected = list(session.selection.keys())
        QTest.keyClick(session.grid, Qt.Key.Key_Delete)
        await until(notice.isVisible)
        assert "is empty, and not the one" in notice.accessibleDescription()
        assert list(session.selection.keys()) == selected
        assert list(base.iterdir()) == []
        base.rmdir()
        (tmp_path / "unplugged").rename(base)
        await until(lambda: not notice.isVisible(), seconds=3)
        make_image(base, NEWEST, seed=5)
        await until(lambda: shown(session) == 21)


@needs_fuse
@needs_root
async def test_a_disk_that_fails_is_told_until_it_is_back(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=20, days=2)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        notice, stats = session.window.notice, session.window.stats
        async with failing_here(base / "images"):
            await until(lambda: "cannot be read: Transport" in notice.accessibleDescription())
            await until(lambda: "out of reach" in stats.accessibleDescription())
            assert shown(session) == 20
        await until(lambda: "out of reach" not in stats.accessibleDescription())
        await until(lambda: "polling" not in stats.accessibleDescription())
        make_image(base, NEWEST, seed=5)
        await until(lambda: shown(session) == 21)


async def test_a_deletion_that_moves_nothing_leaves_the_selection_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Watcher, "start", lambda watcher: None)  # nobody has noticed it yet
    base = make_store(tmp_path / "store", images=20, days=2)
    async with open_window(base) as session:
        base.rename(tmp_path / "unplugged")
        session.grid.setCurrentIndex(session.images.index(4))
        selected = list(session.selection.keys())
        session.trash.delete()
        session.trash.delete()
        assert list(session.selection.keys()) != selected
        await until(lambda: not session.history.busy)
        assert "There is no folder" in session.window.notice.accessibleDescription()
        assert list(session.selection.keys()) == selected
        assert session.grid.currentIndex().row() == 4
        assert not session.history.undo_text
