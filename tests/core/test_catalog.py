import random
import subprocess
import sys
from array import array
from collections import defaultdict
from datetime import date
from pathlib import Path

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalog import Catalog, open_catalog
from core.catalog_file import delete_catalog
from core.catalog_schema import BUSY_TURN
from core.changes import (
    BESIDE,
    IN_METADATA,
    NO_SIDECAR,
    FolderChange,
    FolderState,
    ImageRow,
    Leftovers,
    pack,
)
from core.errors import CatalogDamaged, CatalogError
from core.records import DayTotal, OrphanSidecar, from_microseconds

STORE = Path("/srv/store")
DAY = date(2026, 11, 20).toordinal()
NOON = 1_795_176_000_000_000
FOLDER = "images/2026/11/20"
SHA = "0123456789abcdef" * 4


def row(name: str, day: int = DAY, created_us: int = NOON, **fields) -> ImageRow:
    values = {
        "size_bytes": 1000,
        "modified_ns": 5,
        "sidecar": BESIDE,
        "sidecar_bytes": 300,
        "sidecar_ns": 6,
        "sidecar_problem": None,
        "format": "png",
        "width": 1536,
        "height": 1024,
        "prompt": "a lighthouse",
        "model": "gpt-image-1",
        "provider": "openai",
        "cost_usd": 0.25,
    }
    return ImageRow(name=name, day=day, created_us=created_us, **{**values, **fields})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalog.db"


@pytest.fixture
def catalog(path: Path):
    catalog = open_catalog(path, STORE)
    yield catalog
    catalog.close()


def keys_in_order(catalog: Catalog) -> list[int]:
    return [key for day in catalog.days() for key in day.keys]


def test_a_new_catalogue_is_empty(catalog):
    totals = catalog.totals()
    assert (totals.images, totals.size_bytes, totals.oldest, totals.newest) == (0, 0, None, None)
    assert catalog.day_totals() == catalog.days() == catalog.newest(5) == catalog.find("a") == []
    assert catalog.records([]) == catalog.folder_states() == catalog.folder_entries(FOLDER) == {}
    assert catalog.summary([]) is catalog.summary([7]) is None


def test_what_goes_in_comes_out(catalog):
    big = 2**62 + 1
    given_row = row("a.b.PNG", modified_ns=big, prompt='ein "猫"\n\\', sidecar_problem="why")
    applied = catalog.apply([FolderChange(FOLDER, rows=pack([given_row]))])
    assert applied.days == {DAY}
    assert applied.keys == frozenset()
    (record,) = catalog.find("a.b")
    assert record.image_id == "a.b"
    assert record.path == f"{FOLDER}/a.b.PNG"
    assert record.sidecar_path == f"{FOLDER}/a.b.json"
    for field in ("day", "created_us", "size_bytes", "modified_ns", "sidecar_problem", "format"):
        assert getattr(record, field) == getattr(given_row, field)
    for field in ("width", "height", "prompt", "model", "provider", "cost_usd"):
        assert getattr(record, field) == getattr(given_row, field)
    assert catalog.records([record.key, 999]) == {record.key: record}
    assert catalog.newest() == [record]


def test_by_their_keys_can_be_told_which_images_came_later(catalog):
    assert catalog.totals().last_key == 0
    catalog.apply([FolderChange(FOLDER, rows=pack([row("a.png"), row("b.png")]))])
    last = catalog.totals().last_key
    assert last == max(keys_in_order(catalog))
    catalog.apply([FolderChange(FOLDER, gone=True)])
    assert catalog.totals().last_key == 0
    catalog.apply([FolderChange(FOLDER, rows=pack([row("c.png", DAY - 9)]))])
    assert keys_in_order(catalog) == [catalog.totals().last_key]
    assert catalog.totals().last_key > last


def test_where_the_sidecar_is(catalog):
    rows = [row("a.png", sidecar=NO_SIDECAR, cost_usd=None), row("b.png", sidecar=IN_METADATA)]
    catalog.apply([FolderChange("images", rows=pack(rows))])
    assert catalog.find("a")[0].sidecar_path is None
    assert catalog.find("a")[0].cost_usd is None
    assert catalog.find("b")[0].sidecar_path == "metadata/b.json"
    assert catalog.totals().without_sidecar == 1


def test_what_a_person_says_of_an_image_is_known(catalog):
    said = {"pinned": True, "rating": 4, "tags": '["sea","a \\"b\\""]', "sha256": SHA}
    catalog.apply(
        [FolderChange(FOLDER, rows=pack([row("a.png", **said), row("b.png"), row("c.png")]))]
    )
    (a,), (b,) = catalog.find("a"), catalog.find("b")
    assert (a.pinned, a.rating, a.tags, a.sha256) == (True, 4, ("sea", 'a "b"'), SHA)
    assert (b.pinned, b.rating, b.tags, b.sha256) == (False, 0, (), None)
    assert catalog.pinned_images() == 1
    assert catalog.find_content(SHA) == catalog.find_content(SHA.upper()) == [a]
    assert catalog.find_content("00" * 32) == catalog.find_content("no digits") == []
    totals = catalog.totals()
    entries = catalog.folder_entries(FOLDER)
    new = row("b.png", pinned=True, sha256=SHA)
    catalog.apply([FolderChange(FOLDER, rows=pack([new]), replaced=[entries["b.png"]])])
    assert catalog.pinned_images() == 2
    assert {record.image_id for record in catalog.find_content(SHA)} == {"a", "b"}
    assert catalog.totals() == totals
    catalog.apply([FolderChange(FOLDER, rows=pack([row("a.png")]), replaced=[entries["a.png"]])])
    assert catalog.pinned_images() == 1


def test_totals_follow_what_this_and_another_connection_write(path, catalog):
    other = open_catalog(path, STORE)
    for number, writer in enumerate((catalog, other, other, catalog)):
        writer.apply([FolderChange(FOLDER, rows=pack([row(f"{number}.png")]))])
        assert catalog.totals().images == other.totals().images == number + 1
    other.apply([FolderChange(FOLDER, gone=True)])
    assert catalog.totals().images == 0
    other.close()


def test_orphans_and_unknown_files_are_known_by_folder(catalog):
    found = Leftovers({"a.json": (7, 2**60), "b.c.json": (8, 9)}, 3)
    catalog.apply([FolderChange(FOLDER, leftovers=found), FolderChange("images")])
    assert catalog.folder_leftovers(FOLDER) == found
    assert catalog.folder_leftovers("images") == catalog.folder_leftovers("none") == Leftovers()
    both = [
        OrphanSidecar(f"{FOLDER}/a.json", 7, 2**60),
        OrphanSidecar(f"{FOLDER}/b.c.json", 8, 9),
    ]
    assert catalog.orphans() == both
    assert catalog.unknown_files() == {FOLDER: 3}
    assert catalog.totals().images == 0
    catalog.apply(
        [FolderChange("images", rows=pack([row("b.png"), row("a.b.png"), row("b.c.d.png")]))]
    )
    assert catalog.orphans() == both
    catalog.apply([FolderChange("images", rows=pack([row("b.c.png")]))])
    assert catalog.orphans() == both[:1]
    catalog.apply([FolderChange(FOLDER, leftovers=Leftovers())])
    assert catalog.folder_leftovers(FOLDER) == Leftovers()
    catalog.apply([FolderChange(FOLDER, leftovers=found)])
    catalog.apply([FolderChange("images", gone=True), FolderChange(FOLDER, gone=True)])
    assert catalog.orphans() == []
    assert catalog.unknown_files() == {}
    catalog.apply([FolderChange(FOLDER)])
    assert catalog.folder_leftovers(FOLDER) == Leftovers()


def test_a_file_keeps_its_key_and_no_key_is_used_again(catalog):
    catalog.apply([FolderChange(FOLDER, rows=pack([row("a.png"), row("b.png")]))])
    before = catalog.folder_entries(FOLDER)
    change = FolderChange(
        FOLDER, rows=pack([row("b.png", prompt="new")]), replaced=[before["b.png"]]
    )
    assert catalog.apply([change]).keys == {before["b.png"].key}
    assert catalog.folder_entries(FOLDER)["b.png"].key == before["b.png"].key
    assert catalog.find("b")[0].prompt == "new"
    catalog.apply([FolderChange(FOLDER, removed=[before["b.png"]])])
    catalog.apply([FolderChange(FOLDER, rows=pack([row("c.png")]))])
    assert catalog.find("c")[0].key > before["b.png"].key
    assert catalog.find("b") == []


def test_two_files_of_one_id_are_two_images(catalog):
    catalog.apply([FolderChange(FOLDER, rows=pack([row("a.png"), row("a.jpg"), row("a.b.png")]))])
    catalog.apply([FolderChange("images", rows=pack([row("a.png", created_us=NOON + 1)]))])
    assert [r.path for r in catalog.find("a")] == [
        "images/a.png",
        f"{FOLDER}/a.jpg",
        f"{FOLDER}/a.png",
    ]
    assert catalog.totals().images == 4


def test_a_change_of_day_tells_both_days(catalog):
    catalog.apply([FolderChange("images", rows=pack([row("a.png")]))])
    entry = catalog.folder_entries("images")["a.png"]
    change = FolderChange("images", rows=pack([row("a.png", day=DAY - 3)]), replaced=[entry])
    assert catalog.apply([change]).days == {DAY, DAY - 3}
    assert catalog.day_totals() == [DayTotal(DAY - 3, 1, 1000)]


def test_order_is_newest_first(catalog):
    rows = [
        row("a.png"),
        row("b.png"),
        row("c.png", created_us=NOON - 1),
        row("d.png", day=DAY + 1, created_us=1),
    ]
    catalog.apply([FolderChange(FOLDER, rows=pack(rows))])
    names = {r.key: r.filename for r in catalog.newest()}
    assert list(names.values()) == ["d.png", "b.png", "a.png", "c.png"]
    assert keys_in_order(catalog) == list(names)
    assert catalog.newest_of(list(names)) == next(iter(names))
    assert catalog.newest_of([*names][2:1:-1] + [*names][:0:-1]) == [*names][1]
    assert catalog.newest_of([]) is catalog.newest_of([99]) is None
    catalog.keep_days()
    assert keys_in_order(catalog) == list(names)
    assert [r.filename for r in catalog.newest(1)] == ["d.png"]
    assert [r.filename for r in catalog.newest(9, NOON)] == ["b.png", "a.png"]
    (day,) = catalog.days({DAY, 5})
    assert day.day == DAY
    assert day.size_bytes == 3000
    assert isinstance(day.keys, array)


def test_an_image_saved_into_a_large_day_does_not_list_it_again(catalog, monkeypatch):
    monkeypatch.setattr("core.catalog_days.MOST_EDITS", 5)
    rows = [row(f"{n}.png", created_us=NOON + 7 * n % 5003) for n in range(5000)]
    catalog.apply([FolderChange(FOLDER, rows=pack(rows))])
    catalog.keep_days()
    rng = random.Random(1)
    entries = catalog.folder_entries(FOLDER)
    for n in range(40):
        created_us = NOON + rng.choice([rng.randrange(5003), 9000 + n])
        (name, entry) = rng.choice(list(entries.items()))
        match n % 4:
            case 0:
                change = FolderChange(FOLDER, removed=[entry])
                del entries[name]
            case 1:
                new = row(name, created_us=created_us)
                change = FolderChange(FOLDER, rows=pack([new]), replaced=[entry])
            case _:
                change = FolderChange(
                    FOLDER, rows=pack([row(f"new{n}.png", created_us=created_us)])
                )
        catalog.apply([change])
        plan = plan_of(catalog, lambda: catalog.days([DAY]))
        assert plan.count("SEARCH image USING COVERING INDEX image_order") <= 1 + 5
        ((kept,),) = catalog._query("SELECT count(*) FROM day_keys")
        assert kept == 1
        expected = [record.key for record in catalog.newest()]
        assert keys_in_order(catalog) == expected
    many = [row(f"many{n}.png", created_us=NOON + n) for n in range(50)]
    catalog.apply([FolderChange(FOLDER, rows=pack(many))])
    assert catalog._query("SELECT count(*) FROM day_keys") == [(0,)]
    assert keys_in_order(catalog) == [record.key for record in catalog.newest()]
    catalog.keep_days()
    assert catalog._query("SELECT count(*) FROM day_keys") == [(1,)]
    assert keys_in_order(catalog) == [record.key for record in catalog.newest()]


def test_what_a_selection_shares(catalog):
    rows = [
        row("a.png", rating=4, tags='["sea","fog"]'),
        row("b.jpg", format="jpeg", height=1, cost_usd=None, created_us=NOON + 5, rating=4),
        row("c.png", model="", tags='["sea","fog"]'),
    ]
    catalog.apply([FolderChange(FOLDER, rows=pack(rows))])
    a, b, c = sorted(keys_in_order(catalog))
    two = catalog.summary(array("q", [a, b]))
    assert (two.images, two.size_bytes, two.cost_usd) == (2, 2000, 0.25)
    assert (two.oldest, two.newest) == (from_microseconds(NOON), from_microseconds(NOON + 5))
    assert two.shared == {
        "prompt": "a lighthouse",
        "model": "gpt-image-1",
        "provider": "openai",
        "rating": "4",
    }
    assert catalog.summary([a, c]).shared["tags"] == "sea, fog"
    assert catalog.summary([b]).cost_usd is None
    assert catalog.summary([c, 999]).shared == {
        "prompt": "a lighthouse",
        "provider": "openai",
        "format": "png",
        "tags": "sea, fog",
        "dimensions": "1536×1024",
    }


def test_folders_are_remembered_and_forgotten(catalog):
    catalog.apply([FolderChange(FOLDER, rows=pack([row("a.png")])), FolderChange("images/2026")])
    assert catalog.folder_states() == {FOLDER: None, "images/2026": None}
    catalog.apply([FolderChange(FOLDER, state=FolderState(7, 8))])
    assert catalog.folder_states()[FOLDER] == FolderState(7, 8)
    catalog.apply([FolderChange(FOLDER, rows=pack([row("b.png")]))])
    assert catalog.folder_states()[FOLDER] == FolderState(7, 8)
    catalog.apply([FolderChange(FOLDER, gone=True)])
    assert catalog.folder_states() == {"images/2026": None}
    assert catalog.totals().images == 0


def test_a_transaction_is_whole_or_nothing(catalog):
    unfit = row("b.png")
    unfit.day = None
    with pytest.raises(CatalogError):
        catalog.apply(
            [
                FolderChange(FOLDER, rows=pack([row("a.png")])),
                FolderChange("images", rows=pack([unfit])),
            ]
        )
    assert catalog.totals().images == 0
    assert catalog.folder_states() == {}
    catalog.apply([FolderChange(FOLDER, rows=pack([row("a.png")]))])
    assert catalog.totals().images == 1


_files = st.tuples(
    st.sampled_from([FOLDER, "images", "images/2026/11/19"]), st.sampled_from("abcdef")
)
_steps = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "put", "remove", "forget", "keep"]),
        _files,
        st.integers(DAY - 2, DAY),
        st.integers(NOON - 3, NOON + 3),
        st.integers(0, 2),
    ),
    max_size=30,
)


@pytest.mark.parametrize("large_day", [0, 4096])
@given(steps=_steps)
@settings(max_examples=60, deadline=None)
def test_kept_totals_equal_a_count_after_any_changes(large_day, steps):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.catalog_schema.LARGE_DAY", large_day)
        patch.setattr("core.catalog_days.MOST_EDITS", 3)
        keep_totals_and_order(steps)


def keep_totals_and_order(steps):
    catalog = open_catalog(Path(":memory:"), STORE)
    truth: dict[tuple[str, str], ImageRow] = {}
    for what, (folder, name), day, created, sidecar in steps:
        known = catalog.folder_entries(folder).get(name)
        if what == "put":
            new = row(name, day, created, sidecar=sidecar, size_bytes=created - NOON + 10)
            catalog.apply(
                [FolderChange(folder, rows=pack([new]), replaced=[known] if known else [])]
            )
            truth[folder, name] = new
        elif what == "remove" and known:
            catalog.apply([FolderChange(folder, removed=[known])])
            del truth[folder, name]
        elif what == "forget":
            catalog.apply([FolderChange(folder, gone=True)])
            truth = {at: each for at, each in truth.items() if at[0] != folder}
        elif what == "keep":
            catalog.keep_days()
    by_day = defaultdict(list)
    for each in truth.values():
        by_day[each.day].append(each)
    assert catalog.day_totals() == [
        DayTotal(day, len(rows), sum(r.size_bytes for r in rows))
        for day, rows in sorted(by_day.items(), reverse=True)
    ]
    totals = catalog.totals()
    assert totals.images == len(truth)
    assert totals.sidecar_bytes == 300 * len(truth)
    assert totals.without_sidecar == sum(r.sidecar == NO_SIDECAR for r in truth.values())
    times = [r.created_us for r in truth.values()]
    assert totals.oldest == (from_microseconds(min(times)) if times else None)
    assert totals.newest == (from_microseconds(max(times)) if times else None)
    records = catalog.records(keys_in_order(catalog)).values()
    assert len(records) == len(truth)
    expected = sorted(records, key=lambda r: (r.day, r.created_us, r.key), reverse=True)
    assert [r.key for r in expected] == keys_in_order(catalog)
    catalog.close()


def plan_of(catalog: Catalog, call) -> str:
    """The query plans of everything a call asks."""
    connection = catalog._connection
    plans = []

    def trace(cursor, sql, bindings):
        if not sql.startswith(("EXPLAIN", "BEGIN", "COMMIT")):
            asked.append((sql, bindings))
        return True

    asked: list[tuple[str, object]] = []
    connection.exec_trace = trace
    call()
    connection.exec_trace = None
    for sql, bindings in asked:
        plans += [line[3] for line in connection.execute(f"EXPLAIN QUERY PLAN {sql}", bindings)]
    assert plans
    return "\n".join(plans)


def test_no_query_reads_the_whole_table(catalog):
    catalog.apply(
        [
            FolderChange(
                FOLDER, rows=pack([row(f"{n}.png", created_us=NOON + n) for n in range(300)])
            )
        ]
    )
    keys = keys_in_order(catalog)
    entries = list(catalog.folder_entries(FOLDER).values())
    calls = {
        "totals": catalog.totals,
        "day_totals": catalog.day_totals,
        "some day totals": lambda: catalog.day_totals([DAY]),
        "days": catalog.days,
        "some days": lambda: catalog.days([DAY]),
        "records": lambda: catalog.records(keys),
        "find": lambda: catalog.find("7"),
        "content": lambda: catalog.find_content(SHA),
        "pinned": catalog.pinned_images,
        "days of pinned": catalog.pinned_days,
        "some days of pinned": lambda: catalog.pinned_days([DAY]),
        "orphans": catalog.orphans,
        "leftovers": lambda: catalog.folder_leftovers(FOLDER),
        "newest": lambda: catalog.newest(5),
        "newest since": lambda: catalog.newest(5, NOON),
        "summary": lambda: catalog.summary(keys),
        "entries": lambda: catalog.folder_entries(FOLDER),
        "keep": catalog.keep_days,
        "write": lambda: catalog.apply(
            [FolderChange(FOLDER, rows=pack([row("7.png")]), removed=entries[:2])]
        ),
        "forget": lambda: catalog.apply([FolderChange(FOLDER, gone=True)]),
    }
    for name, call in calls.items():
        plan = plan_of(catalog, call).replace("SCAN image USING COVERING INDEX image_pinned", "P")
        assert "SCAN image" not in plan, (name, plan)
        assert (name == "content") == ("image_sha256" in plan), (name, plan)
        if name.startswith(("newest", "days", "keep", "some")):
            *_, sorted_edits = plan.rpartition("SCAN day_edit")
            plan = plan.removesuffix(sorted_edits) if "days" in name else plan
            assert "TEMP B-TREE" not in plan, (name, plan)


def test_the_days_of_pinned_images_are_those_images_alone(catalog):
    pinned = [row(f"{n}.png", DAY + n % 2, NOON + n % 3, pinned=True) for n in range(8)]
    catalog.apply(
        [FolderChange(FOLDER, rows=pack([*pinned, *(row(f"x{n}.png") for n in range(4))]))]
    )
    records = {record.key: record for record in catalog.newest() if record.pinned}
    found = catalog.pinned_days()
    assert [key for day in found for key in day.keys] == list(records)
    assert [(day.day, day.size_bytes) for day in found] == [(DAY + 1, 4000), (DAY, 4000)]
    assert catalog.pinned_days([DAY, 3]) == found[1:]
    assert catalog.pinned_days([]) == []


def test_a_catalogue_lasts(path):
    catalog = open_catalog(path, STORE)
    catalog.apply([FolderChange(FOLDER, rows=pack([row("a.png")]))])
    catalog.close()
    catalog.close()
    again = open_catalog(path, STORE)
    assert again.totals().images == 1
    again.close()
    delete_catalog(path)
    delete_catalog(path)
    assert list(path.parent.glob("catalog*")) == []


def test_a_catalogue_of_another_store_is_not_used(path, catalog):
    with pytest.raises(CatalogDamaged, match="belongs to the store /srv/store"):
        open_catalog(path, Path("/elsewhere"))


@pytest.mark.parametrize("pragma", ["user_version = 99", "application_id = 7"])
def test_a_catalogue_of_another_version_is_not_used(path, pragma):
    open_catalog(path, STORE).close()
    connection = apsw.Connection(str(path))
    connection.execute(f"PRAGMA {pragma}")
    connection.close()
    with pytest.raises(CatalogDamaged):
        open_catalog(path, STORE)


@pytest.mark.parametrize("data", [b"not a database " * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_damaged(path, data):
    path.write_bytes(data)
    with pytest.raises(CatalogDamaged, match=r"catalog\.db"):
        open_catalog(path, STORE)


@pytest.mark.parametrize("data", [b"", b"x"])
def test_a_file_with_nothing_in_it_is_a_new_catalogue(path, data):
    path.write_bytes(data)
    catalog = open_catalog(path, STORE)
    assert catalog.totals().images == 0
    catalog.close()


def test_a_catalogue_that_cannot_be_made_says_so(tmp_path):
    with pytest.raises(CatalogError, match="cannot be used"):
        open_catalog(tmp_path / "none" / "catalog.db", STORE)


def read_everything(catalog: Catalog) -> object:
    keys = keys_in_order(catalog)
    catalog.totals()
    return catalog.folder_entries(FOLDER), [catalog.records([key])[key] for key in keys]


def test_no_damaged_page_gives_a_wrong_answer(path):
    rows = [row(f"{n}.png", created_us=NOON + n, prompt=f"prompt {n} " * 20) for n in range(400)]
    catalog = open_catalog(path, STORE)
    catalog.apply([FolderChange(FOLDER, rows=pack(rows))])
    right = read_everything(catalog)
    catalog.close()
    whole = path.read_bytes()
    rng = random.Random(5)
    noticed = 0
    for page in range(len(whole) // 4096):
        data = bytearray(whole)
        data[page * 4096 + rng.randrange(4096)] ^= rng.randrange(1, 256)
        path.write_bytes(data)
        try:
            damaged = open_catalog(path, STORE)
            try:
                assert read_everything(damaged) == right
            finally:
                damaged.close()
        except CatalogDamaged:
            noticed += 1
    assert noticed > 20


_WRITER = """
import sys
from pathlib import Path
from core.catalog import open_catalog
from core.changes import FolderChange, pack
from tests.core.test_catalog import row, STORE
who = sys.argv[2]
for n in range(40):
    catalog = open_catalog(Path(sys.argv[1]), STORE)
    rows = pack([row(f"{n}-{i}.png") for i in range(10)])
    catalog.apply([FolderChange(f"images/{who}", rows=rows)])
    catalog.keep_days()
    catalog.close()
"""


def test_processes_write_and_read_one_catalogue_at_once(path):
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(path), who], stderr=subprocess.PIPE)
        for who in "abc"
    ]
    catalog = open_catalog(path, STORE)
    while any(writer.poll() is None for writer in writers):
        assert sum(len(day.keys) for day in catalog.days()) % 10 == 0
    for writer in writers:
        assert writer.communicate()[1] == b""
    assert catalog.totals().images == 3 * 40 * 10
    assert len(set(keys_in_order(catalog))) == 1200
    catalog.close()


def test_who_writes_again_and_again_lets_others_in_between(catalog, monkeypatch):
    clock = Clock()
    monkeypatch.setattr("core.catalog_file.time", clock)
    for _ in range(100):
        with catalog._writing():
            clock.now += 0.03
    assert len(clock.slept) == 24  # after each four
    assert min(clock.slept) > 2 * BUSY_TURN  # so that who waits asks meanwhile
    clock.now += 1
    clock.slept.clear()
    for _ in range(100):
        with catalog._writing():
            clock.now += 0.03
        clock.now += 0.03
    assert clock.slept == []


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_a_catalogue_that_others_lock_for_too_long_is_an_error(path, catalog, monkeypatch):
    monkeypatch.setattr("core.catalog_schema.BUSY_SECONDS", 0.1)
    other = open_catalog(path, STORE)
    with other._writing(), pytest.raises(CatalogError, match="locked"):
        catalog.apply([FolderChange(FOLDER, rows=pack([row("a.png")]))])
    catalog.apply([FolderChange(FOLDER, rows=pack([row("a.png")]))])
    other.close()
    assert catalog.totals().images == 1
