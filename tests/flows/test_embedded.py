"""A person looks at what image files say of themselves: the real window, real files on disk."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QTabBar

from gui.views.metadata_pane import EMBEDDED
from tests import generated
from tests.flows.conftest import open_window, until
from tests.generated import international_chunk, png, text_chunk
from tests.stores import make_image

DAY = datetime(2026, 11, 20, 17, 48, 9)


@pytest.fixture
def holding(tmp_path):
    """Return what makes a store of one image with this content, and no prompt in its sidecar."""

    def make(content, prompt=None):
        base = tmp_path / "store"
        image = make_image(base, DAY)
        image.write_bytes(content)
        sidecar = image.with_suffix(".json")
        values = json.loads(sidecar.read_text())
        values.pop("prompt", None)
        sidecar.write_text(json.dumps(values | ({"prompt": prompt} if prompt else {})))
        return base

    return make


async def select(session):
    session.grid.setCurrentIndex(session.images.index(0))
    pane = session.window.metadata
    await until(lambda: pane.facts is not None)
    await session.selection.settled()
    return pane


def rows(pane):
    return {fact.label: fact.value for fact in pane.facts.rows}


async def test_the_prompt_in_the_file_stands_where_the_sidecar_has_none(holding):
    base = holding(png(text_chunk("parameters", generated.A1111)))
    async with open_window(base) as session:
        pane = await select(session)
        assert pane.facts.prompt.startswith("a red fox")
        assert any(
            label.whole_text == "Prompt (Automatic1111, in the image)"
            for label in pane.findChildren(type(pane._prompt_label))
        )


async def test_the_sidecars_prompt_comes_first_and_the_files_is_in_its_tab(holding):
    base = holding(png(text_chunk("parameters", generated.A1111)), prompt="A fox")
    async with open_window(base) as session:
        pane = await select(session)
        assert (pane.facts.prompt, pane.facts.prompt_source) == ("A fox", "")
        pane.findChild(QTabBar).setCurrentIndex(EMBEDDED)
        shown = [
            (label.whole_text, value.label.value)
            for label, value in pane._embedded._pairs
            if label.isVisibleTo(pane)
        ]
        assert shown[0][0] == "Automatic1111"
        assert ("Seed", "42") in shown
        assert ("Parameters", generated.A1111) in shown  # all of it, under the part it stands in
        (raw,) = [
            value for label, value in pane._embedded._pairs if label.whole_text == "Parameters"
        ]
        raw.label.copy()
        assert QGuiApplication.clipboard().text() == generated.A1111


async def test_credentials_are_among_the_details(holding):
    whole = generated.signed(generated.saved("PNG"), "image/png")
    base = holding(whole)
    async with open_window(base) as session:
        pane = await select(session)
        assert rows(pane)["Credentials"] == f"Valid, signed by {generated.SIGNER}"
        assert rows(pane)["Source"] == "Made by AI (signed)"


async def test_changed_credentials_warn(holding):
    content = bytearray(generated.signed(generated.saved("PNG"), "image/png"))
    content[content.index(b"IDAT") + 20] ^= 1
    async with open_window(holding(bytes(content))) as session:
        pane = await select(session)
        (fact,) = [fact for fact in pane.facts.rows if fact.label == "Credentials"]
        assert fact.warning
        assert fact.value.startswith("Invalid: changed since Test Camera")


async def test_a_plain_file_says_that_it_says_nothing(holding):
    async with open_window(holding(generated.saved("PNG"))) as session:
        pane = await select(session)
        assert "Credentials" not in rows(pane)
        pane.findChild(QTabBar).setCurrentIndex(EMBEDDED)
        assert pane._nothing_embedded.isVisibleTo(pane)


async def test_the_source_of_xmp_is_named(holding):
    packet = generated.xmp(generated_source()).decode()
    base = holding(png(international_chunk("XML:com.adobe.xmp", packet)))
    async with open_window(base) as session:
        pane = await select(session)
        assert rows(pane)["Source"] == "Made by AI (XMP)"


def generated_source():
    return f"<Iptc4xmpExt:DigitalSourceType>{generated.AI}</Iptc4xmpExt:DigitalSourceType>"
