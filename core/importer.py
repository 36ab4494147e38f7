"""Importing: images from anywhere are copied into a store, each content once, and taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from core import files
from core.catalog import Catalog
from core.errors import StoreNotFound
from core.import_duplicates import Duplicates
from core.import_records import ImportOutcome, ImportProgress, ImportReport, UndoResult
from core.import_run import ImportRun
from core.import_sources import Source
from core.import_undo import ImportUndo
from core.index import Index
from core.long_work import Progress, ShouldStop, never, untold
from core.settings import StorageSettings
from core.trash import Trash


class Importer:
    """Imports images into one store.

    It belongs to one event loop; its imports run one at a time. Others, in any processes, may use
    the store meanwhile. Two processes that import the same image at the same time may both save
    it, under two ids: neither waits for the other, so that neither can be held up or lose it.

    Args:
        base: The store's folder.
        settings: Tells how the store is kept; asked when an import begins.
        index: Its catalogue, open.
        trash: Its trash.
    """

    def __init__(
        self, base: Path, settings: Callable[[], StorageSettings], index: Index, trash: Trash
    ) -> None:
        self._base = base
        self._settings = settings
        self._index = index
        self._trash = trash
        self._turn = asyncio.Lock()

    async def run(
        self,
        sources: Sequence[Source],
        *,
        progress: Callable[[ImportProgress], object] = lambda _: None,
        should_stop: Callable[[], bool] = lambda: False,
        closed: Callable[[], bool] = lambda: False,
    ) -> ImportReport:
        """Copy images into the store; the sources stay as they are.

        What is an image is told by its content. A content that the store has, among its images
        or in its trash, is not saved again. One bad file never stops the rest. Each image is on
        the disk, with its sidecar, before its result counts; the bytes are kept exactly. Its age
        counts from now; where it came from and when it was taken is kept in the sidecar.

        At most eight files are in memory, of large ones two. If this is cancelled, the files
        under way are finished first; to have a report then, let ``should_stop`` end it.

        Args:
            sources: Files, folders (with all in them but hidden files and links), images as
                bytes, and ``data:image/…;base64,…``.
            progress: Told after each input, in the loop's thread.
            should_stop: Asked before each input, in any thread; once it says yes, the import ends.
            closed: Whether the store was closed meanwhile; an import that this ended, or a
                cancellation, counts as interrupted.

        Raises:
            StoreNotFound: The store's folder is not there; nothing was done.
            CatalogError: The catalogue cannot be used; nothing was done.
        """
        async with self._turn:
            await asyncio.to_thread(files.check_store, self._base)
            await self._index.read(Catalog.totals)  # a closed one says so now
            await asyncio.wait([self._index.rescan()])
            if self._index.missing is not None:
                raise StoreNotFound(self._index.missing)
            duplicates = Duplicates(self._base, self._index, self._trash)
            run = ImportRun(self._base, self._settings(), self._index, duplicates)
            run.progress, run.should_stop, run.closed = progress, should_stop, closed
            work = asyncio.create_task(run.run(sources))
            try:
                return await asyncio.shield(work)
            except asyncio.CancelledError:
                run.ended, run.closed = True, lambda: True
                await asyncio.wait([work])
                raise

    async def undo(
        self,
        report: ImportReport,
        *,
        for_good: bool = False,
        progress: Progress = untold,
        should_stop: ShouldStop = never,
    ) -> list[UndoResult]:
        """Take back the images that an import brought.

        They go to the trash, so that nothing is lost: neither an image whose source is gone by
        now, nor what was written into a sidecar since.

        Args:
            report: What the import did.
            for_good: Delete them; those whose image or sidecar was touched since go to the trash.
            progress: Told how far it is, in the loop's thread.
            should_stop: Asked before each image, in any thread; once it says yes, the undo ends.

        Returns:
            What became of each, in the order of the report; one that fails does not stop the rest.
        """
        work = ImportUndo(self._base, self._index, self._trash, for_good)
        return await work.run(report.of(ImportOutcome.NEW), progress, should_stop)
