"""The large view in place of the grid: one image, a bar above it, what is known of it over it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from gui.actions import bind
from gui.models.image_text import Caption
from gui.text import number_text, translated
from gui.views.canvas import PictureCanvas
from gui.views.view_bar import Group, ViewBar

OVERLAY_PX: Final = 460
MARGIN_PX: Final = 16
RADIUS_PX: Final = 10
GROUND_ALPHA: Final = 0.9
PROMPT_LIMIT: Final = 900  # characters over the image; the pane has all
BUTTONS: Final = (
    Group(0, ("previous", "next")),
    Group(2, ("zoom_out", "zoom_in", "zoom_whole", "zoom_full")),
    Group(1, ("turn_right", "information", "slide_show", "full_screen")),
)


class LargeView(QWidget):
    """A bar with the image's name, its place in the list, the zoom and the buttons; the canvas.

    Attributes:
        canvas: What shows the image and has the focus.
        overlay: What is known of the image, where a person wants it.
    """

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_text("Large view"))
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self.canvas = PictureCanvas()
        self.setFocusProxy(self.canvas)
        self._position = QLabel()
        self._percent = QLabel()
        for label in (self._position, self._percent):
            label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.overlay = Overlay(self.canvas)
        self._bar = ViewBar(actions, (self._position, self._percent), BUTTONS)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(self.canvas, 1)
        self.canvas.zoomed.connect(self._show_percent)
        self._bind(actions)

    def set_caption(self, caption: Caption) -> None:
        """Say what the image is."""
        self._bar.name.set_text(caption.name)
        self.canvas.setAccessibleName(caption.name or _text("Large view"))
        self.canvas.setAccessibleDescription(caption.description)
        self.overlay.set_caption(caption)

    def set_position(self, number: int, count: int) -> None:
        """Say which image it is, of how many."""
        of = _text("{number} of {count}", number=number_text(number), count=number_text(count))
        self._position.setText(of)
        self._bar.make_room()

    def set_bar_shown(self, shown: bool) -> None:
        """Show the bar, or the image alone."""
        self._bar.setVisible(shown)

    def _show_percent(self) -> None:
        self._percent.setText(percent_text(self.canvas))

    def _bind(self, actions: Mapping[str, QAction]) -> None:
        canvas = self.canvas
        acts: dict[str, Callable[[], object]] = {
            "zoom_in": canvas.zoom_in,
            "zoom_out": canvas.zoom_out,
            "zoom_whole": canvas.show_whole,
            "zoom_full": canvas.show_full_size,
            "turn_right": partial(canvas.turn, 1),
            "turn_left": partial(canvas.turn, -1),
        }
        bind(actions, acts, self.isVisible)
        actions["information"].toggled.connect(self.overlay.setVisible)


class Overlay(QFrame):
    """What is known of an image, over its lower left corner: the prompt first."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._around = parent
        self.setObjectName("overlay")
        self.setAccessibleName(_text("Information"))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._prompt, self._facts = QLabel(), QLabel()
        self._facts.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._prompt.setObjectName("overlayPrompt")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        for label in (self._prompt, self._facts):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            column.addWidget(label)
        parent.installEventFilter(self)
        self.hide()

    @property
    def said(self) -> str:
        """What it says."""
        return f"{self._prompt.text()}\n{self._facts.text()}"

    def set_caption(self, caption: Caption) -> None:
        """Say this."""
        prompt = caption.prompt
        if len(prompt) > PROMPT_LIMIT:
            prompt = prompt[:PROMPT_LIMIT].rstrip() + "…"
        self._prompt.setText(prompt)
        self._prompt.setVisible(bool(prompt))
        self._facts.setText("\n".join(caption.lines))
        self._place()

    def showEvent(self, event: QShowEvent) -> None:
        """Lie where it belongs."""
        super().showEvent(event)
        self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a ground that lets a little of the image through, and on which words are read."""
        ground = self.palette().color(QPalette.ColorRole.Window)
        ground.setAlphaF(GROUND_ALPHA)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(self.rect(), RADIUS_PX, RADIUS_PX)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in place when what it lies on is resized."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        around = self._around.rect()
        width = min(OVERLAY_PX, max(around.width() - 2 * MARGIN_PX, 1))
        inside = width - 32
        height = 24 + self._facts.heightForWidth(inside)
        if not self._prompt.isHidden():
            height += 8 + self._prompt.heightForWidth(inside)
        height = min(height, max(around.height() - 2 * MARGIN_PX, 1))
        self.setGeometry(MARGIN_PX, around.height() - MARGIN_PX - height, width, height)


def percent_text(canvas: PictureCanvas) -> str:
    """Return at which size a canvas shows its picture; "" before it is there."""
    if canvas.shown is None:
        return ""
    percent = canvas.zoom.factor * 100
    return f"{number_text(round(percent)) if percent >= 1 else f'{percent:.1g}'} %"


def _text(source: str, **values: str) -> str:
    return translated("large", source, **values)
