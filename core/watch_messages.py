"""What the process that watches a store's folders tells."""

from __future__ import annotations

import msgspec


class Heard(msgspec.Struct, frozen=True, array_like=True, tag="heard"):
    """Files that came, went or changed, relative to the store; ``None`` for anything, anywhere.

    They are told as the system names them, which may not be UTF-8.
    """

    paths: list[bytes] | None


class Failed(msgspec.Struct, frozen=True, array_like=True, tag="failed"):
    """The system does not watch; the error's number. The last message."""

    number: int


Message = Heard | Failed
