"""An import as a change that can be taken back and made again."""

from __future__ import annotations

from core.import_records import ImportOutcome, ImportReport, UndoOutcome, UndoResult
from gui.controllers.changes import with_problems
from gui.controllers.store import OpenStore
from gui.controllers.works import WorkController
from gui.text import count_text, translated


class ImportChange:
    """Images that an import brought.

    Args:
        store: The store they came into.
        works: Where long work shows.
        report: What the import did; some of it is new.
    """

    def __init__(self, store: OpenStore, works: WorkController, report: ImportReport) -> None:
        self._store = store
        self._works = works
        self._report = report
        self._tokens: list[str] = []

    @property
    def text(self) -> str:
        """What it is, for the menu."""
        images = count_text(len(self._report.of(ImportOutcome.NEW)), "image")
        return translated("imports", "Import {images}", images=images)

    async def undo(self) -> str:
        """Move the images that came to the trash."""
        with self._works.begin(translated("imports", "Undoing the import")) as work:
            results = await self._store.manager.undo_import(
                self._report, progress=work.on_progress, should_stop=work.stopped
            )
        self._tokens = [each.token for each in results if each.token is not None]
        return _undone_text(results)

    async def redo(self) -> str:
        """Put them back from the trash."""
        with self._works.begin(translated("imports", "Importing again")) as work:
            results = await self._store.manager.restore(
                self._tokens, progress=work.on_progress, should_stop=work.stopped
            )
        count = sum(result.value is not None for result in results)
        images = count_text(count, "image")
        done = translated("imports", "{images} imported again", images=images)
        return with_problems(done, results)


def _undone_text(results: list[UndoResult]) -> str:
    count = dict.fromkeys(UndoOutcome, 0)
    for each in results:
        count[each.outcome] += 1
    images = count_text(count[UndoOutcome.TRASHED], "image")
    said = [translated("imports", "Import undone: {images} moved to the trash", images=images)]
    if gone := count[UndoOutcome.GONE]:
        images = count_text(gone, "image")
        said.append(translated("imports", "{images} no longer here", images=images))
    if failed := count[UndoOutcome.FAILED]:
        first = next(each.problem or "" for each in results if each.problem)
        images = count_text(failed, "image")
        said.append(translated("imports", "{images} stay: {why}", images=images, why=first))
    return ", ".join(said)
