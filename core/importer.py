"""Importing: images from anywhere are copied into a store, each content once, and taken back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from core import files, writer
from core.catalog import Catalog
from core.errors import StoreError, StoreNotFound
from core.import_duplicates import Duplicates
from core.import_records import (
    ImportOutcome,
    ImportProgress,
    ImportReport,
    ImportResult,
    Refusal,
    UndoResult,
)
from core.import_sources import Content, Input, Refused, Source, find_inputs, read_input
from core.import_undo import ImportUndo, signatures_of
from core.index import Index
from core.interrupted import noted
from core.long_work import Progress, ShouldStop, never, untold
from core.settings import StorageSettings
from core.trash import Trash

AT_ONCE = 4
TELL_SECONDS = 0.25
UNDONE = "import undone"


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

        At most four files are in memory. If this is cancelled, the files under way are finished
        first; to have a report then, let ``should_stop`` end it.

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
            batch = _Batch(self._base, self._settings(), self._index, duplicates)
            batch.progress, batch.should_stop, batch.closed = progress, should_stop, closed
            work = asyncio.create_task(batch.run(sources))
            try:
                return await asyncio.shield(work)
            except asyncio.CancelledError:
                batch.ended, batch.closed = True, lambda: True
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


class _Batch:
    """One import under way."""

    def __init__(
        self, base: Path, settings: StorageSettings, index: Index, duplicates: Duplicates
    ) -> None:
        self._base = base
        self._settings = settings
        self._index = index
        self._duplicates = duplicates
        self.progress: Callable[[ImportProgress], object] = lambda _: None
        self.should_stop: Callable[[], bool] = lambda: False
        self.closed: Callable[[], bool] = lambda: False
        self.ended = False
        self._total = 0
        self._bytes = 0
        self._results: dict[int, ImportResult] = {}
        self._verdicts: dict[str, asyncio.Task[ImportResult]] = {}
        self._untold: list[str] = []
        self._told = time.monotonic()

    async def run(self, sources: Sequence[Source]) -> ImportReport:
        inputs = await asyncio.to_thread(find_inputs, sources, self._stops)
        self._total = len(inputs)
        waiting = iter(enumerate(inputs))
        async with noted(self._base, "import", self._total) as note:
            workers = [asyncio.create_task(self._work(waiting)) for _ in range(AT_ONCE)]
            await asyncio.wait(workers)
            await self._tell()
            note.stays = self.ended and self.closed()
        for error in filter(None, [worker.exception() for worker in workers]):
            raise error
        results = tuple(result for _, result in sorted(self._results.items()))
        return ImportReport(results, self._total, self.ended)

    def _stops(self) -> bool:
        self.ended = self.ended or self.should_stop()
        return self.ended

    async def _work(self, waiting: Iterator[tuple[int, Input]]) -> None:
        """Import one input after the other, of those that the workers share."""
        try:
            for number, each in waiting:
                if self._stops():
                    return
                result = self._results[number] = await self._import(each)
                self._bytes += result.size_bytes
                self.progress(ImportProgress(len(self._results), self._total, self._bytes))
                if time.monotonic() - self._told > TELL_SECONDS:
                    await self._tell()
        except BaseException:
            self.ended = True  # for the other workers
            raise

    async def _tell(self) -> None:
        """Have the new images in every list."""
        paths, self._untold, self._told = self._untold, [], time.monotonic()
        await self._index.refresh(paths)

    async def _import(self, each: Input) -> ImportResult:
        content = await asyncio.to_thread(read_input, each)
        if isinstance(content, Refused):
            return _refused(each, *content)
        before = self._verdicts.get(content.sha256)
        if before is None:
            verdict = asyncio.create_task(self._decide(each, content))
            self._verdicts[content.sha256] = verdict
            return await verdict
        del content  # not to be kept in memory while waiting
        first = await before
        outcome = ImportOutcome.HERE if first.outcome is ImportOutcome.NEW else first.outcome
        return msgspec.structs.replace(
            first, source=each.source, given=each.given, outcome=outcome, saved=None
        )

    async def _decide(self, each: Input, content: Content) -> ImportResult:
        size = len(content.data)
        try:
            known = await self._duplicates.find(content)
            if known is None:
                saved, signatures = await asyncio.to_thread(self._save, content)
        except (StoreError, OSError) as error:
            return _refused(each, Refusal.NOT_SAVED, f"{each.source} was not imported: {error}")
        if known is None:
            self._untold.append(saved.path)
            outcome, image_id, path, token = ImportOutcome.NEW, saved.image_id, saved.path, None
        else:
            (image_id, path, token), signatures = known, None
            outcome = ImportOutcome.HERE if token is None else ImportOutcome.IN_TRASH
        return ImportResult(
            source=each.source,
            given=each.given,
            outcome=outcome,
            size_bytes=size,
            image_id=image_id,
            path=path,
            token=token,
            saved=signatures,
        )

    def _save(
        self, content: Content
    ) -> tuple[writer.Saved, tuple[files.Signature, files.Signature] | None]:
        saved = writer.save(
            self._base,
            content.data,
            {},
            content.extension,
            dated=self._settings.create_subdirectories,
            mode=self._settings.file_mode,
            ours={"source": content.source},
            sha256=content.sha256,
            header=content.header,
        )
        with suppress(OSError):  # it is saved all the same
            return saved, signatures_of(self._base, saved.path, saved.sidecar_path)
        return saved, None


def _refused(each: Input, refusal: Refusal, problem: str) -> ImportResult:
    return ImportResult(
        source=each.source,
        given=each.given,
        outcome=ImportOutcome.REFUSED,
        refusal=refusal,
        problem=problem,
    )
