"""Undo and redo: what a person changed in the store, and can take back."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from PySide6.QtCore import QObject, Signal

from core.errors import StoreError
from gui.controllers.store import OpenStore, StoreController
from gui.text import translated
from gui.views.notice import Notice

MOST_CHANGES: Final = 2000


class Change(Protocol):
    """Something that can be done, taken back, and done again; it names images by id or token.

    ``redo`` and ``undo`` return what then is to be told ("3 images moved to the trash"; "" for
    nothing), skip what somebody else changed meanwhile, saying so, and raise StoreError where
    nothing can be done at all.
    """

    @property
    def text(self) -> str:
        """What it is, for the menu: "delete 3 images"."""
        ...

    async def redo(self) -> str:
        """Do it, for the first time or again."""
        ...

    async def undo(self) -> str:
        """Take it back."""
        ...


class History(QObject):
    """The changes of the open store, newest last; they are carried out one after the other.

    Asking returns at once: a hundred presses of a key are a hundred steps that follow each other.
    Another store has another history.

    Signals:
        changed(): What can be undone or redone is another.
        idle(): All that was asked for is done.
    """

    changed = Signal()
    idle = Signal()

    def __init__(self, stores: StoreController, notice: Notice) -> None:
        super().__init__(notice)
        self._notice = notice
        self._store: OpenStore | None = None
        self._done: deque[Change] = deque(maxlen=MOST_CHANGES)
        self._undone: list[Change] = []
        self._steps: deque[tuple[Change, Callable[[], Awaitable[str]]]] = deque()
        self._running = False
        stores.opened.connect(self._on_opened)
        stores.closing.connect(self._on_closing)

    @property
    def undo_text(self) -> str:
        """What would be undone; "" if there is nothing."""
        return self._done[-1].text if self._done else ""

    @property
    def redo_text(self) -> str:
        """What would be redone; "" if there is nothing."""
        return self._undone[-1].text if self._undone else ""

    @property
    def busy(self) -> bool:
        """Whether a step is under way, or waits for its turn."""
        return self._running

    def perform(self, change: Change) -> None:
        """Do this, in its turn."""
        self.record(change)
        self._take(change, change.redo)

    def record(self, change: Change) -> None:
        """Take note of what was done already."""
        self._done.append(change)
        self._undone.clear()
        self.changed.emit()

    def undo(self) -> None:
        """Take back what was done last."""
        if self._done:
            self.undo_one(self._done[-1])

    def undo_one(self, change: Change) -> None:
        """Take back this change, whatever came after; nothing if it is taken back already."""
        if change in self._done:
            self._done.remove(change)
            self._undone.append(change)
            self._take(change, change.undo)
            self.changed.emit()

    def can_undo(self, change: Change) -> bool:
        """Tell whether this change was made and not taken back."""
        return change in self._done

    def redo(self) -> None:
        """Do again what was taken back last."""
        if self._undone:
            change = self._undone.pop()
            self._done.append(change)
            self._take(change, change.redo)
            self.changed.emit()

    def forget(self, change: Change) -> None:
        """Drop a change that cannot be taken back any more."""
        if change in self._done:
            self._done.remove(change)
        if change in self._undone:
            self._undone.remove(change)
        self.changed.emit()

    def _take(self, change: Change, step: Callable[[], Awaitable[str]]) -> None:
        self._steps.append((change, step))
        if not self._running and self._store is not None:
            self._running = True
            self._store.tasks.start(self._run())

    async def _run(self) -> None:
        try:
            while self._steps:
                change, step = self._steps.popleft()
                try:
                    self._tell(change, await step())
                except StoreError as error:
                    self.forget(change)
                    self._notice.tell(str(error))
        finally:
            self._running = False
        self.idle.emit()

    def _tell(self, change: Change, text: str) -> None:
        if not text or self._steps:  # of many steps the last one is told
            return
        if change in self._done:
            self._notice.tell(text, translated("history", "Undo"), lambda: self.undo_one(change))
        else:
            self._notice.tell(text)

    def _on_opened(self, store: OpenStore) -> None:
        self._store = store

    def _on_closing(self) -> None:
        self._store = None
        self._done.clear()
        self._undone.clear()
        self._steps.clear()
        self._running = False
        self.changed.emit()
