"""The write protocol: traced, crashed at every step, and tried where it cannot work."""

import errno
import os
import re
import stat
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from core import durable, steps, unfinished, writer
from core.errors import StoreError, StoreNotFound, StoreNotWritable
from tests.core.crash_model import Disk, TracedOs, files_of, lay_out
from tests.core.disks import read_only, tiny_disk
from tests.core.shown import shown_images
from tests.stores import picture

IMAGE = picture("png", (48, 32), 30)
OTHER = picture("png", (48, 32), 200)
LARGE = 256 * 1024
TEMPORARY = ".contact-sheet-0123456789abcdef.tmp"


@pytest.fixture
def base(tmp_path):
    (tmp_path / "store" / "images").mkdir(parents=True)
    return tmp_path / "store"


@contextmanager
def traced(base):
    """Record what the module asks the system to change; yields the calls so far."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(durable, "os", recorder := TracedOs(base))
        patch.setattr(steps, "os", recorder)
        yield recorder.calls


def write_in_steps(base, path, data):
    with steps.Folders(base) as folders:
        assert steps.take(durable.writing(folders, base, path, data)) is True


def crashes(disk, calls):
    """Every state after a crash at every step: (steps done, tree), no state twice."""
    seen = set()
    for step in range(len(calls) + 1):
        for tree in disk.after_crash():
            shows = frozenset(
                (path, None if path.endswith(".tmp") else data) for path, data in tree
            )
            if (shows, step == len(calls)) not in seen:
                seen.add((shows, step == len(calls)))
                yield step, tree
        if step < len(calls):
            disk.do(*calls[step])


def test_a_file_is_written_whole_with_its_mode(base):
    old = os.umask(0o077)
    try:
        durable.write_file(base, "a/b/c.json", b"123" * 1000, mode=0o664)
    finally:
        os.umask(old)
    assert files_of(base) == {"a/b/c.json": b"123" * 1000}
    assert (base / "a/b/c.json").stat().st_mode & 0o777 == 0o664
    durable.write_file(base, "a/d.json", b"1")
    write_in_steps(base, "a/e.json", b"2")
    assert (base / "a/d.json").stat().st_mode & 0o777 == 0o644
    assert (base / "a/e.json").stat().st_mode & 0o777 == 0o644


def test_nothing_is_overwritten_unless_asked(base):
    durable.write_file(base, "a/x", b"old")
    with pytest.raises(FileExistsError, match="a/x"):
        durable.write_file(base, "a/x", b"new")
    assert files_of(base) == {"a/x": b"old"}
    durable.write_file(base, "a/x", b"new", replace=True)
    assert files_of(base) == {"a/x": b"new"}


@pytest.mark.parametrize("wanted", [True, False])
def test_a_file_is_replaced_in_steps_only_if_that_is_wanted(base, wanted):
    durable.write_file(base, "a/x", b"old")
    with steps.Folders(base) as folders:
        change = durable.writing(folders, base, "a/x", b"new", unchanged=lambda: wanted)
        assert steps.take(change) is wanted
    assert files_of(base) == {"a/x": b"new" if wanted else b"old"}


def test_what_is_changed_together_is_not_too_much_and_has_no_name_twice():
    assert [*steps.apart([], str.casefold)] == []
    assert [*steps.apart(["a", "b", "A", "c"], str.casefold)] == [["a", "b"], ["A", "c"]]
    names = [str(n) for n in range(steps.AT_ONCE + 1)]
    assert [*steps.apart(names, str)] == [names[:-1], names[-1:]]


def test_a_file_without_a_name_shows_only_when_it_gets_one(base):
    with steps.Folders(base) as folders:
        with durable.unnamed(folders, base, "a/x", b"x") as file:
            assert all(durable.is_unfinished(path.rpartition("/")[2]) for path in files_of(base))
            file.take_name()
            assert (base / "a/x").read_bytes() == b"x"
            assert (base / "a/x").stat().st_mode & 0o777 == 0o644
        with durable.unnamed(folders, base, "a/y", b"y"):
            pass
        with (
            pytest.raises(FileExistsError, match="a/x"),
            durable.unnamed(folders, base, "a/x", b"z") as file,
        ):
            file.take_name()
    assert files_of(base) == {"a/x": b"x"}


def open_files():
    return sorted(path.name for path in Path("/proc/self/fd").iterdir())


def test_no_file_or_folder_stays_open(base, monkeypatch):
    def change_everything():
        for write in (durable.write_file, write_in_steps):
            for data in (b"x", b"x" * LARGE):
                write(base, "a/b/x", data)
                durable.move_file(base, "a/b/x", "c/x")
                durable.remove_file(base, "c/x")

    before = open_files()
    change_everything()
    assert open_files() == before
    for call in ("write", "fsync", "link", "unlink"):
        for module in (durable, steps):
            monkeypatch.setattr(module, "os", FailsAt(base, call, errno.EIO))
        with pytest.raises(StoreNotWritable):
            change_everything()
        assert open_files() == before


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", "", "a//x", "a/\0"])
def test_a_path_out_of_the_store_is_refused(base, path):
    (base / "a").mkdir()
    for call in (
        lambda: durable.write_file(base, path, b"x"),
        lambda: durable.remove_file(base, path),
        lambda: durable.move_file(base, path, "a/y"),
        lambda: durable.move_file(base, "a/y", path),
    ):
        with pytest.raises(ValueError, match="not a path inside"):
            call()
    assert files_of(base.parent) == {}


def test_no_link_is_followed(base, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x").write_bytes(b"mine")
    (base / "a").symlink_to(outside)
    (base / "images/link.png").symlink_to(outside / "x")
    with pytest.raises(StoreNotWritable, match="a/y"):
        durable.write_file(base, "a/y", b"y")
    assert durable.remove_file(base, "a/x") is False
    with pytest.raises(FileNotFoundError):
        durable.move_file(base, "images/link.png", "images/moved.png")
    with pytest.raises(FileExistsError):
        durable.write_file(base, "images/link.png", b"y")
    durable.write_file(base, "images/link.png", b"y", replace=True)
    assert files_of(outside) == {"x": b"mine"}


def test_a_link_at_the_target_of_a_move_is_in_its_way_wherever_it_leads(base, monkeypatch):
    durable.write_file(base, "a/x", b"x")
    (base / "a/same").symlink_to("x")
    (base / "a/nowhere").symlink_to("none")
    for error in (None, errno.EPERM):
        if error:
            monkeypatch.setattr(durable, "os", FailsAt(base, "link", error))
        for target in ("a/same", "a/nowhere"):
            with pytest.raises(FileExistsError):
                durable.move_file(base, "a/x", target)
    assert (base / "a/x").read_bytes() == b"x"
    assert durable.remove_file(base, "a/nowhere") is True
    assert not (base / "a/nowhere").is_symlink()


def test_a_move_overwrites_nothing_and_needs_a_source(base):
    durable.write_file(base, "a/x", b"x")
    durable.write_file(base, "a/y", b"y")
    with pytest.raises(FileExistsError, match=r"File exists: '.*/a/y'$"):
        durable.move_file(base, "a/x", "a/y")
    with pytest.raises(FileNotFoundError, match=r"No such file or directory: '.*/a/none'$"):
        durable.move_file(base, "a/none", "a/z")
    with pytest.raises(FileNotFoundError, match="images"):
        durable.move_file(base, "images", "a/z")
    durable.move_file(base, "a/x", "b/c/x")
    assert files_of(base) == {"a/y": b"y", "b/c/x": b"x"}


def test_a_file_that_is_moved_to_where_it_is_stays(base):
    durable.write_file(base, "a/x", b"x")
    durable.move_file(base, "a/x", "a/x")
    assert files_of(base) == {"a/x": b"x"}


def test_a_move_that_was_interrupted_is_completed_by_the_same_move(base):
    durable.write_file(base, "a/x", b"x")
    (base / "b").mkdir()
    os.link(base / "a/x", base / "b/x")
    durable.move_file(base, "a/x", "b/x")
    assert files_of(base) == {"b/x": b"x"}


def test_removing_says_whether_there_was_anything(base):
    durable.write_file(base, "a/x", b"x")
    assert durable.remove_file(base, "a/x") is True
    assert durable.remove_file(base, "a/x") is False
    assert durable.remove_file(base, "none/x") is False
    assert not (base / "none").exists()
    with pytest.raises(StoreNotWritable, match="images"):
        durable.remove_file(base, "images")


def test_a_store_that_is_not_there_is_not_made(tmp_path):
    for call in (
        lambda: durable.write_file(tmp_path / "none", "a/x", b""),
        lambda: durable.remove_file(tmp_path / "none", "a/x"),
        lambda: durable.move_file(tmp_path / "none", "a/x", "a/y"),
        lambda: unfinished.sweep(tmp_path / "none"),
    ):
        with pytest.raises(StoreNotFound, match="none"):
            call()
    assert not (tmp_path / "none").exists()


class FailsAt(TracedOs):
    """A disk on which one of the calls fails, the same one each time."""

    def __init__(self, base, call, error):
        super().__init__(base)
        self._call, self._error = call, error

    def __getattribute__(self, name):
        if name == object.__getattribute__(self, "__dict__").get("_call"):
            error = self._error

            def fail(*_: object, **__: object) -> None:
                raise OSError(error, os.strerror(error))

            return fail
        return super().__getattribute__(name)


@pytest.mark.parametrize("error", [errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_disk_without_hard_links_will_do(base, monkeypatch, error):
    monkeypatch.setattr(durable, "os", FailsAt(base, "link", error))
    durable.write_file(base, "a/x", b"x")
    with pytest.raises(FileExistsError, match="a/x"):
        durable.write_file(base, "a/x", b"new")
    durable.move_file(base, "a/x", "b/x")
    assert files_of(base) == {"b/x": b"x"}


def test_a_disk_without_permissions_will_do(base, monkeypatch):
    monkeypatch.setattr(durable, "os", FailsAt(base, "fchmod", errno.EPERM))
    durable.write_file(base, "a/x", b"x")
    assert files_of(base) == {"a/x": b"x"}


@pytest.mark.parametrize("call", ["open", "fchmod", "write", "fsync", "link", "mkdir"])
def test_a_failing_disk_leaves_nothing_half_done(base, monkeypatch, call):
    (base / "a").mkdir()
    for module in (durable, steps):
        monkeypatch.setattr(module, "os", FailsAt(base, call, errno.EIO))
    path = "b/x" if call == "mkdir" else "a/x"
    for write in (durable.write_file, write_in_steps):
        for data in (b"x", b"x" * LARGE):
            with pytest.raises(StoreNotWritable, match="x cannot be written: Input/out") as caught:
                write(base, path, data)
            assert caught.value.errno == errno.EIO
            assert isinstance(caught.value, StoreError | OSError)
            assert files_of(base) == {}


class NoSidecars(TracedOs):
    """A disk on which no sidecar can get its name."""

    def link(self, old, new, **more):
        if new.endswith(".json"):
            raise OSError(errno.EIO, "Input/output error")
        super().link(old, new, **more)


@pytest.mark.parametrize("dated", [True, False])
def test_an_image_whose_sidecar_cannot_be_put_is_taken_back(base, monkeypatch, dated):
    monkeypatch.setattr(durable, "os", NoSidecars(base))
    with pytest.raises(StoreNotWritable, match=r"img_\w+\.json cannot be written"):
        writer.save(base, IMAGE, {}, dated=dated)
    assert files_of(base) == {}


def test_an_image_that_cannot_be_put_is_named(base, monkeypatch):
    monkeypatch.setattr(durable, "os", FailsAt(base, "link", errno.EIO))
    with pytest.raises(StoreNotWritable, match=r"img_\w+\.png cannot be written"):
        writer.save(base, IMAGE, {})
    assert files_of(base) == {}


@pytest.mark.parametrize(
    ("dated", "folder"), [(True, "images"), (False, "images"), (False, "metadata")]
)
def test_a_pair_whose_names_cannot_be_made_sure_of_is_taken_back(base, monkeypatch, dated, folder):
    writer.save(base, IMAGE, {}, dated=dated)
    before = files_of(base)

    class NoFolderSync(TracedOs):
        def fsync(self, file):
            if stat.S_ISDIR(os.fstat(file).st_mode) and self._path(file).startswith(folder):
                raise OSError(errno.EIO, "Input/output error")
            super().fsync(file)

    monkeypatch.setattr(steps, "os", NoFolderSync(base))
    with pytest.raises(StoreNotWritable, match=rf"/{folder}/.* cannot be written: Input"):
        writer.save(base, OTHER, {}, dated=dated)
    assert files_of(base) == before


@pytest.mark.parametrize("ending", ["png", "json"])
def test_of_pairs_written_together_only_that_which_fails_is_taken_back(base, monkeypatch, ending):
    class NoBytes(TracedOs):
        def fsync(self, file):
            path = Path(f"/proc/self/fd/{file}")
            if path.is_file() and (b"OTHER" if ending == "png" else b"bad") in path.read_bytes():
                raise OSError(errno.EIO, "Input/output error")
            super().fsync(file)

    monkeypatch.setattr(steps, "os", NoBytes(base))
    with steps.Folders(base) as folders:
        images = [(IMAGE, "good"), (b"OTHER", "bad"), (IMAGE, "fine")]
        first, second, third = steps.take_together(
            [
                writer.saving(folders, base, writer.Given(data, {"is": word}, "png"))
                for data, word in images
            ]
        )
    assert isinstance(second, StoreNotWritable)
    assert re.search(rf"img_\w+\.{ending} cannot be written: Input", str(second))
    assert files_of(base).keys() == {
        path for each in (first, third) for path in (each.path, each.sidecar_path)
    }


@pytest.mark.parametrize("error", [errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS])
def test_folders_that_cannot_be_synced_are_as_good_as_it_gets(base, monkeypatch, error):
    class NoFolderSync(TracedOs):
        def fsync(self, file):
            if stat.S_ISDIR(os.fstat(file).st_mode):
                raise OSError(error, os.strerror(error))
            super().fsync(file)

    monkeypatch.setattr(steps, "os", NoFolderSync(base))
    durable.write_file(base, "a/x", b"x")
    assert files_of(base) == {"a/x": b"x"}


def test_a_folder_that_another_writer_makes_first_is_used(base, monkeypatch):
    class Late(TracedOs):
        def mkdir(self, name, **more):
            super().mkdir(name, **more)
            super().mkdir(name, **more)  # by now it is there

    monkeypatch.setattr(steps, "os", Late(base))
    durable.write_file(base, "a/b/x", b"x")
    assert files_of(base) == {"a/b/x": b"x"}


# Crashes


@pytest.mark.parametrize("data", [b"0123456789", b"0" * LARGE], ids=["small", "large"])
def test_a_crash_while_writing_leaves_the_whole_file_or_none(base, data):
    disk = Disk(base)
    with traced(base) as calls:
        durable.write_file(base, "a/b/x", data)
    states = list(crashes(disk, calls))
    for step, tree in states:
        found = {path: data for path, data in tree if data is not None and "/." not in path}
        assert found in ({}, {"a/b/x": data})
        assert found or step < len(calls)
    assert len(states) >= 8


def test_a_crash_while_replacing_leaves_the_old_file_or_the_new(base):
    durable.write_file(base, "a/x", b"old")
    disk = Disk(base)
    with traced(base) as calls:
        durable.write_file(base, "a/x", b"new one", replace=True)
    for step, tree in crashes(disk, calls):
        assert dict(tree)["a/x"] in ({b"new one"} if step == len(calls) else {b"old", b"new one"})


def test_a_crash_while_moving_never_loses_the_file(base):
    durable.write_file(base, "a/x", b"x")
    disk = Disk(base)
    with traced(base) as calls:
        durable.move_file(base, "a/x", "b/c/x")
    for step, tree in crashes(disk, calls):
        places = {path: data for path, data in tree if data is not None}
        assert set(places) <= {"a/x", "b/c/x"}
        assert places
        assert set(places.values()) == {b"x"}
        assert step < len(calls) or set(places) == {"b/c/x"}


@pytest.mark.parametrize("dated", [True, False])
def test_a_crash_while_saving_loses_nothing_acknowledged_and_shows_nothing_torn(
    base, tmp_path, dated
):
    (base / "metadata").mkdir()
    disk = Disk(base)
    acknowledged = []
    with traced(base) as calls:
        for data in (IMAGE, OTHER):
            saved = writer.save(base, data, {"prompt": "p"}, dated=dated)
            acknowledged.append((len(calls), saved, data))
    expected = {saved.path: (data, saved) for _, saved, data in acknowledged}
    crashed = tmp_path / "crashed"
    for step, tree in crashes(disk, calls):
        lay_out(tree, crashed)
        shown = shown_images(crashed, tmp_path / "cache")
        for path, (data, sidecar) in shown.items():
            assert data == expected[path][0]
            if sidecar is not None:
                assert sidecar["image_id"] == expected[path][1].image_id
                assert sidecar["prompt"] == "p"
        for taken, saved, _ in acknowledged:
            if step >= taken:
                assert shown[saved.path][1] is not None
        unfinished.sweep(crashed, older_than=-5)
        left = files_of(crashed)
        assert not any(path.endswith(".tmp") for path in left)
        assert left.keys() >= shown.keys()


@pytest.mark.parametrize("other", [OTHER, picture("jpg", (48, 32), 200)], ids=["png", "jpg"])
def test_a_crash_while_storing_anew_leaves_the_old_image_or_the_new(base, tmp_path, other):
    (base / "metadata").mkdir()
    writer.store(base, "cat", IMAGE, {"n": 1})
    disk = Disk(base)
    with traced(base) as calls:
        writer.store(base, "cat", other, {"n": 2})
    for step, tree in crashes(disk, calls):
        lay_out(tree, tmp_path / "crashed")
        shown = shown_images(tmp_path / "crashed", tmp_path / "cache")
        pairs = {(data, sidecar["n"]) for data, sidecar in shown.values()}
        done = {(other, 2)}
        assert pairs
        assert pairs <= (done if step == len(calls) else {(IMAGE, 1), (other, 1), *done})


def test_a_crash_while_deleting_leaves_a_whole_image_or_none(base, tmp_path):
    (base / "metadata").mkdir()
    saved = writer.save(base, IMAGE, {})
    kept = writer.save(base, OTHER, {})
    disk = Disk(base)
    with traced(base) as calls:
        writer.delete(base, saved.image_id)
    for step, tree in crashes(disk, calls):
        lay_out(tree, tmp_path / "crashed")
        shown = shown_images(tmp_path / "crashed", tmp_path / "cache")
        assert all(sidecar is not None for _, sidecar in shown.values())
        assert kept.path in shown
        assert saved.path not in shown or step < len(calls)


# Temporary files


def test_only_our_own_old_temporary_files_are_swept(base):
    old = time.time() - 2 * unfinished.STALE_SECONDS
    stale = ["images/2026/11/20", "metadata", "contact-sheet/trash/2026-11-20", "images"]
    for folder in stale:
        (base / folder).mkdir(parents=True, exist_ok=True)
        (base / folder / TEMPORARY).write_bytes(b"half")
        os.utime(base / folder / TEMPORARY, (old, old))
    others = [".hidden", "x.tmp", ".x.png.12.tmp", "x.png", TEMPORARY + "x"]
    for name in others:
        (base / "images" / name).write_bytes(b"somebody's")
        os.utime(base / "images" / name, (old, old))
    fresh = TEMPORARY.replace("0", "f")
    (base / "images" / fresh).write_bytes(b"being written")
    (base / "logs").mkdir()
    (base / "logs" / TEMPORARY).write_bytes(b"not ours to clean")
    os.utime(base / "logs" / TEMPORARY, (old, old))
    assert unfinished.sweep(base) == 4
    left = {*others, fresh}
    assert set(files_of(base)) == {f"images/{name}" for name in left} | {f"logs/{TEMPORARY}"}
    assert unfinished.sweep(base) == 0


def test_temporary_files_are_never_shown(base, tmp_path):
    folder = base / "images/2026/11/20"
    folder.mkdir(parents=True)
    (folder / TEMPORARY).write_bytes(IMAGE)
    (base / "images" / TEMPORARY).write_bytes(IMAGE)
    assert shown_images(base, tmp_path / "cache") == {}


# Disks that are full or can only be read


@pytest.fixture
def tiny(tmp_path):
    folder = tmp_path / "tiny"
    folder.mkdir()
    with tiny_disk(folder) as disk:
        (disk / "images").mkdir()
        yield disk


@pytest.mark.parametrize("metadata", [{}, {"prompt": "long " * 20_000}])
def test_a_full_disk_leaves_whole_pairs_and_a_clear_error(tiny, tmp_path, metadata):
    data = os.urandom(90_000)
    saved = []
    with pytest.raises(StoreNotWritable, match="Free some space") as caught:
        saved.extend(writer.save(tiny, data, metadata) for _ in range(20))
    assert caught.value.errno == errno.ENOSPC
    assert re.match(rf"{tiny}/images/\d+/\d+/\d+/img_\w+\.(png|json) ", str(caught.value))
    assert saved
    paths = {path for each in saved for path in (each.path, each.sidecar_path)}
    assert set(files_of(tiny)) == paths
    assert {entry[0] for entry in shown_images(tiny, tmp_path / "cache").values()} == {data}
    writer.delete(tiny, saved[0].image_id)
    writer.save(tiny, data, metadata)


def test_a_disk_that_can_only_be_read_is_named_and_stays_as_it_is(base):
    saved = writer.save(base, IMAGE, {})
    before = files_of(base)
    with read_only(base) as locked:
        for call in (
            lambda: writer.save(locked, IMAGE, {}),
            lambda: writer.save(locked, IMAGE, {}, dated=False),
            lambda: writer.store(locked, "cat", IMAGE, {}),
            lambda: writer.delete(locked, saved.image_id),
            lambda: durable.move_file(locked, saved.path, "a/x"),
            lambda: durable.write_file(locked, saved.path, b"", replace=True),
        ):
            with pytest.raises(StoreNotWritable, match=f"{locked}/.* can only be read") as caught:
                call()
            assert caught.value.errno == errno.EROFS
        assert writer.delete(locked, "none") == []
        assert durable.remove_file(locked, "images/none.png") is False
    assert files_of(base) == before
