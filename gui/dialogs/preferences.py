"""Preferences: how the open store is kept, and how the window looks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core.settings import StorageSettings
from gui.dialogs.fields import SettingField
from gui.language import LANGUAGES
from gui.settings_form import FORM
from gui.text import number_text, translated
from gui.theme import Appearance
from gui.views.grid import LARGEST_CELL, SMALLEST_CELL
from gui.views.sectioned_view import DEFAULT_CELL

WIDTH_PX: Final = 600
LABEL_PX: Final = 152
_THEMES: Final = (
    (Appearance.SYSTEM, "As the system"),
    (Appearance.LIGHT, "Light"),
    (Appearance.DARK, "Dark"),
)
_Button = QDialogButtonBox.StandardButton


@dataclass(frozen=True, slots=True)
class Looks:
    """How the window looks: its colours, the thumbnails' width in pixels, the language."""

    appearance: Appearance
    cell_size: int
    language: str


class PreferencesDialog(QDialog):
    """Edits a store's settings and the window's looks; show it with ``open()``.

    Without settings only the looks are there.

    Args:
        looks: How the window looks now.
        settings: Of the open store; ``None`` if none is open.
        locked: Names of the settings that the environment holds.
        parent: The window.

    Signals:
        settings_edited(StorageSettings): They are others now, and right.
        appearance_chosen(Appearance): To be shown at once.
        apply_requested(bool): Save what is in it; then close if true.
    """

    settings_edited = Signal(object)
    appearance_chosen = Signal(object)
    apply_requested = Signal(bool)

    def __init__(
        self,
        looks: Looks,
        settings: StorageSettings | None,
        locked: Collection[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_text("Preferences"))
        self.setAccessibleName("Preferences")
        self._settings = settings
        self._fields: list[SettingField] = []
        self._pages: list[tuple[QWidget, QGridLayout]] = []
        self._summary = _quiet_label("summary")
        self._trouble = _quiet_label("trouble")
        self._trouble.setForegroundRole(QPalette.ColorRole.BrightText)
        self._trouble.hide()
        self._theme = _choice(_text("Theme"), _THEMES)
        self._language = _choice(_text("Language"), LANGUAGES)
        self._cell_size = QSlider(Qt.Orientation.Horizontal)
        self._cell_text = QLabel()
        self._tabs = QTabWidget()
        self._tabs.setDocumentMode(True)
        self._tabs.tabBar().setDrawBase(False)
        if settings is not None:
            self._tabs.addTab(self._store_page(settings, locked), _text("Store"))
        self._tabs.addTab(self._looks_page(), _text("Appearance"))
        self._buttons = QDialogButtonBox(_Button.Cancel | _Button.Apply | _Button.RestoreDefaults)
        self._lay_out()
        self._show_looks(looks)
        self._connect()
        self._check()

    @property
    def settings(self) -> StorageSettings | None:
        """What is in the fields; ``None`` if something is wrong, or no store is open."""
        if self._settings is None or any(field.problem for field in self._fields):
            return None
        values = {field.name: field.value() for field in self._fields if not field.locked}
        return msgspec.structs.replace(self._settings, **values)

    @property
    def looks(self) -> Looks:
        """How the window is to look."""
        chosen = Appearance(self._theme.currentData())
        return Looks(chosen, self._cell_size.value(), self._language.currentData())

    def show_summary(self, text: str) -> None:
        """Say what would go with what is in the fields; "" while nobody knows."""
        self._summary.setText(text)
        self._summary.setAccessibleName(text)

    def show_trouble(self, text: str) -> None:
        """Say what went wrong with saving; "" takes it away."""
        self._trouble.setText(text)
        self._trouble.setVisible(bool(text))
        self._buttons.setEnabled(True)

    def set_busy(self) -> None:
        """Take no other wish until what was wished is done."""
        self._buttons.setEnabled(False)

    def restore_defaults(self) -> None:
        """Show the defaults on the page in front; nothing is applied."""
        if self._fields and self._tabs.currentIndex() == 0:
            defaults = StorageSettings()
            for field in self._fields:
                if not field.locked:
                    field.set_value(getattr(defaults, field.name))
            self._on_edited()
        else:
            self._show_looks(Looks(Appearance.SYSTEM, DEFAULT_CELL, LANGUAGES[0][0]))
            self.appearance_chosen.emit(Appearance.SYSTEM)

    def _store_page(self, settings: StorageSettings, locked: Collection[str]) -> QWidget:
        page, grid = self._new_page(8)
        which = _quiet_label("storePath")
        which.setText(_text("For the store {path}", path=settings.base_path))
        which.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(which, 0, 0, 1, 2)
        section = ""
        for spec in FORM:
            if spec.section != section:
                section = spec.section
                grid.addWidget(_heading(_text(section)), grid.rowCount(), 0, 1, 2)
            field = SettingField(spec, spec.name in locked, page)
            field.set_value(getattr(settings, spec.name))
            field.edited.connect(self._on_edited)
            row = grid.rowCount()
            grid.addWidget(field.label, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(field.content, row, 1)
            field.label.setFixedHeight(field.control.sizeHint().height())
            self._fields.append(field)
        self._summary.setMinimumHeight(self._summary.fontMetrics().height() * 2 + 8)
        grid.addWidget(self._summary, grid.rowCount(), 0, 1, 2)
        grid.setRowStretch(grid.rowCount(), 1)
        return page

    def _looks_page(self) -> QWidget:
        self._cell_size.setRange(SMALLEST_CELL, LARGEST_CELL)
        self._cell_size.setPageStep(32)
        self._cell_size.setAccessibleName(_text("Thumbnail size"))
        self._cell_size.valueChanged.connect(self._on_cell_size)
        sizes = QWidget()
        row = QHBoxLayout(sizes)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self._cell_size, 1)
        row.addWidget(self._cell_text)
        page, grid = self._new_page(16)
        rows: tuple[tuple[str, QWidget, QWidget], ...] = (
            (_text("&Theme"), self._theme, self._theme),
            (_text("Thumbnail &size"), sizes, self._cell_size),
            (_text("&Language"), self._language, self._language),
        )
        for number, (text, shown, buddy) in enumerate(rows):
            label = QLabel(text)
            label.setBuddy(buddy)
            grid.addWidget(label, number, 0)
            grid.addWidget(shown, number, 1)
        note = _quiet_label("note")
        note.setText(_text("Of numbers and dates; the window's words are in English so far."))
        grid.addWidget(note, len(rows), 1)
        grid.setRowStretch(len(rows) + 1, 1)
        return page

    def _new_page(self, spacing: int) -> tuple[QWidget, QGridLayout]:
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 16, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(spacing)
        grid.setColumnMinimumWidth(0, LABEL_PX)
        grid.setColumnStretch(1, 1)
        self._pages.append((page, grid))
        return page, grid

    def _lay_out(self) -> None:
        for button, text in (
            (_Button.Cancel, _text("Cancel")),
            (_Button.Apply, _text("&Apply")),
            (_Button.RestoreDefaults, _text("Restore &defaults")),
        ):
            self._buttons.button(button).setText(text)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(16)
        column.addWidget(self._tabs, 1)
        column.addWidget(self._trouble)
        column.addWidget(self._buttons)
        ok = QPushButton(_text("OK"))
        ok.setObjectName("primary")
        self._buttons.addButton(ok, QDialogButtonBox.ButtonRole.AcceptRole)
        ok.setDefault(True)
        self.setMinimumWidth(WIDTH_PX)
        if self._fields:
            self._fields[0].control.setFocus()

    def _connect(self) -> None:
        self._theme.activated.connect(lambda: self.appearance_chosen.emit(self.looks.appearance))
        self._buttons.accepted.connect(lambda: self._ask_to_apply(close=True))
        self._buttons.rejected.connect(self.reject)
        apply = self._buttons.button(_Button.Apply)
        apply.clicked.connect(lambda: self._ask_to_apply(close=False))
        self._buttons.button(_Button.RestoreDefaults).clicked.connect(self.restore_defaults)

    def _ask_to_apply(self, *, close: bool) -> None:
        wrong = next((field for field in self._fields if field.problem), None)
        if wrong is None:
            self.apply_requested.emit(close)
            return
        self._tabs.setCurrentIndex(0)
        wrong.control.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_looks(self, looks: Looks) -> None:
        self._theme.setCurrentIndex(self._theme.findData(looks.appearance))
        self._language.setCurrentIndex(max(self._language.findData(looks.language), 0))
        self._cell_size.setValue(looks.cell_size)
        self._on_cell_size(self._cell_size.value())

    def _on_cell_size(self, pixels: int) -> None:
        self._cell_text.setText(_text("{count} pixels", count=number_text(pixels)))

    def _on_edited(self) -> None:
        self.show_trouble("")
        self._check()

    def _check(self) -> None:
        settings = self.settings
        if settings is not None:
            self.settings_edited.emit(settings)
        elif self._fields:
            self.show_summary("")
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Have room for all lines."""
        super().showEvent(event)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Have room for all lines."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give each page the height that its lines have at this width, which tabs do not ask."""
        for page, lines in self._pages:
            page.setMinimumHeight(lines.totalHeightForWidth(page.width()))


def _choice(name: str, choices: tuple[tuple[Any, str], ...]) -> QComboBox:
    combo = QComboBox()
    combo.setAccessibleName(name)
    for value, text in choices:
        combo.addItem(_text(text), value)
    return combo


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("formSection")
    label.setIndent(0)
    return label


def _quiet_label(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label


def _text(source: str, **values: str) -> str:
    return translated("preferences", source, **values)
