"""The suite itself notices what goes wrong out of sight: shown on small suites run apart."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

CONFTEST = "from tests.windows import *\nfrom tests.conftest import *\n"
PREAMBLE = """
import asyncio, gc, logging
import pytest
from PySide6.QtCore import QTimer, qWarning
from PySide6.QtWidgets import QApplication, QMainWindow

class Refuses:
    def __del__(self):
        raise ValueError("in __del__")

async def breaks():
    raise ValueError("in a task")

def fails():
    raise ValueError("in a callback")
"""
GOOD = """
async def test_runs_on_qt_loop(qtbot):
    fired = asyncio.Event()
    QTimer.singleShot(1, fired.set)
    await fired.wait()
    assert await asyncio.to_thread(lambda: 7) == 7
    assert "qasync" in type(asyncio.get_running_loop()).__module__

def test_leaves_a_window_open(qapp):
    QMainWindow().show()
    window = QMainWindow(); window.show(); qapp.left = window

def test_gives_a_window_to_qtbot(qtbot, qapp):
    window = QMainWindow(); qtbot.addWidget(window); window.show(); qapp.given = window

def test_finds_no_window_of_another_test(qapp):
    assert qapp.topLevelWidgets() == []

@pytest.mark.logs_error("^app: the disk")
def test_may_log_what_it_announces():
    logging.getLogger("app").error("the disk is full")
"""
BAD = """
def test_logs_an_error():
    logging.getLogger("app").error("no disk")

@pytest.mark.logs_error("^app: the disk")
def test_logs_another_error():
    logging.getLogger("app").error("no paper")

async def test_loses_a_task():
    asyncio.ensure_future(breaks())
    await asyncio.sleep(0.01)

async def test_breaks_a_loop_callback():
    asyncio.get_running_loop().call_soon(fails)
    await asyncio.sleep(0.01)

async def test_breaks_a_slot():
    QTimer.singleShot(0, fails)
    await asyncio.sleep(0.05)

def test_has_qt_warn():
    qWarning("no such font")

def test_breaks_in_del():
    Refuses()
    gc.collect()
"""
SEEN = {
    "logs_an_error": "app: no disk",
    "logs_another_error": "app: no paper",
    "loses_a_task": "ValueError: in a task",
    "breaks_a_loop_callback": "ValueError: in a callback",
    "breaks_a_slot": "ValueError: in a callback",
    "has_qt_warn": "no such font",
    "breaks_in_del": "ValueError: in __del__",
}


def run_suite(folder: Path, tests: str) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_it.py").write_text(PREAMBLE + tests)
    settings = ("-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder))
    return subprocess.run(
        [sys.executable, "-m", "pytest", *settings, "-p", "no:cacheprovider", str(folder)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=folder,
        capture_output=True,
        text=True,
    )


def test_good_tests_pass_on_a_loop_that_is_qts(tmp_path: Path) -> None:
    done = run_suite(tmp_path, GOOD)
    assert done.returncode == 0, done.stdout
    assert "5 passed" in done.stdout


def test_what_goes_wrong_out_of_sight_fails_the_test(tmp_path: Path) -> None:
    done = run_suite(tmp_path, BAD)
    reports = re.split(r"^_+ (?:ERROR at \w+ of )?test_(\w+) _+$", done.stdout, flags=re.MULTILINE)
    told = dict(zip(reports[1::2], reports[2::2], strict=True))
    assert told.keys() == SEEN.keys(), done.stdout
    assert all(SEEN[name] in report for name, report in told.items()), done.stdout
