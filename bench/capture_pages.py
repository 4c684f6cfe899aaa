"""Server time of the pages of what arrives: campaigns, the tag, the breakdown, a lead with its ways.

    python -m bench.capture_pages --leads 1000000

On the leads of `bench.pages`: a visitor and a way of coming for each, ten campaigns by UTM that half of the
leads belong to, an event with details for each, one in ten a machine's. The first time is the page as
nobody has asked for it since the process began; medians follow.
"""

from __future__ import annotations

import sys
import time
from datetime import date

from bench.databases import of_leads
from bench.pages import fill_tables, somebody, time_pages

CAMPAIGNS = 10
ARRIVED = """
insert into capture_visitor (id, source, anonymous, generation, since, lead, certainty, how, joined,
 first_seen, last_seen, address, browser, absent)
select id, 1, 'v' || id, 0, 0, id, 'sure', 'form', case when id %% 2 = 0 then {yes} else {no} end,
 (cast({today} as bigint) - id %% 200) * 86400000000, cast({today} as bigint) * 86400000000, '192.0.2.1',
 case id %% 4 when 0 then 'safari' when 1 then 'edge' when 2 then 'chrome' else 'firefox' end, id %% 90
from people_lead;
insert into capture_touch (visitor, submission, day, way, first, last, source, medium, campaign, term,
 content, referrer, click, landing, machine)
select id, 0, {today} - id %% 60, id %% 20, (cast({today} as bigint) - id %% 60) * 86400000000,
 (cast({today} as bigint) - id %% 60) * 86400000000, 'google', 'cpc', 'c' || (id %% 20), '', '', '', '',
 '/lp', {no} from people_lead;
insert into activity_event (subject, at, id, day, touch, automated, counted, source, reason, certainty,
 payload)
select id, (cast({today} as bigint) - id %% 60) * 86400000000 + id, 99, {today} - id %% 60, 1,
 case when id %% 10 = 0 then {yes} else {no} end, case when id %% 10 = 0 then {no} else {yes} end, 'web:1',
 case when id %% 10 = 0 then 'crawler' else '' end, 0,
 cast('{{"agent":"Mozilla/5.0 (' || (id %% 3000) || ')","address":"192.0.2.' || (id %% 250) || '"}}'
 as {json}) from people_lead;
insert into activity_eventcount (day, source, kind, reason, n)
select {today} - d.id, 'web:' || s.n, k.kind, r.reason, d.id + s.n
from (select id from people_lead where id < 91) d, (select 1 as n union select 2 union select 3) s,
 (select 'page_view' as kind union select 'download' union select 'form_submit' union select 'mail_click') k,
 (select '' as reason union select 'crawler' union select 'burst' union select 'prefetch'
 union select 'trap') r;
"""


def measure(leads: int) -> None:
    """Fills the tables, joins the campaigns and prints the times of the pages, in milliseconds."""
    from django.db import connection, transaction
    from django.utils import timezone

    from mikomi.hub.capture import sources
    from mikomi.hub.capture.campaigns import following
    from mikomi.hub.capture.campaigns.editing import Plan, make_campaign
    from mikomi.hub.site.actions.count_campaigns import count_campaigns

    fill_tables(leads)
    today = timezone.localdate()
    yes, no, json = ("true", "false", "jsonb") if connection.vendor == "postgresql" else ("1", "0", "text")
    sources.make_source("site")
    with transaction.atomic(), connection.cursor() as cursor:
        filled = ARRIVED.format(today=(today - date(1970, 1, 1)).days, yes=yes, no=no, json=json).replace(
            "%%", "%"
        )
        for statement in filter(str.strip, filled.split(";\n")):
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute("analyze")
    started = time.perf_counter()
    for number in range(CAMPAIGNS):
        rules = [{"campaign": f"c{number * 2}"}]
        made = make_campaign(Plan(f"広告 {number}", "advert", begins=date(2026, 1, 1), cost=1, rules=rules))
        following.follow_campaign(made.pk)
    print(f"campaigns joined                {time.perf_counter() - started:8.1f} s", flush=True)
    started = time.perf_counter()
    count_campaigns(timezone.now())
    print(f"campaigns counted               {time.perf_counter() - started:8.1f} s", flush=True)
    pages = {
        "campaigns": "/campaigns/",
        "a campaign": "/campaigns/1/",
        "list, a campaign, by score": "/leads/?campaign=1&sort=-total",
        "list, a campaign, by name": "/leads/?campaign=1&sort=kana",
        "lead page with its ways": "/leads/1240/",
        "tag": "/settings/tag/1/",
        "breakdown": "/settings/measuring/",
        "breakdown, 90 days": "/settings/measuring/?days=90",
        "breakdown, what machines did": "/settings/measuring/events/?automated=1",
        "breakdown, what an agent did": "/settings/measuring/events/?agent=Mozilla/5.0 (42)",
        "visiting companies": "/visiting/",
        "contents": "/content/",
    }
    time_pages(somebody(), pages)


if __name__ == "__main__":
    sys.exit(of_leads("bench.capture_pages", __doc__, measure))
