"""The trash: images taken out of a store so that they can come back as they were.

Moving in: the receipt is written, then the sidecar moves, then the image. Moving back: the image,
then the sidecar, then the receipt is removed. So wherever a crash ends either, where the image is
tells what to do: an image that is in the trash is there with its sidecar, and to an image that is
in its place the sidecar returns. :meth:`Trash.sweep` sees to that. Several images take each of
these steps together.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TypeAlias, TypeVar

from core import files, layout, trash_entry, trash_settle
from core.errors import StoreError
from core.locate import locate_beside
from core.records import TrashReceipt, TrashRemainder
from core.steps import Folders, Steps, apart, take_together
from core.store_lock import store_lock
from core.trash_entry import TRASH, Entry
from core.trash_steps import TrashSteps

T = TypeVar("T")
Outcome: TypeAlias = T | StoreError | OSError


class Trash:
    """The trash of one store.

    All methods block: call them in worker threads. Any number of threads and processes may use
    one trash at once; what changes it runs under the store's lock, for a few images at a time.
    Whatever returned is on the disk. Errors are StoreNotFound, StoreNotWritable, and those named
    below; where several images are given, an error with one is its outcome and ends no other.

    Args:
        base: The store's folder.
    """

    def __init__(self, base: Path) -> None:
        self._base = base
        self._steps = TrashSteps(base)

    def move(self, image: str, sidecar: str | None, reason: str, now: datetime) -> TrashReceipt:
        """Move an image with its sidecar into the trash.

        Args:
            image: The image file, relative to the store.
            sidecar: Its sidecar, relative to the store; ``None`` if it has none.
            reason: Why, for people.
            now: Naive local time.

        Raises:
            ImageNotFound: The image is not there (any more).
            SidecarError: Another image has the same sidecar, which cannot be read to be copied.
            ValueError: These are not the paths of an image and its sidecar.
        """
        if not trash_entry.is_original(image):
            raise ValueError(f"{image!r} is not where a store has its images.")
        if sidecar is not None and sidecar not in layout.sidecar_paths(image):
            raise ValueError(f"{sidecar!r} is not where the sidecar of {image} belongs.")

        def move(folders: Folders, image: str) -> Steps[TrashReceipt]:
            return self._steps.moving(folders, image, sidecar, reason, now)

        return _only(self._together([image], move))

    def move_all(
        self, images: Sequence[str], reason: str, now: datetime
    ) -> Sequence[Outcome[TrashReceipt]]:
        """Move images, each with the sidecar it has, into the trash; see :meth:`move`."""

        def move(folders: Folders, image: str) -> Steps[TrashReceipt]:
            located = locate_beside(self._base, image)
            beside = None if located is None else located[1]
            return (yield from self._steps.moving(folders, image, beside, reason, now))

        return self._together(images, move)

    def restore(self, token: str) -> TrashReceipt:
        """Put an image and its sidecar back where they were, byte for byte.

        Returns:
            What was in the trash: its ``path`` is where the image is now.

        Raises:
            ImageNotFound: The token, or the image file, is not in the trash (any more).
            RestoreConflict: Another file stands in its place; nothing is changed.
        """
        return _only(self.restore_all([token]))

    def restore_all(self, tokens: Sequence[str]) -> Sequence[Outcome[TrashReceipt]]:
        """Put several images back; see :meth:`restore`."""
        return self._together(tokens, self._steps.restoring)

    def list(self) -> Sequence[TrashReceipt]:
        """List what is in the trash, what was put there last first."""
        with files.open_store(self._base) as store:
            found = trash_entry.described(store)
            return sorted(found, key=lambda each: (each.trashed_at, each.token), reverse=True)

    def remove(self, token: str) -> bool:
        """Remove an image and its sidecar from the trash for good; ``False`` if not in it."""
        return _only(self.remove_all([token]))

    def remove_all(self, tokens: Sequence[str]) -> Sequence[Outcome[bool]]:
        """Remove several images for good; see :meth:`remove`."""
        return self._together(tokens, self._steps.removing)

    def empty(self, receipts: Iterable[TrashReceipt] | None = None) -> Sequence[TrashRemainder]:
        """Remove these, or all, from the trash for good; what cannot be removed stops nothing.

        Returns:
            What remained in the trash, and why; nothing if all went well.
        """
        chosen = [*(self.list() if receipts is None else receipts)]
        outcomes = self.remove_all([receipt.token for receipt in chosen])
        return [
            TrashRemainder(receipt, str(outcome))
            for receipt, outcome in zip(chosen, outcomes, strict=True)
            if not isinstance(outcome, bool)
        ]

    def sweep(self) -> Sequence[str]:
        """Complete or undo what a crash interrupted, and remove empty folders.

        The store is locked for one image at a time.

        Returns:
            What could not be put right, and why, for people.
        """
        problems = []
        with files.open_store(self._base) as store:
            for day in trash_entry.days(store):
                try:
                    with files.open_folder(store, f"{TRASH}/{day}") as folder:
                        found = trash_entry.entries(folder, day)
                        unsettled = [
                            entry
                            for entry in found.values()
                            if trash_entry.is_unsettled(folder, entry)
                        ]
                except FileNotFoundError:
                    continue
                except OSError as error:
                    problems.append(f"The trash of {day} cannot be read: {error.strerror}.")
                    continue
                problems += filter(None, map(self._try_to_settle, unsettled))
                if not found:
                    with store_lock(self._base), suppress(OSError):  # something unknown is in it
                        os.rmdir(f"{TRASH}/{day}", dir_fd=store)
        return problems

    def _try_to_settle(self, seen: Entry) -> str | None:
        try:
            with store_lock(self._base):  # what was on its way a moment ago may have arrived
                entry = trash_entry.find_entry(self._base, seen.token)
                return None if entry is None else trash_settle.settle(self._base, entry)
        except OSError as error:
            return f"{seen.token} in the trash cannot be put right: {error}"

    def _together(
        self, subjects: Sequence[str], change: Callable[[Folders, str], Steps[T]]
    ) -> Sequence[Outcome[T]]:
        outcomes: list[Outcome[T]] = []
        for group in apart(subjects, trash_entry.id_of):
            try:
                with store_lock(self._base), Folders(self._base) as folders:
                    outcomes += take_together([change(folders, each) for each in group])
            except (StoreError, OSError) as error:
                outcomes += [error] * len(group)
        return outcomes


def _only(outcomes: Sequence[Outcome[T]]) -> T:
    (outcome,) = outcomes
    if isinstance(outcome, StoreError | OSError):
        raise outcome
    return outcome
