import json
import os
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from core.errors import StoreNotFound
from core.prune_log import MOST_RUNS, PruneLog
from core.prune_records import Candidate, Kind, RetentionPolicy, Usage
from core.prune_results import Outcome, PruneRun
from core.pruner import Pruner
from core.records import to_microseconds
from core.retention import plan
from core.store_lock import store_lock
from core.trash import Trash
from core.unfinished import find_unfinished, written_us
from tests.core.disk_store import DiskStore

NOW = datetime(2026, 11, 20, 18)
OLD = datetime(2026, 10, 1, 12)
AGE = RetentionPolicy(max_age_days=30)
EMPTY = RetentionPolicy(max_bytes=0)


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "store")


@pytest.fixture
def trash(store) -> Trash:
    return Trash(store.base)


@pytest.fixture
def pruner(store, trash) -> Pruner:
    return Pruner(store.base, trash, lambda: NOW)


def image(store: DiskStore, path: Path, created: datetime = OLD, **fields) -> Candidate:
    sidecars = [path.with_suffix(".json"), store.flat_sidecar(path.stem)]
    sidecar = next((each for each in sidecars if each.exists()), None)
    values = {
        "kind": Kind.IMAGE,
        "name": path.stem,
        "path": path.relative_to(store.base).as_posix(),
        "sidecar_path": sidecar.relative_to(store.base).as_posix() if sidecar else None,
        "day": created.toordinal(),
        "created_us": to_microseconds(created),
        "size_bytes": path.stat().st_size,
        "modified_ns": path.stat().st_mtime_ns,
        "sidecar_bytes": sidecar.stat().st_size if sidecar else 0,
        "sidecar_ns": sidecar.stat().st_mtime_ns if sidecar else 0,
    }
    return Candidate(**{**values, **fields})


def leftover(store: DiskStore, path: Path, kind: Kind) -> Candidate:
    long_ago = (NOW - timedelta(days=1)).timestamp()
    os.utime(path, (long_ago, long_ago))
    return image(
        store,
        path,
        kind=kind,
        name=path.name,
        sidecar_path=None,
        sidecar_bytes=0,
        created_us=written_us(path.stat().st_mtime_ns, NOW),
    )


def both_layouts(store: DiskStore) -> list[Path]:
    flat = store.flat("holiday", created_at=OLD.isoformat(), prompt="p")
    bare = store.flat("bare")
    store.flat_sidecar("bare").unlink()
    return [store.dated(OLD, 1), store.dated(OLD, 2, "webp"), flat, bare]


def planned(store, images, policy, **usage):
    held = sum(each.total_bytes for each in images)
    return plan(images, policy, Usage(held, **usage), NOW)


def on_disk(base: Path) -> dict[str, bytes]:
    places = [base / "images", base / "metadata"]
    found = [path for place in places for path in place.rglob("*") if path.is_file()]
    return {path.relative_to(base).as_posix(): path.read_bytes() for path in found}


def outcomes(result):
    return {each.entry.item.name: each.outcome for each in result.results}


def test_what_is_too_old_goes_to_the_trash_and_can_come_back(store, trash, pruner):
    before = on_disk(store.base)
    both_layouts(store)
    whole = on_disk(store.base)
    young = store.dated(NOW, 9)
    images = [image(store, store.base / path) for path in whole if not path.endswith(".json")]
    found = planned(store, images, AGE)
    result = pruner.run(found)
    assert before == {}
    assert set(outcomes(result).values()) == {Outcome.TRASHED}
    assert (result.removed, result.images_removed, result.skipped) == (4, 4, 0)
    assert result.bytes_trashed == found.bytes_trashed == sum(map(len, whole.values()))
    assert (result.bytes_freed, result.cancelled, result.problems) == (0, False, [])
    assert set(on_disk(store.base)) == {
        young.relative_to(store.base).as_posix(),
        young.with_suffix(".json").relative_to(store.base).as_posix(),
    }
    young.unlink()
    young.with_suffix(".json").unlink()
    assert {each.reason for each in trash.list()} == {"age"}
    assert {each.trashed_at for each in trash.list()} == {NOW}
    for token in result.tokens:
        trash.restore(token)
    assert on_disk(store.base) == whole


def test_for_the_size_images_are_deleted_with_their_sidecars(store, trash, pruner):
    images = [image(store, path) for path in both_layouts(store)]
    found = planned(store, images, EMPTY)
    result = pruner.run(found)
    assert set(outcomes(result).values()) == {Outcome.FREED}
    assert on_disk(store.base) == {}
    assert trash.list() == []
    assert result.bytes_freed == found.bytes_freed == found.bytes_before
    assert (result.bytes_trashed, result.tokens) == (0, ())


def test_exactly_the_plan_runs_and_nothing_that_came_later(store, pruner):
    found = planned(store, [image(store, store.dated(OLD, 1))], AGE)
    later = store.dated(OLD - timedelta(days=9), 2)
    assert pruner.run(found).removed == 1
    assert later.exists()


def pin(path: Path, **keys) -> None:
    content = json.loads(path.read_text()) | keys
    path.write_text(json.dumps(content | {"contact_sheet": {"pinned": True}}))


def replace_in_time(path: Path) -> None:
    """The same size, another time."""
    modified = path.stat().st_mtime_ns
    os.utime(path, ns=(modified, modified + 1))


CHANGES = {
    "removed": (lambda image, sidecar: image.unlink(), Outcome.GONE),
    "replaced by another size": (lambda image, sidecar: image.write_bytes(b""), Outcome.CHANGED),
    "replaced by the same size": (lambda image, sidecar: replace_in_time(image), Outcome.CHANGED),
    "now a link": (
        lambda image, sidecar: (image.unlink(), image.symlink_to("/etc/passwd")),
        Outcome.GONE,
    ),
    "pinned": (lambda image, sidecar: pin(sidecar), Outcome.PINNED),
    "pinned and younger": (
        lambda image, sidecar: pin(sidecar, created_at=NOW.isoformat()),
        Outcome.PINNED,
    ),
    "younger": (
        lambda image, sidecar: sidecar.write_text(
            json.dumps({"created_at": (NOW - timedelta(days=30)).isoformat()})
        ),
        Outcome.YOUNGER,
    ),
    "other, still old": (
        lambda image, sidecar: sidecar.write_text(json.dumps({"created_at": OLD.isoformat()})),
        Outcome.CHANGED,
    ),
    "same size, other time": (lambda image, sidecar: replace_in_time(sidecar), Outcome.CHANGED),
    "broken": (lambda image, sidecar: sidecar.write_bytes(b"{"), Outcome.CHANGED),
    "without sidecar": (lambda image, sidecar: sidecar.unlink(), Outcome.CHANGED),
}


@pytest.mark.parametrize("flat", [False, True], ids=["dated", "flat"])
@pytest.mark.parametrize("for_good", [False, True], ids=["trash", "for good"])
@pytest.mark.parametrize("what", CHANGES)
def test_what_changed_since_the_plan_stays(store, pruner, what, for_good, flat):
    path = store.flat("a", created_at=OLD.isoformat()) if flat else store.dated(OLD, 1)
    sidecar = store.flat_sidecar("a") if flat else path.with_suffix(".json")
    other = store.dated(OLD, 2)
    images = [image(store, path), image(store, other)]
    found = planned(store, images, EMPTY if for_good else AGE)
    change, expected = CHANGES[what]
    change(path, sidecar)
    if expected is Outcome.YOUNGER and for_good:
        expected = Outcome.CHANGED  # for the size, its age is not the reason
    before = on_disk(store.base)
    result = pruner.run(found)
    removed = Outcome.FREED if for_good else Outcome.TRASHED
    assert outcomes(result) == {path.stem: expected, other.stem: removed}
    assert (result.removed, result.skipped, result.problems) == (1, 1, [])
    gone = {other.relative_to(store.base).as_posix()}
    gone.add(other.with_suffix(".json").relative_to(store.base).as_posix())
    assert on_disk(store.base) == {name: data for name, data in before.items() if name not in gone}
    held = result.bytes_freed if for_good else result.bytes_trashed
    assert held == images[1].total_bytes


def test_a_sidecar_that_came_since_is_a_change(store, pruner):
    path = store.flat("a")
    store.flat_sidecar("a").unlink()
    found = planned(store, [image(store, path)], EMPTY)
    store.flat_sidecar("a").write_text("{}")
    assert outcomes(pruner.run(found)) == {"a": Outcome.CHANGED}


def test_a_broken_sidecar_keeps_nothing(store, pruner):
    path = store.flat("a")
    store.flat_sidecar("a").write_bytes(b"{")
    assert pruner.run(planned(store, [image(store, path)], EMPTY)).removed == 1
    assert on_disk(store.base) == {}


@pytest.mark.parametrize("ending", ["jpg", "PNG"])
@pytest.mark.parametrize("for_good", [False, True], ids=["trash", "for good"])
@pytest.mark.parametrize("flat", [False, True], ids=["dated", "flat"])
def test_a_sidecar_of_two_images_stays_for_the_second(store, pruner, ending, for_good, flat):
    path = store.flat("a") if flat else store.dated(OLD, 1)
    sidecar = store.flat_sidecar("a") if flat else path.with_suffix(".json")
    if ending == "PNG" and not for_good:
        ending = "jpeg"
    twin = path.with_suffix(f".{ending}")
    twin.write_bytes(b"twin")
    policy = EMPTY if for_good else AGE
    pruner.run(planned(store, [image(store, path)], policy))
    assert (path.exists(), twin.exists(), sidecar.exists()) == (False, True, True)
    pruner.run(planned(store, [image(store, twin)], policy))
    assert on_disk(store.base) == {}


def test_the_flat_sidecar_of_a_dated_image_stays(store, pruner):
    dated = store.dated(OLD, 1)
    sidecar = dated.with_suffix(".json").rename(store.flat_sidecar(dated.stem))
    flat = store.base / "images" / dated.name
    flat.write_bytes(b"flat")
    assert pruner.run(planned(store, [image(store, flat)], EMPTY)).removed == 1
    assert (flat.exists(), dated.exists(), sidecar.exists()) == (False, True, True)


def test_orphans_and_unfinished_files_go(store, pruner):
    dated = store.dated(OLD, 1)
    orphan = dated.with_suffix(".json")
    dated.unlink()
    flat = store.flat_sidecar("b")
    flat.write_text("{}")
    unfinished = dated.with_name(".img.png.tmp")
    unfinished.write_bytes(b"un")
    items = [leftover(store, orphan, Kind.ORPHAN), leftover(store, flat, Kind.ORPHAN)]
    items.append(leftover(store, unfinished, Kind.TEMPORARY))
    found = planned(store, [], AGE, leftovers=items)
    result = pruner.run(found)
    assert set(outcomes(result).values()) == {Outcome.FREED}
    assert (result.removed, result.images_removed) == (3, 0)
    assert result.bytes_freed == sum(item.size_bytes for item in items)
    assert on_disk(store.base) == {}


def test_an_orphan_whose_image_is_being_stored_stays(store, pruner):
    path = store.flat("cat")
    path.unlink()
    found = planned(
        store,
        [],
        AGE,
        leftovers=[leftover(store, sidecar := store.flat_sidecar("cat"), Kind.ORPHAN)],
    )
    with ThreadPoolExecutor(1) as thread:
        with store_lock(store.base):
            running = thread.submit(pruner.run, found)
            wait([running], timeout=0.3)  # it may not go on meanwhile
            path.write_bytes(b"new")
        assert outcomes(running.result()) == {"cat.json": Outcome.CHANGED}
    assert sidecar.exists()


def test_an_orphan_whose_image_came_stays(store, pruner):
    dated, flat = store.dated(OLD, 1), store.flat("b")
    items = [leftover(store, dated.with_suffix(".json"), Kind.ORPHAN)]
    items.append(leftover(store, store.flat_sidecar("b"), Kind.ORPHAN))
    before = on_disk(store.base)
    result = pruner.run(planned(store, [], AGE, leftovers=items))
    assert set(outcomes(result).values()) == {Outcome.CHANGED}
    assert on_disk(store.base) == before
    assert flat.exists()


def test_an_unfinished_file_that_grows_or_is_finished_stays(store, pruner):
    grows, finished = store.base / "images" / "a.tmp", store.base / "images" / "b.tmp"
    grows.write_bytes(b"1")
    finished.write_bytes(b"1")
    items = [leftover(store, path, Kind.TEMPORARY) for path in (grows, finished)]
    grows.write_bytes(b"12")
    finished.unlink()
    result = pruner.run(planned(store, [], AGE, leftovers=items))
    assert outcomes(result) == {"a.tmp": Outcome.CHANGED, "b.tmp": Outcome.GONE}
    assert result.bytes_freed == 0


def test_unfinished_files_are_found_wherever_they_are(store):
    dated = store.dated(OLD, 1)
    places = [dated.parent, store.base / "images", store.base / "metadata"]
    places += [store.base / "contact-sheet" / "trash" / "2026-11-01", store.base / "cache"]
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
        (place / ".contact-sheet-0123456789abcdef.tmp").write_bytes(b"12")
        (place / ".DS_Store").write_bytes(b"1")
    (store.base / "images" / "link.tmp").symlink_to("/etc/passwd")
    found = find_unfinished(store.base, datetime.now())
    assert {item.path.rpartition("/")[0] for item in found} == {
        place.relative_to(store.base).as_posix() for place in places[:-1]
    }
    assert {(item.kind, item.size_bytes) for item in found} == {(Kind.TEMPORARY, 2)}
    age_us = to_microseconds(datetime.now()) - found[0].created_us
    assert -2_000_000 < age_us < 3_600_000_000


def test_the_trash_is_emptied_and_what_was_restored_stays(store, trash, pruner):
    first, second = store.dated(OLD, 1), store.dated(OLD, 2)
    items = []
    for path in (first, second):
        found = image(store, path)
        receipt = trash.move(found.path, found.sidecar_path, "age", OLD)
        items.append(image_in_trash(receipt))
    planned_run = planned(store, [], EMPTY, trash=items)
    trash.restore(items[0].name)
    result = pruner.run(planned_run)
    assert outcomes(result) == {items[0].name: Outcome.GONE, items[1].name: Outcome.FREED}
    assert result.bytes_freed == items[1].total_bytes
    assert (first.exists(), second.exists(), trash.list()) == (True, False, [])


def image_in_trash(receipt) -> Candidate:
    return Candidate(
        kind=Kind.TRASHED,
        name=receipt.token,
        path=receipt.path,
        sidecar_path=receipt.sidecar_path,
        day=0,
        created_us=to_microseconds(receipt.trashed_at),
        size_bytes=receipt.size_bytes,
        modified_ns=0,
        sidecar_bytes=receipt.sidecar_bytes,
    )


def test_an_error_with_one_does_not_stop_the_rest(store, pruner, caplog):
    good = image(store, store.flat("good"), created=OLD + timedelta(days=1))
    bad = image(store, store.flat("bad"), name="bad")
    bad = msgspec.structs.replace(bad, path=f"images/{'b' * 300}.png")  # an error of the system
    result = pruner.run(planned(store, [bad, good], EMPTY))
    assert outcomes(result) == {"bad": Outcome.FAILED, "good": Outcome.FREED}
    assert (result.removed, result.skipped) == (1, 0)
    (problem,) = result.problems
    assert bad.path in problem
    assert "File name too long" in problem
    assert bad.path in caplog.text
    assert pruner.runs()[-1].errors == 1


def test_where_the_trash_cannot_be_written_images_stay(store, pruner):
    (store.base / "contact-sheet").mkdir()
    (store.base / "contact-sheet" / "trash").write_bytes(b"in the way")
    images = [image(store, path) for path in both_layouts(store)]
    before = on_disk(store.base)
    result = pruner.run(planned(store, images, AGE))
    assert set(outcomes(result).values()) == {Outcome.FAILED}
    assert len(result.problems) == 4
    assert on_disk(store.base) == before


def test_a_run_can_be_stopped_between_two_files_and_tells_how_far_it_is(store, pruner):
    images = [image(store, store.dated(OLD, n)) for n in range(5)]
    seen = []
    result = pruner.run(
        planned(store, images, EMPTY), should_stop=lambda: len(seen) == 2, progress=seen.append
    )
    assert [(each.done, each.total) for each in seen] == [(1, 5), (2, 5)]
    assert seen[-1].bytes_freed == result.bytes_freed == sum(i.total_bytes for i in images[:2])
    assert result.cancelled
    assert result.removed == len(result.results) == 2
    assert len(on_disk(store.base)) == 6
    assert pruner.runs()[-1].cancelled


def test_a_store_that_is_gone_is_an_error(tmp_path):
    base = tmp_path / "nowhere"
    with pytest.raises(StoreNotFound):
        Pruner(base, Trash(base)).run(plan([], AGE, Usage(0), NOW))
    assert not base.exists()


def test_a_store_that_goes_away_during_a_run_is_told_for_what_is_left(store, pruner, tmp_path):
    images = [image(store, store.dated(OLD, n)) for n in range(3)]
    found = planned(store, images, EMPTY)
    result = pruner.run(found, progress=lambda _: move_away(store.base))
    assert [each.outcome for each in result.results] == [Outcome.FREED, *[Outcome.FAILED] * 2]
    assert all("There is no folder" in problem for problem in result.problems)
    (store.base.parent / "away").rename(store.base)
    assert len(on_disk(store.base)) == 4


def move_away(base: Path) -> None:
    if base.exists():
        base.rename(base.parent / "away")


def test_every_run_is_recorded(store, trash):
    times = iter([NOW, NOW + timedelta(seconds=3), NOW + timedelta(days=1), NOW])
    pruner = Pruner(store.base, trash, lambda: next(times))
    assert pruner.last_run() is None
    assert pruner.runs() == []
    images = [image(store, store.dated(OLD, n)) for n in range(3)]
    temporary = store.base / "images" / "a.tmp"
    temporary.write_bytes(b"123")
    item = leftover(store, temporary, Kind.TEMPORARY)
    found = planned(store, images, AGE, leftovers=[item])
    (store.base / images[0].path).unlink()
    pruner.run(found)
    (run,) = pruner.runs()
    assert run == PruneRun(
        started=NOW.isoformat(),
        finished=(NOW + timedelta(seconds=3)).isoformat(),
        why={"age": 2, "temporary": 1},
        removed=3,
        images=2,
        skipped=1,
        errors=0,
        bytes_freed=3,
        bytes_trashed=images[1].total_bytes + images[2].total_bytes,
        cancelled=False,
    )
    assert pruner.last_run() == NOW + timedelta(seconds=3)
    pruner.run(plan([], AGE, Usage(0), NOW))
    assert Pruner(store.base, trash).last_run() == NOW
    assert [run.removed for run in pruner.runs()] == [3, 0]


RUN = PruneRun("s", NOW.isoformat(), {}, 0, 0, 0, 0, 0, 0, False)


def numbered(n: int) -> PruneRun:
    return PruneRun("s", (NOW + timedelta(days=n)).isoformat(), {}, n, 0, 0, 0, 0, 0, False)


def test_a_torn_line_is_passed_over_and_not_continued(store):
    record = PruneLog(store.base)
    record.append(numbered(1))
    file = store.base / "contact-sheet" / "runs.jsonl"
    whole = file.read_bytes()
    file.write_bytes(whole + whole[: len(whole) // 2])
    assert [run.removed for run in record.runs()] == [1]
    assert record.last_run() == NOW + timedelta(days=1)
    record.append(numbered(2))
    assert [run.removed for run in record.runs()] == [1, 2]
    assert record.last_run() == NOW + timedelta(days=2)


def test_a_run_that_ended_at_no_time_is_passed_over(store):
    record = PruneLog(store.base)
    record.append(numbered(1))
    record.append(msgspec.structs.replace(numbered(2), finished="yesterday"))
    assert record.last_run() == NOW + timedelta(days=1)


@pytest.mark.parametrize("content", [b"", b"\xff\n", b"[]\n", b"{}", b"\0" * 100_000])
def test_a_damaged_record_is_no_run(store, content):
    file = store.base / "contact-sheet" / "runs.jsonl"
    file.parent.mkdir()
    file.write_bytes(content)
    record = PruneLog(store.base)
    assert (record.runs(), record.last_run()) == ([], None)
    record.append(RUN)
    assert record.runs() == [RUN]


def test_the_record_keeps_the_newest_thousand_runs(store):
    record = PruneLog(store.base)
    record.append(numbered(0))
    file = store.base / "contact-sheet" / "runs.jsonl"
    line = file.read_bytes()
    file.write_bytes(line * (MOST_RUNS - 2))
    for n in range(1, 5):
        record.append(numbered(n))
        assert len(record.runs()) <= MOST_RUNS
    kept = [run.removed for run in record.runs()]
    assert len(kept) == len(file.read_bytes().splitlines()) == MOST_RUNS
    assert kept[-5:] == [0, 1, 2, 3, 4]
    assert record.last_run() == NOW + timedelta(days=4)


def test_a_record_that_cannot_be_written_does_not_lose_the_result(store, pruner, caplog):
    (store.base / "contact-sheet" / "runs.jsonl").mkdir(parents=True)
    result = pruner.run(planned(store, [image(store, store.dated(OLD, 1))], EMPTY))
    assert result.removed == 1
    assert "cannot be written" in caplog.text
    assert pruner.last_run() is None
