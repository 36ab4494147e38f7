"""Whole windows, seen on a screen: ours beside gThumb's and what TagStudio was seen to do."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
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
WATCHED = 20_000  # images, when TagStudio was at its second start
IDLE_WITHIN = 1.0
COMES_TO_REST = 120  # seconds
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
    with _new_home() as home:
        made = partial(made_by, home)

        def enough(seen: Seen, still: float) -> bool:
            return (seen.made is not None and still > 1) or still > STILL_AT_WORK

        return watch(
            on, arguments, _homes(home), longest=ALL_MADE, wanted=count, made=made, until=enough
        )


@contextmanager
def _new_home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="cold-") as home:
        yield Path(home)


def _homes(home: Path) -> dict[str, str]:
    return {f"XDG_{kind}_HOME": str(home) for kind in ("CACHE", "CONFIG", "DATA", "STATE")}


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
    with screen() as on, _new_home() as home:
        longest = LONGEST + scale.images / 2_000
        cold = _indexing(on, base, home, scale.images, longest)
        warm = watch(on, launch(base), _homes(home), longest=LONGEST, until=complete)
    title = f"{scale.images:,} images"
    name = f"{title}, no index: first thumbnail, s (TagStudio, recorded)"
    yield Line(name, cold.first, recorded or TAGSTUDIO[-1][1], faster(20))
    name = f"{title}, second start: first thumbnail, s (TagStudio, recorded)"
    yield Line(name, warm.first, TAGSTUDIO_AGAIN, faster(4))


def resting(root: Path, scale: Scale) -> Iterator[Measured]:
    """How soon nothing is left to do at a second start, when the first has done all there was.

    All processes count, however they give way to others. A first start takes in prompts, makes
    thumbnails ahead and examines each image: with as many as TagStudio was watched with at its
    second start that comes to an end.
    """
    count = min(scale.images, WATCHED)
    base = store.large_store(root, count)
    title = f"{count:,} images, second start: all processes idle after, s (limit)"
    with screen() as on, _new_home() as home:
        first = _indexing(on, base, home, count, COMES_TO_REST, at_rest=True)
        if not first.at_rest:
            yield Skipped(title, f"the first start was still at work after {COMES_TO_REST} s")
            return
        again = watch(on, launch(base), _homes(home), longest=COMES_TO_REST, until=_rests)
    if again.at_rest and again.idle is not None:
        yield Line(title, max(again.idle - again.full, 0.0), IDLE_WITHIN, limit(IDLE_WITHIN))
    else:
        yield Skipped(title, f"still at work after {COMES_TO_REST} s")


def _indexing(
    on: Screen, base: Path, home: Path, count: int, longest: float, *, at_rest: bool = False
) -> Seen:
    """Launch in a home in which nothing is known, until all is indexed, or nothing left to do."""

    def enough(seen: Seen, still: float) -> bool:
        return seen.made is not None and (_rests if at_rest else complete)(seen, still)

    found = partial(_indexed, home)
    seen = watch(
        on, launch(base), _homes(home), longest=longest, wanted=count, made=found, until=enough
    )
    if seen.made is None:
        raise CannotMeasureError(f"the index was not made within {longest:.0f} s")
    return seen


def _rests(seen: Seen, still: float) -> bool:
    return complete(seen, still) and seen.at_rest


def memory(root: Path, scale: Scale) -> Iterator[Measured]:
    """All processes after scrolling from end to end, beside gThumb with 950 images."""
    base = store.large_store(root, min(scale.images, SCROLLED))
    with screen() as on:
        notches = scale.some(NOTCHES, NOTCHES_IN_SHORT)
        seen = watch(on, launch(base), {}, longest=LONGEST, until=complete, scroll=notches)
    count = min(scale.images, SCROLLED)
    name = f"memory of all processes, {count:,} images scrolled, MB (gThumb with 950, recorded)"
    yield Line(name, seen.memory / 2**20, GTHUMB_MEMORY, at_most(1.5))


GROUPS = (a_day, whole_store, resting, memory)
