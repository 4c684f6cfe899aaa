"""Where the table begins: rows of titles above it, one header row or two, cells merged across columns.

The first row is the header unless a later one is so clearly, and what is skipped or joined is told.
A row of titles holds a cell or two where the table is wide; a group row stands directly above the
names and is filled only where a group begins; merged cells of a sheet say the same with certainty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mikomi.core.tabular.findings import SHOWN, Finding
from mikomi.core.tabular.headers import (
    GROUPS,
    canonical,
    column_names,
    is_header,
    looks_like_value,
    plain_header,
)

LOOKED_AT = 200
"""So many filled rows at the top of a file decide; fewer where they are very wide."""
CELLS_LOOKED_AT = 60_000

TITLE_SHOWN = 200

LIST_TITLES = frozenset(
    map(plain_header, ("Attendee Details", "参加者の詳細", "出席者の詳細", "参加者詳細", "参加者の詳細情報"))
)
"""A row of its own that says that the list of people begins below it, after tables of other things."""

type Rows = Sequence[Sequence[str]]
type Spans = Mapping[tuple[int, int], tuple[int, int]]
"""Merged cells: (row, column) of the first -> (row, column) of the last; rows as in `Rows`."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`header`: the places of the header rows in the rows looked at, none, one or two. `body`: the place
    of the first row of values. `names`: one a column. `findings`: what the person must hear."""

    header: tuple[int, ...]
    body: int
    names: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    cells: Sequence[str]
    filled: int
    known: int
    values: int


def _look(cells: Sequence[str]) -> _Row:
    some = [cell for cell in cells if cell.strip()]
    known = sum(canonical(cell) is not None for cell in some)
    values = sum(looks_like_value(cell) for cell in some) if len(some) < 500 else 0
    return _Row(cells, len(some), known, values)


def find_layout(
    rows: Rows,
    lines: Sequence[int],
    width: int,
    *,
    header: bool | None = None,
    header_lines: Sequence[int] | None = None,
    spans: Spans | None = None,
) -> Layout:
    """The layout of a table whose first filled rows are `rows`, at `lines` of the file.

    `header_lines` (1 or 2 line numbers that are in `lines`) and `header` are a person's word and hold.
    """
    spans = spans or {}
    enough = max(5, CELLS_LOOKED_AT // max(1, *(len(cells) for cells in rows[:LOOKED_AT]), 1))
    looked = [_look(cells) for cells in rows[: min(LOOKED_AT, enough)]]
    if header_lines is not None:
        places = tuple(sorted(list(lines).index(line) for line in header_lines))
        start = places[-1] + 1
    elif header is False:
        places, start = (), 0
    else:
        place, has = _find_header(looked, header)
        places = _with_second_row(looked, place, spans) if has else ()
        start = places[-1] + 1 if places else place
    findings = []
    first = places[0] if places else start
    if first:
        texts = tuple(", ".join(c for c in row if c.strip())[:TITLE_SHOWN] for row in rows[:first][:SHOWN])
        findings.append(Finding("rows_above", first, tuple(lines[:first][:SHOWN]), texts))
    if not places:
        if header is None:
            findings.append(Finding("no_header"))
        return Layout((), start, tuple(column_names(None, width)), tuple(findings))
    cells = [[*rows[place], *[""] * (width - len(rows[place]))][:width] for place in places]
    if len(places) == 2:
        groups = _spread(cells[0], places[0], spans)
        names = _joined(groups, cells[1])
        made = tuple(name for name, sub in zip(names, cells[1], strict=True) if sub.strip() and name != sub)
        findings.append(Finding("two_header_rows", 2, tuple(lines[place] for place in places), made[:SHOWN]))
    else:
        names, numbered = _numbered(cells[0], places[0], spans)
        if numbered:
            findings.append(Finding("merged_header", len(numbered), (), tuple(numbered[:SHOWN])))
    return Layout(places, start, tuple(column_names(names, width)), tuple(findings))


def _find_header(rows: Sequence[_Row], header: bool | None) -> tuple[int, bool]:
    """The place of the header (of the names, if there are groups above), and whether there is one."""
    for place, row in enumerate(rows[:-1]):
        titled = row.filled == 1 and plain_header(next(c for c in row.cells if c.strip())) in LIST_TITLES
        if titled and rows[place + 1].filled > 1:
            return place + 1, True
    best = 0
    for place, row in enumerate(rows):
        plainly = row.known >= 2 and row.known > row.values and row.known > rows[best].known
        if (
            plainly
            and row.filled > rows[0].filled
            and all(
                above.known <= 1 or (k == place - 1 and _is_group(above, row))
                for k, above in enumerate(rows[:place])
            )
        ):
            best = place
    if best:
        return best, True
    usual = Counter(row.filled for row in rows).most_common(1)[0][0] if rows else 0
    titled = len(rows) > 2 and rows[0].filled == 1 and rows[0].known == rows[0].values == 0
    if titled and rows[1].known == rows[1].filled == 1 and all(row.values for row in rows[2:]):
        return 1, True
    if rows and rows[0].filled == 1 and rows[0].known == 0 and usual >= 2:
        for place, row in enumerate(rows[1:], 1):
            if row.filled >= max(2, (usual + 1) // 2):
                named = row.values == 0 and (row.known > 0 or usual >= 3) and is_header(row.cells)
                if named or usual >= 3:
                    return place, named if header is None else header
                break
    return 0, is_header(rows[0].cells) if header is None and rows else True


def _is_group(upper: _Row, lower: _Row) -> bool:
    """Whether a row holds groups of the names in the next one: fewer words, with gaps, no values."""
    return (
        2 <= upper.filled < lower.filled
        and upper.values == 0
        and not any(":" in cell or "：" in cell for cell in upper.cells)
        and any(not up.strip() and low.strip() for up, low in zip(upper.cells, lower.cells, strict=False))
    )


def _with_second_row(rows: Sequence[_Row], place: int, spans: Spans) -> tuple[int, ...]:
    """The header's row, with that of its groups above or of the names within its groups below."""
    row = rows[place]
    if place > 0:
        above = rows[place - 1]
        parts = [
            last[1] - first[1] + 1
            for first, last in spans.items()
            if first[0] == place - 1 and last[1] > first[1]
        ]
        merged = bool(parts) and max(parts) < row.filled and above.values == 0
        if merged or _is_group(above, row):
            return (place - 1, place)
    if place + 1 < len(rows):
        below = rows[place + 1]
        merged = any(first[0] == place and last[1] > first[1] for first, last in spans.items())
        if below.values == 0 and below.filled and (below.known or merged) and _fits_below(row, below):
            return (place, place + 1)
    return (place,)


def _fits_below(upper: _Row, lower: _Row) -> bool:
    """Whether the filled cells of `lower` stand only within groups of `upper`: at or behind a word that
    is followed by empty cells; every empty one of `upper` is filled there."""
    width = max(len(upper.cells), len(lower.cells))
    up = [*upper.cells, *[""] * (width - len(upper.cells))]
    low = [*lower.cells, *[""] * (width - len(lower.cells))]
    gaps = 0
    for place in range(width):
        word, name = bool(up[place].strip()), bool(low[place].strip())
        behind = place + 1 < width and not up[place + 1].strip() and low[place + 1].strip()
        if word and name and not behind:
            return False
        if not word and not name and any(cell.strip() for cell in up[place:]):
            return False
        gaps += not word and name
    return gaps > 0 and bool(up[0].strip() or low[0].strip())


def _spread(groups: Sequence[str], place: int, spans: Spans) -> list[str]:
    """The group of each column: over its merged cells, or, where nothing is merged, up to the next one."""
    across = {first[1]: last[1] for first, last in spans.items() if first[0] == place and last[1] > first[1]}
    spread = list(groups)
    for column in range(len(spread)):
        if spread[column].strip():
            end = across.get(column, column)
            for other in range(column + 1, min(end + 1, len(spread))):
                spread[other] = spread[column]
    if not across:
        for column in range(1, len(spread)):
            if not spread[column].strip():
                spread[column] = spread[column - 1]
    return spread


def _joined(groups: Sequence[str], names: Sequence[str]) -> list[str]:
    """連絡先 + 電話 -> 連絡先 電話. A name that is known and stands once stays alone under a group that
    is not known, so that its meaning is not lost."""
    means = Counter(canonical(name) for name in names if name.strip())
    joined = []
    for group, name in zip(groups, names, strict=True):
        group, name = group.strip(), name.strip()
        field = canonical(name) if name else None
        alone = field is not None and means[field] == 1
        if not group or not name or group == name:
            joined.append(name or group)
        elif alone and plain_header(group) not in GROUPS and canonical(f"{group} {name}") != field:
            joined.append(name)
        else:
            joined.append(f"{group} {name}")
    return joined


def _numbered(cells: Sequence[str], place: int, spans: Spans) -> tuple[list[str], list[str]]:
    """Header cells merged across columns, without names of their own below: 連絡先, 連絡先 2 …"""
    names, numbered = list(cells), []
    for first, last in spans.items():
        if first[0] != place or last[1] == first[1] or first[1] >= len(names):
            continue
        for count, column in enumerate(range(first[1] + 1, min(last[1] + 1, len(names))), 2):
            if not names[column].strip() and names[first[1]].strip():
                names[column] = f"{names[first[1]].strip()} {count}"
                numbered.append(names[column])
    return names, numbered
