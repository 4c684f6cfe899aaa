"""Everything that was really seen, by what it is, and the groups of the model's draft it belongs to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from mikomi.core.conditions.activity import ActivityCondition, glob_pattern, matches
from mikomi.core.events import Touches
from mikomi.core.scoring.model import Model
from mikomi.core.words import Words
from mikomi.hub.activity import content_moves
from mikomi.hub.activity import queries as activity
from mikomi.hub.activity.contents import OTHER
from mikomi.hub.activity.types import Moved
from mikomi.hub.scores.edits import glob_literal, groups_used
from mikomi.hub.scores.ground import seen_contents

KINDS: dict[str, Words] = {
    "page": Words("ページ", "Page"),
    "document": Words("資料", "Document"),
    "form": Words("フォーム", "Form"),
    "seminar": Words("セミナー", "Seminar"),
    "mail": Words("メール", "Mail"),
    "other": Words("そのほか", "Other"),
}
_KIND_OF = {
    "page_view": "page",
    "screen_view": "page",
    "download": "document",
    "form_submit": "form",
    "seminar_apply": "seminar",
    "seminar_attend": "seminar",
    "mail_open": "mail",
    "mail_click": "mail",
    "mail_unsubscribe": "mail",
}
_BESIDE = ("page_read", "trap")
"""Kinds that only say more of a page that is listed already."""
UNGROUPED = "-"
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Member:
    """That a group covers a content: by `glob`, a pattern, or "" where the content itself stands in it."""

    group: str
    glob: str


@dataclass(frozen=True, slots=True)
class ContentRow:
    """A content: what it is, how often and by how many leads it was seen lately, the last day. `moves`: from
    where it came; its numbers are those of all its addresses then."""

    kind: Words
    content: str
    title: str
    recent: int
    leads: int
    last: date
    groups: tuple[Member, ...]
    moves: tuple[Moved, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupCount:
    """A group of the draft: how many contents it covers, whether a rule speaks of it."""

    name: str
    n: int
    used: bool


def all_contents() -> pl.DataFrame:
    """What was seen, most often lately first: `content`, `what` (a key of `KINDS`), `title` (null for none),
    `recent`, `leads` (both lately), `last` (days since 1970), `now` (where it is now) and `now_leads` (lately
    under any of its addresses)."""
    seen = seen_contents().filter(
        ~pl.col("content").is_in(["", OTHER]) & ~pl.col("kind").is_in(list(_BESIDE))
    )
    titles = pl.DataFrame(
        list(activity.titles().items()), schema={"content": pl.String, "title": pl.String}, orient="row"
    )
    return (
        seen.with_columns(what=pl.col("kind").replace_strict(_KIND_OF, default="other"))
        .group_by("content", "what")
        .agg(
            pl.col("recent").sum(),
            pl.col("events").sum(),
            # Who clicks has opened, and who attends has applied: most of them are the same people.
            pl.col("recent_leads").max().alias("leads"),
            pl.col("now_leads").max(),
            pl.col("now").first(),
            pl.col("last").max(),
        )
        .join(titles, on="content", how="left")
        .sort("recent", "events", "content", "what", descending=[True, True, False, False])
    )


def merged(contents: pl.DataFrame) -> pl.DataFrame:
    """`all_contents` with what moved in one row with where it is now: counts added, people who saw several of
    its addresses counted once, its old addresses in `olds` (a text, separated by spaces). A title of the old
    address stands where the new one has none."""
    return (
        contents.with_columns(moved=pl.col("content") != pl.col("now"))
        .sort("moved", maintain_order=True)
        .group_by("now", "what", maintain_order=True)
        .agg(
            pl.col("recent", "events").sum(),
            pl.col("now_leads").max().alias("leads"),
            pl.col("last").max(),
            pl.col("title").drop_nulls().first(),
            olds=pl.col("content").filter(pl.col("moved")).str.join(" "),
        )
        .rename({"now": "content"})
        .sort("recent", "events", "content", "what", descending=[True, True, False, False])
    )


def with_olds(chosen: Sequence[str]) -> list[str]:
    """These contents and the old addresses of each."""
    now_at = content_moves.now_at()
    return list(dict.fromkeys([*chosen, *(old for old, new in now_at.items() if new in chosen)]))


def covered(contents: pl.DataFrame, model: Model, names: Sequence[str]) -> pl.Series:
    """Row for row, whether one of the groups `names` of a model covers it."""
    if not names:
        return pl.Series([False] * contents.height, dtype=pl.Boolean)
    touches = Touches(contents.select(kind=pl.lit("page_view"), content="content"))
    return pl.Series(matches(ActivityCondition(groups=tuple(names)), touches, dict(model.groups)))


def group_counts(contents: pl.DataFrame, model: Model) -> list[GroupCount]:
    """The groups of a model with the number of contents in each."""
    used = groups_used(model.rules)
    once = contents.unique("content")
    return [
        GroupCount(name, int(covered(once, model, [name]).sum()), name in used)
        for name, _globs in model.groups
    ]


def narrowed(contents: pl.DataFrame, model: Model, *, text: str, kind: str, group: str) -> pl.DataFrame:
    """Those whose address or title has `text` in it, of a kind (key of `KINDS`, "" for all), and of a group
    (`UNGROUPED` for those in none, "" for all)."""
    if kind:
        contents = contents.filter(pl.col("what") == kind)
    if group == UNGROUPED:
        contents = contents.filter(~covered(contents, model, [name for name, _globs in model.groups]))
    elif group:
        contents = contents.filter(covered(contents, model, [group]))
    olds = [pl.lit(" "), pl.col("olds")] if "olds" in contents.columns else []
    said = pl.concat_str("content", pl.lit(" "), pl.col("title").fill_null(""), *olds)
    for word in unicodedata.normalize("NFKC", text).lower().split():
        found = said.str.normalize("NFKC").str.to_lowercase().str.contains(word, literal=True)
        contents = contents.filter(found)
    return contents


def content_rows(shown: pl.DataFrame, model: Model) -> list[ContentRow]:
    """The rows of a page of contents."""
    globs = [(name, glob, re.compile(glob_pattern(glob))) for name, every in model.groups for glob in every]
    standing, now_at = content_moves.moves(), content_moves.now_at()
    return [
        ContentRow(
            KINDS[row["what"]],
            row["content"],
            row["title"] or "",
            row["recent"],
            row["leads"],
            _EPOCH + timedelta(days=row["last"]),
            _members(row["content"], globs),
            tuple(move for move in standing if now_at[move.old] == row["content"]),
        )
        for row in shown.iter_rows(named=True)
    ]


def _members(content: str, globs: Sequence[tuple[str, str, re.Pattern[str]]]) -> tuple[Member, ...]:
    """By what each group covers a content; where it stands in it itself, that is said."""
    found: dict[str, str] = {}
    own = glob_literal(content)
    for name, glob, pattern in globs:
        if glob == own:
            found[name] = ""
        elif pattern.match(content):
            found.setdefault(name, glob)
    return tuple(Member(name, glob) for name, glob in found.items())
