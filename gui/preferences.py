"""What belongs to the person and not to a store: appearance, window, recent stores."""

from __future__ import annotations

from pathlib import Path

import platformdirs
from PySide6.QtCore import QByteArray, QSettings

from core.arrangement import BY_DAY, Arrangement, Grouping, SortKey
from core.places import APP_NAME, store_cache_folder
from gui.language import LANGUAGES, SYSTEM
from gui.theme import Appearance

MOST_RECENT = 8


class Preferences:
    """Remembers things between sessions, in the person's config folder.

    A file that cannot be read or written costs the memory, never the session.
    """

    def __init__(self) -> None:
        folder = platformdirs.user_config_path(APP_NAME, appauthor=False)
        self._settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)

    @property
    def appearance(self) -> Appearance:
        """Light, dark, or as the system says."""
        value = self._settings.value("appearance", Appearance.SYSTEM.value)
        return Appearance(value) if value in {a.value for a in Appearance} else Appearance.SYSTEM

    @appearance.setter
    def appearance(self, value: Appearance) -> None:
        self._settings.setValue("appearance", value.value)

    @property
    def cell_size(self) -> int | None:
        """Wanted width of a thumbnail in the grid, in logical pixels."""
        return self._number("cell_size")

    @cell_size.setter
    def cell_size(self, value: int) -> None:
        self._settings.setValue("cell_size", str(value))

    @property
    def default_cell_size(self) -> int | None:
        """The width that thumbnails have when the person asks for the usual one."""
        return self._number("default_cell_size")

    @default_cell_size.setter
    def default_cell_size(self, value: int) -> None:
        self._settings.setValue("default_cell_size", str(value))

    @property
    def language(self) -> str:
        """A language's code; "" follows the system."""
        value = self._settings.value("language", "")
        return value if value in dict(LANGUAGES) else SYSTEM

    @language.setter
    def language(self, value: str) -> None:
        self._settings.setValue("language", value)

    @property
    def follow_newest(self) -> bool:
        """Whether the newest image is kept in view."""
        return self._settings.value("follow_newest", "") == "yes"

    @follow_newest.setter
    def follow_newest(self, value: bool) -> None:
        self._settings.setValue("follow_newest", "yes" if value else "no")

    @property
    def slide_seconds(self) -> int | None:
        """How long a slide show shows each image, in seconds."""
        return self._number("slide_seconds")

    @slide_seconds.setter
    def slide_seconds(self, value: int) -> None:
        self._settings.setValue("slide_seconds", str(value))

    @property
    def import_folder(self) -> str:
        """The folder that images were imported from last; "" if none was."""
        value = self._settings.value("import_folder", "")
        return value if isinstance(value, str) else ""

    @import_folder.setter
    def import_folder(self, value: str) -> None:
        self._settings.setValue("import_folder", value)

    @property
    def export_folder(self) -> str:
        """The folder that images were exported to last; "" if none was."""
        value = self._settings.value("export_folder", "")
        return value if isinstance(value, str) else ""

    @export_folder.setter
    def export_folder(self, value: str) -> None:
        self._settings.setValue("export_folder", value)

    @property
    def export_sidecars(self) -> bool:
        """Whether sidecars are exported with their images."""
        return self._settings.value("export_sidecars", "") != "no"

    @export_sidecars.setter
    def export_sidecars(self, value: bool) -> None:
        self._settings.setValue("export_sidecars", "yes" if value else "no")

    @property
    def recent_stores(self) -> list[str]:
        """Folders of the stores opened lately, the last one first."""
        return self._texts("recent_stores")

    def remember_store(self, path: Path) -> None:
        """Put a store at the head of the recent ones."""
        others = [recent for recent in self.recent_stores if recent != str(path)]
        self._settings.setValue("recent_stores", [str(path), *others][:MOST_RECENT])

    def forget_stores(self) -> None:
        """Empty the list of recent stores."""
        self._settings.remove("recent_stores")

    def searches(self, store: Path) -> list[str]:
        """Return the searches that are kept for a store, the oldest first."""
        return self._texts(_of_store("searches", store))

    def keep_searches(self, store: Path, searches: list[str]) -> None:
        """Keep these searches for a store, and no others."""
        self._settings.setValue(_of_store("searches", store), searches)

    def arrangement(self, store: Path) -> Arrangement:
        """Return how the images of a store are arranged."""
        value = self._settings.value(_of_store("arrangements", store), "")
        try:
            sort, direction, group = str(value).split()
            return Arrangement(SortKey(sort), direction == "descending", Grouping(group))
        except ValueError:  # none is kept, or one of another version
            return BY_DAY

    def keep_arrangement(self, store: Path, kept: Arrangement) -> None:
        """Keep how the images of a store are arranged."""
        direction = "descending" if kept.descending else "ascending"
        value = f"{kept.sort} {direction} {kept.group}"
        self._settings.setValue(_of_store("arrangements", store), value)

    def layout(self, name: str) -> QByteArray | None:
        """Return a saved geometry or splitter state."""
        value = self._settings.value(f"layout/{name}")
        return value if isinstance(value, QByteArray) else None

    def save_layout(self, name: str, state: QByteArray) -> None:
        """Keep a geometry or splitter state."""
        self._settings.setValue(f"layout/{name}", state)

    def save(self) -> None:
        """Write everything to disk."""
        self._settings.sync()

    def _texts(self, name: str) -> list[str]:
        value = self._settings.value(name, [])
        texts = [value] if isinstance(value, str) else value
        return [text for text in texts if text] if isinstance(texts, list) else []

    def _number(self, name: str) -> int | None:
        value = self._settings.value(name, "")
        return int(value) if isinstance(value, str) and value.isdecimal() else None


def _of_store(what: str, store: Path) -> str:
    return f"{what}/{store_cache_folder(store).name}"
