"""One import under way: inputs are read, looked up and saved some at a time, by two workers."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TypeAlias

import msgspec

from core import files, writer
from core.errors import StoreError
from core.import_duplicates import Duplicates, Known
from core.import_records import (
    ImportOutcome,
    ImportProgress,
    ImportReport,
    ImportResult,
    Refusal,
)
from core.import_sources import Content, Input, Refused, Source, find_inputs, read_input
from core.index import Index
from core.interrupted import noted
from core.long_work import ShouldStop, never
from core.settings import StorageSettings
from core.steps import Folders, Steps, take_together

WORKERS = 2  # while the disk writes what one has read, the other reads
TOGETHER = 4  # files that wait for the disk together
AT_ONCE = WORKERS * TOGETHER
ENOUGH_BYTES = 16 * 1024**2  # with so much in memory, a worker reads no other file
TELL_SECONDS = 0.25


class _New(NamedTuple):
    """An image that was saved, and how its files were then."""

    saved: writer.Saved
    signatures: tuple[files.Signature, files.Signature] | None


_Read: TypeAlias = tuple[int, Input, Content | Refused]
_Fate: TypeAlias = Known | _New | StoreError | OSError


class ImportRun:
    """Imports some sources into a store, once.

    Args:
        base: The store's folder.
        settings: How the store is kept.
        index: Its catalogue, open.
        duplicates: Knows what is in the store already.

    Attributes:
        progress: Told after each input, in the loop's thread.
        should_stop: Asked before each input, in any thread.
        closed: Whether the store was closed meanwhile.
        ended: Whether no other input is to be read.
    """

    def __init__(
        self, base: Path, settings: StorageSettings, index: Index, duplicates: Duplicates
    ) -> None:
        self._base = base
        self._settings = settings
        self._index = index
        self._duplicates = duplicates
        self.progress: Callable[[ImportProgress], object] = lambda _: None
        self.should_stop: ShouldStop = never
        self.closed: ShouldStop = never
        self.ended = False
        self._total = 0
        self._bytes = 0
        self._results: dict[int, ImportResult] = {}
        self._verdicts: dict[str, asyncio.Task[dict[str, ImportResult]]] = {}
        self._untold: list[str] = []
        self._told = time.monotonic()

    async def run(self, sources: Sequence[Source]) -> ImportReport:
        """Import them; see :meth:`core.importer.Importer.run`."""
        inputs = await asyncio.to_thread(find_inputs, sources, self._stops)
        self._total = len(inputs)
        waiting = deque(enumerate(inputs))
        del inputs  # each is forgotten with its turn
        async with noted(self._base, "import", self._total) as note:
            workers = [asyncio.create_task(self._work(waiting)) for _ in range(WORKERS)]
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

    async def _work(self, waiting: deque[tuple[int, Input]]) -> None:
        """Import some inputs after the others, of those that the workers share."""
        try:
            while some := await asyncio.to_thread(self._read_some, waiting):
                await self._import(some)
                if time.monotonic() - self._told > TELL_SECONDS:
                    await self._tell()
        except BaseException:
            self.ended = True  # for the other worker
            raise

    def _read_some(self, waiting: deque[tuple[int, Input]]) -> list[_Read]:
        """Read the next few inputs, or a large one; blocks."""
        some: list[_Read] = []
        size = 0
        while len(some) < TOGETHER and size < ENOUGH_BYTES and not self._stops():
            try:
                number, each = waiting.popleft()
            except IndexError:
                break
            content = read_input(each)
            if isinstance(content, Content):
                size += len(content.data)
            some.append((number, each, content))
        return some

    async def _tell(self) -> None:
        """Have the new images in every list."""
        paths, self._untold, self._told = self._untold, [], time.monotonic()
        await self._index.refresh(paths)

    async def _import(self, some: list[_Read]) -> None:
        """Import what was read; of the same content, in whatever worker, the first decides."""
        images: list[tuple[int, Input, str]] = []
        new: dict[str, tuple[Input, Content]] = {}
        first: set[int] = set()
        for number, each, content in some:
            if isinstance(content, Refused):
                self._done(number, _refused(each, *content))
                continue
            images.append((number, each, content.sha256))
            if content.sha256 not in self._verdicts and content.sha256 not in new:
                new[content.sha256] = each, content
                first.add(number)
        if new:
            self._verdicts |= dict.fromkeys(new, asyncio.create_task(self._decide(new)))
        del content, new
        some.clear()  # contents are not to be kept in memory while waiting for those of others
        for number, each, sha256 in images:
            verdict = (await self._verdicts[sha256])[sha256]
            self._done(number, verdict if number in first else _as_before(each, verdict))

    def _done(self, number: int, result: ImportResult) -> None:
        self._results[number] = result
        self._bytes += result.size_bytes
        self.progress(ImportProgress(len(self._results), self._total, self._bytes))

    async def _decide(self, read: dict[str, tuple[Input, Content]]) -> dict[str, ImportResult]:
        """Save what the store does not have."""
        contents = [content for _, content in read.values()]
        fates: dict[str, _Fate] = {}
        try:
            fates.update(await self._duplicates.find(contents))
            new = [content for content in contents if content.sha256 not in fates]
            if new:
                fates.update(await asyncio.to_thread(self._save, new))
        except (StoreError, OSError) as error:
            fates = {sha256: fates.get(sha256, error) for sha256 in read}
        self._untold += [fate.saved.path for fate in fates.values() if isinstance(fate, _New)]
        return {
            sha256: _result(each, len(content.data), fates[sha256])
            for sha256, (each, content) in read.items()
        }

    def _save(self, contents: Sequence[Content]) -> dict[str, _Fate]:
        """Save images together; what goes wrong with one is its own."""
        with Folders(self._base) as folders:
            saved = take_together([self._saving(folders, content) for content in contents])
        return {content.sha256: fate for content, fate in zip(contents, saved, strict=True)}

    def _saving(self, folders: Folders, content: Content) -> Steps[_New]:
        saved = yield from writer.saving(
            folders,
            self._base,
            writer.Given(content.data, {}, content.extension),
            dated=self._settings.create_subdirectories,
            mode=self._settings.file_mode,
            ours={"source": content.source},
            sha256=content.sha256,
            header=content.header,
        )
        with suppress(OSError):  # it is saved all the same
            image, beside = folders.of(saved.path), folders.of(saved.sidecar_path)
            return _New(saved, (files.signature(*image), files.signature(*beside)))
        return _New(saved, None)


def _result(each: Input, size: int, fate: _Fate) -> ImportResult:
    if isinstance(fate, StoreError | OSError):
        return _refused(each, Refusal.NOT_SAVED, f"{each.source} was not imported: {fate}")
    if isinstance(fate, _New):
        outcome, token = ImportOutcome.NEW, None
        (image_id, path, _), signatures = fate
    else:
        (image_id, path, token), signatures = fate, None
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


def _as_before(each: Input, first: ImportResult) -> ImportResult:
    """Make the result of a content that another input brought before."""
    outcome = ImportOutcome.HERE if first.outcome is ImportOutcome.NEW else first.outcome
    return msgspec.structs.replace(
        first, source=each.source, given=each.given, outcome=outcome, saved=None
    )


def _refused(each: Input, refusal: Refusal, problem: str) -> ImportResult:
    return ImportResult(
        source=each.source,
        given=each.given,
        outcome=ImportOutcome.REFUSED,
        refusal=refusal,
        problem=problem,
    )
