"""An image file and its sidecar on the disk: written, replaced and removed as a pair.

All paths are relative to the store. All functions block, and raise what :mod:`core.durable` does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from pathlib import Path

from core import durable, layout
from core.errors import StoreNotWritable


def write_new(
    base: Path,
    image: str,
    data: bytes,
    beside: str,
    make_sidecar: Callable[[], bytes],
    *,
    mode: int,
) -> None:
    """Write a pair whose names nobody has.

    The sidecar is made while the image's bytes go to the disk. Both names are made sure of at
    once: of a pair that was not there before, whatever half a crash leaves is harmless, the
    image whole or a sidecar that never shows.
    """
    with (
        durable.prepare(base, image, data, mode=mode) as put_image,
        durable.prepare(base, beside, make_sidecar(), mode=mode) as put_sidecar,
    ):
        put_sidecar.wait()
        put_image.wait()
        put_image.name()
        named = [image]
        try:
            put_sidecar.name()
            named.append(beside)
            put_sidecar.sync_name()
            if image.rpartition("/")[0] != beside.rpartition("/")[0]:
                put_image.sync_name()
        except OSError:
            for path in named:
                with suppress(StoreNotWritable):
                    durable.remove_file(base, path)
            raise


def replace(
    base: Path,
    image: str,
    data: bytes,
    beside: str,
    sidecar: bytes,
    others: Iterable[str],
    *,
    mode: int,
) -> list[str]:
    """Write a pair in place of another: a new sidecar must never be seen with an old image.

    So ``others``, the images of other names that have this sidecar, too, go before it comes.
    Returns those that were there.
    """
    with (
        durable.prepare(base, image, data, mode=mode) as put_image,
        durable.prepare(base, beside, sidecar, mode=mode) as put_sidecar,
    ):
        put_sidecar.wait()
        put_image(replace=True)
        gone = [other for other in others if durable.remove_file(base, other)]
        put_sidecar.name(replace=True)
        put_sidecar.sync_name()
        return gone


def remove(base: Path, images: Collection[str], keep: Collection[str] = ()) -> list[str]:
    """Remove images, then their sidecars: what a crash leaves is a sidecar that never shows."""
    sidecars = [beside for image in images for beside in layout.sidecar_paths(image)]
    paths = [path for path in dict.fromkeys([*images, *sidecars]) if path not in keep]
    return [path for path in paths if durable.remove_file(base, path)]
