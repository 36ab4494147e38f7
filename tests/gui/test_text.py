from __future__ import annotations

from datetime import date, datetime

import pytest
from PySide6.QtCore import QAbstractItemModel, QLocale, Qt
from PySide6.QtGui import QTextDocumentFragment, QTextLayout

from core.import_records import ImportOutcome, ImportReport, ImportResult, Refusal
from gui.models.image_table import Column, ImageTableModel
from gui.models.image_text import tool_tip
from gui.models.import_rows import ImportRows
from gui.text import (
    count_text,
    date_text,
    day_text,
    isolated,
    moment_text,
    number_text,
    size_text,
    translated,
)

DAY = date(2026, 11, 20).toordinal()


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1,023 bytes"),
        (1024, "1.0 kB"),
        (1_990_000, "1.9 MB"),
        (10 * 1024**2 - 1, "10 MB"),
        (402 * 1024**2, "402 MB"),
        (1024**3 - 1, "1.0 GB"),
        (17 * 1024**3, "17 GB"),
        (3 * 1024**6, "3,072 PB"),
    ],
)
def test_sizes_have_the_largest_fitting_unit(size: int, text: str) -> None:
    assert size_text(size) == text


def test_counts_are_singular_or_plural_with_thousands_apart() -> None:
    assert count_text(0, "image") == "0 images"
    assert count_text(1, "image") == "1 image"
    assert count_text(12_431, "image") == "12,431 images"
    assert number_text(1_000_000) == "1,000,000"


def test_dates_are_written_out() -> None:
    assert day_text(DAY) == "Friday 20 November 2026"
    assert date_text(DAY) == "20 November 2026"
    assert moment_text(datetime(2026, 11, 20, 17, 48, 9)) == "20 November 2026 17:48:09"
    assert moment_text(datetime(2026, 11, 2, 7, 8, 9, 999_999)) == "2 November 2026 07:08:09"


def test_the_persons_locale_decides() -> None:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    try:
        assert day_text(DAY) == "Freitag 20 November 2026"
        assert size_text(1_990_000) == "1,9 MB"
    finally:
        QLocale.setDefault(before)


def test_a_value_is_put_in_as_it_is() -> None:
    text = translated("tests", "{file} is in {store}, {so}", file="{store}.png", store="Holiday")
    assert text == "{store}.png is in Holiday, {so}"


RLO, LRI, RLI, RLE, PDI = "\u202e", "\u2066", "\u2067", "\u202b", "\u2069"
TURNING = [
    f"a{RLO}gnp.exe",
    f"a{RLE}b",
    f"a{RLI}b{LRI}c",
    f"{PDI}{RLO}b",
    f"{RLI}a{PDI}{PDI}{RLO}b",
    f"{RLO}a\n{PDI}{RLO}b",
    "תה מנטה",
    f"{RLI}קנקן tea",
]


def places(text: str, of: str) -> list[float]:
    """Where the letters of a part of a line are seen, from left to right."""
    layout = QTextLayout(text.replace("\n", "\u2028"))  # as labels and tool tips have it
    layout.beginLayout()
    lines = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(10_000)
        lines.append(line)
    layout.endLayout()
    first = text.index(of)
    line = layout.lineForTextPosition(first)
    return [line.cursorToX(at)[0] for at in range(first, first + len(of))]


@pytest.mark.parametrize("name", TURNING)
def test_names_do_not_turn_around_what_stands_beside_them(name: str) -> None:
    said = translated("tests", "Of {name} 3 images, 41 kB", name=name)
    ours = places(said, "3 images, 41 kB")
    assert ours == sorted(ours)
    begin = places(said, "Of ")
    assert begin == sorted(begin)
    assert said.translate(dict.fromkeys([0x2068, 0x2069])) == (
        f"Of {name} 3 images, 41 kB".translate({0x2069: None})
    )
    plain = QTextDocumentFragment.fromHtml(tool_tip(name, "3 images, 41 kB")).toPlainText()
    ours = places(plain, "3 images, 41 kB")
    assert ours == sorted(ours)


def test_hebrew_and_arabic_are_read_from_right_to_left_where_they_stand_in_a_line() -> None:
    said = translated("tests", "{name} is gone", name="תה 12 מנטה")
    hebrew = places(said, "נטה")
    assert hebrew == sorted(hebrew, reverse=True)
    digits = places(said, "12")
    assert digits == sorted(digits)
    assert min(places(said, "is gone")) > max(digits) > max(hebrew)


def test_other_texts_stay_as_they_are() -> None:
    for text in ("", "A noir picture", "茶壺", "Ünïcode – 🫖\nx"):
        assert isolated(text) == text


NAMED_AS_HTML = "<img src='file:///etc/hostname'>.png"


def test_names_that_look_like_html_are_shown_as_they_are_in_tool_tips() -> None:
    table = ImageTableModel([Column("Image", str, str)], hash)
    table.set_rows([NAMED_AS_HTML])
    problem = f"{NAMED_AS_HTML} is no image"
    refused = ImportResult(
        source=NAMED_AS_HTML,
        given=0,
        outcome=ImportOutcome.REFUSED,
        refusal=Refusal.NOT_AN_IMAGE,
        problem=problem,
    )
    report = ImportRows(ImportReport((refused,), 1))
    for tip in (tip_of(table), tip_of(report)):
        assert tip.startswith("<span>")
        assert QTextDocumentFragment.fromHtml(tip).toPlainText().startswith(NAMED_AS_HTML)


def tip_of(model: QAbstractItemModel) -> str:
    return str(model.data(model.index(0, 0), Qt.ItemDataRole.ToolTipRole))
