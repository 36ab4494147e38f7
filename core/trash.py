"""The trash: images taken out of a store so that they can come back as they were.

Moving in: the receipt is written, then the sidecar moves, then the image. Moving back: the image,
then the sidecar, then the receipt is removed. So wherever a crash ends either, where the image is
tells what to do: an image that is in the trash is there with its sidecar, and to an image that is
in its place the sidecar returns. :meth:`Trash.sweep` sees to that.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from core import durable, files, layout, sidecar, trash_entry
from core.errors import ImageNotFound, RestoreConflict, SidecarError, StoreError
from core.records import TrashReceipt, TrashRemainder
from core.store_lock import store_lock
from core.trash_entry import TRASH, Entry, Receipt

T = TypeVar("T")


class Trash:
    """The trash of one store.

    All methods block: call them in worker threads. Any number of threads and processes may use
    one trash at once; what changes it runs one image at a time, under the store's lock. Whatever
    returned is on the disk. Errors are StoreNotFound, StoreNotWritable, and those named below.

    Args:
        base: The store's folder.
    """

    def __init__(self, base: Path) -> None:
        self._base = base

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
        with store_lock(self._base):
            receipt = self._write_up(image, sidecar, reason, now)
            entry = trash_entry.new_entry(image, receipt.sidecar is not None, now.date())
            data = msgspec.json.encode(receipt)
            durable.write_file(self._base, entry.path(f"{entry.name}.receipt"), data)
            try:
                self._take(entry, receipt)
            except OSError as error:
                with suppress(OSError):  # else for sweep()
                    self._settle(entry)
                if isinstance(error, FileNotFoundError):
                    raise ImageNotFound(f"The image {image} is not there any more.") from error
                raise
            return self._describe(entry)

    def restore(self, token: str) -> TrashReceipt:
        """Put an image and its sidecar back where they were, byte for byte.

        Returns:
            What was in the trash: its ``path`` is where the image is now.

        Raises:
            ImageNotFound: The token, or the image file, is not in the trash (any more).
            RestoreConflict: Another file stands in its place; nothing is changed.
        """
        with store_lock(self._base):
            entry = self._find(token)
            if entry is None or entry.image is None:
                raise ImageNotFound(f"The image {token!r} is not in the trash any more.")
            described = self._describe(entry)
            receipt = self._receipt(entry) or trash_entry.assumed_receipt(entry)
            if not self._may_return_sidecar(entry, receipt):
                raise _conflict(receipt.sidecar)
            trashed = entry.path(entry.image)
            try:
                durable.move_file(self._base, trashed, receipt.image)
            except FileExistsError:
                raise _conflict(receipt.image) from None
            try:
                if not self._return_sidecar(entry, receipt):
                    raise _conflict(receipt.sidecar)
            except OSError:
                with suppress(OSError):  # else for sweep(), which leaves it restored
                    durable.move_file(self._base, receipt.image, trashed)
                raise
            self._remove(entry, entry.receipt)
            return described

    def list(self) -> Sequence[TrashReceipt]:
        """List what is in the trash, what was put there last first."""
        with files.open_store(self._base) as store:
            found = trash_entry.described(store)
            return sorted(found, key=lambda each: (each.trashed_at, each.token), reverse=True)

    def remove(self, token: str) -> bool:
        """Remove an image and its sidecar from the trash for good; ``False`` if not in it."""
        with store_lock(self._base):
            entry = self._find(token)
            if entry is None:
                return False
            for file in (entry.image, entry.sidecar, entry.receipt):
                self._remove(entry, file)
            return True

    def move_all(
        self, images: Sequence[str], reason: str, now: datetime
    ) -> Sequence[TrashReceipt | StoreError | OSError]:
        """Move images with whatever sidecars they have; an outcome for each, as of :meth:`move`."""

        def move(image: str) -> TrashReceipt:
            located = files.locate_beside(self._base, image)
            if located is None:
                raise ImageNotFound(f"The image {self._base / image} is not there any more.")
            return self.move(*located, reason, now)

        return [_attempt(move, image) for image in images]

    def restore_all(self, tokens: Sequence[str]) -> Sequence[TrashReceipt | StoreError | OSError]:
        """Put several back; an outcome for each, as of :meth:`restore`."""
        return [_attempt(self.restore, token) for token in tokens]

    def remove_all(self, tokens: Sequence[str]) -> Sequence[bool | StoreError | OSError]:
        """Remove several for good; an outcome for each, as of :meth:`remove`."""
        return [_attempt(self.remove, token) for token in tokens]

    def empty(self, receipts: Iterable[TrashReceipt] | None = None) -> Sequence[TrashRemainder]:
        """Remove these, or all, from the trash for good; what cannot be removed stops nothing.

        Returns:
            What remained in the trash, and why; nothing if all went well.
        """
        remained = []
        for receipt in self.list() if receipts is None else receipts:
            try:
                self.remove(receipt.token)
            except OSError as error:
                remained.append(TrashRemainder(receipt, str(error)))
        return remained

    def sweep(self) -> Sequence[str]:
        """Complete or undo what a crash interrupted, and remove empty folders.

        Returns:
            What could not be put right, and why, for people.
        """
        problems = []
        with store_lock(self._base), files.open_store(self._base) as store:
            for day in trash_entry.days(store):
                try:
                    with files.open_folder(store, f"{TRASH}/{day}") as folder:
                        found = trash_entry.entries(folder, day)
                        unsettled = [
                            entry
                            for entry in found.values()
                            if trash_entry.is_unsettled(folder, entry)
                        ]
                except OSError as error:
                    problems.append(f"The trash of {day} cannot be read: {error.strerror}.")
                    continue
                problems += filter(None, map(self._try_to_settle, unsettled))
                if not found:
                    with suppress(OSError):  # something unknown is in it
                        os.rmdir(f"{TRASH}/{day}", dir_fd=store)
        return problems

    def _try_to_settle(self, entry: Entry) -> str | None:
        try:
            return self._settle(entry)
        except OSError as error:
            return f"{entry.token} in the trash cannot be put right: {error}"

    def _write_up(
        self, image: str, sidecar_path: str | None, reason: str, now: datetime
    ) -> Receipt:
        there = self._stat(image)
        if there is None:
            raise ImageNotFound(f"The image {image} is not there any more.")
        described = None if sidecar_path is None else self._stat(sidecar_path)
        if described is None:
            sidecar_path = None
        return Receipt(
            image=image,
            sidecar=sidecar_path,
            size_bytes=there.st_size,
            modified_ns=there.st_mtime_ns,
            sidecar_bytes=described.st_size if described else 0,
            trashed_at=now,
            reason=reason,
            sha256=None if sidecar_path is None else self._sha256(sidecar_path),
            shared=sidecar_path is not None and self._is_shared(image, sidecar_path),
        )

    def _sha256(self, sidecar_path: str) -> str | None:
        try:
            return sidecar.parse(files.read_sidecar(self._base, sidecar_path)).sha256
        except SidecarError:
            return None

    def _is_shared(self, image: str, sidecar_path: str) -> bool:
        """Tell whether another image has this sidecar, too."""
        folder, _, name = image.rpartition("/")
        stem = name.rpartition(".")[0]
        others = {f"{folder}/{stem}.{extension}" for extension in layout.FORMATS}
        if sidecar_path.startswith(f"{layout.METADATA}/"):
            others.update(layout.candidate_paths(stem))
        return any(self._stat(other) for other in others - {image})

    def _take(self, entry: Entry, receipt: Receipt) -> None:
        if entry.sidecar and receipt.sidecar:
            kept = entry.path(entry.sidecar)
            if receipt.shared:
                data = files.read_sidecar(self._base, receipt.sidecar)
                durable.write_file(self._base, kept, data)
            else:
                with suppress(FileNotFoundError):  # it went away just now
                    durable.move_file(self._base, receipt.sidecar, kept)
        durable.move_file(self._base, receipt.image, entry.path(entry.image or ""))

    def _find(self, token: str) -> Entry | None:
        """Look for an entry, after putting right what a crash may have made of it."""
        entry = trash_entry.find_entry(self._base, token)
        if entry is not None:
            self._settle(entry)
            entry = trash_entry.find_entry(self._base, token)
        return entry if entry and (entry.image or entry.sidecar) else None

    def _settle(self, entry: Entry) -> str | None:
        """Make an entry whole, in the trash or in its place; tells why it cannot be done."""
        trashed = self._stat(entry.path(entry.image)) if entry.image else None
        if trashed and trashed.st_nlink == 1:
            return None
        receipt = self._receipt(entry)
        if receipt is None:
            if not trashed:
                self._remove(entry, entry.receipt)  # it can be of no use
            return None
        there = self._stat(receipt.image)
        if trashed:
            if there is None or not os.path.samestat(trashed, there):
                return None
            self._remove(entry, entry.image)
        elif there is None or not _is_the_one(receipt, there):
            self._remove(entry, entry.receipt)  # the image is gone, with or without us
            return None
        if not self._return_sidecar(entry, receipt):
            return f"The sidecar of {receipt.image} is in the trash: there is another in its place."
        self._remove(entry, entry.receipt)
        return None

    def _return_sidecar(self, entry: Entry, receipt: Receipt) -> bool:
        """Put the sidecar back; ``False`` if there is another in its place."""
        if entry.sidecar is None or receipt.sidecar is None:
            return True
        try:
            durable.move_file(self._base, entry.path(entry.sidecar), receipt.sidecar)
        except FileNotFoundError:  # never got here, or is there already
            return True
        except FileExistsError:
            if not self._is_there(entry.path(entry.sidecar), receipt):
                return False
            self._remove(entry, entry.sidecar)
        return True

    def _may_return_sidecar(self, entry: Entry, receipt: Receipt) -> bool:
        if not (entry.sidecar and receipt.sidecar and self._stat(receipt.sidecar)):
            return True
        return self._is_there(entry.path(entry.sidecar), receipt)

    def _is_there(self, trashed: str, receipt: Receipt) -> bool:
        """Tell whether the place of a sidecar has it already: the same bytes, or the shared one."""
        if receipt.sidecar is None or self._stat(receipt.sidecar) is None:
            return False
        try:
            here = files.read_sidecar(self._base, trashed)
            return receipt.shared or here == files.read_sidecar(self._base, receipt.sidecar)
        except SidecarError:
            return False

    def _receipt(self, entry: Entry) -> Receipt | None:
        with trash_entry.open_day(self._base, entry.day) as folder:
            return trash_entry.read_receipt(folder, entry)

    def _describe(self, entry: Entry) -> TrashReceipt:
        with trash_entry.open_day(self._base, entry.day) as folder:
            return trash_entry.describe(folder, entry)

    def _remove(self, entry: Entry, file: str | None) -> None:
        if file is not None:
            durable.remove_file(self._base, entry.path(file))

    def _stat(self, path: str) -> os.stat_result | None:
        return files.stat_file(self._base, path)


def _attempt(work: Callable[[str], T], subject: str) -> T | StoreError | OSError:
    try:
        return work(subject)
    except (StoreError, OSError) as error:
        return error


def _is_the_one(receipt: Receipt, found: os.stat_result) -> bool:
    return (found.st_size, found.st_mtime_ns) == (receipt.size_bytes, receipt.modified_ns)


def _conflict(path: str | None) -> RestoreConflict:
    return RestoreConflict(
        f"There is another file {path} by now. Rename or remove that one, then restore again."
    )
