import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import durable, sidecar
from core.annotations import (
    AnnotationChange,
    Annotations,
    annotate,
    annotate_all,
    annotated,
    changed_annotations,
)
from core.errors import ImageNotFound, SidecarError
from tests.core.crash_model import Disk
from tests.core.disk_store import DiskStore
from tests.core.test_durable import crashes, traced

NOW = datetime(2026, 11, 20, 18)
PIN = AnnotationChange(pinned=True)


@pytest.fixture
def disk(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "store")


def inside(disk: DiskStore, path: Path) -> str:
    return path.relative_to(disk.base).as_posix()


def test_pin_rate_and_tag_one_image(disk):
    path = disk.dated(NOW, 1, prompt="é")
    image = inside(disk, path)
    assert annotate(disk.base, image, PIN) == Annotations(pinned=True)
    annotate(disk.base, image, AnnotationChange(rating=4))
    said = annotate(disk.base, image, AnnotationChange(add_tags=("sea", " blue ")))
    assert said == Annotations(True, 4, ("sea", "blue"))
    found = json.loads(path.with_suffix(".json").read_bytes())
    assert found["contact_sheet"] == {"pinned": True, "rating": 4, "tags": ["sea", "blue"]}
    assert found["prompt"] == "é"
    said = annotate(
        disk.base, image, AnnotationChange(pinned=False, rating=0, remove_tags=("sea",))
    )
    assert said == Annotations(False, 0, ("blue",))
    assert sorted(each.name for each in path.parent.iterdir()) == [path.stem + ".json", path.name]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    "more", ['"big": 123456789012345678901234567890, "f": 1.10', '"n": NaN', '"s": "\\ud800"']
)
def test_everything_else_stays_in_its_order(indent, more):
    found = {"z": [1, {"a": "ü\n"}], "a": None, "contact_sheet": {"source": {"b": 1}, "rating": 2}}
    text = json.dumps(found, indent=indent)[:-1].rstrip() + f", {more}}}"
    data, said = annotated(text.encode(), PIN)
    assert said == Annotations(True, 2, ())
    after = json.loads(data)
    expected = json.loads(text)
    assert list(after) == list(expected)
    assert list(after["contact_sheet"]) == ["source", "rating", "pinned", "tags"]
    del after["contact_sheet"], expected["contact_sheet"]
    assert repr(after) == repr(expected)
    if "big" in more:
        assert b"123456789012345678901234567890" in data
        assert b"1.10" in data


def test_a_file_as_servers_write_it_differs_in_our_lines_only(disk):
    found = {"image_id": "x", "parameters": {"size": "1x1", "list": [1, 2]}, "prompt": "a"}
    text = json.dumps(found, indent=2)
    data, _ = annotated(text.encode(), PIN)
    assert data.decode().startswith(text[:-2] + ',\n  "contact_sheet": {\n    "pinned": true')
    assert data == json.dumps(json.loads(data), indent=2).encode()


def test_nothing_is_written_where_nothing_changes(disk):
    path = disk.dated(NOW, 1)
    before = path.with_suffix(".json").stat()
    annotate(disk.base, inside(disk, path), AnnotationChange(pinned=False, rating=0))
    after = path.with_suffix(".json").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[1]", b"\xff", b"[" * 100_000, b'{"contact_sheet": "proof.png"}']
)
def test_what_is_no_sidecar_of_ours_to_change_stays(disk, data):
    path = disk.dated(NOW, 1)
    path.with_suffix(".json").write_bytes(data)
    with pytest.raises(SidecarError, match=path.stem):
        annotate(disk.base, inside(disk, path), PIN)
    assert path.with_suffix(".json").read_bytes() == data
    assert len(list(path.parent.iterdir())) == 2


def test_a_sidecar_is_made_where_there_is_none(disk):
    dated = disk.dated(NOW, 1, "jpg")
    dated.with_suffix(".json").unlink()
    flat = disk.flat("cat")
    disk.flat_sidecar("cat").unlink()
    os.utime(flat, (1_000_000_000, 1_000_000_000))
    annotate(disk.base, inside(disk, dated), PIN)
    annotate(disk.base, inside(disk, flat), PIN)
    found = json.loads(dated.with_suffix(".json").read_bytes())
    assert found["image_id"] == dated.stem
    assert found["created_at"] == NOW.isoformat()
    assert found["file_info"]["filename"] == dated.name
    assert found["file_info"]["format"] == "JPEG"
    assert found["file_info"]["size_bytes"] == dated.stat().st_size
    found = json.loads(disk.flat_sidecar("cat").read_bytes())
    assert found["created_at"] == datetime.fromtimestamp(1_000_000_000).isoformat()
    assert (found["file_size"], found["format"]) == (50, "png")
    assert not flat.with_suffix(".json").exists()


def test_the_sidecar_keeps_its_permissions(disk):
    path = disk.dated(NOW, 1)
    path.with_suffix(".json").chmod(0o640)
    annotate(disk.base, inside(disk, path), PIN)
    assert path.with_suffix(".json").stat().st_mode & 0o777 == 0o640


def test_an_image_that_is_gone_gets_no_sidecar(disk):
    with pytest.raises(ImageNotFound):
        annotate(disk.base, "images/2026/11/20/none.png", PIN)
    path = disk.dated(NOW, 1)
    path.unlink()
    path.with_suffix(".json").unlink()
    with pytest.raises(ImageNotFound):
        annotate(disk.base, inside(disk, path), PIN)
    assert list(path.parent.iterdir()) == []


def test_a_sidecar_that_is_a_link_is_not_written_through(disk, tmp_path):
    path = disk.dated(NOW, 1)
    path.with_suffix(".json").unlink()
    outside = tmp_path / "outside.json"
    outside.write_text("{}")
    path.with_suffix(".json").symlink_to(outside)
    with pytest.raises(SidecarError):
        annotate(disk.base, inside(disk, path), PIN)
    assert outside.read_text() == "{}"


@pytest.mark.parametrize("rating", [-1, 6, True, 4.0, "4"])
def test_a_rating_is_0_to_5(rating):
    with pytest.raises(ValueError, match="0 to 5"):
        AnnotationChange(rating=rating)


_WRITER = """
import sys, time
from pathlib import Path
from core import durable
from core.annotations import AnnotationChange, annotate
base, image, who = sys.argv[1:]
name_file, writing = durable.name_file, durable.writing
def slowly(*args):
    time.sleep(0.01)  # after the last look, so that only the lock can help
    name_file(*args)
def slow_writing(*args, unchanged=None, **options):
    def wait():
        same = unchanged()
        time.sleep(0.01)
        return same
    return writing(*args, unchanged=unchanged and wait, **options)
durable.name_file, durable.writing = slowly, slow_writing
for n in range(10):
    change = AnnotationChange(pinned=True) if who == "pin" else AnnotationChange(rating=n % 5 + 1)
    annotate(Path(base), image, change)
    annotate(Path(base), image, AnnotationChange(add_tags=(f"{who}{n}",)))
"""


@pytest.mark.parametrize("with_sidecar", [True, False])
def test_no_change_of_two_processes_is_lost(disk, with_sidecar):
    path = disk.dated(NOW, 1, prompt="stays")
    if not with_sidecar:
        path.with_suffix(".json").unlink()
    command = [sys.executable, "-c", _WRITER, str(disk.base), inside(disk, path)]
    writers = [subprocess.Popen([*command, who]) for who in ("pin", "rate")]
    assert [writer.wait() for writer in writers] == [0, 0]
    fields = sidecar.parse(path.with_suffix(".json").read_bytes())
    assert fields.pinned
    assert fields.rating == 5
    assert set(fields.tags) == {f"{who}{n}" for who in ("pin", "rate") for n in range(10)}
    assert fields.prompt == ("stays" if with_sidecar else "")


def test_a_change_of_another_program_before_the_last_look_is_kept(disk, monkeypatch):
    path = disk.dated(NOW, 1, prompt="old")
    beside = path.with_suffix(".json")
    writing = durable.writing
    edits = iter(["one", "two"])

    def interfere(*args, **kwargs):
        if edit := next(edits, None):
            found = json.loads(beside.read_bytes())
            beside.write_text(json.dumps({**found, edit: 1}))
        return writing(*args, **kwargs)

    monkeypatch.setattr(durable, "writing", interfere)
    annotate(disk.base, inside(disk, path), PIN)
    found = json.loads(beside.read_bytes())
    assert (found["one"], found["two"], found["contact_sheet"]["pinned"]) == (1, 1, True)


def test_an_edit_that_the_files_size_and_time_do_not_show_is_kept(disk, monkeypatch):
    path = disk.dated(NOW, 1, prompt="old")
    beside = path.with_suffix(".json")
    writing = durable.writing

    def interfere(*args, **kwargs):
        found = beside.stat()
        beside.write_bytes(beside.read_bytes().replace(b'"old"', b'"new"'))
        os.utime(beside, ns=(found.st_atime_ns, found.st_mtime_ns))
        return writing(*args, **kwargs)

    monkeypatch.setattr(durable, "writing", interfere)
    annotate(disk.base, inside(disk, path), PIN)
    assert json.loads(beside.read_bytes())["prompt"] == "new"


def test_of_several_each_is_annotated_or_says_why_not(disk):
    paths = [disk.dated(NOW, n) for n in range(20)]
    twin = paths[0].with_suffix(".gif")
    twin.write_bytes(b"of the same sidecar")
    paths[1].unlink()
    paths[2].with_suffix(".json").write_text("[]")
    paths[3].with_suffix(".json").unlink()
    change = AnnotationChange(pinned=True)
    outcomes = annotate_all(disk.base, [inside(disk, path) for path in [*paths, twin]], change)
    assert [type(outcome) for outcome in outcomes[:4]] == [
        Annotations,
        ImageNotFound,
        SidecarError,
        Annotations,
    ]
    assert outcomes[4:] == [Annotations(pinned=True)] * 17
    for path in [*paths[3:], twin]:
        assert sidecar.parse(path.with_suffix(".json").read_bytes()).pinned


def test_a_crash_while_several_are_annotated_leaves_the_old_or_the_new(disk):
    paths = [disk.dated(NOW, n) for n in range(2)]
    (disk.base / "contact-sheet").mkdir()
    old = [path.with_suffix(".json").read_bytes() for path in paths]
    model = Disk(disk.base)
    with traced(disk.base) as calls:
        annotate_all(disk.base, [inside(disk, path) for path in paths], PIN)
    new = [path.with_suffix(".json").read_bytes() for path in paths]
    for step, tree in crashes(model, calls):
        for n, path in enumerate(paths):
            data = dict(tree)[inside(disk, path.with_suffix(".json"))]
            assert data in ({new[n]} if step == len(calls) else {old[n], new[n]})


_tags = st.lists(st.text(max_size=4), max_size=5).map(tuple)
_changes = st.builds(
    AnnotationChange,
    pinned=st.none() | st.booleans(),
    rating=st.none() | st.integers(0, 5),
    tags=st.none() | _tags,
    add_tags=_tags,
    remove_tags=_tags,
)


@given(changes=st.lists(_changes, max_size=5))
@settings(max_examples=50, deadline=None)
def test_bytes_say_what_the_changes_make_of_it(changes):
    data, said = b'{"prompt": "p"}', Annotations()
    for change in changes:
        said = changed_annotations(said, change)
        data, told = annotated(data, change)
        fields = sidecar.parse(data)
        assert told == said == Annotations(fields.pinned, fields.rating, fields.tags)
    assert fields.prompt == "p" if changes else True
