"""Images of a store as other programs take them: from the clipboard, or dragged to them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote_from_bytes

from PySide6.QtCore import QByteArray, QMetaType, QMimeData

from core import layout


class FileList(NamedTuple):
    """Files as they are offered: addresses and paths, one a line, and the only one if it is."""

    addresses: bytes
    paths: str
    single: Path | None


def listed(files: Sequence[Path]) -> FileList:
    """Write files down as they are offered; for very many it takes a second: in a thread."""
    addresses = b"".join(b"file://%b\r\n" % _quoted(path) for path in files)
    return FileList(addresses, "\n".join(map(str, files)), files[0] if len(files) == 1 else None)


class ImageFiles(QMimeData):
    """Image files as a list, as text, and a single one as its own bytes, read when asked for.

    There is no bitmap. Decoding is for worker processes: a file may be made to break its decoder.
    A program that takes neither files nor the file's own format is offered nothing it knows.

    Args:
        files: The files.
    """

    def __init__(self, files: FileList) -> None:
        super().__init__()
        self.setData("text/uri-list", QByteArray(files.addresses))
        self.setText(files.paths)
        self._single = files.single
        self._kind = layout.mime_type(str(files.single)) if files.single else None

    def formats(self) -> list[str]:
        """Return what it can be had as."""
        return [*super().formats(), self._kind] if self._kind else super().formats()

    def hasFormat(self, mimetype: str) -> bool:
        """Tell whether it can be had as this."""
        return mimetype == self._kind or super().hasFormat(mimetype)

    def retrieveData(self, mimetype: str, kind: QMetaType | QMetaType.Type) -> Any:
        """Return it as this; nothing if the file cannot be read any more."""
        if self._single is None or mimetype != self._kind:
            return super().retrieveData(mimetype, kind)
        try:
            return QByteArray(self._single.read_bytes())
        except OSError:
            return None


def _quoted(path: Path) -> bytes:
    return quote_from_bytes(os.fsencode(path)).encode("ascii")
