"""What a person chooses for a file holds, and what is wrong in a file is said: nothing is lost."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mikomi.core.words import MikomiError
from mikomi.hub.activity.models import Event, Subject
from mikomi.hub.consent.models import Basis, Refusal
from mikomi.hub.people import imports, queries, uploads
from mikomi.hub.people.importing.options import NOTHING, GivenBasis, NewField, Options, dump, parse
from mikomi.hub.people.models import Change, Field, FileForm, Import, Lead, LeadTag, ListMember

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path, settings) -> None:
    settings.DATA_FOLDER = tmp_path


def bring(text: str | bytes, options: Options = NOTHING, kind: str = "leads", name: str = "a.csv") -> Import:
    data = text.encode() if isinstance(text, str) else text
    record = uploads.keep(SimpleUploadedFile(name, data), kind, None, None)
    if options != NOTHING:
        uploads.set_options(record, options)
    # Large files wait for a worker.
    uploads.check(record.pk)
    record.refresh_from_db()
    return record


def load(text: str | bytes, options: Options = NOTHING, kind: str = "leads", name: str = "a.csv") -> Import:
    record = bring(text, options, kind, name)
    assert record.status == "checked", (record.error_ja, record.error_en)
    assert uploads.ask_load(record)
    uploads.store(record.pk)
    record.refresh_from_db()
    assert record.status == "done", (record.error_ja, record.error_en)
    return record


def values(key: str) -> dict[str, str]:
    row = queries.attribute_frame().filter(pl.col("lead") == key).row(0, named=True)
    return {k: v for k, v in row.items() if v is not None}


def mended(record: Import, old: str, new: str) -> bytes:
    data = uploads.rejected_file(record, "ja")
    assert data is not None
    assert old in data.decode("utf-8-sig")
    return data.decode("utf-8-sig").replace(old, new).encode("utf-8-sig")


def test_columns_become_what_was_chosen_and_the_next_file_of_the_form_remembers() -> None:
    options = Options(
        columns={"A": "lead", "B": "name", "C": "budget", "D": ""},
        fields=(NewField("budget", "予算", "money"),),
    )
    load("A,B,C,D\n1,山田,1億2000万円,x\n", options)
    assert values("1")["name"] == "山田"
    assert values("1")["budget"] == "120000000"
    assert "D" not in values("1")
    assert Field.objects.get(key="budget").label_ja == "予算"
    again = bring("B,A,D,C\n鈴木,2,y,300万円\n")
    assert again.report["remembered"]
    assert [c["field"] for c in again.report["columns"]] == ["name", "lead", "", "budget"]
    assert FileForm.objects.count() == 1


@pytest.mark.parametrize(
    ("conflict", "title", "phone", "new"), [
        ("overwrite", "部長", "03-1111-2222", 1),
        ("keep", "課長", None, 1),
        ("fill", "課長", "03-1111-2222", 1),
    ],
)  # fmt: skip
def test_where_a_lead_is_known_the_rule_decides(conflict, title, phone, new) -> None:
    load("lead,役職,電話\na,課長,\n")
    record = load("lead,役職,電話\na,部長,03-1111-2222\nb,主任,\n", Options(conflict=conflict))
    assert record.new == new
    assert values("a")["title"] == title
    assert values("a").get("phone") == phone
    assert record.report["new"] == 1
    assert record.report["changed"] == (0 if conflict == "keep" else 1)


def test_tags_lists_source_owner_and_consent_come_to_all() -> None:
    load("lead,メール\na,a@one.example\n")
    load(
        "lead,メール,流入元\na,a@one.example,\nb,b@two.example,紹介\nc,,\n",
        Options(
            tags=("展示会", "春"),
            lists=("招待",),
            source="展示会",
            owner="石田 彩",
            basis=GivenBasis("card", date(2026, 4, 1), "展示会で名刺を交換"),
        ),
    )
    assert LeadTag.objects.count() == 6
    assert ListMember.objects.count() == 3
    assert [values(k)["source"] for k in "abc"] == ["展示会", "紹介", "展示会"]
    assert {values(k)["owner"] for k in "abc"} == {"石田 彩"}
    assert set(Basis.objects.values_list("address", "kind", "how")) == {
        ("a@one.example", "card", "展示会で名刺を交換"),
        ("b@two.example", "card", "展示会で名刺を交換"),
    }


def test_a_column_gives_the_day_of_the_ground_and_no_day_is_guessed() -> None:
    text = (
        "リードID,氏名,E-mail,名刺交換日\n"
        "1,山田,a@one.example,2026/4/1\n2,鈴木,b@two.example,いつか\n"
        "3,佐藤,c@three.example,\n4,田中,d@four.example,2999/1/1\n5,森,e@five.example,2025年3月2日\n"
    )
    basis = GivenBasis("card", None, "展示会", column="名刺交換日")
    record = load(text, Options(basis=basis, columns={"名刺交換日": "名刺交換日"}))
    assert sorted(Basis.objects.values_list("address", "since")) == [
        ("a@one.example", date(2026, 4, 1)),
        ("e@five.example", date(2025, 3, 2)),
    ]
    assert Lead.objects.count() == 5
    told = (uploads.rejected_file(record, "ja") or b"").decode("utf-8-sig")
    for why in ("日付として読めません", "日付がありません", "先の日付です"):
        assert f"{why}。この人の配信の根拠は記録しません" in told
    again = told.replace("いつか", "2026/4/3")
    load(again, Options(basis=basis, columns={"名刺交換日": "名刺交換日"}), name="mended.csv")
    assert Basis.objects.get(address="b@two.example").since == date(2026, 4, 3)


def test_a_column_of_days_that_is_not_there_is_said() -> None:
    record = bring(
        "リードID,E-mail\n1,a@one.example\n", Options(basis=GivenBasis("card", None, "", column="取得日"))
    )
    assert "根拠の日の列「取得日」がありません（いまの列: リードID, E-mail）" in record.error_ja


def test_a_cell_that_does_not_fit_is_left_out_named_and_can_be_mended() -> None:
    record = load("lead,氏名,従業員数,会社名\na,山田,たくさん,一番\nb,鈴木,50名,二番\n")
    assert record.new == 2
    assert values("b")["employees"] == "50"
    assert "employees" not in values("a")
    problem = record.report["problems"][0]
    assert (problem["line"], problem["header"], problem["value"]) == (2, "従業員数", "たくさん")
    assert problem["what"] == "left_out"
    assert problem["reason"]["ja"] == "数として読めません"
    assert [c["odd"] for c in record.report["columns"]] == [0, 0, 1, 0]
    again = load(mended(record, "たくさん", "300"))
    assert (again.new, again.rejected) == (0, 0)
    assert values("a")["employees"] == "300"


def test_rejected_rows_are_mended_and_loaded_again() -> None:
    record = load("lead,登録日,氏名\na,2026/13/45,山田\nb,2026/1/2,鈴木\n")
    assert (record.new, record.rejected) == (1, 1)
    assert "2026/13/45" in record.report["rejects"][0]["row"]
    again = load(mended(record, "2026/13/45", "2026/12/4"))
    assert (again.new, again.rejected) == (1, 0)
    assert values("a")["name"] == "山田"


def test_a_mail_address_in_the_name_column_is_put_where_it_belongs_or_left_out() -> None:
    record = load("氏名,メール\nyamada@one.example,\nx@two.example,suzuki@two.example\n")
    assert record.new == 2
    assert set(Lead.objects.values_list("key", flat=True)) == {"yamada@one.example", "suzuki@two.example"}
    assert "name" not in values("yamada@one.example")
    assert [p["what"] for p in record.report["problems"]] == ["mended", "left_out"]


def test_who_has_no_key_is_told_apart_by_the_mail_address() -> None:
    load("リードID,メール,役職\nC1,Aya@one.example,課長\n")
    record = load("メール,役職\nａya@ONE.example,部長\nnew@one.example,主任\n")
    assert (record.new, record.changed) == (1, 1)
    assert values("C1")["title"] == "部長"
    assert set(Lead.objects.values_list("key", flat=True)) == {"C1", "new@one.example"}


def test_an_address_of_two_leads_is_not_guessed() -> None:
    load("lead,メール\na,info@one.example\nb,info@one.example\n")
    record = load("メール,役職\ninfo@one.example,部長\n")
    assert (record.new, record.changed, record.rejected) == (0, 0, 1)
    assert "2人以上" in uploads.rejected_file(record, "ja").decode("utf-8-sig")


def test_a_lead_in_the_trash_takes_nothing_in_and_a_merged_one_hands_on() -> None:
    load("lead,氏名\na,山田\nb,鈴木\nc,佐藤\n")
    a, b, c = Lead.objects.order_by("key")
    Lead.objects.filter(pk=a.pk).update(trashed_at=a.added_at)
    Lead.objects.filter(pk=b.pk).update(merged_into=c.pk)
    record = load("lead,役職\na,部長\nb,課長\n")
    assert (record.changed, record.rejected) == (1, 1)
    assert values("c")["title"] == "課長"
    assert "title" not in Lead.objects.get(pk=a.pk).attributes


def test_the_same_file_twice_is_said_and_harmless() -> None:
    first = load("lead,役職\na,部長\n")
    before = Change.objects.count()
    second = bring("lead,役職\na,部長\n")
    assert second.report["same_file"]["number"] == first.pk
    assert (second.report["new"], second.report["changed"], second.report["unchanged"]) == (0, 0, 1)
    uploads.ask_load(second)
    assert Change.objects.count() == before


def test_opt_outs_in_a_leads_file_are_refusals_and_unclear_ones_are_asked_about() -> None:
    record = load(
        "lead,メール,配信停止\na,a@one.example,停止\nb,b@one.example,配信中\nc,c@one.example,○\n"
        "d,d@one.example,たぶん\ne,e@one.example,\nf,f@one.example,2026/3/4\n"
    )
    assert set(Refusal.objects.values_list("address", flat=True)) == {
        "a@one.example",
        "c@one.example",
        "f@one.example",
    }
    assert (record.new, record.rejected, record.report["opt_outs"]) == (5, 1, 3)
    assert "配信してよいかどうか" in record.report["rejects"][0]["reason_ja"]


def test_a_list_of_stopped_addresses_wins_over_every_consent() -> None:
    record = load(
        "メールアドレス,配信停止日,停止理由\nA@one.example,2026/2/3,不要\nno address,,\nb@one.example,,\n",
        kind="optouts",
    )
    assert (record.new, record.rejected) == (2, 1)
    stop = Refusal.objects.get(address="a@one.example")
    assert (stop.kind, stop.since, stop.how) == ("opt_out", date(2026, 2, 3), "不要（a.csv）")
    bounced = load("メールアドレス,エラー日時,エラー種別\nc@one.example,2026/2/3,宛先不明\n", kind="optouts")
    assert bounced.report["form"]["kind"] == "optouts"
    assert Refusal.objects.get(address="c@one.example").kind == "error"


def test_events_under_a_mail_address_come_to_the_lead_that_has_it() -> None:
    load("lead,メール\nC1,a@one.example\n")
    record = load("メール,日時,種類,内容\nA@One.example,2026-05-01 10:00,page_view,/\n", kind="events")
    assert (record.new, record.waiting) == (1, 0)
    assert Subject.objects.get(key="a@one.example").lead == Lead.objects.get().pk


def test_columns_of_events_can_be_named() -> None:
    options = Options(columns={"X": "lead", "Y": "at", "Z": "kind", "W": "content"})
    record = load("W,X,Y,Z\n/p,a,2026-05-01,page_view\n", options, kind="events")
    assert record.new == Event.objects.count() == 1


def test_a_list_of_a_seminar_becomes_applying_and_attending() -> None:
    text = (
        "Attended,User Name (Original Name),Email,Registration Time,Join Time\n"
        "Yes,Aya,a@one.example,11/01/2026 10:00:00 AM,11/09/2026 01:50:00 PM\n"
        "No,Bob,b@one.example,11/02/2026 10:00:00 AM,--\n"
    )
    record = load(text, Options(seminar="秋のセミナー"), kind="events")
    assert record.report["form"]["attendance"]
    assert Event.objects.count() == 3


MANY = "列" + "".join(f",c{i}" for i in range(9_998)) + ",lead\n" + "x" * 3 + "," * 9_998 + ",a\n"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("mixed.csv", "lead,氏名\na,山田\n".encode() + "b,鈴木\n".encode("cp932")),
        ("cp932.csv", "lead,会社名\na,㈱髙﨑①\n".encode("cp932")),
        ("two_headers.csv", "連絡先,,会社\nlead,氏名,会社名\na,山田,一番\n".encode()),
        ("totals.csv", "lead,氏名,従業員数\na,山田,10\nb,鈴木,20\n合計,,30\n".encode()),
        ("wide.csv", MANY.encode()),
        ("huge_cell.csv", b"lead,name\na," + b"x" * (5 << 20) + b"\nb,Bob\n"),
        ("formula.csv", 'lead,氏名\na,"=HYPERLINK(""http://x.example"",""y"")"\n'.encode()),
    ],
)
def test_files_as_they_come_are_read_and_nothing_is_lost(name: str, data: bytes) -> None:
    record = bring(data, name=name)
    assert record.status in ("checked", "failed")
    if record.status == "failed":
        assert record.error_ja
        assert record.error_en
        return
    uploads.ask_load(record)
    uploads.store(record.pk)
    record.refresh_from_db()
    assert record.status == "done"
    assert record.rows == record.new + record.rejected
    if record.rejected:
        assert uploads.rejected_file(record, "ja") is not None


def test_a_formula_is_kept_as_text_and_written_harmless() -> None:
    record = load('lead,氏名,登録日\na,"=1+1",いつか\n')
    assert "'=1+1" in uploads.rejected_file(record, "ja").decode("utf-8-sig")


def test_a_worker_that_was_killed_goes_on_and_says_so(monkeypatch) -> None:
    monkeypatch.setattr(imports, "ROWS_A_CHUNK", 10)
    record = bring("lead,会社名\n" + "".join(f"k{i},会社{i % 3}\n" for i in range(40)))
    stored = imports.store_leads
    calls = 0

    def killed(*given):
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return stored(*given)

    monkeypatch.setattr(imports, "store_leads", killed)
    with pytest.raises(KeyboardInterrupt):
        uploads.ask_load(record)
    assert Lead.objects.count() == 20
    uploads.store(record.pk)
    record.refresh_from_db()
    assert (record.status, record.new, record.report["resumed"]) == ("done", 40, True)


def test_two_files_stored_in_turns_do_not_disturb_each_other(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(imports, "ROWS_A_CHUNK", 10)
    mine, other = tmp_path / "mine.csv", tmp_path / "other.csv"
    mine.write_text("lead,役職\n" + "".join(f"k{i},部長\n" for i in range(30)))
    other.write_text("lead,部署\n" + "".join(f"k{i},営業部\n" for i in range(15, 45)))
    begun = False

    def meanwhile(done: int, total: int) -> None:
        nonlocal begun
        if not begun:
            begun = True
            imports.run_import(other, "leads")

    imports.run_import(mine, "leads", progress=meanwhile)
    assert Lead.objects.count() == 45
    assert values("k20")["title"] == "部長"
    assert values("k20")["department"] == "営業部"
    uploads.ask_undo(Import.objects.get(file_name="mine.csv"), None)
    assert values("k20")["department"] == "営業部"


def test_options_survive_their_json_and_nonsense_is_said() -> None:
    options = Options(
        delimiter=";",
        header_lines=(1, 2),
        columns={"a": "name", "b": ""},
        fields=(NewField("k", "k", "choice", "company", ("x", "y")),),
        conflict="fill",
        tags=("t",),
        basis=GivenBasis("deal", date(2026, 1, 2), "取引", "", "https://a.example"),
    )
    assert parse(dump(options)) == options
    assert dump(Options()) == {"conflict": "overwrite"}
    for wrong in (
        {"conflict": "x"},
        {"basis": {"kind": "card"}},
        {"fields": [{"label": "", "kind": "text"}]},
    ):
        with pytest.raises(MikomiError):
            parse(wrong)


def test_no_list_to_mend_where_all_went_well() -> None:
    record = load("lead\na\n")
    assert uploads.rejected_file(record, "ja") is None
