"""Stores that somebody prepared, through the whole API: links, lies, giants and near-twins."""

import json
import os
import unicodedata
from datetime import datetime, timedelta, timezone

import pytest

from core.catalog import Catalog
from core.errors import StoreError
from core.prune_records import RetentionPolicy
from tests.core.crash_model import files_of
from tests.stores import image_files, make_image, picture, sidecar_of

NOW = datetime.now().replace(microsecond=0)
OLD = NOW - timedelta(days=40)
IMAGE = picture("png", (48, 32), 30)


@pytest.mark.parametrize(
    "link",
    [
        "images",
        f"images/{OLD:%Y}",
        f"images/{OLD:%Y/%m/%d}",
        f"images/{NOW:%Y/%m/%d}",
        "metadata",
        "contact-sheet",
        "contact-sheet/trash",
        f"contact-sheet/trash/{NOW:%Y-%m-%d}",
        "contact-sheet/lock",
        "contact-sheet/runs.jsonl",
    ],
)
async def test_nothing_outside_is_touched_whatever_leads_there(tmp_path, opened, link):
    base, outside = tmp_path / "store", tmp_path / "outside"
    for flat in (False, True):
        make_image(base, OLD, flat=flat)
    lured = make_image(outside, OLD, seed=1)
    for folder in (outside, outside / f"{OLD:%m/%d}", outside / f"{OLD:%d}"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / lured.name).write_bytes(IMAGE)
        (folder / f"{lured.stem}.json").write_text("{}")
        (folder / ".contact-sheet-0123456789abcdef.tmp").write_bytes(b"half")
        os.utime(folder / ".contact-sheet-0123456789abcdef.tmp", (0, 0))
    there = base / link
    if there.is_dir():
        there.rename(base / "elsewhere")
    there.parent.mkdir(parents=True, exist_ok=True)
    there.symlink_to(outside / "new" if there.name in ("lock", "runs.jsonl") else outside)
    before = files_of(outside)

    manager = await opened(base, max_size_gb=0.001)
    listed = {each["image_id"] for each in await manager.list_images()}
    assert lured.stem not in listed
    assert await manager.retrieve_image_bytes(lured.stem) is None
    works = [
        lambda: manager.save_image(bytes(600_000), {}),
        lambda: manager.trash_images([lured.stem, *listed]),
        lambda: manager.save_image(bytes(600_000), {}),
        lambda: manager.import_images([IMAGE]),
        lambda: manager.delete_image(lured.stem),
        manager.cleanup_old_files,
        manager.empty_trash,
    ]
    for work in works:
        try:
            await work()
        except StoreError:
            assert there.is_symlink()  # it is in the way, and that is said
    await manager.close()
    assert files_of(outside) == before


async def test_names_that_differ_only_in_case_or_form_are_images_of_their_own(tmp_path, opened):
    (tmp_path / "images").mkdir()
    (tmp_path / "metadata").mkdir()
    forms = [unicodedata.normalize(form, "é") for form in ("NFC", "NFD")]
    names = ["cat", "CAT", "Cat", *forms]
    for n, name in enumerate(names):
        (tmp_path / f"images/{name}.png").write_bytes(b"%d" % n)
        (tmp_path / f"metadata/{name}.json").write_text(json.dumps({"n": n}))
    manager = await opened(tmp_path)
    for n, name in enumerate(names):
        data, metadata = await manager.load_image(name)
        assert (data, metadata) == (b"%d" % n, {"n": n, "image_id": name})
    assert await manager.delete_image("CAT")
    (done,) = await manager.trash_images([forms[0]])
    assert {path.stem for path in image_files(tmp_path)} == {"cat", "Cat", forms[1]}
    assert {path.stem for path in (tmp_path / "metadata").iterdir()} == {"cat", "Cat", forms[1]}
    await manager.restore([done.value.token])
    assert await manager.retrieve_image_bytes(forms[0]) == b"3"
    assert (await manager.totals()).images == 4


async def test_a_sidecar_of_50_mb_is_a_sidecar(tmp_path, opened):
    path = make_image(tmp_path, OLD)
    small = json.loads(path.with_suffix(".json").read_bytes())
    huge = small | {"prompt": "long " * 10 * 1024**2}
    path.with_suffix(".json").write_text(json.dumps(huge))
    manager = await opened(tmp_path)
    assert await manager.get_image_metadata(path.stem) == huge
    (record,) = await manager._index.read(Catalog.newest)
    assert len(record.prompt) == 64 * 1024
    assert await manager.cleanup_old_images() == 1
    (receipt,) = await manager.trashed()
    assert receipt.sidecar_bytes > 50 * 1024**2
    await manager.restore([receipt.token])
    assert await manager.get_image_metadata(path.stem) == huge


@pytest.mark.parametrize("zone", ["", "Z", "+14:00", "-11:30"])
async def test_images_expire_in_whatever_zone_they_were_made(tmp_path, opened, zone):
    moments = [NOW - timedelta(days=30, hours=1), NOW - timedelta(days=29, hours=23)]
    for name in ("images", "metadata"):
        (tmp_path / name).mkdir()
    for name, moment in zip(("old", "young"), moments, strict=True):
        (tmp_path / f"images/{name}.png").write_bytes(IMAGE)
        written = moment.isoformat()
        if zone:
            offset = datetime.fromisoformat(f"2026-01-01T00:00:00{zone}").utcoffset()
            written = moment.astimezone(timezone(offset)).isoformat()
        (tmp_path / f"metadata/{name}.json").write_text(json.dumps({"created_at": written}))
    manager = await opened(tmp_path)
    assert await manager.cleanup_old_images() == 1
    assert [path.stem for path in image_files(tmp_path)] == ["young"]


@pytest.mark.parametrize("for_good", [False, True])
@pytest.mark.parametrize("flat", [False, True])
async def test_clean_ups_go_by_file_names_not_by_what_sidecars_say(
    tmp_path, opened, for_good, flat
):
    told, spared = make_image(tmp_path, OLD, flat=flat), make_image(tmp_path, NOW, flat=flat)
    (tmp_path / "keep.png").write_bytes(IMAGE)
    lies = {"image_id": spared.stem, "file_info": {"path": str(tmp_path / "keep.png")}}
    sidecar_of(tmp_path, told).write_text(json.dumps(lies | {"created_at": OLD.isoformat()}))
    kept = {path: path.read_bytes() for path in (spared, sidecar_of(tmp_path, spared))}
    manager = await opened(tmp_path)
    size = sum(len(data) for data in kept.values())
    policy = RetentionPolicy(max_bytes=size) if for_good else RetentionPolicy(max_age_days=30)
    plan = await manager.plan_prune(policy)
    assert (await manager.prune(plan)).images_removed == 1
    assert image_files(tmp_path) == [spared]
    assert not sidecar_of(tmp_path, told).exists()
    assert {path: path.read_bytes() for path in kept} == kept
    assert (tmp_path / "keep.png").read_bytes() == IMAGE
