"""Tags of the selected images: which all of them have, which some, and which they are to have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QSize, QStringListModel, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.sidecar import LONGEST_TAG, MOST_TAGS
from gui.annotation_edits import typed_tags
from gui.text import count_text, translated

SIZE: Final = QSize(380, 420)
_State = Qt.CheckState


class TagsDialog(QDialog):
    """Ticks what all have, half ticks what some have; show it with ``open()``.

    Args:
        counts: How many of the images have each tag, most common first.
        total: How many images there are.
        known: Tags to complete what is typed.
        parent: The window.
    """

    def __init__(
        self,
        counts: Mapping[str, int],
        total: int,
        known: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_text("Tags"))
        self.setAccessibleName(_text("Tags"))
        self.resize(SIZE)
        self._before = {
            tag: _State.Checked if count == total else _State.PartiallyChecked
            for tag, count in counts.items()
        }
        self._new = QLineEdit()
        self._new.setPlaceholderText(_text("Add tags, with commas between them"))
        self._new.setAccessibleName(_text("Add tags, with commas between them"))
        self._new.setMaxLength(LONGEST_TAG * MOST_TAGS)
        self._new.setClearButtonEnabled(True)
        self._complete(known)
        self._list = QListWidget()
        self._list.setAccessibleName(_text("Tags of the images"))
        for tag, state in self._before.items():
            self._add(tag, state)
        about = QLabel(_text("Of {images}", images=count_text(total, "image")))
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._buttons.accepted.connect(self._on_accepted)
        self._buttons.rejected.connect(self.reject)
        self._new.returnPressed.connect(self._add_typed)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        for widget in (about, self._new, self._list, self._buttons):
            column.addWidget(widget)

    @property
    def added(self) -> list[str]:
        """The tags that every image is to have, and not every one has."""
        return [
            tag
            for tag, state in self._states().items()
            if state is _State.Checked and self._before.get(tag) is not _State.Checked
        ]

    @property
    def removed(self) -> list[str]:
        """The tags that no image is to have, and some have."""
        return [
            tag
            for tag, state in self._states().items()
            if state is _State.Unchecked and tag in self._before
        ]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press the default button by Return, but not where Return adds what is typed."""
        returns = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if not (returns and self.focusWidget() is self._new):
            super().keyPressEvent(event)

    def _states(self) -> dict[str, Qt.CheckState]:
        items = (self._list.item(row) for row in range(self._list.count()))
        return {item.text(): item.checkState() for item in items}

    def _complete(self, known: Sequence[str]) -> None:
        completer = QCompleter(QStringListModel(list(known), self), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self._new.setCompleter(completer)

    def _add(self, tag: str, state: Qt.CheckState) -> None:
        item = QListWidgetItem(tag)
        item.setFlags(
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsUserCheckable
        )
        item.setCheckState(state)
        self._list.insertItem(0 if tag not in self._before else self._list.count(), item)

    def _add_typed(self) -> None:
        """Tick what is typed; an empty line is the wish to be done."""
        if not self._new.text().strip():
            self.accept()
            return
        for tag in reversed(typed_tags(self._new.text())):
            self._tick(tag)
        self._new.clear()

    def _tick(self, tag: str) -> None:
        found = self._list.findItems(tag, Qt.MatchFlag.MatchExactly)
        if found:
            found[0].setCheckState(_State.Checked)
        else:
            self._add(tag, _State.Checked)

    def _on_accepted(self) -> None:
        if self._new.text().strip():
            self._add_typed()
        self.accept()


def _text(source: str, **values: str) -> str:
    return translated("tags", source, **values)
