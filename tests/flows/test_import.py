"""Getting images in: drop, paste and dialog, through the real window into a real store."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import shutil
import time
from collections import Counter
from datetime import date, datetime

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QTreeView,
)

from gui.dialogs.import_report import ImportReportDialog
from tests.core.disks import read_only
from tests.flows.conftest import all_loaded, open_window, until
from tests.stores import image_files, picture, sidecar_of

COPY = Qt.DropAction.CopyAction
LEFT = Qt.MouseButton.LeftButton
NO_KEYS = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def image_bytes(number, extension="png", size=(48, 32)):
    """Return an image of which there is no second; readers skip what follows its end."""
    return picture(extension, size, number % 256) + f"the {number}th".encode()


def write_images(folder, count, first=0):
    """Write different images into a folder; return their files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"picture {number:04}.png" for number in range(first, first + count)]
    for number, file in enumerate(files, first):
        file.write_bytes(image_bytes(number))
    return files


def mime(*paths, **formats):
    """Make what a file manager (paths) or a browser (image_png=…, text=…) offers."""
    data = QMimeData()
    if paths:
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    for name, value in formats.items():
        if name == "urls":
            data.setUrls([QUrl(url) for url in value])
        elif name == "text":
            data.setText(value)
        else:
            data.setData(name.replace("_", "/"), QByteArray(value))
    return data


def drag(widget, data):
    """Drag something over the middle of a widget."""
    middle = widget.rect().center()
    QApplication.sendEvent(widget, QDragEnterEvent(middle, COPY, data, LEFT, NO_KEYS))


def drop(widget, data):
    """Drag something over a widget, and drop it there if that is allowed, as a desktop does."""
    drag(widget, data)
    middle = widget.rect().center()
    move = QDragMoveEvent(middle, COPY, data, LEFT, NO_KEYS)
    QApplication.sendEvent(widget, move)
    if move.isAccepted():
        QApplication.sendEvent(widget, QDropEvent(QPointF(middle), COPY, data, LEFT, NO_KEYS))
    else:
        QApplication.sendEvent(widget, QDragLeaveEvent())
    return move.isAccepted()


def notice(session):
    """What the window says."""
    return session.window.notice.accessibleDescription()


async def told(session, text):
    await until(lambda: text in notice(session))


def press(parent, text):
    """Click the button of this text."""
    (button,) = [b for b in parent.findChildren(QPushButton) if b.text().replace("&", "") == text]
    assert button.isVisible()
    assert button.isEnabled()
    QTest.mouseClick(button, LEFT)


async def report_of(session):
    """Ask for the details, and return the report's dialog."""
    press(session.window.notice, "Details")
    await until(lambda: session.window.findChild(ImportReportDialog))
    dialog = session.window.findChild(ImportReportDialog)
    await until(dialog.isVisible)
    return dialog


def rows(dialog):
    """The report's rows as they are read: the file, and what became of it."""
    model = dialog.findChild(QTreeView).model()
    return [
        (model.index(row, 0).data(), model.index(row, 1).data()) for row in range(model.rowCount())
    ]


def contents(base):
    """How often each content is among a store's images."""
    return Counter(path.read_bytes() for path in image_files(base))


def check_whole(base):
    """Every image has its sidecar, of its own id, and nothing unfinished lies about."""
    for path in image_files(base):
        assert json.loads(sidecar_of(base, path).read_bytes())["image_id"] == path.stem
    everything = [path for path in (base / "images").rglob("*") if path.is_file()]
    assert {path.suffix for path in everything} <= {".png", ".jpg", ".jpeg", ".webp", ".json"}
    assert not [path for path in everything if path.name.startswith(".")]


def trashed_images(base):
    return [path for path in (base / "contact-sheet").rglob("*.png") if path.is_file()]


# Drop


@pytest.mark.parametrize("over", ["window", "grid", "tree", "pane", "raw", "stats"])
async def test_files_and_folders_are_dropped_anywhere(store, tmp_path, over):
    base = store(images=12, days=3)
    before = contents(base)
    files = write_images(tmp_path / "album/inner", 4) + write_images(tmp_path, 2, first=50)
    async with open_window(base) as session:
        window = session.window
        widget = {
            "window": window,
            "grid": session.grid.viewport(),
            "tree": window.dates.viewport(),
            "pane": window.metadata.viewport(),
            "raw": window.findChild(QPlainTextEdit, "raw").viewport(),
            "stats": window.stats,
        }[over]
        chosen = session.images.key_at(3)
        session.grid.setCurrentIndex(session.images.index(3))
        data = mime(tmp_path / "album", *files[4:])
        drag(widget, data)
        await until(lambda: window.veil.accessibleName().endswith(f"into {base.name}"))
        await until(lambda: "2 files and 1 folder" in window.veil.accessibleName())
        assert drop(widget, data)
        await told(session, "6 images imported")
        await until(lambda: session.images.rowCount() == 18)
        await all_loaded(session)
        today = session.images.sections[0]
        assert (today.day, today.count) == (date.today().toordinal(), 6)  # noqa: DTZ011
        assert list(session.selection.keys()) == [chosen]  # it stayed with its image
    assert contents(base) - before == Counter(file.read_bytes() for file in files)
    assert all(file.exists() for file in files)
    check_whole(base)


async def test_the_veil_says_what_a_drop_would_do_and_goes_with_the_drag(store, tmp_path):
    base, other = store(images=2, flat_share=0), store(images=2, flat_share=0)
    (file,) = write_images(tmp_path / "album", 1)
    async with open_window(base) as session:
        veil = session.window.veil
        for offered, says in (
            ([file], f"Import 1 file into {base.name}"),
            ([tmp_path / "album"], f"Import 1 folder into {base.name}"),
            ([other], "Open this store"),
            ([base], "This store is open already"),
            ([tmp_path / "nothing.png"], "nothing.png is not there"),
        ):
            drag(session.grid.viewport(), mime(*offered))
            assert veil.isVisible()
            await until(lambda says=says: veil.accessibleName() == says)
            QApplication.sendEvent(session.grid.viewport(), QDragLeaveEvent())
            assert not veil.isVisible()
        assert not drop(session.window, mime(urls=["https://x.org/cat.png"]))
        assert "save the image first" in veil.accessibleName()
        assert drop(session.window, mime(other))
        await until(lambda: other.name in session.window.windowTitle())
    assert len(image_files(base)) == len(image_files(other)) == 2


async def test_a_browser_offers_bytes_or_a_data_url_or_a_file_of_its_cache(store, tmp_path):
    base = store(images=1)
    webp, png, jpeg = (image_bytes(n, kind) for n, kind in enumerate(("webp", "png", "jpeg")))
    cached = tmp_path / "cache-entry"  # without an extension, as they are
    cached.write_bytes(jpeg)
    url = "data:image/png;base64," + base64.b64encode(png).decode()
    before = contents(base)
    async with open_window(base) as session:
        page = "https://x.org/cat.webp"
        assert drop(session.window, mime(urls=[page], image_webp=webp, text=page))
        await until(lambda: session.images.rowCount() == 2)
        assert drop(session.window, mime(text=url))
        await until(lambda: session.images.rowCount() == 3)
        assert drop(session.window, mime(cached))
        await until(lambda: session.images.rowCount() == 4)
        await told(session, "1 image imported")
    assert contents(base) - before == Counter([webp, png, jpeg])
    new = {path.suffix for path in image_files(base) if path.read_bytes() in {webp, png, jpeg}}
    assert new == {".webp", ".png", ".jpeg"}
    check_whole(base)


async def test_nothing_is_dropped_without_a_store_or_into_one_that_is_read_only(store, tmp_path):
    (file,) = write_images(tmp_path / "album", 1)
    async with open_window(settled=False) as session:
        drag(session.window, mime(file))
        await until(lambda: "Open a store first" in session.window.veil.accessibleName())
        assert not drop(session.window, mime(urls=["ftp://x.org/"]))
        drop(session.window, mime(file))  # perhaps before anybody has looked
        await until(lambda: "Open a store first" in notice(session))
    base = store(images=2)
    with read_only(base) as there:
        async with open_window(there) as session:
            assert not drop(session.window, mime(file))
            assert "can only be read" in session.window.veil.accessibleName()
            for name in ("import", "import_folder", "paste"):
                assert not session.window.actions_by_id[name].isEnabled()
    assert len(image_files(base)) == 2


# Paste


async def test_files_a_path_and_bytes_are_pasted(store, tmp_path):
    base = store(images=2)
    before = contents(base)
    files = write_images(tmp_path / "album", 3)
    jpeg = image_bytes(7, "jpeg")
    clipboard = QGuiApplication.clipboard()
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        for data, count in (
            (mime(*files[:2]), 4),
            (mime(text=f"{files[2]}\n"), 5),
            (mime(image_jpeg=jpeg, text="https://x.org/cat.jpg"), 6),
        ):
            clipboard.setMimeData(data)
            QTest.keyClick(session.window, Qt.Key.Key_V, CTRL)
            await until(lambda count=count: session.images.rowCount() == count)
    added = Counter([*(file.read_bytes() for file in files), jpeg])
    assert contents(base) - before == added
    check_whole(base)


async def test_a_bare_bitmap_is_pasted_as_png(store):
    base = store(images=1)
    known = set(image_files(base))
    bitmap = QImage(320, 200, QImage.Format.Format_RGB32)
    bitmap.fill(0xFF336699)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        QGuiApplication.clipboard().setImage(bitmap)
        QTest.keyClick(session.window, Qt.Key.Key_V, CTRL)
        await until(lambda: session.images.rowCount() == 2)
    (pasted,) = set(image_files(base)) - known
    assert pasted.suffix == ".png"
    assert QImage(str(pasted)).convertToFormat(QImage.Format.Format_RGB32) == bitmap
    check_whole(base)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no image, and no files"),
        ("a poem", "no image, and no files"),
        ("https://x.org/cat.png", "save the image first"),
        ("/no/such/cat.png", "cat.png is not there"),
        ("data:image/png;base64,AAAA", "no image"),
    ],
)
async def test_what_cannot_be_pasted_is_said(store, text, says):
    base = store(images=1)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        QGuiApplication.clipboard().setText(text)
        QTest.keyClick(session.window, Qt.Key.Key_V, CTRL)
        await told(session, says)
    assert len(image_files(base)) == 1


# Dialog


async def test_files_and_a_folder_are_chosen_in_a_dialog_that_remembers_where(store, tmp_path):
    base = store(images=1)
    before = contents(base)
    files = write_images(tmp_path / "album", 2) + write_images(tmp_path / "album/inner", 2, 10)

    async def dialog_after(session, keys):
        session.window.activateWindow()  # offscreen nobody does when a dialog has closed
        await until(session.window.isActiveWindow)
        QTest.keyClick(session.window, Qt.Key.Key_I, keys)
        await until(lambda: session.window.findChild(QFileDialog))
        return session.window.findChild(QFileDialog)

    async with open_window(base) as session:
        dialog = await dialog_after(session, CTRL)
        dialog.setDirectory(str(tmp_path / "album"))
        dialog.findChild(QLineEdit).setText(files[0].name)
        dialog.accept()
        await until(lambda: session.images.rowCount() == 2)
        await until(lambda: not session.window.findChild(QFileDialog))
        dialog = await dialog_after(session, CTRL)
        assert dialog.directory().absolutePath() == str(tmp_path / "album")
        dialog.reject()
        await until(lambda: not session.window.findChild(QFileDialog))
        dialog = await dialog_after(session, CTRL | SHIFT)
        dialog.setDirectory(str(tmp_path / "album"))
        dialog.accept()
        await told(session, "3 new, 1 already here")
        await until(lambda: session.images.rowCount() == 5)
    assert contents(base) - before == Counter(file.read_bytes() for file in files)
    check_whole(base)


# What is not new


async def test_what_is_here_in_the_trash_or_refused_is_named_and_offered(store, tmp_path):
    base = store(images=6, days=6, flat_share=0)
    files = write_images(tmp_path / "album", 6)
    text = tmp_path / "album/notes.txt"
    text.write_text("Not an image at all")
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        drop(session.window, mime(*files[:4]))
        await until(lambda: session.images.rowCount() == 10)
        for index in range(2):  # the two newest of them
            session.grid.setCurrentIndex(session.images.index(0))
            QTest.keyClick(session.window, Qt.Key.Key_Delete)
            await until(lambda left=9 - index: session.images.rowCount() == left)
        await until(lambda: not session.history.busy)
        gone = {path.read_bytes() for path in files} & {
            p.read_bytes() for p in trashed_images(base)
        }
        assert len(gone) == 2
        drop(session.grid.viewport(), mime(tmp_path / "album"))
        await told(session, "2 new, 2 already here, 2 in the trash, 1 refused")
        await until(lambda: session.images.rowCount() == 10)
        dialog = await report_of(session)
        assert dialog.accessibleName() == "Import report"
        states = [state for _, state in rows(dialog)]
        assert states == ["In the trash"] * 2 + ["Already here"] * 2 + ["Not an image"]

        table = dialog.findChild(QTreeView)
        table.setFocus()
        QTest.keyClick(table, Qt.Key.Key_End)
        QTest.keyClick(table, Qt.Key.Key_C, CTRL)
        said = QGuiApplication.clipboard().text()
        assert said.startswith(f"Not an image: {text}")
        press(dialog, "Copy all")
        assert QGuiApplication.clipboard().text().count("\n") == 4

        QTest.keyClick(table, Qt.Key.Key_Home)
        press(dialog, "Restore")
        await until(lambda: [state for _, state in rows(dialog)].count("Restored") == 1)
        await until(lambda: session.images.rowCount() == 11)
        QTest.keyClick(table, Qt.Key.Key_Down)
        QTest.keyClick(table, Qt.Key.Key_R, Qt.KeyboardModifier.AltModifier)
        await until(lambda: [state for _, state in rows(dialog)].count("Restored") == 2)
        await until(lambda: session.images.rowCount() == 12)
        assert not trashed_images(base)

        QTest.keyClick(table, Qt.Key.Key_Down)
        (named, _) = rows(dialog)[table.currentIndex().row()]
        oldest = min(total.day for total in await session.stores.store.manager.day_totals())
        session.window.dates.setCurrentIndex(session.dates.index_of_day(oldest))
        await until(lambda: session.images.rowCount() == 1)  # it is not in view now
        QTest.keyClick(table, Qt.Key.Key_Return)
        await until(lambda: session.window.findChild(ImportReportDialog) is None)
        await until(lambda: session.images.rowCount() == 12)
        await until(lambda: len(session.selection.keys()) == 1)
        await all_loaded(session)
        record = session.images.record(session.selection.keys()[0])
        assert (base / record.path).read_bytes() == (tmp_path / "album" / named).read_bytes()
    assert contents(base) >= Counter(file.read_bytes() for file in files)
    assert max(contents(base)[file.read_bytes()] for file in files) == 1
    check_whole(base)


async def test_all_in_the_trash_is_restored_at_once_and_that_is_undone(store, tmp_path):
    base = store(images=1)
    files = write_images(tmp_path / "album", 3)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        drop(session.window, mime(*files))
        await told(session, "3 images imported")
        press(session.window.notice, "Undo")
        await told(session, "Import undone: 3 images moved to the trash")
        drop(session.window, mime(*files))
        await told(session, "3 in the trash")
        dialog = await report_of(session)
        press(dialog, "Restore all 3 images")
        await until(lambda: {state for _, state in rows(dialog)} == {"Restored"})
        dialog.reject()
        await until(lambda: session.images.rowCount() == 4)
        session.window.activateWindow()  # offscreen nobody does when a dialog has closed
        await until(session.window.isActiveWindow)
        QTest.keyClick(session.window, Qt.Key.Key_Z, CTRL)
        await until(lambda: session.images.rowCount() == 1)
        await until(lambda: not session.history.busy)
    assert len(image_files(base)) == 1
    assert len(trashed_images(base)) == 3


async def test_one_file_that_is_refused_is_told_in_full(store, tmp_path):
    base = store(images=1)
    (tmp_path / "notes.png").write_text("Not an image at all")
    (tmp_path / "nothing").mkdir()
    async with open_window(base) as session:
        drop(session.window, mime(tmp_path / "notes.png"))
        await told(session, f"{tmp_path / 'notes.png'} is no image of a kind")
        drop(session.window, mime(tmp_path / "nothing"))
        await told(session, "There are no files")
        shutil.rmtree(base)
        data = mime(*write_images(tmp_path / "album", 2))
        drag(session.window, data)
        await until(lambda: "Is its disk connected?" in session.window.veil.accessibleName())
        assert not drop(session.window, data)
        assert not session.window.actions_by_id["paste"].isEnabled()
    assert not base.exists()


# Many, slowly, and not to the end


async def test_several_hundred_come_while_the_window_scrolls(store, tmp_path, request):
    base = store(images=200, days=8)
    before = contents(base)
    files = write_images(tmp_path / "album", 300)
    gaps = []

    async def tick():
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0.005)
            now = time.perf_counter()
            gaps.append(now - last)
            last = now

    async with open_window(base) as session:
        grid = session.grid
        chosen = session.images.key_at(150)
        grid.setCurrentIndex(session.images.index(150))
        ticking = asyncio.create_task(tick())
        assert drop(grid.viewport(), mime(*files))
        bar, seen = grid.verticalScrollBar(), set()
        await until(lambda: session.imports.busy)
        while session.imports.busy:
            bar.setValue((bar.value() + 97) % max(bar.maximum(), 1))
            seen.add(session.images.rowCount())
            await asyncio.sleep(0.01)
        ticking.cancel()
        await told(session, "300 images imported")
        await until(lambda: session.images.rowCount() == 500)
        assert len(seen) > 2  # they appeared as they landed
        assert list(session.selection.keys()) == [chosen]
    request.node.user_properties.append(("longest_gap_ms", round(max(gaps) * 1000, 1)))
    assert contents(base) - before == Counter(file.read_bytes() for file in files)
    check_whole(base)


async def test_the_place_in_the_grid_does_not_move(store, tmp_path):
    base = store(images=300, days=8)
    files = write_images(tmp_path / "album", 60)
    async with open_window(base) as session:
        grid = session.grid
        grid.scrollTo(session.images.index(200), grid.ScrollHint.PositionAtTop)
        await all_loaded(session)
        top = session.images.key_at(grid.indexAt(QPoint(40, 80)).row())
        drop(grid.viewport(), mime(*files))
        await until(lambda: session.images.rowCount() == 360)
        await all_loaded(session)
        assert session.images.key_at(grid.indexAt(QPoint(40, 80)).row()) == top


async def test_several_imports_follow_each_other(store, tmp_path):
    base = store(images=1)
    before = contents(base)
    batches = [write_images(tmp_path / f"album {n}", 5, first=20 * n) for n in range(3)]
    async with open_window(base) as session:
        for files in batches:
            assert drop(session.window, mime(*files))
        await until(lambda: session.images.rowCount() == 16)
        await until(lambda: not session.imports.busy)
        for left in (11, 6, 1):
            QTest.keyClick(session.window, Qt.Key.Key_Z, CTRL)
            await until(lambda left=left: session.images.rowCount() == left)
        await until(lambda: not session.history.busy)
    assert contents(base) == before
    assert len(trashed_images(base)) == 15


async def test_what_was_dropped_first_is_imported_first(store, tmp_path):
    base = store(images=1)
    many, (one,) = write_images(tmp_path / "many", 200), write_images(tmp_path / "one", 1, 900)
    async with open_window(base) as session:
        drop(session.window, mime(*many))
        drop(session.window, mime(one))  # sooner looked at
        await told(session, "1 image imported")
        assert not session.imports.busy
        assert len(image_files(base)) == 202


async def test_an_import_is_cancelled_by_the_bar_and_says_how_far_it_came(store, tmp_path):
    base = store(images=2)
    files = write_images(tmp_path / "album", 600)
    async with open_window(base) as session:
        stats = session.window.stats
        (cancel,) = [b for b in stats.findChildren(QToolButton) if b.accessibleName() == "Cancel"]
        drop(session.window, mime(*files))
        await until(lambda: cancel.isVisible() and "Importing" in stats.accessibleDescription())
        await until(lambda: session.images.rowCount() > 2)
        QTest.mouseClick(cancel, LEFT)
        await told(session, "Import cancelled after")
        await until(lambda: not session.imports.busy)
        came = len(image_files(base)) - 2
        assert 0 < came < 600
        assert notice(session) == f"Import cancelled after {came} of 600: {came} new"
        await until(lambda: session.images.rowCount() == came + 2)
        await until(lambda: not cancel.isVisible())  # a look at what came may still go on
        dialog = await report_of(session)
        press(dialog, "Undo import")
        await until(lambda: session.images.rowCount() == 2)
        await until(lambda: not session.history.busy)
    assert len(image_files(base)) == 2
    assert len(trashed_images(base)) == came
    check_whole(base)


async def test_an_import_is_taken_back_and_made_again(store, tmp_path):
    base = store(images=3)
    before = contents(base)
    files = write_images(tmp_path / "album", 8)
    async with open_window(base) as session:
        await until(session.window.isActiveWindow)
        drop(session.window, mime(*files))
        await told(session, "8 images imported")
        imported = {path: path.read_bytes() for path in image_files(base)}
        QTest.keyClick(session.window, Qt.Key.Key_Z, CTRL)
        await told(session, "Import undone: 8 images moved to the trash")
        await until(lambda: session.images.rowCount() == 3)
        assert contents(base) == before
        QTest.keyClick(session.window, Qt.Key.Key_Z, CTRL | SHIFT)
        await told(session, "8 images imported again")
        await until(lambda: session.images.rowCount() == 11)
        assert {path: path.read_bytes() for path in image_files(base)} == imported
        new = [path for path in imported if path.read_bytes() in {f.read_bytes() for f in files}]
        new[0].unlink()  # by somebody else
        QTest.keyClick(session.window, Qt.Key.Key_Z, CTRL)
        await told(session, "7 images moved to the trash, 1 image no longer here")
        await until(lambda: session.images.rowCount() == 3)
    assert contents(base) == before


async def test_closing_the_window_during_an_import_leaves_a_consistent_store(store, tmp_path):
    base = store(images=4)
    before = contents(base)
    files = write_images(tmp_path / "album", 600)
    async with open_window(base) as session:
        drop(session.window, mime(*files))
        drop(session.window, mime(*files))  # this one waits
        await until(lambda: len(image_files(base)) > 20)
    came = contents(base) - before
    assert 0 < sum(came.values()) < 600
    assert set(came) <= {file.read_bytes() for file in files}
    assert set(came.values()) == {1}
    check_whole(base)
    async with open_window(base) as session:
        assert session.images.rowCount() == 4 + len(came)


async def test_imported_files_keep_their_bytes_their_origin_and_the_day_they_came(store, tmp_path):
    base = store(images=1)
    (file,) = write_images(tmp_path / "album", 1)
    async with open_window(base) as session:
        drop(session.window, mime(file))
        await told(session, "1 image imported")
        await until(lambda: session.images.rowCount() == 2)
        session.grid.setCurrentIndex(session.images.index(0))
        pane = session.window.metadata
        await until(lambda: pane.facts is not None and pane.facts.sidecar)
        values = {fact.label: fact.value for fact in pane.facts.rows}
        assert values["Imported from"] == str(file)
        assert "Contact sheet" not in values
    (new,) = [path for path in image_files(base) if path.read_bytes() == file.read_bytes()]
    sidecar = json.loads(new.with_suffix(".json").read_bytes())
    assert datetime.fromisoformat(sidecar["created_at"]).date() == date.today()  # noqa: DTZ011
    ours = sidecar["contact_sheet"]
    assert ours["source"]["path"] == str(file)
    assert hashlib.sha256(file.read_bytes()).hexdigest() in json.dumps(ours)
    assert new.parent == base / "images" / f"{date.today():%Y/%m/%d}"  # noqa: DTZ011


async def test_nothing_comes_into_a_store_that_was_not_the_one_named(store, tmp_path):
    first, second = store(images=2), store(images=3)
    folder = tmp_path / "album"
    write_images(folder, 3)
    async with open_window(first) as session:
        assert drop(session.window, mime(folder))
        session.commands.open(second)
        await told(session, "another store was opened meanwhile")
        await all_loaded(session)
    assert (len(image_files(first)), len(image_files(second))) == (2, 3)
