"""Prints a program's accessible tree as JSON: what a screen reader is told.

Run by Debian's own Python (the one that has pyatspi), so it imports nothing of the project:
``/usr/bin/python3 atspi_reader.py PID CHILDREN``. Prints ``null`` while the program is unknown.
It is a new process each time because the accessibility library answers from a cache that goes
stale in a process without a main loop.
"""

import json
import sys

try:
    import pyatspi
except ImportError:
    sys.exit("pyatspi is not installed: run `make setup`")

LONGEST_TEXT = 10_000


def described(node, limit):
    """One node and, below it, at most ``limit`` children each."""
    interfaces = node.get_interfaces()
    seen = {
        "role": node.getRoleName(),
        "name": node.name,
        "description": node.description,
        "states": sorted(pyatspi.stateToString(s) for s in node.getState().getStates()),
        "child_count": node.childCount,
        "box": [0, 0, 0, 0],
    }
    if "Component" in interfaces:
        box = node.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
        seen["box"] = [box.x, box.y, box.width, box.height]
    if "Text" in interfaces:
        seen["text"] = node.queryText().getText(0, LONGEST_TEXT)
    if "Value" in interfaces:
        seen["value"] = node.queryValue().currentValue
    below = (node.getChildAtIndex(index) for index in range(min(node.childCount, limit)))
    seen["children"] = [described(child, limit) for child in below if child is not None]
    return seen


def main():
    pid, limit = int(sys.argv[1]), int(sys.argv[2])
    for program in pyatspi.Registry.getDesktop(0):
        if program is not None and program.get_process_id() == pid:
            json.dump(described(program, limit), sys.stdout)
            return
    sys.stdout.write("null")


main()
