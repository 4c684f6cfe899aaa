"""What each column of a file seems to be: by its form, by its header, by its values; and what looks wrong.

    form = recognise(table.columns, table.frame.head(1000))
    for column in propose(table.columns, table.frame.head(1000)):
        print(column.header, column.field, column.certainty, column.reason.ja)

A proposal is never more than that: the reason goes with it, and the person decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from mikomi.core.tabular import headers
from mikomi.core.tabular.form_types import Form
from mikomi.core.tabular.forms import MAIL, recognise
from mikomi.core.tabular.headers import canonical, plain_header
from mikomi.core.tabular.mending import OUR_COLUMNS
from mikomi.core.tabular.survey import SHARE, fields_of_values
from mikomi.core.tabular.times import parse_times
from mikomi.core.words import Words

type Certainty = Literal["sure", "likely", "unsure"]
type Cells = Mapping[str, pl.Series]
type By = Literal["remembered", "form", "header", "second_row", "values", "nothing"]

PERSONAL = ("name", "family_name", "given_name", "company", "department", "title", "phone", "mobile")
"""Fields in which a mail address is in the wrong place."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a column seems to be. `field`: a field key, "" for a column to leave out, None for a field of
    its own. `warnings`: what does not fit."""

    header: str
    field: str | None
    certainty: Certainty
    by: By
    reason: Words
    warnings: tuple[Words, ...] = ()


def propose(
    columns: Sequence[str],
    sample: pl.DataFrame | None = None,
    *,
    form: Form | None = None,
    remembered: Mapping[str, str] | None = None,
) -> tuple[Proposal, ...]:
    """A proposal for each of `columns`, in their order; no field is proposed twice.

    `sample`: rows of the file (text; a thousand will do). `form`: the file's form, recognised unless
    given. `remembered`: header -> field key ("" to leave out) of an earlier file of the same
    `fingerprint`; it comes before everything else.
    """
    sample = sample if sample is not None else pl.DataFrame()
    form = form or recognise(columns, sample)
    before = {plain_header(name): field for name, field in (remembered or {}).items()}
    known = {plain_header(name): field for name, field in (form.fields if form else {}).items()}
    ranked = {place: rank for rank, place in enumerate(_ranked(columns, before, known))}
    taken: dict[str, str] = {}
    found: dict[int, Proposal] = {}
    for place in sorted(range(len(columns)), key=ranked.__getitem__):
        name = columns[place]
        proposal = _by_name(name, columns, before, known, form)
        if proposal is not None and proposal.field in taken:
            proposal = _second(name, proposal.field or "", taken[proposal.field or ""])
        if proposal is not None:
            found[place] = proposal
            if proposal.field:
                taken[proposal.field] = name
    cells = {series.name: series for series in sample.get_columns()}
    rest = [cells[name] for place, name in enumerate(columns) if place not in found and name in cells]
    looks = fields_of_values(pl.DataFrame(rest))
    for place, name in enumerate(columns):
        if place not in found:
            found[place] = _by_values(name, looks.get(name), cells, taken)
            if found[place].field:
                taken[found[place].field or ""] = name
    return tuple(
        Proposal(p.header, p.field, p.certainty, p.by, p.reason, (*p.warnings, *_doubts(p, cells)))
        for p in (found[place] for place in range(len(columns)))
    )


def _ranked(columns: Sequence[str], before: Mapping[str, str], known: Mapping[str, str]) -> list[int]:
    """The places in the order in which columns may take a field: remembered, of the form, by header."""

    def rank(place: int) -> tuple[int, int, int]:
        plain = plain_header(columns[place])
        if plain in before:
            return 0, 0, place
        if plain in known:
            return 1, list(known).index(plain), place
        meaning = canonical(columns[place])
        best = meaning is not None and headers.resolve(meaning, columns) == columns[place]
        return 2 if best else 3, 0, place

    return sorted(range(len(columns)), key=rank)


def _by_name(
    name: str,
    columns: Sequence[str],
    before: Mapping[str, str],
    known: Mapping[str, str],
    form: Form | None,
) -> Proposal | None:
    plain = plain_header(name)
    if name in OUR_COLUMNS:
        why = Words("直すときの目印で、取り込みません", "a mark for mending, not to be imported")
        return Proposal(name, "", "sure", "header", why)
    if plain in before:
        why = Words("前に同じ形式のファイルで決めたとおりです", "as you chose for the last such file")
        return Proposal(name, before[plain], "sure", "remembered", why)
    if plain in known and form is not None:
        why = Words(f"{form.name.ja}の「{name}」の列です", f"the column {name!r} of {form.name.en}")
        return Proposal(name, known[plain], "sure", "form", why)
    field = canonical(name)
    if field is not None:
        why = Words(f"見出し「{name}」の意味から", f"by what the header {name!r} means")
        return Proposal(name, field, "sure", "header", why)
    if " " in name.strip():
        below = name.strip().rpartition(" ")[2]
        field = canonical(below)
        if field is not None:
            why = Words(f"2 段の見出しの下の段「{below}」から", f"by the lower header {below!r}")
            return Proposal(name, field, "likely", "second_row", why)
    return None


def _second(name: str, field: str, other: str) -> Proposal:
    why = Words(
        f"「{other}」と同じ意味の見出しです。別の項目として取り込みます",
        f"it means the same as {other!r}, so it becomes a field of its own",
    )
    return Proposal(name, None, "unsure", "header", why)


def _by_values(name: str, field: str | None, cells: Cells, taken: Mapping[str, str]) -> Proposal:
    if field is not None:
        share = round(100 * SHARE)
        example = str(_values(cells, name)[0])[:40]
        why = Words(
            f"値の {share}% 以上がその形をしているため（例: {example}）",
            f"at least {share}% of the values look like it (such as {example})",
        )
        if field not in taken:
            return Proposal(name, field, "likely", "values", why)
        return _second(name, field, taken[field])
    why = Words(
        f"知らない見出しです。「{name}」という項目として取り込みます",
        f"not known: it becomes a field called {name!r}",
    )
    return Proposal(name, None, "unsure", "nothing", why)


def _values(cells: Cells, name: str) -> pl.Series:
    if name not in cells:
        return pl.Series(name, [], dtype=pl.String)
    values = cells[name].drop_nulls().str.strip_chars()
    return values.filter(values != "")


def _doubts(proposal: Proposal, cells: Cells) -> tuple[Words, ...]:
    """What in the column does not fit its field."""
    if not proposal.field:
        return ()
    values = _values(cells, proposal.header)
    if len(values) == 0:
        return ()
    mails = values.str.contains(MAIL)
    if proposal.field in PERSONAL and mails.any():
        return (_mail_within(proposal.field, values.filter(mails)),)
    checks: dict[str, tuple[Callable[[pl.Series], pl.Series], Callable[[pl.Series], Words]]] = {
        "email": (lambda texts: texts.str.contains(MAIL), _no_mail),
        "created_at": (lambda texts: parse_times(texts, "Asia/Tokyo")[1], _no_date),
        "at": (lambda texts: parse_times(texts, "Asia/Tokyo")[1], _no_date),
        "corporate_number": (lambda texts: texts.str.contains(r"\A[1-9]\d{12}\z"), _no_number),
        "lead": (lambda texts: texts.is_first_distinct(), _same_key),
    }
    if proposal.field not in checks:
        return ()
    fits, words = checks[proposal.field]
    odd = values.filter(~fits(values))
    return (words(odd),) if len(odd) else ()


def _shown(odd: pl.Series) -> tuple[str, int]:
    return str(odd[0])[:40], len(odd)


def _mail_within(field: str, odd: pl.Series) -> Words:
    example, count = _shown(odd)
    return Words(
        f"この列にメールアドレスが {count} 件あります（{example}）。メールの列と入れ違っていませんか",
        f"{count} values are mail addresses ({example}); is this the column you mean?",
    )


def _no_mail(odd: pl.Series) -> Words:
    example, count = _shown(odd)
    return Words(
        f"メールアドレスの形でない値が {count} 件あります（{example}）",
        f"{count} values are no mail addresses ({example})",
    )


def _no_date(odd: pl.Series) -> Words:
    example, count = _shown(odd)
    return Words(
        f"日付として読めない値が {count} 件あります（{example}）。2026/11/1 のように直してください",
        f"{count} values cannot be read as dates ({example}); write them like 2026/11/1",
    )


def _no_number(odd: pl.Series) -> Words:
    example, count = _shown(odd)
    return Words(
        f"13 桁の法人番号でない値が {count} 件あります（{example}）",
        f"{count} values are no corporate numbers of 13 digits ({example})",
    )


def _same_key(odd: pl.Series) -> Words:
    example, count = _shown(odd)
    return Words(
        f"同じ値が 2 度以上あります（{example} など {count} 件）。人を見分ける番号か確かめてください",
        f"values stand more than once ({example}, {count} in all); does this number tell people apart?",
    )
