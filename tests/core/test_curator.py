"""Trash, annotations and clean-ups through the manager, with the catalogue following at once."""

import asyncio
import base64
import hashlib
import json
import os
import time
from contextlib import aclosing
from datetime import datetime, timedelta
from functools import partial

import pytest

from core.annotations import AnnotationChange
from core.catalog import Catalog
from core.errors import CatalogError
from core.events import ImagesChanged
from core.prune_records import RetentionPolicy
from core.records import StoredImage
from tests.stores import image_files, make_image, picture, sidecar_of

NOW = datetime.now().replace(microsecond=0)
PIN = AnnotationChange(pinned=True)
GONE = "img_20261103120000_000000000000"


async def known(manager):
    """What the catalogue holds right now, by path, without any look at the disk."""
    return {record.path: record for record in await manager._index.read(Catalog.newest)}


def content(base):
    return {
        path.relative_to(base).as_posix(): path.read_bytes()
        for folder in ("images", "metadata")
        for path in (base / folder).rglob("*")
        if path.is_file()
    }


async def test_trashed_images_come_back_as_they_were(store, opened):
    base = store(images=8, flat_share=0.5)
    manager = await opened(base)
    before, files = await known(manager), content(base)
    chosen = list(before.values())[:5]
    done = await manager.trash_images([record.key for record in chosen], "blurred")
    assert [each.item for each in done] == [record.key for record in chosen]
    assert [each.value.path for each in done] == [record.path for record in chosen]
    assert (await known(manager)).keys() == before.keys() - {record.path for record in chosen}
    assert len(image_files(base)) == 3
    receipts = await manager.trashed()
    assert {receipt.reason for receipt in receipts} == {"blurred"}
    assert {receipt.token for receipt in receipts} == {each.value.token for each in done}
    restored = await manager.restore([receipt.token for receipt in receipts])
    assert [each.problem for each in restored] == [None] * 5
    assert content(base) == files
    assert (await known(manager)).keys() == before.keys()
    assert await manager.trashed() == []


async def test_one_that_cannot_be_trashed_or_restored_stops_no_other(store, opened):
    base = store(images=3, days=1, flat_share=0)
    manager = await opened(base)
    first, second, third = (await known(manager)).values()
    (base / second.path).unlink()
    named = [first.key, 99, GONE, "../../x", second.key, third.image_id]
    done = await manager.trash_images(named)
    assert [each.item for each in done] == named
    assert [each.value is None for each in done] == [False, True, True, True, True, False]
    assert all(each.problem for each in done if each.value is None)
    assert await known(manager) == {}
    tokens = [done[0].value.token, "2026-01-01/nothing", done[-1].value.token]
    (base / first.path).write_bytes(b"another")
    restored = await manager.restore(tokens)
    assert [each.item for each in restored] == tokens
    assert "another file" in restored[0].problem
    assert "not in the trash" in restored[1].problem
    assert restored[2].value.path == third.path
    assert third.path in await known(manager)


async def test_an_id_stands_for_every_file_that_has_it(store, opened):
    base = store(images=1, flat_share=0)
    (path,) = image_files(base)
    twin = base / "images" / path.name
    twin.write_bytes(path.read_bytes())
    manager = await opened(base)
    assert len(await manager.annotate([path.stem], PIN)) == 2
    assert {record.pinned for record in (await known(manager)).values()} == {True}
    assert len(await manager.trash_images([path.stem])) == 2
    assert image_files(base) == []


async def test_an_image_that_came_a_moment_ago_can_be_trashed_by_its_id(tmp_path, opened):
    (tmp_path / "images").mkdir()
    manager = await opened(tmp_path)
    path = make_image(tmp_path, NOW)
    (done,) = await manager.trash_images([path.stem])
    assert done.value.image_id == path.stem


async def test_annotations_are_in_sidecar_and_catalogue_at_once(store, opened):
    base = store(images=4, flat_share=0.5)
    manager = await opened(base)
    keys = [record.key for record in (await known(manager)).values()]
    heard = []
    manager.subscribe(heard.append)
    change = AnnotationChange(pinned=True, rating=4, add_tags=("sea",))
    done = await manager.annotate([*keys[:3], 99], change)
    assert [each.value is None for each in done] == [False, False, False, True]
    told = [event for event in heard if isinstance(event, ImagesChanged)]
    assert frozenset().union(*(event.changed for event in told)) == set(keys[:3])
    records = await manager.records(keys)
    said = [(each.pinned, each.rating, each.tags) for each in records.values()]
    assert sorted(said) == [(False, 0, ()), *[(True, 4, ("sea",))] * 3]
    assert await manager.pinned_images() == 3


async def test_what_others_have_from_a_shared_sidecar_changes_too(tmp_path, opened):
    path = make_image(tmp_path, NOW, flat=True)
    twin = tmp_path / f"images/{NOW:%Y/%m/%d}" / path.name
    twin.parent.mkdir(parents=True)
    twin.write_bytes(path.read_bytes())
    manager = await opened(tmp_path)
    key = next(r.key for r in (await known(manager)).values() if r.path == f"images/{path.name}")
    await manager.annotate([key], PIN)
    assert await manager.pinned_images() == 2


async def test_more_than_a_batch_is_done_in_order(store, opened, monkeypatch):
    monkeypatch.setattr("core.image_work.LOOKUPS", 3)
    manager = await opened(store(images=8))
    keys = [record.key for record in (await known(manager)).values()]
    assert [each.item for each in await manager.trash_images(keys)] == keys
    tokens = [receipt.token for receipt in await manager.trashed()]
    assert [each.item for each in await manager.restore(tokens)] == tokens
    assert len(await known(manager)) == 8


async def test_emptying_the_trash_spares_what_was_not_named(store, opened):
    manager = await opened(store(images=4))
    await manager.trash_images([record.key for record in (await known(manager)).values()])
    first, *others = await manager.trashed()
    assert await manager.empty_trash([first]) == []
    assert await manager.trashed() == others
    assert await manager.empty_trash() == []
    assert await manager.trashed() == []


async def test_a_cancelled_caller_does_not_interrupt_what_was_begun(store, opened):
    manager = await opened(store(images=40))
    keys = [record.key for record in (await known(manager)).values()]
    caller = asyncio.create_task(manager.trash_images(keys))
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.wait([caller])
    async with asyncio.timeout(30):
        while len(await manager.trashed()) < 40:
            await asyncio.sleep(0.01)


async def all_at_work(manager, report):
    """The long calls on the images of a store, by kind, each ready to be made once."""
    keys = [record.key for record in (await known(manager)).values()]
    yield "annotate", partial(manager.annotate, keys, PIN)
    yield "trash", partial(manager.trash_images, keys)
    tokens = [receipt.token for receipt in await manager.trashed()]
    yield "restore", partial(manager.restore, tokens)
    yield "undo import", partial(manager.undo_import, report)
    yield "empty", manager.empty_trash


async def imported(manager, count):
    sources = [picture("png", (16, 16), n) for n in range(count)]
    return await manager.import_images(sources)


async def test_all_long_work_tells_how_far_it_is(tmp_path, opened):
    manager = await opened(tmp_path)
    report = await imported(manager, 40)
    size = sum(result.size_bytes for result in report.results)
    async with aclosing(all_at_work(manager, report)) as calls:
        async for kind, call in calls:
            told = []
            await call(progress=told.append)
            assert len(told) > 1
            assert {each.total for each in told} == {40}
            counts = [each.done for each in told]
            assert counts == sorted(set(counts))
            assert counts[-1] == 40
            if kind != "annotate":
                assert told[-1].size_bytes >= size
    assert list((tmp_path / "contact-sheet/work").iterdir()) == []


async def test_what_was_not_begun_when_it_was_to_stop_has_no_result(tmp_path, opened):
    manager = await opened(tmp_path)
    report = await imported(manager, 40)
    done = {}
    async with aclosing(all_at_work(manager, report)) as calls:
        async for kind, call in calls:
            asked = []
            results = await call(should_stop=lambda asked=asked: asked.append(1) or len(asked) > 20)
            assert len(asked) in (20, 21)
            done[kind] = len(results)
    assert done == {"annotate": 20, "trash": 20, "restore": 20, "undo import": 20, "empty": 0}
    assert len(await known(manager)) == len(image_files(tmp_path)) == 20
    assert await manager.trashed() == []


async def test_closing_ends_work_after_the_items_it_is_at(tmp_path, opened):
    manager = await opened(tmp_path)
    await imported(manager, 60)
    keys = [record.key for record in (await known(manager)).values()]
    begun = asyncio.Event()
    work = asyncio.create_task(manager.trash_images(keys, progress=lambda _: begun.set()))
    await begun.wait()
    await manager.close()
    done = await work
    assert 0 < len(done) < 60
    assert len(await manager.trashed()) == len(done) == 60 - len(image_files(tmp_path))


async def test_images_go_from_the_lists_while_the_work_goes_on(tmp_path, opened, monkeypatch):
    monkeypatch.setattr("core.long_work.TELL_SECONDS", 0.0)
    manager = await opened(tmp_path)
    await imported(manager, 40)
    keys = [record.key for record in (await known(manager)).values()]
    left = []

    def heard(event):
        if isinstance(event, ImagesChanged):
            left.append(len(image_files(tmp_path)))

    manager.subscribe(heard)
    await manager.trash_images(keys)
    assert len(left) > 1
    assert left[0] > left[-1] == 0


async def test_the_clean_ups_follow_the_settings(tmp_path, opened):
    old = [make_image(tmp_path, NOW - timedelta(days=40 + n), flat=n == 1) for n in range(3)]
    new = make_image(tmp_path, NOW)
    kept = old.pop()
    manager = await opened(tmp_path)
    assert (await manager.get_storage_stats())["cleanup_last_run"] is None
    await manager.annotate([kept.stem], PIN)
    assert await manager.cleanup_old_images() == 2
    assert (await known(manager)).keys() == {
        path.relative_to(tmp_path).as_posix() for path in (kept, new)
    }
    assert {receipt.image_id for receipt in await manager.trashed()} == {p.stem for p in old}
    last = datetime.fromisoformat((await manager.get_storage_stats())["cleanup_last_run"])
    assert NOW <= last <= datetime.now()
    await manager.close()
    again = await opened(tmp_path)
    assert (await again.get_storage_stats())["cleanup_last_run"] == last.isoformat()


async def test_the_size_limit_is_that_of_the_settings(tmp_path, opened):
    manager = await opened(tmp_path, max_size_gb=0.001)
    for _ in range(3):
        await manager.save_image(bytes(500_000), {})
    first, *_ = (await known(manager)).values()
    await manager.trash_images([first.key])
    assert await manager.cleanup_by_size() == 0
    assert await manager.trashed() == []
    await manager.save_image(bytes(500_000), {})
    assert await manager.cleanup_old_files() == 1
    held = [path.stat().st_size for path in tmp_path.rglob("images/**/*") if path.is_file()]
    assert sum(held) <= 0.001 * 1024**3
    assert await manager.cleanup_old_files() == 0


async def test_a_plan_is_carried_out_as_it_was_shown(tmp_path, opened):
    paths = [make_image(tmp_path, NOW - timedelta(days=n)) for n in range(4)]
    manager = await opened(tmp_path)
    plan = await manager.plan_prune(RetentionPolicy(max_age_days=1))
    late = make_image(tmp_path, NOW - timedelta(days=99))
    told = []
    result = await manager.prune(plan, told.append)
    assert result.images_removed == plan.count == len(told) == 3
    await manager.rescan()
    assert {record.image_id for record in (await known(manager)).values()} == {
        paths[0].stem,
        late.stem,
    }
    assert [each.value.path for each in await manager.restore(result.tokens)]


async def test_the_clean_up_task_runs_until_the_store_is_closed(tmp_path, opened):
    path = make_image(tmp_path, NOW - timedelta(days=40))
    manager = await opened(tmp_path)
    task = asyncio.create_task(manager.start_cleanup_task())
    async with asyncio.timeout(30):
        while path.exists():
            await asyncio.sleep(0.01)
    assert manager._cleanup_task_running is True
    await manager.close()
    await task
    assert manager._cleanup_task_running is False
    assert [receipt.image_id for receipt in await manager.trashed()] == [path.stem]


async def test_closing_ends_a_clean_up_after_the_file_it_is_at(tmp_path, opened):
    for n in range(40):
        make_image(tmp_path, NOW - timedelta(days=40 + n))
    manager = await opened(tmp_path)
    plan = await manager.plan_prune(RetentionPolicy(max_age_days=1))
    begun = asyncio.Event()
    task = asyncio.create_task(manager.prune(plan, lambda _: begun.set()))
    await begun.wait()
    await manager.close()
    assert task.done()
    left = len(image_files(tmp_path))
    assert left + len(await manager.trashed()) == 40
    runs = (tmp_path / "contact-sheet/runs.jsonl").read_text().splitlines()
    assert [json.loads(line)["removed"] for line in runs] == [40 - left]


async def test_a_closed_store_is_an_error(store, opened):
    manager = await opened(store(images=1))
    await manager.close()
    for call in (manager.cleanup_old_files, lambda: manager.plan_prune(RetentionPolicy())):
        with pytest.raises(CatalogError, match="open it"):
            await call()
    with pytest.raises(CatalogError, match="open it"):
        await manager.trash_images([1])
    await manager.start_cleanup_task()
    assert not manager._cleanup_task_running


async def thumbnails_of(manager, images):
    found = {}
    async with aclosing(manager.thumbnails(images, 256)) as batches:
        async for batch in batches:
            found.update((each.key, each) for each in batch)
    return found


async def test_what_is_in_the_trash_has_thumbnails(tmp_path, opened):
    manager = await opened(tmp_path)
    await imported(manager, 2)
    before = list((await known(manager)).values())
    made = await thumbnails_of(manager, before[:1])
    await manager.trash_images([record.key for record in before])
    receipts = {receipt.path: receipt for receipt in await manager.trashed()}
    images = [
        StoredImage(-n, path, receipt.size_bytes, receipt.modified_ns, receipt.trashed_path)
        for n, (path, receipt) in enumerate(receipts.items(), 1)
    ]
    assert {each.path for each in images} == {record.path for record in before}
    for record in before:
        assert receipts[record.path].modified_ns == record.modified_ns
    found = await thumbnails_of(manager, images)
    assert found.keys() == {-1, -2}
    assert all(each.problem is None and each.data for each in found.values())
    (cached,) = (each for each in images if each.path == before[0].path)
    assert found[cached.key].data == made[before[0].key].data
    (tmp_path / cached.located).unlink()  # from here on only the cache knows it
    assert (await thumbnails_of(manager, [cached]))[cached.key].data == found[cached.key].data


async def test_content_orphans_and_unknown_files_are_known(store, opened):
    base = store(images=2, days=1, flat_share=0)
    manager = await opened(base)
    image_id, path = await manager.save_image(picture("png", (48, 32), 3), {})
    digest = json.loads(path.with_suffix(".json").read_bytes())["contact_sheet"]["sha256"]
    assert [record.image_id for record in await manager.find_content(digest)] == [image_id]
    lost, _ = (each for each in image_files(base) if each != path)
    lost.unlink()
    (lost.parent / "notes.txt").write_text("mine")
    await manager.rescan(full=True)
    beside = sidecar_of(base, lost).relative_to(base).as_posix()
    assert [orphan.path for orphan in await manager.orphans()] == [beside]
    folder = lost.parent.relative_to(base).as_posix()
    assert await manager.unknown_files() == {folder: 1}


async def test_an_open_store_is_swept_of_what_a_crash_left(tmp_path, opened, monkeypatch):
    path = make_image(tmp_path, NOW)
    manager = await opened(tmp_path)
    (done,) = await manager.trash_images([path.stem])
    await manager.close()
    trashed = tmp_path / done.value.trashed_path
    os.link(trashed, path)  # as a crash in the middle of a restore leaves it
    stale = path.parent / ".contact-sheet-0123456789abcdef.tmp"
    stale.write_bytes(b"half")
    os.utime(stale, (time.time() - 7200,) * 2)
    monkeypatch.setattr("core.sweeper.IDLE_SECONDS", 0.0)
    again = await opened(tmp_path)
    async with asyncio.timeout(30):
        while stale.exists():
            await asyncio.sleep(0.01)
    await again.close()
    assert not trashed.exists()
    assert sidecar_of(tmp_path, path).exists()


async def test_a_half_made_move_is_put_right_before_the_next_change(tmp_path, opened):
    path, other = make_image(tmp_path, NOW), make_image(tmp_path, NOW - timedelta(hours=1))
    manager = await opened(tmp_path)
    (done,) = await manager.trash_images([path.stem])
    await manager.close()
    trashed = tmp_path / done.value.trashed_path
    trashed.rename(path)  # the sidecar stays behind, as a crash leaves it
    assert not sidecar_of(tmp_path, path).exists()
    again = await opened(tmp_path)
    await again.annotate([other.stem], PIN)
    assert sidecar_of(tmp_path, path).exists()


async def test_closing_ends_a_sweep(tmp_path, opened, monkeypatch):
    for n in range(30):
        make_image(tmp_path, NOW - timedelta(days=n))
    monkeypatch.setattr("core.sweeper.IDLE_SECONDS", 0.0)
    monkeypatch.setattr("core.sweeper.PAUSE_SECONDS", 600.0)
    manager = await opened(tmp_path)
    await asyncio.sleep(0.05)
    await manager.close()


async def test_of_many_who_store_one_id_the_last_one_stays_whole(tmp_path, opened):
    managers = [await opened(tmp_path) for _ in range(3)]
    urls = [
        f"data:image/{kind};base64,{base64.b64encode(bytes([n]) * 50_000).decode()}"
        for n, kind in enumerate(["png", "webp"] * 12)
    ]
    with pytest.warns(DeprecationWarning, match="save_image"):
        await asyncio.gather(
            *(managers[n % 3].store_image("cat", url, {"n": n}) for n, url in enumerate(urls))
        )
    (path,) = image_files(tmp_path)
    data, metadata = await managers[0].load_image("cat")
    assert data == path.read_bytes()
    assert metadata["contact_sheet"]["sha256"] == hashlib.sha256(data).hexdigest()
    assert (metadata["n"], metadata["format"]) == (data[0], path.suffix[1:])


@pytest.mark.parametrize("flat", [False, True])
async def test_a_sweep_that_fails_is_told_and_the_store_opens(tmp_path, opened, caplog, flat):
    path = make_image(tmp_path, NOW, flat=flat)
    manager = await opened(tmp_path)
    (done,) = await manager.trash_images([path.stem])
    await manager.close()
    sidecar_of(tmp_path, path).write_text('{"prompt": "another"}')
    (tmp_path / done.value.trashed_path).rename(path)  # half restored, and then written over
    again = await opened(tmp_path)
    await again.restore(["none"])
    await again.close()
    assert "there is another in its place" in caplog.text
    assert sidecar_of(tmp_path, path).read_text() == '{"prompt": "another"}'
    (tmp_path / "contact-sheet/lock").unlink()
    (tmp_path / "contact-sheet/lock").mkdir()
    third = await opened(tmp_path)
    await third.restore(["none"])
    await third.close()
    assert "cannot be put right" in caplog.text
