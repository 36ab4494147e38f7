"""Work under way: what the stats bar says of it, how fast it goes, and how it is cancelled."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType

from PySide6.QtCore import QObject, QTimer, Signal

from core.import_records import ImportProgress
from core.prune_results import PruneProgress
from core.records import ScanProgress, WorkProgress
from gui.text import pace_text
from gui.views.stats_bar import StatsBar

SHOWN_AFTER_MS = 300  # what is over sooner would only flicker
REFRESH_MS = 100

Progress = WorkProgress | ImportProgress | PruneProgress | ScanProgress


class Work(AbstractContextManager["Work"]):
    """One piece of work, from its beginning to the end of its ``with`` block.

    ``on_progress`` is what the core's long calls take as ``progress``; ``stopped`` is what they
    take as ``should_stop``, and may be asked in any thread.
    """

    def __init__(
        self,
        works: WorkController,
        text: str,
        cancel: Callable[[], object] | None,
        background: bool,
    ) -> None:
        self.text = text
        self.background = background
        self.done = 0
        self.total = 0
        self.began = time.monotonic()
        self._works = works
        self._cancel = cancel
        self._stopped = False

    def on_progress(self, progress: Progress) -> None:
        """Take note of how far it is."""
        self.done, self.total = progress.done, progress.total

    def stop(self) -> None:
        """Ask it to end; it does after what it is at."""
        self._stopped = True
        if self._cancel is not None:
            self._cancel()

    def stopped(self) -> bool:
        """Tell whether it is to end."""
        return self._stopped

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._works.end(self)


class WorkController(QObject):
    """Knows all work under way and shows one piece of it in the stats bar.

    Signals:
        changed(): Work has begun or ended.
    """

    changed = Signal()

    def __init__(self, stats: StatsBar) -> None:
        super().__init__(stats)
        self._stats = stats
        self._under_way: list[Work] = []
        self._wait = QTimer(self, singleShot=True, interval=SHOWN_AFTER_MS)
        self._wait.timeout.connect(self._start_showing)
        self._refresh = QTimer(self, interval=REFRESH_MS)
        self._refresh.timeout.connect(self._show)
        stats.cancel_requested.connect(self.cancel)

    @property
    def under_way(self) -> bool:
        """Whether there is any."""
        return bool(self._under_way)

    @property
    def asked_for(self) -> bool:
        """Whether there is any that the person began."""
        return any(not work.background for work in self._under_way)

    def begin(
        self, text: str, cancel: Callable[[], object] | None = None, *, background: bool = False
    ) -> Work:
        """Begin work that the bar calls ``text`` ("Importing"); use it as a context manager.

        Args:
            text: What is being done.
            cancel: Called, besides ``Work.stopped`` being true from then on, when the person
                wants it to end.
            background: Nobody asked for it: it is shown only where nothing else is under way.
        """
        work = Work(self, text, cancel, background)
        self._under_way.append(work)
        if not self._refresh.isActive():
            self._wait.start()
        self.changed.emit()
        return work

    def end(self, work: Work) -> None:
        """Take note that it has ended; ``Work`` does this itself."""
        if work not in self._under_way:
            return
        self._under_way.remove(work)
        if self._under_way:
            self._show()
        else:
            self._wait.stop()
            self._refresh.stop()
            self._stats.clear_progress()
        self.changed.emit()

    def cancel(self) -> None:
        """End the work that is shown."""
        if (work := self._shown()) is not None:
            work.stop()

    def _shown(self) -> Work | None:
        """Of several that which began last, of those that somebody asked for if there are any."""
        asked_for = [work for work in self._under_way if not work.background]
        return next(reversed(asked_for or self._under_way), None)

    def _start_showing(self) -> None:
        self._refresh.start()
        self._show()

    def _show(self) -> None:
        work = self._shown()
        if work is None or not self._refresh.isActive():
            return
        pace = pace_text(work.done, work.total, time.monotonic() - work.began)
        self._stats.set_progress(work.text, work.done, work.total, pace)
