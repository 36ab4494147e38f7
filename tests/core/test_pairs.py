"""An image and its sidecar where only one of them can be written."""

import errno
import os
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from core import durable, layout, pairs, steps, writer
from core.errors import StoreNotWritable
from core.store_lock import store_lock
from tests.core.crash_model import TracedOs, files_of

IMAGE, SIDECAR = "images/cat.png", "metadata/cat.json"


@pytest.fixture
def base(tmp_path):
    base = tmp_path / "store"
    base.mkdir()
    durable.write_file(base, IMAGE, b"image")
    durable.write_file(base, SIDECAR, b"{}")
    return base


def make(base, change, *arguments):
    with steps.Folders(base) as folders:
        return steps.take(change(folders, base, *arguments, mode=0o644))


class FullForSidecars(TracedOs):
    """A disk that has no room for the bytes of a sidecar."""

    def fsync(self, file):
        path = Path(f"/proc/self/fd/{file}")
        if path.is_file() and path.read_bytes().startswith(b"{"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        super().fsync(file)


def test_a_pair_is_not_replaced_by_an_image_whose_sidecar_has_no_room(base, monkeypatch):
    before = files_of(base)
    for module in (durable, steps):
        monkeypatch.setattr(module, "os", FullForSidecars(base))
    with pytest.raises(StoreNotWritable, match="Free some space"):
        make(base, pairs.replacing, IMAGE, b"new", SIDECAR, b"{1}", [])
    assert files_of(base) == before


@pytest.mark.parametrize("there", [IMAGE, SIDECAR])
def test_a_new_pair_takes_no_place_of_another_and_leaves_nothing(base, there):
    (base / (SIDECAR if there == IMAGE else IMAGE)).unlink()
    before = files_of(base)
    with pytest.raises(FileExistsError):
        make(base, pairs.writing_new, IMAGE, b"new", SIDECAR, lambda: b"{1}")
    assert files_of(base) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda base: writer.store(base, "cat", b"new", {}),
        lambda base: writer.delete(base, "cat"),
    ],
)
def test_a_pair_is_not_changed_while_somebody_else_has_the_store(base, change):
    with ThreadPoolExecutor(1) as thread:
        with store_lock(base):
            before = files_of(base)
            running = thread.submit(change, base)
            wait([running], timeout=0.2)
            assert not running.done()
            assert files_of(base) == before
        running.result()
    assert files_of(base) != before


def test_only_what_has_the_id_for_its_name_is_deleted(base):
    durable.write_file(base, "images/dog.png", b"dog")
    durable.write_file(base, "images/2026/11/20/cat.png", b"another")
    gone = writer.delete(base, "cat", ["images/dog.png", "images/2026/11/20/cat.png"])
    assert sorted(gone) == ["images/2026/11/20/cat.png", IMAGE, SIDECAR]
    assert files_of(base).keys() - {"contact-sheet/lock"} == {"images/dog.png"}


@pytest.mark.parametrize("only", [IMAGE, SIDECAR])
def test_half_a_pair_is_deleted_too(base, only):
    (base / (SIDECAR if only == IMAGE else IMAGE)).unlink()
    assert writer.delete(base, "cat") == [only]
    assert not (base / only).exists()
    assert writer.delete(base, "cat") == []


def test_an_image_that_is_stored_takes_the_place_of_a_saved_one(base):
    saved = writer.save(base, b"old", {})
    came_and_went = writer.store(base, saved.image_id, b"new", {})
    assert came_and_went[1:] == [saved.path, saved.sidecar_path]
    assert (base / came_and_went[0]).read_bytes() == b"new"
    assert not (base / saved.path).exists()
    assert not (base / saved.sidecar_path).exists()


def test_an_id_that_somebody_has_is_not_taken(base, monkeypatch):
    ids = ["cat", "dog"]
    monkeypatch.setattr(layout, "generate_id", lambda *_: ids.pop(0))
    before = files_of(base)
    assert writer.save(base, b"new", {}, dated=False).image_id == "dog"
    assert files_of(base).items() >= before.items()


def test_files_can_be_read_by_all_unless_asked(base):
    saved = writer.save(base, b"new", {})
    writer.store(base, "dog", b"new", {})
    for path in (saved.path, saved.sidecar_path, "images/dog.png", "metadata/dog.json"):
        assert (base / path).stat().st_mode & 0o777 == 0o644
