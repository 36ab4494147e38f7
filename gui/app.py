"""The composition root: makes the models, the window and the controllers, and joins them."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QSize
from PySide6.QtWidgets import QApplication

from core.places import APP_NAME
from gui import accessibility, aio, language, pages, screenshot, theme
from gui.controllers.annotations import AnnotationController
from gui.controllers.arrangement import ArrangementController
from gui.controllers.arranging import Arranging
from gui.controllers.arrivals import ArrivalController
from gui.controllers.availability import Availability
from gui.controllers.browse import BrowseController
from gui.controllers.clean_up import CleanUpController
from gui.controllers.commands import CommandController
from gui.controllers.compare import CompareController
from gui.controllers.facets import FacetsController
from gui.controllers.history import History
from gui.controllers.idle_work import IdleWork
from gui.controllers.imports import ImportController
from gui.controllers.large_view import LargeViewController
from gui.controllers.outside import OutsideController
from gui.controllers.prune import PruneController
from gui.controllers.prune_runner import PruneRunner
from gui.controllers.saved_searches import SavedSearches
from gui.controllers.search import SearchController
from gui.controllers.selection import SelectionController
from gui.controllers.settings import SettingsController
from gui.controllers.shuttle import Shuttle
from gui.controllers.slide_show import SlideShowController
from gui.controllers.statistics import StatisticsController
from gui.controllers.store import StoreController
from gui.controllers.take_out import TakeOutController
from gui.controllers.thumbnails import ThumbnailController
from gui.controllers.timeline import TimelineController
from gui.controllers.trash import TrashController
from gui.controllers.watching import WatchingController
from gui.controllers.works import WorkController
from gui.icons import icon
from gui.main_window import NAME, MainWindow
from gui.models.date_tree import DateTreeModel
from gui.models.facets import FacetModel
from gui.models.image_list import ImageListModel
from gui.models.trash_table import trash_model
from gui.preferences import Preferences
from gui.text import translated
from gui.views.grid import ImageGrid

log = logging.getLogger(__name__)


def start(options: argparse.Namespace) -> int:
    """Start the program with the command's arguments; return its exit status."""
    app = QApplication(sys.argv[:1])
    app.setApplicationName(APP_NAME)
    app.setApplicationDisplayName(NAME)
    app.setDesktopFileName(APP_NAME)
    app.setQuitOnLastWindowClosed(False)  # closing waits for what is under way
    accessibility.install()
    preferences = Preferences()
    chosen = options.appearance
    theme.apply(app, theme.Appearance(chosen) if chosen else preferences.appearance)
    app.setWindowIcon(icon("app", app.palette().accent().color(), 64))
    session = Session(app, preferences)
    try:
        return aio.run(app, run(session, options))
    finally:
        session.dispose()
        del session
        gc.collect()  # what is left of the window goes while there still is an application


async def run(session: Session, options: argparse.Namespace) -> int:
    """Show the window until it is closed, or until its picture is taken."""
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, session.window.close)
    try:
        if options.screenshot is None:
            session.restore()
        if options.size is not None:
            session.window.resize(QSize(*options.size))
        session.show(options.store)
        if options.screenshot is not None:
            return await session.until_closed(
                screenshot.take(session, options.screenshot, options.select, options.show)
            )
        await session.closed.wait()
        session.save()
        return 0
    finally:
        await session.close()


class Session:
    """The window with everything behind it, from its opening to its closing."""

    def __init__(self, app: QApplication, preferences: Preferences) -> None:
        self.preferences = preferences
        language.use(preferences.language)
        self.closed = asyncio.Event()
        self.failure: asyncio.Queue[Exception] = asyncio.Queue()
        self.tasks = aio.TaskScope(self._on_error)
        self.images = ImageListModel()
        self.dates = DateTreeModel()
        self.facet_model = FacetModel()
        self.grid = ImageGrid()
        self.grid.setModel(self.images)
        self.trashed = trash_model()
        self.window = MainWindow(self.dates, self.facet_model, self.grid, self.trashed)
        self.stores = StoreController(self.tasks, self._on_error)
        for part in (self.images, self.dates, self.facet_model, self.trashed, self.stores):
            part.setParent(self.window)  # to go with it, in this thread: a collector runs in any
        self.works = WorkController(self.window.stats)
        self.history = History(self.stores, self.window)
        self.shuttle = Shuttle(self.stores, self.works)
        self.arranging = Arranging(self.images, self.grid, self.works)
        self.arrangement = ArrangementController(
            self.stores, self.arranging, self.window, preferences
        )
        self.browse = BrowseController(
            self.stores, self.window, self.images, self.dates, self.works, self.arranging
        )
        self.thumbnails = ThumbnailController(self.stores, self.images, self.grid)
        self.idle_work = IdleWork(
            self.stores, self.works, self.thumbnails, self.images, self.window
        )
        self.selection = SelectionController(self.stores, self.window, self.images)
        self.large = LargeViewController(
            self.stores, self.browse, self.window, self.images, self.thumbnails
        )
        self.selection.give_way_to(self.large.settled)
        self.compare = CompareController(
            self.stores, self.browse, self.selection, self.window, self.images
        )
        self.slides = SlideShowController(
            self.large, self.compare, self.window, self.images, preferences
        )
        self.trash = TrashController(
            self.stores, self.works, self.history, self.browse, self.selection, self.window,
            self.images, self.dates, self.trashed, self.shuttle,
        )  # fmt: skip
        self.annotations = AnnotationController(
            self.stores, self.works, self.history, self.selection, self.window
        )
        self.take_out = TakeOutController(
            self.stores, self.works, self.selection, self.window, self.images, preferences
        )
        self.compare.drag_wanted.connect(self.take_out.drag)
        self.outside = OutsideController(self.stores, self.selection, self.window)
        self.watching = WatchingController(self.stores, self.window, self.thumbnails.settled)
        self.arrivals = ArrivalController(
            self.stores, self.works, self.window, self.images, preferences
        )
        self.browse.searching.connect(self.arrivals.know_what_there_is)
        self.shuttle.came_back.connect(self.arrivals.expect)
        self.history.overtaken.connect(self.shuttle.stop)
        self.commands = CommandController(
            self.tasks,
            self.stores,
            self.browse,
            self.selection,
            self.window,
            preferences,
            self.works,
            self.history,
        )
        self.imports = ImportController(
            self.tasks, self.stores, self.works, self.shuttle, self.history, self.browse,
            self.window, self.selection, preferences,
        )  # fmt: skip
        self.imports.store_wanted.connect(self.commands.open)
        self.imports.imported.connect(self.arrivals.expect)
        self.availability = Availability(
            self.window, self.stores, self.works, self.history, self.selection
        )
        self.settings = SettingsController(self.tasks, self.stores, self.window, preferences)
        self.settings.applied.connect(self.browse.show_totals)
        self.timeline = TimelineController(self.stores, self.settings, self.window, self.dates)
        self.prune_runner = PruneRunner(self.works, self.shuttle, self.history, self.window)
        self.prune = PruneController(self.stores, self.prune_runner, self.window)
        self.clean_up = CleanUpController(
            self.stores, self.works, self.prune_runner, self.settings, self.window
        )
        self.settings.appearance_tried.connect(partial(theme.apply, app))
        self.commands.appearance_chosen.connect(partial(theme.apply, app))
        self.statistics = StatisticsController(self.stores, self.selection, self.window)
        self.search = SearchController(self.stores, self.browse, self.window)
        self.facets = FacetsController(
            self.stores, self.browse, self.search, self.window, self.facet_model
        )
        self.saved_searches = SavedSearches(self.stores, self.window, preferences)
        self.browse.images_edited.connect(self.thumbnails.reload)
        self.browse.images_edited.connect(self.selection.refresh)
        self.window.closing.connect(self.closed.set)

    def restore(self) -> None:
        """Bring the window back as it was left."""
        if (geometry := self.preferences.layout("window")) is not None:
            self.window.restoreGeometry(geometry)
        if (panes := self.preferences.layout("panes")) is not None:
            self.window.restore_panes(panes)
        if (sidebar := self.preferences.layout("sidebar")) is not None:
            self.window.sidebar.restoreState(sidebar)
        if (default_size := self.preferences.default_cell_size) is not None:
            self.grid.default_cell_size = default_size
            self.grid.reset_cell_size()
        if (cell_size := self.preferences.cell_size) is not None:
            self.grid.set_cell_size(cell_size)

    def save(self) -> None:
        """Remember how the window is left."""
        self.preferences.save_layout("window", self.window.saveGeometry())
        self.preferences.save_layout("panes", self.window.save_panes())
        self.preferences.save_layout("sidebar", self.window.sidebar.saveState())
        self.preferences.cell_size = self.grid.cell_size
        self.preferences.save()

    def show(self, store: Path | None) -> None:
        """Show the window with this store, or the last one, or an invitation to open one."""
        recent = self.preferences.recent_stores
        path = store or (Path(recent[0]) if recent else None)
        if path is None:
            self.window.show_page(pages.no_store())
        else:
            self.commands.open(path)
        self.window.show()
        self.grid.setFocus()

    async def until_closed(self, work: Coroutine[Any, Any, int]) -> int:
        """Return what ``work`` does; 1, and why, if something fails or the window is closed."""
        task = asyncio.create_task(work)
        closed, failure = (
            asyncio.create_task(self.closed.wait()),
            asyncio.create_task(self.failure.get()),
        )
        await asyncio.wait({task, closed, failure}, return_when=asyncio.FIRST_COMPLETED)
        for each in (task, closed, failure):
            each.cancel()
        if task.done():
            return task.result()
        await asyncio.wait({task})
        log.error("%s", failure.result() if failure.done() else "The window was closed")
        return 1

    async def all_loaded(self) -> None:
        """Wait until everything that can be seen is there."""
        await self.browse.settled()
        await self.facets.settled()
        await asyncio.sleep(0.1)  # views say what they want in a later turn of the loop
        await self.thumbnails.settled()
        await self.selection.settled()

    async def close(self) -> None:
        """End everything, in the order in which it depends on each other."""
        await self.stores.close()
        await self.tasks.close()

    def dispose(self) -> None:
        """Delete the window, now that no loop runs in which something could still reach it."""
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def _on_error(self, error: Exception) -> None:
        self.failure.put_nowait(error)
        text = translated("app", "Something went wrong: {error}", error=str(error) or repr(error))
        self.window.notice.tell(text)
