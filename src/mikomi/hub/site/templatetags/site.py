"""`{% load site %}`: what the site's templates need besides the kit's tags."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from django import template
from django.template import RequestContext
from django.template import Template as Page
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from mikomi.core.journey.estimates import Share
from mikomi.core.words import Words
from mikomi.hub.kit import formats
from mikomi.hub.site.timeline import RESULTS
from mikomi.hub.site.today.cards import Caller, Card
from mikomi.hub.site.today.mailing import Template, mailto

register = template.Library()

MANY = 1_000
"""Shares of so many are told to a tenth of a percent."""
_FORM = "_mikomi_result_form"
_NUMBER, _LEAD, _CONTACT = 9_111_111_111, 9_222_222_222, "<!--contact-->"
"""What stands in the one form that is made for the numbers and the contact of a card: no number of ours."""


@register.filter
def of(values: Mapping[Any, Any] | None, key: Any) -> Any:
    """`values[key]`, None where there is no such key, or no values."""
    return values.get(key) if values else None


@register.filter
def nth(values: Sequence[Any], place: int) -> Any:
    """`values[place]`, empty where there are fewer: templates know no such look-up by a variable."""
    return values[place] if 0 <= place < len(values) else ""


@register.filter
def listed(names: Sequence[str]) -> str:
    """Names one after the other, as the reader's language writes them."""
    return ("、" if (get_language() or "ja").startswith("ja") else ", ").join(names)


@register.filter
def dialled(phone: str) -> str:
    """A phone number as a `tel:` address takes it: digits and a leading plus."""
    plain = unicodedata.normalize("NFKC", phone)
    return re.sub(r"(?!^\+)[^0-9]", "", plain)


@register.filter
def result(key: str) -> Words:
    """What became of a lead, in words."""
    return RESULTS.get(key, Words(key, key))


@register.simple_tag(takes_context=True)
def result_form(context: RequestContext) -> SafeString:
    """The buttons of `card`. The forms of a page differ in two numbers and the last contact only, so that one
    is made and the others are copies."""
    request: Any = context.request
    held: str | None = getattr(request, _FORM, None)
    if held is None:
        with context.push(number=_NUMBER, lead=_LEAD, contact=mark_safe(_CONTACT)):
            held = _template(context, "site/today/results.html")
        setattr(request, _FORM, held)
    card: Card = context["card"]
    return mark_safe(
        held.replace(str(_NUMBER), str(card.number))
        .replace(str(_LEAD), str(card.first.row.lead_id))
        .replace(_CONTACT, _template(context, "site/today/contact.html"))
    )


def _template(context: RequestContext, name: str) -> str:
    page = cast(Page, context.template)
    return page.engine.get_template(name).render(context)


@register.simple_tag
def person_after() -> str:
    """様, and nothing in English."""
    return formats.honorific((get_language() or "ja").split("-")[0])


@register.filter
def gained(points: Decimal) -> str:
    """Points of the why table: +5.0, −10.0, 0.0."""
    return formats.signed(points, 1).removeprefix("±")


@register.filter
def opens(website: str) -> str:
    """The address that a written website opens, empty where it is none of the web."""
    text = unicodedata.normalize("NFKC", website).strip()
    if not re.match(r"[A-Za-z][A-Za-z0-9+.\-]*:", text):
        text = f"https://{text}"
    return text if re.fullmatch(r"https?://[^\s/]+\.[^\s/]+(/\S*)?", text) else ""


@register.filter
def amount(text: str) -> str:
    """The amount of a deal: 1,200,000円 / ¥1,200,000; as it is written where it is no whole number."""
    if not (text.isascii() and text.isdigit()):
        return text
    return yen(int(text))


@register.filter
def yen(amount: int) -> str:
    """An amount of whole yen: 1,200,000円 / ¥1,200,000."""
    ja = (get_language() or "ja").startswith("ja")
    return f"{amount:,}円" if ja else f"¥{amount:,}"


@register.filter
def share_told(share: Share) -> str:
    """A share with its interval: 12%（9〜16%）."""
    low, high = share.interval()
    ja = (get_language() or "ja").startswith("ja")
    digits = 1 if share.whole >= MANY else 0
    value, first, last = (f"{100 * part:.{digits}f}" for part in (share.value or 0.0, low, high))
    return f"{value}%（{first}〜{last}%）" if ja else f"{value}% ({first}–{last}%)"


@register.simple_tag
def mail_link(caller: Caller, template: Template, me: str) -> str:
    """The `mailto:` link to somebody on a card, filled from the template."""
    row = caller.row
    return mailto(row.email, template, row.company, row.name, me)
