"""A person compares images: the real window, real files, real worker processes."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolButton

from core.store import Store
from gui.app import Session
from gui.controllers import compare_facts, large_sight
from gui.models.compared_table import ComparedRole
from gui.models.place import Kind as PlaceKind
from gui.models.word_diff import Kind
from gui.views.canvas import PictureCanvas
from gui.views.compare_pane import ComparePane
from tests.flows.canvases import turn_wheel
from tests.flows.conftest import all_loaded, open_window, until
from tests.stores import NEWEST, make_image, newest_first

Key, Modifier = Qt.Key, Qt.KeyboardModifier
CTRL, SHIFT, NONE = Modifier.ControlModifier, Modifier.ShiftModifier, Modifier.NoModifier
RED, BLUE = (200, 30, 30), (30, 30, 200)


async def open_compare(session: Session, rows: Sequence[int] = (0, 1)) -> None:
    """Select images with the mouse, and press C."""
    await until(session.window.isActiveWindow)
    choose(session, rows)
    QTest.keyClick(session.grid, Key.Key_C)
    assert session.window.shows_compare
    await session.compare.settled()


def choose(session: Session, rows: Sequence[int]) -> None:
    for number, row in enumerate(rows):
        cell = session.grid.visualRect(session.images.index(row)).center()
        QTest.mouseClick(session.grid.viewport(), Qt.MouseButton.LeftButton,
                         CTRL if number else NONE, cell)  # fmt: skip


def selected(session: Session) -> list[int]:
    return sorted(index.row() for index in session.grid.selectionModel().selectedIndexes())


def canvases(session: Session) -> list[PictureCanvas]:
    return [pane.canvas for pane in session.window.compare.panes]


def names(session: Session) -> list[str]:
    """The names of the files that are compared, in their order."""
    return [each.record.filename for each in session.compare.images if each.record is not None]


def current(session: Session) -> int:
    """The number of the pane that is acted on, which has the focus and stands for the selection."""
    view = session.window.compare
    assert view.current is not None
    number = view.panes.index(view.current)
    record = session.compare.images[number].record
    assert record is not None and list(session.selection.keys()) == [record.key]
    return number


def press(session: Session, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    assert session.window.compare.current is not None
    QTest.keyClick(session.window.compare.current.canvas, key, modifier)


def drag(canvas: PictureCanvas, by: QPoint) -> None:
    start = canvas.rect().center()
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(canvas, start + by)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=start + by)


def add(base: Path, number: int, image: Image.Image, **said: object) -> Path:
    """Make an image in a store, the newer the lower its number, with more in its sidecar."""
    path = make_image(base, NEWEST - timedelta(minutes=number), extension="png", seed=number)
    image.save(path)
    sidecar = path.with_suffix(".json")
    sidecar.write_text(json.dumps(json.loads(sidecar.read_text()) | said))
    return path


def halves(width: int, height: int) -> Image.Image:
    made = Image.new("RGB", (width, height), RED)
    made.paste(BLUE, (width // 2, 0, width, height))
    return made


def seen(canvas: PictureCanvas, x: float, y: float) -> tuple[int, int, int]:
    """The colour at a place of a canvas, in shares of its size."""
    image: QImage = canvas.grab().toImage()
    colour = image.pixelColor(round(x * (image.width() - 1)), round(y * (image.height() - 1)))
    return colour.red(), colour.green(), colour.blue()


def cell(session: Session, label: str, image: int) -> str:
    """What the table says of an image, from 0; "" where it has no such row."""
    facts = session.window.compare.facts
    for number, row in enumerate(facts.rows):
        if row.label == label and not row.heading:
            return str(facts.index(number, image + 1).data(ComparedRole.VALUE))
    return ""


def words(session: Session, image: int, kind: Kind) -> str:
    """The words of an image's prompt that are marked so."""
    index = session.window.compare.facts.index(0, image + 1)
    return " ".join(p.text.strip() for p in index.data(ComparedRole.PIECES) if p.kind is kind)


async def test_it_opens_over_the_grid_and_leaves_it_as_it_was(store) -> None:
    base = store(images=80, days=4)
    async with open_window(base) as session:
        session.grid.scrollTo(session.images.index(40))
        await all_loaded(session)
        first = session.grid.visible_rows().start + 9
        rows = [first, first + 2, first + 3]
        choose(session, rows)
        top = session.grid.verticalScrollBar().value()
        await open_compare(session, rows)
        expected = newest_first(base)
        assert names(session) == [expected[row].name for row in rows]
        assert all(canvas.shown is not None for canvas in canvases(session))
        assert session.window.focusWidget() is canvases(session)[0]
        assert not session.window.metadata.isVisible() and not session.window.timeline.isVisible()
        press(session, Key.Key_Right)
        press(session, Key.Key_Escape)
        assert session.window.shows_grid and session.grid.hasFocus()
        assert session.window.metadata.isVisible()
        assert selected(session) == rows and session.grid.currentIndex().row() == rows[-1]
        assert session.grid.verticalScrollBar().value() == top
        assert len(session.selection.keys()) == 3
        QTest.keyClick(session.grid, Key.Key_C)
        await session.compare.settled()
        assert names(session) == [expected[row].name for row in rows]


async def test_no_more_panes_are_made_than_images_can_be_compared(store) -> None:
    async with open_window(store(images=6, days=1)) as session:
        await open_compare(session)  # before any is made ahead
        press(session, Key.Key_Escape)
        choose(session, (2, 3))
        await until(lambda: made_panes() >= 4)
        await open_compare(session, range(4))
        assert made_panes() == 4


def made_panes() -> int:
    return sum(isinstance(widget, ComparePane) for widget in QApplication.allWidgets())


@pytest.mark.parametrize("rows", [[0], [0, 1, 2, 3, 4], []])
async def test_it_says_how_many_it_takes(store, rows: list[int]) -> None:
    async with open_window(store(images=8, days=1)) as session:
        await until(session.window.isActiveWindow)
        choose(session, rows)
        assert not session.window.actions_by_id["compare"].isEnabled()
        QTest.keyClick(session.grid, Key.Key_C)
        assert session.window.shows_grid
        assert session.window.notice.said == "Select two, three or four images to compare them"


@pytest.mark.parametrize("count", [2, 3, 4])
async def test_the_panes_share_the_room(store, count: int) -> None:
    async with open_window(store(images=8, days=1)) as session:
        await open_compare(session, range(count))
        panes = [pane.geometry() for pane in session.window.compare.panes]
        assert len(panes) == count
        assert not any(one.intersects(other) for one in panes for other in panes if one != other)
        assert len({pane.top() for pane in panes}) == (2 if count == 4 else 1)
        assert len({(pane.width(), pane.height()) for pane in panes}) == 1


async def test_zoom_and_pan_are_linked_until_they_are_not(store) -> None:
    base = store(images=1)
    add(base, 0, halves(1200, 800))
    add(base, 1, halves(600, 400))
    async with open_window(base) as session:
        await open_compare(session)
        one, other = canvases(session)
        assert one.zoom.is_whole and other.zoom.is_whole
        assert one.zoom.place.width == pytest.approx(other.zoom.place.width, abs=3)
        turn_wheel(one, 6, at=(0.75, 0.5))
        assert not one.zoom.is_whole
        for canvas in (one, other):
            assert seen(canvas, 0.6, 0.5) == BLUE
        assert one.zoom.x == pytest.approx(other.zoom.x, abs=0.01)
        assert one.zoom.factor * 2 == pytest.approx(other.zoom.factor, rel=0.01)
        turn_wheel(other, 2, at=(0.1, 0.1))
        assert one.zoom.x == pytest.approx(other.zoom.x, abs=0.01)
        before = one.zoom.x
        drag(other, QPoint(60, 0))
        assert one.zoom.x < before
        assert one.zoom.x == pytest.approx(other.zoom.x, abs=0.01)
        press(session, Key.Key_0)
        assert one.zoom.is_whole and other.zoom.is_whole
        press(session, Key.Key_1)  # of the second, which was dragged
        assert other.zoom.factor == 1 and one.zoom.factor == pytest.approx(0.5, rel=0.01)
        press(session, Key.Key_L)
        turn_wheel(one, 3)
        assert other.zoom.factor == 1
        press(session, Key.Key_Plus)
        assert other.zoom.factor > 1
        press(session, Key.Key_L)
        assert one.zoom.factor * 2 == pytest.approx(other.zoom.factor, rel=0.01)


async def test_pixels_come_as_they_are_looked_at_closely_and_are_bounded(
    store, monkeypatch
) -> None:
    base = store(images=1)
    add(base, 0, Image.new("RGB", (3000, 2000), RED))
    add(base, 1, Image.new("RGB", (3000, 2000), BLUE))
    async with open_window(base) as session:
        await open_compare(session)
        assert all(c.shown is not None and not c.shown.is_whole for c in canvases(session))
        press(session, Key.Key_1)
        await until(lambda: all(c.shown is not None and c.shown.is_whole
                                for c in canvases(session)))  # fmt: skip
        press(session, Key.Key_Escape)
        monkeypatch.setattr(large_sight, "SHARED_PIXELS", 2 * 1_600_000)
        QTest.keyClick(session.grid, Key.Key_C)
        await session.compare.settled()
        press(session, Key.Key_1)
        await until(lambda: all(c.shown is not None and c.shown.image.width() == 1500
                                for c in canvases(session)))  # fmt: skip
        assert all(canvas.zoom.factor == 1 for canvas in canvases(session))
        assert seen(canvases(session)[1], 0.5, 0.5) == BLUE


async def test_one_of_them_is_current_by_keys_and_mouse(store) -> None:
    base = store(images=6, days=1)
    async with open_window(base) as session:
        await open_compare(session, [1, 2, 4])
        assert current(session) == 0
        for key, number in ((Key.Key_Right, 1), (Key.Key_PageDown, 2), (Key.Key_Right, 2),
                            (Key.Key_Left, 1), (Key.Key_Home, 0), (Key.Key_Tab, 1),
                            (Key.Key_End, 2), (Key.Key_Backtab, 1)):  # fmt: skip
            press(session, key)
            assert current(session) == number, key
        QTest.mouseClick(canvases(session)[2], Qt.MouseButton.LeftButton)
        assert current(session) == 2
        press(session, Key.Key_1)
        before = canvases(session)[2].zoom
        press(session, Key.Key_Down)
        assert current(session) == 2 and before.factor == 1
        press(session, Key.Key_PageUp)
        assert current(session) == 1
        assert selected(session) == [1, 2, 4]
        names_told = [canvas.accessibleName() for canvas in canvases(session)]
        assert [name.partition(":")[0] for name in names_told] == ["Image 1", "Image 2", "Image 3"]
        current_told = ["current" in canvas.accessibleDescription() for canvas in canvases(session)]
        assert current_told == [False, True, False]


async def test_what_is_done_is_done_to_the_current_one_alone(store) -> None:
    base = store(images=6, days=1)
    async with open_window(base) as session:
        await open_compare(session, [0, 2, 3])
        press(session, Key.Key_Right)
        pictures = [canvas.shown for canvas in canvases(session)]
        press(session, Key.Key_P)
        press(session, Key.Key_4, Modifier.AltModifier)
        await until(lambda: cell(session, "Rating", 1) == "★★★★" and cell(session, "Pinned", 1))
        assert [cell(session, "Rating", number) for number in (0, 2)] == ["", ""]
        assert [canvas.shown for canvas in canvases(session)] == pictures
        assert session.stores.store is not None
        keys = session.images.keys_at(range(6))
        records = await session.stores.store.manager.records(keys)
        assert [row for row, key in enumerate(keys) if records[key].pinned] == [2]
        assert [row for row, key in enumerate(keys) if records[key].rating == 4] == [2]
        press(session, Key.Key_C, CTRL | Modifier.AltModifier)
        await until(lambda: QApplication.clipboard().text() == str(newest_first(base)[2]))
        assert current(session) == 1 and selected(session) == [0, 2, 3]


async def test_a_deleted_image_goes_and_comes_back_with_undo(store) -> None:
    base = store(images=8, days=1)
    async with open_window(base) as session:
        paths = newest_first(base)
        await open_compare(session, [1, 3, 4])
        press(session, Key.Key_Right)
        press(session, Key.Key_Delete)
        await until(lambda: names(session) == [paths[1].name, paths[4].name])
        assert not paths[3].exists() and paths[1].exists() and paths[4].exists()
        assert current(session) == 1  # what was after it
        press(session, Key.Key_Z, CTRL)
        await until(lambda: names(session) == [paths[row].name for row in (1, 3, 4)])
        assert paths[3].exists() and selected(session) == [1, 3, 4]
        await session.compare.settled()
        press(session, Key.Key_Delete)
        await until(lambda: len(names(session)) == 2)
        press(session, Key.Key_Delete)
        await until(lambda: session.window.shows_grid)
        await until(lambda: session.images.rowCount() == 6)
        assert len(selected(session)) == 1 and len([p for p in paths if p.exists()]) == 6


async def test_an_image_can_be_taken_out_of_the_comparison(store) -> None:
    base = store(images=6, days=1)
    async with open_window(base) as session:
        paths = newest_first(base)
        await open_compare(session, [0, 1, 2, 3])
        press(session, Key.Key_Right)
        press(session, Key.Key_X)
        assert names(session) == [paths[row].name for row in (0, 2, 3)]
        assert current(session) == 1 and selected(session) == [0, 1, 2, 3]
        assert canvases(session)[1].hasFocus()
        button = session.window.compare.panes[2].findChild(QToolButton)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert names(session) == [paths[0].name, paths[2].name]
        assert session.window.compare.facts.columnCount() == 3
        press(session, Key.Key_X)
        assert session.window.shows_grid and selected(session) == [0, 1, 2, 3]
        assert all(path.exists() for path in paths)
        QTest.keyClick(session.grid, Key.Key_C)
        assert len(session.compare.images) == 4


async def test_what_others_delete_goes_from_the_comparison(store) -> None:
    base = store(images=6, days=1)
    async with open_window(base) as session:
        paths = newest_first(base)
        await open_compare(session, [0, 1, 2])
        for path in (paths[0], paths[0].with_suffix(".json")):
            path.unlink(missing_ok=True)
        await until(lambda: names(session) == [paths[1].name, paths[2].name])
        assert current(session) == 0 and session.window.shows_compare
        paths[2].unlink()
        await until(lambda: session.window.shows_grid)
        assert len(selected(session)) == 1
        assert list(session.selection.keys()) == list(session.selection.selected_keys())


async def test_a_broken_image_says_why_in_its_pane(store) -> None:
    base = store(images=1)
    add(base, 0, halves(90, 60))
    add(base, 1, halves(90, 60)).write_text("this is no image at all")
    async with open_window(base) as session:
        await open_compare(session)
        fine, broken = canvases(session)
        assert fine.problem == "" and fine.shown is not None
        assert broken.problem.startswith("Not an image")
        assert broken.problem in broken.accessibleDescription()
        assert cell(session, "Picture", 1) == broken.problem and cell(session, "Picture", 0) == ""
        turn_wheel(fine, 3)
        assert not fine.zoom.is_whole


async def test_names_that_begin_alike_are_told_apart_in_narrow_panes(store) -> None:
    base = store(images=0)
    for number in range(4):
        make_image(base, NEWEST - timedelta(seconds=number), sidecar=False, seed=number)
    async with open_window(base, size=(1200, 700)) as session:
        await open_compare(session, (0, 1, 2, 3))
        session.window.resize(720, 700)
        labels = [pane.findChild(QLabel, "paneName") for pane in session.window.compare.panes]
        await until(lambda: all("…" in label.text() for label in labels))
        assert len({label.text() for label in labels}) == 4
        tips = [re.sub("<[^>]*>", "", label.toolTip()) for label in labels]
        assert tips == names(session)
        session.window.resize(1400, 700)
        await until(lambda: [label.text() for label in labels] == names(session))
        assert not any(label.toolTip() for label in labels)


async def test_the_table_says_what_the_sidecars_say_and_marks_what_differs(store) -> None:
    base = store(images=1)
    long = "a lighthouse at dawn, seen from the sea, with gulls"
    said = [
        {"prompt": long, "model": "imagen-4", "seed": 7},
        {"prompt": long.replace("dawn", "dusk") + ", muted", "model": "imagen-4", "seed": 8},
        {"prompt": long, "model": "imagen-4", "sampler": "Euler"},
    ]
    for number, each in enumerate(said):
        add(base, number, halves(64, 64), cost_info={}, **each)
    async with open_window(base) as session:
        await open_compare(session, [0, 1, 2])
        facts = session.window.compare.facts
        for label, key in (("Prompt", "prompt"), ("Model", "model"), ("Seed", "seed"),
                           ("Sampler", "sampler")):  # fmt: skip
            for number, each in enumerate(said):
                assert cell(session, label, number) == str(each.get(key, ""))
        differs = {row.label: row.differs for row in facts.rows}
        assert differs["Seed"] and differs["Sampler"] and not differs["Model"]
        assert (words(session, 1, Kind.REMOVED), words(session, 1, Kind.ADDED)) == (
            "dawn", "dusk , muted",
        )  # fmt: skip
        assert not words(session, 0, Kind.ADDED) and not words(session, 2, Kind.REMOVED)
        press(session, Key.Key_Right)  # now the second is what the others are compared with
        await session.compare.settled()
        assert (words(session, 0, Kind.REMOVED), words(session, 0, Kind.ADDED)) == (
            "dusk , muted", "dawn",
        )  # fmt: skip
        press(session, Key.Key_D)
        labels = [row.label for row in facts.rows]
        assert "Model" not in labels and "Seed" in labels
        told = facts.index(0, 1).data(Qt.ItemDataRole.AccessibleDescriptionRole)
        assert told == "differs; without: dusk, , muted; added: dawn"
        press(session, Key.Key_D)
        assert "Model" in [row.label for row in facts.rows]


async def test_a_value_is_copied_in_full_by_a_click_and_by_enter(store) -> None:
    base = store(images=1)
    prompts = [f"{number} " + "word " * 20_000 + str(number) for number in range(2)]
    for number, prompt in enumerate(prompts):
        add(base, number, halves(64, 64), prompt=prompt)
    async with open_window(base) as session:
        await open_compare(session)
        table = session.window.compare.table
        await until(lambda: table.rowHeight(0) > table.rowHeight(1))
        place = table.visualRect(table.model().index(0, 2)).center()
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, NONE, place)
        assert QApplication.clipboard().text() == prompts[1]
        assert session.window.notice.said == "Copied: Prompt"
        QTest.keyClick(table, Key.Key_Left)
        QTest.keyClick(table, Key.Key_Return)
        assert QApplication.clipboard().text() == prompts[0]
        assert words(session, 1, Kind.ADDED) == "1 1"


async def test_an_image_that_changes_on_disk_is_shown_anew(store) -> None:
    base = store(images=1)
    path = add(base, 0, Image.new("RGB", (300, 300), RED))
    add(base, 1, Image.new("RGB", (300, 300), RED))
    async with open_window(base) as session:
        await open_compare(session)
        other = canvases(session)[1].shown
        Image.new("RGB", (300, 300), BLUE).save(path)
        await until(lambda: seen(canvases(session)[0], 0.5, 0.5) == BLUE)
        assert canvases(session)[1].shown is other


async def test_animations_play_side_by_side_while_they_are_seen(store) -> None:
    base = store(images=1)
    for number, colours in enumerate(((RED, BLUE), (BLUE, RED))):
        first, second = (Image.new("RGB", (60, 40), colour) for colour in colours)
        path = add(base, number, first)
        first.save(path, "WEBP", save_all=True, append_images=[second], duration=[120, 160],
                   lossless=True)  # fmt: skip
    async with open_window(base) as session:
        await open_compare(session)
        images = session.compare.images
        await until(lambda: all(each.playing for each in images))
        for canvas in canvases(session):
            for colour in 2 * (RED, BLUE):
                await until(lambda on=canvas, wanted=colour: seen(on, 0.5, 0.5) == wanted)
        turn_wheel(canvases(session)[0], 2)
        assert all(each.playing for each in images)
        press(session, Key.Key_Escape)
        assert not any(each.playing for each in images)


async def test_full_screen_shows_the_images_alone(store) -> None:
    async with open_window(store(images=4, days=1)) as session:
        window = session.window
        await open_compare(session)
        press(session, Key.Key_F11)
        await until(window.isFullScreen)
        around = (window.menuBar(), window.stats, window.dates, window.compare.table)
        await until(lambda: not any(widget.isVisible() for widget in around))
        press(session, Key.Key_Right)
        assert current(session) == 1
        press(session, Key.Key_Escape)
        await until(lambda: not window.isFullScreen())
        assert window.shows_compare and all(widget.isVisible() for widget in around)
        press(session, Key.Key_2, CTRL)  # as the metadata pane beside the grid
        assert not window.compare.table.isVisible()
        press(session, Key.Key_2, CTRL)
        press(session, Key.Key_Escape)
        assert window.shows_grid


async def test_another_place_and_a_search_lead_back(store) -> None:
    async with open_window(store(images=20, days=2)) as session:
        await open_compare(session)
        session.window.dates.choose(PlaceKind.PINNED)
        await until(lambda: not session.window.shows_compare)
        session.window.dates.choose()
        await until(lambda: session.window.shows_grid and session.images.rowCount() == 20)
        await all_loaded(session)
        await open_compare(session)
        session.window.search.setText("picture")
        await until(lambda: session.window.shows_grid)
        assert not session.selection.is_narrowed


async def test_in_a_narrow_window_the_other_buttons_are_in_a_menu(store) -> None:
    async with open_window(store(images=4, days=1), size=(720, 480)) as session:
        await open_compare(session)
        view = session.window.compare
        more = next(b for b in view.findChildren(QToolButton) if b.accessibleName() == "More")
        assert more.isVisible()
        offered = {action.objectName() for action in more.menu().actions()}
        shown = {b.defaultAction().objectName() for b in view.findChildren(QToolButton)
                 if b.isVisible() and b.defaultAction() is not None}  # fmt: skip
        both = {"zoom_in", "zoom_whole", "link_zoom", "only_differences", "full_screen"}
        assert both <= offered | shown and not offered & shown - {""}
        assert all(view.rect().contains(view.mapFromGlobal(b.mapToGlobal(b.rect().center())))
                   for b in view.findChildren(QToolButton) if b.isVisible())  # fmt: skip


async def test_what_is_known_of_images_is_put_together_out_of_the_windows_thread(
    store, monkeypatch
):
    base = store(images=3)
    threads, facts_of = set(), compare_facts.facts_of

    def noted(*args):
        threads.add(threading.current_thread())
        return facts_of(*args)

    monkeypatch.setattr(compare_facts, "facts_of", noted)
    async with open_window(base) as session:
        await open_compare(session, (0, 1, 2))
        assert threads
        assert threading.main_thread() not in threads


async def test_all_is_said_when_the_files_have_told_theirs(store, monkeypatch) -> None:
    told, embedded = asyncio.Event(), Store.embedded

    async def embedded_later(manager, record):
        await told.wait()
        return await embedded(manager, record)

    monkeypatch.setattr(Store, "embedded", embedded_later)
    async with open_window(store(images=4)) as session:
        choose(session, (0, 1))
        session.window.actions_by_id["compare"].trigger()
        await until(lambda: session.compare.is_ready)
        await until(lambda: cell(session, "Model", 0) != "")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(session.compare.settled(), 1)
        told.set()
        await session.compare.settled()


async def test_the_current_image_alone_is_acted_on_however_the_comparison_before_ended(
    store,
) -> None:
    def type_key(key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(QApplication.focusWidget(), key, modifier)

    async with open_window(store(images=14, days=1)) as session:
        await open_compare(session, (2, 5, 9, 12))
        type_key(Key.Key_X)
        await until(lambda: len(session.window.compare.panes) == 3)
        type_key(Key.Key_Delete)
        await until(lambda: not session.history.busy and session.images.rowCount() == 13)
        await session.compare.settled()
        type_key(Key.Key_Z, CTRL)
        await until(lambda: not session.history.busy and len(session.window.compare.panes) == 3)
        await session.compare.settled()
        type_key(Key.Key_X)
        await until(lambda: len(session.window.compare.panes) == 2)
        type_key(Key.Key_X)
        await until(lambda: not session.window.shows_compare)
        await open_compare(session, (2, 5))
        current(session)
