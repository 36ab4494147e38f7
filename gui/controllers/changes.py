"""What a person changes about images, so that it can be taken back and done again.

Images are remembered by their paths: one that went to the trash and came back has another key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from core.annotations import AnnotationChange
from core.records import ItemResult, TrashReceipt
from gui.controllers.store import OpenStore
from gui.controllers.works import WorkController
from gui.text import count_text, translated

T = TypeVar("T")
_NAMED = 1  # problems told in full; of more, their number


class Shuttle:
    """Moves images of one store to the trash and back; knows where in it they are.

    Args:
        store: Whose images.
        works: Where long work shows.
    """

    def __init__(self, store: OpenStore, works: WorkController) -> None:
        self._store = store
        self._works = works
        self._tokens: dict[str, str] = {}

    async def keys(self, paths: Iterable[str]) -> list[int]:
        """Return the keys of the images that are at these paths now."""
        wanted = list(paths)
        located = await self._store.manager.located(wanted)
        return [located[path].key for path in wanted if path in located]

    async def move(self, keys: Sequence[int]) -> list[ItemResult[TrashReceipt]]:
        """Move images to the trash."""
        with self._works.begin(translated("changes", "Moving to the trash")) as work:
            results = await self._store.manager.trash_images(
                keys,
                translated("changes", "deleted"),
                progress=work.on_progress,
                should_stop=work.stopped,
            )
        self._tokens.update((receipt.path, receipt.token) for receipt in values(results))
        return results

    async def put_back(
        self, paths: Iterable[str], tokens: Mapping[str, str]
    ) -> list[ItemResult[TrashReceipt]]:
        """Put images back; ``tokens`` are of those that somebody else moved to the trash."""
        known = [self._tokens.get(path) or tokens.get(path) for path in paths]
        with self._works.begin(translated("changes", "Restoring")) as work:
            return await self._store.manager.restore(
                [token for token in known if token],
                progress=work.on_progress,
                should_stop=work.stopped,
            )


class DeleteChange:
    """Images moved to the trash.

    Args:
        shuttle: What moves them.
        keys: The images, by the catalogue's keys.
        came_back: Called with the paths of images that are restored.
        stayed: Called with the keys of images that could not be moved.
    """

    def __init__(
        self,
        shuttle: Shuttle,
        keys: Sequence[int],
        came_back: Callable[[list[str]], object],
        stayed: Callable[[set[int]], object],
    ) -> None:
        self._shuttle = shuttle
        self._keys: Sequence[int] | None = keys  # until they are in the trash
        self._paths: list[str] = []
        self._count = len(keys)
        self._came_back = came_back
        self._stayed = stayed

    @property
    def text(self) -> str:
        """What it is, for the menu."""
        images = count_text(self._count, "image")
        return translated("changes", "Delete {images}", images=images)

    async def redo(self) -> str:
        """Move the images to the trash."""
        keys = await self._shuttle.keys(self._paths) if self._keys is None else self._keys
        results = await self._shuttle.move(keys)
        self._keys = None
        self._paths = [receipt.path for receipt in values(results)]
        self._count = len(self._paths)
        self._stayed(set(keys) - {result.item for result in results if result.value is not None})
        images = count_text(self._count, "image")
        done = translated("changes", "{images} moved to the trash", images=images)
        return with_problems(done, results)

    async def undo(self) -> str:
        """Put them back where they were."""
        results = await self._shuttle.put_back(self._paths, {})
        return _told_restored(results, self._came_back)


class RestoreChange:
    """Images put back from the trash.

    Args:
        shuttle: What moves them.
        receipts: What is in the trash.
        came_back: Called with the paths of images that are restored.
    """

    def __init__(
        self,
        shuttle: Shuttle,
        receipts: Iterable[TrashReceipt],
        came_back: Callable[[list[str]], object],
    ) -> None:
        self._shuttle = shuttle
        self._tokens = {receipt.path: receipt.token for receipt in receipts}
        self._came_back = came_back

    @property
    def text(self) -> str:
        """What it is, for the menu."""
        images = count_text(len(self._tokens), "image")
        return translated("changes", "Restore {images}", images=images)

    async def redo(self) -> str:
        """Put them back where they were."""
        results = await self._shuttle.put_back(self._tokens, self._tokens)
        return _told_restored(results, self._came_back)

    async def undo(self) -> str:
        """Move them to the trash again."""
        results = await self._shuttle.move(await self._shuttle.keys(self._tokens))
        images = count_text(len(values(results)), "image")
        done = translated("changes", "{images} moved to the trash", images=images)
        return with_problems(done, results)


class PinChange:
    """Images pinned if any of them was not when its turn came, else no longer pinned.

    Args:
        store: Whose images.
        works: Where long work shows.
        keys: The images, by the catalogue's keys.
    """

    def __init__(self, store: OpenStore, works: WorkController, keys: Sequence[int]) -> None:
        self._store = store
        self._works = works
        self._keys: Sequence[int] | None = keys  # until it is known what is to change
        self._count = len(keys)
        self._paths: list[str] = []
        self._pinned = True

    @property
    def text(self) -> str:
        """What it is, for the menu."""
        source = "Pin {images}" if self._pinned else "Unpin {images}"
        return translated("changes", source, images=count_text(self._count, "image"))

    async def redo(self) -> str:
        """Pin them, or no longer."""
        if self._keys is not None:
            records = (await self._store.manager.records(self._keys)).values()
            unpinned = [record.path for record in records if not record.pinned]
            self._pinned = bool(unpinned)
            self._paths = unpinned or [record.path for record in records]
            self._count, self._keys = len(self._paths), None
        return await self._set(self._pinned)

    async def undo(self) -> str:
        """Make them what they were."""
        return await self._set(not self._pinned)

    async def _set(self, pinned: bool) -> str:
        located = await self._store.manager.located(self._paths)
        keys = [located[path].key for path in self._paths if path in located]
        text = translated("changes", "Pinning" if pinned else "Unpinning")
        with self._works.begin(text) as work:
            results = await self._store.manager.annotate(
                keys,
                AnnotationChange(pinned=pinned),
                progress=work.on_progress,
                should_stop=work.stopped,
            )
        images = count_text(len(values(results)), "image")
        source = "{images} pinned" if pinned else "{images} no longer pinned"
        return with_problems(translated("changes", source, images=images), results)


def values(results: Iterable[ItemResult[T]]) -> list[T]:
    """Return what was done, of the items for which something was."""
    return [result.value for result in results if result.value is not None]


def _told_restored(
    results: Sequence[ItemResult[TrashReceipt]], came_back: Callable[[list[str]], object]
) -> str:
    receipts = values(results)
    came_back([receipt.path for receipt in receipts])
    images = count_text(len(receipts), "image")
    return with_problems(translated("changes", "{images} restored", images=images), results)


def with_problems(done: str, results: Iterable[ItemResult[Any]]) -> str:
    """Return what was done, and what could not be."""
    problems = [result.problem for result in results if result.problem is not None]
    if not problems:
        return done
    if len(problems) <= _NAMED:
        return f"{done}. {problems[0]}"
    more = translated(
        "changes", "{count} could not be: {first}", count=str(len(problems)), first=problems[0]
    )
    return f"{done}. {more}"
