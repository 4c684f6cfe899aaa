"""Lead rows into PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
from django.db import OperationalError, connection, transaction

from mikomi.hub.kit.setwise import staged
from mikomi.hub.site.rows import binary
from mikomi.hub.site.rows.schema import INDEXES, PEOPLE_COLUMNS, SCORE_COLUMNS, create_index

PATIENCE = 10.0
"""Seconds to wait for a moment without readers, before the lock queues and they wait for it."""
PAUSE = 0.005
_PEOPLE = ", ".join(("lead_id", *PEOPLE_COLUMNS))
_SCORES = ", ".join(("lead_id", "key", *SCORE_COLUMNS))


def write(people: pl.DataFrame | None, scores: npt.NDArray[np.void] | None, many: float) -> None:
    """Puts `people` (`lead_id`, `PEOPLE_COLUMNS`), then the score columns of `scores`.

    A table of which more than `many` rows change is made anew beside itself.
    """
    crowd = people is not None and people.height > many
    night = crowd or (scores is not None and len(scores) > many)
    _stage_scores(scores)
    if people is not None:
        with staged(people.select("lead_id", *PEOPLE_COLUMNS), "people_in"):
            if crowd:
                _people_anew()
            else:
                _put_people()
    if night:
        _scores_anew(crowd=crowd)
    elif scores is not None:
        _update_scores()
    with connection.cursor() as cursor:
        cursor.execute("drop table pg_temp.scores_in")
    if night:
        take_places(("site_lead_row", "site_lead_score") if crowd else ("site_lead_score",))


def _stage_scores(scores: npt.NDArray[np.void] | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "create temporary table scores_in (lead_id bigint, fit float8, engagement float8,"
            " total float8, rank bigint, last_day integer, cell integer) on commit drop"
        )
        if scores is not None:
            binary.write("scores_in", scores)
        cursor.execute("analyze scores_in")


def _put_people() -> None:
    keep = ", ".join(f"{c} = excluded.{c}" for c in PEOPLE_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into site_lead_row ({_PEOPLE}) select {_PEOPLE} from people_in"
            f" on conflict (lead_id) do update set {keep}"
        )
        cursor.execute(
            "insert into site_lead_score (lead_id, key) select lead_id, key from people_in"
            " on conflict (lead_id) do update set key = excluded.key"
            " where site_lead_score.key <> excluded.key"
        )


def _people_anew() -> None:
    # A company's number may be unknown, so a person's columns are taken whole from one side.
    values = ", ".join(f"case when p.lead_id is null then r.{c} else p.{c} end" for c in PEOPLE_COLUMNS)
    _make_anew(
        "site_lead_row",
        f"({_PEOPLE}) select coalesce(p.lead_id, r.lead_id), {values}"
        " from site_lead_row r full join people_in p on p.lead_id = r.lead_id",
    )


def _scores_anew(*, crowd: bool) -> None:
    """The scores of all leads: those of `scores_in`, else the ones there are, else (`crowd`) none."""
    known = "site_lead_row_next l left join site_lead_score o on o.lead_id = l.lead_id"
    leads = known if crowd else "site_lead_score o"
    lead = "l" if crowd else "o"
    values = ", ".join(f"coalesce(s.{c}, o.{c}, 0)" for c in SCORE_COLUMNS)
    _make_anew(
        "site_lead_score",
        f"({_SCORES}) select {lead}.lead_id, {lead}.key, {values} from {leads}"
        f" left join scores_in s on s.lead_id = {lead}.lead_id",
    )


def _update_scores() -> None:
    sets = ", ".join(f"{c} = s.{c}" for c in SCORE_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(f"update site_lead_score r set {sets} from scores_in s where s.lead_id = r.lead_id")


def _make_anew(table: str, filling: str) -> None:
    """`{table}_next`, filled by `insert into ... {filling}`, with its indexes."""
    with connection.cursor() as cursor:
        cursor.execute(f"lock table {table} in share row exclusive mode")
        cursor.execute("set local maintenance_work_mem = '256MB'")
        cursor.execute("set local work_mem = '128MB'")
        cursor.execute(f"create table {table}_next (like {table} including defaults)")
        cursor.execute(f"insert into {table}_next {filling}")
        cursor.execute(f"alter table {table}_next add constraint {table}_next_pkey primary key (lead_id)")
        for name in INDEXES[table]:
            cursor.execute(create_index(table, name, suffix="_next"))
        cursor.execute(f"analyze {table}_next")


def take_places(tables: Sequence[str]) -> None:
    """Gives the second tables the names of the first: the moment that readers may have to wait for."""
    _lock_between_readers(tables)
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"drop table {table}")
            cursor.execute(f"alter table {table}_next rename to {table}")
            cursor.execute(f"alter index {table}_next_pkey rename to {table}_pkey")
            for name in INDEXES[table]:
                cursor.execute(f"alter index {name}_next rename to {name}")


def _lock_between_readers(tables: Sequence[str]) -> None:
    """Takes the tables at once when nobody reads them.

    A lock that queues makes all later readers wait, and two tables that are locked one after the
    other could wait in a circle with somebody who reads both.
    """
    lock = f"lock table {', '.join(tables)} in access exclusive mode"
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"{lock} nowait")
        except OperationalError:
            time.sleep(PAUSE)
        else:
            return
    with connection.cursor() as cursor:
        cursor.execute(lock)
