"""Every word the window shows is one that a translation can replace."""

from __future__ import annotations

import re
from contextlib import contextmanager

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QItemSelectionModel,
    Qt,
    QTranslator,
)
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QLabel,
    QPlainTextEdit,
    QTabBar,
    QWidget,
)

from gui.action_table import ACTIONS
from gui.dialogs.about import AboutDialog
from gui.dialogs.fields import NumberBox
from gui.dialogs.preferences import PreferencesDialog
from gui.dialogs.problems import ProblemsDialog
from gui.dialogs.prune import PruneDialog
from gui.dialogs.shortcuts import ShortcutsDialog
from gui.models.image_text import tool_tip
from tests.flows.ageing import aged
from tests.flows.conftest import open_window, until
from tests.flows.forms import gone

NAME_OR_LETTER = re.compile(r"\{[^}]*\}|[A-Za-z]")
WORD = re.compile(r"[A-Za-z]{2,}")
TO_WIDE = ord("Ａ") - ord("A")
TEXTS = ("text", "title", "toolTip", "windowTitle", "placeholderText", "prefix", "suffix",
         "accessibleName", "accessibleDescription", "statusTip", "iconText")  # fmt: skip


class Wide(QTranslator):
    """Translates into English of wide letters, so that no usual letter is left."""

    def isEmpty(self):
        return False

    def translate(self, context, source, disambiguation=None, n=-1):
        if context == "QShortcut":  # the names of keys
            return source
        return NAME_OR_LETTER.sub(
            lambda it: it[0] if it[0][0] == "{" else chr(ord(it[0]) + TO_WIDE), source
        )


@contextmanager
def wide_language():
    translator = Wide()
    QCoreApplication.installTranslator(translator)
    try:
        yield
    finally:
        QCoreApplication.removeTranslator(translator)


def said(parent):
    """Everything that a widget and those in it tell people and screen readers."""
    for widget in (parent, *parent.findChildren(QWidget), *parent.findChildren(QAction)):
        for name in TEXTS:
            if hasattr(widget, name):
                yield getattr(widget, name)()
        if isinstance(widget, QTabBar):
            yield from (widget.tabText(number) for number in range(widget.count()))
        if isinstance(widget, QComboBox):
            yield from (widget.itemText(number) for number in range(widget.count()))
        if isinstance(widget, QPlainTextEdit):
            yield widget.toPlainText()
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            yield from told_by(widget.model())


def told_by(model):
    roles = Qt.ItemDataRole
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount()
    for column in range(columns):
        yield str(model.headerData(column, Qt.Orientation.Horizontal, roles.DisplayRole) or "")
        for row in range(model.rowCount()):
            index = model.index(row, column)
            for role in (roles.DisplayRole, roles.AccessibleDescriptionRole):
                yield str(index.data(role) or "")


def bare(parent, *data):
    """What of that has usual letters; ``data`` are texts that are nobody's to translate."""
    keys = [keys for row in ACTIONS for keys in row.shortcuts]
    known = sorted(["Contact Sheet", *keys, *data], key=len, reverse=True)
    ours = re.compile("|".join(re.escape(each) for each in known if each))
    return {text for text in said(parent) if WORD.search(ours.sub("", text))}


async def test_every_word_of_the_window_can_be_translated(store):
    base = store(images=6, days=2)
    with wide_language():
        async with open_window(base) as session:
            window, pane = session.window, session.window.metadata
            assert window.menuBar().actions()[0].text() == "&Ｆｉｌｅ"
            assert bare(window, str(base), base.name) == set()
            session.grid.selectAll()
            await until(lambda: pane.facts is not None and pane.facts.title)
            facts = pane.facts
            shown = [facts.prompt, *(row.value for row in facts.rows)]
            assert bare(window, str(base), base.name, *shown) == set()
            one = QItemSelectionModel.SelectionFlag.ClearAndSelect  # whatever keys were held last
            session.grid.selectionModel().setCurrentIndex(session.images.index(0), one)
            await until(lambda: pane.facts is not None and not pane.facts.title)
            labels = [row.label for row in pane.facts.rows]
            assert labels[:3] == ["Ｍｏｄｅｌ", "Ｐｒｏｖｉｄｅｒ", "Ｃｒｅａｔｅｄ"]


async def test_every_word_of_the_dialogs_can_be_translated(store):
    with wide_language():
        async with open_window(store()) as session:
            for dialog in (
                ShortcutsDialog(session.window),
                AboutDialog(session.window),
                ProblemsDialog(["7: ?"], session.window),
            ):
                dialog.open()
                await until(dialog.isVisible)
                assert "Ａ" <= dialog.windowTitle()[0] <= "Ｚ"
                assert bare(dialog) == set()
                dialog.close()


async def test_every_word_of_preferences_and_prune_can_be_translated(tmp_path):
    base = tmp_path / "store"
    old = aged(base, 50, 3)
    aged(base, 2, 2)
    with wide_language():
        async with open_window(base) as session:
            for action, kind in (("preferences", PreferencesDialog), ("prune", PruneDialog)):
                session.window.actions_by_id[action].trigger()
                await until(lambda kind=kind: session.window.findChildren(kind))
                (dialog,) = session.window.findChildren(kind)
                await until(dialog.isVisible)
                line = dialog.findChild(QLabel, "summary") or dialog.findChild(QLabel, "disk")
                await until(line.text)
                known = [tool_tip(str(base)), str(base), base.name, *(path.name for path in old)]
                assert bare(dialog, *known) == set()
                for field in dialog.findChildren(NumberBox):
                    field.setText("?")
                    field.edited.emit()
                assert bare(dialog, *known) == set()
                dialog.reject()
                await gone(dialog)
