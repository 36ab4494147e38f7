"""The preferences' page about how the window looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QSlider, QWidget

from gui.language import LANGUAGES, SYSTEM
from gui.text import number_text, translated
from gui.theme import Appearance
from gui.views.grid import LARGEST_CELL, SMALLEST_CELL
from gui.views.labels import Note
from gui.views.sectioned_view import DEFAULT_CELL

LABEL_PX: Final = 152
_THEMES: Final = (
    (Appearance.SYSTEM, "As the system"),
    (Appearance.LIGHT, "Light"),
    (Appearance.DARK, "Dark"),
)


@dataclass(frozen=True, slots=True)
class Looks:
    """How the window looks: its colours, the thumbnails' width in pixels, the language."""

    appearance: Appearance
    cell_size: int
    language: str


DEFAULT_LOOKS: Final = Looks(Appearance.SYSTEM, DEFAULT_CELL, SYSTEM)


class LooksPage(QWidget):
    """Theme, thumbnail size and language.

    Signals:
        appearance_chosen(Appearance): To be shown at once.
    """

    appearance_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._theme = _choice(_text("Theme"), _THEMES)
        self._language = _choice(_text("Language"), LANGUAGES)
        self._cell_size = QSlider(Qt.Orientation.Horizontal)
        self._cell_text = QLabel()
        self._lay_out()
        self._theme.activated.connect(lambda: self.appearance_chosen.emit(self.looks.appearance))

    @property
    def looks(self) -> Looks:
        """What is chosen."""
        chosen = Appearance(self._theme.currentData())
        return Looks(chosen, self._cell_size.value(), self._language.currentData())

    def show_looks(self, looks: Looks) -> None:
        """Choose these."""
        self._theme.setCurrentIndex(self._theme.findData(looks.appearance))
        self._language.setCurrentIndex(max(self._language.findData(looks.language), 0))
        self._cell_size.setValue(looks.cell_size)
        self._on_cell_size(self._cell_size.value())

    def _lay_out(self) -> None:
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
        grid = form_grid(self, 16)
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
        note = Note(_text("Of numbers and dates; the window's words are in English so far."))
        grid.addWidget(note, len(rows), 1)
        grid.setRowStretch(len(rows) + 1, 1)

    def _on_cell_size(self, pixels: int) -> None:
        self._cell_text.setText(_text("{count} pixels", count=number_text(pixels)))


def form_grid(page: QWidget, spacing: int) -> QGridLayout:
    """Give a page its layout: labels at the left, fields at the right."""
    grid = QGridLayout(page)
    grid.setContentsMargins(0, 16, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(spacing)
    grid.setColumnMinimumWidth(0, LABEL_PX)
    grid.setColumnStretch(1, 1)
    return grid


def _choice(name: str, choices: tuple[tuple[Any, str], ...]) -> QComboBox:
    combo = QComboBox()
    combo.setAccessibleName(name)
    for value, text in choices:
        combo.addItem(_text(text), value)
    return combo


def _text(source: str, **values: str) -> str:
    return translated("preferences", source, **values)
