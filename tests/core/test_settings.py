"""Settings: environment over the store's file over the defaults, all of it checked."""

import json

import pytest

from core import StorageSettings
from core.errors import InvalidSettings, StoreNotFound, StoreNotWritable
from core.settings import environment_fields, save


def settings_file(base):
    file = base / "contact-sheet" / "settings.json"
    file.parent.mkdir(exist_ok=True)
    return file


def test_the_defaults_are_the_servers():
    settings = StorageSettings()
    assert settings.base_path == "./storage"
    assert settings.retention_days == 30
    assert settings.max_size_gb == 10.0
    assert settings.cleanup_interval_hours == 24
    assert settings.create_subdirectories is True
    assert settings.file_permissions == "644"
    assert settings.max_bytes == 10 * 1024**3


def test_ours_change_nothing_unless_asked():
    settings = StorageSettings()
    assert (settings.trash_days, settings.trash_max_bytes) == (30, None)
    assert settings.automatic_cleanup is False
    assert StorageSettings(trash_max_gb=0.5).trash_max_bytes == 512 * 1024**2


def test_a_path_object_is_a_base_path(tmp_path):
    assert StorageSettings(base_path=tmp_path).base_path == str(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("base_path", ""),
        ("base_path", 3),
        ("base_path", "a\0b"),
        ("retention_days", 0),
        ("retention_days", 2.5),
        ("retention_days", True),
        ("retention_days", "30"),
        ("max_size_gb", 0),
        ("max_size_gb", float("nan")),
        ("max_size_gb", float("inf")),
        ("cleanup_interval_hours", -1),
        ("create_subdirectories", "yes"),
        ("trash_days", 0),
        ("trash_days", 1.5),
        ("trash_max_gb", -0.5),
        ("trash_max_gb", True),
        ("automatic_cleanup", 1),
        ("file_permissions", "999"),
        ("file_permissions", "044"),
        ("file_permissions", 644),
        ("file_permissions", "644\n"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(name, value):
    with pytest.raises(InvalidSettings, match=name) as caught:
        StorageSettings(**{name: value})
    assert isinstance(caught.value, ValueError)


def test_the_environment_wins_over_the_file_and_the_file_over_the_defaults(tmp_path):
    settings_file(tmp_path).write_text(
        json.dumps({"retention_days": 5, "max_size_gb": 50, "someone_else": {"a": 1}})
    )
    environ = {"STORAGE__RETENTION_DAYS": "7", "storage__create_subdirectories": "false", "X": "1"}
    settings = StorageSettings.load(tmp_path, environ)
    assert settings.retention_days == 7
    assert settings.max_size_gb == 50
    assert settings.create_subdirectories is False
    assert settings.cleanup_interval_hours == 24
    assert settings.base_path == str(tmp_path)


def test_the_environment_says_where_the_store_is(tmp_path):
    settings_file(tmp_path).write_text('{"retention_days": 5, "base_path": "/elsewhere"}')
    settings = StorageSettings.load(environ={"STORAGE__BASE_PATH": str(tmp_path)})
    assert settings.base_path == str(tmp_path)
    assert settings.retention_days == 5


@pytest.mark.parametrize("content", ["{", "[1]", "\xff", '{"retention_days": "soon"}'])
def test_a_file_that_cannot_be_used_is_named(tmp_path, content):
    settings_file(tmp_path).write_bytes(content.encode("latin-1"))
    with pytest.raises(InvalidSettings, match=r"settings\.json"):
        StorageSettings.load(tmp_path, {})


def test_a_variable_that_cannot_be_used_is_named(tmp_path):
    with pytest.raises(InvalidSettings, match="STORAGE__RETENTION_DAYS"):
        StorageSettings.load(tmp_path, {"STORAGE__RETENTION_DAYS": "many"})


def test_what_is_saved_is_loaded_and_keys_of_others_survive(tmp_path):
    file = settings_file(tmp_path)
    file.write_text('{"retention_days": 5, "someone_else": {"a": [1, "ü"]}}')
    settings = StorageSettings(
        base_path=str(tmp_path), retention_days=9, max_size_gb=2.5, file_permissions="600"
    )
    save(settings, {})
    assert StorageSettings.load(tmp_path, {}) == settings
    content = json.loads(file.read_bytes())
    assert content["someone_else"] == {"a": [1, "ü"]}
    assert "base_path" not in content
    assert [path.name for path in file.parent.iterdir()] == ["settings.json"]


def test_the_first_save_makes_the_file(tmp_path):
    save(StorageSettings(base_path=str(tmp_path)), {})
    assert StorageSettings.load(tmp_path, {}) == StorageSettings(base_path=str(tmp_path))


def test_what_the_environment_holds_is_known_and_not_saved(tmp_path):
    environ = {
        "STORAGE__RETENTION_DAYS": "7",
        "storage__max_size_gb": "3",
        "STORAGE__X": "",
        "A": "",
    }
    assert environment_fields(environ) == {"retention_days", "max_size_gb"}
    assert environment_fields({}) == frozenset()
    settings_file(tmp_path).write_text('{"retention_days": 5}')
    save(StorageSettings.load(tmp_path, environ), environ)
    without = StorageSettings.load(tmp_path, {})
    assert (without.retention_days, without.max_size_gb) == (5, 10.0)


@pytest.mark.parametrize("content", ["{", "[1]", ""])
def test_a_file_that_cannot_be_used_is_not_overwritten(tmp_path, content):
    settings_file(tmp_path).write_text(content)
    with pytest.raises(InvalidSettings, match=r"settings\.json"):
        save(StorageSettings(base_path=str(tmp_path)), {})
    assert settings_file(tmp_path).read_text() == content


def test_settings_that_cannot_be_saved_say_where(tmp_path):
    with pytest.raises(StoreNotFound, match="none"):
        save(StorageSettings(base_path=str(tmp_path / "none")), {})
    (tmp_path / "contact-sheet").write_text("a file is in the way")
    with pytest.raises(StoreNotWritable, match=r"settings\.json cannot be written"):
        save(StorageSettings(base_path=str(tmp_path)), {})
