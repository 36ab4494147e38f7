"""A prune or clean-up that can be taken back, as far as it went to the trash."""

from __future__ import annotations

from collections.abc import Sequence

from core.prune_records import PruneResult
from gui.controllers.changes import Shuttle, values, with_problems
from gui.controllers.store import OpenStore
from gui.controllers.works import WorkController
from gui.text import count_text, translated


class PruneChange:
    """Images that a prune moved to the trash.

    Args:
        store: Whose images.
        works: Where long work shows.
        result: What came of the prune; it has tokens.
    """

    def __init__(self, store: OpenStore, works: WorkController, result: PruneResult) -> None:
        self._store = store
        self._works = works
        self._shuttle = Shuttle(store, works)
        self._tokens: Sequence[str] = result.tokens
        self._paths: list[str] = []
        self._count = len(result.tokens)

    @property
    def text(self) -> str:
        """What it is, for the menu."""
        return translated("prune", "Prune {images}", images=count_text(self._count, "image"))

    async def redo(self) -> str:
        """Move the same images to the trash again."""
        results = await self._shuttle.move(await self._shuttle.keys(self._paths))
        self._tokens = [receipt.token for receipt in values(results)]
        images = count_text(len(self._tokens), "image")
        done = translated("prune", "{images} moved to the trash", images=images)
        return with_problems(done, results)

    async def undo(self) -> str:
        """Put them back where they were."""
        with self._works.begin(translated("changes", "Restoring")) as work:
            results = await self._store.manager.restore(
                self._tokens, progress=work.on_progress, should_stop=work.stopped
            )
        self._paths = [receipt.path for receipt in values(results)]
        images = count_text(len(self._paths), "image")
        return with_problems(translated("prune", "{images} restored", images=images), results)
