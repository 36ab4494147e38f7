"""Stores whose images are as old as a story needs, counted from now."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from tests.stores import make_image


def aged(base: Path, days_old: int, count: int = 1, extra: bytes = b"") -> list[Path]:
    """Add images of that age to a store; ``extra`` bytes make each as much larger."""
    made = []
    for number in range(count):
        created = datetime.now() - timedelta(days=days_old, minutes=10 + number)
        path = make_image(base, created, seed=days_old * 1000 + number)
        if extra:
            path.write_bytes(path.read_bytes() + extra)
        made.append(path)
    return made


def in_trash(base: Path) -> list[Path]:
    """Every image file in a store's trash, by walking it."""
    every = (base / "contact-sheet" / "trash").rglob("*")
    return [path for path in every if path.suffix in {".png", ".jpg", ".webp"}]
