"""Colours that can be read, fonts and icons that follow them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

import resources
from gui import theme
from gui.action_table import ACTIONS
from gui.icons import icon
from gui.theme import DARK, LIGHT, Appearance, Colours

BOTH = pytest.mark.parametrize("colours", [DARK, LIGHT], ids=["dark", "light"])


def luminance(name: str) -> float:
    """WCAG 2's relative luminance."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in QColor(name).getRgbF()[:3]
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@BOTH
def test_text_can_be_read_on_every_surface(colours: Colours) -> None:
    surfaces = (colours.ground, colours.panel, colours.raised)
    for text in (colours.text, colours.muted, colours.warning):
        for surface in surfaces:
            assert contrast(text, surface) >= 4.5, (text, surface)
    assert contrast(colours.text, colours.hover) >= 4.5
    assert contrast(colours.ink, colours.accent) >= 4.5
    assert contrast(colours.notice_text, colours.notice) >= 4.5
    assert contrast(colours.notice_accent, colours.notice) >= 4.5


@BOTH
def test_focus_and_bars_stand_out(colours: Colours) -> None:
    for surface in (colours.ground, colours.panel, colours.raised):
        assert contrast(colours.accent, surface) >= 3


@BOTH
def test_the_palette_has_the_roles_that_painting_relies_on(colours: Colours) -> None:
    palette = theme.palette_of(colours)
    roles = QPalette.ColorRole
    expected = {
        roles.Base: colours.ground,
        roles.Window: colours.panel,
        roles.Button: colours.raised,
        roles.AlternateBase: colours.panel,
        roles.Mid: colours.line,
        roles.Text: colours.text,
        roles.WindowText: colours.text,
        roles.ButtonText: colours.text,
        roles.PlaceholderText: colours.muted,
        roles.Highlight: colours.accent,
        roles.Accent: colours.accent,
        roles.HighlightedText: colours.ink,
    }
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
        assert {role: palette.color(group, role).name() for role in expected} == expected


def test_appearance_is_applied_and_changed(qapp: QApplication) -> None:
    theme.apply(qapp, Appearance.LIGHT)
    assert qapp.palette().base().color().name() == LIGHT.ground
    assert LIGHT.hover in qapp.styleSheet()
    theme.apply(qapp, Appearance.DARK)
    assert qapp.palette().base().color().name() == DARK.ground
    assert DARK.hover in qapp.styleSheet()
    assert LIGHT.hover not in qapp.styleSheet()


def test_figures_are_tabular(qapp: QApplication) -> None:
    theme.apply(qapp, Appearance.DARK)
    assert qapp.font().isFeatureSet(QFont.Tag("tnum"))
    assert qapp.font().pixelSize() == theme.TEXT_PX


@BOTH
def test_every_token_of_the_style_sheet_is_filled(colours: Colours) -> None:
    assert "$" not in theme.style_sheet(colours)


def test_every_icon_of_the_actions_is_drawn_in_the_colour_asked_for(qapp: QApplication) -> None:
    for name in [row.icon for row in ACTIONS if row.icon] + ["appearance", "warning", "image"]:
        image = icon(name, QColor("#12ab34")).pixmap(QSize(20, 20), 2.0).toImage()
        assert image.width() == 40
        inked = {
            image.pixelColor(x, y).name()
            for x in range(40)
            for y in range(40)
            if image.pixelColor(x, y).alpha() == 255
        }
        assert inked == {"#12ab34"}, name


def test_a_missing_resource_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="no-such"):
        resources.read_text("icons/no-such.svg")
