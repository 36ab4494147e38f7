"""Carries out prunes and clean-ups, and tells what came of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import QObject, Signal

from core.errors import StoreError
from core.prune_records import PruneResult
from gui.controllers.history import History
from gui.controllers.prune_change import PruneChange
from gui.controllers.store import OpenStore
from gui.controllers.works import Work, WorkController
from gui.dialogs.problems import ProblemsDialog
from gui.main_window import MainWindow
from gui.prune_text import result_text
from gui.text import translated

Run = Callable[[Work], Awaitable[PruneResult]]


class PruneRunner(QObject):
    """Shows a run in the stats bar; afterwards a notice says what went, with Undo where it can be.

    Signals:
        ran(): A run has ended.
    """

    ran = Signal()

    def __init__(self, works: WorkController, history: History, window: MainWindow) -> None:
        super().__init__(window)
        self._works = works
        self._history = history
        self._window = window

    async def run(self, store: OpenStore, text: str, run: Run, prefix: str = "") -> None:
        """Carry out a run.

        Args:
            store: Whose images go.
            text: What the stats bar calls it.
            run: Does it, and tells the work how far it is.
            prefix: What the notice begins with; where there is one, nothing is told of a run
                that had nothing to do.
        """
        try:
            with self._works.begin(text) as work:
                result = await run(work)
        except StoreError as error:
            self._window.notice.tell(f"{prefix}{error}")
            return
        self._tell(store, result, prefix)
        self.ran.emit()

    def _tell(self, store: OpenStore, result: PruneResult, prefix: str) -> None:
        text = result_text(result)
        if not text:
            if not prefix:
                self._window.notice.tell(translated("prune", "Nothing had to go"))
            return
        problems = result.problems
        notice = self._window.notice
        if not result.tokens:
            self._tell_problems(prefix + text, problems)
            return
        change = PruneChange(store, self._works, result)
        self._history.record(change)
        told = f"{prefix}{text}. {problems[0]}" if problems else prefix + text
        undo = translated("history", "Undo")
        notice.tell(told, undo, lambda: self._history.undo_one(change))

    def _tell_problems(self, text: str, problems: list[str]) -> None:
        if problems:
            show = ProblemsDialog(problems, self._window).open
            self._window.notice.tell(text, translated("stats", "Show"), show)
        else:
            self._window.notice.tell(text)
