"""Paints a timeline, and says where its bars stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QColor, QPainter, QPalette

from gui.models.timeline import Timeline
from gui.text import month_text

MARGIN: Final = 16  # as the grid's, left and right
TOP: Final = 10  # above the highest bar
AXIS: Final = 18  # below the bars, for the years
PITCH: Final = 4  # pixels from one bar to the next, at least
WIDEST: Final = 16
LOWEST: Final = 2  # of a bar that is not empty
TEXT_PX: Final = 11
YEAR_ROOM: Final = 44  # for the number of a year
QUIET, FADED = 150, 80  # of 255: the opacity of bars, and of those not chosen while others are


class Look(NamedTuple):
    """How the bars stand: which are chosen (``None``: all), hovered, and focused."""

    chosen: range | None
    hovered: int | None
    focused: int | None


class Places(NamedTuple):
    """Where bars stand: ``pitch`` pixels from one to the next, above the axis."""

    pitch: float
    height: int

    def number_at(self, x: float) -> int:
        """Return the number of the bar at this place, which may be none that there is."""
        return int((x - MARGIN) // self.pitch)

    def room(self, number: int) -> QRect:
        """Return where a bar may stand, from the top to the axis, whatever its height."""
        left = round(MARGIN + number * self.pitch)
        right = round(MARGIN + (number + 1) * self.pitch)
        return QRect(left, TOP, max(right - left, 1), self.height - TOP - AXIS)


def places_of(area: QRect, bars: int) -> Places:
    """Return where so many bars stand in an area that begins at (0, 0)."""
    pitch = (area.width() - 2 * MARGIN) / max(bars, 1)
    return Places(min(max(pitch, 1.0), WIDEST), area.height())


def paint_timeline(
    painter: QPainter,
    area: QRect,
    timeline: Timeline,
    sizes: Sequence[tuple[int, int]],
    look: Look,
    palette: QPalette,
) -> None:
    """Paint the bars, what is chosen of them, and the years below.

    Args:
        painter: Its font is taken for the years.
        area: Of the view; it begins at (0, 0).
        timeline: What is shown.
        sizes: For each bar what there is, and what of it is going.
        look: How the bars stand.
        palette: The colours.
    """
    places = places_of(area, len(sizes))
    painter.fillRect(area, palette.base())
    if look.chosen:
        span = places.room(look.chosen[0]).united(places.room(look.chosen[-1]))
        painter.fillRect(span.adjusted(-1, 4 - TOP, 1, 0), palette.midlight())
    highest = max((whole for whole, _ in sizes), default=0)
    roles = QPalette.ColorRole
    for number, (whole, going) in enumerate(sizes):
        if not whole:
            continue
        chosen = look.chosen is not None and number in look.chosen
        lit = chosen or number == look.hovered
        opacity = 255 if lit else QUIET if look.chosen is None else FADED
        colour = palette.color(roles.Highlight if lit else roles.PlaceholderText)
        body = _body(places.room(number), whole / highest)
        painter.fillRect(body, _at(colour, opacity))
        if going:
            part = max(round(body.height() * going / whole), 1)
            below = body.adjusted(0, body.height() - part, 0, 0)
            painter.fillRect(below, _at(palette.color(roles.BrightText), opacity))
    if timeline.bars:
        _paint_axis(painter, area, timeline, places, palette)
        if look.focused is not None:
            painter.setPen(palette.text().color())
            painter.drawRect(places.room(look.focused).adjusted(-1, -2, 0, 1))


def _body(room: QRect, share: float) -> QRect:
    height = max(round(room.height() * share), LOWEST)
    gap = min(room.width() // 3, 3)
    return QRect(room.x(), room.bottom() + 1 - height, room.width() - gap, height)


def _at(colour: QColor, opacity: int) -> QColor:
    return QColor(colour.red(), colour.green(), colour.blue(), opacity)


def _paint_axis(
    painter: QPainter, area: QRect, timeline: Timeline, places: Places, palette: QPalette
) -> None:
    width = round(places.pitch * len(timeline.bars))
    painter.fillRect(MARGIN, area.height() - AXIS, width, 1, palette.mid())
    font = painter.font()
    font.setPixelSize(TEXT_PX)
    painter.setFont(font)
    painter.setPen(palette.placeholderText().color())
    for x, text in _axis_texts(timeline, places):
        painter.drawText(QPointF(x, area.height() - 4), text)


def _axis_texts(timeline: Timeline, places: Places) -> list[tuple[int, str]]:
    """Return the years, where they begin and have room, and the first month before them."""
    found: list[tuple[int, str]] = []
    for day in timeline.year_starts():
        x = places.room(timeline.bar_of(day)).x()
        if not found or x - found[-1][0] >= YEAR_ROOM:
            found.append((x, str(date.fromordinal(day).year)))
    if not found or found[0][0] - MARGIN > 2 * YEAR_ROOM:
        found.insert(0, (MARGIN, month_text(timeline.bars[0].first)))
    return found
