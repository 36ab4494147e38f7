import asyncio
import signal
import subprocess
import sys
from datetime import datetime

import pytest

from core import ImageStorageManager, StorageSettings
from core.errors import StoreNotFound
from core.interrupted import FEW, WORK, note_work, take_interrupted
from tests.stores import make_image

_WORKS = """
import sys, time
from pathlib import Path
from core.interrupted import note_work
with note_work(Path(sys.argv[1]), sys.argv[2], 40):
    print("at work", flush=True)
    time.sleep(600)
"""


def at_work(base, kind="trash"):
    process = subprocess.Popen(
        [sys.executable, "-c", _WORKS, str(base), kind], stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"at work\n"
    return process


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()


def test_work_of_a_killed_process_is_told_once(tmp_path):
    before = datetime.now()
    first, second = at_work(tmp_path, "import"), at_work(tmp_path)
    assert take_interrupted(tmp_path) == []
    kill(first)
    (told,) = take_interrupted(tmp_path)
    assert (told.kind, told.total) == ("import", 40)
    assert before <= told.started <= datetime.now()
    assert take_interrupted(tmp_path) == []
    kill(second)
    assert [each.kind for each in take_interrupted(tmp_path)] == ["trash"]
    assert list((tmp_path / WORK).iterdir()) == []


def test_work_that_ended_is_not_told(tmp_path):
    with note_work(tmp_path, "prune", 40):
        assert len(list((tmp_path / WORK).iterdir())) == 1
        assert take_interrupted(tmp_path) == []  # nor while it goes on, in this very process
    with pytest.raises(KeyError), note_work(tmp_path, "prune", 40):
        raise KeyError
    assert take_interrupted(tmp_path) == []
    assert list((tmp_path / WORK).iterdir()) == []


def test_a_few_items_leave_nothing(tmp_path):
    with note_work(tmp_path, "trash", FEW):
        assert not (tmp_path / "contact-sheet").exists()
    assert take_interrupted(tmp_path) == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"kind": 1}', b"\xff"])
def test_what_is_no_note_is_forgotten_and_foreign_files_stay(tmp_path, content):
    (tmp_path / WORK).mkdir(parents=True)
    (tmp_path / WORK / "torn.json").write_bytes(content)
    (tmp_path / WORK / "notes.txt").write_text("mine")
    (tmp_path / WORK / "folder.json").mkdir()
    assert take_interrupted(tmp_path) == []
    assert {path.name for path in (tmp_path / WORK).iterdir()} == {"notes.txt", "folder.json"}


def test_work_goes_on_where_it_cannot_be_noted(tmp_path, caplog):
    (tmp_path / "contact-sheet").write_text("in the way")
    done = []
    with note_work(tmp_path, "empty", 40):
        done.append(1)
    assert done
    assert "interruption" in caplog.text


def test_a_store_that_is_gone(tmp_path):
    with pytest.raises(StoreNotFound):
        take_interrupted(tmp_path / "no")


_TRASHES = """
import asyncio, sys, time
from core import ImageStorageManager, StorageSettings
async def main():
    manager = ImageStorageManager(StorageSettings(base_path=sys.argv[1]))
    await manager.open()
    await manager.rescan()
    keys = [key for day in await manager.days() for key in day.keys]
    def told(_):
        print("at work", flush=True)
        time.sleep(60)
    await manager.trash_images(keys, progress=told)
asyncio.run(main())
"""


async def test_a_window_hears_of_what_was_interrupted(tmp_path):
    for n in range(60):
        make_image(tmp_path, datetime(2026, 11, 20, 12, n % 60))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _TRASHES, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert await process.stdout.readline() == b"at work\n"
    process.kill()
    await process.communicate()
    manager = ImageStorageManager(StorageSettings(base_path=str(tmp_path)))
    await manager.open()
    try:
        assert [(each.kind, each.total) for each in await manager.interrupted()] == [("trash", 60)]
        assert await manager.interrupted() == []
    finally:
        await manager.close()
