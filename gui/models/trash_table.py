"""What is in the trash, as a table. Pure, but for Qt's model."""

from __future__ import annotations

from core.prune_records import Why
from core.records import StoredImage, TrashReceipt
from gui.models.image_table import Column, ImageTableModel
from gui.text import moment_text, size_text, translated


def trash_model() -> ImageTableModel[TrashReceipt]:
    """Make the model of the trash."""
    return ImageTableModel(
        [
            Column(translated("trash", "Image"), _name, _name),
            Column(translated("trash", "Deleted"), _when, lambda each: each.trashed_at, width=190),
            Column(translated("trash", "Why"), _why, _why, is_quiet=True, width=180),
            Column(translated("trash", "From"), _origin, _origin, is_quiet=True, width=160),
            Column(translated("trash", "Size"), _size, _bytes, is_number=True, width=90),
        ],
        lambda receipt: receipt.token,
    )


def _name(receipt: TrashReceipt) -> str:
    return receipt.path.rpartition("/")[2]


def _when(receipt: TrashReceipt) -> str:
    return moment_text(receipt.trashed_at)


def _origin(receipt: TrashReceipt) -> str:
    return receipt.path.rpartition("/")[0]


def _size(receipt: TrashReceipt) -> str:
    return size_text(receipt.total_bytes)


def _bytes(receipt: TrashReceipt) -> int:
    return receipt.total_bytes


def _why(receipt: TrashReceipt) -> str:
    reasons = {
        Why.AGE.value: translated("trash", "older than the limit"),
        Why.SIZE.value: translated("trash", "over the size limit"),
        Why.CHOSEN.value: translated("trash", "pruned"),
    }
    return reasons.get(receipt.reason, receipt.reason)


def image_of(receipt: TrashReceipt) -> StoredImage | None:
    """Return the image file of a receipt; ``None`` if it is gone."""
    if not receipt.modified_ns:
        return None
    return StoredImage(
        0, receipt.path, receipt.size_bytes, receipt.modified_ns, receipt.trashed_path
    )
