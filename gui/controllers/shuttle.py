"""Between the store and its trash: moves images either way, and knows where in it they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

import msgspec
from PySide6.QtCore import QObject, Signal

from core.errors import StoreError
from core.import_records import ImportReport, UndoResult
from core.records import ItemResult, TrashReceipt
from gui.controllers.store import OpenStore, StoreController
from gui.controllers.works import Work, WorkController
from gui.text import translated

T = TypeVar("T")


class PutBack(NamedTuple):
    """What came of putting images back.

    Attributes:
        done: How many are back.
        already: How many were back before, whoever put them there.
        gone: How many are neither in the trash nor in the store any more.
        problems: Why others are in the trash still.
        whole: Whether it came to its end; else it was stopped.
    """

    done: int
    already: int
    gone: int
    problems: Sequence[str]
    whole: bool


class Shuttle(QObject):
    """Moves images of the open store to the trash and back; there is one.

    Whatever put an image into the trash, who has learnt its token can put it back: so changes of
    different kinds undo each other's in any order. Each call tells, too, whether it came to its
    end, or was stopped.

    Signals:
        came_back(list[str]): The images at these paths are in the store again.
    """

    came_back = Signal(object)

    def __init__(self, stores: StoreController, works: WorkController) -> None:
        super().__init__(works)
        self._stores = stores
        self._works = works
        self._tokens: dict[str, str] = {}
        self._work: Work | None = None
        stores.closing.connect(self._tokens.clear)

    def learn(self, tokens: Mapping[str, str]) -> None:
        """Take note of what the images that were at these paths are called in the trash."""
        self._tokens.update(tokens)

    def stop(self) -> None:
        """End what is under way after the image it is at."""
        if self._work is not None:
            self._work.stop()

    async def keys(self, paths: Iterable[str]) -> list[int]:
        """Return the keys of the images that are at these paths now."""
        wanted = list(paths)
        located = await self._store.manager.located(wanted)
        return [located[path].key for path in wanted if path in located]

    async def move(self, keys: Sequence[int]) -> tuple[list[ItemResult[TrashReceipt]], bool]:
        """Move images to the trash."""
        with self._begin(translated("changes", "Moving to the trash")) as work:
            results = await self._store.manager.trash_images(
                keys,
                translated("changes", "deleted"),
                progress=work.on_progress,
                should_stop=work.stopped,
            )
        self.learn({receipt.path: receipt.token for receipt in values(results)})
        return results, len(results) >= len(keys)

    async def put_back(self, paths: Iterable[str]) -> PutBack:
        """Put those of these images that are in the trash back where they were."""
        tokens = {self._tokens[path]: path for path in paths if path in self._tokens}
        with self._begin(translated("changes", "Restoring")) as work:
            results = await self._store.manager.restore(
                list(tokens), progress=work.on_progress, should_stop=work.stopped
            )
        back = [receipt.path for receipt in values(results)]
        left = [each for each in results if each.value is None]
        held = await self._held(str(each.item) for each in left)
        out = [tokens[str(each.item)] for each in left if each.item not in held]
        for path in back + out:
            self._tokens.pop(path, None)
        self.came_back.emit(back)
        already = len(await self._store.manager.located(out)) if out else 0
        problems = problems_of(each for each in left if each.item in held)
        whole = len(results) == len(tokens)
        return PutBack(len(back), already, len(out) - already, problems, whole)

    async def _held(self, tokens: Iterable[str]) -> set[str]:
        """Return which of these are in the trash; all, where nobody can tell."""
        if not (asked := set(tokens)):
            return asked
        try:
            return asked & {each.token for each in await self._store.manager.trashed()}
        except StoreError:  # the store's disk is gone, and may come back
            return asked

    async def undo_import(self, report: ImportReport) -> tuple[list[UndoResult], bool]:
        """Move what an import brought, and is not in the trash already, there."""
        left = tuple(each for each in report.results if each.path not in self._tokens)
        new = sum(each.saved is not None for each in left)
        with self._begin(translated("changes", "Undoing the import")) as work:
            results = await self._store.manager.undo_import(
                msgspec.structs.replace(report, results=left),
                progress=work.on_progress,
                should_stop=work.stopped,
            )
        self.learn({each.path: each.token for each in results if each.token is not None})
        return results, len(results) >= new

    @contextmanager
    def _begin(self, text: str) -> Iterator[Work]:
        with self._works.begin(text) as work:
            self._work = work
            yield work

    @property
    def _store(self) -> OpenStore:
        if self._stores.store is None:
            raise StoreError(translated("changes", "The store is closed"))
        return self._stores.store


def values(results: Iterable[ItemResult[T]]) -> list[T]:
    """Return what was done, of the items for which something was."""
    return [result.value for result in results if result.value is not None]


def problems_of(results: Iterable[ItemResult[Any]]) -> list[str]:
    """Return why nothing was done, of the items for which nothing was."""
    return [result.problem for result in results if result.problem is not None]
