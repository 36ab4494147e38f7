from __future__ import annotations

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.views.grid import LARGEST_CELL, SMALLEST_CELL
from gui.views.grid_geometry import HEADING
from gui.views.sectioned_view import DEFAULT_CELL
from tests.gui.grids import (
    Key,
    Modifier,
    Mouse,
    cell,
    current_key,
    selected_keys,
    selected_ranges,
    shown_grid,
    wheel,
)

Flag = QItemSelectionModel.SelectionFlag
LEFT = Qt.MouseButton.LeftButton


# Keyboard: lines of 4 rows are 0-3 4-5 | 6-9 10-13 14 | 15-18 …


@pytest.mark.parametrize(
    ("start", "key", "end"),
    [
        (0, Key.Key_Right, 1),
        (0, Key.Key_Left, 0),
        (5, Key.Key_Right, 6),
        (6, Key.Key_Left, 5),
        (1, Key.Key_Down, 5),
        (3, Key.Key_Down, 5),
        (5, Key.Key_Down, 7),
        (7, Key.Key_Up, 5),
        (2, Key.Key_Up, 2),
        (9, Key.Key_Home, 0),
        (9, Key.Key_End, 114),
        (114, Key.Key_Down, 114),
        (114, Key.Key_PageDown, 114),
        (0, Key.Key_PageUp, 0),
    ],
)
def test_a_key_leads_to_an_image_and_shows_it(qtbot: QtBot, start: int, key: Key, end: int) -> None:
    grid, model = shown_grid(qtbot, [6, 9, 100])
    grid.selectionModel().setCurrentIndex(model.index(start), Flag.ClearAndSelect)
    QTest.keyClick(grid, key)
    assert current_key(grid, model) == end
    assert selected_keys(grid, model) == [end]
    rect = grid.visualRect(model.index(end))
    assert rect.top() >= HEADING and rect.bottom() < grid.viewport().height()


def test_pages_lead_through_the_list_and_back(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [6, 9, 100])
    grid.selectionModel().setCurrentIndex(model.index(1), Flag.ClearAndSelect)
    passed = [1]
    while passed[-1] < 112:
        QTest.keyClick(grid, Key.Key_PageDown)
        passed.append(grid.currentIndex().row())
        assert 4 <= passed[-1] - passed[-2] <= 12
    for _ in passed[1:]:
        QTest.keyClick(grid, Key.Key_PageUp)
    assert current_key(grid, model) == 1


def test_the_first_key_leads_to_what_is_seen(qtbot: QtBot) -> None:
    grid, _ = shown_grid(qtbot, [300])
    grid.selectionModel().clearCurrentIndex()
    grid.verticalScrollBar().setValue(4000)
    QTest.keyClick(grid, Key.Key_Down)
    assert grid.currentIndex().row() in grid.visible_rows()
    assert grid.verticalScrollBar().value() == 4000


def test_shift_extends_and_ctrl_wanders(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [6, 9, 100])
    grid.selectionModel().setCurrentIndex(model.index(2), Flag.ClearAndSelect)
    QTest.keyClick(grid, Key.Key_Down, Modifier.ShiftModifier)
    QTest.keyClick(grid, Key.Key_Down, Modifier.ShiftModifier)
    assert selected_ranges(grid) == [(2, 8)]
    QTest.keyClick(grid, Key.Key_Up, Modifier.ShiftModifier)
    assert selected_ranges(grid) == [(2, 5)]
    QTest.keyClick(grid, Key.Key_End, Modifier.ControlModifier)
    assert selected_ranges(grid) == [(2, 5)] and current_key(grid, model) == 114
    QTest.keyClick(grid, Key.Key_Space, Modifier.ControlModifier)
    assert selected_keys(grid, model) == [2, 3, 4, 5, 114]
    QTest.keyClick(grid, Key.Key_A, Modifier.ControlModifier)
    assert selected_ranges(grid) == [(0, 114)]


def test_letters_look_for_nothing(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [20])
    grid.setCurrentIndex(model.index(3))
    QTest.keyClick(grid, Key.Key_Z)
    assert current_key(grid, model) == 3


def test_enter_and_double_click_activate(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [20])
    activated: list[int] = []
    grid.activated.connect(lambda index: activated.append(index.row()))
    grid.setCurrentIndex(model.index(3))
    QTest.keyClick(grid, Key.Key_Return)
    QTest.mouseClick(grid.viewport(), LEFT, Modifier.NoModifier, cell(grid, 5))
    QTest.mouseDClick(grid.viewport(), LEFT, Modifier.NoModifier, cell(grid, 5))
    assert activated == [3, 5]


def test_keys_in_an_empty_grid_do_nothing(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [])
    for key in (Key.Key_Down, Key.Key_End, Key.Key_PageUp, Key.Key_Plus, Key.Key_Return):
        QTest.keyClick(grid, key)
    QTest.keyClick(grid, Key.Key_A, Modifier.ControlModifier)
    assert current_key(grid, model) is None and selected_ranges(grid) == []


# Size of the cells


def test_a_step_of_size_is_a_column_more_or_less(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [100])
    sizes: list[int] = []
    grid.cell_size_changed.connect(sizes.append)
    wide = grid.visualRect(model.index(0)).width()
    grid.zoom_in()
    assert grid.visualRect(model.index(3)).y() > grid.visualRect(model.index(2)).y()
    grid.zoom_out()
    assert grid.visualRect(model.index(0)).width() == wide
    grid.zoom_out()
    assert grid.visualRect(model.index(4)).y() == grid.visualRect(model.index(0)).y()
    grid.reset_cell_size()
    assert grid.cell_size == sizes[-1] == DEFAULT_CELL
    assert len(sizes) == 4


def test_the_size_has_limits(qtbot: QtBot) -> None:
    grid, _ = shown_grid(qtbot, [100])
    grid.set_cell_size(5000)
    assert grid.cell_size == LARGEST_CELL
    grid.set_cell_size(1)
    assert grid.cell_size == SMALLEST_CELL
    with qtbot.assertNotEmitted(grid.cell_size_changed):
        grid.set_cell_size(0)


def test_the_image_under_the_pointer_stays_under_it(qtbot: QtBot) -> None:
    grid, _ = shown_grid(qtbot, [10, 400])
    grid.verticalScrollBar().setValue(3000)
    row = grid.visible_rows()[9]
    at = cell(grid, row)
    for turned in (120, 120, -120, -120, -120):
        wheel(grid, at, turned, Modifier.ControlModifier)
        assert abs(cell(grid, row).y() - at.y()) <= 2
    before = grid.cell_size
    wheel(grid, at, 60, Modifier.ControlModifier)
    assert grid.cell_size == before
    wheel(grid, at, 60, Modifier.ControlModifier)
    assert grid.cell_size > before


def test_the_current_image_stays_in_place_if_it_is_seen(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [400])
    grid.verticalScrollBar().setValue(3000)
    row = grid.visible_rows()[6]
    grid.setCurrentIndex(model.index(row))
    before = cell(grid, row).y()
    grid.set_cell_size(250)
    assert abs(cell(grid, row).y() - before) <= 2
    before = cell(grid, row).y()
    grid.resize(grid.width(), grid.height() - 50)
    assert cell(grid, row).y() == before


def test_the_wheel_scrolls(qtbot: QtBot) -> None:
    grid, _ = shown_grid(qtbot, [400])
    wheel(grid, QPoint(200, 200), -120, Modifier.NoModifier)
    assert 60 < grid.verticalScrollBar().value() < 160


# Mouse


def test_clicks_select_as_everywhere(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [6, 9, 100])
    viewport = grid.viewport()
    QTest.mouseClick(viewport, LEFT, Modifier.NoModifier, cell(grid, 2))
    assert selected_keys(grid, model) == [2] and current_key(grid, model) == 2
    QTest.mouseClick(viewport, LEFT, Modifier.ShiftModifier, cell(grid, 8))
    assert selected_ranges(grid) == [(2, 8)]
    QTest.mouseClick(viewport, LEFT, Modifier.ControlModifier, cell(grid, 4))
    assert selected_keys(grid, model) == [2, 3, 5, 6, 7, 8]
    QTest.mouseClick(viewport, LEFT, Modifier.NoModifier, cell(grid, 5) + QPoint(170, 0))
    assert selected_keys(grid, model) == []


def test_a_shift_click_reaches_over_what_was_scrolled_away(qtbot: QtBot) -> None:
    grid, _ = shown_grid(qtbot, [6, 9, 1000])
    QTest.mouseClick(grid.viewport(), LEFT, Modifier.NoModifier, cell(grid, 1))
    grid.verticalScrollBar().setValue(20_000)
    last = grid.visible_rows()[8]
    QTest.mouseClick(grid.viewport(), LEFT, Modifier.ShiftModifier, cell(grid, last))
    assert selected_ranges(grid) == [(1, last)]


def test_a_heading_selects_its_day(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [6, 9, 100])
    viewport = grid.viewport()
    QTest.mouseClick(viewport, LEFT, Modifier.NoModifier, QPoint(60, 20))
    assert selected_ranges(grid) == [(0, 5)]
    second = grid.visualRect(model.index(6)).topLeft() - QPoint(0, 20)
    QTest.mouseClick(viewport, LEFT, Modifier.ControlModifier, second)
    assert selected_ranges(grid) in ([(0, 14)], [(0, 5), (6, 14)])
    grid.verticalScrollBar().setValue(3000)
    QTest.mouseClick(viewport, LEFT, Modifier.NoModifier, QPoint(60, 20))
    assert selected_ranges(grid) == [(15, 114)]
    assert grid.verticalScrollBar().value() == 3000


def test_a_band_selects_what_it_touches_with_a_range_for_each_line(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [6, 9, 100])
    mouse = Mouse(grid)
    mouse.press(cell(grid, 5) + QPoint(170, 0))
    mouse.drag(cell(grid, 7))
    assert selected_ranges(grid) == [(5, 5), (7, 8)]
    mouse.drag(cell(grid, 1))
    assert selected_ranges(grid) == [(1, 2), (5, 5)]
    plain = grid.viewport().grab().toImage()
    mouse.release(cell(grid, 1))
    assert selected_keys(grid, model) == [1, 2, 5]
    assert grid.viewport().grab().toImage() != plain  # the band is gone


def test_a_band_with_ctrl_adds_and_from_an_image_it_is_dragged(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [6, 9, 100])
    grid.selectionModel().select(model.index(0), Flag.Select)
    ground = cell(grid, 5) + QPoint(170, 0)
    mouse = Mouse(grid)
    mouse.press(ground, Modifier.ControlModifier)
    mouse.drag(cell(grid, 3))
    mouse.drag(cell(grid, 2))
    mouse.drag(cell(grid, 3))
    mouse.release(cell(grid, 3))
    assert selected_keys(grid, model) == [0, 2, 3]
    dragged: list[list[int]] = []
    grid.drag_wanted.connect(lambda: dragged.append(selected_keys(grid, model)))
    mouse.press(cell(grid, 3))  # one of the selected
    mouse.drag(cell(grid, 4))
    mouse.release(cell(grid, 4))
    mouse.press(cell(grid, 4))
    mouse.drag(cell(grid, 5))
    mouse.release(cell(grid, 5))
    assert dragged == [[0, 2, 3], [4]]


def test_an_unsteady_click_is_no_band(qtbot: QtBot) -> None:
    grid, model = shown_grid(qtbot, [20])
    mouse = Mouse(grid)
    mouse.press(cell(grid, 2))
    mouse.drag(cell(grid, 2) + QPoint(2, 2))
    mouse.release(cell(grid, 2) + QPoint(2, 2))
    assert selected_keys(grid, model) == [2]


def test_a_band_at_the_edge_scrolls_and_goes_on_selecting(qtbot: QtBot) -> None:
    grid, _ = shown_grid(qtbot, [400])
    mouse = Mouse(grid)
    mouse.press(QPoint(5, 100))
    below = QPoint(grid.viewport().width() - 5, grid.viewport().height() + 60)
    mouse.drag(below)
    qtbot.waitUntil(lambda: grid.verticalScrollBar().value() > 800)
    ((first, last),) = selected_ranges(grid)
    assert first == 0 and last >= grid.visible_rows()[0]
    mouse.release(below)
    stopped = grid.verticalScrollBar().value()
    QTest.qWait(60)
    assert grid.verticalScrollBar().value() == stopped


def test_the_cell_under_the_pointer_is_lit(qtbot: QtBot) -> None:
    grid, _ = shown_grid(qtbot, [20])
    QTest.mouseMove(grid.viewport(), QPoint(5, 300))
    before = grid.viewport().grab().toImage()
    QTest.mouseMove(grid.viewport(), cell(grid, 2))
    qtbot.waitUntil(lambda: grid.viewport().grab().toImage() != before)
