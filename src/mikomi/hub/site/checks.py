"""点検: leads drawn at random from those not hot, so that review can tell what the threshold misses.

Who can be drawn: leads that are not hot, not kept out of calls nor marked as not for us, in no deal and no
customer, whose company is in nobody's hands, with a phone number or a mail address. Each of them has the same
probability, which is kept with the draw and its seed.
"""

from __future__ import annotations

import random
import secrets
from datetime import date, timedelta

import polars as pl
from django.utils import timezone

from mikomi.hub.handoff import calendar, queries, services
from mikomi.hub.handoff.types import Cause
from mikomi.hub.kit import temperature as levels
from mikomi.hub.kit.setwise import fetch, on_postgres
from mikomi.hub.site import handed

SPARE = 20
"""So many more are drawn than asked for: some turn out not to be for us, or in a deal."""


def draw(on: date, *, seed: int | None = None) -> list[int]:
    """Hands over this week's draws on the local day `on`, once a week; the numbers of the leads.

    `seed` decides about the draw; left out, chance does, and it is kept.
    """
    team = calendar.team()
    monday = on - timedelta(days=on.weekday())
    time = calendar.working_time(team)
    if not team.rules[Cause.CHECK] or team.check_slots < 1 or not time.is_working(on):
        return []
    wanted = team.check_slots - queries.drawn_since(monday)
    if wanted < 1:
        return []
    there = population()
    chosen_seed = secrets.randbits(32) if seed is None else seed
    count = min(len(there), wanted + SPARE)
    drawn = random.Random(chosen_seed).sample(there, count)
    known = handed.Known.of(drawn, on)
    given: list[int] = []
    now = timezone.now()
    for lead in drawn:
        if len(given) == wanted:
            break
        if known.why_not(lead, Cause.CHECK) is not None:
            continue
        detail = {"seed": chosen_seed, "population": len(there), "drawn": wanted}
        probability = min(1.0, wanted / len(there))
        what = known.handing(lead, Cause.CHECK, f"week:{monday.isoformat()}", detail, probability)
        if services.hand_over(what, on, now=now).new:
            given.append(lead)
    return given


def population() -> list[int]:
    """The numbers of the leads that can be drawn, ascending."""
    phone = ("attributes ->> 'phone'", "attributes ->> '$.phone'")[not on_postgres()]
    mobile = ("attributes ->> 'mobile'", "attributes ->> '$.mobile'")[not on_postgres()]
    effects = "k.effects like '%%today%%'"
    rows = fetch(
        "select s.lead_id from site_lead_score s join site_lead_cell c on c.id = s.cell"
        " join people_lead l on l.id = s.lead_id"
        " where c.heat < %s and c.status not in (%s, %s)"
        f" and (l.email <> '' or coalesce({phone}, '') <> '' or coalesce({mobile}, '') <> '')"
        f" and not exists (select 1 from site_kept_out k where k.lead_id = s.lead_id and {effects})"
        " and not exists (select 1 from handoff_handedlead h join handoff_handoff o on o.id = h.handoff_id"
        " where h.lead = s.lead_id and o.state = 'open')"
        " and not exists (select 1 from handoff_handoff o where o.company = l.company_id"
        " and o.state = 'open')"
        " and not exists (select 1 from handoff_closedlead d where d.lead = s.lead_id"
        " and d.opened_at is null)"
        " order by s.lead_id",
        {"lead": pl.Int64},
        [levels.HOT, *handed.BUSY],
    )
    return rows["lead"].to_list()
