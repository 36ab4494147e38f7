"""Undoing an import: what it brought goes to the trash, or is deleted where nobody touched it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from pathlib import Path

from core import durable, files
from core.errors import ImageNotFound, StoreError
from core.import_records import ImportResult, UndoOutcome, UndoResult
from core.index import Index
from core.locate import locate_beside
from core.long_work import LongWork, Progress, ShouldStop
from core.store_lock import store_lock
from core.trash import Trash

UNDONE = "import undone"


class ImportUndo:
    """Takes images back that imports brought; see :meth:`core.importer.Importer.undo`."""

    def __init__(self, base: Path, index: Index, trash: Trash, for_good: bool) -> None:
        self._base = base
        self._index = index
        self._trash = trash
        self._for_good = for_good

    async def run(
        self, new: Sequence[ImportResult], progress: Progress, should_stop: ShouldStop
    ) -> list[UndoResult]:
        """Take back these; returns what became of each."""

        def take_back(batch: Sequence[ImportResult]) -> list[tuple[UndoResult, int]]:
            results = self._take_back(batch)
            return [(each, taken.size_bytes) for each, taken in zip(results, batch, strict=True)]

        async def tell(done: Sequence[tuple[UndoResult, int]]) -> None:
            await self._index.refresh([result.path for result, _ in done])

        async with LongWork[tuple[UndoResult, int]](
            len(new),
            progress,
            should_stop,
            tell=tell,
            size=itemgetter(1),
            note=(self._base, "undo import"),
        ) as work:
            await work.do(new, take_back)
        return [result for result, _ in work.results]

    def _take_back(self, batch: Sequence[ImportResult]) -> list[UndoResult]:
        results: dict[str, UndoResult] = {}
        if self._for_good:
            for each in batch:
                try:
                    if self._delete_untouched(each.path or "", each):
                        results[each.path or ""] = _undone(each, UndoOutcome.DELETED)
                except (StoreError, OSError) as error:
                    results[each.path or ""] = _not_undone(each, error)
        left = [each for each in batch if each.path not in results]
        moved = self._trash.move_all([each.path or "" for each in left], UNDONE, datetime.now())
        for each, outcome in zip(left, moved, strict=True):
            if isinstance(outcome, StoreError | OSError):
                results[each.path or ""] = _not_undone(each, outcome)
            else:
                results[each.path or ""] = _undone(each, UndoOutcome.TRASHED, outcome.token)
        return [results[each.path or ""] for each in batch]

    def _delete_untouched(self, path: str, each: ImportResult) -> bool:
        with store_lock(self._base):  # whoever pins or rates an image does so before or after
            found = locate_beside(self._base, path)
            image, sidecar = found or (path, None)
            if sidecar is None:
                return False
            if each.saved is None or each.saved != signatures_of(self._base, image, sidecar):
                return False
            # The image first: what a crash leaves then is a sidecar that never shows.
            durable.remove_file(self._base, image)
            durable.remove_file(self._base, sidecar)
        return True


def signatures_of(
    base: Path, image: str, sidecar: str
) -> tuple[files.Signature, files.Signature] | None:
    """Tell the signatures of an image and its sidecar; ``None`` if either is gone."""
    one, two = files.stat_file(base, image), files.stat_file(base, sidecar)
    return (_signature(one), _signature(two)) if one and two else None


def _signature(found: os.stat_result) -> files.Signature:
    return files.Signature(found.st_size, found.st_mtime_ns)


def _undone(each: ImportResult, outcome: UndoOutcome, token: str | None = None) -> UndoResult:
    return UndoResult(each.image_id or "", each.path or "", outcome, token)


def _not_undone(each: ImportResult, error: StoreError | OSError) -> UndoResult:
    if isinstance(error, ImageNotFound):
        return _undone(each, UndoOutcome.GONE)
    outcome = UndoOutcome.FAILED
    return UndoResult(each.image_id or "", each.path or "", outcome, problem=str(error))
