"""One folder's images compared with what the catalogue knows of them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from core import files, sidecar
from core.changes import (
    BESIDE,
    IN_METADATA,
    NO_SIDECAR,
    FileEntry,
    ImageFile,
    ImageRow,
    ScanResult,
    ScanTask,
    pack,
)
from core.errors import SidecarError
from core.files import Signature
from core.layout import SIDECAR_SUFFIX, id_moment, image_name, is_temporary
from core.records import EPOCH, local_time, to_microseconds
from core.sidecar import LARGEST_SIDECAR, SidecarFields

_DAY_US = 86_400_000_000
_EPOCH_DAY = EPOCH.toordinal()
_NOTHING = SidecarFields()
_ABSENT = Signature(0, 0)


class FolderListing:
    """What is in a folder by its names alone.

    Args:
        path: The folder, relative to the store.
        folder: Its descriptor.
        day: The day a dated folder is for; ``None`` in the flat layout.
        known: What the catalogue knows of the images in this folder, by name.

    Attributes:
        names: The images' file names, newest first as far as names tell.
        stems: The images' ids.
        others: The names of the files that are none of these, nor their sidecars, nor temporary.
        removed: What was known of images that are not there (any more).
        problems: What cannot be shown, and why.
    """

    def __init__(
        self, path: str, folder: int, day: int | None, known: dict[str, FileEntry]
    ) -> None:
        self._path = path
        self._day = day
        self._known = known
        found = files.list_folder(folder).files
        sidecars = {name for name in found if name.endswith(SIDECAR_SUFFIX)}
        named = [name for name in found if name not in sidecars]
        self._parts = {name: parts for name in named if (parts := image_name(name))}
        self._beside = set() if day is None else sidecars
        self.stems = {stem for stem, _ in self._parts.values()}
        others = [name for name in named if name not in self._parts]
        others += sidecars - {stem + SIDECAR_SUFFIX for stem in self.stems if day is not None}
        self.others = [name for name in others if not is_temporary(name)]
        self.names = sorted(self._parts, reverse=True)
        self.removed = [entry for name, entry in known.items() if name not in self._parts]
        self.problems = [*self._misnamed()]

    def _misnamed(self) -> Iterator[str]:
        misnamed = [name for name in self.others if image_name(f"x.{name.rpartition('.')[2]}")]
        if misnamed:
            yield (
                f"{len(misnamed)} images in {self._path} have names that cannot be image ids, "
                f"such as {misnamed[0][:60]!a}. Rename them to 1 to 200 plain characters."
            )

    def task(self, names: list[str]) -> ScanTask:
        """Return the task of looking at some of the images."""
        known = self._known
        return ScanTask(
            self._path,
            self._day,
            [self._file(name, *self._parts[name]) for name in names],
            {name: known[name] for name in names if name in known} if known else {},
        )

    def _file(self, name: str, stem: str, file_format: str) -> ImageFile:
        return ImageFile(name, stem, file_format, stem + SIDECAR_SUFFIX in self._beside)


def run_task(store: int, metadata: int | None, task: ScanTask) -> ScanResult:
    """Look at images, and read the sidecars of those that are not what they were.

    Args:
        store: Descriptor of the store's folder.
        metadata: Descriptor of the flat layout's folder of sidecars, ``None`` if there is none.
        task: Which images.
    """
    try:
        with files.open_folder(store, task.path) as folder:
            looks = _Looks(task, folder, metadata)
            for file in task.images:
                looks.look(file)
            return looks.result()
    except FileNotFoundError:
        return ScanResult(complete=False)  # it went away just now: the next scan will know
    except OSError as error:
        problem = f"The folder {task.path} cannot be read: {error.strerror or error}."
        return ScanResult(problems=[problem], complete=False)


def run_remote_task(store: int, metadata: int | None, task: object) -> ScanResult:
    """Run a task that came through a pipe, in a process that inherited the descriptors."""
    return run_task(store, metadata, msgspec.convert(task, ScanTask))


class _Looks:
    """Looks at the images of one task."""

    def __init__(self, task: ScanTask, folder: int, metadata: int | None) -> None:
        self._path = task.path
        self._day = task.day
        self._known = task.known
        self._folder = folder
        self._metadata = metadata
        self._result = ScanResult()
        self._rows: list[ImageRow] = []

    def result(self) -> ScanResult:
        """Return what was found until now."""
        self._result.rows = pack(self._rows)
        return self._result

    def look(self, file: ImageFile) -> None:
        """Compare one image with what is known of it."""
        name = file.name
        before = self._known.get(name)
        try:
            image = files.signature(self._folder, name)
        except FileNotFoundError:  # gone since the folder was listed
            if before is not None:
                self._result.removed.append(before)
            return
        except OSError as error:
            reason = error.strerror or error
            self._result.problems.append(f"{self._path}/{name} cannot be read: {reason}.")
            self._result.complete = False
            return
        sidecar_name = file.image_id + SIDECAR_SUFFIX
        place, folder = (BESIDE, self._folder) if file.beside else (IN_METADATA, self._metadata)
        if before is not None:
            if (before.size_bytes, before.modified_ns) == image:
                was = (before.sidecar, before.sidecar_bytes, before.sidecar_ns)
                if was == _sidecar_state(place, folder, sidecar_name):
                    return
            self._result.replaced.append(before)
        place, (size, changed), fields, problem = self._read_sidecar(place, folder, sidecar_name)
        created_us = fields.created_us
        if created_us is None:
            created_us = to_microseconds(id_moment(file.image_id) or local_time(image.modified_ns))
        row = ImageRow(
            name,
            self._day or _EPOCH_DAY + created_us // _DAY_US,
            created_us,
            image.size_bytes,
            image.modified_ns,
            place,
            size,
            changed,
            problem,
            file.format,
            fields.width,
            fields.height,
            fields.prompt,
            fields.model,
            fields.provider,
            fields.cost_usd,
            fields.pinned,
            fields.rating,
            msgspec.json.encode(fields.tags).decode() if fields.tags else "",
            fields.sha256,
        )
        self._rows.append(row)

    def _read_sidecar(
        self, place: int, folder: int | None, file: str
    ) -> tuple[int, Signature, SidecarFields, str | None]:
        """Read a sidecar: its place, its signature, its fields, and why it cannot be used."""
        if folder is None:
            return NO_SIDECAR, _ABSENT, _NOTHING, None
        try:
            data, state = files.read_file(folder, file, LARGEST_SIDECAR)
        except FileNotFoundError:
            return NO_SIDECAR, _ABSENT, _NOTHING, None
        except OSError as error:
            self._result.complete = False
            problem = f"The sidecar cannot be read: {error.strerror or error}."
            return place, _ABSENT, _NOTHING, problem
        if data is None:
            return place, state, _NOTHING, sidecar.TOO_LARGE
        try:
            return place, state, sidecar.parse(data), None
        except SidecarError as error:
            return place, state, _NOTHING, str(error)


def _sidecar_state(place: int, folder: int | None, file: str) -> tuple[int, int, int]:
    if folder is None:
        return NO_SIDECAR, 0, 0
    try:
        return place, *files.signature(folder, file)
    except FileNotFoundError:
        return NO_SIDECAR, 0, 0
    except OSError:
        return place, 0, 0
