"""What the pages of imports call things: columns, kinds, encodings, states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mikomi.core.words import Words
from mikomi.hub.people.deals.reading import COLUMNS as DEAL_COLUMNS
from mikomi.hub.people.fields import FACTS, STANDARD, label_of
from mikomi.hub.people.models import Field, Import

type Label = str | Promise

KIND_NAMES: dict[str, Label] = {
    "leads": _("リード"),
    "events": _("行動"),
    "outcomes": _("結果"),
    "deals": pgettext_lazy("kind", "商談"),
    "optouts": _("配信停止・エラーアドレス"),
}
ENCODING_NAMES: dict[str, str] = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "cp932": "CP932",
    "euc_jp": "EUC-JP",
    "euc_jis_2004": "EUC-JP",
    "iso2022_jp": "ISO-2022-JP",
    "utf-16": "UTF-16",
}
DELIMITER_NAMES: dict[str, Label] = {
    ",": _("コンマ区切り"),
    "\t": _("タブ区切り"),
    ";": _("セミコロン区切り"),
    "|": _("縦線区切り"),
}
FIELD_KINDS: tuple[tuple[str, Label], ...] = (
    ("text", _("文字")),
    ("long_text", _("長い文")),
    ("number", _("数")),
    ("money", _("金額")),
    ("date", _("日付")),
    ("choice", _("選択肢（1つ）")),
    ("choices", _("選択肢（いくつでも）")),
    ("yes_no", _("はい・いいえ")),
    ("url", _("URL")),
    ("mail", _("メールアドレス")),
    ("phone", _("電話番号")),
    ("person", _("社内の人")),
)

CONFLICT_RULES: tuple[tuple[str, Label, Label], ...] = (
    ("overwrite", _("ファイルの値にする"), _("空の欄は、わかっている値を消しません。")),
    ("fill", _("空いているところだけ入れる"), _("もうわかっている値は変えません。")),
    ("keep", _("いまのままにする"), _("知っている人の値には触れず、新しい人だけを足します。")),
)
"""Rule, what it is called, what it does."""

BASES: tuple[tuple[str, Label, Label], ...] = (
    (
        "consent",
        _("同意をもらった"),
        _(
            "広告のメールを送ることに、前もって同意した人。同意の記録は残す決まりです（第3条第1項第1号、第2項）。"
        ),
    ),
    (
        "card",
        _("名刺などの書面で受け取った"),
        _("自分のアドレスを、名刺や申込書などの書面で知らせた人（第2号）。"),
    ),
    ("deal", _("取引がある"), _("すでに取引をしている相手（第3号）。問い合わせだけでは取引になりません。")),
    (
        "published",
        _("公表している"),
        _(
            "自分のアドレスを公表している団体と、営業をしている個人（第4号）。"
            "広告メールお断りと書いてあるページのアドレスには使えません。"
        ),
    ),
    (
        "each",
        _("ファイルの列で1人ずつ決める"),
        _("根拠の種類が「同意」「名刺」「取引」「公表」「なし」と書いてある列があるとき。"),
    ),
    ("none", _("根拠を記録しない"), _("広告のメールは送れません。電話や個別の連絡には使えます。")),
)
"""Ground for mail, what it is called, what the law means by it. Source: 特定電子メールの送信の適正化等に
関する法律 第3条第1項."""

GROUNDS: dict[str, Label] = {
    "consent": _("同意"),
    "card": _("書面・名刺"),
    "deal": _("取引関係"),
    "published": _("公表"),
    "": _("根拠なし"),
}
"""Grounds in a word, as they stand in a table."""

EFFECTS: dict[str, Label] = {
    "new": _("新しく加わる人"),
    "changed": _("情報が新しくなる人"),
    "unchanged": _("変わらない行"),
    "rejected": _("取り込まない行"),
}
AFTER: dict[str, Label] = {
    "new": _("新しく加わった人"),
    "changed": _("情報が新しくなった人"),
    "unchanged": _("変わらなかった行"),
    "rejected": _("取り込まなかった行"),
}
NEW_ROWS: dict[str, tuple[Label, Label]] = {
    "events": (_("新しく加わる行"), _("新しく加わった行")),
    "outcomes": (_("新しく加わる行"), _("新しく加わった行")),
    "optouts": (_("新しく止める人"), _("新しく止めた人")),
    "deals": (_("新しく加わる商談"), _("新しく加わった商談")),
}
"""What new rows are called before and after, where they are not people."""
CHANGED_DEALS: tuple[Label, Label] = (_("内容が変わる商談"), _("内容が変わった商談"))
"""The same of deals that are known already."""

_GROUPS: tuple[tuple[Label, tuple[str, ...]], ...] = (
    (
        _("人のこと"),
        (
            "name", "family_name", "given_name", "name_kana", "family_name_kana", "given_name_kana",
            "email", "phone", "direct_phone", "mobile", "fax",
        ),
    ),
    (
        _("勤め先"),
        (
            "company", "department", "title", "title_rank", "department_class", "branch",
            "postal_code", "city", "address", "building",
        ),
    ),
    (
        _("会社のこと"),
        (
            "company_kana", "corporate_number", "industry", "employees", "revenue", "capital",
            "prefecture", "country", "website",
        ),
    ),
    (_("きっかけと担当"), ("created_at", "source", "campaign", "owner", "note")),
    (_("配信"), ("consent", "unsubscribed")),
    (_("見分けるもの"), ("lead",)),
)  # fmt: skip
_WORKED_OUT = ("phone_number", "direct_phone_number", "mobile_number", "street")
"""What the program takes out of other fields; files do not bring it."""
_OTHER_KINDS: dict[str, tuple[str, ...]] = {
    "events": ("lead", "at", "kind", "content", "automated"),
    "outcomes": ("lead", "at", "result", "reason", "amount"),
    "optouts": ("email", "at", "reason"),
    "deals": DEAL_COLUMNS,
}


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Fields that stand together in a choice: `fields` are (key, label)."""

    label: Label
    fields: tuple[tuple[str, Words], ...]


def field_groups(kind: str) -> tuple[FieldGroup, ...]:
    """The fields that a column of such a file may become, by what they are about."""
    if kind != Import.Kind.LEADS:
        keys = _OTHER_KINDS.get(kind, ())
        return (FieldGroup(_("項目"), tuple((key, label_of(key)) for key in keys)),)
    own = Field.objects.filter(archived_at=None).order_by("group", "place", "key")
    labels = {field.key: Words(field.label_ja, field.label_en) for field in own}
    named = {key for _label, keys in _GROUPS for key in keys}
    groups = [FieldGroup(label, tuple((key, label_of(key)) for key in keys)) for label, keys in _GROUPS]
    rest = [key for key in STANDARD if key not in named and key not in _WORKED_OUT]
    if rest:
        groups.append(FieldGroup(_("そのほか"), tuple((key, label_of(key)) for key in rest)))
    custom: dict[str, list[tuple[str, Words]]] = {}
    for field in own:
        if field.key not in STANDARD and field.key not in FACTS:
            custom.setdefault(field.group, []).append((field.key, labels[field.key]))
    groups += [FieldGroup(name or _("自分たちの項目"), tuple(fields)) for name, fields in custom.items()]
    return tuple(groups)


def labels_in(groups: Iterable[FieldGroup]) -> dict[str, Words]:
    """Field key -> how it is called, for all fields in `groups`."""
    return dict(pair for group in groups for pair in group.fields)


def said(sentence: Mapping[str, Any] | None) -> Words:
    """A sentence of a report (`{"ja", "en"}`) as words."""
    told = sentence or {}
    return Words(str(told.get("ja", "")), str(told.get("en", "")))


def all_said(sentences: Iterable[Mapping[str, Any]] | None) -> list[Words]:
    """Several sentences of a report."""
    return [said(sentence) for sentence in sentences or ()]
