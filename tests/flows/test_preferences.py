"""Preferences: what is typed there is in the store's file, in force at once, and comes back."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QLabel, QSlider, QTabWidget, QWidget

import core.settings
from core.errors import StoreNotWritable
from core.settings import SETTINGS_FILE, StorageSettings
from gui.app import Session
from gui.preferences import Preferences
from gui.theme import DARK, LIGHT, Appearance
from gui.views.grid import LARGEST_CELL
from tests.flows.conftest import open_window, until
from tests.flows.forms import button, click, dialog_named, gone, part, press, type_over
from tests.stores import image_files, make_image, make_store

Key, Modifier = Qt.Key, Qt.KeyboardModifier
OCTAL = 'Must be three octal digits that let the owner read and write, such as "644".'
TODAY = datetime.now().replace(hour=0, minute=30)


def aged_store(base: Path, old: int, young: int) -> Path:
    """A store of images that are 100 days old, and of some of yesterday."""
    for number in range(old):
        make_image(base, TODAY - timedelta(days=100, minutes=number), seed=number)
    for number in range(young):
        make_image(base, TODAY - timedelta(days=1, minutes=number), seed=number)
    return base


async def preferences(session: Session) -> QDialog:
    """Open the dialog by its shortcut."""
    session.window.activateWindow()  # the offscreen platform forgets to, after a dialog
    await until(session.window.isActiveWindow)
    QTest.keyClick(session.window, Key.Key_Comma, Modifier.ControlModifier)
    return await dialog_named(session, "Preferences")


def summary(dialog: QDialog) -> str:
    return dialog.findChild(QLabel, "summary").text()


def notes(dialog: QDialog) -> list[str]:
    return [each.text() for each in dialog.findChildren(QLabel, "note") if each.isVisible()]


async def test_every_field_is_saved_applied_and_comes_back(tmp_path):
    base = make_store(tmp_path / "store")
    async with open_window(base) as session:
        dialog = await preferences(session)
        type_over(dialog, "Keep images for", "45")
        type_over(dialog, "Size limit", "2.5")
        type_over(dialog, "Keep trash for", "7")
        type_over(dialog, "Trash size limit", "0.5")
        part(dialog, "Clean up automatically").setFocus()
        press(Key.Key_Space)
        type_over(dialog, "Clean-up interval", "6")
        part(dialog, "Folders").setFocus()
        press(Key.Key_Down)
        type_over(dialog, "File permissions", "600")
        press(Key.Key_Return)
        await gone(dialog)
        wanted = StorageSettings(
            base_path=str(base), retention_days=45, max_size_gb=2.5, trash_days=7,
            trash_max_gb=0.5, automatic_cleanup=True, cleanup_interval_hours=6,
            create_subdirectories=False, file_permissions="600",
        )  # fmt: skip
        assert StorageSettings.load(base) == wanted
        assert session.stores.store.manager.settings == wanted
        status = session.window.stats.accessibleDescription
        await until(lambda: "keeps 45 days" in status() and "of 2.5 GB" in status())
        again = await preferences(session)
        assert part(again, "Keep images for").text() == "45"
        assert part(again, "Size limit").text() == "2.5"
        assert part(again, "File permissions").text() == "600"
        assert part(again, "Folders", QComboBox).currentData() is False
        press(Key.Key_Escape)
        await gone(again)


async def test_the_store_is_named_and_its_folder_is_in_the_tool_tip(tmp_path):
    base = make_store(tmp_path / "pictures & more", images=4)
    async with open_window(base) as session:
        dialog = await preferences(session)
        which = dialog.findChild(QLabel, "storeName")
        assert which.text() == "For the store pictures & more"
        assert which.toolTip() == f"<span>{tmp_path}/pictures &amp; more</span>"
        assert which.accessibleDescription() == str(base)
        dialog.reject()


async def test_keys_of_others_survive_and_cancel_changes_nothing(tmp_path):
    base = make_store(tmp_path / "store")
    file = base / SETTINGS_FILE
    file.parent.mkdir()
    file.write_text('{"colour": "red", "retention_days": 12}')
    async with open_window(base) as session:
        dialog = await preferences(session)
        assert part(dialog, "Keep images for").text() == "12"
        type_over(dialog, "Keep images for", "13")
        press(Key.Key_Escape)
        await gone(dialog)
        assert json.loads(file.read_text()) == {"colour": "red", "retention_days": 12}
        dialog = await preferences(session)
        type_over(dialog, "Keep images for", "13")
        click(dialog, "Apply")
        await until(lambda: StorageSettings.load(base).retention_days == 13)
        assert json.loads(file.read_text())["colour"] == "red"
        assert dialog.isVisible()
        dialog.reject()


@pytest.mark.parametrize("error", [None, StoreNotWritable("The disk is full.")])
async def test_what_was_applied_is_saved_though_the_dialog_is_closed_meanwhile(
    tmp_path, monkeypatch, error
):
    base, closed, save = make_store(tmp_path / "store"), threading.Event(), core.settings.save

    def save_later(settings):
        closed.wait(20)
        if error is not None:
            raise error
        save(settings)

    monkeypatch.setattr(core.settings, "save", save_later)
    async with open_window(base) as session:
        dialog = await preferences(session)
        type_over(dialog, "Keep images for", "13")
        click(dialog, "Apply")
        QTest.keyClick(dialog, Key.Key_Escape)
        await gone(dialog)
        closed.set()
        if error is None:
            await until(lambda: session.stores.store.manager.settings.retention_days == 13)
            assert StorageSettings.load(base).retention_days == 13
        else:
            told = session.window.notice
            await until(lambda: told.said == "Nothing was saved. The disk is full.")


async def test_what_the_environment_holds_is_locked_and_says_by_what(tmp_path, monkeypatch):
    monkeypatch.setenv("STORAGE__RETENTION_DAYS", "9")
    base = make_store(tmp_path / "store")
    async with open_window(base) as session:
        dialog = await preferences(session)
        locked = part(dialog, "Keep images for")
        assert not locked.isEnabled()
        assert locked.text() == "9"
        assert "Set by STORAGE__RETENTION_DAYS, outside this window." in notes(dialog)
        assert "STORAGE__RETENTION_DAYS" in locked.accessibleDescription()
        type_over(dialog, "Keep trash for", "8")
        press(Key.Key_Return)
        await gone(dialog)
        saved = json.loads((base / SETTINGS_FILE).read_text())
        assert saved["trash_days"] == 8
        assert "retention_days" not in saved


@pytest.mark.parametrize(
    ("field", "typed", "reason"),
    [
        ("Keep images for", "0", "Must be a whole number from 1 to 36,500."),
        ("Keep images for", "1.5", "Must be a whole number from 1 to 36,500."),
        ("Size limit", "", "Must be a number from 0.001 to 1,000,000."),
        ("Clean-up interval", "soon", "Must be a number from 0.001 to 8,760."),
        ("Trash size limit", "-1", "Must be a number from 0 to 1,000,000."),
        ("File permissions", "77x", OCTAL),
    ],
)  # fmt: skip
async def test_what_cannot_be_is_refused_in_place(tmp_path, field, typed, reason):
    base = make_store(tmp_path / "store", images=4)
    async with open_window(base) as session:
        dialog = await preferences(session)
        type_over(dialog, field, typed)
        assert reason in notes(dialog)
        assert reason in part(dialog, field).accessibleDescription()
        part(dialog, "Folders").setFocus()
        click(dialog, "OK")
        assert dialog.isVisible()
        assert QApplication.focusWidget() is part(dialog, field)
        assert not (base / SETTINGS_FILE).exists()
        dialog.reject()


async def test_the_live_line_is_right_and_follows_the_fields(tmp_path):
    base = aged_store(tmp_path / "store", old=5, young=3)
    held = sum(path.stat().st_size for path in (base / "images").rglob("*") if path.is_file())
    async with open_window(base) as session:
        dialog = await preferences(session)
        await until(lambda: summary(dialog).startswith("With these settings 5 images ("))
        assert summary(dialog).endswith("would go now.")
        type_over(dialog, "Keep images for", "200")
        await until(lambda: summary(dialog) == "With these settings nothing would go now.")
        type_over(dialog, "Keep images for", "0")
        assert summary(dialog) == ""
        type_over(dialog, "Keep images for", "200")
        type_over(dialog, "Size limit", "0.001")
        assert held < 0.001 * 1024**3
        await until(lambda: summary(dialog) == "With these settings nothing would go now.")
        assert len(image_files(base)) == 8
        dialog.reject()


async def test_defaults_can_be_restored(tmp_path):
    base = make_store(tmp_path / "store", images=4)
    file = base / SETTINGS_FILE
    file.parent.mkdir()
    file.write_text('{"retention_days": 12, "file_permissions": "600"}')
    async with open_window(base) as session:
        dialog = await preferences(session)
        click(dialog, "Restore defaults")
        assert part(dialog, "Keep images for").text() == "30"
        assert StorageSettings.load(base).retention_days == 12  # nothing is applied yet
        click(dialog, "OK")
        await gone(dialog)
        assert StorageSettings.load(base) == StorageSettings(base_path=str(base))


async def test_a_file_that_is_no_json_is_named_and_left(tmp_path):
    base = make_store(tmp_path / "store", images=4)
    async with open_window(base) as session:
        dialog = await preferences(session)
        file = base / SETTINGS_FILE
        file.parent.mkdir(exist_ok=True)
        file.write_text("{ half")
        type_over(dialog, "Keep images for", "13")
        click(dialog, "OK")
        trouble = dialog.findChild(QLabel, "trouble")
        await until(trouble.isVisible)
        assert "Nothing was saved." in trouble.text()
        assert str(file) in trouble.text()
        assert file.read_text() == "{ half"
        assert session.stores.store.manager.settings.retention_days == 30
        file.unlink()
        click(dialog, "OK")
        await gone(dialog)
        assert StorageSettings.load(base).retention_days == 13


async def test_looks_take_effect_at_once_and_stay_only_if_wanted(tmp_path):
    base = make_store(tmp_path / "store", images=4)
    Preferences().appearance = Appearance.DARK
    async with open_window(base) as session:
        ground = lambda: QApplication.palette().base().color().name()  # noqa: E731
        assert ground() == DARK.ground
        dialog = await preferences(session)
        dialog.findChild(QTabWidget).setCurrentIndex(1)
        theme = part(dialog, "Theme", QComboBox)
        theme.setFocus()
        press(Key.Key_Home)
        press(Key.Key_Down)  # light
        assert ground() == LIGHT.ground
        press(Key.Key_Escape)
        await until(lambda: ground() == DARK.ground)
        dialog = await preferences(session)
        dialog.findChild(QTabWidget).setCurrentIndex(1)
        theme = part(dialog, "Theme", QComboBox)
        theme.setFocus()
        press(Key.Key_Home)
        press(Key.Key_Down)
        size = part(dialog, "Thumbnail size", QSlider)
        size.setFocus()
        press(Key.Key_End)
        language = part(dialog, "Language", QComboBox)
        language.setFocus()
        press(Key.Key_End)
        press(Key.Key_Return)
        await gone(dialog)
        assert ground() == LIGHT.ground
        assert session.window.actions_by_id["appearance_light"].isChecked()
        assert session.grid.cell_size == LARGEST_CELL
        assert QLocale().language() == QLocale.Language.English
        session.preferences.save()
        kept = Preferences()
        assert (kept.appearance, kept.default_cell_size, kept.language) == (
            Appearance.LIGHT, LARGEST_CELL, "en",
        )  # fmt: skip
        session.grid.zoom_out()
        assert session.grid.cell_size < LARGEST_CELL
        session.window.activateWindow()  # offscreen nobody does when a dialog has closed
        await until(session.window.isActiveWindow)
        QTest.keyClick(session.grid, Key.Key_0, Modifier.ControlModifier)
        assert session.grid.cell_size == LARGEST_CELL
    QLocale.setDefault(QLocale.system())


async def test_without_a_store_there_are_only_looks():
    async with open_window(settled=False) as session:
        dialog = await preferences(session)
        tabs = dialog.findChild(QTabWidget)
        assert [tabs.tabText(number) for number in range(tabs.count())] == ["Appearance"]
        assert button(dialog, "OK").isDefault()
        assert not [
            each for each in dialog.findChildren(QWidget) if each.accessibleName() == "Folders"
        ]
        click(dialog, "OK")
        await gone(dialog)
