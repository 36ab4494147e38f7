"""What a person says of an image: pinned, a rating, tags. Kept in the sidecar, under our one key.

Everything else in a sidecar stays as it is, to the byte where the JSON is strict, and in its order.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from core import durable, files, layout, sidecar
from core.errors import ImageNotFound, SidecarError, StoreError
from core.locate import locate_beside
from core.records import local_time
from core.sidecar import HIGHEST_RATING, OUR_KEY, clean_tags, is_rating
from core.steps import Folders, Steps, apart, take_together
from core.store_lock import store_lock

ATTEMPTS = 10
FILE_MODE = 0o644


class Annotations(msgspec.Struct, frozen=True):
    """What is said of an image: pinned, a rating from 1 to 5 (0: none), tags."""

    pinned: bool = False
    rating: int = 0
    tags: tuple[str, ...] = ()


class AnnotationChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be different; what is ``None`` or empty stays as it is.

    Attributes:
        pinned: Pin it, or unpin it.
        rating: 1 to 5; 0 takes the rating away.
        tags: All its tags from now on.
        add_tags: Tags it gets; it keeps the others.
        remove_tags: Tags it loses; it keeps the others.

    Raises:
        ValueError: The rating is not a whole number from 0 to 5.
    """

    pinned: bool | None = None
    rating: int | None = None
    tags: tuple[str, ...] | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.rating is not None and not is_rating(self.rating):
            raise ValueError(f"A rating is a whole number from 0 to {HIGHEST_RATING}.")


def annotate(base: Path, image: str, change: AnnotationChange) -> Annotations:
    """Change what is said of one image, in its sidecar; one is made where there is none.

    Blocks. When it returns, the change is on the disk. Of changes that are made through this
    function, in any number of processes, none is lost. A change that another program makes to the
    sidecar meanwhile is seen, and kept, up to the last look before the file is replaced; one that
    comes in the microseconds after it can be lost, for no file system can compare and replace.

    Args:
        base: The store's folder.
        image: The image file, relative to the store.
        change: What is to be different.

    Returns:
        What is said of the image now.

    Raises:
        ImageNotFound: The image is not there (any more).
        SidecarError: The sidecar cannot be read, is not a JSON object, or has something else
            under our key; it stays as it is.
        StoreNotWritable: The sidecar cannot be written.
    """
    (outcome,) = annotate_all(base, [image], change)
    if isinstance(outcome, StoreError | OSError):
        raise outcome
    return outcome


def annotate_all(
    base: Path, images: Sequence[str], change: AnnotationChange
) -> list[Annotations | StoreError | OSError]:
    """Change what is said of several images, as :func:`annotate` does; an outcome for each."""
    outcomes: list[Annotations | StoreError | OSError] = []
    for group in apart(images, _id_of):
        try:
            with store_lock(base), Folders(base) as folders:
                changes = [_annotating(folders, base, image, change) for image in group]
                outcomes += take_together(changes)
        except (StoreError, OSError) as error:
            outcomes += [error] * len(group)
    return outcomes


def _annotating(
    folders: Folders, base: Path, image: str, change: AnnotationChange
) -> Steps[Annotations]:
    for _ in range(ATTEMPTS):
        located = locate_beside(base, image)
        if located is None:
            raise ImageNotFound(f"The image {base / image} is not there any more.")
        try:
            if located[1] is None:
                return (yield from _writing_new(folders, base, image, change))
            said = yield from _rewriting(folders, base, located[1], change)
        except (FileExistsError, FileNotFoundError) as error:
            if isinstance(error, StoreError):
                raise
            continue  # it came or went this moment: look again
        if said is not None:
            return said
    raise SidecarError(f"The sidecar of {base / image} keeps changing: try again later.")


def _rewriting(
    folders: Folders, base: Path, path: str, change: AnnotationChange
) -> Steps[Annotations | None]:
    """Change a sidecar; ``None`` if somebody else did meanwhile, and nothing was written."""
    before = files.stat_file(base, path)
    data = files.read_sidecar(base, path)
    try:
        changed, said = annotated(data, change)
    except SidecarError as error:
        raise SidecarError(f"{base / path}: {error}") from None
    if before is None:
        return None
    if changed == data:
        return said

    def unchanged() -> bool:
        now = files.stat_file(base, path)
        same = now is not None and _state(now) == _state(before)
        return same and files.read_sidecar(base, path) == data

    mode = before.st_mode & 0o777
    written = yield from durable.writing(
        folders, base, path, changed, mode=mode, unchanged=unchanged
    )
    return said if written else None


def _state(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_size, found.st_mtime_ns


def _writing_new(
    folders: Folders, base: Path, image: str, change: AnnotationChange
) -> Steps[Annotations]:
    """Make a sidecar where there is none; FileExistsError if there is one by now."""
    minimal = json.dumps(_minimal(base, image), indent=2, ensure_ascii=False)
    data, said = annotated(minimal.encode(), change)
    path = layout.sidecar_paths(image)[0]
    yield from durable.writing(folders, base, path, data, mode=FILE_MODE)
    return said


def _id_of(image: str) -> str:
    return image.rpartition("/")[2].rpartition(".")[0]


def _minimal(base: Path, image: str) -> dict[str, object]:
    """What a server of the image's layout would have written, as far as it can be known."""
    found = files.stat_file(base, image)
    if found is None:
        raise ImageNotFound(f"The image {base / image} is not there any more.")
    name = image.rpartition("/")[2]
    stem, extension = name.rpartition(".")[::2]
    file_format = layout.FORMATS[extension.lower()]
    created = layout.id_moment(stem) or local_time(found.st_mtime_ns)
    described: dict[str, object] = {"image_id": stem, "created_at": created.isoformat()}
    if layout.sidecar_paths(image)[0].startswith(f"{layout.METADATA}/"):
        return described | {"file_size": found.st_size, "format": file_format}
    return described | {
        "file_info": {
            "filename": name,
            "size_bytes": found.st_size,
            "format": file_format.upper(),
            "path": str(base / image),
            "dimensions": "unknown",
        }
    }


def annotated(data: bytes, change: AnnotationChange) -> tuple[bytes, Annotations]:
    """Change what is said of an image in the bytes of its sidecar.

    Returns:
        The new bytes, the very same if nothing is different; and what they say.

    Raises:
        SidecarError: It is not a JSON object, or has something else under our key.
    """
    found = sidecar.load_object(data)
    own = found.get(OUR_KEY, {})
    if not isinstance(own, dict):
        raise SidecarError(f'Under "{OUR_KEY}" the sidecar has what this program did not write.')
    known = sidecar.parse(data)
    said = changed_annotations(Annotations(known.pinned, known.rating, known.tags), change)
    if said == Annotations(known.pinned, known.rating, known.tags):
        return data, said
    ours = {**own, **msgspec.to_builtins(said)}
    return _with_ours(data, found, ours), said


def changed_annotations(said: Annotations, change: AnnotationChange) -> Annotations:
    """Return what is said of an image after a change."""
    removed = set(clean_tags(change.remove_tags))
    tags = clean_tags([*(said.tags if change.tags is None else change.tags), *change.add_tags])
    return Annotations(
        said.pinned if change.pinned is None else change.pinned,
        said.rating if change.rating is None else change.rating,
        tuple(tag for tag in tags if tag not in removed),
    )


def _with_ours(data: bytes, found: dict[str, object], ours: dict[str, object]) -> bytes:
    indented = b"\n" in data.strip()
    try:
        values = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        encoded = msgspec.json.encode(ours)
    except (msgspec.MsgspecError, UnicodeError):  # NaN and the like: as Python's servers write it
        return json.dumps({**found, OUR_KEY: ours}, indent=2 if indented else None).encode()
    if indented:
        encoded = msgspec.json.format(encoded, indent=2).replace(b"\n", b"\n  ")
    values[OUR_KEY] = msgspec.Raw(encoded)
    if not indented:
        return msgspec.json.encode(values)
    lines = (msgspec.json.encode(key) + b": " + bytes(raw) for key, raw in values.items())
    return b"{\n  " + b",\n  ".join(lines) + b"\n}"
