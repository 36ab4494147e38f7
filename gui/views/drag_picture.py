"""What is seen under the pointer while images are dragged: the first, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPainterPath, QPalette, QPixmap

from gui.text import number_text

CARD_PX: Final = 96
STEP_PX: Final = 6  # from one card to the next behind it
MOST_CARDS: Final = 3
RADIUS_PX: Final = 6
BADGE_PX: Final = 24


def drag_picture(
    thumbnails: Sequence[QPixmap], count: int, palette: QPalette, font: QFont, ratio: float
) -> QPixmap:
    """Paint a small stack of thumbnails with the number of images.

    Args:
        thumbnails: Of the first images; perhaps none is known.
        count: How many images are dragged.
        palette: The colours.
        font: Of the number.
        ratio: Device pixels for each device-independent one.
    """
    cards = max(min(count, MOST_CARDS), 1)
    side = CARD_PX + STEP_PX * (cards - 1) + BADGE_PX // 2
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
    )
    top = BADGE_PX / 2
    for card in reversed(range(cards)):
        at = QRectF(card * STEP_PX, top + card * STEP_PX, CARD_PX, CARD_PX)
        _paint_card(painter, at, thumbnails[card] if card < len(thumbnails) else None, palette)
    if count > 1:
        _paint_badge(painter, QPointF(CARD_PX - 4, top + 4), count, palette, font)
    painter.end()
    return picture


def _paint_card(painter: QPainter, at: QRectF, pixmap: QPixmap | None, palette: QPalette) -> None:
    shape = QPainterPath()
    shape.addRoundedRect(at.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_PX, RADIUS_PX)
    painter.fillPath(shape, palette.alternateBase())
    if pixmap is not None:
        inner = at.toRect()
        size = pixmap.size().scaled(QSize(CARD_PX, CARD_PX), Qt.AspectRatioMode.KeepAspectRatio)
        painter.save()
        painter.setClipPath(shape)
        target = QRectF(QPointF(), size.toSizeF())
        target.moveCenter(QRectF(inner).center())
        painter.drawPixmap(target, pixmap, QRectF(pixmap.rect()))
        painter.restore()
    painter.setPen(palette.mid().color())
    painter.drawPath(shape)


def _paint_badge(
    painter: QPainter, centre: QPointF, count: int, palette: QPalette, font: QFont
) -> None:
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    painter.setFont(bold)
    text = number_text(count)
    width = max(painter.fontMetrics().horizontalAdvance(text) + 12, BADGE_PX)
    badge = QRectF(0, 0, width, BADGE_PX)
    badge.moveCenter(centre)
    badge.moveLeft(min(badge.left(), CARD_PX + STEP_PX * 2 - width + BADGE_PX / 2))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(palette.highlight())
    painter.drawRoundedRect(badge, BADGE_PX / 2, BADGE_PX / 2)
    painter.setPen(palette.highlightedText().color())
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)
