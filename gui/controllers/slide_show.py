"""Full screen, leaving it, and the slide show."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer

from gui.actions import bind
from gui.controllers.compare import CompareController
from gui.controllers.large_view import LargeViewController
from gui.main_window import MainWindow
from gui.models.image_list import ImageListModel
from gui.preferences import Preferences

SECONDS = (2, 5, 10, 30)


class SlideShowController(QObject):
    """Shows one image after the other on the full screen; the first follows the last.

    An image stays for the whole interval from when its picture is there, whoever asked for it.
    """

    def __init__(
        self,
        large: LargeViewController,
        compare: CompareController,
        window: MainWindow,
        images: ImageListModel,
        preferences: Preferences,
    ) -> None:
        super().__init__(window)
        self._large = large
        self._compare = compare
        self._window = window
        self._images = images
        self._preferences = preferences
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._step)
        actions = window.actions_by_id
        self._running = actions["slide_show"]
        bind(actions, {"back": self._back})
        self._running.toggled.connect(self._on_toggled)
        actions["full_screen"].triggered.connect(self._set_full_screen)
        for seconds in SECONDS:
            action = actions[f"slide_{seconds}"]
            action.setChecked(seconds == self._seconds)
            action.triggered.connect(lambda _, chosen=seconds: self._choose(chosen))
        large.shown.connect(self._wait)
        window.page_changed.connect(self._on_page_changed)

    @property
    def _seconds(self) -> int:
        kept = self._preferences.slide_seconds
        return kept if kept in SECONDS else SECONDS[1]

    @property
    def _milliseconds(self) -> int:
        return self._seconds * 1000

    def _choose(self, seconds: int) -> None:
        self._preferences.slide_seconds = seconds
        self._wait()

    def _on_toggled(self, running: bool) -> None:
        if not running:
            self._timer.stop()
            return
        if not self._window.shows_large:
            self._large.open()
        self._set_full_screen(True)
        self._wait()

    def _wait(self) -> None:
        if self._running.isChecked() and self._large.is_ready:
            self._timer.start(self._milliseconds)

    def _step(self) -> None:
        count, row = self._images.rowCount(), self._window.grid.currentIndex().row()
        self._large.step(1 if row + 1 < count else -row)
        self._wait()

    def _set_full_screen(self, full: bool) -> None:
        state = self._window.windowState()  # what else it is, maximised perhaps, it stays
        full_screen = Qt.WindowState.WindowFullScreen
        self._window.setWindowState(state | full_screen if full else state & ~full_screen)

    def _back(self) -> None:
        """Leave what was entered last: the slide show with the full screen, then what it showed."""
        if self._running.isChecked() or self._window.isFullScreen():
            self._running.setChecked(False)
            self._set_full_screen(False)
        else:
            self._large.leave()
            self._compare.leave()

    def _on_page_changed(self) -> None:
        if not self._window.shows_large:
            self._running.setChecked(False)
