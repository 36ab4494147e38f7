"""Statistics of a store: pictures first, and what they are made of to take away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from core.records import ImageRecord
from gui.models.image_table import Column, ImageTableModel
from gui.models.statistics import (
    Statistics,
    by_bytes,
    by_cost,
    format_of,
    model_of,
)
from gui.text import cost_text, moment_text, number_text, size_text, translated
from gui.views.charts import MonthChart, Ranking
from gui.views.image_table import ImageTable
from gui.views.labels import heading, quiet_label

SIZE: Final = QSize(1040, 760)
SMALLEST: Final = QSize(640, 420)
TABLE_PX: Final = 340
SHOWN_RANKED: Final = 12


class StatisticsDialog(QDialog):
    """Shows what is summed up of a store; show it with ``show()``: the window stays usable.

    Attributes:
        table: The largest images.
        model: Its rows.

    Signals:
        csv_wanted(): The sums are to be written to a file.
        picture_wanted(): The charts are.
        image_chosen(ImageRecord): This image is to be shown in the grid.
    """

    csv_wanted = Signal()
    picture_wanted = Signal()
    image_chosen = Signal(object)

    def __init__(self, store_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_text("Statistics of {store}", store=store_name))
        self.setAccessibleName(_text("Statistics"))
        self.setMinimumSize(SMALLEST)
        self.resize(SIZE)
        self.statistics: Statistics | None = None
        self._numbers = _Numbers()
        self._outlook = quiet_label("outlook")
        self._outlook.setWordWrap(True)
        self._growth = MonthChart(_text("Growth"), _size, line=True)
        self._by_model = MonthChart(_text("Bytes by month and model"), _size)
        self._by_format = MonthChart(_text("Bytes by month and format"), _size)
        self._costs = MonthChart(_text("Cost by month and model"), cost_text)
        self._models = Ranking(_text("Bytes by model"), _size)
        self._formats = Ranking(_text("Bytes by format"), _size)
        self._model_costs = Ranking(_text("Cost by model"), cost_text)
        self.model = _largest_model(self)
        self.table = ImageTable(self.model, _text("Largest images"))
        self.table.setMinimumHeight(TABLE_PX)
        self.table.activated.connect(
            lambda index: self.image_chosen.emit(self.model.rows[index.row()])
        )
        self._progress = QProgressBar()
        self._progress.setAccessibleName(_text("Progress"))
        self._csv = QPushButton(_text("Export &CSV…"))
        self._csv.clicked.connect(self.csv_wanted)
        self._picture = QPushButton(_text("Export &picture…"))
        self._picture.clicked.connect(self.picture_wanted)
        self._content = QWidget()
        self._content.setObjectName("metadataContent")
        self._lay_out()
        self.set_progress(0, 1)

    def set_progress(self, done: int, total: int) -> None:
        """Say how many of the months are summed up."""
        self._progress.setRange(0, total)
        self._progress.setValue(done)
        whole = done >= total
        self._progress.setVisible(not whole)
        for button in (self._csv, self._picture):
            button.setEnabled(whole)

    def set_outlook(self, text: str) -> None:
        """Say how the store grows, and what will go."""
        self._outlook.setText(text)

    def set_statistics(self, found: Statistics) -> None:
        """Show what is summed up by now."""
        self.statistics = found
        self._numbers.show_numbers(found)
        self._growth.show_stack(found.growth(by_bytes))
        self._by_model.show_stack(found.stack(model_of, by_bytes))
        self._by_format.show_stack(found.stack(format_of, by_bytes))
        self._costs.show_stack(found.stack(model_of, by_cost))
        self._models.show_rows(found.ranked(model_of, by_bytes)[:SHOWN_RANKED])
        self._formats.show_rows(found.ranked(format_of, by_bytes)[:SHOWN_RANKED])
        self._model_costs.show_rows(found.ranked(model_of, by_cost)[:SHOWN_RANKED])
        self.model.set_rows(found.largest)

    def picture(self) -> QPixmap:
        """Return all of it, the part that is scrolled away too, but for the buttons."""
        return self._content.grab()

    def _lay_out(self) -> None:
        charts = QGridLayout()
        charts.setHorizontalSpacing(32)
        charts.setVerticalSpacing(24)
        for number, chart in enumerate(
            (
                self._growth,
                self._by_model,
                self._costs,
                self._by_format,
                self._models,
                self._model_costs,
                self._formats,
            )
        ):
            charts.addLayout(_titled(chart), *divmod(number, 2))
            charts.setColumnStretch(number % 2, 1)
        column = QVBoxLayout(self._content)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(20)
        column.addWidget(self._numbers)
        column.addWidget(self._outlook)
        column.addLayout(charts)
        column.addWidget(heading(_text("Largest images")))
        column.addWidget(self.table)
        area = QScrollArea()
        area.setObjectName("metadata")
        area.setWidget(self._content)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        close = QPushButton(_text("Close"))
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(24, 12, 24, 16)
        buttons.setSpacing(8)
        buttons.addWidget(self._csv)
        buttons.addWidget(self._picture)
        buttons.addWidget(self._progress, 1)
        buttons.addStretch(1)
        buttons.addWidget(close)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(area, 1)
        whole.addLayout(buttons)


class _Numbers(QWidget):
    """The few numbers that matter most, large."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(40)
        self._values: list[QLabel] = []
        for title in (_text("Images"), _text("Bytes"), _text("Cost"), _text("Months")):
            value = QLabel("–")
            value.setObjectName("messageTitle")
            pair = QVBoxLayout()
            pair.setSpacing(2)
            label = quiet_label("number")
            label.setText(title)
            label.setBuddy(value)
            pair.addWidget(label)
            pair.addWidget(value)
            row.addLayout(pair)
            self._values.append(value)
        row.addStretch(1)

    def show_numbers(self, found: Statistics) -> None:
        cost = "–" if found.cost_usd is None else cost_text(found.cost_usd)
        texts = (
            number_text(found.images),
            _size(found.size_bytes),
            cost,
            number_text(len(found.months)),
        )
        for label, text in zip(self._values, texts, strict=True):
            label.setText(text)


def _titled(chart: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(8)
    column.addWidget(heading(chart.accessibleName()))
    column.addWidget(chart)
    column.addStretch(1)
    return column


def _largest_model(parent: QWidget) -> ImageTableModel[ImageRecord]:
    columns: Sequence[Column[ImageRecord]] = [
        Column(_text("Image"), lambda each: each.prompt or each.filename, lambda each: each.prompt),
        Column(_text("Model"), lambda each: each.model, lambda each: each.model, width=150),
        Column(
            _text("Created"),
            lambda each: moment_text(each.created),
            lambda each: each.created_us,
            is_quiet=True,
            width=190,
        ),
        Column(
            _text("Size"),
            lambda each: size_text(each.size_bytes),
            lambda each: each.size_bytes,
            is_number=True,
            width=90,
        ),
    ]
    return ImageTableModel(columns, lambda each: each.key, parent=parent)


def _size(size: float) -> str:
    return size_text(round(size))


def _text(source: str, **values: str) -> str:
    return translated("statistics", source, **values)
