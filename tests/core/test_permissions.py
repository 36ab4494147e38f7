"""Stores in which not everything may be read or written, by somebody whom permissions bind."""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core import files
from core.catalog import open_catalog
from core.durable import remove_file
from core.errors import SidecarError, StoreNotWritable, StoreUnreadable
from core.prune_records import RetentionPolicy, Usage
from core.prune_results import Outcome
from core.pruner import Pruner
from core.retention import plan
from core.scan_messages import Problem, decode_message
from core.scanner import scan_job
from core.store_lock import store_lock
from core.trash import Trash
from tests.core.disk_store import DiskStore
from tests.core.disks import as_nobody
from tests.core.test_pruner import image

NOW = datetime(2026, 11, 20, 18)
OLD = NOW - timedelta(days=60)


@pytest.fixture
def disk():
    """A store in a folder that everybody can reach."""
    with tempfile.TemporaryDirectory() as folder:
        yield DiskStore(Path(folder) / "store")
        for path in Path(folder).rglob("*"):
            if path.is_dir():
                path.chmod(0o755)


def problems_of_a_scan(base: Path) -> list[str]:
    catalogue = base.parent / "catalog.db"
    messages = map(decode_message, scan_job(str(base), str(catalogue), True))
    return [message.text for message in messages if isinstance(message, Problem)]


def listed(base: Path) -> dict[str, str | None]:
    catalog = open_catalog(base.parent / "catalog.db", base)
    try:
        return {record.path: record.sidecar_problem for record in catalog.newest()}
    finally:
        catalog.close()


@pytest.mark.parametrize("mode", [0o000, 0o300, 0o600])
def test_a_store_that_may_not_be_read_says_so(disk, mode):
    disk.base.chmod(mode)
    with as_nobody(disk.base.parent):
        with pytest.raises(StoreUnreadable, match=f"not read the folder {disk.base}"):
            files.check_store(disk.base)
        disk.base.chmod(0o755)
        files.check_store(disk.base)


def test_a_store_that_cannot_be_there_says_so(tmp_path):
    with pytest.raises(StoreUnreadable, match="File name too long"):
        files.check_store(tmp_path / ("x" * 300))
    with files.open_store(tmp_path) as store:
        assert files.is_still_there(store, tmp_path)
        assert not files.is_still_there(store, tmp_path / "moved")


async def test_what_may_not_be_read_is_an_error_of_its_own(disk):
    path = disk.flat("cat")
    path.chmod(0)
    disk.flat_sidecar("cat").chmod(0)
    disk.dated(NOW, 1)
    (disk.base / "images/2026").chmod(0)
    with as_nobody(disk.base.parent):
        with pytest.raises(PermissionError):
            await files.read_image(disk.base, "images/cat.png")
        with pytest.raises(SidecarError, match="Permission denied"):
            files.read_sidecar(disk.base, "metadata/cat.json")
        with pytest.raises(PermissionError):
            files.stat_file(disk.base, "images/2026/11/20/x.png")


def test_a_walk_passes_over_what_may_not_be_read(disk, caplog):
    disk.dated(NOW, 1)
    disk.flat("cat")
    (disk.base / "images/2026/11").chmod(0)
    with as_nobody(disk.base.parent), files.open_store(disk.base) as store:
        walked = [path for path, _, _ in files.walk(store, ("images", "none"))]
    assert walked == ["images", "images/2026"]
    assert "images/2026/11 cannot be read: Permission denied" in caplog.text


def test_folders_that_may_be_listed_but_not_entered(disk):
    path = disk.dated(NOW, 1)
    (path.parent / "stray.json").write_text("{}")
    disk.dated(NOW - timedelta(days=40), 2)
    path.parent.chmod(0o400)
    with as_nobody(disk.base.parent):
        (problem,) = problems_of_a_scan(disk.base)
        assert f"{path.name} cannot be read: Permission denied" in problem
        assert len(listed(disk.base)) == 1
        path.parent.chmod(0o755)
        assert problems_of_a_scan(disk.base) == []
        assert len(listed(disk.base)) == 2


def test_metadata_that_may_not_be_read_is_told_and_read_again_later(disk):
    disk.flat("cat", prompt="a cat")
    disk.dated(NOW, 1)
    metadata = disk.base / "metadata"
    metadata.chmod(0)
    with as_nobody(disk.base.parent):
        assert problems_of_a_scan(disk.base) == [
            "The folder metadata cannot be read: Permission denied."
        ]
        assert len(listed(disk.base)) == 2
        metadata.chmod(0o600)  # it opens, but what is in it does not
        problems_of_a_scan(disk.base)
        assert "Permission denied" in listed(disk.base)["images/cat.png"]
        metadata.chmod(0o755)
        assert problems_of_a_scan(disk.base) == []
        assert set(listed(disk.base).values()) == {None}


def test_an_image_whose_sidecar_may_not_be_removed_is_freed_and_that_is_told(disk, caplog):
    kept, freed = disk.flat("kept"), disk.flat("freed")
    other = disk.dated(OLD, 1)
    images = [image(disk, path, OLD) for path in (freed, other)]
    (disk.base / "metadata").chmod(0o555)
    with as_nobody(disk.base.parent):
        found = plan(images, RetentionPolicy(max_bytes=0), Usage(10_000), NOW)
        result = Pruner(disk.base, Trash(disk.base)).run(found)
    assert {each.outcome for each in result.results} == {Outcome.FREED}
    (problem,) = result.problems
    assert "metadata/freed.json stays without its image" in problem
    assert "metadata/freed.json stays without its image" in caplog.text
    assert result.bytes_freed == images[0].size_bytes + images[1].total_bytes
    assert (kept.exists(), freed.exists(), other.exists()) == (True, False, False)


def test_a_day_of_the_trash_that_may_not_be_read_stops_nothing(disk, caplog):
    trash = Trash(disk.base)
    receipts = []
    for n in range(2):
        path = disk.dated(OLD, n)
        inside = path.relative_to(disk.base).as_posix()
        receipts.append(trash.move(inside, inside[:-3] + "json", "", NOW - timedelta(days=n)))
    locked = (disk.base / receipts[0].trashed_path).parent
    locked.chmod(0)
    with as_nobody(disk.base.parent):
        assert trash.list() == receipts[1:]
        assert "the trash of 2026-11-20 cannot be read" in caplog.text
        (problem,) = trash.sweep()
        assert "2026-11-20 cannot be read: Permission denied" in problem
        locked.chmod(0o755)
        assert trash.list() == receipts
        assert trash.sweep() == []


def test_a_store_that_may_not_be_written_has_no_lock(disk):
    disk.base.chmod(0o555)
    with as_nobody(disk.base.parent):
        with (
            pytest.raises(StoreNotWritable, match="lock cannot be written: Permission denied"),
            store_lock(disk.base),
        ):
            raise AssertionError("nobody may be in here")
        with pytest.raises(StoreNotWritable):
            remove_file(disk.base, "images")
    assert {path.name for path in disk.base.iterdir()} == {"images", "metadata"}
