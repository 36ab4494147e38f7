"""Random sequences of everything that can happen to a store, against a model in memory.

``CONTACT_SHEET_EXAMPLES=2000 pytest tests/core/test_store_machine.py`` tries new and longer ones.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import logging
import os
import shutil
import time
import warnings
from collections.abc import Callable, Collection, Coroutine, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from core import ImageStorageManager, StorageSettings
from core.annotations import AnnotationChange
from core.import_records import ImportOutcome, ImportReport, UndoOutcome
from core.prune_records import Kind, RetentionPolicy
from core.records import EPOCH, TrashReceipt
from core.workers import WorkerPool
from tests.core.store_model import Image, Leftover, Trashed
from tests.stores import picture

T = TypeVar("T")

EXAMPLES = int(os.environ.get("CONTACT_SHEET_EXAMPLES", "0"))
PROFILE = settings(
    max_examples=EXAMPLES or 10,
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
PICTURE = picture("png", (8, 8), 9)
BROKEN = [
    None,
    b"",
    b"{",
    b"[]",
    b"\xff\xfe",
    b"[" * 9999,
    b'{"image_id": "../x"}',
    b'{"created_at": 7}',
]
UNCHECKED = {"contact-sheet/lock", "contact-sheet/runs.jsonl"}
AT_ONCE = ["save", "store", "import", "restore", "trash", "pin", "delete"]
NEW, HERE, IN_TRASH, REFUSED = ImportOutcome
picked = st.integers(0, 1000)
log = logging.getLogger(__name__)


class Work(NamedTuple):
    """Something to do, by itself or together with something else, and what is to come of it."""

    start: Callable[[], Coroutine[Any, Any, Any]]
    check: Callable[[Any], None]


class StoreMachine(RuleBasedStateMachine):
    """A store, and what should be in it. What stands first is the test's."""

    loop: asyncio.Runner
    workers: WorkerPool
    folder: Path
    dated: bool
    numbers = itertools.count(1)
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.home = self.folder / f"example-{next(self.numbers)}"
        self.base = self.home / "store"
        self.images: dict[str, Image] = {}
        self.trash: dict[str, Trashed] = {}
        self.leftovers: dict[str, Leftover] = {}
        self.imports: list[ImportReport] = []
        (self.base / "images").mkdir(parents=True)
        (self.home / "outside.png").write_bytes(SECRET)
        (self.base / "images/link.png").symlink_to(self.home / "outside.png")
        (self.base / "images/notes.txt").write_bytes(SECRET)
        for days in (400, 60, 1):
            self.put(days, 700, flat=days == 60)
        self.open()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run(work)

    def do(self, *works: Work | None) -> None:
        """Do some things at the same time, then check each."""
        chosen = [work for work in works if work is not None]

        async def start() -> list[Any]:
            return await asyncio.gather(*(work.start() for work in chosen))

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            results = self.run(start())
        for work, result in zip(chosen, results, strict=True):
            work.check(result)

    def open(self) -> None:
        found = StorageSettings(
            base_path=str(self.base),
            retention_days=RETENTION.days,
            max_size_gb=0.001,
            create_subdirectories=self.dated,
        )
        self.manager = ImageStorageManager(found, workers=self.workers)
        self.run(self.manager.initialize())
        self.run(self.manager.rescan())

    def teardown(self) -> None:
        self.run(self.manager.close())
        shutil.rmtree(self.home)

    def new_data(self, size: int = 0) -> bytes:
        """An image that there never was."""
        return PICTURE + b"%d" % next(self.numbers) + bytes(size)

    def pick(self, number: int, busy: Collection[str] = ()) -> Image | None:
        free = [image for image in self.images.values() if image.image_id not in busy]
        return sorted(free, key=lambda each: each.path)[number % len(free)] if free else None

    def key_of(self, image: Image) -> int:
        records = self.run(self.all_records())
        return next(key for key, record in records.items() if record.path == image.path)

    async def all_records(self) -> dict[int, Any]:
        keys = [key for day in await self.manager.days() for key in day.keys]
        return await self.manager.records(keys)

    async def all_loaded(self) -> list[tuple[Image, tuple[bytes, Any], Any]]:
        async def loaded(image: Image) -> tuple[Image, tuple[bytes, Any], Any]:
            found = await self.manager.load_image(image.image_id)
            return image, found, await self.manager.get_image_metadata(image.image_id)

        return await asyncio.gather(*map(loaded, self.images.values()))

    # What people and servers do through the API. No rule has a precondition: Hypothesis wants the
    # same to be possible each time, and what a size limit leaves hangs on the digits of times.

    @rule(size=SIZES, extension=st.sampled_from(["png", "jpg", "webp"]))
    def save(self, size: int, extension: str) -> None:
        self.do(self.saving(size, extension))

    def saving(self, size: int, extension: str = "png") -> Work:
        data = self.new_data(size)
        metadata = {"prompt": f"prompt {next(self.numbers)}"}

        def check(saved: tuple[str, Path]) -> None:
            image_id, path = saved
            assert path.name == f"{image_id}.{extension}"
            self.take_over(path.relative_to(self.base).as_posix(), data, metadata)

        return Work(lambda: self.manager.save_image(data, metadata, extension), check)

    @rule(size=SIZES, extension=st.sampled_from(["png", "webp"]))
    def store(self, size: int, extension: str) -> None:
        self.do(self.storing(size, extension))

    def storing(self, size: int, extension: str = "png") -> Work:
        data = self.new_data(size)
        url = f"data:image/{extension};base64,{base64.b64encode(data).decode()}"
        metadata = {"prompt": f"prompt {next(self.numbers)}"}

        def check(_: None) -> None:
            self.leftovers.pop("metadata/alpha.json", None)
            self.images = {p: each for p, each in self.images.items() if each.image_id != "alpha"}
            self.take_over(f"images/alpha.{extension}", data, metadata, dated=False)

        return Work(lambda: self.manager.store_image("alpha", url, metadata), check)

    def take_over(
        self, path: str, data: bytes, metadata: dict[str, str], dated: bool | None = None
    ) -> None:
        assert (path.count("/") == 4) is (self.dated if dated is None else dated)
        image = self.images[path] = self.found(path, data)
        assert image.described is not None
        assert image.described.items() >= metadata.items()

    def found(self, path: str, data: bytes) -> Image:
        """An image of the store with the sidecar that it has now."""
        image = Image(path, data, None, self.written(path))
        return replace(image, sidecar=(self.base / image.beside).read_bytes())

    @rule(number=picked, pinned=st.sampled_from([True, True, False]), by_key=st.booleans())
    def pin(self, number: int, pinned: bool, by_key: bool) -> None:
        self.do(self.pinning(self.pick(number), pinned, by_key))

    def pinning(self, image: Image | None, pinned: bool = True, by_key: bool = True) -> Work | None:
        if image is None:
            return None
        named = self.key_of(image) if by_key else image.image_id

        def check(results: list[Any]) -> None:
            (done,) = results
            assert done.item == named
            if image.sidecar is not None and image.described is None:
                assert done.problem
                return
            assert done.value.pinned is pinned
            now = self.images[image.path] = self.found(image.path, image.data)
            assert now.pinned is pinned
            assert now.created == image.created
            if image.described is not None:
                rest = {key: value for key, value in now.loaded().items() if key != "contact_sheet"}
                assert rest.items() <= image.described.items()
                assert pinned is not image.pinned or now.sidecar == image.sidecar

        change = AnnotationChange(pinned=pinned)
        return Work(lambda: self.manager.annotate([named], change), check)

    @rule(numbers=st.lists(picked, min_size=1, max_size=3), by_key=st.booleans())
    def trash_some(self, numbers: list[int], by_key: bool) -> None:
        chosen = {image.path: image for image in map(self.pick, numbers) if image}
        self.do(self.trashing(list(chosen.values()), by_key))

    def trashing(self, images: list[Image], by_key: bool = True) -> Work:
        named = [self.key_of(each) if by_key else each.image_id for each in images]

        def check(done: list[Any]) -> None:
            assert [each.item for each in done] == [*named, "nobody"]
            assert done.pop().problem
            for result in done:
                self.put_into_trash(result.value)

        return Work(lambda: self.manager.trash_images([*named, "nobody"], "tired of it"), check)

    def put_into_trash(self, receipt: TrashReceipt) -> None:
        self.trash[receipt.token] = Trashed(receipt, self.images.pop(receipt.path))

    @rule(number=picked)
    def restore(self, number: int) -> None:
        self.do(self.restoring(number, set()))

    def restoring(self, number: int, busy: set[str]) -> Work | None:
        free = [token for token, (_, image) in self.trash.items() if image.image_id not in busy]
        if not free:
            return None
        token = sorted(free)[number % len(free)]
        image = self.trash[token].image
        busy.add(image.image_id)
        orphan = self.leftovers.get(image.beside)
        others = [each for each in self.images.values() if each.beside == image.beside]
        if others and None in (image.sidecar, others[0].sidecar):
            return None  # two images would have one sidecar, which is not in the model
        there = others[0].sidecar if others else orphan and orphan.content
        if others and there == image.sidecar:
            return None

        def check(results: list[Any]) -> None:
            (done,) = results
            if image.path in self.images or not (there is None or image.sidecar in (None, there)):
                assert done.problem
                return
            assert done.problem is None
            self.leftovers.pop(image.beside, None)
            self.images[image.path] = replace(
                image, sidecar=there if image.sidecar is None else image.sidecar
            )
            del self.trash[token]

        return Work(lambda: self.manager.restore([token]), check)

    @rule()
    def empty_trash(self) -> None:
        assert self.run(self.manager.empty_trash()) == []
        self.trash.clear()

    @rule(number=picked)
    def delete(self, number: int) -> None:
        self.do(self.deleting(self.pick(number)))

    def deleting(self, image: Image | None) -> Work | None:
        if image is None:
            return None

        async def twice() -> tuple[bool, bool]:
            first = await self.manager.delete_image(image.image_id)
            return first, await self.manager.delete_image(image.image_id)

        def check(done: tuple[bool, bool]) -> None:
            assert done == (True, False)
            del self.images[image.path]

        return Work(twice, check)

    @rule(
        kinds=st.lists(
            st.tuples(st.sampled_from(["new", "image", "trash", "text"]), picked),
            min_size=1,
            max_size=4,
        ),
        again=st.booleans(),
        as_folder=st.booleans(),
    )
    def import_some(self, kinds: list[tuple[str, int]], again: bool, as_folder: bool) -> None:
        sources = [self.source(*kind) for kind in kinds]
        self.do(self.importing(sources + sources[:again], as_folder))

    def source(self, kind: str, number: int) -> bytes:
        """The bytes of an image to import: one that is in the store, say."""
        known = self.images.values() if kind == "image" else [t.image for t in self.trash.values()]
        datas = sorted(image.data for image in known) if kind in ("image", "trash") else []
        if kind == "text":
            return b"a text, whatever its name"
        return datas[number % len(datas)] if datas else self.new_data(number)

    def importing(self, sources: list[bytes], as_folder: bool = False) -> Work:
        folder = self.home / f"photos-{next(self.numbers)}"
        if as_folder:
            for n, data in enumerate(sources):
                self.write(folder / f"{n}.png", data)

        def check(report: ImportReport) -> None:
            if as_folder:
                assert [path.read_bytes() for path in sorted(folder.iterdir())] == sources
                shutil.rmtree(folder)
            results = list(zip(sources, report.results, strict=True))
            for data, result in sorted(results, key=lambda r: r[1].outcome is not NEW):
                assert result.outcome is self.expected(data)
                if result.outcome is NEW:
                    self.take_over(result.path, data, {})
                elif result.outcome is HERE:
                    assert self.images[result.path].data == data
                elif result.outcome is IN_TRASH:
                    assert self.trash[result.token].image.data == data
            self.imports.append(report)

        return Work(lambda: self.manager.import_images([folder] if as_folder else sources), check)

    def expected(self, data: bytes) -> ImportOutcome:
        if not data.startswith(PICTURE):
            return REFUSED
        if any(image.is_known_to_hold(data) for image in self.images.values()):
            return HERE
        in_trash = any(each.image.is_known_to_hold(data) for each in self.trash.values())
        return IN_TRASH if in_trash else NEW

    @rule(number=picked)
    def undo_an_import(self, number: int) -> None:
        if not self.imports:
            return
        report = self.imports.pop(number % len(self.imports))
        undone = self.run(self.manager.undo_import(report))
        receipts = {each.token: each for each in self.run(self.manager.trashed())}
        for brought, result in zip(report.of(NEW), undone, strict=True):
            assert result.path == brought.path
            if brought.path in self.images:
                assert result.outcome is UndoOutcome.TRASHED
                self.put_into_trash(receipts[result.token])
            else:
                assert result.outcome is UndoOutcome.GONE

    @rule(
        kinds=st.tuples(st.sampled_from(AT_ONCE), st.sampled_from(AT_ONCE)),
        numbers=st.tuples(picked, picked),
    )
    def two_at_the_same_time(self, kinds: tuple[str, str], numbers: tuple[int, int]) -> None:
        busy = {"alpha"} if "store" in kinds else set()
        first = self.work_on_another(kinds[0], numbers[0], busy)
        kind = "save" if kinds == ("store", "store") else kinds[1]  # there is but one such id
        self.do(first, self.work_on_another(kind, numbers[1], busy))
        # The scan that begins an import may have met a sidecar whose image was just deleted.
        self.run(self.manager.rescan())

    def work_on_another(self, kind: str, number: int, busy: set[str]) -> Work | None:
        """Something to do with an image that is not among the busy ones; then it is."""
        if kind == "save":
            return self.saving(number)
        if kind == "store":
            return self.storing(number)
        if kind == "import":
            return self.importing([self.new_data(), self.new_data()])
        if kind == "restore":
            return self.restoring(number, busy)
        image = self.pick(number, busy)
        if image is None:
            return None
        busy.add(image.image_id)
        if kind == "trash":
            return self.trashing([image])
        return self.pinning(image) if kind == "pin" else self.deleting(image)

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
        self.run(self.manager.rescan())  # orphans may be known as such for two seconds too long
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
        leftovers = sum(len(each.content) for each in self.leftovers.values() if each.counts)
        trash = sum(map(self.trashed_size, self.trash))
        return leftovers + trash + sum(image.size for image in self.images.values())

    def trashed_size(self, token: str) -> int:
        receipt = self.base / f"contact-sheet/trash/{token}.receipt"
        return self.trash[token].image.size + receipt.stat().st_size

    def expect_size_limit(self, limit: int) -> int:
        """Take out of the model what has to go; returns the number of images."""
        self.lose_leftovers()
        over = self.size() - limit
        for token in sorted(self.trash, key=lambda t: (self.trash[t].receipt.trashed_at, t)):
            if over > 0:
                over -= self.trashed_size(token)
                del self.trash[token]
        oldest_first = sorted(self.images.values(), key=lambda i: (i.created, i.image_id))
        before = len(oldest_first)
        for image in oldest_first:
            if over > 0 and not image.pinned:
                over -= image.size
                del self.images[image.path]
        return before - len(self.images)

    def lose_leftovers(self) -> None:
        self.leftovers = {
            path: each for path, each in self.leftovers.items() if not (each.late and each.counts)
        }

    # What others do to the files

    @rule(days=AGES, size=SIZES, flat=st.booleans())
    def a_server_saves(self, days: int, size: int, flat: bool) -> None:
        self.put(days, size, flat)
        self.run(self.manager.rescan())

    def put(self, days: int, size: int, flat: bool) -> None:
        created = self.moment(days)
        name = f"img_{created:%Y%m%d%H%M%S}_{next(self.numbers):012x}"
        folder = "images" if flat else f"images/{created:%Y/%m/%d}"
        sidecar = json.dumps({"image_id": name, "created_at": created.isoformat()}).encode()
        self.replace_files(f"{folder}/{name}.png", self.new_data(size), sidecar)

    def replace_files(self, path: str, data: bytes, sidecar: bytes | None) -> None:
        image = Image(path, data, sidecar, EPOCH)
        before = self.images.get(path)
        if before is None or before.data != data:
            self.write(self.base / path, data)
        if sidecar is not None:
            self.write(self.base / image.beside, sidecar)
        elif before is not None and before.sidecar is not None:
            (self.base / image.beside).unlink()
        self.images[path] = replace(image, written=self.written(path))

    @rule(number=picked, days=AGES)
    def somebody_edits_a_sidecar(self, number: int, days: int) -> None:
        if (image := self.pick(number)) is None:
            return
        found = (image.described or {}) | {"created_at": self.moment(days).isoformat()}
        self.replace_files(image.path, image.data, json.dumps(found).encode())
        self.run(self.manager.rescan(full=True))

    @rule(number=picked, broken=st.sampled_from(BROKEN))
    def somebody_breaks_a_sidecar(self, number: int, broken: bytes | None) -> None:
        if (image := self.pick(number)) is None:
            return
        self.replace_files(image.path, image.data, broken)
        self.run(self.manager.rescan(full=True))

    @rule(number=picked, size=SIZES)
    def somebody_edits_an_image(self, number: int, size: int) -> None:
        if (image := self.pick(number)) is None:
            return
        self.replace_files(image.path, self.new_data(size), image.sidecar)
        self.run(self.manager.rescan(full=True))

    @rule(number=picked, sidecar_too=st.booleans(), late=st.booleans())
    def somebody_deletes_an_image(self, number: int, sidecar_too: bool, late: bool) -> None:
        if (image := self.pick(number)) is None:
            return
        del self.images[image.path]
        (self.base / image.path).unlink()
        if image.sidecar is not None and sidecar_too:
            (self.base / image.beside).unlink()
        elif image.sidecar is not None:
            self.leave(image.beside, image.sidecar, late, image.is_surely_a_sidecar)
        self.run(self.manager.rescan(full=True))

    @rule(late=st.booleans())
    def somebody_crashes(self, late: bool) -> None:
        path = f"images/.{next(self.numbers)}.png.tmp"
        self.write(self.base / path, b"half an im")
        self.leave(path, b"half an im", late, True)

    @rule()
    def restart(self) -> None:
        self.run(self.manager.close())
        self.open()

    def moment(self, days: int) -> datetime:
        """So many days ago, and never twice the same."""
        return datetime.now() - timedelta(days=days, seconds=next(self.numbers) % 3600)

    def write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def written(self, path: str) -> datetime:
        return datetime.fromtimestamp(int((self.base / path).stat().st_mtime))

    def leave(self, path: str, content: bytes, late: bool, counts: bool) -> None:
        self.leftovers[path] = Leftover(content, late, counts)
        if late:
            then = time.time() - LATE_SECONDS
            os.utime(self.base / path, (then, then))

    # What always holds

    @invariant()
    def the_list_is_right(self) -> None:
        type(self).steps += 1
        listed = self.run(self.manager.list_images())
        place = {each["image_id"]: -n for n, each in enumerate(listed)}  # where times are alike
        expected = sorted(
            self.images.values(),
            key=lambda i: (i.day, i.created, place.get(i.image_id, 0)),
            reverse=True,
        )
        assert listed == [image.listed() for image in expected]
        stats = self.run(self.manager.get_storage_stats())
        assert stats["total_images"] == len(expected)
        assert stats["images_without_sidecar"] == sum(i.sidecar is None for i in expected)
        held = sum(len(image.data) for image in expected)
        assert stats["storage_usage_mb"] == round(held / 1024**2, 2)
        assert self.run(self.manager.pinned_images()) == sum(i.pinned for i in expected)

    @invariant()
    def every_image_loads(self) -> None:
        for image, found, described in self.run(self.all_loaded()):
            data, metadata = found
            assert (data == image.data) is True
            assert metadata == image.loaded()
            assert described == image.described

    @invariant()
    def the_trash_is_right(self) -> None:
        found = {receipt.token: receipt for receipt in self.run(self.manager.trashed())}
        assert found == {token: each.receipt for token, each in self.trash.items()}

    @invariant()
    def the_disk_holds_this_and_nothing_else(self) -> None:
        expected = {"images/link.png": SECRET, "images/notes.txt": SECRET}
        expected |= {path: each.content for path, each in self.leftovers.items()}
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
        paths = (expected.keys() | held.keys()) - UNCHECKED
        assert {path for path in paths if expected.get(path) != held.get(path)} == set()
        assert (self.base / "images/link.png").is_symlink()
        assert {path.name for path in self.home.iterdir()} == {"store", "outside.png"}
        assert (self.home / "outside.png").read_bytes() == SECRET


@pytest.fixture(params=[True, False], ids=["dated", "flat"])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[type[StoreMachine]]:
    with asyncio.Runner() as loop:
        workers = WorkerPool(1)
        StoreMachine.loop, StoreMachine.workers, StoreMachine.folder = loop, workers, tmp_path
        StoreMachine.dated, StoreMachine.steps = request.param, 0
        yield StoreMachine
        loop.run(workers.close())


@pytest.mark.timeout(0 if EXAMPLES else 120)
def test_any_sequence_agrees_with_the_model(machine: type[StoreMachine]) -> None:
    run_state_machine_as_test(machine, settings=PROFILE)
    log.info("%d steps agreed with the model", machine.steps)
