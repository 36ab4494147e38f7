"""Clean-ups by the store's settings: by themselves when they are due, or at once when asked."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QObject, QTimer

from core.errors import StoreError
from core.prune_records import PrunePlan
from core.prune_results import PruneRun
from core.retention import policy_of
from gui.actions import bind
from gui.controllers.prune_runner import PruneRunner
from gui.controllers.settings import SettingsController
from gui.controllers.store import Access, OpenStore, StoreController
from gui.controllers.works import WorkController
from gui.dialogs.question import confirmed
from gui.main_window import MainWindow
from gui.prune_text import RunKind, confirm_text, interrupted_text, things_text
from gui.text import count_text, size_text, translated, when_text

FIRST_SECONDS = 3.0  # after a store is opened, at the earliest
BUSY_SECONDS = 5.0  # to wait while other work is under way
LONGEST_SECONDS = 3600.0  # between two looks at the clock: it may be set, the computer sleep


class CleanUpController(QObject):
    """Cleans up the open store when its settings say so, an interval after the last run of anybody.

    Also says in the stats bar when that was and will be, and what an earlier session did not end.
    """

    def __init__(
        self,
        stores: StoreController,
        works: WorkController,
        runner: PruneRunner,
        settings: SettingsController,
        window: MainWindow,
    ) -> None:
        super().__init__(window)
        self._stores = stores
        self._works = works
        self._runner = runner
        self._window = window
        self._store: OpenStore | None = None
        self._opened = datetime.now()
        self._tried: datetime | None = None  # a run by itself that the log may not know of
        self._looking = False
        self._cleaning = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._look)
        stores.opened.connect(self._on_opened)
        stores.closing.connect(self._on_closing)
        settings.applied.connect(self._look)
        runner.ran.connect(self._look)
        bind(window.actions_by_id, {"clean_up": self.clean_up_now})

    def clean_up_now(self) -> None:
        """Do at once what the settings ask for; ask first if something would go for good."""
        if self._cleaning:
            self._window.notice.tell(translated("prune", "A clean-up is under way"))
        elif self._store is not None:
            self._cleaning = True
            self._store.tasks.start(self._clean_up_now(self._store))

    def _on_opened(self, store: OpenStore) -> None:
        self._store = store
        self._opened = datetime.now()
        self._tried = None
        store.tasks.start(self._tell_interrupted(store))
        self._look()

    def _on_closing(self) -> None:
        self._store = None
        self._looking = self._cleaning = False
        self._timer.stop()
        self._window.stats.set_clean_ups("", "")

    def _look(self) -> None:
        """Look whether it is time, and say when it will be."""
        if self._store is not None and not self._looking:
            self._looking = True
            self._store.tasks.start(self._follow(self._store))

    async def _follow(self, store: OpenStore) -> None:
        try:
            last, due = await self._times(store)
            if due is not None and due <= datetime.now() and not self._occupied:
                await self._run(store)
                last, due = await self._times(store)
        finally:
            self._looking = False
        now = datetime.now()
        self._tell_times(last, due, now)
        if due is not None:
            wait = max((due - now).total_seconds(), BUSY_SECONDS if due <= now else 0.05)
            self._timer.start(round(min(wait, LONGEST_SECONDS) * 1000))
        else:
            self._timer.stop()

    @property
    def _occupied(self) -> bool:
        return self._cleaning or self._works.under_way

    async def _times(self, store: OpenStore) -> tuple[PruneRun | None, datetime | None]:
        """Return the last run, and when the next is due; ``None`` if none was, or will be."""
        runs = await store.manager.prune_runs()
        last = runs[-1] if runs else None
        settings = store.manager.settings
        if not settings.automatic_cleanup or self._stores.access is not Access.WRITABLE:
            return last, None
        earliest = self._opened + timedelta(seconds=FIRST_SECONDS)
        interval = timedelta(hours=settings.cleanup_interval_hours)
        before = [when for when in (_ended(last), self._tried) if when is not None]
        return last, max([earliest, *(when + interval for when in before)])

    async def _run(self, store: OpenStore) -> None:
        self._tried = datetime.now()  # one that fails waits for its next turn, too
        self._cleaning = True
        try:
            await self._runner.run(
                RunKind.AUTOMATIC,
                lambda work: store.manager.run_cleanup(work.on_progress, work.stopped),
            )
        finally:
            self._cleaning = False

    async def _clean_up_now(self, store: OpenStore) -> None:
        try:
            plan = await store.manager.plan_prune(policy_of(store.manager.settings))
            if await self._agreed(plan):
                await self._runner.run(
                    RunKind.CLEAN_UP,
                    lambda work: store.manager.prune(plan, work.on_progress, work.stopped),
                )
        except StoreError as error:
            self._window.notice.tell(str(error))
        finally:
            self._cleaning = False

    async def _agreed(self, plan: PrunePlan) -> bool:
        """Ask, where something would go for good."""
        for_good = [entry for entry in plan.entries if entry.for_good]
        return not for_good or await confirmed(
            self._window,
            translated("prune", "Clean up now"),
            translated(
                "prune",
                "{things} ({size}) would be deleted for good.",
                things=things_text(for_good),
                size=size_text(plan.bytes_freed),
            ),
            translated("prune", "This cannot be undone."),
            confirm_text(plan),
        )

    async def _tell_interrupted(self, store: OpenStore) -> None:
        if self._stores.access is not Access.WRITABLE:
            return
        works = await store.manager.interrupted()
        if works:
            self._window.notice.tell(" ".join(map(interrupted_text, works)))

    def _tell_times(self, last: PruneRun | None, due: datetime | None, now: datetime) -> None:
        before = after = ""
        ended = _ended(last)
        if last is not None and ended is not None:
            before = translated(
                "stats",
                "last clean-up {when}, {images}",
                when=when_text(ended, now),
                images=count_text(last.images, "image"),
            )
        if due is not None:
            after = translated("stats", "next {when}", when=when_text(due, now))
        self._window.stats.set_clean_ups(before, after)


def _ended(run: PruneRun | None) -> datetime | None:
    """Return when a run ended, naive local time; ``None`` where the record does not say."""
    try:
        return None if run is None else datetime.fromisoformat(run.finished).replace(tzinfo=None)
    except ValueError:
        return None
