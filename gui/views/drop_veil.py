"""What lies over the window while something is dragged over it, and takes what is dropped."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFont,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QWidget

from gui.drops import Verdict, offer_of
from gui.icons import icon

INSET_PX: Final = 12
RADIUS_PX: Final = 12
ICON_PX: Final = 40
GAP_PX: Final = 16
TEXT_PX: Final = 20
VEIL: Final = 0.94
ICONS: Final = {"open": "open", "import": "import", "refuse": "warning"}


class DropVeil(QWidget):
    """Says over the whole window what a drop would do, or that it would do nothing.

    It takes what is dropped anywhere on its parent, except what comes from this program itself.

    Signals:
        entered(Offer): Something is dragged over the window; ``say`` what would become of it.
        dropped(Offer): It was dropped.
        left(): It is gone, or was dropped.
    """

    entered = Signal(object)
    dropped = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self._verdict = Verdict("", "refuse")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        parent.setAcceptDrops(True)
        parent.installEventFilter(self)
        self.hide()

    def say(self, verdict: Verdict) -> None:
        """Say what would become of what is dragged."""
        self._verdict = verdict
        self.setAccessibleName(verdict.text)
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take part in what is dragged over the parent."""
        if isinstance(event, QDragEnterEvent):
            self._on_entered(event)
        elif isinstance(event, QDragMoveEvent):  # what is refused is taken all the same when it
            event.setDropAction(Qt.DropAction.CopyAction)  # enters: else nobody tells when it left
            event.setAccepted(self._verdict.act != "refuse")
        elif isinstance(event, QDropEvent):
            self._on_dropped(event)
        elif event.type() == QEvent.Type.DragLeave:
            self._uncover()
        elif event.type() == QEvent.Type.Resize:
            self.setGeometry(self._covered.rect())
        return super().eventFilter(watched, event)

    def _on_entered(self, event: QDragEnterEvent) -> None:
        if event.source() is not None:  # from this very window: its images are in the store
            event.ignore()
            return
        self.entered.emit(offer_of(event.mimeData(), read=False))
        self.setGeometry(self._covered.rect())
        self.show()
        self.raise_()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def _on_dropped(self, event: QDropEvent) -> None:
        self._uncover()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.setAccepted(self._verdict.act != "refuse")
        if event.isAccepted():
            self.dropped.emit(offer_of(event.mimeData(), read=True))

    def _uncover(self) -> None:
        self.hide()
        self.left.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the veil, its frame, and what it says under an icon."""
        colours, roles = self.palette(), QPalette.ColorRole
        refused = self._verdict.act == "refuse"
        edge = colours.color(roles.BrightText if refused else roles.Highlight)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(colours.color(roles.Base))
        veil.setAlphaF(VEIL)
        painter.fillRect(self.rect(), veil)
        painter.setPen(QPen(edge, 2, Qt.PenStyle.DashLine))
        frame = QRectF(self.rect()).adjusted(INSET_PX, INSET_PX, -INSET_PX, -INSET_PX)
        painter.drawRoundedRect(frame, RADIUS_PX, RADIUS_PX)
        font = QFont(self.font())
        font.setPixelSize(TEXT_PX)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        inner = frame.adjusted(32, 32, -32, -32)
        wrap = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        words = painter.boundingRect(inner, int(wrap), self._verdict.text)
        top = frame.center().y() - (ICON_PX + GAP_PX + words.height()) / 2
        left = round(frame.center().x()) - ICON_PX // 2
        size = QSize(ICON_PX, ICON_PX)
        drawn = icon(ICONS[self._verdict.act], edge, ICON_PX).pixmap(size, self.devicePixelRatio())
        painter.drawPixmap(left, round(top), drawn)
        painter.setPen(edge if refused else colours.color(roles.Text))
        inner.setTop(top + ICON_PX + GAP_PX)
        painter.drawText(inner, int(wrap), self._verdict.text)
