"""The outside harness itself: names, roles and children are seen, keys and clicks arrive."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from tests.flows import atspi

LISTING = Path(__file__).with_name("listing_window.py")


def test_sees_and_drives_a_window_from_outside(desktop: atspi.Desktop, tmp_path: Path) -> None:
    program = desktop.start(Path(sys.executable), LISTING)
    images = program.wait_for("list", "Images", children=20)
    assert images.child_count == 500
    assert [item.name for item in images.children[:2]] == ["picture 0", "picture 1"]
    assert len(images.children) == 20

    tree = program.wait_for("tree", "Dates")
    items = [item.name for item in tree.find_all("table cell")]  # Qt's word for them
    assert items == ["2026", "November", "October"]
    assert tree.find(name="October").description == "October, 30 images"

    desktop.click(*images.children[1].centre)
    program.wait_for("label", "1 chosen")
    desktop.press("ctrl+a")
    program.wait_for("label", "500 chosen", children=20)

    program.resize(1200, 700)
    program.wait_until(lambda node: node.find("list", "Images").box[3] > 600, children=5)
    desktop.screenshot(tmp_path / "screen.png")
    colours = desktop.grab().crop((0, 0, 1200, 700)).getcolors(1 << 24)
    assert colours is not None and len(colours) > 20


def test_nothing_outlives_a_desktop_whatever_happens_in_it() -> None:
    with pytest.raises(ZeroDivisionError), atspi.desktop() as screen:
        mark = screen.environment[atspi.MARK]
        program = screen.start(Path(sys.executable), LISTING)
        program.wait_for("tree", "Dates")
        names = {process.name() for process in atspi.processes_of(mark)}
        assert {"Xvfb", "dbus-daemon", "at-spi-bus-laun"} <= {name[:15] for name in names}
        raise ZeroDivisionError
    assert atspi.processes_of(mark) == []
    assert not psutil.pid_exists(program.process.pid)
    assert not Path(mark).exists()


def test_a_program_that_ends_is_reported_with_what_it_printed(desktop: atspi.Desktop) -> None:
    program = desktop.start(
        Path(sys.executable), "-c", "print('no such store'); raise SystemExit(3)"
    )
    with pytest.raises(pytest.fail.Exception, match=r"ended with 3:\nno such store"):
        program.wait_for("list", "Images")
