"""What servers call: the names, their arguments, and which of them are coroutines."""

import inspect
import re
import subprocess
import sys

import pytest

import core
from core import ImageStorageManager, StorageSettings

API = {
    "initialize": ("async", ""),
    "close": ("async", ""),
    "generate_image_id": ("", ""),
    "generate_task_id": ("", ""),
    "get_image_path": ("", "image_id, file_format='png'"),
    "get_metadata_path": ("", "image_id"),
    "save_image": ("async", "data, metadata, file_format='png'"),
    "load_image": ("async", "image_id"),
    "store_image": ("async", "image_id, data_or_data_url, metadata"),
    "retrieve_image_bytes": ("async", "image_id"),
    "retrieve_image_data_url": ("async", "image_id"),
    "get_image_metadata": ("async", "image_id"),
    "list_images": ("async", "days=None, limit=None"),
    "get_recent_images": ("async", "limit=10, days=7"),
    "delete_image": ("async", "image_id"),
    "cleanup_old_images": ("async", ""),
    "cleanup_by_size": ("async", ""),
    "cleanup_old_files": ("async", ""),
    "get_storage_stats": ("async", ""),
    "start_cleanup_task": ("async", ""),
    # On top of the original's
    "open": ("async", ""),
    "subscribe": ("", "listener"),
    "totals": ("async", ""),
    "day_totals": ("async", "days=None"),
    "days": ("async", "days=None, *, pinned=False"),
    "records": ("async", "keys"),
    "ordering": ("", ""),
    "search": ("", "query, days=None"),
    "searchable": ("async", ""),
    "search_values": ("async", "field"),
    "summary": ("async", "keys"),
    "statistics": ("", "months=None"),
    "sidecar": ("async", "record"),
    "embedded": ("async", "record"),
    "thumbnails": ("", "images, edge"),
    "prepare_thumbnails": ("async", "images, edge"),
    "picture": ("async", "record, edge=0"),
    "frames": ("", "record, edge, most_bytes=0"),
    "rescan": ("async", "*, full=False"),
    "recheck": ("", ""),
    "cancel_scan": ("async", ""),
    "undo_import": ("async", "report, *, progress=untold, should_stop=never"),
    "trash_images": ("async", "images, reason='', *, progress=untold, should_stop=never"),
    "restore": ("async", "tokens, *, progress=untold, should_stop=never"),
    "export_images": (
        "async",
        "images, folder, *, sidecars=True, progress=untold, should_stop=never",
    ),
    "interrupted": ("async", ""),
    "trashed": ("async", ""),
    "empty_trash": ("async", "receipts=None, *, progress=untold, should_stop=never"),
    "annotate": ("async", "images, change, *, progress=untold, should_stop=never"),
    "plan_prune": ("async", "policy, days=None"),
    "prune_runs": ("async", ""),
    "cleanup_last_run": ("async", ""),
    "apply": ("", "settings"),
    "newest_of": ("async", "keys"),
    "pinned_images": ("async", ""),
    "located": ("async", "paths"),
    "follow": ("", ""),
    "events": ("", ""),
    "find_content": ("async", "sha256"),
    "orphans": ("async", ""),
    "unknown_files": ("async", ""),
    "facet_counter": ("", "query"),
    "unexamined": ("async", ""),
    "examine": ("async", ""),
}
ATTRIBUTES = {
    "base_path",
    "images_path",
    "cache_path",
    "logs_path",
    "settings",
    "missing",
    "read_only",
    "_cleanup_task_running",
}


@pytest.mark.parametrize("name", API)
def test_a_method_has_its_name_and_arguments(name):
    method = getattr(ImageStorageManager, name)
    kind, arguments = API[name]
    assert inspect.iscoroutinefunction(method) is (kind == "async")
    _, *parameters = inspect.signature(method).parameters.values()
    bare = [each.replace(annotation=inspect.Parameter.empty) for each in parameters]
    shown = re.sub(r"<function (\w+) at \w+>", r"\1", str(inspect.Signature(bare)))
    assert shown == f"({arguments})"
    assert inspect.getdoc(method)


def test_attributes_are_there(tmp_path):
    manager = ImageStorageManager(StorageSettings(base_path=str(tmp_path)))
    assert {name for name in ATTRIBUTES if not hasattr(manager, name)} == set()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("prune", ["plan", "progress", "should_stop"]),
        ("run_cleanup", ["progress", "should_stop"]),
    ],
)
def test_long_work_tells_how_far_it_is_and_can_be_stopped(name, expected):
    method = getattr(ImageStorageManager, name)
    assert inspect.iscoroutinefunction(method)
    _, *parameters = inspect.signature(method).parameters.values()
    assert [each.name for each in parameters] == expected
    assert all(each.default is not inspect.Parameter.empty for each in parameters[-2:])


def test_nothing_is_public_that_is_not_listed_here():
    public = {
        name
        for name, member in inspect.getmembers(ImageStorageManager, callable)
        if not name.startswith("_")
    }
    assert public - API.keys() == {"prune", "run_cleanup", "import_images"}


def test_the_settings_have_the_servers_names_and_defaults():
    fields = dict(zip(StorageSettings.__struct_fields__, StorageSettings.__struct_defaults__))  # noqa: B905
    assert fields == {
        "base_path": "./storage",
        "retention_days": 30,
        "max_size_gb": 10.0,
        "cleanup_interval_hours": 24,
        "create_subdirectories": True,
        "file_permissions": "644",
        # On top of the original's
        "trash_days": 30,
        "trash_max_gb": 0,
        "automatic_cleanup": False,
    }


def test_importing_the_package_does_not_load_the_engine():
    code = "import core, sys; sys.exit(any(name.startswith('core.') for name in sys.modules))"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert sorted(core.__all__) == ["ImageStorageManager", "StorageSettings"]
    with pytest.raises(AttributeError, match="nothing"):
        core.nothing  # noqa: B018


def test_what_only_shows_a_store_loads_no_decoder():
    decoders = "{'PIL', 'numpy', 'kornia_rs', 'c2pa'}"
    code = f"import core.manager, sys; sys.exit(bool({decoders} & sys.modules.keys()))"
    subprocess.run([sys.executable, "-c", code], check=True)
