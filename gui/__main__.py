"""The command ``contact-sheet``: reads its arguments, then starts the window.

Qt is imported only when the arguments are known to be good, so that ``--help`` is quick and a
machine without a display gets a sentence and not an abort.
"""

from __future__ import annotations

import argparse
import builtins
import logging
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

LARGEST = 10_000  # pixels a side
NO_DISPLAY = """\
contact-sheet: there is no display to open a window on.
Start it from a desktop session, or over SSH with "ssh -X". For a picture of the window instead:
    contact-sheet STORE --screenshot FILE.png
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Returns:
        0 when all went well; 1 when a screenshot could not be made or there is no display.
    """
    options = _parser().parse_args(arguments)
    logging.basicConfig(format="contact-sheet: %(message)s", level=logging.WARNING)
    if not _has_display():
        if options.screenshot is None:
            sys.stderr.write(NO_DISPLAY)
            return 1
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    _import_qt()
    from gui.app import start

    return start(options)


def _import_qt() -> None:
    """Import PySide6, but not by its own ``__import__``.

    That reads the source of every module that is imported later, which takes a tenth of a second,
    to see whether it asks for ``__feature__``. Nothing here does.
    """
    own = builtins.__import__
    import PySide6.QtCore  # noqa: F401 - only then is the other one in its place

    builtins.__import__ = own


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="contact-sheet", description="Browse the image store of an image-generation server."
    )
    parser.add_argument(
        "store",
        nargs="?",
        type=Path,
        metavar="STORE",
        help="the store's folder; the last one if left out",
    )
    parser.add_argument("--version", action=_Version, help="print the version, and leave")
    parser.add_argument(
        "--screenshot",
        type=Path,
        metavar="FILE.png",
        help="write a picture of the window when all that is visible is loaded, and leave",
    )
    parser.add_argument(
        "--size", type=_size, metavar="WxH", help="size of the window in pixels, such as 1440x900"
    )
    parser.add_argument(
        "--select",
        type=_numbers,
        default=[],
        metavar="N,…",
        help="for --screenshot: select the Nth newest image, or several",
    )
    parser.add_argument(
        "--show",
        choices=[
            "pinned",
            "trash",
            "large",
            "information",
            "compare",
            "models",
            "prune",
            "preferences",
            "statistics",
            "shortcuts",
        ],
        help="for --screenshot: show this first",
    )
    parser.add_argument(
        "--appearance", choices=["system", "light", "dark"], help="for this session only"
    )
    return parser


class _Version(argparse.Action):
    """Looks the version up when it is asked for: that costs more than reading all arguments."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str) -> None:  # noqa: A002
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        sys.stdout.write(f"contact-sheet {version('contact-sheet')}\n")
        parser.exit()


def _numbers(text: str) -> list[int]:
    try:
        return [int(number) for number in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number, or some, as 2,5") from None


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{3,5})[x×](\d{3,5})", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 1440x900")
    width, height = int(match[1]), int(match[2])
    if max(width, height) > LARGEST:
        raise argparse.ArgumentTypeError(f"{text!r} is more than {LARGEST} pixels")
    return width, height


def _has_display() -> bool:
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())
