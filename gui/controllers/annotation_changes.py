"""What a person says of images, so that it can be taken back and said again."""

from __future__ import annotations

from array import array
from collections.abc import Mapping

from core.annotations import AnnotationChange
from gui.annotation_edits import Edit
from gui.controllers.history import Step
from gui.controllers.shuttle import problems_of
from gui.controllers.store import OpenStore
from gui.controllers.works import WorkController
from gui.text import translated


class AnnotateChange:
    """An edit made to images; which of them it makes different is found when its turn comes.

    Args:
        store: Whose images.
        works: Where long work shows.
        keys: The images, by the catalogue's keys.
        edit: What is said of them.
    """

    def __init__(
        self, store: OpenStore, works: WorkController, keys: array[int], edit: Edit
    ) -> None:
        self._store = store
        self._works = works
        self._keys: array[int] | None = keys  # until it is known what is to change
        self._count = len(keys)
        self._edit = edit
        self._change = AnnotationChange()
        self._inverses: dict[str, AnnotationChange] = {}

    @property
    def count(self) -> int:
        """How many images it is about."""
        return self._count

    @property
    def text(self) -> str:
        """What it is, for the menu."""
        return self._edit.name(self._count)

    async def redo(self) -> Step:
        """Say it."""
        first = self._keys is not None
        if self._keys is not None:
            records = [record async for record in self._store.records(self._keys)]
            self._change, self._inverses = self._edit.decide(records)
            self._keys = None
        done, step = await self._say(dict.fromkeys(self._inverses, self._change), undone=False)
        if first and not step.whole:  # then it is about what it got to
            self._inverses = {path: self._inverses[path] for path in done}
        self._count = len(self._inverses)
        return step

    async def undo(self) -> Step:
        """Say what was said before."""
        _, step = await self._say(self._inverses, undone=True)
        return step

    async def _say(
        self, changes: Mapping[str, AnnotationChange], *, undone: bool
    ) -> tuple[list[str], Step]:
        """Make the change of each image; return which were made, and what is to be told."""
        manager = self._store.manager
        located = await manager.located(list(changes))
        alike: dict[AnnotationChange, list[str]] = {}
        for path in located:
            alike.setdefault(changes[path], []).append(path)
        done: list[str] = []
        problems: list[str] = []
        said = 0
        with self._works.begin(translated("changes", "Changing")) as work:
            for change, paths in alike.items():
                keys = [located[path].key for path in paths]
                results = await manager.annotate(
                    keys, change, progress=work.on_progress, should_stop=work.stopped
                )
                said += len(results)
                pairs = zip(paths, results, strict=False)  # one that was stopped has fewer
                done += [path for path, each in pairs if each.value is not None]
                problems += problems_of(results)
        text = self._edit.told(len(done), undone=undone)
        return done, Step(len(done), text, problems, whole=said == len(located))
