"""Saving and deleting images: an image file and its sidecar, always as a pair.

The image gets its name first, the sidecar second: that commits. Both are on the disk before
either shows, so a full disk leaves nothing behind. Image bytes are kept exactly as given.
All functions block, and are safe in any number of threads and processes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from core import files, layout, pairs
from core.errors import InvalidImageData, InvalidMetadata
from core.image_header import Header, read_header
from core.sidecar import LARGEST_SIDECAR, OUR_KEY
from core.steps import Folders, Steps, take
from core.store_lock import store_lock

_RESERVED = {"image_id", "created_at", "file_info", "file_size", OUR_KEY}
_DATA_URL = re.compile(r"data:image/([a-z0-9.+-]+)(?:;[^;,]*)*;base64,", re.IGNORECASE)


class Saved(NamedTuple):
    """A new image: its id, and the paths of its file and sidecar relative to the store."""

    image_id: str
    path: str
    sidecar_path: str


class Given(NamedTuple):
    """What is to be saved: the image file's bytes, its metadata, and its extension."""

    data: bytes
    metadata: dict[str, Any]
    extension: str


class _Image(NamedTuple):
    data: bytes
    extension: str
    created: datetime


def save(
    base: Path,
    data: bytes,
    metadata: Mapping[str, Any],
    file_format: str = "png",
    *,
    dated: bool = True,
    mode: int = 0o644,
) -> Saved:
    """Save an image under a new id, with its sidecar; when this returns, both are on the disk.

    Args:
        base: The store's folder.
        data: The image file's bytes; whatever they are, they are kept.
        metadata: What goes into the sidecar; its reserved keys are left out.
        file_format: One of ``layout.FORMATS``, in any case; it becomes the file's extension.
        dated: Write the dated layout, else the flat one.
        mode: Permissions of both files.

    Raises:
        InvalidFormat: There is no such format.
        InvalidImageData: ``data`` is not bytes.
        InvalidMetadata: ``metadata`` cannot be written as a JSON object.
        StoreNotWritable: They cannot be written; neither of them is left.
        StoreNotFound: The store's folder is not there.
    """
    given = check(data, metadata, file_format)
    with Folders(base) as folders:
        return take(saving(folders, base, given, dated=dated, mode=mode))


def check(data: bytes, metadata: Mapping[str, Any], file_format: str) -> Given:
    """Check what is to be saved, as :func:`save` does.

    Returns:
        The same as plain bytes and JSON values: nothing of it can fail later on, or change.
    """
    extension = layout.validate_format(file_format)
    data = _as_bytes(data)
    if not isinstance(metadata, Mapping):
        raise InvalidMetadata(f"Metadata is a dict of JSON values, not {type(metadata).__name__}.")
    given = {key: value for key, value in metadata.items() if key not in _RESERVED}
    return Given(data, json.loads(_encoded(given)), extension)


def saving(
    folders: Folders,
    base: Path,
    given: Given,
    *,
    dated: bool = True,
    mode: int = 0o644,
    ours: Mapping[str, Any] | None = None,
    sha256: str | None = None,
    header: Header | None = None,
) -> Steps[Saved]:
    """Save an image that was checked as :func:`save` does, in steps.

    Args:
        folders: Of the store.
        base: The store's folder.
        given: What is to be saved.
        dated: Write the dated layout, else the flat one.
        mode: Permissions of both files.
        ours: More for the program's key in the sidecar, beside the content's hash.
        sha256: The content's SHA-256 in hex digits, where it is known already.
        header: What the content's header says, where it is known already.
    """
    data, metadata, extension = given
    while True:
        image = _Image(data, extension, datetime.now())
        image_id = layout.generate_id("img", image.created)
        if dated:
            path = layout.dated_path(image_id, image.created, extension)
            filed = _dated_keys(base / path, image_id, image, header or read_header(data))
        else:
            path = layout.flat_path(image_id, extension)
            filed = _flat_keys(image_id, image)
        beside = layout.sidecar_paths(path)[0]

        def sidecar(filed: dict[str, Any] = filed) -> bytes:
            return _sidecar(metadata, filed, _our_marks(data, ours, sha256), filed_first=dated)

        with suppress(FileExistsError):  # somebody has that id: one in 10^14
            yield from pairs.writing_new(folders, base, path, data, beside, sidecar, mode=mode)
            return Saved(image_id, path, beside)


def store(
    base: Path,
    image_id: str,
    data_or_data_url: bytes | str,
    metadata: Mapping[str, Any],
    *,
    mode: int = 0o644,
) -> list[str]:
    """Save an image under an id of the caller's, in the flat layout, in place of one that has it.

    Args:
        base: The store's folder.
        image_id: The id.
        data_or_data_url: The image file's bytes, or ``data:image/…;base64,…``.
        metadata: What goes into the sidecar; its reserved keys are left out.
        mode: Permissions of both files.

    Returns:
        The paths of the images that came and went, relative to the store.

    Raises:
        InvalidImageId: The id cannot be a file name.
        InvalidImageData: It is neither bytes nor such a URL.
        InvalidFormat: The URL is of a format that a store cannot hold.
        InvalidMetadata: ``metadata`` cannot be written as a JSON object.
        StoreNotWritable: They cannot be written.
        StoreNotFound: The store's folder is not there.
    """
    layout.validate_image_id(image_id)
    if isinstance(data_or_data_url, str):
        data, extension = _parse_data_url(data_or_data_url)
    else:
        data = _as_bytes(data_or_data_url)
        header = read_header(data)
        extension = header.format if header else "png"
    image = _Image(data, extension, datetime.now())
    filed = _flat_keys(image_id, image)
    if isinstance(data_or_data_url, str):
        filed["source_format"] = "data_url"
    path = layout.flat_path(image_id, extension)
    beside = layout.flat_sidecar_path(image_id)
    sidecar = _sidecar(metadata, filed, _our_marks(data, None, None))
    others = [flat for each in layout.FORMATS if (flat := layout.flat_path(image_id, each)) != path]
    # Alone, or the sidecar of one writer could end up with the image of another.
    with store_lock(base), Folders(base) as folders:
        gone = take(pairs.replacing(folders, base, path, data, beside, sidecar, others, mode=mode))
        gone += pairs.remove(base, layout.candidate_paths(image_id), keep={path, beside})
    return [path, *gone]


def delete(base: Path, image_id: str, known: Iterable[str] = ()) -> list[str]:
    """Delete every image of this id and its sidecars for good, in both layouts.

    Args:
        base: The store's folder.
        image_id: The id.
        known: More paths of images of this id, which is the name of each; others are left alone.

    Returns:
        The paths of all files that were removed, relative to the store.

    Raises:
        InvalidImageId: The id cannot be a file name.
        StoreNotWritable: A file cannot be removed.
        StoreNotFound: The store's folder is not there.
    """
    named = [path for path in known if path.rpartition("/")[2].rpartition(".")[0] == image_id]
    today = datetime.now()
    dated = [layout.default_path(image_id, each, today) for each in layout.FORMATS]
    images = [*dated, *layout.candidate_paths(image_id), *named]
    sidecars = [beside for image in images for beside in layout.sidecar_paths(image)]
    if not any(files.stat_file(base, path) for path in {*images, *sidecars}):
        return []
    with store_lock(base):  # whoever pins, trashes or replaces the image does so before or after
        return pairs.remove(base, images)


def _as_bytes(data: object) -> bytes:
    if not isinstance(data, bytes | bytearray | memoryview):
        raise InvalidImageData(f"An image is given as bytes, not as {type(data).__name__}.")
    return bytes(data)


def _parse_data_url(url: str) -> tuple[bytes, str]:
    """Return the bytes in a data URL, and the file extension for its type."""
    head = _DATA_URL.match(url)
    if head is None:
        raise InvalidImageData(
            f"{url[:60]!r} is no data URL of an image: it must begin with data:image/…;base64,"
        )
    extension = layout.validate_format(head[1])
    try:
        return base64.b64decode(url[head.end() :], validate=True), extension
    except (binascii.Error, ValueError) as error:
        raise InvalidImageData(f"The data URL's base64 cannot be read: {error}.") from None


def _dated_keys(path: Path, image_id: str, image: _Image, header: Header | None) -> dict[str, Any]:
    return {
        "image_id": image_id,
        "created_at": image.created.isoformat(),
        "file_info": {
            "filename": path.name,
            "size_bytes": len(image.data),
            "format": image.extension.upper(),
            "path": str(path),
            "dimensions": f"{header.width}x{header.height}" if header else "unknown",
        },
    }


def _flat_keys(image_id: str, image: _Image) -> dict[str, Any]:
    return {
        "image_id": image_id,
        "created_at": image.created.isoformat(),
        "file_size": len(image.data),
        "format": image.extension,
    }


def _our_marks(data: bytes, more: Mapping[str, Any] | None, sha256: str | None) -> dict[str, Any]:
    return {OUR_KEY: {"sha256": sha256 or hashlib.sha256(data).hexdigest(), **(more or {})}}


def _sidecar(
    metadata: object, filed: dict[str, Any], marks: dict[str, Any], *, filed_first: bool = False
) -> bytes:
    """Encode a sidecar; what it files cannot be overwritten by the caller's metadata."""
    if not isinstance(metadata, Mapping):
        raise InvalidMetadata(f"Metadata is a dict of JSON values, not {type(metadata).__name__}.")
    kept = _RESERVED | filed.keys()
    given = {key: value for key, value in metadata.items() if key not in kept}
    whole = {**filed, **given} if filed_first else {**given, **filed}
    return _encoded(whole | marks)


def _encoded(values: dict[str, Any]) -> bytes:
    try:
        encoded = json.dumps(values, indent=2).encode()
    except RecursionError:
        raise InvalidMetadata("The metadata is nested too deep for JSON.") from None
    except (TypeError, ValueError) as error:
        raise InvalidMetadata(f"The metadata cannot be written as JSON: {error}.") from None
    if len(encoded) > LARGEST_SIDECAR:
        raise InvalidMetadata(f"The metadata is larger than {LARGEST_SIDECAR // 1024**2} MB.")
    return encoded
