"""What opens in front of the window. Each dialog is loaded when it is first opened."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gui.dialogs.about import AboutDialog
    from gui.dialogs.export import ExportDialog
    from gui.dialogs.import_report import ImportReportDialog
    from gui.dialogs.looks import Looks
    from gui.dialogs.preferences import PreferencesDialog
    from gui.dialogs.problems import ProblemsDialog
    from gui.dialogs.prune import PruneDialog
    from gui.dialogs.shortcuts import ShortcutsDialog
    from gui.dialogs.statistics import StatisticsDialog

__all__ = [
    "AboutDialog",
    "ExportDialog",
    "ImportReportDialog",
    "Looks",
    "PreferencesDialog",
    "ProblemsDialog",
    "PruneDialog",
    "ShortcutsDialog",
    "StatisticsDialog",
]

_MODULES: Final = {
    "AboutDialog": "about",
    "ExportDialog": "export",
    "ImportReportDialog": "import_report",
    "Looks": "looks",
    "PreferencesDialog": "preferences",
    "ProblemsDialog": "problems",
    "PruneDialog": "prune",
    "ShortcutsDialog": "shortcuts",
    "StatisticsDialog": "statistics",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
