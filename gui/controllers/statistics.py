"""The window of statistics: sums a store up, month by month, and keeps the sums true."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from core.errors import StoreError
from core.months import month_of
from core.records import ImageRecord, StoredImage
from core.retention import policy_of
from core.statistics_records import MonthStatistics
from gui import aio, dialogs
from gui.actions import bind
from gui.controllers.selection import SelectionController
from gui.controllers.store import OpenStore, StoreController
from gui.controllers.table_thumbnails import TableThumbnails
from gui.main_window import MainWindow
from gui.models.statistics import Statistics, pace_of
from gui.prune_text import plan_text
from gui.text import count_text, size_text, translated

SHOWN_EVERY: Final = 12  # months, while they are summed up
GATHER_MS: Final = 1000
FAR_DAYS: Final = 3 * 365


class StatisticsController(QObject):
    """Opens the window of statistics and fills it; there is one at most."""

    def __init__(
        self, stores: StoreController, selection: SelectionController, window: MainWindow
    ) -> None:
        super().__init__(window)
        self._stores = stores
        self._selection = selection
        self._window = window
        self._open: _Shown | None = None
        stores.closing.connect(self._on_closing)
        bind(window.actions_by_id, {"statistics": self.show})

    def show(self) -> None:
        """Show the window of statistics, in front if it is there already."""
        if (store := self._stores.store) is None:
            return
        if self._open is None:
            dialog = dialogs.StatisticsDialog(store.path.name, self._window)
            dialog.finished.connect(self._on_finished)
            dialog.image_chosen.connect(lambda record: self._selection.select([record]))
            self._open = _Shown(store, dialog, self._window.notice.tell)
        self._open.dialog.show()
        self._open.dialog.activateWindow()

    async def settled(self) -> None:
        """Wait until everything is summed up."""
        if self._open is not None:
            await self._open.settled.wait()

    @property
    def dialog(self) -> dialogs.StatisticsDialog | None:
        """The window, while it is open."""
        return self._open.dialog if self._open is not None else None

    def _on_closing(self) -> None:
        if self._open is not None:
            self._open.dialog.close()

    def _on_finished(self) -> None:
        if self._open is not None:
            shown, self._open = self._open, None
            shown.stop()


class _Shown:
    """One window of statistics of one store."""

    def __init__(
        self, store: OpenStore, dialog: dialogs.StatisticsDialog, tell: Callable[[str], None]
    ) -> None:
        self.dialog = dialog
        self.settled = asyncio.Event()
        self._store = store
        self._tell = tell
        self._months: dict[int, MonthStatistics] = {}
        self._latest = aio.Latest(store.tasks)
        self._soon = QTimer(dialog, singleShot=True, interval=GATHER_MS)
        self._soon.timeout.connect(lambda: self._latest.start(self._fill()))
        self._changed: set[int] = set()  # the first days of months
        TableThumbnails(store, dialog.table, dialog.model, _image_of)
        store.bridge.images_changed.connect(self._on_images_changed)
        dialog.csv_wanted.connect(lambda: store.tasks.start(self._export_csv()))
        dialog.picture_wanted.connect(lambda: store.tasks.start(self._export_picture()))
        self._latest.start(self._fill())

    def stop(self) -> None:
        """Sum up no more."""
        self._store.bridge.images_changed.disconnect(self._on_images_changed)
        self._soon.stop()
        self._latest.cancel()
        self.dialog.deleteLater()

    def _on_images_changed(self, days: frozenset[int], keys: frozenset[int]) -> None:
        months = {month_of(day) for day in days}
        self._changed |= months
        if months and not self._soon.isActive():
            self.settled.clear()
            self._soon.start()

    async def _fill(self) -> None:
        """Sum up the months that are not, newest first, and show the sums."""
        manager = self._store.manager
        for first in self._changed:  # what changes from here on is asked for once more
            self._months.pop(first, None)
        self._changed.clear()
        totals = await manager.day_totals()
        wanted = {month_of(total.day) for total in totals}
        for gone in self._months.keys() - wanted:
            del self._months[gone]
        missing = wanted - self._months.keys()
        async with aclosing(manager.statistics(missing)) as months:
            async for month in months:
                self._months[month.first_day] = month
                if len(self._months) % SHOWN_EVERY == 0:
                    await self._show(len(wanted))
        await self._show(len(wanted))
        await self._tell_outlook()
        if not self._changed:
            self.settled.set()

    async def _show(self, wanted: int) -> None:
        found = await asyncio.to_thread(Statistics, list(self._months.values()))
        self.dialog.set_statistics(found)
        self.dialog.set_progress(len(self._months), wanted)

    async def _tell_outlook(self) -> None:
        manager = self._store.manager
        settings, totals = manager.settings, await manager.totals()
        held = totals.size_bytes + totals.sidecar_bytes
        days = await manager.day_totals()
        pace = pace_of(days, datetime.now().toordinal(), held, settings.max_bytes)
        texts = [
            _text(
                "In the last 30 days {size} came each day.", size=size_text(round(pace.bytes_a_day))
            )
        ]
        most = size_text(settings.max_bytes)
        if pace.full_in_days == 0:
            texts.append(_text("The store holds more than the {most} it may.", most=most))
        elif pace.full_in_days is None or pace.full_in_days > FAR_DAYS:
            texts.append(_text("At this pace the {most} are enough for years.", most=most))
        else:
            when = count_text(pace.full_in_days, "day")
            texts.append(_text("At this pace the {most} are full in {days}.", most=most, days=when))
        try:
            plan = await manager.plan_prune(policy_of(settings))
        except StoreError as error:
            texts.append(str(error))
        else:
            texts.append(await asyncio.to_thread(plan_text, plan))
        self.dialog.set_outlook(" ".join(texts))

    # Taking it away

    async def _export_csv(self) -> None:
        statistics = self.dialog.statistics
        file = await self._ask_for_file(_text("Export as CSV"), "csv")
        if statistics is not None and file is not None:
            await self._write(file, lambda: bool(file.write_text(statistics.csv_text())))

    async def _export_picture(self) -> None:
        image = self.dialog.picture().toImage()
        file = await self._ask_for_file(_text("Export as a picture"), "png")
        if file is not None:
            await self._write(file, lambda: _saved(image, file))

    async def _ask_for_file(self, title: str, suffix: str) -> Path | None:
        chooser = QFileDialog(self.dialog, title)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix(suffix)
        chooser.setNameFilter(f"*.{suffix}")
        chooser.selectFile(f"{self._store.path.name}.{suffix}")
        if not await aio.finished(chooser):
            return None
        return Path(chooser.selectedFiles()[0])

    async def _write(self, file: Path, write: Callable[[], bool]) -> None:
        try:
            written = await asyncio.to_thread(write)
        except OSError as error:
            self._tell(
                _text("{file} cannot be written: {why}", file=str(file), why=error.strerror or "")
            )
            return
        source = "Written to {file}" if written else "{file} cannot be written"
        self._tell(_text(source, file=str(file)))


def _saved(image: QImage, file: Path) -> bool:
    return bool(image.save(str(file), "PNG"))  # type: ignore[call-overload]  # PySide wants bytes


def _image_of(record: ImageRecord) -> StoredImage | None:
    return StoredImage(0, record.path, record.size_bytes, record.modified_ns)


def _text(source: str, **values: str) -> str:
    return translated("statistics", source, **values)
