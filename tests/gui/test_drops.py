from __future__ import annotations

import base64
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QUrl
from PySide6.QtGui import QImage

from gui.drops import FilesOf, Look, Offer, Target, is_store, look_at, offer_of, png_of, verdict_on
from tests.stores import make_store, picture

PNG = picture("png", (48, 32), 10)
DATA_URL = "data:image/png;base64," + base64.b64encode(PNG).decode()
HOLIDAY = Target(Path("/stores/holiday"))


def offered(read: bool = True, **given: object) -> Offer:
    """What a drag of these (urls, text, a bitmap, or a MIME type's bytes) offers."""
    data = QMimeData()
    for name, value in given.items():
        if name == "urls":
            data.setUrls([QUrl(str(url)) for url in value])  # type: ignore[attr-defined]
        elif name == "text":
            data.setText(str(value))
        elif name == "bitmap":
            data.setImageData(value)
        else:
            data.setData(name.replace("_", "/", 1).replace("_", "-"), QByteArray(value))  # type: ignore[call-overload]
    return offer_of(data, read=read)


def test_files_come_before_everything_else() -> None:
    offer = offered(urls=["https://x.org/y", "file:///a/b%20c.png"], image_png=PNG, text="/else")
    assert list(offer.paths) == [Path("/a/b c.png")]
    assert not offer.has_image


def test_many_files_are_no_paths_before_somebody_asks_for_them() -> None:
    lines = b"# from a file manager\r\n" + b"".join(
        b"file:///a/%%23%d.png\r\n" % n for n in range(9)
    )
    paths = offered(text_uri_list=lines).paths
    assert (len(paths), paths[8], list(paths[2:4])) == (
        9, Path("/a/#8.png"), [Path("/a/#2.png"), Path("/a/#3.png")]
    )  # fmt: skip
    assert isinstance(paths, FilesOf)


def test_the_bytes_a_browser_offers_are_taken_as_they_are() -> None:
    urls = ["https://x.org/cat.webp"]
    assert offered(urls=urls, image_webp=b"webp").image == b"webp"
    assert offered(urls=urls, image_jpeg=b"jpeg", image_png=b"png", image_bmp=b"bmp").image == (
        b"png"
    )
    bitmap = QImage(4, 4, QImage.Format.Format_RGB32)
    assert offered(bitmap=bitmap, image_gif=b"gif").image == b"gif"


def test_a_drag_is_not_read_before_it_is_dropped() -> None:
    assert offered(read=False, image_png=PNG) == Offer(has_image=True)


def test_a_bare_bitmap_is_encoded_without_loss() -> None:
    bitmap = QImage(40, 30, QImage.Format.Format_ARGB32)
    bitmap.fill(0x80336699)
    offer = offered(bitmap=bitmap)
    assert isinstance(offer.image, QImage)
    assert QImage.fromData(png_of(offer.image)).pixel(3, 3) == 0x80336699


def test_data_urls_are_images_in_text_and_as_addresses() -> None:
    assert offered(text=f"\n{DATA_URL} ") == Offer(image=DATA_URL, has_image=True)
    assert offered(urls=[DATA_URL]).image == DATA_URL


def test_text_may_name_files() -> None:
    offer = offered(text="/a/b.png\n  file:///c%20d.png\r\n~/e.png\nhello\n")
    assert offer.paths == (Path("/a/b.png"), Path("/c d.png"), Path.home() / "e.png")
    assert offered(text="hello") == Offer()


def test_an_address_is_not_fetched_but_refused() -> None:
    for offer in (offered(urls=["https://x.org/cat.png"]), offered(text="https://x.org/cat.png")):
        assert offer == Offer(only_address=True)
        verdict = verdict_on(offer, None, HOLIDAY)
        assert verdict.act == "refuse"
        assert "save the image first" in verdict.text


@pytest.mark.parametrize(
    ("files", "folders", "said"),
    [
        (1, 0, "Import 1 file into holiday"),
        (3, 1, "Import 3 files and 1 folder into holiday"),
        (0, 2, "Import 2 folders into holiday"),
    ],
)
def test_what_would_be_imported_is_counted(files: int, folders: int, said: str) -> None:
    offer = Offer(tuple(Path(f"/{number}") for number in range(files + folders)))
    assert verdict_on(offer, Look(files, folders), HOLIDAY).text == said
    items = f"{files + folders} item{'s' * (files + folders > 1)}"
    assert verdict_on(offer, None, HOLIDAY).text == f"Import {items} into holiday"


def test_a_folder_is_opened_if_it_is_a_store_or_none_is_open() -> None:
    one = Offer((Path("/stores/other"),))
    assert verdict_on(one, Look(0, 1, is_store=True), HOLIDAY).text == "Open this store"
    assert verdict_on(one, Look(0, 1), None).act == "open"
    assert verdict_on(one, Look(0, 1), HOLIDAY).act == "import"
    here = Offer((HOLIDAY.path,))
    assert verdict_on(here, Look(0, 1, is_store=True), HOLIDAY).text == "This store is open already"


def test_why_nothing_can_be_imported_is_said() -> None:
    file, read_only = Offer((Path("/a.png"),)), Target(HOLIDAY.path, "It can only be read")
    for offer, look, target, reason in (
        (file, Look(1, 0), None, "Open a store first"),
        (file, Look(1, 0), read_only, "It can only be read"),
        (file, Look(0, 0), HOLIDAY, "a.png is not there"),
        (Offer(), None, HOLIDAY, "no image in this"),
    ):
        verdict = verdict_on(offer, look, target)
        assert verdict.act == "refuse"
        assert reason in verdict.text


def test_looking_tells_files_folders_and_stores(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    flat = make_store(tmp_path / "flat", images=3, flat_share=1)
    dated = make_store(tmp_path / "dated", images=3, flat_share=0)
    (dated / "metadata").rmdir()
    album = tmp_path / "album"
    (album / "images").mkdir(parents=True)
    paths = [tmp_path / "a.png", flat, tmp_path / "gone", tmp_path / ("x" * 300)]
    assert look_at(paths) == Look(1, 1)
    assert look_at([dated]) == Look(0, 1, is_store=True)
    assert [is_store(each) for each in (flat, dated, album, tmp_path)] == [True, True, False, False]
