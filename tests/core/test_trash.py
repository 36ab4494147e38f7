import json
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.annotations import AnnotationChange, annotate
from core.errors import ImageNotFound, RestoreConflict, SidecarError, StoreNotFound
from core.sidecar import LARGEST_SIDECAR
from core.trash import Trash
from tests.core.disk_store import DiskStore
from tests.core.disks import as_nobody

NOW = datetime(2026, 11, 20, 18)
LATER = datetime(2026, 11, 23, 9, 30, 0, 5)
SHA = "ab" * 32


@pytest.fixture
def disk(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "store")


@pytest.fixture
def trash(disk: DiskStore) -> Trash:
    return Trash(disk.base)


def inside(disk: DiskStore, path: Path) -> str:
    return path.relative_to(disk.base).as_posix()


def sidecar_of(disk: DiskStore, path: Path) -> Path:
    flat = path.parent.name == "images"
    return disk.flat_sidecar(path.stem) if flat else path.with_suffix(".json")


def throw(disk: DiskStore, path: Path, reason: str = "deleted", now: datetime = LATER):
    sidecar = sidecar_of(disk, path)
    given_sidecar = inside(disk, sidecar) if sidecar.exists() else None
    return Trash(disk.base).move(inside(disk, path), given_sidecar, reason, now)


def snapshot(base: Path) -> dict[str, bytes]:
    """Every file of a store, but for the lock."""
    return {
        path.relative_to(base).as_posix(): path.read_bytes()
        for path in base.rglob("*")
        if path.is_file() and path.name != "lock"
    }


@pytest.mark.parametrize("layout", ["dated", "flat"])
def test_into_the_trash_and_back_byte_for_byte(disk, trash, layout):
    path = (
        disk.dated(NOW, 7, "JPG", prompt="é")
        if layout == "dated"
        else disk.flat("cat", contact_sheet={"sha256": SHA.upper()})
    )
    os.utime(path, (1_000_000_000, 1_000_000_000))
    before = snapshot(disk.base)
    receipt = throw(disk, path, "because")
    assert not path.exists()
    assert not sidecar_of(disk, path).exists()
    assert trash.list() == [receipt]
    assert receipt.path == inside(disk, path)
    assert receipt.image_id == path.stem
    assert receipt.sidecar_path == inside(disk, sidecar_of(disk, path))
    assert (receipt.reason, receipt.trashed_at, receipt.problem) == ("because", LATER, None)
    assert receipt.sha256 == (None if layout == "dated" else SHA)
    kept = disk.base / receipt.trashed_path
    assert kept.parent == disk.base / "contact-sheet/trash/2026-11-23"
    assert kept.read_bytes() == before[receipt.path]
    assert kept.with_suffix(".json").read_bytes() == before[receipt.sidecar_path]
    assert receipt.total_bytes == len(before[receipt.path]) + len(before[receipt.sidecar_path])
    assert trash.sweep() == []
    assert trash.restore(receipt.token) == receipt
    assert snapshot(disk.base) == before
    assert path.stat().st_mtime == 1_000_000_000
    assert trash.list() == []
    with pytest.raises(ImageNotFound):
        trash.restore(receipt.token)
    trash.sweep()
    assert list((disk.base / "contact-sheet/trash").iterdir()) == []


def test_an_image_without_a_sidecar(disk, trash):
    path = disk.dated(NOW, 1)
    path.with_suffix(".json").unlink()
    receipt = trash.move(inside(disk, path), inside(disk, path.with_suffix(".json")), "", LATER)
    assert receipt.sidecar_path is None
    trash.restore(receipt.token)
    assert path.exists()
    assert not path.with_suffix(".json").exists()


def test_two_of_one_id_lie_side_by_side(disk, trash):
    first = throw(disk, disk.dated(NOW, 1))
    second = throw(disk, disk.dated(NOW, 1, prompt="again"), now=LATER + timedelta(seconds=1))
    assert [each.token for each in trash.list()] == [second.token, first.token]
    trash.restore(second.token)
    with pytest.raises(RestoreConflict):
        trash.restore(first.token)


@pytest.mark.parametrize("taken", ["image", "sidecar", "link"])
def test_what_stands_in_its_place_stays(disk, trash, taken, tmp_path):
    path = disk.dated(NOW, 1)
    receipt = throw(disk, path)
    if taken == "link":
        path.with_suffix(".json").symlink_to(tmp_path / "outside.json")
    else:
        (path if taken == "image" else path.with_suffix(".json")).write_bytes(b"other")
    before = snapshot(disk.base)
    touched = (disk.base / receipt.trashed_path).stat().st_ctime_ns
    with pytest.raises(RestoreConflict, match=path.stem) as caught:
        trash.restore(receipt.token)
    if taken == "sidecar":  # the image did not even move there and back
        assert (disk.base / receipt.trashed_path).stat().st_ctime_ns == touched
    assert isinstance(caught.value, FileExistsError)
    assert snapshot(disk.base) == before
    assert trash.list() == [receipt]
    assert trash.sweep() == []
    (path.with_suffix(".json") if taken != "image" else path).unlink()
    trash.restore(receipt.token)


@pytest.mark.parametrize("extension", [".jpg", ".JPG"])
def test_a_sidecar_of_two_images_serves_both(disk, trash, extension):
    path = disk.dated(NOW, 1)
    twin = path.with_suffix(extension)
    twin.write_bytes(b"twin")
    before = snapshot(disk.base)
    receipt = throw(disk, path)
    assert path.with_suffix(".json").read_bytes() == before[receipt.sidecar_path]
    assert receipt.sidecar_bytes == len(before[receipt.sidecar_path])
    annotate(disk.base, inside(disk, twin), AnnotationChange(pinned=True))
    annotated = path.with_suffix(".json").read_bytes()
    trash.restore(receipt.token)
    assert path.with_suffix(".json").read_bytes() == annotated
    assert trash.list() == []
    receipt = throw(disk, path)
    throw(disk, twin)
    assert not path.with_suffix(".json").exists()
    trash.restore(receipt.token)
    assert path.with_suffix(".json").read_bytes() == annotated


def test_of_several_each_goes_and_comes_back_or_says_why_not(disk, trash):
    paths = [disk.dated(NOW, n) for n in range(20)]
    twin = paths[0].with_suffix(".gif")
    twin.write_bytes(b"of the same sidecar")
    flat = disk.base / "images" / paths[0].name  # of the same id
    flat.write_bytes(b"flat")
    paths[1].unlink()
    before = snapshot(disk.base)
    given = [inside(disk, path) for path in [paths[0], twin, flat, *paths[1:], paths[5]]]
    moved = trash.move_all(given, "r", LATER)
    gone = [n for n, outcome in enumerate(moved) if isinstance(outcome, ImageNotFound)]
    assert gone == [3, 22]  # the one that was not there, and the one that was given twice
    tokens = [outcome.token for n, outcome in enumerate(moved) if n not in gone]
    assert {receipt.token for receipt in trash.list()} == set(tokens)
    assert list((disk.base / "images").rglob("*.png")) == []
    paths[7].write_bytes(b"another")
    back = trash.restore_all([tokens[4], *reversed(tokens)])
    assert [type(outcome) for outcome in back].count(ImageNotFound) == 1
    assert [type(outcome) for outcome in back].count(RestoreConflict) == 1
    (left,) = trash.list()
    paths[7].unlink()
    trash.restore(left.token)
    assert snapshot(disk.base) == before


def test_only_images_of_the_store_go_in(disk, trash, tmp_path):
    (tmp_path / "secret.png").write_bytes(b"secret")
    path = disk.dated(NOW, 1)
    image = inside(disk, path)
    for bad in (
        "../secret.png",
        str(tmp_path / "secret.png"),
        "images/../../secret.png",
        "images/a.json",
        "metadata/a.png",
        "images/2026/13/01/a.png",
        "a.png",
        "",
    ):
        with pytest.raises(ValueError, match="is not where"):
            trash.move(bad, None, "", LATER)
    with pytest.raises(ValueError, match="is not where"):
        trash.move(image, "metadata/other.json", "", LATER)
    path.unlink()
    path.symlink_to(tmp_path / "secret.png")
    with pytest.raises(ImageNotFound):
        trash.move(image, None, "", LATER)
    with pytest.raises(ImageNotFound):
        trash.move("images/2026/11/20/none.png", None, "", LATER)
    assert path.is_symlink()
    assert trash.list() == []
    for token in ("", "x", "../x", "2026-11-23/../x", "2026-11-23/none", "2026-11-23/a\0"):
        with pytest.raises(ImageNotFound):
            trash.restore(token)
        assert not trash.remove(token)


def test_a_store_that_is_gone(tmp_path):
    for call in (Trash(tmp_path / "no").list, Trash(tmp_path / "no").sweep):
        with pytest.raises(StoreNotFound):
            call()


def test_removing_frees_the_space(disk, trash):
    kept, gone = throw(disk, disk.dated(NOW, 1)), throw(disk, disk.dated(NOW, 2))
    assert trash.remove(gone.token)
    assert not trash.remove(gone.token)
    assert trash.list() == [kept]
    assert len([each for each in snapshot(disk.base) if "trash" in each]) == 3


def test_emptying_goes_on_after_an_error():
    with tempfile.TemporaryDirectory() as folder:
        disk = DiskStore(Path(folder) / "store")
        trash = Trash(disk.base)
        receipts = [
            throw(disk, disk.dated(NOW, n), now=LATER + timedelta(days=n)) for n in range(3)
        ]
        locked = (disk.base / receipts[1].trashed_path).parent
        locked.chmod(0o555)
        with as_nobody(Path(folder)):
            remained = trash.empty()
        assert [each.receipt for each in remained] == [receipts[1]]
        assert "cannot be written: Permission denied" in remained[0].problem
        assert trash.list() == [receipts[1]]
        locked.chmod(0o755)
        assert trash.empty() == []
        assert trash.list() == []


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"image": "images/x.png"}',
        "missing",
        "image out",
        "sidecar out",
    ],
)
def test_without_a_usable_receipt_the_name_tells_enough(disk, trash, damage):
    path = disk.dated(NOW, 1)
    before = snapshot(disk.base)
    receipt = throw(disk, path)
    file = (disk.base / receipt.trashed_path).with_suffix(".receipt")
    if damage == "missing":
        file.unlink()
    elif damage == "image out":
        found = json.loads(file.read_bytes())
        file.write_text(json.dumps(found | {"image": "images/../../evil.png", "sidecar": None}))
    elif damage == "sidecar out":
        found = json.loads(file.read_bytes())
        file.write_text(json.dumps(found | {"sidecar": "contact-sheet/settings.json"}))
    else:
        file.write_bytes(damage)
    assert trash.sweep() == []
    (listed,) = trash.list()
    assert listed.token == receipt.token
    assert listed.path == receipt.path
    assert listed.sidecar_path == receipt.sidecar_path
    assert listed.total_bytes == receipt.total_bytes
    assert "receipt" in listed.problem
    trash.restore(receipt.token)
    assert snapshot(disk.base) == before
    assert trash.list() == []


def test_foreign_files_in_the_trash_are_left_alone(disk, trash):
    receipt = throw(disk, disk.dated(NOW, 1))
    day = (disk.base / receipt.trashed_path).parent
    (day / "notes.txt").write_text("mine")
    (day / ".hidden.png").write_text("")
    (day.parent / "holiday").mkdir()
    (day.parent / "2026-99-99").mkdir()
    (day.parent / "2026-11-01").symlink_to(disk.base / "images")
    assert trash.list() == [receipt]
    trash.empty()
    assert trash.sweep() == []
    assert sorted(each.name for each in day.iterdir()) == [".hidden.png", "notes.txt"]


@pytest.mark.parametrize("torn", [False, True])
def test_an_image_deleted_from_the_trash_leaves_a_sidecar_to_remove(disk, trash, torn):
    receipt = throw(disk, disk.dated(NOW, 1))
    (disk.base / receipt.trashed_path).unlink()
    if torn:
        (disk.base / receipt.trashed_path).with_suffix(".receipt").write_bytes(b"{")
    assert trash.sweep() == []
    (left,) = trash.list()
    assert left.token == receipt.token
    assert "gone" in left.problem
    with pytest.raises(ImageNotFound):
        trash.restore(left.token)
    assert trash.remove(left.token)
    assert trash.list() == []


@pytest.mark.parametrize("receipt_too", [True, False])
def test_what_a_backup_links_to_is_whole_in_the_trash(disk, trash, tmp_path, receipt_too):
    receipt = throw(disk, disk.dated(NOW, 1))
    trashed = disk.base / receipt.trashed_path
    os.link(trashed, tmp_path / "backup.png")
    if not receipt_too:
        trashed.with_suffix(".receipt").unlink()
    before = snapshot(disk.base)
    assert trash.sweep() == []
    assert snapshot(disk.base) == before
    assert [each.token for each in trash.list()] == [receipt.token]
    assert trash.restore(receipt.token).path == receipt.path


@pytest.mark.parametrize("there", [b"", None])
def test_a_shared_sidecar_that_is_unusable_or_gone_parts_nothing(disk, trash, there):
    path = disk.dated(NOW, 1)
    path.with_suffix(".gif").write_bytes(b"twin")
    receipt = throw(disk, path)
    beside = path.with_suffix(".json")
    beside.unlink()
    if there is not None:
        beside.mkdir()
        with pytest.raises(RestoreConflict):
            trash.restore(receipt.token)
        beside.rmdir()
    trash.restore(receipt.token)
    assert beside.is_file()


def test_a_shared_sidecar_that_cannot_be_copied_leaves_nothing_in_the_trash(disk, trash):
    path = disk.dated(NOW, 1)
    path.with_suffix(".gif").write_bytes(b"twin")
    with path.with_suffix(".json").open("ab") as sidecar:
        sidecar.truncate(LARGEST_SIDECAR + 1)
    before = set(snapshot(disk.base))
    with pytest.raises(SidecarError, match="larger"):
        throw(disk, path)
    assert set(snapshot(disk.base)) == before


def test_a_sidecar_deleted_from_the_trash_is_told(disk, trash):
    path = disk.dated(NOW, 1)
    receipt = throw(disk, path)
    (disk.base / receipt.trashed_path).with_suffix(".json").unlink()
    assert trash.sweep() == []
    (left,) = trash.list()
    assert (left.sidecar_path, left.problem) == (None, "Its sidecar is gone from the trash.")
    trash.restore(left.token)
    assert path.exists()
    assert not path.with_suffix(".json").exists()


# What a process that ends in the middle leaves

_ENDING = """
import os, sys
from datetime import datetime
from pathlib import Path
from core.trash import Trash
base, what, image, sidecar, token, steps = sys.argv[1:]
trash = Trash(Path(base))
left = int(steps)
def step(event, args):
    global left
    writes = event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR)
    if writes or event in ("os.link", "os.rename", "os.remove", "os.mkdir", "os.rmdir"):
        left -= 1
        if left < 0:
            os._exit(9)
sys.addaudithook(step)
if what == "move":
    trash.move(image, sidecar or None, "r", datetime(2026, 11, 23))
elif what == "restore":
    trash.restore(token)
else:
    trash.remove(token)
"""


def end_after(base: Path, what: str, image="", sidecar="", token="", steps: int = 0) -> bool:
    """Let a process do one thing, but end after so many changes to the disk."""
    arguments = [str(base), what, image, sidecar, token, str(steps)]
    done = subprocess.run([sys.executable, "-c", _ENDING, *arguments], check=False)
    assert done.returncode in (0, 9)
    return done.returncode == 9


@pytest.mark.parametrize("layout", ["dated", "flat", "shared"])
@pytest.mark.parametrize("what", ["move", "restore"])
def test_every_prefix_of_a_move_is_made_whole(tmp_path, what, layout):
    ends = set()
    for steps in range(100):
        disk = DiskStore(tmp_path / f"{steps}")
        path = disk.flat("cat", prompt="p") if layout == "flat" else disk.dated(NOW, 1)
        if layout == "shared":
            path.with_suffix(".gif").write_bytes(b"twin")
        image, sidecar = inside(disk, path), inside(disk, sidecar_of(disk, path))
        before = snapshot(disk.base)
        token = throw(disk, path).token if what == "restore" else ""
        ended = end_after(disk.base, what, image, sidecar, token, steps)
        trash = Trash(disk.base)
        for each in trash.list():  # nothing torn is shown, not even before
            assert each.problem is None
        assert trash.sweep() == []
        in_trash = trash.list()
        after = {
            name: data
            for name, data in snapshot(disk.base).items()
            if "trash" not in name and not name.endswith(".tmp")
        }
        if in_trash:
            assert image not in after
            assert (sidecar in after) == (layout == "shared")
            trash.restore(in_trash[0].token)
            after = {n: d for n, d in snapshot(disk.base).items() if not n.endswith(".tmp")}
        assert after == before
        ends.add(bool(in_trash))
        if not ended:
            break
    assert steps > 6
    assert ends == {True, False}


def test_every_prefix_of_a_removal_can_be_removed(tmp_path):
    for steps in range(100):
        disk = DiskStore(tmp_path / f"{steps}")
        receipt = throw(disk, disk.dated(NOW, 1))
        ended = end_after(disk.base, "remove", token=receipt.token, steps=steps)
        trash = Trash(disk.base)
        trash.sweep()
        trash.empty()
        assert snapshot(disk.base) == {}
        if not ended:
            break
    assert steps >= 3


def test_a_half_made_move_of_one_file_is_not_removed_with_its_other_half(disk, trash):
    path = disk.dated(NOW, 1)
    before = snapshot(disk.base)
    receipt = throw(disk, path)
    os.link(disk.base / receipt.trashed_path, path)  # what a crash in restore leaves
    assert not trash.remove(receipt.token)
    assert snapshot(disk.base) == before


_LOOP = """
import sys
from datetime import datetime
from pathlib import Path
from core.trash import Trash
trash = Trash(Path(sys.argv[1]))
print(flush=True)
while True:
    for each in trash.list():
        trash.restore(each.token)
    for path in sorted(Path(sys.argv[1]).glob("images/2026/*/*/*.png")):
        image = path.relative_to(sys.argv[1]).as_posix()
        trash.move(image, image[:-3] + "json", "r", datetime(2026, 11, 23))
"""


def test_killed_at_any_moment_nothing_is_lost(disk, trash):
    for n in range(3):
        disk.dated(NOW, n, prompt=f"p{n}")
    before = snapshot(disk.base)
    rng = random.Random(4)
    seen = set()
    for _ in range(12):
        command = [sys.executable, "-c", _LOOP, str(disk.base)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()  # it has begun
            time.sleep(rng.random() / 10)
            process.kill()
        assert trash.sweep() == []
        seen.add(len(trash.list()))
        for each in trash.list():
            assert each.problem is None
            trash.restore(each.token)
        after = snapshot(disk.base)
        assert {name: data for name, data in after.items() if not name.endswith(".tmp")} == before
    assert len(seen) > 1


def test_processes_share_one_trash(disk, trash):
    paths = [disk.dated(NOW, n) for n in range(12)]
    before = snapshot(disk.base)
    script = (
        "import sys; from datetime import datetime; from pathlib import Path\n"
        "from core.errors import ImageNotFound; from core.trash import Trash\n"
        "trash = Trash(Path(sys.argv[1]))\n"
        "for image in sys.argv[2:]:\n"
        "    try: trash.move(image, image[:-3] + 'json', 'r', datetime(2026, 11, 23))\n"
        "    except ImageNotFound: pass\n"
        "    assert trash.sweep() == []\n"
    )
    images = [inside(disk, path) for path in paths]
    movers = [
        subprocess.Popen([sys.executable, "-c", script, str(disk.base), *images]) for _ in range(2)
    ]
    assert [mover.wait() for mover in movers] == [0, 0]
    assert sorted(each.path for each in trash.list()) == sorted(images)
    assert all(each.problem is None and each.sidecar_path for each in trash.list())
    for each in trash.list():
        trash.restore(each.token)
    assert snapshot(disk.base) == before


# A simple model

_names = st.sampled_from(["a", "b", "c"])
_steps = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "save",
                "save",
                "move",
                "move",
                "restore",
                "restore",
                "remove",
                "delete",
                "delete trashed",
                "sweep",
                "empty",
            ]
        ),
        _names,
        st.integers(0, 5),
        st.booleans(),
        st.booleans(),
    ),
    max_size=25,
)


@given(steps=_steps)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_sequence_agrees_with_a_simple_model(tmp_path_factory, steps):
    disk = DiskStore(tmp_path_factory.mktemp("model") / "store")
    trash = Trash(disk.base)
    store: dict[Path, tuple[bytes, bytes | None]] = {}
    thrown: dict[str, tuple[Path, bytes | None, bytes | None]] = {}
    for n, (what, name, choice, flat, described) in enumerate(steps):
        day = disk.base / "images/2026/11/20"
        path = (disk.base / "images" if flat else day) / f"{name}.png"
        token = sorted(thrown)[choice % len(thrown)] if thrown else "2026-11-23/none"
        if what == "save" and path not in store:
            data = b"i%d" % n
            note = b'{"n": %d}' % n if described else None
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            if note:
                sidecar_of(disk, path).write_bytes(note)
            store[path] = data, note
        elif what == "move" and path in store:
            thrown[throw(disk, path).token] = path, *store.pop(path)
        elif what == "restore":
            was = thrown.get(token)
            if was is None or was[1] is None:
                with pytest.raises(ImageNotFound):
                    trash.restore(token)
            elif was[0] in store:
                with pytest.raises(RestoreConflict):
                    trash.restore(token)
            else:
                trash.restore(token)
                store[was[0]] = thrown.pop(token)[1:]
        elif what == "remove":
            assert trash.remove(token) == (thrown.pop(token, None) is not None)
        elif what == "delete" and path in store:
            path.unlink()
            sidecar_of(disk, path).unlink(missing_ok=True)
            del store[path]
        elif what == "delete trashed" and thrown and thrown[token][1] is not None:
            (place, _, note) = thrown[token]
            (disk.base / "contact-sheet/trash" / f"{token}.png").unlink()
            thrown[token] = place, None, note
            trash.sweep()
            if note is None:
                del thrown[token]
        elif what == "sweep":
            assert trash.sweep() == []
        elif what == "empty":
            assert trash.empty() == []
            thrown.clear()
        listed = {each.token: (each.size_bytes, each.sidecar_bytes) for each in trash.list()}
        assert listed == {
            token: (len(data or b""), len(note or b"")) for token, (_, data, note) in thrown.items()
        }
        expected = {}
        for path, (data, note) in store.items():
            expected[inside(disk, path)] = data
            if note:
                expected[inside(disk, sidecar_of(disk, path))] = note
        found = snapshot(disk.base)
        assert {name: data for name, data in found.items() if "trash" not in name} == expected
