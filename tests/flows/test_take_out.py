"""Images given to other programs: copied, dragged, exported, opened."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDrag, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QMessageBox

from gui.app import Session
from gui.dialogs.export import ExportDialog
from gui.dialogs.problems import ProblemsDialog
from gui.image_files import ImageFiles, listed
from gui.text import count_text
from tests.flows.conftest import open_window, until
from tests.stores import IMAGE_SUFFIXES, make_store

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def clipboard() -> QMimeData:
    return QGuiApplication.clipboard().mimeData()


def said(session: Session) -> str:
    return session.window.notice.accessibleDescription()


async def selected_files(session: Session, rows: range) -> list[Path]:
    """Select rows by the keyboard, and return their files."""
    await until(session.window.isActiveWindow)
    session.grid.setFocus()
    session.grid.setCurrentIndex(session.images.index(rows.start))
    for _ in rows[1:]:
        QTest.keyClick(session.grid, Qt.Key.Key_Right, SHIFT)
    store = session.stores.store
    assert store is not None
    keys = session.selection.keys()
    records = await store.manager.records(keys)
    return [store.path / records[key].path for key in keys]


async def test_one_image_is_copied_as_a_file_and_as_its_bytes(tmp_path: Path) -> None:
    async with open_window(make_store(tmp_path)) as session:
        (path,) = await selected_files(session, range(2, 3))
        QTest.keyClick(session.window, Qt.Key.Key_C, CTRL)
        await until(lambda: said(session) == "1 image copied")
        data = clipboard()
        assert data.urls() == [QUrl.fromLocalFile(str(path))]
        assert data.text() == str(path)
        kind = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp"}[path.suffix]
        assert bytes(data.data(f"image/{kind}").data()) == path.read_bytes()
        assert not data.hasImage()  # decoding it is not for this process


async def test_several_are_copied_as_files_prompts_and_paths(tmp_path: Path) -> None:
    async with open_window(make_store(tmp_path)) as session:
        paths = await selected_files(session, range(4, 9))
        QTest.keyClick(session.window, Qt.Key.Key_C, CTRL)
        await until(lambda: said(session) == "5 images copied")
        assert clipboard().urls() == [QUrl.fromLocalFile(str(path)) for path in paths]
        assert not clipboard().hasImage()
        QTest.keyClick(session.window, Qt.Key.Key_C, CTRL | Qt.KeyboardModifier.AltModifier)
        await until(lambda: clipboard().text() == "\n".join(map(str, paths)))
        QTest.keyClick(session.window, Qt.Key.Key_C, CTRL | SHIFT)
        await until(
            lambda: len(clipboard().text().split("\n")) == 5 and "/" not in clipboard().text()
        )


async def test_every_prompt_is_copied_however_many(tmp_path: Path) -> None:
    async with open_window(make_store(tmp_path, images=1200, days=9)) as session:
        await until(session.window.isActiveWindow)
        session.grid.selectAll()
        session.window.actions_by_id["copy_path"].trigger()
        await until(lambda: clipboard().text().count("\n") == 1199)


def test_a_file_that_is_gone_is_offered_as_nothing(tmp_path: Path, qapp: QApplication) -> None:
    data = ImageFiles(listed([tmp_path / "gone.png"]))
    assert data.hasFormat("image/png")
    assert bytes(data.data("image/png").data()) == b""


def test_files_are_named_so_that_every_program_finds_them(tmp_path: Path) -> None:
    names = ("plain.png", "a b#c?d%20.png", "Flöte.png", "(1).png")
    files = [tmp_path / name for name in names]
    data = ImageFiles(listed(files))
    assert [Path(url.toLocalFile()) for url in data.urls()] == files
    assert data.text() == "\n".join(map(str, files))
    assert not data.hasImage()


async def test_a_drag_from_a_selected_image_takes_all_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[QDrag] = []
    monkeypatch.setattr(QDrag, "exec", lambda drag, action: taken.append(drag) or action)
    async with open_window(make_store(tmp_path)) as session:
        paths = await selected_files(session, range(3))
        grid = session.grid
        viewport = grid.viewport()
        monkeypatch.setattr(
            QGuiApplication, "mouseButtons", staticmethod(lambda: Qt.MouseButton.LeftButton)
        )
        start = grid.visualRect(session.images.index(1)).center()
        QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
        QTest.mouseMove(viewport, start + QPoint(2, 0))
        await asyncio.sleep(0.05)
        assert not taken  # an unsteady hand
        QTest.mouseMove(viewport, start + QPoint(30, 4))
        await until(lambda: taken)
        QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start + QPoint(30, 4))
        data = taken[0].mimeData()
        assert data.urls() == [QUrl.fromLocalFile(str(path)) for path in paths]
        assert not taken[0].pixmap().isNull()
        assert [path.exists() for path in paths] == [True] * 3


async def exporting(session: Session) -> ExportDialog:
    await until(lambda: isinstance(QApplication.activeModalWidget(), ExportDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ExportDialog)
    return dialog


async def test_a_selection_is_exported_byte_for_byte_and_overwrites_nothing(
    tmp_path: Path,
) -> None:
    target = tmp_path / "out"
    target.mkdir()
    async with open_window(make_store(tmp_path / "store", flat_share=0)) as session:
        paths = await selected_files(session, range(4))
        (target / paths[0].name).write_bytes(b"was here")
        QTest.keyClick(session.window, Qt.Key.Key_E, CTRL)
        dialog = await exporting(session)
        field = dialog.findChild(QLineEdit)
        assert field is not None
        field.clear()
        QTest.keyClicks(field, str(target))
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        await until(lambda: said(session) == "4 images exported")
        assert (target / paths[0].name).read_bytes() == b"was here"
        copies = [target / f"{paths[0].stem} (2){paths[0].suffix}"]
        copies += [target / path.name for path in paths[1:]]
        for path, copy in zip(paths, copies, strict=True):
            assert copy.read_bytes() == path.read_bytes()
            assert copy.with_suffix(".json").read_bytes() == path.with_suffix(".json").read_bytes()
        assert len(list(target.iterdir())) == 9


async def test_without_sidecars_and_with_a_file_that_is_gone(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    async with open_window(make_store(tmp_path / "store", flat_share=0)) as session:
        paths = await selected_files(session, range(3))
        session.window.actions_by_id["export"].trigger()
        dialog = await exporting(session)
        dialog.set_folder(str(target))
        box = dialog.findChild(QCheckBox)
        assert box is not None
        QTest.keyClick(box, Qt.Key.Key_Space)
        paths[1].unlink()
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        await until(lambda: said(session) == "2 images exported, 1 not")
        assert {path.name for path in target.iterdir()} == {paths[0].name, paths[2].name}
        session.window.notice.press()
        await until(lambda: isinstance(QApplication.activeModalWidget(), ProblemsDialog))
        QApplication.activeModalWidget().close()


async def test_export_into_the_store_or_nowhere_is_refused_in_words(tmp_path: Path) -> None:
    base = make_store(tmp_path / "store")
    async with open_window(base) as session:
        await selected_files(session, range(1))
        for folder, words in ((base / "images", "store"), (tmp_path / "none", "no folder")):
            session.window.actions_by_id["export"].trigger()
            dialog = await exporting(session)
            dialog.set_folder(str(folder))
            QTest.keyClick(dialog, Qt.Key.Key_Return)
            await until(lambda words=words: words in said(session) or "not" in said(session))
            session.window.notice.hide()


async def test_opened_with_the_desktops_program_and_asked_for_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls: list[str] = []
    monkeypatch.setattr(
        QDesktopServices,
        "openUrl",
        staticmethod(lambda url: urls.append(url.toLocalFile()) or True),
    )
    async with open_window(make_store(tmp_path / "store")) as session:
        paths = await selected_files(session, range(2))
        QTest.keyClick(session.window, Qt.Key.Key_Return, CTRL)
        await until(lambda: urls == [str(path) for path in paths])
        session.window.actions_by_id["reveal"].trigger()
        await until(lambda: urls[2:] == [str(paths[0].parent)])
        session.grid.selectAll()
        session.window.actions_by_id["open_image"].trigger()
        await until(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox))
        question = QApplication.activeModalWidget()
        assert isinstance(question, QMessageBox)
        assert question.text() == "Open 40 images?"
        QTest.keyClick(question, Qt.Key.Key_Escape)
        await until(lambda: QApplication.activeModalWidget() is None)
        assert len(urls) == 3


async def test_what_was_selected_when_the_key_was_pressed_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls: list[str] = []
    monkeypatch.setattr(
        QDesktopServices,
        "openUrl",
        staticmethod(lambda url: urls.append(url.toLocalFile()) or True),
    )
    async with open_window(make_store(tmp_path / "store")) as session:
        (path,) = await selected_files(session, range(1))
        QTest.keyClick(session.window, Qt.Key.Key_Return, CTRL)
        session.grid.setCurrentIndex(session.images.index(5))
        await until(lambda: urls == [str(path)])


async def test_an_export_that_is_stopped_says_how_far_it_came(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    async with open_window(make_store(tmp_path / "store", images=400)) as session:
        session.grid.selectAll()
        session.window.actions_by_id["export"].trigger()
        dialog = await exporting(session)
        dialog.set_folder(str(target))
        QTest.keyClick(dialog, Qt.Key.Key_Return)
        await until(lambda: any(target.iterdir()))
        session.works.cancel()
        await until(lambda: said(session).endswith(" exported of 400; stopped"))
        done = sum(path.suffix in IMAGE_SUFFIXES for path in target.iterdir())
        assert done < 400
        assert said(session).startswith(count_text(done, "image"))
