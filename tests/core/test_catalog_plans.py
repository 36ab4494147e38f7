"""What every question and every change costs SQLite: no more than what it is about.

SQLite itself counts the rows that a statement walks through without the help of an index, also
those in triggers. There are far more images here than days and folders, so a walk through all
images stands out, whatever statement makes it.
"""

from array import array
from collections.abc import Callable
from datetime import datetime

import apsw
import pytest

from core.catalog import BEGINNING, Catalog, open_catalog
from core.catalog_columns import Column
from core.catalog_search import CatalogSearch
from core.changes import FolderChange, FolderState, Leftovers, pack
from core.presence import Place
from core.query import parse
from core.query_terms import TextField
from tests.core.test_catalog import DAY, NOON, SHA, STORE, row

DAYS = 30
IMAGES_A_DAY = 100
FEW = 2 * DAYS  # rows: all days, or all folders, but by no means all images
SEARCH = parse("tea pinned model:none width:>10", datetime(2026, 11, 20))
FULL_SCAN = "SQLITE_STMTSTATUS_FULLSCAN_STEP"


def folder(back: int) -> str:
    return f"images/2026/11/{DAYS - back:02}"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    catalog = open_catalog(tmp_path_factory.mktemp("cache") / "catalog.db", STORE)
    for back in range(DAYS):
        rows = [
            row(
                f"{back}-{n}.png",
                DAY - back,
                NOON - back * 86_400_000_000 + n,
                size_bytes=1000 + n,
                pinned=n == 0,
                sha256=SHA if n == 1 else None,
            )
            for n in range(IMAGES_A_DAY)
        ]
        leftovers = Leftovers({f"lost{back}.json": (5, 6)}, 1)
        change = FolderChange(
            folder(back), pack(rows), state=FolderState(1, 2), leftovers=leftovers
        )
        catalog.apply([change])
    catalog.keep_days()
    yield catalog
    catalog.close()


def apply_some(catalog: Catalog) -> None:
    """Have one image come, one change and one go, and what else there is be told."""
    entries = catalog.folder_entries(folder(3))
    changed = row("3-5.png", DAY - 3, NOON, prompt="another")
    change = FolderChange(
        folder(3),
        rows=pack([changed, row("new.png", DAY - 3)]),
        replaced=[entries["3-5.png"]],
        removed=[entries["3-9.png"]],
        state=FolderState(3, 4),
        leftovers=Leftovers({"x.json": (1, 2)}),
    )
    catalog.apply([change, FolderChange(folder(4), gone=True)])
    catalog.apply([FolderChange(folder(4), rows=pack([row("4-1.png", DAY - 4)]))])


def some_keys(catalog: Catalog) -> array:
    return array("q", [record.key for record in catalog.newest(7)])


def note_some(catalog: Catalog) -> None:
    """Note of the newest images what was found."""
    catalog.note_examined([(image, (True, True)) for image in catalog.next_unexamined(9)])


#: Every public method of a catalogue: what is called to see what it costs.
CALLS: dict[str, Callable[[Catalog], object]] = {
    "totals": Catalog.totals,
    "day_totals": Catalog.day_totals,
    "days": lambda catalog: (catalog.days(), catalog.days([DAY, DAY - 7])),
    "pinned_days": lambda catalog: (catalog.pinned_days(), catalog.pinned_days([DAY])),
    "records": lambda catalog: catalog.records(some_keys(catalog)),
    "find": lambda catalog: catalog.find("7-7"),
    "at": lambda catalog: catalog.at([f"{folder(7)}/7-7.png"]),
    "newest": lambda catalog: (catalog.newest(5), catalog.newest(5, NOON)),
    "newest_of": lambda catalog: catalog.newest_of(some_keys(catalog)),
    "find_content": lambda catalog: catalog.find_content(SHA),
    "unhashed": lambda catalog: catalog.unhashed(1005),
    "oldest": lambda catalog: (catalog.oldest(BEGINNING, 5), catalog.oldest((NOON, 7), 5)),
    "candidates": lambda catalog: catalog.candidates([DAY - 2]),
    "pinned_images": Catalog.pinned_images,
    "orphans": Catalog.orphans,
    "unknown_files": Catalog.unknown_files,
    "column": lambda catalog: [catalog.column(each, some_keys(catalog)) for each in Column],
    "summary": lambda catalog: catalog.summary(some_keys(catalog)),
    "month": lambda catalog: catalog.month(DAY - 1, DAY),
    "folder_states": Catalog.folder_states,
    "doubt_folders": lambda catalog: catalog.doubt_folders([folder(3)]),
    "folder_entries": lambda catalog: catalog.folder_entries(folder(1)),
    "folder_leftovers": lambda catalog: catalog.folder_leftovers(folder(1)),
    "place": Catalog.place,
    "set_place": lambda catalog: catalog.set_place(Place(1, 2, 3)),
    "last_change": Catalog.last_change,
    "changes_after": lambda catalog: catalog.changes_after(catalog.last_change() - 1),
    "add_searchable": lambda catalog: catalog.add_searchable(50),
    "waiting": Catalog.waiting,
    "search_plan": lambda catalog: catalog.search_plan(SEARCH),
    "found": lambda catalog: catalog.found(catalog.search_plan(SEARCH), DAY - 1, DAY),
    "counted": lambda catalog: catalog.counted(catalog.search_plan(SEARCH), DAY - 1, DAY),
    "combinations": lambda catalog: catalog.combinations(50),
    "values": lambda catalog: catalog.values(TextField.MODEL),
    "next_unexamined": lambda catalog: catalog.next_unexamined(5),
    "unexamined": Catalog.unexamined,
    "forget_examined_in_vain": lambda catalog: catalog.forget_examined_in_vain(5),
    "note_examined": note_some,
    "apply": apply_some,
    "keep_days": Catalog.keep_days,
}


def walked(catalog: Catalog, call: Callable[[Catalog], object]) -> dict[str, int]:
    """Return how many rows each statement of a call went through without an index."""
    found: dict[str, int] = {}

    def note(event: dict) -> None:
        found[event["sql"]] = max(found.get(event["sql"], 0), event["stmt_status"][FULL_SCAN])

    connection = catalog._connection
    connection.trace_v2(apsw.SQLITE_TRACE_PROFILE, note)
    call(catalog)
    connection.trace_v2(0)
    return found


def test_every_question_and_change_of_a_catalogue_is_looked_at_here():
    both = {**vars(CatalogSearch), **vars(Catalog)}
    public = {name for name, value in both.items() if callable(value)}
    assert {name for name in public if not name.startswith("_")} - {"close"} == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_nothing_walks_through_all_images(made, name):
    found = walked(made, CALLS[name])
    assert found
    for sql, rows in found.items():
        assert rows <= FEW, (name, sql)


def test_a_walk_through_all_images_would_be_noticed(made):
    def scan(catalog: Catalog) -> None:
        catalog._query("SELECT count(*) FROM image WHERE model = 'none'")

    (rows,) = walked(made, scan).values()
    assert rows >= DAYS * IMAGES_A_DAY - IMAGES_A_DAY
