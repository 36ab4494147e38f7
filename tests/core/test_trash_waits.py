"""The trash while somebody else changes the store, and where a part of it cannot be used."""

import errno
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core import durable
from core.errors import StoreNotFound
from core.store_lock import store_lock
from core.trash import Trash
from tests.core.disk_store import DiskStore
from tests.core.disks import as_nobody
from tests.core.test_durable import FailsAt
from tests.core.test_trash import inside, sidecar_of, snapshot, throw

NOW = datetime(2026, 11, 20, 18)
LATER = datetime(2026, 11, 23)


@pytest.fixture
def disk(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "store")


def move(disk: DiskStore) -> Callable[[], object]:
    path = disk.dated(NOW, 1)
    image, beside = inside(disk, path), inside(disk, sidecar_of(disk, path))
    return lambda: Trash(disk.base).move(image, beside, "", LATER)


def restore(disk: DiskStore) -> Callable[[], object]:
    receipt = throw(disk, disk.dated(NOW, 1))
    return lambda: Trash(disk.base).restore(receipt.token)


def remove(disk: DiskStore) -> Callable[[], object]:
    receipt = throw(disk, disk.dated(NOW, 1))
    return lambda: Trash(disk.base).remove(receipt.token)


def settle(disk: DiskStore) -> Callable[[], object]:
    half_moved(disk, 1)
    return Trash(disk.base).sweep


def tidy(disk: DiskStore) -> Callable[[], object]:
    Trash(disk.base).remove(throw(disk, disk.dated(NOW, 1)).token)
    return Trash(disk.base).sweep


def half_moved(disk: DiskStore, n: int, now: datetime = LATER) -> Path:
    path = disk.dated(NOW, n)
    receipt = throw(disk, path, now=now)
    os.link(disk.base / receipt.trashed_path, path)
    return disk.base / receipt.trashed_path


@pytest.mark.parametrize("prepare", [move, restore, remove, settle, tidy])
def test_nothing_is_changed_while_somebody_else_has_the_store(disk, prepare):
    change = prepare(disk)
    before = sorted(disk.base.rglob("*"))
    with ThreadPoolExecutor(1) as thread:
        with store_lock(disk.base):
            lock = disk.base / "contact-sheet/lock"
            running = thread.submit(change)
            wait([running], timeout=0.2)
            assert not running.done()
            assert {*disk.base.rglob("*")} - {lock, lock.parent} == {*before} - {lock, lock.parent}
        running.result()
    assert sorted(disk.base.rglob("*")) != before


def test_of_a_store_that_is_gone_each_image_says_so(tmp_path):
    trash = Trash(tmp_path / "none")
    outcomes = trash.remove_all(["2026-11-23/a~1", "2026-11-23/a~2", "2026-11-23/b~1"])
    assert [type(outcome) for outcome in outcomes] == [StoreNotFound] * 3


def test_what_cannot_be_put_right_stops_nothing(disk):
    paths = [half_moved(disk, 1), half_moved(disk, 2)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(durable, "os", FailsAt(disk.base, "unlink", errno.EIO))
        problems = Trash(disk.base).sweep()
    assert sorted(problem.split("/")[1].split(" ")[0] for problem in problems) == sorted(
        path.stem for path in paths
    )
    assert Trash(disk.base).sweep() == []
    assert len(snapshot(disk.base)) == 4


def test_a_day_that_cannot_be_read_stops_nothing():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        disk = DiskStore(Path(folder) / "store")
        locked = [half_moved(disk, n, LATER + timedelta(days=n)) for n in range(3)][2].parent
        locked.chmod(0)
        with as_nobody(Path(folder)):
            (problem,) = Trash(disk.base).sweep()
        assert problem == f"The trash of {locked.name} cannot be read: Permission denied."
        locked.chmod(0o755)
        assert {path.parent for path in disk.base.glob("contact-sheet/trash/*/*")} == {locked}
        assert Trash(disk.base).sweep() == []
