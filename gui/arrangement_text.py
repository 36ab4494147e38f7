"""What is said of an order of images, and above its sections. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.arrangement import Arrangement, Grouping, PromptLabel, SortKey
from core.records import ImageRecord
from gui.text import day_text, month_text, translated

if TYPE_CHECKING:
    from gui.models.day_rows import Section

HEADING_LETTERS: Final = 200  # of a prompt; more than any window is wide

_SORTS: Final = {
    SortKey.DATE: "Date",
    SortKey.SIZE: "Size",
    SortKey.NAME: "Name",
    SortKey.MODEL: "Model",
    SortKey.COST: "Cost",
    SortKey.RATING: "Rating",
}
_DIRECTIONS: Final = {  # upwards, downwards
    SortKey.DATE: ("Oldest first", "Newest first"),
    SortKey.SIZE: ("Smallest first", "Largest first"),
    SortKey.NAME: ("Names from A to Z", "Names from Z to A"),
    SortKey.MODEL: ("Models from A to Z", "Models from Z to A"),
    SortKey.COST: ("Cheapest first", "Dearest first"),
    SortKey.RATING: ("Lowest rated first", "Best rated first"),
}
_GROUPS: Final = {
    Grouping.DAY: "grouped by day",
    Grouping.MONTH: "grouped by month",
    Grouping.MODEL: "grouped by model",
    Grouping.PROMPT: "grouped by prompt",
    Grouping.NOTHING: "not grouped",
}
_BY: Final = {
    Grouping.DAY: "by day",
    Grouping.MONTH: "by month",
    Grouping.MODEL: "by model",
    Grouping.PROMPT: "by prompt",
    Grouping.NOTHING: "not grouped",
}


def sort_text(arrangement: Arrangement) -> str:
    """Say what images are sorted by: "Size"."""
    return _text(_SORTS[arrangement.sort])


def sort_and_group_text(arrangement: Arrangement) -> str:
    """Say what images are sorted by, and grouped where that is not as usual: "Size · by model"."""
    sort, group = sort_text(arrangement), arrangement.group
    if group is Arrangement().sorted_by(arrangement.sort).group:
        return sort
    return translated("arrangement", "{sort} · {group}", sort=sort, group=_text(_BY[group]))


def order_text(arrangement: Arrangement) -> str:
    """Say which images come first: "Largest first"."""
    return _text(_DIRECTIONS[arrangement.sort][arrangement.descending])


def arrangement_text(arrangement: Arrangement) -> str:
    """Say how images are arranged: "Largest first, grouped by model"."""
    group = _text(_GROUPS[arrangement.group])
    return translated("arrangement", "{order}, {group}", order=order_text(arrangement), group=group)


def heading_text(section: Section, arrangement: Arrangement, record: ImageRecord | None) -> str:
    """Say what the images of a section have in common.

    Args:
        section: Which.
        arrangement: Of all of them.
        record: Of one of the images, where it is the prompt; "" is returned until that is known.
    """
    if section.group is Grouping.NOTHING:
        return order_text(arrangement)
    if section.group is Grouping.MODEL:
        return str(section.label) or _text("No model")
    if section.group is Grouping.PROMPT:
        if section.label == PromptLabel.ONCE:
            return _text("Prompts used once")
        if section.label == PromptLabel.NONE:
            return _text("No prompt")
        return " ".join(record.prompt[:HEADING_LETTERS].split()) if record is not None else ""
    if section.group is Grouping.MONTH:
        return month_text(int(section.label))
    return day_text(section.day)


def _text(source: str) -> str:
    return translated("arrangement", source)
