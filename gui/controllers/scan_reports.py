"""What is said of scans: how far one is, and what could not be read."""

from __future__ import annotations

from collections.abc import Callable

from core.events import ScanChanged
from gui.controllers.works import Work, WorkController
from gui.main_window import MainWindow
from gui.text import count_text, translated


class ScanReports:
    """Shows the scan under way as work, and tells the problems of the one that ended.

    Args:
        works: Where work under way is shown.
        window: Where problems are told.
        cancel: Ends the scan under way.

    Attributes:
        problems: What the last scan could not read, and why.
    """

    def __init__(
        self, works: WorkController, window: MainWindow, cancel: Callable[[], object]
    ) -> None:
        self.problems: tuple[str, ...] = ()
        self._told = ""  # what was last said of problems
        self._works = works
        self._window = window
        self._cancel = cancel
        self._indexing: Work | None = None

    def show(self, scan: ScanChanged) -> None:
        """Show how far a scan is, or what came of it."""
        if scan.progress is None:
            self._end()
            known, self.problems = self.problems, scan.problems
            self._window.stats.set_problems(len(scan.problems))
            if not scan.problems:
                self._window.notice.take_back(self._told)
            elif not set(scan.problems) <= set(known):
                self._tell(scan.problems)
            return
        if self._indexing is None:
            text = translated("stats", "Indexing")
            self._indexing = self._works.begin(text, self._cancel, background=True)
        self._indexing.on_progress(scan.progress)

    def clear(self) -> None:
        """Say nothing any more: the store closes."""
        self._end()
        self.problems = ()
        self._window.stats.set_problems(0)

    def _end(self) -> None:
        if self._indexing is not None:
            self._works.end(self._indexing)
            self._indexing = None

    def _tell(self, problems: tuple[str, ...]) -> None:
        text, more = problems[0], len(problems) - 1
        if more:
            text += " " + translated(
                "stats", "({count} in all)", count=count_text(more + 1, "problem")
            )
        self._told = text
        show = self._window.stats.problems_requested.emit
        self._window.notice.tell(text, translated("stats", "Show"), show)
