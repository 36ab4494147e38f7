"""The pane beside the grid: the picture, its prompt in full, its facts, its sidecar as it is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFont, QFontDatabase, QPalette, QPixmap, QTextOption
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from gui.models.facts import Fact, Facts, raw_text
from gui.text import count_text, number_text, translated
from gui.views.preview import Preview
from gui.views.value_label import FoldedText, WrappedLabel

MARGIN_PX: Final = 15
LABEL_PX: Final = 84  # the column of labels
PROMPT_LIMIT: Final = 2000  # characters before it folds
VALUE_LIMIT: Final = 500
RAW_PX: Final = 12
ROWS_AT_ONCE: Final = 60  # more are made when asked for, so many at a time
RAW_LIMIT: Final = 500_000  # characters the raw view lays out without a stutter
COPIED_MS: Final = 1200


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
        for name in (_text("Details"), _text("Raw")):
            self._tabs.addTab(name)
        self._tabs.currentChanged.connect(self._show_tab)
        self._details = _Rows()
        self._details.copied.connect(self._say_copied)
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
        self._prompt.set_value(shown.prompt)
        for widget in (self._prompt_label, self._prompt):
            widget.setVisible(bool(shown.prompt))
        self._details.set_rows(shown.rows)
        has_raw = facts is not None and not shown.title
        self._tabs.setVisible(has_raw)
        if not has_raw:
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
        column.addWidget(self._raw, 1)
        column.addStretch(0)
        self.setWidget(content)

    def _show_tab(self) -> None:
        raw = self._tabs.currentIndex() == 1
        self._details.setVisible(not raw)
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


class _Rows(QWidget):
    """Label and value pairs in two columns; the widgets are kept and filled anew."""

    copied = Signal(WrappedLabel)  # the label of what was copied

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pairs: list[tuple[WrappedLabel, FoldedText]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnMinimumWidth(0, LABEL_PX)
        self._grid.setColumnStretch(1, 1)
        self._rows: Sequence[Fact] = ()
        self._more = QPushButton()
        self._more.clicked.connect(lambda: self._show(self._shown + ROWS_AT_ONCE))

    def set_rows(self, rows: Sequence[Fact]) -> None:
        self._rows = rows
        self._show(ROWS_AT_ONCE)

    def _show(self, count: int) -> None:
        self._shown = count
        shown = self._rows[:count]
        while len(self._pairs) < len(shown):
            self._add_pair()
        for (label, value), row in zip_longest(self._pairs, shown):
            label.setVisible(row is not None)
            value.setVisible(row is not None)
            if row is not None:
                _fill(label, value, row)
        hidden = len(self._rows) - len(shown)
        some, every = number_text(min(hidden, ROWS_AT_ONCE)), count_text(hidden, "more value")
        self._more.setText(_text("Show {some} of {every}", some=some, every=every))
        self._more.setVisible(hidden > 0)
        self._grid.addWidget(self._more, len(self._pairs), 0, 1, 2)

    def _add_pair(self) -> None:
        label, value = WrappedLabel(), FoldedText(VALUE_LIMIT)
        label.setFixedWidth(LABEL_PX)
        label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        label.setBuddy(value.label)
        value.copied.connect(lambda: self.copied.emit(label))
        row = len(self._pairs)
        self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(value, row, 1)
        self._pairs.append((label, value))


def _fill(label: WrappedLabel, value: FoldedText, row: Fact) -> None:
    label.set_text(row.label)
    value.set_value(row.value)
    roles = QPalette.ColorRole
    value.label.setForegroundRole(roles.BrightText if row.warning else roles.WindowText)


def _fixed_font() -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPixelSize(RAW_PX)
    return font


def _text(source: str, **values: str) -> str:
    return translated("metadata", source, **values)
