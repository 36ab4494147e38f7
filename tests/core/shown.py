"""What the program shows of a store, by a scan of its own."""

from __future__ import annotations

import json
from pathlib import Path

from core.catalog import open_catalog
from core.scanner import scan_job


def shown_images(base: Path, cache: Path) -> dict[str, tuple[bytes, dict[str, object] | None]]:
    """Scan a store; returns each image's path with its bytes and its sidecar, which must be whole.

    A folder for the catalogue that was used before saves making another.
    """
    cache.mkdir(exist_ok=True)
    for _ in scan_job(str(base), str(cache / "catalog.db"), True):
        pass
    catalog = open_catalog(cache / "catalog.db", base)
    try:
        found = {}
        for record in catalog.newest():
            assert record.sidecar_problem is None
            path = record.sidecar_path
            sidecar = None if path is None else json.loads((base / path).read_bytes())
            found[record.path] = ((base / record.path).read_bytes(), sidecar)
        return found
    finally:
        catalog.close()
