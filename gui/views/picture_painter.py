"""Paints a large picture at any zoom and turn, over a checkerboard where it is transparent."""

from __future__ import annotations

from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QPainter, QPalette, QPixmap, QTransform

from gui.icons import icon
from gui.pictures import Shown
from gui.views.zoom import Zoom

CHECKER_PX: Final = 8
ICON_PX: Final = 40
SHARP_FROM: Final = 2.0  # from here on an image's pixels are seen as squares


class Sight(NamedTuple):
    """How a picture is seen.

    Attributes:
        zoom: Of the whole image as it is turned.
        turns: Quarters of a turn, clockwise.
        ratio: Device pixels for a logical one.
    """

    zoom: Zoom
    turns: int
    ratio: float


def paint_picture(
    painter: QPainter, shown: Shown, sight: Sight, view: QRect, palette: QPalette
) -> None:
    """Paint what is seen of a picture in a view."""
    image, ratio = shown.image, sight.ratio
    if image.hasAlphaChannel():
        _paint_checker(painter, _logical_place(sight.zoom, ratio) & QRectF(view), palette)
    to_device = _transform(image.size(), sight)
    in_device = QRectF(0, 0, view.width() * ratio, view.height() * ratio)
    seen = to_device.inverted()[0].mapRect(in_device)
    # Only what is seen: beyond some ten thousand pixels a painter loses its way.
    part = QRectF(seen.adjusted(-2, -2, 2, 2).toAlignedRect() & image.rect())
    smooth = sight.zoom.factor < SHARP_FROM or not shown.is_whole
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    painter.setTransform(to_device * QTransform.fromScale(1 / ratio, 1 / ratio))
    painter.drawImage(part, image, part)
    painter.resetTransform()


def paint_stand_in(painter: QPainter, picture: QPixmap, zoom: Zoom, ratio: float) -> None:
    """Paint a small picture as large as the image that it stands for."""
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(_logical_place(zoom, ratio), picture, QRectF(picture.rect()))


def _logical_place(zoom: Zoom, ratio: float) -> QRectF:
    """Return where in a widget the whole image is."""
    place = zoom.place
    x, y = round(place.x) / ratio, round(place.y) / ratio
    return QRectF(x, y, place.width / ratio, place.height / ratio)


def warn(painter: QPainter, text: str, view: QRect, palette: QPalette) -> None:
    """Write what is wrong in the middle of a view, below a sign."""
    colour = palette.color(QPalette.ColorRole.PlaceholderText)
    middle = QRectF(view).center()
    mark = QRectF(0, 0, ICON_PX, ICON_PX)
    mark.moveCenter(middle - QPointF(0, ICON_PX / 2 + 8))
    icon("warning", colour, ICON_PX).paint(painter, mark.toRect())
    words = QRectF(24, middle.y() + 8, view.width() - 48, view.height() / 2 - 16)
    flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
    painter.setPen(colour)
    painter.drawText(words, int(flags), text)


def note(painter: QPainter, text: str, view: QRect, palette: QPalette) -> None:
    """Write a few words in the middle of a view, on a ground of their own."""
    metrics = painter.fontMetrics()
    ground = QRectF(0, 0, metrics.horizontalAdvance(text) + 32, metrics.height() + 16)
    ground.moveCenter(QRectF(view).center())
    colour = palette.color(QPalette.ColorRole.Window)
    colour.setAlphaF(0.9)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(ground, ground.height() / 2, ground.height() / 2)
    painter.setPen(palette.color(QPalette.ColorRole.Text))
    painter.drawText(ground, int(Qt.AlignmentFlag.AlignCenter), text)


def _transform(size: QSize, sight: Sight) -> QTransform:
    """Return what brings a picture of this size, unturned, to the view's device pixels."""
    place = sight.zoom.place
    width, height = place.width, place.height
    if sight.turns % 2:
        width, height = height, width
    x, y = round(place.x), round(place.y)  # else at 1:1 every pixel would lie between two
    transform = QTransform()
    transform.translate(x + place.width / 2, y + place.height / 2)
    transform.rotate(90 * sight.turns)
    transform.translate(-width / 2, -height / 2)
    transform.scale(width / size.width(), height / size.height())
    return transform


def _paint_checker(painter: QPainter, place: QRectF, palette: QPalette) -> None:
    tile = QPixmap(2 * CHECKER_PX, 2 * CHECKER_PX)
    tile.fill(palette.color(QPalette.ColorRole.Midlight))
    inner = QPainter(tile)
    for corner in (0, CHECKER_PX):
        inner.fillRect(
            corner, corner, CHECKER_PX, CHECKER_PX, palette.color(QPalette.ColorRole.Mid)
        )
    inner.end()
    painter.setBrushOrigin(place.topLeft())
    painter.fillRect(place, QBrush(tile))
