"""Stores of any size, made once and used again: a few real images under many names.

A million images take some minutes and 5 GB, nearly all of it their sidecars: the pixels are hard
links to a few dozen files.
"""

from __future__ import annotations

import io
import os
import random
import shutil
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import platformdirs
from PIL import Image, ImageDraw

VERSION = "4"  # of what is made here: another one makes the stores anew
POOL = 40
TASKS = 16
SPAN_DAYS = 1096
SIZES = ((1024, 1024), (1536, 1024), (1024, 1536))
FORMATS = ("png",) * 8 + ("jpeg", "webp")
OPTIONS = {"png": {"compress_level": 4}, "jpeg": {"quality": 90}, "webp": {"quality": 85}}
MODELS = (("gpt-image-1", "openai"), ("imagen-4", "gemini"), ("dall-e-3", "openai"))
NOUNS = ("lighthouse", "otter", "teapot", "glacier", "orchid", "violinist", "harbour", "fox")
PLACES = ("at dawn", "in heavy rain", "under neon light", "on a wooden table", "in thick fog")
DAY = datetime(2026, 11, 20)
SIDECAR = """{{
  "image_id": "{image_id}",
  "created_at": "{created}",
  "file_info": {{
    "filename": "{image_id}.{extension}",
    "size_bytes": {size_bytes},
    "format": "{format}",
    "path": "/srv/storage/{path}",
    "dimensions": "{shape}"
  }},
  "task_id": "task_{task:032x}",
  "prompt": "{prompt}",
  "model": "{model}",
  "provider": "{provider}",
  "parameters": {{
    "size": "{shape}",
    "quality": "high",
    "style": "vivid",
    "output_format": "{extension}"
  }},
  "cost_info": {{
    "provider": "{provider}",
    "model": "{model}",
    "estimated_cost_usd": {cost:.4f}
  }}
}}"""


def folder() -> Path:
    """Return where the benchmark keeps what it makes."""
    return platformdirs.user_cache_path("contact-sheet-benchmark", appauthor=False)


def use_own_home(root: Path) -> None:
    """Keep the person's caches and settings out of it; for this process and those it starts."""
    for kind in ("CACHE", "CONFIG", "DATA", "STATE"):
        home = root / "home" / kind.lower()
        home.mkdir(parents=True, exist_ok=True)
        os.environ[f"XDG_{kind}_HOME"] = str(home)


def large_store(root: Path, images: int) -> Path:
    """Return a store of so many images over three years, more of them on the newest days."""
    days = min(SPAN_DAYS, max(images // 10, 1))
    return _made(root, f"store-{images}", images, days)


def day_store(root: Path, images: int) -> Path:
    """Return a store whose images are all of one day."""
    return _made(root, f"day-{images}", images, 1)


def day_folder(store: Path) -> Path:
    """Return the folder of the newest day."""
    return max((store / "images").glob("*/*/*/"))


def pool_files(root: Path, extension: str) -> list[Path]:
    """Return the real images of one format."""
    return sorted(_pool(root).glob(f"*.{extension}"))


def unique_images(target: Path, sources: list[Path], count: int) -> Path:
    """Write so many images, no two of the same content, into a new folder."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for number in range(count):
        source = sources[number % len(sources)]
        content = source.read_bytes() + os.urandom(16)  # decoders stop where the image ends
        (target / f"{number:05}{source.suffix}").write_bytes(content)
    return target


def _made(root: Path, name: str, images: int, days: int) -> Path:
    store, mark = root / name, root / name / "logs" / "complete"
    if mark.exists() and mark.read_text() == VERSION:
        return store
    shutil.rmtree(store, ignore_errors=True)
    for part in ("images", "metadata", "cache", "logs"):
        (store / part).mkdir(parents=True)
    pool = _own_pool(_pool(root), store)
    shares = [(task, images * task // TASKS, images * (task + 1) // TASKS) for task in range(TASKS)]
    with ProcessPoolExecutor(os.cpu_count()) as processes:
        for done in [processes.submit(_fill, store, pool, days, *share) for share in shares]:
            done.result()
    shutil.rmtree(store / "cache" / "pool")
    mark.write_text(VERSION)
    return store


def _own_pool(pool: Path, store: Path) -> list[tuple[str, str, int]]:
    """Copy the pool, since a file can have only some 65,000 names; name, shape and bytes."""
    own = store / "cache" / "pool"
    shutil.copytree(pool, own)
    found = []
    for path in sorted(own.iterdir()):
        with Image.open(path) as image:
            found.append((str(path), f"{image.width}x{image.height}", path.stat().st_size))
    return found


def _fill(
    store: Path, pool: list[tuple[str, str, int]], days: int, task: int, first: int, stop: int
) -> None:
    rng = random.Random(task)
    known: set[str] = set()
    for _ in range(first, stop):
        # Busy days and quiet ones: the square pulls images towards the newest.
        back = timedelta(days=int(days * rng.random() ** 2))
        created = DAY - back + timedelta(microseconds=rng.randrange(86_400_000_000))
        image_id = f"img_{created:%Y%m%d%H%M%S}_{rng.getrandbits(48):012x}"
        linked, shape, size_bytes = rng.choice(pool)
        extension = linked.rpartition(".")[2]
        flat = days > 1 and rng.random() < 0.05
        within = "images" if flat else f"images/{created:%Y/%m/%d}"
        if within not in known:
            (store / within).mkdir(parents=True, exist_ok=True)
            known.add(within)
        model, provider = rng.choice(MODELS)
        written = SIDECAR.format(
            image_id=image_id,
            created=created.isoformat(),
            extension=extension,
            size_bytes=size_bytes,
            format=extension.upper(),
            path=f"{within}/{image_id}.{extension}",
            shape=shape,
            task=rng.getrandbits(128),
            prompt=f"A picture of a {rng.choice(NOUNS)} and a {rng.choice(NOUNS)} "
            f"{rng.choice(PLACES)}, study {rng.randrange(10_000)}",
            model=model,
            provider=provider,
            cost=rng.uniform(0.01, 0.19),
        )
        os.link(linked, f"{store}/{within}/{image_id}.{extension}")
        beside = "metadata" if flat else within
        (store / beside / f"{image_id}.json").write_text(written)


def make_pool(root: Path, count: int = POOL, shrunk: int = 1) -> None:
    """Make the real images, where they are not there yet.

    Args:
        root: Where the benchmark keeps what it makes.
        count: How many.
        shrunk: Divides their sides.
    """
    if not _pool(root).exists():
        made = root / "pool-unfinished"
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        rng = random.Random(7)
        for number in range(count):
            extension = FORMATS[number % len(FORMATS)]
            width, height = rng.choice(SIZES)
            content = _encoded(_picture(rng, (width // shrunk, height // shrunk)), extension)
            (made / f"{number:02}.{extension}").write_bytes(content)
        made.rename(_pool(root))


def _pool(root: Path) -> Path:
    return root / f"pool-{VERSION}"


def _picture(rng: random.Random, size: tuple[int, int]) -> Image.Image:
    """Paint discs on a gradient, with grain so that it compresses as a photograph does."""
    width, height = size
    ground = Image.new("RGB", (2, 3))
    ground.putdata([tuple(rng.randrange(20, 230) for _ in range(3)) for _ in range(6)])
    image = ground.resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        x, y, radius = rng.randrange(width), rng.randrange(height), rng.randrange(30, 260)
        colour = tuple(rng.randrange(256) for _ in range(3))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    grain = Image.frombytes("L", (512, 512), rng.randbytes(512 * 512)).resize(size)
    grain = grain.point([value // 4 for value in range(256)])
    return Image.blend(image, Image.merge("RGB", (grain,) * 3), 0.3)


def _encoded(image: Image.Image, extension: str) -> bytes:
    out = io.BytesIO()
    image.save(out, extension, **OPTIONS[extension])
    return out.getvalue()
