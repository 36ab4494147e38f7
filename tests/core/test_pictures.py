"""Large pictures of real files, through real worker processes and the memory they share."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import psutil
import pytest
from PIL import Image

import core.large_image
import core.pictures
from core.errors import ThumbnailError, WorkerError
from core.large_image import _frame_size
from core.pictures import Frame, LargePicture, Pictures
from tests.core.test_decode import assert_quarters, noise, quarters, wide_gamut_profile
from tests.core.test_thumbnails import record_of
from tests.core.test_workers import until


@pytest.fixture
async def pictures(tmp_path: Path) -> AsyncIterator[Pictures]:
    made = Pictures(tmp_path)
    yield made
    await made.close()


def image_of(picture: LargePicture) -> Image.Image:
    assert picture.problem is None
    assert picture.pixels is not None
    assert len(picture.pixels) == picture.size_bytes
    return Image.frombytes(picture.mode, (picture.width, picture.height), picture.pixels[:])


async def decoded(pictures: Pictures, base: Path, name: str, edge: int = 0) -> LargePicture:
    return await pictures.picture(record_of(base, name, key=7), edge)


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.gif", "a.tiff", "a.bmp"])
async def test_every_pixel_is_that_of_the_file(
    pictures: Pictures, tmp_path: Path, name: str
) -> None:
    quarters(301, 203).save(tmp_path / name, **({"lossless": True} if name == "a.webp" else {}))
    picture = await decoded(pictures, tmp_path, name)
    assert (picture.key, picture.is_whole, picture.moving) == (7, True, False)
    assert (picture.whole_width, picture.whole_height) == (301, 203)
    assert image_of(picture).convert("RGB").tobytes() == quarters(301, 203).tobytes()


async def test_many_strips_are_as_one(
    pictures: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = noise(2000, 1501)
    image.save(tmp_path / "a.png", compress_level=1)
    assert 2 * core.large_image._STRIP_BYTES < 2000 * 1501 * 3
    picture = await decoded(pictures, tmp_path, "a.png")
    assert image_of(picture).tobytes() == image.tobytes()


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
async def test_no_smaller_than_asked_for_and_not_much_larger(
    pictures: Pictures, tmp_path: Path, name: str
) -> None:
    quarters(2000, 1000).save(tmp_path / name)
    for edge, width in ((2001, 2000), (1001, 2000), (1000, 1000), (900, 1000), (499, 500)):
        picture = await decoded(pictures, tmp_path, name, edge)
        assert (picture.width, picture.is_whole) == (width, width == 2000)
        assert (picture.whole_width, picture.whole_height) == (2000, 1000)
        assert_quarters(image_of(picture))


async def test_it_is_upright_and_so_is_its_size(pictures: Pictures, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    quarters(160, 80).transpose(Image.Transpose.ROTATE_90).save(tmp_path / "a.png", exif=exif)
    for edge, width in ((0, 160), (80, 80)):
        picture = await decoded(pictures, tmp_path, "a.png", edge)
        assert (picture.width, picture.height) == (width, width // 2)
        assert (picture.whole_width, picture.whole_height) == (160, 80)
        assert_quarters(image_of(picture))


async def test_transparency_and_grey_keep_their_mode(pictures: Pictures, tmp_path: Path) -> None:
    image = quarters().convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    image.save(tmp_path / "a.png")
    assert image_of(await decoded(pictures, tmp_path, "a.png")).tobytes() == image.tobytes()
    quarters().convert("L").save(tmp_path / "b.png")
    assert (await decoded(pictures, tmp_path, "b.png")).mode == "L"


async def test_a_wide_profile_is_brought_to_srgb(pictures: Pictures, tmp_path: Path) -> None:
    image = Image.new("RGB", (300, 300), (200, 100, 50))
    image.save(tmp_path / "a.png", icc_profile=wide_gamut_profile())
    pixel = image_of(await decoded(pictures, tmp_path, "a.png")).getpixel((50, 50))
    assert pixel == pytest.approx((216, 93, 24), abs=2)


async def test_what_is_wrong_is_said(pictures: Pictures, tmp_path: Path) -> None:
    noise(300, 300).save(tmp_path / "cut.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "cut.png").read_bytes()[:9000])
    (tmp_path / "text.png").write_text("hello there, this is no image")
    (tmp_path / "link.png").symlink_to("cut.png")
    expected = {
        "cut.png": "The file is cut short",
        "text.png": "Not an image: the first bytes are “hello th”",
        "gone.png": "The file is gone",
        "link.png": "A symbolic link, which is not followed",
    }
    for name, problem in expected.items():
        assert await decoded(pictures, tmp_path, name) == LargePicture(7, problem=problem)


async def test_a_hundred_megapixels(pictures: Pictures, tmp_path: Path) -> None:
    Image.new("L", (10_000, 10_000), 90).save(tmp_path / "a.png", compress_level=1)
    picture = await decoded(pictures, tmp_path, "a.png", 1500)
    assert (picture.width, picture.height, picture.whole_width) == (1667, 1667, 10_000)
    picture = await decoded(pictures, tmp_path, "a.png")
    assert picture.pixels is not None and picture.size_bytes == 100_000_000
    assert {picture.pixels[at] for at in range(0, 100_000_000, 999_999)} == {90}


def memory_files() -> int:
    links = Path("/proc/self/fd").iterdir()
    return sum("memfd:picture" in str(link.readlink()) for link in links if link.is_symlink())


async def test_nothing_is_left_of_who_gave_up(pictures: Pictures, tmp_path: Path) -> None:
    noise(3000, 3000).save(tmp_path / "a.png", compress_level=1)
    asked = asyncio.create_task(decoded(pictures, tmp_path, "a.png"))
    await until(lambda: psutil.Process().children())
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    await until(lambda: not psutil.Process().children())
    assert memory_files() == 0
    assert (await decoded(pictures, tmp_path, "a.png")).is_whole  # by a new process
    assert memory_files() == 0


HOSTILE = """
import os
def dies(*_): os._exit(3)
def lies(path, base, target, edge): return 1000, 1000, "RGB", 1000, 1000, False
def slow(*_):
    import time
    time.sleep(60)
"""


@pytest.mark.parametrize(
    ("job", "problem"),
    [("dies", "Reading it made the image reader stop"), ("slow", "Took longer than 0.2 seconds")],
)
async def test_a_reader_that_dies_or_hangs(
    pictures: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, job: str, problem: str
) -> None:
    hostile(tmp_path, monkeypatch, job)
    monkeypatch.setattr(core.pictures, "TIMEOUT", 0.2 if job == "slow" else 20)
    picture = await decoded(pictures, tmp_path, "a.png")
    assert picture.pixels is None
    assert picture.problem is not None and picture.problem.startswith(problem)


async def test_a_reader_that_lies_about_its_pixels_ends_nobody(
    pictures: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile(tmp_path, monkeypatch, "lies")
    with pytest.raises(WorkerError, match="fewer pixels"):
        await decoded(pictures, tmp_path, "a.png")


def hostile(folder: Path, monkeypatch: pytest.MonkeyPatch, job: str) -> None:
    (folder / "hostile_reader.py").write_text(HOSTILE)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setattr(core.pictures, "_DECODE", f"hostile_reader:{job}")


# --- animations -------------------------------------------------------------------------------


COLOURS = ((230, 20, 20), (20, 200, 30), (30, 30, 220))


def animation(name: str, size: tuple[int, int] = (60, 40)) -> bytes:
    stills = [Image.new("RGB", size, colour) for colour in COLOURS]
    out = io.BytesIO()
    options: dict[str, object] = {"lossless": True} if name == "WEBP" else {}
    durations = [50, 120, 250]
    stills[0].save(
        out, name, save_all=True, append_images=stills[1:], duration=durations, loop=0, **options
    )
    return out.getvalue()


async def all_frames(pictures: Pictures, base: Path, name: str, edge: int = 500) -> list[Frame]:
    async with aclosing(pictures.frames(record_of(base, name), edge)) as frames:
        return [frame async for frame in frames]


@pytest.mark.parametrize("name", ["GIF", "WEBP", "AVIF", "PNG"])
async def test_an_animation_is_all_its_frames(
    pictures: Pictures, tmp_path: Path, name: str
) -> None:
    (tmp_path / "a.gif").write_bytes(animation(name))
    assert (await decoded(pictures, tmp_path, "a.gif")).moving
    frames = await all_frames(pictures, tmp_path, "a.gif")
    assert [frame.milliseconds for frame in frames] == [50, 120, 250]
    for frame, colour in zip(frames, COLOURS, strict=True):
        image = Image.frombytes("RGBA", (frame.width, frame.height), frame.pixels)
        pixel = image.getpixel((30, 20))
        assert isinstance(pixel, tuple) and pixel[3] == 255 and image.size == (60, 40)
        assert max(abs(a - b) for a, b in zip(pixel, colour, strict=False)) < 12


async def test_frames_are_no_larger_than_asked_for(pictures: Pictures, tmp_path: Path) -> None:
    (tmp_path / "a.gif").write_bytes(animation("GIF", (300, 200)))
    frames = await all_frames(pictures, tmp_path, "a.gif", 150)
    assert {(frame.width, frame.height) for frame in frames} == {(150, 100)}


def test_many_frames_are_smaller() -> None:
    width, height = _frame_size((2000, 1000), 2000, 500)
    assert width * height * 4 * 500 <= core.large_image.FRAMES_BYTES < 2000 * 1000 * 4 * 500
    assert abs(width / height - 2) < 0.01
    assert _frame_size((2000, 1000), 2000, 10) == (2000, 1000)
    assert _frame_size((2000, 1000), 2000, 10, 20_000_000) == (1000, 500)


async def test_an_animation_that_is_cut_short_plays_what_there_is(
    pictures: Pictures, tmp_path: Path
) -> None:
    stills = [noise(200, 200).rotate(90 * turn) for turn in range(4)]
    stills[0].save(tmp_path / "a.gif", save_all=True, append_images=stills[1:], duration=50)
    whole = (tmp_path / "a.gif").read_bytes()
    (tmp_path / "a.gif").write_bytes(whole[: len(whole) * 3 // 5])
    assert 1 <= len(await all_frames(pictures, tmp_path, "a.gif")) < 4


async def test_a_file_that_is_no_animation_says_so(pictures: Pictures, tmp_path: Path) -> None:
    (tmp_path / "a.gif").write_text("not an image at all")
    with pytest.raises(ThumbnailError, match="Not an image"):
        await all_frames(pictures, tmp_path, "a.gif")


async def test_pages_of_a_tiff_are_no_animation(pictures: Pictures, tmp_path: Path) -> None:
    quarters().save(tmp_path / "a.tiff", save_all=True, append_images=[quarters()])
    assert not (await decoded(pictures, tmp_path, "a.tiff")).moving
