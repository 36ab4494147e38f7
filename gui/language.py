"""The language of numbers and dates: the system's, or one that a person chose."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QLocale

SYSTEM: Final = ""
ENGLISH: Final = "en"
LANGUAGES: Final = ((SYSTEM, "As the system"), (ENGLISH, "English"))  # there are no translations


def use(language: str) -> None:
    """Write numbers and dates in this language from now on; ``SYSTEM`` follows the desktop."""
    QLocale.setDefault(QLocale(language) if language else QLocale.system())
