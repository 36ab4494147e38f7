"""A window through a working day in minutes: ``python -m tests.soak --minutes 20``.

Other programs write, edit, rename and delete in its store, at random and all the time, while the
window imports, deletes, undoes, pins and scrolls. In the end the catalogue must say what the disk
says, and the memory must be no higher than after a quarter of the time.
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import json
import logging
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from statistics import mean

import psutil

from gui.app import Session
from tests.core.disk_store import truth
from tests.logged import LoggedErrors
from tests.stores import IMAGE_SUFFIXES, make_image, make_store, picture

SLACK = 1.10  # of memory: allocators do not give back every page
MOMENTS = 0.25, 1.0  # of the time: when memory is compared
SHARE = 0.05  # of the time before such a moment: one look may meet a worker that is just starting
LOOK_SECONDS = 1.0
SHAPE = (256, 256)  # of what comes: the thumbnails kept are as many bytes as may be, and soon
SETTLED_SECONDS = 30


@dataclass
class Report:
    """What a soak found.

    Attributes:
        steps: How often each thing was done.
        wrong: Images of which the catalogue says something else than the disk.
        errors: What the program logged as an error.
        looks: The share of the time that was over; resident bytes of the window's process; and
            those of all processes.
    """

    steps: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    looks: list[tuple[float, int, int]] = field(default_factory=list)

    def memory(self, moment: float) -> tuple[float, float]:
        """Return the mean bytes of the window and of all processes just before a moment."""
        then = [look for look in self.looks if moment - SHARE <= look[0] <= moment]
        return mean(window for _, window, _ in then), mean(every for _, _, every in then)


class Others:
    """What other programs do to a store's folders: plain file operations, none of them durable."""

    def __init__(self, base: Path, rng: random.Random) -> None:
        self._base = base
        self._rng = rng
        self._number = 0

    def act(self) -> str:
        """Do something; return what."""
        acts: list[Callable[[], None]] = [
            self._save, self._save, self._save, self._save_in_pieces, self._rename_into_place,
            self._edit_sidecar, self._replace, self._rename, self._delete, self._delete_day,
        ]  # fmt: skip
        act = self._rng.choice(acts)
        act()
        return act.__name__.strip("_")

    def _moment(self) -> datetime:
        return datetime(2026, 11, 20) - timedelta(hours=self._rng.randrange(24 * 40))

    def _image(self) -> Path | None:
        images = [p for p in (self._base / "images").rglob("*") if p.suffix in IMAGE_SUFFIXES]
        return self._rng.choice(images) if images else None

    def _save(self) -> None:
        self._number += 1
        make_image(self._base, self._moment(), size=SHAPE, seed=self._number)

    def _save_in_pieces(self) -> None:
        self._number += 1
        path = make_image(self._base, self._moment(), size=SHAPE, seed=self._number)
        data = path.read_bytes()
        with path.open("wb") as file:
            for start in range(0, len(data), 200):
                file.write(data[start : start + 200])
                file.flush()
                time.sleep(0.002)

    def _rename_into_place(self) -> None:
        self._number += 1
        path = make_image(self._base, self._moment(), size=SHAPE, seed=self._number)
        temporary = path.with_name(f".{path.name}.part")
        path.rename(temporary)
        time.sleep(0.01)
        temporary.rename(path)

    def _edit_sidecar(self) -> None:
        if (path := self._image()) and (beside := path.with_suffix(".json")).exists():
            keys = json.loads(beside.read_text() or "{}")
            beside.write_text(json.dumps({**keys, "prompt": f"edited {self._rng.random()}"}))

    def _replace(self) -> None:
        if path := self._image():
            other = path.with_name(".new")
            other.write_bytes(picture("png", SHAPE, self._rng.randrange(256)) + os.urandom(9))
            other.replace(path)

    def _rename(self) -> None:
        if path := self._image():
            path.rename(path.with_name(f"renamed_{self._rng.getrandbits(40):010x}{path.suffix}"))

    def _delete(self) -> None:
        if path := self._image():
            path.unlink()
            path.with_suffix(".json").unlink(missing_ok=True)

    def _delete_day(self) -> None:
        path = self._image() if self._rng.random() < 0.1 else None
        if path is not None and path.parent.name != "images":
            try:
                shutil.rmtree(path.parent)
            except OSError as error:
                if error.errno != errno.ENOTEMPTY:  # as where an import was just bringing one
                    raise


class Person:
    """What a person does in the window."""

    def __init__(self, session: Session, incoming: Path, rng: random.Random) -> None:
        self._session = session
        self._incoming = incoming
        self._rng = rng
        self._number = 0

    def act(self) -> str:
        """Do something; return what."""
        acts = [self._scroll, self._scroll, self._select, self._delete, self._undo, self._redo,
                self._pin, self._import]  # fmt: skip
        act = self._rng.choice(acts)
        act()
        return act.__name__.strip("_")

    def _row(self) -> int | None:
        count = self._session.images.rowCount()
        return self._rng.randrange(count) if count else None

    def _scroll(self) -> None:
        bar = self._session.grid.verticalScrollBar()
        bar.setValue(self._rng.randint(0, bar.maximum()))

    def _select(self) -> None:
        if (row := self._row()) is not None:
            self._session.grid.setCurrentIndex(self._session.images.index(row))

    def _delete(self) -> None:
        self._session.trash.delete()

    def _undo(self) -> None:
        self._session.history.undo()

    def _redo(self) -> None:
        self._session.history.redo()

    def _pin(self) -> None:
        self._session.annotations.pin()

    def _import(self) -> None:
        self._number += 1
        path = self._incoming / f"{self._number}.png"
        path.write_bytes(picture("png", SHAPE, self._number % 256) + os.urandom(9))
        self._session.imports.add([path])


async def soak(session: Session, base: Path, seconds: float, seed: int) -> Report:
    """Let others and a person loose on a window's store, and compare in the end."""
    rng, report = random.Random(seed), Report()
    incoming = Path(tempfile.mkdtemp(dir=base.parent))
    others, person = Others(base, rng), Person(session, incoming, rng)
    errors = LoggedErrors()
    logging.getLogger().addHandler(errors)
    began = looked = time.monotonic()
    while (over := (time.monotonic() - began) / seconds) < 1:
        if time.monotonic() - looked >= LOOK_SECONDS:
            looked = time.monotonic()
            report.looks.append((over, *_resident()))
        act = others.act if rng.random() < 0.7 else person.act
        try:
            what = await asyncio.to_thread(act) if act == others.act else act()
        except FileNotFoundError:
            what = "too late"  # somebody else was first
        report.steps[what] = report.steps.get(what, 0) + 1
        await asyncio.sleep(rng.random() / 20)
    while session.history.busy or session.imports.busy:
        await asyncio.sleep(0.1)
    until = time.monotonic() + SETTLED_SECONDS
    while (wrong := await _differences(session, base)) and time.monotonic() < until:
        await asyncio.sleep(0.5)
    report.wrong, report.errors = wrong, errors.lines
    logging.getLogger().removeHandler(errors)
    return report


async def _differences(session: Session, base: Path) -> list[str]:
    store = session.stores.store
    assert store is not None
    keys = [key for day in await store.manager.days() for key in day.keys]
    records = (await store.manager.records(keys)).values()
    known = {
        record.path: (record.day, record.size_bytes, record.modified_ns, record.prompt)
        for record in records
    }
    expected = {
        path: (day, size, modified, prompt)
        for path, (_, day, _, size, modified, _, _, prompt) in truth(base).items()
    }
    shown = session.images.rowCount()
    differing = [
        f"{path}: {known.get(path)}, on the disk {expected.get(path)}"
        for path in {*known, *expected}
        if known.get(path) != expected.get(path)
    ]
    return differing or ([f"the grid shows {shown}"] if shown != len(expected) else [])


def _resident() -> tuple[int, int]:
    """Return the resident bytes of this process, and of it with all that it started."""
    process = psutil.Process()
    window = every = process.memory_info().rss
    for child in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            every += child.memory_info().rss
    return window, every


def main() -> int:
    """Run a soak and print what it found; 1 if anything is wrong."""
    from PySide6.QtWidgets import QApplication

    from gui import aio
    from tests.flows.conftest import open_window

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("CACHE", "CONFIG"):
            os.environ[f"XDG_{name}_HOME"] = f"{folder}/{name.lower()}"
        base = make_store(Path(folder) / "store", images=500, days=20)

        async def work() -> int:
            async with open_window(base) as session:
                report = await soak(session, base, options.minutes * 60, options.seed)
            then, now = map(report.memory, MOMENTS)
            sys.stdout.write(f"{report.steps}\nwrong: {report.wrong}\nerrors: {report.errors}\n")
            for name, early, late in zip(("window", "all processes"), then, now, strict=True):
                sys.stdout.write(f"{name}: {early / 2**20:.0f} MB, then {late / 2**20:.0f} MB\n")
            grown = any(late > SLACK * early for early, late in zip(then, now, strict=True))
            return int(bool(report.wrong or report.errors) or grown)

        return aio.run(QApplication([]), work())


if __name__ == "__main__":
    sys.exit(main())
