"""What could not be done: a notice says how much, and shows the reasons when asked."""

from __future__ import annotations

from collections.abc import Sequence

from gui import dialogs
from gui.main_window import MainWindow
from gui.text import translated
from gui.views.notice import Offer


def tell_problems(window: MainWindow, text: str, problems: Sequence[str], *more: Offer) -> None:
    """Tell what was done and what was not, and offer to show why.

    Args:
        window: Where it is told.
        text: What is told.
        problems: Why some of it was not done, one a line; with none, there is nothing to show.
        more: Another button, as (text, what it does).
    """
    if problems:
        show = translated("problems", "Show")
        window.notice.tell(
            text, show, lambda: dialogs.ProblemsDialog(problems, window).open(), *more
        )
    elif more:
        window.notice.tell(text, *more[0])
    else:
        window.notice.tell(text)
