"""Pages of leads by any filter, any order, any search, without a query that grows with the leads.

Three ways through the rows, chosen by the kept counts:
few leads meet the filters: they are found by their cells and sorted;
few leads carry the search, a tag or what a field is asked for: they are found by number and sorted;
many: the rows are walked along the index of the order, and what does not belong is left out. A walk
reads `BUDGET` rows at most (fewer where words are compared); a page that is not full by then says
where to go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from django.db import connection

from mikomi.core.scoring.model import Model
from mikomi.hub.kit import temperature as levels
from mikomi.hub.kit.setwise import on_postgres
from mikomi.hub.site import sight, temperature
from mikomi.hub.site.lists.narrow import Narrowed, Test, narrow
from mikomi.hub.site.rows import cells
from mikomi.hub.site.rows.schema import SCORE_COLUMNS
from mikomi.hub.site.rows.store import member_of, number_param
from mikomi.hub.site.types import Cursor, Filters, ListQuery, Page, Row, Standing

FEW = 5_000
BUDGET = 10_000
WORD_BUDGET = 6_000
"""Where each row's words, labels or fields are looked up, too."""
NUMBERS_AT_ONCE = 50_000

SORTS = {
    "rank": "key",
    "total": "lead_id",
    "fit": "lead_id",
    "engagement": "lead_id",
    "last_day": "lead_id",
    "kana": "lead_id",
    "company": "lead_id",
    "title": "lead_id",
    "department": "lead_id",
    "industry": "lead_id",
    "owner": "lead_id",
}
"""What lists sort by, each with the column that decides between equals."""

FIRST_DOWN = frozenset({"total", "fit", "engagement", "last_day"})
"""Orders whose interesting end is the high one."""

_SHOWN = """select r.lead_id, r.key, r.name, r.email, r.company_id, r.company, r.title, r.department,
 r.industry, r.owner, s.fit, s.engagement, s.total, coalesce(c.heat, 0), coalesce(c.fit_grade, 0),
 coalesce(c.engagement_grade, 0), s.last_day, w.n, w.o, w.t
from ({inner}) w join site_lead_row r on r.lead_id = w.lead_id
 join site_lead_score s on s.lead_id = w.lead_id left join site_lead_cell c on c.id = s.cell"""
"""What a page shows of the leads that `inner` (`lead_id, n, o, t`: how many there are where they were
counted, sorted by, tie) picks. A page's rows are picked first, by the one table that has their order,
and put together after."""


def list_page(query: ListQuery, standing: Standing | None) -> Page:
    """One page of the list that `query` asks for. Raises KeyError for an unknown order."""
    tie = SORTS[query.sort]
    chosen = matching_cells(query.filters)
    total: int | None = int(chosen["n"].sum())
    if not total:
        return Page((), 0, None, None)
    narrowed = narrow(query)
    if narrowed.lead_ids is not None or (query.filters.asked and total <= FEW and not narrowed.words):
        where, params = _where(query, chosen, narrowed)
        rows = _sorted(query, tie, where, params)
        if narrowed.lead_ids is not None or narrowed.tests:
            # A page that lies behind the last of them has no row to say how many there are.
            behind = not rows and query.cursor is not None
            total = _count(where, params) if behind else rows[0][-3] if rows else 0
        return _page(query, rows, total)
    rows, stopped = _walk(query, tie, chosen, narrowed.tests, standing)
    return _page(query, rows, None if narrowed.tests else total, stopped)


def numbers_in_order(query: ListQuery) -> npt.NDArray[np.int64]:
    """The numbers of all leads of a list, in its order, from its beginning; a query that reads them all."""
    tie = SORTS[query.sort]
    home = _home(query.sort)
    where, params = _where(query, matching_cells(query.filters), narrow(query))
    # With a filter the database puts what it found in order; without one it follows the order's index.
    source = f"site_lead_score f join {home} h on h.lead_id = f.lead_id" if where else f"{home} h"
    order = _order(query.at(None), f"h.{query.sort}", f"h.{tie}")
    parts = []
    with connection.cursor() as cursor:
        cursor.execute(f"select h.lead_id from {source} {where and f'where {where}'} {order}", params)
        while rows := cursor.fetchmany(NUMBERS_AT_ONCE):
            parts.append(np.array(rows, dtype=np.int64).reshape(-1))
    return np.concatenate(parts) if parts else np.empty(0, np.int64)


def count_of(query: ListQuery) -> int:
    """How many leads a list has, counted where that is not kept."""
    chosen = matching_cells(query.filters)
    narrowed = narrow(query)
    if narrowed.lead_ids is None and not narrowed.tests:
        return int(chosen["n"].sum())
    return _count(*_where(query, chosen, narrowed))


def matching_cells(filters: Filters) -> pl.DataFrame:
    """The cells whose leads meet `filters`, columns `cells.SCHEMA`."""
    frame = cells.all_cells().filter(pl.col("n") > 0)
    for name in ("heat", "fit_grade", "engagement_grade", "owner", "industry", "status"):
        values = getattr(filters, name)
        if values:
            frame = frame.filter(pl.col(name).is_in(list(values)))
    if filters.recency == 0:
        frame = frame.filter(pl.col("recency") == 0)
    elif filters.recency is not None:
        frame = frame.filter(pl.col("recency") >= filters.recency)
    return frame


def rows_of(lead_ids: Sequence[int]) -> tuple[Row, ...]:
    """The rows of some leads, in the order of `lead_ids`; unknown ones are left out."""
    theirs, params = sight.rows_test()
    inner = (
        f"select lead_id, 0 as n, 0 as o, 0 as t from site_lead_row r where {member_of('lead_id')}{theirs}"
    )
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN.format(inner=inner), [number_param(lead_ids), *params])
        found = {raw[0]: _row(raw) for raw in cursor.fetchall()}
    return tuple(found[number] for number in lead_ids if number in found)


def colleagues_of(lead_id: int, company_id: int | None, most: int) -> tuple[Row, ...]:
    """Other leads of a company, best first, `most` at the most, out of its first 500 by number."""
    if company_id is None:
        return ()
    theirs, params = sight.rows_test()
    inner = (
        f"with few as materialized (select lead_id, {_looked_up('rank', 'r')} as o, key as t"
        f" from site_lead_row r where company_id = %s{theirs} limit 500)"
        " select lead_id, 0 as n, o, t from few where lead_id <> %s order by o, t limit %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN.format(inner=inner) + " order by o, t", [company_id, *params, lead_id, most])
        return tuple(map(_row, cursor.fetchall()))


def _home(sort: str) -> str:
    """The table whose index has the order of `sort`."""
    return "site_lead_score" if sort in SCORE_COLUMNS else "site_lead_row"


def _looked_up(column: str, leads: str) -> str:
    """SQL for a column of the other table, by the number of the lead of `leads`: read row by row, as
    no planner can then choose to read everything and join."""
    return f"(select x.{column} from {_home(column)} x where x.lead_id = {leads}.lead_id)"


def _where(query: ListQuery, chosen: pl.DataFrame, narrowed: Narrowed) -> tuple[str, list[Any]]:
    """What holds for the leads of a list, of `site_lead_score f`; empty for everybody."""
    tests, params = [], []
    if narrowed.lead_ids is not None:
        tests.append(member_of("f.lead_id"))
        params.append(number_param(narrowed.lead_ids))
    if query.filters.asked:
        tests.append(member_of("f.cell"))
        params.append(number_param(chosen["id"].to_numpy()))
    for test in narrowed.tests:
        tests.append(test.sql("f"))
        params += test.params
    return " and ".join(tests), params


def _count(where: str, params: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from site_lead_score f where {where}", params)
        return int(cursor.fetchone()[0])


def _sorted(query: ListQuery, tie: str, where: str, params: list[Any]) -> list[Any]:
    """Few rows, gathered first: a planner that knows no better would walk a whole index instead."""
    home = _home(query.sort)
    # Where nothing is asked of the scores, the table that has the order is enough.
    source = "site_lead_score" if query.filters.asked else home
    value = f"f.{query.sort}" if source == home else _looked_up(query.sort, "f")
    keyset, more = _keyset(query, "o", "t")
    inner = (
        f"with few as materialized (select f.lead_id, {value} as o, f.{tie} as t from {source} f"
        f" where {where}) select lead_id, (select count(*) from few) as n, o, t"
        f" from few {keyset} {_order(query, 'o', 't')} limit %s"
    )
    return _shown(query, inner, [*params, *more, query.size + 1])


def _walk(
    query: ListQuery, tie: str, chosen: pl.DataFrame, asked: tuple[Test, ...], standing: Standing | None
) -> tuple[list[Any], Any]:
    """Rows along the index of the order. The second is where the walk stopped, if it did so early."""
    home = _home(query.sort)
    keyset, params = _keyset(query, query.sort, tie)
    order = _order(query, query.sort, tie)
    columns = f"lead_id, {query.sort} as o, {tie} as t"
    if not query.filters.asked and not asked:
        inner = f"select {columns}, 0 as n from {home} {keyset} {order} limit %s"
        return _shown(query, inner, [*params, query.size + 1]), None
    edges = _edges(query.sort, chosen, standing) if query.filters.asked else None
    if edges is not None:
        keyset += f"{' and' if keyset else ' where'} {query.sort} between %s and %s"
        params += edges
    budget = WORD_BUDGET if asked else BUDGET
    tests, values = [], []
    if query.filters.asked:
        here = home == "site_lead_score"
        tests.append(member_of("q.cell" if here else _looked_up("cell", "q")))
        values.append(number_param(chosen["id"].to_numpy()))
        columns += ", cell" if here else ""
    for test in asked:
        tests.append(test.sql("q"))
        values += test.params
    inner = (
        f"select lead_id, 0 as n, o, t from (select {columns} from {home} {keyset} {order} limit %s) q"
        f" where {' and '.join(tests)} {_in_order(query)} limit %s"
    )
    rows = _shown(query, inner, [*params, budget, *values, query.size + 1])
    stopped = None
    if len(rows) <= query.size:
        with connection.cursor() as cursor:
            cursor.execute(
                f"select {query.sort}, {tie} from {home} {keyset} {order} limit 1 offset %s",
                [*params, budget - 1],
            )
            stopped = cursor.fetchone()
    return rows, stopped


def _shown(query: ListQuery, inner: str, params: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"{_SHOWN.format(inner=inner)} {_order(query, 'o', 't')}", params)
        return cursor.fetchall()


def _edges(sort: str, chosen: pl.DataFrame, standing: Standing | None) -> list[Any] | None:
    """The lowest and highest sort value that a lead of the cells can have, where that is known.

    It lets a walk begin where the first lead of, say, the cool ones stands, instead of passing all
    the warmer ones.
    """
    if sort in {"owner", "industry"}:
        return [chosen[sort].min(), chosen[sort].max()]
    if standing is None:
        return None
    if sort in {"total", "rank"}:
        return _heat_edges(sort, chosen["heat"].to_list(), standing.hot_at)
    if sort in {"fit", "engagement"}:
        return _grade_edges(chosen[f"{sort}_grade"].to_list(), grade_floors(standing.model, sort))
    if sort == "last_day":
        return _day_edges(chosen["recency"].to_list(), standing.on)
    return None


def grade_floors(model: Model, sort: str) -> list[float]:
    """The least value of each grade, best first; the last grade has none."""
    grades = model.fit_grades if sort == "fit" else model.engagement_grades
    return [least for _, least in grades]


_FAR = 1e300
_FIRST_RANK = -(2**63) + 1


def _heat_edges(sort: str, heats: list[int], threshold: float) -> list[Any] | None:
    if threshold <= 0:
        return None
    # 高め has no upper end: a lead may pass the threshold's total and not be hot.
    edges = [-_FAR, *levels.bounds(threshold)[:3], _FAR]
    cold = [heat for heat in heats if heat != levels.HOT]
    hot = levels.HOT in heats
    if sort == "total":
        # A hot lead may have any total, where the model asks for something else.
        return None if hot else [edges[min(cold)], edges[max(cold) + 1]]
    if not cold:
        return [_FIRST_RANK, temperature.COLDEST_HOT_RANK]
    first = _FIRST_RANK if hot else temperature.rank_without_heat(edges[max(cold) + 1])
    return [first, temperature.rank_without_heat(edges[min(cold)])]


def _grade_edges(grades: list[int], floors: list[float]) -> list[Any]:
    edges = [_FAR, *floors, -_FAR]
    return [edges[max(grades) + 1], edges[min(grades)]]


def _day_edges(levels: list[int], on: date) -> list[Any]:
    today = (on - cells.EPOCH).days
    oldest = {4: today - 6, 3: today - 29, 2: today - 89, 1: 1, 0: 0}
    newest = {4: 2**31 - 1, 3: today - 7, 2: today - 30, 1: today - 90, 0: 0}
    return [oldest[min(levels)], newest[max(levels)]]


def _keyset(query: ListQuery, sort: str, tie: str) -> tuple[str, list[Any]]:
    if query.cursor is None:
        return "", []
    cursor = query.cursor
    down = query.descending != cursor.backwards
    return f"where ({sort}, {tie}) {'<' if down else '>'} (%s, %s)", [cursor.value, cursor.tie]


def _order(query: ListQuery, sort: str, tie: str) -> str:
    down = query.descending != bool(query.cursor and query.cursor.backwards)
    way = "desc" if down else "asc"
    return f"order by {sort} {way}, {tie} {way}"


def _in_order(query: ListQuery) -> str:
    """Keeps the order of a walk where it is cut off: PostgreSQL promises none, and knows that the rows
    have it. SQLite reads them as they come and would sort them once more."""
    return _order(query, "o", "t") if on_postgres() else ""


def _page(query: ListQuery, raw: list[Any], total: int | None, stopped: Any = None) -> Page:
    """Cuts the row too many, turns a page read backwards round, and names the neighbours."""
    more = len(raw) > query.size
    shown = raw[: query.size]
    backwards = bool(query.cursor and query.cursor.backwards)
    onward = Cursor(*shown[-1][-2:], backwards=backwards) if more else None
    if stopped is not None:
        onward = Cursor(*stopped, backwards=backwards)
    if backwards:
        shown = shown[::-1]
    came = Cursor(*shown[0 if not backwards else -1][-2:], backwards=not backwards) if shown else None
    if query.cursor is None:
        came = None
    before, after = (onward, came) if backwards else (came, onward)
    return Page(
        rows=tuple(_row(entry) for entry in shown),
        total=total,
        before=before,
        after=after,
        unfinished=stopped is not None,
    )


def _row(raw: tuple[Any, ...]) -> Row:
    values = list(raw[:17])
    values[16] = cells.EPOCH + timedelta(days=values[16]) if values[16] else None
    return Row(*values)
