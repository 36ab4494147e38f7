"""Random sequences of everything that can happen to a store, against a model in memory.

``CONTACT_SHEET_EXAMPLES=2000 pytest tests/core/test_store_machine.py`` tries new and longer ones.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
import shutil
import time
import warnings
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core import ImageStorageManager, StorageSettings
from core.annotations import AnnotationChange
from core.prune_records import Kind, RetentionPolicy
from core.records import TrashReceipt
from core.workers import WorkerPool

T = TypeVar("T")

EXAMPLES = int(os.environ.get("CONTACT_SHEET_EXAMPLES", "0"))
PROFILE = settings(
    max_examples=EXAMPLES or 40,
    stateful_step_count=50 if EXAMPLES else 25,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
SIZES = st.sampled_from([0, 700, 60_000, 500_000])
LIMIT = int(0.001 * 1024**3)  # the smallest the settings allow
RETENTION = timedelta(days=30)
AGES = st.sampled_from([1, 29, 31, 400])
LATE_SECONDS = 2 * 3600
SECRET = b"nobody's business"
UNCHECKED = {"contact-sheet/lock", "contact-sheet/runs.jsonl"}
picked = st.integers(0, 1000)


@dataclass(frozen=True)
class Image:
    """One image as it should be."""

    path: str
    beside: str
    data: bytes
    sidecar: bytes
    pinned: bool = False

    @property
    def image_id(self) -> str:
        return Path(self.path).stem

    @property
    def created(self) -> datetime:
        return datetime.fromisoformat(json.loads(self.sidecar)["created_at"])

    @property
    def day(self) -> date:
        folders = self.path.split("/")[1:-1]
        return date(*map(int, folders)) if folders else self.created.date()

    @property
    def size(self) -> int:
        return len(self.data) + len(self.sidecar)


class StoreMachine(RuleBasedStateMachine):
    """A store, and what should be in it. ``loop``, ``workers`` and ``folder`` are the test's."""

    loop: asyncio.Runner
    workers: WorkerPool
    folder: Path
    numbers = itertools.count(1)

    def __init__(self) -> None:
        super().__init__()
        home = self.folder / f"example-{next(self.numbers)}"
        self.base = home / "store"
        self.images: dict[str, Image] = {}
        self.trash: dict[str, tuple[TrashReceipt, Image]] = {}
        self.leftovers: dict[str, tuple[bytes, bool]] = {}  # content, and whether it may go
        (self.base / "images").mkdir(parents=True)
        (home / "outside.png").write_bytes(SECRET)
        (self.base / "images/link.png").symlink_to(home / "outside.png")
        (self.base / "images/notes.txt").write_bytes(SECRET)
        for days in (400, 60, 1):
            self.put(days, 700, flat=days == 60)
        self.open()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run(work)

    def open(self) -> None:
        found = StorageSettings(
            base_path=str(self.base),
            retention_days=RETENTION.days,
            max_size_gb=0.001,
        )
        self.manager = ImageStorageManager(found, workers=self.workers)
        self.run(self.manager.initialize())
        self.run(self.manager.rescan())

    def teardown(self) -> None:
        self.run(self.manager.close())
        shutil.rmtree(self.base.parent)

    def pick(self, number: int) -> Image:
        return sorted(self.images.values(), key=lambda each: each.path)[number % len(self.images)]

    def key_of(self, image: Image) -> int:
        records = self.run(self.all_records())
        return next(key for key, record in records.items() if record.path == image.path)

    async def all_records(self) -> dict[int, Any]:
        keys = [key for day in await self.manager.days() for key in day.keys]
        return await self.manager.records(keys)

    # What people and servers do through the API

    @rule(size=SIZES, dated=st.booleans(), extension=st.sampled_from(["png", "jpg", "webp"]))
    def save(self, size: int, dated: bool, extension: str) -> None:
        number = next(self.numbers)
        data = b"%d" % number + bytes(size)
        self.manager.settings = msgspec.structs.replace(
            self.manager.settings, create_subdirectories=dated
        )
        metadata = {"prompt": f"prompt {number}"}
        image_id, path = self.run(self.manager.save_image(data, metadata, extension))
        relative = path.relative_to(self.base).as_posix()
        assert path.name == f"{image_id}.{extension}"
        assert (relative.count("/") == 4) is dated
        self.take_over(relative, data, metadata)

    @rule(
        image_id=st.just("alpha"),
        size=SIZES,
        extension=st.sampled_from(["png", "webp"]),
    )
    def store(self, image_id: str, size: int, extension: str) -> None:
        number = next(self.numbers)
        data = b"%d" % number + bytes(size)
        url = f"data:image/{extension};base64,{base64.b64encode(data).decode()}"
        metadata = {"prompt": f"prompt {number}"}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            self.run(self.manager.store_image(image_id, url, metadata))
        self.leftovers.pop(f"metadata/{image_id}.json", None)
        self.images = {p: each for p, each in self.images.items() if each.image_id != image_id}
        self.take_over(f"images/{image_id}.{extension}", data, metadata)

    def take_over(self, path: str, data: bytes, metadata: dict[str, str]) -> None:
        stem = Path(path).stem
        dated = path.count("/") == 4
        beside = path.rpartition(".")[0] + ".json" if dated else f"metadata/{stem}.json"
        sidecar = (self.base / beside).read_bytes()
        assert json.loads(sidecar).items() >= {"image_id": stem, **metadata}.items()
        self.images[path] = Image(path, beside, data, sidecar)

    @precondition(lambda self: self.images)
    @rule(number=picked, pinned=st.sampled_from([True, True, False]), by_key=st.booleans())
    def pin(self, number: int, pinned: bool, by_key: bool) -> None:
        image = self.pick(number)
        named = self.key_of(image) if by_key else image.image_id
        (done,) = self.run(self.manager.annotate([named], AnnotationChange(pinned=pinned)))
        assert (done.item, done.problem) == (named, None)
        assert done.value is not None
        assert done.value.pinned is pinned
        sidecar = (self.base / image.beside).read_bytes()
        before, after = json.loads(image.sidecar), json.loads(sidecar)
        ours = before.pop("contact_sheet", {})
        assert after.pop("contact_sheet", {}).get("pinned", False) is pinned
        assert after == before
        assert pinned is not image.pinned or sidecar == image.sidecar or "pinned" not in ours
        self.images[image.path] = replace(image, sidecar=sidecar, pinned=pinned)

    @precondition(lambda self: self.images)
    @rule(numbers=st.lists(picked, min_size=1, max_size=3), by_key=st.booleans())
    def trash_some(self, numbers: list[int], by_key: bool) -> None:
        chosen = {image.path: image for image in map(self.pick, numbers)}
        named = [self.key_of(each) if by_key else each.image_id for each in chosen.values()]
        done = self.run(self.manager.trash_images([*named, "nobody"], "tired of it"))
        assert [each.item for each in done] == [*named, "nobody"]
        assert done.pop().problem
        for result in done:
            assert result.value is not None
            self.put_into_trash(result.value)

    def put_into_trash(self, receipt: TrashReceipt) -> None:
        self.trash[receipt.token] = receipt, self.images.pop(receipt.path)

    @precondition(lambda self: self.trash)
    @rule(number=picked)
    def restore(self, number: int) -> None:
        token = sorted(self.trash)[number % len(self.trash)]
        _, image = self.trash[token]
        (done,) = self.run(self.manager.restore([token]))
        taken = {each.beside for each in self.images.values()} | self.leftovers.keys()
        if image.path in self.images or image.beside in taken:
            assert done.problem
        else:
            assert done.problem is None
            self.images[image.path] = image
            del self.trash[token]

    @precondition(lambda self: self.trash)
    @rule()
    def empty_trash(self) -> None:
        assert self.run(self.manager.empty_trash()) == []
        self.trash.clear()

    @precondition(lambda self: self.images)
    @rule(number=picked)
    def delete(self, number: int) -> None:
        image = self.pick(number)
        assert self.run(self.manager.delete_image(image.image_id)) is True
        assert self.run(self.manager.delete_image(image.image_id)) is False
        del self.images[image.path]

    # Clean-ups

    @rule()
    def cleanup_by_age(self) -> None:
        limit = datetime.now() - RETENTION
        expired = {p for p, i in self.images.items() if i.created < limit and not i.pinned}
        assert self.run(self.manager.cleanup_old_images()) == len(expired)
        self.lose_leftovers()
        for receipt in self.run(self.manager.trashed()):
            if receipt.path in expired and receipt.token not in self.trash:
                self.put_into_trash(receipt)
        assert not expired & self.images.keys()

    @rule()
    def cleanup_by_size(self) -> None:
        gone = self.expect_size_limit(LIMIT)
        assert self.run(self.manager.cleanup_by_size()) == gone

    @rule(share=st.sampled_from([0.0, 0.3, 0.7, 0.9]))
    def prune_to_size(self, share: float) -> None:
        limit = int(self.size() * share)
        planned = self.run(self.manager.plan_prune(RetentionPolicy(max_bytes=limit)))
        assert planned.bytes_before == self.size()
        before = self.images.copy()
        gone = self.expect_size_limit(limit)
        images = [entry.item.path for entry in planned.entries if entry.item.kind is Kind.IMAGE]
        assert sorted(images) == sorted(before.keys() - self.images.keys())
        result = self.run(self.manager.prune(planned))
        assert (result.images_removed, result.problems) == (gone, [])
        assert planned.bytes_after == self.size()

    def size(self) -> int:
        leftovers = sum(len(content) for content, _ in self.leftovers.values())
        trash = sum(map(self.trashed_size, self.trash))
        return leftovers + trash + sum(image.size for image in self.images.values())

    def trashed_size(self, token: str) -> int:
        receipt = self.base / f"contact-sheet/trash/{token}.receipt"
        return self.trash[token][1].size + receipt.stat().st_size

    def expect_size_limit(self, limit: int) -> int:
        """Take out of the model what has to go; returns the number of images."""
        self.lose_leftovers()
        over = self.size() - limit
        for token, (receipt, _) in sorted(
            self.trash.items(), key=lambda item: (item[1][0].trashed_at, item[0])
        ):
            if over > 0:
                over -= self.trashed_size(token)
                assert receipt.path
                del self.trash[token]
        oldest_first = sorted(self.images.values(), key=lambda i: (i.created, i.image_id))
        before = len(oldest_first)
        for image in oldest_first:
            if over > 0 and not image.pinned:
                over -= image.size
                del self.images[image.path]
        return before - len(self.images)

    def lose_leftovers(self) -> None:
        self.leftovers = {p: each for p, each in self.leftovers.items() if not each[1]}

    # What others do to the files

    @rule(days=AGES, size=SIZES, flat=st.booleans())
    def a_server_saves(self, days: int, size: int, flat: bool) -> None:
        self.put(days, size, flat)
        self.run(self.manager.rescan())

    def put(self, days: int, size: int, flat: bool) -> None:
        number = next(self.numbers)
        created = self.moment(days)
        name = f"img_{created:%Y%m%d%H%M%S}_{number:012x}"
        folder = "images" if flat else f"images/{created:%Y/%m/%d}"
        path, beside = f"{folder}/{name}.png", f"{folder}/{name}.json"
        if flat:
            beside = f"metadata/{name}.json"
        sidecar = json.dumps({"image_id": name, "created_at": created.isoformat()}).encode()
        image = Image(path, beside, b"%d" % number + bytes(size), sidecar)
        self.images[path] = image
        self.write(path, image.data)
        self.write(beside, sidecar)

    @precondition(lambda self: self.images)
    @rule(number=picked, days=AGES)
    def somebody_edits_a_sidecar(self, number: int, days: int) -> None:
        image = self.pick(number)
        found = json.loads(image.sidecar) | {"created_at": self.moment(days).isoformat()}
        sidecar = json.dumps(found).encode()
        self.images[image.path] = replace(image, sidecar=sidecar)
        self.write(image.beside, sidecar)
        self.run(self.manager.rescan(full=True))

    @precondition(lambda self: self.images)
    @rule(number=picked, size=SIZES)
    def somebody_edits_an_image(self, number: int, size: int) -> None:
        image = self.pick(number)
        data = b"edited %d" % next(self.numbers) + bytes(size)
        self.images[image.path] = replace(image, data=data)
        self.write(image.path, data)
        self.run(self.manager.rescan(full=True))

    @precondition(lambda self: self.images)
    @rule(number=picked, sidecar_too=st.booleans(), late=st.booleans())
    def somebody_deletes_an_image(self, number: int, sidecar_too: bool, late: bool) -> None:
        image = self.pick(number)
        del self.images[image.path]
        (self.base / image.path).unlink()
        if sidecar_too:
            (self.base / image.beside).unlink()
        else:
            self.leave(image.beside, image.sidecar, late)
        self.run(self.manager.rescan(full=True))

    @rule(late=st.booleans())
    def somebody_crashes(self, late: bool) -> None:
        path = f"images/.{next(self.numbers)}.png.tmp"
        self.write(path, b"half an im")
        self.leave(path, b"half an im", late)

    @rule()
    def restart(self) -> None:
        self.run(self.manager.close())
        self.open()

    def moment(self, days: int) -> datetime:
        """So many days ago, and never twice the same."""
        return datetime.now() - timedelta(days=days, seconds=next(self.numbers) % 3600)

    def write(self, path: str, content: bytes) -> None:
        (self.base / path).parent.mkdir(parents=True, exist_ok=True)
        (self.base / path).write_bytes(content)

    def leave(self, path: str, content: bytes, late: bool) -> None:
        self.leftovers[path] = content, late
        if late:
            then = time.time() - LATE_SECONDS
            os.utime(self.base / path, (then, then))

    # What always holds

    @invariant()
    def the_list_is_right(self) -> None:
        expected = sorted(self.images.values(), key=lambda i: (i.day, i.created), reverse=True)
        listed = self.run(self.manager.list_images())
        assert listed == [json.loads(image.sidecar) for image in expected]
        stats = self.run(self.manager.get_storage_stats())
        assert stats["total_images"] == len(expected)
        held = sum(len(image.data) for image in expected)
        assert stats["storage_usage_mb"] == round(held / 1024**2, 2)
        assert self.run(self.manager.pinned_images()) == sum(i.pinned for i in expected)

    @invariant()
    def every_image_loads(self) -> None:
        for image in self.images.values():
            data, metadata = self.run(self.manager.load_image(image.image_id))
            assert data == image.data
            assert metadata == json.loads(image.sidecar)

    @invariant()
    def the_trash_is_right(self) -> None:
        found = {receipt.token: receipt for receipt in self.run(self.manager.trashed())}
        assert found == {token: receipt for token, (receipt, _) in self.trash.items()}

    @invariant()
    def the_disk_holds_this_and_nothing_else(self) -> None:
        expected = {"images/link.png": SECRET, "images/notes.txt": SECRET}
        expected |= {path: content for path, (content, _) in self.leftovers.items()}
        for image in self.images.values():
            expected |= {image.path: image.data, image.beside: image.sidecar}
        for token, (receipt, image) in self.trash.items():
            entry = f"contact-sheet/trash/{token}"
            note = (self.base / f"{entry}.receipt").read_bytes()
            trashed = {f"{entry}.json": image.sidecar, f"{entry}.receipt": note}
            expected |= trashed | {receipt.trashed_path: image.data}
        held = {
            path.relative_to(self.base).as_posix(): path.read_bytes()
            for path in self.base.rglob("*")
            if not path.is_dir()
        }
        assert expected == {path: held[path] for path in held.keys() - UNCHECKED}
        assert (self.base / "images/link.png").is_symlink()
        around = {path.name for path in self.base.parent.iterdir()}
        assert around == {"store", "outside.png"}
        assert (self.base.parent / "outside.png").read_bytes() == SECRET


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[type[StoreMachine]]:
    with asyncio.Runner() as loop:
        workers = WorkerPool(1)
        StoreMachine.loop, StoreMachine.workers, StoreMachine.folder = loop, workers, tmp_path
        yield StoreMachine
        loop.run(workers.close())


@pytest.mark.timeout(0 if EXAMPLES else 120)
def test_any_sequence_agrees_with_the_model(machine: type[StoreMachine]) -> None:
    run_state_machine_as_test(machine, settings=PROFILE)
