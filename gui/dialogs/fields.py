"""Fields of forms that hold whatever is typed, so that what is wrong can be said beside it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from gui.settings_form import FormField, locked_text, problem_of
from gui.text import decimal_text, number_of, translated
from gui.views.labels import Note

NUMBER_PX = 96


class NumberBox(QLineEdit):
    """A number to type, or to step by the arrow keys; it keeps what is no number, too.

    Signals:
        edited(): The person changed it.
    """

    edited = Signal()

    def __init__(self, step: float = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._step = step
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFixedWidth(NUMBER_PX)
        self.textEdited.connect(self.edited)

    def value(self) -> int | float | str:
        """Return the number; the text itself if it is none."""
        number = number_of(self.text())
        return self.text() if number is None else number

    def set_value(self, value: float) -> None:
        """Show a number."""
        self.setText(decimal_text(value))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step up or down by the arrow keys, though not below 0."""
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10,
                 Qt.Key.Key_PageDown: -10}.get(Qt.Key(event.key()))  # fmt: skip
        number = number_of(self.text())
        if steps is None or number is None:
            super().keyPressEvent(event)
            return
        self.set_value(max(number + steps * self._step, 0))
        self.selectAll()
        self.edited.emit()


class SettingField(QObject):
    """One field: its label, its control with the unit, and a line below for what there is to say.

    Attributes:
        label: To stand before it.
        content: The control and all that belongs to it.
        control: What has the focus.

    Signals:
        edited(): The person changed it.
    """

    edited = Signal()

    def __init__(self, spec: FormField, locked: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.spec = spec
        self.locked = locked
        self.control = self._make_control()
        self.control.setEnabled(not locked)
        self.control.setAccessibleName(_text(spec.label).replace("&", ""))
        self.label = QLabel("" if isinstance(self.control, QCheckBox) else _text(spec.label))
        self.label.setBuddy(self.control)
        self._note = Note()
        self.content = QWidget(parent)
        self._lay_out()
        self.check()

    @property
    def name(self) -> str:
        """Of ``StorageSettings``."""
        return self.spec.name

    @property
    def problem(self) -> str:
        """What is wrong with what is in it; "" if nothing is."""
        return "" if self.locked else problem_of(self.name, self.value())

    def value(self) -> Any:
        """Return what is in it, right or wrong."""
        if isinstance(self.control, NumberBox):
            return self.control.value()
        if isinstance(self.control, QCheckBox):
            return self.control.isChecked()
        if isinstance(self.control, QComboBox):
            return self.control.currentData()
        return self.control.text().strip()

    def set_value(self, value: Any) -> None:
        """Show a value."""
        if isinstance(self.control, NumberBox):
            self.control.set_value(value)
        elif isinstance(self.control, QCheckBox):
            self.control.setChecked(value)
        elif isinstance(self.control, QComboBox):
            self.control.setCurrentIndex(self.control.findData(value))
        else:
            self.control.setText(value)
        self.check()

    def check(self) -> None:
        """Say below what is wrong, who holds it, or what a person has to know."""
        problem = self.problem
        note = problem or (locked_text(self.name) if self.locked else _text(self.spec.hint))
        self._note.say(note, wrong=bool(problem))
        self._note.setVisible(bool(note))
        self.control.setAccessibleDescription(described(_text(self.spec.unit), note))

    def _make_control(self) -> NumberBox | QCheckBox | QComboBox | QLineEdit:
        if self.spec.unit:
            number = NumberBox(self.spec.step)
            number.edited.connect(self._on_edited)
            return number
        if self.spec.choices:
            choice = QComboBox()
            for value, text in self.spec.choices:
                choice.addItem(_text(text), value)
            choice.activated.connect(self._on_edited)
            return choice
        if self.name == "file_permissions":
            line = QLineEdit()
            line.setFixedWidth(NUMBER_PX)
            line.textEdited.connect(self._on_edited)
            return line
        check = QCheckBox(_text(self.spec.label))
        check.toggled.connect(self._on_edited)
        return check

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.control)
        if self.spec.unit:
            row.addWidget(QLabel(_text(self.spec.unit)))
        row.addStretch(1)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._note)

    def _on_edited(self) -> None:
        self.check()
        self.edited.emit()


def described(unit: str, note: str) -> str:
    """Return what screen readers add to a field's name: its unit, and the note below it."""
    if not unit or not note:
        return unit or note
    return translated("settings", "{unit}. {note}", unit=unit, note=note)


def _text(source: str) -> str:
    return translated("settings", source) if source else ""
