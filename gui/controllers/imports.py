"""Importing: what is dropped, pasted or chosen is copied into the store, one batch at a time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog

from core.errors import StoreError
from core.import_records import ImportOutcome, ImportReport
from core.import_sources import Source
from gui import aio
from gui.actions import bind
from gui.controllers.browse import BrowseController
from gui.controllers.changes import ImportChange
from gui.controllers.history import History
from gui.controllers.import_reports import ImportReports
from gui.controllers.selection import SelectionController
from gui.controllers.shuttle import Shuttle
from gui.controllers.store import Access, OpenStore, StoreController
from gui.controllers.works import Work, WorkController
from gui.drops import Look, Offer, Target, look_at, offer_of, png_of, verdict_on
from gui.import_text import is_all_new, summary_text
from gui.main_window import MainWindow
from gui.preferences import Preferences
from gui.text import number_text, translated

PATTERNS: Final = "*.png *.jpg *.jpeg *.webp *.gif *.avif *.tif *.tiff *.bmp"
_PROBLEMS: Final = {
    Access.WRITABLE: "",
    Access.READ_ONLY: "{store} can only be read: nothing can be imported into it",
    Access.GONE: "{store} is not there any more. Is its disk connected?",
}


class ImportController(QObject):
    """Imports into the open store, and tells what came of it.

    Signals:
        store_wanted(str): A store's folder was dropped, to be opened.
        imported(list[str]): The images at these paths are new in the open store.
    """

    store_wanted = Signal(str)
    imported = Signal(object)

    def __init__(
        self,
        tasks: aio.TaskScope,
        stores: StoreController,
        works: WorkController,
        shuttle: Shuttle,
        history: History,
        browse: BrowseController,
        window: MainWindow,
        selection: SelectionController,
        preferences: Preferences,
    ) -> None:
        super().__init__(window)
        self._tasks = tasks
        self._stores = stores
        self._works = works
        self._shuttle = shuttle
        self._history = history
        self._window = window
        self._preferences = preferences
        self._store: OpenStore | None = None
        self._waiting: deque[Sequence[Source]] = deque()
        self._work: Work | None = None
        self._running = False
        self._reports = ImportReports(stores, shuttle, history, browse, window, selection)
        self._looking = aio.Latest(tasks)
        self._taking = asyncio.Lock()  # what takes long to look at keeps its turn
        bind(
            window.actions_by_id,
            {
                "import": partial(self._start_choosing, QFileDialog.FileMode.ExistingFiles),
                "import_folder": partial(self._start_choosing, QFileDialog.FileMode.Directory),
                "import_report": self._reports.show_last,
                "paste": self.paste,
            },
        )
        window.veil.entered.connect(self._on_entered)
        window.veil.left.connect(self._looking.cancel)
        window.veil.dropped.connect(self._start_to_take)
        stores.opened.connect(self._on_opened)
        stores.closing.connect(self._on_closing)

    @property
    def busy(self) -> bool:
        """Whether an import is under way, or waits for its turn."""
        return self._running

    def add(self, sources: Sequence[Source]) -> None:
        """Import these, after what was to be imported before them."""
        if self._store is None:
            return
        self._waiting.append(sources)
        self._name_work()
        if not self._running:
            self._running = True
            self._store.tasks.start(self._run(self._store))

    def paste(self) -> None:
        """Import what is on the clipboard."""
        offer = offer_of(QGuiApplication.clipboard().mimeData(), read=True)
        if offer.paths or offer.has_image:
            self._start_to_take(offer)
        else:
            text = "The clipboard holds no image, and no files: copy some first"
            if offer.only_address:
                text = (
                    "The clipboard holds only an address on the web: save the image first, then "
                    "paste the file"
                )
            self._tell(translated("imports", text))

    # What is offered

    def _on_entered(self, offer: Offer) -> None:
        self._say(offer, None)
        self._looking.start(self._look(offer))

    async def _look(self, offer: Offer) -> None:
        await self._stores.look()
        self._say(offer, await asyncio.to_thread(look_at, offer.paths) if offer.paths else None)

    def _say(self, offer: Offer, look: Look | None) -> None:
        self._window.veil.say(verdict_on(offer, look, self._target(self._store)))

    def _target(self, store: OpenStore | None) -> Target | None:
        if store is None:
            return None
        problem = _PROBLEMS[self._stores.access]
        name = store.path.name or str(store.path)
        return Target(store.path, problem and translated("imports", problem, store=name))

    def _start_to_take(self, offer: Offer) -> None:
        self._tasks.start(self._take(offer, self._store))

    async def _take(self, offer: Offer, store: OpenStore | None) -> None:
        """Do with an offer what was said of it, with the store that was open then."""
        async with self._taking:
            await self._stores.look()
            offer = replace(offer, paths=await asyncio.to_thread(tuple, offer.paths))
            look = await asyncio.to_thread(look_at, offer.paths) if offer.paths else None
            verdict = verdict_on(offer, look, self._target(store))
            if verdict.act == "open":
                self.store_wanted.emit(str(offer.paths[0]))
            elif verdict.act == "refuse":
                self._tell(verdict.text)
            elif isinstance(offer.image, QImage):
                self._add_to(store, [await asyncio.to_thread(png_of, offer.image)])
            else:
                self._add_to(store, offer.paths or [offer.image or b""])

    def _add_to(self, store: OpenStore | None, sources: Sequence[Source]) -> None:
        if store is not None and store is self._store:
            self.add(sources)
        else:
            text = "Nothing was imported: another store was opened meanwhile"
            self._tell(translated("imports", text))

    def _start_choosing(self, mode: QFileDialog.FileMode) -> None:
        self._tasks.start(self._choose(mode, self._store))

    async def _choose(self, mode: QFileDialog.FileMode, store: OpenStore | None) -> None:
        one_folder = mode is QFileDialog.FileMode.Directory
        title = "Import a folder" if one_folder else "Import images"
        dialog = QFileDialog(self._window, translated("imports", title))
        dialog.setFileMode(mode)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, translated("imports", "Import"))
        images = translated("imports", "Images ({patterns})", patterns=PATTERNS)
        if not one_folder:
            dialog.setNameFilters([images, translated("imports", "All files (*)")])
        if self._preferences.import_folder:
            dialog.setDirectory(self._preferences.import_folder)
        if await aio.finished(dialog):
            chosen = [Path(path) for path in dialog.selectedFiles()]
            self._preferences.import_folder = str(chosen[0].parent)
            self._add_to(store, chosen)

    # Importing

    async def _run(self, store: OpenStore) -> None:
        try:
            while self._waiting:
                await self._import(store, self._waiting.popleft())
        finally:
            self._running = False

    async def _import(self, store: OpenStore, sources: Sequence[Source]) -> None:
        try:
            with self._works.begin("") as self._work:
                self._name_work()
                report = await store.manager.import_images(
                    sources, progress=self._work.on_progress, should_stop=self._work.stopped
                )
        except StoreError as error:
            self._tell(str(error))
        else:
            self._conclude(store, report)
        finally:
            self._work = None

    def _name_work(self) -> None:
        if self._work is not None:
            more = number_text(len(self._waiting))
            text = "Importing (then {more} more)" if self._waiting else "Importing"
            self._work.text = translated("imports", text, more=more)

    def _conclude(self, store: OpenStore, report: ImportReport) -> None:
        change = None
        if new := report.of(ImportOutcome.NEW):
            self.imported.emit([each.path for each in new])
            change = ImportChange(self._shuttle, report)
            self._history.record(change)
        self._reports.keep(report, change)
        tell, text = self._window.notice.tell, summary_text(report)
        undo = []
        if change is not None:
            undo.append((translated("imports", "Undo"), partial(self._history.undo_one, change)))
        if report.results and not is_all_new(report):
            tell(text, translated("imports", "Details"), self._reports.show_last, *undo)
        elif undo:
            tell(text, *undo[0])
        else:
            tell(text)

    def _tell(self, text: str) -> None:
        self._window.notice.tell(text)

    # Coming and going

    def _on_opened(self, store: OpenStore) -> None:
        self._store = store

    def _on_closing(self) -> None:
        self._store = None
        self._waiting.clear()
