"""Images of a store as other programs take them: from the clipboard, or dragged to them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QByteArray, QMetaType, QMimeData, QUrl
from PySide6.QtGui import QImage, QImageReader

from core import layout

_QT_IMAGE: Final = "application/x-qt-image"  # what Qt gives to other programs as a bitmap


class ImageFiles(QMimeData):
    """Image files as a list, as text, and a single one as its bytes and as a bitmap.

    The file of a single image is read, and decoded, only when another program asks for it.

    Args:
        paths: The files.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__()
        self.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        self.setText("\n".join(map(str, paths)))
        self._single = paths[0] if len(paths) == 1 else None
        self._own = [layout.mime_type(str(self._single)), _QT_IMAGE] if self._single else []

    def formats(self) -> list[str]:
        """Return what it can be had as."""
        return [*super().formats(), *self._own]

    def hasFormat(self, mimetype: str) -> bool:
        """Tell whether it can be had as this."""
        return mimetype in self._own or super().hasFormat(mimetype)

    def retrieveData(self, mimetype: str, kind: QMetaType | QMetaType.Type) -> Any:
        """Return it as this; nothing if the file cannot be read any more."""
        if self._single is None or mimetype not in self._own:
            return super().retrieveData(mimetype, kind)
        if mimetype == _QT_IMAGE:
            reader = QImageReader(str(self._single))
            reader.setAutoTransform(True)
            image = reader.read()
            return None if image.isNull() else QImage(image)
        try:
            return QByteArray(self._single.read_bytes())
        except OSError:
            return None
