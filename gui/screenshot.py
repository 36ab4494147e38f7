"""Pictures of the window, made by the program itself, for its documentation and bug reports."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QItemSelectionModel, QPoint
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from core.arrangement import Arrangement, Grouping
from core.errors import StoreError
from gui.models.place import Kind

if TYPE_CHECKING:
    from gui.app import Session

log = logging.getLogger(__name__)

PLACES: Final = {"pinned": Kind.PINNED, "trash": Kind.TRASH}
VIEWS: Final = {
    "large": ("large_view",),
    "information": ("large_view", "information"),
    "compare": ("compare",),
}
ORDERS: Final = {"models": Arrangement(group=Grouping.MODEL)}
DIALOGS: Final = {name: name for name in ("preferences", "prune", "statistics", "shortcuts")}
DIMMED: Final = QColor(0, 0, 0, 110)
SETTLING_SECONDS: Final = 1.0  # a dialog plans, and makes thumbnails, after it has opened


async def take(session: Session, file: Path, select: Sequence[int], show: str | None) -> int:
    """Write a picture of the window when all that is visible is loaded.

    Args:
        session: The window.
        file: The PNG file to write.
        select: The images to select first, 1 for the newest.
        show: A place, a view, an order or a dialog to show first: of ``PLACES``, ``VIEWS``,
            ``ORDERS`` or ``DIALOGS``.

    Returns:
        The exit status: 1, and the reason on stderr, if there is nothing to take it of or the
        file cannot be written.
    """
    try:
        await session.stores.settled()
    except StoreError as error:
        return _failed(str(error))
    if session.stores.store is not None:
        await session.all_loaded()
    for number in select:
        if not 1 <= number <= session.images.rowCount():
            return _failed(f"There is no image {number} here, only {session.images.rowCount()}")
    if select:
        images = [session.images.index(number - 1) for number in select]
        session.grid.setCurrentIndex(images[0])
        for image in images[1:]:
            session.grid.selectionModel().select(image, QItemSelectionModel.SelectionFlag.Select)
        session.grid.scrollTo(images[0])
        await session.all_loaded()
    if show in PLACES:
        session.window.dates.choose(PLACES[show])
    elif show in ORDERS:
        session.arranging.rearrange(ORDERS[show])  # unlike its action, nothing is kept
        session.window.arrangement.show_arrangement(ORDERS[show])
        await session.all_loaded()
    elif show in VIEWS:
        for name in VIEWS[show]:
            session.window.actions_by_id[name].trigger()
        if show == "compare" and not session.window.shows_compare:
            return _failed("Two to four images can be compared: --select 1,2 names them")
        await session.large.settled()
        await session.compare.settled()
    elif show is not None:
        session.window.actions_by_id[DIALOGS[show]].trigger()
    if show is not None:
        await asyncio.sleep(SETTLING_SECONDS)
    for view in (session.grid, session.window.dates, session.window.facets.tree):
        while view.isVisible() and not view.painted_well:
            view.grab()  # each frame paints a few more cells sharply, or rows
            await asyncio.sleep(0)
    if not _picture_of(session.window).save(str(file), "PNG"):
        return _failed(f"{file} cannot be written: is its folder there, and yours to write?")
    return 0


def _picture_of(window: QWidget) -> QPixmap:
    """Return what a window looks like, with the dialog over it, if there is one."""
    picture = window.grab()
    others = (each for each in QApplication.topLevelWidgets() if isinstance(each, QDialog))
    dialog = next((each for each in others if each.isVisible()), None)
    if dialog is None:
        return picture
    painter = QPainter(picture)
    painter.fillRect(window.rect(), DIMMED)
    at = window.rect().center() - dialog.rect().center()
    painter.drawPixmap(QPoint(at.x(), max(at.y(), 0)), dialog.grab())
    painter.end()
    dialog.close()
    return picture


def _failed(reason: str) -> int:
    log.error("%s", reason)
    return 1
