"""Which folders of a store must be looked at: told from the folders' own modification times.

A folder's time changes when something in it is made, renamed or removed, so one ``stat`` a folder
says whether it must be listed. It does not change when a file in it is edited in place.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import NamedTuple

from core import files
from core.changes import FolderState
from core.layout import IMAGES, METADATA, parse_dated_folder
from core.presence import Place, look_at_place

#: A change this soon after the last look may not show in the folder's time, which can be coarse.
UNSURE_NS = 2_000_000_000

Known = dict[str, FolderState | None]


class Folder(NamedTuple):
    """A folder that must be looked at, and its state for when that is done.

    ``day`` is what a dated folder is for, as ``date.toordinal()``; the flat layout has ``None``.
    """

    path: str
    day: int | None
    state: FolderState


def changed_folders(base: Path, known: Known, place: Place | None = None) -> int:
    """Count the folders that a scan would look at or forget, by a ``stat`` of each folder.

    Args:
        base: The store's folder.
        known: What the catalogue knows of them: ``Catalog.folder_states``.
        place: Where the catalogue knows the store to be: ``Catalog.place``.

    Raises:
        StoreNotFound: The store's folder is not there, or an empty one is in its place.
        StoreUnreadable: It may not be read, or its disk fails.
    """
    with files.open_store(base) as store:
        look_at_place(store, base, place)
        survey = Survey(store, known)
    return len(survey.changed) + len(survey.vanished)


class Survey:
    """What a look at the folders of a store, and nothing else, tells.

    Args:
        store: Descriptor of the store's folder.
        known: The catalogue's folders.
        full: Every folder must be looked at, whatever its time says.

    Attributes:
        changed: The folders with images to look at, newest day first, the flat layout last.
        metadata: The state of the flat layout's other half, ``None`` if there is none.
        years: Folders of years that the catalogue does not know.
        vanished: Known folders that are not there any more.
        problems: Folders that cannot be read, and why; what is known of them still holds.
    """

    def __init__(self, store: int, known: Known, *, full: bool = False) -> None:
        self.changed: list[Folder] = []
        self.metadata: FolderState | None = None
        self.years: list[str] = []
        self.vanished: list[str] = []
        self.problems: list[str] = []
        self._store = store
        self._known = known
        self._full = full
        self._seen: set[str] = set()
        self._unread: list[str] = []
        self._looked_ns = time.time_ns()
        self._look()

    def _look(self) -> None:
        images = self._state(IMAGES)
        self.metadata = self._state(METADATA)
        if images is not None:
            years = self._years(images)
            self.years = [year for year in years if year not in self._known]
            for year in years:
                self._seen.add(year)
                for month in self._folders_in(year):
                    for day, time_ns in self._times_in(month):
                        self._look_at_day(day, time_ns)
            if IMAGES in self._unread:
                pass
            elif self._differs(IMAGES, images) or self._differs(METADATA, self.metadata):
                self.changed.append(Folder(IMAGES, None, images))
        unread = tuple(f"{path}/" for path in self._unread)
        self.vanished = [
            path
            for path in self._known
            if path not in self._seen and not f"{path}/".startswith(unread)
        ]

    def _years(self, images: FolderState) -> list[str]:
        # Listing images/ can take as long as all the rest: the flat layout's files are in there.
        if self._differs(IMAGES, images):
            return self._folders_in(IMAGES)
        return sorted((path for path in self._known if path.count("/") == 1), reverse=True)

    def _look_at_day(self, path: str, time_ns: int | OSError) -> None:
        if isinstance(time_ns, FileNotFoundError):
            return  # it went away just now
        if isinstance(time_ns, OSError):
            self._cannot_read(path, time_ns)
            return
        self._seen.add(path)
        if not self._has_changed(self._known.get(path), time_ns):
            return
        if day := parse_dated_folder(*path.split("/")[1:]):
            state = FolderState(time_ns, self._looked_ns)
            self.changed.append(Folder(path, day.toordinal(), state))

    def _folders_in(self, path: str) -> list[str]:
        return [folder for folder, _ in self._times_in(path)]

    def _times_in(self, path: str) -> list[tuple[str, int | OSError]]:
        """The folders in a folder whose names are numbers, with their times, highest first."""
        try:
            with files.open_folder(self._store, path) as folder:
                times = dict(files.folder_times(folder))
        except FileNotFoundError:
            return []
        except OSError as error:
            self._cannot_read(path, error)
            return []
        return [(f"{path}/{name}", times[name]) for name in sorted(times, reverse=True)]

    def _state(self, path: str) -> FolderState | None:
        try:
            mtime = files.folder_mtime(self._store, path)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._cannot_read(path, error)
            return None
        self._seen.add(path)
        return FolderState(mtime, self._looked_ns)

    def _differs(self, path: str, now: FolderState | None) -> bool:
        before = self._known.get(path)
        if now is None or before is None:
            return now is not before
        return self._has_changed(before, now.mtime_ns)

    def _has_changed(self, before: FolderState | None, time_ns: int) -> bool:
        if before is None or before.mtime_ns != time_ns or self._full:
            return True
        return before.looked_ns - before.mtime_ns < UNSURE_NS

    def _cannot_read(self, path: str, error: OSError) -> None:
        self._unread.append(path)
        self.problems.append(f"The folder {path} cannot be read: {error.strerror or error}.")
