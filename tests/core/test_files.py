import os
from datetime import datetime
from pathlib import Path

import pytest

from core import files
from core.errors import ImageNotFound, InvalidImageId, SidecarError, StoreNotFound
from core.locate import locate, locate_beside
from tests.core.disk_store import DiskStore

ID = "img_20261120180000_000000000001"


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "store")


def test_a_listing_leaves_links_and_odd_things_out(store):
    images = store.base / "images"
    (images / "a.png").write_bytes(b"a")
    (images / "sub").mkdir()
    (images / "link.png").symlink_to("a.png")
    (images / "folder").symlink_to("sub")
    (images / "dangling").symlink_to("nowhere")
    os.mkfifo(images / "pipe.png")
    with files.open_store(store.base) as base, files.open_folder(base, "images") as folder:
        assert files.list_folder(folder) == (["a.png"], ["sub"])


@pytest.mark.parametrize(
    "path", ["../x", "images/../../x", "/etc", "a//b", "", ".", "a/./b", "a\0b"]
)
def test_a_path_out_of_the_store_is_refused(store, path):
    with (
        files.open_store(store.base) as base,
        pytest.raises(ValueError, match="not a path inside"),
        files.open_folder(base, path),
    ):
        pass


def test_no_part_of_a_path_may_be_a_link(store, tmp_path):
    (tmp_path / "outside" / "11").mkdir(parents=True)
    (store.base / "images" / "2026").symlink_to(tmp_path / "outside")
    with (
        files.open_store(store.base) as base,
        pytest.raises(NotADirectoryError),
        files.open_folder(base, "images/2026/11"),
    ):
        pass


def test_the_store_itself_may_be_a_link(store, tmp_path):
    (tmp_path / "link").symlink_to(store.base)
    files.check_store(tmp_path / "link")


def test_a_missing_store_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreNotFound, match="There is no folder"):
        files.check_store(tmp_path / "none")
    with pytest.raises(StoreNotFound, match="is a file"):
        files.check_store(tmp_path / "file")


def test_a_file_is_read_whole_with_its_signature(store):
    path = store.flat("cat")
    with files.open_store(store.base) as base, files.open_folder(base, "images") as folder:
        data, signature = files.read_file(folder, "cat.png", 50)
        assert data == path.read_bytes()
        assert signature == files.signature(folder, "cat.png") == (50, path.stat().st_mtime_ns)
        assert files.read_file(folder, "cat.png", 49) == (None, signature)


def test_a_pipe_does_not_block_reading(store):
    os.mkfifo(store.base / "images" / "p.png")
    with files.open_store(store.base) as base, files.open_folder(base, "images") as folder:
        assert files.read_file(folder, "p.png", 10)[0] == b""


async def test_images_are_read_from_both_layouts(store):
    dated = store.dated(datetime(2026, 11, 20, 18), 1)
    store.flat("cat")
    path = f"images/2026/11/20/{ID}.png"
    assert await files.read_image(store.base, path) == dated.read_bytes()
    assert locate(store.base, ID) == (path, path.replace(".png", ".json"))
    assert locate(store.base, "cat") == ("images/cat.png", "metadata/cat.json")
    assert locate_beside(store.base, path) == (path, path.replace(".png", ".json"))


async def test_what_is_not_there_is_not_found(store, tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"secret")
    (store.base / "images" / "link.png").symlink_to(secret)
    (store.base / "images" / "2026").symlink_to(tmp_path)
    for path in ("images/none.png", "images/link.png", "images/2026/secret.png", "none/none.png"):
        with pytest.raises(ImageNotFound):
            await files.read_image(store.base, path)
    assert locate(store.base, "link") is None
    assert locate(store.base, ID) is None
    assert locate_beside(store.base, "images/none.png") is None
    with pytest.raises(InvalidImageId):
        locate(store.base, "../secret")


def test_a_sidecar_is_read_or_refused_with_its_name(store, monkeypatch):
    store.flat("cat", prompt="a cat")
    assert b"a cat" in files.read_sidecar(store.base, "metadata/cat.json")
    with pytest.raises(SidecarError, match=r"none\.json cannot be read"):
        files.read_sidecar(store.base, "metadata/none.json")
    with store.flat_sidecar("cat").open("r+b") as file:
        file.truncate(65 * 1024 * 1024)
    with pytest.raises(SidecarError, match=r"cat\.json is larger than 64 MB"):
        files.read_sidecar(store.base, "metadata/cat.json")


def test_folders_are_made_or_the_reason_told(tmp_path):
    (tmp_path / "file").write_text("")
    problems = files.make_folders([tmp_path / "a" / "b", tmp_path / "file" / "c"])
    assert (tmp_path / "a" / "b").is_dir()
    assert len(problems) == 1
    assert "file/c cannot be made" in problems[0]
