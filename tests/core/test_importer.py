"""Importing real files into real stores, and taking them back."""

import asyncio
import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from core import StorageSettings, import_run, import_sources
from core.annotations import AnnotationChange, annotate
from core.capture_date import read_capture_date
from core.catalog import Catalog
from core.errors import CatalogError, StoreNotFound
from core.import_records import ImportOutcome, Refusal, UndoOutcome
from core.import_run import AT_ONCE, WORKERS
from core.import_undo import UNDONE
from core.importer import Importer
from core.store import Store
from core.trash import Trash
from tests.core.crash_model import files_of
from tests.core.disks import read_only, tiny_disk
from tests.core.shown import shown_images
from tests.stores import make_image, picture

NEW, HERE, IN_TRASH, REFUSED = ImportOutcome
LONG_AGO = datetime(2009, 7, 14, 18, 30, 5)
ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def opened(base, **settings):
    """Open a store with an importer."""
    (base / "images").mkdir(parents=True, exist_ok=True)
    async with asyncio.timeout(60):
        store = Store(StorageSettings(base_path=str(base), **settings))
        await store.open()
        try:
            await store.rescan()
            trash = Trash(base)
            yield store, Importer(store.base_path, lambda: store.settings, store._index, trash)
        finally:
            await store.close()


@pytest.fixture
async def library(tmp_path):
    """An empty store that is open: the store, its importer, its trash."""
    async with opened(tmp_path / "library") as (store, importer):
        yield store, importer, Trash(store.base_path)


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


def write(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def png(hue):
    """An image that no other hue has."""
    return picture("png", (40, 30), hue)


def outcomes(report):
    return [each.outcome for each in report.results]


def stored(base):
    """The bytes of every image in the store, as often as they are there."""
    return Counter(data for path, data in files_of(base).items() if is_image(path))


def is_image(path):
    return path.startswith("images/") and not path.endswith(".json")


def sidecar(base, result):
    return json.loads((base / result.path).with_suffix(".json").read_bytes())


async def listed(store):
    return {record.path for record in await store._index.read(Catalog.newest)}


# New images


async def test_a_file_is_copied_exactly_and_its_origin_kept(library, photos):
    store, importer, _ = library
    path = write(photos / "Fuß \N{CAMERA}.png", png(1))
    os.utime(path, (LONG_AGO.timestamp(),) * 2)
    before = datetime.now()
    report = await importer.run([path])
    (result,) = report.results
    base = store.base_path
    assert (result.outcome, result.source, result.given) == (NEW, str(path), 0)
    assert (base / result.path).read_bytes() == path.read_bytes() == png(1)
    assert path.stat().st_mtime == LONG_AGO.timestamp()
    kept = sidecar(base, result)
    assert kept["contact_sheet"] == {
        "sha256": hashlib.sha256(png(1)).hexdigest(),
        "source": {
            "kind": "file",
            "name": path.name,
            "path": str(path),
            "modified_at": LONG_AGO.isoformat(),
        },
    }
    assert kept["image_id"] == result.image_id
    assert before <= datetime.fromisoformat(kept["created_at"]) <= datetime.now()
    assert result.path == f"images/{before:%Y/%m/%d}/{result.image_id}.png"
    assert await listed(store) == {result.path}


@pytest.mark.parametrize("seconds", [300_000_000_000, -70_000_000_000])
async def test_a_file_from_no_year_that_there_is_comes_without_it(library, photos, seconds):
    store, importer, _ = library
    with tiny_disk(photos) as disk:  # which keeps such times, other than many a real one
        path = write(disk / "far.png", png(1))
        os.utime(path, (seconds, seconds))
        (result,) = (await importer.run([path])).results
    assert result.outcome is NEW
    assert sidecar(store.base_path, result)["contact_sheet"]["source"] == {
        "kind": "file",
        "name": "far.png",
        "path": str(path),
    }


async def test_the_flat_layout_and_the_permissions_are_those_of_the_settings(tmp_path, photos):
    path = write(photos / "a.png", png(1))
    settings = {"create_subdirectories": False, "file_permissions": "600"}
    async with opened(tmp_path / "flat", **settings) as (store, importer):
        (result,) = (await importer.run([path])).results
        assert result.path == f"images/{result.image_id}.png"
        assert (store.base_path / result.path).stat().st_mode & 0o777 == 0o600
        assert outcomes(await importer.run([path])) == [HERE]


@pytest.mark.parametrize("capital", ["PNG", "JPEG", "WEBP", "GIF", "AVIF", "TIFF", "BMP", "MPO"])
async def test_the_extension_follows_the_content(library, photos, capital):
    store, importer, _ = library
    path = photos / "picture.dat"
    extra = Image.new("RGB", (20, 10), "red")
    options = {"save_all": True, "append_images": [extra]} if capital == "MPO" else {}
    Image.new("RGB", (20, 10), "blue").save(path, capital, **options)
    wrong = shutil.copy(path, photos / ("x.bmp" if capital != "BMP" else "x.png"))
    first, second = (await importer.run([path, wrong])).results
    expected = "jpeg" if capital == "MPO" else capital.lower()
    assert Path((first if first.outcome is NEW else second).path).suffix == f".{expected}"
    assert {first.outcome, second.outcome} == {NEW, HERE}
    assert stored(store.base_path) == {path.read_bytes(): 1}


async def test_an_extension_that_is_right_is_kept(library, photos):
    _, importer, _ = library
    path = write(photos / "a.JPG", picture("jpeg", (48, 32), 3))
    (result,) = (await importer.run([path])).results
    assert result.path.endswith(".jpg")


async def test_data_and_data_urls_are_images_too(library):
    store, importer, _ = library
    url = "data:image/x-anything;charset=x;base64," + base64.b64encode(png(2)).decode()
    report = await importer.run([png(1), url, bytearray(png(3))])
    assert outcomes(report) == [NEW] * 3
    assert [each.given for each in report.results] == [0, 1, 2]
    assert stored(store.base_path) == {png(1): 1, png(2): 1, png(3): 1}
    origins = [sidecar(store.base_path, each)["contact_sheet"]["source"] for each in report.results]
    assert origins == [{"kind": "bytes"}, {"kind": "data_url"}, {"kind": "bytes"}]


@pytest.mark.parametrize("capital", ["PNG", "JPEG", "WEBP", "AVIF", "TIFF"])
async def test_the_day_a_photograph_was_taken_is_kept(library, photos, capital):
    store, importer, _ = library
    exif = Image.Exif()
    exif[0x010F] = "a camera"  # without any, a PNG is written without EXIF
    exif.get_ifd(0x8769)[0x9003] = "2009:07:14 18:30:05"
    path = photos / "holiday"
    options = {"tiffinfo": {0x8769: {0x9003: "2009:07:14 18:30:05"}}}
    options = options if capital == "TIFF" else {"exif": exif}
    Image.new("RGB", (20, 10)).save(path, capital, **options)
    (result,) = (await importer.run([path])).results
    kept = sidecar(store.base_path, result)
    assert kept["contact_sheet"]["source"]["captured_at"] == LONG_AGO.isoformat()
    assert datetime.now() - datetime.fromisoformat(kept["created_at"]) < timedelta(minutes=5)


@pytest.mark.parametrize(
    "written", ["0000:00:00 00:00:00", "    :  :     :  :  ", "", "x", 7, None]
)
def test_a_day_that_is_none_is_not_kept(tmp_path, written):
    exif = Image.Exif()
    if written is not None:
        exif.get_ifd(0x8769)[0x9003] = written
    Image.new("RGB", (20, 10)).save(tmp_path / "a", "JPEG", exif=exif)
    assert read_capture_date((tmp_path / "a").read_bytes()) is None
    assert read_capture_date(b"no image") is None


async def test_hundreds_a_second_have_ids_of_their_own(library):
    store, importer, _ = library
    images = [picture("png", (8, 9 + n), 9) for n in range(150)]
    report = await importer.run(images)
    assert len({each.image_id for each in report.of(NEW)}) == 150
    assert stored(store.base_path) == Counter(images)
    assert len(await listed(store)) == 150


# Folders


async def test_a_folder_is_walked_without_hidden_files_and_links(library, photos):
    store, importer, _ = library
    write(photos / "b.png", png(1))
    write(photos / "a" / "deep" / "x.txt", b"no image")
    write(photos / "a" / "deep" / "y.jpg", png(2))
    write(photos / "c" / "z", png(3))
    write(photos / ".hidden" / "x.png", png(4))
    write(photos / ".hidden.png", png(5))
    outside = write(photos.parent / "outside" / "x.png", png(6))
    (photos / "link.png").symlink_to(outside)
    (photos / "link").symlink_to(outside.parent)
    (photos / "loop").symlink_to(photos)
    os.mkfifo(photos / "pipe.png")
    (photos / "empty").mkdir()
    report = await importer.run([outside, photos])
    found = [(each.given, each.source, each.outcome) for each in report.results]
    assert found == [
        (0, str(outside), NEW),
        (1, f"{photos}/b.png", NEW),
        (1, f"{photos}/a/deep/x.txt", REFUSED),
        (1, f"{photos}/a/deep/y.jpg", NEW),
        (1, f"{photos}/c/z", NEW),
    ]
    assert stored(store.base_path) == {png(n): 1 for n in (1, 2, 3, 6)}
    assert report.total == 5
    assert not report.cancelled


async def test_a_source_itself_may_be_a_link_or_hidden(library, photos):
    _, importer, _ = library
    hidden = write(photos / ".hidden.png", png(1))
    (photos / "link").symlink_to(write(photos / "there" / "x.png", png(2)).parent)
    assert outcomes(await importer.run([hidden, photos / "link"])) == [NEW, NEW]


async def test_progress_counts_inputs_and_bytes(library, photos):
    _, importer, _ = library
    for n in range(3):
        write(photos / f"{n}.png", png(n))
    write(photos / "x.txt", b"text")
    told = []
    await importer.run([photos], progress=told.append)
    assert [(each.done, each.total) for each in told] == [(n, 4) for n in (1, 2, 3, 4)]
    assert told[-1].size_bytes == sum(len(png(n)) for n in range(3))


# What is refused


def refused(report):
    return [(each.refusal, each.problem) for each in report.results]


async def test_what_cannot_be_imported_is_refused_and_stops_nothing(library, photos):
    store, importer, _ = library
    large = photos / "large.png"
    with large.open("wb") as file:
        file.write(png(1)[:100])
        file.truncate(import_sources.LARGEST_IMAGE + 1)
    (photos / "self").symlink_to("self")
    os.mkfifo(photos / "pipe")
    tail = b"-" * 200
    expected = {
        write(photos / "text.png", b"To whom it may concern"): Refusal.NOT_AN_IMAGE,
        write(photos / "vector.png", b"<svg/>"): Refusal.NOT_AN_IMAGE,
        write(photos / "empty.png", b""): Refusal.EMPTY,
        write(photos / "broken.png", png(1)[:20] + tail): Refusal.DAMAGED,
        write(photos / "broken.webp", b"RIFF\0\0\0\0WEBP" + tail): Refusal.DAMAGED,
        write(photos / "broken.avif", b"\0\0\0\x20ftypavif" + tail): Refusal.DAMAGED,
        write(photos / "short.png", png(1)[:4]): Refusal.NOT_AN_IMAGE,
        large: Refusal.TOO_LARGE,
        photos / "gone.png": Refusal.GONE,
        photos / "text.png" / "x": Refusal.GONE,
        photos / "self": Refusal.UNREADABLE,
        photos / ("x" * 300): Refusal.UNREADABLE,
        photos / "pipe": Refusal.NOT_AN_IMAGE,
        photos / "nul\0": Refusal.UNREADABLE,
    }
    good = write(photos / "good.png", png(1))
    report = await importer.run([*expected, good])
    assert [each.refusal for each in report.results] == [*expected.values(), None]
    for path, result in zip(expected, report.results, strict=False):
        assert result.problem.startswith(str(path))
        assert result.image_id is None
    assert stored(store.base_path) == {png(1): 1}


async def test_data_that_is_no_image_is_refused(library):
    _, importer, _ = library
    coded = base64.b64encode(png(1)).decode()
    report = await importer.run(
        [
            b"",
            b"text",
            png(1)[:30],
            "data:image/png;base64," + coded[:-3] + "?==",
            "data:image/png," + coded,
            "data:text/plain;base64," + coded,
            "data:image/png;base64," + base64.b64encode(b"text").decode(),
            "data:image/png;base64,",
            "",
            7,
        ]
    )
    kinds = [refusal.name for refusal, _ in refused(report)]
    none = "NOT_AN_IMAGE"
    assert kinds == ["EMPTY", none, "DAMAGED", "DAMAGED", none, none, none, "EMPTY", none, none]
    assert all(problem for _, problem in refused(report))


async def test_a_data_url_that_is_too_large_is_refused_unread(library, monkeypatch):
    _, importer, _ = library
    monkeypatch.setattr(import_sources, "LARGEST_IMAGE", 300)
    url = "data:image/png;base64," + "A" * 500
    assert [each for each, _ in refused(await importer.run([url]))] == [Refusal.TOO_LARGE]


def run_elsewhere(*arguments, prefix=()):
    """Import in a process of its own, started but not waited for."""
    code = """
import asyncio, json, sys
from pathlib import Path
from tests.core.test_importer import opened
async def main(base, *sources):
    async with opened(Path(base)) as (store, importer):
        print("ready", flush=True)
        sys.stdin.readline()
        report = await importer.run([Path(each) for each in sources])
        print(json.dumps([[str(e.source), e.outcome.name, e.refusal and e.refusal.name, e.problem]
                          for e in report.results]))
asyncio.run(main(*sys.argv[1:]))
"""
    command = [*prefix, sys.executable, "-c", code, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)


def finish(process):
    assert process.stdout.readline() == "ready\n"
    out, _ = process.communicate("\n", timeout=60)
    assert process.returncode == 0
    return json.loads(out)


def test_what_may_not_be_read_is_named(tmp_path, photos):
    locked, folder = write(photos / "a.png", png(1)), photos / "b"
    folder.mkdir()
    locked.chmod(0)
    folder.chmod(0)
    write(photos / "c.png", png(2))
    powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
    prefix = powerless if os.geteuid() == 0 else []
    try:
        found = finish(run_elsewhere(tmp_path / "library", photos, prefix=prefix))
    finally:
        folder.chmod(0o755)
    assert [each[:3] for each in found] == [
        [str(locked), "REFUSED", "UNREADABLE"],
        [f"{photos}/c.png", "NEW", None],
        [str(folder), "REFUSED", "UNREADABLE"],
    ]
    assert found[0][3] == f"You may not read {locked}. Ask who owns it to let you."


# Duplicates


async def test_the_same_image_under_two_names_is_saved_once(library, photos):
    store, importer, _ = library
    paths = [write(photos / name, png(1)) for name in ("a.png", "b.jpg", "c")]
    report = await importer.run([*paths, png(1), paths[0]])
    assert sorted(each.outcome.name for each in report.results) == ["HERE"] * 4 + ["NEW"]
    assert len({each.image_id for each in report.results}) == 1
    assert stored(store.base_path) == {png(1): 1}
    again = await importer.run([photos])
    assert outcomes(again) == [HERE] * 3
    assert again.results[0].image_id == report.results[0].image_id
    assert again.of(NEW) == []


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("described", [False, True])
async def test_images_of_servers_are_found_by_size_and_content(library, flat, described):
    store, importer, _ = library
    base = store.base_path
    path = make_image(base, LONG_AGO, flat=flat, sidecar=described)
    other = bytearray(path.read_bytes())
    other[-20] ^= 1  # in the last data: the header is as good
    (result, different) = (await importer.run([path.read_bytes(), bytes(other)])).results
    assert (result.outcome, result.image_id) == (HERE, path.stem)
    assert result.path == path.relative_to(base).as_posix()
    assert different.outcome is NEW


async def test_what_is_in_the_trash_is_found_there(library):
    store, importer, trash = library
    base = store.base_path
    (ours,) = (await importer.run([png(1)])).results
    dated, flat = make_image(base, LONG_AGO, seed=1), make_image(base, LONG_AGO, flat=True, seed=2)
    bare = make_image(base, LONG_AGO, seed=3, sidecar=False, size=(96, 128))
    contents = [png(1), dated.read_bytes(), flat.read_bytes(), bare.read_bytes()]
    paths = [ours.path, *(path.relative_to(base).as_posix() for path in (dated, flat, bare))]
    sidecars = [Path(paths[0]).with_suffix(".json").as_posix(), paths[1][:-3] + "json"]
    sidecars += [f"metadata/{flat.stem}.json", None]
    now = datetime.now()
    receipts = [
        trash.move(path, beside, "test", now) for path, beside in zip(paths, sidecars, strict=True)
    ]
    assert [each.sha256 is None for each in receipts] == [False, True, True, True]
    report = await importer.run([*contents, contents[0]])
    assert outcomes(report) == [IN_TRASH] * 5
    tokens = [each.token for each in receipts]
    assert [each.token for each in report.results] == [*tokens, tokens[0]]
    assert stored(base) == {}
    trash.restore(receipts[0].token)
    trash.remove(receipts[1].token)
    assert outcomes(await importer.run(contents[:3])) == [HERE, NEW, IN_TRASH]


async def test_a_hash_in_a_sidecar_is_only_a_hint(library):
    store, importer, trash = library
    first, second = (await importer.run([png(1), png(2)])).results
    (store.base_path / first.path).write_bytes(png(3))
    receipt = trash.move(second.path, None, "test", datetime.now())
    report = await importer.run([png(1), png(2)])
    assert outcomes(report) == [NEW, IN_TRASH]
    (store.base_path / receipt.trashed_path).write_bytes(png(4))
    assert outcomes(await importer.run([png(2)])) == [NEW]
    assert stored(store.base_path) == {png(1): 1, png(2): 1, png(3): 1}


async def test_what_another_program_saved_just_now_is_found(library):
    store, importer, _ = library
    assert outcomes(await importer.run([png(1)])) == [NEW]
    path = make_image(store.base_path, datetime.now(), size=(96, 128))
    (result,) = (await importer.run([path.read_bytes()])).results
    assert (result.outcome, result.image_id) == (HERE, path.stem)


async def test_two_imports_in_one_process_save_each_image_once(library):
    store, importer, _ = library
    images = [png(n) for n in range(10)]
    one, two = await asyncio.gather(importer.run(images), importer.run(images))
    assert sorted(len(each.of(NEW)) for each in (one, two)) == [0, 10]
    assert stored(store.base_path) == Counter(images)


def test_two_processes_lose_nothing(tmp_path, photos):
    base = tmp_path / "library"
    images = [png(n) for n in range(40)]
    for number, data in enumerate(images):
        write(photos / f"{number}.png", data)
    processes = [run_elsewhere(base, photos) for _ in range(2)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    found = [json.loads(process.communicate(timeout=60)[0]) for process in processes]
    assert all(each[1] in ("NEW", "HERE") for report in found for each in report)
    kept = stored(base)
    assert set(kept) == set(images)
    assert set(kept.values()) <= {1, 2}
    news = sum(each[1] == "NEW" for report in found for each in report)
    assert news == sum(kept.values())
    shown = shown_images(base, tmp_path / "cache")
    assert all(sidecar is not None for _, sidecar in shown.values())


# Ending early


async def test_an_import_ended_in_the_middle_reports_what_is_done(library):
    store, importer, _ = library
    images = [picture("png", (8, 9 + n), 9) for n in range(60)]
    told = []
    report = await importer.run(images, progress=told.append, should_stop=lambda: len(told) >= 7)
    assert report.cancelled
    assert 7 <= len(report.results) < 60
    assert outcomes(report) == [NEW] * len(report.results)
    assert report.total == 60
    assert await listed(store) == {each.path for each in report.results}
    assert len(stored(store.base_path)) == len(report.results)
    assert len((await importer.run(images)).of(NEW)) == 60 - len(report.results)


async def test_a_cancelled_import_finishes_the_files_under_way(library):
    store, importer, _ = library
    begun = asyncio.Event()
    images = [picture("png", (8, 9 + n), 9) for n in range(60)]
    task = asyncio.create_task(importer.run(images, progress=lambda _: begun.set()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    kept = files_of(store.base_path / "images")
    assert 1 <= len(await listed(store)) == len(kept) // 2 < 60
    assert {path for path in kept if path.endswith((".png", ".json"))} == set(kept)


async def test_an_error_of_the_caller_ends_the_import(library):
    store, importer, _ = library
    images = [picture("png", (8, 9 + n), 9) for n in range(60)]
    with pytest.raises(ZeroDivisionError):
        await importer.run(images, progress=lambda _: 1 / 0)
    assert 1 <= len(await listed(store)) == len(stored(store.base_path)) <= AT_ONCE


@pytest.mark.parametrize(("enough", "most"), [(1, WORKERS), (import_run.ENOUGH_BYTES, AT_ONCE)])
async def test_only_a_few_files_are_in_memory_of_large_ones_fewer(
    library, monkeypatch, enough, most
):
    _, importer, _ = library
    read, held, done = [], [], []

    def count(each):
        read.append(each)
        held.append(len(read) - len(done))
        return import_sources.read_input(each)

    monkeypatch.setattr(import_run, "read_input", count)
    monkeypatch.setattr(import_run, "ENOUGH_BYTES", enough)
    report = await importer.run([png(n) for n in range(40)], progress=done.append)
    assert len(report.of(NEW)) == len(read) == 40
    assert most // WORKERS <= max(held) <= most


# Stores that cannot take it


async def test_a_full_disk_is_told_for_each_file_and_nothing_is_left_half_done(tmp_path):
    (tmp_path / "tiny").mkdir()
    big = [png(n) + os.urandom(90_000) for n in range(8)]
    with tiny_disk(tmp_path / "tiny") as tiny:
        async with opened(tiny) as (store, importer):
            report = await importer.run([*big, png(9), big[7]])
            assert len(report.results) == 10
            news, failed = report.of(NEW), report.of(REFUSED)
            assert news
            assert failed
            assert all(each.refusal is Refusal.NOT_SAVED for each in failed)
            assert all("Free some space" in each.problem for each in failed)
            on_disk = {path for path in files_of(tiny) if path.startswith("images/")}
            beside = {each.path[:-3] + "json" for each in news}
            assert on_disk == {each.path for each in news} | beside
            assert await listed(store) == {each.path for each in news}
            await importer.undo(report, for_good=True)
            assert outcomes(await importer.run(big[7:])) == [NEW]


async def test_without_a_store_nothing_is_done(tmp_path, photos):
    path = write(photos / "a.png", png(1))
    async with opened(tmp_path / "library") as (store, importer):
        shutil.move(store.base_path, tmp_path / "away")
        with pytest.raises(StoreNotFound):
            await importer.run([path])
        shutil.move(tmp_path / "away", store.base_path)
    with pytest.raises(CatalogError):
        await importer.run([path])


# Undoing


async def test_undoing_moves_the_new_images_to_the_trash(library):
    store, importer, trash = library
    (kept,) = (await importer.run([png(1)])).results
    before = files_of(store.base_path)
    report = await importer.run([png(1), png(2), png(3), b"text"])
    results = await importer.undo(report)
    assert [each.outcome for each in results] == [UndoOutcome.TRASHED] * 2
    assert await listed(store) == {kept.path}
    assert {path: before[path] for path in before if is_image(path)} == {
        path: data for path, data in files_of(store.base_path).items() if is_image(path)
    }
    assert {each.token for each in trash.list()} == {each.token for each in results}
    assert {each.reason for each in trash.list()} == {UNDONE}
    for each in results:
        trash.restore(each.token)
    assert outcomes(await importer.run([png(2), png(3)])) == [HERE, HERE]


async def test_undoing_for_good_deletes_only_what_is_untouched(library):
    store, importer, trash = library
    base = store.base_path
    report = await importer.run([png(n) for n in range(5)])
    untouched, rated, edited, bare, gone = (each.path for each in report.results)
    annotate(base, rated, AnnotationChange(rating=5))
    (base / edited).write_bytes(png(9))
    (base / bare).with_suffix(".json").unlink()
    (base / gone).unlink()
    (base / gone).with_suffix(".json").unlink()
    results = await importer.undo(report, for_good=True)
    told = [each.outcome.name for each in results]
    assert told == ["DELETED", "TRASHED", "TRASHED", "TRASHED", "GONE"]
    assert {each.path for each in trash.list()} == {rated, edited, bare}
    assert stored(base) == {}
    assert await listed(store) == set()
    assert [each.outcome for each in await importer.undo(report)] == [UndoOutcome.GONE] * 5
    assert untouched not in files_of(base)


async def test_what_cannot_be_undone_stays_and_is_told(library):
    store, importer, _ = library
    base = store.base_path
    report = await importer.run([png(1), png(2)])
    with read_only(base) as locked:
        importer = Importer(locked, store.settings, store._index, Trash(locked))
        for for_good in (False, True):
            results = await importer.undo(report, for_good=for_good)
            assert [each.outcome for each in results] == [UndoOutcome.FAILED] * 2
            assert all(each.problem for each in results)
    assert stored(base) == {png(1): 1, png(2): 1}


# The catalogue


def test_images_without_a_hash_are_looked_up_by_size(tmp_path):
    catalog = Catalog(tmp_path / "catalog.db", tmp_path)
    try:
        asked = "SELECT key FROM image WHERE size_bytes = ? AND sha256 IS NULL"
        plan = catalog._query(f"EXPLAIN QUERY PLAN {asked}", (1,))
        assert "image_unhashed (size_bytes=?)" in plan[0][3]
    finally:
        catalog.close()
