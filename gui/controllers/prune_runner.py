"""Carries out prunes and clean-ups, and tells what came of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from core.errors import StoreError
from core.prune_results import PruneResult
from gui.controllers.changes import PruneChange
from gui.controllers.history import History
from gui.controllers.problems import tell_problems
from gui.controllers.shuttle import Shuttle
from gui.controllers.works import Work, WorkController
from gui.main_window import MainWindow
from gui.prune_text import RunKind, failure_text, outcome_text, work_text
from gui.text import translated

Run = Callable[[Work], Awaitable[PruneResult]]


class PruneRunner(QObject):
    """Shows a run in the stats bar; afterwards a notice says what went, with Undo where it can be.

    Signals:
        ran(): A run has ended.
    """

    ran = Signal()

    def __init__(
        self, works: WorkController, shuttle: Shuttle, history: History, window: MainWindow
    ) -> None:
        super().__init__(window)
        self._works = works
        self._shuttle = shuttle
        self._history = history
        self._window = window

    async def run(self, kind: RunKind, run: Run) -> None:
        """Carry out a run.

        Args:
            kind: Why they go.
            run: Does it, and tells the work how far it is.
        """
        try:
            with self._works.begin(work_text(kind)) as work:
                result = await run(work)
        except StoreError as error:
            self._window.notice.tell(failure_text(kind, str(error)))
            return
        self._tell(kind, result)
        self.ran.emit()

    def _tell(self, kind: RunKind, result: PruneResult) -> None:
        text, problems = outcome_text(kind, result), result.problems
        if not text:
            return
        if not result.tokens:
            tell_problems(self._window, text, problems)
            return
        if problems:
            text = f"{text}. {problems[0]}"
        change = PruneChange(self._shuttle, result)
        if kind is RunKind.AUTOMATIC:
            self._history.offer(change)  # Ctrl+Z is about what a person did
        else:
            self._history.record(change)
        undo = partial(self._history.undo_one, change)
        self._window.notice.tell(text, translated("history", "Undo"), undo)
