import asyncio
import json
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.cleanup import Cleanup
from core.errors import StoreNotFound
from core.events import EventBus
from core.index import Index
from core.prune_records import Candidate, Kind, PruneEntry, RetentionPolicy, Why
from core.prune_results import EntryResult, Outcome, PruneProgress, PruneResult, joined
from core.pruner import Pruner
from core.settings import RANGES, Range, StorageSettings
from core.trash import Trash
from core.workers import WorkerPool
from tests.core.disk_store import DiskStore

NOW = datetime.now().replace(microsecond=0)
DAY = timedelta(days=1)


def by_age(days: int) -> RetentionPolicy:
    return RetentionPolicy(max_age_days=days, trash_days=days)


def by_size(most: int) -> RetentionPolicy:
    return RetentionPolicy(max_bytes=most)


def both(days: int, most: int) -> RetentionPolicy:
    return RetentionPolicy(max_age_days=days, trash_days=days, max_bytes=most)


class Store:
    """A store on disk with all that cleans it up."""

    def __init__(self, tmp_path: Path, workers: WorkerPool) -> None:
        self.disk = DiskStore(tmp_path / "store")
        self.base = self.disk.base
        self.index = Index(self.base, tmp_path / "cache", workers, EventBus())
        self.trash = Trash(self.base)
        self.pruner = Pruner(self.base, self.trash)
        self.cleanup = Cleanup(self.base, self.index, self.trash, self.pruner)

    async def clean(self, policy: RetentionPolicy) -> int:
        return (await self.cleanup.enforce(policy)).images_removed

    def bytes_held(self) -> int:
        """Everything in the store but its settings, lock and record of runs."""
        places = [self.base / each for each in ("images", "metadata", "contact-sheet/trash")]
        held = [path for place in places for path in place.rglob("*") if path.is_file()]
        return sum(path.stat().st_size for path in held)

    def images(self) -> set[str]:
        found = (self.base / "images").rglob("*")
        return {path.stem for path in found if path.suffix in (".png", ".jpg", ".webp")}


@pytest.fixture
async def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(RANGES, "cleanup_interval_hours", Range(0, 24))  # not to wait for seconds
    async with asyncio.timeout(60):
        workers = WorkerPool(1)
        store = Store(tmp_path, workers)
        await store.index.open()
        yield store
        await store.cleanup.close()
        await store.index.close()
        await workers.close()


def fill(store: Store, n: int = 6) -> list[str]:
    """Images of 0, 10, 20… days ago in both layouts in turn; returns their ids, oldest first."""
    ids = []
    for each in reversed(range(n)):
        moment = NOW - 10 * each * DAY
        if each % 2:
            path = store.disk.flat(f"flat{each}", created_at=moment.isoformat())
        else:
            path = store.disk.dated(moment, each)
        ids.append(path.stem)
    return ids


async def test_by_age_both_layouts_go_to_the_trash(store):
    ids = fill(store)
    assert await store.clean(by_age(25)) == 3
    assert store.images() == set(ids[3:])
    assert {receipt.image_id for receipt in store.trash.list()} == set(ids[:3])
    assert await store.clean(by_age(25)) == 0


async def test_what_came_a_moment_ago_counts(store):
    await store.index.rescan()
    ids = fill(store)
    assert await store.clean(by_age(25)) == 3
    more = store.disk.dated(NOW - 99 * DAY, 99)
    limit = store.bytes_held() - more.stat().st_size
    await store.clean(by_size(limit))
    assert store.bytes_held() <= limit
    store.disk.dated(NOW - 98 * DAY, 98)
    assert await store.clean(by_size(0)) == len(ids) - 3 + 2
    assert store.images() == set()


async def test_by_age_the_trash_expires_too(store):
    old, new = store.disk.dated(NOW, 1), store.disk.dated(NOW, 2)
    for path, days in ((old, 31), (new, 29)):
        relative = path.relative_to(store.base)
        sidecar = relative.with_suffix(".json").as_posix()
        store.trash.move(relative.as_posix(), sidecar, "deleted", NOW - days * DAY)
    assert await store.clean(by_age(30)) == 0
    assert [receipt.image_id for receipt in store.trash.list()] == [new.stem]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 0.9])
async def test_by_size_the_bytes_on_disk_are_under_the_limit_trash_and_all(store, share):
    ids = fill(store, 10)
    moved = await store.clean(by_age(65))
    assert moved == 3
    limit = int(store.bytes_held() * share)
    removed = await store.clean(by_size(limit))
    assert store.bytes_held() <= limit
    assert store.images() == set(ids[moved + removed :])
    if removed:
        assert store.trash.list() == []


async def test_by_size_a_store_of_exactly_the_limit_stays(store):
    fill(store)
    await store.clean(by_age(45))
    held = store.bytes_held()
    assert await store.clean(by_size(held)) == 0
    assert store.bytes_held() == held
    assert len(store.trash.list()) == 1
    assert await store.clean(by_size(held - 1)) == 0
    assert store.trash.list() == []


async def test_both_counts_both(store):
    ids = fill(store)
    total = store.bytes_held()
    assert await store.clean(both(45, total // 2)) > 1
    assert store.bytes_held() <= total // 2
    assert store.images() < set(ids[1:])


async def test_pinned_images_stay(store):
    kept = store.disk.dated(NOW - 99 * DAY, 1, contact_sheet={"pinned": True})
    flat = store.disk.flat(
        "f", created_at=(NOW - 99 * DAY).isoformat(), contact_sheet={"pinned": True}
    )
    store.disk.dated(NOW - 98 * DAY, 2)
    assert await store.clean(both(30, 1)) == 1
    assert store.images() == {kept.stem, flat.stem}


async def test_what_was_edited_in_place_does_not_keep_the_store_too_large(store):
    paths = [store.disk.dated(NOW - n * DAY, n) for n in range(1, 4)]
    await store.index.rescan()
    past = NOW.timestamp() - 3600
    for path in paths:  # so that no folder seems to have changed just now
        os.utime(path.parent, (past, past))
    await store.index.rescan()
    sidecar = paths[2].with_suffix(".json")
    sidecar.write_text(json.dumps(json.loads(sidecar.read_text()) | {"prompt": "edited"}))
    assert await store.clean(by_size(0)) == 3
    assert store.bytes_held() == 0


async def test_orphans_and_unfinished_files_go_once_they_are_stale(store):
    past = NOW.timestamp() - 3700
    made = {}
    for n in range(4):
        path = store.disk.dated(NOW - 2 * DAY, n)
        path.unlink()
        made[path.with_suffix(".json")] = n % 2
        unfinished = path.with_name(f".contact-sheet-{n:016x}.tmp")
        unfinished.write_bytes(b"begun")
        made[unfinished] = n % 2
        flat = store.disk.flat(f"f{n}")
        flat.unlink()
        made[store.disk.flat_sidecar(f"f{n}")] = n % 2
    unknown = store.base / "images" / "notes.txt"
    unknown.write_text("mine")
    made[unknown] = True
    for path, stale in made.items():
        if stale:
            os.utime(path, (past, past))
    found = await store.cleanup.plan(RetentionPolicy())
    assert {entry.why for entry in found.entries} == {Why.ORPHAN, Why.TEMPORARY}
    assert await store.clean(by_age(30)) == 0
    assert {path for path in made if path.exists()} == {
        path for path, stale in made.items() if not stale or path == unknown
    }


async def test_a_plan_changes_nothing_and_runs_as_it_was_shown(store):
    ids = fill(store)
    found = await store.cleanup.plan(RetentionPolicy(max_age_days=35))
    assert [entry.item.name for entry in found.entries] == ids[:2]
    assert found.bytes_before == store.bytes_held()
    assert store.images() == set(ids)
    store.disk.dated(NOW - 300 * DAY, 77)
    seen: list[PruneProgress] = []
    result = await store.cleanup.run(found, seen.append)
    assert [each.outcome for each in result.results] == [Outcome.TRASHED] * 2
    await asyncio.sleep(0)
    assert [(each.done, each.total) for each in seen] == [(1, 2), (2, 2)]
    again = await store.cleanup.plan(RetentionPolicy(max_age_days=35))
    assert [entry.item.name[-2:] for entry in again.entries] == ["4d"]  # the one that came later


async def test_plans_read_the_catalogue_page_by_page(store, monkeypatch):
    monkeypatch.setattr("core.cleanup.PAGE", 2)
    same = NOW - 50 * DAY
    ids = {store.disk.flat(f"s{n}", created_at=same.isoformat()).stem for n in range(7)}
    found = await store.cleanup.plan(RetentionPolicy(max_bytes=0))
    assert [entry.item.name for entry in found.entries] == sorted(ids)
    assert all(entry.item.kind is Kind.IMAGE for entry in found.entries)


async def test_chosen_days_go_from_both_layouts_and_others_stay(store):
    ids = fill(store)
    pinned = store.disk.dated(NOW - 20 * DAY, 77, contact_sheet={"pinned": True}).stem
    days = {(NOW - 10 * n * DAY).date().toordinal() for n in (1, 2)}
    policy = RetentionPolicy(chosen_days=frozenset(days), leftovers=False)
    found = await store.cleanup.plan(policy)
    assert [entry.item.name for entry in found.entries] == ids[3:5]
    assert found.kept_pinned == 1
    result = await store.cleanup.run(found)
    assert store.images() == {*ids, pinned} - set(ids[3:5])
    assert {receipt.reason for receipt in store.trash.list()} == {Why.CHOSEN.value}
    for token in result.tokens:
        store.trash.restore(token)
    assert store.images() == {*ids, pinned}


async def test_a_plan_can_be_limited_to_days(store):
    ids = fill(store)
    day = (NOW - 30 * DAY).date().toordinal()
    found = await store.cleanup.plan(RetentionPolicy(max_age_days=25), {day})
    assert [entry.item.name for entry in found.entries] == [ids[2]]
    assert (await store.cleanup.plan(RetentionPolicy(max_age_days=25), set())).count == 0
    chosen = RetentionPolicy(chosen_days=frozenset({day, day + 10}))
    assert [e.item.name for e in (await store.cleanup.plan(chosen, {day})).entries] == [ids[2]]


async def test_what_is_too_old_can_be_freed(store):
    ids = fill(store)
    held = store.bytes_held()
    result = await store.cleanup.enforce(RetentionPolicy(max_age_days=25, for_good=True))
    assert store.images() == set(ids[3:])
    assert store.trash.list() == []
    assert (held - store.bytes_held(), result.tokens) == (result.bytes_freed, ())


async def test_the_result_tells_what_can_be_undone_and_what_was_freed(store):
    ids = fill(store)
    result = await store.cleanup.enforce(both(25, 10**9))
    assert {receipt.token for receipt in store.trash.list()} == set(result.tokens)
    assert (len(result.tokens), result.bytes_freed) == (3, 0)
    for token in result.tokens:
        store.trash.restore(token)
    assert store.images() == set(ids)


async def test_a_clean_up_can_be_stopped(store):
    fill(store, 20)
    seen: list[PruneProgress] = []
    policy = RetentionPolicy(max_bytes=0)
    result = await store.cleanup.enforce(policy, seen.append, lambda: len(seen) > 2)
    assert result.cancelled
    assert 0 < len(store.images()) < 20
    assert result.images_removed == 20 - len(store.images())


def test_runs_that_followed_each_other_are_summed_up():
    item = Candidate(Kind.TRASHED, "a", "a", None, 0, 0, 1, 1)
    gone = EntryResult(PruneEntry(item, Why.SIZE, 1, for_good=True), Outcome.FREED)
    first = PruneResult((), 1, 5, cancelled=False, tokens=("a", "b"))
    second = PruneResult((gone,), 2, 7, cancelled=True, tokens=("c",))
    assert joined([first, second]) == PruneResult((gone,), 3, 12, cancelled=True, tokens=("b", "c"))


async def test_a_cancelled_run_ends_after_the_file_it_is_at(store):
    fill(store, 40)
    found = await store.cleanup.plan(RetentionPolicy(max_bytes=0))
    begun = asyncio.Event()
    task = asyncio.create_task(store.cleanup.run(found, lambda _: begun.set()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (run,) = store.pruner.runs()
    assert run.cancelled
    assert 0 < run.removed < 40
    assert len(store.images()) == 40 - run.removed
    await asyncio.sleep(0)
    assert len(store.images()) == 40 - run.removed


def settings(hours: float, days: int, gb: float = 1.0) -> StorageSettings:
    return StorageSettings(
        cleanup_interval_hours=hours, retention_days=days, trash_days=days, max_size_gb=gb
    )


async def until(condition) -> None:
    while not condition():
        await asyncio.sleep(0.01)


async def test_the_periodic_task_cleans_again_and_again_until_it_is_closed(store):
    fill(store)
    assert not store.cleanup.running
    task = asyncio.create_task(store.cleanup.repeat(lambda: settings(0.0001, 45)))
    await until(lambda: len(store.images()) == 5)
    assert store.cleanup.running
    await store.cleanup.repeat(lambda: settings(24, 1, 0.001))  # the one under way goes on alone
    store.disk.dated(NOW - 60 * DAY, 61)
    await until(lambda: len(store.trash.list()) == 2 and len(store.images()) == 5)
    await store.cleanup.close()
    await task
    assert not store.cleanup.running
    await store.cleanup.close()


async def test_the_periodic_task_can_be_cancelled_and_started_again(store):
    for _ in range(2):
        runs = len(store.pruner.runs())
        task = asyncio.create_task(store.cleanup.repeat(lambda: settings(24, 45)))
        await until(lambda runs=runs: len(store.pruner.runs()) >= runs + 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not store.cleanup.running


async def test_the_periodic_task_follows_settings_that_change(store):
    fill(store)
    now, asked = settings(24, 45), []

    def tell() -> StorageSettings:
        asked.append(now)
        return now

    task = asyncio.create_task(store.cleanup.repeat(tell))
    await until(lambda: len(asked) == 2)  # what to do, and when to do it again
    assert len(store.images()) == 5
    assert len(store.pruner.runs()) == 1
    store.disk.dated(NOW - 99 * DAY, 99)
    store.cleanup.reschedule()  # nothing changed: the next run is as far away
    await until(lambda: not store.cleanup._rescheduled.is_set())  # it waits again, or has run
    assert len(store.images()) == 6
    assert len(store.pruner.runs()) == 1
    now = settings(0.0001, 25)
    store.cleanup.reschedule()
    await until(lambda: len(store.images()) == 3)
    await store.cleanup.close()
    await task


async def test_the_periodic_task_survives_a_run_that_fails(store, caplog):
    fill(store)
    away = store.base.with_name("away")
    store.base.rename(away)
    task = asyncio.create_task(store.cleanup.repeat(lambda: settings(0.0001, 45)))
    await until(lambda: "failed" in caplog.text)
    away.rename(store.base)
    await until(lambda: len(store.trash.list()) == 1)
    await store.cleanup.close()
    await task


async def test_a_store_that_is_not_there_is_an_error(store):
    found = await store.cleanup.plan(RetentionPolicy(max_bytes=0))
    store.base.rename(store.base.with_name("away"))
    with pytest.raises(StoreNotFound):
        await store.cleanup.run(found)
    with pytest.raises(StoreNotFound):
        await store.cleanup.plan(RetentionPolicy())
