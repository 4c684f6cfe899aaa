"""Whether a user agent is a machine's, by kept lists (`crawlers.tsv`, `isbot.txt`) and our own.

Asked in this order: `marks.tsv` (ours), `crawlers.tsv`, `browsers.txt` (ours: people's browsers), then the
general patterns of `isbot.txt`. Whoever names itself is known exactly; only what is left is judged by its
looks, and people's browsers are left out of that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

import polars as pl

from mikomi.core.machines.reasons import COUNTS_BELOW, Reason, certainty
from mikomi.core.names.spelling import by_distinct

SCHEMA = {"automated": pl.Boolean, "certainty": pl.Int16, "reason": pl.String}
LONGEST_AGENT = 2_048
"""What is longer is cut: no browser sends as much."""

MOST_REMEMBERED = 50_000
_REMEMBERED: dict[str, tuple[bool, int, str]] = {}

_ROBOT = r"(?i)bot|crawl|spider|scan|search|archive|slurp|fetch|check|monitor|preview"
_BROWSER = r"^(?:Mozilla|Opera)/"
LOOKS_LIKE_ONE = 85
"""Certainty, in percent, where only a general pattern speaks against something that looks like a browser."""


@dataclass(frozen=True, slots=True)
class _General:
    """The general patterns: those Polars can look for, and those with look-around, which it cannot."""

    plain: str
    around: re.Pattern[str]


def classify_user_agent(agents: pl.Series) -> pl.DataFrame:
    """Columns `automated`, `certainty` (percent that it is a machine), `reason` (a `Reason`, "" for people)
    for each user agent of a text column.

    An empty or missing agent says nothing and is not automated: browsers always send one, but what comes
    by way of programs (imports, servers) often has none.
    """
    found = by_distinct(agents.cast(pl.String), _remembering)
    return found.with_columns(
        pl.col("automated").fill_null(False), pl.col("certainty").fill_null(0), pl.col("reason").fill_null("")
    )


def list_versions() -> dict[str, str]:
    """The version of each list, by its file."""
    names = ("crawlers.tsv", "isbot.txt", "marks.tsv", "browsers.txt")
    return {name: _lines(name)[0] for name in names}


def _remembering(agents: pl.Series) -> pl.DataFrame:
    """`_classify` of what was not asked before: a second's events bring few agents that are new."""
    texts = agents.fill_null("").to_list()
    new = pl.Series(list({one for one in texts if one not in _REMEMBERED}), dtype=pl.String)
    if new.len() > MOST_REMEMBERED:
        return _classify(agents)
    if len(_REMEMBERED) + new.len() > MOST_REMEMBERED:
        _REMEMBERED.clear()
        new = pl.Series(list(set(texts)), dtype=pl.String)
    if new.len():
        # Rows come untyped; `_classify` gives the three columns of a verdict.
        _REMEMBERED.update(zip(new, _classify(new).iter_rows(), strict=True))  # pyright: ignore[reportArgumentType]
    rows = [_REMEMBERED.get(one) for one in texts]
    if None in rows:  # another thread forgot in the meantime
        return _classify(agents)
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _classify(agents: pl.Series) -> pl.DataFrame:
    text = agents.fill_null("").str.slice(0, LONGEST_AGENT).str.strip_chars()
    reason = _named(text, _marks(), "(?i)")
    open_ = text.filter(reason == "")
    if open_.len():
        named = _named(open_, _crawlers(), "")
        left = open_.filter(named == "")
        general = _general(left)
        named = named.scatter((named == "").arg_true(), general) if left.len() else named
        reason = reason.scatter((reason == "").arg_true(), named)
    told = pl.DataFrame({"text": text, "reason": reason})
    guessed = pl.col("reason").str.starts_with("~")
    told = told.with_columns(
        guessed.alias("guessed"),
        pl.col("reason").str.strip_prefix("~").alias("reason"),
    )
    known = pl.DataFrame(
        {"reason": ["", *Reason], "sure": [0, *(certainty(one) for one in Reason)]},
        schema={"reason": pl.String, "sure": pl.Int16},
    )
    told = told.join(known, on="reason", how="left", maintain_order="left").with_columns(
        certainty=pl.when("guessed").then(pl.lit(LOOKS_LIKE_ONE, pl.Int16)).otherwise("sure")
    )
    return told.select((pl.col("certainty") >= COUNTS_BELOW).alias("automated"), "certainty", "reason")


def _named(text: pl.Series, patterns: tuple[tuple[str, str], ...], flags: str) -> pl.Series:
    """The first reason whose pattern is in each text; "" where none is."""
    chain = pl.lit("")
    for reason, pattern in reversed(patterns):
        chain = pl.when(pl.col("text").str.contains(flags + pattern)).then(pl.lit(reason)).otherwise(chain)
    return text.alias("text").to_frame().select(chain.alias("reason")).to_series()


def _general(text: pl.Series) -> pl.Series:
    """The reason that general patterns give; with `~` before it where the agent looks like a browser's."""
    patterns = _patterns()
    frame = text.alias("text").to_frame()
    asked = (pl.col("text") != "") & ~pl.col("text").str.contains("(?i)" + _browsers())
    frame = frame.with_columns(asked=asked)
    left = frame["text"].filter(frame["asked"])
    around = pl.Series([patterns.around.search(one) is not None for one in left], dtype=pl.Boolean)
    found = left.str.contains("(?i)" + patterns.plain) | around
    told = (
        left.alias("text")
        .to_frame()
        .with_columns(found=found)
        .select(
            pl.when(~pl.col("found"))
            .then(pl.lit(""))
            .when(pl.col("text").str.contains(_BROWSER))
            .then(pl.lit("~" + Reason.CRAWLER))
            .when(pl.col("text").str.contains(_ROBOT))
            .then(pl.lit(Reason.CRAWLER.value))
            .otherwise(pl.lit(Reason.PROGRAM.value))
        )
        .to_series()
    )
    nothing = pl.Series("reason", [""], dtype=pl.String).new_from_index(0, text.len())
    return nothing.scatter(frame["asked"].arg_true(), told) if left.len() else nothing


@cache
def _marks() -> tuple[tuple[str, str], ...]:
    return _by_reason("marks.tsv")


@cache
def _crawlers() -> tuple[tuple[str, str], ...]:
    return _by_reason("crawlers.tsv")


def _by_reason(file: str) -> tuple[tuple[str, str], ...]:
    """Reasons with all their patterns in one, in the order in which the file first has them."""
    found: dict[str, list[str]] = {}
    for line in _lines(file)[1]:
        reason, _, pattern = line.partition("\t")
        found.setdefault(Reason(reason), []).append(pattern)
    return tuple((reason, "|".join(f"(?:{one})" for one in patterns)) for reason, patterns in found.items())


@cache
def _browsers() -> str:
    return "|".join(f"(?:{one})" for one in _lines("browsers.txt")[1])


@cache
def _patterns() -> _General:
    around = [one for one in _lines("isbot.txt")[1] if re.search(r"\(\?<?[!=]", one)]
    plain = [one for one in _lines("isbot.txt")[1] if one not in around]
    return _General(
        "|".join(f"(?:{one})" for one in plain),
        re.compile("|".join(f"(?:{one})" for one in around), re.IGNORECASE | re.ASCII),
    )


def _lines(file: str) -> tuple[str, list[str]]:
    """The version of a list and its lines; a space before a pattern is part of it."""
    text = resources.files("mikomi.core.machines").joinpath(file).read_text("utf-8").splitlines()
    return text[0].removeprefix("# version "), [line for line in text if line and not line.startswith("#")]
