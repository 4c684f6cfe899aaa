"""What is put into a site: the tag's line, and what goes with it."""

from __future__ import annotations

from dataclasses import dataclass

from mikomi.collector.routes import TRAP


@dataclass(frozen=True, slots=True)
class Snippet:
    """`line`: the tag. `calls`: for pages whose own scripts speak to it before it is there. `policy`: what
    a Content-Security-Policy of the site must allow. `host`: where all of it goes. `trap`: a link that no
    person can see."""

    line: str
    calls: str
    policy: str
    host: str
    trap: str


CALLS = (
    "<script>(function(w){var m=w.mikomi=w.mikomi||[];"
    '["page","track","identify","consent","reset"].forEach(function(n){'
    "m[n]=m[n]||function(){m.push([n].concat([].slice.call(arguments)))}})})(window)</script>"
)


def snippet_of(key: str, base: str) -> Snippet:
    """The snippet of the source with write key `key`; `base`: where the collector answers, without a
    slash at the end."""
    return Snippet(
        f'<script async src="{base}/mikomi.js?k={key}"></script>',
        CALLS,
        f"script-src {base}; connect-src {base}",
        base,
        f'<a href="{base}{TRAP}?k={key}" rel="nofollow" aria-hidden="true" tabindex="-1"></a>',
    )
