"""What descriptions are made of: plain words and words that can be changed.

A `Sentence` feeds the editor (each changeable part is a button that knows its place in the model)
and, joined, the plain text of the command line. Both are always the same words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mikomi.core.words import Language, Words

type ModelPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A run of words. `path` says which place of the model it shows; None: fixed words."""

    text: str
    path: ModelPath | None = None


type Parts = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One rule or condition in words.

    `parts`: what is said, in order. `options`: additions such as a half life or a cap, said after
    it. `missing`: places of the model where an addition could stand but does not.
    """

    language: Language
    parts: Parts
    options: Parts = ()
    missing: tuple[ModelPath, ...] = ()

    @property
    def text(self) -> str:
        """The whole sentence as plain text, without an end mark."""
        comma = "、" if self.language == "ja" else ", "
        return comma.join([joined(self.parts), *(option.text for option in self.options)])


def joined(parts: Parts) -> str:
    """The plain text of parts."""
    return "".join(part.text for part in parts)


@dataclass(frozen=True, slots=True)
class FieldLabel:
    """How a field is called on the screen, and the unit its numbers carry (none: empty words)."""

    name: Words
    unit: Words = field(default_factory=lambda: Words("", ""))


FIELDS: Mapping[str, FieldLabel] = {
    "name": FieldLabel(Words("氏名", "name")),
    "family_name": FieldLabel(Words("姓", "family name")),
    "given_name": FieldLabel(Words("名", "given name")),
    "email": FieldLabel(Words("メール", "email")),
    "phone": FieldLabel(Words("電話", "phone")),
    "mobile": FieldLabel(Words("携帯電話", "mobile")),
    "company": FieldLabel(Words("会社", "company")),
    "corporate_number": FieldLabel(Words("法人番号", "corporate number")),
    "department": FieldLabel(Words("部署", "department")),
    "title": FieldLabel(Words("役職", "title")),
    "industry": FieldLabel(Words("業種", "industry")),
    "employees": FieldLabel(Words("従業員数", "employees"), Words("名", "")),
    "capital": FieldLabel(Words("資本金", "capital"), Words("円", " yen")),
    "revenue": FieldLabel(Words("売上高", "revenue"), Words("円", " yen")),
    "country": FieldLabel(Words("国", "country")),
    "postal_code": FieldLabel(Words("郵便番号", "postal code")),
    "prefecture": FieldLabel(Words("都道府県", "prefecture")),
    "city": FieldLabel(Words("市区町村", "city")),
    "address": FieldLabel(Words("住所", "address")),
    "website": FieldLabel(Words("ウェブサイト", "website")),
    "source": FieldLabel(Words("流入元", "source")),
    "campaign": FieldLabel(Words("キャンペーン", "campaign")),
    "owner": FieldLabel(Words("営業担当", "owner")),
    "created_at": FieldLabel(Words("登録日", "created on")),
}
"""Names of the fields that most companies have; a field without one is called as in the model."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Names for what a model only has keys for.

    `fields`: by field. `contents`: a page's or document's title by its content key.
    """

    fields: Mapping[str, FieldLabel] = field(default_factory=lambda: FIELDS)
    contents: Mapping[str, str] = field(default_factory=dict)

    def field_name(self, key: str, language: Language) -> str:
        """What the field is called; its key where it has no label."""
        label = self.fields.get(key)
        return label.name.text(language) if label else key

    def amount(self, key: str, value: float, language: Language) -> str:
        """A number of this field with its unit: `300名`, `1,000名`; without unit as it is written."""
        label = self.fields.get(key)
        unit = label.unit.text(language) if label else ""
        counted = label is not None and label.unit.ja != ""
        return number_text(value, grouped=counted) + unit

    def content(self, key: str) -> str:
        """The title of a content, or its key."""
        return self.contents.get(key, key)


DEFAULT_LABELS = Labels()


def number_text(value: float, *, grouped: bool = True) -> str:
    """A number as people write it: `5`, `2.5`, `1,248`, `−20` (U+2212)."""
    if float(value).is_integer() and abs(value) < 1e15:
        digits = f"{abs(int(value)):,}" if grouped else str(abs(int(value)))
    else:
        digits = repr(abs(float(value)))
    return ("−" if value < 0 else "") + digits


def signed_points(points: float, language: Language) -> str:
    """`+5点`, `−20点`; `+5 points`, `+1 point`."""
    sign = "" if points < 0 else "+"
    number = sign + number_text(points)
    if language == "ja":
        return number + "点"
    return f"{number} point" if abs(points) == 1 else f"{number} points"


def day_span(days: float, language: Language) -> str:
    """A length of time: whole weeks below a month as weeks, the rest in days."""
    if days in (7, 14, 21, 28):
        weeks = int(days) // 7
        if language == "ja":
            return f"{weeks}週間"
        return "a week" if weeks == 1 else f"{weeks} weeks"
    if language == "ja":
        return f"{number_text(days)}日"
    return "1 day" if days == 1 else f"{number_text(days)} days"
