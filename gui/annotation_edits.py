"""What a person changes in what is said of images, and what takes it back. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from core.annotations import AnnotationChange
from core.records import ImageRecord
from core.sidecar import clean_tags
from gui.text import count_text, translated


class Decided(NamedTuple):
    """What is to be done.

    Attributes:
        change: For every image that it is done to.
        inverses: These images, by their paths, and what takes it back for each.
    """

    change: AnnotationChange
    inverses: dict[str, AnnotationChange]


class Edit(Protocol):
    """Something to say of images, in the words of the menu and of notices."""

    def decide(self, records: Iterable[ImageRecord]) -> Decided:
        """Return what is to be done to which of these images: those that it makes different."""
        ...

    def name(self, count: int) -> str:
        """Return what it is, for the menu: "Pin 3 images"; right once it is decided."""
        ...

    def told(self, count: int, *, undone: bool) -> str:
        """Return what was done: "3 images pinned"."""
        ...


class PinEdit:
    """Pins images if any of them is not pinned, else unpins them."""

    def __init__(self) -> None:
        self._pinned = True

    def decide(self, records: Iterable[ImageRecord]) -> Decided:
        """Return what is to be done."""
        paths: dict[bool, list[str]] = {True: [], False: []}
        for record in records:
            paths[record.pinned].append(record.path)
        self._pinned = bool(paths[False])
        inverse = AnnotationChange(pinned=not self._pinned)
        return Decided(
            AnnotationChange(pinned=self._pinned),
            dict.fromkeys(paths[not self._pinned], inverse),
        )

    def name(self, count: int) -> str:
        """Return what it is."""
        source = "Pin {images}" if self._pinned else "Unpin {images}"
        return translated("changes", source, images=count_text(count, "image"))

    def told(self, count: int, *, undone: bool) -> str:
        """Return what was done."""
        source = "{images} pinned" if self._pinned != undone else "{images} no longer pinned"
        return translated("changes", source, images=count_text(count, "image"))


class RateEdit:
    """Gives images a rating from 1 to 5; 0 takes it away."""

    def __init__(self, rating: int) -> None:
        self._rating = rating

    def decide(self, records: Iterable[ImageRecord]) -> Decided:
        """Return what is to be done."""
        inverses = {
            record.path: AnnotationChange(rating=record.rating)
            for record in records
            if record.rating != self._rating
        }
        return Decided(AnnotationChange(rating=self._rating), inverses)

    def name(self, count: int) -> str:
        """Return what it is."""
        return translated("changes", "Rate {images}", images=count_text(count, "image"))

    def told(self, count: int, *, undone: bool) -> str:
        """Return what was done."""
        images = count_text(count, "image")
        if undone:
            return translated("changes", "{images} rated as before", images=images)
        if not self._rating:
            return translated("changes", "{images} no longer rated", images=images)
        return translated("changes", "{images} rated {stars}", images=images, stars=self.stars)

    @property
    def stars(self) -> str:
        """The rating as it is shown."""
        return "★" * self._rating


class TagEdit:
    """Gives images tags and takes others from them; each keeps the tags that are in neither."""

    def __init__(self, add: Iterable[str] = (), remove: Iterable[str] = ()) -> None:
        self._add = tuple(dict.fromkeys(add))
        self._remove = tuple(dict.fromkeys(remove))

    def decide(self, records: Iterable[ImageRecord]) -> Decided:
        """Return what is to be done."""
        inverses: dict[str, AnnotationChange] = {}
        for record in records:
            added = tuple(tag for tag in self._add if tag not in record.tags)
            removed = tuple(tag for tag in self._remove if tag in record.tags)
            if added or removed:
                inverse = AnnotationChange(add_tags=removed, remove_tags=added)
                inverses[record.path] = inverse
        return Decided(AnnotationChange(add_tags=self._add, remove_tags=self._remove), inverses)

    def name(self, count: int) -> str:
        """Return what it is."""
        return translated("changes", "Tag {images}", images=count_text(count, "image"))

    def told(self, count: int, *, undone: bool) -> str:
        """Return what was done."""
        source = "{images} tagged as before" if undone else "{images} tagged"
        return translated("changes", source, images=count_text(count, "image"))


def typed_tags(text: str) -> tuple[str, ...]:
    """Return the tags that are typed with commas between them, as in a search; no blank ones."""
    return clean_tags(text.split(","))
