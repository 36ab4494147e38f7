"""Deleting, undoing, and the trash: through the window, and checked on the disk."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMessageBox

from gui.app import Session
from gui.controllers.store import Access
from gui.models.place import Kind
from tests.flows.conftest import all_loaded, open_window, until
from tests.stores import NEWEST, make_image, make_store

SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier


def on_disk(base: Path) -> dict[str, bytes]:
    """Every image and sidecar of a store, with its bytes."""
    folders = (base / "images", base / "metadata")
    found = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(base).as_posix(): path.read_bytes() for path in found}


def in_trash(base: Path) -> list[bytes]:
    """The bytes of every image in the trash."""
    trash = base / "contact-sheet" / "trash"
    images = (
        path for path in trash.rglob("*") if path.suffix in {".png", ".jpg", ".jpeg", ".webp"}
    )
    found = []
    for path in images:
        with suppress(FileNotFoundError):  # it is just being emptied
            found.append(path.read_bytes())
    return sorted(found)


async def ready(session: Session) -> None:
    await until(session.window.isActiveWindow)
    session.grid.setFocus()


async def done(session: Session) -> None:
    await until(lambda: not session.history.busy, seconds=60)  # of some hundred steps, on any disk
    await all_loaded(session)


async def show_in_trash(session: Session, count: int) -> None:
    """Delete the newest images, and turn to the trash that holds them alone."""
    session.grid.setCurrentIndex(session.images.index(0))
    for _ in range(count):
        QTest.keyClick(session.grid, Qt.Key.Key_Delete)
    await done(session)
    session.window.dates.choose(Kind.TRASH)
    await until(lambda: session.window.shows_trash and session.trashed.rowCount() == count)


def said(session: Session) -> str:
    return session.window.notice.accessibleDescription()


async def test_del_moves_to_the_trash_and_selects_the_neighbour(tmp_path: Path) -> None:
    base = make_store(tmp_path, images=30, days=3)
    before = on_disk(base)
    async with open_window(base) as session:
        await ready(session)
        session.grid.setCurrentIndex(session.images.index(4))
        record = session.images.record_at(4)
        neighbour = session.images.key_at(5)
        assert record is not None
        QTest.keyClick(session.grid, Qt.Key.Key_Delete)
        assert list(session.selection.keys()) == [neighbour]  # at once
        await done(session)
        gone = {record.path, record.sidecar_path}
        assert before.keys() - on_disk(base).keys() == gone
        assert in_trash(base) == [before[record.path]]
        assert session.images.rowCount() == 29
        assert list(session.selection.keys()) == [neighbour]
        assert said(session) == "1 image moved to the trash"
        session.window.notice.press()  # Undo
        await done(session)
        assert on_disk(base) == before
        assert in_trash(base) == []
        assert session.images.rowCount() == 30
        await until(lambda: len(session.selection.keys()) == 1)
        (key,) = session.selection.keys()
        back = (await session.stores.store.manager.records([key]))[key]
        assert back.path == record.path


async def test_the_last_image_of_all_leaves_an_empty_window_that_says_so(tmp_path: Path) -> None:
    base = tmp_path / "store"
    make_image(base, NEWEST)
    async with open_window(base) as session:
        await ready(session)
        session.grid.selectAll()
        session.window.actions_by_id["delete"].trigger()
        await done(session)
        message = session.window.message
        await until(lambda: message.accessibleName() == "All images are in the trash")
        assert message.isVisible()
        assert message.accessibleDescription().startswith("1 image can be put back")
        QTest.keyClick(session.window, Qt.Key.Key_Z, CTRL)
        await until(lambda: session.images.rowCount() == 1)


@pytest.mark.timeout(300)
async def test_del_held_down_over_many_undone_and_done_again_is_exact(tmp_path: Path) -> None:
    count, held = 90, 80
    base = make_store(tmp_path, images=count, days=7)
    before = on_disk(base)
    async with open_window(base) as session:
        await ready(session)
        manager = session.stores.store.manager
        keys = session.images.keys_between(0, held)
        taken = {record.path for record in (await manager.records(keys)).values()}
        session.grid.setCurrentIndex(session.images.index(0))
        for number in range(held):
            press = QKeyEvent(
                QEvent.Type.KeyPress, Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier,
                autorep=number > 0,
            )  # fmt: skip
            QApplication.sendEvent(session.grid, press)
            if number % 20 == 0:
                await asyncio.sleep(0)
        await done(session)
        after = on_disk(base)
        assert {path for path in before.keys() - after.keys() if path in taken} == taken
        assert len(in_trash(base)) == held
        assert session.images.rowCount() == count - held
        for _ in range(held):
            QTest.keyClick(session.window, Qt.Key.Key_Z, CTRL)
        await done(session)
        assert on_disk(base) == before
        assert session.images.rowCount() == count
        for _ in range(held):
            QTest.keyClick(session.window, Qt.Key.Key_Z, CTRL | SHIFT)
        await done(session)
        assert on_disk(base) == after
        assert session.images.rowCount() == count - held


async def test_what_is_under_way_is_taken_back_without_being_ended_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = make_store(tmp_path, images=400, days=2)
    before = on_disk(base)
    async with open_window(base) as session:
        await ready(session)
        moved, move = [], session.shuttle.move

        async def noted(keys: list[int]) -> object:
            results, whole = await move(keys)
            moved.append(len(results))
            return results, whole

        monkeypatch.setattr(session.shuttle, "move", noted)
        session.grid.selectAll()
        QTest.keyClick(session.grid, Qt.Key.Key_Delete)
        await until(lambda: in_trash(base))
        QTest.keyClick(session.window, Qt.Key.Key_Z, CTRL)
        await done(session)
        assert 0 < moved[0] < 400
        assert said(session) == f"{moved[0]} images restored"
        assert on_disk(base) == before
        QTest.keyClick(session.window, Qt.Key.Key_Z, CTRL | SHIFT)  # what was done, again
        await done(session)
        assert len(in_trash(base)) == moved[0]


async def test_undo_comes_after_another_day_was_chosen_and_an_image_arrived(
    tmp_path: Path,
) -> None:
    base = make_store(tmp_path, images=40, days=4)
    before = on_disk(base)
    async with open_window(base) as session:
        await ready(session)
        session.grid.setCurrentIndex(session.images.index(0))
        for row in (1, 2):
            session.grid.selectionModel().select(
                session.images.index(row), session.grid.selectionModel().SelectionFlag.Select
            )
        QTest.keyClick(session.grid, Qt.Key.Key_Delete)
        await done(session)
        assert said(session) == "3 images moved to the trash"
        oldest = session.images.sections[-1].day
        session.window.dates.setCurrentIndex(session.dates.index_of_day(oldest))
        await until(lambda: len(session.images.sections) == 1)
        new = make_image(base, NEWEST, seed=77)
        QTest.keyClick(session.window, Qt.Key.Key_F5)
        await all_loaded(session)
        QTest.keyClick(session.window, Qt.Key.Key_Z, CTRL)
        await done(session)
        arrived = {path.relative_to(base).as_posix() for path in (new, new.with_suffix(".json"))}
        now = on_disk(base)
        assert {path: data for path, data in now.items() if path not in arrived} == before
        assert [section.day for section in session.images.sections] == [oldest]


async def test_the_trash_shows_restores_and_empties(tmp_path: Path) -> None:
    base = make_store(tmp_path, images=20, days=2)
    before = on_disk(base)
    async with open_window(base) as session:
        await ready(session)
        session.grid.setCurrentIndex(session.images.index(0))
        for _ in range(3):
            QTest.keyClick(session.grid, Qt.Key.Key_Delete)
        await done(session)
        trash, table = session.window.trash, session.window.trash.table
        session.window.dates.choose(Kind.TRASH)
        await until(lambda: trash.isVisible() and session.trashed.rowCount() == 3)
        assert [row.reason for row in session.trashed.rows] == ["deleted"] * 3
        await until(lambda: not session.trashed.lacks_picture(0))
        actions = session.window.actions_by_id
        assert not actions["delete"].isEnabled()
        table.setFocus()
        table.select_places([0])
        await until(actions["restore"].isEnabled)
        restored = session.trashed.rows[0].path
        QTest.keyClick(table, Qt.Key.Key_Return)
        await until(lambda: session.trashed.rowCount() == 2)
        await done(session)
        assert on_disk(base)[restored] == before[restored]
        # for good: the question's default is not to
        table.select_places([0])
        QTest.keyClick(table, Qt.Key.Key_Delete)
        question = await asked()
        assert "1 image" in question.text()
        QTest.keyClick(question, Qt.Key.Key_Return)
        await until(lambda: QApplication.activeModalWidget() is None)
        assert len(in_trash(base)) == 2
        actions["empty_trash"].trigger()
        question = await asked()
        assert "2 images" in question.text()
        assert "cannot be undone" in question.informativeText()
        button = next(each for each in question.buttons() if each.text() == "Empty the trash")
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        await until(lambda: in_trash(base) == [])
        await until(lambda: said(session) == "2 images removed for good")
        await until(lambda: session.window.message.isVisible())
        assert session.window.message.accessibleName() == "The trash is empty"


async def asked() -> QMessageBox:
    await until(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox))
    question = QApplication.activeModalWidget()
    assert isinstance(question, QMessageBox)
    return question


async def test_what_cannot_be_moved_is_told_and_stays(tmp_path: Path) -> None:
    base = make_store(tmp_path, images=5, days=1)
    async with open_window(base) as session:
        await ready(session)
        record = session.images.record_at(0)
        assert record is not None
        (base / record.path).unlink()
        session.grid.setCurrentIndex(session.images.index(0))
        QTest.keyClick(session.grid, Qt.Key.Key_Delete)
        await done(session)
        assert "is not there any more" in said(session)
        await until(lambda: session.images.rowCount() == 4)


async def test_pinned_images_are_marked_found_and_undone(tmp_path: Path) -> None:
    base = make_store(tmp_path, images=12, days=2)
    async with open_window(base) as session:
        await ready(session)
        session.grid.setCurrentIndex(session.images.index(1))
        record = session.images.record_at(1)
        assert record is not None
        sidecar = base / str(record.sidecar_path)
        before = json.loads(sidecar.read_bytes())
        QTest.keyClick(session.grid, Qt.Key.Key_P)
        await until(lambda: said(session) == "1 image pinned")
        await done(session)
        pinned = json.loads(sidecar.read_bytes())
        assert pinned.pop("contact_sheet")["pinned"] is True
        before.pop("contact_sheet", None)
        assert pinned == before
        description = session.images.index(1).data(Qt.ItemDataRole.AccessibleDescriptionRole)
        assert "pinned" in description
        row = session.dates.index_of(Kind.PINNED)
        assert row.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "1 image"
        session.window.dates.choose(Kind.PINNED)
        await until(lambda: session.images.rowCount() == 1)
        QTest.keyClick(session.window, Qt.Key.Key_Z, CTRL)
        await until(lambda: session.images.rowCount() == 0)
        await until(lambda: session.window.message.isVisible())
        assert session.window.message.accessibleName() == "Nothing is pinned"
        assert json.loads(sidecar.read_bytes())["contact_sheet"]["pinned"] is False


async def test_of_several_images_the_unpinned_are_pinned_first(tmp_path: Path) -> None:
    base = make_store(tmp_path, images=6, days=1)
    async with open_window(base) as session:
        await ready(session)
        manager = session.stores.store.manager
        session.grid.setCurrentIndex(session.images.index(0))
        QTest.keyClick(session.grid, Qt.Key.Key_P)
        session.grid.selectAll()  # at once: each key acts on what was selected then
        QTest.keyClick(session.grid, Qt.Key.Key_P)
        await until(lambda: said(session) == "5 images pinned")
        assert await manager.pinned_images() == 6
        QTest.keyClick(session.grid, Qt.Key.Key_P)
        await until(lambda: said(session) == "6 images no longer pinned")
        assert await manager.pinned_images() == 0


async def test_pin_delete_undo_undo_is_exact(tmp_path: Path) -> None:
    base = make_store(tmp_path, images=6, days=1)
    async with open_window(base) as session:
        await ready(session)
        session.grid.setCurrentIndex(session.images.index(2))
        record = session.images.record_at(2)
        assert record is not None
        QTest.keyClick(session.grid, Qt.Key.Key_P)
        await done(session)
        QTest.keyClick(session.grid, Qt.Key.Key_Delete)
        await done(session)
        QTest.keyClick(session.window, Qt.Key.Key_Z, CTRL)
        await done(session)
        QTest.keyClick(session.window, Qt.Key.Key_Z, CTRL)
        await until(lambda: said(session) == "1 image no longer pinned")
        sidecar = json.loads((base / str(record.sidecar_path)).read_bytes())
        assert sidecar["contact_sheet"]["pinned"] is False


async def test_a_restore_from_the_page_and_a_delete_undo_each_other_in_any_order(
    tmp_path: Path,
) -> None:
    base = make_store(tmp_path, images=8, days=1)
    before = on_disk(base)
    async with open_window(base) as session:
        await ready(session)
        session.grid.setCurrentIndex(session.images.index(0))
        QTest.keyClick(session.grid, Qt.Key.Key_Delete)
        QTest.keyClick(session.grid, Qt.Key.Key_Delete)
        await done(session)
        gone = on_disk(base)
        session.window.dates.choose(Kind.TRASH)
        await until(lambda: session.trashed.rowCount() == 2)
        session.window.trash.table.selectAll()
        session.window.actions_by_id["restore"].trigger()
        await done(session)
        assert on_disk(base) == before
        QTest.keyClick(session.window, Qt.Key.Key_Z, CTRL)  # the restore
        await done(session)
        assert on_disk(base) == gone
        for _ in range(2):  # the deletes
            QTest.keyClick(session.window, Qt.Key.Key_Z, CTRL)
        await done(session)
        assert on_disk(base) == before


async def test_a_failed_delete_can_be_tried_again(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store", images=4, days=1, flat_share=0)
    async with open_window(base) as session:
        await ready(session)
        session.grid.setCurrentIndex(session.images.index(0))
        away = tmp_path / "away"
        base.rename(away)
        QTest.keyClick(session.grid, Qt.Key.Key_Delete)
        await until(lambda: not session.history.busy)
        assert session.history.undo_text == ""
        away.rename(base)
        await until(lambda: session.stores.access is Access.WRITABLE)
        session.grid.setCurrentIndex(session.images.index(0))
        QTest.keyClick(session.grid, Qt.Key.Key_Delete)
        await until(lambda: said(session) == "1 image moved to the trash")
        assert len(in_trash(base)) == 1


async def test_what_comes_into_the_trash_leaves_its_selection(tmp_path: Path) -> None:
    base = make_store(tmp_path, images=10, days=1)
    async with open_window(base) as session:
        await ready(session)
        await show_in_trash(session, 3)
        table = session.window.trash.table
        table.select_places([1])
        chosen = session.trashed.rows[1].token
        store = session.stores.store
        assert store is not None
        record = (await store.manager.days())[0].keys[0]
        await store.manager.trash_images([record], "by somebody else")
        session.trash.refresh()
        await until(lambda: session.trashed.rowCount() == 4)
        assert [session.trashed.rows[place].token for place in table.selected_places()] == [chosen]


async def test_an_undo_that_others_made_impossible_is_not_in_the_way_of_earlier_ones(
    tmp_path: Path,
) -> None:
    base = make_store(tmp_path, images=6, days=1, flat_share=0)
    async with open_window(base) as session:
        await ready(session)
        store = session.stores.store
        assert store is not None
        session.grid.setCurrentIndex(session.images.index(0))
        QTest.keyClick(session.grid, Qt.Key.Key_Delete)
        await done(session)
        QTest.keyClick(session.grid, Qt.Key.Key_P)
        await until(lambda: said(session) == "1 image pinned")
        await store.manager.trash_images(session.selection.keys(), "by somebody else")
        for _ in range(2):  # the pin, which is gone, and then the delete
            QTest.keyClick(session.window, Qt.Key.Key_Z, CTRL)
            await until(lambda: not session.history.busy)
        await until(lambda: said(session) == "1 image restored")
        assert session.history.undo_text == ""


async def test_a_refused_undo_can_be_tried_once_more(tmp_path: Path) -> None:
    base = make_store(tmp_path, images=6, days=1, flat_share=0)
    async with open_window(base) as session:
        await ready(session)
        record = session.images.record_at(0)
        assert record is not None
        session.grid.setCurrentIndex(session.images.index(0))
        QTest.keyClick(session.grid, Qt.Key.Key_Delete)
        await done(session)
        (base / record.path).write_bytes(b"in the way")
        QTest.keyClick(session.window, Qt.Key.Key_Z, CTRL)
        await until(lambda: "another file" in said(session))
        (base / record.path).unlink()
        QTest.keyClick(session.window, Qt.Key.Key_Z, CTRL)
        await until(lambda: said(session) == "1 image restored")


async def test_all_of_the_trash_is_selected_and_unselected_by_the_keys_of_the_grid(
    tmp_path: Path,
) -> None:
    base = make_store(tmp_path, images=9, days=2)
    async with open_window(base) as session:
        await ready(session)
        await show_in_trash(session, 4)
        session.window.dates.setFocus()
        table, actions = session.window.trash.table, session.window.actions_by_id
        assert actions["select_all"].isEnabled()
        assert not actions["select_none"].isEnabled()
        QTest.keyClick(session.window, Qt.Key.Key_A, CTRL)
        assert table.selected_places() == [0, 1, 2, 3]
        QTest.keyClick(session.window, Qt.Key.Key_A, CTRL | SHIFT)
        assert table.selected_places() == []
        QTest.keyClick(session.window, Qt.Key.Key_A, CTRL)
        QTest.keyClick(session.window, Qt.Key.Key_R, CTRL)
        await until(lambda: session.trashed.rowCount() == 0)
        await done(session)
        assert in_trash(base) == []


async def test_no_letter_leads_to_a_menu_and_to_a_button_of_the_trash(tmp_path: Path) -> None:
    base = make_store(tmp_path, images=4, days=1)
    async with open_window(base) as session:
        await ready(session)
        session.grid.setCurrentIndex(session.images.index(0))
        QTest.keyClick(session.grid, Qt.Key.Key_Delete)
        await done(session)
        session.window.dates.choose(Kind.TRASH)
        await until(lambda: session.window.shows_trash)
        menus = [QKeySequence.mnemonic(menu.text()) for menu in session.window.menuBar().actions()]
        buttons = [
            button.shortcut()
            for button in session.window.findChildren(QAbstractButton)
            if button.isVisible() and not button.shortcut().isEmpty()
        ]
        led_to = [keys.toString() for keys in (*menus, *buttons)]
        assert sorted(led_to) == sorted(set(led_to))
        assert len(buttons) == 3
        session.window.trash.table.setFocus()
        QTest.keyClick(session.window, Qt.Key.Key_M, Qt.KeyboardModifier.AltModifier)
        question = await asked()
        assert "1 image" in question.text()
        question.reject()
        await until(lambda: QApplication.activeModalWidget() is None)


async def test_an_undo_while_the_trash_cannot_be_read_can_be_tried_once_more(
    tmp_path: Path,
) -> None:
    base = make_store(tmp_path / "store", images=6, days=1, flat_share=0)
    before = on_disk(base)
    async with open_window(base) as session:
        await ready(session)
        session.grid.setCurrentIndex(session.images.index(0))
        QTest.keyClick(session.grid, Qt.Key.Key_Delete)
        await done(session)
        base.rename(tmp_path / "elsewhere")
        session.history.undo()
        await until(lambda: not session.history.busy)
        assert "no longer in the trash" not in said(session)
        (tmp_path / "elsewhere").rename(base)
        session.history.undo()
        await until(lambda: said(session) == "1 image restored")
        assert on_disk(base) == before
