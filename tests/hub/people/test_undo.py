"""An import taken back leaves what was there before, and says what it could not take back."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from mikomi.hub.activity.models import Activity, Event, Outcome
from mikomi.hub.activity.queries import changed_since, last_change
from mikomi.hub.activity.services import record_events
from mikomi.hub.consent.models import Basis, Refusal
from mikomi.hub.people import field_users, imports, queries, uploads
from mikomi.hub.people.dated import origin
from mikomi.hub.people.field_settings import Wanted, change_field
from mikomi.hub.people.importing import undoing
from mikomi.hub.people.importing.options import GivenBasis, NewField, Options
from mikomi.hub.people.models import Change, Company, Field, Import, Lead, LeadTag, Note, Tag
from mikomi.hub.people.services import set_value, upsert_leads
from mikomi.hub.people.taking_back import take_back_values
from mikomi.hub.people.undo_preview import undo_preview
from tests.hub.people.undo_world import LEADS, load, state, undo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path, settings) -> None:
    settings.DATA_FOLDER = tmp_path


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


def test_whoever_loses_a_ground_for_mail_has_changed() -> None:
    load(LEADS)
    record = load(LEADS, options=Options(source="展示会", basis=GivenBasis("card", date(2026, 4, 1), "名刺")))
    before = last_change()
    undo(record)
    assert changed_since(before).height == 2


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


def test_a_lead_that_a_later_file_names_stays_with_what_that_file_says_and_goes_with_it() -> None:
    before = state()
    record = load(LEADS)
    later = load([{"lead": "a", "氏名": "山田 太郎", "会社名": "一番"}, {"lead": "z", "氏名": "佐藤"}])
    assert "ほかのファイルにも載っている2人と会社は" in all_said(undo_preview(record))
    report = undo(record)
    assert set(Lead.objects.values_list("key", flat=True)) == {"a", "z"}
    held = Lead.objects.get(key="a").attributes
    assert {key: held.get(key) for key in ("name", "title", "email")} == {
        "name": "山田 太郎",
        "title": None,
        "email": None,
    }
    assert (report["handed_leads"], report["handed_companies"], report["kept"]) == (1, 1, [])
    assert "ほかのファイルにも載っているため" in all_said_of(report)
    undo(later)
    assert state() == before


def test_a_lead_of_which_a_later_file_said_nothing_new_keeps_what_is_known_and_goes_with_that_file() -> None:
    before = state()
    record = load(LEADS)
    later = load([{"lead": "a", "氏名": "山田 次郎", "会社名": ""}], options=Options(conflict="keep"))
    undo(record)
    assert Lead.objects.get(key="a").attributes["name"] == "山田 太郎"
    undo(later)
    assert state() == before


def test_since_when_a_lead_is_there_is_told_by_the_files_that_stand() -> None:
    before = state()
    days = ("2020-01-02", "2022-03-04", "2022-03-04")
    files = [
        load([{"lead": "a", "氏名": "山田", "登録日": day, "役職": str(at)}]) for at, day in enumerate(days)
    ]

    def since() -> str:
        return (
            queries.attribute_frame()["created_at"]
            .dt.convert_time_zone("Asia/Tokyo")
            .dt.strftime("%F")
            .item()
        )

    assert since() == "2020-01-02"
    undo(files[0])
    assert since() == "2022-03-04"
    undo(files[1])
    assert since() == "2022-03-04"
    undo(files[2])
    assert state() == before


def test_a_tag_that_two_imports_hung_goes_with_the_last_of_them() -> None:
    before = state()
    files = [load([{"lead": key, "氏名": key}], options=Options(tags=("春",))) for key in "ab"]
    undo(files[0])
    assert Tag.objects.count() == 1
    undo(files[1])
    assert state() == before


def all_said_of(report) -> str:
    return " ".join(words["ja"] for words in report["sentences"])


def test_the_same_file_imported_again_takes_over_and_its_undo_takes_all_away() -> None:
    before = state()
    first, second = load(LEADS), load(LEADS)
    standing = Lead.objects.count()
    report = undo(first)
    assert report["heir"] == second.pk
    assert Lead.objects.count() == standing
    undo(second)
    assert state() == before


def test_a_value_that_a_later_file_confirmed_stays_and_is_that_files() -> None:
    load(LEADS)
    first = load([{"lead": "a", "役職": "本部長", "部署": "営業部", "会社名": "一番", "業種": "製造業"}])
    second = load([{"lead": "a", "役職": "本部長", "部署": "", "会社名": "一番", "業種": "製造業"}])
    report = undo(first)
    assert Lead.objects.get(key="a").attributes["title"] == "本部長"
    assert "department" not in Lead.objects.get(key="a").attributes
    assert Company.objects.get(name="一番").attributes["industry"] == "製造業"
    assert (report["confirmed"], report["stayed_values"]) == (2, 0)
    assert "あとのファイルも同じことを言っている" in report["sentences"][-1]["ja"]
    held = Change.objects.get(scope="lead", values__title="本部長")
    assert (held.import_id, held.source) == (second.pk, "file.csv")
    undo(second)
    assert Lead.objects.get(key="a").attributes["title"] == "部長"
    assert "industry" not in Company.objects.get(name="一番").attributes


@pytest.mark.parametrize("known_from", [None, date(2025, 1, 1)])
def test_the_first_of_several_that_confirmed_a_value_holds_it_and_then_the_next(known_from) -> None:
    load(LEADS)
    before = state()
    row = [{"lead": "a", "FAX": "03-1", "役職": "本部長"}]
    files = [load(row), load([*row, {"lead": "b"}], known_from=known_from), load([*row, {"lead": "c"}])]
    undo(files[0])
    assert Lead.objects.get(key="a").attributes["fax"] == "03-1"
    undo(files[1])
    assert Lead.objects.get(key="a").attributes["fax"] == "03-1"
    assert Lead.objects.get(key="a").attributes["title"] == "本部長"
    undo(files[2])
    assert state() == before


def test_a_file_that_says_something_else_confirms_nothing_whatever_its_rule() -> None:
    load(LEADS)
    before = state()
    record = load([{"lead": "a", "役職": "本部長"}])
    for rule in ("keep", "fill"):
        load([{"lead": "a", "役職": "顧問", "氏名": ""}], options=Options(conflict=rule))
    undo(record)
    assert Lead.objects.get(key="a").attributes["title"] == "部長"
    assert state()["people_change"] == before["people_change"]


def all_said(sentences) -> str:
    return " ".join(words.ja for words in sentences)


OWN = [{"lead": "a", "趣味": "釣り", "血液型": "A"}]


def test_fields_that_an_import_made_go_with_it() -> None:
    before = state()
    record = load(OWN, options=Options(fields=(NewField("血液型", "血液型", "choice", choices=("A", "B")),)))
    assert Field.objects.get(key="血液型").kind == "choice"
    assert "項目「血液型」、「趣味」も消します" in all_said(undo_preview(record))
    report = undo(record)
    assert report["fields"] == 2
    assert "項目「血液型」、「趣味」を消しました" in report["sentences"][-1]["ja"]
    assert state() == before


def test_a_field_in_which_others_have_values_stays_until_the_last_of_them_is_taken_back() -> None:
    before = state()
    first, second = load(OWN), load([{"lead": "b", "趣味": "将棋"}])
    report = undo(first)
    assert set(Field.objects.filter(custom=True).values_list("key", flat=True)) == {"趣味"}
    assert "項目「趣味」は、ほかで値が入っているか" in report["sentences"][-1]["ja"]
    undo(second)
    assert state() == before


def test_a_field_that_a_rule_asks_for_is_put_aside_and_the_preview_says_so(monkeypatch) -> None:
    record = load(OWN)
    monkeypatch.setattr(field_users, "_tellers", [lambda: ["趣味"]])
    assert "項目「趣味」は、決まりや表示で使われているため、消さずにしまいます" in all_said(
        undo_preview(record)
    )
    report = undo(record)
    field = Field.objects.get(custom=True)
    assert (field.key, field.archived_at is not None) == ("趣味", True)
    assert (
        "項目「趣味」は、決まりや表示で使われているため、消さずにしまいました"
        in report["sentences"][-1]["ja"]
    )


def test_a_field_that_somebody_arranged_stays() -> None:
    record = load(OWN)
    change_field("趣味", Wanted("ご趣味", "Hobby"))
    assert "「ご趣味」は、設定が変えられているため残します" in all_said(undo_preview(record))
    undo(record)
    assert list(Field.objects.filter(custom=True).values_list("label_ja", flat=True)) == ["ご趣味"]


def test_what_uses_fields_is_told_by_the_parts_above() -> None:
    assert "company" in field_users.fields_in_use()


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
