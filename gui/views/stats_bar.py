"""The bar along the bottom: what the store holds, what is selected, what is under way."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStatusBar,
    QToolButton,
    QWidget,
)

from core.records import StoreTotals
from gui.icons import icon
from gui.text import count_text, date_text, number_text, size_text, translated
from gui.views.labels import quiet_label
from gui.views.thin_bar import ThinBar

HEIGHT_PX: Final = 30
MARGIN_PX: Final = 14
SPACE_PX: Final = 10
ICON_PX: Final = 16


class StatsBar(QStatusBar):
    """Says what EXPERIENCE calls the store's status; less important parts give way first.

    Signals:
        cancel_requested: The person wants the work under way to stop.
        problems_requested: The person wants to see what could not be read.
    """

    cancel_requested = Signal()
    problems_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_text("Store status"))
        self.setSizeGripEnabled(False)
        self.setFixedHeight(HEIGHT_PX)
        self._images = _strong_label()
        self._quota_bar = ThinBar(120, _text("Space used"))
        self._size = _strong_label()
        self._retention = quiet_label()
        self._last_clean_up = quiet_label()
        self._next_clean_up = quiet_label()
        self._span = quiet_label()
        self._badge = _strong_label()
        self._watching = quiet_label()
        self._problems = _button("problems")
        self._problems.clicked.connect(self.problems_requested)
        self._work = quiet_label()
        self._pace = quiet_label()
        self._work_bar = ThinBar(80, _text("Progress"))
        self._cancel = _button("cancel")
        self._cancel.setToolTip(_text("Cancel"))
        self._cancel.setAccessibleName(_text("Cancel"))
        self._cancel.clicked.connect(self.cancel_requested)
        self._selection = quiet_label()
        self._wanted: set[QWidget] = set()
        self._held_images: int | None = None
        self._found_images: int | None = None
        self._still_indexing = False
        self._unexamined = 0
        self._lay_out()
        self._draw_icons()

    def set_store(
        self, totals: StoreTotals | None, retention_days: int = 0, max_bytes: int = 0
    ) -> None:
        """Show what the store holds; ``None`` while none is open.

        Args:
            totals: Its sums.
            retention_days: For how long it keeps images; 0 for ever.
            max_bytes: How much it may hold; 0 without a limit.
        """
        held = totals.size_bytes + totals.sidecar_bytes if totals else 0
        self._held_images = totals.images if totals else None
        self._show_images()
        self._set(self._size, _quota_text(held, max_bytes) if totals else "")
        self._want(self._quota_bar, bool(totals and max_bytes))
        self._quota_bar.set_share(held / max_bytes if max_bytes else 0.0)
        keeps = _text("keeps {days}", days=count_text(retention_days, "day"))
        self._set(self._retention, keeps if totals and retention_days else "")
        self._set(self._span, _span_text(totals) if totals else "")
        self._fit()

    def set_found(
        self, images: int | None, *, still_indexing: bool = False, unexamined: int = 0
    ) -> None:
        """Show how many of the images a search finds; ``None`` while there is no search.

        Args:
            images: How many.
            still_indexing: There are images that no search finds yet.
            unexamined: Of how many it is not known yet whether they are what is looked for.
        """
        self._found_images, self._still_indexing = images, still_indexing
        self._unexamined = unexamined
        self._show_images()
        self._fit()

    def set_selection(self, images: int, size_bytes: int) -> None:
        """Show the selection's sum; nothing for no images."""
        text = _text(
            "{count} selected · {size}", count=number_text(images), size=size_text(size_bytes)
        )
        self._set(self._selection, text if images else "")
        self._fit()

    def set_progress(self, text: str, done: int, total: int, pace: str = "") -> None:
        """Show the work under way: "Indexing 1,200 of 2,000" for ``text`` "Indexing".

        Args:
            text: What is being done.
            done: How many of its parts are done.
            total: How many there are; 0 while nobody knows.
            pace: How fast it goes and how long it still takes; the first to give way.
        """
        counts = {"done": number_text(done), "total": number_text(total)}
        counted = _text("{work} {done} of {total}", **counts, work=text)
        self._set(self._work, counted if total else f"{text}…")
        self._set(self._pace, pace)
        self._work_bar.set_share(done / total if total else 0.0)
        self._want(self._work_bar, bool(total))
        self._want(self._cancel, True)
        self._fit()

    def clear_progress(self) -> None:
        """Nothing is under way any more."""
        self._set(self._work, "")
        self._set(self._pace, "")
        self._want(self._work_bar, False)
        self._want(self._cancel, False)
        self._fit()

    def set_badge(self, text: str, tip: str = "") -> None:
        """Show a word about the whole store ("read-only"), with why; "" takes it away."""
        self._set(self._badge, text)
        self._badge.setToolTip(tip)
        self._badge.setAccessibleDescription(tip)
        self._fit()

    def set_watching(self, text: str, tip: str = "") -> None:
        """Show how changes by others are noticed, with why; "" for the usual way."""
        self._set(self._watching, text)
        self._watching.setToolTip(tip)
        self._watching.setAccessibleDescription(tip)
        self._fit()

    def set_clean_ups(self, last: str, following: str) -> None:
        """Say when the last clean-up was and what it did, and when the next will be."""
        self._set(self._last_clean_up, last)
        self._set(self._next_clean_up, following)
        self._fit()

    def set_problems(self, count: int) -> None:
        """Offer to show this many problems; 0 takes the offer away."""
        self._problems.setText(count_text(count, "problem"))
        self._want(self._problems, count > 0)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icons anew in a new palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_cancel"):
            self._draw_icons()

    def _lay_out(self) -> None:
        self._inner = QWidget()
        self._inner.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self._inner)
        row.setContentsMargins(MARGIN_PX, 0, MARGIN_PX, 0)
        row.setSpacing(SPACE_PX)
        clean_ups = (self._last_clean_up, self._next_clean_up)
        for left in (
            self._images, self._size, self._retention, *clean_ups, self._span, self._badge,
            self._watching,
        ):  # fmt: skip
            left.setContentsMargins(0, 0, SPACE_PX, 0)
        for right in (self._work, self._selection):
            right.setContentsMargins(SPACE_PX, 0, 0, 0)
        row.addWidget(self._images)
        row.addWidget(self._quota_bar)
        row.addWidget(self._size)
        row.addWidget(self._retention)
        row.addWidget(self._last_clean_up)
        row.addWidget(self._next_clean_up)
        row.addWidget(self._span)
        row.addWidget(self._badge)
        row.addWidget(self._watching)
        row.addStretch(1)
        row.addWidget(self._problems)
        row.addWidget(self._work)
        row.addWidget(self._work_bar)
        row.addWidget(self._pace)
        row.addWidget(self._cancel)
        row.addWidget(self._selection)
        self._by_importance: tuple[QWidget, ...] = (
            self._images, self._work, self._cancel, self._size, self._problems, self._badge,
            self._watching,
            self._selection, self._quota_bar, self._work_bar, self._pace, self._retention,
            *clean_ups, self._span,
        )  # fmt: skip
        for widget in self._by_importance:
            widget.hide()
        self.addWidget(self._inner, 1)

    def _show_images(self) -> None:
        held, found = self._held_images, self._found_images
        text = "" if held is None else count_text(held, "image")
        if text and found is not None:
            text = _text("{found} of {images}", found=number_text(found), images=text)
            text = _text("{found}, still indexing", found=text) if self._still_indexing else text
            if self._unexamined:
                left = number_text(self._unexamined)
                text = _text("{found}, {left} not looked at yet", found=text, left=left)
        self._set(self._images, text)

    def _set(self, label: QLabel, text: str) -> None:
        label.setText(text)
        self._want(label, bool(text))

    def _want(self, widget: QWidget, wanted: bool) -> None:
        if wanted:
            self._wanted.add(widget)
        else:
            self._wanted.discard(widget)

    def _fit(self) -> None:
        """Show of what is wanted as much as there is room for, the most important first."""
        room = self.width() - 2 * MARGIN_PX
        for widget in self._by_importance:
            width = widget.sizeHint().width() + SPACE_PX
            if isinstance(widget, ThinBar):
                width = widget.width() + SPACE_PX
            fits = widget in self._wanted and width <= room
            widget.setVisible(fits)
            room -= width if fits else 0
        said = (part for part in self._by_importance if isinstance(part, QLabel))
        parts = [label.text() for label in said if label in self._wanted]
        self.setAccessibleDescription(", ".join(parts))  # whole, however narrow the window

    def _draw_icons(self) -> None:
        colours = self.palette()
        self._cancel.setIcon(icon("cancel", colours.color(QPalette.ColorRole.WindowText), ICON_PX))
        warning = colours.color(QPalette.ColorRole.BrightText)
        self._problems.setIcon(icon("warning", warning, ICON_PX))


def _strong_label() -> QLabel:
    label = QLabel()
    label.setObjectName("strong")
    return label


def _button(name: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setIconSize(QSize(ICON_PX, ICON_PX))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button


def _quota_text(held: int, max_bytes: int) -> str:
    if not max_bytes:
        return size_text(held)
    return _text(
        "{held} of {most}", held=size_text(held, decimal_below=100), most=size_text(max_bytes)
    )


def _span_text(totals: StoreTotals) -> str:
    if totals.oldest is None or totals.newest is None:
        return ""
    oldest, newest = (date_text(when.toordinal()) for when in (totals.oldest, totals.newest))
    return _text("oldest {oldest} · newest {newest}", oldest=oldest, newest=newest)


def _text(source: str, **values: str) -> str:
    return translated("stats", source, **values)
