"""Prune: what would go, why, and what that frees, before anything happens."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.prune_records import PrunePlan, RetentionPolicy
from core.settings import StorageSettings
from gui.dialogs.prune_policy import PrunePolicyPanel
from gui.models.prune_table import DayTotalsModel, PruneTableModel
from gui.prune_text import ToldPlan
from gui.text import translated
from gui.views.context_menu import add_context_menu
from gui.views.day_totals import DayTotalsTable
from gui.views.disk_bar import DiskBar
from gui.views.image_table import ImageTable
from gui.views.labels import heading, quiet_label

LARGEST: Final = QSize(1040, 680)
SMALLEST: Final = QSize(760, 520)
PANEL_PX: Final = 296


class PruneDialog(QDialog):
    """Shows plans and lets a person untick what is to stay; show it with ``open()``.

    Attributes:
        table: What would go.
        model: Its entries.
        panel: What may go.

    Args:
        settings: Of the store: what the fields hold at first.
        days: The days everything of which is to go; empty to go by age and size.
        name: What the days are called.
        parent: The window.

    Signals:
        policy_edited(RetentionPolicy): Another plan is wanted; ``None`` while a field is wrong.
        ticks_changed(): Other entries are to go.
        confirmed(): What is ticked is to go now.
    """

    policy_edited = Signal(object)
    ticks_changed = Signal()
    confirmed = Signal()

    def __init__(
        self,
        settings: StorageSettings,
        days: frozenset[int] = frozenset(),
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_text("Prune"))
        self.setAccessibleName(_text("Prune"))
        self.panel = PrunePolicyPanel(settings, days, name)
        self.model = PruneTableModel(self)
        self.table = ImageTable(self.model, _text("What would go"))
        add_context_menu(self.table, {}, (), [self.table.sort_menu])
        self._days = DayTotalsModel(self)
        self._sums = QLabel()
        self._sums.setObjectName("pageHeading")
        self._kept = quiet_label("kept")
        self._disk = QLabel()
        self._disk.setObjectName("disk")
        self._disk.setWordWrap(True)
        self._bar = DiskBar()
        self._question = QLabel()
        self._question.setObjectName("question")
        self._question.setWordWrap(True)
        self._footer = QStackedWidget()
        self._cancel, self._confirm = QPushButton(_text("Cancel")), QPushButton()
        self._back, self._really = QPushButton(_text("Go back")), QPushButton()
        self._confirm.setObjectName("primary")
        self._really.setObjectName("danger")
        self._choice: ToldPlan | None = None
        self._lay_out()
        self._connect()
        room = parent.size() if parent is not None else LARGEST
        self.resize(LARGEST.boundedTo(room).expandedTo(SMALLEST))

    @property
    def choice(self) -> PrunePlan | None:
        """The plan that was confirmed, or would be; ``None`` while nobody knows."""
        return None if self._choice is None else self._choice.plan

    def show_plan(self, plan: PrunePlan) -> None:
        """Show a plan; ``show_choice`` is to follow."""
        self.model.set_plan(plan)

    def show_choice(self, choice: ToldPlan) -> None:
        """Show what of the plan is ticked, in sums, and allow to confirm it."""
        plan = choice.plan
        self._choice = choice
        self._sums.setText(choice.sums)
        self._kept.setText(choice.kept)
        self._disk.setText(choice.disk)
        self._bar.set_shares(plan.bytes_before, plan.bytes_freed, plan.bytes_trashed)
        self._bar.setAccessibleDescription(choice.disk)
        self._days.set_days(plan.days)
        self._question.setText(choice.question)
        self._confirm.setText(choice.confirm)
        self._confirm.setEnabled(bool(plan.entries))
        self._really.setText(choice.confirm)

    def show_waiting(self) -> None:
        """Allow nothing until what would go is known again."""
        self._choice = None
        self._confirm.setEnabled(False)
        self._show_footer(0)

    def show_trouble(self, text: str) -> None:
        """Say why there is no plan."""
        self.show_waiting()
        self._sums.setText(_text("Nobody can say what would go"))
        self._kept.setText(text)
        self.model.set_rows([])

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self.panel)
        left.addWidget(heading(_text("By day")))
        left.addWidget(DayTotalsTable(self._days), 1)
        side = QWidget()
        side.setFixedWidth(PANEL_PX)
        left.setContentsMargins(0, 0, 0, 0)
        side.setLayout(left)
        self._tick_all = QPushButton(_text("&Tick all"))
        self._untick_all = QPushButton(_text("&Untick all"))
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._sums)
        head.addWidget(self._kept, 1)
        head.addWidget(self._tick_all)
        head.addWidget(self._untick_all)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addLayout(head)
        right.addWidget(self.table, 1)
        right.addWidget(self._disk)
        right.addWidget(self._bar)
        middle = QHBoxLayout()
        middle.setSpacing(24)
        middle.addWidget(side)
        middle.addLayout(right, 1)
        self._footer.addWidget(_row(None, self._cancel, self._confirm))
        self._footer.addWidget(_row(self._question, self._back, self._really))
        self._footer.setFixedHeight(self._cancel.sizeHint().height() + 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(16)
        column.addLayout(middle, 1)
        column.addWidget(self._footer)
        for safe in (self._cancel, self._back):
            safe.setAutoDefault(True)
        for button in (self._tick_all, self._untick_all, self._confirm, self._really):
            button.setAutoDefault(False)  # Enter, wherever, does nothing that removes
        self._cancel.setDefault(True)
        self._confirm.setEnabled(False)

    def _connect(self) -> None:
        self.panel.policy_edited.connect(self._on_policy_edited)
        self.model.ticks_changed.connect(self.show_waiting)
        self.model.ticks_changed.connect(self.ticks_changed)
        self._tick_all.clicked.connect(lambda: self._tick(ticked=True))
        self._untick_all.clicked.connect(lambda: self._tick(ticked=False))
        self._cancel.clicked.connect(self.reject)
        self._confirm.clicked.connect(self._on_confirm)
        self._back.clicked.connect(lambda: self._show_footer(0))
        self._really.clicked.connect(self.confirmed)

    def _on_policy_edited(self, policy: RetentionPolicy | None) -> None:
        self.show_waiting()
        self.policy_edited.emit(policy)

    def _tick(self, *, ticked: bool) -> None:
        self.model.tick(range(self.model.rowCount()), ticked=ticked)

    def _on_confirm(self) -> None:
        if self._choice is None:
            return
        if not self._choice.question:
            self.confirmed.emit()
            return
        self._show_footer(1)
        self._back.setDefault(True)
        self._back.setFocus()

    def _show_footer(self, number: int) -> None:
        was = self._footer.currentIndex()
        self._footer.setCurrentIndex(number)
        if number == 0 and was == 1:
            self._cancel.setDefault(True)
            self._confirm.setFocus()


def _row(text: QLabel | None, *buttons: QPushButton) -> QWidget:
    page = QWidget()
    row = QHBoxLayout(page)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    if text is not None:
        text.setForegroundRole(QPalette.ColorRole.BrightText)
        row.addWidget(text, 1)
    else:
        row.addStretch(1)
    for button in buttons:
        row.addWidget(button)
    return page


def _text(source: str, **values: str) -> str:
    return translated("prune", source, **values)
