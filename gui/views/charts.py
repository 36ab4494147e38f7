"""Charts of a store's statistics, painted in the colours of the palette."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.models.spans import Unit, span_text
from gui.models.statistics import OTHER, Stack
from gui.text import isolated, month_text, translated

TEXT_PX: Final = 11
LINE: Final = 18  # height of a line of small text
LABELS_PX: Final = 64  # left of a chart over time
YEAR_ROOM: Final = 44
ROW: Final = 26  # of a ranking
NAME_PX: Final = 150
SHADES: Final = (1.0, 0.68, 0.46, 0.3, 0.2, 0.12)  # how much of the accent, series by series
GRID_LINES: Final = 3

Say = Callable[[float], str]  # a value in words


class _Chart(QWidget):
    """Something painted from values, with words for who points at it or cannot see it."""

    def __init__(self, title: str, say: Say, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._say = say
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def event(self, event: QEvent) -> bool:
        """Say what is under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.text_at(event.pos().x(), event.pos().y()))
            return True
        return super().event(event)

    def text_at(self, x: int, y: int) -> str:
        """Return what a place of the chart stands for; "" for none."""
        raise NotImplementedError

    def _painter(self) -> QPainter:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self.font()
        font.setPixelSize(TEXT_PX)
        painter.setFont(font)
        return painter

    def _shade(self, number: int) -> QColor:
        share = SHADES[min(number, len(SHADES) - 1)]
        accent, ground = self.palette().accent().color(), self.palette().base().color()
        pairs = (
            (accent.red(), ground.red()),
            (accent.green(), ground.green()),
            (accent.blue(), ground.blue()),
        )
        mixed = (round(share * over + (1 - share) * under) for over, under in pairs)
        return QColor(*mixed)


class MonthChart(_Chart):
    """Months, or years, from left to right: stacked bars, or one filled line of what there was.

    Args:
        title: What it is about, for screen readers.
        say: A value in words.
        line: Whether it is a line.
    """

    def __init__(
        self, title: str, say: Say, *, line: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, say, parent)
        self._line = line
        self._stack = Stack(Unit.MONTH, [], [])

    def sizeHint(self) -> QSize:
        """Return the size of a chart among others."""
        return QSize(420, 190)

    def show_stack(self, stack: Stack) -> None:
        """Show these series over their spans of time."""
        self._stack = stack
        sums = ", ".join(f"{self._named(name)} {self._say(sum(v))}" for name, v in stack.series)
        self.setAccessibleDescription(sums)
        self.update()

    def text_at(self, x: int, y: int) -> str:
        """Return what a span of time holds: "November 2026: imagen-4 1.2 GB, other 80 MB"."""
        spans, area = self._stack.spans, self._area()
        if not spans or not area.left() <= x < area.right():
            return ""
        place = int((x - area.left()) * len(spans) / area.width())
        parts = [
            f"{self._named(name)} {self._say(values[place])}".strip()
            for name, values in self._stack.series
            if values[place]
        ]
        when = span_text(*spans[place], self._stack.unit)
        return f"{when}: {', '.join(parts) or self._say(0)}"

    def _named(self, name: str) -> str:
        if self._line:
            return ""
        return isolated(name) if name != OTHER else translated("charts", "other")

    def _area(self) -> QRect:
        legend = 0 if self._line else LINE
        return self.rect().adjusted(LABELS_PX, legend + 6, -8, -LINE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the values over time, with a scale, the years, and what the shades mean."""
        painter, area = self._painter(), self._area()
        sums = [sum(each) for each in zip(*(v for _, v in self._stack.series), strict=True)]
        highest = max(sums, default=0.0)
        if highest > 0:
            self._paint_scale(painter, area, highest)
            self._paint_years(painter, area)
            if self._line:
                self._paint_line(painter, area, sums, highest)
            else:
                self._paint_bars(painter, area, highest)
                self._paint_legend(painter, area)
        else:
            painter.setPen(self.palette().placeholderText().color())
            text = translated("charts", "Nothing is known")
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)
        painter.end()

    def _paint_scale(self, painter: QPainter, area: QRect, highest: float) -> None:
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for number in range(GRID_LINES + 1):
            y = area.bottom() - area.height() * number // GRID_LINES
            painter.fillRect(area.left(), y, area.width(), 1, self.palette().mid())
            painter.setPen(self.palette().placeholderText().color())
            label = QRect(0, y - LINE // 2, LABELS_PX - 8, LINE)
            painter.drawText(label, right, self._say(highest * number / GRID_LINES))

    def _paint_years(self, painter: QPainter, area: QRect) -> None:
        painter.setPen(self.palette().placeholderText().color())
        last, spans = -YEAR_ROOM, self._stack.spans
        for place, (day, _) in enumerate(spans):
            first = date.fromordinal(day)
            x = area.left() + area.width() * place // len(spans)
            if (place == 0 or first.month == 1) and x - last >= YEAR_ROOM:
                text = str(first.year) if first.month == 1 else month_text(day)
                width = painter.fontMetrics().horizontalAdvance(text)
                painter.drawText(QPointF(min(x, self.width() - width), self.height() - 4), text)
                last = x + width - YEAR_ROOM // 2

    def _paint_line(
        self, painter: QPainter, area: QRect, sums: Sequence[float], highest: float
    ) -> None:
        step = area.width() / len(sums)
        points = [
            QPointF(area.left() + step * (place + 1), area.bottom() - area.height() * v / highest)
            for place, v in enumerate(sums)
        ]
        points.insert(0, QPointF(area.left(), points[0].y() if len(sums) == 1 else area.bottom()))
        ground = [QPointF(points[-1].x(), area.bottom()), QPointF(area.bottomLeft())]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._shade(4))
        painter.drawPolygon(QPolygonF([*points, *ground]))
        painter.setPen(QPen(self._shade(0), 2))
        painter.drawPolyline(QPolygonF(points))

    def _paint_bars(self, painter: QPainter, area: QRect, highest: float) -> None:
        count = len(self._stack.spans)
        pitch = area.width() / count
        width = max(min(pitch - min(pitch / 3, 4), 36), 1)
        for place in range(count):
            bottom = float(area.bottom())
            for number, (_, values) in enumerate(self._stack.series):
                height = area.height() * values[place] / highest
                x = area.left() + pitch * place + (pitch - width) / 2
                painter.fillRect(QRectF(x, bottom - height, width, height), self._shade(number))
                bottom -= height

    def _paint_legend(self, painter: QPainter, area: QRect) -> None:
        x, metrics = float(area.left()), painter.fontMetrics()
        for number, (name, _) in enumerate(self._stack.series):
            text = self._named(name)
            width = metrics.horizontalAdvance(text)
            if x + width + 16 > self.width():
                break
            painter.fillRect(QRectF(x, 5, 8, 8), self._shade(number))
            painter.setPen(self.palette().placeholderText().color())
            painter.drawText(QPointF(x + 13, 13), text)
            x += width + 29


class Ranking(_Chart):
    """Names with a bar each, the largest first."""

    def __init__(self, title: str, say: Say, parent: QWidget | None = None) -> None:
        super().__init__(title, say, parent)
        self._rows: Sequence[tuple[str, float]] = ()

    def sizeHint(self) -> QSize:
        """Return a row for each name."""
        return QSize(420, max(len(self._rows), 1) * ROW)

    def show_rows(self, rows: Sequence[tuple[str, float]]) -> None:
        """Show these names and values, largest first."""
        self._rows = rows
        self.setAccessibleDescription(", ".join(f"{isolated(n)} {self._say(v)}" for n, v in rows))
        self.updateGeometry()
        self.update()

    def text_at(self, x: int, y: int) -> str:
        """Return the name and value of a row."""
        place = y // ROW
        return (
            ": ".join((isolated(self._rows[place][0]), self._say(self._rows[place][1])))
            if (0 <= place < len(self._rows))
            else ""
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the names, their bars and their values."""
        painter, metrics = self._painter(), self.fontMetrics()
        painter.setFont(self.font())
        largest = self._rows[0][1] if self._rows else 1.0
        values = [self._say(value) for _, value in self._rows]
        value_px = max(map(metrics.horizontalAdvance, values), default=0) + 12
        room = max(self.width() - NAME_PX - value_px, 1)
        roles = QPalette.ColorRole
        for place, ((name, value), text) in enumerate(zip(self._rows, values, strict=True)):
            row = QRect(0, place * ROW, self.width(), ROW)
            painter.setPen(self.palette().color(roles.WindowText))
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, NAME_PX - 12)
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, shown)
            width = max(room * value / largest, 2.0)
            painter.fillRect(QRectF(NAME_PX, row.y() + 8, width, ROW - 16), self._shade(0))
            painter.setPen(self.palette().color(roles.PlaceholderText))
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
        painter.end()
