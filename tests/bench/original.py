"""The way of the server's own storage manager, written afresh: every question reads every file.

It asks through aiofiles, one file after the other, and knows nothing of the last time.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiofiles


async def storage_stats(base: Path) -> dict[str, Any]:
    """Count the images, their bytes, and when the first and the last were made."""
    count, size, times = 0, 0, []
    for path in (base / "images").rglob("*"):
        if path.is_file() and path.suffix != ".json":
            found = path.stat()
            count += 1
            size += found.st_size
            times.append(datetime.fromtimestamp(found.st_ctime))
    return {
        "total_images": count,
        "storage_usage_mb": round(size / 1024**2, 2),
        "oldest_image": min(times).isoformat(),
        "newest_image": max(times).isoformat(),
    }


async def recent_images(base: Path, limit: int, days: int) -> list[dict[str, Any]]:
    """List the newest images' metadata."""
    since = (datetime.now() - timedelta(days=days)).isoformat()
    found = [each for each in await _all_metadata(base) if each["created_at"] >= since]
    return sorted(found, key=lambda each: each["created_at"], reverse=True)[:limit]


async def list_images(base: Path, limit: int) -> list[dict[str, Any]]:
    """List images' metadata, newest first."""
    found = await _all_metadata(base)
    return sorted(found, key=lambda each: each["created_at"], reverse=True)[:limit]


async def old_images(base: Path, days: int) -> list[Path]:
    """List what a clean-up by age removes."""
    now, found = datetime.now(), []
    for path in (base / "images").rglob("*.*"):
        beside = path.with_suffix(".json")
        if path.suffix == ".json" or not beside.exists():
            continue
        metadata = await _metadata(beside)
        if (now - datetime.fromisoformat(metadata["created_at"])).days > days:
            found.append(path)
    return found


async def _all_metadata(base: Path) -> list[dict[str, Any]]:
    folders = (base / "images").rglob("*.json"), (base / "metadata").glob("*.json")
    return [await _metadata(path) for paths in folders for path in paths]


async def _metadata(path: Path) -> dict[str, Any]:
    async with aiofiles.open(path) as file:
        metadata: dict[str, Any] = json.loads(await file.read())
    return metadata
