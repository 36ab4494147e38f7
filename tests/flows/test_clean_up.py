"""Clean-ups: by themselves when they are due, at once when asked, and told with what went."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from PySide6.QtWidgets import QMessageBox, QPushButton

from core.settings import StorageSettings, save
from gui.app import Session
from tests.flows.ageing import aged, in_trash
from tests.flows.conftest import open_window, until
from tests.stores import image_files

HOUR = 3600


def notice(session: Session) -> str:
    told = session.window.notice
    return told.accessibleDescription() if told.isVisible() else ""


def keep(base: Path, **settings: object) -> None:
    """Write a store's settings."""
    save(StorageSettings(base_path=str(base), **settings))  # type: ignore[arg-type]


def record_run(base: Path, ago: timedelta, images: int) -> None:
    """Record a clean-up as another program's."""
    when = (datetime.now() - ago).isoformat()
    run = {
        "started": when, "finished": when, "why": {}, "removed": images, "images": images,
        "skipped": 0, "errors": 0, "bytes_freed": 0, "bytes_trashed": 0, "cancelled": False,
    }  # fmt: skip
    file = base / "contact-sheet" / "runs.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(run) + "\n")


def status(session: Session) -> str:
    return session.window.stats.accessibleDescription()


async def test_by_itself_once_and_again_after_the_interval(tmp_path, monkeypatch):
    monkeypatch.setattr("gui.controllers.clean_up.FIRST_SECONDS", 0.2)
    base = tmp_path / "store"
    aged(base, 50, 3)
    young = aged(base, 2, 2)
    keep(base, automatic_cleanup=True, cleanup_interval_hours=0.001)  # 3.6 seconds
    async with open_window(base, size=(1600, 800)) as session:
        await until(lambda: notice(session) == "Clean-up: 3 images moved to the trash")
        assert image_files(base) == sorted(young)
        await until(lambda: "last clean-up" in status(session))
        session.window.notice.press()
        await until(lambda: len(image_files(base)) == 5)
        # after the interval it is due again, and finds them again
        await until(lambda: image_files(base) == sorted(young))
        assert len(in_trash(base)) == 3


async def test_not_before_the_interval_since_anybodys_last_run(tmp_path, monkeypatch):
    monkeypatch.setattr("gui.controllers.clean_up.FIRST_SECONDS", 0.05)
    base = tmp_path / "store"
    aged(base, 50, 3)
    keep(base, automatic_cleanup=True, cleanup_interval_hours=5)
    record_run(base, timedelta(hours=2), 18)
    async with open_window(base, size=(1600, 800)) as session:
        await until(lambda: "18 images, next " in status(session))
        session.clean_up._look()
        await until(lambda: not session.clean_up._looking)
        assert len(image_files(base)) == 3
        assert notice(session) == ""


async def test_a_run_that_cannot_be_recorded_waits_for_its_next_turn(tmp_path, monkeypatch):
    monkeypatch.setattr("gui.controllers.clean_up.FIRST_SECONDS", 0.05)
    base = tmp_path / "store"
    aged(base, 50, 3)
    keep(base, automatic_cleanup=True, cleanup_interval_hours=5)
    (base / "contact-sheet" / "runs.jsonl").mkdir(parents=True)  # nothing can be added to it
    async with open_window(base, size=(1600, 800)) as session:
        runs = []
        session.prune_runner.ran.connect(lambda: runs.append(1))
        await until(lambda: notice(session) == "Clean-up: 3 images moved to the trash")
        await until(lambda: session.clean_up._timer.remainingTime() > HOUR * 900)
        assert "next " in status(session)
        assert len(runs) == 1
        session.window.notice.press()
        await until(lambda: len(image_files(base)) == 3)


async def test_one_that_nobody_asked_for_leaves_undo_and_redo_as_they_are(tmp_path):
    base = tmp_path / "store"
    old, _ = aged(base, 50, 3), aged(base, 2, 2)
    async with open_window(base) as session:
        undo, redo = (session.window.actions_by_id[name] for name in ("undo", "redo"))
        session.grid.setCurrentIndex(session.images.index(0))
        session.window.actions_by_id["delete"].trigger()
        await until(lambda: len(image_files(base)) == 4)
        undo.trigger()
        await until(lambda: len(image_files(base)) == 5)
        assert redo.isEnabled()
        manager = session.stores.store.manager
        manager.apply(StorageSettings(base_path=str(base), automatic_cleanup=True))
        session.settings.applied.emit()
        await until(lambda: notice(session) == "Clean-up: 3 images moved to the trash")
        assert redo.isEnabled()
        assert not undo.isEnabled()
        session.window.notice.press()
        await until(lambda: notice(session) == "3 images restored")
        assert len(image_files(base)) == 5
        assert all(path.exists() for path in old)


async def test_asked_for_twice_it_runs_once_and_says_so(tmp_path):
    base = tmp_path / "store"
    aged(base, 50, 20)
    async with open_window(base) as session:
        runs = []
        session.prune_runner.ran.connect(lambda: runs.append(1))
        session.window.actions_by_id["clean_up"].trigger()
        session.window.actions_by_id["clean_up"].trigger()
        assert notice(session) == "A clean-up is under way"
        await until(lambda: notice(session) == "Clean-up: 20 images moved to the trash")
        assert len(runs) == 1
        session.window.actions_by_id["clean_up"].trigger()
        await until(lambda: notice(session) == "Clean-up: nothing has to go")


async def test_never_where_it_is_off_but_at_once_when_asked(tmp_path):
    base = tmp_path / "store"
    aged(base, 50, 3)
    async with open_window(base) as session:
        assert len(image_files(base)) == 3
        session.window.actions_by_id["clean_up"].trigger()
        await until(lambda: notice(session) == "Clean-up: 3 images moved to the trash")
        assert image_files(base) == []
        session.window.actions_by_id["undo"].trigger()
        await until(lambda: len(image_files(base)) == 3)


async def test_asked_for_it_says_the_numbers_before_anything_goes_for_good(tmp_path):
    base = tmp_path / "store"
    aged(base, 2, 4, extra=bytes(1024 * 1024))
    keep(base, max_size_gb=0.003)
    async with open_window(base) as session:
        for wanted in (False, True):
            session.window.actions_by_id["clean_up"].trigger()
            await until(lambda: session.window.findChildren(QMessageBox))
            (box,) = session.window.findChildren(QMessageBox)
            assert box.text() == "1 image (1.0 MB) would be deleted for good."
            assert box.defaultButton().text().replace("&", "") == "Cancel"
            if wanted:
                (yes,) = [b for b in box.findChildren(QPushButton) if "for good" in b.text()]
                yes.click()
            else:
                box.defaultButton().click()
            await until(lambda: not session.window.findChildren(QMessageBox))
            assert wanted or len(image_files(base)) == 4
        await until(lambda: notice(session) == "Clean-up: 1 image deleted, 1.0 MB free")
        assert len(image_files(base)) == 3


async def test_switching_it_on_takes_effect_without_a_restart(tmp_path, monkeypatch):
    monkeypatch.setattr("gui.controllers.clean_up.FIRST_SECONDS", 0.05)
    base = tmp_path / "store"
    aged(base, 50, 2)
    async with open_window(base) as session:
        manager = session.stores.store.manager
        manager.apply(StorageSettings(base_path=str(base), automatic_cleanup=True))
        session.settings.applied.emit()
        await until(lambda: notice(session) == "Clean-up: 2 images moved to the trash")


async def test_what_an_earlier_session_did_not_end_is_told_once(tmp_path):
    base = tmp_path / "store"
    aged(base, 2, 2)
    note = base / "contact-sheet" / "work" / "0123.json"
    note.parent.mkdir(parents=True)
    note.write_text('{"kind": "import", "started": "2026-11-20T17:48:09", "total": 120}')
    async with open_window(base) as session:
        await until(lambda: "interrupted" in notice(session))
        assert notice(session) == (
            "An import of 120 files was interrupted on 20 November 2026 17:48: "
            "what came is whole; import them again to bring the rest."
        )
    assert not note.exists()
