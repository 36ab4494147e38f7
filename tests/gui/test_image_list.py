from __future__ import annotations

from array import array
from collections.abc import Iterable
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from core.records import DayImages, ImageRecord, to_microseconds
from gui.models.day_rows import Section
from gui.models.image_list import RECORDS_KEPT, ImageListModel, ImageRole
from gui.models.picture import Picture
from gui.models.splices import splices

DAY = date(2026, 11, 20).toordinal()
NAME = Qt.ItemDataRole.AccessibleTextRole
DESCRIPTION = Qt.ItemDataRole.AccessibleDescriptionRole
TIP = Qt.ItemDataRole.ToolTipRole
distinct = st.lists(st.integers(-(2**62), 2**62), unique=True, max_size=60)


def images(day: int, keys: Iterable[int]) -> DayImages:
    held = array("q", keys)
    return DayImages(day=day, size_bytes=100 * len(held), keys=held)


def record(
    key: int, day: int = DAY, prompt: str = "", sidecar: str | None = "a.json"
) -> ImageRecord:
    return ImageRecord(
        key=key,
        image_id=f"img_{key}",
        path=f"2026/img_{key}.png",
        sidecar_path=sidecar,
        sidecar_problem=None,
        day=day,
        created_us=to_microseconds(datetime(2026, 11, 20, 17, 48, 9)),
        size_bytes=1_990_000,
        modified_ns=0,
        format="png",
        width=1536,
        height=1024,
        prompt=prompt,
        model="",
        provider="",
        cost_usd=None,
    )


def keys_of(model: ImageListModel) -> list[int]:
    return model.keys_at(range(model.rowCount()))


@pytest.fixture
def model(qapp: object) -> ImageListModel:
    model = ImageListModel()
    model.set_days([images(DAY - 1, [4, 5]), images(DAY, [1, 2, 3])])
    return model


# Rows


def test_days_stand_newest_first(model: ImageListModel, qtmodeltester: ModelTester) -> None:
    assert keys_of(model) == [1, 2, 3, 4, 5]
    assert list(model.sections) == [Section(DAY, 0, 3, 300), Section(DAY - 1, 3, 2, 200)]
    assert [model.section_at(row) for row in range(5)] == [0, 0, 0, 1, 1]
    assert model.data(model.index(3), ImageRole.KEY) == 4
    assert model.data(model.index(3), ImageRole.DAY) == DAY - 1
    assert model.data(model.index(3)) is None
    assert (model.find(5), model.find(6)) == (4, None)
    assert (model.row_of(4, DAY - 1), model.row_of(9, DAY), model.row_of(1, DAY + 5)) == (
        3,
        None,
        None,
    )
    qtmodeltester.check(model)


def test_an_empty_model_is_a_proper_model(qtmodeltester: ModelTester, qapp: object) -> None:
    model = ImageListModel()
    assert model.rowCount() == 0 and list(model.sections) == []
    assert model.find(1) is None
    qtmodeltester.check(model)


@given(distinct, distinct, st.data())
def test_splices_turn_the_old_into_the_new(
    old: list[int], other: list[int], data: st.DataObject
) -> None:
    kept = [key for key in old if data.draw(st.booleans())]
    new = list(dict.fromkeys(data.draw(st.permutations(kept)) + other))
    edits = splices(array("q", old), array("q", new))
    result, done = [], 0
    for edit in edits:
        result += old[done : edit.old_start] + new[edit.new_start :][: edit.inserted]
        done = edit.old_start + edit.removed
    assert result + old[done:] == new


@given(st.lists(st.sampled_from("-+="), max_size=300))
def test_splices_are_as_few_as_there_can_be_where_keys_come_and_go(changes: list[str]) -> None:
    old = array("q", [key for key, change in enumerate(changes) if change in "-="])
    new = array("q", [key for key, change in enumerate(changes) if change in "+="])
    runs = "".join(changes).replace("+", "-").split("=")
    assert len(splices(old, new)) == sum(1 for run in runs if run)


@given(st.data())
def test_any_update_leaves_what_was_given(qapp: object, data: st.DataObject) -> None:
    days = st.dictionaries(st.integers(DAY, DAY + 6), st.integers(0, 12))
    model = ImageListModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    truth: dict[int, list[int]] = {}
    for _ in range(4):
        changed: dict[int, DayImages | None] = {}
        for day, count in data.draw(days).items():
            pool = [day * 100 + i for i in range(14)]
            keys = data.draw(st.permutations(pool))[:count]
            changed[day] = (
                images(day, keys) if keys else data.draw(st.sampled_from([None, images(day, [])]))
            )
            truth[day] = list(keys)
        watched = [
            (key, QPersistentModelIndex(model.index(row))) for row, key in enumerate(keys_of(model))
        ]
        model.update_days(changed)
        shown = [key for day in sorted(truth, reverse=True) for key in truth[day]]
        assert keys_of(model) == shown
        assert [(s.day, s.count) for s in model.sections] == [
            (day, len(truth[day])) for day in sorted(truth, reverse=True) if truth[day]
        ]
        for key, index in watched:
            assert not index.isValid() or model.key_at(index.row()) == key
        assert [model.find(key) for key in shown] == list(range(len(shown)))
    del tester


def test_an_update_tells_of_the_fewest_runs(model: ImageListModel) -> None:
    came: list[tuple[int, int]] = []
    went: list[tuple[int, int]] = []
    model.rowsInserted.connect(lambda parent, first, last: came.append((first, last)))
    model.rowsRemoved.connect(lambda parent, first, last: went.append((first, last)))
    sections: list[int] = []
    model.sections_changed.connect(lambda: sections.append(model.rowCount()))
    model.update_days(
        {
            DAY + 3: images(DAY + 3, [30, 31]),
            DAY + 2: images(DAY + 2, [20]),
            DAY: images(DAY, [1, 10, 11, 3]),
            DAY - 1: None,
            DAY - 9: images(DAY - 9, []),
        }
    )
    assert keys_of(model) == [30, 31, 20, 1, 10, 11, 3]
    assert went == [(3, 4), (1, 1)]
    assert came == [(1, 2), (0, 2)]
    assert sections == [7]


def test_a_day_that_only_weighs_more_changes_no_rows(model: ImageListModel, qtbot: QtBot) -> None:
    heavier = DayImages(day=DAY, size_bytes=999, keys=array("q", [1, 2, 3]))
    with qtbot.assertNotEmitted(model.rowsInserted), qtbot.assertNotEmitted(model.rowsRemoved):
        model.update_days({DAY: heavier})
    assert model.sections[0].size_bytes == 999


def test_arrays_that_were_given_are_never_changed(model: ImageListModel) -> None:
    first, second = images(DAY, [1, 2, 3]), images(DAY, [3, 9, 1])
    model.update_days({DAY: first})
    model.update_days({DAY: second})
    assert list(first.keys) == [1, 2, 3]
    assert list(second.keys) == [3, 9, 1]


def test_the_selection_stays_with_its_images(model: ImageListModel) -> None:
    selection = QItemSelectionModel(model)
    flags = QItemSelectionModel.SelectionFlag
    selection.setCurrentIndex(model.index(1), flags.ClearAndSelect)
    selection.select(model.index(4), flags.Select)
    model.update_days({DAY: images(DAY, [7, 1, 8, 2, 3]), DAY + 1: images(DAY + 1, [9])})
    assert model.key_at(selection.currentIndex().row()) == 2
    assert sorted(model.key_at(index.row()) for index in selection.selectedIndexes()) == [2, 5]


# Records and pictures


def test_records_come_from_outside_and_tell_of_their_rows_only(model: ImageListModel) -> None:
    changes: list[tuple[int, int, list[int]]] = []
    model.dataChanged.connect(lambda a, b, roles: changes.append((a.row(), b.row(), roles)))
    model.set_records({1: record(1), 2: record(2), 4: record(4, DAY - 1), 99: record(99)})
    assert [(first, last) for first, last, _ in changes] == [(0, 1), (3, 3)]
    assert ImageRole.RECORD in changes[0][2] and ImageRole.PICTURE not in changes[0][2]
    assert model.record_at(1) == model.record(2) == record(2)
    assert model.record_at(2) is None


def test_a_picture_tells_of_one_row_and_role(model: ImageListModel) -> None:
    changes: list[tuple[int, int, list[int]]] = []
    model.dataChanged.connect(lambda a, b, roles: changes.append((a.row(), b.row(), roles)))
    picture = Picture(QPixmap(4, 4), None, 256)
    model.set_picture(4, picture)
    assert changes == [(3, 3, [ImageRole.PICTURE, DESCRIPTION])]
    assert model.picture(4) is picture


def test_cleared_it_knows_nothing_of_the_keys_it_had(model: ImageListModel) -> None:
    model.set_records({4: record(4, DAY - 1)})
    model.set_picture(4, Picture(QPixmap(4, 4), None, 256))
    model.clear()
    assert model.rowCount() == 0
    assert model.record(4) is model.picture(4) is None


def test_what_changed_is_forgotten(model: ImageListModel, qtbot: QtBot) -> None:
    model.set_records({1: record(1), 2: record(2)})
    model.set_picture(2, Picture(None, "why", 256))
    changes: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda a, b, roles: changes.append((a.row(), b.row())))
    model.forget([2, 3, 77])
    assert changes == [(1, 1)]
    assert model.record(1) and not model.record(2) and not model.picture(2)


def test_memory_of_records_and_pictures_is_bounded(qapp: object) -> None:
    model = ImageListModel(picture_bytes=3 * 16 * 16 * 4)
    model.set_days([images(DAY, range(RECORDS_KEPT + 10))])
    model.set_records({key: record(key) for key in range(RECORDS_KEPT + 10)})
    assert model.record(9) is None and model.record(10) is not None
    small, large = QPixmap(16, 16), QPixmap(32, 16)
    for key in range(3):
        model.set_picture(key, Picture(small, None, 256))
    assert model.picture(0) is not None  # used, so that 1 goes first
    model.set_picture(3, Picture(small, None, 256))
    assert [model.picture(key) is not None for key in range(4)] == [True, False, True, True]
    model.set_picture(3, Picture(large, None, 256))  # in the place of a smaller one
    assert [model.picture(key) is not None for key in range(4)] == [False, False, True, True]
    model.keep_pictures(3)
    for key in range(10):
        model.set_picture(key, Picture(large, None, 256))
    assert [key for key in range(10) if model.picture(key)] == [7, 8, 9]


# What screen readers and tool tips say


def test_an_image_is_called_by_its_prompt_or_file(model: ImageListModel) -> None:
    model.set_records({1: record(1, prompt="A <noir> picture"), 2: record(2, sidecar=None)})
    assert model.data(model.index(0), NAME) == "A <noir> picture"
    assert model.data(model.index(1), NAME) == "img_2.png"
    told = "20 November 2026 17:48:09, 1.9 MB, 1536 × 1024"
    assert model.data(model.index(0), DESCRIPTION) == told
    assert model.data(model.index(1), DESCRIPTION) == f"{told}, no sidecar"
    model.set_picture(2, Picture(None, "cut short", 256))
    assert model.data(model.index(1), DESCRIPTION) == f"{told}, no sidecar, broken: cut short"
    tip = model.data(model.index(0), TIP)
    assert "A &lt;noir&gt; picture" in tip and "img_1.png" in tip


def test_an_image_that_is_not_known_yet_is_asked_for_once_a_turn(
    model: ImageListModel, qtbot: QtBot
) -> None:
    asked: list[list[int]] = []
    model.records_wanted.connect(asked.append)
    assert model.data(model.index(1), NAME) == "Image of 20 November 2026"
    assert model.data(model.index(1), DESCRIPTION) == ""
    assert model.data(model.index(4), NAME) == "Image of 19 November 2026"
    assert asked == []
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == [[2, 5]]


def test_no_record_is_asked_for_by_painting(model: ImageListModel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(model.records_wanted, wait=20):
        for role in ImageRole:
            model.data(model.index(0), role)
        model.data(QModelIndex(), ImageRole.KEY)
