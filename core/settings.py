"""The settings of one store: environment over the store's own file over the defaults."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from core import durable
from core.errors import InvalidSettings

SETTINGS_FILE = "contact-sheet/settings.json"
ENVIRONMENT_PREFIX = "STORAGE__"


class Range(NamedTuple):
    """What a number of the settings may be: from ``least`` to ``most``, perhaps ``whole``."""

    least: float
    most: float
    whole: bool = False


RANGES: Final = {
    "retention_days": Range(1, 36_500, whole=True),
    "max_size_gb": Range(0.001, 1_000_000),
    "cleanup_interval_hours": Range(0.001, 8760),
    "trash_days": Range(1, 36_500, whole=True),
    "trash_max_gb": Range(0, 1_000_000),
}


class StorageSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a store is kept; every value is checked when it is made.

    Attributes:
        base_path: The store's folder; a leading ``~`` is the person's home.
        retention_days: Images older than this many days may be cleaned up; at least 1.
        max_size_gb: How much the store may hold, in units of 1024³ bytes; above 0.
        cleanup_interval_hours: Time between two automatic clean-ups; above 0.
        create_subdirectories: Write the dated layout; ``False`` writes the flat one.
        file_permissions: Mode of written files as three octal digits, such as "644".
        trash_days: What has been in the trash for more than this many days is removed for good
            by clean-ups; at least 1.
        trash_max_gb: How much the trash may hold, in units of 1024³ bytes; 0 sets no limit.
        automatic_cleanup: Whether a window that shows the store cleans it up by itself. Servers
            that call ``start_cleanup_task`` clean up whatever this says.

    Raises:
        InvalidSettings: A value is of the wrong type or out of range (also a ``ValueError``).
    """

    base_path: str = "./storage"
    retention_days: int = 30
    max_size_gb: float = 10.0
    cleanup_interval_hours: float = 24
    create_subdirectories: bool = True
    file_permissions: str = "644"
    trash_days: int = 30
    trash_max_gb: float = 0
    automatic_cleanup: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.base_path, os.PathLike):
            msgspec.structs.force_setattr(self, "base_path", os.fspath(self.base_path))
        if not isinstance(self.base_path, str) or not self.base_path.strip():
            raise InvalidSettings("base_path must name a folder, such as ./storage")
        if "\0" in self.base_path:
            raise InvalidSettings("base_path must not hold a NUL character")
        for name, allowed in RANGES.items():
            _check_number(name, getattr(self, name), allowed)
        for name in ("create_subdirectories", "automatic_cleanup"):
            if not isinstance(getattr(self, name), bool):
                raise InvalidSettings(f"{name} must be true or false")
        mode = self.file_permissions
        if not isinstance(mode, str) or not re.fullmatch(r"[67][0-7]{2}", mode):
            raise InvalidSettings(
                f"file_permissions must be three octal digits that let the owner read and write, "
                f'such as "644"; it is {mode!r}'
            )

    @property
    def max_bytes(self) -> int:
        """The size limit in bytes."""
        return int(self.max_size_gb * 1024**3)

    @property
    def trash_max_bytes(self) -> int | None:
        """The trash's own size limit in bytes; ``None`` if it has none."""
        return int(self.trash_max_gb * 1024**3) or None

    @property
    def file_mode(self) -> int:
        """The mode of written files."""
        return int(self.file_permissions, 8)

    @classmethod
    def load(
        cls,
        base_path: str | os.PathLike[str] | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> StorageSettings:
        """Read the settings of the store in ``base_path``.

        Args:
            base_path: The store's folder; by default ``STORAGE__BASE_PATH``, else ./storage.
            environ: Where ``STORAGE__RETENTION_DAYS`` and its like are looked for, in any case.

        Returns:
            The environment's values over those of the store's settings file over the defaults.

        Raises:
            InvalidSettings: The file or a variable holds what cannot be used; the message names it.
        """
        from_environment = _environment_values(environ)
        if base_path is not None:
            from_environment["base_path"] = os.fspath(base_path)
        base = Path(from_environment.get("base_path", "./storage")).expanduser()
        values = _file_values(base / SETTINGS_FILE) | from_environment
        return cls(**values)


def save(settings: StorageSettings, environ: Mapping[str, str] = os.environ) -> None:
    """Write settings to the store's own file, durably and whole; keys it does not know survive.

    ``base_path`` is not in the file, and what the environment holds stays as the file has it. Of
    several who save at once, the last one stays.

    Args:
        settings: What to write; ``base_path`` says to which store.
        environ: Where ``STORAGE__RETENTION_DAYS`` and its like are looked for, in any case.

    Raises:
        InvalidSettings: The file there is no JSON object; it stays as it is.
        StoreNotWritable: The file cannot be written; it stays as it is.
        StoreNotFound: The store's folder is not there.
    """
    base = Path(settings.base_path).expanduser()
    values = msgspec.structs.asdict(settings)
    for name in environment_fields(environ) | {"base_path"}:
        del values[name]
    content = _file_content(base / SETTINGS_FILE) | values
    encoded = msgspec.json.format(msgspec.json.encode(content), indent=2)
    durable.write_file(base, SETTINGS_FILE, encoded + b"\n", replace=True)


def environment_fields(environ: Mapping[str, str] = os.environ) -> frozenset[str]:
    """Return the names of the settings that the environment holds, whatever a file says."""
    held = {_field_of(variable) for variable in environ}
    return frozenset(name for name in StorageSettings.__struct_fields__ if name in held)


def _field_of(variable: str) -> str | None:
    name = variable.upper()
    in_store = name.startswith(ENVIRONMENT_PREFIX)
    return name.removeprefix(ENVIRONMENT_PREFIX).lower() if in_store else None


def _check_number(name: str, value: object, allowed: Range) -> None:
    least, most, whole = allowed
    types = int if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, types) or not least <= value <= most:
        kind = "a whole number" if whole else "a number"
        raise InvalidSettings(
            f"{name} must be {kind} from {least:g} to {most:,.0f}; it is {value!r}"
        )


def _environment_values(environ: Mapping[str, str]) -> dict[str, Any]:
    fields = {field.name: field.type for field in msgspec.structs.fields(StorageSettings)}
    values: dict[str, Any] = {}
    for variable, text in environ.items():
        name = _field_of(variable)
        if name in fields:
            try:
                values[name] = msgspec.convert(text, fields[name], strict=False)
            except msgspec.ValidationError:
                raise InvalidSettings(f"{variable} cannot be used: it is {text!r}") from None
    return values


def _file_content(file: Path) -> dict[str, Any]:
    """Return what a store's settings file holds; nothing if there is none."""
    try:
        content = msgspec.json.decode(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise InvalidSettings(f"{file} cannot be read: {error.strerror or error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidSettings(
            f"{file} is not valid JSON ({error}): mend it or remove it"
        ) from error
    if not isinstance(content, dict):
        raise InvalidSettings(f"{file} must hold a JSON object: mend it or remove it")
    return content


def _file_values(file: Path) -> dict[str, Any]:
    """Return the known settings a store's file holds; keys it does not know are somebody else's."""
    content = _file_content(file)
    known = set(StorageSettings.__struct_fields__) - {"base_path"}
    values = {name: value for name, value in content.items() if name in known}
    try:
        StorageSettings(**values)
    except InvalidSettings as error:
        raise InvalidSettings(f"{file}: {error}") from None
    return values
