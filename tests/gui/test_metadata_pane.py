"""What the pane says of any sidecar, whole, and what a click copies."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPixmap
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QTabBar
from pytestqt.qtbot import QtBot

from core.records import ImageRecord, SelectionSummary, Thumbnail, to_microseconds
from gui.models.fact import Fact, label_of
from gui.models.facts import Facts, facts_of, facts_of_many, raw_text
from gui.views.metadata_pane import MetadataPane
from gui.views.preview import Preview
from gui.views.value_label import FoldedText, ValueLabel

ID = "img_20261120174809_9be03f3348a8"
RECORD = ImageRecord(
    key=1,
    image_id=ID,
    path=f"images/2026/11/20/{ID}.png",
    sidecar_path=f"images/2026/11/20/{ID}.json",
    sidecar_problem=None,
    day=date(2026, 11, 20).toordinal(),
    created_us=to_microseconds(datetime(2026, 11, 20, 17, 48, 9)),
    size_bytes=1_992_294,
    modified_ns=0,
    format="png",
    width=1536,
    height=1024,
    prompt="A lighthouse",
    model="imagen-4-ultra",
    provider="gemini",
    cost_usd=0.0612,
)
SIDECAR: dict[str, Any] = {
    "image_id": ID,
    "created_at": "2026-11-20T17:48:09",
    "file_info": {
        "filename": f"{ID}.png",
        "size_bytes": 1_992_294,
        "format": "PNG",
        "path": f"/srv/storage/images/2026/11/20/{ID}.png",
        "dimensions": "1536x1024",
    },
    "task_id": "task_1",
    "prompt": "A lighthouse",
    "model": "imagen-4-ultra",
    "provider": "gemini",
    "parameters": {"size": "1536x1024", "quality": "high", "style": "vivid"},
    "cost_info": {"provider": "gemini", "estimated_cost_usd": 0.0612},
}


def rows_of(facts: Facts) -> list[tuple[str, str]]:
    return [(row.label, row.value) for row in facts.rows]


def test_a_sidecar_in_reading_order_each_thing_once() -> None:
    facts = facts_of(RECORD, SIDECAR)
    assert facts.prompt == "A lighthouse"
    assert rows_of(facts) == [
        ("Model", "imagen-4-ultra"),
        ("Provider", "gemini"),
        ("Created", "20 November 2026 17:48:09"),
        ("Dimensions", "1536 × 1024"),
        ("File", "PNG, 1.9 MB"),
        ("Quality", "high"),
        ("Style", "vivid"),
        ("Cost", "$0.0612"),
        ("Task id", "task_1"),
        ("Image id", ID),
    ]


def test_what_the_program_does_not_know_is_shown_too() -> None:
    strange = {
        "provider_metadata": {"seed": 42, "safe": True, "steps": [1, 2.5, {"a": None}]},
        "revisedPrompt": "A light house",
        "file_info": {"size_bytes": 7, "path": "/srv/other.png"},
        "parameters": {"size": "1024x1024", "prompt": "inner"},
        "": "nameless",
    }
    assert rows_of(facts_of(RECORD, strange))[5:] == [
        ("Size", "1024x1024"),
        ("Prompt", "inner"),
        ("Cost", "$0.0612"),
        ("Image id", ID),
        ("Provider metadata", "seed: 42, safe: yes, steps: (1, 2.5, (a: ))"),
        ("Revised Prompt", "A light house"),
        ("Size bytes", "7"),
        ("Path", "/srv/other.png"),
        ("(no name)", "nameless"),
    ]


@pytest.mark.parametrize("value", [None, 7, 0.5, True, [], ["a"], {}, {"b": [1]}, "x" * 9999])
def test_any_type_is_taken_under_any_key(value: object) -> None:
    empty = msgspec.structs.replace(RECORD, prompt="", model="", provider="", cost_usd=None)
    facts = facts_of(empty, dict.fromkeys([*SIDECAR, "else"], value))
    assert facts.rows
    assert all(isinstance(row.value, str) and row.value for row in facts.rows)
    assert raw_text(facts).startswith("{")


def test_nesting_without_end_is_survived() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5_000):
        deep = {"k": deep}
    facts = facts_of(RECORD, {"deep": deep})
    assert ("Deep", "k: (k: (k: (k: (k: (k: (k: (k: (…))))))))") in rows_of(facts)
    assert "too deeply" in raw_text(facts)


def test_problems_are_told() -> None:
    facts = facts_of(RECORD, None, "not JSON: line 1", Thumbnail(1, b"", 0, 0, "cut short"))
    assert facts.rows[-2:] == (
        Fact("Sidecar", "not JSON: line 1", warning=True),
        Fact("Picture", "cut short", warning=True),
    )
    bare = facts_of(msgspec.structs.replace(RECORD, sidecar_path=None))
    assert bare.rows[-1] == Fact("Sidecar", "None beside the image", warning=True)


def test_the_decoded_picture_knows_its_dimensions_best() -> None:
    facts = facts_of(RECORD, SIDECAR, None, Thumbnail(1, b"x", 800, 600, None))
    assert ("Dimensions", "800 × 600") in rows_of(facts)


@pytest.mark.parametrize(
    ("cost", "text"), [(0.04, "$0.04"), (0.0612, "$0.0612"), (3, "$3.00"), (1234.5, "$1,234.50")]
)
def test_costs_have_cents_and_what_is_behind_them(cost: float, text: str) -> None:
    assert ("Cost", text) in rows_of(facts_of(msgspec.structs.replace(RECORD, cost_usd=cost)))


def test_several_images_are_summed_up() -> None:
    shared = {"model": "dall-e-3", "rating": "4", "tags": "sea, fog"}
    summary = SelectionSummary(
        12, 23_000_000, 0.5, datetime(2026, 10, 2), datetime(2026, 11, 20), shared
    )
    facts = facts_of_many(summary)
    assert facts.title == "12 images"
    assert rows_of(facts) == [
        ("Size", "22 MB"),
        ("Cost", "$0.50"),
        ("Created", "2 October 2026 – 20 November 2026"),
        ("Model", "dall-e-3"),
        ("Rating", "★★★★"),
        ("Tags", "sea, fog"),
    ]


def test_keys_become_labels() -> None:
    assert label_of("output_format") == "Output format"
    assert label_of("estimated_cost_usd") == "Estimated cost (USD)"


@pytest.fixture
def pane(qtbot: QtBot) -> MetadataPane:
    pane = MetadataPane()
    qtbot.addWidget(pane)
    pane.resize(320, 800)
    pane.show()
    return pane


def shown_labels(pane: MetadataPane) -> list[QLabel]:
    return [label for label in pane.findChildren(QLabel) if label.isVisible()]


def value_of(pane: MetadataPane, name: str) -> ValueLabel:
    label = next(label for label in shown_labels(pane) if label.accessibleName() == name)
    value = label.buddy()
    assert isinstance(value, ValueLabel)
    return value


def test_label_and_value_are_pairs_prompt_first(pane: MetadataPane) -> None:
    facts = facts_of(RECORD, SIDECAR)
    pane.set_facts(facts)
    assert pane.accessibleName() == "Metadata"
    texts = [label.accessibleName() or label.text() for label in shown_labels(pane)]
    expected = ["Prompt", facts.prompt]
    for row in facts.rows:
        expected += [row.label, row.value]
    assert texts == expected
    assert value_of(pane, "Model").accessibleName() == "imagen-4-ultra"


def test_a_click_copies_the_value_and_says_so(pane: MetadataPane, qtbot: QtBot) -> None:
    pane.set_facts(facts_of(RECORD, SIDECAR))
    value = value_of(pane, "Image id")
    label = next(x for x in shown_labels(pane) if x.accessibleName() == "Image id")
    qtbot.mouseClick(value, Qt.MouseButton.LeftButton, pos=QPoint(10, 5))
    assert QGuiApplication.clipboard().text() == ID  # without what lets it wrap
    assert label.text() == "Copied"
    qtbot.waitUntil(lambda: label.text() != "Copied")


def test_enter_copies_too(pane: MetadataPane, qtbot: QtBot) -> None:
    pane.set_facts(facts_of(RECORD, SIDECAR))
    qtbot.keyClick(value_of(pane, "Model"), Qt.Key.Key_Return)
    assert QGuiApplication.clipboard().text() == "imagen-4-ultra"


@pytest.mark.parametrize("width", [200, 320, 700])
def test_nothing_is_cut_at_any_width(pane: MetadataPane, qtbot: QtBot, width: int) -> None:
    pane.resize(width, 500)
    long = {"a_key_that_is_" + "long" * 20: "unbroken" * 40, "note": "words " * 60}
    pane.set_facts(facts_of(RECORD, SIDECAR | long))
    content = pane.widget()

    def whole() -> None:
        labels = [label for label in shown_labels(pane) if label.text()]
        assert len(labels) > 20
        for label in labels:
            left = label.mapTo(content, QPoint()).x()
            longest_word = QLabel.minimumSizeHint(label).width()
            assert 0 <= left <= left + label.width() <= pane.viewport().width()
            assert longest_word <= label.width(), label.text()
            assert label.height() >= label.heightForWidth(label.width()), label.text()

    qtbot.waitUntil(whole)  # the layout settles within a few turns of the event loop


def test_very_long_text_is_folded_and_copied_whole(pane: MetadataPane, qtbot: QtBot) -> None:
    prompt = "word " * 5_000
    pane.set_facts(Facts(image_id="x", prompt=prompt))
    folded = next(x for x in pane.findChildren(FoldedText) if x.isVisible())
    assert len(folded.label.text()) < 2_100
    folded.label.copy()
    assert QGuiApplication.clipboard().text() == prompt
    more = next(label for label in shown_labels(pane) if "Show all" in label.text())
    more.linkActivated.emit("#")
    assert folded.label.text() == prompt
    assert not more.isVisible()
    assert folded.label.hasFocus() or not pane.isActiveWindow()


def test_text_too_long_for_a_label_is_in_the_raw_view_and_copied_whole(pane: MetadataPane) -> None:
    prompt = "word " * 50_000
    pane.set_facts(Facts(image_id="x", prompt=prompt))
    folded = next(x for x in pane.findChildren(FoldedText) if x.isVisible())
    more = next(label for label in shown_labels(pane) if "Show all" in label.text())
    more.linkActivated.emit("#")
    assert 30_000 <= len(folded.label.text()) < 30_010
    assert "raw view" in more.text()
    folded.label.copy()
    assert QGuiApplication.clipboard().text() == prompt


def test_hundreds_of_values_are_shown_a_few_at_a_time(pane: MetadataPane) -> None:
    rows = tuple(Fact(f"Label {number}", f"value {number}") for number in range(400))
    pane.set_facts(Facts(image_id="x", rows=rows))
    assert len([x for x in pane.findChildren(FoldedText) if x.isVisible()]) < 100
    (more,) = [b for b in pane.findChildren(QPushButton) if b.isVisible()]
    for _ in range(20):
        if more.isVisible():
            more.click()
    shown = [x.label.value for x in pane.findChildren(FoldedText) if x.isVisible()]
    assert shown[-400:] == [f"value {number}" for number in range(400)]


def test_raw_shows_the_sidecar_as_it_is(pane: MetadataPane) -> None:
    pane.set_facts(facts_of(RECORD, SIDECAR))
    tabs, raw = pane.findChild(QTabBar), pane.findChild(QPlainTextEdit)
    assert isinstance(tabs, QTabBar)
    assert isinstance(raw, QPlainTextEdit)
    tabs.setCurrentIndex(2)
    assert raw.isVisible()
    assert msgspec.json.decode(raw.toPlainText()) == SIDECAR
    assert raw.isReadOnly()
    pane.set_facts(facts_of(RECORD, {"other": 1}))
    assert msgspec.json.decode(raw.toPlainText()) == {"other": 1}


def test_text_of_a_sidecar_is_never_markup(pane: MetadataPane) -> None:
    pane.set_facts(facts_of(RECORD, {"<b>key</b>": "<i>value</i>", "prompt": "<h1>big</h1>"}))
    texts = {label.text() for label in shown_labels(pane)}
    assert {"<i>value</i>", "<h1>big</h1>"} <= texts
    formats = {x.textFormat() for x in shown_labels(pane) if "<" in x.text()}
    assert formats == {Qt.TextFormat.PlainText}


def test_nothing_selected_is_a_hint(pane: MetadataPane) -> None:
    pane.set_facts(facts_of(RECORD, SIDECAR))
    pane.set_facts(None)
    assert [label.text() for label in shown_labels(pane)] == [
        "Select an image to see its prompt and its details."
    ]


def test_the_preview_is_letterboxed_and_goes_with_its_image(pane: MetadataPane) -> None:
    pane.set_facts(facts_of(RECORD, SIDECAR))
    picture = QPixmap(200, 100)
    picture.fill(QColor("#00ff00"))
    pane.set_preview(picture)
    preview = pane.findChild(Preview)
    assert isinstance(preview, Preview)

    def colour(share_of_height: float) -> str:
        image = preview.grab().toImage()
        at_y = int(image.height() * share_of_height)
        return image.pixelColor(image.width() // 2, at_y).name()

    assert colour(0.5) == "#00ff00"
    assert colour(0.05) != "#00ff00"
    pane.set_facts(facts_of(RECORD, SIDECAR, None, Thumbnail(1, b"x", 800, 600, None)))
    assert colour(0.5) == "#00ff00"
    pane.set_facts(facts_of(msgspec.structs.replace(RECORD, image_id="other")))
    assert colour(0.5) != "#00ff00"
    pane.set_preview(None, "cut short")
    assert preview.accessibleDescription() == "cut short"
