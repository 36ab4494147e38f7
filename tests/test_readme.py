"""The README's tables of modules name the modules that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAME = re.compile(r"`(\w+)`")


def told(heading: str) -> set[str]:
    """The names in the first column of the table that begins with this heading."""
    table = (ROOT / "README.md").read_text().partition(f"| {heading} | its one job |\n")[2]
    rows = table.partition("\n\n")[0].splitlines()[1:]
    return {name for row in rows for name in NAME.findall(row.split("|")[1])}


@pytest.mark.parametrize(("heading", "package"), [("module", "core"), ("folder", "gui")])
def test_the_tables_name_every_module_and_no_other(heading: str, package: str) -> None:
    folder = ROOT / package
    modules = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")}
    folders = {path.parent.name for path in folder.glob("*/__init__.py")}
    assert told(heading) == modules | folders
