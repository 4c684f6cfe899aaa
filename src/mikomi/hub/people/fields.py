"""The attributes that come with the product, and those that files bring."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mikomi.core.values.titles import DEPARTMENTS, RANKS
from mikomi.core.words import Words
from mikomi.hub.people.models import Field, Scope
from mikomi.hub.people.types import FieldView

TOUCH_PARTS = {
    "source": ("参照元", "source"),
    "medium": ("メディア", "medium"),
    "campaign": ("キャンペーン", "campaign"),
    "term": ("検索語", "term"),
    "content": ("広告の内容", "content"),
    "referrer": ("紹介したサイト", "referring site"),
    "click": ("広告クリックの種類", "kind of ad click"),
    "landing": ("入口のページ", "landing page"),
    "on": ("日", "day"),
}
"""What is known of a way that somebody came by."""
_WHICH = {"first": ("最初の流入", "First touch"), "last": ("最後の流入", "Last touch")}
TOUCHES: dict[str, tuple[str, str, Scope, str]] = {
    f"{which}_touch_{part}": (
        f"{whole_ja}の{ja}",
        f"{whole_en}: {en}",
        Scope.LEAD,
        "date" if part == "on" else "text",
    )
    for which, (whole_ja, whole_en) in _WHICH.items()
    for part, (ja, en) in TOUCH_PARTS.items()
}
"""The fields of the first and the last way that a lead came by, which only the product fills."""

HEARING: dict[str, tuple[str, str, Scope, str]] = {
    "hearing_budget": ("予算", "Budget", Scope.LEAD, "choice"),
    "hearing_authority": ("決裁権", "Decision", Scope.LEAD, "choice"),
    "hearing_need": ("課題", "Need", Scope.LEAD, "choices"),
    "hearing_timing": ("導入時期", "Timing", Scope.LEAD, "choice"),
    "hearing_product": ("現在の製品", "Product in use", Scope.LEAD, "text"),
    "hearing_renewal": ("契約更新月", "Contract renewal", Scope.LEAD, "choice"),
}
"""What sales ask in a call (ヒアリング). Sales fill these in, and only in the time of a deal: learning leaves
them out before the date they were said on."""

STANDARD: dict[str, tuple[str, str, Scope, str]] = {
    "name": ("氏名", "Name", Scope.LEAD, "text"),
    "family_name": ("姓", "Family name", Scope.LEAD, "text"),
    "given_name": ("名", "Given name", Scope.LEAD, "text"),
    "name_kana": ("フリガナ", "Name (kana)", Scope.LEAD, "text"),
    "family_name_kana": ("姓（フリガナ）", "Family name (kana)", Scope.LEAD, "text"),
    "given_name_kana": ("名（フリガナ）", "Given name (kana)", Scope.LEAD, "text"),
    "email": ("メール", "Email", Scope.LEAD, "text"),
    "email_other": ("ほかのメール", "Other email", Scope.LEAD, "text"),
    "company": ("会社", "Company", Scope.LEAD, "text"),
    "department": ("部署", "Department", Scope.LEAD, "text"),
    "title": ("役職", "Title", Scope.LEAD, "text"),
    "title_rank": ("役職ランク", "Rank", Scope.LEAD, "choice"),
    "department_class": ("部門", "Function", Scope.LEAD, "choice"),
    "branch": ("支店・拠点", "Branch", Scope.LEAD, "text"),
    "phone": ("電話", "Phone", Scope.LEAD, "text"),
    "direct_phone": ("直通電話", "Direct phone", Scope.LEAD, "text"),
    "mobile": ("携帯電話", "Mobile", Scope.LEAD, "text"),
    "phone_number": ("電話（番号）", "Phone (number)", Scope.LEAD, "phone"),
    "direct_phone_number": ("直通電話（番号）", "Direct phone (number)", Scope.LEAD, "phone"),
    "mobile_number": ("携帯電話（番号）", "Mobile (number)", Scope.LEAD, "phone"),
    "fax": ("FAX", "Fax", Scope.LEAD, "text"),
    "postal_code": ("郵便番号", "Postal code", Scope.LEAD, "text"),
    "city": ("市区町村", "City", Scope.LEAD, "text"),
    "address": ("住所", "Address", Scope.LEAD, "text"),
    "street": ("番地", "Street", Scope.LEAD, "text"),
    "building": ("建物", "Building", Scope.LEAD, "text"),
    "source": ("流入元", "Source", Scope.LEAD, "text"),
    "campaign": ("キャンペーン", "Campaign", Scope.LEAD, "text"),
    "owner": ("営業担当", "Owner", Scope.LEAD, "text"),
    "note": ("メモ", "Note", Scope.LEAD, "text"),
    "consent": ("メール配信の同意", "Mail consent", Scope.LEAD, "text"),
    "unsubscribed": ("配信停止", "Unsubscribed", Scope.LEAD, "text"),
    "company_kana": ("会社（フリガナ）", "Company (kana)", Scope.COMPANY, "text"),
    "corporate_number": ("法人番号", "Corporate number", Scope.COMPANY, "text"),
    "industry": ("業種", "Industry", Scope.COMPANY, "text"),
    "employees": ("従業員数", "Employees", Scope.COMPANY, "number"),
    "revenue": ("売上高", "Revenue", Scope.COMPANY, "money"),
    "capital": ("資本金", "Capital", Scope.COMPANY, "money"),
    "prefecture": ("都道府県", "Prefecture", Scope.COMPANY, "text"),
    "country": ("国", "Country", Scope.COMPANY, "text"),
    "website": ("ウェブサイト", "Website", Scope.COMPANY, "text"),
    **HEARING,
    **TOUCHES,
}
"""Key -> label in Japanese, label in English, whose it is, kind of value. Addresses stay with the
lead: people of one company sit in different offices."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _choices(*pairs: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"key": ja, "ja": ja, "en": en, "others": []} for ja, en in pairs]


CHOICES = {
    "title_rank": [{"key": w.ja, "ja": w.ja, "en": w.en, "others": [key]} for key, w in RANKS.items()],
    "department_class": [
        {"key": w.ja, "ja": w.ja, "en": w.en, "others": [key]} for key, w in DEPARTMENTS.items()
    ],
    "hearing_budget": _choices(
        ("確保済み", "Secured"), ("申請中", "Applied for"), ("来期", "Next fiscal year"), ("なし", "None")
    ),
    "hearing_authority": _choices(
        ("本人が決める", "Decides"), ("上申する", "Recommends"), ("ほかの人が決める", "Somebody else decides")
    ),
    "hearing_need": _choices(
        ("手間を減らす", "Less work"),
        ("費用を下げる", "Lower cost"),
        ("売上を増やす", "More sales"),
        ("品質・安全", "Quality and safety"),
        ("法令・監査", "Law and audit"),
        ("いまの製品の不満", "Unhappy with the product in use"),
    ),
    "hearing_timing": _choices(
        ("3か月以内", "Within 3 months"),
        ("半年以内", "Within 6 months"),
        ("1年以内", "Within a year"),
        ("1年より先", "Later"),
        ("未定", "Not decided"),
    ),
    "hearing_renewal": [
        {"key": f"{month}月", "ja": f"{month}月", "en": name, "others": [str(month)]}
        for month, name in enumerate(_MONTHS, start=1)
    ],
}
"""The choices of the product's own fields. Their Japanese names are stored: lists, conditions and exports
show values as they are."""
GROUPS: dict[str, tuple[Words, tuple[str, ...]]] = {
    "person": (
        Words("人", "Person"),
        (
            "name",
            "family_name",
            "given_name",
            "name_kana",
            "family_name_kana",
            "given_name_kana",
            "department",
            "title",
            "title_rank",
            "department_class",
            "branch",
        ),
    ),
    "company": (
        Words("会社", "Company"),
        (
            "company",
            "company_kana",
            "corporate_number",
            "industry",
            "employees",
            "revenue",
            "capital",
            "website",
            "country",
        ),
    ),
    "contact": (
        Words("連絡先", "Contact"),
        ("email", "email_other", "phone", "direct_phone", "mobile", "fax"),
    ),
    "place": (
        Words("所在地", "Address"),
        ("postal_code", "prefecture", "city", "address", "street", "building"),
    ),
    "work": (
        Words("きっかけと担当", "Origin and owner"),
        ("source", "campaign", "owner", "note", "consent", "unsubscribed"),
    ),
    "hearing": (Words("ヒアリング", "What sales heard"), tuple(HEARING)),
    "custom": (Words("独自の項目", "Custom fields"), ()),
    "automatic": (
        Words("自動で読み取った番号", "Numbers as read"),
        ("phone_number", "direct_phone_number", "mobile_number"),
    ),
    "touch": (Words("流入（自動）", "How they came (automatic)"), tuple(TOUCHES)),
}
"""The groups that come with the product, in their order, with their fields in theirs."""
DERIVED = (
    "title_rank",
    "department_class",
    "branch",
    "phone_number",
    "direct_phone_number",
    "mobile_number",
    "postal_code",
    "prefecture",
    "city",
    "street",
)
"""The fields that the product fills in from others, where nobody has."""


def group_of(field: Field | FieldView) -> str:
    """The key of a field's group; one that people made up is its own name."""
    home = next((group for group, (_, keys) in GROUPS.items() if field.key in keys), "custom")
    return field.group or home


def group_name(group: str) -> Words:
    """What a group is called."""
    return GROUPS[group][0] if group in GROUPS else Words(group, group)


def field_view(field: Field) -> FieldView:
    """A field as others see it."""
    return FieldView(
        key=field.key,
        label_ja=field.label_ja,
        label_en=field.label_en,
        scope=field.scope,
        kind=field.kind,
        custom=field.custom,
        group=group_of(field),
        place=field.place,
        choices=tuple((c["key"], Words(c["ja"], c.get("en") or c["ja"])) for c in field.choices),
        checks=dict(field.checks),
        required=tuple(field.required),
        archived=field.archived_at is not None,
        derived=field.key in DERIVED or field.key in TOUCHES,
    )


def field_place(field: FieldView) -> tuple[int, str, int, int, str]:
    """What fields are ordered by."""
    groups = list(GROUPS)
    known = GROUPS[field.group][1] if field.group in GROUPS else ()
    return (
        groups.index(field.group) if field.group in groups else len(groups),
        field.group,
        field.place,
        known.index(field.key) if field.key in known else len(known),
        field.key,
    )


FACTS = {
    "lead": Words("リードのキー", "Lead key"),
    "created_at": Words("登録日", "Created"),
    "at": Words("日時", "Time"),
    "kind": Words("種類", "Kind"),
    "content": Words("内容", "Content"),
    "automated": Words("機械か", "Automated"),
    "result": Words("結果", "Result"),
    "reason": Words("理由", "Reason"),
    "amount": Words("金額", "Amount"),
}
"""What other columns of a file may be."""

DEAL_COLUMNS = {
    "deal": Words("商談の番号", "Deal number"),
    "deal_name": Words("商談の名前", "Deal name"),
    "contact": Words("相手の名前", "Contact"),
    "is_primary": Words("主な相手か", "Main contact?"),
    "stage": Words("商談の段階", "Deal stage"),
    "is_won": Words("受注したか", "Won"),
    "is_closed": Words("終わったか", "Closed"),
    "product": Words("製品", "Product"),
    "opened": Words("商談になった日", "Opened"),
    "closed": Words("受注・失注した日", "Closed on"),
}
"""What columns of a list of deals may be besides."""


def label_of(key: str) -> Words:
    """How a field, or another column of a file, is called; a custom field as its file calls it."""
    if key in FACTS:
        return FACTS[key]
    if key not in STANDARD and key in DEAL_COLUMNS:
        return DEAL_COLUMNS[key]
    ja, en, *_ = STANDARD.get(key, (key, key))
    return Words(ja, en)


def make_fields(keys: Iterable[str]) -> None:
    """Defines the fields that are not defined yet; one that the product does not know is custom, of
    the lead, and called what the file calls it."""
    wanted = set(keys) - set(Field.objects.values_list("key", flat=True))
    Field.objects.bulk_create([plain_field(key) for key in sorted(wanted)], ignore_conflicts=True)


def field_of(key: str) -> Field | None:
    """A field, one of the product's that nobody has used yet among them; None where there is none."""
    held = Field.objects.filter(pk=key).first()
    return plain_field(key) if held is None and key in STANDARD else held


def every_field() -> list[Field]:
    """All fields: those that are defined, and those of the product that nobody has used yet."""
    held = list(Field.objects.all())
    return held + [plain_field(key) for key in STANDARD.keys() - {field.key for field in held}]


def plain_field(key: str) -> Field:
    """A field as it is before anybody arranges it: the product's, or one called what its file calls it."""
    ja, en, scope, kind = STANDARD.get(key, (key, key, Scope.LEAD, "text"))
    return Field(
        key=key,
        label_ja=ja,
        label_en=en,
        scope=scope,
        kind=kind,
        custom=key not in STANDARD,
        choices=CHOICES.get(key, []),
    )


def shared_among(keys: Iterable[str]) -> list[str]:
    """Those of `keys` that are the company's: as defined, or as the product has it."""
    defined = dict(Field.objects.values_list("key", "scope"))
    own = {key: scope.value for key, (_, _, scope, _) in STANDARD.items()}
    return [key for key in keys if defined.get(key, own.get(key)) == Scope.COMPANY.value]


def keys_of(scope: Scope) -> list[str]:
    """The keys of the defined fields of `scope`."""
    return [key for key, of, _kind in defined() if of == scope]


def defined() -> list[tuple[str, str, str]]:
    """The defined fields by key: key, scope and kind."""
    return list(Field.objects.order_by("key").values_list("key", "scope", "kind"))
