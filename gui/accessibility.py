"""Roles that screen readers are told where Qt's own widgets have none that fits."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

from gui.views.canvas import PictureCanvas
from gui.views.large_view import LargeView
from gui.views.metadata_pane import MetadataPane
from gui.views.notice import Notice

_GROUPS: Final = ("CompareView", "ComparePane")  # whose modules are not there before they are


def install() -> None:
    """Have screen readers told these roles; once in a program."""
    QAccessible.installFactory(_interface)


def _interface(class_name: str, about: QObject | None) -> QAccessibleInterface | None:
    """Answer Qt's question how an object is described; ``None`` leaves it to Qt."""
    if isinstance(about, Notice):
        return QAccessibleWidget(about, QAccessible.Role.Notification, about.accessibleName())
    if isinstance(about, MetadataPane):
        return QAccessibleWidget(about, QAccessible.Role.Grouping, about.accessibleName())
    if isinstance(about, QWidget) and class_name in _GROUPS:
        return QAccessibleWidget(about, QAccessible.Role.Grouping, about.accessibleName())
    if isinstance(about, LargeView):
        return QAccessibleWidget(about, QAccessible.Role.Grouping, about.accessibleName())
    if isinstance(about, PictureCanvas):
        return QAccessibleWidget(about, QAccessible.Role.Graphic, about.accessibleName())
    return None
