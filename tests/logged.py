"""What the program logs as an error."""

from __future__ import annotations

import logging


class LoggedErrors(logging.Handler):
    """Keeps the text of every record from ERROR up in ``lines``."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter("%(name)s: %(message)s").format(record))
