"""Small stores on disk, written as servers write them, and the truth about them by brute force."""

from __future__ import annotations

import io
import json
import random
import re
from collections import defaultdict
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw

NEWEST = datetime(2026, 11, 20, 18, 0, 0)
SIZES = ((48, 32), (64, 64), (96, 128), (256, 170))
FORMATS = {"png": "png", "jpeg": "jpeg", "jpg": "jpeg", "webp": "webp"}  # extension: format
IMAGE_SUFFIXES = {f".{extension}" for extension in FORMATS} | {".gif", ".avif", ".tiff", ".bmp"}
MODELS = (("gpt-image-1", "openai"), ("imagen-4", "gemini"), ("dall-e-3", "openai"))
NOUNS = ("lighthouse", "otter", "teapot", "glacier", "orchid", "violinist", "harbour", "fox")

TIMED_ID = re.compile(r"img_(\d{8})(\d{6})_[0-9a-f]{12}")


@cache
def picture(extension: str, size: tuple[int, int], hue: int) -> bytes:
    """Return an encoded image: two discs on a ground of the given hue (0 to 255)."""
    image = Image.new("HSV", size, (hue, 160, 90)).convert("RGB")
    draw = ImageDraw.Draw(image)
    width, height = size
    draw.ellipse((width * 0.1, height * 0.2, width * 0.6, height * 0.8), fill=(240, 200, 120))
    draw.ellipse((width * 0.5, height * 0.4, width * 0.9, height * 0.9), fill=(60, 120, 200))
    out = io.BytesIO()
    image.save(out, FORMATS[extension])
    return out.getvalue()


def make_image(
    base: Path,
    created: datetime,
    *,
    flat: bool = False,
    extension: str = "png",
    size: tuple[int, int] = (64, 64),
    prompt: str = "A teapot at dawn",
    seed: int = 0,
    sidecar: bool = True,
) -> Path:
    """Add one image with its true sidecar to a store; return the image's path."""
    rng = random.Random(f"{created}{seed}")
    image_id = f"img_{created:%Y%m%d%H%M%S}_{rng.getrandbits(48):012x}"
    folder = base / "images" if flat else base / "images" / f"{created:%Y/%m/%d}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{image_id}.{extension}"
    path.write_bytes(picture(extension, size, rng.randrange(0, 256, 32)))
    if sidecar:
        beside = base / "metadata" / f"{image_id}.json" if flat else path.with_suffix(".json")
        beside.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(_described(rng, path, created, flat, size, prompt), indent=2))
    return path


def _described(
    rng: random.Random,
    path: Path,
    created: datetime,
    flat: bool,
    size: tuple[int, int],
    prompt: str,
) -> dict[str, object]:
    shape, size_bytes = f"{size[0]}x{size[1]}", path.stat().st_size
    model, provider = rng.choice(MODELS)
    filed: dict[str, object] = {"image_id": path.stem, "created_at": created.isoformat()}
    file_format = FORMATS[path.suffix[1:]]
    if flat:
        filed |= {"file_size": size_bytes, "format": file_format}
    else:
        filed["file_info"] = {
            "filename": path.name,
            "size_bytes": size_bytes,
            "format": file_format.upper(),
            "path": f"/srv/storage/images/{created:%Y/%m/%d}/{path.name}",
            "dimensions": shape,
        }
        filed["task_id"] = f"task_{created:%Y%m%d%H%M%S}_{rng.getrandbits(48):012x}"
    return filed | {
        "prompt": prompt,
        "model": model,
        "provider": provider,
        "parameters": {"size": shape, "quality": "high", "output_format": file_format},
        "cost_info": {"model": model, "estimated_cost_usd": round(rng.uniform(0.01, 0.19), 4)},
    }


def make_store(
    base: Path,
    images: int = 40,
    days: int = 6,
    flat_share: float = 0.2,
    seed: int = 7,
    newest: datetime = NEWEST,
) -> Path:
    """Write a store of tiny images over the ``days`` that end at ``newest``; return ``base``.

    The same arguments give the same store. Every day has an image if there are enough of them.
    """
    rng = random.Random(seed)
    for folder in ("images", "metadata", "cache", "logs"):
        (base / folder).mkdir(parents=True, exist_ok=True)
    for number in range(images):
        back = timedelta(days=number % days, seconds=rng.randrange(3600 * 12))
        make_image(
            base,
            (newest - back).replace(microsecond=rng.randrange(1_000_000)),
            flat=rng.random() < flat_share,
            extension=rng.choice(list(FORMATS)),
            size=rng.choice(SIZES),
            prompt=f"A picture of a {rng.choice(NOUNS)} and a {rng.choice(NOUNS)}, study {number}",
            seed=number,
        )
    return base


def image_files(base: Path) -> list[Path]:
    """Every image file of a store, by walking it."""
    files = (path for path in (base / "images").rglob("*") if path.is_file())
    return sorted(path for path in files if path.suffix.lower() in IMAGE_SUFFIXES)


def sidecar_of(base: Path, path: Path) -> Path:
    """Where the sidecar of an image belongs."""
    flat = path.parent == base / "images"
    return base / "metadata" / f"{path.stem}.json" if flat else path.with_suffix(".json")


def created_at(base: Path, path: Path) -> datetime:
    """When an image was made: by its sidecar, else its id, else its modification time."""
    sidecar = sidecar_of(base, path)
    if sidecar.exists():
        return datetime.fromisoformat(json.loads(sidecar.read_bytes())["created_at"])
    if timed := TIMED_ID.fullmatch(path.stem):
        return datetime.fromisoformat(f"{timed[1]}T{timed[2]}")
    return datetime.fromtimestamp(path.stat().st_mtime)


def totals_by_day(base: Path) -> dict[int, tuple[int, int]]:
    """Images and their bytes under each day (``date.toordinal()``), read from the disk."""
    totals: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for path in image_files(base):
        day = created_at(base, path).toordinal()
        images, size_bytes = totals[day]
        totals[day] = (images + 1, size_bytes + path.stat().st_size)
    return dict(totals)


def total_bytes(base: Path) -> int:
    """Bytes of all image files of a store."""
    return sum(path.stat().st_size for path in image_files(base))


def newest_first(base: Path) -> list[Path]:
    """Every image file of a store, the newest first (no two are of the same moment)."""
    return sorted(image_files(base), key=lambda path: created_at(base, path), reverse=True)
