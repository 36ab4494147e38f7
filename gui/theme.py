"""Light and dark: the one place where colours and fonts are chosen.

Everything that paints takes its colours from the palette set here:

    Base = ground, Window = panel, Button = raised, AlternateBase = a cell's letterbox, Mid = line,
    Text = WindowText = ButtonText = text, PlaceholderText = muted, Highlight = Accent = accent,
    HighlightedText = ink on the accent, BrightText = warning, ToolTip… = notices and tips
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from string import Template
from typing import Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

import resources

FONTS: Final = ("Inter", "SF Pro Text", "Segoe UI", "Noto Sans")
TEXT_PX: Final = 13


class Appearance(StrEnum):
    """What a person may choose: as the desktop is, or always light, or always dark."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Colours:
    """One theme's colours as ``#rrggbb``; the names are the tokens of ``style.qss``."""

    ground: str
    panel: str
    raised: str
    line: str
    text: str
    muted: str
    faint: str  # disabled text
    accent: str
    ink: str
    warning: str
    hover: str
    handle: str  # of scroll bars
    notice: str
    notice_text: str
    notice_accent: str


DARK: Final = Colours(
    ground="#17181b",
    panel="#1e2024",
    raised="#26292e",
    line="#2e3137",
    text="#e7e8ea",
    muted="#9a9fa8",
    faint="#62666e",
    accent="#f2a33a",
    ink="#1d1406",
    warning="#ff8b7a",
    hover="#2a2d33",
    handle="#44484f",
    notice="#e7e8ea",
    notice_text="#1d1e20",
    notice_accent="#9a4600",
)
# On the panel a muted #6d6f75 would have a contrast of 4.45, white on the accent 3.7.
LIGHT: Final = Colours(
    ground="#fbfaf8",
    panel="#f3f1ed",
    raised="#ffffff",
    line="#e2dfd8",
    text="#1d1e20",
    muted="#6a6c72",
    faint="#a3a29e",
    accent="#c46f00",
    ink="#150b00",
    warning="#b3261e",
    hover="#e9e6e0",
    handle="#c9c5bc",
    notice="#1d1e20",
    notice_text="#e7e8ea",
    notice_accent="#f2a33a",
)


def apply(app: QApplication, appearance: Appearance) -> None:
    """Give the whole application its style, palette and font; call it again to change them.

    ``Appearance.SYSTEM`` follows the desktop from then on; a desktop that does not say is taken
    for dark, where pictures look best.
    """
    follower = app.findChild(_Follower) or _Follower(app)
    follower.follow(appearance)


def palette_of(colours: Colours) -> QPalette:
    """Return the palette by which everything paints."""
    roles = QPalette.ColorRole
    mapping = {
        roles.Base: colours.ground,
        roles.Window: colours.panel,
        roles.AlternateBase: colours.panel,
        roles.Button: colours.raised,
        roles.Light: colours.raised,
        roles.Midlight: colours.hover,
        roles.Mid: colours.line,
        roles.Dark: colours.line,
        roles.Shadow: colours.ground,
        roles.Text: colours.text,
        roles.WindowText: colours.text,
        roles.ButtonText: colours.text,
        roles.PlaceholderText: colours.muted,
        roles.Highlight: colours.accent,
        roles.Accent: colours.accent,
        roles.HighlightedText: colours.ink,
        roles.Link: colours.accent,
        roles.LinkVisited: colours.accent,
        roles.BrightText: colours.warning,
        roles.ToolTipBase: colours.notice,
        roles.ToolTipText: colours.notice_text,
    }
    palette = QPalette()
    for role, colour in mapping.items():
        palette.setColor(role, QColor(colour))
    for role in (roles.Text, roles.WindowText, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.faint))
    return palette


def style_sheet(colours: Colours) -> str:
    """Return ``style.qss`` with the colours, and the folder of the icons, filled in."""
    icons = resources.path("icons").as_posix()
    return Template(resources.read_text("style.qss")).substitute(asdict(colours), icons=icons)


def text_font() -> QFont:
    """Return the font of the whole window: the first of ``FONTS`` that is installed."""
    font = QFont(QApplication.font())
    family = next(filter(QFontDatabase.hasFamily, FONTS), None)
    if family:
        font.setFamily(family)
    font.setPixelSize(TEXT_PX)
    font.setFeature(QFont.Tag("tnum"), 1)  # figures of one width stand still while they count
    return font


class _Follower(QObject):
    """Applies the chosen appearance, and again whenever the desktop's changes."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._appearance = Appearance.SYSTEM
        self._shown: Colours | None = None
        app.setStyle("Fusion")
        app.setFont(text_font())
        app.styleHints().colorSchemeChanged.connect(self._refresh)

    def follow(self, appearance: Appearance) -> None:
        self._appearance = appearance
        scheme = {
            Appearance.SYSTEM: Qt.ColorScheme.Unknown,
            Appearance.LIGHT: Qt.ColorScheme.Light,
            Appearance.DARK: Qt.ColorScheme.Dark,
        }[appearance]
        self._app.styleHints().setColorScheme(scheme)  # native title bars and dialogs follow too
        self._refresh()

    def _refresh(self) -> None:
        desktop_is_light = self._app.styleHints().colorScheme() is Qt.ColorScheme.Light
        light = self._appearance is Appearance.LIGHT or (
            self._appearance is Appearance.SYSTEM and desktop_is_light
        )
        colours = LIGHT if light else DARK
        if colours is not self._shown:
            self._shown = colours
            self._app.setPalette(palette_of(colours))
            self._app.setStyleSheet(style_sheet(colours))
