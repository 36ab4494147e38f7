"""What should be in a store: a model in memory, so simple that it is plainly right."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from core.records import TrashReceipt

_TIMED = re.compile(r"img_([0-9]{8})([0-9]{6})_[0-9a-f]{12}")


@dataclass(frozen=True)
class Image:
    """One image as it should be; ``written`` is its file's modification time, to the second."""

    path: str
    data: bytes
    sidecar: bytes | None
    written: datetime

    @property
    def image_id(self) -> str:
        return Path(self.path).stem

    @property
    def beside(self) -> str:
        """Where its sidecar belongs."""
        dated = self.path.count("/") == 4
        return f"{self.path.rpartition('.')[0] if dated else 'metadata/' + self.image_id}.json"

    @property
    def described(self) -> dict[str, object] | None:
        """The sidecar's object; ``None`` where there is none that can be used."""
        found = _json_object(self.sidecar)
        return None if found is None else found | {"image_id": self.image_id}

    @property
    def created(self) -> datetime:
        said = (self.described or {}).get("created_at")
        if isinstance(said, str):
            return datetime.fromisoformat(said)
        return self.timed or self.written

    @property
    def timed(self) -> datetime | None:
        """The moment in its id."""
        timed = _TIMED.fullmatch(self.image_id)
        return datetime.fromisoformat(f"{timed[1]}T{timed[2]}") if timed else None

    @property
    def day(self) -> date:
        folders = self.path.split("/")[1:-1]
        return date(*map(int, folders)) if folders else self.created.date()

    @property
    def size(self) -> int:
        return len(self.data) + len(self.sidecar or b"")

    @property
    def ours(self) -> dict[str, object]:
        """What the sidecar has under the program's own key."""
        found = (self.described or {}).get("contact_sheet", {})
        return found if isinstance(found, dict) else {}

    @property
    def pinned(self) -> bool:
        return self.ours.get("pinned") is True

    @property
    def is_surely_a_sidecar(self) -> bool:
        """Whether the sidecar, left alone, still tells that it is one."""
        names = (_json_object(self.sidecar) or {}).get("image_id")
        return self.timed is not None or names == self.image_id

    def loaded(self) -> dict[str, object]:
        """The metadata that reading it gives."""
        return self.described or {"image_id": self.image_id, "created_at": "unknown"}

    def listed(self) -> dict[str, object]:
        """The metadata that listing it gives."""
        known = {"image_id": self.image_id, "created_at": self.created.isoformat()}
        return known | (self.described or {})

    def is_known_to_hold(self, data: bytes) -> bool:
        """Whether an import of these bytes finds it: it trusts a sidecar that tells of others."""
        hint = self.ours.get("sha256", None)
        return self.data == data and hint in (None, hashlib.sha256(data).hexdigest())


def _json_object(data: bytes | None) -> dict[str, object] | None:
    try:
        found = json.loads(data or b"")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


class Trashed(NamedTuple):
    """An image in the trash, with what was told when it went there."""

    receipt: TrashReceipt
    image: Image


class Leftover(NamedTuple):
    """What belongs to no image. ``counts``: surely of the store; ``late``: old enough to go."""

    content: bytes
    late: bool
    counts: bool
