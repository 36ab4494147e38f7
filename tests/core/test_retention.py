import random
from datetime import date, datetime, timedelta
from operator import attrgetter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.errors import InvalidSettings
from core.prune_records import Candidate, Kind, RetentionPolicy, Usage, Why
from core.records import DayTotal
from core.retention import plan, policy_of
from core.settings import StorageSettings

NOW = datetime(2026, 11, 20, 18, 0, 0, 123456)
US = timedelta(microseconds=1)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def us(moment: datetime) -> int:
    since = moment - datetime(1970, 1, 1)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def thing(kind: Kind, age: timedelta, name: str, size: int = 100, **fields) -> Candidate:
    made = NOW - age
    values = {
        "sidecar_path": None,
        "day": made.toordinal(),
        "created_us": us(made),
        "size_bytes": size,
        "modified_ns": 7,
        "path": f"{kind}/{name}.png",
    }
    return Candidate(kind=kind, name=name, **{**values, **fields})


def image(age: timedelta, name: str = "a", size: int = 100, **fields) -> Candidate:
    return thing(Kind.IMAGE, age, name, size, **fields)


def total(items) -> int:
    return sum(item.size_bytes + item.sidecar_bytes for item in items)


def made(images=(), *, trash=(), leftovers=(), now=NOW, **policy):
    images = sorted(images, key=lambda item: item.created_us)
    usage = Usage(total(images), trash, leftovers)
    return plan(images, RetentionPolicy(**policy), usage, now)


def short(found):
    return [(e.item.name, e.why.value, e.amount, e.for_good) for e in found.entries]


@pytest.mark.parametrize(
    ("age", "late"),
    [
        (30 * DAY - US, None),
        (30 * DAY, None),
        (30 * DAY + US, 1),
        (30 * DAY + HOUR, 3_600_000_000),
        (33 * DAY + 4 * HOUR, 3 * 86_400_000_000 + 4 * 3_600_000_000),
        (-5 * DAY, None),
        (9000 * DAY, 8970 * 86_400_000_000),
    ],
)
def test_age_counts_to_the_microsecond(age, late):
    found = made([image(age)], max_age_days=30)
    assert short(found) == ([] if late is None else [("a", "age", late, False)])


def test_an_age_of_no_days_takes_all_that_is_not_of_this_moment():
    images = [image(US, "old"), image(0 * US, "now"), image(-US, "later")]
    assert short(made(images, max_age_days=0)) == [("old", "age", 1, False)]


def test_no_limits_take_nothing():
    found = made([image(9000 * DAY)], trash=[thing(Kind.TRASHED, 9000 * DAY, "t")])
    assert (found.count, found.days, found.bytes_before, found.bytes_after) == (0, (), 200, 200)


def test_an_empty_store_needs_nothing():
    found = made(max_age_days=0, max_bytes=0, trash_days=0)
    assert (found.count, found.bytes_before, found.bytes_freed, found.days) == (0, 0, 0, ())


def test_what_is_pinned_stays_and_is_counted_where_it_would_have_gone():
    images = [
        image(40 * DAY, "a", 10, pinned=True, sidecar_bytes=3),
        image(39 * DAY, "b", 10),
        image(2 * DAY, "c", 10, pinned=True),
    ]
    found = made(images, max_age_days=30)
    assert [entry.item.name for entry in found.entries] == ["b"]
    assert (found.kept_pinned, found.kept_pinned_bytes) == (1, 13)


def test_all_pinned_means_nothing_goes_however_large():
    images = [image(n * DAY, str(n), pinned=True) for n in range(5)]
    found = made(images, max_bytes=0, max_age_days=1)
    assert (found.count, found.kept_pinned, found.kept_pinned_bytes) == (0, 5, 500)
    assert found.bytes_after == 500


def test_the_oldest_goes_first_and_of_the_same_age_the_lower_id():
    images = [
        image(DAY, "b"),
        image(2 * DAY, "z"),
        image(DAY, "a-b"),
        image(DAY, "a", path="2"),
        image(DAY, "a", path="1"),
        image(DAY, "é"),
        image(DAY, "Z"),
    ]
    found = made(images, max_bytes=0)
    order = [(entry.item.name, entry.item.path) for entry in found.entries]
    assert [name for name, _ in order] == ["z", "Z", "a", "a", "a-b", "b", "é"]
    assert [path for _, path in order[2:4]] == ["1", "2"]


@pytest.mark.parametrize(
    ("limit", "gone"), [(301, 0), (300, 0), (299, 1), (200, 1), (199, 2), (1, 3), (0, 3)]
)
def test_the_size_limit_is_met_exactly_and_not_gone_beyond(limit, gone):
    images = [image(n * DAY, str(n)) for n in (3, 2, 1)]
    found = made(images, max_bytes=limit)
    over = 300 - limit
    expected = [("3", over), ("2", over - 100), ("1", over - 200)][:gone]
    assert short(found) == [(name, "size", amount, True) for name, amount in expected]
    assert found.bytes_after == 300 - 100 * gone
    assert found.bytes_freed == 100 * gone
    assert found.bytes_trashed == 0


def test_sidecars_take_space_too():
    images = [image(2 * DAY, "a", 50, sidecar_bytes=50), image(DAY, "b", 50, sidecar_bytes=50)]
    found = made(images, max_bytes=150)
    assert (found.bytes_before, found.bytes_after, found.count) == (200, 100, 1)


def test_for_the_size_the_trash_goes_before_any_image_oldest_first():
    images = [image(50 * DAY, "i")]
    trash = [
        thing(Kind.TRASHED, DAY, "new"),
        thing(Kind.TRASHED, 3 * DAY, "old"),
        thing(Kind.TRASHED, 2 * DAY, "b"),
        thing(Kind.TRASHED, 2 * DAY, "a"),
    ]
    names = ["old", "a", "b", "new", "i"]
    for gone in range(6):
        found = made(images, trash=trash, max_bytes=500 - 100 * gone)
        assert [entry.item.name for entry in found.entries] == names[:gone]
        assert all(entry.why is Why.SIZE and entry.for_good for entry in found.entries)
        assert found.bytes_after == 500 - 100 * gone


def test_only_images_count_for_days():
    trash = [thing(Kind.TRASHED, DAY, "t")]
    day = date(2026, 11, 18).toordinal()
    images = [
        image(2 * DAY, "a", 10, day=day, sidecar_bytes=1),
        image(DAY, "b", 20, day=day),
        image(DAY, "c", 40, day=day - 1),
        image(DAY, "d", 40, day=day + 1, pinned=True),
    ]
    found = made(images, trash=trash, max_bytes=0)
    assert found.days == (DayTotal(day, 2, 31), DayTotal(day - 1, 1, 40))


def test_age_trashes_and_frees_nothing():
    images = [image(40 * DAY, "a", 10), image(39 * DAY, "c", 7), image(DAY, "b", 5)]
    found = made(images, max_age_days=30)
    assert (found.bytes_before, found.bytes_after) == (22, 22)
    assert (found.bytes_freed, found.bytes_trashed) == (0, 17)


def test_what_is_too_old_is_freed_where_the_size_asks_for_it():
    images = [image(n * DAY, str(n)) for n in (43, 42, 41, 1)]
    found = made(images, max_age_days=40, max_bytes=250)
    day = 86_400_000_000
    assert short(found) == [
        ("43", "size", 150, True),
        ("42", "size", 50, True),
        ("41", "age", day, False),
    ]
    assert (found.bytes_freed, found.bytes_trashed) == (200, 100)


def test_size_goes_on_where_age_ends():
    images = [image(n * DAY, str(n)) for n in (43, 2, 1)]
    found = made(images, max_age_days=40, max_bytes=100)
    assert [name for name, *_ in short(found)] == ["43", "2"]
    assert {why for _, why, _, _ in short(found)} == {"size"}


def test_the_trash_expires_by_age_and_that_counts_for_the_size():
    trash = [thing(Kind.TRASHED, 30 * DAY + age, str(n)) for n, age in enumerate((-US, 0 * US, US))]
    found = made([image(DAY)], trash=trash, trash_days=30, max_bytes=250)
    assert short(found) == [("2", "trash_age", 1, True), ("1", "size", 50, True)]
    assert found.bytes_after == 200


@pytest.mark.parametrize(("kind", "why"), [(Kind.ORPHAN, "orphan"), (Kind.TEMPORARY, "temporary")])
def test_leftovers_stop_being_young_after_an_hour(kind, why):
    items = [thing(kind, HOUR + age, str(n)) for n, age in enumerate((-US, 0 * US, US, 2 * US))]
    found = made(leftovers=items)
    assert short(found) == [("3", why, 2, True), ("2", why, 1, True)]
    assert (found.bytes_before, found.bytes_freed, found.bytes_after) == (400, 200, 200)


def test_leftovers_stay_where_the_policy_says_so_but_count():
    usage = Usage(0, leftovers=[thing(Kind.ORPHAN, DAY, "o")])
    found = plan([], RetentionPolicy(leftovers=False, max_bytes=0), usage, NOW)
    assert (found.count, found.bytes_before) == (0, 100)


def test_leftovers_free_space_first():
    old = [thing(Kind.ORPHAN, DAY, "o")]
    trash = [thing(Kind.TRASHED, DAY, "t")]
    assert [e.item.name for e in made(leftovers=old, trash=trash, max_bytes=100).entries] == ["o"]
    young = [thing(Kind.ORPHAN, US, "o")]
    assert [e.item.name for e in made(leftovers=young, trash=trash, max_bytes=100).entries] == ["t"]


def test_only_what_is_needed_is_read():
    read = []

    def images():
        for n in range(100, 0, -1):
            read.append(n)
            yield image(n * DAY, str(n))

    usage = Usage(100 * 100)
    assert plan(images(), RetentionPolicy(max_age_days=90), usage, NOW).count == 10
    assert read == list(range(100, 88, -1))  # two more to see where to stop
    read.clear()
    assert plan(images(), RetentionPolicy(max_bytes=10_000), usage, NOW).count == 0
    assert read == []


def test_the_order_of_the_candidates_is_checked():
    images = [image(DAY, "a"), image(2 * DAY, "b")]
    with pytest.raises(ValueError, match="oldest first"):
        plan(images, RetentionPolicy(max_bytes=0), Usage(200), NOW)


def test_the_plan_says_what_and_when_it_was_made_for():
    policy = RetentionPolicy(max_age_days=3)
    found = plan([], policy, Usage(0), NOW)
    assert (found.policy, found.planned_us) == (policy, us(NOW))


@pytest.mark.parametrize("limit", ["max_age_days", "max_bytes", "trash_days", "trash_max_bytes"])
def test_limits_below_nothing_are_refused(limit):
    assert getattr(RetentionPolicy(**{limit: 0}), limit) == 0
    with pytest.raises(InvalidSettings, match=limit):
        RetentionPolicy(**{limit: -1})


@pytest.mark.parametrize(
    ("most", "gone"), [(301, []), (300, []), (299, [1]), (200, [100]), (199, [101, 1]), (0, None)]
)
def test_the_trash_has_a_size_limit_of_its_own(most, gone):
    trash = [thing(Kind.TRASHED, n * DAY, str(n)) for n in (1, 3, 2)]
    found = made([image(99 * DAY)], trash=trash, trash_max_bytes=most)
    gone = [300, 200, 100] if gone is None else gone
    names = ["3", "2", "1"]
    assert short(found) == [
        (name, "trash_size", over, True) for name, over in zip(names, gone, strict=False)
    ]
    assert found.bytes_after == 400 - 100 * len(gone)


def test_what_expires_in_the_trash_counts_for_its_size():
    trash = [thing(Kind.TRASHED, n * DAY, str(n)) for n in (40, 31, 2, 1)]
    found = made(trash=trash, trash_days=30, trash_max_bytes=150)
    assert [(name, why) for name, why, *_ in short(found)] == [
        ("40", "trash_age"),
        ("31", "trash_age"),
        ("2", "trash_size"),
    ]


def test_what_goes_to_the_trash_now_does_not_count_for_its_size():
    found = made([image(40 * DAY)], max_age_days=30, trash_max_bytes=0)
    assert [why for _, why, _, _ in short(found)] == ["age"]


def test_chosen_days_go_whatever_their_age_but_what_is_pinned():
    images = [image(n * DAY, str(n), 10) for n in range(5)]
    images.append(image(2 * DAY, "p", 7, pinned=True))
    chosen = frozenset(images[n].day for n in (1, 2, 4))
    found = made(images, chosen_days=chosen)
    assert short(found) == [(name, "chosen", 0, False) for name in ("4", "2", "1")]
    assert (found.kept_pinned, found.kept_pinned_bytes) == (1, 7)
    assert (found.bytes_freed, found.bytes_trashed) == (0, 30)
    assert [day.day for day in found.days] == sorted(chosen, reverse=True)
    freed = made(images, chosen_days=chosen, for_good=True)
    assert short(freed) == [(name, "chosen", 0, True) for name in ("4", "2", "1")]
    assert (freed.bytes_freed, freed.bytes_trashed) == (30, 0)


@pytest.mark.parametrize("limit", ["max_age_days", "max_bytes"])
def test_chosen_days_and_limits_are_refused_together(limit):
    with pytest.raises(InvalidSettings, match="chosen_days"):
        RetentionPolicy(chosen_days=frozenset({1}), **{limit: 0})


def test_what_is_too_old_can_be_freed():
    images = [image(n * DAY, str(n)) for n in (43, 42, 2)]
    found = made(images, max_age_days=40, for_good=True)
    assert [(name, why, good) for name, why, _, good in short(found)] == [
        ("43", "age", True),
        ("42", "age", True),
    ]
    assert (found.bytes_freed, found.bytes_trashed, found.bytes_after) == (200, 0, 100)


@pytest.mark.parametrize(
    ("limit", "names"),
    [(300, ["43"]), (200, ["43", "t"]), (199, ["43", "t", "2"]), (0, ["43", "t", "2", "1"])],
)
def test_what_age_frees_is_not_freed_again_for_the_size(limit, names):
    images = [image(n * DAY, str(n)) for n in (43, 2, 1)]
    trash = [thing(Kind.TRASHED, DAY, "t")]
    found = made(images, trash=trash, max_age_days=40, max_bytes=limit, for_good=True)
    assert [entry.item.name for entry in found.entries] == names
    assert [why for _, why, _, _ in short(found)] == ["age"] + ["size"] * (len(names) - 1)


def test_an_image_of_exactly_the_age_is_not_freed():
    images = [image(40 * DAY + US, "a"), image(40 * DAY, "b")]
    assert short(made(images, max_age_days=40, for_good=True)) == [("a", "age", 1, True)]


def test_the_policy_of_settings_has_all_their_limits():
    assert policy_of(StorageSettings()) == RetentionPolicy(
        max_age_days=30, max_bytes=10 * 1024**3, trash_days=30
    )
    settings = StorageSettings(retention_days=2, max_size_gb=1, trash_days=3, trash_max_gb=2)
    assert policy_of(settings) == RetentionPolicy(
        max_age_days=2, max_bytes=1024**3, trash_days=3, trash_max_bytes=2 * 1024**3
    )


# Against a reference that says the rules in another way: with dates instead of integers, the whole
# store as a list, and one removal at a time.

ages = st.one_of(
    st.integers(-3, 6).map(lambda n: timedelta(hours=12 * n)),
    st.builds(
        lambda days, us: timedelta(days=days, microseconds=us),
        st.integers(0, 3),
        st.integers(-2, 2),
    ),
    st.builds(lambda us: HOUR + timedelta(microseconds=us), st.integers(-2, 2)),
)
sizes = st.integers(0, 5)


@st.composite
def stores(draw):
    def some(kinds, **fields):
        made_of = st.builds(
            lambda kind, age, name, size, sidecar, pinned: thing(
                kind, age, name, size, sidecar_bytes=sidecar, pinned=pinned, **fields
            ),
            st.sampled_from(kinds),
            ages,
            st.sampled_from(["a", "b", "a-b", "c"]),
            sizes,
            sizes,
            st.booleans() if kinds == [Kind.IMAGE] else st.just(False),
        )
        one_file_once = attrgetter("created_us", "name", "path")  # or their order is not defined
        return draw(st.lists(made_of, max_size=8, unique_by=one_file_once))

    limits = st.none() | st.integers(0, 3)
    policy = RetentionPolicy(
        max_age_days=draw(limits),
        max_bytes=draw(st.none() | st.integers(0, 60)),
        trash_days=draw(limits),
        trash_max_bytes=draw(st.none() | st.integers(0, 30)),
        for_good=draw(st.booleans()),
        leftovers=draw(st.booleans()),
    )
    return (
        some([Kind.IMAGE]),
        some([Kind.TRASHED]),
        some([Kind.ORPHAN, Kind.TEMPORARY]),
        policy,
    )


def reference(images, trash, leftovers, policy):
    def moment(item):
        return datetime(1970, 1, 1) + timedelta(microseconds=item.created_us)

    def older(item, limit):
        return NOW - moment(item) > limit

    def queue(items):
        return sorted(items, key=lambda item: (moment(item), item.name, item.path))

    store = [*images, *trash, *leftovers]
    gone = []
    kept = []

    def size():
        return sum(item.size_bytes + item.sidecar_bytes for item in store)

    def too_large():
        return policy.max_bytes is not None and size() > policy.max_bytes

    def free(item, why, amount):
        gone.append((item, why, amount, True))
        store.remove(item)

    for item in queue(leftovers):
        if policy.leftovers and older(item, HOUR):
            free(item, item.kind.value, (NOW - moment(item) - HOUR) // US)
    for item in queue(trash):
        if policy.trash_days is not None and older(item, policy.trash_days * DAY):
            free(item, "trash_age", (NOW - moment(item) - policy.trash_days * DAY) // US)
    for item in queue(each for each in store if each.kind is Kind.TRASHED):
        most = policy.trash_max_bytes
        over = 0 if most is None else total(x for x in store if x.kind is Kind.TRASHED) - most
        if over > 0:
            free(item, "trash_size", over)
    if policy.for_good and policy.max_age_days is not None:
        for item in queue(images):
            if older(item, policy.max_age_days * DAY):
                if item.pinned:
                    kept.append(item)
                else:
                    free(item, "age", (NOW - moment(item) - policy.max_age_days * DAY) // US)
    for item in queue(each for each in store if each.kind is Kind.TRASHED):
        if too_large():
            free(item, "size", size() - policy.max_bytes)
    for item in queue(each for each in images if each in store and each not in kept):
        age = None if policy.max_age_days is None else policy.max_age_days * DAY
        old = age is not None and older(item, age)
        if item.pinned and (too_large() or old):
            kept.append(item)
        elif too_large():
            free(item, "size", size() - policy.max_bytes)
        elif old:
            gone.append((item, "age", (NOW - moment(item) - age) // US, False))
    return gone, kept, size()


@settings(max_examples=50)
@given(stores())
@example(([], [], [], RetentionPolicy()))
def test_the_plan_agrees_with_a_plain_reading_of_the_rules(store):
    images, trash, leftovers, policy = store
    gone, kept, after = reference(images, trash, leftovers, policy)
    random.Random(1).shuffle(images)
    ordered = sorted(images, key=lambda item: item.created_us)
    found = plan(ordered, policy, Usage(total(images), trash, leftovers), NOW)
    assert [(e.item, e.why.value, e.amount, e.for_good) for e in found.entries] == gone
    assert (found.kept_pinned, found.kept_pinned_bytes) == (len(kept), total(kept))
    assert found.bytes_after == after
    assert found.bytes_trashed == total(item for item, _, _, for_good in gone if not for_good)
    days = {}
    for item, *_ in gone:
        if item.kind is Kind.IMAGE:
            days.setdefault(item.day, []).append(item)
    expected = [DayTotal(day, len(days[day]), total(days[day])) for day in sorted(days)[::-1]]
    assert list(found.days) == expected
