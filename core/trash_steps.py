"""The changes of a trash, in steps that several images take together; under the store's lock.

Moving in: the receipt is written, then the sidecar moves, then the image. Moving back: the image,
then the sidecar, then the receipt is removed. Each step is on the disk before the next begins.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime
from itertools import chain
from pathlib import Path

import msgspec

from core import durable, files, layout, sidecar, trash_entry, trash_settle
from core.errors import ImageNotFound, RestoreConflict, SidecarError
from core.locate import images_of
from core.records import TrashReceipt
from core.steps import Folders, Steps
from core.trash_entry import Entry, Receipt


class TrashSteps:
    """What changes the trash of one store; see :class:`core.trash.Trash` for the errors.

    Args:
        base: The store's folder.
    """

    def __init__(self, base: Path) -> None:
        self._base = base

    def moving(
        self, folders: Folders, image: str, beside: str | None, reason: str, now: datetime
    ) -> Steps[TrashReceipt]:
        """Move an image with its sidecar into the trash."""
        receipt = self._write_up(image, beside, reason, now)
        entry = trash_entry.new_entry(image, receipt.sidecar is not None, now.date())
        data = msgspec.json.encode(receipt)
        yield from durable.writing(folders, self._base, entry.path(entry.receipt or ""), data)
        try:
            yield from self._taking(folders, entry, receipt)
        except (OSError, SidecarError) as error:
            with suppress(OSError):  # else for sweep()
                trash_settle.settle(self._base, entry)
            if isinstance(error, FileNotFoundError):
                raise ImageNotFound(f"The image {image} is not there any more.") from error
            raise
        return self._describe(folders, entry)

    def _taking(self, folders: Folders, entry: Entry, receipt: Receipt) -> Steps[None]:
        if entry.sidecar and receipt.sidecar:
            kept = entry.path(entry.sidecar)
            if receipt.shared:
                data = files.read_sidecar(self._base, receipt.sidecar)
                yield from durable.writing(folders, self._base, kept, data)
            else:
                with suppress(FileNotFoundError):  # it went away just now
                    yield from durable.moving(folders, self._base, receipt.sidecar, kept)
        trashed = entry.path(entry.image or "")
        yield from durable.moving(folders, self._base, receipt.image, trashed)

    def restoring(self, folders: Folders, token: str) -> Steps[TrashReceipt]:
        """Put an image and its sidecar back where they were."""
        entry = trash_settle.find_settled(self._base, token)
        if entry is None or entry.image is None:
            raise ImageNotFound(f"The image {token!r} is not in the trash any more.")
        described = self._describe(folders, entry)
        folder, _ = folders.of(entry.path(entry.image))
        receipt = trash_entry.read_receipt(folder, entry) or trash_entry.assumed_receipt(entry)
        if not self._may_return_sidecar(entry, receipt):
            raise _conflict(receipt.sidecar)
        trashed = entry.path(entry.image)
        try:
            yield from durable.moving(folders, self._base, trashed, receipt.image)
        except FileExistsError:
            raise _conflict(receipt.image) from None
        try:
            yield from self._returning(folders, entry, receipt)
        except OSError:
            with suppress(OSError):  # else for sweep(), which leaves it restored
                durable.move_file(self._base, receipt.image, trashed)
            raise
        if entry.receipt is not None:
            yield from durable.removing(folders, self._base, entry.path(entry.receipt))
        return described

    def _returning(self, folders: Folders, entry: Entry, receipt: Receipt) -> Steps[None]:
        if entry.sidecar is None or receipt.sidecar is None:
            return
        kept = entry.path(entry.sidecar)
        try:
            yield from durable.moving(folders, self._base, kept, receipt.sidecar)
        except FileNotFoundError:  # it went away just now
            return
        except FileExistsError:
            if not trash_settle.return_sidecar(self._base, entry, receipt):
                raise _conflict(receipt.sidecar) from None

    def removing(self, folders: Folders, token: str) -> Steps[bool]:
        """Remove an image and its sidecar from the trash for good."""
        entry = trash_settle.find_settled(self._base, token)
        if entry is None:
            return False
        for file in filter(None, (entry.image, entry.sidecar, entry.receipt)):
            yield from durable.removing(folders, self._base, entry.path(file))
        return True

    def _may_return_sidecar(self, entry: Entry, receipt: Receipt) -> bool:
        if not (entry.sidecar and receipt.sidecar and self._stat(receipt.sidecar)):
            return True
        return trash_settle.is_there(self._base, entry.path(entry.sidecar), receipt)

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
        sidecars = {sidecar_path, layout.sidecar_paths(image)[0]}
        others = chain.from_iterable(images_of(self._base, each) for each in sidecars)
        return any(other != image for other in others)

    def _describe(self, folders: Folders, entry: Entry) -> TrashReceipt:
        folder, _ = folders.of(entry.path(entry.name))
        return trash_entry.describe(folder, entry)

    def _stat(self, path: str) -> os.stat_result | None:
        return files.stat_file(self._base, path)


def _conflict(path: str | None) -> RestoreConflict:
    return RestoreConflict(
        f"There is another file {path} by now. Rename or remove that one, then restore again."
    )
