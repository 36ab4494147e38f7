"""Pruning: the dialog says what would go, exactly that goes, and what can comes back."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from datetime import date, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QMenu, QRadioButton

from gui.app import Session
from gui.controllers.prune import Planner
from gui.dialogs.prune import PruneDialog
from gui.prune_text import told
from gui.text import count_text, size_text
from tests.flows.ageing import aged, in_trash
from tests.flows.conftest import open_window, until
from tests.flows.forms import button, click, dialog_named, gone, part, press, type_over
from tests.stores import image_files, sidecar_of

PLANNING = (Planner._show_plan.__code__, Planner._show_choice.__code__)
Key, Modifier = Qt.Key, Qt.KeyboardModifier


async def prune(session: Session) -> PruneDialog:
    """Open the dialog by its shortcut, and wait for its first plan."""
    session.window.activateWindow()
    await until(session.window.isActiveWindow)
    modifiers = Modifier.ControlModifier | Modifier.ShiftModifier
    QTest.keyClick(session.window, Key.Key_P, modifiers)
    dialog = await dialog_named(session, "Prune")
    assert isinstance(dialog, PruneDialog)
    await until(lambda: dialog.choice is not None)
    return dialog


def plannings(session: Session) -> list[asyncio.Task[None]]:
    """What is being planned or summed up, and also what no longer should be."""
    tasks = session.stores.store.tasks._tasks
    return [each for each in tasks if each.get_coro().cr_code in PLANNING]


async def planned(session: Session) -> None:
    """Wait until nothing is planned and summed up any more: what comes late has come."""
    while planning := plannings(session):
        await asyncio.wait(planning)


def sums(dialog: PruneDialog) -> str:
    return dialog.findChild(QLabel, "pageHeading").text()


def choose(dialog: PruneDialog, text: str) -> None:
    """Click a tick box or a radio button by its text."""
    boxes = [*dialog.findChildren(QCheckBox), *dialog.findChildren(QRadioButton)]
    (box,) = [each for each in boxes if each.text().replace("&", "") == text]
    box.setFocus()
    press(Key.Key_Space)


def notice(session: Session) -> str:
    told = session.window.notice
    return told.accessibleDescription() if told.isVisible() else ""


def size_of(paths: list[Path], base: Path) -> int:
    return sum(path.stat().st_size + sidecar_of(base, path).stat().st_size for path in paths)


async def test_by_age_to_the_trash_and_back(tmp_path):
    base = tmp_path / "store"
    old, young = aged(base, 50, 5), aged(base, 3, 4)
    before = {path: path.read_bytes() for path in image_files(base)}
    async with open_window(base) as session:
        dialog = await prune(session)
        assert sums(dialog) == f"5 images · {size_text(size_of(old, base))}"
        bar = part(dialog, "Space before and after")
        assert bar.accessibleDescription() == dialog.findChild(QLabel, "disk").text()
        assert "in the trash until that is emptied" in bar.accessibleDescription()
        model = dialog.model
        assert model.rowCount() == 5
        assert model.index(0, 1).data() == "20 days older than 30 days"
        assert model.index(0, 2).data() == "50 days"
        confirm = button(dialog, "Move 5 images to the trash")
        assert not confirm.isDefault()
        assert button(dialog, "Cancel").isDefault()
        confirm.setFocus()
        press(Key.Key_Space)
        await until(lambda: "moved to the trash" in notice(session))
        assert notice(session) == "5 images moved to the trash"
        assert image_files(base) == sorted(young)
        assert len(in_trash(base)) == 5
        await until(lambda: session.images.rowCount() == 4)
        session.window.notice.press()
        await until(lambda: notice(session) == "5 images restored")
        assert {path: path.read_bytes() for path in image_files(base)} == before
        session.history.redo()
        await until(lambda: image_files(base) == sorted(young))
        session.history.undo()
        await until(lambda: len(image_files(base)) == 9)
        assert {path: path.read_bytes() for path in image_files(base)} == before


async def test_cancel_and_enter_do_nothing(tmp_path):
    base = tmp_path / "store"
    aged(base, 50, 5)
    async with open_window(base) as session:
        for key in (Key.Key_Return, Key.Key_Escape):
            dialog = await prune(session)
            press(key)
            await gone(dialog)
        assert len(image_files(base)) == 5
        assert not (base / "contact-sheet").exists()


async def test_by_size_for_good_asks_again_and_frees_the_bytes(tmp_path):
    base = tmp_path / "store"
    made = aged(base, 5, 6, extra=bytes(1024 * 1024))
    oldest_first = list(reversed(made))
    async with open_window(base) as session:
        dialog = await prune(session)
        choose(dialog, "Images older than")
        choose(dialog, "The oldest, down to")
        type_over(dialog, "Size in GB", "0.003")
        await until(lambda: dialog.choice is not None and dialog.model.rowCount() == 3)
        assert dialog.model.index(0, 1).data() == "Over the limit, for good"
        ways = {each.text(): each for each in dialog.findChildren(QRadioButton)}
        assert not ways["&Move to the trash"].isEnabled()  # it would free nothing
        assert ways["&Free the space for good"].isChecked()
        freed = dialog.choice.bytes_freed
        assert freed == size_of(oldest_first[:3], base)
        text = f"Delete 3 images for good ({size_text(freed)})"
        click(dialog, text)
        assert len(image_files(base)) == 6  # asked once more
        question = dialog.findChild(QLabel, "question")
        assert question.isVisible()
        assert "3 images" in question.text()
        assert "cannot be undone" in question.text()
        assert QApplication.focusWidget() is button(dialog, "Go back")
        press(Key.Key_Return)
        assert not question.isVisible()
        click(dialog, text)
        click(dialog, text)
        await until(lambda: "deleted" in notice(session))
        assert notice(session) == f"3 images deleted, {size_text(freed)} free"
        assert image_files(base) == sorted(oldest_first[3:])
        assert in_trash(base) == []
        assert not session.window.actions_by_id["undo"].isEnabled()


async def test_what_is_unticked_or_pinned_stays(tmp_path):
    base = tmp_path / "store"
    old = aged(base, 50, 5)
    described = json.loads(sidecar_of(base, old[0]).read_text())
    described["contact_sheet"] = {"pinned": True}
    sidecar_of(base, old[0]).write_text(json.dumps(described))
    async with open_window(base) as session:
        dialog = await prune(session)
        assert dialog.findChild(QLabel, "kept").text() == "1 pinned image is kept."
        assert dialog.model.rowCount() == 4
        dialog.table.setFocus()
        press(Key.Key_Home)
        press(Key.Key_Space)
        await until(lambda: dialog.choice is not None)
        unticked = dialog.model.rows[0].item.path
        assert button(dialog, "Move 3 images to the trash")
        click(dialog, "Untick all")
        await until(lambda: dialog.choice is not None)
        assert not button(dialog, "Nothing to do").isEnabled()
        click(dialog, "Tick all")
        press(Key.Key_Tab, Modifier.ShiftModifier)
        dialog.table.setFocus()
        press(Key.Key_Home)
        press(Key.Key_Space)
        await until(lambda: dialog.choice is not None and dialog.choice.count == 3)
        click(dialog, "Move 3 images to the trash")
        await until(lambda: len(image_files(base)) == 2)
        assert image_files(base) == sorted([old[0], base / unticked])


@pytest.mark.qt_log_ignore("This plugin does not support")  # menus ask the offscreen one for much
async def test_the_table_is_sorted_by_keyboard(tmp_path):
    base = tmp_path / "store"
    for days in (40, 60, 50):
        aged(base, days)
    async with open_window(base) as session:
        dialog = await prune(session)
        ages = lambda: [dialog.model.index(row, 2).data() for row in range(3)]  # noqa: E731
        assert ages() == ["60 days", "50 days", "40 days"]
        for shown in (["40 days", "50 days", "60 days"], ["60 days", "50 days", "40 days"]):
            dialog.table.setFocus()
            press(Key.Key_F10, Modifier.ShiftModifier)
            await until(QApplication.activePopupWidget)
            for key in (Key.Key_Down, Key.Key_Right, Key.Key_Down, Key.Key_Down, Key.Key_Return):
                QTest.keyClick(QApplication.activePopupWidget(), key)
            assert ages() == shown
            await until(lambda: QApplication.activePopupWidget() is None)
        dialog.reject()


async def test_what_changed_since_the_preview_is_left_and_told(tmp_path):
    base = tmp_path / "store"
    old = aged(base, 50, 4)
    async with open_window(base) as session:
        dialog = await prune(session)
        old[1].write_bytes(b"another picture")
        old[2].unlink()
        click(dialog, "Move 4 images to the trash")
        await until(lambda: "moved to the trash" in notice(session))
        assert notice(session) == (
            "2 images moved to the trash, 1 changed meanwhile and left, 1 gone already"
        )
        assert old[1].read_bytes() == b"another picture"
        assert image_files(base) == [old[1]]


@pytest.mark.qt_log_ignore("This plugin does not support")  # menus ask the offscreen one for much
async def test_a_day_of_the_tree_by_keyboard(tmp_path):
    base = tmp_path / "store"
    day, other = aged(base, 3, 3), aged(base, 9, 2)
    async with open_window(base) as session:
        dates = session.window.dates
        when = datetime.now().date().toordinal() - 3
        index = session.dates.index_of_day(when)
        dates.setCurrentIndex(index)
        dates.setFocus()
        await until(session.window.isActiveWindow)
        await until(lambda: session.images.rowCount() == 3)
        press(Key.Key_F10, Modifier.ShiftModifier)
        menus = lambda: [m for m in session.window.findChildren(QMenu) if m.isVisible()]  # noqa: E731
        await until(menus)
        (entry,) = menus()[0].actions()
        shown = date.fromordinal(when)
        name = f"{shown.day} {shown:%B %Y}"
        assert entry.text() == f"&Prune {name}…"
        QTest.keyClick(menus()[0], Key.Key_Down)
        QTest.keyClick(menus()[0], Key.Key_Return)
        dialog = await dialog_named(session, "Prune")
        await until(lambda: dialog.choice is not None)
        assert dialog.findChild(QLabel, "chosenDays").text() == f"Everything of {name}"
        assert dialog.model.index(0, 1).data() == "Of a day that was chosen"
        click(dialog, f"Move {count_text(3, 'image')} to the trash")
        await until(lambda: not any(path.exists() for path in day))
        assert image_files(base) == sorted(other)


async def test_leftovers_go_when_asked_for(tmp_path):
    base = tmp_path / "store"
    (old,) = aged(base, 3)
    orphan = old.with_name("img_20200101000000_0123456789ab.json")
    orphan.write_text("{}")
    os.utime(orphan, (1_600_000_000, 1_600_000_000))
    async with open_window(base) as session:
        dialog = await prune(session)
        assert dialog.model.rowCount() == 0
        choose(dialog, "Leftovers of crashed programs")
        await until(lambda: dialog.model.rowCount() == 1 and dialog.choice is not None)
        assert dialog.model.index(0, 1).data() == "Sidecar without its image"
        click(dialog, "Delete 1 leftover for good (2 bytes)")
        assert orphan.exists()
        click(dialog, "Delete 1 leftover for good (2 bytes)")
        await until(lambda: not orphan.exists())
        assert old.exists()


async def test_a_wrong_number_is_refused_in_place(tmp_path):
    base = tmp_path / "store"
    aged(base, 50, 2)
    async with open_window(base) as session:
        dialog = await prune(session)
        type_over(dialog, "Age in days", "0")
        notes = [each.text() for each in dialog.findChildren(QLabel, "note")]
        assert notes == ["Must be a whole number from 1 to 36,500."]
        assert dialog.choice is None
        description = part(dialog, "Age in days").accessibleDescription()
        assert description == "days. Must be a whole number from 1 to 36,500."
        type_over(dialog, "Age in days", "60")
        await until(lambda: dialog.choice is not None)
        assert sums(dialog) == "0 images · 0 bytes"
        dialog.reject()


async def test_while_a_field_is_wrong_nothing_can_be_confirmed(tmp_path):
    base = tmp_path / "store"
    aged(base, 50, 9)
    async with open_window(base) as session:
        dialog = await prune(session)
        confirm = button(dialog, "Move 9 images to the trash")
        type_over(dialog, "Age in days", "2")
        assert plannings(session)
        QTest.keyClicks(part(dialog, "Age in days"), "x")
        await planned(session)
        assert dialog.choice is None
        assert not confirm.isEnabled()
        click(dialog, "Untick all")
        click(dialog, "Tick all")
        await planned(session)
        assert dialog.choice is None
        assert not confirm.isEnabled()
        dialog.reject()


async def test_where_planning_fails_no_earlier_plan_can_be_confirmed(tmp_path):
    base = tmp_path / "store"
    aged(base, 50, 4)
    async with open_window(base) as session:
        dialog = await prune(session)
        away = base.rename(tmp_path / "away")
        choose(dialog, "Leftovers of crashed programs")
        await until(lambda: sums(dialog) == "Nobody can say what would go")
        click(dialog, "Tick all")
        await planned(session)
        assert dialog.choice is None
        assert sums(dialog) == "Nobody can say what would go"
        dialog.reject()
        await gone(dialog)
        away.rename(base)


async def test_a_sum_that_comes_late_does_not_bring_an_unticked_image_back(tmp_path, monkeypatch):
    base = tmp_path / "store"
    aged(base, 50, 3)
    go_on = threading.Event()

    def told_late(plan, unticked):
        assert unticked or go_on.wait(20)
        return told(plan, unticked)

    monkeypatch.setattr("gui.controllers.prune.told", told_late)
    async with open_window(base) as session:
        session.window.actions_by_id["prune"].trigger()
        dialog = await dialog_named(session, "Prune")
        await until(lambda: dialog.model.rowCount() == 3)
        dialog.table.setFocus()
        press(Key.Key_Home)
        press(Key.Key_Space)
        await until(lambda: dialog.choice is not None)
        go_on.set()
        await planned(session)
        assert dialog.choice.count == 2
        dialog.reject()


async def test_cancelled_in_the_middle_each_image_is_whole(tmp_path):
    base = tmp_path / "store"
    old = aged(base, 50, 300)
    before = {path: path.read_bytes() for path in old}
    async with open_window(base) as session:
        dialog = await prune(session)
        click(dialog, "Move 300 images to the trash")
        await until(lambda: 0 < len(image_files(base)) < 295)
        session.window.actions_by_id["cancel_work"].trigger()
        await until(lambda: "cancelled" in notice(session))
        left, trashed = image_files(base), in_trash(base)
        assert 0 < len(left) < 300
        assert len(left) + len(trashed) == 300
        assert all(sidecar_of(base, path).exists() for path in left)
        session.window.notice.press()
        await until(lambda: len(image_files(base)) == 300)
        assert {path: path.read_bytes() for path in image_files(base)} == before
