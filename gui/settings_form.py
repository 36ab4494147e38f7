"""The settings of a store as a form: which fields there are, and what is wrong with a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from core.errors import InvalidSettings
from core.settings import ENVIRONMENT_PREFIX, RANGES, StorageSettings
from gui.text import decimal_text, number_text, translated


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of the form; all its words are translated where they are shown.

    Attributes:
        name: Of ``StorageSettings``.
        label: With its mnemonic.
        unit: What its number counts; "" for what is no number.
        hint: What a person has to know to fill it in.
        section: The heading it stands under.
        choices: What can be chosen, and what it is called; () for what is typed.
        step: By how much the arrow keys change a number.
    """

    name: str
    label: str
    section: str
    unit: str = ""
    hint: str = ""
    choices: tuple[tuple[object, str], ...] = ()
    step: float = 1


FORM: Final = (
    FormField("retention_days", "&Keep images for", "Images", "days"),
    FormField("max_size_gb", "&Size limit", "Images", "GB",
              "Where the store holds more, space is freed for good: the trash first, "
              "then the oldest images."),
    FormField("trash_days", "Keep &trash for", "Trash", "days"),
    FormField("trash_max_gb", "Trash size &limit", "Trash", "GB", "0 sets no limit."),
    FormField("automatic_cleanup", "Clean up a&utomatically", "Clean-up",
              hint="While a window shows this store. Pinned images always stay."),
    FormField("cleanup_interval_hours", "Clean-up &interval", "Clean-up", "hours"),
    FormField("create_subdirectories", "&Folders", "New files", choices=(
        (True, "One for each day"), (False, "One for all, as older servers do"))),
    FormField("file_permissions", "File &permissions", "New files",
              hint="For owner, group and everybody else: 6 reads and writes, 4 reads, 0 neither."),
)  # fmt: skip


def problem_of(name: str, value: Any) -> str:
    """Say what is wrong with a value, as a sentence for under its field; "" if nothing is."""
    try:
        StorageSettings(**{name: value})
    except InvalidSettings:
        return _rule(name)
    return ""


def _rule(name: str) -> str:
    allowed = RANGES.get(name)
    if allowed is None:
        return _text('Must be three octal digits that let the owner read and write, such as "644".')
    source = "Must be a number from {least} to {most}."
    if allowed.whole:
        source = "Must be a whole number from {least} to {most}."
    return _text(source, least=decimal_text(allowed.least), most=number_text(int(allowed.most)))


def locked_text(name: str) -> str:
    """Say that the environment holds a setting, and by which variable."""
    variable = f"{ENVIRONMENT_PREFIX}{name.upper()}"
    return _text("Set by {variable}, outside this window.", variable=variable)


def _text(source: str, **values: str) -> str:
    return translated("settings", source, **values)
