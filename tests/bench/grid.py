"""The grid alone: frames while it scrolls, showing, resizing and inserting, beside Qt's own list.

``python -m tests.bench.grid WHAT ROWS`` measures one thing in a process of its own, offscreen.
"""

from __future__ import annotations

import json
import random
import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QApplication, QListView, QWidget

from core.records import DayImages, DayTotal
from gui import theme
from gui.models.date_tree import DateTreeModel
from gui.models.image_list import ImageListModel
from gui.models.picture import Picture
from gui.views.date_tree import DateTreeView
from gui.views.grid import ImageGrid
from tests.bench.timing import (
    Line,
    Measured,
    Scale,
    at_most,
    faster,
    figures,
    limit,
    quantile,
    seconds,
)

ROWS, ROWS_IN_SHORT = 1_000_000, 5_000
SIZE = QSize(1660, 1660)  # of ten columns and ten lines, about
TREE = QSize(260, 1000)
CELLS = 100
FRAMES = 400
NEWEST_DAY = 739_000
DAYS = 1096
OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen"}
STEPS = ("show", "resize", "insert one row")
SHAPES = (("70,000 images of one day", 70_000, 1), ("1,000,000 images of 20 years", ROWS, 7_300))
TIMES = 20  # that each is done; the median counts
LONGEST_STEP = 4  # ms, in Qt's thread


def frames(root: Path, scale: Scale) -> Iterator[Measured]:
    """Scrolling by the wheel and by the scroll bar, beside painting as many pixmaps."""
    rows = scale.some(ROWS, ROWS_IN_SHORT)
    for way in ("wheel", "drag"):
        found = figures("grid", way, rows, scale.some(FRAMES, 5), **OFFSCREEN)
        ours, beside = 1000 * found["ours"], 1000 * found["bare"]
        name = f"frame p99, {way}, {rows:,} images, ms"
        yield Line(f"{name} ({CELLS} pixmaps in a bare widget)", ours, beside, at_most(2))
        yield Line(f"{name} (limit)", ours, 8, limit(8))


def structure(root: Path, scale: Scale) -> Iterator[Measured]:
    """What Qt's list takes seconds for at a million rows."""
    rows = scale.some(ROWS, ROWS_IN_SHORT)
    ours, theirs = (figures("grid", which, rows, 0, **OFFSCREEN) for which in ("ours", "qt"))
    for step in STEPS:
        name = f"{step}, {rows:,} images, ms (QListView IconMode)"
        yield Line(name, 1000 * ours[step], 1000 * theirs[step], faster(200))


def shapes(root: Path, scale: Scale) -> Iterator[Measured]:
    """One day that holds everything, and very many days."""
    for name, rows, days in SHAPES:
        rows, days = scale.some(rows, ROWS_IN_SHORT), scale.some(days, min(days, 50))
        found = figures("grid", "shape", rows, scale.some(TIMES, 2), days, **OFFSCREEN)
        for step, ours in found.items():
            yield Line(
                f"{step}, {name}, ms (limit)", 1000 * ours, LONGEST_STEP, limit(LONGEST_STEP)
            )


def model_of(rows: int, days: int = DAYS) -> ImageListModel:
    """Return a model of so many images over some days; keys count from 1, newest first."""
    model = ImageListModel()
    ends = [1 + rows * number // days for number in range(days + 1)]
    model.set_days([_day(i, range(ends[i], ends[i + 1])) for i in range(days)])
    return model


def _day(back: int, keys: range) -> DayImages:
    return DayImages(day=NEWEST_DAY - back, size_bytes=len(keys), keys=array("q", keys))


def _frame(app: QApplication, action: Callable[[], object]) -> float:
    """Do something and paint what comes of it; the seconds."""

    def act() -> None:
        action()
        app.processEvents()

    return seconds(act)


def _nothing() -> None:
    """Do what is due anyway."""


def _scrolling(app: QApplication, way: str, rows: int, count: int) -> dict[str, float]:
    rng = random.Random(3)
    pictures = [_picture(rng) for _ in range(CELLS)]
    model, grid, bare = model_of(rows), ImageGrid(), BareWidget(pictures)
    grid.setModel(model)
    for widget in (grid, bare):
        widget.resize(SIZE)
        widget.show()
    bar = grid.verticalScrollBar()
    ours, beside = [], []
    for number in range(count):
        notch = 3 * bar.singleStep()
        value = notch * number if way == "wheel" else rng.randrange(bar.maximum() + 1)
        _bring(model, grid, value, pictures)
        app.processEvents()
        ours.append(_frame(app, partial(bar.setValue, value)))
        refining = [0.0]  # the frames in which what was painted coarsely comes again, well
        while not grid.painted_well:
            refining.append(_frame(app, _nothing))
        ours[-1] = max(ours[-1], *refining)
        app.processEvents()
        beside.append(_frame(app, bare.update))
    return {"ours": quantile(ours, 0.99), "bare": quantile(beside, 0.99)}


def _bring(model: ImageListModel, grid: ImageGrid, value: int, pictures: list[Picture]) -> None:
    """Give the rows around the place the pictures that the program would have for them."""
    geometry = grid._geometry
    for row in geometry.rows_between(value - 200, value + grid.height() + 200):
        key = model.key_at(row)
        if model.picture(key) is None:
            model.set_picture(key, pictures[key % len(pictures)])


def _picture(rng: random.Random) -> Picture:
    pixmap = QPixmap(256, 256)
    pixmap.fill(QColor(rng.randrange(256), rng.randrange(256), rng.randrange(256)))
    return Picture(pixmap, None, 256)


class BareWidget(QWidget):
    """Paints pixmaps of the size of cells, and nothing else."""

    def __init__(self, pictures: list[Picture]) -> None:
        super().__init__()
        self._pixmaps = [each.pixmap.scaled(160, 160) for each in pictures if each.pixmap]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for number, pixmap in enumerate(self._pixmaps):
            painter.drawPixmap(QPoint(number % 10, number // 10) * 164, pixmap)
        painter.end()


def _steps(app: QApplication, view: QAbstractItemView, rows: int) -> dict[str, float]:
    model = model_of(rows)
    view.setModel(model)
    view.resize(SIZE)
    changed = {NEWEST_DAY: _day(0, range(1 + rows // DAYS))}
    actions: tuple[Callable[[], object], ...] = (
        view.show,
        lambda: view.resize(SIZE - QSize(300, 100)),
        lambda: model.update_days(changed),
    )
    taken = [_frame(app, action) for action in actions]
    return dict(zip(STEPS, taken, strict=True))


def _shape(app: QApplication, rows: int, times: int, days: int) -> dict[str, float]:
    model, grid, dates = model_of(rows, days), ImageGrid(), DateTreeModel()
    tree = DateTreeView(dates)
    grid.setModel(model)
    dates.set_totals([DayTotal(each.day, each.count, each.size_bytes) for each in model.sections])
    for view, size in ((grid, SIZE), (tree, TREE)):
        view.resize(size)
        view.show()
    app.processEvents()
    most = model.counts[0]
    newest = [_day(0, range(number % 2, 1 + most)) for number in range(times)]
    totals = [DayTotal(NEWEST_DAY, most + number, number) for number in range(times)]
    return {
        "arrange": _median(app, [grid.doItemsLayout] * times),
        "insert or remove the newest": _median(
            app, [partial(model.update_days, {NEWEST_DAY: day}) for day in newest]
        ),
        "change a day in the tree": _median(
            app, [partial(dates.update_totals, {NEWEST_DAY: each}) for each in totals]
        ),
        "follow the grid in the tree": _median(
            app,
            [
                partial(tree.show_day_in_view, NEWEST_DAY - number * 7919 % days)
                for number in range(times)
            ],
        ),
    }


def _median(app: QApplication, actions: Sequence[Callable[[], object]]) -> float:
    taken = []
    for action in actions:
        taken.append(seconds(action))
        app.processEvents()  # what is painted is measured as a frame, elsewhere
    return median(taken)


def _icon_list() -> QListView:
    view = QListView()
    view.setViewMode(QListView.ViewMode.IconMode)
    view.setUniformItemSizes(True)
    view.setResizeMode(QListView.ResizeMode.Adjust)
    view.setGridSize(QSize(164, 164))
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    return view


def main() -> None:
    """Measure what the arguments say and print it."""
    what, rows, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    app = QApplication([])
    theme.apply(app, theme.Appearance.DARK)
    if what in ("ours", "qt"):
        found = _steps(app, ImageGrid() if what == "ours" else _icon_list(), rows)
    elif what == "shape":
        found = _shape(app, rows, count, int(sys.argv[4]))
    else:
        found = _scrolling(app, what, rows, count)
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


GROUPS = (frames, structure, shapes)

if __name__ == "__main__":
    main()
