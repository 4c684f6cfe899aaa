"""Deals out of lists of SFA: read, brought up to date, placed with leads, taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from mikomi.hub.activity import queries as activity
from mikomi.hub.people import queries as people
from mikomi.hub.people import services
from mikomi.hub.people.deals.placing import place
from mikomi.hub.people.deals.queries import deals_naming, deals_of_company
from mikomi.hub.people.importing.deal_files import read_deal_file
from mikomi.hub.people.importing.options import Options
from mikomi.hub.people.importing.showing import shown
from mikomi.hub.people.importing.undoing import undo_import
from mikomi.hub.people.imports import check_file, run_import
from mikomi.hub.people.models import Company, Deal, DealVersion, Import
from tests.hub.site.world import put_events, put_leads

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = [
    ("P-1", "青木 一郎", "アオキ イチロウ", "青木製作所", "部長", "製造業"),
    ("P-2", "井上 二郎", "イノウエ ジロウ", "青木製作所", "課長", "製造業"),
    ("P-3", "上田 三郎", "ウエダ サブロウ", "上田商事", "部長", "卸売業"),
]

# Labels of a report of opportunities with contacts and accounts (Salesforce, Japanese).
SALESFORCE = """\
商談 ID,商談名,取引先名,取引先責任者 メール,フェーズ,金額,完了予定日,作成日,失注理由,商談 所有者
006A,標準,株式会社青木製作所,p-1@works.example,受注,"1,200,000",2025/10/30,2025/09/01,,
006B,追加,株式会社青木製作所,,提案,120万円,2026/01/31,2025/10/05,,佐藤
006C,基幹刷新,上田商事,no@works.example,失注,1.5億円,令和7年9月30日,2025/07/01,価格,
006D,だれも知らない,未知株式会社,,受注,300000,2025/10/01,2025/09/15,,鈴木
"""
# Columns of an export of deals with associated records (HubSpot, English).
HUBSPOT = """\
Record ID,Deal Name,Deal Stage,Amount,Close Date,Create Date,Associated Company,Associated Contact Email
71,Pilot,Closed Won (Sales),450000,2025-10-12 09:30,2025-08-01 10:00,青木製作所,p-2@works.example
72,Renewal,Contract Sent,900000,2025-12-25 09:30,2025-10-01 10:00,上田商事,
"""
# Fields of the app 案件管理 (kintone).
KINTONE = """レコード番号,案件名,会社名,先方担当者,確度,製品名,合計費用,見込み時期,作成日時,案件担当者名
5,生産管理,青木製作所,青木,受注,標準プラン,800000,2025-10-20,2025-09-20 11:00,佐藤
6,在庫管理,上田商事,上田,B,標準プラン,500000,2025-12-20,2025-10-20 11:00,佐藤
"""


@pytest.fixture
def leads() -> dict[str, int]:
    put_leads(ROWS)
    put_events([("P-2", 425, "page_view", "/pricing"), ("P-1", 800, "page_view", "/")])
    return people.numbers_of(["P-1", "P-2", "P-3"])


def take(folder: Path, text: str, encoding: str = "utf-8", name: str = "deals.csv") -> Import:
    file = folder / name
    file.write_bytes(text.encode(encoding))
    report = run_import(file, "deals")
    return Import.objects.get(pk=report.import_id)


def told(lead: int) -> list[tuple[str, int | None]]:
    return sorted((one.result, one.yen) for one in activity.outcomes_of(lead))


@pytest.mark.parametrize(
    ("text", "encoding", "sfa", "count"),
    [
        (SALESFORCE, "cp932", "salesforce", 4),
        (HUBSPOT, "utf-8-sig", "hubspot", 2),
        (KINTONE, "cp932", "kintone", 2),
    ],
)
def test_lists_of_each_sfa_are_known_by_their_headers(
    leads: dict[str, int], tmp_path: Path, text: str, encoding: str, sfa: str, count: int
) -> None:
    file = tmp_path / "deals.csv"
    file.write_bytes(text.encode(encoding))
    checked = check_file(file, "deals")
    assert (checked.new, checked.rejected) == (count, 0)
    done = take(tmp_path, text, encoding)
    assert (done.new, done.rejected) == (count, 0)
    assert set(Deal.objects.values_list("sfa", flat=True)) == {sfa}


def test_before_it_is_taken_in_a_list_is_shown_under_its_columns_with_days_as_days(tmp_path: Path) -> None:
    file = tmp_path / "deals.csv"
    file.write_bytes(KINTONE.encode("cp932"))
    seen = shown(read_deal_file(file, Options()))
    first = dict(zip(seen["names"], seen["first"][0], strict=True))
    assert "lead" not in first
    assert (first["deal"], first["deal_name"], first["amount"]) == ("5", "生産管理", "800000")
    assert first["closed"] == "2025-10-20"


def test_a_deal_counts_for_whom_it_names_else_for_its_company_else_waits(
    leads: dict[str, int], tmp_path: Path
) -> None:
    done = take(tmp_path, SALESFORCE)
    assert told(leads["P-1"]) == [("meeting", 1_200_000), ("won", 1_200_000)]
    # It names no person: who of the company had done most in the days before.
    assert told(leads["P-2"]) == [("meeting", 1_200_000)]
    # Its contact is nobody we know, its company is.
    assert told(leads["P-3"]) == [("lost", 150_000_000), ("meeting", 150_000_000)]
    held = {deal.key: deal for deal in Deal.objects.all()}
    assert [held[key].basis for key in ("006A", "006B", "006C", "006D")] == ["mail", "best", "best", ""]
    assert (held["006D"].waits, done.waiting) == ("company", 1)
    assert (held["006A"].closed, held["006B"].closed) == (20_391, None)
    put_leads([("P-4", "江川 四郎", "エガワ シロウ", "未知株式会社", "部長", "製造業")])
    place()
    assert told(people.numbers_of(["P-4"])["P-4"]) == [("meeting", 300_000), ("won", 300_000)]


def test_taken_in_again_it_doubles_nothing_and_a_changed_deal_is_brought_up_to_date(
    leads: dict[str, int], tmp_path: Path
) -> None:
    first = take(tmp_path, SALESFORCE)
    again = take(tmp_path, SALESFORCE, "cp932", "again.csv")
    assert (again.new, again.changed, again.unchanged) == (0, 0, 4)
    later = SALESFORCE.replace("提案,120万円,2026/01/31", "受注,130万円,2025/11/10")
    third = take(tmp_path, later, "utf-8", "later.csv")
    assert (third.new, third.changed, third.unchanged) == (0, 1, 3)
    assert told(leads["P-2"]) == [("meeting", 1_300_000), ("won", 1_300_000)]
    undo_import(third.pk)
    assert told(leads["P-2"]) == [("meeting", 1_200_000)]
    # What the first file said, the second one said, too.
    undo_import(first.pk)
    assert told(leads["P-1"]) == [("meeting", 1_200_000), ("won", 1_200_000)]
    undo_import(again.pk)
    assert not Deal.objects.exists()
    assert [told(number) for number in leads.values()] == [[], [], []]


def test_rows_that_cannot_be_are_kept_out_with_their_reason(leads: dict[str, int], tmp_path: Path) -> None:
    head = "商談 ID,商談名,取引先名,フェーズ,金額,完了予定日,作成日\n"
    lines = [
        "1,金額,青木製作所,受注,100ドル,2025-10-01,2025-09-01",
        "2,負,青木製作所,受注,-5000,2025-10-01,2025-09-01",
        "3,日付,青木製作所,受注,5000,2025-13-01,2025-09-01",
        "4,未来,青木製作所,受注,5000,2999-01-01,2025-09-01",
        "5,終わりなし,青木製作所,失注,5000,,2025-09-01",
        "6,段階なし,青木製作所,,5000,2025-10-01,2025-09-01",
        "7,だれでもない,,受注,5000,2025-10-01,2025-09-01",
        f"8,{'長' * 600},青木製作所,受注,5000,2025-10-01,2025-09-01",
        f"9,巨大,{'会' * 3_500_000},受注,5000,2025-10-01,2025-09-01",
        "10,よい,青木製作所,受注見込み,未定,2026-01-01,2025-09-01",
        "10,よい,青木製作所,受注,5000,2025-10-01,2025-09-01",
    ]
    done = take(tmp_path, head + "\n".join(lines) + "\n")
    assert (done.new, done.rejected) == (1, 9)
    held = Deal.objects.get()
    assert (held.key, held.state, held.yen) == ("10", "won", 5000)


def test_days_with_the_month_first_are_read_where_the_column_shows_it(
    leads: dict[str, int], tmp_path: Path
) -> None:
    head = "Opportunity ID,Opportunity Name,Account Name,Stage,Amount,Close Date,Created Date\n"
    lines = [
        "1,a,青木製作所,Closed Won,5,10/30/2025,9/1/2025",
        "2,b,青木製作所,Closed Lost,5,9/1/2025,8/31/2025",
    ]
    assert take(tmp_path, head + "\n".join(lines) + "\n").rejected == 0
    assert Deal.objects.get(key="2").closed == 20_332
    unsure = head + "3,c,青木製作所,Closed Won,5,9/1/2025,8/2/2025\n"
    assert take(tmp_path, unsure, name="unsure.csv").rejected == 1


def test_whoever_is_erased_leaves_the_deal_and_no_list_brings_them_back(
    leads: dict[str, int], tmp_path: Path
) -> None:
    take(tmp_path, SALESFORCE)
    services.erase([leads["P-1"]])
    held = Deal.objects.get(key="006A")
    assert (held.email, held.contact, held.waits, held.company_text) == (
        "",
        "",
        "erased",
        "株式会社青木製作所",
    )
    later = SALESFORCE.replace('"1,200,000"', '"1,300,000"')
    take(tmp_path, later, "utf-8", "later.csv")
    held.refresh_from_db()
    assert (held.email, held.basis, held.yen) == ("", "", 1_300_000)


def test_of_several_contacts_the_first_or_the_ticked_one_counts_and_the_others_are_shown(
    leads: dict[str, int], tmp_path: Path
) -> None:
    # Salesforce: a row for each contact role. HubSpot: several in a cell.
    take(
        tmp_path,
        "商談 ID,商談名,取引先名,取引先責任者,取引先責任者 メール,主,フェーズ,金額,完了予定日\n"
        "1,a,青木製作所,井上 二郎,p-2@works.example,0,提案,5,2026/10/01\n"
        "1,a,青木製作所,青木 一郎,p-1@works.example,1,提案,5,2026/10/01\n"
        "1,a,青木製作所,江川 四郎,,0,提案,5,2026/10/01\n",
        "cp932",
    )
    take(
        tmp_path,
        "Record ID,Deal Name,Deal Stage,Close Date,Associated Company,Associated Contact,Contact Email\n"
        "1,a,Closed Won,2025-10-01,上田商事,Ueda Saburo; Inoue Jiro,p-3@works.example;p-2@works.example\n"
        "2,b,Closed Won,2025-10-01,,Ueda Saburo (P-3@works.example);小川,\n"
        "3,c,Closed Won,2025-10-01,上田商事,A;B;C,p-3@works.example;p-2@works.example\n",
        name="hubspot.csv",
    )
    seen = {
        (deal.sfa, deal.key): (deal.contact, deal.others)
        for company in (1, 2)
        for deal in deals_of_company(Company.objects.order_by("pk")[company - 1].pk, 9)
    }
    assert seen["Salesforce", "1"] == ("青木 一郎", ("井上 二郎", "江川 四郎"))
    assert seen["HubSpot", "1"] == ("Ueda Saburo", ("Inoue Jiro",))
    assert seen["HubSpot", "3"] == ("p-3@works.example", ("p-2@works.example", "A", "B", "C"))
    by_mail = Deal.objects.filter(basis="mail").values_list("sfa", "key")
    assert set(by_mail) == {("salesforce", "1"), ("hubspot", "1"), ("hubspot", "2"), ("hubspot", "3")}
    held = Deal.objects.get(sfa="hubspot", key="2")
    assert (held.email, held.contact, held.others) == ("p-3@works.example", "Ueda Saburo", "小川")
    told_of = deals_naming("P-2", "p-2@works.example")
    assert [(deal["deal"], deal["main"], deal["contact"]) for deal in told_of] == [
        ("1", False, ""),
        ("1", False, ""),
        ("3", False, ""),
    ]
    assert "Ueda" not in str(told_of)
    # Whoever is erased is not named among the others either, by no later list.
    services.erase([leads["P-2"]])
    text = f"{list(Deal.objects.values_list('others'))}{list(DealVersion.objects.values_list('said'))}"
    assert "p-2@works.example" not in text
    assert "井上" not in text
    take(
        tmp_path,
        "Record ID,Deal Name,Deal Stage,Close Date,Associated Company,Associated Contact,Contact Email\n"
        "1,x,Closed Won,2025-10-01,上田商事,Ueda Saburo; Inoue Jiro,p-3@works.example;p-2@works.example\n",
        name="again.csv",
    )
    held = Deal.objects.get(sfa="hubspot", key="1")
    assert (held.name, held.contact, held.others) == ("x", "Ueda Saburo", "")


def test_without_a_number_company_name_and_day_tell_deals_apart(
    leads: dict[str, int], tmp_path: Path
) -> None:
    head = "案件名,会社名,商談ステージ,受注日,商談日,金額\n"
    line = "導入,青木製作所,受注,2025-10-01,2025-09-01,100\n"
    take(tmp_path, head + line + line.replace("2025-09-01", "2025-09-02"))
    assert Deal.objects.count() == 2
    again = take(tmp_path, head + line.replace("青木", " 青木").replace(",100", ",200"), name="b.csv")
    assert (again.new, again.changed) == (0, 1)


def test_money_in_the_header_counts(leads: dict[str, int], tmp_path: Path) -> None:
    take(tmp_path, "案件名,会社名,商談ステージ,受注日,金額（万円）\n導入,青木製作所,受注,2025-10-01,120\n")
    assert Deal.objects.get().yen == 1_200_000
    assert [len(told(leads[key])) for key in ("P-1", "P-2")] in ([0, 1], [1, 0])


def test_odd_names_amounts_and_days_are_taken_for_what_they_say_or_kept_out(
    leads: dict[str, int], tmp_path: Path
) -> None:
    head = "案件名,会社名,商談ステージ,受注日,作成日,金額\n"
    # Long names that no index could shorten.
    signs = [chr(0x4E00 + place * 7919 % 20_000) for place in range(1_000)]
    long = "".join(signs)
    lines = [
        f"{long[:490]},{long[500:990]},受注,令和7年10月1日,R7.9.1,１，２００，０００円",
        "マイナス,青木製作所,受注,2025-10-01,2025-09-01,△５，０００",
        "大きすぎ,青木製作所,受注,2025-10-01,2025-09-01,99999999999999999999999",
        "無限,青木製作所,受注,2025-10-01,2025-09-01,1e400",
        "明治,青木製作所,受注,明治30年10月1日,2025-09-01,5",
        "式,青木製作所,受注,2025-10-01,2025-09-01,=1+1",
        "段階,青木製作所,謎の段階,,2025-09-01,5",
    ]
    done = take(tmp_path, head + "\n".join(lines) + "\n")
    assert (done.new, done.rejected) == (2, 5)
    held = Deal.objects.get(yen=1_200_000)
    assert (held.closed, held.opened, held.state) == (20_362, 20_332, "won")
    assert Deal.objects.get(name="段階").state == "open"
    # Fewer rows and the same again: nobody goes, nothing doubles.
    again = take(tmp_path, head + lines[0] + "\n", name="again.csv")
    assert (again.new, again.changed, Deal.objects.count()) == (0, 0, 2)


def test_a_deal_of_a_day_without_a_midnight_counts(settings, leads: dict[str, int], tmp_path: Path) -> None:
    # Clocks in Chile went from 23:59 on the 6th to 1:00 on the 7th of September 2025.
    settings.TIME_ZONE = "America/Santiago"
    head = "案件名,会社名,商談ステージ,受注日,作成日,金額\n"
    take(tmp_path, head + "導入,上田商事,受注,2025-09-08,2025-09-07,100\n")
    held = activity.outcomes_of(leads["P-3"])
    assert sorted((one.result, one.day) for one in held) == [("meeting", 20_338), ("won", 20_339)]
