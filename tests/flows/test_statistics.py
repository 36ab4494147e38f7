"""A person looks at the statistics of a store: the real window, a real store on disk."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import datetime, timedelta
from io import StringIO

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QLineEdit

from tests.flows.conftest import open_window, until
from tests.flows.test_timeline import make_far_days
from tests.stores import image_files, make_image, sidecar_of

NEWEST = datetime.now().replace(hour=12, minute=0, second=0, microsecond=0)


def expected(base):
    """Bytes and cost by model, read from every file and sidecar."""
    sizes, costs = Counter(), Counter()
    for file in image_files(base):
        sidecar = json.loads(sidecar_of(base, file).read_text())
        sizes[sidecar["model"]] += file.stat().st_size
        costs[sidecar["model"]] += sidecar["cost_info"]["estimated_cost_usd"]
    return sizes, costs


async def opened(session):
    session.window.actions_by_id["statistics"].trigger()
    await session.statistics.settled()
    return session.statistics.dialog


async def save_as(session, file):
    """Answer the dialog that asks for a file."""
    dialog = session.statistics.dialog
    await until(lambda: dialog.findChild(QFileDialog))
    chooser = dialog.findChild(QFileDialog)
    chooser.setDirectory(str(file.parent))
    chooser.findChild(QLineEdit).setText(file.name)
    chooser.accept()
    await until(file.exists)


async def test_the_sums_are_those_of_the_disk(store):
    base = store(images=150, days=200)
    sizes, costs = expected(base)
    async with open_window(base) as session:
        found = (await opened(session)).statistics
        assert found.images == 150
        assert found.size_bytes == sum(sizes.values())
        assert dict(found.ranked(lambda g: g.model, lambda g: g.size_bytes)) == dict(sizes)
        by_cost = dict(found.ranked(lambda g: g.model, lambda g: g.cost_usd or 0))
        assert {name: round(cost, 6) for name, cost in by_cost.items()} == {
            name: round(cost, 6) for name, cost in costs.items() if cost
        }
        largest = sorted((file.stat().st_size for file in image_files(base)), reverse=True)
        assert [record.size_bytes for record in found.largest] == largest[:50]


async def test_they_follow_what_comes(tmp_path):
    base = tmp_path / "store"
    for back in range(3):
        make_image(base, NEWEST - timedelta(days=40 * back))
    async with open_window(base) as session:
        dialog = await opened(session)
        assert dialog.statistics.images == 3
        make_image(base, NEWEST - timedelta(days=40), seed=7)
        await until(lambda: dialog.statistics.images == 4)


async def test_they_are_taken_away_as_csv_and_as_a_picture(store, tmp_path):
    base = store(images=40, days=90)
    async with open_window(base) as session:
        dialog = await opened(session)
        dialog._csv.click()
        await save_as(session, tmp_path / "sums.csv")
        await until(lambda: (tmp_path / "sums.csv").read_text() == dialog.statistics.csv_text())
        with (tmp_path / "sums.csv").open() as file:
            assert sum(int(row["images"]) for row in csv.DictReader(file)) == 40
        await until(lambda: dialog.findChild(QFileDialog) is None)
        dialog._picture.click()
        await save_as(session, tmp_path / "charts.png")
        await until(lambda: not QImage(str(tmp_path / "charts.png")).isNull())
        assert QImage(str(tmp_path / "charts.png")).height() > dialog.height()


async def test_one_of_the_largest_is_shown_in_the_grid(store):
    async with open_window(store(images=30, days=5)) as session:
        dialog = await opened(session)
        wanted = dialog.model.rows[3]
        dialog.table.activated.emit(dialog.model.index(3, 0))
        assert list(session.selection.keys()) == [wanted.key]


async def test_it_says_how_the_store_grows_and_what_will_go(tmp_path):
    base = tmp_path / "store"
    for back in (0, 1, 35, 36):
        make_image(base, NEWEST - timedelta(days=back))
    async with open_window(base) as session:
        text = (await opened(session))._outlook.text()
        assert "came each day" in text
        assert "2 images" in text


async def test_an_empty_store_has_statistics_too(tmp_path):
    (tmp_path / "store" / "images").mkdir(parents=True)
    async with open_window(tmp_path / "store") as session:
        dialog = await opened(session)
        assert dialog.statistics.images == 0
        assert not dialog._progress.isVisible()
        assert dialog._csv.isEnabled()
        dialog.picture()


async def test_it_closes_with_its_store(store, tmp_path):
    async with open_window(store(images=10, days=2)) as session:
        await opened(session)
        session.commands.open(tmp_path)
        await until(lambda: session.statistics.dialog is None)


async def test_they_reach_from_the_first_to_the_last_day_of_the_calendar(tmp_path):
    async with open_window(make_far_days(tmp_path / "store")) as session:
        dialog = await opened(session)
        assert dialog.statistics.images == 3
        assert not dialog._progress.isVisible()
        assert len(dialog._growth._stack.spans) == 100
        assert dialog._growth.text_at(dialog._growth._area().right() - 1, 5).startswith(
            "9900 – 9999:"
        )
        dialog.picture()
        months = [row["month"] for row in csv.DictReader(StringIO(dialog.statistics.csv_text()))]
        assert months == ["0001-01", f"{NEWEST:%Y-%m}", "9999-12"]


async def test_costs_that_nothing_costs_are_not_summed_up(tmp_path):
    base = tmp_path / "store"
    for cost in (1e308, 1e308, 0.25):
        image = make_image(base, NEWEST, seed=str(cost) + str(len(image_files(base))))
        sidecar = sidecar_of(base, image)
        values = json.loads(sidecar.read_text()) | {"cost_info": {"estimated_cost_usd": cost}}
        sidecar.write_text(json.dumps(values))
    async with open_window(base) as session:
        dialog = await opened(session)
        assert dialog.statistics.images == 3
        assert [label.text() for label in dialog._numbers._values][2] == "$0.25"
        assert "inf" not in dialog._costs.accessibleDescription()
