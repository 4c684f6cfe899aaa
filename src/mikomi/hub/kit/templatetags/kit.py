"""`{% load kit %}`: icons, bars, plots, dates and numbers, the menu and the assets."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from html import unescape
from typing import Any

from django import template
from django.core.paginator import Page
from django.http import HttpRequest
from django.template.loader_tags import BLOCK_CONTEXT_KEY, BlockContext
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import escape, format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_vite.core.asset_loader import DjangoViteAssetLoader
from django_vite.core.exceptions import DjangoViteAssetNotFoundError

from mikomi.core.words import Words
from mikomi.hub.kit import formats, icons, menu, plots, temperature
from mikomi.hub.kit.rounding import shown
from mikomi.hub.kit.sentence import Text, Token

register = template.Library()
log = logging.getLogger(__name__)

THEMES = ("system", "light", "dark")
SCORE_SCALE = 100.0
BAR_WIDTH = 92
CLOSING_MARKS = (",", ".", ")", ":", ";", "、", "。", "）")


def _language() -> str:
    return (get_language() or "ja").split("-")[0]


def _local(at: date | datetime) -> date | datetime:
    return timezone.localtime(at) if isinstance(at, datetime) and timezone.is_aware(at) else at


def _day_of(at: date | datetime) -> date:
    local = _local(at)
    return local.date() if isinstance(local, datetime) else local


# Frame


@register.simple_tag
def assets() -> SafeString:
    """The tags of the style sheet and the script; nothing, and a line in the log, before they are built."""
    try:
        loader = DjangoViteAssetLoader.instance()
        return mark_safe(loader.generate_vite_asset("main", app="default"))
    except DjangoViteAssetNotFoundError:
        log.warning("the pages' assets are not built: run python frontend/build_assets.py")
        return mark_safe("")


@register.simple_tag
def theme_script() -> SafeString:
    """The small script that sets the theme before the first paint."""
    try:
        url = DjangoViteAssetLoader.instance().generate_vite_asset_url("theme", app="default")
    except DjangoViteAssetNotFoundError:
        return mark_safe("")
    return format_html('<script src="{}"></script>', url)


@register.simple_tag(takes_context=True)
def page_name(context: template.Context) -> str:
    """What the page says in its block `heading`, else in `title`, as plain words: for the phone's bar."""
    blocks: BlockContext = context.render_context[BLOCK_CONTEXT_KEY]
    for name in ("heading", "title"):
        block = blocks.get_block(name)
        written = strip_tags(block.nodelist.render(context)) if block else ""
        if words := " ".join(unescape(written).split()):
            return words
    return ""


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """The chosen theme: system, light or dark."""
    request: HttpRequest | None = context.get("request")
    chosen = request.COOKIES.get("mikomi_theme", "system") if request else "system"
    return chosen if chosen in THEMES else "system"


@register.simple_tag(takes_context=True)
def keys_state(context: template.Context) -> str:
    """Whether single keys work on the pages: on or off."""
    request: HttpRequest | None = context.get("request")
    return "off" if request and request.COOKIES.get("mikomi_keys") == "off" else "on"


@register.simple_tag(takes_context=True)
def menu_groups(context: template.Context) -> tuple[menu.MenuGroup, ...]:
    """The groups of the side menu; `menu_key` in the context names the current entry."""
    request: HttpRequest | None = context.get("request")
    return menu.menu_of(request, context.get("menu_key") or "") if request else ()


@register.simple_tag(takes_context=True)
def health_light(context: template.Context) -> menu.Light | None:
    """The light at the foot of the menu."""
    request: HttpRequest | None = context.get("request")
    return menu.health_of(request) if request else None


@register.simple_tag(takes_context=True)
def reachable(context: template.Context, address: str | None) -> bool:
    """Whether the reader may follow a link: `{% reachable url as there %}{% if there %}…`."""
    return menu.leads_somewhere(context.get("request"), address or "")


@register.simple_tag
def search_url() -> str:
    """Where the search field leads; empty: there is none."""
    return menu.search_of()


@register.filter
def initial(name: object) -> str:
    """The first character of a name, for the round badge."""
    return str(name).strip()[:1].upper() or "?"


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """`{% icon "flame" %}`: an icon of icons.tsv, hidden from screen readers."""
    return icons.icon(name, extra)


# Words, dates and numbers


@register.filter
def words(value: Words | str) -> str:
    """Words of the core in the reader's language."""
    return value.text(_language()) if isinstance(value, Words) else str(value)


@register.filter
def as_sentence(value: Words | str) -> str:
    """The same with a capital at its beginning; a file's name or an address that begins it stays as it is."""
    told = words(value)
    first = told.partition(" ")[0].rstrip(",:;.")
    return told[:1].upper() + told[1:] if first.isalpha() else told


@register.filter
def day(value: date | datetime | None) -> str:
    """11月24日（火） / Tue, Nov 24; empty for None."""
    return "" if value is None else formats.day(_day_of(value), _language(), timezone.localdate())


@register.filter
def day_short(value: date | datetime | None) -> str:
    """11月24日 / Nov 24."""
    if value is None:
        return ""
    return formats.day(_day_of(value), _language(), timezone.localdate(), weekday=False)


@register.filter
def day_full(value: date | datetime | None) -> str:
    """2026年11月24日（火） / Tue, Nov 24, 2026."""
    if value is None:
        return ""
    return formats.day(_day_of(value), _language(), timezone.localdate(), year=True)


@register.filter
def month(value: date) -> str:
    """11月 / Nov."""
    if _language() == "ja":
        return f"{value.month}月"
    return formats.day(value, "en", value, weekday=False).split(" ")[0]


@register.filter
def clock(value: datetime) -> str:
    """8:12."""
    local = _local(value)
    return formats.clock(local) if isinstance(local, datetime) else ""


@register.filter
def moment(value: datetime | None) -> str:
    """今日 8:12 / Today 8:12, 11月20日 10:44."""
    local = _local(value) if value else None
    return formats.moment(local, _language(), timezone.localdate()) if isinstance(local, datetime) else ""


@register.filter
def last(value: date | datetime | None) -> str:
    """When somebody was last active: 今日 8:12, 昨日, 11月20日."""
    return "" if value is None else formats.last(_local(value), _language(), timezone.localdate())


@register.filter
def count(value: int, unit: str = "") -> str:
    """`{{ n|count:"人" }}`: 1,248人 / 1,248."""
    return formats.count(int(value), _language(), unit)


@register.filter
def num(value: float | Decimal, places: int | None = None) -> str:
    """1,248 or, with places, 86.6."""
    return formats.number(value, places)


@register.filter
def points(value: float | Decimal, places: int | None = None) -> str:
    """+5点, −10点 / +5."""
    return formats.points(value, _language(), places)


@register.filter
def signed(value: float | Decimal, places: int | None = None) -> str:
    """+5, −10, ±0."""
    return formats.signed(value, places)


@register.filter
def percent(value: float, places: int = 0) -> str:
    """A share of 1 as 12%."""
    return formats.percent(value, places)


@register.filter
def score1(value: float | Decimal) -> str:
    """A score with one decimal: 86.6."""
    return formats.number(shown(float(value)), 1)


@register.filter
def score0(value: float | Decimal) -> str:
    """A score as lists show it: 87."""
    return formats.number(shown(float(value), 0), 0)


@register.simple_tag
def person(name: str) -> SafeString:
    """A person's name with 様 behind it, which English drops."""
    after = formats.honorific(_language())
    return format_html("<b>{}</b>{}", name, f" {after}" if after else "")


@register.simple_tag
def person_text(name: str) -> str:
    """The same as plain text."""
    return f"{name} {formats.honorific(_language())}".strip()


@register.filter
def spaced(parts: Sequence[Text | Token]) -> list[tuple[Text | Token, str]]:
    """Each part of a sentence with the space before it: none in Japanese, none before a closing mark."""
    space = "" if _language() == "ja" else " "
    return [
        (part, "" if not index or str(part.text).startswith(CLOSING_MARKS) else space)
        for index, part in enumerate(parts)
    ]


# Bars and plots


@register.simple_tag
def temperature_bar(level: int) -> SafeString:
    """Five segments, `level` + 1 of them filled; says the level's name."""
    return _temperature_bar(level, str(temperature.LEVELS[level]))


@lru_cache(maxsize=64)
def _temperature_bar(level: int, name: str) -> SafeString:
    segments = format_html_join(
        "",
        '<rect class="{}" x="{}" width="10" height="6" rx="2"/>',
        (("on" if index <= level else "off", index * 11) for index in range(5)),
    )
    return format_html(
        '<svg class="mk-tempbar mk-tempbar-{}" viewBox="0 0 54 6" role="img" aria-label="{}">{}</svg>',
        level,
        name,
        segments,
    )


@register.filter
def level_name(level: int) -> str | Promise:
    """静か … ホット."""
    return temperature.LEVELS[level]


@register.simple_tag
def score_bar(fit: float, engagement: float, scale: float = SCORE_SCALE) -> SafeString:
    """Attributes and behaviour side by side; a negative part has no length."""
    full = max(float(scale), max(float(fit), 0.0) + max(float(engagement), 0.0), 1.0)
    left = round(max(float(fit), 0.0) / full * BAR_WIDTH, 1)
    right = round(max(float(engagement), 0.0) / full * BAR_WIDTH, 1)
    gap = 1 if left and right > 1 else 0
    label = _("属性%(fit)s点、行動%(engagement)s点") % {
        "fit": formats.number(shown(float(fit), 0)),
        "engagement": formats.number(shown(float(engagement), 0)),
    }
    return format_html(
        '<svg class="mk-scorebar" viewBox="0 0 92 8" role="img" aria-label="{}">'
        '<rect class="bg" width="92" height="8" rx="2"/><rect class="fit" width="{}" height="8" rx="1.5"/>'
        '<rect class="eng" x="{}" width="{}" height="8" rx="1.5"/></svg>',
        label,
        left,
        left + gap,
        max(right - gap, 0),
    )


@register.simple_tag
def point_bar(value: float, most: float) -> SafeString:
    """A bar of the why table: |value| of `most`; at least a hair for anything that is not 0."""
    share = min(abs(float(value)) / float(most), 1.0) if most else 0.0
    width = max(round(share * 90, 1), 1.0) if value else 0
    return format_html(
        '<svg class="mk-pointbar" viewBox="0 0 90 7" aria-hidden="true">'
        '<rect class="{}" width="{}" height="7" rx="1"/></svg>',
        "minus" if value < 0 else "plus",
        width,
    )


@register.inclusion_tag("kit/partials/sparkline.html")
def sparkline(values: Sequence[float], threshold: float | None = None, label: str = "") -> dict[str, Any]:
    """A small curve with a dashed threshold and an end dot; `label` says it in words."""
    return {"spark": plots.draw_spark(values, threshold), "label": label}


@register.inclusion_tag("kit/partials/temperature_plot.html")
def temperature_plot(plot: plots.TemperaturePlot) -> dict[str, Any]:
    """The lead's temperature over time; every day is a link, marks can be reached by keyboard."""
    return {"plot": plot, "drawing": plots.draw_temperature(plot)}


@register.simple_tag
def plot_days(hits: Sequence[plots.Hit]) -> SafeString:
    """The days of a temperature plot as links that say their score. Half a year is 183 of them: a loop in the
    template would take a tenth of the page's time."""
    language, today = _language(), timezone.localdate()
    drawn = (
        f'<a href="{escape(hit.url)}" tabindex="-1">'
        f"<title>{formats.day(hit.day, language, today)} {score1(hit.score)}</title>"
        f'<rect class="hit" x="{hit.x}" y="14" width="{hit.width}" height="182"/></a>'
        for hit in hits
    )
    # Numbers and our own words of days; the address is escaped.
    return mark_safe("".join(drawn))


# Boxes


@register.simple_tag(takes_context=True)
def page_url(context: template.Context, number: int) -> str:
    """The address of another page of the same list, other parameters kept."""
    query = context["request"].GET.copy()
    query["page"] = str(number)
    return "?" + query.urlencode()


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: object) -> str:
    """The address with parameters changed; an empty value takes one out, and `page` always goes."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value not in ("", None):
            query[name] = str(value)
    return "?" + query.urlencode() if query else "."


@register.inclusion_tag("kit/partials/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page, unit: str = "人") -> dict[str, Any]:
    """`18人のうち 1〜14人目` and the buttons back and on."""
    return {"request": context["request"], "page": page, "unit": unit}
