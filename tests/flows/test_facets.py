"""A person looks through a store by facets: the real window, a real store on disk."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.errors import CatalogError
from core.facet_counter import FacetCounter
from core.facets import Facet, marked
from gui.models.facets import Role
from tests.flows.conftest import all_loaded, open_window, until
from tests.flows.test_open_and_browse import shown_ids
from tests.flows.test_search import having, offers_shown, search
from tests.stores import make_image, newest_first, sidecar_of

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton
NONE, CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
DAY = datetime(2026, 11, 20, 12)
Checked = Qt.CheckState.Checked


def values_of(path, base):
    """What an image has in each facet, as its sidecar and its name say."""
    said = json.loads(sidecar_of(base, path).read_bytes())
    width, height = map(int, said["parameters"]["size"].split("x"))
    shapes = {width > height: "landscape", height > width: "portrait"}
    return {
        Facet.MODEL: said["model"],
        Facet.PROVIDER: said["provider"],
        Facet.FORMAT: {"jpg": "jpeg"}.get(path.suffix[1:], path.suffix[1:]),
        Facet.SHAPE: shapes.get(True, "square"),
        Facet.PINNED: "pinned" if said.get("contact_sheet", {}).get("pinned") else "not pinned",
    }


def expected(base, paths, facet):
    return dict(Counter(values_of(path, base)[facet] for path in paths))


def counts(session, facet):
    """What the tree says, by value."""
    model = session.facet_model
    return {value.name: value.images for value in model.facets.get(facet, {}).values()}


def held(session, facet):
    return {value.name for value in session.facet_model.facets[facet].values() if value.held}


async def counted(session):
    await all_loaded(session)
    await session.facets.settled()


def press(session, facet, name, modifier=NONE):
    tree, model = session.window.facets.tree, session.facet_model
    index = model.index_of(facet, name)
    tree.scrollTo(index)
    QTest.mouseClick(tree.viewport(), LEFT, modifier, tree.visualRect(index).center())


async def click(session, facet, name, modifier=NONE):
    press(session, facet, name, modifier)
    await counted(session)


def commonest(base, facet, number=2):
    return [
        name for name, _ in Counter(expected(base, newest_first(base), facet)).most_common(number)
    ]


async def test_counts_are_those_of_the_sidecars_and_follow_what_is_typed(store):
    base = store(images=120, days=12)
    async with open_window(base) as session:
        await counted(session)
        for facet in Facet:
            assert counts(session, facet) == expected(base, newest_first(base), facet)
        await search(session, "fox")
        await counted(session)
        found = having(base, "fox")
        assert 0 < len(found) < 120
        for facet in Facet:
            assert counts(session, facet) == expected(base, found, facet)
        top = session.facet_model.index_of(Facet.MODEL)
        first = session.facet_model.index(0, 0, top)
        assert first.data(Role.COUNT) == str(max(expected(base, found, Facet.MODEL).values()))
        QTest.keyClick(session.window.search, Key.Key_Escape)
        await counted(session)
        assert counts(session, Facet.MODEL) == expected(base, newest_first(base), Facet.MODEL)


@offers_shown
async def test_a_click_looks_for_a_value_and_a_second_no_longer(store):
    base = store(images=120, days=6)
    first, second = commonest(base, Facet.MODEL)
    async with open_window(base) as session:
        box = session.window.search
        await search(session, "fo")
        await counted(session)
        found = having(base, "fo")
        await click(session, Facet.MODEL, first)
        assert box.text() == f"model:{first} fo"  # the word may still go on
        assert held(session, Facet.MODEL) == {first}
        of_first = [path for path in found if values_of(path, base)[Facet.MODEL] == first]
        assert await shown_ids(session) == [path.stem for path in of_first]
        # a facet's own counts are of what could be chosen instead
        assert counts(session, Facet.MODEL) == expected(base, found, Facet.MODEL)
        assert counts(session, Facet.SHAPE) == expected(base, of_first, Facet.SHAPE)
        await click(session, Facet.MODEL, second, CONTROL)
        assert box.text() == f"model:{first},{second} fo"
        assert held(session, Facet.MODEL) == {first, second}
        either = [path for path in found if values_of(path, base)[Facet.MODEL] in (first, second)]
        assert await shown_ids(session) == [path.stem for path in either]
        await click(session, Facet.MODEL, first)
        assert box.text() == f"model:{second} fo"
        await click(session, Facet.MODEL, first)  # in the place of the other
        assert box.text() == f"model:{first} fo"
        await click(session, Facet.MODEL, first)
        assert box.text() == "fo"
        assert held(session, Facet.MODEL) == set()
        assert await shown_ids(session) == [path.stem for path in found]


async def test_several_facets_narrow_together_and_everything_by_keyboard(store):
    base = store(images=90, days=6)
    async with open_window(base) as session:
        window, model = session.window, session.facet_model
        tree = window.facets.tree
        await counted(session)
        window.dates.setFocus()
        QTest.keyClick(window.dates, Key.Key_Tab)
        await until(tree.hasFocus)
        tree.setCurrentIndex(model.index_of(Facet.FORMAT))
        QTest.keyClick(tree, Key.Key_Down)
        QTest.keyClick(tree, Key.Key_Space)
        await counted(session)
        (form,) = held(session, Facet.FORMAT)
        assert tree.hasFocus()
        assert model.row_at(tree.currentIndex()).name == form  # the keyboard stays where it was
        assert tree.currentIndex().data(Qt.ItemDataRole.CheckStateRole) == Checked
        await click(session, Facet.SHAPE, commonest(base, Facet.SHAPE)[0])
        (shape,) = held(session, Facet.SHAPE)
        assert window.search.text() == f"{shape} format:{form}"
        everything = {path: values_of(path, base) for path in newest_first(base)}
        both = [
            path
            for path, has in everything.items()
            if (has[Facet.FORMAT], has[Facet.SHAPE]) == (form, shape)
        ]
        assert await shown_ids(session) == [path.stem for path in both]
        of_form = [path for path, has in everything.items() if has[Facet.FORMAT] == form]
        of_shape = [path for path, has in everything.items() if has[Facet.SHAPE] == shape]
        assert counts(session, Facet.FORMAT) == expected(base, of_shape, Facet.FORMAT)
        assert counts(session, Facet.SHAPE) == expected(base, of_form, Facet.SHAPE)
        assert counts(session, Facet.MODEL) == expected(base, both, Facet.MODEL)


@offers_shown
async def test_what_is_typed_is_marked_and_pins_and_arrivals_are_counted(store):
    base = store(images=40, days=4)
    async with open_window(base) as session:
        session.stores.store.manager.follow()
        await search(session, "is:pinned")
        await counted(session)
        assert held(session, Facet.PINNED) == {"pinned"}
        assert counts(session, Facet.PINNED) == {"pinned": 0, "not pinned": 40}
        QTest.keyClick(session.window.search, Key.Key_Escape)
        await counted(session)
        session.grid.setCurrentIndex(session.images.index(3))
        session.window.actions_by_id["pin"].trigger()
        await until(lambda: counts(session, Facet.PINNED) == {"pinned": 1, "not pinned": 39})
        await search(session, "fox")
        await counted(session)
        before = counts(session, Facet.MODEL)
        made = make_image(base, DAY + timedelta(days=3), prompt="A fox on ice")
        make_image(base, DAY + timedelta(days=3, hours=1), prompt="An otter")
        said = json.loads(made.with_suffix(".json").read_bytes())
        made.with_suffix(".json").write_text(json.dumps({**said, "model": "brand-new 1"}))
        await until(lambda: counts(session, Facet.MODEL) == {**before, "brand-new 1": 1})
        await click(session, Facet.MODEL, "brand-new 1")
        assert session.window.search.text() == 'model:"brand-new 1" fox'
        assert session.images.rowCount() == 1


@offers_shown
async def test_where_nothing_is_counted_is_said_why(store):
    base = store(images=0)
    async with open_window(base) as session:
        session.stores.store.manager.follow()
        await counted(session)
        facets = session.window.facets
        assert "As images come" in facets.tree.accessibleDescription()
        assert is_painted(facets)
        await search(session, "fox")
        await counted(session)
        assert "the search finds no images" in facets.tree.accessibleDescription()
        make_image(base, DAY, prompt="A fox on ice")
        await until(lambda: sum(counts(session, Facet.FORMAT).values()) == 1)
        await counted(session)
        assert facets.tree.accessibleDescription() == ""


def is_painted(widget):
    """Tell whether anything is seen of a widget but its background."""
    image = widget.grab().toImage()
    background = image.pixel(0, 0)
    return any(
        image.pixel(x, y) != background for x in range(image.width()) for y in range(image.height())
    )


def hold_marks(monkeypatch):
    """Have no value marked until the returned event is set, and nothing counted any more."""
    marking = threading.Event()

    def slowly(*search):
        assert marking.wait(20)
        return marked(*search)

    async def for_ever(*_):
        await asyncio.Event().wait()

    monkeypatch.setattr("gui.controllers.facets.marked", slowly)
    monkeypatch.setattr(FacetCounter, "count", for_ever)
    return marking


async def test_values_are_marked_at_once_but_not_while_the_window_waits(store, monkeypatch):
    base = store(images=40, days=4)
    async with open_window(base) as session:
        await counted(session)
        (model,) = commonest(base, Facet.MODEL, 1)
        marking = hold_marks(monkeypatch)
        session.window.search.setText(f'model:"{model}"')
        await until(lambda: not session.search.pending)
        await all_loaded(session)
        assert not held(session, Facet.MODEL)
        marking.set()
        await until(lambda: held(session, Facet.MODEL) == {model})


async def test_clicks_follow_each_other_without_waiting_for_marks(store, monkeypatch):
    base = store(images=40, days=4)
    first, second = commonest(base, Facet.MODEL)
    async with open_window(base) as session:
        await counted(session)
        box = session.window.search
        marking = hold_marks(monkeypatch)
        for value, modifier, said in (
            (first, CONTROL, f"model:{first}"),
            (second, CONTROL, f"model:{first},{second}"),
            (first, NONE, f"model:{second}"),
            (second, NONE, ""),
            (second, NONE, f"model:{second}"),
            (first, NONE, f"model:{first}"),  # in the place of the other
        ):
            press(session, Facet.MODEL, value, modifier)
            assert box.text() == said
            assert not held(session, Facet.MODEL)  # none is marked yet
        marking.set()
        await until(lambda: held(session, Facet.MODEL) == {first})


async def test_hidden_facets_are_not_counted_and_come_back_as_they_were_left(store):
    base = store(images=30, days=3)
    async with open_window(base) as session:
        await counted(session)
        window = session.window
        window.sidebar.setSizes([300, 400])
        sizes = window.sidebar.sizes()
        window.actions_by_id["show_facets"].trigger()
        assert not window.facets.isVisible()
        before = counts(session, Facet.MODEL)
        await search(session, "fox")
        await counted(session)
        assert counts(session, Facet.MODEL) == before  # nobody sees them
        window.actions_by_id["show_facets"].trigger()
        await counted(session)
        assert counts(session, Facet.MODEL) == expected(base, having(base, "fox"), Facet.MODEL)
        assert window.sidebar.sizes() == sizes
        window.actions_by_id["show_facets"].trigger()
    async with open_window(base) as session:
        window = session.window
        assert not window.facets.isVisible()
        assert window.dates.isVisible()
        window.actions_by_id["show_facets"].trigger()
        await counted(session)
        assert window.sidebar.sizes() == sizes
        assert counts(session, Facet.MODEL) == expected(base, newest_first(base), Facet.MODEL)


@pytest.mark.logs_error("a background task failed")
async def test_what_a_failed_count_left_out_is_counted_with_the_next_change(
    store, monkeypatch, caplog
):
    base = store(images=20, days=3)
    count = FacetCounter.count

    async def fail(counter, days=None):
        monkeypatch.setattr(FacetCounter, "count", count)
        raise CatalogError("The catalogue cannot be read")

    async with open_window(base) as session:
        await counted(session)
        session.stores.store.manager.follow()
        monkeypatch.setattr(FacetCounter, "count", fail)
        make_image(base, DAY + timedelta(days=3))
        await until(lambda: "a background task failed" in caplog.text)
        make_image(base, DAY + timedelta(days=4))
        await until(lambda: sum(counts(session, Facet.FORMAT).values()) == 22)
        await counted(session)
        assert counts(session, Facet.FORMAT) == expected(base, newest_first(base), Facet.FORMAT)
