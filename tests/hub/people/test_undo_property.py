"""Whatever was there before, an import taken back leaves it so.

`MIKOMI_TEST_EXAMPLES=2000 ./mikomi test tests/hub/people/test_undo_property.py` tries longer.
"""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from mikomi.hub.activity.models import Activity, Event
from mikomi.hub.people import queries
from mikomi.hub.people.dated import origin
from mikomi.hub.people.fields import DERIVED
from mikomi.hub.people.importing.options import Options
from mikomi.hub.people.models import Change, Company, Field, Import, Lead, LeadTag, Tag
from mikomi.hub.people.services import set_value
from tests.examples import examples
from tests.hub.people.undo_world import TABLES, given_back, load, state, undo

EXAMPLES = examples(15)
TRIES = settings(
    max_examples=EXAMPLES,
    deadline=None,
    # Each try is many transactions: to look for the smallest failing case takes many minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(autouse=True)
def folder(tmp_path, settings) -> None:
    settings.DATA_FOLDER = tmp_path


KEYS = st.sampled_from(["a", "b", "c", "d"])
TEXTS = st.sampled_from(["", "", "部長", "課長", 'x"y\\z', "営業"])
ROW = st.fixed_dictionaries(
    {
        "lead": KEYS,
        "役職": TEXTS,
        "会社名": st.sampled_from(["", "一番", "株式会社一番", "二番", "三番"]),
        "従業員数": st.sampled_from(["", "300", "50"]),
        "業種": st.sampled_from(["", "製造", "小売"]),
        "メール": st.sampled_from(["", "a@one.example", "b@two.example"]),
        "登録日": st.sampled_from(["", "2020-01-02", "2021-03-04"]),
        "ひみつ": TEXTS,
    }
)
EVENT = st.fixed_dictionaries(
    {
        "lead": KEYS,
        "at": st.sampled_from(["2026-05-01 10:00", "2026-05-02 10:00"]),
        "kind": st.sampled_from(["page_view", "download"]),
        "content": st.just("/"),
    }
)
STEP = st.one_of(
    st.tuples(
        st.just("leads"),
        st.lists(ROW, min_size=1, max_size=5),
        st.sampled_from([None, None, date(2025, 1, 1), date(2026, 10, 1)]),
        st.sampled_from(["overwrite", "keep", "fill"]),
        st.sampled_from([(), ("春",)]),
    ),
    st.tuples(st.just("events"), st.lists(EVENT, min_size=1, max_size=5)),
    st.tuples(st.just("edit"), KEYS, st.sampled_from(["title", "company", "industry"]), TEXTS),
)


def do(step) -> Import | None:
    if step[0] == "leads":
        return load(step[1], known_from=step[2], options=Options(conflict=step[3], tags=step[4]))
    if step[0] == "events":
        return load(step[1], "events")
    lead = Lead.objects.filter(key=step[1]).first()
    if lead is not None:
        set_value(lead.pk, step[2], step[3], origin("彩"))
    return None


@given(st.lists(STEP, max_size=4), STEP.filter(lambda step: step[0] != "edit"))
@TRIES
@pytest.mark.django_db(transaction=True)
def test_whatever_was_there_an_import_taken_back_leaves_it_so(history, last) -> None:
    for model in (Change, Lead, Company, Field, Import, Event, Activity, Tag, LeadTag):
        model.objects.all().delete()
    with connection.cursor() as cursor:
        for table in ("people_importedsubject", "people_companyalias", "activity_subject"):
            cursor.execute(f"delete from {table}")
    for step in history:
        do(step)
    before = state()
    record = do(last)
    assert record is not None
    undo(record)
    after = state()
    differing = {
        table: (set(after[table]) ^ set(before[table])) for table in TABLES if after[table] != before[table]
    }
    assert differing == {}


DAYS = (None, date(2024, 1, 1), date(2025, 6, 1), date(2026, 11, 1))


def known() -> list[list[tuple]]:
    """What is known of the leads, now and on some days; of past days without what was derived, which
    keeps the day on which it was worked out."""
    found = []
    for day in DAYS:
        frame = queries.attribute_frame(day).sort("lead").drop("number")
        frame = frame.drop(DERIVED if day else (), strict=False)
        rows = [tuple(sorted((k, v) for k, v in row.items() if v)) for row in frame.to_dicts()]
        found.append(rows)
    return found


def differing(found: list[list[tuple]], wanted: list[list[tuple]]) -> list[tuple]:
    """What is known otherwise than it should be: the day, and (field, value) found and wanted."""
    return [
        (day, sorted(set(a) - set(b)), sorted(set(b) - set(a)))
        for day, rows, others in zip(DAYS, found, wanted, strict=True)
        for a, b in zip(rows, others, strict=True)
        if a != b
    ]


def plain(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Companies called alike: one is called as the file wrote it that made it."""
    return [row | {"会社名": row["会社名"].removeprefix("株式会社")} for row in rows]


ROWS = st.lists(ROW, min_size=1, max_size=5)
FILE_DAY = st.sampled_from([None, None, date(2025, 1, 1), date(2026, 10, 1)])
FILE = st.tuples(ROWS.map(plain), FILE_DAY)
EVERYBODY = [
    {"lead": key, "氏名": key, "会社名": company}
    for key, company in zip("abcd", ["一番", "二番", "三番", ""], strict=True)
]


@given(
    st.lists(STEP, max_size=3),
    FILE,
    st.lists(FILE, min_size=1, max_size=2),
    st.booleans(),
    st.booleans(),
)
# What had been known and was only confirmed holds from the day on which it was, over what is older.
@example(
    history=[],
    first=([{"lead": "d", "会社名": "一番", "従業員数": "50"}], date(2025, 1, 1)),
    later=[
        ([{"lead": "d", "会社名": "一番", "従業員数": "50"}], None),
        (
            [{"lead": "a", "会社名": "一番", "従業員数": "300"}, {"lead": "d", "会社名": "二番"}],
            date(2026, 10, 1),
        ),
    ],
    latest_first=True,
    all_known=False,
)
@TRIES
@pytest.mark.django_db(transaction=True)
def test_what_later_files_say_is_known_as_if_the_one_taken_back_had_never_been(
    history, first, later, latest_first, all_known
) -> None:
    with given_back():
        if all_known:
            load(EVERYBODY)
        for step in history:
            do(step)
        before = known()
        with given_back():
            for rows, day in later:
                load(rows, known_from=day)
            expected = known()
        record = load(first[0], known_from=first[1])
        others = [load(rows, known_from=day) for rows, day in later]
        undo(record)
        # Since when a later value holds stays as it was seen, so this is about what is known now.
        assert [one for one in differing(known(), expected) if one[0] is None] == []
        for other in others[::-1] if latest_first else others:
            undo(other)
        assert differing(known(), before) == []
