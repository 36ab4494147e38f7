"""An image file and its sidecar on the disk: written, replaced and removed as a pair.

All paths are relative to the store. All functions block, and raise what :mod:`core.durable` does.
Changes of several pairs may take their steps together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from pathlib import Path

from core import durable, layout
from core.errors import StoreNotWritable
from core.steps import Folders, Steps


def writing_new(
    folders: Folders,
    base: Path,
    image: str,
    data: bytes,
    beside: str,
    make_sidecar: Callable[[], bytes],
    *,
    mode: int,
) -> Steps[None]:
    """Write a pair whose names nobody has, in steps.

    The sidecar is made while the image's bytes go to the disk. Both names are made sure of at
    once: of a pair that was not there before, whatever half a crash leaves is harmless, the
    image whole or a sidecar that never shows.
    """
    with (
        durable.unnamed(folders, base, image, data, mode=mode) as new_image,
        durable.unnamed(folders, base, beside, make_sidecar(), mode=mode) as new_sidecar,
    ):
        yield from durable.written(new_image, new_sidecar)
        new_image.take_name()
        named = [image]
        try:
            new_sidecar.take_name()
            named.append(beside)
            yield from durable.named(new_image, new_sidecar)
        except OSError:
            for path in named:
                with suppress(StoreNotWritable):
                    yield from durable.removing(folders, base, path)
            raise


def replacing(
    folders: Folders,
    base: Path,
    image: str,
    data: bytes,
    beside: str,
    sidecar: bytes,
    others: Iterable[str],
    *,
    mode: int,
) -> Steps[list[str]]:
    """Write a pair in place of another: a new sidecar must never be seen with an old image.

    So ``others``, the images of other names that have this sidecar, too, go before it comes.
    Returns those that were there.
    """
    with (
        durable.unnamed(folders, base, image, data, mode=mode) as new_image,
        durable.unnamed(folders, base, beside, sidecar, mode=mode) as new_sidecar,
    ):
        yield from durable.written(new_image, new_sidecar)
        new_image.take_name(replace=True)
        yield from durable.named(new_image)
        gone: list[str] = []
        for other in others:
            was_there = yield from durable.removing(folders, base, other)
            gone += [other] * was_there
        new_sidecar.take_name(replace=True)
        yield from durable.named(new_sidecar)
        return gone


def remove(base: Path, images: Collection[str], keep: Collection[str] = ()) -> list[str]:
    """Remove images, then their sidecars: what a crash leaves is a sidecar that never shows."""
    sidecars = [beside for image in images for beside in layout.sidecar_paths(image)]
    paths = [path for path in dict.fromkeys([*images, *sidecars]) if path not in keep]
    return [path for path in paths if durable.remove_file(base, path)]
