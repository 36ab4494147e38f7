"""One folder's images compared with what the catalogue knows of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec

from core import files, sidecar
from core.changes import BESIDE, IN_METADATA, NO_SIDECAR, FileEntry, ImageRow
from core.errors import SidecarError
from core.files import Signature
from core.layout import SIDECAR_SUFFIX, id_moment, image_name, is_temporary
from core.records import EPOCH, local_time, to_microseconds
from core.sidecar import LARGEST_SIDECAR, SidecarFields

_DAY_US = 86_400_000_000
_EPOCH_DAY = EPOCH.toordinal()
_NOTHING = SidecarFields()
_ABSENT = Signature(0, 0)


#: One image: what was known of it, and what it is now if that is not the same.
Looked = tuple[FileEntry | None, ImageRow | None]


class FolderScan:
    """Looks at the images of one folder, one after the other.

    Args:
        path: The folder, relative to the store.
        folder: Its descriptor.
        metadata: Descriptor of the flat layout's folder of sidecars, ``None`` if there is none.
        day: The day a dated folder is for; ``None`` in the flat layout.
        known: What the catalogue knows of the images in this folder, by name.
        names: Files to look at, also some that are gone; by default all that are there.

    Attributes:
        names: The images' file names, newest first as far as names tell.
        stems: The images' ids.
        others: The names of the files that are neither images nor temporary.
        removed: What was known of images that are not there (any more), as far as looked.
        problems: What cannot be shown, and why.
        complete: Whether all could be read, so that it need not be tried again.
    """

    def __init__(
        self,
        path: str,
        folder: int,
        metadata: int | None,
        day: int | None,
        known: dict[str, FileEntry],
        names: Collection[str] | None = None,
    ) -> None:
        self._path = path
        self._folder = folder
        self._metadata = metadata
        self._day = day
        self._known = known
        self.problems: list[str] = []
        self.complete = True
        found = files.list_folder(folder).files if names is None else names
        sidecars = {name for name in found if name.endswith(SIDECAR_SUFFIX)}
        others = [name for name in found if name not in sidecars]
        parts = {name: split for name in others if (split := image_name(name))}
        self._parts = parts
        self._beside = set() if day is None else sidecars
        self.stems = {stem for stem, _ in parts.values()}
        self.others = [name for name in found if name not in parts and not is_temporary(name)]
        self.names = sorted(parts, reverse=True)
        self.removed = [entry for name, entry in known.items() if name not in parts]
        self._report_misnamed([name for name in others if name not in parts])

    def _report_misnamed(self, names: list[str]) -> None:
        misnamed = [
            name
            for name in names
            if not is_temporary(name) and image_name(f"x.{name.rpartition('.')[2]}")
        ]
        if misnamed:
            self.problems.append(
                f"{len(misnamed)} images in {self._path} have names that cannot be image ids, "
                f"such as {misnamed[0][:60]!a}. Rename them to 1 to 200 plain characters."
            )

    def look(self) -> Iterator[Looked]:
        """Look at every image; ``removed`` and ``problems`` are whole at the end."""
        for name in self.names:
            before = self._known.get(name)
            try:
                image = files.signature(self._folder, name)
            except FileNotFoundError:  # gone since the folder was listed
                if before is not None:
                    self.removed.append(before)
                continue
            except OSError as error:
                self.problems.append(
                    f"{self._path}/{name} cannot be read: {error.strerror or error}."
                )
                self.complete = False
                continue
            yield self._compare(name, image, before)

    def _compare(self, name: str, image: Signature, before: FileEntry | None) -> Looked:
        stem, file_format = self._parts[name]
        file = stem + SIDECAR_SUFFIX
        place, folder = self._place(file)
        if before is not None and (before.size_bytes, before.modified_ns) == image:
            was = (before.sidecar, before.sidecar_bytes, before.sidecar_ns)
            if was == _sidecar_state(place, folder, file):
                return before, None
        place, (size, changed), fields, problem = self._read_sidecar(place, folder, file)
        created_us = fields.created_us
        if created_us is None:
            created_us = to_microseconds(id_moment(stem) or local_time(image.modified_ns))
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
            file_format,
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
        return before, row

    def _place(self, file: str) -> tuple[int, int | None]:
        """Where an image's sidecar is or may be, and the descriptor of that folder."""
        if file in self._beside:
            return BESIDE, self._folder
        return IN_METADATA, self._metadata

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
            self.complete = False
            return (
                place,
                _ABSENT,
                _NOTHING,
                f"The sidecar cannot be read: {error.strerror or error}.",
            )
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
