"""Makes the small store that a newcomer is shown: ``python -m resources.sample DEST``.

Sixty painted pictures over the three weeks that end today, filed as servers file them: most in
the dated layout, a few in the flat one. All but the dates is the same every time.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image

from resources import sample_pictures
from resources.sample_paint import PALETTES, Palette, Size

Motif = Callable[[random.Random, Size, Palette], Image.Image]
MOTIFS: tuple[tuple[Motif, str], ...] = (
    (sample_pictures.mountains, "Layered mountain ridges fading into haze"),
    (sample_pictures.silk, "Flowing silk, soft gradients without an edge"),
    (sample_pictures.city, "A quiet city skyline with lit windows and a full moon"),
    (sample_pictures.tiles, "A Bauhaus wall of circles, quarters and triangles"),
    (sample_pictures.aurora, "Northern lights mirrored in a still lake"),
    (sample_pictures.facets, "A low-poly sheet of folded paper"),
    (sample_pictures.planet, "A banded gas giant with a thin ring"),
    (sample_pictures.contours, "A topographic map of an imaginary island"),
    (sample_pictures.waves, "Seigaiha waves, block print on handmade paper"),
    (sample_pictures.seeds, "The golden spiral of a sunflower, dot by dot"),
)
IMAGES = len(MOTIFS) * len(PALETTES)
DAYS = 21
FLAT = 4  # the oldest few are in the layout of older servers
SIZES = ((1024, 1024), (1024, 1024), (1216, 832), (832, 1216))
FORMATS = ("jpeg", "png", "jpeg", "webp", "jpeg")
SAVE_OPTIONS: dict[str, dict[str, int]] = {
    "jpeg": {"quality": 88},
    "png": {"compress_level": 1},
    "webp": {"quality": 84, "method": 0},
}
MODELS = (
    ("gpt-image-1", "openai", 0.042),
    ("imagen-4", "gemini", 0.04),
    ("gpt-image-1", "openai", 0.167),
    ("imagen-4-ultra", "gemini", 0.06),
    ("dall-e-3", "openai", 0.08),
)
FINISHES = (
    "wide format, muted grain",
    "flat shapes, crisp edges, no text",
    "calm composition with a lot of room",
    "as a screen print in five colours",
    "for the cover of a notebook",
    "in the manner of a travel poster, generous margins, nothing in the lower left corner so that "
    "a title can be set there",
)


def write_sample_store(base: Path, now: datetime) -> None:
    """Write the sample store; its newest image is a few minutes older than ``now`` (local time).

    The store appears at ``base`` only once it is complete.

    Raises:
        FileExistsError: There is something in ``base`` already.
    """
    if base.exists() and any(base.iterdir()):
        raise FileExistsError(f"{base} is not empty: choose an empty or a new folder.")
    base.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{base.name}-", dir=base.parent))
    try:
        draft.chmod(0o755)  # mkdtemp's is for its owner alone
        for folder in ("images", "metadata", "cache", "logs"):
            (draft / folder).mkdir()
        rng = random.Random(1024)  # noqa: S311 - the same pictures every time, nothing secret
        works = zip(_moments(rng, now), _subjects(rng), strict=True)
        for number, (created, (paint, prompt, palette)) in enumerate(works):
            size = rng.choice(SIZES)
            flat = number >= IMAGES - FLAT
            _write_image(draft, paint(rng, size, palette), prompt, created, flat, rng)
        draft.replace(base)
    except BaseException:
        shutil.rmtree(draft)
        raise


def _moments(rng: random.Random, now: datetime) -> list[datetime]:
    """When each image was made, newest first: every day has some, the newest days have more."""
    oldest, today = timedelta(days=DAYS - 1), 6
    moments = [now - timedelta(minutes=4 + 9 * number) for number in range(today)]
    for number in range(IMAGES - today):
        age = oldest * (number / (IMAGES - today)) ** 1.3
        moments.append(now - age - timedelta(seconds=rng.randrange(3600, 30_000)))
    return sorted(moments, reverse=True)


def _subjects(rng: random.Random) -> list[tuple[Motif, str, Palette]]:
    """Every motif in every palette, with a prompt; ten in a row are ten motifs."""
    subjects: list[tuple[Motif, str, Palette]] = []
    for turn in range(len(PALETTES)):
        deal = list(enumerate(MOTIFS))
        rng.shuffle(deal)
        for place, (paint, subject) in deal:
            palette = PALETTES[(place + turn) % len(PALETTES)]
            subjects.append((paint, f"{subject}, {palette.word}, {rng.choice(FINISHES)}", palette))
    return subjects


def _write_image(
    base: Path,
    picture: Image.Image,
    prompt: str,
    created: datetime,
    flat: bool,
    rng: random.Random,
) -> None:
    """Save one image and its sidecar, in the flat or the dated layout."""
    file_format = rng.choice(FORMATS)
    model, provider, cost = rng.choice(MODELS)
    image_id = f"img_{created:%Y%m%d%H%M%S}_{rng.getrandbits(48):012x}"
    folder = base / "images" if flat else base / "images" / f"{created:%Y/%m/%d}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{image_id}.{file_format}"
    picture.save(path, file_format, **SAVE_OPTIONS[file_format])

    sidecar = base / "metadata" / f"{image_id}.json" if flat else path.with_suffix(".json")
    size_bytes, dimensions = path.stat().st_size, f"{picture.width}x{picture.height}"
    filed: dict[str, Any] = {"image_id": image_id, "created_at": created.isoformat()}
    if flat:
        filed |= {"file_size": size_bytes, "format": file_format}
    else:
        filed["file_info"] = {
            "filename": path.name,
            "size_bytes": size_bytes,
            "format": file_format.upper(),
            "path": f"/srv/storage/{path.relative_to(base).as_posix()}",
            "dimensions": dimensions,
        }
        filed["task_id"] = f"task_{created:%Y%m%d%H%M%S}_{rng.getrandbits(48):012x}"
    asked = {
        "prompt": prompt,
        "model": model,
        "provider": provider,
        "parameters": {
            "size": dimensions,
            "quality": rng.choice(("auto", "medium", "high")),
            "style": rng.choice(("vivid", "natural")),
            "output_format": file_format,
        },
        "cost_info": {"provider": provider, "model": model, "estimated_cost_usd": cost},
    }
    sidecar.write_text(json.dumps(filed | asked, indent=2), encoding="utf-8")


def main() -> None:
    """Write the sample store into the folder named on the command line."""
    parser = argparse.ArgumentParser(description="Make a small sample store.")
    parser.add_argument("dest", type=Path, metavar="DEST", help="an empty or a new folder")
    dest: Path = parser.parse_args().dest
    try:
        write_sample_store(dest, datetime.now())
    except OSError as error:
        sys.exit(f"No sample store could be made: {error}")
    sys.stdout.write(f"{IMAGES} sample images are in {dest}\n")


if __name__ == "__main__":
    main()
