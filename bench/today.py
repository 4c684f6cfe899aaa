"""Server time of Today with many leads and many sales people: the page, everybody's, one call, one result.

    python -m bench.today --leads 1000000

The tables are those of `bench.pages`. `PEOPLE` sales people have `EACH` open hand-offs each and there are
`NOBODYS` of nobody, each of a company of its own; a fifth of them are follow-ups of today.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import timedelta

from bench.databases import of_leads
from bench.pages import fill_tables, time_pages

PEOPLE = 200
EACH = 60
NOBODYS = 1_000
CAPACITY = 10


def measure(leads: int) -> None:
    """Fills the tables and prints the median times, in milliseconds."""
    from django.test import Client
    from django.utils import timezone

    from mikomi.hub.accounts.models import User
    from mikomi.hub.handoff.models import HandedLead, Handoff, Occasion, Seat
    from mikomi.hub.site.models import LeadRow

    fill_tables(leads)
    # What scoring handed over by itself would make the numbers another each time.
    Occasion.objects.all().delete()
    Handoff.objects.all().delete()
    users = User.objects.bulk_create(
        [User(email=f"s{n}@example.com", name=f"営業 {n}", role="sales") for n in range(PEOPLE)]
    )
    Seat.objects.bulk_create([Seat(user=one, capacity=CAPACITY) for one in users])
    wanted = PEOPLE * EACH + NOBODYS
    found = LeadRow.objects.filter(company_id__lte=wanted).order_by("company_id", "lead_id")
    members: dict[int, list[int]] = {}
    for lead, company in found.values_list("lead_id", "company_id"):
        members.setdefault(company, []).append(lead)
    now, on = timezone.now(), timezone.localdate()
    rows = [
        Handoff(
            company=company,
            lead=own[0],
            owner=users[place % PEOPLE] if place < PEOPLE * EACH else None,
            opened_at=now - timedelta(days=place % 30),
            due_at=now + timedelta(hours=place % 48 - 4),
            next_on=on if place % 5 == 0 else None,
            next_first=place % 5 == 0,
        )
        for place, (company, own) in enumerate(members.items())
    ]
    made = Handoff.objects.bulk_create(rows)
    HandedLead.objects.bulk_create(
        [
            HandedLead(handoff=one, lead=lead, subject=lead, cause="hot", entry="bench", at=one.opened_at)
            for one in made
            for lead in members[one.company or 0][:2]
        ]
    )
    print(f"{len(made):,} open hand-offs of {PEOPLE} people", flush=True)
    client = Client(HTTP_HOST="localhost")
    client.force_login(users[0], backend="allauth.account.auth_backends.AuthenticationBackend")
    pages = {
        "today": "/today/",
        "today, the rest opened": "/today/?more=20",
        "today, everybody's": "/today/?who=all",
        "one after the other": "/today/call/",
        "the brief": f"/today/{made[0].pk}/brief/",
    }
    time_pages(client, pages)
    spent = []
    for one in [one for one in made if one.owner_id == users[0].pk][:7]:
        begun = time.perf_counter()
        answer = client.post(
            f"/today/{one.pk}/result/",
            {"lead": one.lead, "said": "no_answer"},
            headers={"HX-Request": "true"},
        )
        spent.append((time.perf_counter() - begun) * 1000)
        assert answer.status_code == 200, answer.content.decode()
    print(
        f"{'a result by one tap':36} {statistics.median(spent):8.1f} ms  first {spent[0]:.1f} ms", flush=True
    )


if __name__ == "__main__":
    sys.exit(of_leads("bench.today", __doc__, measure))
