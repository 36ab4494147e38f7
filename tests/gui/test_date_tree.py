"""The tree of dates: what it says, and that it stands still while days come and go."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.records import DayTotal
from gui.models.date_nodes import children_of, years_with
from gui.models.date_tree import DateTreeModel, Role
from gui.models.place import Kind, Place
from gui.theme import DARK, LIGHT, palette_of
from gui.views.date_tree import DateTreeView

MB = 2**20
FRIDAY = date(2026, 11, 20)


def total(day: date, images: int = 1, size_bytes: int = MB) -> DayTotal:
    return DayTotal(day.toordinal(), images, size_bytes)


def sample() -> list[DayTotal]:
    return [
        total(FRIDAY, 214, 402 * MB),
        total(date(2026, 11, 19), 88, 160 * MB),
        total(date(2026, 10, 2), 1, 2 * MB),
        total(date(2025, 12, 31), 12_128, 3 * 1024 * MB),
    ]


def outline(model: DateTreeModel, parent: QModelIndex | None = None) -> list[object]:
    """Return the whole tree as (text, count, [children])."""
    parent = parent or QModelIndex()
    rows = []
    for row in range(model.rowCount(parent)):
        index = model.index(row, 0, parent)
        assert model.parent(index) == parent
        rows.append((index.data(), index.data(Role.COUNT), outline(model, index)))
    return rows


def painted(view: DateTreeView) -> QImage:
    """Return what the rows look like when all of them are painted."""
    picture = view.viewport().grab()
    while not view.painted_well:
        picture = view.viewport().grab()
    return picture.toImage()


@pytest.fixture
def model(qapp: QApplication) -> DateTreeModel:
    return DateTreeModel()


@pytest.fixture
def view(model: DateTreeModel, qtbot: QtBot) -> DateTreeView:
    view = DateTreeView(model)
    qtbot.addWidget(view)
    view.resize(240, 600)
    view.show()
    return view


def index_of(model: DateTreeModel, day: date) -> QModelIndex:
    return model.index_of_day(day.toordinal())


def days(ordinals: Iterable[int]) -> Place:
    return Place(Kind.DAYS, frozenset(ordinals))


def select(view: DateTreeView, index: QModelIndex) -> None:
    flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
    view.selectionModel().setCurrentIndex(index, flag)


def test_years_months_and_days_newest_first(model: DateTreeModel) -> None:
    model.set_totals(sample())
    model.set_sums(Kind.PINNED, 31, None)
    model.set_sums(Kind.TRASH, 12, 20 * MB)
    november = [("Fri 20", "214 · 402 MB", []), ("Thu 19", "88 · 160 MB", [])]
    assert outline(model) == [
        ("All images", "12,431", []),
        ("Pinned", "31", []),
        ("Trash", "12", []),
        (
            "2026",
            "303 · 564 MB",
            [
                ("November", "302 · 562 MB", november),
                ("October", "1 · 2.0 MB", [("Fri 2", "1 · 2.0 MB", [])]),
            ],
        ),
        (
            "2025",
            "12,128 · 3.0 GB",
            [("December", "12,128 · 3.0 GB", [("Wed 31", "12,128 · 3.0 GB", [])])],
        ),
    ]


def test_what_those_who_do_not_see_are_told(model: DateTreeModel) -> None:
    model.set_totals(sample())
    friday = index_of(model, FRIDAY)
    assert friday.data(Qt.ItemDataRole.AccessibleTextRole) == "Fri 20"
    assert friday.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "214 images, 402 MB"
    october = index_of(model, date(2026, 10, 2))
    assert october.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "1 image, 2.0 MB"
    model.set_sums(Kind.PINNED, 31, None)
    model.set_sums(Kind.TRASH, 12, 20 * MB)
    firsts = [model.index_of(kind) for kind in (Kind.ALL, Kind.PINNED, Kind.TRASH)]
    assert [first.data(Qt.ItemDataRole.AccessibleDescriptionRole) for first in firsts] == [
        "12,431 images, 3.6 GB",
        "31 images",
        "12 images, 20 MB",
    ]


def test_a_node_stands_for_its_days(model: DateTreeModel) -> None:
    model.set_totals(sample())
    friday = index_of(model, FRIDAY)
    november = {FRIDAY.toordinal(), FRIDAY.toordinal() - 1}
    assert friday.data(Role.PLACE) == days({FRIDAY.toordinal()})
    assert friday.parent().data(Role.PLACE) == days(november)
    year = november | {date(2026, 10, 2).toordinal()}
    assert friday.parent().parent().data(Role.PLACE) == days(year)
    assert model.index(0, 0).data(Role.PLACE) == Place()
    assert model.index(2, 0).data(Role.PLACE) == Place(Kind.TRASH)
    assert not index_of(model, date(2024, 1, 1)).isValid()


def test_the_model_keeps_qts_rules_while_days_come_and_go(model: DateTreeModel) -> None:
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    chance = random.Random(7)
    every = [date(2027, 1, 15) - timedelta(days=days * 9) for days in range(50)]
    model.set_totals([])
    for _ in range(12):
        share = chance.choice((0.05, 0.3, 0.9, 0.0))
        some = [total(day, chance.randint(1, 3)) for day in every if chance.random() < share]
        model.set_totals(some)
        fresh = DateTreeModel()
        fresh.set_totals(some)
        assert outline(model) == outline(fresh)
    assert tester.model() is model


def test_changes_of_some_days_lead_to_the_same_tree(model: DateTreeModel) -> None:
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    chance = random.Random(8)
    every = [date(2027, 1, 15) - timedelta(days=days * 9) for days in range(50)]
    held: dict[int, DayTotal] = {}
    for _ in range(20):
        touched = chance.sample(every, chance.choice((1, 2, 20)))
        changed = {
            day.toordinal(): chance.choice((None, total(day, chance.randint(1, 3))))
            for day in touched
        }
        model.update_totals(changed)
        held = {day: each for day, each in (held | changed).items() if each is not None}
        fresh = DateTreeModel()
        fresh.set_totals([held[day] for day in sorted(held, reverse=True)])
        assert outline(model) == outline(fresh)
    assert tester.model() is model


def test_a_change_of_one_day_costs_no_look_at_the_others(model: DateTreeModel) -> None:
    every = [FRIDAY - timedelta(days=back) for back in range(7_300)]
    model.set_totals([total(day) for day in every])
    years = years_with(model._years, {FRIDAY.toordinal(): total(FRIDAY, 2)})
    assert [new is old for new, old in zip(years, model._years, strict=True)] == [
        False, *[True] * 20,
    ]  # fmt: skip
    months = zip(children_of(years[0]), children_of(model._years[0]), strict=True)
    assert [new is old for new, old in months] == [False, *[True] * 10]


def test_only_what_changed_is_touched(model: DateTreeModel, qtbot: QtBot) -> None:
    model.set_totals(sample())
    told: list[tuple[str, object]] = []
    model.dataChanged.connect(lambda first, _: told.append(("changed", first.data())))
    model.rowsInserted.connect(lambda p, a, b: told.append(("inserted", (p.data(), a, b))))
    model.rowsRemoved.connect(lambda p, a, b: told.append(("removed", (p.data(), a, b))))
    model.modelReset.connect(lambda: told.append(("reset", None)))
    model.set_totals(sample())
    assert told == []
    model.set_totals([total(FRIDAY + timedelta(days=1)), *sample()])
    assert told == [
        ("inserted", ("November", 0, 0)),
        ("changed", "November"),
        ("changed", "2026"),
        ("changed", "All images"),
    ]
    told.clear()
    model.set_totals(sample()[:2])
    assert ("removed", ("2026", 1, 1)) in told
    assert ("removed", (None, 4, 4)) in told
    assert ("removed", ("November", 0, 0)) in told
    assert len(told) == 6


def test_what_changes_in_a_month_is_told_once(model: DateTreeModel) -> None:
    every = [FRIDAY - timedelta(days=back) for back in range(19)]
    model.set_totals([total(day) for day in every])
    told: list[tuple[object, object]] = []
    model.dataChanged.connect(lambda first, last: told.append((first.data(), last.data())))
    model.set_totals([total(day, 2) for day in every])
    assert told[0] == ("Fri 20", "Mon 2")
    assert len(told) == 4  # the days, their month, their year and all


def test_at_first_all_images_are_selected_and_the_newest_month_is_open(
    model: DateTreeModel, view: DateTreeView
) -> None:
    model.set_totals(sample())
    november = index_of(model, FRIDAY).parent()
    assert view.isExpanded(november)
    assert view.isExpanded(november.parent())
    assert not view.isExpanded(index_of(model, date(2026, 10, 2)).parent())
    assert not view.isExpanded(model.index(4, 0))
    assert view.place == Place()
    assert view.selectedIndexes() == [model.index(0, 0)]
    assert view.accessibleName() == "Dates"


def test_selecting_days_tells_which(model: DateTreeModel, view: DateTreeView, qtbot: QtBot) -> None:
    model.set_totals(sample())
    told: list[object] = []
    view.place_chosen.connect(told.append)
    friday = view.visualRect(index_of(model, FRIDAY)).center()
    thursday = view.visualRect(index_of(model, FRIDAY - timedelta(days=1))).center()
    left, control = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
    qtbot.mouseClick(view.viewport(), left, pos=friday)
    qtbot.mouseClick(view.viewport(), left, control, pos=thursday)
    ordinal = FRIDAY.toordinal()
    assert told == [days({ordinal}), days({ordinal, ordinal - 1})]


def test_selecting_nothing_means_all_images(
    model: DateTreeModel, view: DateTreeView, qtbot: QtBot
) -> None:
    model.set_totals(sample())
    select(view, index_of(model, FRIDAY))
    told: list[object] = []
    view.place_chosen.connect(told.append)
    view.clearSelection()
    assert told == [Place()]
    assert view.selectedIndexes() == [model.index(0, 0)]


def test_arrow_keys_move_the_selection(
    model: DateTreeModel, view: DateTreeView, qtbot: QtBot
) -> None:
    model.set_totals(sample())
    view.choose()
    for _ in range(5):
        qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.place == days({FRIDAY.toordinal()})
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view.currentIndex().data() == "November"
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert not view.isExpanded(view.currentIndex())


def test_a_day_that_comes_leaves_selection_and_folds_as_they_were(
    model: DateTreeModel, view: DateTreeView
) -> None:
    model.set_totals(sample())
    select(view, index_of(model, FRIDAY))
    view.expand(model.index(4, 0))
    newer = [total(date(2027, 1, 1)), total(date(2026, 12, 1)), *sample()]
    told: list[object] = []
    view.place_chosen.connect(told.append)
    model.set_totals(newer)
    assert view.currentIndex().data() == "Fri 20"
    assert view.place == days({FRIDAY.toordinal()})
    assert view.isExpanded(index_of(model, FRIDAY).parent())
    assert view.isExpanded(model.index(5, 0))
    assert not view.isExpanded(model.index(3, 0))
    assert told == []


def test_a_selected_month_that_gets_a_day_tells_so(
    model: DateTreeModel, view: DateTreeView
) -> None:
    model.set_totals(sample())
    select(view, index_of(model, FRIDAY).parent())
    told: list[object] = []
    view.place_chosen.connect(told.append)
    model.set_totals([total(FRIDAY + timedelta(days=1)), *sample()])
    ordinal = FRIDAY.toordinal()
    assert told == [days({ordinal + 1, ordinal, ordinal - 1})]


def test_when_the_selected_day_goes_it_stays_chosen(
    model: DateTreeModel, view: DateTreeView
) -> None:
    model.set_totals(sample())
    select(view, index_of(model, date(2025, 12, 31)))
    told: list[object] = []
    view.place_chosen.connect(told.append)
    model.set_totals(sample()[:3])
    assert told == []
    view.choose()
    assert told == [Place()]


def test_the_first_year_of_all_consists_of_dates_and_is_no_other_place(
    model: DateTreeModel,
) -> None:
    model.set_totals([total(date(1, 1, 1))])
    year = model.index(Kind.DAYS, 0)
    month = model.index(0, 0, year)
    places = [model.sums_of(model.index_of(kind)) for kind in (Kind.ALL, Kind.PINNED, Kind.TRASH)]
    for index in (year, month):
        assert model.sums_of(index).consists_of_dates
        assert model.sums_of(index).day not in {place.day for place in places}
    assert not any(place.consists_of_dates for place in places)


def test_what_comes_back_is_selected_and_open_again(
    model: DateTreeModel, view: DateTreeView
) -> None:
    model.set_totals(sample())
    october = index_of(model, date(2026, 10, 2)).parent()
    december = index_of(model, date(2025, 12, 31)).parent()
    view.expand(december.parent())
    view.collapse(index_of(model, FRIDAY).parent())
    select(view, october)
    view.selectionModel().select(december, QItemSelectionModel.SelectionFlag.Select)
    told: list[object] = []
    view.place_chosen.connect(told.append)
    model.set_totals([])
    assert told == []
    model.set_totals(sample()[:3])  # the years come back one after the other
    model.set_totals(sample())
    october = index_of(model, date(2026, 10, 2)).parent()
    december = index_of(model, date(2025, 12, 31)).parent()
    assert set(view.selectedIndexes()) == {october, december}
    assert view.currentIndex() == october
    assert view.isExpanded(december.parent())
    assert not view.isExpanded(december)
    assert view.isExpanded(october.parent())
    assert not view.isExpanded(index_of(model, FRIDAY).parent())
    assert told == [
        days({date(2026, 10, 2).toordinal()}),
        days({date(2026, 10, 2).toordinal(), date(2025, 12, 31).toordinal()}),
    ]


def test_what_was_selected_before_another_choice_does_not_come_back(
    model: DateTreeModel, view: DateTreeView
) -> None:
    model.set_totals(sample())
    select(view, index_of(model, date(2025, 12, 31)))
    model.set_totals(sample()[:3])
    select(view, index_of(model, FRIDAY))
    model.set_totals(sample())
    assert view.place == days({FRIDAY.toordinal()})


def test_another_store_is_shown_as_if_there_had_been_none_before(
    model: DateTreeModel, view: DateTreeView
) -> None:
    model.set_totals(sample())
    december = index_of(model, date(2025, 12, 31)).parent()
    view.expand(december.parent())
    view.collapse(index_of(model, FRIDAY).parent())
    select(view, december)
    model.clear()
    view.choose()
    model.set_totals(sample())
    assert view.selectedIndexes() == [model.index_of(Kind.ALL)]
    assert not view.isExpanded(model.index(4, 0))
    assert view.isExpanded(index_of(model, FRIDAY).parent())


def test_a_month_the_grid_came_to_closes_after_it_even_if_it_was_gone_meanwhile(
    model: DateTreeModel, view: DateTreeView
) -> None:
    model.set_totals(sample())
    view.show_day_in_view(date(2025, 12, 31).toordinal())
    model.set_totals([])
    view.show_day_in_view(None)
    model.set_totals(sample())
    assert view.isExpanded(index_of(model, date(2025, 12, 31)).parent())
    view.show_day_in_view(FRIDAY.toordinal())
    assert not view.isExpanded(index_of(model, date(2025, 12, 31)).parent())


def test_the_tree_follows_the_grid_and_tidies_up_after_itself(
    model: DateTreeModel, view: DateTreeView
) -> None:
    model.set_totals(sample())
    october = index_of(model, date(2026, 10, 2)).parent()
    december = index_of(model, date(2025, 12, 31)).parent()
    view.show_day_in_view(date(2026, 10, 2).toordinal())
    assert view.isExpanded(october)
    assert view.place == Place()
    view.show_day_in_view(date(2025, 12, 31).toordinal())
    assert view.isExpanded(december)
    assert not view.isExpanded(october)
    assert view.isExpanded(index_of(model, FRIDAY).parent())  # was open before


def test_a_month_folded_by_hand_stays_folded_while_the_grid_is_in_it(
    model: DateTreeModel, view: DateTreeView
) -> None:
    model.set_totals(sample())
    view.show_day_in_view(FRIDAY.toordinal())
    november = index_of(model, FRIDAY).parent()
    view.collapse(november)
    view.show_day_in_view(FRIDAY.toordinal() - 1)
    assert not view.isExpanded(november)


def test_the_day_in_view_is_marked_and_not_selected(
    model: DateTreeModel, view: DateTreeView, qtbot: QtBot
) -> None:
    model.set_totals(sample())
    row = view.visualRect(index_of(model, FRIDAY))
    spot = QPoint(row.right() - 100, row.top() + 3)
    before = painted(view).pixelColor(spot)
    view.show_day_in_view(FRIDAY.toordinal())
    assert painted(view).pixelColor(spot) != before


def test_twenty_years_of_days(model: DateTreeModel, view: DateTreeView) -> None:
    every = [FRIDAY - timedelta(days=back) for back in range(7_300)]
    model.set_totals([total(day) for day in every])
    assert model.rowCount() == 3 + 21
    assert model.index(0, 0).data(Role.COUNT) == "7,300"
    assert index_of(model, every[-1]).data(Role.COUNT) == "1 · 1.0 MB"


def test_what_is_no_date_is_chosen_alone(
    model: DateTreeModel, view: DateTreeView, qtbot: QtBot
) -> None:
    model.set_totals(sample())
    told: list[object] = []
    view.place_chosen.connect(told.append)
    select(view, index_of(model, FRIDAY))
    trash = view.visualRect(model.index_of(Kind.TRASH)).center()
    left, control = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
    qtbot.mouseClick(view.viewport(), left, control, pos=trash)
    assert view.place == Place(Kind.TRASH)
    thursday = view.visualRect(index_of(model, FRIDAY - timedelta(days=1))).center()
    qtbot.mouseClick(view.viewport(), left, control, pos=thursday)
    ordinal = FRIDAY.toordinal()
    assert told == [days({ordinal}), Place(Kind.TRASH), days({ordinal, ordinal - 1})]


def test_following_shows_the_first_day_at_once_and_then_the_latest(
    model: DateTreeModel, view: DateTreeView, qtbot: QtBot
) -> None:
    model.set_totals(sample())
    view.follow(FRIDAY.toordinal())
    assert view._follower.day == FRIDAY.toordinal()
    shown: list[int | None] = []
    for day in (date(2026, 10, 2), date(2025, 12, 31)):
        view.follow(day.toordinal())
        shown.append(view._follower.day)
    assert shown == [FRIDAY.toordinal()] * 2
    qtbot.waitUntil(lambda: view._follower.day == date(2025, 12, 31).toordinal())


def test_rows_are_painted_in_the_colours_of_now(
    model: DateTreeModel, view: DateTreeView, qtbot: QtBot
) -> None:
    model.set_totals(sample())
    spot = view.visualRect(index_of(model, FRIDAY)).topLeft() + QPoint(2, 2)

    def ground() -> QColor:
        return painted(view).pixelColor(spot)

    for colours in (DARK, LIGHT):
        view.setPalette(palette_of(colours))
        assert ground() == view.palette().base().color()


def test_a_frame_paints_some_rows_and_the_next_ones_the_rest(
    model: DateTreeModel, view: DateTreeView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.set_totals([total(FRIDAY - timedelta(days=back)) for back in range(19)])
    view.show()
    qtbot.waitExposed(view)
    view.setPalette(palette_of(LIGHT))  # its own, whatever the application's is
    whole = painted(view)
    monkeypatch.setattr("gui.views.row_pictures._SECONDS_A_FRAME", 0)
    for colours in (DARK, LIGHT):  # all rows are forgotten
        view.setPalette(palette_of(colours))
    part = view.viewport().grab().toImage()
    assert not view.painted_well
    qtbot.waitUntil(lambda: view.painted_well)  # more frames come by themselves
    # Whatever else became of the window meanwhile, such as its activation, makes all rows new.
    assert painted(view) == whole != part
