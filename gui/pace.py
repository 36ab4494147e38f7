"""Does something at once when it is asked for, and then no more than some times a second."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


class Pace:
    """Calls ``action`` for every time that it is asked for, but many times in a row only once.

    The first is at once; what is asked for within the next ``interval_ms`` follows when they are
    over. GUI thread only.

    Args:
        parent: Its end is the end of this.
        interval_ms: The least time between two calls.
        action: What to do; it finds out by itself what is the latest.
    """

    def __init__(self, parent: QObject, interval_ms: int, action: Callable[[], object]) -> None:
        self._action = action
        self._asked = False
        self._rest = QTimer(parent, singleShot=True, interval=interval_ms)
        self._rest.timeout.connect(self._go_on)

    def ask(self) -> None:
        """Have it done, now or soon."""
        self._asked = True
        if not self._rest.isActive():
            self._go_on()

    def _go_on(self) -> None:
        if self._asked:
            self._asked = False
            self._rest.start()
            self._action()
