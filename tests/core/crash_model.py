"""A disk that may crash: what is certain to be on it, and all that may be besides.

A file's bytes are certain once the file was synced, a name once its folder was synced. Of the
rest anything may have reached the disk or not, in any combination; bytes that were not synced
are missing or cut.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from itertools import product
from pathlib import Path

Tree = frozenset[tuple[str, bytes | None]]  # path → bytes; None for a folder


class File:
    def __init__(self, data: bytes = b"", *, synced: bool = False) -> None:
        self.data = data
        self.synced = synced


class Folder:
    def __init__(self) -> None:
        self.entries: dict[str, Node] = {}
        self.certain: dict[str, Node] = {}
        self.pending: list[dict[str, Node | None]] = []

    def set(self, changes: dict[str, Node | None]) -> None:
        for name, node in changes.items():
            if node is None:
                del self.entries[name]
            else:
                self.entries[name] = node
        self.pending.append(changes)

    def sync(self) -> None:
        self.certain = dict(self.entries)
        self.pending.clear()


Node = File | Folder


class Disk:
    """Starts as what is in a folder now, which is certain; then follows the calls of a trace."""

    def __init__(self, base: Path) -> None:
        self.root = self._load(base)

    def _load(self, path: Path) -> Folder:
        folder = Folder()
        for each in path.iterdir():
            node = self._load(each) if each.is_dir() else File(each.read_bytes(), synced=True)
            folder.entries[each.name] = node
        folder.sync()
        return folder

    def at(self, path: str) -> Node:
        node: Node = self.root
        for part in Path(path).parts:
            assert isinstance(node, Folder)
            node = node.entries[part]
        return node

    def _in(self, path: str) -> tuple[Folder, str]:
        folder, _, name = path.rpartition("/")
        found = self.at(folder)
        assert isinstance(found, Folder)
        return found, name

    def do(self, call: str, *arguments: object) -> None:
        """Follow one call that a trace recorded."""
        path = str(arguments[0])
        if call == "sync":
            node = self.at(path)
            if isinstance(node, File):
                node.synced = True
            else:
                node.sync()
        elif call == "write":
            node = self.at(path)
            node.data += arguments[1]
            node.synced = False
        elif call in ("create", "mkdir"):
            folder, name = self._in(path)
            folder.set({name: File() if call == "create" else Folder()})
        elif call == "unlink":
            folder, name = self._in(path)
            folder.set({name: None})
        else:
            folder, name = self._in(path)
            other, new = self._in(str(arguments[1]))
            node = folder.entries[name]
            if call == "link":
                other.set({new: node})
            elif folder is other:  # one change of one folder: all of it or nothing
                folder.set({name: None, new: node})
            else:
                other.set({new: node})
                folder.set({name: None})

    def after_crash(self) -> Iterator[Tree]:
        """Every state the disk may be in if the machine stops now."""
        folders = self._folders(self.root, {})
        unsure = [(folder, changes) for folder in folders for changes in folder.pending]
        for chosen in product((False, True), repeat=len(unsure)):
            entries = {folder: dict(folder.certain) for folder in folders}
            for (folder, changes), happened in zip(unsure, chosen, strict=True):
                if happened:
                    entries[folder].update(changes)
            for part in (0, 2):
                yield frozenset(self._tree(self.root, "", entries, part))

    def _folders(self, folder: Folder, found: dict[Folder, None]) -> dict[Folder, None]:
        found[folder] = None
        pending = [node for changes in folder.pending for node in changes.values()]
        for node in [*folder.entries.values(), *folder.certain.values(), *pending]:
            if isinstance(node, Folder) and node not in found:
                self._folders(node, found)
        return found

    def _tree(
        self, folder: Folder, path: str, entries: dict[Folder, dict[str, Node | None]], part: int
    ) -> Iterator[tuple[str, bytes | None]]:
        for name, node in entries[folder].items():
            if isinstance(node, Folder):
                yield path + name, None
                yield from self._tree(node, f"{path}{name}/", entries, part)
            elif node is not None:
                cut = len(node.data) // part if part else 0
                yield path + name, node.data if node.synced else node.data[:cut]


def lay_out(tree: Tree, base: Path) -> None:
    """Make real files of a tree, in place of what is there.

    The folder itself stays: no crash puts another in a store's place, which would be seen.
    """
    base.mkdir(exist_ok=True)
    for left in base.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    for path, data in sorted(tree, key=lambda entry: entry[0]):
        if data is None:
            (base / path).mkdir()
        else:
            (base / path).write_bytes(data)


class TracedOs:
    """The ``os`` module, which tells what it is asked to change; put it in a module's place."""

    def __init__(self, base: Path) -> None:
        self._base = os.path.realpath(base)
        self.calls: list[tuple[object, ...]] = []

    def __getattr__(self, name: str) -> object:
        return getattr(os, name)

    def _path(self, descriptor: int, name: str = ".") -> str:
        path = Path(f"/proc/self/fd/{descriptor}").readlink() / name
        return path.relative_to(self._base).as_posix()

    def open(self, name: str, flags: int, mode: int = 0o777, *, dir_fd: int) -> int:
        file = os.open(name, flags, mode, dir_fd=dir_fd)
        if flags & os.O_CREAT:
            self.calls.append(("create", self._path(dir_fd, name)))
        return file

    def write(self, file: int, data: bytes) -> int:
        written = os.write(file, data[: len(data) // 2 + 1])  # as the system may
        self.calls.append(("write", self._path(file), bytes(data[:written])))
        return written

    def fsync(self, file: int) -> None:
        os.fsync(file)
        self.calls.append(("sync", self._path(file)))

    def mkdir(self, name: str, *, dir_fd: int) -> None:
        os.mkdir(name, dir_fd=dir_fd)
        self.calls.append(("mkdir", self._path(dir_fd, name)))

    def unlink(self, name: str, *, dir_fd: int) -> None:
        os.unlink(name, dir_fd=dir_fd)
        self.calls.append(("unlink", self._path(dir_fd, name)))

    def link(self, old: str, new: str, *, src_dir_fd: int, dst_dir_fd: int, **more: object) -> None:
        os.link(old, new, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd, **more)
        self.calls.append(("link", self._path(src_dir_fd, old), self._path(dst_dir_fd, new)))

    def rename(self, old: str, new: str, *, src_dir_fd: int, dst_dir_fd: int) -> None:
        os.rename(old, new, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)
        self.calls.append(("rename", self._path(src_dir_fd, old), self._path(dst_dir_fd, new)))


def files_of(base: Path) -> dict[str, bytes]:
    """Every file below a folder, by its relative path."""
    found = {}
    for path in base.rglob("*"):
        if stat.S_ISREG(path.lstat().st_mode):
            found[path.relative_to(base).as_posix()] = path.read_bytes()
    return found
