"""What passes between scanner and catalogue: what is known of the disk, and what is different."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

#: Where an image's sidecar is.
NO_SIDECAR, BESIDE, IN_METADATA = 0, 1, 2


class FolderState(msgspec.Struct, frozen=True):
    """A folder's modification time when it was last looked at, and when that was (both ns)."""

    mtime_ns: int
    looked_ns: int


class FileEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the catalogue knows of one image file, as far as telling whether it changed."""

    key: int
    day: int
    size_bytes: int
    modified_ns: int
    sidecar: int
    sidecar_bytes: int
    sidecar_ns: int


class ImageRow(msgspec.Struct, array_like=True, gc=False):
    """One image file to be put into the catalogue; its fields are the table's columns."""

    name: str
    day: int
    created_us: int
    size_bytes: int
    modified_ns: int
    sidecar: int
    sidecar_bytes: int
    sidecar_ns: int
    sidecar_problem: str | None
    format: str
    width: int
    height: int
    prompt: str
    model: str
    provider: str
    cost_usd: float | None
    pinned: bool = False
    rating: int = 0
    tags: str = ""  # a JSON array of texts; "" for none
    sha256: str | None = None


class PackedRows(msgspec.Struct, frozen=True, gc=False):
    """Rows as they go to SQLite: packed by whoever looks at the images, for one alone writes.

    Attributes:
        count: How many.
        days: The days they are filed under.
        text: A JSON array of them.
    """

    count: int = 0
    days: frozenset[int] = frozenset()
    text: str = "[]"


def pack(rows: Collection[ImageRow]) -> PackedRows:
    """Pack rows to be written together."""
    days = frozenset(row.day for row in rows)
    return PackedRows(len(rows), days, msgspec.json.encode(rows).decode())


class ImageFile(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An image file in a folder: its name, what that says, and whether a sidecar is beside it."""

    name: str
    image_id: str
    format: str
    beside: bool


class ScanTask(msgspec.Struct, frozen=True, gc=False):
    """Some images of one folder that are to be compared with what is known of them.

    Attributes:
        path: The folder, relative to the store.
        day: The day a dated folder is for, as ``date.toordinal()``; ``None`` in the flat layout.
        images: The image files.
        known: What the catalogue knows of them, by name; new ones are not in it.
    """

    path: str
    day: int | None
    images: list[ImageFile]
    known: dict[str, FileEntry] = {}


class ScanResult(msgspec.Struct, gc=False):
    """What came of a task: the changes, as in ``FolderChange``.

    Attributes:
        rows: New images, and known ones that are not what they were.
        replaced: What was known of those of ``rows`` that are not new.
        removed: What was known of images that are gone.
        problems: What cannot be shown, and why, for people.
        complete: Whether all could be read, so that it need not be tried again.
    """

    rows: PackedRows = PackedRows()
    replaced: list[FileEntry] = []
    removed: list[FileEntry] = []
    problems: list[str] = []
    complete: bool = True


class Leftovers(msgspec.Struct, frozen=True):
    """What is in a folder besides images and their sidecars.

    Attributes:
        orphans: Sidecars without an image: name → size in bytes, modification time in ns.
        unknown: Number of files that are neither image, sidecar nor temporary.
    """

    orphans: dict[str, tuple[int, int]] = {}
    unknown: int = 0


class FolderChange(msgspec.Struct):
    """What is different in one folder.

    Attributes:
        path: The folder, relative to the store.
        rows: New images, and known ones that are not what they were.
        replaced: What was known of those of ``rows`` that are not new.
        removed: What was known of images that are gone.
        state: The folder's own state, given with the last of its changes; until then the
            folder counts as not looked at.
        leftovers: What else is in it, if that is not what was known.
        gone: The folder itself is gone, and with it every image in it.
    """

    path: str
    rows: PackedRows = PackedRows()
    replaced: list[FileEntry] = []
    removed: list[FileEntry] = []
    state: FolderState | None = None
    leftovers: Leftovers | None = None
    gone: bool = False


class Applied(msgspec.Struct, frozen=True):
    """What a transaction touched.

    Attributes:
        days: The days whose images or totals changed.
        keys: The images whose file or sidecar is not what it was.
    """

    days: frozenset[int]
    keys: frozenset[int]
