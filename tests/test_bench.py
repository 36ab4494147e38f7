"""The benchmark still runs; nothing here is about time."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.bench.screen import Seen, _note_idle

ROOT = Path(__file__).parents[1]
COLUMNS = ["name", "ours", "beside", "ratio", "target", "met"]


@pytest.mark.timeout(920)  # it starts some thirty processes, on whatever machine
def test_the_short_form_gives_every_line_its_numbers(tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    asked = ["--short", "--size", "300", "--folder", str(tmp_path / "kept"), "--json", str(file)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", *asked],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads(file.read_text())
    measured = [row for row in rows if row["ours"] is not None]
    for row in rows:
        assert list(row) == COLUMNS
        if row in measured:
            figures = (row["ours"], row["beside"], row["ratio"])
            assert all(math.isfinite(figure) for figure in figures), row
            assert isinstance(row["met"], bool)
        else:
            assert row["target"].startswith("skipped: "), row
            assert "not installed" in row["target"] or "before they stopped" in row["target"], row
    assert len(measured) > 40
    head, *lines = done.stdout.splitlines()
    assert head.split() == COLUMNS[1:]
    for row in measured:
        assert any(line.startswith(row["name"]) for line in lines)


def test_nothing_that_it_started_outlives_it(tmp_path: Path) -> None:
    asked = ["--short", "--size", "50", "--only", "startup", "--folder", str(tmp_path)]
    with subprocess.Popen([sys.executable, "-m", "tests.bench", *asked], cwd=ROOT) as bench:
        bench_process = psutil.Process(bench.pid)
        while not (started := bench_process.children(recursive=True)):
            assert bench.poll() is None
        bench.terminate()
        bench.wait(20)
    _, alive = psutil.wait_procs(started, timeout=10)
    assert not alive


def test_work_that_begins_after_a_pause_is_waited_for() -> None:
    seen, busy = Seen(tiles=[(0.5, 9)]), []
    used = 0.0
    for tenth in range(1, 100):
        now = tenth / 10
        used += 0.1 if now <= 1 or 3 < now <= 5 else 0.0
        busy.append((now, used))
        _note_idle(seen, busy)
        assert seen.at_rest == (now > 8.05), now
    assert seen.idle == pytest.approx(5)
