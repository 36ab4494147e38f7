"""What the window says when there are no images to show, and what it offers to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import StoreError, StoreNotFound, StoreUnreadable
from gui.models.place import Kind
from gui.text import count_text, translated


@dataclass(frozen=True, slots=True)
class Page:
    """A message in place of the grid.

    Attributes:
        title: What is the matter.
        explanation: Why, and what to do.
        icon: Of ``resources/icons``.
        offers: Up to two (button text, action id), the likeliest first.
    """

    title: str
    explanation: str
    icon: str = "image"
    offers: tuple[tuple[str, str], ...] = ()


def no_store() -> Page:
    """Nothing is open."""
    return Page(
        _text("Open a store"),
        _text(
            "Choose the folder in which your image server keeps its images, or drop it here. "
            "It is the one that holds “images”."
        ),
        "open",
        (_open(_text("Open store…")),),
    )


def opening(path: Path) -> Page:
    """The store is being opened."""
    return Page(_text("Opening {store}…", store=path.name), str(path), "open")


def nothing_there(kind: Kind, store: Path, images: int, trashed: int, scanning: bool) -> Page:
    """What was chosen in the tree of dates holds nothing, though no search is in its way.

    Args:
        kind: What was chosen.
        store: The store's folder.
        images: How many the store holds.
        trashed: How many are in its trash.
        scanning: A scan is under way.
    """
    if kind == Kind.PINNED:
        return nothing_pinned()
    if images:
        return empty_days()
    if scanning:
        return indexing()
    return all_in_trash(trashed) if trashed else empty_store(store)


def indexing() -> Page:
    """A store is seen for the first time and its newest images are not there yet."""
    return Page(
        _text("Looking through the store…"),
        _text("It is read for the first time. The newest images appear in a moment."),
        "rescan",
    )


def empty_store(path: Path) -> Page:
    """The store holds no images."""
    if (base := store_above(path)) is not None:
        return Page(
            _text("This is a part of a store"),
            _text("{folder} lies inside a store. Open the store itself.", folder=str(path)),
            "open",
            ((_text("Open {store}", store=base.name or str(base)), "open_above"),),
        )
    return Page(
        _text("No images yet"),
        _text(
            "{folder} holds no images. They appear here as the server makes them, and when you "
            "import some or drop them here. If you expected images, open the folder above "
            "“images”.",
            folder=str(path),
        ),
        "image",
        (_open(_text("Open another store…")), (_text("Look again"), "rescan")),
    )


def all_in_trash(trashed: int) -> Page:
    """The store holds no images but those in its trash."""
    return Page(
        _text("All images are in the trash"),
        _text(
            "{images} can be put back from there. Others appear here as the server makes them, and "
            "when you import some or drop them here.",
            images=count_text(trashed, "image"),
        ),
        "delete",
        ((_text("Show the trash"), "show_trash"), (_text("Look again"), "rescan")),
    )


def empty_days() -> Page:
    """The chosen days hold no images any more."""
    return Page(
        _text("Nothing on this day"),
        _text("Its images are gone. Choose another day, or look at all images."),
        "image",
        ((_text("Show all images"), "show_all"),),
    )


def nothing_found(elsewhere: bool, still_indexing: bool) -> Page:
    """A search finds nothing here; ``elsewhere``: but it does in other places."""
    clear = (_text("Clear the search"), "clear_search")
    if elsewhere:
        return Page(
            _text("Nothing found here"),
            _text("The search finds images, but none among those you chose on the left."),
            "search",
            ((_text("Search all images"), "show_all"), clear),
        )
    if still_indexing:
        return Page(
            _text("Nothing found yet"),
            _text("The store is still being looked through: what matches appears as it is found."),
            "search",
            (clear,),
        )
    return Page(
        _text("Nothing found"),
        _text(
            "No image matches all of it. Search for fewer words, or for the beginning of one: "
            "light* finds lighthouse."
        ),
        "search",
        (clear,),
    )


def nothing_pinned() -> Page:
    """No image is pinned."""
    return Page(
        _text("Nothing is pinned"),
        _text("Select images and press P: no clean-up takes them, and they are all found here."),
        "pin",
        ((_text("Show all images"), "show_all"),),
    )


def empty_trash() -> Page:
    """There is nothing in the trash."""
    return Page(
        _text("The trash is empty"),
        _text("What you delete comes here first, and can be put back where it was."),
        "delete",
        ((_text("Show all images"), "show_all"),),
    )


def cannot_open(path: Path, error: StoreError) -> Page:
    """The store cannot be opened."""
    title = _text("The store cannot be opened")
    if isinstance(error, StoreNotFound):
        title = _text("The folder is not there")
    elif isinstance(error, StoreUnreadable):
        title = _text("The folder may not be read")
    return Page(
        title,
        str(error),
        "warning",
        ((_text("Try again"), "reopen"), _open(_text("Open another store…"))),
    )


def store_above(path: Path) -> Path | None:
    """Return the store in whose "images" folder this path is, if it is in one."""
    for folder in (path, *path.parents):
        if folder.name == "images":
            return folder.parent
    return None


def _open(text: str) -> tuple[str, str]:
    return text, "open"


def _text(source: str, **values: str) -> str:
    return translated("pages", source, **values)
