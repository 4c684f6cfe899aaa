"""計測タグ: sources, the line to put into a site, and the check of whether it works."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikomi.collector.reasons import REFUSALS, Reason
from mikomi.collector.request import STAFF_COOKIE
from mikomi.core.words import MikomiError, Words
from mikomi.hub.capture import own_people, sources
from mikomi.hub.capture.models import Form, RefusedCount, Source
from mikomi.hub.capture.tagging import checking, lifetimes, seen_pages
from mikomi.hub.capture.tagging.fetching import fetch_page
from mikomi.hub.capture.tagging.options import COLLECTED, OF_FORMS, lines_of, read_options
from mikomi.hub.capture.tagging.returning import returning
from mikomi.hub.capture.tagging.snippet import snippet_of
from mikomi.hub.capture.webforms.captured import tell_sources
from mikomi.hub.kit.outgoing import addresses_of
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.people.queries import custom_keys

SEEN_DAYS = 30
MISSING_SHOWN = 200
COOKIE_WORDS = {
    "first_party": (
        Words("サーバーの Cookie で見分ける（おすすめ）", "By the server's cookie (recommended)"),
        Words(
            "Mikomi をサイトと同じドメイン（例: ma.example.co.jp）に置くと、Safari でも長く見分けられます。"
            "別のドメインのページでは、スクリプトの Cookie に切り替わります。",
            "With Mikomi on a subdomain of the site (ma.example.co.jp), Safari too knows visitors for long. "
            "On pages of other domains the script keeps the cookie instead.",
        ),
    ),
    "script": (
        Words("スクリプトの Cookie で見分ける", "By a cookie of the script"),
        Words(
            "Mikomi を別のドメインに置くとき。Safari では7日で消えます。",
            "Where Mikomi lies on another domain. Safari deletes it after 7 days.",
        ),
    ),
    "none": (
        Words("Cookie を使わない", "Without cookies"),
        Words(
            "その日のうちだけ見分けます。再検討は見つけられません。",
            "Visitors are told apart within a day only; who comes back later is not found.",
        ),
    ),
}
CONSENT_WORDS = {
    "none": Words("ページを開いたら計測する", "Measure as soon as a page opens"),
    "wait": Words(
        "同意を得るまで、何も送らず、何も保存しない", "Send and keep nothing before consent is given"
    ),
}
COLLECT_WORDS = {
    "page": Words("見たページ", "Pages seen"),
    "download": Words("資料のダウンロード（PDF、Excel など）", "Downloads (PDF, Excel and so on)"),
    "outbound": Words("外部サイトへのリンク", "Links to other sites"),
    "time": Words("読んだ時間と、どこまで読んだか", "Time on a page and how far it was read"),
}


@require_http_methods(["GET", "POST"])
def tags(request: PageRequest) -> HttpResponse:
    """All sources, and the form for another one."""
    refused: Words | None = None
    if request.method == "POST":
        try:
            made = sources.make_source(request.POST.get("name", ""))
        except MikomiError as error:
            refused = error.words
        else:
            messages.success(request, _("計測タグを作りました。下の1行をサイトに貼り付けてください"))
            return redirect("capture:tag", made.pk)
    held = list(Source.objects.order_by("disabled_at", "pk"))
    last = seen_pages.last_views(source.pk for source in held)
    context = {
        "rows": [(source, last.get(source.pk)) for source in held],
        "name": request.POST.get("name", ""),
        "refused": refused,
        "menu_key": "tag",
    }
    return render(request, "capture/tag/list.html", context, status=422 if refused else 200)


@require_http_methods(["GET", "POST"])
def tag(request: PageRequest, number: int) -> HttpResponse:
    """One source: its line, its settings, its check."""
    source = _source(number)
    if request.method == "POST":
        try:
            options = read_options(request.POST, frozenset(custom_keys()))
            sources.rename(number, request.POST.get("name", ""))
            sources.set_options(number, options)
            tell_sources()
        except MikomiError as error:
            return _page(request, source, {"refused": error.words, "open": True}, 422)
        messages.success(request, _("保存しました。10分ほどでサイトに行き渡ります"))
        return redirect("capture:tag", number)
    return _page(request, source, {})


@require_POST
def switch(request: PageRequest, number: int) -> HttpResponse:
    """Stops a source, or starts it again."""
    source = _source(number)
    try:
        if request.POST.get("on"):
            sources.enable(number)
            messages.success(request, _("計測を再開しました"))
        else:
            sources.disable(number)
            messages.success(request, _("計測を止めました。これまでの記録は残っています"))
    except MikomiError as error:
        return _page(request, source, {"refused": error.words}, 422)
    return redirect("capture:tag", number)


@require_POST
def staff(request: PageRequest, number: int) -> HttpResponse:
    """Leaves this browser's visits out, or has them count."""
    _source(number)
    ours = request.POST.get("ours") == "1"
    said = (
        _("このブラウザの訪問を、これから数えません") if ours else _("このブラウザの訪問を、これから数えます")
    )
    messages.success(request, said)
    answer = redirect("capture:tag", number)
    own_people.mark_browser(answer, ours=ours)
    return answer


@require_safe
def arriving(request: PageRequest, number: int) -> HttpResponse:
    """What arrives, for a page that asks again and again."""
    return render(request, "capture/tag/arriving.html", _arriving(_source(number)))


@require_POST
def check_page(request: PageRequest, number: int) -> HttpResponse:
    """Opens a page of the site and says what of the tag is there."""
    source, url = _source(number), request.POST.get("url", "").strip()
    base = _base(request)
    try:
        page = fetch_page(url)
    except MikomiError as error:
        return _page(request, source, {"url": url, "check_refused": error.words}, 422)
    near = lifetimes.in_one_network(*(_addresses(address) for address in (page.url, base)))
    said = {
        "url": url,
        "checked": page.url,
        "findings": checking.look_at_page(page, source.write_key, base),
        "near": near,
    }
    return _page(request, source, said)


@require_POST
def check_missing(request: PageRequest, number: int) -> HttpResponse:
    """Which pages of the site the tag was not seen on."""
    source = _source(number)
    sitemap, typed = request.POST.get("sitemap", "").strip(), request.POST.get("paths", "")
    said: dict[str, Any] = {"sitemap": sitemap, "paths": typed}
    pages = checking.paths_typed(typed)
    if not pages:
        try:
            pages = _sitemap(sitemap)
        except MikomiError as error:
            return _page(request, source, said | {"missing_refused": error.words}, 422)
    seen = seen_pages.seen_since(number, timezone.localdate() - timedelta(days=SEEN_DAYS))
    missing, total = checking.missing_from(pages, seen)
    said |= {"missing": missing[:MISSING_SHOWN], "missing_count": len(missing), "total": total}
    return _page(request, source, said)


def _sitemap(url: str) -> list[str]:
    pages, further = checking.paths_in_sitemap(fetch_page(url).text)
    for one in further[: checking.MOST_SITEMAPS]:
        pages += checking.paths_in_sitemap(fetch_page(one).text)[0]
    if not pages:
        raise MikomiError(
            Words(
                "サイトマップにページがありません。アドレスを確かめるか、ページを下に貼り付けてください",
                "the sitemap names no pages; check its address, or paste the pages below",
            )
        )
    return pages[: checking.MOST_PATHS]


def _page(request: PageRequest, source: Source, said: dict[str, Any], status: int = 200) -> HttpResponse:
    options, base = sources.options_of(source), _base(request)
    posted = request.POST if said.get("open") else None
    every = options["collect"].get("forms", [])
    forms = [form for form in every if not form["name"].startswith(OF_FORMS)]
    origin = options["origins"][0] if options["origins"] else ""
    context = {
        "source": source,
        "snippet": snippet_of(source.write_key, base),
        "here": urlsplit(base).hostname in ("localhost", "127.0.0.1"),
        "name": posted.get("name", "") if posted else source.name,
        "origins": posted.get("origins", "") if posted else "\n".join(options["origins"]),
        "cookie": posted.get("cookie", "") if posted else options["cookie"],
        "cookie_domain": posted.get("cookie_domain", "") if posted else options["cookie_domain"],
        "consent": posted.get("consent", "") if posted else options["consent"],
        "collected": posted.getlist("collect")
        if posted
        else [key for key in COLLECTED if options["collect"].get(key)],
        "forms": list(
            zip(
                posted.getlist("selector"),
                posted.getlist("form_name"),
                posted.getlist("form_fields"),
                strict=False,
            )
        )
        if posted
        else [*((form["selector"], form["name"], lines_of(form)) for form in forms), ("", "", "")],
        "own_forms": Form.objects.filter(
            slug__in=[form["name"].removeprefix(OF_FORMS) for form in every if form not in forms]
        ),
        "cookies": [(key, *words) for key, words in COOKIE_WORDS.items()],
        "consents": CONSENT_WORDS.items(),
        "collects": COLLECT_WORDS.items(),
        "lives": lifetimes.lifetimes(options, base, said.get("near")),
        "returning": returning(source.pk, round(timezone.now().timestamp() * 1_000_000)),
        "refusals": _refusals(source.pk),
        "url": origin + "/" if origin else "",
        "sitemap": origin + "/sitemap.xml" if origin else "",
        "staff": request.COOKIES.get(STAFF_COOKIE, ""),
        "menu_key": "tag",
    }
    return render(request, "capture/tag/tag.html", context | _arriving(source) | said, status=status)


def _arriving(source: Source) -> dict[str, Any]:
    return {
        "source": source,
        "arriving": seen_pages.arriving(source.pk, timezone.localdate()),
        "poll": reverse("capture:tag_arriving", args=[source.pk]),
    }


def _refusals(number: int) -> list[tuple[Words, int]]:
    """What was refused of a source in the last day, most first."""
    since = int(timezone.now().timestamp()) // 3600 - 24
    counted: dict[str, int] = {}
    for reason, n in RefusedCount.objects.filter(source=number, hour__gte=since).values_list("reason", "n"):
        counted[reason] = counted.get(reason, 0) + n
    known = {reason.value for reason in Reason}
    return [
        (REFUSALS[Reason(reason)].words, n)
        for reason, n in sorted(counted.items(), key=lambda one: -one[1])
        if reason in known
    ]


def _source(number: int) -> Source:
    found = Source.objects.filter(pk=number).first() if number < 2**31 else None
    if found is None:
        raise Http404(_("この計測タグは見つかりません。アドレスが違っているのかもしれません。"))
    return found


def _base(request: PageRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _addresses(url: str) -> list[str]:
    parts = urlsplit(url)
    return addresses_of(parts.hostname or "", parts.port or 443)
