"""The left side of the prune dialog: what may go, and where to."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QRadioButton, QVBoxLayout, QWidget

from core.prune_records import RetentionPolicy
from core.settings import StorageSettings
from gui.dialogs.fields import NumberBox, described
from gui.settings_form import problem_of
from gui.text import translated
from gui.views.labels import Note, heading


class PrunePolicyPanel(QWidget):
    """Ticks and numbers that make a ``RetentionPolicy``.

    Args:
        settings: What the fields hold at first.
        days: Where there are any, everything of them goes, and age and size are not asked for.
        name: What the days are called.

    Signals:
        policy_edited(RetentionPolicy): It is another now; ``None`` if a field is wrong.
    """

    policy_edited = Signal(object)

    def __init__(self, settings: StorageSettings, days: frozenset[int], name: str) -> None:
        super().__init__()
        self._chosen = days
        self._by_age = _check(_text("Images &older than"))
        self._by_size = _check(_text("The oldest, down &to"))
        self._leftovers = _check(_text("&Leftovers of crashed programs"))
        self._age = _number(settings.retention_days, _text("Age in days"))
        self._size = _number(settings.max_size_gb, _text("Size in GB"))
        self._to_trash = QRadioButton(_text("&Move to the trash"))
        self._for_good = QRadioButton(_text("&Free the space for good"))
        self._note = Note()
        self._by_age.setChecked(not days)
        self._to_trash.setChecked(True)
        self._lay_out(name)
        for box in (self._by_age, self._by_size, self._leftovers, self._for_good):
            box.toggled.connect(self._tell)
        for number in (self._age, self._size):
            number.edited.connect(self._tell)
        self._show_note()

    @property
    def policy(self) -> RetentionPolicy | None:
        """What is ticked and typed; ``None`` if a number is wrong."""
        if any(self._problems()):
            return None
        by_age, by_size = self._by_age.isChecked(), self._by_size.isChecked()
        age, size = self._age.value(), self._size.value()
        return RetentionPolicy(
            max_age_days=age if by_age and isinstance(age, int) else None,
            max_bytes=int(size * 1024**3) if by_size and not isinstance(size, str) else None,
            chosen_days=self._chosen,
            for_good=self._for_good.isChecked(),
            leftovers=self._leftovers.isChecked(),
        )

    def _problems(self) -> tuple[str, str]:
        """What is wrong with the age and with the size, as far as they count."""
        return (
            problem_of("retention_days", self._age.value()) if self._by_age.isChecked() else "",
            problem_of("max_size_gb", self._size.value()) if self._by_size.isChecked() else "",
        )

    def _tell(self) -> None:
        self._follow_size()
        self._show_note()
        self.policy_edited.emit(self.policy)

    def _follow_size(self) -> None:
        """Choose for good where the size alone is the limit: the trash would free nothing."""
        only_size = self._by_size.isChecked() and not self._by_age.isChecked()
        if only_size == self._to_trash.isEnabled():
            self._to_trash.setEnabled(not only_size)
            (self._for_good if only_size else self._to_trash).setChecked(True)

    def _show_note(self) -> None:
        of_age, of_size = self._problems()
        self._age.setAccessibleDescription(described(_text("days"), of_age))
        self._size.setAccessibleDescription(described(_text("GB"), of_size))
        problem, note = of_age or of_size, _text("From the trash it can be restored.")
        if not self._to_trash.isEnabled():
            note = _text("To get smaller, space is freed for good: the trash first, then images.")
        elif self._for_good.isChecked():
            note = _text("What is freed for good cannot be restored.")
        elif self._by_size.isChecked():
            note = _text("To get smaller, space is freed for good: the trash first, then images.")
        for way in (self._to_trash, self._for_good):
            way.setAccessibleDescription(note if way.isChecked() else "")
        self._note.say(problem or note, wrong=bool(problem))
        self._age.setEnabled(self._by_age.isChecked())
        self._size.setEnabled(self._by_size.isChecked())

    def _lay_out(self, name: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(heading(_text("What goes")))
        if self._chosen:
            everything = QLabel(_text("Everything of {name}", name=name))
            everything.setObjectName("chosenDays")
            everything.setWordWrap(True)
            everything.setIndent(0)
            column.addWidget(everything)
        else:
            column.addLayout(_row(self._by_age, self._age, _text("days")))
            column.addLayout(_row(self._by_size, self._size, _text("GB")))
        for unused in (self._by_age, self._age, self._by_size, self._size):
            if self._chosen:
                unused.setParent(self)
                unused.hide()
        self._leftovers.setToolTip(
            _text("Sidecars without their image and unfinished files; always for good")
        )
        column.addWidget(self._leftovers)
        column.addWidget(heading(_text("What becomes of it")))
        column.addWidget(self._to_trash)
        column.addWidget(self._for_good)
        column.addWidget(self._note)


def _row(check: QCheckBox, number: NumberBox, unit: str) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    row.addWidget(check, 1)
    row.addWidget(number)
    label = QLabel(unit)
    label.setFixedWidth(label.fontMetrics().horizontalAdvance("00000"))
    row.addWidget(label)
    return row


def _check(text: str) -> QCheckBox:
    check = QCheckBox(text)
    check.setAccessibleName(text.replace("&", ""))
    return check


def _number(value: float, name: str) -> NumberBox:
    number = NumberBox()
    number.setFixedWidth(64)
    number.set_value(value)
    number.setAccessibleName(name)
    return number


def _text(source: str, **values: str) -> str:
    return translated("prune", source, **values)
