"""The short form of the soak: all of it at once, for some seconds."""

from __future__ import annotations

from pathlib import Path

from tests.flows.conftest import open_window
from tests.soak import soak
from tests.stores import make_store


async def test_whatever_happens_at_once_the_catalogue_ends_equal_to_the_disk(
    tmp_path: Path,
) -> None:
    base = make_store(tmp_path / "store", images=120, days=8)
    async with open_window(base) as session:
        report = await soak(session, base, seconds=8, seed=5)
        assert report.wrong == []
        assert sum(report.steps.values()) > 20
