"""Programs that write into a store while a window shows it, and what the window then shows."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from gui.app import Session
from tests.stores import IMAGE_SUFFIXES, picture

ROOT = Path(__file__).parents[2]

WRITER_YEAR = "2027"  # its images are of no other, so that they can be told from the store's

# In pieces: an image, then its sidecar, neither atomic. Renamed: each under another name first.
WRITER = """
import json, os, sys, time
from datetime import datetime, timedelta
from pathlib import Path

base, picture = Path(sys.argv[1]), Path(sys.argv[2])
count, pause, renames = int(sys.argv[3]), float(sys.argv[4]), sys.argv[5] == "renamed"
data = picture.read_bytes()

def write(path, data, pieces):
    named = path.with_name(f".{path.name}.part") if renames else path
    with open(named, "wb") as file:
        for start in range(0, len(data), len(data) // pieces + 1):
            file.write(data[start : start + len(data) // pieces + 1])
            file.flush()
            time.sleep(pause / 6)
    if renames:
        os.rename(named, path)

for number in range(count):
    moment = datetime(2027, 3, 1) + timedelta(hours=2 * number)  # often a day without a folder
    name = f"img_{moment:%Y%m%d%H%M%S}_{number:012x}"
    folder = base / "images" / f"{moment:%Y/%m/%d}"
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / f"{name}.png", data, 3)
    keys = {"image_id": name, "created_at": moment.isoformat(), "prompt": f"otter {number}"}
    write(folder / f"{name}.json", json.dumps(keys).encode(), 2)
"""


async def writing(
    base: Path, count: int, per_second: float, how: str = "in pieces"
) -> asyncio.subprocess.Process:
    """Start a process that saves so many images, all of them the same red picture."""
    image = base.parent / "picture.png"
    image.write_bytes(picture("png", (256, 170), 0))
    arguments = ("-c", WRITER, str(base), str(image), str(count), str(1 / per_second), how)
    return await asyncio.create_subprocess_exec(sys.executable, *arguments)


async def windows(
    base: Path, program: str, *arguments: str, within: Sequence[str] = ()
) -> asyncio.subprocess.Process:
    """Start a process that runs ``program``, which opens a window of its own on the store.

    ``within`` is a command that starts it, such as one that takes something away from it.
    """
    return await asyncio.create_subprocess_exec(
        *within, sys.executable, "-c", program, str(base), *arguments, cwd=ROOT
    )


def shown(session: Session) -> int:
    """Count the rows of the grid."""
    return session.images.rowCount()


def whole(session: Session, rows: Sequence[int] | None = None) -> bool:
    """Tell whether each image that is seen, or of these rows, has its picture and its prompt."""
    for row in session.grid.visible_rows() if rows is None else rows:
        key = session.images.key_at(row)
        seen, record = session.images.picture(key), session.images.record(key)
        if seen is None or seen.pixmap is None or record is None or not record.prompt:
            return False
    return True


def truth(base: Path) -> list[Path]:
    """List the image files on the disk."""
    return [path for path in (base / "images").rglob("*") if path.suffix in IMAGE_SUFFIXES]
