"""Server time of the list in every order, of searches, the hot list and the lead page.

    python -m bench.pages --leads 1000000

The rows, people and three counted events a lead are put straight into the tables; then everybody is
scored by the pipeline. Pages are asked for through the whole of Django, logged in; medians count.
"computing" is this process's share of the processor, which a busy machine does not stretch.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import polars as pl

from bench.databases import of_leads

if TYPE_CHECKING:
    from django.test import Client

ROUNDS = 7

PEOPLE = {
    "sqlite": """
insert into people_company (id, key, core, name, attributes, added_at)
select company_id, min(lower(company)), min(lower(company)), min(company),
 json_object('industry', min(industry)),
 '2026-01-01 00:00:00' from site_lead_row group by company_id;
insert into people_lead (id, key, email, company_id, attributes, added_at)
select lead_id, key, email, company_id, json_object('name', name, 'name_kana', kana, 'email', email,
 'company', company, 'title', title, 'department', department, 'owner', owner), '2026-01-01 00:00:00'
from site_lead_row;
""",
    "postgresql": """
insert into people_company (id, key, core, name, attributes, added_at)
select company_id, min(lower(company)), min(lower(company)), min(company),
 jsonb_build_object('industry', min(industry)),
 '2026-01-01' from site_lead_row group by company_id;
insert into people_lead (id, key, email, company_id, attributes, added_at)
select lead_id, key, email, company_id, jsonb_build_object('name', name, 'name_kana', kana, 'email', email,
 'company', company, 'title', title, 'department', department, 'owner', owner), '2026-01-01'
from site_lead_row;
""",
}
FACTS = """
insert into activity_touch (id, kind, content) values (1, 'page_view', '/pricing'),
 (2, 'download', 'doc/guide'), (3, 'page_view', '/');
insert into activity_subject (id, key, lead) select id, key, id from people_lead;
insert into activity_activity (lead, day, touch, subject, n)
select id, {today} - (id * 31 + s.n * 17) %% 300, 1 + (id + s.n) %% 3, id, 1 + s.n
from people_lead, (select 1 as n union select 2 union select 3) s;
insert into activity_event (subject, at, id, day, touch, automated, counted, source)
select subject, cast(day as bigint) * 86400000000 + 3600000000, touch, day, touch, {no}, {yes}, 'bench'
from activity_activity where lead < 2000;
"""
FIELDS = ("name", "name_kana", "email", "company", "title", "department", "owner", "industry")


LABELS = """
insert into people_tag (id, key, name, at) values (1, 'rare', 'rare', '2026-01-01'),
 (2, 'some', 'some', '2026-01-01'), (3, 'common', 'common', '2026-01-01');
insert into people_leadlist (id, key, name, note, at) values (1, 'fair', 'fair', '', '2026-01-01');
insert into people_leadtag (lead, tag, at) select id, 1, '2026-01-01' from people_lead where id %% 1009 = 0;
insert into people_leadtag (lead, tag, at) select id, 2, '2026-01-01' from people_lead where id %% 109 = 0;
insert into people_leadtag (lead, tag, at) select id, 3, '2026-01-01' from people_lead where id %% 5 = 0;
insert into people_listmember (lead, list, at) select id, 1, '2026-01-01' from people_lead where id %% 40 = 0;
"""
"""Tags on a thousandth, a hundredth and a fifth of the leads, a list of a fortieth."""


def fill_tables(leads: int) -> None:
    """People, facts, rows and search texts of `leads` leads, scored today."""
    from django.db import connection, transaction
    from django.utils import timezone

    from mikomi.hub.people.fields import make_fields
    from mikomi.hub.scores import services as scores
    from mikomi.hub.site import pipeline
    from mikomi.hub.site.rows import cells, store, suffixes
    from tests.hub.site.population import people_frame
    from tests.hub.site.world import MODEL, parse_model

    started = time.perf_counter()
    people = people_frame(leads)
    today = timezone.localdate()
    postgres = connection.vendor == "postgresql"
    yes, no = ("true", "false") if postgres else ("1", "0")
    with transaction.atomic():
        make_fields(FIELDS)
        store.write(people, None)
        facts = FACTS.format(today=(today - cells.EPOCH).days, yes=yes, no=no)
        with connection.cursor() as cursor:
            for statement in (PEOPLE[connection.vendor] + facts + LABELS).split(";"):
                if statement.strip():
                    cursor.execute(statement.replace("%%", "%"))
            if postgres:
                # As the server's own housekeeping does within a minute of so many rows.
                cursor.execute("analyze")
    print(f"tables filled                   {time.perf_counter() - started:8.1f} s", flush=True)
    started = time.perf_counter()
    with transaction.atomic():
        suffixes.put_companies(people)
        suffixes.put_leads(people)
    print(f"made searchable                 {time.perf_counter() - started:8.1f} s", flush=True)
    scores.publish_model(parse_model(MODEL))
    started = time.perf_counter()
    done = pipeline.score_all(today)
    print(
        f"everybody scored                {time.perf_counter() - started:8.1f} s  ({done.hot:,} hot)",
        flush=True,
    )


def measure(leads: int) -> None:
    """Fills the tables and prints the median time of each page, in milliseconds."""
    from mikomi.hub.activity.changes import changing, mark_changed
    from mikomi.hub.site.lists.pages import SORTS

    def change(round_: int) -> None:
        with changing() as number:
            mark_changed(pl.Series("lead", [round_ + 1], pl.Int32), number, activity=True)

    fill_tables(leads)
    pages = {f"list by {sort}": f"/leads/?sort={way}{sort}" for sort in SORTS for way in ("", "-")}
    pages |= {f"list by -{sort}": f"/leads/?sort=-{sort}" for sort in SORTS}
    pages |= {
        "list, hot only, by company": "/leads/?heat=4&sort=company",
        "list, quiet only, by score": "/leads/?heat=0&sort=-total",
        "list, quiet, owner, by behaviour": "/leads/?heat=0&owner=森&sort=-engagement",
        "list, two filters, by name": "/leads/?fit=0&owner=小川&sort=kana",
        "search, one person": "/leads/?q=user4711@",
        "search, a common name": "/leads/?q=三宅",
        "search, two common words": "/leads/?q=三宅 北浜精機",
        "search, nobody": "/leads/?q=zzzz",
        "list, a rare tag": "/leads/?tag=1&sort=-total",
        "list, a tag on a hundredth": "/leads/?tag=2&sort=-total",
        "list, a tag on a hundredth, by name": "/leads/?tag=2&sort=kana",
        "list, a common tag": "/leads/?tag=3&sort=-total",
        "list, a common tag and an owner": "/leads/?tag=3&owner=小川&sort=company",
        "list, a kept list, by name": "/leads/?list=1&sort=kana",
        "list, a field's text (few)": "/leads/?f.name=三宅 浩司&f.email=77@",
        "list, a field's text (many)": "/leads/?f.title=部長&sort=-total",
        "list, tags as a column": "/leads/?col=tags&col=f.department&sort=-total",
        "hot list": "/hot/",
        "lead page": "/leads/1234/",
        "lead page, a past day": "/leads/1234/?on=2026-09-01",
    }
    client = somebody()
    time_pages(client, pages)
    again = {
        "list, a field's text, after a change": pages["list, a field's text (few)"],
        "lead page, after a change": pages["lead page"],
    }
    time_pages(client, again, change)
    time_restricted()


def time_restricted() -> None:
    """Lists as a sales person who sees everything, and as the same person who sees their own alone: every
    tenth company was handed over, one in twenty of these to them."""
    from django.db import connection
    from django.test import Client

    from mikomi.hub.accounts.services import create_user
    from mikomi.hub.accounts.types import Role
    from mikomi.hub.handoff.editing import set_sight

    mine = create_user("sales@example.com", "森", role=Role.SALES)
    other = create_user("other@example.com", "小川", role=Role.SALES)
    false = "false" if connection.vendor == "postgresql" else "0"
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into handoff_handoff (company, first_company, lead, owner_id, state, urgent, is_check,"
            " opened_at, next_first, tries, last_result, close_reason, edits)"
            f" select id, id, 0, case when id %% 200 = 0 then %s else %s end, 'open', {false}, {false},"
            f" '2026-11-01 00:00:00+00:00', {false}, 0, '', '', 0 from people_company where id %% 10 = 0"
            " on conflict do nothing",
            [mine.pk, other.pk],
        )
        if connection.vendor == "postgresql":
            cursor.execute("analyze")
        cursor.execute("select min(lead_id) from site_lead_row where owner = '森'")
        lead = cursor.fetchone()[0]
    client = Client(HTTP_HOST="localhost")
    client.force_login(mine)
    pages = {
        "list": "/leads/?view=0",
        "list by -total": "/leads/?in=0&sort=-total",
        "list by kana": "/leads/?in=0&sort=kana",
        "list, hot only, by company": "/leads/?in=0&heat=4&sort=company",
        "search, one person": "/leads/?in=0&q=user4711@",
        "search, a common name": "/leads/?in=0&q=三宅",
        "hot list": "/hot/",
        "companies": "/companies/",
        "companies, a common word": "/companies/?q=北浜",
        "再検討": "/reconsidering/",
        "lead page": f"/leads/{lead}/",
    }
    for everybody, said in ((True, ""), (False, ", own alone")):
        set_sight(everybody=everybody)
        time_pages(client, {f"sales: {name}{said}": url for name, url in pages.items()})


def somebody() -> Client:
    """A browser of somebody logged in."""
    from django.test import Client

    from mikomi.hub.accounts.services import create_user

    client = Client(HTTP_HOST="localhost")
    client.force_login(create_user("bench@example.com", "測る 人"))
    return client


def time_pages(client: Client, pages: dict[str, str], before: Callable[[int], None] | None = None) -> None:
    """Asks for each page (its name, its address) and prints the median times, in milliseconds; `before` is
    what happens before each time, told which it is."""
    for name, url in pages.items():
        waited, worked = [], []
        for round_ in range(ROUNDS):
            if before is not None:
                before(round_)
            wall, cpu = time.perf_counter(), time.process_time()
            answer = client.get(url)
            waited.append((time.perf_counter() - wall) * 1000)
            worked.append((time.process_time() - cpu) * 1000)
            assert answer.status_code == 200, (url, answer.status_code)
        said = f"{statistics.median(waited):8.1f} ms  (computing {statistics.median(worked):.1f} ms)"
        print(f"{name:36} {said}  first {waited[0]:.1f} ms", flush=True)


if __name__ == "__main__":
    sys.exit(of_leads("bench.pages", __doc__, measure))
