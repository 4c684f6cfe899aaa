"""Headers: Japanese or English ones to the fields they mean, and files without any.

A field has one canonical name; a header means it when it is equal to one of the field's synonyms
after NFKC, case folding and leaving out spaces and signs. Nothing is guessed from parts of words;
only the name under a known group (連絡先 電話, of two header rows) keeps its meaning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

SYNONYMS: dict[str, tuple[str, ...]] = {
    "lead": (
        "lead", "lead_id", "lead key", "リード", "リードID", "リード番号", "見込み客ID", "見込客ID",
        "顧客ID", "顧客番号", "顧客コード", "会員ID", "会員番号", "お客様番号", "コンタクトID",
        "record id", "レコードID", "contact_id", "customer_id", "prospect_id", "person_id", "user_id",
        "id", "管理番号",
    ),
    "email": (
        "email", "e-mail", "email address", "mail", "mail address", "メール", "メールアドレス", "Eメール",
        "eメールアドレス", "電子メール", "電子メールアドレス", "メアド", "アドレス（メール）",
        "会社メール", "email 1", "work email", "business email", "勤務先メール",
    ),
    "name": (
        "name", "full name", "person name", "contact name", "氏名", "名前", "お名前", "ご氏名", "姓名",
        "担当者", "担当者名", "ご担当者名", "担当者氏名", "顧客氏名", "リード名", "氏名（漢字）",
        "お名前（漢字）", "取引先責任者",
    ),
    "family_name": (
        "family_name", "last name", "surname", "姓", "苗字", "名字", "お名前（姓）", "氏名（姓）",
        "姓（漢字）", "氏",
    ),
    "given_name": (
        "given_name", "first name", "名", "下の名前", "お名前（名）", "氏名（名）", "名（漢字）",
    ),
    "name_kana": (
        "name_kana", "kana", "フリガナ", "ふりがな", "カナ", "かな", "氏名カナ", "氏名（カナ）",
        "氏名（カタカナ）", "氏名（フリガナ）", "お名前（フリガナ）", "お名前（カナ）", "氏名（かな）",
        "氏名（ふりがな）", "カナ氏名", "氏名フリガナ", "氏名ふりがな", "名前カナ", "読み", "よみがな",
        "ヨミガナ", "読み仮名",
    ),
    "family_name_kana": (
        "family_name_kana", "姓カナ", "姓（カナ）", "姓（フリガナ）", "セイ", "せい", "last name kana",
        "フリガナ（姓）", "フリガナ（セイ）", "姓かな", "姓ふりがな", "姓フリガナ",
    ),
    "given_name_kana": (
        "given_name_kana", "名カナ", "名（カナ）", "名（フリガナ）", "メイ", "めい", "first name kana",
        "フリガナ（名）", "フリガナ（メイ）", "名かな", "名ふりがな", "名フリガナ",
    ),
    "company": (
        "company", "company name", "account", "account name", "organization", "organisation",
        "corporation", "employer", "会社", "会社名", "企業", "企業名", "法人名", "貴社名", "御社名",
        "社名", "勤務先", "勤務先名", "取引先", "取引先名", "顧客企業名", "組織", "組織名", "団体名",
        "会社名・団体名", "会社・団体名", "所属", "会社名（漢字）", "会社/団体名", "貴社名/団体名",
        "所属企業", "法人・団体名",
    ),
    "company_kana": (
        "company_kana", "会社名カナ", "会社名（カナ）", "会社名フリガナ", "会社名（フリガナ）",
        "会社名よみ",
    ),
    "corporate_number": (
        "corporate_number", "法人番号", "国税庁法人番号", "法人番号13桁",
    ),
    "department": (
        "department", "dept", "division", "部署", "部署名", "所属部署", "部門", "部門名", "部署・部門",
        "部課名", "部課", "所属部署名", "部署名1",
    ),
    "title": (
        "title", "job title", "position", "役職", "役職名", "肩書", "肩書き", "職位", "職務", "ご役職",
        "職責",
    ),
    "phone": (
        "phone", "telephone", "tel", "phone number", "telephone number", "電話", "電話番号", "TEL会社",
        "会社電話", "会社電話番号", "代表電話", "代表電話番号", "勤務先電話", "勤務先電話番号",
        "お電話番号", "連絡先電話番号", "連絡先", "TEL（会社）", "TEL番号", "business phone",
        "work phone", "固定電話",
    ),
    "direct_phone": (
        "direct_phone", "TEL直通", "直通電話", "直通電話番号", "TEL（直通）", "TEL部門", "直通",
    ),
    "mobile": (
        "mobile", "mobile phone", "cell", "cell phone", "mobile number", "携帯", "携帯電話", "携帯番号",
        "携帯電話番号", "スマートフォン",
    ),
    "fax": (
        "fax", "fax number", "ファックス", "FAX番号", "ファクス", "ファックス番号",
    ),
    "postal_code": (
        "postal_code", "postcode", "postal", "zip", "zip code", "zipcode", "郵便番号", "〒", "郵便",
        "会社郵便番号", "勤務先郵便番号",
    ),
    "prefecture": (
        "prefecture", "state", "都道府県", "都道府県名", "県", "都道府県（都道府県）", "会社都道府県",
    ),
    "city": (
        "city", "市区町村", "市区郡", "市町村", "市区", "市区町村名", "市",
    ),
    "address": (
        "address", "street", "street address", "住所", "会社住所", "勤務先住所", "所在地", "ご住所",
        "住所1", "番地", "町名・番地", "会社所在地", "本社所在地", "address line 1",
    ),
    "building": (
        "building", "建物", "建物名", "ビル名", "住所2", "address line 2", "建物名・部屋番号",
    ),
    "country": (
        "country", "国", "国名", "国・地域",
    ),
    "industry": (
        "industry", "sector", "業種", "業種名", "業界", "業態", "産業", "業種分類", "会社業種", "主業種",
    ),
    "employees": (
        "employees", "employee count", "number of employees", "num employees", "company size",
        "headcount", "従業員数", "従業員", "社員数", "従業員規模", "従業員数（人）", "従業員数（名）",
        "従業員人数", "会社規模", "企業規模", "人数", "従業者数", "no of employees",
    ),
    "revenue": (
        "revenue", "annual revenue", "sales", "turnover", "売上", "売上高", "年商", "年間売上",
        "年間売上高", "売上規模", "売上高（百万円）", "年商（百万円）", "年商（億円）", "annual sales",
    ),
    "capital": (
        "capital", "資本金", "資本金（万円）", "資本金（百万円）", "資本金（千円）", "資本金（円）",
    ),
    "website": (
        "website", "web site", "url", "homepage", "home page", "ホームページ", "HP", "ウェブサイト",
        "webサイト", "会社URL", "企業URL", "サイトURL", "会社HP", "ホームページURL", "company url", "web",
    ),
    "created_at": (
        "created_at", "created", "create date", "created date", "date created", "created on",
        "creation date", "registered_at", "registration date", "signup date", "作成日", "作成日時",
        "登録日", "登録日時", "新規登録日", "初回登録日", "取得日", "獲得日", "名刺交換日",
        "リード作成日", "リード獲得日", "レコード作成日", "追加日", "create_at", "交換日",
    ),
    "source": (
        "source", "lead source", "original source", "channel", "流入元", "流入経路", "獲得経路",
        "リードソース", "獲得チャネル", "経路", "参照元", "きっかけ", "獲得元", "流入チャネル",
        "認知経路", "リード獲得経路",
    ),
    "campaign": (
        "campaign", "campaign name", "キャンペーン", "キャンペーン名", "施策", "施策名",
    ),
    "owner": (
        "owner", "lead owner", "sales rep", "営業担当", "営業担当者", "所有者", "自社担当者", "担当営業",
        "リード所有者",
    ),
    "note": (
        "note", "notes", "memo", "comment", "comments", "remarks", "description", "備考", "メモ",
        "コメント", "特記事項", "摘要", "補足", "備考欄",
    ),
    "consent": (
        "consent", "opt in", "optin", "メール配信許可", "配信許可", "配信同意", "同意", "オプトイン",
        "メール配信可否",
    ),
    "unsubscribed": (
        "unsubscribed", "opt out", "optout", "配信停止", "オプトアウト", "メール配信停止", "do not email",
        "メール送信除外",
    ),
    "at": (
        "at", "time", "timestamp", "datetime", "date time", "occurred_at", "event_at", "event time",
        "event date", "date", "日時", "発生日時", "アクセス日時", "行動日時", "日付", "発生日", "年月日",
        "アクセス日", "行動日", "閲覧日時", "対応日時", "活動日時", "活動日", "結果日", "確定日",
        "受注日", "失注日", "完了日", "結果日時", "close date", "closed_at",
    ),
    "kind": (
        "kind", "event", "event name", "event type", "event kind", "activity type", "action", "種類",
        "種別", "イベント", "イベント名", "イベント種別", "行動", "行動種別", "行動の種類", "アクション",
        "活動種別",
    ),
    "content": (
        "content", "page", "path", "page path", "url path", "page url", "内容", "コンテンツ", "ページ",
        "対象", "パス", "閲覧ページ", "ページURL", "資料名", "コンテンツ名",
    ),
    "automated": (
        "automated", "is automated", "bot", "is_bot", "自動", "機械", "ボット", "機械的アクセス",
        "自動アクセス",
    ),
    "result": (
        "result", "outcome", "stage result", "結果", "成果", "商談結果", "受注結果", "架電結果",
        "通話結果", "コール結果", "受注失注", "受失注", "勝敗",
    ),
}  # fmt: skip
"""Canonical field -> headers that mean it, the most telling first."""

SIGNS = re.compile(r"[\s_\-‐‑–—ー・･./／:：()\[\]【】「」*＊※#?!,、。\"']+")


def plain_header(header: str) -> str:
    """A header as it is compared: NFKC, case folded, without spaces and signs."""
    text = unicodedata.normalize("NFKC", header).casefold()
    return SIGNS.sub("", re.sub(r"[(\[【](必須|任意|required|optional)[)\]】]", "", text))


MEANINGS: dict[str, tuple[str, int]] = {}
for _field, _names in SYNONYMS.items():
    for _rank, _name in enumerate(_names):
        MEANINGS.setdefault(plain_header(_name), (_field, _rank))


GROUPS = frozenset(
    map(
        plain_header,
        (
            "連絡先", "連絡先情報", "ご連絡先", "基本情報", "会社", "会社情報", "企業", "企業情報", "勤務先",
            "勤務先情報", "貴社", "貴社情報", "法人情報", "担当者", "ご担当者", "担当者情報", "ご担当者情報",
            "お客様", "お客様情報", "顧客情報", "個人情報", "氏名", "お名前", "住所", "ご住所",
            "所在地", "所属", "名刺情報", "リード情報", "contact", "company", "address",
        ),
    )
)  # fmt: skip
"""Words over several columns of a sheet that leave the meaning of the names below as it is."""

NOT_OF_A_GROUP = frozenset(("lead", "created_at", "at", "kind", "content", "automated", "result"))
"""会社 ID is no lead, and 会社 登録日 no lead's."""


@lru_cache(maxsize=1 << 15)  # wide files are asked for each field
def _meaning(header: str) -> tuple[str, int] | None:
    """The field and how telling the header is; a name below a known group (連絡先 電話) comes last."""
    found = MEANINGS.get(plain_header(header))
    if found is None and " " in header:
        group, _, name = header.partition(" ")
        below = MEANINGS.get(plain_header(name)) if plain_header(group) in GROUPS else None
        if below is not None and below[0] not in NOT_OF_A_GROUP:
            return below[0], below[1] + 1000
    return found


def canonical(header: str) -> str | None:
    """The field that `header` means (`会社名` -> `company`), or None when it is not known."""
    found = _meaning(header)
    return found[0] if found else None


def resolve(field: str, columns: Sequence[str]) -> str | None:
    """The column that `field` names: the same header, else the best one that means the same field.

    Works both ways: `employees` finds 従業員数 and 従業員数 finds `employees`. Of several columns of
    one meaning the one whose header is the most telling is taken, then the first in the file.
    """
    if field in columns:
        return field
    wanted = canonical(field)
    if wanted is None:
        same = [name for name in columns if plain_header(name) == plain_header(field) != ""]
        return same[0] if same else None
    ranked = []
    for place, name in enumerate(columns):
        meaning = _meaning(name)
        if meaning and meaning[0] == wanted:
            ranked.append((meaning[1], place, name))
    return min(ranked)[2] if ranked else None


NUMBER = re.compile(r"[+-]?[\d,]*\.?\d+([eE][+-]?\d+)?[%円]?")
DATE = re.compile(r"(\d{4}|(令和|平成|昭和|[RHS])\s?(\d+|元))[-/年.]\s?\d{1,2}([-/月.]\s?\d{1,2}.*)?")
TELLING = re.compile(
    r"[^@\s]+@[^@\s]+\.[^@\s]+|https?://.*|/.*|〒?\d{3}-\d{4}|\(?0\d[\d\-() ]{7,}|true|false"
)


def looks_like_value(cell: str) -> bool:
    """Whether a cell holds what no header would be: a number, date, address, telephone, path."""
    text = unicodedata.normalize("NFKC", cell).strip()
    return bool(NUMBER.fullmatch(text) or DATE.fullmatch(text) or TELLING.fullmatch(text.casefold()))


def is_header(first: Sequence[str]) -> bool:
    """Whether the first row of a file is a header.

    It is one when a cell means the lead, or when it holds more known headers than values (numbers,
    dates, mail addresses …). A row without either is taken as a header if no two cells are the same.
    """
    cells = [cell for cell in first if cell.strip()]
    meanings = [canonical(cell) for cell in cells]
    known = len(cells) - meanings.count(None)
    values = sum(looks_like_value(cell) for cell in cells)
    if values or known:
        return known > values or "lead" in meanings
    return len(set(cells)) == len(cells)


def column_names(first: Sequence[str] | None, width: int) -> list[str]:
    """Headers as written; 列1, 列2 … where there is none."""
    if first is None:
        return [f"列{i + 1}" for i in range(width)]
    return [name if name.strip() else f"列{i + 1}" for i, name in enumerate(first)]
