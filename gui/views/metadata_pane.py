"""The pane beside the grid: the picture, its prompt in full, its facts, its sidecar as it is."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFont, QFontDatabase, QPalette, QPixmap, QTextOption
from PySide6.QtWidgets import (
    QFrame,
    QPlainTextEdit,
    QScrollArea,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from gui.models.facts import Facts, raw_text
from gui.text import translated
from gui.views.fact_rows import FactRows
from gui.views.preview import Preview
from gui.views.value_label import FoldedText, WrappedLabel

MARGIN_PX: Final = 15
PROMPT_LIMIT: Final = 2000  # characters before it folds
RAW_PX: Final = 12
RAW_LIMIT: Final = 500_000  # characters the raw view lays out without a stutter
COPIED_MS: Final = 1200
DETAILS, EMBEDDED, RAW = range(3)  # the tabs


class MetadataPane(QScrollArea):
    """Shows a ``Facts``; a click on a value copies it. It never scrolls sideways."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("metadata")
        self.setAccessibleName(_text("Metadata"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(200)
        self._facts: Facts | None = None
        self._raw_of: Facts | None = None
        self._hint = WrappedLabel(_text("Select an image to see its prompt and its details."))
        self._hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._title = WrappedLabel()
        self._title.setObjectName("title")
        self._preview = Preview()
        self._prompt_label = WrappedLabel(_text("Prompt"))
        self._prompt_label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._prompt = FoldedText(PROMPT_LIMIT)
        self._prompt.label.setObjectName("prompt")
        self._prompt.copied.connect(lambda: self._say_copied(self._prompt_label))
        self._prompt_label.setBuddy(self._prompt.label)
        self._tabs = QTabBar()
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        self._tabs.setAccessibleName(_text("Metadata view"))
        for name in (_text("Details"), _text("Embedded"), _text("Raw")):
            self._tabs.addTab(name)
        self._tabs.currentChanged.connect(self._show_tab)
        self._details = FactRows()
        self._details.copied.connect(self._say_copied)
        self._embedded = FactRows()
        self._embedded.copied.connect(self._say_copied)
        self._nothing_embedded = WrappedLabel(_text("The image file says nothing about itself."))
        self._nothing_embedded.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._raw = QPlainTextEdit()
        self._raw.setObjectName("raw")
        self._raw.setAccessibleName(_text("Raw sidecar"))
        self._raw.setReadOnly(True)
        self._raw.setTabChangesFocus(True)
        self._raw.setFrameShape(QFrame.Shape.NoFrame)
        self._raw.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._raw.setMinimumHeight(240)
        self._raw.setFont(_fixed_font())
        self._lay_out()
        self.set_facts(None)

    @property
    def facts(self) -> Facts | None:
        """What is shown."""
        return self._facts

    def set_facts(self, facts: Facts | None) -> None:
        """Show these facts, or a hint for ``None`` (nothing selected).

        Facts of the image shown already leave its preview; another's empty it until it comes.
        """
        shown = facts or Facts()
        before = self._facts or Facts()
        self._facts = facts
        self._hint.setVisible(facts is None)
        self._title.set_text(shown.title)
        self._title.setVisible(bool(shown.title))
        self._preview.setVisible(facts is not None and not shown.title)
        found = _text("Prompt ({generator}, in the image)", generator=shown.prompt_source)
        self._prompt_label.set_text(found if shown.prompt_source else _text("Prompt"))
        self._prompt.set_value(shown.prompt)
        for widget in (self._prompt_label, self._prompt):
            widget.setVisible(bool(shown.prompt))
        self._details.set_rows(shown.rows)
        self._embedded.set_rows(shown.embedded)
        is_one = facts is not None and not shown.title
        self._tabs.setVisible(is_one)
        if not is_one:
            self._tabs.setCurrentIndex(0)
        self._show_tab()
        if (shown.image_id, shown.title) != (before.image_id, before.title):
            self.verticalScrollBar().setValue(0)
            self._preview.set_picture(None)

    def set_preview(self, picture: QPixmap | None, problem: str | None = None) -> None:
        """Show this picture above the facts, or why there is none; neither: it may still come."""
        self._preview.set_picture(picture, problem)

    def _lay_out(self) -> None:
        content = QWidget()
        content.setObjectName("metadataContent")
        column = QVBoxLayout(content)
        column.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX)
        column.setSpacing(0)
        column.addWidget(self._hint)
        column.addWidget(self._title)
        column.addWidget(self._preview)
        column.addSpacing(12)
        column.addWidget(self._prompt_label)
        column.addSpacing(3)
        column.addWidget(self._prompt)
        column.addSpacing(10)
        column.addWidget(self._tabs)
        column.addSpacing(10)
        column.addWidget(self._details)
        column.addWidget(self._nothing_embedded)
        column.addWidget(self._embedded)
        column.addWidget(self._raw, 1)
        column.addStretch(0)
        self.setWidget(content)

    def _show_tab(self) -> None:
        tab = self._tabs.currentIndex()
        says = self._facts is not None and bool(self._facts.embedded)
        self._details.setVisible(tab == DETAILS)
        self._embedded.setVisible(tab == EMBEDDED and says)
        self._nothing_embedded.setVisible(tab == EMBEDDED and not says)
        raw = tab == RAW
        self._raw.setVisible(raw)
        if raw and self._facts is not self._raw_of and self._facts is not None:
            text = raw_text(self._facts)
            if len(text) > RAW_LIMIT:
                text = text[:RAW_LIMIT] + "\n" + _text("… the rest is in the file")
            self._raw.setPlainText(text)
            self._raw_of = self._facts

    def _say_copied(self, label: WrappedLabel) -> None:
        """Let the label of what was copied say so, for a moment."""
        text, copied = label.whole_text, _text("Copied")
        if text == copied:
            return
        label.set_text(copied)

        def restore() -> None:
            if label.whole_text == copied:  # else it has become another fact's
                label.set_text(text)

        QTimer.singleShot(COPIED_MS, label, restore)


def _fixed_font() -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPixelSize(RAW_PX)
    return font


def _text(source: str, **values: str) -> str:
    return translated("metadata", source, **values)
