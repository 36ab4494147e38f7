"""A person looks closely: the real window, real files, real worker processes."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from gui.app import Session
from gui.controllers import large_pictures
from tests.flows.canvases import turn_wheel
from tests.flows.conftest import all_loaded, open_window, until
from tests.stores import NEWEST, make_image, newest_first

Key, Modifier = Qt.Key, Qt.KeyboardModifier
CTRL, SHIFT, NONE = Modifier.ControlModifier, Modifier.ShiftModifier, Modifier.NoModifier


async def open_large(session: Session, row: int = 0) -> None:
    """Select an image and open it with Enter."""
    await until(session.window.isActiveWindow)
    session.grid.setFocus()
    session.grid.setCurrentIndex(session.images.index(row))
    QTest.keyClick(session.grid, Key.Key_Return)
    assert session.window.shows_large
    await until(lambda: session.large.is_ready)


def press(session: Session, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(session.window.large.canvas, key, modifier)


def row_shown(session: Session) -> int:
    """The row of the image that is shown, which is the one selected."""
    (row,) = {index.row() for index in session.grid.selectionModel().selectedIndexes()}
    assert row == session.grid.currentIndex().row()
    record = session.large.record
    assert record is not None and record.key == session.images.key_at(row)
    return row


def at_hand(session: Session, row: int) -> bool:
    """Whether the picture of an image can be shown at once."""
    record, pictures = session.images.record_at(row), session.large.pictures
    assert pictures is not None
    return record is not None and pictures.get(record) is not None


def seen(session: Session) -> QImage:
    return session.window.large.canvas.grab().toImage()


def colour_at(session: Session, x: float, y: float) -> QColor:
    """The colour at a place in the canvas, in shares of its size."""
    image = seen(session)
    return image.pixelColor(round(x * (image.width() - 1)), round(y * (image.height() - 1)))


def alike(colour: QColor, wanted: tuple[int, int, int], by: int = 12) -> bool:
    found = (colour.red(), colour.green(), colour.blue())
    return max(abs(a - b) for a, b in zip(found, wanted, strict=True)) <= by


def add(base: Path, number: int, name: str = "a.png", **options: object) -> Path:
    """Make an image in a store, the newer the lower its number, of what ``options`` say."""
    image = options.pop("image")
    path = make_image(base, NEWEST - timedelta(minutes=number), extension="png", seed=number)
    assert isinstance(image, Image.Image)
    image.save(path, name.rpartition(".")[2].upper(), **options)
    return path


async def test_it_opens_by_keys_and_mouse_and_leaves_where_it_is(store) -> None:
    base = store(images=80, days=4)
    async with open_window(base) as session:
        await open_large(session, 5)
        assert row_shown(session) == 5
        assert session.window.focusWidget() is session.window.large.canvas
        for _ in range(40):
            press(session, Key.Key_Right)
        press(session, Key.Key_Escape)
        assert session.window.shows_grid
        assert session.grid.hasFocus()
        assert [i.row() for i in session.grid.selectionModel().selectedIndexes()] == [45]
        await all_loaded(session)
        assert 45 in session.grid.visible_rows()
        QTest.keyClick(session.grid, Key.Key_Space)
        assert session.window.shows_large and row_shown(session) == 45
        press(session, Key.Key_Escape)
        cell = session.grid.visualRect(session.images.index(45)).center()
        QTest.mouseClick(session.grid.viewport(), Qt.MouseButton.LeftButton, pos=cell)
        QTest.mouseDClick(session.grid.viewport(), Qt.MouseButton.LeftButton, pos=cell)
        assert session.window.shows_large and row_shown(session) == 45


async def test_the_keys_and_the_wheel_lead_through_all_images(store) -> None:
    base = store(images=30, days=3)
    async with open_window(base) as session:
        await open_large(session)
        expected = newest_first(base)
        steps = [
            (Key.Key_Right, 1), (Key.Key_PageDown, 2), (Key.Key_Space, 3), (Key.Key_Left, 2),
            (Key.Key_PageUp, 1), (Key.Key_Backspace, 0), (Key.Key_Left, 0), (Key.Key_End, 29),
            (Key.Key_Right, 29), (Key.Key_Home, 0),
        ]  # fmt: skip
        for key, row in steps:
            press(session, key)
            await until(lambda: session.large.is_ready)
            assert row_shown(session) == row
            record = session.large.record
            assert record is not None and record.filename == expected[row].name
        turn_wheel(session.window.large.canvas, -3)
        assert row_shown(session) == 3
        turn_wheel(session.window.large.canvas, 1)
        assert row_shown(session) == 2
        assert "3 of 30" in {label.text() for label in session.window.large.findChildren(object)
                             if hasattr(label, "text") and callable(label.text)}  # fmt: skip


async def test_the_neighbours_are_ready_so_that_a_step_shows_them_at_once(store) -> None:
    async with open_window(store(images=12, days=2)) as session:
        await open_large(session, 4)
        pictures = session.large.pictures
        assert pictures is not None
        await until(lambda: all(at_hand(session, row) for row in (3, 5, 6)))
        press(session, Key.Key_Right)
        assert session.large.is_ready  # within the key's own turn: no flash, no wait
        press(session, Key.Key_Left)
        assert session.large.is_ready


async def test_a_key_held_down_ends_at_the_right_image(store) -> None:
    async with open_window(store(images=200, days=3)) as session:
        await open_large(session)
        for number in range(150):
            press(session, Key.Key_Right)
            if number % 10 == 0:
                await asyncio.sleep(0)
        await until(lambda: session.large.is_ready)
        assert row_shown(session) == 150
        pictures = session.large.pictures
        assert pictures is not None
        await until(lambda: at_hand(session, 151))
        assert len(pictures) <= large_pictures.MOST_PICTURES


async def test_thumbnails_stand_in_at_once_for_pictures_that_take_long(store, monkeypatch) -> None:
    async with open_window(store(images=120, days=2)) as session:
        assert session.stores.store is not None
        manager = session.stores.store.manager
        keys = session.images.keys_between(0, 120)
        records = await manager.records(keys)
        await manager.prepare_thumbnails(list(records.values()), session.thumbnails.edge)

        async def endless(record: object, edge: int = 0) -> object:
            return await asyncio.get_running_loop().create_future()

        monkeypatch.setattr(manager, "picture", endless)
        session.grid.setCurrentIndex(session.images.index(0))
        session.large.open()
        for row in range(1, 90):
            press(session, Key.Key_Right)
            key, ground = session.images.key_at(row), session.window.palette().base().color()
            await until(lambda wanted=key: session.images.picture(wanted) is not None)
            await until(lambda none=ground: colour_at(session, 0.5, 0.5) != none)


async def test_zoom_goes_to_the_pointer_and_pans(store, tmp_path) -> None:
    base = store(images=2)
    halves = Image.new("RGB", (3000, 2000), (200, 30, 30))
    halves.paste((30, 30, 200), (1500, 0, 3000, 2000))
    add(base, 0, image=halves)
    async with open_window(base) as session:
        canvas = session.window.large.canvas
        await open_large(session)
        assert canvas.zoom.is_whole
        assert alike(colour_at(session, 0.3, 0.5), (200, 30, 30))
        turn_wheel(session.window.large.canvas, 30, CTRL, (0.7, 0.5))
        assert canvas.zoom.factor == 1  # it never jumps over that
        turn_wheel(session.window.large.canvas, 30, CTRL, (0.7, 0.5))
        assert canvas.zoom.factor == pytest.approx(32)
        assert alike(colour_at(session, 0.3, 0.5), (30, 30, 200))
        press(session, Key.Key_1)
        assert canvas.zoom.factor == 1
        await until(lambda: canvas.shown is not None and canvas.shown.is_whole)
        before = canvas.zoom
        press(session, Key.Key_Right)
        assert canvas.zoom.x > before.x and row_shown(session) == 0  # it pans
        before = canvas.zoom
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
        QTest.mouseMove(canvas, QPoint(230, 190))
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(230, 190))
        assert canvas.zoom.place.x == pytest.approx(before.place.x + 30)
        assert canvas.zoom.place.y == pytest.approx(before.place.y - 10)
        press(session, Key.Key_0)
        assert canvas.zoom.is_whole
        press(session, Key.Key_Plus)
        press(session, Key.Key_Plus)
        factor = canvas.zoom.factor
        press(session, Key.Key_Minus)
        assert canvas.zoom.factor < factor
        QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton)
        assert canvas.zoom.is_whole
        QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton)
        assert canvas.zoom.factor == 1


async def test_turning_is_for_the_view_only(store) -> None:
    base = store(images=2)
    halves = Image.new("RGB", (400, 200), (200, 30, 30))
    halves.paste((30, 30, 200), (200, 0, 400, 200))
    path = add(base, 0, image=halves)
    before = path.read_bytes()
    async with open_window(base) as session:
        await open_large(session)
        press(session, Key.Key_R)
        assert session.window.large.canvas.zoom.image == (200, 400)
        assert alike(colour_at(session, 0.5, 0.4), (200, 30, 30))  # what was left is above
        assert alike(colour_at(session, 0.5, 0.6), (30, 30, 200))
        press(session, Key.Key_R, SHIFT)
        press(session, Key.Key_R, SHIFT)
        assert alike(colour_at(session, 0.5, 0.6), (200, 30, 30))
        press(session, Key.Key_Right)
        press(session, Key.Key_Left)
        assert session.window.large.canvas.zoom.image == (400, 200)
    assert path.read_bytes() == before


async def test_a_deleted_image_makes_room_for_the_next(store) -> None:
    base = store(images=12, days=2)
    async with open_window(base) as session:
        await open_large(session, 3)
        paths = newest_first(base)
        press(session, Key.Key_Delete)
        record = session.large.record
        assert record is not None and record.filename == paths[4].name
        await until(lambda: session.images.rowCount() == 11)
        assert row_shown(session) == 3
        assert not paths[3].exists() and session.window.shows_large
        press(session, Key.Key_Z, CTRL)
        await until(lambda: session.images.rowCount() == 12 and paths[3].exists())
        await until(lambda: session.large.record is not None
                    and session.large.record.filename == paths[3].name)  # fmt: skip
        assert session.window.shows_large


async def test_no_key_reaches_images_that_are_not_seen(store) -> None:
    base = store(images=12, days=2)
    async with open_window(base) as session:
        await open_large(session, 3)
        paths = newest_first(base)
        press(session, Key.Key_A, CTRL)
        assert row_shown(session) == 3
        session.grid.selectAll()
        assert row_shown(session) == 3
        press(session, Key.Key_A, CTRL | SHIFT)
        press(session, Key.Key_Delete)
        await until(lambda: session.images.rowCount() == 11)
        assert [path for path in paths if not path.exists()] == [paths[3]]
        press(session, Key.Key_Delete)
        press(session, Key.Key_Delete)
        await until(lambda: session.images.rowCount() == 9)
        for _ in range(3):
            press(session, Key.Key_Z, CTRL)
        await until(lambda: session.images.rowCount() == 12)
        await all_loaded(session)
        await until(lambda: session.large.is_ready)
        row_shown(session)  # of all that came back only the one that is seen is selected
        press(session, Key.Key_Delete)
        await until(lambda: session.images.rowCount() == 11)
        assert len([path for path in paths if not path.exists()]) == 1


async def test_deleting_all_of_them_leads_back(store) -> None:
    base = store(images=3, days=1)
    async with open_window(base) as session:
        await open_large(session)
        for _ in range(3):
            press(session, Key.Key_Delete)
        await until(lambda: session.images.rowCount() == 0)
        assert not session.window.shows_large


async def test_it_is_pinned_and_copied_where_it_is_seen(store) -> None:
    base = store(images=6, days=1)
    async with open_window(base) as session:
        await open_large(session, 2)
        press(session, Key.Key_P)
        record = session.large.record
        assert record is not None and session.stores.store is not None
        manager = session.stores.store.manager

        async def is_pinned() -> bool:
            return (await manager.records([record.key]))[record.key].pinned

        async with asyncio.timeout(20):
            while not await is_pinned():
                await asyncio.sleep(0.02)
        press(session, Key.Key_C, CTRL | Modifier.AltModifier)
        await until(lambda: QApplication.clipboard().text() == str(newest_first(base)[2]))
        await until(lambda: session.large.is_ready)  # its sidecar is another now
        assert row_shown(session) == 2


async def test_the_information_says_the_prompt_first(store) -> None:
    async with open_window(store(images=4)) as session:
        await open_large(session)
        press(session, Key.Key_I)
        overlay = session.window.large.overlay
        assert overlay.isVisible()
        record = session.large.record
        assert record is not None
        assert overlay.said.startswith(record.prompt)
        assert record.filename in overlay.said
        press(session, Key.Key_Right)
        record = session.large.record
        assert record is not None and overlay.said.startswith(record.prompt)
        press(session, Key.Key_I)
        assert not overlay.isVisible()


async def test_full_screen_shows_the_image_alone(store) -> None:
    async with open_window(store(images=4)) as session:
        window = session.window
        await open_large(session)
        press(session, Key.Key_F11)
        await until(window.isFullScreen)
        around = (window.menuBar(), window.stats, window.dates, window.metadata)
        await until(lambda: not any(widget.isVisible() for widget in around))
        press(session, Key.Key_Right)  # keys work without the menu bar
        assert row_shown(session) == 1
        press(session, Key.Key_Escape)
        await until(lambda: not window.isFullScreen())
        assert window.shows_large and all(widget.isVisible() for widget in around)
        press(session, Key.Key_Escape)
        assert window.shows_grid


async def test_a_maximised_window_is_one_again_after_the_full_screen(store) -> None:
    async with open_window(store(images=4)) as session:
        window = session.window
        window.showMaximized()
        await open_large(session)
        press(session, Key.Key_F11)
        await until(window.isFullScreen)
        press(session, Key.Key_F11)
        await until(lambda: not window.isFullScreen())
        assert window.isMaximized()
        press(session, Key.Key_S, CTRL | SHIFT)
        await until(window.isFullScreen)
        press(session, Key.Key_Escape)
        await until(lambda: not window.isFullScreen())
        assert window.isMaximized() and window.shows_large


async def test_a_slide_show_goes_on_by_itself(store, monkeypatch) -> None:
    async with open_window(store(images=3, days=1)) as session:
        monkeypatch.setattr(type(session.slides), "_milliseconds", 30)
        await open_large(session, 1)
        press(session, Key.Key_S, CTRL | SHIFT)
        await until(session.window.isFullScreen)
        rows: list[int] = []
        session.large.shown.connect(lambda: rows.append(session.grid.currentIndex().row()))
        await until(lambda: len(set(rows)) == 3)
        press(session, Key.Key_Escape)
        assert not session.window.actions_by_id["slide_show"].isChecked()
        await until(lambda: not session.window.isFullScreen())
        stays = row_shown(session)
        await asyncio.sleep(0.2)
        assert row_shown(session) == stays


async def test_what_is_broken_says_why_and_leads_on(store) -> None:
    base = store(images=2, days=1)
    cut = add(
        base, 0, image=Image.frombytes("RGB", (300, 300), random.Random(1).randbytes(270_000))
    )
    cut.write_bytes(cut.read_bytes()[:5000])
    add(base, 1, image=Image.new("RGB", (9, 9))).write_text("this is no image at all")
    async with open_window(base) as session:
        canvas = session.window.large.canvas
        await open_large(session)
        assert canvas.problem == "The file is cut short"
        assert "The file is cut short" in canvas.accessibleDescription()
        press(session, Key.Key_Right)
        await until(lambda: session.large.is_ready)
        assert canvas.problem.startswith("Not an image")
        press(session, Key.Key_Right)
        await until(lambda: session.large.is_ready)
        assert canvas.problem == "" and canvas.shown is not None


def add_moving(base: Path, number: int, size: tuple[int, int]) -> None:
    """Add an animation that is red for a while, and then blue."""
    red, blue = (Image.new("RGB", size, colour) for colour in ((200, 30, 30), (30, 30, 200)))
    add(base, number, "a.webp", image=red, save_all=True, append_images=[blue],
        duration=[120, 160], lossless=True, method=0)  # fmt: skip


async def test_an_animation_plays_while_it_is_seen(store) -> None:
    base = store(images=2, days=1)
    add_moving(base, 0, (60, 40))
    async with open_window(base) as session:
        canvas, animation = session.window.large.canvas, session.large
        await open_large(session)
        press(session, Key.Key_R)
        for colour in 2 * ((200, 30, 30), (30, 30, 200)):
            await until(lambda wanted=colour: alike(colour_at(session, 0.5, 0.5), wanted))
        assert canvas.zoom.image == (40, 60)  # as it was turned
        assert animation.playing
        press(session, Key.Key_Right)
        await until(lambda: session.large.is_ready)
        assert not animation.playing
        still = canvas.shown
        await asyncio.sleep(0.3)
        assert canvas.shown is still
        press(session, Key.Key_Left)
        await until(lambda: animation.playing)
        session.window.hide()
        assert not animation.playing
        session.window.show()
        assert animation.playing
        session.large.leave()
        assert not animation.playing


async def test_an_animation_has_all_its_pixels_when_it_is_looked_at_closely(store) -> None:
    base = store(images=2, days=1)
    add_moving(base, 0, (1800, 1200))
    async with open_window(base) as session:
        canvas = session.window.large.canvas
        await open_large(session)
        assert canvas.shown is not None and not canvas.shown.is_whole
        press(session, Key.Key_1)
        await until(lambda: canvas.shown is not None and canvas.shown.is_whole)
        assert canvas.zoom.factor == 1
        for colour in ((200, 30, 30), (30, 30, 200)):
            await until(lambda wanted=colour: alike(colour_at(session, 0.5, 0.5), wanted))
        assert canvas.shown.is_whole


async def test_transparency_shows_a_checkerboard(store) -> None:
    base = store(images=2, days=1)
    add(base, 0, image=Image.new("RGBA", (400, 400), (0, 0, 0, 0)))
    async with open_window(base) as session:
        await open_large(session)
        image = seen(session)
        middle = image.rect().center()
        colours = {image.pixelColor(middle + QPoint(8 * step, 0)).name() for step in range(4)}
        assert len(colours) == 2


async def test_colours_and_orientation_are_right(store) -> None:
    from tests.core.test_decode import wide_gamut_profile

    base = store(images=2, days=1)
    add(base, 0, image=Image.new("RGB", (300, 300), (200, 100, 50)),
        icc_profile=wide_gamut_profile())  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = 6
    halves = Image.new("RGB", (400, 200), (200, 30, 30))
    halves.paste((30, 30, 200), (200, 0, 400, 200))
    add(base, 1, image=halves, exif=exif)
    async with open_window(base) as session:
        await open_large(session)
        assert alike(colour_at(session, 0.5, 0.5), (216, 93, 24), by=3)
        press(session, Key.Key_Right)
        await until(lambda: session.large.is_ready)
        assert session.window.large.canvas.zoom.image == (200, 400)
        assert alike(colour_at(session, 0.5, 0.45), (200, 30, 30))


async def test_a_hundred_megapixels_open_whole_and_then_in_full(store) -> None:
    base = store(images=2, days=1)
    huge = Image.new("L", (10_000, 10_000), 90)
    huge.paste(250, (5000, 5000, 5001, 5001))  # one pixel
    add(base, 0, image=huge, compress_level=1)
    async with open_window(base) as session:
        canvas = session.window.large.canvas
        await open_large(session)
        assert canvas.shown is not None and not canvas.shown.is_whole
        assert canvas.shown.image.width() < 2 * canvas.width()
        assert alike(colour_at(session, 0.5, 0.5), (90, 90, 90))
        canvas.set_zoom(canvas.zoom.at(16.0))
        await until(lambda: canvas.shown is not None and canvas.shown.is_whole)
        assert alike(colour_at(session, 0.505, 0.505), (250, 250, 250))
        assert alike(colour_at(session, 0.3, 0.3), (90, 90, 90))
        press(session, Key.Key_PageDown)
        await until(lambda: session.large.is_ready)
        assert row_shown(session) == 1 and canvas.shown.whole.width() < 10_000


async def test_an_image_that_changes_on_disk_is_shown_anew(store) -> None:
    base = store(images=2, days=1)
    path = add(base, 0, image=Image.new("RGB", (300, 300), (200, 30, 30)))
    async with open_window(base) as session:
        await open_large(session)
        assert alike(colour_at(session, 0.5, 0.5), (200, 30, 30))
        Image.new("RGB", (300, 300), (30, 30, 200)).save(path)
        await until(lambda: alike(colour_at(session, 0.5, 0.5), (30, 30, 200)))
        assert session.window.shows_large


async def test_what_is_said_of_an_image_leaves_its_picture_alone(store) -> None:
    base = store(images=3, days=1)
    add(base, 0, image=Image.new("RGB", (3000, 2000), (200, 30, 30)))
    async with open_window(base) as session:
        canvas = session.window.large.canvas
        await open_large(session)
        press(session, Key.Key_R)
        press(session, Key.Key_1)
        await until(lambda: canvas.shown is not None and canvas.shown.is_whole)
        sight, shown = canvas.zoom, canvas.shown
        pictures: list[object] = []
        canvas.zoomed.connect(lambda: pictures.append(canvas.shown))
        for key, modifier in ((Key.Key_P, NONE), (Key.Key_4, Modifier.AltModifier)):
            press(session, key, modifier)
            before = session.large.record
            await until(lambda was=before: session.large.record not in (None, was))
        await until(lambda: session.large.record is not None and session.large.record.rating == 4)
        assert session.large.record is not None and session.large.record.pinned
        assert session.large.record == session.images.record_at(0)
        await all_loaded(session)
        assert (canvas.zoom, canvas.shown, pictures) == (sight, shown, [])


async def test_a_picture_under_way_is_not_taken_for_that_of_a_later_file(
    store, monkeypatch
) -> None:
    base = store(images=2, days=1)
    path = add(base, 0, image=Image.new("RGB", (300, 300), (200, 30, 30)))
    async with open_window(base) as session:
        assert session.stores.store is not None
        manager, record = session.stores.store.manager, session.images.record_at(0)
        picture, came, ends = manager.picture, asyncio.Event(), asyncio.Event()

        async def slow(wanted, edge=0):
            found = await picture(wanted, edge)
            if wanted is record:
                came.set()
                await ends.wait()
            return found

        monkeypatch.setattr(manager, "picture", slow)
        await until(session.window.isActiveWindow)
        session.grid.setCurrentIndex(session.images.index(0))
        session.large.open()
        assert session.large.record is record is not None
        await came.wait()
        Image.new("RGB", (300, 300), (30, 30, 200)).save(path)
        await until(lambda: session.large.record not in (None, record))
        ends.set()
        await until(lambda: session.large.is_ready)
        assert alike(colour_at(session, 0.5, 0.5), (30, 30, 200))


async def test_another_place_in_the_tree_leads_back_to_the_grid(store) -> None:
    async with open_window(store(images=20, days=2)) as session:
        await open_large(session, 3)
        session.window.actions_by_id["show_dates"].trigger()
        session.window.actions_by_id["show_dates"].trigger()
        assert session.window.shows_large
        from gui.models.place import Kind

        session.window.dates.choose(Kind.PINNED)
        await until(lambda: not session.window.shows_large)
        session.window.dates.choose()
        await until(lambda: session.window.shows_grid)


async def test_dragging_the_whole_image_gives_it_away(store, monkeypatch) -> None:
    base = store(images=4, days=1)
    async with open_window(base) as session:
        await open_large(session, 1)
        given: list[list[int]] = []
        monkeypatch.setattr(session.take_out, "drag", lambda: None)
        canvas = session.window.large.canvas
        canvas.drag_wanted.connect(lambda: given.append(list(session.selection.keys())))
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=canvas.rect().center())
        QTest.mouseMove(canvas, canvas.rect().center() + QPoint(40, 0))
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton)
        assert given == [[session.images.key_at(1)]]


async def test_in_a_narrow_window_the_other_buttons_are_in_a_menu(store) -> None:
    async with open_window(store(images=4, days=1), size=(720, 480)) as session:
        await open_large(session)
        view = session.window.large
        names = {"previous", "next", "zoom_in", "zoom_full", "information", "full_screen"}

        def offered() -> tuple[set[str], set[str]]:
            buttons = [each for each in view.findChildren(QToolButton) if each.isVisible()]
            more = [each for each in buttons if each.accessibleName() == "More"]
            menu = {action.objectName() for each in more for action in each.menu().actions()}
            shown = {b.defaultAction().objectName() for b in buttons if b.defaultAction()}
            assert all(b.x() + b.width() <= b.parentWidget().width() for b in buttons)
            return shown & names, menu & names

        shown, menu = offered()
        assert shown | menu == names and not shown & menu and "zoom_full" in menu
        session.window.resize(1600, 480)
        await until(lambda: offered() == (names, set()))
