"""Another order of images: rows come, go and move, and what points to an image goes with it."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QItemSelectionModel, QPersistentModelIndex

from core.arrangement import Arranged, Arrangement, Grouping, PromptLabel, SortKey
from core.records import DayImages
from gui.arrangement_text import arrangement_text, heading_text
from gui.models.arranged_rows import ArrangedRows
from gui.models.day_rows import DayRows, Section
from gui.models.image_list import ImageListModel
from gui.models.rearrangement import rearranged
from gui.views.grid_geometry import MANY_SECTIONS, GridGeometry
from tests.gui.grids import DAY

NOTHING = Arrangement(SortKey.SIZE, group=Grouping.NOTHING)
keys = st.lists(st.integers(1, 30), unique=True)


def rows_of(listed: list[int], how: Arrangement = NOTHING) -> ArrangedRows:
    """Rows in sections of three."""
    counts = [len(listed[at : at + 3]) for at in range(0, len(listed), 3)]
    sums = array("q", [10 * count for count in counts])
    labels = [PromptLabel.SAME] * len(counts)
    return ArrangedRows(Arranged(how, array("q", listed), array("q", counts), sums, labels))


@given(keys, keys, st.randoms())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_points_to_an_image_goes_with_it(qapp, before, after, rng):
    model = ImageListModel()
    model.set_rows(rows_of(before))
    selection = QItemSelectionModel(model)
    chosen = [key for key in before if rng.random() < 0.5]
    for key in chosen:
        selection.select(model.index(model.find(key)), QItemSelectionModel.SelectionFlag.Select)
    held = {key: QPersistentModelIndex(model.index(row)) for row, key in enumerate(before)}
    counts = []
    model.rowsInserted.connect(lambda *_: counts.append(model.rowCount()))
    model.rowsRemoved.connect(lambda *_: counts.append(model.rowCount()))
    change = rearranged(model.keys_between(0, model.rowCount()), rows_of(after))
    model.rearrange(change)
    assert list(model.keys_between(0, model.rowCount())) == after
    for key, index in held.items():
        assert index.isValid() == (key in after)
        assert not index.isValid() or model.key_at(index.row()) == key
    assert {model.key_at(index.row()) for index in selection.selectedIndexes()} == (
        set(chosen) & set(after)
    )
    assert len(counts) <= 2
    runs = [range(row, row + 1) for row, key in enumerate(before) if key in chosen]
    final = [row for run in change.final_runs(runs) for row in run]
    assert [after[row] for row in final] == [key for key in after if key in set(chosen)]
    for row, key in enumerate(before):
        beside = change.neighbour(row)
        staying = [at for at, other in enumerate(before) if other in after]
        if key in after:
            assert beside == row
        elif staying:
            assert beside == min((at for at in staying if at > row), default=staying[-1])
        else:
            assert beside is None


def test_from_days_to_another_order_and_back(qtmodeltester):
    model = ImageListModel()
    days = [
        DayImages(DAY, 30, array("q", [1, 2, 3])),
        DayImages(DAY - 1, 20, array("q", [4, 5])),
    ]
    model.set_days(days)
    by_day = model.rows
    assert isinstance(by_day, DayRows)
    model.rearrange(rearranged(model.keys_between(0, 5), rows_of([5, 1, 4, 2, 3])))
    assert [model.key_at(row) for row in range(5)] == [5, 1, 4, 2, 3]
    assert [section.count for section in model.sections] == [3, 2]
    assert model.find(4) == 2
    assert model.find(77) is None
    assert model.rows_of({3: DAY, 5: DAY - 1, 77: DAY}) == [0, 4]
    assert model.row_of(1, DAY) == 1
    qtmodeltester.check(model)
    with pytest.raises(TypeError):
        model.update_days({DAY: None})
    model.rearrange(rearranged(model.keys_between(0, 5), DayRows(by_day.days)))
    assert [model.key_at(row) for row in range(5)] == [1, 2, 3, 4, 5]
    assert model.rows_of({3: DAY, 5: DAY - 1, 77: DAY}) == [2, 4]


def test_the_row_that_stays_with_most_of_what_is_seen():
    before = array("q", range(200))
    moved = [115, *range(115), *range(116, 200)]
    change = rearranged(before, rows_of(moved))
    assert change.steady(range(115, 130)) == 116
    gone = rearranged(before, rows_of(list(range(20, 200))))
    assert gone.steady(range(10, 30)) == 20
    assert gone.steady(range(10)) is None


def test_very_many_sections_stand_as_few_do():
    counts = array("q", [1 + number * 7 % 11 for number in range(MANY_SECTIONS + 5)])
    many = GridGeometry(counts, 900, 160)
    few = GridGeometry(counts[:100], 900, 160)
    assert many.sections == MANY_SECTIONS + 5
    assert many.rows == sum(counts)
    for row in range(few.rows):
        assert many.rect(row) == few.rect(row)
        assert type(many.rect(row).y) is int
    assert many.headings_between(0, few.height - 1) == few.headings_between(0, few.height)


def test_headings_say_what_the_images_have_in_common():
    def said(group, label, record=None):
        how = Arrangement(SortKey.COST, False, group)
        return heading_text(Section(0, 0, 1, 1, group, label), how, record)

    assert said(Grouping.MODEL, "imagen-4") == "imagen-4"
    assert said(Grouping.MODEL, "") == "No model"
    assert said(Grouping.MONTH, DAY) == "November 2026"
    assert said(Grouping.NOTHING, 0) == "Cheapest first"
    assert said(Grouping.PROMPT, PromptLabel.ONCE) == "Prompts used once"
    assert said(Grouping.PROMPT, PromptLabel.NONE) == "No prompt"
    assert said(Grouping.PROMPT, PromptLabel.SAME) == ""
    how = Arrangement(SortKey.NAME, False, Grouping.PROMPT)
    assert arrangement_text(how) == "Names from A to Z, grouped by prompt"
