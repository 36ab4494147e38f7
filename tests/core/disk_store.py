"""A real store on disk to try the core on, and the plain truth about any store."""

from __future__ import annotations

import json
import os
import re
from datetime import date, datetime
from pathlib import Path

EPOCH = datetime(1970, 1, 1)
ENDINGS = {"png", "jpg", "jpeg", "webp", "gif", "avif", "tif", "tiff", "bmp"}


class DiskStore:
    """Writes images (any bytes will do) and sidecars as servers of both generations do."""

    def __init__(self, base: Path) -> None:
        self.base = base
        (base / "images").mkdir(parents=True)
        (base / "metadata").mkdir()

    def dated(self, moment: datetime, n: int, extension: str = "png", **keys: object) -> Path:
        """Save an image with its sidecar in the dated layout; returns the image's path."""
        image_id = f"img_{moment:%Y%m%d%H%M%S}_{n:012x}"
        path = self.base / "images" / f"{moment:%Y/%m/%d}" / f"{image_id}.{extension}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * (100 + n % 900))
        sidecar = {"image_id": image_id, "created_at": moment.isoformat(), **keys}
        path.with_suffix(".json").write_text(json.dumps(sidecar))
        return path

    def flat(self, image_id: str, extension: str = "png", **keys: object) -> Path:
        """Save an image with its sidecar in the flat layout; returns the image's path."""
        path = self.base / "images" / f"{image_id}.{extension}"
        path.write_bytes(b"y" * 50)
        self.flat_sidecar(image_id).write_text(json.dumps({"image_id": image_id, **keys}))
        return path

    def flat_sidecar(self, image_id: str) -> Path:
        return self.base / "metadata" / f"{image_id}.json"


def truth(base: Path) -> dict[str, tuple[object, ...]]:
    """Read a whole store the slow and obvious way.

    Returns path → (id, day, created_us, size, mtime_ns, sidecar path, sidecar bytes, prompt).
    """
    found = {}
    images = base / "images"
    if images.is_symlink():
        return found
    for folder, folders, names in os.walk(images):
        folders[:] = [name for name in folders if not Path(folder, name).is_symlink()]
        inside = Path(folder).relative_to(images).as_posix()
        match = re.fullmatch(r"(\d{4})/(\d\d)/(\d\d)", inside)
        try:
            day = date(*map(int, match.groups())).toordinal() if match else None
        except ValueError:
            continue
        if match is None and inside != ".":
            continue
        for name in names:
            path = Path(folder, name)
            stem, _, ending = name.rpartition(".")
            if ending.lower() not in ENDINGS or path.is_symlink() or name.startswith("."):
                continue
            flat = base / "metadata" / f"{stem}.json"
            beside = Path(folder, f"{stem}.json")
            choices = [flat] if day is None else [beside, flat]
            usable = [each for each in choices if each.is_file() and not each.is_symlink()]
            keys = json.loads(usable[0].read_text()) if usable else {}
            stat = path.lstat()
            if "created_at" in keys:
                created = datetime.fromisoformat(keys["created_at"])
            elif stamp := re.fullmatch(r"img_(\d{14})_[0-9a-f]{12}", stem):
                created = datetime.fromisoformat(f"{stamp[1][:8]}T{stamp[1][8:]}")
            else:
                created = datetime.fromtimestamp(stat.st_mtime_ns // 10**9)
            since = created - EPOCH
            found[path.relative_to(base).as_posix()] = (
                stem,
                day or created.toordinal(),
                (since.days * 86400 + since.seconds) * 10**6 + since.microseconds,
                stat.st_size,
                stat.st_mtime_ns,
                usable[0].relative_to(base).as_posix() if usable else None,
                usable[0].stat().st_size if usable else 0,
                keys.get("prompt", ""),
            )
    return found
