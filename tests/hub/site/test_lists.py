from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from mikomi.core.journey.defaults import default_map
from mikomi.hub.journey import services as journey
from mikomi.hub.journey import standing
from mikomi.hub.journey.models import PART, StandingPart
from mikomi.hub.people import labels
from mikomi.hub.people.models import Company, Field, Lead
from mikomi.hub.site.lists import address, narrow, pages, search
from mikomi.hub.site.rows import store
from mikomi.hub.site.types import Filters, ListQuery
from tests.hub.site.population import STANDING, dimensions, fill

pytestmark = pytest.mark.django_db

FILTERS = (
    Filters(),
    Filters(heat=(4,)),
    Filters(heat=(1, 2)),
    Filters(fit_grade=(0,), engagement_grade=(2, 3)),
    Filters(recency=4),
    Filters(recency=0, owner=("小川", "")),
    Filters(industry=("製造業",), owner=("森",)),
    Filters(heat=(0,), recency=2, industry=("小売業", "")),
)


def everything(people: pl.DataFrame, scores: store.Scores) -> pl.DataFrame:
    names = ("rank", "fit", "engagement", "total", "last_day")
    numbers = pl.DataFrame({name: scores[name] for name in names})
    known = people.drop("owner", "industry")
    return pl.concat([known, numbers, dimensions(people, scores)], how="horizontal")


def met(frame: pl.DataFrame, filters: Filters) -> pl.DataFrame:
    for name in ("heat", "fit_grade", "engagement_grade", "owner", "industry"):
        if values := getattr(filters, name):
            frame = frame.filter(pl.col(name).is_in(list(values)))
    if filters.recency is not None:
        wanted = pl.col("recency") == 0 if filters.recency == 0 else pl.col("recency") >= filters.recency
        frame = frame.filter(wanted)
    return frame


def walked(query: ListQuery) -> list[int]:
    found: list[int] = []
    while True:
        page = pages.list_page(query, STANDING)
        found += [row.lead_id for row in page.rows]
        if page.after is None:
            return found
        query = query.at(page.after)


@pytest.fixture
def world() -> pl.DataFrame:
    return everything(*fill(700))


@pytest.mark.parametrize("few", [0, 5_000])
@pytest.mark.parametrize("sort", pages.SORTS)
def test_every_order_and_filter_gives_just_its_leads(world, monkeypatch, sort: str, few: int) -> None:
    monkeypatch.setattr(pages, "FEW", few)
    monkeypatch.setattr(pages, "BUDGET", 120)
    for filters, down in itertools.product(FILTERS, (False, True)):
        expected = met(world, filters)
        expected = expected.sort(sort, pages.SORTS[sort], descending=down)["lead_id"].to_list()
        query = ListQuery(filters=filters, sort=sort, descending=down, size=40)
        assert walked(query) == expected, (filters, down)
        assert pages.list_page(query, STANDING).total == len(expected)


def test_paging_back_shows_the_same_pages(world) -> None:
    query = ListQuery(sort="company", size=30)
    first = pages.list_page(query, STANDING)
    second = pages.list_page(query.at(first.after), STANDING)
    third = pages.list_page(query.at(second.after), STANDING)
    assert pages.list_page(query.at(third.before), STANDING).rows == second.rows
    back = pages.list_page(query.at(second.before), STANDING)
    assert back.rows == first.rows
    assert back.before is None


@pytest.mark.parametrize("many", [0, 1_000])
@pytest.mark.parametrize(
    "text",
    ["三宅", "ミヤケ", "みやけ", "浜精", "ＭＯＲＩ", "三宅 浩司", "works", "user12", "北浜 誠一", "nobody"],
)
def test_a_search_finds_names_kana_companies_and_addresses(world, monkeypatch, text: str, many: int) -> None:
    monkeypatch.setattr(search, "MANY", many)
    plain = pl.concat_str("name", "kana", "company", "email", separator="\n")
    expected = world.with_columns(plain=plain.str.replace_all(" ", "").str.to_lowercase())
    for word in {"ミヤケ": "みやけ", "ＭＯＲＩ": "mori"}.get(text, text).split():
        expected = expected.filter(pl.col("plain").str.contains(word, literal=True))
    assert sorted(walked(ListQuery(text=text))) == expected["lead_id"].sort().to_list()


def test_a_search_and_filters_hold_together(world) -> None:
    filters = Filters(owner=("小川",))
    found = pages.list_page(ListQuery(text="三宅", filters=filters, size=1_000), STANDING)
    assert found.rows
    assert {row.owner for row in found.rows} == {"小川"}
    assert all(row.name.startswith("三宅") for row in found.rows)
    assert found.total == len(found.rows)


def test_no_list_sorts_or_counts_all_leads(world, django_assert_max_num_queries) -> None:
    for sort in pages.SORTS:
        with django_assert_max_num_queries(2):
            pages.list_page(ListQuery(sort=sort, descending=True), STANDING)


@pytest.mark.parametrize("few", [0, 10_000])
def test_a_list_shows_who_stands_in_a_stage_of_the_map_in_force(world, monkeypatch, few: int) -> None:
    monkeypatch.setattr(narrow, "FEW", few)
    numbers = world["lead_id"].to_numpy()
    codes = np.zeros(PART, dtype=np.uint8)
    codes[numbers] = numbers % 4
    journey.keep_map(default_map("ja"))
    StandingPart.objects.create(part=0, revision=1, stages=codes.tobytes())
    keys = ("none", *(key for key in standing.stage_names()))
    for wanted in ([2], [1, 3], [0], [0, 2]):
        expected = numbers[np.isin(numbers % 4, wanted)].tolist()
        found = walked(ListQuery(stages=tuple(keys[code] for code in wanted)))
        assert sorted(found) == expected
    assert sorted(walked(ListQuery(stages=("inform",), filters=Filters(heat=(0,))))) == [
        n for n in met(world, Filters(heat=(0,)))["lead_id"].sort().to_list() if n % 4 == 2
    ]
    assert walked(ListQuery(stages=("nothing",))) == []
    journey.keep_map(default_map("en"))
    assert walked(ListQuery(stages=("inform",))) == []
    assert address.read(QueryDict("stage=inform&stage=none&stage=A%00"), size=9).stages == ("inform", "none")


def put_people(world: pl.DataFrame) -> None:
    """The leads and companies below the rows, with a field of each."""
    now = timezone.now()
    numbers = world["lead_id"].to_list()
    Company.objects.bulk_create(
        Company(pk=n, key=f"c{n}", name=f"c{n}", attributes={"employees": str(n * 10)}, added_at=now)
        for n in sorted(set(world["company_id"].to_list()))
    )
    Lead.objects.bulk_create(
        Lead(
            pk=n,
            key=f"L{n}",
            company_id=c,
            attributes={"rank": "ABC"[n % 3], "memo": f"Memo {n}"},
            added_at=now,
        )
        for n, c in zip(numbers, world["company_id"].to_list(), strict=True)
    )
    Field.objects.bulk_create(
        [
            Field(key="rank", label_ja="ランク", label_en="Rank", scope="lead", kind="choice", custom=True),
            Field(key="memo", label_ja="覚え", label_en="Memo", scope="lead", kind="long_text", custom=True),
            Field(key="employees", label_ja="従業員数", label_en="Employees", scope="company", kind="number"),
        ]
    )


def joins_that_change_the_order() -> None:
    """Makes PostgreSQL sort by lead before it joins, as it may on tables of another shape."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("set local enable_nestloop = off; set local enable_hashjoin = off")


@pytest.mark.parametrize("few", [0, 10_000])
def test_tags_lists_and_fields_narrow_every_order(world, monkeypatch, few: int) -> None:
    monkeypatch.setattr(narrow, "FEW", few)
    monkeypatch.setattr(pages, "WORD_BUDGET", 120)
    put_people(world)
    tag, kept = labels.make_label("tag", "展示会"), labels.make_label("list", "秋の名簿")
    labels.put_label("tag", tag, world["lead_id"].filter(world["lead_id"] % 2 == 0))
    labels.put_label("list", kept, world["lead_id"].filter(world["lead_id"] % 5 == 0))
    joins_that_change_the_order()
    even, fifth = pl.col("lead_id") % 2 == 0, pl.col("lead_id") % 5 == 0
    size = pl.col("company_id") * 10
    cases = [
        ("tag={tag}", even),
        ("tag={tag}&list={kept}", even & fifth),
        ("tag=9999", pl.lit(False)),
        ("f.rank=A&f.rank=B", pl.col("lead_id") % 3 != 2),
        ("f.memo=MEMO 12", pl.col("lead_id").cast(pl.String).str.starts_with("12")),
        ("f.employees.from=500&f.employees.to=900", (size >= 500) & (size <= 900)),
        ("f.employees.to=300&tag={tag}&owner=森", (size <= 300) & even & (pl.col("owner") == "森")),
        ("f.rank=A&f.employees.from=500", (pl.col("lead_id") % 3 == 0) & (size >= 500)),
        ("f.rank=A&tag={tag}", (pl.col("lead_id") % 3 == 0) & even),
        ("f.memo=MEMO 12&list={kept}", pl.col("lead_id").cast(pl.String).str.starts_with("12") & fifth),
        ("f.memo=nothing of the kind", pl.lit(False)),
        ("f.unknown=1&f.employees.from=x", pl.lit(True)),
    ]
    for asked, held in cases:
        expected = set(world.filter(held)["lead_id"])
        for sort in ("total", "company"):
            given = QueryDict(asked.format(tag=tag, kept=kept) + f"&sort={sort}")
            query = address.read(given, size=40)
            found = walked(query)
            assert set(found) == expected, (asked, sort)
            assert len(found) == len(expected) == pages.count_of(query)
            assert pages.numbers_in_order(query).tolist() == found
            assert pages.list_page(query, STANDING).total in (None, len(expected))
