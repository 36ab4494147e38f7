"""What an import did: what was not new, why, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from core.import_records import ImportOutcome, ImportReport
from gui.import_text import cancelled_text, tally_text
from gui.models.import_rows import ImportRows
from gui.text import count_text, translated
from gui.views.value_label import WrappedLabel

SIZE: Final = QSize(760, 480)
COLUMNS_PX: Final = (240, 160)


class ImportReportDialog(QDialog):
    """Lists each input that is not new; show it with ``open()``.

    Args:
        report: What the import did.
        can_undo: Whether the import can be taken back.
        parent: The window it belongs to.

    Signals:
        show_wanted(str): The image at this path is to be selected in the grid; the dialog closes.
        restore_wanted(list): What has these tokens is to be put back from the trash.
        undo_wanted(): The import is to be taken back; the dialog closes.
    """

    show_wanted = Signal(str)
    restore_wanted = Signal(object)
    undo_wanted = Signal()

    def __init__(
        self, report: ImportReport, *, can_undo: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._rows = ImportRows(report, self)
        self._table = _Table()
        self._reason = WrappedLabel()
        self._show = self._button(_text("&Show"), self._show_current)
        self._restore = self._button(_text("&Restore"), self._restore_selected)
        self._restore_all = self._button("", self._restore_everything)
        self._copy = self._button(_text("&Copy all"), lambda: self._copy_text(None))
        self._undo = self._button(_text("&Undo import"), self._take_back)
        self._close = self._button(_text("Close"), self.reject)
        self.setWindowTitle(_text("Import report"))
        self.setAccessibleName(_text("Import report"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fill_table()
        self._lay_out(report)
        new = bool(report.of(ImportOutcome.NEW))
        self._undo.setVisible(can_undo and new)
        self._restore.setVisible(bool(self._rows.tokens()))
        self._show.setVisible(bool(report.of(ImportOutcome.HERE) or self._rows.tokens()))
        self._table.setCurrentIndex(self._rows.index(0, 0))
        self._offer()

    def mark_restored(self, paths: Mapping[str, str]) -> None:
        """Say of these images, their paths by their tokens, that they are back."""
        self._rows.mark_restored(paths)
        self._offer()

    # How it is put together

    def _fill_table(self) -> None:
        table = self._table
        table.setObjectName("importRows")
        table.ensurePolished()  # the rows' height, measured once, is the style sheet's
        table.setAccessibleName(_text("Not imported"))
        table.setModel(self._rows)
        table.setRootIsDecorated(False)
        table.setUniformRowHeights(True)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = table.header()
        header.setSectionsMovable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate(COLUMNS_PX):
            header.resizeSection(column, width)
        table.selectionModel().selectionChanged.connect(self._offer)
        table.activated.connect(self._show_current)
        table.copy_wanted.connect(lambda: self._copy_text(self._selected()))

    def _lay_out(self, report: ImportReport) -> None:
        title = QLabel(tally_text(report))
        title.setObjectName("title")
        title.setTextFormat(Qt.TextFormat.PlainText)
        explanation = WrappedLabel(_explanation(report))
        explanation.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._reason.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._reason.setMinimumHeight(2 * self._reason.fontMetrics().lineSpacing())
        self._reason.setAlignment(Qt.AlignmentFlag.AlignTop)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self._copy, self._undo):
            buttons.addWidget(button)
        buttons.addStretch(1)
        for button in (self._show, self._restore, self._restore_all, self._close):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(8)
        column.addWidget(title)
        column.addWidget(explanation)
        column.addSpacing(8)
        column.addWidget(self._table, 1)
        column.addWidget(self._reason)
        column.addSpacing(8)
        column.addLayout(buttons)
        empty = not self._rows.rowCount()
        for widget in (self._table, self._reason, self._copy):
            widget.setHidden(empty)
        self.resize(SIZE.width(), 0 if empty else SIZE.height())
        self._close.setDefault(True)

    def _button(self, text: str, act: Callable[[], object]) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(act)
        return button

    # What a person does

    def _selected(self) -> list[int]:
        return sorted(index.row() for index in self._table.selectionModel().selectedRows())

    def _offer(self) -> None:
        """Enable what can be done with the selection, and tell the reason of one."""
        rows = self._selected()
        self._reason.set_text(self._rows.reason(rows[0]) if len(rows) == 1 else "")
        self._show.setEnabled(len(rows) == 1 and self._rows.path(rows[0]) is not None)
        self._restore.setEnabled(bool(self._rows.tokens(rows)))
        tokens = self._rows.tokens()
        self._restore_all.setVisible(len(tokens) > 1)
        images = count_text(len(tokens), "image")
        self._restore_all.setText(translated("imports", "Restore &all {images}", images=images))

    def _show_current(self) -> None:
        rows = self._selected()
        if len(rows) == 1 and (path := self._rows.path(rows[0])):
            self.show_wanted.emit(path)
            self.accept()

    def _restore_selected(self) -> None:
        self.restore_wanted.emit(self._rows.tokens(self._selected()))

    def _restore_everything(self) -> None:
        self.restore_wanted.emit(self._rows.tokens())

    def _take_back(self) -> None:
        self.undo_wanted.emit()
        self.accept()

    def _copy_text(self, rows: list[int] | None) -> None:
        QGuiApplication.clipboard().setText(self._rows.text(rows))


class _Table(QTreeView):
    """Copies whole rows, where Qt would copy one cell.

    Signals:
        copy_wanted(): The selected rows are to be copied.
    """

    copy_wanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit()
        else:
            super().keyPressEvent(event)


def _explanation(report: ImportReport) -> str:
    if report.cancelled:
        return cancelled_text(report)
    if len(report.of(ImportOutcome.NEW)) == len(report.results):
        return _text("Nothing was left out.")
    return _text("What was not imported, and why. The files themselves are untouched.")


def _text(source: str) -> str:
    return translated("imports", source)
