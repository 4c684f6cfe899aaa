"""What the form of a condition asks of its parts."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mikomi.hub.site.segments.form import TYPED, Part
from mikomi.hub.site.segments.picks import Offer, Pairs

register = template.Library()

DEEPEST = 2
"""So deep can parts be put inside each other by hand."""
FOR_STAGES = ("did", "last", "field", "outcome")
"""What a stage's condition may rest on: stages come before scores and segments."""
FIELDS = {
    **{kind: kind for kind in ("did", "outcome", "score", "grade", "hot", "stage", "consent", "field")},
    **dict.fromkeys(("first", "last"), "since"),
    **dict.fromkeys(("tag", "list", "segment"), "label"),
}
"""The template of each kind of part."""


@register.simple_tag(takes_context=True)
def shape(context: template.Context) -> SafeString:
    """What makes a button change the form rather than save it. `form_url`: of another form."""
    url = context.get("form_url") or reverse("site:segment_form")
    swap = 'hx-target="#segment-editor" hx-swap="outerHTML"'
    return format_html(f'formaction="{{}}" formnovalidate hx-post="{{}}" {swap}', url, url)


@register.filter
def fields_template(part: Part) -> str:
    """The template of a part's fields."""
    return f"site/segments/fields/{FIELDS.get(part.kind, 'field')}.html"


@register.filter
def addable(part: Part, offer: Offer) -> list[tuple[str, str, str]]:
    """What can be put into a join: kind, words, icon. A stage asks for less than a segment."""
    kinds = [
        ("did", _("したこと（ページ、資料、メール…）"), "click"),
        ("last", _("最初・最後にしたのがいつか"), "clock"),
        ("field", _("属性（業種、役職、従業員数…）"), "user"),
        ("score", _("スコア"), "adjustments-horizontal"),
        ("grade", _("等級"), "chart-area-line"),
        ("hot", _("ホットかどうか"), "flame"),
        ("stage", _("ジャーニーの段階"), "route"),
        ("outcome", _("商談・受注などの結果"), "phone"),
        ("tag", _("タグ"), "tag"),
        ("list", _("リスト"), "users"),
        ("segment", _("ほかのセグメント"), "filter"),
        ("consent", _("メールの同意"), "mail"),
    ]
    if offer.purpose == "stage":
        kinds = [one for one in kinds if one[0] in FOR_STAGES]
    if part.depth < DEEPEST:
        kinds.append(("all" if part.kind == "any" else "any", _("条件のまとまり"), "copy"))
    return kinds


@register.filter
def of_part(part: Part, name: str) -> str:
    """What stands in a field of a part."""
    return part.get(name)


@register.filter
def contents(part: Part, offer: Offer) -> Pairs:
    """The contents to choose from, the one that is chosen among them."""
    offered = offer.contents(part.get("k"))
    now = part.get("c")
    if now and now != TYPED and now not in dict((*offered, *offer.groups)):
        return ((now, offer.content_words(now[2:])), *offered)
    return offered


@register.filter
def other_kind(part: Part, offer: Offer) -> tuple[str, str] | None:
    """The kind of a part that is none of those offered."""
    kind = part.get("k")
    return None if kind in dict(offer.kinds) else (kind, kind.strip("[]").replace('"', ""))


@register.filter
def gone_field(part: Part, offer: Offer) -> str:
    """The field of a part that is none of those offered."""
    field = part.get("field")
    return "" if field in dict(offer.fields) else field


@register.filter
def operators(part: Part, offer: Offer) -> Pairs:
    """How the part's field can be compared."""
    return offer.operators(part)


@register.filter
def chosen(part: Part, offer: Offer) -> Pairs:
    """What is chosen, and how it is called."""
    return tuple((value, offer.called(part, value)) for value in part.chosen)


@register.filter
def unchosen(part: Part, offer: Offer) -> Pairs:
    """What else could be chosen."""
    return tuple(pair for pair in offer.values(part) if pair[0] not in part.chosen)
