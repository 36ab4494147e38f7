"""Searching a large store: the newest of what a word finds, beside asking SQLite without an index.

Both read the same catalogue in this process. The first piece of a search is measured to the store's
promise instead: as a person types, whatever letters they begin with. Facets are counted beside
SQLite that groups all images, and beside finding what they count.
"""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Iterator
from contextlib import aclosing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import apsw

from core import ImageStorageManager
from core.facet_tables import COMBINATION
from core.query import parse
from core.search_plan import plan_search
from tests.bench import store
from tests.bench.catalogue import opened, sqlite_alone
from tests.bench.timing import (
    CannotMeasureError,
    Line,
    Measured,
    Scale,
    at_most,
    by_turns,
    faster,
    limit,
    seconds,
    seconds_awaited,
)

FIRST = 200  # images, more than a screen shows
RARE, COMMON = "4711", "lighthouse"  # one image in 10,000; one in four
TYPED = ("l", "lig", "light", "s", "stu", "study")
FIRST_PIECE = 25  # ms
_OURS = "SELECT rowid & 0xFFFFFFFFFF FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT ?"
_LIKE = """
SELECT key FROM image WHERE prompt LIKE '%' || ? || '%'
ORDER BY day DESC, key DESC LIMIT ?
"""


_GROUPED = "SELECT {}, count(*) FROM image GROUP BY 1, 2, 3, 4, 5"


def searching(root: Path, scale: Scale) -> Iterator[Measured]:
    """The newest images of a word, and the first piece that is shown of a beginning."""
    base = store.large_store(root, scale.images)
    pieces = asyncio.run(_first_pieces(base, scale.some(9, 1)))
    rounds = scale.rounds if scale.images <= 20_000 else 1
    with sqlite_alone(base) as connection:
        for kind, word in (("a rare", RARE), ("a common", COMMON)):
            ours, beside = _newest(connection, word, rounds)
            yield Line(f"newest {FIRST} of {kind} word, ms (LIKE)", ours, beside, faster(20))
    for letters, taken in pieces.items():
        name = f"search for “{letters}”, first piece, ms (limit)"
        yield Line(name, taken, FIRST_PIECE, limit(FIRST_PIECE))


def _newest(connection: apsw.Connection, word: str, rounds: int) -> tuple[float, float]:
    """Return the milliseconds of both questions, which have the same answer."""

    def ask(sql: str, *values: object) -> list[Any]:
        return connection.execute(sql, values).fetchall()

    def ours() -> list[Any]:
        plan = plan_search(lambda sql, values: ask(sql, *values), parse(f"{word} ", datetime.now()))
        return ask(_OURS, plan.match, FIRST)

    def like() -> list[Any]:
        return ask(_LIKE, word, FIRST)

    if ours() != like():  # which also brings into memory what both read
        raise CannotMeasureError(f"they find different images for {word}")
    return by_turns(rounds, lambda: 1000 * seconds(ours), lambda: 1000 * seconds(like))


async def _first_pieces(base: Path, rounds: int) -> dict[str, float]:
    async with opened(base) as manager:
        while not await manager.searchable():
            await asyncio.sleep(0.1)
        found: dict[str, list[float]] = {letters: [] for letters in TYPED}
        for _ in range(rounds):
            for letters, taken in found.items():
                taken.append(
                    1000 * await seconds_awaited(lambda typed=letters: _piece(manager, typed))
                )
        return {letters: statistics.median(taken) for letters, taken in found.items()}


def faceting(root: Path, scale: Scale) -> Iterator[Measured]:
    """The facets of a whole store, and of what a word finds; and a key pressed meanwhile."""
    base = store.large_store(root, scale.images)
    kept, grouped, word, finding, after = asyncio.run(_facets(base, scale.some(5, 1)))
    yield Line("facets of all images, ms (GROUP BY)", kept, grouped, faster(20))
    yield Line(f"facets of “{COMMON}”, ms (finding it)", word, finding, at_most(2))
    name = "first piece of a search while facets of all are counted, ms (limit)"
    yield Line(name, after, FIRST_PIECE, limit(FIRST_PIECE))


async def _facets(base: Path, rounds: int) -> list[float]:
    """Return medians of milliseconds, all taken by turns when all has been done once.

    They are of the facets of all images, of SQLite that groups all, of the facets of a word, of
    finding it, and of a first piece after a key.
    """
    grouping = _GROUPED.format(COMBINATION.format("image"))
    async with opened(base) as manager:
        while not await manager.searchable():
            await asyncio.sleep(0.1)

        async def count(text: str) -> None:
            counter = manager.facet_counter(parse(text, datetime.now()))
            await counter.count()
            await counter.facets()

        async def find() -> None:
            async with aclosing(manager.search(parse(f"{COMMON} ", datetime.now()))) as pieces:
                async for _ in pieces:
                    pass

        async def press() -> float:
            counting = asyncio.create_task(count("study "))
            await asyncio.sleep(0.05)
            counting.cancel()
            taken = await seconds_awaited(lambda: _piece(manager, "lig"))
            with suppress(asyncio.CancelledError):
                await counting
            return taken

        found: list[list[float]] = []
        with sqlite_alone(base) as connection:
            for _ in range(1 + rounds):
                of_all = await seconds_awaited(lambda: count(""))
                grouped = seconds(lambda: connection.execute(grouping).fetchall())
                of_word = await seconds_awaited(lambda: count(f"{COMMON} "))
                found.append([of_all, grouped, of_word, await seconds_awaited(find), await press()])
        return [1000 * statistics.median(each) for each in zip(*found[1:], strict=True)]


async def _piece(manager: ImageStorageManager, letters: str) -> None:
    async with aclosing(manager.search(parse(letters, datetime.now()))) as pieces:
        async for _ in pieces:
            return


GROUPS = (searching, faceting)
