"""Preferences: how the open store is kept, and how the window looks."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core.settings import StorageSettings
from gui.dialogs.fields import SettingField
from gui.dialogs.looks import DEFAULT_LOOKS, Looks, LooksPage, form_grid
from gui.models.image_text import tool_tip
from gui.settings_form import FORM
from gui.text import translated
from gui.views.labels import heading, quiet_label

WIDTH_PX: Final = 600
FRAME_PX: Final = 48  # what a desktop puts around a window, and a little more
_Button = QDialogButtonBox.StandardButton


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
        self.setAccessibleName(_text("Preferences"))
        self._settings = settings
        self._fields: list[SettingField] = []
        self._summary = quiet_label("summary", wrapped=True)
        self._trouble = quiet_label("trouble", wrapped=True)
        self._trouble.setForegroundRole(QPalette.ColorRole.BrightText)
        self._trouble.hide()
        self._looks_page = LooksPage()
        self._looks_page.show_looks(looks)
        self._page: QWidget | None = None
        self._tabs = QTabWidget()
        self._tabs.setDocumentMode(True)
        self._tabs.tabBar().setDrawBase(False)
        if settings is not None:
            self._tabs.addTab(_scrolling(self._store_page(settings, locked)), _text("Store"))
        self._tabs.addTab(self._looks_page, _text("Appearance"))
        self._buttons = QDialogButtonBox(_Button.Cancel | _Button.Apply | _Button.RestoreDefaults)
        self._lay_out()
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
        return self._looks_page.looks

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
            self._looks_page.show_looks(DEFAULT_LOOKS)
            self.appearance_chosen.emit(DEFAULT_LOOKS.appearance)

    def _store_page(self, settings: StorageSettings, locked: Collection[str]) -> QWidget:
        page = self._page = QWidget()
        grid = form_grid(page, 8)
        path = Path(settings.base_path)
        which = quiet_label("storeName", wrapped=True)
        which.setText(_text("For the store {name}", name=path.name or str(path)))
        which.setToolTip(tool_tip(str(path)))
        which.setAccessibleDescription(str(path))
        grid.addWidget(which, 0, 0, 1, 2)
        section = ""
        for spec in FORM:
            if spec.section != section:
                section = spec.section
                grid.addWidget(heading(_text(section)), grid.rowCount(), 0, 1, 2)
            field = SettingField(spec, spec.name in locked, page)
            field.set_value(getattr(settings, spec.name))
            field.edited.connect(self._on_edited)
            row = grid.rowCount()
            grid.addWidget(field.label, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(field.content, row, 1)
            field.label.setFixedHeight(field.control.sizeHint().height())
            self._fields.append(field)
        grid.setRowStretch(grid.rowCount(), 1)
        return page

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
        self._summary.setMinimumHeight(self._summary.fontMetrics().height() * 2)
        self._summary.setHidden(not self._fields)
        column.addWidget(self._summary)
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
        self._looks_page.appearance_chosen.connect(self.appearance_chosen)
        self._buttons.accepted.connect(lambda: self._ask_to_apply(close=True))
        self._buttons.rejected.connect(self.reject)
        self._tabs.currentChanged.connect(lambda page: self._summary.setHidden(bool(page)))
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
        """Have room for all lines, as far as the screen has."""
        super().showEvent(event)
        self._fit()
        if self._page is None:
            return
        lines = self._page.minimumHeight()
        around = self.height() - self._tabs.height() + self._tabs.tabBar().height()
        most = self.screen().availableGeometry().height() - FRAME_PX
        self.resize(self.width(), min(lines + around, most))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Have room for all lines."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give the fields the height that they have at this width, which tabs do not ask."""
        if self._page is not None and (grid := self._page.layout()) is not None:
            self._page.setMinimumHeight(grid.totalHeightForWidth(self._page.width()))


def _scrolling(page: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setObjectName("formArea")
    page.setObjectName("formPage")
    area.setWidget(page)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area


def _text(source: str, **values: str) -> str:
    return translated("preferences", source, **values)
