import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unicodedata
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import psutil
import pytest

from core import files
from core.catalog import Catalog, open_catalog
from core.errors import StoreNotFound, StoreUnreadable
from core.presence import look_at_place
from core.scan_helpers import Helpers
from core.scan_messages import Changed, Finished, Problem, Progress, decode_message
from core.scanner import scan_job
from core.spot_check import spot_check
from core.survey import changed_folders
from tests.core.disk_store import DiskStore, truth
from tests.core.disks import failing, needs_fuse, tiny_disk

NOW = datetime(2026, 11, 20, 18)


class Scanned:
    """A store with its catalogue."""

    def __init__(self, disk: DiskStore, cache: Path) -> None:
        self.disk = disk
        self.base = disk.base
        self.catalog_path = cache / "catalog.db"
        self.catalog = open_catalog(self.catalog_path, disk.base)

    def scan(self, *, full: bool = False) -> list[object]:
        raw = scan_job(str(self.base), str(self.catalog_path), full)
        return [decode_message(msgspec.msgpack.decode(msgspec.msgpack.encode(m))) for m in raw]

    def known(self) -> dict[str, tuple[object, ...]]:
        """What the catalogue holds, in the words of ``truth``."""
        found = {}
        for record in self.catalog.newest():
            side = self.base / record.sidecar_path if record.sidecar_path else None
            found[record.path] = (
                record.image_id,
                record.day,
                record.created_us,
                record.size_bytes,
                record.modified_ns,
                record.sidecar_path,
                side.stat().st_size if side else 0,
                record.prompt,
            )
        return found

    def orphans(self) -> set[Path]:
        """The orphan sidecars the catalogue knows, each as it is on the disk."""
        found = self.catalog.orphans()
        for each in found:
            stat = (self.base / each.path).stat()
            assert (each.size_bytes, each.modified_ns) == (stat.st_size, stat.st_mtime_ns)
        return {self.base / each.path for each in found}

    def settle(self) -> None:
        """Make every folder look as if nothing was done in it for a while, then scan."""
        old = time.time_ns() - 60 * 10**9
        for folder in [self.base / "images", *self.base.glob("images/**/"), self.base / "metadata"]:
            os.utime(folder, ns=(old, old))
        self.scan()


@pytest.fixture
def store(tmp_path: Path):
    disk = DiskStore(tmp_path / "store")
    for n in range(40):
        disk.dated(NOW - timedelta(hours=7 * n), n, ["png", "jpeg", "webp"][n % 3], prompt=f"p{n}")
    for n in range(10):
        moment = NOW - timedelta(days=n)
        disk.flat(f"flat{n}", created_at=moment.isoformat(), prompt=f"f{n}")
    (tmp_path / "cache").mkdir()
    scanned = Scanned(disk, tmp_path / "cache")
    yield scanned
    scanned.catalog.close()


def problems(messages: list[object]) -> list[str]:
    return [message.text for message in messages if isinstance(message, Problem)]


def changed(messages: list[object]) -> set[int]:
    days = [message.days for message in messages if isinstance(message, Changed)]
    return set().union(*days)


def test_a_first_scan_finds_all_of_both_layouts(store):
    messages = store.scan()
    assert store.known() == truth(store.base)
    assert len(store.known()) == 50
    assert changed(messages) == {entry[1] for entry in store.known().values()}
    assert messages[-1] == Finished()
    assert messages[-2] == Progress(50, 50)
    assert problems(messages) == []


def test_a_second_scan_of_the_same_finds_nothing(store):
    store.scan()
    store.settle()
    assert changed_folders(store.base, store.catalog.folder_states()) == 0
    assert changed(store.scan()) == set()
    assert changed(store.scan(full=True)) == set()


def test_a_folder_touched_just_now_is_looked_at_again(store):
    store.scan()
    assert changed_folders(store.base, store.catalog.folder_states()) > 0


def test_an_unchanged_folder_is_not_listed(store):
    store.scan()
    path = store.disk.dated(NOW, 77)
    store.settle()
    path.write_bytes(b"longer than it was" * 100)
    path.with_suffix(".json").write_text('{"prompt": "edited in place"}')
    assert changed(store.scan()) == set()
    assert changed(store.scan(full=True)) == {NOW.toordinal()}
    assert store.catalog.find(path.stem)[0].prompt == "edited in place"


def test_only_the_changed_image_is_told(store):
    store.scan()
    path = store.disk.dated(NOW, 0, prompt="another")
    (record,) = store.catalog.find(path.stem)
    messages = store.scan(full=True)
    keys = [message.keys for message in messages if isinstance(message, Changed)]
    assert keys == [frozenset({record.key})]
    assert store.catalog.find(path.stem)[0].key == record.key
    assert store.catalog.find(path.stem)[0].prompt == "another"


def test_new_deleted_and_renamed_files_and_folders(store):
    store.scan()
    new = store.disk.dated(NOW + timedelta(days=400), 500)
    gone = store.disk.dated(NOW, 0)
    gone.unlink()
    renamed = store.disk.dated(NOW - timedelta(hours=7), 1, "jpeg")
    renamed.rename(renamed.with_name("renamed.jpeg"))
    (store.base / "metadata" / "flat1.json").unlink()
    (store.base / "images" / "flat2.png").unlink()
    shutil.rmtree(store.base / "images/2026/11/15")
    day = date(2026, 11, 12)
    (store.base / "images/2026/11/12").rename(store.base / "images/2025_11_12")
    messages = store.scan()
    assert store.known() == truth(store.base)
    assert new.stem in {entry[0] for entry in store.known().values()}
    assert day.toordinal() in changed(messages)
    assert (
        store.catalog.folder_states().keys() & {"images/2026/11/15", "images/2026/11/12"} == set()
    )
    store.settle()
    assert changed_folders(store.base, store.catalog.folder_states()) == 0


def test_a_whole_year_goes_and_another_comes(store):
    store.disk.dated(datetime(2019, 1, 2), 1)
    store.scan()
    store.settle()
    shutil.rmtree(store.base / "images/2026")
    store.disk.dated(datetime(2020, 1, 2), 1)
    store.scan()
    assert store.known() == truth(store.base)
    assert len(store.known()) == 12


def test_an_empty_year_folder_fills_later(store):
    (store.base / "images" / "2027").mkdir()
    store.scan()
    store.settle()
    store.disk.dated(datetime(2027, 3, 4), 9)
    assert changed_folders(store.base, store.catalog.folder_states()) == 1
    store.scan()
    assert store.known() == truth(store.base)


def test_sidecars_that_come_go_and_move(store):
    a = store.disk.dated(NOW, 900, prompt="beside")
    b = store.disk.dated(NOW, 901, prompt="moved")
    b.with_suffix(".json").rename(store.disk.flat_sidecar(b.stem))
    c = store.disk.dated(NOW, 902)
    c.with_suffix(".json").unlink()
    store.scan()
    assert store.known() == truth(store.base)
    assert store.catalog.find(b.stem)[0].sidecar_path == f"metadata/{b.stem}.json"
    assert store.catalog.find(c.stem)[0].sidecar_path is None
    assert store.catalog.totals().without_sidecar == 1
    a.with_suffix(".json").unlink()
    c.with_suffix(".json").write_text('{"prompt": "late"}')
    store.scan()
    assert store.known() == truth(store.base)
    assert store.catalog.find(c.stem)[0].prompt == "late"


def test_an_unusable_sidecar_is_a_fact_about_one_image(store):
    for n, data in enumerate([b"", b"{", b"[1]", b"\xff", b"[" * 100_000]):
        store.disk.dated(NOW, 600 + n).with_suffix(".json").write_bytes(data)
    huge = store.disk.dated(NOW, 700).with_suffix(".json")
    os.truncate(huge, 65 * 1024 * 1024)
    messages = store.scan()
    assert problems(messages) == []
    bad = [r for r in store.catalog.newest() if r.sidecar_problem]
    assert len(bad) == 6
    assert {r.created for r in bad} == {NOW}
    assert any("larger than 64 MB" in r.sidecar_problem for r in bad)
    assert all(r.sidecar_path for r in bad)


def test_what_a_person_said_is_found_and_wrong_types_are_nothing(store):
    right = {"pinned": True, "rating": 5, "tags": ["a", " b ", "a", ""], "sha256": "AB" * 32}
    wrong = {"pinned": 1, "rating": "5", "tags": [1, "c"], "sha256": "zz", "more": []}
    paths = [
        store.disk.dated(NOW, 900 + n, prompt="p", contact_sheet=said)
        for n, said in enumerate([right, wrong, [right], {"rating": 6, "tags": "abc"}])
    ]
    store.scan()
    records = [store.catalog.find(path.stem)[0] for path in paths]
    assert [(r.pinned, r.rating, r.tags, r.sha256) for r in records] == [
        (True, 5, ("a", "b"), "ab" * 32),
        (False, 0, ("c",), None),
        (False, 0, (), None),
        (False, 0, (), None),
    ]
    assert {(r.prompt, r.sidecar_problem) for r in records} == {("p", None)}
    assert store.catalog.pinned_images() == 1
    assert store.catalog.find_content("ab" * 32) == records[:1]


def test_sidecars_whose_image_is_missing(store):
    dated = store.disk.dated(NOW, 800)
    flat = store.disk.flat("lonely")
    shared = store.disk.dated(NOW, 801)  # of the dated layout, with its sidecar in metadata/
    shared.with_suffix(".json").rename(store.disk.flat_sidecar(shared.stem))
    day = dated.parent
    (day / "named.json").write_text('{"image_id": "named"}')
    (day / "package.json").write_text('{"image_id": "something else"}')
    (day / "half.json").write_text("{")
    (day / "notes.txt").write_text("")
    (day / ".hidden").write_text("")
    (day / "being-written.json.tmp").write_text("")
    (store.base / "images" / "readme.json").write_text("{}")
    store.scan()
    named = day / "named.json"
    assert store.orphans() == {named}
    unknown = {"images": 1, "images/2026/11/20": 3}
    assert store.catalog.unknown_files() == unknown
    totals = store.catalog.totals()
    dated.unlink()
    flat.unlink()
    store.scan()
    orphans = {named, dated.with_suffix(".json"), store.disk.flat_sidecar("lonely")}
    assert store.orphans() == orphans
    assert store.catalog.unknown_files() == unknown
    assert store.catalog.totals().images == totals.images - 2
    store.settle()
    named.write_text('{"image_id": "named", "edited": true}')
    assert changed(store.scan(full=True)) == set()
    assert store.orphans() == orphans
    named.write_text('{"image_id": "another"}')
    store.scan(full=True)
    assert store.orphans() == orphans - {named}
    named.write_text('{"image_id": "named"}')
    store.scan(full=True)
    assert store.orphans() == orphans
    shared.unlink()
    store.scan()
    assert store.orphans() == orphans | {store.disk.flat_sidecar(shared.stem)}
    dated.with_suffix(".jpg").write_bytes(b"it came")
    named.unlink()
    store.disk.flat("lonely")
    store.scan()
    assert store.orphans() == {store.disk.flat_sidecar(shared.stem)}
    shutil.rmtree(store.base / "metadata")
    (day / "notes.txt").unlink()
    store.scan()
    assert store.orphans() == set()
    assert store.catalog.unknown_files() == {"images": 1, "images/2026/11/20": 2}


def test_what_a_sidecar_says_of_ids_and_paths_is_not_believed(store):
    path = store.disk.dated(NOW, 800, file_info={"path": "/etc/passwd"}, image_id="x")
    path.with_suffix(".json").write_text('{"image_id": "../../evil", "file_info": {"path": "/"}}')
    store.scan()
    assert store.catalog.find(path.stem)[0].path == path.relative_to(store.base).as_posix()
    assert store.catalog.find("../../evil") == []


def test_days_and_times_of_images_without_a_sidecar(store):
    images = store.base / "images"
    stamped = images / "img_20240203040506_0123456789ab.PNG"
    plain = images / "holiday.Tiff"
    dated = images / "2026/11/20" / "img_20240203040506_0123456789ab.gif"
    for path in (stamped, plain, dated):
        path.write_bytes(b"z")
    for path, seconds in ((plain, 1_000_000_000), (dated, 5)):
        os.utime(path, (seconds, seconds))
    store.scan()
    assert store.known() == truth(store.base)
    by_path = {r.path: r for r in store.catalog.newest()}
    assert by_path["images/" + stamped.name].date == date(2024, 2, 3)
    assert by_path["images/holiday.Tiff"].created == datetime.fromtimestamp(1_000_000_000)
    assert by_path["images/holiday.Tiff"].format == "tiff"
    assert by_path["images/2026/11/20/" + dated.name].date == NOW.date()


def test_twins_are_images_of_their_own(store):
    day = store.base / "images/2026/11/20"
    for form in ("NFC", "NFD"):
        (day / f"{unicodedata.normalize(form, 'é')}.png").write_bytes(b"z")
    for name in ("CAT.png", "cat.png", "cat.PNG", "cat.jpg"):
        (day / name).write_bytes(b"z")
        (store.base / "images" / name).write_bytes(b"z")
    store.scan()
    assert store.known() == truth(store.base)
    assert len(store.catalog.find("cat")) == 6


def test_what_is_no_image_of_the_store_is_left_alone(store, tmp_path):
    before = truth(store.base)
    day = store.base / "images/2026/11/20"
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.png").write_bytes(b"secret")
    (day / "link.png").symlink_to(outside / "secret.png")
    (day / "folder.png").mkdir()
    (day / ".hidden.png").write_bytes(b"")
    (day / "half.png.tmp").write_bytes(b"")
    (day / "orphan.json").write_text("{}")
    (day / "notes.txt").write_text("")
    os.mkfifo(day / "pipe.png")
    (store.base / "images/2026/11/13").mkdir(exist_ok=True)
    (store.base / "images/2026/11/31").symlink_to(outside)
    (store.base / "images/2026/11/07").symlink_to(outside)
    (store.base / "images/2021").symlink_to(outside)
    (store.base / "images/2026/02/30").mkdir(parents=True)
    (store.base / "images/2026/02/30/a.png").write_bytes(b"")
    (store.base / "images/drafts").mkdir()
    (store.base / "images/drafts/a.png").write_bytes(b"")
    listing = sorted(store.base.rglob("*"))
    assert problems(store.scan()) == []
    assert store.known() == before
    assert sorted(store.base.rglob("*")) == listing


def test_images_that_cannot_have_an_id_are_told(store):
    day = store.base / "images/2026/11/20"
    Path(os.fsdecode(os.fsencode(day) + b"/\xff.png")).write_bytes(b"")
    (day / "a\nb.png").write_bytes(b"")
    (day / "back\\slash.png").write_bytes(b"")
    (text,) = problems(store.scan())
    assert text.startswith("3 images in images/2026/11/20 have names that cannot be image ids")
    assert len(store.known()) == 50


def test_an_images_folder_that_is_a_link_is_not_followed(store, tmp_path):
    (store.base / "images").rename(tmp_path / "moved")
    (store.base / "images").symlink_to(tmp_path / "moved")
    (text,) = problems(store.scan())
    assert text.startswith("The folder images cannot be read")
    assert store.known() == {}


def test_a_store_without_images_is_empty(store):
    store.scan()
    shutil.rmtree(store.base / "images")
    store.scan()
    assert store.known() == {}
    assert store.catalog.totals().images == 0
    shutil.rmtree(store.base / "metadata")
    assert store.scan()[-1] == Finished()
    assert store.catalog.folder_states() == {}


def test_a_store_that_is_gone_is_not_forgotten(store):
    store.scan()
    store.base.rename(store.base.with_name("unmounted"))
    with pytest.raises(StoreNotFound):
        store.scan()
    with pytest.raises(StoreNotFound):
        changed_folders(store.base, store.catalog.folder_states())
    assert store.catalog.totals().images == 50


_AS_NOBODY = """
import os, sys
from pathlib import Path
from core.catalog import open_catalog
from core.scan_messages import Problem
from core.scanner import scan_job
open_catalog(Path(":memory:"), Path()).close()  # nobody may not import what this loads
if os.geteuid() == 0:  # whom nothing is refused
    os.setgid(65534); os.setuid(65534)
for message in scan_job(sys.argv[1], sys.argv[2], False):
    if isinstance(message, Problem):
        print(message.text)
"""


def test_a_folder_that_may_not_be_read_stops_nothing():
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        disk = DiskStore(top / "store")
        for n in range(5):
            disk.dated(NOW - timedelta(days=n), n)
        locked_file = disk.dated(NOW, 50).with_suffix(".json")
        (top / "cache").mkdir()
        store = Scanned(disk, top / "cache")
        store.catalog.close()
        for path in [top, *top.rglob("*")] if os.geteuid() == 0 else ():
            os.chown(path, 65534, 65534)

        def scan_as_nobody() -> str:
            command = [sys.executable, "-c", _AS_NOBODY, str(store.base), str(store.catalog_path)]
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout

        assert scan_as_nobody() == ""
        disk.dated(NOW, 99)
        disk.dated(NOW - timedelta(days=1), 98)
        locked = store.base / "images/2026/11/19"
        locked.chmod(0)
        locked_file.write_text("{}  ")
        locked_file.chmod(0)
        old = time.time_ns() - 60 * 10**9  # so that only what was refused is looked at again
        os.utime(locked_file.parent, ns=(old, old))
        assert scan_as_nobody() == (
            "The folder images/2026/11/19 cannot be read: Permission denied.\n"
        )
        store.catalog = open_catalog(store.catalog_path, store.base)
        assert len(store.catalog.newest()) == 7
        (record,) = store.catalog.find(locked_file.stem)
        assert "Permission denied" in record.sidecar_problem
        store.catalog.close()
        locked.chmod(0o755)
        locked_file.chmod(0o644)
        assert scan_as_nobody() == ""
        store.catalog = open_catalog(store.catalog_path, store.base)
        assert store.known() == truth(store.base)
        assert store.catalog.find(locked_file.stem)[0].sidecar_problem is None
        store.catalog.close()


def test_the_newest_day_comes_first_and_the_rest_in_batches(tmp_path):
    disk = DiskStore(tmp_path / "store")
    for n in range(1500):
        disk.dated(NOW - timedelta(days=n % 30, seconds=n), n)
    store = Scanned(disk, tmp_path)
    messages = scan_job(str(store.base), str(store.catalog_path), False)
    first = next(message for message in messages if isinstance(message, Changed))
    assert max(first.days) == NOW.toordinal()
    assert min(first.days) > NOW.toordinal() - 15
    assert store.catalog.day_totals()[0].images == 50
    progress = [message for message in messages if isinstance(message, Progress)]
    assert len(progress) >= 2
    assert [message.total for message in progress] == [1500] * len(progress)
    assert [message.done for message in progress] == sorted(m.done for m in progress)
    store.catalog.close()


def test_a_scan_that_is_given_up_leaves_a_catalogue_to_go_on_from(store):
    scan = scan_job(str(store.base), str(store.catalog_path), False)
    next(scan)
    scan.close()
    store.scan()
    assert store.known() == truth(store.base)


_SCAN = """
import sys
from core.scan_messages import Changed
from core.scanner import scan_job
for message in scan_job(sys.argv[1], sys.argv[2], False):
    if isinstance(message, Changed):
        print("changed", flush=True)
"""


def test_a_scan_killed_at_any_moment_is_made_good_by_the_next(tmp_path):
    disk = DiskStore(tmp_path / "store")
    for n in range(2000):
        disk.dated(NOW - timedelta(days=n % 20, seconds=n), n, prompt=f"p{n}")
    for n in range(250):
        disk.flat(f"flat{n}", created_at=NOW.isoformat())
    store = Scanned(disk, tmp_path)
    store.catalog.close()
    command = [sys.executable, "-c", _SCAN, str(store.base), str(store.catalog_path)]
    rng = random.Random(3)
    for messages in (1, 2, 1):
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        for _ in range(messages):
            process.stdout.readline()
        time.sleep(rng.random() / 100)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    catalog = open_catalog(store.catalog_path, store.base)
    assert 0 < catalog.totals().images <= 2250
    store.catalog = catalog
    store.scan()
    assert store.known() == truth(store.base)
    assert sum(len(day.keys) for day in Catalog.days(catalog)) == 2250
    catalog.close()


def test_two_scans_at_once_agree(tmp_path):
    disk = DiskStore(tmp_path / "store")
    for n in range(1000):
        disk.dated(NOW - timedelta(days=n % 20, seconds=n), n)
    store = Scanned(disk, tmp_path)
    command = [sys.executable, "-c", _SCAN, str(store.base), str(store.catalog_path)]
    scans = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [scan.wait() for scan in scans] == [0, 0]
    assert store.known() == truth(store.base)
    assert store.catalog.totals().images == 1000
    store.catalog.close()


@pytest.fixture
def given(monkeypatch):
    """Scans of over 20 images have two helpers; what these are given is kept here."""
    tasks = []
    give = Helpers.give

    def note(helpers, task):
        taken = give(helpers, task)
        tasks.extend([task] if taken else [])
        return taken

    monkeypatch.setattr(Helpers, "give", note)
    monkeypatch.setattr("core.scanner.HELP_AFTER", 20)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    return tasks


def more_images(store: Scanned) -> None:
    for n in range(600):
        store.disk.dated(NOW - timedelta(seconds=n), 1000 + n, prompt=f"p{n}")


def test_other_processes_help_where_there_is_much_to_read(store, given):
    more_images(store)
    messages = store.scan()
    assert store.known() == truth(store.base)
    assert messages[-2] == Progress(650, 650)
    assert sum(len(task.images) for task in given) > 100
    store.settle()
    assert changed_folders(store.base, store.catalog.folder_states()) == 0
    edited = store.disk.dated(NOW, 1000, prompt="edited")
    gone = store.disk.dated(NOW, 1001)
    gone.unlink()
    given.clear()
    assert changed(store.scan(full=True)) == {NOW.toordinal()}
    assert given
    assert store.catalog.find(edited.stem)[0].prompt == "edited"
    assert store.known() == truth(store.base)


def test_others_help_with_the_flat_layout_too(tmp_path, given):
    disk = DiskStore(tmp_path / "store")
    for n in range(400):
        disk.flat(f"flat{n}", created_at=NOW.isoformat(), prompt=f"f{n}")
    store = Scanned(disk, tmp_path)
    store.scan()
    assert given
    assert store.known() == truth(store.base)
    store.settle()
    assert changed_folders(store.base, store.catalog.folder_states()) == 0
    store.catalog.close()


@pytest.mark.parametrize("job", ["core.scanner:no_such_job", "os:abort", "time:sleep"])
def test_what_a_helper_does_not_do_is_done_without_it(store, given, monkeypatch, job):
    monkeypatch.setattr("core.scan_helpers.JOB", job)
    more_images(store)
    assert problems(store.scan()) == []
    assert given
    assert store.known() == truth(store.base)
    store.settle()
    assert changed_folders(store.base, store.catalog.folder_states()) == 0


def test_helpers_that_cannot_be_started_are_done_without(store, given, monkeypatch):
    monkeypatch.setattr("core.scan_helpers.command", lambda: (["/nonexistent"], {}))
    more_images(store)
    assert problems(store.scan()) == []
    assert given == []
    assert store.known() == truth(store.base)


def test_helpers_end_with_their_scan(store, given):
    more_images(store)
    scan = scan_job(str(store.base), str(store.catalog_path), False)
    while not given:
        next(scan)
    helpers = psutil.Process().children()
    assert len(helpers) == 2
    scan.close()
    assert not any(helper.is_running() for helper in helpers)


_KILLED_WITH_HELPERS = """
import os, sys
import core.scanner
core.scanner.HELP_AFTER = 20
os.cpu_count = lambda: 2
for message in core.scanner.scan_job(sys.argv[1], sys.argv[2], False):
    print(message, flush=True)
"""


def test_helpers_of_a_scan_that_is_killed_end_too(store):
    more_images(store)
    command = [sys.executable, "-c", _KILLED_WITH_HELPERS, str(store.base), str(store.catalog_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as scan:
        process = psutil.Process(scan.pid)
        while not (helpers := process.children()):
            assert scan.poll() is None
        scan.kill()
    assert psutil.wait_procs(helpers, 10)[1] == []
    store.scan()
    assert store.known() == truth(store.base)


def test_random_edits_are_all_found(store):
    rng = random.Random(11)
    store.scan()
    for _ in range(12):
        for _ in range(6):
            images = [path for path in store.base.glob("images/**/*.*") if path.suffix != ".json"]
            victim = rng.choice(images)
            match rng.randrange(6):
                case 0:
                    victim.unlink()
                case 1:
                    victim.write_bytes(b"e" * rng.randrange(2000))
                case 2:
                    store.disk.dated(NOW - timedelta(days=rng.randrange(40)), rng.randrange(10**6))
                case 3:
                    store.disk.flat(f"new{rng.randrange(20)}", prompt=str(rng.random()))
                case 4:
                    victim.rename(victim.with_stem(f"moved{rng.randrange(10**6)}"))
                case 5:
                    other = rng.choice(images).parent
                    if not (other / victim.name).exists():
                        victim.rename(other / victim.name)
        store.scan(full=True)
        assert store.known() == truth(store.base)
        totals = store.catalog.totals()
        assert totals.images == len(store.known())
        assert totals.size_bytes == sum(entry[3] for entry in store.known().values())
        assert totals.sidecar_bytes == sum(entry[6] for entry in store.known().values())


def test_metadata_that_is_a_file_is_told(tmp_path):
    disk = DiskStore(tmp_path / "store")
    disk.flat("cat")
    shutil.rmtree(disk.base / "metadata")
    (disk.base / "metadata").write_text("no folder")
    store = Scanned(disk, tmp_path)
    problems = [each.text for each in store.scan() if isinstance(each, Problem)]
    assert problems
    assert all(each.startswith("The folder metadata cannot be read: ") for each in problems)
    assert [record.image_id for record in store.catalog.newest()] == ["cat"]
    store.catalog.close()


def test_a_json_file_that_no_image_can_have_is_unknown(tmp_path):
    disk = DiskStore(tmp_path / "store")
    day = disk.dated(NOW, 1).parent
    (day / "a\nb.json").write_text('{"image_id": "a\\nb"}')
    store = Scanned(disk, tmp_path)
    store.scan()
    assert store.catalog.orphans() == []
    assert store.catalog.unknown_files() == {day.relative_to(disk.base).as_posix(): 1}
    store.catalog.close()


def test_an_empty_folder_in_the_stores_place_is_not_the_store(store):
    store.scan()
    paths, away = list(store.known()), store.base.with_name("unplugged")
    store.base.rename(away)
    store.base.mkdir()  # what a disk was mounted on
    with pytest.raises(StoreNotFound, match="is empty, and not the one"):
        store.scan()
    with pytest.raises(StoreNotFound, match="is empty, and not the one"):
        changed_folders(store.base, store.catalog.folder_states(), store.catalog.place())
    with pytest.raises(StoreNotFound, match="is empty, and not the one"):
        spot_check(store.catalog, store.base, paths)
    (store.base / "images").mkdir()
    with pytest.raises(StoreNotFound, match="is empty, and not the one"):
        store.scan()
    assert store.catalog.totals().images == 50
    shutil.rmtree(store.base)
    away.rename(store.base)
    store.scan()
    assert store.known() == truth(store.base)


def test_another_store_in_the_place_of_one_is_that(store, tmp_path):
    store.scan()
    store.base.rename(store.base.with_name("before"))
    DiskStore(store.base).dated(NOW, 5)
    store.scan()
    assert store.known() == truth(store.base)
    assert len(store.known()) == 1
    shutil.rmtree(store.base / "images")  # from then on it is this folder's images that go
    store.scan()
    assert store.known() == {}


@needs_fuse
def test_a_disk_for_the_images_that_fails_is_told_and_nothing_is_forgotten(store):
    store.scan()
    with failing(store.base / "images") as images:
        told = pytest.raises(StoreUnreadable, match=r"images cannot be read: Transport endpoint")
        with told:
            changed_folders(images.parent, store.catalog.folder_states(), store.catalog.place())
        with told:
            spot_check(store.catalog, images.parent, list(store.known()))
    assert store.known() == truth(store.base)


def test_a_disk_for_the_images_alone_is_missed_as_well(store):
    store.scan()
    place = store.catalog.place()
    with tiny_disk(store.base / "images") as images, files.open_store(images.parent) as opened:
        missed = pytest.raises(StoreNotFound, match="is empty")
        with missed:
            look_at_place(opened, store.base, place)
