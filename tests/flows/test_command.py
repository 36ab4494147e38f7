"""The command, as a process of its own: its arguments, its picture, its exit status."""

from __future__ import annotations

import importlib.metadata
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

COMMAND = Path(sys.executable).parent / "contact-sheet"


def contact_sheet(*arguments, display="offscreen"):
    environment = {**os.environ, "QT_QPA_PLATFORM": display}
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        environment.pop(name, None)
    if not display:
        del environment["QT_QPA_PLATFORM"]
    return subprocess.run(
        [COMMAND, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_version():
    done = contact_sheet("--version")
    assert done.stdout.strip() == f"contact-sheet {importlib.metadata.version('contact-sheet')}"
    assert done.returncode == 0


def test_help_names_every_option():
    done = contact_sheet("--help")
    assert done.returncode == 0
    for option in ("STORE", "--screenshot", "--size", "--appearance", "--version"):
        assert option in done.stdout


@pytest.mark.parametrize(
    "bad", [["--size", "big"], ["--size", "99999x99999"], ["--appearance", "pink"], ["a", "b"]]
)
def test_arguments_that_cannot_be_are_refused(bad):
    assert contact_sheet(*bad).returncode == 2


@pytest.mark.parametrize("display", ["offscreen", ""])
def test_a_picture_of_the_window(store, tmp_path, display):
    base = store(images=40, days=3)
    picture = tmp_path / "picture.png"
    done = contact_sheet(base, "--screenshot", picture, "--size", "1000x700", display=display)
    assert (done.returncode, done.stderr) == (0, "")
    with Image.open(picture) as image:
        assert image.format == "PNG"
        assert image.size == (1000, 700)
        assert len(image.convert("RGB").getcolors(1 << 24)) > 500  # pictures are in it


def test_light_is_light_and_dark_is_dark(store, tmp_path):
    base = store(images=5, days=1)
    corner = {}
    for appearance in ("light", "dark"):
        picture = tmp_path / f"{appearance}.png"
        contact_sheet(base, "--screenshot", picture, "--appearance", appearance)
        with Image.open(picture) as image:
            corner[appearance] = sum(image.convert("RGB").getpixel((5, image.height - 5)))
    assert corner["light"] > 600 > 200 > corner["dark"]


def test_a_store_that_is_not_there_is_a_reason(tmp_path):
    done = contact_sheet(tmp_path / "nowhere", "--screenshot", tmp_path / "picture.png")
    assert done.returncode == 1
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "picture.png").exists()


def test_a_picture_that_cannot_be_written_is_a_reason(store, tmp_path):
    done = contact_sheet(store(images=2), "--screenshot", tmp_path / "none" / "picture.png")
    assert done.returncode == 1
    assert "picture.png" in done.stderr


def test_a_picture_without_a_store_is_the_invitation(tmp_path):
    done = contact_sheet("--screenshot", tmp_path / "picture.png", "--size", "900x600")
    assert (done.returncode, done.stderr) == (0, "")
    with Image.open(tmp_path / "picture.png") as image:
        assert image.size == (900, 600)


def test_a_picture_of_a_comparison(store, tmp_path):
    base, picture = store(images=6, days=1), tmp_path / "picture.png"
    done = contact_sheet(base, "--screenshot", picture, "--select", "2,4,5", "--show", "compare")
    assert (done.returncode, done.stderr) == (0, "")
    assert picture.exists()
    done = contact_sheet(base, "--screenshot", picture, "--select", "2", "--show", "compare")
    assert done.returncode == 1 and "--select 1,2" in done.stderr
    assert contact_sheet(base, "--select", "two").returncode == 2


@pytest.mark.parametrize("number", [0, -3, 4, "1,4"])
def test_an_image_that_is_not_there_cannot_be_selected(store, tmp_path, number):
    picture = tmp_path / "picture.png"
    done = contact_sheet(store(images=3), "--screenshot", picture, "--select", number)
    assert done.returncode == 1
    assert "no image" in done.stderr
    assert not picture.exists()


def test_without_a_display_it_says_what_to_do(store):
    done = contact_sheet(store(images=1), display="")
    assert done.returncode == 1
    assert "--screenshot" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_when_asked_to(store, number, tmp_path):
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [COMMAND, store(images=30)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as process:
        window_file = tmp_path / "person/config/contact-sheet/window.ini"
        deadline = time.monotonic() + 20
        while not list(tmp_path.rglob("thumbnails.db")) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, b"")
    assert "layout" in window_file.read_text()
