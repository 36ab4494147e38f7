"""Every error the core raises, in one tree.

Each message says what happened, to which file, and what to do. Errors that callers of the
original storage manager caught as ``ValueError`` or ``FileNotFoundError`` are those too.
"""


class StoreError(Exception):
    """Anything that went wrong with a store."""


class InvalidImageId(StoreError, ValueError, FileNotFoundError):
    """The id cannot be the name of a file in a store (empty, too long, or with path parts).

    So there is no image of that id either, and whoever expects that error need not know this one.
    """


class InvalidFormat(StoreError, ValueError):
    """The format is not one a store can hold."""


class InvalidSettings(StoreError, ValueError):
    """A setting is of the wrong type or out of range."""


class ImageNotFound(StoreError, FileNotFoundError):
    """No image in the store has this id."""


class StoreNotFound(StoreError, FileNotFoundError):
    """The store's folder does not exist (or its disk is not mounted)."""


class StoreUnreadable(StoreError, PermissionError):
    """The store's folder exists, but may not be read."""


class StoreNotWritable(StoreError, OSError):
    """A file of the store cannot be written or removed; ``errno`` says why to programs."""


class InvalidImageData(StoreError, ValueError):
    """What was given as an image is neither bytes nor a data URL of an image."""


class InvalidMetadata(StoreError, ValueError, TypeError):
    """What was given as metadata cannot be written as a JSON object."""


class RestoreConflict(StoreError, FileExistsError):
    """What is in the trash cannot go back: something else stands in its place."""


class SidecarError(StoreError, ValueError):
    """The sidecar is not a JSON object that can be used; the message says why."""


class CatalogError(StoreError):
    """The catalogue, a cache in the user's cache folder, cannot be used."""


class CatalogDamaged(CatalogError):
    """The catalogue is damaged or of another version and must be rebuilt from the store."""


class ThumbnailError(StoreError):
    """No thumbnail can be made of this file; the message says why, for people."""


class ThumbnailUnavailable(ThumbnailError):
    """The image file cannot be reached now (gone, no permission); another time it may."""


class WorkerError(StoreError):
    """A worker process could not do its job."""


class WorkerDied(WorkerError):
    """A worker process ended, or was ended, in the middle of its job."""


class WorkerTimeout(WorkerError):
    """A job took longer than it may; its worker process was ended."""


class QueryError(StoreError, ValueError):
    """What was typed as a search is not understood.

    Attributes:
        start: Where in the text the part begins that is not understood.
        end: Where it ends; everything before it is understood.
        unfinished: Whether it might be the beginning of something that is.
    """

    def __init__(self, message: str, start: int, end: int, *, unfinished: bool = False) -> None:
        super().__init__(message)
        self.start = start
        self.end = end
        self.unfinished = unfinished
