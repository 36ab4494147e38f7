"""Another program at a store's catalogue: how long it waits for the right to write there.

``python -m tests.bench.locking STORE`` asks for it again and again, until a line comes in; then it
prints the longest wait, in seconds.
"""

from __future__ import annotations

import select
import sys
import time
from contextlib import closing
from pathlib import Path

from core.catalog_schema import SMALL_CACHE, connect
from core.places import store_cache_folder

TURN = 0.01


def longest_wait(base: Path) -> float:
    """Say that it is there, and ask until a line comes in."""
    longest = 0.0
    with closing(connect(store_cache_folder(base) / "catalog.db", base, SMALL_CACHE)) as other:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while not select.select([sys.stdin], [], [], TURN)[0]:
            began = time.perf_counter()
            other.execute("BEGIN IMMEDIATE")
            longest = max(longest, time.perf_counter() - began)
            other.execute("ROLLBACK")
    return longest


if __name__ == "__main__":
    sys.stdout.write(f"{longest_wait(Path(sys.argv[1]))}\n")
