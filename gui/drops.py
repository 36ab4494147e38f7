"""What a drag, a drop or the clipboard offers to import, and what becomes of it.

Reading what is offered never touches the disk; ``look_at`` does, and runs in worker threads.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, Literal, overload

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QUrl
from PySide6.QtGui import QImage

from gui.text import count_text, translated

FORMATS: Final = ("png", "webp", "avif", "jpeg", "gif", "tiff", "bmp")  # the most faithful first
MOST_LINES: Final = 1000  # of text, looked at for paths
MOST_ENTRIES: Final = 1000  # of a folder, looked at for days
PNG_QUALITY: Final = 75  # lossless all the same: how hard zlib tries
_ADDRESSES: Final = "text/uri-list"
_FILE_ADDRESSES: Final = re.compile(rb"^file:[^\r\n]*", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered.

    Attributes:
        paths: Files and folders, which need not exist; of many, going through all takes a while.
        image: An image that is no file: its bytes as somebody encoded them, a data URL, or a bare
            bitmap; ``None`` if it was not to be read yet.
        has_image: Whether there is such an image.
        only_address: What is offered is an address on the web, and no image with it.
    """

    paths: Sequence[Path] = ()
    image: bytes | str | QImage | None = None
    has_image: bool = False
    only_address: bool = False


class FilesOf(Sequence[Path]):
    """The files and folders of a list of addresses; each is made a path when it is asked for.

    Args:
        addresses: One a line (RFC 2483), in any order with others.
    """

    def __init__(self, addresses: bytes) -> None:
        self._lines: list[bytes] = _FILE_ADDRESSES.findall(addresses)

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, number: int) -> Path: ...

    @overload
    def __getitem__(self, number: slice) -> Sequence[Path]: ...

    def __getitem__(self, number: int | slice) -> Path | Sequence[Path]:
        if isinstance(number, slice):
            return [_path_of(line) for line in self._lines[number]]
        return _path_of(self._lines[number])


@dataclass(frozen=True, slots=True)
class Look:
    """What stands at offered paths: files, folders, and whether the only one is a store."""

    files: int
    folders: int
    is_store: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """The open store: its folder, and why no images can be added to it, "" if they can."""

    path: Path
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is done with an offer, and what is said of it."""

    text: str
    act: Literal["open", "import", "refuse"]


def offer_of(data: QMimeData, *, read: bool) -> Offer:
    """Tell what is offered: files, else an image as such, else text that names either.

    Args:
        data: From a drag or the clipboard.
        read: Also read the image, which may take the other program a while.
    """
    if files := FilesOf(bytes(data.data(_ADDRESSES).data())):
        return Offer(files)
    for name in FORMATS:
        if data.hasFormat(f"image/{name}"):
            return Offer(image=_bytes_of(data, name) if read else None, has_image=True)
    if data.hasImage():
        return Offer(image=_bitmap_of(data) if read else None, has_image=True)
    for url in (urls := data.urls()):
        if url.scheme() == "data":
            return Offer(image=QUrl.fromPercentEncoding(url.toEncoded()), has_image=True)
    return _offer_of_text(data.text()) if data.hasText() else Offer(only_address=bool(urls))


def look_at(paths: Sequence[Path]) -> Look:
    """Look at what stands at these paths; blocks for as long as the disk does."""
    folders = [path for path in paths if os.path.isdir(path)]  # noqa: PTH112  (Path's may raise)
    files = sum(map(os.path.exists, paths)) - len(folders)
    return Look(files, len(folders), len(paths) == len(folders) == 1 and is_store(folders[0]))


def is_store(folder: Path) -> bool:
    """Tell whether a folder is a store: holds "images" with years in it, or "metadata" beside."""
    images = folder / "images"
    with suppress(OSError), os.scandir(images) as entries:
        if (folder / "metadata").is_dir() or (folder / "contact-sheet").is_dir():
            return True
        names = (entry.name for entry in islice(entries, MOST_ENTRIES))
        return any(len(name) == 4 and name.isdecimal() for name in names)
    return False


def verdict_on(offer: Offer, look: Look | None, target: Target | None) -> Verdict:
    """Decide what becomes of an offer.

    Args:
        offer: What is offered.
        look: What stands at its paths; ``None`` while nobody has looked.
        target: The open store.
    """
    if not offer.paths and not offer.has_image:
        return _refused(
            "This is only an address on the web: save the image first, then drop the file"
            if offer.only_address
            else "There is no image in this that could be imported"
        )
    if look is not None and offer.paths and not look.files + look.folders:
        return _refused("The files are not there any more" if len(offer.paths) > 1 else
                        "{file} is not there", file=offer.paths[0].name)  # fmt: skip
    alone = len(offer.paths) == 1 and (look is None or look.folders == 1)
    if alone and (target is None or (look is not None and look.is_store)):
        if target is not None and _same(offer.paths[0], target.path):
            return _refused("This store is open already")
        return Verdict(translated("drops", "Open this store"), "open")
    if target is None:
        return _refused("Open a store first: images are imported into it")
    if target.problem:
        return Verdict(target.problem, "refuse")
    store = target.path.name or str(target.path)
    what = _counted(offer, look)
    return Verdict(translated("drops", "Import {what} into {store}", what=what, store=store),
                   "import")  # fmt: skip


def png_of(bitmap: QImage) -> bytes:
    """Encode a bitmap that nobody has encoded yet; takes a while, lets other threads run."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    bitmap.save(buffer, "PNG", PNG_QUALITY)  # type: ignore[call-overload]  # the stub wants bytes
    return bytes(buffer.data().data())


def _path_of(address: bytes) -> Path:
    return Path(QUrl.fromEncoded(address).toLocalFile())


def _bytes_of(data: QMimeData, name: str) -> bytes:
    return bytes(data.data(f"image/{name}").data())


def _bitmap_of(data: QMimeData) -> QImage:
    image = data.imageData()
    return image if isinstance(image, QImage) else QImage()


def _offer_of_text(text: str) -> Offer:
    text = text.strip()
    if text[:11].lower() == "data:image/":
        return Offer(image=text, has_image=True)
    lines = [line.strip() for line in text.split("\n", MOST_LINES)[:MOST_LINES]]
    paths = tuple(_paths_in(lines))
    if paths:
        return Offer(paths)
    return Offer(only_address=lines[0].lower().startswith(("http://", "https://")))


def _paths_in(lines: Iterable[str]) -> Iterable[Path]:
    for line in lines:
        path = Path(QUrl(line).toLocalFile() if line.lower().startswith("file:") else line)
        if path.is_absolute():
            yield path
        elif line.startswith("~"):
            with suppress(RuntimeError):  # nobody of this name
                yield path.expanduser()


def _counted(offer: Offer, look: Look | None) -> str:
    if not offer.paths:
        return translated("drops", "the image")
    if look is None:
        return count_text(len(offer.paths), "item")
    files = count_text(look.files, "file") if look.files else ""
    folders = count_text(look.folders, "folder") if look.folders else ""
    if files and folders:
        return translated("drops", "{files} and {folders}", files=files, folders=folders)
    return files or folders


def _same(path: Path, other: Path) -> bool:
    return os.path.normpath(path) == os.path.normpath(other)


def _refused(source: str, **values: str) -> Verdict:
    return Verdict(translated("drops", source, **values), "refuse")
