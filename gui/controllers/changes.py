"""What a person changes about images, so that it can be taken back and done again.

Images are remembered by their paths: one that went to the trash and came back has another key.
What is done for an image already is not done again, so a step that was stopped, or failed for
some, is completed by the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.import_records import ImportOutcome, ImportReport, UndoOutcome, UndoResult
from core.prune_results import PruneResult
from core.records import TrashReceipt
from gui.controllers.history import Step
from gui.controllers.shuttle import PutBack, Shuttle, problems_of, values
from gui.text import count_text, translated


class _Moved:
    """Images that are in the store or in its trash.

    Args:
        shuttle: What moves them.
        paths: Where they are in the store.
    """

    def __init__(self, shuttle: Shuttle, paths: Sequence[str]) -> None:
        self._shuttle = shuttle
        self._paths = paths

    @property
    def count(self) -> int:
        """How many images it is about."""
        return len(self._paths)

    async def _move(self) -> Step:
        keys = await self._shuttle.keys(self._paths)
        results, whole = await self._shuttle.move(keys)
        done = len(values(results))
        images = count_text(done, "image")
        text = translated("changes", "{images} moved to the trash", images=images)
        return Step(done, text, problems_of(results), whole)

    async def _put_back(self, source: str = "{images} restored") -> Step:
        done = await self._shuttle.put_back(self._paths)
        return Step(done.done, _restored_text(done, source), done.problems, done.whole)


class DeleteChange(_Moved):
    """Images moved to the trash.

    Args:
        shuttle: What moves them.
        keys: The images, by the catalogue's keys.
    """

    def __init__(self, shuttle: Shuttle, keys: Sequence[int]) -> None:
        super().__init__(shuttle, ())
        self._keys: Sequence[int] | None = keys  # until they are in the trash
        self._count = len(keys)

    @property
    def count(self) -> int:
        """How many images it is about."""
        return self._count

    @property
    def made(self) -> bool:
        """Whether any image was moved."""
        return bool(self._paths)

    @property
    def text(self) -> str:
        """What it is, for the menu."""
        return translated("changes", "Delete {images}", images=count_text(self._count, "image"))

    async def redo(self) -> Step:
        """Move the images to the trash."""
        if self._keys is None:
            return await self._move()
        results, whole = await self._shuttle.move(self._keys)
        self._keys = None
        self._paths = [receipt.path for receipt in values(results)]
        self._count = len(self._paths)
        images = count_text(self._count, "image")
        text = translated("changes", "{images} moved to the trash", images=images)
        return Step(self._count, text, problems_of(results), whole)

    async def undo(self) -> Step:
        """Put them back where they were."""
        return await self._put_back()


class RestoreChange(_Moved):
    """Images put back from the trash; ``receipts`` are what is in it."""

    def __init__(self, shuttle: Shuttle, receipts: Iterable[TrashReceipt]) -> None:
        known = {receipt.path: receipt.token for receipt in receipts}
        shuttle.learn(known)
        super().__init__(shuttle, list(known))

    @property
    def text(self) -> str:
        """What it is, for the menu."""
        return translated("changes", "Restore {images}", images=count_text(self.count, "image"))

    async def redo(self) -> Step:
        """Put them back where they were."""
        return await self._put_back()

    async def undo(self) -> Step:
        """Move them to the trash again."""
        return await self._move()


class PruneChange(_Moved):
    """Images that a prune, whose ``result`` this is, moved to the trash."""

    def __init__(self, shuttle: Shuttle, result: PruneResult) -> None:
        still = set(result.tokens)  # a later part of the run may have emptied the trash
        known = {each.entry.item.path: each.token for each in result.results if each.token in still}
        shuttle.learn({path: token for path, token in known.items() if token is not None})
        super().__init__(shuttle, list(known))

    @property
    def text(self) -> str:
        """What it is, for the menu."""
        return translated("changes", "Prune {images}", images=count_text(self.count, "image"))

    async def redo(self) -> Step:
        """Move the same images to the trash again."""
        return await self._move()

    async def undo(self) -> Step:
        """Put them back where they were."""
        return await self._put_back()


class ImportChange(_Moved):
    """Images that an import brought.

    Args:
        shuttle: What moves them.
        report: What the import did; some of it is new.
    """

    def __init__(self, shuttle: Shuttle, report: ImportReport) -> None:
        paths = [each.path for each in report.of(ImportOutcome.NEW) if each.path is not None]
        super().__init__(shuttle, paths)
        self._report = report

    @property
    def text(self) -> str:
        """What it is, for the menu."""
        return translated("changes", "Import {images}", images=count_text(self.count, "image"))

    async def undo(self) -> Step:
        """Move the images that came to the trash."""
        results, whole = await self._shuttle.undo_import(self._report)
        problems = [each.problem for each in results if each.problem is not None]
        return Step(len(results) - len(problems), _undone_text(results), problems, whole)

    async def redo(self) -> Step:
        """Put them back from the trash."""
        return await self._put_back("{images} imported again")


def _restored_text(done: PutBack, source: str) -> str:
    """Say how many are back, and of the others, where they went: others may have moved them."""
    counts = [
        (done.done, source),
        (done.already, "{images} back already"),
        (done.gone, "{images} no longer in the trash"),
    ]
    told = [each for each in counts if each[0]] or counts[:1]
    return ", ".join(
        translated("changes", text, images=count_text(count, "image")) for count, text in told
    )


def _undone_text(results: Sequence[UndoResult]) -> str:
    count = dict.fromkeys(UndoOutcome, 0)
    for each in results:
        count[each.outcome] += 1
    images = count_text(count[UndoOutcome.TRASHED], "image")
    gone = count_text(count[UndoOutcome.GONE], "image")
    source = "Import undone: {images} moved to the trash"
    if count[UndoOutcome.GONE]:
        source = "Import undone: {images} moved to the trash, {gone} no longer here"
    return translated("changes", source, images=images, gone=gone)
