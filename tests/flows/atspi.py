"""Drives a program as a person does, from outside: a virtual screen, keys, mouse, screen reader.

    with desktop() as screen:
        program = screen.start("contact-sheet", store)
        images = program.wait_for("list", "Images")
        screen.click(*images.children[0].centre)
        screen.press("ctrl+a")
        screen.screenshot(path)

There is no window manager: a window opens at the top left, and :meth:`Program.resize` sizes it.
Every process started in it ends with the ``with`` block, whatever happens in there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest
from PIL import Image, ImageGrab

from tests.flows.accessible import Node

SIZE = (1600, 1000)
PATIENCE = 30.0  # seconds; only what never comes is waited for as long
MARK = "CONTACT_SHEET_TEST_DESKTOP"  # in the environment of every process of a desktop
READER = Path(__file__).with_name("atspi_reader.py")
SYSTEM_PYTHON = "/usr/bin/python3"
NEEDED = ("Xvfb", "dbus-daemon", "xdotool", SYSTEM_PYTHON)


class Program:
    """A program that runs on a :class:`Desktop`; ``log`` is what it has printed so far."""

    def __init__(self, process: subprocess.Popen[bytes], screen: Desktop, log: Path) -> None:
        self.process = process
        self._screen = screen
        self._log = log

    @property
    def log(self) -> str:
        """What the program has printed, output and errors together."""
        return self._log.read_text(errors="replace")

    def tree(self, children: int = 60) -> Node | None:
        """What a screen reader is told, ``children`` a node at most; ``None`` before it is."""
        command = [SYSTEM_PYTHON, str(READER), str(self.process.pid), str(children)]
        environment = self._screen.environment
        done = subprocess.run(command, env=environment, capture_output=True, timeout=PATIENCE)
        if done.returncode != 0:
            # A node that goes while it is read is no news; a missing library is.
            if b"make setup" in done.stderr:
                pytest.fail(done.stderr.decode(), pytrace=False)
            return None
        seen = json.loads(done.stdout)
        return None if seen is None else Node.read(seen)

    def wait_until(self, holds: Callable[[Node], bool], children: int = 60) -> Node:
        """Read the tree until ``holds`` says so, and return it then."""
        tree = None
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                pytest.fail(f"the program ended with {self.process.returncode}:\n{self.log}")
            tree = self.tree(children)
            if tree is not None and holds(tree):
                return tree
            time.sleep(0.05)
        shown = "nothing" if tree is None else tree.outline()
        pytest.fail(f"it never came to that; the screen reader is told:\n{shown}\n{self.log}")

    def wait_for(self, role: str, name: str, children: int = 60) -> Node:
        """Wait until there is an element of this role and name, and return it."""
        tree = self.wait_until(lambda node: bool(node.find_all(role, name)), children)
        return tree.find(role, name)

    @property
    def window(self) -> str:
        """The X id of the program's largest window."""
        search = ("search", "--sync", "--onlyvisible", "--pid", str(self.process.pid))
        windows = self._screen.xdotool(*search).split()

        def area(window: str) -> int:
            shape = self._screen.xdotool("getwindowgeometry", "--shell", window)
            values = dict(line.split("=") for line in shape.split())
            return int(values["WIDTH"]) * int(values["HEIGHT"])

        return max(windows, key=area)

    def resize(self, width: int, height: int) -> None:
        """Give the window this size in pixels."""
        self._screen.xdotool("windowsize", "--sync", self.window, str(width), str(height))

    def focus(self) -> None:
        """Give the window the keyboard."""
        self._screen.xdotool("windowfocus", "--sync", self.window)

    def kill(self) -> None:
        """End it as ``kill -9`` does."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def wait(self) -> int:
        """Wait until it has ended; returns its exit code."""
        return self.process.wait(PATIENCE)


class Desktop:
    """A screen with keyboard, mouse and accessibility that nobody looks at."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.environment = environment
        self._folder = folder
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, command: str | Path, *args: str | Path, **environment: str) -> Program:
        """Start a program; a plain name is one that the project has installed."""
        if isinstance(command, str):
            installed = Path(sys.executable).parent / command
            assert installed.exists(), f"{installed} is missing: run `make setup`"
            command = installed
        log = self._folder / f"program-{len(self._started)}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [command, *args],
                env=self.environment | environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self._started.append(process)
        return Program(process, self, log)

    def serve(self, *command: str) -> str:
        """Start a server and return the line it prints once it is ready."""
        log = self._folder / f"{command[0]}.log"
        with log.open("wb") as errors:
            server = subprocess.Popen(
                command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        self._started.append(server)
        assert server.stdout is not None
        with server.stdout:
            line = server.stdout.readline().decode().strip()
        assert line, f"{command[0]} did not start:\n{log.read_text()}"
        return line

    def close(self) -> None:
        """End every process of this desktop; those that the bus has started are no children."""
        for started in reversed(self._started):
            started.kill()
            started.wait(PATIENCE)
        while running := processes_of(self.environment[MARK]):
            for process in running:
                process.kill()
            psutil.wait_procs(running, timeout=PATIENCE)

    def grab(self) -> Image.Image:
        """What is on the screen now."""
        return ImageGrab.grab(xdisplay=self.environment["DISPLAY"])

    def screenshot(self, path: Path) -> None:
        """Save what is on the screen now as a picture."""
        self.grab().save(path)

    def press(self, *keys: str) -> None:
        """Press keys one after the other, as xdotool names them: "Down", "ctrl+a"."""
        self.xdotool("key", "--clearmodifiers", *keys)

    def write(self, text: str) -> None:
        """Type a text."""
        self.xdotool("type", "--delay", "5", "--", text)

    def click(self, x: int, y: int, times: int = 1, button: int = 1) -> None:
        """Click on a point of the screen; buttons 4 and 5 turn the wheel up and down."""
        self.xdotool("mousemove", str(x), str(y))
        self.xdotool("click", "--repeat", str(times), "--delay", "20", str(button))

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press the left button on one point and release it on another."""
        self.xdotool("mousemove", str(start[0]), str(start[1]), "mousedown", "1")
        for step in (1, 2, 3, 4):
            x = start[0] + (end[0] - start[0]) * step // 4
            y = start[1] + (end[1] - start[1]) * step // 4
            self.xdotool("mousemove", str(x), str(y))
        self.xdotool("mouseup", "1")

    def xdotool(self, *args: str) -> str:
        """Run xdotool on this screen; returns what it prints."""
        done = subprocess.run(
            ["xdotool", *args],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, f"xdotool {' '.join(args)}: {done.stderr}"
        return done.stdout


@contextmanager
def desktop() -> Iterator[Desktop]:
    """Open a desktop of its own: an X server, a D-Bus session and the accessibility bus."""
    for command in NEEDED:
        if shutil.which(command) is None:
            pytest.fail(f"{command} is not installed: run `make setup`", pytrace=False)
    with ExitStack() as stack:
        # The paths of sockets may not be long, and pytest's folders are.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="desktop-")))
        environment = os.environ | {
            MARK: str(folder),
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "GSETTINGS_BACKEND": "memory",
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        }
        for name in ("WAYLAND_DISPLAY", "XAUTHORITY", "AT_SPI_BUS_ADDRESS"):
            environment.pop(name, None)
        screen = Desktop(environment, folder)
        stack.callback(screen.close)
        shape = f"{SIZE[0]}x{SIZE[1]}x24"
        number = screen.serve(
            "Xvfb", "-noreset", "-displayfd", "1", "-screen", "0", shape, "-nolisten", "tcp"
        )
        environment["DISPLAY"] = f":{number}"
        bus = f"--address=unix:path={folder}/bus"
        environment["DBUS_SESSION_BUS_ADDRESS"] = screen.serve(
            "dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1", bus
        )
        yield screen


def processes_of(mark: str) -> list[psutil.Process]:
    """The processes that run on a desktop: those that carry its mark."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:  # gone meanwhile, or another person's
            continue
    return found
