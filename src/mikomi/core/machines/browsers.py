"""Which family of browsers a user agent is of, as far as families keep cookies differently.

Every browser on an iPhone or iPad is WebKit, whatever its name, and keeps cookies as Safari does. Pages
shown inside an app have a store of their own, so they are no family's; neither are browsers that few use.
"""

from __future__ import annotations

import polars as pl

from mikomi.core.machines.agents import classify_user_agent
from mikomi.core.names.spelling import by_distinct

SAFARI, CHROME, EDGE, FIREFOX, OTHER = "safari", "chrome", "edge", "firefox", "other"
FAMILIES = (SAFARI, CHROME, EDGE, FIREFOX, OTHER)

_INSIDE_AN_APP = r"; wv\)|\bLine/|FBA[NV]/|FB_IAB|Instagram|Twitter|LinkedInApp|MicroMessenger|YJApp"
_LESS_USED = (
    r"\bOPR/|\bOPT/|Opera|SamsungBrowser/|Vivaldi|YaBrowser/|UCBrowser/|Silk/|DuckDuckGo/|Brave/|SeaMonkey/"
)
_STEPS = (
    (_INSIDE_AN_APP, OTHER),
    (r"\((?:iPhone|iPad|iPod)[^)]*\).* Safari/", SAFARI),
    (_LESS_USED, OTHER),
    (r"\bEdg(?:e|A)?/", EDGE),
    (r"\bFirefox/", FIREFOX),
    (r"\b(?:Chrome|Chromium)/", CHROME),
    (r"\bMacintosh\b.* Version/[\d.]+ .*\bSafari/", SAFARI),
)


def browser_families(agents: pl.Series) -> pl.Series:
    """One of `FAMILIES` for each user agent of a text column; "" for machines and where none is told."""
    return by_distinct(agents.cast(pl.String), _families)["family"].fill_null("")


def _families(agents: pl.Series) -> pl.DataFrame:
    text = agents.alias("text").to_frame().with_columns(classify_user_agent(agents)["automated"])
    family = pl.lit(OTHER)
    for pattern, name in reversed(_STEPS):
        family = pl.when(pl.col("text").str.contains(pattern)).then(pl.lit(name)).otherwise(family)
    nothing = pl.col("automated") | (pl.col("text").fill_null("") == "")
    return text.select(pl.when(nothing).then(pl.lit("")).otherwise(family).alias("family"))
