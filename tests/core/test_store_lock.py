"""What a store's lock makes of odd disks, and what the system's errors say."""

import errno
import fcntl
import os

import pytest

from core.disk_errors import clear_errors
from core.errors import StoreNotWritable
from core.store_lock import store_lock


@pytest.fixture
def base(tmp_path):
    (tmp_path / "store").mkdir()
    return tmp_path / "store"


def failing(error):
    def flock(*_: object) -> None:
        raise OSError(error, os.strerror(error))

    return flock


@pytest.mark.parametrize("error", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_disk_without_locks_will_do(base, monkeypatch, error):
    monkeypatch.setattr(fcntl, "flock", failing(error))
    with store_lock(base):
        entered = True
    assert entered


def test_a_lock_that_cannot_be_had_keeps_out(base, monkeypatch):
    monkeypatch.setattr(fcntl, "flock", failing(errno.EIO))
    with pytest.raises(OSError, match="Input/output"), store_lock(base):
        pytest.fail("nobody may get here")


def test_a_lock_that_is_a_link_leads_nowhere(base, tmp_path):
    (base / "contact-sheet").mkdir()
    (base / "contact-sheet/lock").symlink_to(tmp_path / "outside")
    with pytest.raises(StoreNotWritable, match="contact-sheet/lock"), store_lock(base):
        pytest.fail("nobody may get here")
    assert not (tmp_path / "outside").exists()


def test_everybody_who_may_write_into_a_store_can_lock_it(base):
    old = os.umask(0)
    try:
        with store_lock(base):
            assert (base / "contact-sheet/lock").stat().st_mode & 0o777 == 0o666
    finally:
        os.umask(old)


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (errno.ENOSPC, "Free some space"),
        (errno.EDQUOT, "free some space"),
        (errno.EROFS, "make it writable"),
        (errno.EACCES, "Ask who owns"),
        (errno.EPERM, "Ask who owns"),
        (errno.EIO, "Look after that disk"),
    ],
)
def test_an_error_says_what_to_do(base, error, advice):
    with pytest.raises(StoreNotWritable, match=advice) as caught, clear_errors(base / "x"):
        raise OSError(error, os.strerror(error))
    assert caught.value.errno == error
