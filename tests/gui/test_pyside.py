"""The release of PySide6 that is locked works on this Python."""

from __future__ import annotations

import subprocess
import sys

EMITS = """
from PySide6.QtCore import QObject, Signal

class Source(QObject):
    happened = Signal(object, bool)

source, seen = Source(), []
source.happened.connect(lambda what, flag: seen.append((what, flag)))
for number in range(5000):
    source.happened.emit(None if number % 3 else True, number % 2 == 0)
assert seen[:2] == [(True, True), (None, False)] and len(seen) == 5000
print("alive")
"""


def test_signals_do_not_wear_out_true_and_none() -> None:
    # PySide6 6.12 gives back a True or None too many at each emit, and Python 3.11 aborts.
    done = subprocess.run([sys.executable, "-c", EMITS], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "alive\n", "")
