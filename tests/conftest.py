"""What every test gets: a machine of its own, and no error that passes in silence. No Qt here."""

from __future__ import annotations

import gc
import logging
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.logged import LoggedErrors
from tests.stores import make_store

StoreFactory = Callable[..., Path]


# How long an example takes says how busy the machine is.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "logs_error(pattern): this test makes the program log errors that match"
    )


def pytest_collection_finish() -> None:
    """What is loaded by now stays: without it, collecting garbage takes a tenth of the time."""
    gc.freeze()


@pytest.fixture(autouse=True)
def own_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read from, or written to, the folders and settings of who runs the tests."""
    for kind in ("CACHE", "CONFIG", "DATA", "STATE"):
        folder = tmp_path / "person" / kind.lower()
        folder.mkdir(parents=True)
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(folder))
    for name in [name for name in os.environ if name.startswith("STORAGE__")]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def no_logged_errors(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test that makes the program, or asyncio (for a lost exception), log an error."""
    marker = request.node.get_closest_marker("logs_error")
    errors = LoggedErrors()
    logging.getLogger().addHandler(errors)
    yield
    logging.getLogger().removeHandler(errors)
    if marker is not None:
        errors.lines = [line for line in errors.lines if not re.search(marker.args[0], line)]
    if errors.lines:
        pytest.fail("errors were logged:\n" + "\n".join(errors.lines), pytrace=False)


@pytest.fixture
def store(tmp_path: Path) -> StoreFactory:
    """Make small stores: ``store(images=…, days=…)`` writes one and returns its folder."""
    made: list[Path] = []

    def make(**options: object) -> Path:
        made.append(make_store(tmp_path / f"store-{len(made) + 1}", **options))  # type: ignore[arg-type]
        return made[-1]

    return make
