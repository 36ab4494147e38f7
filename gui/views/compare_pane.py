"""One of the images that are compared: its number, its name and its size above its picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QAction, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from gui.actions import give_keys_within
from gui.models.image_text import Caption
from gui.text import number_text, translated
from gui.views.canvas import PictureCanvas
from gui.views.context_menu import COMPARE_MENU, add_context_menu
from gui.views.elided_label import ElidedLabel
from gui.views.large_view import percent_text
from gui.views.zoom import LARGEST

FRAME_PX: Final = 2
RADIUS_PX: Final = 6
NARROW_PX: Final = 180


class ComparePane(QWidget):
    """Has the keyboard's focus where its picture has it; the one that had it last is the chosen.

    Attributes:
        canvas: What shows the picture.

    Signals:
        chosen(): It is the one that is acted on from now on.
        removal_wanted(): It is to be taken out of the comparison.
    """

    chosen = Signal()
    removal_wanted = Signal()

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("comparePane")
        self.canvas = PictureCanvas(wheel_zooms=True, most_enlarged=LARGEST)
        self.setFocusProxy(self.canvas)
        self._is_chosen = False
        self._number_of = 0
        self._caption = Caption()
        self._number, self._name, self._percent = QLabel(), ElidedLabel(), QLabel()
        self._number.setObjectName("paneNumber")
        self._name.setObjectName("paneName")
        for label in (self._name, self._percent):
            label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._remove = QToolButton()
        self._remove.setIconSize(QSize(14, 14))
        self._remove.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the key X does it, too
        self._remove.clicked.connect(self.removal_wanted)
        removal = actions["remove_compared"]
        self._remove.setToolTip(removal.toolTip())
        self._remove.setAccessibleName(removal.text().replace("&", ""))
        removal.changed.connect(lambda: self._remove.setIcon(removal.icon()))
        self._remove.setIcon(removal.icon())
        self._lay_out()
        give_keys_within(actions, self.canvas, "large")
        add_context_menu(self.canvas, actions, COMPARE_MENU)
        self.canvas.installEventFilter(self)
        self.canvas.zoomed.connect(lambda: self._percent.setText(percent_text(self.canvas)))

    @property
    def name(self) -> str:
        """What its image is called."""
        return self._caption.name

    def set_number(self, number: int) -> None:
        """Say the how many'th it is, from 1."""
        self._number_of = number
        self._number.setText(number_text(number))
        self._tell()

    def set_caption(self, caption: Caption) -> None:
        """Say what its image is."""
        self._caption = caption
        self._name.set_text(caption.name)
        self._tell()

    def set_chosen(self, chosen: bool) -> None:
        """Show whether it is the one that is acted on."""
        self._is_chosen = chosen
        roles = QPalette.ColorRole
        self._name.setForegroundRole(roles.WindowText if chosen else roles.PlaceholderText)
        self._number.setForegroundRole(roles.Accent if chosen else roles.PlaceholderText)
        self._tell()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave a name more room than its size where there is little."""
        super().resizeEvent(event)
        self._percent.setVisible(self.width() >= NARROW_PX)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell when its picture gets the focus."""
        if event.type() == QEvent.Type.FocusIn:
            self.chosen.emit()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose it, wherever it is clicked."""
        super().mousePressEvent(event)
        self.canvas.setFocus(Qt.FocusReason.MouseFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a frame: in the accent if it is the one that is acted on."""
        palette = self.palette()
        role = QPalette.ColorRole.Accent if self._is_chosen else QPalette.ColorRole.Mid
        width = FRAME_PX if self._is_chosen else 1
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(palette.window())
        painter.setPen(QPen(palette.color(role), width))
        inside = self.rect().toRectF().adjusted(width / 2, width / 2, -width / 2, -width / 2)
        painter.drawRoundedRect(inside, RADIUS_PX, RADIUS_PX)

    def _tell(self) -> None:
        """Tell screen readers what is shown."""
        number = number_text(self._number_of)
        named = translated("compare", "Image {number}: {name}", number=number, name=self.name)
        self.setAccessibleName(named)
        self.canvas.setAccessibleName(named)
        description = self._caption.description
        if self._is_chosen:
            current = translated("compare", "current")
            description = f"{current}, {description}" if description else current
        self.canvas.setAccessibleDescription(description)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(8, 2, 2, 2)
        head.setSpacing(8)
        head.addWidget(self._number)
        head.addWidget(self._name, 1)
        head.addWidget(self._percent)
        head.addWidget(self._remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(FRAME_PX, FRAME_PX, FRAME_PX, FRAME_PX)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.canvas, 1)
