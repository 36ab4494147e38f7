"""The trash on a machine that may stop at any moment, with several images on their way."""

import os
from datetime import datetime
from pathlib import Path

import pytest

from core.trash import Trash
from tests.core.crash_model import Disk, files_of, lay_out
from tests.core.disk_store import DiskStore
from tests.core.test_durable import crashes, traced

NOW = datetime(2026, 11, 20, 18)
LATER = datetime(2026, 11, 23)
MODIFIED_NS = 1_700_000_000_000_000_000


@pytest.fixture
def disk(tmp_path):
    """A store with two images, every file of it with bytes of its own."""
    disk = DiskStore(tmp_path / "store")
    disk.dated(NOW, 1, "png", prompt="one")
    disk.flat("cat", prompt="two")
    Trash(disk.base).sweep()
    (disk.base / "contact-sheet").mkdir()
    (disk.base / "contact-sheet/lock").touch()
    date_all(disk.base)
    return disk


def date_all(base: Path) -> None:
    for path in base.rglob("*"):
        if path.is_file():
            os.utime(path, ns=(MODIFIED_NS, MODIFIED_NS))


def images(base: Path) -> list[str]:
    return sorted(path.relative_to(base).as_posix() for path in base.glob("images/**/*.png"))


def kept(base: Path) -> dict[str, bytes]:
    """What a store holds outside our own folder, but for temporary files."""
    found = files_of(base).items()
    return {
        name: data for name, data in found if not name.startswith("contact") and "/." not in name
    }


def lay_out_linked(tree, base: Path) -> None:
    """Make real files; of the same bytes is what is one file under two names."""
    lay_out(tree, base)
    first: dict[bytes, Path] = {}
    for name, data in sorted(files_of(base).items()):
        if not data:
            continue
        if data in first:
            (base / name).unlink()
            os.link(first[data], base / name)
        else:
            first[data] = base / name
    date_all(base)


def test_a_crash_while_several_go_to_the_trash_loses_and_parts_nothing(disk, tmp_path):
    before, names = kept(disk.base), images(disk.base)
    model = Disk(disk.base)
    with traced(disk.base) as calls:
        receipts = Trash(disk.base).move_all(names, "r", LATER)
    assert [receipt.path for receipt in receipts] == names
    seen = set()
    for step, tree in crashes(model, calls):
        lay_out_linked(tree, tmp_path / "crashed")
        trash = Trash(tmp_path / "crashed")
        assert all(receipt.problem is None for receipt in trash.list())
        assert trash.sweep() == []
        gone = {receipt.path for receipt in trash.list()}
        seen.add(len(gone))
        assert set(images(trash._base)) == set(names) - gone
        assert step < len(calls) or gone == set(names)
        assert all(not isinstance(each, Exception) for each in trash.restore_all(tokens(trash)))
        assert kept(trash._base) == before
    assert seen == {0, 1, 2}


def test_a_crash_while_several_come_back_loses_and_parts_nothing(disk, tmp_path):
    before, names = kept(disk.base), images(disk.base)
    Trash(disk.base).move_all(names, "r", LATER)
    model = Disk(disk.base)
    with traced(disk.base) as calls:
        Trash(disk.base).restore_all(tokens(Trash(disk.base)))
    seen = set()
    for step, tree in crashes(model, calls):
        lay_out_linked(tree, tmp_path / "crashed")
        trash = Trash(tmp_path / "crashed")
        assert all(receipt.problem is None for receipt in trash.list())
        assert trash.sweep() == []
        back = set(images(trash._base))
        seen.add(len(back))
        assert step < len(calls) or back == set(names)
        assert {receipt.path for receipt in trash.list()} == set(names) - back
        trash.restore_all(tokens(trash))
        assert kept(trash._base) == before
    assert seen == {0, 1, 2}


def test_a_crash_while_several_are_removed_leaves_what_can_be_removed(disk, tmp_path):
    Trash(disk.base).move_all(images(disk.base), "r", LATER)
    model = Disk(disk.base)
    with traced(disk.base) as calls:
        assert Trash(disk.base).remove_all(tokens(Trash(disk.base))) == [True, True]
    for step, tree in crashes(model, calls):
        lay_out_linked(tree, tmp_path / "crashed")
        trash = Trash(tmp_path / "crashed")
        assert trash.sweep() == []
        assert step < len(calls) or trash.list() == []
        assert trash.empty() == []
        assert kept(trash._base) == {}
        assert [name for name in files_of(trash._base) if "trash" in name] == []


def tokens(trash: Trash) -> list[str]:
    return [receipt.token for receipt in trash.list()]
