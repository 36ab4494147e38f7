"""Paints the cells of a comparison: what differs is marked, and the words that do are tinted."""

from __future__ import annotations

import unicodedata
from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QPainter,
    QPalette,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.models.compared import ComparedRow
from gui.models.compared_table import ComparedRole, Pieces
from gui.models.word_diff import Kind

PAD_X, PAD_Y = 8, 5
MARK_PX: Final = 3  # the bar before the label of what differs
TINT: Final = 0.28  # of the colour of words that came or went
NONE: Final = "–"

_Index = QModelIndex | QPersistentModelIndex
_Role = QPalette.ColorRole


class CompareCells(QStyledItemDelegate):
    """A delegate that keeps the texts it has laid out until it is told to forget them."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._texts: dict[tuple[int, int, int], QTextDocument] = {}

    def forget(self) -> None:
        """Lay texts out anew: they, the colours or the font are others."""
        self._texts.clear()

    def height_of(self, index: QModelIndex, width: int) -> int:
        """Return how high the text of a cell is at this width, with room around it."""
        option = QStyleOptionViewItem()
        self.initStyleOption(option, index)
        option.rect = QRect(0, 0, width, 1)
        return round(self._text(option, index).size().height()) + 2 * PAD_Y

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint a cell."""
        row: ComparedRow = index.data(ComparedRole.ROW)
        painter.save()
        painter.setClipRect(option.rect)
        painter.fillRect(option.rect, option.palette.color(_Role.Base))
        line = QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1)
        painter.fillRect(line, option.palette.color(_Role.Midlight))
        if row.differs and not index.column():
            bar = QRect(option.rect.left(), option.rect.top(), MARK_PX, option.rect.height() - 1)
            painter.fillRect(bar, option.palette.color(_Role.Accent))
        if row.is_text and index.column():
            self._paint_text(painter, option, index)
        else:
            self._paint_line(painter, option, index, row)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(option.palette.color(_Role.Accent))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -2))
        painter.restore()

    def _paint_line(
        self, painter: QPainter, option: QStyleOptionViewItem, index: _Index, row: ComparedRow
    ) -> None:
        column = index.column()
        marked = row.differs or row.heading
        role = _Role.Text if marked else _Role.PlaceholderText
        if column and row.warnings[column - 1]:
            role = _Role.BrightText
        font = QFont(option.font)
        font.setBold(row.heading)
        painter.setFont(font)
        painter.setPen(option.palette.color(role))
        inside = option.rect.adjusted(PAD_X, 0, -PAD_X, 0)
        if row.is_text:  # its label stands beside the first line
            inside.setHeight(painter.fontMetrics().height() + 2 * PAD_Y)
        text = index.data() or ("" if row.heading else NONE)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, inside.width())
        painter.drawText(inside, int(Qt.AlignmentFlag.AlignVCenter), shown)

    def _paint_text(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        text = self._text(option, index)
        painter.translate(option.rect.left() + PAD_X, option.rect.top() + PAD_Y)
        context = QAbstractTextDocumentLayout.PaintContext()
        context.clip = QRectF(0, 0, option.rect.width(), option.rect.height() - PAD_Y)
        text.documentLayout().draw(painter, context)
        painter.resetTransform()

    def _text(self, option: QStyleOptionViewItem, index: _Index) -> QTextDocument:
        key = index.row(), index.column(), option.rect.width()
        if key not in self._texts:
            pieces: Pieces = index.data(ComparedRole.PIECES)
            self._texts[key] = _document(pieces, option, option.rect.width() - 2 * PAD_X)
        return self._texts[key]


def _document(pieces: Pieces, option: QStyleOptionViewItem, width: int) -> QTextDocument:
    """Lay out a text in which the words that came or went are tinted; not by colour alone."""
    document = QTextDocument()
    document.setDocumentMargin(0)
    document.setDefaultFont(option.font)
    wrapping = QTextOption()
    wrapping.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    own = "".join(text for kind, text in pieces if kind is not Kind.REMOVED)
    wrapping.setTextDirection(direction_of(own))  # whatever the words of another image say
    document.setDefaultTextOption(wrapping)
    document.setTextWidth(max(width, 1))
    cursor = QTextCursor(document)
    formats = {kind: _format(kind, option.palette) for kind in Kind}
    cursor.beginEditBlock()
    for number, (kind, text) in enumerate(pieces):
        words = text.rstrip()
        cursor.insertText(words, formats[kind])
        space = text[len(words) :]
        if kind is Kind.REMOVED and not space and number + 1 < len(pieces):
            space = " "  # else it would seem to be one word with what comes next
        cursor.insertText(space, formats[Kind.SAME])
    cursor.endEditBlock()
    return document


def direction_of(text: str) -> Qt.LayoutDirection:
    """Return where a text begins: as its first letter says that no isolate holds (UAX #9, P2).

    Qt's documents do not leave out isolates.
    """
    isolates = 0
    for each in text:
        kind = unicodedata.bidirectional(each)
        if kind in ("LRI", "RLI", "FSI"):
            isolates += 1
        elif kind == "PDI":
            isolates = max(isolates - 1, 0)
        elif kind == "B":  # the end of a paragraph, and of all isolates
            isolates = 0
        elif kind in ("R", "AL") and not isolates:
            return Qt.LayoutDirection.RightToLeft
        elif kind == "L" and not isolates:
            break
    return Qt.LayoutDirection.LeftToRight


def _format(kind: Kind, palette: QPalette) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(palette.color(_Role.Text))
    if kind is Kind.ADDED:
        made.setBackground(_mixed(palette.color(_Role.Accent), palette.color(_Role.Base)))
        made.setFontUnderline(True)
    elif kind is Kind.REMOVED:
        made.setBackground(_mixed(palette.color(_Role.BrightText), palette.color(_Role.Base)))
        made.setFontStrikeOut(True)
        made.setForeground(palette.color(_Role.PlaceholderText))
    return made


def _mixed(colour: QColor, ground: QColor) -> QColor:
    parts = zip(colour.getRgb()[:3], ground.getRgb()[:3], strict=True)  # type: ignore[index]
    return QColor(*(round(TINT * one + (1 - TINT) * other) for one, other in parts))
