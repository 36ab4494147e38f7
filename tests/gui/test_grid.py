from __future__ import annotations

import gc
import weakref
from itertools import count, pairwise

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, QStringListModel, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QAbstractItemView, QApplication
from pytestqt.qtbot import QtBot

from core.records import DayImages
from gui.models.image_list import ImageListModel
from gui.models.picture import Picture
from gui.theme import DARK, LIGHT, Colours
from gui.views import cell_painter
from gui.views.grid import ImageGrid
from gui.views.grid_geometry import HEADING
from tests.gui.grids import (
    DAY,
    cell,
    current_key,
    day,
    picture,
    selected_keys,
    selected_ranges,
    shown_grid,
)

Flag = QItemSelectionModel.SelectionFlag
Hint = QAbstractItemView.ScrollHint


def top_of(grid: ImageGrid, model: ImageListModel, key: int) -> int:
    row = model.find(key)
    assert row is not None
    return grid.visualRect(model.index(row)).y()


def first_seen(grid: ImageGrid, model: ImageListModel) -> int:
    below = (r for r in grid.visible_rows() if grid.visualRect(model.index(r)).bottom() > HEADING)
    return next(below)


def drawn(grid: ImageGrid) -> QImage:
    """What the grid shows when it has been painted anew, in all the frames it wants."""
    grid.viewport().repaint()
    refine(grid)
    return grid.viewport().grab().toImage()


def on_screen(grid: ImageGrid) -> QImage:
    """What was painted, and nothing painted for the occasion."""
    return grid.screen().grabWindow(grid.winId()).toImage()


def refine(grid: ImageGrid) -> None:
    """Let the grid have all the frames it wants."""
    for _ in range(200):
        if grid.painted_well:
            break
        QApplication.processEvents()
    assert grid.painted_well


# Arrangement


def test_it_shows_nothing_but_images(qtbot: QtBot) -> None:
    grid = ImageGrid()
    qtbot.addWidget(grid)
    with pytest.raises(TypeError):
        grid.setModel(QStringListModel(grid))


def test_it_is_a_list_with_a_name(qtbot: QtBot) -> None:
    grid, _ = shown_grid(qtbot, [5])
    assert grid.accessibleName() == "Images"


def test_a_model_survives_being_tested_under_the_view(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [30, 7, 12])
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    grid.selectAll()
    changes: list[dict[int, DayImages | None]] = [
        {DAY: day(DAY, [500, *range(3, 30)]), DAY - 1: None},
        {DAY + 1: day(DAY + 1, range(600, 610)), DAY - 7: day(DAY - 7, [700])},
        {DAY: None, DAY + 1: None, DAY - 2: None, DAY - 7: None},
        {DAY: day(DAY, range(9))},
    ]
    for change in changes:
        model.update_days(change)
        grid.viewport().repaint()
        assert len(grid.visible_rows()) == min(model.rowCount(), len(grid.visible_rows()))
    del tester


def test_every_cell_is_found_where_it_is(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [6, 9, 40])
    grid.verticalScrollBar().setValue(300)
    for row in grid.visible_rows():
        rect = grid.visualRect(model.index(row))
        if rect.y() >= HEADING:
            assert grid.indexAt(rect.center()).row() == row
    assert not grid.indexAt(QPoint(100, 20)).isValid()  # under the heading that sticks
    assert grid.section_at(QPoint(100, 20)) == 0


def test_what_is_seen_stays_when_images_come_and_go_above(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [40, 40, 40])
    grid.verticalScrollBar().setValue(2500)
    seen = model.key_at(grid.visible_rows()[4])
    grid.selectionModel().setCurrentIndex(model.index(70), Flag.ClearAndSelect)
    before = top_of(grid, model, seen)
    model.update_days({DAY: day(DAY, [*range(900, 909), *range(40)])})
    assert top_of(grid, model, seen) == before
    model.update_days({DAY + 1: day(DAY + 1, range(800, 850)), DAY: day(DAY, range(10))})
    assert top_of(grid, model, seen) == before
    assert current_key(grid, model) == 70
    assert selected_keys(grid, model) == [70]


def test_the_newest_show_themselves_to_who_is_at_the_top(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [40])
    model.update_days({DAY: day(DAY, [99, *range(40)])})
    assert grid.verticalScrollBar().value() == 0
    assert grid.visible_rows().start == 0


def test_the_view_holds_on_when_what_held_it_goes(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [80])
    grid.verticalScrollBar().setValue(1500)
    first = next(
        r for r in grid.visible_rows() if grid.visualRect(model.index(r)).bottom() > HEADING
    )
    line = [model.key_at(row) for row in range(first, first + 4)]
    before = top_of(grid, model, line[0])
    model.update_days({DAY: day(DAY, [key for key in range(80) if key not in line])})
    assert top_of(grid, model, line[-1] + 1) == before


def test_the_first_that_is_seen_stays_when_the_width_changes(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [300, 50])
    grid.verticalScrollBar().setValue(5000)
    seen = next(
        r for r in grid.visible_rows() if grid.visualRect(model.index(r)).bottom() > HEADING
    )
    before = grid.visualRect(model.index(seen)).y()
    for width in (733, 900, 1300, 500, 720):
        grid.resize(width, 600)
        assert grid.visualRect(model.index(seen)).y() == before
    assert grid.verticalScrollBar().value() == 5000


def test_a_removed_current_image_does_not_scroll(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [200])
    grid.setCurrentIndex(model.index(150))
    assert grid.verticalScrollBar().value() == 0
    model.update_days({DAY: day(DAY, [key for key in range(200) if key != 150])})
    QApplication.processEvents()
    assert grid.verticalScrollBar().value() == 0
    assert current_key(grid, model) in {149, 151}


def test_other_images_begin_at_the_top(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [200])
    grid.verticalScrollBar().setValue(3000)
    model.set_days([day(DAY, range(150))])
    assert grid.verticalScrollBar().value() == 0


@pytest.mark.parametrize("row", [0, 3, 17, 60, 119])
@pytest.mark.parametrize("start", [0, 2500, 100_000])
def test_scrolling_to_an_image_shows_all_of_it(qtbot: QtBot, row: int, start: int) -> None:
    grid, model = shown_grid(qtbot, [17, 43, 60])
    height = grid.viewport().height()
    for hint in (
        Hint.EnsureVisible,
        Hint.PositionAtTop,
        Hint.PositionAtBottom,
        Hint.PositionAtCenter,
    ):
        grid.verticalScrollBar().setValue(start)
        grid.scrollTo(model.index(row), hint)
        rect = grid.visualRect(model.index(row))
        assert rect.top() >= HEADING and rect.bottom() < height
        before = grid.verticalScrollBar().value()
        grid.scrollTo(model.index(row))
        assert grid.verticalScrollBar().value() == before


# What it tells


def test_it_tells_which_rows_and_day_are_seen(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [12, 200])
    rows: list[tuple[int, int]] = []
    seen: list[int] = []
    grid.visible_rows_changed.connect(lambda first, last: rows.append((first, last)))
    grid.day_in_view_changed.connect(seen.append)
    for value in (100, 1500, 2000):
        grid.verticalScrollBar().setValue(value)
    assert rows == []
    qtbot.waitUntil(lambda: bool(rows))
    assert rows == [(grid.visible_rows().start, grid.visible_rows().stop - 1)]
    assert seen == [DAY - 1]
    model.update_days({DAY: None, DAY - 1: None})
    qtbot.waitUntil(lambda: len(rows) == 2)
    assert rows[1] == (0, -1)


# Painting


@pytest.mark.parametrize("colours", [DARK, LIGHT])
def test_cells_are_painted_in_the_palettes_colours(qtbot: QtBot, colours: Colours) -> None:
    grid, model = shown_grid(qtbot, [6], colours=colours)
    model.set_picture(0, picture("#ff0000", 256, 128))
    grid.selectionModel().select(model.index(1), Flag.Select)
    image = drawn(grid)
    wide = grid.visualRect(model.index(0))
    assert image.pixelColor(wide.center()) == QColor("#ff0000")
    assert image.pixelColor(wide.center().x(), wide.top() + 3) == QColor(colours.panel)
    assert image.pixelColor(wide.topLeft()) == QColor(colours.ground)  # a round corner
    empty = grid.visualRect(model.index(1))
    assert image.pixelColor(empty.center()) == QColor(colours.panel)
    assert image.pixelColor(empty.left() - 2, empty.center().y()) == QColor(colours.accent)
    assert image.pixelColor(wide.left() - 2, wide.bottom() - 20) == QColor(colours.ground)


def test_the_focus_is_seen_apart_from_the_selection(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [6])
    grid.selectionModel().setCurrentIndex(model.index(2), Flag.NoUpdate)
    before = drawn(grid)
    grid.selectionModel().select(model.index(2), Flag.Select)
    chosen = drawn(grid)
    grid.selectionModel().setCurrentIndex(model.index(4), Flag.NoUpdate)
    left = drawn(grid)
    assert before != chosen != left != before
    edge = grid.visualRect(model.index(4)).left() - 4
    assert left.pixelColor(edge, grid.visualRect(model.index(4)).center().y()) != QColor(
        DARK.ground
    )


def test_a_broken_image_says_why(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [2])
    model.set_picture(0, Picture(None, "cut short", 256))
    image = drawn(grid)
    broken, waiting = (grid.visualRect(model.index(row)) for row in (0, 1))
    assert image.copy(broken.adjusted(9, 9, -9, -9)) != image.copy(waiting.adjusted(9, 9, -9, -9))


def test_thumbnails_are_sharp_where_pixels_are_small(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [6])
    side = grid.visualRect(model.index(0)).width()
    stripes = QImage(2 * side, 2 * side, QImage.Format.Format_RGB32)
    stripes.fill(QColor("black"))
    painter = QPainter(stripes)
    for x in range(0, 2 * side, 2):
        painter.fillRect(x, 0, 1, 2 * side, QColor("white"))
    painter.end()
    sharp = picture("black").pixmap
    assert sharp is not None and sharp.convertFromImage(stripes)
    model.set_picture(0, Picture(sharp, None, 2 * side))
    screen = QImage(grid.size() * 2, QImage.Format.Format_RGB32)
    screen.setDevicePixelRatio(2)
    grid.render(screen)
    middle = 2 * grid.visualRect(model.index(0)).center()
    line = [screen.pixelColor(middle.x() + x, middle.y()).lightness() for x in range(8)]
    assert sorted(set(line)) == [0, 255]
    assert all(a != b for a, b in pairwise(line))


def test_only_what_is_seen_is_painted(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [70_000, 30_000])
    asked: set[int] = set()
    real = model.picture
    model.picture = lambda key: asked.add(key) or real(key)  # type: ignore[method-assign, func-returns-value]
    drawn(grid)
    assert asked == set(grid.visible_rows())


def test_scrolling_paints_the_same_as_painting_anew(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [10, 30, 30])
    for key in range(70):
        model.set_picture(key, picture(QColor.fromHsv(key * 5, 200, 200).name(), 256, 100 + key))

    drawn(grid)
    for step in (37, 400, -90, 333, -700, 5, 900):
        bar = grid.verticalScrollBar()
        bar.setValue(bar.value() + step)
        QApplication.processEvents()
        refine(grid)
        scrolled = on_screen(grid)
        drawn(grid)
        grid.repaint()
        assert scrolled == on_screen(grid)


def test_a_frame_takes_no_longer_for_many_new_pictures(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid, model = shown_grid(qtbot, [12])
    clock = (number / 1024 for number in count())  # a cell takes a millisecond
    monkeypatch.setattr(cell_painter, "perf_counter", lambda: next(clock))
    for key in range(12):
        model.set_picture(key, picture("red"))

    def red() -> list[bool]:
        screen = on_screen(grid)
        return [screen.pixelColor(cell(grid, row)) == QColor("red") for row in range(12)]

    grid.viewport().repaint()
    assert red() == [True] * 3 + [False] * 9  # two of them painted well, one coarsely
    frames = 0
    while not grid.painted_well:
        before = red()
        QApplication.processEvents()
        assert all(now for now, then in zip(red(), before, strict=True) if then)  # none goes again
        frames += 1
    assert all(red())
    assert frames < 20


def test_transparent_pictures_stand_on_the_cells_ground(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [1])
    pixmap = QPixmap(256, 256)
    pixmap.fill(Qt.GlobalColor.transparent)
    model.set_picture(0, Picture(pixmap, None, 256))
    ground = grid.palette().alternateBase().color()
    assert drawn(grid).pixelColor(cell(grid, 0)) == ground


def test_everything_can_be_selected_in_one_range(qtbot: QtBot) -> None:
    grid, _ = shown_grid(qtbot, [500, 500])
    grid.selectAll()
    assert selected_ranges(grid) == [(0, 999)]


def test_a_finished_cell_keeps_no_thumbnail_that_the_model_has_let_go(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [4])
    key = model.key_at(0)
    model.set_picture(key, picture("#804020"))
    drawn(grid)
    seen = model.picture(key)
    assert seen is not None and seen.pixmap is not None
    pixmap = weakref.ref(seen.pixmap)
    del seen
    model.forget([key])
    gc.collect()
    assert pixmap() is None
