from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import StoreError
from gui.controllers.history import Step
from tests.flows.conftest import open_window, until
from tests.stores import make_store


@dataclass
class Letter:
    """A change that writes a letter into a list, and takes it out again."""

    letter: str
    written: list[str] = field(repr=False)
    refuses: bool = False

    count: int = 1
    stops: int = 0  # how many times undoing it is stopped before its end

    @property
    def text(self) -> str:
        return f"write {self.letter}"

    async def redo(self) -> Step:
        await asyncio.sleep(0.001)
        self.written.append(self.letter)
        return Step(1, f"{self.letter} written")

    async def undo(self) -> Step:
        await asyncio.sleep(0.001)
        if self.refuses:
            raise StoreError("It stays.")
        if self.stops:
            self.stops -= 1
            return Step(1, "half gone", (), whole=False)
        self.written.remove(self.letter)
        return Step(1, f"{self.letter} gone")


async def test_changes_happen_in_order_and_are_taken_back_in_reverse(tmp_path: Path) -> None:
    async with open_window(make_store(tmp_path)) as session:
        history, written = session.history, list[str]()
        actions = session.window.actions_by_id
        assert not actions["undo"].isEnabled()
        for letter in "abc":
            history.perform(Letter(letter, written))
        history.undo()  # asked for before the first is even done
        await until(lambda: not history.busy)
        assert written == ["a", "b"]
        assert actions["redo"].isEnabled()
        actions["undo"].trigger()
        actions["redo"].trigger()
        actions["redo"].trigger()
        await until(lambda: not history.busy)
        assert written == ["a", "b", "c"]
        assert actions["undo"].toolTip() == "write c"
        assert not actions["redo"].isEnabled()


async def test_one_change_can_be_taken_back_alone_and_only_once(tmp_path: Path) -> None:
    async with open_window(make_store(tmp_path)) as session:
        history, written = session.history, list[str]()
        changes = [Letter(letter, written) for letter in "abc"]
        for change in changes:
            history.perform(change)
        history.undo_one(changes[1])
        history.undo_one(changes[1])
        await until(lambda: not history.busy)
        assert written == ["a", "c"]


async def test_a_new_change_ends_what_could_be_redone(tmp_path: Path) -> None:
    async with open_window(make_store(tmp_path)) as session:
        history, written = session.history, list[str]()
        history.perform(Letter("a", written))
        history.undo()
        history.perform(Letter("b", written))
        history.redo()
        await until(lambda: not history.busy)
        assert written == ["b"]


async def test_what_cannot_be_taken_back_is_told_and_forgotten(tmp_path: Path) -> None:
    async with open_window(make_store(tmp_path)) as session:
        history, written = session.history, list[str]()
        history.perform(Letter("a", written))
        history.perform(Letter("b", written, refuses=True))
        history.undo()
        await until(lambda: not history.busy)
        assert session.window.notice.accessibleDescription() == "It stays."
        assert history.redo_text == ""
        history.undo()
        await until(lambda: not history.busy)
        assert written == ["b"]


async def test_the_notice_takes_back_what_it_tells(tmp_path: Path) -> None:
    async with open_window(make_store(tmp_path)) as session:
        history, written = session.history, list[str]()
        history.perform(Letter("a", written))
        await until(lambda: session.window.notice.isVisible())
        assert session.window.notice.accessibleDescription() == "a written"
        session.window.notice.press()
        await until(lambda: not history.busy)
        assert written == []


async def test_another_store_has_another_history(tmp_path: Path) -> None:
    async with open_window(make_store(tmp_path / "one")) as session:
        session.history.perform(Letter("a", []))
        await until(lambda: not session.history.busy)
        session.commands.open(make_store(tmp_path / "two"))
        await until(lambda: not session.window.actions_by_id["undo"].isEnabled())


async def test_an_undo_that_was_stopped_can_be_gone_on_with(tmp_path: Path) -> None:
    async with open_window(make_store(tmp_path)) as session:
        history, written = session.history, list[str]()
        history.perform(Letter("a", written, stops=1))
        history.undo()
        await until(lambda: not history.busy)
        assert session.window.notice.accessibleDescription() == "half gone; stopped there"
        assert history.redo_text == ""
        history.undo()
        await until(lambda: not history.busy)
        assert written == []


async def test_what_went_wrong_in_an_earlier_step_is_told_at_the_end(tmp_path: Path) -> None:
    async with open_window(make_store(tmp_path)) as session:
        history, written = session.history, list[str]()
        history.perform(Letter("a", written))
        history.perform(Letter("b", written, refuses=True))
        history.undo()
        history.perform(Letter("c", written))
        await until(lambda: not history.busy)
        assert session.window.notice.accessibleDescription() == "c written. It stays."


async def test_what_nobody_asked_for_is_taken_back_only_by_its_notice(tmp_path: Path) -> None:
    async with open_window(make_store(tmp_path)) as session:
        history, written = session.history, list[str]()
        history.perform(Letter("a", written))
        history.undo()
        await until(lambda: not history.busy)
        cleaned = Letter("z", written)
        written.append("z")
        history.offer(cleaned)
        assert (history.undo_text, history.redo_text) == ("", "write a")
        history.undo_one(cleaned)
        await until(lambda: not history.busy)
        assert written == []


async def test_few_images_are_remembered_however_many_were_changed(tmp_path: Path) -> None:
    async with open_window(make_store(tmp_path)) as session:
        for letter in "abc":
            session.history.record(Letter(letter, [letter], count=400_000))
        session.history.undo()
        session.history.undo()
        assert session.history.undo_text == ""
