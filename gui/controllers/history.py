"""Undo and redo: what a person changed in the store, and can take back."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final, NamedTuple, Protocol

from PySide6.QtCore import QObject, Signal

from core.errors import StoreError
from gui.controllers.problems import tell_problems
from gui.controllers.store import OpenStore, StoreController
from gui.main_window import MainWindow
from gui.text import count_text, translated

MOST_CHANGES: Final = 2000
MOST_IMAGES: Final = 1_000_000  # in all changes together


class Step(NamedTuple):
    """What a change has done when it was made, or taken back.

    Attributes:
        done: For how many images it was done.
        text: What is to be told: "3 images moved to the trash".
        problems: What could not be done, and why.
        whole: Whether it came to its end; else it was stopped, and can be gone on with.
    """

    done: int
    text: str
    problems: Sequence[str] = ()
    whole: bool = True


class Change(Protocol):
    """Something that can be done, taken back, and done again; it names images by their paths.

    ``redo`` and ``undo`` skip what is done already, and what somebody else changed meanwhile;
    they raise StoreError where nothing can be done at all.
    """

    @property
    def text(self) -> str:
        """What it is, for the menu: "Delete 3 images"."""
        ...

    @property
    def count(self) -> int:
        """How many images it is about."""
        ...

    async def redo(self) -> Step:
        """Do it, for the first time or again."""
        ...

    async def undo(self) -> Step:
        """Take it back."""
        ...


class History(QObject):
    """The changes of the open store, newest last; they are carried out one after the other.

    Asking returns at once: a hundred presses of a key are a hundred steps that follow each other.
    Another store has another history.

    Signals:
        changed(): What can be undone or redone is another.
        idle(): All that was asked for is done.
        overtaken(): What is under way is to be taken back: there is no need to end it first.
    """

    changed = Signal()
    idle = Signal()
    overtaken = Signal()

    def __init__(self, stores: StoreController, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._store: OpenStore | None = None
        self._done: deque[Change] = deque(maxlen=MOST_CHANGES)
        self._undone: list[Change] = []
        self._offered: Change | None = None
        self._refused: Change | None = None  # the last whose undo did nothing
        self._steps: deque[tuple[Change, bool]] = deque()
        self._under_way: Change | None = None
        self._problems: list[str] = []
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
        self._take(change, forward=True)

    def record(self, change: Change) -> None:
        """Take note of what was done already."""
        self._done.append(change)
        while sum(each.count for each in self._done) > MOST_IMAGES and len(self._done) > 1:
            self._done.popleft()
        self._undone.clear()
        self.changed.emit()

    def offer(self, change: Change) -> None:
        """Take note of what nobody asked for: ``undo_one`` takes it back, Ctrl+Z does not."""
        self._offered = change

    def undo(self) -> None:
        """Take back what was done last."""
        if self._done:
            self.undo_one(self._done[-1])

    def undo_one(self, change: Change) -> None:
        """Take back this change, whatever came after; nothing if it is taken back already."""
        if change is self._offered:
            self._offered = None
        elif change in self._done:
            self._done.remove(change)
        else:
            return
        self._undone.append(change)
        self._take(change, forward=False)
        self.changed.emit()

    def can_undo(self, change: Change) -> bool:
        """Tell whether this change was made and not taken back."""
        return change in self._done

    def redo(self) -> None:
        """Do again what was taken back last."""
        if self._undone:
            change = self._undone.pop()
            self._done.append(change)
            self._take(change, forward=True)
            self.changed.emit()

    def _take(self, change: Change, *, forward: bool) -> None:
        self._steps.append((change, forward))
        if change is self._under_way:
            self.overtaken.emit()
        if not self._running and self._store is not None:
            self._running = True
            self._store.tasks.start(self._run())

    async def _run(self) -> None:
        try:
            while self._steps:
                change, forward = self._steps.popleft()
                await self._step(change, change.redo if forward else change.undo, forward)
        finally:
            self._running = False
        self.idle.emit()

    async def _step(
        self, change: Change, step: Callable[[], Awaitable[Step]], forward: bool
    ) -> None:
        done: Step | None = None
        self._under_way = change
        try:
            done = await step()
        except StoreError as error:
            self._problems.append(str(error))
        finally:
            self._under_way = None
            if done is None or not change.count or self._is_in_vain(change, done, forward):
                self._forget(change)
            elif not forward and (not done.whole or not done.done):
                self._move_back(change)  # the rest can still be taken back
        if self._steps:  # of many steps the last is told, and what went wrong in any of them
            self._problems += done.problems if done else ()
        else:
            self._tell(change, done)

    def _is_in_vain(self, change: Change, done: Step, forward: bool) -> bool:
        """Tell whether a step that did nothing would only stand before those that can do something.

        One that was refused may be tried once more, when what was in its way is gone.
        """
        if done.done or not done.whole:
            return False
        refused_before, self._refused = change is self._refused, change
        return forward or refused_before or not done.problems

    def _tell(self, change: Change, done: Step | None) -> None:
        problems, self._problems = [*self._problems, *(done.problems if done else ())], []
        text = done.text if done else ""
        if done and not done.whole:
            text = translated("history", "{done}; stopped there", done=text)
        said = [text] if done and change.count else []
        if len(set(problems)) == 1:  # short enough to be said at once
            said, problems = [*said, problems[0]], []
        elif problems:
            said.append(count_text(len(problems), "problem"))
        undo = []
        if change in self._done:
            undo.append((translated("history", "Undo"), partial(self.undo_one, change)))
        tell_problems(self._window, ". ".join(said), problems, *undo)

    def _move_back(self, change: Change) -> None:
        if change in self._undone:
            self._undone.remove(change)
        if change not in self._done:
            self._done.append(change)
        self.changed.emit()

    def _forget(self, change: Change) -> None:
        """Drop a change that cannot be taken back, or made again, any more."""
        if change in self._done:
            self._done.remove(change)
        if change in self._undone:
            self._undone.remove(change)
        self.changed.emit()

    def _on_opened(self, store: OpenStore) -> None:
        self._store = store

    def _on_closing(self) -> None:
        self._store = self._offered = self._refused = None
        self._done.clear()
        self._undone.clear()
        self._steps.clear()
        self._problems.clear()
        self._running = False
        self.changed.emit()
