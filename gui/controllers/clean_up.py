"""Clean-ups by the store's settings: by themselves when they are due, or at once when asked."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QObject, QTimer

from core.errors import StoreError
from core.prune_records import PruneRun
from core.retention import policy_of
from gui.actions import bind
from gui.controllers.prune_runner import PruneRunner
from gui.controllers.settings import SettingsController
from gui.controllers.store import OpenStore, StoreController
from gui.controllers.works import WorkController
from gui.dialogs.question import confirmed
from gui.main_window import MainWindow
from gui.prune_text import confirm_text, interrupted_text, things_text
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
        self._works = works
        self._runner = runner
        self._window = window
        self._store: OpenStore | None = None
        self._opened = datetime.now()
        self._busy = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._look)
        stores.opened.connect(self._on_opened)
        stores.closing.connect(self._on_closing)
        settings.applied.connect(self._look)
        runner.ran.connect(self._look)
        bind(window.actions_by_id, {"clean_up": self.clean_up_now})

    def clean_up_now(self) -> None:
        """Do at once what the settings ask for; ask first if something would go for good."""
        if self._store is not None and not self._busy:
            self._store.tasks.start(self._clean_up_now(self._store))

    def _on_opened(self, store: OpenStore) -> None:
        self._store = store
        self._opened = datetime.now()
        store.tasks.start(self._tell_interrupted(store))
        self._look()

    def _on_closing(self) -> None:
        self._store = None
        self._busy = False
        self._timer.stop()
        self._window.stats.set_clean_ups("", "")

    def _look(self) -> None:
        """Look whether it is time, and say when it will be."""
        if self._store is not None and not self._busy:
            self._busy = True
            self._store.tasks.start(self._follow(self._store))

    async def _follow(self, store: OpenStore) -> None:
        ran = False
        try:
            runs = await store.manager.prune_runs()
            last, now = (runs[-1] if runs else None), datetime.now()
            due = self._due(store, last)
            if due is not None and due <= now and not self._works.under_way:
                await self._run(store)
                ran = True
        finally:
            self._busy = False
        if ran:
            self._look()
            return
        self._tell_times(last, due, now)
        if due is not None:
            wait = max((due - now).total_seconds(), BUSY_SECONDS if due <= now else 0.05)
            self._timer.start(round(min(wait, LONGEST_SECONDS) * 1000))
        else:
            self._timer.stop()

    def _due(self, store: OpenStore, last: PruneRun | None) -> datetime | None:
        """Return when the next run is due; ``None`` if none is ever."""
        settings = store.manager.settings
        if not settings.automatic_cleanup or store.manager.read_only:
            return None
        earliest = self._opened + timedelta(seconds=FIRST_SECONDS)
        ended = _ended(last)
        if ended is None:
            return earliest
        return max(ended + timedelta(hours=settings.cleanup_interval_hours), earliest)

    async def _run(self, store: OpenStore) -> None:
        await self._runner.run(
            store,
            translated("prune", "Cleaning up"),
            lambda work: store.manager.run_cleanup(work.on_progress, work.stopped),
            translated("prune", "Clean-up: "),
        )

    async def _clean_up_now(self, store: OpenStore) -> None:
        try:
            plan = await store.manager.plan_prune(policy_of(store.manager.settings))
        except StoreError as error:
            self._window.notice.tell(str(error))
            return
        if not plan.entries:
            self._window.notice.tell(translated("prune", "Clean-up: nothing has to go"))
            return
        for_good = [entry for entry in plan.entries if entry.for_good]
        if for_good and not await confirmed(
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
        ):
            return
        await self._runner.run(
            store,
            translated("prune", "Cleaning up"),
            lambda work: store.manager.prune(plan, work.on_progress, work.stopped),
            translated("prune", "Clean-up: "),
        )

    async def _tell_interrupted(self, store: OpenStore) -> None:
        if store.manager.read_only:
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
