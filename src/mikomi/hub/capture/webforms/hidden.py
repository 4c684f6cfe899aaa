"""What comes along with a form unseen: the way a visitor came by, the page, the browser's visitor."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from mikomi.collector.request import VISITOR_COOKIE, is_staff
from mikomi.hub.capture.arrivals import AD_CLICKS, CAMPAIGN, LONGEST_ANONYMOUS, LONGEST_TEXT
from mikomi.hub.capture.models import Source, Visitor
from mikomi.hub.capture.webforms.answers import cleaned

TOUCH = (*(f"utm_{name}" for name in CAMPAIGN), *AD_CLICKS)
"""Names of the hidden fields of campaigns and ad clicks."""
VISITOR, SOURCE, PAGE, REFERRER = "mk_visitor", "mk_source", "mk_page", "mk_referrer"
NAMES = (*TOUCH, VISITOR, SOURCE, PAGE, REFERRER)
HONEYPOT = "website_confirm"
"""An input that nobody sees: what fills it in is no person."""
LONGEST_PAGE = 2_000


def carried(given: Mapping[str, str]) -> dict[str, str]:
    """The hidden fields as they are carried from the page's address through the form, cut to size."""
    return {
        name: text
        for name in NAMES
        if (text := cleaned(given.get(name, "")).replace("\n", " ")[: _longest(name)])
    }


def touch_of(hidden: Mapping[str, str]) -> dict[str, str]:
    """Campaign, ad clicks, and the site that a visitor came from."""
    found = {name: hidden[name] for name in TOUCH if hidden.get(name)}
    try:
        came_from = urlsplit(hidden.get(REFERRER, "")).hostname or ""
    except ValueError:
        came_from = ""
    return found | ({"referrer": came_from} if came_from else {})


def page_of(hidden: Mapping[str, str], own: str) -> str:
    """The address that the form stood on: where it was embedded, else its `own`."""
    page = hidden.get(PAGE, "")
    return page if page.startswith(("https://", "http://")) else own


def visitor_of(hidden: Mapping[str, str], cookies: Mapping[str, str]) -> str:
    """`3:…`, the source's number and the visitor's id; "" where one of them is unknown, and in browsers of
    our own people, who fill forms in for others.

    What the tag or the site hands over holds; else the tag's cookie, which comes along by itself where site
    and collector lie under one domain. The source is named by its (public) write key; where there is only one
    site, or the visitor was seen, it need not be.
    """
    if is_staff(cookies):
        return ""
    held = cookies.get(VISITOR_COOKIE, "")
    anonymous = (hidden.get(VISITOR, "") or held)[:LONGEST_ANONYMOUS]
    if not anonymous:
        return ""
    sources = Source.objects.filter(disabled_at=None, kind=Source.Kind.WEB)
    if anonymous == held:
        seen = Visitor.objects.filter(anonymous=held, source__in=list(sources.values_list("pk", flat=True)))
        if (source := seen.order_by("-last_seen").values_list("source", flat=True).first()) is not None:
            return f"{source}:{anonymous}"
    key = hidden.get(SOURCE, "")
    found = list((sources.filter(write_key=key) if key else sources).values_list("pk", flat=True)[:2])
    return f"{found[0]}:{anonymous}" if len(found) == 1 else ""


def _longest(name: str) -> int:
    return LONGEST_PAGE if name in (PAGE, REFERRER) else LONGEST_TEXT
