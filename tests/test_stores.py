"""The stores that tests are made of, and the sample store, are what servers write."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from resources.sample import DAYS, IMAGES, write_sample_store
from tests.conftest import StoreFactory
from tests.stores import created_at, image_files, newest_first, sidecar_of, totals_by_day

NOW = datetime(2026, 11, 20, 15, 30)


def check_sidecars(base: Path) -> None:
    """Every sidecar tells the truth about its image, and there is no other."""
    images = image_files(base)
    sidecars = {*(base / "images").rglob("*.json"), *(base / "metadata").rglob("*.json")}
    assert sidecars == {sidecar_of(base, path) for path in images}
    for path in images:
        seen = json.loads(sidecar_of(base, path).read_bytes())
        assert seen["image_id"] == path.stem
        assert seen["prompt"]
        with Image.open(path) as image:
            assert seen["parameters"]["size"] == f"{image.width}x{image.height}"
        if "file_info" in seen:
            assert seen["file_info"]["size_bytes"] == path.stat().st_size
            assert path.parent == base / f"images/{created_at(base, path):%Y/%m/%d}"
        else:
            assert seen["file_size"] == path.stat().st_size
            assert path.parent == base / "images"


def test_a_made_store_is_true_and_the_same_every_time(store: StoreFactory) -> None:
    one, other = store(images=30, days=5), store(images=30, days=5)
    check_sidecars(one)
    totals = totals_by_day(one)
    assert sum(images for images, _ in totals.values()) == 30
    assert len(totals) in (5, 6)  # an evening's images may reach back over midnight
    assert {path.parent == one / "images" for path in image_files(one)} == {True, False}
    assert len({created_at(one, path) for path in newest_first(one)}) == 30
    files = [path.relative_to(one) for path in image_files(one)]
    assert files == [path.relative_to(other) for path in image_files(other)]
    assert all((one / path).read_bytes() == (other / path).read_bytes() for path in files)


def test_the_sample_store_is_true_and_ends_now(tmp_path: Path) -> None:
    base = tmp_path / "new" / "sample"
    write_sample_store(base, NOW)
    check_sidecars(base)
    days = sorted(totals_by_day(base))
    assert len(image_files(base)) == IMAGES
    assert days[-1] == NOW.toordinal()
    assert days[-1] - days[0] in (DAYS - 1, DAYS)
    assert {path.suffix for path in image_files(base)} == {".png", ".jpeg", ".webp"}
    assert created_at(base, newest_first(base)[0]) < NOW
    assert [path.name for path in base.parent.iterdir()] == ["sample"]


def test_the_sample_store_is_not_written_over_something(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="not empty"):
        write_sample_store(tmp_path, NOW)
    assert {path.name for path in tmp_path.iterdir()} == {"diary.txt", "person"}
