"""The tree of facets: what it says, what is current stays so, and what keys and clicks ask for."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.facets import UNPINNED, Facet, Facets, FacetValue, Values
from core.query_terms import Mark, Term, TextField, Value
from gui.models.facets import MOST, TOP, FacetModel, Role
from gui.views.facets import FacetTree

Key = Qt.Key
Control = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


def model_named(name: str, images: int = 1, *, held: bool = False) -> FacetValue:
    return FacetValue(name, Term(Value(TextField.MODEL, name)), images, held)


def named(values: Iterable[FacetValue]) -> Values:
    return {value.name.lower(): value for value in values}


def sample() -> Facets:
    square = FacetValue("square", Term(Mark.SQUARE), 12_431, False)
    unpinned = FacetValue(UNPINNED, Term(Mark.PINNED, True), 3, True)
    png = FacetValue("png", Term(Value(TextField.FORMAT, "png")), 9, False)
    return {
        Facet.MODEL: named([model_named("imagen-4", 7), model_named("Dall-E 3", 2, held=True)]),
        Facet.PROVIDER: {},
        Facet.FORMAT: named([png]),
        Facet.SHAPE: named([square]),
        Facet.PINNED: named([unpinned]),
    }


def outline(model: FacetModel) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    checked = Qt.CheckState.Checked
    found = []
    for row in range(model.rowCount()):
        top = model.index(row, 0)
        below = [model.index(each, 0, top) for each in range(model.rowCount(top))]
        assert all(model.parent(index) == top for index in below)
        said = [
            (i.data(), i.data(Role.COUNT), i.data(_Qt.CheckStateRole) == checked) for i in below
        ]
        found.append((top.data(), said))
    return found


_Qt = Qt.ItemDataRole


@pytest.fixture
def model(qapp: QApplication) -> FacetModel:
    return FacetModel()


@pytest.fixture
def tree(model: FacetModel, qtbot: QtBot) -> FacetTree:
    tree = FacetTree(model)
    qtbot.addWidget(tree)
    tree.resize(240, 600)
    model.set_facets(sample())
    tree.show()
    qtbot.waitExposed(tree)
    tree.activateWindow()
    tree.setFocus()
    return tree


def test_facets_over_their_values_with_counts_and_marks(model: FacetModel) -> None:
    model.set_facets(sample())
    assert outline(model) == [
        ("Model", [("imagen-4", "7", False), ("Dall-E 3", "2", True)]),
        ("Format", [("PNG", "9", False)]),
        ("Shape", [("Square", "12,431", False)]),
        ("Pin", [("Not pinned", "3", True)]),
    ]
    square = model.index_of(Facet.SHAPE, "square")
    assert square.data(_Qt.AccessibleDescriptionRole) == "12,431 images"
    assert square.data(_Qt.ToolTipRole).startswith("Square: 12,431 images\nClick to look for it;")
    assert square.flags() & Qt.ItemFlag.ItemIsUserCheckable
    model.set_facets({})
    assert outline(model) == []


def test_the_commonest_are_shown_and_what_is_held_and_the_others_when_asked_for(
    model: FacetModel,
) -> None:
    values = tuple(model_named(f"m{n}", 100 - n, held=n == 13) for n in range(15))
    model.set_facets({Facet.MODEL: named(values)})

    def names() -> list[str]:
        return [name for name, _, _ in outline(model)[0][1]]

    assert names() == [f"m{n}" for n in [*range(TOP), 13]] + ["4 more…"]
    model.show_whole(Facet.MODEL, True)
    assert names() == [f"m{n}" for n in range(15)] + ["Fewer"]
    model.show_whole(Facet.MODEL, False)
    assert names()[-1] == "4 more…"
    model.set_facets({Facet.MODEL: named(values[:TOP])})
    assert names() == [f"m{n}" for n in range(TOP)]


def test_thousands_of_values_are_never_laid_out_at_once(model: FacetModel) -> None:
    values = tuple(model_named(f"m{n}", 9_999 - n, held=n == 4_321) for n in range(5_000))

    def names() -> list[str]:
        return [name for name, _, _ in outline(model)[0][1]]

    model.set_facets({Facet.MODEL: named(values)})
    model.show_whole(Facet.MODEL, True)
    shown = [*(f"m{n}" for n in range(MOST)), "m4321"]
    assert names() == [*shown, f"Fewer · {5_000 - len(shown):,} not shown"]
    model.set_facets({Facet.MODEL: named(model_named(v.name, held=True) for v in values)})
    assert names() == [*(f"m{n}" for n in range(2 * MOST)), "Fewer · 4,600 not shown"]
    model.show_whole(Facet.MODEL, False)
    assert names() == [*(f"m{n}" for n in range(TOP + MOST)), "4,790 more…"]


def test_what_is_known_of_a_value_stays_with_it_whatever_comes_and_goes(model: FacetModel) -> None:
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    rng = random.Random(4)
    kept: dict[str, QPersistentModelIndex] = {}
    for _ in range(200):
        names = rng.sample([f"m{n}" for n in range(14)], rng.randrange(15))
        model.set_facets(
            {
                Facet.MODEL: named(model_named(name, rng.randrange(9)) for name in names),
                Facet.SHAPE: sample()[Facet.SHAPE] if rng.random() < 0.5 else {},
                Facet.FORMAT: sample()[Facet.FORMAT] if rng.random() < 0.5 else {},
            }
        )
        for name, index in kept.items():
            assert not index.isValid() or index.data() == name
        shown = [name for name in names if model.index_of(Facet.MODEL, name).isValid()]
        assert len(shown) == min(len(names), TOP)
        kept = {n: QPersistentModelIndex(model.index_of(Facet.MODEL, n)) for n in shown}


def test_a_click_asks_for_a_value_and_with_ctrl_besides_others(
    tree: FacetTree, model: FacetModel, qtbot: QtBot
) -> None:
    asked: list[tuple[Facet, str, bool]] = []
    tree.value_toggled.connect(lambda facet, value, more: asked.append((facet, value.name, more)))

    def click(index: QModelIndex, *modifiers: Qt.KeyboardModifier) -> None:
        qtbot.mouseClick(tree.viewport(), LEFT, *modifiers, pos=tree.visualRect(index).center())

    click(model.index_of(Facet.MODEL, "imagen-4"))
    click(model.index_of(Facet.SHAPE, "square"), Control)
    assert asked == [(Facet.MODEL, "imagen-4", False), (Facet.SHAPE, "square", True)]
    click(model.index_of(Facet.MODEL))
    assert not tree.isExpanded(model.index_of(Facet.MODEL))
    click(model.index_of(Facet.MODEL))
    assert tree.isExpanded(model.index_of(Facet.MODEL))
    qtbot.mousePress(tree.viewport(), LEFT, pos=tree.visualRect(model.index(0, 0)).center())
    qtbot.mouseRelease(tree.viewport(), LEFT, pos=QPoint(5, 590))  # thought better of it
    assert len(asked) == 2
    assert tree.isExpanded(model.index_of(Facet.MODEL))


def test_everything_by_keyboard(tree: FacetTree, model: FacetModel, qtbot: QtBot) -> None:
    asked: list[tuple[Facet, str, bool]] = []
    tree.value_toggled.connect(lambda facet, value, more: asked.append((facet, value.name, more)))
    tree.setCurrentIndex(model.index(0, 0))
    qtbot.keyClick(tree, Key.Key_Down)
    qtbot.keyClick(tree, Key.Key_Space)
    qtbot.keyClick(tree, Key.Key_Down)
    qtbot.keyClick(tree, Key.Key_Space, Control)
    qtbot.keyClick(tree, Key.Key_Return)
    assert asked == [
        (Facet.MODEL, "imagen-4", False),
        (Facet.MODEL, "Dall-E 3", True),
        (Facet.MODEL, "Dall-E 3", False),
    ]
    qtbot.keyClick(tree, Key.Key_Left)
    assert tree.currentIndex() == model.index_of(Facet.MODEL)
    qtbot.keyClick(tree, Key.Key_Left)
    assert not tree.isExpanded(model.index_of(Facet.MODEL))
    qtbot.keyClick(tree, Key.Key_Space)
    assert tree.isExpanded(model.index_of(Facet.MODEL))


def test_more_is_asked_for_by_a_click_and_by_a_key(
    tree: FacetTree, model: FacetModel, qtbot: QtBot
) -> None:
    model.set_facets({Facet.MODEL: named(model_named(f"m{n}", 100 - n) for n in range(15))})
    top = model.index_of(Facet.MODEL)
    more = model.index(TOP, 0, top)
    assert more.data() == "5 more…"
    qtbot.mouseClick(tree.viewport(), LEFT, pos=tree.visualRect(more).center())
    assert model.rowCount(top) == 16
    tree.setCurrentIndex(model.index(15, 0, top))
    qtbot.keyClick(tree, Key.Key_Space)
    assert model.rowCount(top) == TOP + 1
