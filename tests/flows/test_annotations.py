"""A person rates and tags images, and takes it back: the real window, real sidecars on disk."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QListWidget

from gui.annotation_edits import typed_tags
from gui.dialogs.tags import TagsDialog
from tests.flows.conftest import open_window, until
from tests.stores import image_files, make_image, sidecar_of

DAY = datetime(2026, 11, 20, 12)
Key, ALT = Qt.Key, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def base(tmp_path):
    """A store of four images of one day."""
    for number in range(4):
        make_image(tmp_path / "store", DAY + timedelta(minutes=number))
    return tmp_path / "store"


def said(base, name):
    """What the sidecars say under a name of ours, newest image first."""
    files = sorted(image_files(base), reverse=True)
    sidecars = [json.loads(sidecar_of(base, file).read_text()) for file in files]
    return [sidecar.get("contact_sheet", {}).get(name) for sidecar in sidecars]


async def select(session, *rows):
    flags = session.grid.selectionModel().SelectionFlag
    session.grid.selectionModel().clear()
    for row in rows:
        session.grid.selectionModel().select(session.images.index(row), flags.Select)
    session.grid.setFocus()


async def press(session, key, modifier=Qt.KeyboardModifier.NoModifier):
    session.window.activateWindow()
    await until(session.window.isActiveWindow)
    QTest.keyClick(session.grid, key, modifier)


async def test_many_are_rated_at_once_and_each_gets_its_own_rating_back(base):
    async with open_window(base) as session:
        await select(session, 0)
        await press(session, Key.Key_5, ALT)
        await until(lambda: said(base, "rating") == [5, None, None, None])
        await select(session, 0, 1, 2)
        await press(session, Key.Key_3, ALT)
        await until(lambda: said(base, "rating") == [3, 3, 3, None])
        await until(lambda: any(fact.value == "★★★" for fact in session.window.metadata.facts.rows))
        session.history.undo()
        await until(lambda: [each or 0 for each in said(base, "rating")] == [5, 0, 0, 0])
        session.history.redo()
        await until(lambda: said(base, "rating") == [3, 3, 3, None])


async def test_a_rating_is_taken_away_and_shown_in_the_pane(base):
    async with open_window(base) as session:
        await select(session, 1)
        await press(session, Key.Key_4, ALT)
        pane = session.window.metadata
        await until(lambda: pane.facts and any(f.value == "★★★★" for f in pane.facts.rows))
        await press(session, Key.Key_0, ALT)
        await until(lambda: not any(said(base, "rating")))
        await until(lambda: all(fact.label != "Rating" for fact in pane.facts.rows))


async def tags_dialog(session):
    await until(lambda: not session.history.busy)
    await session.browse.settled()
    await press(session, Key.Key_T)
    await until(lambda: session.window.findChild(TagsDialog))
    return session.window.findChild(TagsDialog)


async def test_tags_are_added_and_removed_on_many_and_taken_back(base):
    async with open_window(base) as session:
        await select(session, 0, 1)
        dialog = await tags_dialog(session)
        line = dialog.findChild(QLineEdit)
        for tag in ("sea", "fog"):
            line.setText(f" {tag} ")
            QTest.keyClick(line, Key.Key_Return)
        dialog._on_accepted()
        await until(
            lambda: [sorted(tags or []) for tags in said(base, "tags")][:2] == [["fog", "sea"]] * 2
        )
        await until(lambda: not session.window.findChild(TagsDialog))
        await select(session, 1, 2)
        dialog = await tags_dialog(session)
        listed = dialog.findChild(QListWidget)
        items = [listed.item(row) for row in range(listed.count())]
        states = {item.text(): item.checkState() for item in items}
        assert states == dict.fromkeys(("sea", "fog"), Qt.CheckState.PartiallyChecked)
        for item in items:
            fog = item.text() == "fog"
            item.setCheckState(Qt.CheckState.Checked if fog else Qt.CheckState.Unchecked)
        dialog._on_accepted()
        await until(lambda: said(base, "tags")[1:3] == [["fog"], ["fog"]])
        session.history.undo()
        await until(lambda: sorted(said(base, "tags")[1] or []) == ["fog", "sea"])
        await until(lambda: not said(base, "tags")[2])
        assert sorted(said(base, "tags")[0]) == ["fog", "sea"]


async def test_of_what_is_typed_each_part_between_commas_is_a_tag(base):
    async with open_window(base) as session:
        await select(session, 0)
        dialog = await tags_dialog(session)
        await until(dialog.isVisible)
        line, listed = dialog.findChild(QLineEdit), dialog.findChild(QListWidget)
        line.setText("sea, lake,,  ,")
        QTest.keyClick(line, Key.Key_Return)
        assert dialog.isVisible()
        assert [listed.item(row).text() for row in range(listed.count())] == ["sea", "lake"]
        line.setText(" , ,")
        QTest.keyClick(line, Key.Key_Return)
        assert dialog.isVisible()  # it is no empty line
        assert line.text() == ""
        line.setText("fog,sea")
        dialog._on_accepted()
        await until(lambda: sorted(said(base, "tags")[0] or []) == ["fog", "lake", "sea"])
        for tag in ("fog", "lake", "sea"):
            session.window.search.setText(f"tag:{tag}")
            await until(lambda: session.images.rowCount() == 1)


def test_typed_tags_are_split_at_commas():
    assert typed_tags("sea, lake,,  ,sea") == ("sea", "lake")
    assert typed_tags("Harbour wall") == ("Harbour wall",)
    assert typed_tags(" ,") == ()


async def test_a_tag_that_others_give_meanwhile_stays(base):
    async with open_window(base) as session:
        await select(session, 0)
        dialog = await tags_dialog(session)
        dialog.findChild(QLineEdit).setText("mine")
        dialog._on_accepted()
        await until(lambda: said(base, "tags")[0] == ["mine"])
        sidecar = sidecar_of(base, max(image_files(base)))
        values = json.loads(sidecar.read_text())
        values["contact_sheet"]["tags"] = ["mine", "theirs"]
        sidecar.write_text(json.dumps(values))
        session.history.undo()
        await until(lambda: said(base, "tags")[0] == ["theirs"])


@pytest.mark.qt_log_ignore("This plugin does not support")  # lists ask the offscreen one for much
async def test_tags_of_other_images_complete_what_is_typed(base):
    async with open_window(base) as session:
        await select(session, 0)
        (await tags_dialog(session)).findChild(QLineEdit).setText("Harbour wall")
        session.window.findChild(TagsDialog)._on_accepted()
        await until(lambda: said(base, "tags")[0] == ["Harbour wall"])
        await until(lambda: not session.window.findChild(TagsDialog))
        await select(session, 2)
        dialog = await tags_dialog(session)
        line = dialog.findChild(QLineEdit)
        await until(line.isVisible)
        line.setFocus()
        QTest.keyClicks(line, "wall")
        popup = line.completer().popup()
        await until(popup.isVisible)
        QTest.keyClick(popup, Key.Key_Down)
        QTest.keyClick(popup, Key.Key_Return)
        await until(lambda: dialog.added == ["Harbour wall"] or line.text() == "Harbour wall")
        dialog._on_accepted()
        await until(lambda: said(base, "tags")[2] == ["Harbour wall"])


async def test_cancel_changes_nothing(base):
    async with open_window(base) as session:
        before = [sidecar_of(base, file).read_bytes() for file in image_files(base)]
        await select(session, 0)
        dialog = await tags_dialog(session)
        dialog.findChild(QLineEdit).setText("mine")
        dialog.reject()
        await until(lambda: not session.window.findChild(TagsDialog))
        assert not session.history.undo_text
        assert [sidecar_of(base, file).read_bytes() for file in image_files(base)] == before
