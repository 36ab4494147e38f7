"""What others change in a store while an image is on its way to the trash or back."""

import errno
import os
from datetime import datetime
from pathlib import Path

import pytest

from core import durable
from core.errors import ImageNotFound, RestoreConflict, StoreNotWritable
from core.sidecar import LARGEST_SIDECAR
from core.steps import Folders
from core.trash import Trash
from core.trash_steps import TrashSteps
from tests.core.disk_store import DiskStore
from tests.core.test_durable import FailsAt
from tests.core.test_trash import inside, sidecar_of, snapshot, throw

NOW = datetime(2026, 11, 20, 18)
LATER = datetime(2026, 11, 23)


@pytest.fixture
def disk(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "store")


def go_on(change, until) -> None:
    """Take steps until something is so."""
    while not until():
        next(change)


def finish(change) -> None:
    for _ in change:
        pass


def moving(disk, folders, path):
    steps = TrashSteps(disk.base)
    return steps.moving(
        folders, inside(disk, path), inside(disk, sidecar_of(disk, path)), "", LATER
    )


def test_an_image_that_is_deleted_meanwhile_is_not_there_and_leaves_no_receipt(disk):
    path = disk.dated(NOW, 1)
    sidecar = path.with_suffix(".json").read_bytes()
    with Folders(disk.base) as folders:
        change = moving(disk, folders, path)
        go_on(change, lambda: not path.with_suffix(".json").exists())
        path.unlink()
        with pytest.raises(ImageNotFound):
            finish(change)
    ((place, kept),) = snapshot(disk.base).items()
    assert place.startswith("contact-sheet/trash/")
    assert kept == sidecar


def test_a_sidecar_that_is_deleted_meanwhile_stops_nothing(disk):
    path = disk.dated(NOW, 1)
    with Folders(disk.base) as folders:
        change = moving(disk, folders, path)
        next(change)
        path.with_suffix(".json").unlink()
        finish(change)
        (thrown,) = Trash(disk.base).list()
        assert not path.exists()
        change = TrashSteps(disk.base).restoring(folders, thrown.token)
        finish(change)
    assert [*snapshot(disk.base)] == [inside(disk, path)]


def test_a_sidecar_that_is_deleted_from_the_trash_meanwhile_stops_nothing(disk):
    path = disk.dated(NOW, 1)
    receipt = throw(disk, path)
    with Folders(disk.base) as folders:
        change = TrashSteps(disk.base).restoring(folders, receipt.token)
        go_on(change, path.exists)
        (disk.base / receipt.trashed_path).with_suffix(".json").unlink()
        finish(change)
    assert [*snapshot(disk.base)] == [inside(disk, path)]


def test_an_image_whose_sidecar_cannot_return_goes_back_to_the_trash(disk):
    path = disk.dated(NOW, 1)
    receipt = throw(disk, path)
    before = snapshot(disk.base)
    with Folders(disk.base) as folders:
        change = TrashSteps(disk.base).restoring(folders, receipt.token)
        go_on(change, path.exists)
        path.with_suffix(".json").write_text("another's")
        with pytest.raises(RestoreConflict):
            finish(change)
    path.with_suffix(".json").unlink()
    assert snapshot(disk.base) == before


def test_an_image_that_is_replaced_meanwhile_does_not_get_the_old_sidecar(disk):
    path = disk.dated(NOW, 1)
    with Folders(disk.base) as folders:
        change = moving(disk, folders, path)
        go_on(change, lambda: not path.with_suffix(".json").exists())
        change.close()  # as if the process ended
    path.unlink()
    path.write_bytes(b"another")
    assert Trash(disk.base).sweep() == []
    assert not path.with_suffix(".json").exists()
    assert path.read_bytes() == b"another"


@pytest.mark.parametrize("large", ["there", "trashed"])
def test_a_sidecar_that_cannot_be_compared_is_in_the_way(disk, large):
    path = disk.dated(NOW, 1)
    sidecar = path.with_suffix(".json")
    receipt = throw(disk, path)
    trashed = (disk.base / receipt.trashed_path).with_suffix(".json")
    sidecar.write_bytes(trashed.read_bytes())
    with (sidecar if large == "there" else trashed).open("ab") as file:
        file.truncate(LARGEST_SIDECAR + 1)
    with pytest.raises(RestoreConflict):
        Trash(disk.base).restore(receipt.token)
    assert trashed.exists()
    assert not path.exists()


def test_a_sidecar_that_is_named_but_not_there_is_not_missed(disk):
    path = disk.dated(NOW, 1)
    path.with_suffix(".json").unlink()
    beside = inside(disk, path.with_suffix(".json"))
    receipt = Trash(disk.base).move(inside(disk, path), beside, "", LATER)
    assert (receipt.sidecar_path, receipt.problem) == (None, None)


def test_an_image_with_a_sidecar_that_is_no_json_goes_in_and_comes_back(disk):
    path = disk.dated(NOW, 1)
    path.with_suffix(".json").write_text("{")
    before = snapshot(disk.base)
    receipt = throw(disk, path)
    assert receipt.sha256 is None
    assert not path.with_suffix(".json").exists()
    Trash(disk.base).restore(receipt.token)
    assert snapshot(disk.base) == before


def test_only_a_sidecar_in_the_flat_layout_can_be_that_of_a_dated_and_a_flat_image(disk):
    dated = disk.dated(NOW, 1)
    flat = disk.flat(dated.stem)
    throw(disk, dated)
    assert not dated.with_suffix(".json").exists()  # the flat image has another
    dated = disk.dated(NOW, 2)
    dated.with_suffix(".json").unlink()
    flat = disk.flat(dated.stem)
    beside = disk.flat_sidecar(dated.stem)
    Trash(disk.base).move(inside(disk, dated), inside(disk, beside), "", LATER)
    assert beside.exists()
    throw(disk, flat)
    assert not beside.exists()


def test_what_cannot_be_put_right_at_once_does_not_hide_what_went_wrong(disk, tmp_path):
    path = disk.dated(NOW, 1)
    with Folders(disk.base) as folders:
        change = moving(disk, folders, path)
        next(change)
        path.unlink()
        disk.base.rename(tmp_path / "elsewhere")
        with pytest.raises(ImageNotFound):
            finish(change)


def test_a_disk_that_fails_halfway_is_named_and_the_sweep_completes_the_restore(disk):
    path = disk.dated(NOW, 1)
    before = snapshot(disk.base)
    receipt = throw(disk, path)
    with Folders(disk.base) as folders, pytest.MonkeyPatch.context() as patch:
        change = TrashSteps(disk.base).restoring(folders, receipt.token)
        go_on(change, path.exists)
        go_on(change, lambda: not (disk.base / receipt.trashed_path).exists())
        patch.setattr(durable, "os", FailsAt(disk.base, "link", errno.EIO))
        with pytest.raises(StoreNotWritable, match=r"\.json cannot be written: Input/output"):
            finish(change)
    assert Trash(disk.base).sweep() == []
    assert snapshot(disk.base) == before


def test_a_sidecar_that_somebody_put_into_the_trash_is_no_bodys(disk):
    path = disk.dated(NOW, 1)
    path.with_suffix(".json").unlink()
    receipt = throw(disk, path)
    (disk.base / receipt.trashed_path).with_suffix(".json").write_text("{}")
    os.link(disk.base / receipt.trashed_path, path)  # what a crash in restore leaves
    assert Trash(disk.base).sweep() == []
    assert path.exists()
    assert not path.with_suffix(".json").exists()
    receipt = throw(disk, path)
    (disk.base / receipt.trashed_path).with_suffix(".json").write_text("{}")
    Trash(disk.base).restore(receipt.token)
    assert path.exists()
    assert not path.with_suffix(".json").exists()


def test_a_receipt_that_cannot_be_read_stays_with_its_image(disk, tmp_path):
    receipt = throw(disk, disk.dated(NOW, 1))
    trashed = disk.base / receipt.trashed_path
    trashed.with_suffix(".receipt").write_text("of a later version")
    os.link(trashed, tmp_path / "backup.png")
    assert Trash(disk.base).sweep() == []
    assert trashed.with_suffix(".receipt").exists()


def test_a_sidecar_whose_place_is_taken_returns_when_that_is_free(disk):
    path = disk.dated(NOW, 1)
    before = snapshot(disk.base)
    receipt = throw(disk, path)
    os.link(disk.base / receipt.trashed_path, path)  # what a crash leaves
    path.with_suffix(".json").write_text("another's")
    (problem,) = Trash(disk.base).sweep()
    assert "another in its place" in problem
    path.with_suffix(".json").unlink()
    assert Trash(disk.base).sweep() == []
    assert snapshot(disk.base) == before


def test_a_flat_sidecar_of_two_images_of_one_day_stays_for_the_other(disk):
    path = disk.dated(NOW, 1).with_name("cat.png")
    path.write_bytes(b"image")
    path.with_suffix(".gif").write_bytes(b"twin")
    beside = disk.flat_sidecar("cat")
    beside.write_text("{}")
    Trash(disk.base).move(inside(disk, path), inside(disk, beside), "", LATER)
    assert beside.exists()
