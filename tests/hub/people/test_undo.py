"""An import taken back leaves what was there before, and says what it could not take back."""

from __future__ import annotations

import csv
import tempfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mikomi.hub.activity.models import Activity, Event, Outcome
from mikomi.hub.activity.services import record_events
from mikomi.hub.consent.models import Basis, Refusal
from mikomi.hub.people import imports, queries, uploads
from mikomi.hub.people.dated import origin
from mikomi.hub.people.importing import undoing
from mikomi.hub.people.importing.options import GivenBasis, Options
from mikomi.hub.people.models import Change, Company, Import, Lead, LeadTag, Note, Tag
from mikomi.hub.people.services import set_value, upsert_leads
from mikomi.hub.people.taking_back import take_back_values

pytestmark = pytest.mark.django_db

TABLES = {
    "people_lead": "id, key, email, company_id, attributes, created_at, trashed_at, merged_into",
    "people_company": "id, key, name, attributes",
    "people_change": 'scope, subject, "values", known_from, recorded_at, source, import_id, batch_id',
    "people_companyalias": "key, company",
    "people_importedsubject": "import_id, scope, subject",
    "people_tag": "key",
    "people_leadtag": "lead, tag, import_id",
    "people_leadlist": "key",
    "people_listmember": "lead, list, import_id",
    "consent_basis": "address, kind, import_id",
    "activity_subject": "key, lead",
    "activity_event": "subject, at, id, day, touch, counted, import_id",
    "activity_outcome": "subject, at, id, import_id",
    "activity_activity": "lead, day, touch, subject, n",
}


@pytest.fixture(autouse=True)
def folder(tmp_path, settings) -> None:
    settings.DATA_FOLDER = tmp_path


def state() -> dict[str, list[str]]:
    """All that imports write, row by row."""
    found = {}
    with connection.cursor() as cursor:
        for table, columns in TABLES.items():
            cursor.execute(f"select {columns} from {table}")
            found[table] = sorted(map(repr, cursor.fetchall()))
    return found


def load(rows: list[dict[str, str]], kind: str = "leads", **more) -> Import:
    with tempfile.TemporaryDirectory() as space:
        path = Path(space) / "file.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)))
            writer.writeheader()
            writer.writerows(rows)
        report = imports.run_import(path, kind, **more)
    return Import.objects.get(pk=report.import_id)


def undo(record: Import) -> dict:
    assert uploads.ask_undo(record, None)
    uploads.undo(record.pk)
    record.refresh_from_db()
    assert record.status == "undone"
    assert record.undone_at
    return record.undo_report


LEADS = [
    {
        "lead": "a",
        "氏名": "山田 太郎",
        "メール": "a@one.example",
        "会社名": "一番",
        "役職": "部長",
        "従業員数": "300",
    },
    {
        "lead": "b",
        "氏名": "鈴木 花",
        "メール": "b@two.example",
        "会社名": "二番",
        "役職": "課長",
        "従業員数": "50名",
    },
]


def test_it_works() -> None:
    before = state()
    record = load(
        LEADS,
        options=Options(
            tags=("展示会",),
            lists=("春",),
            source="展示会",
            basis=GivenBasis("card", date(2026, 4, 1), "名刺"),
        ),
    )
    assert (Lead.objects.count(), Basis.objects.count(), LeadTag.objects.count()) == (2, 2, 2)
    report = undo(record)
    assert state() == before
    assert (report["leads"], report["companies"], report["tags"], report["bases"]) == (2, 2, 2, 2)
    assert report["sentences"][0]["ja"] == "リード 2 人を消しました"


@pytest.mark.parametrize("known_from", [None, date(2026, 10, 1)])
def test_what_was_known_before_is_known_again(known_from) -> None:
    load(LEADS)
    before = state()
    changed = [
        {"lead": "a", "役職": "本部長", "会社名": "三番", "登録日": "2020-01-02", "従業員数": "10"},
        {"lead": "c", "役職": "主任", "会社名": "一番", "登録日": "", "従業員数": ""},
    ]
    record = load(changed, known_from=known_from)
    now = queries.attribute_frame().filter(pl.col("lead") == "a")["company"].item()
    # What a file of an earlier day says does not overrule what was seen since.
    assert now == ("三番" if known_from is None else "一番")
    undo(record)
    assert state() == before
    assert queries.attribute_frame().filter(pl.col("lead") == "a")["company"].item() == "一番"


def test_a_value_written_later_stays_and_is_named() -> None:
    load(LEADS)
    record = load([{"lead": "a", "役職": "本部長", "部署": "営業部"}])
    set_value(Lead.objects.get(key="a").pk, "title", "取締役", origin("石田 彩"))
    report = undo(record)
    assert Lead.objects.get(key="a").attributes["title"] == "取締役"
    assert "department" not in Lead.objects.get(key="a").attributes
    assert [(s["field"], s["value"], s["source"]) for s in report["stayed"]] == [
        ("title", "取締役", "石田 彩")
    ]
    assert report["stayed_values"] == 1


def test_a_lead_on_which_something_hangs_stays_with_its_values_and_is_named() -> None:
    record = load(LEADS, options=Options(tags=("春",)))
    Note.objects.create(
        scope="lead", subject=Lead.objects.get(key="a").pk, written_of=1, text="x", at=record.started_at
    )
    report = undo(record)
    assert list(Lead.objects.values_list("key", flat=True)) == ["a"]
    assert Lead.objects.get().attributes["name"] == "山田 太郎"
    assert Lead.objects.get().company is not None
    assert LeadTag.objects.count() == Tag.objects.count() == 0
    assert (report["kept_leads"], report["kept_companies"], report["leads"]) == (1, 1, 1)
    assert report["kept"][0]["name"] == "a@one.example"
    assert report["kept"][0]["why"][0]["ja"] == "メモかファイルがある"


def test_a_lead_that_did_something_since_stays_and_earlier_deeds_wait_again() -> None:
    rows = [{"lead": "b", "at": "2026-05-01 10:00", "kind": "page_view", "content": "/"}]
    load(rows, "events")
    before = state()
    record = load(LEADS)
    assert Activity.objects.count() == 1
    later = pl.DataFrame({"lead": ["a"], "kind": ["page_view"], "content": ["/x"], "automated": [False]})
    later = later.with_columns(at=pl.datetime(2026, 11, 1, time_zone="UTC"))
    undo(record)
    assert state() == before
    record = load(LEADS)
    record_events(later.select("lead", "at", "kind", "content", "automated"))
    report = undo(record)
    assert list(Lead.objects.values_list("key", flat=True)) == ["a"]
    assert report["kept"][0]["why"][0]["en"] == "events or outcomes came later"


def test_a_lead_that_a_later_file_names_stays() -> None:
    record = load(LEADS)
    load([*LEADS[:1], {"lead": "z", "氏名": "佐藤"}])
    report = undo(record)
    assert set(Lead.objects.values_list("key", flat=True)) == {"a", "z"}
    assert report["kept"][0]["why"][0]["ja"] == "あとのファイルにも載っている"


def test_the_same_file_imported_again_takes_over_and_its_undo_takes_all_away() -> None:
    before = state()
    first, second = load(LEADS), load(LEADS)
    standing = Lead.objects.count()
    report = undo(first)
    assert report["heir"] == second.pk
    assert Lead.objects.count() == standing
    undo(second)
    assert state() == before


def test_events_and_outcomes_are_taken_back_and_every_event_counts_once() -> None:
    load(LEADS)
    kept = load([{"lead": "a", "at": "2026-05-01 10:00", "kind": "page_view", "content": "/"}], "events")
    before = state()
    events = load(
        [
            {"lead": "a", "at": "2026-05-01 10:00", "kind": "page_view", "content": "/"},
            {"lead": "a", "at": "2026-05-01 11:00", "kind": "page_view", "content": "/"},
            {"lead": "unknown", "at": "2026-05-01 11:00", "kind": "page_view", "content": "/"},
        ],
        "events",
    )
    outcomes = load([{"lead": "a", "at": "2026-05-09", "result": "受注"}], "outcomes")
    assert Activity.objects.get().n == 2
    assert undo(outcomes)["outcomes"] == 1
    assert undo(events)["events"] == 2
    assert state() == before
    assert undo(kept)["events"] == 1
    assert Event.objects.count() == Outcome.objects.count() == Activity.objects.count() == 0


def test_refusals_survive_and_the_report_says_so() -> None:
    stops = load([{"メールアドレス": "a@one.example", "配信停止日": "2026-03-01"}], "optouts")
    leads = load([{"メール": "b@two.example", "配信停止": "はい"}])
    assert undo(stops)["refusals_stay"] == 1
    assert "配信停止 1 件は残ります" in undo(leads)["sentences"][-1]["ja"]
    assert sorted(Refusal.objects.values_list("address", flat=True)) == ["a@one.example", "b@two.example"]
    assert Lead.objects.count() == 0


def test_an_undo_that_was_killed_goes_on(monkeypatch) -> None:
    load(LEADS)
    before = state()
    many = [{"lead": f"n{i}", "氏名": f"人{i}", "会社名": f"会社{i % 7}"} for i in range(60)]
    record = load([*many, {"lead": "a", "氏名": "別人", "会社名": "会社1"}])
    monkeypatch.setattr(undoing, "LEADS_A_STEP", 10)
    taken = undoing._delete_leads
    calls = 0

    def killed(*given):
        nonlocal calls
        calls += 1
        if calls == 4:
            raise KeyboardInterrupt
        return taken(*given)

    monkeypatch.setattr(undoing, "_delete_leads", killed)
    with pytest.raises(KeyboardInterrupt):
        uploads.ask_undo(record, None)
    assert 1 < Lead.objects.count() < 62
    record.refresh_from_db()
    assert record.status == "undoing"
    uploads.undo(record.pk)
    assert state() == before
    record.refresh_from_db()
    assert record.status == "undone"


def test_an_import_that_is_being_stored_stops_when_it_is_taken_back(tmp_path, monkeypatch) -> None:
    before = state()
    monkeypatch.setattr(imports, "ROWS_A_CHUNK", 10)
    path = tmp_path / "many.csv"
    path.write_text("lead\n" + "".join(f"k{i}\n" for i in range(50)))

    def withdraw(done: int, total: int) -> None:
        if done == 20:
            assert uploads.ask_undo(Import.objects.get(), None)

    with pytest.raises(imports.OvertakenError):
        imports.run_import(path, "leads", progress=withdraw)
    assert state() == before
    assert Import.objects.get().status == "undone"


def test_what_is_undone_is_not_undone_twice() -> None:
    record = load(LEADS)
    undo(record)
    assert not uploads.ask_undo(record, None)
    again = load(LEADS)
    assert Lead.objects.count() == 2
    assert uploads.ask_undo(again, None)


def test_an_act_is_taken_back_by_its_number() -> None:
    load(LEADS)
    before = state()
    rows = pl.DataFrame({"lead": ["a", "b"], "title": ["顧問", "顧問"], "fax": ["1", None]})
    upsert_leads(rows, origin("まとめて編集", batch_id=5))
    assert state() != before
    taken = take_back_values(batch_id=5)
    assert state() == before
    assert len(taken.leads) == 2


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
@settings(
    max_examples=40,
    deadline=None,
    # Each try is many transactions: to look for the smallest failing case takes many minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@pytest.mark.django_db(transaction=True)
def test_whatever_was_there_an_import_taken_back_leaves_it_so(history, last) -> None:
    for model in (Change, Lead, Company, Import, Event, Activity, Tag, LeadTag):
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
