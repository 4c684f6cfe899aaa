"""The self-check: is the tag on a page, may it work there, and which pages are it missing from."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import polars as pl

from mikomi.core.words import Words
from mikomi.hub.activity.contents import normal_content
from mikomi.hub.capture.tagging.fetching import Fetched

MOST_PATHS = 5_000
MOST_SITEMAPS = 5

type Level = Literal["good", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how it stands, what was found, and what to do (empty: nothing)."""

    level: Level
    what: Words
    then: Words | None = None


def look_at_page(page: Fetched, key: str, base: str) -> list[Finding]:
    """What a page says of the tag with write key `key` served from `base`."""
    if page.status >= 400:
        return [
            Finding(
                "bad",
                Words(f"ページが {page.status} を返しました", f"the page answered {page.status}"),
                Words(
                    "ブラウザで開けるページのアドレスを入れてください",
                    "give the address of a page that a browser can open",
                ),
            )
        ]
    return [_tag_in(page.text, key), *_policy_of(page.headers.get("content-security-policy", ""), base)]


def _tag_in(text: str, key: str) -> Finding:
    keys = re.findall(r"mikomi\.js\?k=([\w-]+)", text)
    if key in keys:
        if len(keys) > 1:
            return Finding(
                "warn",
                Words(
                    "タグが2つ以上あります。はじめの1つだけが働きます",
                    "there are two tags or more; only the first works",
                ),
                Words("ほかのタグを外してください", "take the others out"),
            )
        return Finding("good", Words("タグがあります", "the tag is there"))
    if keys:
        return Finding(
            "bad",
            Words("タグはありますが、別の計測元のものです", "there is a tag, but another source's"),
            Words("この画面のタグに貼り替えてください", "replace it with the one on this page"),
        )
    if "googletagmanager.com" in text:
        return Finding(
            "warn",
            Words(
                "ページにタグの行はありません。GTM があるので、その中にあるかもしれません",
                "the line is not in the page; Google Tag Manager is, and may bring it",
            ),
            Words(
                "GTM で公開したあと、ページをブラウザで開き、下の「届いているページ」に出るか見てください",
                "publish in Tag Manager, open the page in a browser, and see whether it arrives below",
            ),
        )
    return Finding(
        "bad",
        Words("タグがありません", "the tag is not there"),
        Words(
            "「貼り付けるタグ」の1行を </head> の直前に入れてください",
            "put the line above in, just before </head>",
        ),
    )


def _policy_of(policy: str, base: str) -> list[Finding]:
    """What a Content-Security-Policy (W3C CSP 3) hinders; nothing where there is none."""
    if not policy:
        return []
    rules = {parts[0].lower(): parts[1:] for rule in re.split(r"[;,]", policy) if (parts := rule.split())}
    found = []
    for names, what in (
        (("script-src-elem", "script-src", "default-src"), Words("スクリプト", "scripts")),
        (("connect-src", "default-src"), Words("送信", "sending")),
    ):
        name = next((name for name in names if name in rules), None)
        if name is not None and not _allows(rules[name], base):
            found.append(
                Finding(
                    "bad",
                    Words(
                        f"サイトの CSP が、タグの{what.ja}を止めています（{name}）",
                        f"the site's CSP stops the tag's {what.en} ({name})",
                    ),
                    Words(f"{name} に {base} を加えてください", f"add {base} to {name}"),
                )
            )
    return found or [
        Finding("good", Words("サイトの CSP はタグを通します", "the site's CSP lets the tag through"))
    ]


def _allows(sources: Collection[str], base: str) -> bool:
    asked = urlsplit(base)
    for source in sources:
        if source in ("*", f"{asked.scheme}:") or source.rstrip("/") in (base, asked.netloc):
            return True
        host = source.partition("://")[2] or source
        if host.startswith("*.") and asked.netloc.endswith(host[1:].rstrip("/")):
            return True
        if source.startswith("'nonce-") or source == "'strict-dynamic'":
            # Whether the line carries it cannot be told from the header.
            return True
    return False


def paths_in_sitemap(text: str) -> tuple[list[str], list[str]]:
    """The pages and the further sitemaps that a sitemap names (sitemaps.org/protocol.html), as addresses.

    Empty for what is no sitemap.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return [], []
    try:
        root = ElementTree.fromstring(text.encode("utf-8"))
    except ElementTree.ParseError:
        return [], []
    named = [(one.text or "").strip() for one in root.iter() if one.tag.rpartition("}")[2] == "loc"]
    return ([], named) if root.tag.rpartition("}")[2] == "sitemapindex" else (named[:MOST_PATHS], [])


def paths_typed(text: str) -> list[str]:
    """The pages that somebody pasted, one a line: paths or addresses."""
    return [line.strip() for line in text.splitlines() if line.strip()][:MOST_PATHS]


def missing_from(pages: Iterable[str], seen: Collection[str]) -> tuple[list[str], int]:
    """Those of `pages` (paths or addresses) that are not among `seen` contents, as paths, and how many
    there are in all."""
    paths = []
    for page in pages:
        try:
            path = urlsplit(page).path or "/"
        except ValueError:
            continue
        paths.append(path if path.startswith("/") else "/" + path)
    wanted = pl.DataFrame({"path": list(dict.fromkeys(paths))}, schema={"path": pl.String})
    wanted = wanted.with_columns(content=normal_content(pl.col("path")))
    known = {_same(content) for content in seen}
    missing = [path for path, content in wanted.iter_rows() if _same(content) not in known]
    return missing, wanted.height


def _same(path: str) -> str:
    """One spelling of a path, as far as servers take them for the same page."""
    bare = unquote(path)
    for index in ("index.html", "index.htm", "index.php"):
        bare = bare.removesuffix("/" + index) or "/"
    return bare.rstrip("/") or "/"
