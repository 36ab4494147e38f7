"""A notice is seen, and its button can be pressed, whatever page comes up below it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from gui.app import Session
from gui.models.place import Kind
from tests.flows.conftest import all_loaded, open_window, until
from tests.stores import make_store

Key, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier


def under(session: Session, part: QWidget, at: QPoint) -> QWidget:
    """Return what a person sees, and a click meets, at a point of a part of the window."""
    met = session.window.childAt(part.mapTo(session.window, at))
    assert met is not None
    return met


def is_seen(session: Session) -> bool:
    """Tell whether nothing lies over the notice: not at its middle, and not at its ends."""
    notice = session.window.notice
    inside = notice.rect().adjusted(4, 4, -4, -4)
    points = (inside.center(), inside.topLeft(), inside.bottomRight())
    return notice.isVisible() and all(
        met is notice or notice.isAncestorOf(met)
        for met in (under(session, notice, point) for point in points)
    )


def click_undo(session: Session) -> None:
    """Click where the notice says "Undo", on whatever lies there."""
    notice = session.window.notice
    at = QPoint(notice.width() - 40, notice.height() // 2)
    QTest.mouseClick(under(session, notice, at), Qt.MouseButton.LeftButton)


async def moved_to_trash(session: Session, images: str) -> None:
    told = f"{images} moved to the trash"
    await until(lambda: session.window.notice.accessibleDescription() == told)
    await until(lambda: not session.history.busy)


async def begin(session: Session) -> None:
    await until(session.window.isActiveWindow)
    session.grid.setFocus()
    session.grid.setCurrentIndex(session.images.index(2))


@pytest.mark.parametrize("page", ["trash", "large", "compare", "search"])
async def test_undo_stays_above_the_page_that_is_turned_to(tmp_path: Path, page: str) -> None:
    base = make_store(tmp_path, images=12, days=2)
    async with open_window(base) as session:
        window = session.window
        await begin(session)
        QTest.keyClick(session.grid, Key.Key_Delete)
        await moved_to_trash(session, "1 image")
        if page == "trash":
            window.dates.choose(Kind.TRASH)
            await until(lambda: window.shows_trash)
        elif page == "large":
            QTest.keyClick(session.grid, Key.Key_Return)
            await until(lambda: window.shows_large)
        elif page == "compare":
            session.grid.selectionModel().select(
                session.images.index(0), session.grid.selectionModel().SelectionFlag.Select
            )
            await until(window.actions_by_id["compare"].isEnabled)
            window.actions_by_id["compare"].trigger()
            await until(lambda: window.shows_compare)
        elif page == "search":
            window.search.setText("zeppelin")
            await until(window.message.isVisible)
        await all_loaded(session)
        assert is_seen(session)
        click_undo(session)
        await until(lambda: window.notice.accessibleDescription() == "1 image restored")
        assert is_seen(session)


async def test_who_deletes_everything_can_still_undo_it(tmp_path: Path) -> None:
    base = make_store(tmp_path, images=12, days=2)
    async with open_window(base) as session:
        await begin(session)
        QTest.keyClick(session.window, Key.Key_A, CTRL)
        QTest.keyClick(session.grid, Key.Key_Delete)
        await moved_to_trash(session, "12 images")
        await until(session.window.message.isVisible)
        await all_loaded(session)
        assert is_seen(session)
        message = session.window.message
        await until(lambda: "12 images" in message.accessibleDescription())
        assert message.accessibleName() == "All images are in the trash"
        message.offer_taken.emit("show_trash")
        await until(lambda: session.window.shows_trash)
        assert is_seen(session)
        session.window.dates.choose()
        await until(message.isVisible)
        click_undo(session)
        await until(lambda: session.window.notice.accessibleDescription() == "12 images restored")
        await until(lambda: session.window.shows_grid)
        assert session.images.rowCount() == 12
        assert is_seen(session)
