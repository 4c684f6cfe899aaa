"""What the pages of 重複 and of 会社の重複 do and say differently."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.people.duplicates.leads import LEADS
from mikomi.hub.people.duplicates.services import look_again
from mikomi.hub.people.same.kinds import Kind
from mikomi.hub.people.same_companies.companies import COMPANIES
from mikomi.hub.site.actions.merge_companies import merge_companies, part_companies
from mikomi.hub.site.actions.merge_leads import merge_leads, part_leads


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """Leads or companies on the pages of what may be one (`views.same`).

    `look` finds anew what two have in common. `one`: the name of the address of a lead or company; `pairs`
    to `part_url` those of the acts; `others`: of the pairs of the other kind. `who`, `after`: the
    templates of one side and of what a merge does. `said`: words of the pages.
    """

    kind: Kind
    merge: Callable[..., int]
    part: Callable[..., Any]
    look: Callable[[int, int], None]
    menu: str
    one: str
    pairs: str
    others: str
    look_url: str
    compare: str
    not_same: str
    maybe_same: str
    part_url: str
    who: str
    after: str
    said: dict[str, Any]


def _look_at_companies(one: int, two: int) -> None:
    enqueue("people.find_same_companies", once=True)


PEOPLE = Shown(
    kind=LEADS,
    merge=merge_leads,
    part=part_leads,
    look=look_again,
    menu="duplicates",
    one="site:lead",
    pairs="site:duplicates",
    others="site:same_companies",
    look_url="site:look_again",
    compare="site:compare",
    not_same="site:not_same",
    maybe_same="site:maybe_same",
    part_url="site:part",
    who="site/same/lead.html",
    after="site/same/after_leads.html",
    said={
        "title": _("重複"),
        "others": _("会社の重複"),
        "intro": _(
            "同じ人かもしれないリードの組です。統合するまで何も変わらず、統合はあとからでも元に戻せます。"
        ),
        "compare": _("2人をくらべる"),
        "kept": _("残る人"),
        "gone": _("統合される人"),
        "from_gone": _("統合される人から"),
        "as_kept": _("残る人のまま"),
        "swap": _("残す人を入れ替える"),
        "why": _("同じ人と思われるわけ"),
        "not_same": _("同じ人ではない"),
        "none_apart": _("「同じ人ではない」とした組はありません"),
        "none_found": _("同じメール、同じ電話と氏名、同じ会社と氏名の組が現れると、ここに並びます。"),
        "remembered": _("同じ人ではない、と覚えました。もう提案しません"),
        "parted": _("2人に戻しました"),
        "away": _("このリードは、もう無いか、別のリードに統合されています。"),
    },
)
FIRMS = Shown(
    kind=COMPANIES,
    merge=merge_companies,
    part=part_companies,
    look=_look_at_companies,
    menu="companies",
    one="site:company",
    pairs="site:same_companies",
    others="site:duplicates",
    look_url="site:look_at_companies",
    compare="site:compare_companies",
    not_same="site:not_same_company",
    maybe_same="site:maybe_same_company",
    part_url="site:part_companies",
    who="site/same/company.html",
    after="site/same/after_companies.html",
    said={
        "title": _("会社の重複"),
        "others": _("人の重複"),
        "intro": _("同じ会社かもしれない組です。統合するまで何も変わらず、統合はあとからでも元に戻せます。"),
        "compare": _("2社をくらべる"),
        "kept": _("残る会社"),
        "gone": _("統合される会社"),
        "from_gone": _("統合される会社から"),
        "as_kept": _("残る会社のまま"),
        "swap": _("残す会社を入れ替える"),
        "why": _("同じ会社と思われるわけ"),
        "not_same": _("同じ会社ではない"),
        "none_apart": _("「同じ会社ではない」とした組はありません"),
        "none_found": _(
            "同じ法人番号、前株・後株だけの違い、同じメールドメインで似た名前の組が現れると、ここに並びます。"
        ),
        "remembered": _("同じ会社ではない、と覚えました。もう提案しません"),
        "parted": _("2社に戻しました"),
        "away": _("この会社は、もう無いか、別の会社に統合されています。"),
    },
)
