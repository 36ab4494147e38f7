"""The loop: what holds it up while the program works, and while a person uses a large store."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from core.places import store_cache_folder
from tests.bench import store
from tests.bench.grid import OFFSCREEN
from tests.bench.timing import Line, Measured, Scale, at_most, by_turns, figures, limit

IMPORTED = 1_000
TIMES = 30  # what a person does is done so often
BYTES_AN_IMAGE = 24
MEMORY = 297  # MB: one and a half times that of gThumb with 950 images
ENOUGH_TO_SEE = 200_000  # images, for bytes an image to stand out from what else varies


def importing(root: Path, scale: Scale) -> Iterator[Measured]:
    """Importing with thumbnails while the grid scrolls, beside the idle loop."""
    base = root / "importing"
    shutil.rmtree(base, ignore_errors=True)
    shutil.copytree(store.large_store(root, scale.few), base)
    sources = store.pool_files(root, "jpeg")
    new = store.unique_images(root / "to-import", sources, scale.some(IMPORTED, 10))
    found = figures("session", "import", base, new, **OFFSCREEN)
    for used in (base, new, store_cache_folder(base)):
        shutil.rmtree(used)
    name = "gap of the loop while importing and scrolling, p99.9, ms (idle loop)"
    yield Line(name, found["busy"], found["idle"], limit(16))


def opening(root: Path, scale: Scale) -> Iterator[Measured]:
    """The first screenful of a large store, beside that of a small one; and its memory."""
    large, few = (store.large_store(root, count) for count in (scale.images, scale.few))
    for each in () if scale.short else (large, few):
        figures("session", "first", each, **OFFSCREEN)  # with catalogue and thumbnails from now on
    memory: dict[Path, list[float]] = {large: [], few: []}

    def first(base: Path) -> float:
        found = figures("session", "first", base, **OFFSCREEN)
        memory[base].append(found["resident"])
        return 1000 * float(found["seconds"])

    rounds = scale.some(5, 1)
    ours, beside = by_turns(rounds, lambda: first(large), lambda: first(few))
    yield Line(f"first screenful, ms (of {scale.few:,})", ours, beside, at_most(1.2))
    more = sorted(memory[large])[rounds // 2] - sorted(memory[few])[rounds // 2]
    if scale.images >= ENOUGH_TO_SEE or scale.short:
        each_image = more / max(scale.images - scale.few, 1)
        name = "memory per extra image, window and catalogue, bytes (limit)"
        yield Line(name, each_image, BYTES_AN_IMAGE, limit(BYTES_AN_IMAGE))


def using(root: Path, scale: Scale) -> Iterator[Measured]:
    """What a person does with a large store: frames, gaps and memory, beside their limits."""
    base = store.large_store(root, scale.images)
    new = store.unique_images(root / "ten", store.pool_files(root, "jpeg"), 10)
    found = figures("session", "use", base, new, scale.some(TIMES, 2), **OFFSCREEN)
    memory = found.pop("memory")["resident"] / 2**20
    for name, each in found.items():
        frame, gap = f"{name}: frame p99, ms (work)", f"{name}: longest gap, ms (most work in one)"
        yield Line(frame, each["frame"], each["frame work"], limit(16))
        yield Line(gap, each["gap"], each["work"], limit(50))
    yield Line("the window's memory after all this, MB (limit)", memory, MEMORY, limit(MEMORY))


GROUPS = (opening, using, importing)
