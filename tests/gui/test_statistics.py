"""What is summed up of a store, and how it is shown."""

from __future__ import annotations

import csv
import io
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from core.records import DayTotal
from core.statistics_records import GroupTotal, MonthStatistics
from gui.models.statistics import (
    MOST_SERIES,
    OTHER,
    Statistics,
    by_bytes,
    by_cost,
    format_of,
    model_of,
    pace_of,
)

TODAY = date(2026, 11, 20).toordinal()
GROUPS = st.lists(
    st.builds(
        GroupTotal,
        st.sampled_from(["", "a", "b", "c", "d", "e", "f", "g"]),
        st.just("x"),
        st.sampled_from(["png", "jpeg"]),
        st.integers(1, 99),
        st.integers(0, 10**9),
        st.none() | st.floats(0, 100),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda group: (group.model, group.format),
)
MONTHS = st.dictionaries(
    st.dates(date(2020, 1, 1), date(2026, 12, 31)).map(lambda d: d.replace(day=1).toordinal()),
    GROUPS,
    max_size=20,
)


def summed_up(months: dict[int, list[GroupTotal]]) -> Statistics:
    return Statistics(MonthStatistics(first, tuple(g), ()) for first, g in months.items())


@given(MONTHS)
def test_every_sum_is_that_of_all_groups(months: dict[int, list[GroupTotal]]) -> None:
    found = summed_up(months)
    groups = [group for each in months.values() for group in each]
    assert found.images == sum(group.images for group in groups)
    assert found.size_bytes == sum(group.size_bytes for group in groups)
    for naming in (model_of, format_of):
        stack = found.stack(naming, by_bytes)
        assert sum(sum(values) for _, values in stack.series) == found.size_bytes
        assert len(stack.series) <= MOST_SERIES + 1
        ranked = found.ranked(naming, by_bytes)
        assert [value for _, value in ranked] == sorted((v for _, v in ranked), reverse=True)
        assert sum(value for _, value in ranked) == found.size_bytes
    if months:
        assert found.growth(by_bytes).series[0][1][-1] == found.size_bytes
        assert found.months[0] == min(months)
        assert found.months[-1] == max(months)


@given(MONTHS)
def test_the_csv_holds_every_group(months: dict[int, list[GroupTotal]]) -> None:
    rows = list(csv.DictReader(io.StringIO(summed_up(months).csv_text())))
    assert len(rows) == sum(map(len, months.values()))
    assert sum(int(row["size_bytes"]) for row in rows) == summed_up(months).size_bytes


def test_costs_nobody_knows_are_not_zero() -> None:
    month = date(2026, 11, 1).toordinal()
    unknown = GroupTotal("a", "x", "png", 3, 100, None)
    assert summed_up({month: [unknown]}).cost_usd is None
    assert summed_up({month: [unknown]}).ranked(model_of, by_cost) == []
    known = GroupTotal("b", "x", "png", 1, 100, 0.25)
    assert summed_up({month: [unknown, known]}).cost_usd == 0.25


def test_what_is_small_is_one_series() -> None:
    month = date(2026, 11, 1).toordinal()
    groups = [GroupTotal(name, "x", "png", 1, 2**at, None) for at, name in enumerate("abcdefgh")]
    stack = summed_up({month: groups}).stack(model_of, by_bytes)
    assert [name for name, _ in stack.series] == ["h", "g", "f", "e", "d", OTHER]
    assert stack.series[-1][1] == [1 + 2 + 4]


def test_the_pace_says_when_a_store_is_full() -> None:
    totals = [DayTotal(TODAY - back, 1, 3000) for back in range(60)]
    assert pace_of(totals, TODAY, 10_000, 70_000) == (3000.0, 20)
    assert pace_of(totals, TODAY, 70_000, 70_000) == (3000.0, 0)
    assert pace_of(totals[40:], TODAY, 10_000, 70_000) == (0.0, None)
