"""What a scan tells while it runs; every message can pass through a pipe as MessagePack."""

from __future__ import annotations

import msgspec

from core.records import ScanProgress


class Changed(msgspec.Struct, frozen=True, tag="changed"):
    """Committed: the days whose images or totals changed, the keys of images that were edited."""

    days: frozenset[int]
    keys: frozenset[int]


class Progress(ScanProgress, frozen=True, tag="progress"):
    """How far the scan is; ``total`` is 0 until it has been counted."""


class Problem(msgspec.Struct, frozen=True, tag="problem"):
    """A folder or file that cannot be read, and why, for people."""

    text: str


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """The catalogue agrees with the disk, but for the problems told; the last message."""


Message = Changed | Progress | Problem | Finished


def decode_message(raw: object) -> Message:
    """Return the message that arrived as MessagePack and was decoded to plain values."""
    message: Message = msgspec.convert(raw, Message)
    return message
