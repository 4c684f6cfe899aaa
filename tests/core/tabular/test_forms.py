"""Known forms: recognised by their headers, columns proposed with a reason, what looks wrong said."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from mikomi.core.tabular import (
    FORMS,
    SYNONYMS,
    Proposal,
    fingerprint,
    form_of,
    likenesses,
    propose,
    read_table,
    recognise,
)
from mikomi.core.tabular.headers import plain_header

HEADERS = {
    "eight": "会社名,部署名,役職,氏名,e-mail,郵便番号,住所,TEL会社,TEL部門,TEL直通,Fax,携帯電話,URL,"
    "名刺交換日,"
    "Eightでつながっている人,再データ化中の名刺,'?'を含んだデータ,展示会",
    "sansan": "名刺ID,名刺交換日,会社名,部署名,役職,姓,名,e-mail,電話番号,携帯電話,FAX,郵便番号,住所,"
    "URL,所有者,メモ",
    "salesforce_deals": "商談 ID,商談名,取引先名,フェーズ,金額,確度 (%),完了予定日,作成日,商談 所有者",
    "hubspot_deals": "Record ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Associated Company",
    "kintone_deals": "レコード番号,会社名,案件名,案件担当者名,見込み時期,確度,製品名,合計費用,備考",
    "deals": "案件名,会社名,商談ステージ,受注日,商談日,金額",
    "salesforce_leads": "リード ID,敬称,姓,名,会社名 / 取引先名,役職,メール,電話,リードソース,"
    "リード 状況,リード 所有者,作成日",
    "salesforce_contacts": "取引先責任者 ID,敬称,姓,名,役職,取引先名,取引先 ID,メール,電話,"
    "郵送先(都道府県),取引先責任者 所有者",
    "hubspot_contacts": "レコードID,名,姓,Eメール,電話番号,コンタクト担当者,関連付けられた会社,"
    "最終アクティビティー日,"
    "リードステータス,マーケティングコンタクトのステータス,作成日",
    "hubspot_companies": "レコードID,会社名,会社の担当者,作成日,電話番号,最終アクティビティー日,"
    "市区町村,国/地域,業種",
    "kintone": "レコード番号,更新者,作成者,更新日時,作成日時,会社名,担当者名,部署名,メールアドレス,TEL,備考",
    "mautic": "id,email,firstname,lastname,company,position,points,date_identified,last_active,zipcode,"
    "companyname",
    "outlook_ja": "肩書き,名,ミドル ネーム,姓,敬称,会社名,部署,役職,番地 (会社),市町村 (会社),"
    "都道府県 (会社),"
    "郵便番号 (会社),会社 FAX,会社電話,携帯電話,電子メール アドレス,電子メールの種類,メモ",
    "outlook": "Title,First Name,Middle Name,Last Name,Suffix,Company,Department,Job Title,Business Street,"
    "Business City,Business State,Business Postal Code,Business Phone,Mobile Phone,E-mail Address,Web Page",
    "google_contacts": "First Name,Middle Name,Last Name,Organization Name,Organization Title,Labels,"
    "E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Notes",
    "zoom_webinar": "Attended,User Name (Original Name),First Name,Last Name,Email,Organization,"
    "Registration Time,"
    "Approval Status,Join Time,Leave Time,Time in Session (minutes),Is Guest",
    "zoom_registration": "First Name,Last Name,Email,Organization,Registration Time,Approval Status",
    "teams": "Name,First Join,Last Leave,In-Meeting Duration,Email,Participant ID (UPN),Role",
    "connpass": "参加枠名,ユーザー名,表示名,コメント,参加ステータス,出欠ステータス,更新日時,受付番号",
    "peatix": "注文番号,チケット番号,お名前,メールアドレス,チケット名,枚数,申込日時,チェックイン,会社名",
    "eventregist": "参加者ID,姓,名,メールアドレス,会社名,部署,役職,チケット名,申込日時,受付ステータス,"
    "受付日時",
    "webinar_tool": "氏名,会社名,メールアドレス,申込日時,視聴開始日時,視聴時間（分）,視聴ステータス",
    "seminar": "氏名,会社名,部署,メールアドレス,申込日時,出欠",
    "bounces": "メールアドレス,エラー種別,エラー回数,最終エラー日時",
    "optouts": "メールアドレス,配信停止日時,停止理由",
    "bownow": "氏名,会社・組織名,メールアドレス,電話番号,ステータス,旧メール配信グループ,タグ,"
    "セッション数,PV数,CV数",
    "satori": "カスタマーID,姓,名,メールアドレス,会社名,スコア,最終アクセス日時,メール配信停止",
    "list_finder": "個人ID,企業名,氏名,メールアドレス,部署,役職,スコア,最終訪問日",
    "haihaimail": "メールアドレス,氏名,会社名,配信ステータス,グループ名,登録日時",
}
ENGLISH = {
    "salesforce_leads": "Lead Owner,First Name,Last Name,Title,Company / Account,Lead Source,Street,"
    "Email,Lead Status,"
    "Created Date",
    "salesforce_contacts": "Contact ID,Salutation,First Name,Last Name,Title,Account Name,Mailing Street,"
    "Mailing City,"
    "Email,Contact Owner",
    "hubspot_contacts": "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,"
    "Associated Company,"
    "Last Activity Date,Lead Status,Marketing contact status,Create Date",
    "hubspot_companies": "Record ID,Company name,Company owner,Create Date,Phone Number,"
    "Last Activity Date,City,"
    "Country/Region,Industry",
    "kintone": "Record number,Created by,Created datetime,Updated by,Updated datetime,Company,Name,Email",
    "google_contacts": "Name,Given Name,Family Name,Group Membership,E-mail 1 - Type,E-mail 1 - Value,"
    "Organization 1 - Name,Organization 1 - Title",
    "optouts": "Email,Unsubscribed At,Unsubscribe Reason",
    "bounces": "Email,Bounce Type,Bounced At",
}
DEALS = (
    "deal",
    "deal_name",
    "contact",
    "is_primary",
    "stage",
    "is_won",
    "is_closed",
    "product",
    "opened",
    "closed",
)
LISTS = [*HEADERS.items(), *ENGLISH.items()]


@pytest.mark.parametrize(("key", "text"), LISTS)
def test_a_form_is_recognised_by_its_headers(key: str, text: str) -> None:
    form = recognise(text.split(","))
    assert form is not None
    assert form.key == key


def test_every_form_is_tried_here() -> None:
    assert {form.key for form in FORMS} == set(HEADERS)
    assert len({form.key for form in FORMS}) == len(FORMS)
    assert form_of("eight") is not None
    assert form_of("nothing") is None


@pytest.mark.parametrize(
    "text",
    [
        "会社名,氏名,メールアドレス,電話番号",
        "lead,at,kind,content",
        "リードID,日時,結果",
        "lead,会社名,業種,従業員数,created_at",
        "メールアドレス",
        "Company,Name,Email,Phone",
        "会社名,氏名,メールアドレス,登録日,名刺交換日",
        "First Name,Last Name,Email,Company",
    ],
)
def test_a_list_of_no_known_form_is_none(text: str) -> None:
    assert recognise(text.split(",")) is None


@pytest.mark.parametrize(("key", "text"), LISTS)
def test_the_columns_of_a_form_get_fields_that_there_are(key: str, text: str) -> None:
    usable = {*SYNONYMS, "reason", "amount", "", *DEALS}
    form = form_of(key)
    assert form is not None
    assert set(form.fields.values()) <= usable
    proposals = propose(text.split(","))
    assert [p.header for p in proposals] == text.split(",")
    fields = [p.field for p in proposals if p.field]
    assert len(fields) == len(set(fields))
    has_key = {"lead", "email", "company"} & set(fields)
    assert has_key
    by_form = [p for p in proposals if p.by == "form"]
    assert len(by_form) >= 2
    assert all(p.certainty == "sure" and form.name.ja in p.reason.ja for p in by_form)


def test_a_form_says_what_its_columns_mean() -> None:
    fields = {p.header: p.field for p in propose(HEADERS["sansan"].split(","))}
    assert fields["名刺交換日"] == "created_at"
    assert fields["名刺ID"] == "lead"
    assert fields["e-mail"] == "email"
    fields = {p.header: p.field for p in propose(HEADERS["outlook"].split(","))}
    assert (fields["Title"], fields["Job Title"]) == ("", "title")
    fields = {p.header: p.field for p in propose(HEADERS["bounces"].split(","))}
    assert (fields["最終エラー日時"], fields["エラー種別"]) == ("at", "reason")
    sansan, optouts, bounces, zoom = map(form_of, ("sansan", "optouts", "bounces", "zoom_webinar"))
    assert sansan is not None
    assert sansan.basis == "card"
    assert optouts is not None
    assert bounces is not None
    assert (optouts.kind, optouts.stops, bounces.stops) == ("optouts", "asked", "bounced")
    assert zoom is not None
    assert zoom.attendance is not None
    assert "yes" in zoom.attendance.came
    assert all(hint.words.ja and hint.words.en for form in FORMS for hint in form.hints)


def test_a_list_of_readers_with_days_of_stopping_may_be_either() -> None:
    columns = ["メールアドレス", "氏名", "会社名", "配信ステータス", "グループ名", "登録日時", "配信停止日時"]
    assert {found.form.key for found in likenesses(columns)} >= {"optouts", "haihaimail"}


def test_values_that_are_no_addresses_speak_against_a_form() -> None:
    columns = ["アドレス", "解除日"]
    places = pl.DataFrame(
        {"アドレス": ["東京都千代田区1-1", "大阪府大阪市2-2"], "解除日": ["2026/1/1", "2026/1/2"]}
    )
    mails = places.with_columns(pl.Series("アドレス", ["a@example.com", "b@example.com"]))
    assert recognise(columns, places) is None
    found = likenesses(columns, mails)
    assert found[0].form.key == "optouts"
    assert found[0].basis == "headers and values"


def test_a_form_below_its_preamble_is_read_and_recognised(tmp_path: Path) -> None:
    header = HEADERS["eight"].split(",")
    text = (
        "Eightから書き出した名刺の一覧\n合計 2 件\n*読み取れない文字は「?」です。Q列を見てください。\n\n"
        + ",".join(header)
        + "\n"
        + "\n".join(
            ",".join([f"会社{i}", "", "部長", f"名前{i}", f"p{i}@example.com", *[""] * 13]) for i in range(2)
        )
        + "\n"
    )
    (tmp_path / "a.csv").write_bytes(text.encode("cp932"))
    table = read_table(tmp_path / "a.csv")
    assert table.rejected.height == 0
    assert table.header_lines == (5,)
    form = recognise(table.columns, table.frame)
    assert form is not None
    assert form.key == "eight"


# ---- proposals


def by_header(columns: list[str], *rows: tuple[str | None, ...], **options: object) -> dict[str, Proposal]:
    sample = pl.DataFrame(list(rows), schema=dict.fromkeys(columns, pl.String), orient="row")
    return {p.header: p for p in propose(columns, sample, **options)}


def test_a_column_nobody_knows_is_told_by_its_values() -> None:
    found = by_header(
        ["謎", "会社名", "何か"],
        ("a@example.com", "A社", "x"),
        ("b@example.com", "B社", "y"),
        (None, "C社", "z"),
    )
    assert (found["謎"].field, found["謎"].by, found["謎"].certainty) == ("email", "values", "likely")
    assert "a@example.com" in found["謎"].reason.ja
    assert (found["会社名"].field, found["会社名"].by) == ("company", "header")
    assert (found["何か"].field, found["何か"].by) == (None, "nothing")


def test_two_columns_of_one_meaning_are_not_the_same_field() -> None:
    found = by_header(["貴社名", "会社名", "連絡用", "メール"], ("A", "A", "a@example.com", "b@example.com"))
    assert (found["会社名"].field, found["貴社名"].field) == ("company", None)
    assert (found["メール"].field, found["連絡用"].field) == ("email", None)
    assert "メール" in found["連絡用"].reason.ja


def test_a_mail_address_in_the_name_column_is_said() -> None:
    found = by_header(["氏名", "メール"], ("a@example.com", "山田太郎"), ("佐藤花子", "b@example.com"))
    assert "a@example.com" in found["氏名"].warnings[0].ja
    assert "山田太郎" in found["メール"].warnings[0].en


@pytest.mark.parametrize("odd", ["2026/13/45", "11/1/2026", "未定"])
def test_a_date_that_is_none_is_said(odd: str) -> None:
    found = by_header(["登録日", "氏名"], (odd, "山田"), ("2026/11/1", "佐藤"))
    assert odd in found["登録日"].warnings[0].ja
    assert "2026/11/1" in found["登録日"].warnings[0].en


def test_a_key_that_stands_twice_is_said() -> None:
    found = by_header(["ID", "氏名"], ("1", "山田"), ("1", "佐藤"), ("2", "鈴木"))
    assert found["ID"].warnings
    assert not by_header(["ID", "氏名"], ("1", "山田"), ("2", "佐藤"))["ID"].warnings


def test_names_below_unknown_groups_are_proposed_with_their_reason() -> None:
    found = by_header(["A社管理 部署", "B社管理 部署", "会社名"], ("総務", "経理", "C社"))
    assert (found["A社管理 部署"].field, found["A社管理 部署"].certainty) == ("department", "likely")
    assert found["B社管理 部署"].field is None


def test_what_was_decided_before_comes_first() -> None:
    columns = ["会社名", "謎", "備考"]
    found = by_header(columns, ("A", "x", "y"), remembered={"謎": "company", "備考": ""})
    assert (found["謎"].field, found["謎"].by) == ("company", "remembered")
    assert found["会社名"].field is None
    assert found["備考"].field == ""


def test_ten_thousand_columns_are_proposed_in_bounded_time() -> None:
    columns = [*(f"項目{i}" for i in range(10_000)), "会社名"]
    assert propose(columns)[-1].field == "company"


# ---- fingerprints


def test_a_fingerprint_is_of_the_headers_not_their_order_or_spelling() -> None:
    first = fingerprint(["会社名", "E-mail", "電話"])
    assert first == fingerprint(["電話", "会社名", "ｅ－ｍａｉｌ"])
    assert first != fingerprint(["会社名", "E-mail"])
    assert first != fingerprint(["会社名", "E-mail", "電話", "住所"])
    assert len(first) == 32


def test_a_fingerprint_does_not_change_between_releases() -> None:
    assert fingerprint(["会社名", "メール"]) == "86273d61ece2c47569188ee3618ba66c"


def test_files_without_headers_are_alike_when_they_are_as_wide() -> None:
    assert fingerprint(["列1", "列2"], has_header=False) == fingerprint(["列1", "列2"], has_header=False)
    assert fingerprint(["列1", "列2"], has_header=False) != fingerprint(
        ["列1", "列2", "列3"], has_header=False
    )
    assert fingerprint(["列1", "列2"], has_header=False) != fingerprint(["列1", "列2"])


def test_headers_of_forms_are_all_different() -> None:
    for form in FORMS:
        plain: dict[str, str] = {}
        for header, field in form.fields.items():
            assert plain.setdefault(plain_header(header), field) == field, (form.key, header)
