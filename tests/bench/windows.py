"""Whole windows, seen on a screen: ours beside gThumb's and what TagStudio was seen to do."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from tests.bench import store
from tests.bench.screen import Screen, Seen, screen, watch
from tests.bench.startup import LONGEST, complete, launch
from tests.bench.timing import (
    CannotMeasureError,
    Line,
    Measured,
    Scale,
    Skipped,
    at_most,
    command,
    faster,
    limit,
)

DAY = 208
ALL_MADE = 60  # seconds in which a day is to be done
GTHUMB_MEMORY = 198  # MB with 950 images, as recorded
TAGSTUDIO = ((100_000, 110.0), (20_000, 27.8), (2_000, 5.7))  # images, seconds; as recorded
TAGSTUDIO_AGAIN = 3.8
SCROLLED = 20_000
NOTCHES, NOTCHES_IN_SHORT = 3_600, 10
IDLE_WITHIN = 1.0
STILL_AT_WORK = 15.0


def a_day(root: Path, scale: Scale) -> Iterator[Measured]:
    """A day of 208 images that nobody has looked at yet, beside gThumb."""
    base = store.day_store(root, scale.some(DAY, 40))
    count = scale.some(DAY, 40)
    names = {"first thumbnail": 1.0, "full screen": 0.7, "all made": 0.4}
    try:
        peer = [command(name) for name in ("dbus-run-session", "gthumb")]
    except CannotMeasureError as error:
        yield Skipped(f"a day of {count} images", str(error))
        return
    with screen() as on:
        ours = _cold(on, launch(base), count, _made_by_us)
        theirs = _cold(on, [peer[0], "--", peer[1], store.day_folder(base)], count, _made_by_gthumb)
    pairs = {
        "first thumbnail": (ours.first, theirs.first),
        "full screen": (ours.full, theirs.full),
        "all made": (ours.made, theirs.made),
    }
    for name, (a, b) in pairs.items():
        title = f"a day of {count} images, cold: {name}, s (gThumb)"
        if a is None or b is None:
            made = f"before they stopped ours made {ours.most_made}, gThumb {theirs.most_made}"
            yield Skipped(title, f"{made} of {count}")
        else:
            yield Line(title, a, b, at_most(names[name]))


def _cold(
    on: Screen, arguments: list[str | Path], count: int, made_by: Callable[[Path], int]
) -> Seen:
    """Launch in a home in which nothing is cached, until all thumbnails are made."""
    with tempfile.TemporaryDirectory(prefix="cold-") as home:
        made = partial(made_by, Path(home))
        environment = {f"XDG_{kind}_HOME": home for kind in ("CACHE", "CONFIG", "DATA", "STATE")}

        def enough(seen: Seen, still: float) -> bool:
            return (seen.made is not None and still > 1) or still > STILL_AT_WORK

        return watch(
            on, arguments, environment, longest=ALL_MADE, wanted=count, made=made, until=enough
        )


def _made_by_us(home: Path) -> int:
    return _asked(home, "thumbnails.db", "SELECT count(*) FROM thumbnails")


def _indexed(home: Path) -> int:
    return _asked(home, "catalog.db", "SELECT ifnull(sum(images), 0) FROM day_total")


def _asked(home: Path, name: str, sql: str) -> int:
    for file in home.glob(f"contact-sheet/stores/*/{name}"):
        try:
            with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
                return int(connection.execute(sql).fetchone()[0])
        except sqlite3.OperationalError:
            continue  # it is just being made
    return 0


def _made_by_gthumb(home: Path) -> int:
    return sum(1 for _ in home.glob("thumbnails/*/*.png"))


def whole_store(root: Path, scale: Scale) -> Iterator[Measured]:
    """A whole store without an index, then again, beside what TagStudio was recorded to take."""
    base = store.large_store(root, scale.images)
    recorded = next((found for images, found in TAGSTUDIO if images <= scale.images), None)
    if recorded is None and not scale.short:
        yield Skipped("a whole store (TagStudio)", "recorded for 2,000 images and more")
        return
    with screen() as on, tempfile.TemporaryDirectory(prefix="cold-") as home:
        environment = {f"XDG_{kind}_HOME": home for kind in ("CACHE", "CONFIG", "DATA", "STATE")}

        def indexed(seen: Seen, still: float) -> bool:
            return complete(seen, still) and seen.made is not None

        def idle(seen: Seen, still: float) -> bool:
            return complete(seen, still) and seen.idle is not None

        found = partial(_indexed, Path(home))
        longest = LONGEST + scale.images / 2_000
        cold = watch(
            on,
            launch(base),
            environment,
            longest=longest,
            wanted=scale.images,
            made=found,
            until=indexed,
        )
        if cold.made is None:
            raise CannotMeasureError(f"the index was not made within {longest:.0f} s")
        warm = watch(on, launch(base), environment, longest=LONGEST, until=idle)
    title = f"{scale.images:,} images"
    name = f"{title}, no index: first thumbnail, s (TagStudio, recorded)"
    yield Line(name, cold.first, recorded or TAGSTUDIO[-1][1], faster(20))
    name = f"{title}, second start: first thumbnail, s (TagStudio, recorded)"
    yield Line(name, warm.first, TAGSTUDIO_AGAIN, faster(4))
    if warm.idle is None:
        yield Skipped(f"{title}, second start: idle", f"still at work after {LONGEST} s")
    else:
        after = max(warm.idle - warm.full, 0.0)
        name = f"{title}, second start: idle after, but for what gives way, s (limit)"
        yield Line(name, after, IDLE_WITHIN, limit(1))


def memory(root: Path, scale: Scale) -> Iterator[Measured]:
    """All processes after scrolling from end to end, beside gThumb with 950 images."""
    base = store.large_store(root, min(scale.images, SCROLLED))
    with screen() as on:
        notches = scale.some(NOTCHES, NOTCHES_IN_SHORT)
        seen = watch(on, launch(base), {}, longest=LONGEST, until=complete, scroll=notches)
    count = min(scale.images, SCROLLED)
    name = f"memory of all processes, {count:,} images scrolled, MB (gThumb with 950, recorded)"
    yield Line(name, seen.memory / 2**20, GTHUMB_MEMORY, at_most(1.5))


GROUPS = (a_day, whole_store, memory)
