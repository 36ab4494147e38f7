"""``python -m tests.bench``: measures what PERFORMANCE promises, and prints one table.

Each line is ours beside a peer or a limit in the same run. Machines are noisy: believe the ratios,
and those only of a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import psutil

from tests.bench import store
from tests.bench.timing import CannotMeasureError, Line, Measured, Scale, Skipped

MODULES = (
    "catalogue",
    "thumbnails",
    "durable",
    "grid",
    "startup",
    "loop",
    "following",
    "closely",
    "search",
    "sorting",
    "windows",
)
SHORT_POOL = 10, 3  # real images, and what divides their sides
Group = Callable[[Path, Scale], Iterator[Measured]]


def main() -> int:
    """Measure, print, and write the JSON that was asked for."""
    options = _parser().parse_args()
    logging.basicConfig(level=logging.ERROR)
    scale = Scale(options.size, min(1_000, options.size), options.rounds)
    if options.short:
        scale = Scale(options.size, min(100, options.size), 1, short=True)
    signal.signal(signal.SIGTERM, _end)
    root = (options.folder or store.folder()).absolute()
    store.use_own_home(root)
    store.make_pool(root, *(SHORT_POOL if options.short else ()))
    measured: list[Measured] = []
    try:
        measured.extend(_measured(root, scale, options.only))
    finally:  # also what there is when the person has seen enough
        sys.stdout.write(table(measured) + "\n")
        if options.json is not None:
            options.json.write_text(json.dumps(rows(measured), indent=1, ensure_ascii=False))
    return 0


def _end(*_: object) -> None:
    """End, and all that was started with it: a pool that is just being filled would wait."""
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    os._exit(1)


def _measured(root: Path, scale: Scale, only: list[str]) -> Iterator[Measured]:
    for module in only or MODULES:
        groups: tuple[Group, ...] = import_module(f"tests.bench.{module}").GROUPS
        for group in groups:
            name = group.__name__.replace("_", " ")
            began = time.monotonic()
            try:
                yield from group(root, scale)
            except CannotMeasureError as error:
                yield Skipped(name, str(error))
            took = time.monotonic() - began
            sys.stderr.write(f"{module}: {name} ({took:.1f} s)\n")


def rows(measured: Iterable[Measured]) -> list[dict[str, object]]:
    """Return the lines for other programs; of what was skipped only the name and the reason."""
    found: list[dict[str, object]] = []
    for each in measured:
        row: dict[str, object] = dict.fromkeys(("name", "ours", "beside", "ratio", "target", "met"))
        row["name"] = each.name
        if isinstance(each, Line):
            row |= {"ours": each.ours, "beside": each.beside, "ratio": each.ratio}
            row |= {"target": str(each.target), "met": each.met}
        else:
            row["target"] = f"skipped: {each.why}"
        found.append(row)
    return found


def table(measured: Iterable[Measured]) -> str:
    """Return the lines for people."""
    lines = [each for each in measured if isinstance(each, Line)]
    skipped = [each for each in measured if isinstance(each, Skipped)]
    cells = [("", "ours", "beside", "ratio", "target", "met")]
    for each in lines:
        figures = (_short(each.ours), _short(each.beside), _short(each.ratio))
        cells.append((each.name, *figures, str(each.target), "yes" if each.met else "NO"))
    widths = [max(len(row[column]) for row in cells) for column in range(6)]
    text = []
    for name, *rest in cells:
        right = [each.rjust(width) for each, width in zip(rest, widths[1:], strict=True)]
        text.append("  ".join([name.ljust(widths[0]), *right]))
    met = sum(each.met for each in lines)
    text.append(f"\n{met} of {len(lines)} targets met, {len(skipped)} lines skipped")
    text += [f"skipped: {each.name}: {each.why}" for each in skipped]
    return "\n".join(text)


def _short(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument("--size", type=int, default=20_000, help="images in the large store")
    parser.add_argument("--json", type=Path, help="write the rows here, too")
    parser.add_argument("--rounds", type=int, default=3, help="of each; the median counts")
    parser.add_argument("--short", action="store_true", help="only see that all of it works")
    parser.add_argument("--folder", type=Path, help="where stores are kept; by default the cache")
    parser.add_argument(
        "--only", action="append", default=[], choices=MODULES, help="these lines; may be repeated"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
