"""What the process that watches a store's folders tells."""

from __future__ import annotations

import msgspec


class Heard(msgspec.Struct, frozen=True, array_like=True, tag="heard"):
    """Files that came, went or changed, relative to the store; ``None`` for anything, anywhere."""

    paths: list[str] | None


class Failed(msgspec.Struct, frozen=True, array_like=True, tag="failed"):
    """The system does not watch; the error's number. The last message."""

    number: int


Message = Heard | Failed
