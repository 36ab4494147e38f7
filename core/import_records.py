"""What importing and undoing an import tell: one result for each input."""

from __future__ import annotations

from enum import Enum

import msgspec

from core.files import Signature


class ImportOutcome(Enum):
    """What became of one input."""

    NEW = "new"
    HERE = "already here"
    IN_TRASH = "in the trash"
    REFUSED = "refused"


class Refusal(Enum):
    """Why an input was refused."""

    NOT_AN_IMAGE = "not an image"
    DAMAGED = "damaged"
    EMPTY = "empty"
    TOO_LARGE = "too large"
    GONE = "gone"
    UNREADABLE = "unreadable"
    NOT_SAVED = "not saved"


class ImportResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file, or of one image that was given as data.

    Attributes:
        source: The file's path; "image data" or "data URL" for what has none.
        given: Index of the source that it was, or was found in.
        outcome: What became of it.
        size_bytes: Of the image; 0 if it was refused unread.
        image_id: The id of the image in the store: the new one, or the one that was there.
        path: Where that image is, relative to the store.
        token: What it is called in the trash, if it is there.
        refusal: Why it was refused, for programs.
        problem: Why it was refused, for people; names the file.
        saved: Signatures of the image and the sidecar as they were written; if it is new.
    """

    source: str
    given: int
    outcome: ImportOutcome
    size_bytes: int = 0
    image_id: str | None = None
    path: str | None = None
    token: str | None = None
    refusal: Refusal | None = None
    problem: str | None = None
    saved: tuple[Signature, Signature] | None = None


class ImportProgress(msgspec.Struct, frozen=True):
    """How far an import is: inputs done, of how many, and bytes of the images among them."""

    done: int
    total: int
    size_bytes: int


class ImportReport(msgspec.Struct, frozen=True):
    """What an import did.

    Attributes:
        results: Of each input that was looked at, in the order of the sources; the files of a
            folder by name.
        total: How many inputs there were.
        cancelled: Whether it was ended early; then the rest of the inputs has no result.
    """

    results: tuple[ImportResult, ...]
    total: int
    cancelled: bool = False

    def of(self, outcome: ImportOutcome) -> list[ImportResult]:
        """Return the results of one outcome."""
        return [each for each in self.results if each.outcome is outcome]


class UndoOutcome(Enum):
    """What became of an image whose import was undone."""

    TRASHED = "in the trash"
    DELETED = "deleted"
    GONE = "gone"
    FAILED = "failed"


class UndoResult(msgspec.Struct, frozen=True):
    """What became of one image: ``token`` is its name in the trash, ``problem`` is for people."""

    image_id: str
    path: str
    outcome: UndoOutcome
    token: str | None = None
    problem: str | None = None
