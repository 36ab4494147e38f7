"""What a folder of a store holds besides images and their sidecars.

A sidecar without its image may be cleaned up, so only what surely is one counts: its name has the
form of the ids that servers make, or it is a JSON object that names the same image as its own
name does. Everything else is unknown, and nobody's to touch.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from core import files
from core.changes import Leftovers
from core.layout import SIDECAR_SUFFIX, id_moment, is_image_id, is_temporary
from core.sidecar import LARGEST_SIDECAR, is_sidecar_of


def find_strays(
    folder: int, names: Iterable[str], stems: Collection[str], known: Leftovers
) -> Leftovers:
    """Look at the files of a folder that are not images.

    Args:
        folder: Its descriptor.
        names: The files' names.
        stems: The ids of the images whose sidecars belong into this folder.
        known: What was known of it; what did not change since is not read again.
    """
    orphans = {}
    unknown = 0
    for name in names:
        stem = name.removesuffix(SIDECAR_SUFFIX)
        if is_temporary(name) or (stem != name and stem in stems):
            continue
        try:
            found = files.signature(folder, name)
            if stem != name and _is_sidecar(folder, name, stem, found, known):
                orphans[name] = (found.size_bytes, found.modified_ns)
            else:
                unknown += 1
        except FileNotFoundError:
            continue  # gone since the folder was listed
        except OSError:
            unknown += 1
    return Leftovers(orphans, unknown)


def _is_sidecar(
    folder: int, name: str, stem: str, found: files.Signature, known: Leftovers
) -> bool:
    if not is_image_id(stem):
        return False
    if id_moment(stem) or known.orphans.get(name) == found:
        return True
    data, _ = files.read_file(folder, name, LARGEST_SIDECAR)
    return data is not None and is_sidecar_of(stem, data)
